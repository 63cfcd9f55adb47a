#ifndef FAIRWAY_NODE_SERVICE_CALL_H_
#define FAIRWAY_NODE_SERVICE_CALL_H_

#include <map>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "node/model/caller.h"

namespace fairway::service {

// One call as its handler sees it: who, when, and what the leaf of a read will name.
struct Call {
  model::Caller caller;
  absl::Time now;

  // Filled by handlers whose leaf the guard writes (methods.h, Trace::kGuard).
  std::vector<std::string> objects;  // REFs and names
  std::map<std::string, std::string> detail;
};

}  // namespace fairway::service

#endif  // FAIRWAY_NODE_SERVICE_CALL_H_
