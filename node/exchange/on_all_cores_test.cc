#include "node/exchange/on_all_cores.h"

#include <gtest/gtest.h>
#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include <fstream>
#include <set>
#include <thread>
#include <vector>

namespace fairway::exchange {
namespace {

TEST(OnAllCoresTest, CallsForEachNumberExactlyOnce) {
  for (const size_t count : {0, 1, 7, 8, 9, 63, 256}) {
    std::vector<int> calls(count);
    OnAllCores(count, 4, [&](size_t i) { ++calls[i]; });
    EXPECT_EQ(calls, std::vector<int>(count, 1)) << count;
  }
}

TEST(OnAllCoresTest, LittleIsDoneWhereItIsAskedFor) {
  std::set<std::thread::id> threads;
  OnAllCores(7, 4, [&](size_t) { threads.insert(std::this_thread::get_id()); });
  EXPECT_EQ(threads, std::set{std::this_thread::get_id()});
}

TEST(OnAllCoresTest, ItIsDoneHereIfTheMachineGivesNoThread) {
  // No space for the stack of another thread, larger than any that is kept from threads before.
  pthread_attr_t usual, large;
  ASSERT_EQ(pthread_getattr_default_np(&usual), 0);
  ASSERT_EQ(pthread_getattr_default_np(&large), 0);
  ASSERT_EQ(pthread_attr_setstacksize(&large, 256 << 20), 0);
  ASSERT_EQ(pthread_setattr_default_np(&large), 0);
  size_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  ASSERT_GT(pages, 0u);
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_AS, &before), 0);
  rlimit tight = before;
  tight.rlim_cur = pages * static_cast<size_t>(sysconf(_SC_PAGESIZE)) + (1 << 20);
  std::vector<int> calls(64);
  ASSERT_EQ(setrlimit(RLIMIT_AS, &tight), 0);
  OnAllCores(calls.size(), 1, [&](size_t i) { ++calls[i]; });
  ASSERT_EQ(setrlimit(RLIMIT_AS, &before), 0);
  ASSERT_EQ(pthread_setattr_default_np(&usual), 0);
  EXPECT_EQ(calls, std::vector<int>(calls.size(), 1));
}

}  // namespace
}  // namespace fairway::exchange
