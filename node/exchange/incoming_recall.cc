#include "node/exchange/incoming_recall.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "crypto/envelope.h"
#include "node/exchange/originator.h"
#include "node/status/status_macros.h"
#include "node/wire/recall_codec.h"

namespace fairway::exchange {
namespace {

std::optional<Refusal> CheckRecord(const model::FeedRecord& record,
                                   const wire::Rendition& rendition, const model::Recall& recall) {
  if (recall.item != record.item || recall.through != record.revision) {
    return Refuse(refusal::kOtherRecall, "the record names another item or revision");
  }
  if (record.terms != model::Terms{} || record.parts_digest != model::PartsDigest({})) {
    return Refuse(refusal::kOtherRecall, "a recall has neither terms nor parts");
  }
  if (!rendition.parts.empty() || !rendition.recall_before.empty()) {
    return Refuse(refusal::kOtherRecall, "something else came along with the recall");
  }
  return std::nullopt;
}

}  // namespace

absl::StatusOr<std::variant<IncomingRecall, Refusal>> OpenIncomingRecall(
    store::ReadTxn& txn, const model::FeedRecord& record, const wire::Rendition& rendition,
    const model::AuthorityId& self, absl::Time now) {
  const absl::StatusOr<crypto::Signed> envelope = crypto::DecodeSigned(rendition.signed_item);
  if (!envelope.ok()) return Refuse(refusal::kNotARecall, envelope.status());
  if (envelope->type != crypto::kTypeRecall) {
    return Refuse(refusal::kNotARecall, absl::StrCat("its type is \"", envelope->type, "\""));
  }
  const model::ObjectId object = crypto::ObjectId(envelope->type, envelope->body);
  if (object != record.object) {
    return Refuse(refusal::kOtherRecall, "the content is of another object than the record");
  }
  // As for items: which key must have signed is in the body, and nothing but the choice of the key
  // depends on it until then.
  const absl::StatusOr<model::Recall> claimed = wire::DecodeRecall(envelope->body);
  if (!claimed.ok()) return Refuse(refusal::kNotARecall, claimed.status());
  FAIRWAY_ASSIGN_OR_RETURN(auto found, FindOriginator(txn, rendition.manifests, claimed->origin,
                                                      claimed->origin_manifest, now));
  if (const std::string* why = std::get_if<std::string>(&found); why != nullptr) {
    return Refuse(refusal::kRecallNotSigned, *why);
  }
  Originator& originator = std::get<Originator>(found);
  if (const absl::Status signature =
          CheckItemSignature(*envelope, crypto::kTypeRecall, originator.manifest);
      !signature.ok()) {
    return Refuse(refusal::kRecallNotSigned, signature);
  }
  if (std::optional<Refusal> refused = CheckRecord(record, rendition, *claimed)) return *refused;
  if (claimed->origin == self) {
    return Refuse(refusal::kOwnRecall, "only this node recalls what was published here");
  }
  return IncomingRecall{.recall = *claimed,
                        .object = object,
                        .signed_bytes = rendition.signed_item,
                        .manifests = std::move(originator.unheld)};
}

}  // namespace fairway::exchange
