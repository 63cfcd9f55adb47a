#ifndef FAIRWAY_NODE_EXCHANGE_ON_ALL_CORES_H_
#define FAIRWAY_NODE_EXCHANGE_ON_ALL_CORES_H_

#include <cstddef>
#include <functional>

namespace fairway::exchange {

// Calls `each` for 0 … count - 1, spread over the cores of the machine and this thread, and returns
// when all are done; with fewer than 2 × `least`, or if the machine gives no thread, all on this
// one. `each` must be pure work in memory: no database, no clock, no randomness, nothing that two
// calls share.
void OnAllCores(size_t count, size_t least, const std::function<void(size_t)>& each);

}  // namespace fairway::exchange

#endif  // FAIRWAY_NODE_EXCHANGE_ON_ALL_CORES_H_
