#include "tools/benchmark/arguments.h"

#include <cstdio>
#include <cstdlib>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace fairway::benchmark {

absl::StatusOr<Arguments> Arguments::Parse(int argc, char** argv, int first) {
  Arguments arguments;
  for (int i = first; i < argc; i += 2) {
    const std::string name = argv[i];
    if (!absl::StartsWith(name, "--") || i + 1 == argc) {
      return absl::InvalidArgumentError(absl::StrCat("wanted --name value, found \"", name, "\""));
    }
    arguments.values_[name.substr(2)] = argv[i + 1];
  }
  return arguments;
}

std::string Arguments::text(const std::string& name) const {
  const auto found = values_.find(name);
  if (found == values_.end()) {
    std::fprintf(stderr, "error: --%s is missing\n", name.c_str());
    std::exit(2);
  }
  return found->second;
}

std::string Arguments::text(const std::string& name, const std::string& otherwise) const {
  const auto found = values_.find(name);
  return found == values_.end() ? otherwise : found->second;
}

uint64_t Arguments::number(const std::string& name, uint64_t otherwise) const {
  const auto found = values_.find(name);
  if (found == values_.end()) return otherwise;
  uint64_t value = 0;
  if (!absl::SimpleAtoi(found->second, &value)) {
    std::fprintf(stderr, "error: --%s wants a number, found \"%s\"\n", name.c_str(),
                 found->second.c_str());
    std::exit(2);
  }
  return value;
}

}  // namespace fairway::benchmark
