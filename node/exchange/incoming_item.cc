#include "node/exchange/incoming_item.h"

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "crypto/envelope.h"
#include "crypto/parts.h"
#include "node/model/labels.h"
#include "node/status/status_macros.h"
#include "node/wire/item_codec.h"
#include "node/wire/manifest_codec.h"

namespace fairway::exchange {
namespace {

Refusal Refuse(std::string_view code, std::string detail) {
  return Refusal{std::string(code), std::move(detail), ""};
}

Refusal Refuse(std::string_view code, const absl::Status& why) {
  return Refuse(code, std::string(why.message()));
}

struct Originator {
  model::Manifest manifest;                // the version that the body names
  std::vector<store::ManifestRow> unheld;  // to be stored with the item
};

// The manifests that came along, checked from version 1 (whose object id is the originator's name)
// to the version wanted, each signed by a root key of the one before.
std::variant<Originator, Refusal> OpenChain(const std::vector<std::string>& manifests,
                                            const model::ItemBody& body, absl::Time now) {
  Originator originator;
  for (const std::string& bytes : manifests) {
    const absl::StatusOr<crypto::Signed> envelope = crypto::DecodeSigned(bytes);
    if (!envelope.ok()) return Refuse(refusal::kUnknownOriginator, envelope.status());
    const bool first = originator.unheld.empty();
    const absl::StatusOr<model::Manifest> manifest =
        first ? wire::OpenFirstManifest(*envelope)
              : wire::OpenNextManifest(*envelope, originator.manifest);
    if (!manifest.ok()) return Refuse(refusal::kUnknownOriginator, manifest.status());
    if (manifest->id != body.origin) {
      return Refuse(refusal::kUnknownOriginator, "the manifest is of another authority");
    }
    originator.manifest = *manifest;
    originator.unheld.push_back(
        store::ManifestRow{.manifest = *manifest,
                           .object = crypto::ObjectId(envelope->type, envelope->body),
                           .signed_bytes = bytes,
                           .stored_at = now});
    if (manifest->version == body.origin_manifest) return originator;
  }
  return Refuse(refusal::kUnknownOriginator,
                absl::StrCat("manifest ", body.origin_manifest, " of authority ",
                             body.origin.ToString(), " is not known here and did not come along"));
}

absl::StatusOr<std::variant<Originator, Refusal>> FindOriginator(store::ReadTxn& txn,
                                                                 const wire::Rendition& rendition,
                                                                 const model::ItemBody& body,
                                                                 absl::Time now) {
  FAIRWAY_ASSIGN_OR_RETURN(std::optional<store::ManifestRow> held,
                           store::GetManifest(txn, body.origin, body.origin_manifest));
  if (held.has_value()) return Originator{std::move(held->manifest), {}};
  std::variant<Originator, Refusal> opened = OpenChain(rendition.manifests, body, now);
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
      return Refuse(refusal::kUnknownOriginator, "another manifest of that version is held here");
    }
  }
  originator->unheld = std::move(unheld);
  return opened;
}

std::optional<Refusal> CheckParts(const model::ItemBody& body, const model::FeedRecord& record,
                                  const std::vector<model::Part>& parts) {
  if (parts.size() > model::kMaxParts) return Refuse(refusal::kBadPart, "too many parts");
  if (const absl::Status list = crypto::CheckCommitted(body.part_digests); !list.ok()) {
    return Refuse(refusal::kUnreadable, list);
  }
  std::set<std::string_view> labels;
  std::vector<crypto::Digest> digests;
  for (const model::Part& part : parts) {
    const absl::StatusOr<model::Label> label = model::ParseLabel(part.label);
    if (!label.ok()) return Refuse(refusal::kBadPart, label.status());
    if (label->label_class == model::LabelClass::kPrivate) {
      return Refuse(refusal::kBadPart, absl::StrCat("\"", part.label, "\" is never shared"));
    }
    if (!labels.insert(part.label).second) {
      return Refuse(refusal::kBadPart, absl::StrCat("\"", part.label, "\" is there twice"));
    }
    if (label->label_class == model::LabelClass::kAttachment) {
      const auto descriptor = wire::DecodeAttachmentDescriptor(part.bytes);
      if (!descriptor.ok()) return Refuse(refusal::kBadPart, descriptor.status());
    }
    digests.push_back(part.digest());
    if (!crypto::IsCommitted(body.part_digests, digests.back())) {
      return Refuse(refusal::kPartMismatch,
                    absl::StrCat("\"", part.label, "\" is not what the originator signed"));
    }
  }
  std::sort(digests.begin(), digests.end());
  if (model::PartsDigest(digests) != record.parts_digest) {
    return Refuse(refusal::kPartMismatch, "the parts are not those that the record names");
  }
  return std::nullopt;
}

// What holds whatever the policies of both sides say.
std::optional<Refusal> CheckFloors(const model::ItemView& view, const model::Peer& from,
                                   const model::AuthorityId& self, absl::Time now) {
  const model::ItemBody& body = view.body;
  if (body.origin == self) return Refuse(refusal::kOwnItem, "it was published here");
  if (const std::optional<absl::Time> expires = view.expires();
      expires.has_value() && *expires <= now) {
    return Refuse(refusal::kExpired, absl::StrCat("it expired at ", absl::FormatTime(*expires)));
  }
  if (body.origin == from.id) return std::nullopt;
  if (body.onward != model::Onward::kCommunity && body.onward != model::Onward::kAny) {
    return Refuse(refusal::kNotForOnward, "its originator did not allow passing it on");
  }
  if (view.tlp() >= model::Tlp::kAmberStrict) {
    return Refuse(refusal::kNotForOnward,
                  absl::StrCat(model::Marking(view.tlp()), " must not be passed on"));
  }
  return std::nullopt;
}

}  // namespace

absl::StatusOr<std::variant<IncomingItem, Refusal>> OpenIncoming(
    store::ReadTxn& txn, const model::FeedRecord& record, const wire::Rendition& rendition,
    const model::Peer& from, const model::AuthorityId& self, absl::Time now) {
  const absl::StatusOr<crypto::Signed> envelope = crypto::DecodeSigned(rendition.signed_item);
  if (!envelope.ok()) return Refuse(refusal::kNotAnItem, envelope.status());
  if (envelope->type != crypto::kTypeItem) {
    return Refuse(refusal::kNotAnItem, absl::StrCat("its type is \"", envelope->type, "\""));
  }
  if (crypto::ObjectId(envelope->type, envelope->body) != record.object) {
    return Refuse(refusal::kOtherItem, "the content is of another object than the record");
  }
  // Which key must have signed is in the body, so it is read before it is verified; nothing but the
  // choice of the key depends on it until then.
  const absl::StatusOr<model::ItemBody> claimed = wire::DecodeItemBody(envelope->body);
  if (!claimed.ok()) return Refuse(refusal::kUnreadable, claimed.status());
  FAIRWAY_ASSIGN_OR_RETURN(auto found, FindOriginator(txn, rendition, *claimed, now));
  if (const Refusal* refused = std::get_if<Refusal>(&found); refused != nullptr) return *refused;
  Originator& originator = std::get<Originator>(found);

  const std::optional<crypto::PublicKey> key = originator.manifest.KeyFor(model::KeyPurpose::kItem);
  if (!key.has_value()) return Refuse(refusal::kUnknownOriginator, "it has no item key");
  const std::array<crypto::PublicKey, 1> keys = {*key};
  const absl::StatusOr<crypto::VerifiedBody> verified =
      crypto::Open(*envelope, crypto::kTypeItem, keys);
  if (!verified.ok()) return Refuse(refusal::kBadSignature, verified.status());

  IncomingItem item;
  item.body = *claimed;
  item.signed_item = rendition.signed_item;
  item.parts = rendition.parts;
  item.terms = record.terms;
  item.manifests = std::move(originator.unheld);
  if (item.body.item_id != record.item || item.body.revision != record.revision) {
    return Refuse(refusal::kOtherItem, "the record names another item or revision");
  }
  if (std::optional<Refusal> refused = CheckParts(item.body, record, item.parts)) return *refused;
  const model::ItemView view{.body = item.body, .parts = {}, .terms = item.terms};
  if (std::optional<Refusal> refused = CheckFloors(view, from, self, now)) return *refused;
  return item;
}

}  // namespace fairway::exchange
