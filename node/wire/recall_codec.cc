#include "node/wire/recall_codec.h"

#include "absl/strings/str_cat.h"
#include "api/v1/recall.pb.h"
#include "node/status/status_macros.h"
#include "node/wire/fields.h"
#include "node/wire/strict.h"

namespace fairway::wire {
namespace {

static_assert(static_cast<int>(model::RecallGrade::kCorrect) == v1::RECALL_GRADE_CORRECT &&
              static_cast<int>(model::RecallGrade::kWithdraw) == v1::RECALL_GRADE_WITHDRAW &&
              static_cast<int>(model::RecallGrade::kPurge) == v1::RECALL_GRADE_PURGE &&
              static_cast<int>(model::RecallGrade::kPurge) == v1::RecallGrade_MAX);
static_assert(static_cast<int>(model::RecallReason::kError) == v1::RECALL_REASON_ERROR &&
              static_cast<int>(model::RecallReason::kSentInError) ==
                  v1::RECALL_REASON_SENT_IN_ERROR &&
              static_cast<int>(model::RecallReason::kSourceProtection) ==
                  v1::RECALL_REASON_SOURCE_PROTECTION &&
              static_cast<int>(model::RecallReason::kLegal) == v1::RECALL_REASON_LEGAL &&
              static_cast<int>(model::RecallReason::kSuperseded) == v1::RECALL_REASON_SUPERSEDED &&
              static_cast<int>(model::RecallReason::kNarrowed) == v1::RECALL_REASON_NARROWED &&
              static_cast<int>(model::RecallReason::kOther) == v1::RECALL_REASON_OTHER &&
              static_cast<int>(model::RecallReason::kOther) == v1::RecallReason_MAX);
static_assert(model::kEveryRevision == kMaxVersion);

absl::StatusOr<uint64_t> ReadVersion(const char* name, uint64_t version) {
  if (version == 0) return BadField(name, "is missing");
  if (version <= kMaxVersion) return version;
  return BadField(name, absl::StrCat("is ", version, ", limit is ", kMaxVersion));
}

}  // namespace

std::string EncodeRecall(const model::Recall& recall) {
  v1::Recall proto;
  proto.set_item_id(recall.item.raw());
  proto.set_origin(recall.origin.raw());
  proto.set_origin_manifest(recall.origin_manifest);
  proto.set_through_revision(recall.through);
  proto.set_grade(static_cast<v1::RecallGrade>(recall.grade));
  proto.set_reason(static_cast<v1::RecallReason>(recall.reason));
  return Encode(proto);
}

absl::StatusOr<model::Recall> DecodeRecall(std::string_view bytes) {
  FAIRWAY_ASSIGN_OR_RETURN(const v1::Recall proto, ParseAs<v1::Recall>(bytes, kMaxRecallBytes));
  model::Recall recall;
  FAIRWAY_ASSIGN_OR_RETURN(recall.item, ReadItemId("item_id", proto.item_id()));
  FAIRWAY_ASSIGN_OR_RETURN(recall.origin, ReadAuthority("origin", proto.origin()));
  FAIRWAY_ASSIGN_OR_RETURN(recall.origin_manifest,
                           ReadVersion("origin_manifest", proto.origin_manifest()));
  FAIRWAY_ASSIGN_OR_RETURN(recall.through,
                           ReadVersion("through_revision", proto.through_revision()));
  FAIRWAY_ASSIGN_OR_RETURN(recall.grade, ReadEnum<model::RecallGrade>("grade", proto.grade()));
  FAIRWAY_ASSIGN_OR_RETURN(recall.reason, ReadEnum<model::RecallReason>("reason", proto.reason()));
  const absl::Status meaning = model::CheckRecall(recall);
  if (!meaning.ok()) {
    return BadField("through_revision", absl::StrCat("does not fit: ", meaning.message()));
  }
  return recall;
}

crypto::Signed SealRecall(const model::Recall& recall, const crypto::SigningKey& item_key) {
  return crypto::Seal(crypto::kTypeRecall, EncodeRecall(recall), item_key);
}

}  // namespace fairway::wire
