#ifndef FAIRWAY_NODE_SERVICE_CALL_GUARD_H_
#define FAIRWAY_NODE_SERVICE_CALL_GUARD_H_

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "node/audit/audit_log.h"
#include "node/audit/event.h"
#include "node/env/clock.h"
#include "node/model/caller.h"
#include "node/service/call.h"
#include "node/service/methods.h"
#include "node/store/database.h"

namespace fairway::service {

// Around every local call, outermost: who calls, may they, is it a request at all; then the one
// handler; and whatever is refused becomes an audit leaf. Takes and gives bytes, knows no gRPC.
// Thread-safe; waits for the disk.
//
// Refusals, all with a Problem and a leaf call.refused (the method; status, code, uid):
//   UNAUTHENTICATED    FW-CALL-001  the uid is nobody here, or a disabled user
//   UNIMPLEMENTED      FW-CALL-002  no such method
//   PERMISSION_DENIED  FW-CALL-003  none of the caller's roles may
//   INVALID_ARGUMENT   FW-CALL-004  larger than the method takes
//   INVALID_ARGUMENT   FW-CALL-005  not a request of this method; names the field
//   INVALID_ARGUMENT   FW-CALL-006  did not arrive whole
//   RESOURCE_EXHAUSTED FW-CALL-007  too many calls wait (one leaf for all of a user's)
//   UNAVAILABLE        FW-CALL-008  the leaf cannot be written: nothing was done
//   (closed)           FW-CALL-009  too many connections (one leaf for all of a user's)
//   others                          the handler's own
class CallGuard {
 public:
  // All must outlive this object.
  CallGuard(store::Database& database, const audit::AuditLog& audit, const env::Clock& clock,
            const Services& services);

  // One call from bytes to bytes. The user is looked up anew each time: a role that was taken away
  // is gone at once, also on a connection that was made before.
  absl::StatusOr<std::string> Run(uint32_t uid, std::string_view path,
                                  std::string_view request) const;

  // A call whose request never became whole. Gives the refusal.
  absl::Status RefuseUnreadable(uint32_t uid, std::string_view path) const;

  // A call that there is no room for. Does not wait for the disk: the leaf comes with the next
  // RecordTurnedAway. Gives the refusal.
  absl::Status TurnAway(uint32_t uid);
  // A connection that one user has too many of: it is closed without a word. As TurnAway.
  void TurnAwayConnection(uint32_t uid);
  // One leaf for each user and kind of turning away since the last time.
  void RecordTurnedAway();

 private:
  absl::StatusOr<model::Caller> Identify(uint32_t uid) const;
  absl::StatusOr<std::string> RunAs(Call& call, std::string_view path,
                                    std::string_view request) const;
  absl::Status RecordRead(const Method& method, const Call& call) const;
  // Records `why` and gives it back, or FW-CALL-008.
  absl::Status Refuse(uint32_t uid, const std::optional<model::Caller>& caller,
                      std::string_view path, const absl::Status& why) const;
  absl::Status Append(const audit::Event& event) const;

  store::Database& database_;
  const audit::AuditLog& audit_;
  const env::Clock& clock_;
  const Services services_;

  std::mutex mutex_;
  // Guarded by mutex_: how often, by uid and code.
  std::map<std::pair<uint32_t, std::string>, uint64_t> turned_away_;
};

}  // namespace fairway::service

#endif  // FAIRWAY_NODE_SERVICE_CALL_GUARD_H_
