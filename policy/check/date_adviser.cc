#include "policy/check/date_adviser.h"

#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "policy/program/evaluator.h"

namespace fairway::policy {
namespace {

std::string DateText(int64_t day) {
  return absl::FormatCivilTime(absl::CivilDay(1970, 1, 1) + day);
}

// What stops, or has stopped, with a rule of this kind.
const char* Consequence(CheckedRule::Kind kind) {
  switch (kind) {
    case CheckedRule::Kind::kPermit:
      return "what it permits is withheld after that day";
    case CheckedRule::Kind::kForbid:
      return "what it holds back can go out after that day";
    case CheckedRule::Kind::kRequire:
      return "what it demands falls away after that day";
  }
  return "";
}

}  // namespace

void AdviseOnDates(const Program& program, absl::Time now, DiagnosticSink& sink) {
  Request request;
  request.now = now;
  const std::optional<int64_t> today = Calendar::Of(request).day;
  if (!today) return;
  for (const CheckedRule& rule : program.rules) {
    if (!rule.until || *rule.until > *today + kEndsSoonDays) continue;
    const int64_t left = *rule.until - *today;
    const std::string when =
        left < 0    ? absl::StrCat("ended on ", DateText(*rule.until))
        : left == 0 ? std::string("ends today")
        : left == 1 ? std::string("ends tomorrow")
                    : absl::StrCat("ends in ", left, " days, on ", DateText(*rule.until));
    sink.Warning(
        "W305", rule.name_at, absl::StrCat("'", rule.name, "' ", when),
        absl::StrCat(Consequence(rule.kind), "; write a later date, or take the rule out"));
  }
}

}  // namespace fairway::policy
