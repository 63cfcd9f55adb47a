// Runs a target without libFuzzer, blind to coverage: keeps a pool of inputs, mutates them for some
// seconds. Usage: NAME [seconds [seed]], or NAME FILE… to run inputs that were found.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "tests/fuzz/target.h"

namespace {

void Run(const std::string& input) {
  LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(input.data()), input.size());
}

}  // namespace

int main(int argc, char** argv) {
  using fairway::oracle::Dice;
  if (argc > 1 && argv[1][0] != '\0' && (argv[1][0] < '0' || argv[1][0] > '9')) {
    for (int i = 1; i < argc; ++i) {
      std::ifstream file(argv[i], std::ios::binary);
      Run(std::string(std::istreambuf_iterator<char>(file), {}));
    }
    return 0;
  }
  const double seconds = argc > 1 ? std::atof(argv[1]) : 5;
  const uint64_t seed = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 20'260'615;
  std::printf("seed %llu\n", static_cast<unsigned long long>(seed));
  std::fflush(stdout);
  Dice dice(seed);
  constexpr size_t kPool = 200;
  constexpr size_t kLongest = 20'000;
  std::vector<std::string> pool(kPool);
  const auto started = std::chrono::steady_clock::now();
  uint64_t runs = 0;
  double longest = 0;
  for (double now = 0; now < seconds;) {
    std::string& kept = pool[dice.Below(kPool)];
    std::string input = kept;
    for (size_t i = 1 + dice.Below(4); i-- > 0;) {
      input = fairway::fuzz::MutateInput(input, dice);
    }
    if (input.size() > kLongest) input = fairway::fuzz::MutateInput("", dice);
    std::ofstream(std::string(std::getenv("TEST_TMPDIR") ? std::getenv("TEST_TMPDIR") : "/tmp") +
                      "/last_fuzz_input",
                  std::ios::binary)
        << input;
    Run(input);
    ++runs;
    // A few steps away from what loads, then back to something new.
    kept = dice.Percent(30) ? "" : input;
    const double then = now;
    now = std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
    longest = std::max(longest, now - then);
  }
  std::printf("%llu inputs in %.1f s, the slowest took %.2f s\n",
              static_cast<unsigned long long>(runs), seconds, longest);
  return 0;
}
