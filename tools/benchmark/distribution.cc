#include "tools/benchmark/distribution.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace fairway::benchmark {

nlohmann::json Distribution(std::vector<double> samples) {
  if (samples.empty()) return {{"count", 0}};
  std::sort(samples.begin(), samples.end());
  const auto percentile = [&](double p) {
    const double rank = std::ceil(p / 100 * static_cast<double>(samples.size()));
    return samples[static_cast<size_t>(std::max(rank, 1.0)) - 1];
  };
  return {{"count", samples.size()},
          {"p50", percentile(50)},
          {"p99", percentile(99)},
          {"max", samples.back()},
          {"mean", std::accumulate(samples.begin(), samples.end(), 0.0) /
                       static_cast<double>(samples.size())}};
}

}  // namespace fairway::benchmark
