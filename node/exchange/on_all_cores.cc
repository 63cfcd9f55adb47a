#include "node/exchange/on_all_cores.h"

#include <algorithm>
#include <system_error>
#include <thread>
#include <vector>

namespace fairway::exchange {

void OnAllCores(size_t count, size_t least, const std::function<void(size_t)>& each) {
  const size_t cores = std::max(1u, std::thread::hardware_concurrency());
  const size_t threads = std::clamp<size_t>(count / std::max<size_t>(least, 1), 1, cores);
  const auto share = [&](size_t mine) {
    for (size_t i = count * mine / threads; i < count * (mine + 1) / threads; ++i) each(i);
  };
  std::vector<std::thread> others;
  others.reserve(threads - 1);
  size_t handed = 1;
  try {
    for (; handed < threads; ++handed) others.emplace_back(share, handed);
  } catch (const std::system_error&) {
    // The machine gives no more threads; what nobody takes is done here.
  }
  share(0);
  for (size_t mine = handed; mine < threads; ++mine) share(mine);
  for (std::thread& other : others) other.join();
}

}  // namespace fairway::exchange
