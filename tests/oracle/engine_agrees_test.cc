// The engine and the oracle give the same answer to every question. Longer, and one seed again:
// README.md.

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "tests/oracle/agreement.h"

namespace fairway::oracle {
namespace {

constexpr uint64_t kDecisions = 10'400'000;  // all parts together
constexpr int kParts = 4;
constexpr uint64_t kFirstSeed = 20'260'615;

uint64_t FromEnvironment(const char* name, uint64_t otherwise) {
  const char* value = std::getenv(name);
  return value == nullptr ? otherwise : std::strtoull(value, nullptr, 10);
}

class EngineAgreesTest : public ::testing::TestWithParam<int> {};

TEST_P(EngineAgreesTest, WithTheOracleAboutEveryRequest) {
  const uint64_t wanted = FromEnvironment("FAIRWAY_ORACLE_DECISIONS", kDecisions) / kParts;
  const uint64_t only = FromEnvironment("FAIRWAY_ORACLE_ONLY", 0);
  const uint64_t keep_going = FromEnvironment("FAIRWAY_ORACLE_FINDINGS", 1);
  const uint64_t first = FromEnvironment("FAIRWAY_ORACLE_SEED", kFirstSeed) +
                         static_cast<uint64_t>(GetParam()) * 1'000'000'000;
  const auto started = std::chrono::steady_clock::now();
  Tally tally;
  uint64_t found = 0;
  for (uint64_t i = 0; tally.decisions < wanted && found < keep_going; ++i) {
    const uint64_t seed = only != 0 ? only : first + i;
    Dice dice(seed);
    const std::optional<std::string> disagreement = Try(dice, Size(), tally);
    if (disagreement) {
      ++found;
      ADD_FAILURE() << "seed " << seed << "\n" << *disagreement;
    }
    if (only != 0) break;
  }
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
  std::printf("seeds from %llu, %.1f s: %s", static_cast<unsigned long long>(first), seconds,
              tally.ToText().c_str());
}

INSTANTIATE_TEST_SUITE_P(Parts, EngineAgreesTest, ::testing::Range(0, kParts));

}  // namespace
}  // namespace fairway::oracle
