#include "node/exchange/authenticity.h"

#include <optional>

#include "absl/strings/str_cat.h"
#include "crypto/envelope.h"
#include "crypto/parts.h"
#include "node/model/manifest.h"
#include "node/status/status_macros.h"
#include "node/store/manifest_table.h"
#include "node/wire/item_codec.h"

namespace fairway::exchange {

absl::Status VerifyAuthenticity(store::ReadTxn& txn, const store::StoredRevision& stored,
                                std::span<const model::Part> parts) {
  FAIRWAY_ASSIGN_OR_RETURN(
      const std::optional<store::ManifestRow> manifest,
      store::GetManifest(txn, stored.body.origin, stored.body.origin_manifest));
  const std::optional<crypto::PublicKey> key =
      manifest.has_value() ? manifest->manifest.KeyFor(model::KeyPurpose::kItem) : std::nullopt;
  if (!key.has_value()) return absl::NotFoundError("the originator's manifest is not here");

  FAIRWAY_ASSIGN_OR_RETURN(const crypto::Signed envelope,
                           crypto::DecodeSigned(stored.signed_bytes));
  FAIRWAY_ASSIGN_OR_RETURN(const crypto::VerifiedBody verified,
                           crypto::Open(envelope, crypto::kTypeItem, {&*key, 1}));
  FAIRWAY_ASSIGN_OR_RETURN(const model::ItemBody body, wire::DecodeItemBody(verified.body()));
  if (verified.object_id() != stored.object || body != stored.body) {
    return absl::DataLossError("the stored marking is not the signed one");
  }
  for (const model::Part& part : parts) {
    if (!crypto::IsCommitted(body.part_digests,
                             crypto::PartDigest(part.label, part.salt, part.bytes))) {
      return absl::DataLossError(absl::StrCat("the part ", part.label, " is not what was signed"));
    }
  }
  return absl::OkStatus();
}

}  // namespace fairway::exchange
