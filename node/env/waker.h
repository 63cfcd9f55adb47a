#ifndef FAIRWAY_NODE_ENV_WAKER_H_
#define FAIRWAY_NODE_ENV_WAKER_H_

#include <functional>

namespace fairway::env {

// How something tells the runner that its Steppable has work now. Supplied by the runner; cheap,
// never blocks, never steps by itself, may be called from any thread and any number of times. A
// call during a Step leads to another Step after it.
using Wake = std::function<void()>;

}  // namespace fairway::env

#endif  // FAIRWAY_NODE_ENV_WAKER_H_
