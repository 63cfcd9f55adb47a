#ifndef FAIRWAY_NODE_SERVICE_NODE_VIEW_H_
#define FAIRWAY_NODE_SERVICE_NODE_VIEW_H_

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "node/model/ids.h"

// What only the running node knows; node/server implements it.
namespace fairway::service {

struct PeerActivity {
  bool connected = false;
  absl::Time last_seen = absl::InfinitePast();  // of the last frame from it since the start
  std::string trouble;                          // why it is not connected, or what was refused
};

struct Finding {
  enum class Severity { kOk = 1, kWarn = 2, kFail = 3 };
  std::string area;     // "Node", "Peers", "Policy"
  std::string subject;  // "database", a peer's name
  Severity severity = Severity::kOk;
  std::string text;
  std::vector<std::string> next;  // commands
};

// Thread-safe; quick.
class NodeView {
 public:
  virtual ~NodeView() = default;
  virtual PeerActivity ActivityOf(const model::AuthorityId& peer) const = 0;
  // Of what the services cannot see themselves: listener, checkpoints, background work.
  virtual std::vector<Finding> Findings() const = 0;
};

}  // namespace fairway::service

#endif  // FAIRWAY_NODE_SERVICE_NODE_VIEW_H_
