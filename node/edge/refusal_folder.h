#ifndef FAIRWAY_NODE_EDGE_REFUSAL_FOLDER_H_
#define FAIRWAY_NODE_EDGE_REFUSAL_FOLDER_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"
#include "node/edge/edge_events.h"

namespace fairway::edge {

// Folds repeated refusals, because each one that is reported becomes an audit record and a disk
// write: a stranger must not decide how many there are. The first of a kind (reason, host, key) is
// reported at once; further ones are counted for a minute and then reported as one. Nothing is lost
// but the port numbers. At kMaxKinds open kinds, new ones are folded by reason alone. Not
// thread-safe.
class RefusalFolder {
 public:
  static constexpr size_t kMaxKinds = 1024;
  static constexpr absl::Duration kWindow = absl::Minutes(1);

  // What to report now because of `refusal`: it, or nothing.
  std::vector<Refusal> Add(Refusal refusal, absl::Time now);

  // What to report because time has passed. Call every few seconds; with absl::InfiniteFuture()
  // everything still counted comes out.
  std::vector<Refusal> Due(absl::Time now);

 private:
  struct Kind {
    absl::Time until;
    Refusal last;  // count: refusals since the last report
  };
  absl::flat_hash_map<std::string, Kind> kinds_;
};

}  // namespace fairway::edge

#endif  // FAIRWAY_NODE_EDGE_REFUSAL_FOLDER_H_
