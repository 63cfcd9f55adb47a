#ifndef FAIRWAY_NODE_SERVICE_METHODS_H_
#define FAIRWAY_NODE_SERVICE_METHODS_H_

#include <google/protobuf/message.h>

#include <cstddef>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "node/audit/event.h"
#include "node/model/caller.h"
#include "node/service/call.h"

namespace fairway::service {

class AuditService;
class DeskService;
class HeldService;
class HistoryService;
class NodeService;
class PeerService;
class PolicyChangeService;
class PolicyService;
class UserService;

// Whoever handles a call. Built once by node/server; all thread-safe.
struct Services {
  DeskService& desk;
  HeldService& held;
  HistoryService& history;
  NodeService& node;
  PeerService& peers;
  UserService& users;
  PolicyService& policy;
  PolicyChangeService& policy_changes;
  AuditService& audit;
};

// What a call that succeeds leaves in the audit log. One that does not always leaves call.refused.
enum class Trace {
  kRoom,          // the room that makes the change writes it, in the change's own transaction
  kGuard,         // the guard commits it before the answer leaves: reads of content and of the log
  kGuardIfShown,  // as kGuard, but an answer that names no object leaves nothing: polling
  kNone,          // shows nothing of any item
};

// One row for each rpc of the local services: whoever wants to know what may be called, by whom and
// what it leaves behind, reads this table; nothing is registered anywhere else.
struct Method {
  std::string_view path;      // "/fairway.v1.Desk/Publish"
  std::set<model::Role> may;  // any of them; several roles of a user do not add up to another
  size_t max_request_bytes;
  Trace trace;
  audit::EventKind event;  // not for Trace::kNone

  std::unique_ptr<google::protobuf::Message> (*make_request)();
  // `request` is what make_request made, parsed strictly. The answer is encoded.
  absl::StatusOr<std::string> (*run)(const Services& services, Call& call,
                                     const google::protobuf::Message& request);
};

const std::vector<Method>& Methods();
const Method* FindMethod(std::string_view path);  // nullptr: there is none

// The transport lets through a little more than any method takes, so that what is too large for its
// method is refused by the guard, with a leaf.
inline constexpr size_t kMaxLocalMessageBytes = 32 * 1024 * 1024;

}  // namespace fairway::service

#endif  // FAIRWAY_NODE_SERVICE_METHODS_H_
