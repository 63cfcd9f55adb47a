#ifndef FAIRWAY_TOOLS_BENCHMARK_DISTRIBUTION_H_
#define FAIRWAY_TOOLS_BENCHMARK_DISTRIBUTION_H_

#include <nlohmann/json.hpp>
#include <vector>

namespace fairway::benchmark {

// {"count", "p50", "p99", "max", "mean"} of samples; only "count": 0 of none. The p-th percentile
// is the smallest sample that at least p percent are not above.
nlohmann::json Distribution(std::vector<double> samples);

}  // namespace fairway::benchmark

#endif  // FAIRWAY_TOOLS_BENCHMARK_DISTRIBUTION_H_
