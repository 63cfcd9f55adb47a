#ifndef FAIRWAY_NODE_SERVICE_AUDIT_SERVICE_H_
#define FAIRWAY_NODE_SERVICE_AUDIT_SERVICE_H_

#include <string>

#include "absl/status/status.h"
#include "api/v1/audit.pb.h"
#include "crypto/ed25519.h"
#include "node/audit/checkpointer.h"
#include "node/service/call.h"
#include "node/store/database.h"

namespace fairway::service {

// The audit log, for auditors. That they read it is in it. Thread-safe.
class AuditService {
 public:
  static constexpr uint32_t kDefaultEvents = 100;
  static constexpr uint32_t kMaxEvents = 1000;
  // A page ends early above this; clients take messages of 4 MiB.
  static constexpr size_t kMaxPageBytes = 2 * 1024 * 1024;

  // All must outlive this object. `origin` is the log's name.
  AuditService(const store::Database& database, audit::Checkpointer& checkpointer,
               std::string origin, const crypto::PublicKey& log_key);

  absl::Status ListEvents(Call& call, const v1::ListEventsRequest& request,
                          v1::ListEventsResponse& response);
  // Answers OK with `ok` false for a log that does not hold: that it was asked is an answer.
  absl::Status VerifyLog(Call& call, const v1::VerifyLogRequest& request,
                         v1::VerifyLogResponse& response);
  absl::Status Checkpoint(Call& call, const v1::CheckpointRequest& request,
                          v1::CheckpointResponse& response);

 private:
  const store::Database& database_;
  audit::Checkpointer& checkpointer_;
  const std::string origin_;
  const crypto::PublicKey log_key_;
};

}  // namespace fairway::service

#endif  // FAIRWAY_NODE_SERVICE_AUDIT_SERVICE_H_
