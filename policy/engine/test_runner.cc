#include "policy/engine/test_runner.h"

#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "policy/engine/decision_words.h"

namespace fairway::policy {
namespace {

std::string Came(const Decision& decision) {
  const bool released = decision.verdict == Decision::Verdict::kRelease;
  std::string text = absl::StrCat(released ? "release" : "withhold", " by ", decision.rule);
  if (decision.line > 0) absl::StrAppend(&text, " (", decision.file, ":", decision.line, ")");
  if (!decision.because.empty()) absl::StrAppend(&text, " — ", decision.because);
  return text;
}

// Nothing if the duties are as the test demands.
std::optional<std::string> DutiesDiffer(const Program& program, const CheckedTest& test,
                                        const DutyTerms& got) {
  if (!test.with) return std::nullopt;
  if (test.in_full) {
    if (got.Visible(program.all_fields) == program.all_fields) return std::nullopt;
    return "expected release in full";
  }
  if (test.with->AtLeastAsGenerousAs(got, program.all_fields)) return std::nullopt;
  return absl::StrCat("expected at least: ",
                      test.with->ToDuties(program.world.vocabulary()).ToText());
}

TestResult Run(const Compiled& compiled, const CheckedTest& test) {
  const Program& program = compiled.program();
  const Request& request = test.request;
  Calendar calendar = Calendar::Of(request);
  calendar.ignore_dates = !test.dated;
  const Outcome outcome =
      compiled.Decide(compiled.CodeItem(request.item, request.context, request.self),
                      compiled.CodePeer(request.peer, request.peer_attributes, request.context),
                      compiled.CodeAction(request.action), calendar);
  TestResult result;
  result.name = test.name;
  result.line = test.line;
  result.decision = InWords(program, request, outcome);
  if (outcome.released() != test.release || (!test.by.empty() && result.decision.rule != test.by)) {
    result.message = absl::StrCat("expected ", test.expectation, ", got ", Came(result.decision));
    return result;
  }
  if (const auto difference = DutiesDiffer(program, test, outcome.terms)) {
    result.message = absl::StrCat(*difference, ", got ", Came(result.decision), " with ",
                                  result.decision.duties.ToText());
    return result;
  }
  result.passed = true;
  return result;
}

}  // namespace

std::vector<TestResult> RunTests(const Compiled& compiled) {
  std::vector<TestResult> results;
  results.reserve(compiled.program().tests.size());
  for (const CheckedTest& test : compiled.program().tests) results.push_back(Run(compiled, test));
  return results;
}

}  // namespace fairway::policy
