#include "node/exchange/originator.h"

#include <array>
#include <utility>

#include "absl/strings/str_cat.h"
#include "node/status/status_macros.h"
#include "node/wire/manifest_codec.h"

namespace fairway::exchange {
namespace {

std::string Words(const absl::Status& status) { return std::string(status.message()); }

std::variant<Originator, std::string> OpenChain(const std::vector<std::string>& manifests,
                                                const model::AuthorityId& id, uint64_t version,
                                                absl::Time now) {
  Originator originator;
  for (const std::string& bytes : manifests) {
    const absl::StatusOr<crypto::Signed> envelope = crypto::DecodeSigned(bytes);
    if (!envelope.ok()) return Words(envelope.status());
    const bool first = originator.unheld.empty();
    const absl::StatusOr<model::Manifest> manifest =
        first ? wire::OpenFirstManifest(*envelope)
              : wire::OpenNextManifest(*envelope, originator.manifest);
    if (!manifest.ok()) return Words(manifest.status());
    if (manifest->id != id) return std::string("the manifest is of another authority");
    originator.manifest = *manifest;
    originator.unheld.push_back(
        store::ManifestRow{.manifest = *manifest,
                           .object = crypto::ObjectId(envelope->type, envelope->body),
                           .signed_bytes = bytes,
                           .stored_at = now});
    if (manifest->version == version) return originator;
  }
  return absl::StrCat("manifest ", version, " of authority ", id.ToString(),
                      " is not known here and did not come along");
}

}  // namespace

absl::StatusOr<std::variant<Originator, std::string>> FindOriginator(
    store::ReadTxn& txn, const std::vector<std::string>& manifests, const model::AuthorityId& id,
    uint64_t version, absl::Time now) {
  FAIRWAY_ASSIGN_OR_RETURN(std::optional<store::ManifestRow> held,
                           store::GetManifest(txn, id, version));
  if (held.has_value()) return Originator{std::move(held->manifest), {}};
  std::variant<Originator, std::string> opened = OpenChain(manifests, id, version, now);
  Originator* originator = std::get_if<Originator>(&opened);
  if (originator == nullptr) return opened;
  // An earlier version that is held must be the very one: two are evidence against their signer.
  std::vector<store::ManifestRow> unheld;
  for (store::ManifestRow& row : originator->unheld) {
    FAIRWAY_ASSIGN_OR_RETURN(const std::optional<store::ManifestRow> known,
                             store::GetManifest(txn, row.manifest.id, row.manifest.version));
    if (!known.has_value()) {
      unheld.push_back(std::move(row));
    } else if (known->object != row.object) {
      return std::string("another manifest of that version is held here");
    }
  }
  originator->unheld = std::move(unheld);
  return opened;
}

absl::Status CheckItemSignature(const crypto::Signed& envelope, std::string_view type,
                                const model::Manifest& manifest) {
  const std::optional<crypto::PublicKey> key = manifest.KeyFor(model::KeyPurpose::kItem);
  if (!key.has_value()) return absl::NotFoundError("the manifest has no item key");
  const std::array<crypto::PublicKey, 1> keys = {*key};
  return crypto::Open(envelope, type, keys).status();
}

absl::StatusOr<bool> ManifestsFit(store::ReadTxn& txn,
                                  const std::vector<store::ManifestRow>& manifests) {
  for (const store::ManifestRow& row : manifests) {
    FAIRWAY_ASSIGN_OR_RETURN(const std::optional<store::ManifestRow> held,
                             store::GetManifest(txn, row.manifest.id, row.manifest.version));
    if (held.has_value() && held->object != row.object) return false;
  }
  return true;
}

absl::Status KeepManifests(store::Txn& txn, const std::vector<store::ManifestRow>& manifests) {
  for (const store::ManifestRow& row : manifests) {
    FAIRWAY_ASSIGN_OR_RETURN(const std::optional<store::ManifestRow> held,
                             store::GetManifest(txn, row.manifest.id, row.manifest.version));
    if (!held.has_value()) FAIRWAY_RETURN_IF_ERROR(store::PutManifest(txn, row));
  }
  return absl::OkStatus();
}

}  // namespace fairway::exchange
