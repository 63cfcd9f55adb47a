#include "policy/explanation.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

namespace fairway::policy {
namespace {

constexpr size_t kConditionWidth = 47;

const char* WordFor(Explanation::Rule::Kind kind) {
  switch (kind) {
    case Explanation::Rule::Kind::kPermit:
      return "permit";
    case Explanation::Rule::Kind::kForbid:
      return "forbid";
    case Explanation::Rule::Kind::kRequire:
      return "require";
  }
  return "";
}

std::string Where(const std::string& file, int line) {
  return line > 0 ? absl::StrCat(" (", file, ":", line, ")") : "";
}

void AppendConditions(const Explanation::Rule& rule, std::string* out) {
  for (const Explanation::Condition& condition : rule.conditions) {
    const size_t width = std::max(condition.text.size(), kConditionWidth);
    absl::StrAppend(out, condition.ok ? "     ok  " : "     x   ", condition.text,
                    std::string(width - condition.text.size(), ' '), " (is ", condition.actual,
                    ")\n");
  }
}

}  // namespace

std::string Explanation::ToText() const {
  const bool released = decision.verdict == Decision::Verdict::kRelease;
  std::string out = absl::StrCat(action, " ", item_kind, " -> ", peer.empty() ? "nobody" : peer,
                                 ": ", released ? "RELEASE" : "WITHHOLD", "\n");
  absl::StrAppend(&out, "  decided by  ", decision.rule, Where(decision.file, decision.line), " — ",
                  decision.because, "\n");
  if (released) absl::StrAppend(&out, "  duties      ", decision.duties.ToText(), "\n");
  if (!also_matched.empty()) {
    absl::StrAppend(&out, "  also matched ", absl::StrJoin(also_matched, ", "), "\n");
  }
  if (decision.rule == "default" && nearest_miss) {
    const Rule& miss = rules[*nearest_miss];
    absl::StrAppend(&out, "  nearest miss: permit ", miss.name, Where(miss.file, miss.line),
                    " fails ", miss.failing, miss.failing == 1 ? " condition\n" : " conditions\n");
    AppendConditions(miss, &out);
  }
  if (!changes.empty()) {
    absl::StrAppend(&out, "  what would change it\n");
    for (const std::string& change : changes) absl::StrAppend(&out, "     - ", change, "\n");
  }
  if (!draft.empty()) {
    absl::StrAppend(&out, "  a draft that would release it; look at it in a preview first\n");
    for (absl::string_view line : absl::StrSplit(draft, '\n', absl::SkipEmpty())) {
      absl::StrAppend(&out, "     ", line, "\n");
    }
  }
  if (!not_understood.empty()) {
    absl::StrAppend(
        &out, "  not understood (counts as unknown): ", absl::StrJoin(not_understood, "; "), "\n");
  }
  return out;
}

std::string Explanation::ToFullText() const {
  std::string out = absl::StrCat(ToText(), "  floors\n");
  for (const Floor& floor : floors) {
    const char* mark = !floor.applies ? "-   " : floor.holds ? "ok  " : "x   ";
    absl::StrAppend(&out, "     ", mark, floor.id, " ", floor.title,
                    floor.detail.empty() ? "" : absl::StrCat(": ", floor.detail), "\n");
  }
  for (const Rule& rule : rules) {
    absl::StrAppend(&out, "  ", WordFor(rule.kind), " ", rule.name, Where(rule.file, rule.line),
                    rule.matches ? " matches" : absl::StrCat(" does not match"), " — ",
                    rule.because, "\n");
    AppendConditions(rule, &out);
  }
  return out;
}

std::string Explanation::ToPeerText() const {
  switch (verdict_class) {
    case Class::kReleased:
      return "released";
    case Class::kFloor:
      return "withheld: a floor of the federation does not hold";
    case Class::kDutyUnmet:
      return "withheld: this link cannot keep a duty that goes with it";
    case Class::kForbidden:
    case Class::kNotPermitted:
      break;
  }
  return "withheld: not permitted";
}

}  // namespace fairway::policy
