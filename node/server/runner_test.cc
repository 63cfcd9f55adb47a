#include "node/server/runner.h"

#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <mutex>

#include "node/env/system_clock.h"
#include "tests/support/manual_clock.h"

namespace fairway::server {
namespace {

// Counts steps and says when it wants the next one.
class Counting : public env::Steppable {
 public:
  explicit Counting(absl::Duration pause) : pause_(pause) {}
  absl::Time Step(absl::Time now) override {
    std::lock_guard<std::mutex> lock(mutex_);
    ++steps_;
    changed_.notify_all();
    return now + pause_;
  }
  bool WaitFor(int steps) {
    std::unique_lock<std::mutex> lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(30), [&] { return steps_ >= steps; });
  }

 private:
  const absl::Duration pause_;
  std::mutex mutex_;
  std::condition_variable changed_;
  int steps_ = 0;
};

TEST(RunnerTest, StepsAgainWhenTheTimeComes) {
  env::SystemClock clock;
  Counting work(absl::Milliseconds(1));
  Runner runner(work, clock);
  EXPECT_TRUE(work.WaitFor(5));
}

TEST(RunnerTest, AClockThatIsSetBackByAYearStopsNothing) {
  testing::ManualClock clock;
  Counting work(absl::Milliseconds(20));
  Runner runner(work, clock);
  ASSERT_TRUE(work.WaitFor(1));
  clock.Advance(-absl::Hours(24 * 365));
  EXPECT_TRUE(work.WaitFor(3));
}

TEST(RunnerTest, AWakeBringsAStepLongBeforeItIsDue) {
  env::SystemClock clock;
  Counting work(absl::InfiniteDuration());
  Runner runner(work, clock);
  ASSERT_TRUE(work.WaitFor(1));
  runner.Wake();
  EXPECT_TRUE(work.WaitFor(2));
}

TEST(RunnerTest, StopsWhileNothingIsDue) {
  env::SystemClock clock;
  Counting work(absl::InfiniteDuration());
  {
    Runner runner(work, clock);
    ASSERT_TRUE(work.WaitFor(1));
  }
  SUCCEED() << "the destructor returned";
}

}  // namespace
}  // namespace fairway::server
