#ifndef FAIRWAY_POLICY_ENGINE_TEST_RUNNER_H_
#define FAIRWAY_POLICY_ENGINE_TEST_RUNNER_H_

#include <vector>

#include "policy/engine/compiled.h"
#include "policy/test_result.h"

namespace fairway::policy {

// Runs the tests of its program, in the order of the text, through the one decision function.
std::vector<TestResult> RunTests(const Compiled& compiled);

}  // namespace fairway::policy

#endif  // FAIRWAY_POLICY_ENGINE_TEST_RUNNER_H_
