#ifndef FAIRWAY_POLICY_ENGINE_TEST_RUNNER_H_
#define FAIRWAY_POLICY_ENGINE_TEST_RUNNER_H_

#include <vector>

#include "policy/program/program.h"
#include "policy/test_result.h"

namespace fairway::policy {

// Runs the tests of a program, in the order of the text, through the decision of the engine.
std::vector<TestResult> RunTests(const Program& program);

}  // namespace fairway::policy

#endif  // FAIRWAY_POLICY_ENGINE_TEST_RUNNER_H_
