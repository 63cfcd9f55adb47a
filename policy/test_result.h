#ifndef FAIRWAY_POLICY_TEST_RESULT_H_
#define FAIRWAY_POLICY_TEST_RESULT_H_

#include <string>

#include "policy/decision.h"

namespace fairway::policy {

// One `test` of a policy text, run.
struct TestResult {
  std::string name;
  int line = 0;
  bool passed = false;
  std::string message;  // if it failed: what was expected and what came, with the deciding rule
  Decision decision;
};

}  // namespace fairway::policy

#endif  // FAIRWAY_POLICY_TEST_RESULT_H_
