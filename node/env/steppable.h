#ifndef FAIRWAY_NODE_ENV_STEPPABLE_H_
#define FAIRWAY_NODE_ENV_STEPPABLE_H_

#include "absl/time/time.h"

namespace fairway::env {

// Something with work of its own: a peer session, the checkpointer. It has no thread; whoever runs
// the node (threads in production, a scheduler in a simulation) steps it.
class Steppable {
 public:
  virtual ~Steppable() = default;

  // Does at most one bounded unit of work (about one transaction or one frame) and says when it
  // wants the next step: at or before `now` means again at once, absl::InfiniteFuture() means only
  // after its Wake was called. Never called for one object from two threads at a time. A step that
  // comes early is harmless.
  virtual absl::Time Step(absl::Time now) = 0;
};

}  // namespace fairway::env

#endif  // FAIRWAY_NODE_ENV_STEPPABLE_H_
