#ifndef FAIRWAY_TOOLS_BENCHMARK_BULLETINS_H_
#define FAIRWAY_TOOLS_BENCHMARK_BULLETINS_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "node/model/draft.h"

namespace fairway::benchmark {

// Workload W: bulletins of about 2 KB (title, 1.5 KB of text, markings, 8 topics, 5 entities) whose
// words come from real documents. The n-th one is always the same. Thread-safe.
class Bulletins {
 public:
  static constexpr size_t kBodyBytes = 1500;
  // Every second one has this topic, by which the policy of the benchmark permits.
  static constexpr char kPermittedTopic[] = "wildlife";

  // Reads the *.md of a folder. NOT_FOUND: there is none; errors of interop::ReadFrontMatter.
  static absl::StatusOr<Bulletins> FromFolder(const std::string& folder);

  model::Draft Make(uint64_t number, bool permitted, model::Precedence precedence) const;

 private:
  std::vector<std::string> titles_;
  std::string text_;  // of all documents
};

}  // namespace fairway::benchmark

#endif  // FAIRWAY_TOOLS_BENCHMARK_BULLETINS_H_
