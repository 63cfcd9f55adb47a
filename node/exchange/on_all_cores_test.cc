#include "node/exchange/on_all_cores.h"

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace fairway::exchange
