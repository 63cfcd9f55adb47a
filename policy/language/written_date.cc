#include "policy/language/written_date.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"

namespace fairway::policy {

std::optional<int64_t> DayOf(const ast::Word& date, DiagnosticSink& sink) {
  int year = 0, month = 0, day = 0;
  const bool digits = date.text.size() == 10 && absl::SimpleAtoi(date.text.substr(0, 4), &year) &&
                      absl::SimpleAtoi(date.text.substr(5, 2), &month) &&
                      absl::SimpleAtoi(date.text.substr(8, 2), &day);
  const absl::CivilDay civil(year, month, day);
  // CivilDay turns 2026-02-30 into 2026-03-02; then it is not the day that was written.
  if (digits && year > 0 && civil.month() == month && civil.day() == day) {
    return civil - absl::CivilDay(1970, 1, 1);
  }
  sink.Error("E107", date.at, absl::StrCat("there is no day ", date.text));
  return std::nullopt;
}

}  // namespace fairway::policy
