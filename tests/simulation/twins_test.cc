#include "tests/simulation/twins.h"

#include "gtest/gtest.h"

namespace fairway::simulation {
namespace {

TEST(Twins, SendAPeerTheSameWhateverItMayNotHave) {
  uint64_t renditions = 0, hidden = 0, elsewhere = 0;
  for (uint64_t seed = 1; seed <= 3; ++seed) {
    const TwinResult result = RunTwins(seed);
    EXPECT_FALSE(result.difference.has_value()) << "seed " << seed << ": " << *result.difference;
    EXPECT_GT(result.statements, 0u) << "seed " << seed;
    renditions += result.renditions;
    hidden += result.hidden_items;
    elsewhere += result.hidden_renditions;
  }
  EXPECT_GT(renditions, 10u);
  EXPECT_GT(hidden, 10u);
  EXPECT_GT(elsewhere, 10u);
}

TEST(Twins, AreToldApartByOneItemThatIsNotHidden) {
  EXPECT_TRUE(RunTwins(1, Hidden::kWithAMistake).difference.has_value());
}

}  // namespace
}  // namespace fairway::simulation
