// The agreements that ship, asked about random peers and items: the engine and the oracle agree.

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdio>
#include <string>

#include "policy/templates.h"
#include "tests/oracle/agreement.h"
#include "tests/oracle/reader.h"

namespace fairway::oracle {
namespace {

TEST(TemplatesAgreeTest, AboutRandomRequestsInManyWorlds) {
  for (const policy::Template& agreement : policy::Templates()) {
    Tally tally;
    for (uint64_t seed = 1; seed <= 12; ++seed) {
      Dice dice(seed);
      Generator generator(dice, Profiles()[1]);
      const auto loaded =
          policy::Policy::Load(std::string(agreement.name), std::string(agreement.text),
                               generator.profile().vocabulary, generator.registry());
      ASSERT_NE(loaded.policy, nullptr) << agreement.name;
      generator.UseWordsOf(*ReadPolicy(std::string(agreement.text)));
      const auto disagreement = Compare(generator, *loaded.policy, Size(), tally);
      ASSERT_FALSE(disagreement) << agreement.name << " seed " << seed << "\n" << *disagreement;
    }
    EXPECT_GT(tally.decisions, 10'000);
    std::printf("%s: %s", std::string(agreement.name).c_str(), tally.ToText().c_str());
  }
}

}  // namespace
}  // namespace fairway::oracle
