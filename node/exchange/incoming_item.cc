#include "node/exchange/incoming_item.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "crypto/envelope.h"
#include "crypto/parts.h"
#include "node/exchange/originator.h"
#include "node/model/labels.h"
#include "node/model/recall.h"
#include "node/status/status_macros.h"
#include "node/wire/item_codec.h"
#include "node/wire/recall_codec.h"

namespace fairway::exchange {
namespace {

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

// What a revision for fewer recipients turns into a recall for those who had an earlier one,
// wherever they are: so it has to come with every revision that follows another.
std::variant<std::optional<store::RecallRow>, Refusal> OpenRecallBefore(
    const std::string& bytes, const model::ItemBody& body, const model::Manifest& originator,
    const model::Peer& from, absl::Time now) {
  const auto refuse = [](const auto& why) { return Refuse(refusal::kBadRecallBefore, why); };
  if (body.revision == 1) {
    if (bytes.empty()) return std::optional<store::RecallRow>();
    return refuse("there is nothing before the first revision to recall");
  }
  const absl::StatusOr<crypto::Signed> envelope = crypto::DecodeSigned(bytes);
  if (!envelope.ok()) return refuse(envelope.status());
  if (const absl::Status signature = CheckItemSignature(*envelope, crypto::kTypeRecall, originator);
      !signature.ok()) {
    return refuse(signature);
  }
  const absl::StatusOr<model::Recall> recall = wire::DecodeRecall(envelope->body);
  if (!recall.ok()) return refuse(recall.status());
  if (*recall !=
      model::NarrowingBefore(body.origin, body.item_id, body.origin_manifest, body.revision)) {
    return refuse("it does not recall exactly the revisions before this one");
  }
  return store::RecallRow{.object = crypto::ObjectId(envelope->type, envelope->body),
                          .recall = *recall,
                          .effective = false,
                          .signed_bytes = bytes,
                          .received_from = from.id,
                          .by_user = "",
                          .note = "",
                          .at = now,
                          .log_seq = 0};
}

}  // namespace

absl::StatusOr<std::variant<ClaimedItem, Refusal>> ReadIncoming(store::ReadTxn& txn,
                                                                const model::FeedRecord& record,
                                                                const wire::Rendition& rendition,
                                                                absl::Time now) {
  absl::StatusOr<crypto::Signed> envelope = crypto::DecodeSigned(rendition.signed_item);
  if (!envelope.ok()) return Refuse(refusal::kNotAnItem, envelope.status());
  if (envelope->type != crypto::kTypeItem) {
    return Refuse(refusal::kNotAnItem, absl::StrCat("its type is \"", envelope->type, "\""));
  }
  if (crypto::ObjectId(envelope->type, envelope->body) != record.object) {
    return Refuse(refusal::kOtherItem, "the content is of another object than the record");
  }
  // Which key must have signed is in the body, so it is read before it is verified; nothing but the
  // choice of the key depends on it until then.
  absl::StatusOr<model::ItemBody> claimed = wire::DecodeItemBody(envelope->body);
  if (!claimed.ok()) return Refuse(refusal::kUnreadable, claimed.status());
  FAIRWAY_ASSIGN_OR_RETURN(auto found, FindOriginator(txn, rendition.manifests, claimed->origin,
                                                      claimed->origin_manifest, now));
  if (const std::string* why = std::get_if<std::string>(&found); why != nullptr) {
    return Refuse(refusal::kUnknownOriginator, *why);
  }
  return ClaimedItem{.envelope = *std::move(envelope),
                     .body = *std::move(claimed),
                     .originator = std::get<Originator>(std::move(found))};
}

std::variant<IncomingItem, Refusal> CheckIncoming(ClaimedItem claimed,
                                                  const model::FeedRecord& record,
                                                  const wire::Rendition& rendition,
                                                  const model::Peer& from,
                                                  const model::AuthorityId& self, absl::Time now) {
  Originator& originator = claimed.originator;
  const absl::Status signature =
      CheckItemSignature(claimed.envelope, crypto::kTypeItem, originator.manifest);
  if (absl::IsNotFound(signature)) return Refuse(refusal::kUnknownOriginator, signature);
  if (!signature.ok()) return Refuse(refusal::kBadSignature, signature);

  IncomingItem item;
  item.body = std::move(claimed.body);
  item.signed_item = rendition.signed_item;
  item.parts = rendition.parts;
  item.terms = record.terms;
  item.manifests = std::move(originator.unheld);
  if (item.body.item_id != record.item || item.body.revision != record.revision) {
    return Refuse(refusal::kOtherItem, "the record names another item or revision");
  }
  if (std::optional<Refusal> refused = CheckParts(item.body, record, item.parts)) return *refused;
  auto before =
      OpenRecallBefore(rendition.recall_before, item.body, originator.manifest, from, now);
  if (const Refusal* refused = std::get_if<Refusal>(&before); refused != nullptr) return *refused;
  item.recall_before = std::get<0>(std::move(before));
  const model::ItemView view{.body = item.body, .parts = {}, .terms = item.terms};
  if (std::optional<Refusal> refused = CheckFloors(view, from, self, now)) return *refused;
  return item;
}

}  // namespace fairway::exchange
