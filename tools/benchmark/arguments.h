#ifndef FAIRWAY_TOOLS_BENCHMARK_ARGUMENTS_H_
#define FAIRWAY_TOOLS_BENCHMARK_ARGUMENTS_H_

#include <cstdint>
#include <map>
#include <string>

#include "absl/status/statusor.h"

namespace fairway::benchmark {

// "--name value" pairs. The programs here are called by benchmark.py, not by people.
class Arguments {
 public:
  // INVALID_ARGUMENT: a word that is no --name, or a name without a value.
  static absl::StatusOr<Arguments> Parse(int argc, char** argv, int first);

  bool has(const std::string& name) const { return values_.contains(name); }
  // Ends the program with a message if it is missing and there is no default.
  std::string text(const std::string& name) const;
  std::string text(const std::string& name, const std::string& otherwise) const;
  uint64_t number(const std::string& name, uint64_t otherwise) const;

 private:
  std::map<std::string, std::string> values_;
};

}  // namespace fairway::benchmark

#endif  // FAIRWAY_TOOLS_BENCHMARK_ARGUMENTS_H_
