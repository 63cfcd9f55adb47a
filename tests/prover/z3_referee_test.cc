// An SMT solver as referee: it is told the specification once more, and asked what the prover is.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "policy/proof/proof.h"
#include "tests/prover/small_world.h"
#include "tests/prover/smt_export.h"

namespace fairway::tests {
namespace {

using policy::Answer;
using policy::Policy;

constexpr size_t kEdits = 200;

bool HaveZ3() { return std::system("z3 --version > /dev/null 2>&1") == 0; }

// The answers, one word a line.
std::vector<std::string> Ask(const std::string& questions) {
  const char* directory = std::getenv("TEST_TMPDIR");
  const std::string path =
      absl::StrCat(directory == nullptr ? "/tmp" : directory, "/question-", getpid(), ".smt2");
  std::ofstream(path) << questions;
  FILE* pipe = popen(absl::StrCat("z3 ", path).c_str(), "r");
  std::string output;
  char buffer[256];
  while (pipe != nullptr && fgets(buffer, sizeof buffer, pipe) != nullptr) output += buffer;
  if (pipe != nullptr) pclose(pipe);
  std::remove(path.c_str());
  std::vector<std::string> answers;
  std::istringstream lines(output);
  for (std::string line; std::getline(lines, line);) answers.push_back(line);
  return answers;
}

TEST(Z3Referee, TheSolverAndTheProverAgree) {
  if (!HaveZ3()) {
    GTEST_SKIP() << "z3 is not on the PATH (tools/setup installs it): the referee did NOT run";
  }
  const char* given = std::getenv("PROVER_SEED");
  const uint64_t seed = given == nullptr ? 1'789 : std::strtoull(given, nullptr, 10);
  std::cout << "seed " << seed << " (another: PROVER_SEED=N)\n";
  std::mt19937_64 dice(seed);
  size_t edits = 0, questions = 0, cases = 0;
  while (edits < kEdits) {
    Topic topic = RandomTopic(dice, false);
    const Topic more = RandomTopic(dice, false);  // larger than what can be enumerated
    topic.item.insert(topic.item.end(), more.item.begin(), more.item.end());
    topic.peer.insert(topic.peer.end(), more.peer.begin(), more.peer.end());
    const policy::Registry registry = SmallRegistry(dice());
    const std::vector<std::string> rules = RandomRules(topic, dice);
    const std::string text_before = Joined(rules);
    std::string text_after = Joined(Edited(rules, topic, dice));
    const size_t promises = dice() % 3;
    for (size_t i = 0; i < promises; ++i) {
      text_after += RandomPromise(topic, static_cast<int>(i), dice).guarantee;
    }
    const auto load = [&](const std::string& text) {
      return Policy::Load("trial", text, SmallVocabulary(), registry).policy;
    };
    const auto before = load(text_before);
    const auto after = load(text_after);
    if (before == nullptr || after == nullptr) continue;
    ++edits;
    const auto proof = policy::Prove(before.get(), *after);
    ASSERT_TRUE(proof.ok()) << proof.status() << "\n" << text_before << "---\n" << text_after;
    std::vector<Answer> ours = {proof->gain_anyone.answer, proof->gain_registered.answer,
                                proof->loss.answer};
    for (const policy::GuaranteeFinding& guarantee : proof->guarantees) {
      ours.push_back(guarantee.anyone.answer);
      ours.push_back(guarantee.registered.answer);
    }
    ASSERT_EQ(ours.size(), SmtQuestionCount(*after));
    const std::string asked = SmtQuestions(*before, *after);
    const std::vector<std::string> theirs = Ask(asked);
    ASSERT_EQ(theirs.size(), ours.size()) << (theirs.empty() ? "no answer" : theirs.front());
    for (size_t q = 0; q < ours.size(); ++q) {
      ASSERT_TRUE(theirs[q] == "sat" || theirs[q] == "unsat") << theirs[q];
      EXPECT_EQ(ours[q], theirs[q] == "sat" ? Answer::kFound : Answer::kNever)
          << "question " << q << " of edit " << edits << "\n"
          << text_before << "---\n"
          << text_after << proof->ToText();
      ++questions;
      cases += theirs[q] == "sat";
    }
    if (::testing::Test::HasFailure()) break;
  }
  std::cout << edits << " edits, " << questions << " questions, " << cases << " with a case\n";
  EXPECT_GT(cases, questions / 10);
  EXPECT_LT(cases, questions);
}

}  // namespace
}  // namespace fairway::tests
