#include "policy/engine/test_runner.h"

#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "policy/engine/engine.h"

namespace fairway::policy {
namespace {

DutyTerms TermsOf(const Duties& duties, const Vocabulary& vocabulary) {
  DutyTerms terms;
  const Fields& fields = *vocabulary.fields();
  const auto to_set = [&](const std::set<std::string>& names) {
    FieldSet set;
    for (const std::string& name : names) set |= fields.Matching(name);
    return set;
  };
  terms.redact = to_set(duties.redact);
  if (duties.keep_only) terms.keep = to_set(*duties.keep_only);
  terms.hops = duties.hops;
  if (duties.expires_after) terms.expires_hours = absl::ToInt64Hours(*duties.expires_after);
  if (duties.receipt_within) terms.receipt_hours = absl::ToInt64Hours(*duties.receipt_within);
  if (duties.raise_tlp) {
    terms.tlp = vocabulary.attribute("item.tlp")->IndexOf(*duties.raise_tlp);
  }
  if (duties.raise_pap) {
    terms.pap = vocabulary.attribute("item.pap")->IndexOf(*duties.raise_pap);
  }
  if (duties.delay) terms.delay_hours = absl::ToInt64Hours(*duties.delay);
  for (size_t role = 0; role < vocabulary.roles().size(); ++role) {
    if (duties.hold_for.contains(vocabulary.roles()[role])) terms.hold_roles |= uint32_t{1} << role;
  }
  if (duties.use_for) {
    terms.use_for.emplace();
    for (const std::string& purpose : *duties.use_for) {
      terms.use_for->Set(*vocabulary.attribute("item.purpose")->IndexOf(purpose));
    }
  }
  terms.watermark = duties.watermark;
  terms.notify_originator = duties.notify_originator;
  terms.encrypt_at_rest = duties.encrypt_at_rest;
  terms.no_copy = duties.no_copy;
  return terms;
}

std::string Came(const Decision& decision) {
  const bool released = decision.verdict == Decision::Verdict::kRelease;
  std::string text = absl::StrCat(released ? "release" : "withhold", " by ", decision.rule);
  if (decision.line > 0) absl::StrAppend(&text, " (", decision.file, ":", decision.line, ")");
  if (!decision.because.empty()) absl::StrAppend(&text, " — ", decision.because);
  return text;
}

// Nothing if the duties are as the test demands.
std::optional<std::string> DutiesDiffer(const Program& program, const CheckedTest& test,
                                        const Decision& decision) {
  if (!test.with) return std::nullopt;
  const DutyTerms got = TermsOf(decision.duties, program.world.vocabulary());
  if (test.in_full) {
    if (got.Visible(program.all_fields) == program.all_fields) return std::nullopt;
    return "expected release in full";
  }
  if (test.with->AtLeastAsGenerousAs(got, program.all_fields)) return std::nullopt;
  return absl::StrCat("expected at least: ",
                      test.with->ToDuties(program.world.vocabulary()).ToText());
}

TestResult Run(const Program& program, const CheckedTest& test) {
  Calendar calendar = Calendar::Of(test.request);
  calendar.ignore_dates = !test.dated;
  TestResult result;
  result.name = test.name;
  result.line = test.line;
  result.decision = Decide(program, test.request, calendar);
  const bool released = result.decision.verdict == Decision::Verdict::kRelease;
  if (released != test.release || (!test.by.empty() && result.decision.rule != test.by)) {
    result.message = absl::StrCat("expected ", test.expectation, ", got ", Came(result.decision));
    return result;
  }
  if (const auto difference = DutiesDiffer(program, test, result.decision)) {
    result.message = absl::StrCat(*difference, ", got ", Came(result.decision), " with ",
                                  result.decision.duties.ToText());
    return result;
  }
  result.passed = true;
  return result;
}

}  // namespace

std::vector<TestResult> RunTests(const Program& program) {
  std::vector<TestResult> results;
  for (const CheckedTest& test : program.tests) results.push_back(Run(program, test));
  return results;
}

}  // namespace fairway::policy
