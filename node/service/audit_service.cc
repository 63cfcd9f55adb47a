#include "node/service/audit_service.h"

#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "crypto/merkle.h"
#include "node/audit/audit_log.h"
#include "node/audit/leaf.h"
#include "node/service/displayable.h"
#include "node/status/problem.h"
#include "node/status/status_macros.h"
#include "node/store/audit_table.h"

namespace fairway::service {
namespace {

v1::EventView ToProto(const audit::Entry& entry, const crypto::Digest& leaf_hash) {
  v1::EventView view;
  view.set_seq(entry.seq);
  view.set_time_ms(absl::ToUnixMillis(entry.time));
  view.set_kind(std::string(audit::ToText(entry.event.kind)));
  view.set_actor(Displayable(entry.event.actor));
  view.set_role(Displayable(entry.event.role));
  for (const std::string& object : entry.event.objects) view.add_objects(Displayable(object));
  view.set_outcome(Displayable(entry.event.outcome));
  view.set_reason(Displayable(entry.event.reason));
  for (const auto& [name, value] : entry.event.detail) {
    v1::EventDetail* detail = view.add_detail();
    detail->set_name(Displayable(name));
    detail->set_value(Displayable(value));
  }
  view.set_leaf_hash(leaf_hash.ToString());
  return view;
}

}  // namespace

AuditService::AuditService(const store::Database& database, audit::Checkpointer& checkpointer,
                           std::string origin, const crypto::PublicKey& log_key)
    : database_(database),
      checkpointer_(checkpointer),
      origin_(std::move(origin)),
      log_key_(log_key) {}

absl::Status AuditService::ListEvents(Call& call, const v1::ListEventsRequest& request,
                                      v1::ListEventsResponse& response) {
  if (request.limit() > kMaxEvents) {
    return MakeProblem(absl::StatusCode::kInvalidArgument,
                       {.code = "FW-LIST-001",
                        .message = absl::StrCat("a page of ", request.limit(),
                                                " entries is asked for, limit is ", kMaxEvents),
                        .why = {},
                        .next = {absl::StrCat("fairway audit list --limit ", kMaxEvents)}});
  }
  const size_t limit = request.limit() == 0 ? kDefaultEvents : request.limit();
  call.detail["from"] = absl::StrCat(request.from_seq());
  return database_.Read([&](store::ReadTxn& txn) -> absl::Status {
    FAIRWAY_ASSIGN_OR_RETURN(const uint64_t size, audit::CountEntries(txn));
    response.set_log_size(size);
    if (request.from_seq() >= size) return absl::OkStatus();
    FAIRWAY_ASSIGN_OR_RETURN(const std::vector<store::AuditLeaf> leaves,
                             store::AuditLeaves(txn, request.from_seq(), limit));
    size_t bytes = 0;
    for (const store::AuditLeaf& leaf : leaves) {
      FAIRWAY_ASSIGN_OR_RETURN(const audit::Entry entry, audit::DecodeLeaf(leaf.bytes));
      v1::EventView view = ToProto(entry, crypto::LeafHash(leaf.bytes));
      bytes += view.ByteSizeLong();
      if (bytes > kMaxPageBytes && response.events_size() > 0) break;
      *response.add_events() = std::move(view);
    }
    call.detail["count"] = absl::StrCat(response.events_size());
    return absl::OkStatus();
  });
}

absl::Status AuditService::VerifyLog(Call& call, const v1::VerifyLogRequest&,
                                     v1::VerifyLogResponse& response) {
  absl::StatusOr<audit::VerifiedLog> verified = absl::UnknownError("not asked");
  FAIRWAY_RETURN_IF_ERROR(database_.Read([&](store::ReadTxn& txn) -> absl::Status {
    verified = audit::VerifyLog(txn, origin_, log_key_);
    return absl::IsDataLoss(verified.status()) ? absl::OkStatus() : verified.status();
  }));
  call.detail["verified"] = verified.ok() ? "yes" : "no";
  response.set_ok(verified.ok());
  if (!verified.ok()) {
    const std::optional<Problem> problem = ProblemOf(verified.status());
    response.set_problem(problem ? problem->message : std::string(verified.status().message()));
    return absl::OkStatus();
  }
  response.set_log_size(verified->size);
  response.set_root(verified->root.ToString());
  response.set_checkpoints(verified->checkpoints);
  response.set_signed_size(verified->signed_size);
  return absl::OkStatus();
}

absl::Status AuditService::Checkpoint(Call& call, const v1::CheckpointRequest&,
                                      v1::CheckpointResponse& response) {
  FAIRWAY_RETURN_IF_ERROR(checkpointer_.SignNow());
  return database_.Read([&](store::ReadTxn& txn) -> absl::Status {
    FAIRWAY_ASSIGN_OR_RETURN(const std::optional<store::AuditCheckpoint> latest,
                             store::LatestAuditCheckpoint(txn));
    if (!latest) return absl::NotFoundError("the log is empty: there is nothing to sign yet");
    response.set_note(latest->note);
    call.detail["size"] = absl::StrCat(latest->size);
    return absl::OkStatus();
  });
}

}  // namespace fairway::service
