#include "node/exchange/on_all_cores.h"

#include <algorithm>
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
  for (size_t i = 1; i < threads; ++i) others.emplace_back(share, i);
  share(0);
  for (std::thread& other : others) other.join();
}

}  // namespace fairway::exchange
