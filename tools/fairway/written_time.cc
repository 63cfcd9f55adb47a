#include "tools/fairway/written_time.h"

#include <optional>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "node/status/problem.h"

namespace fairway::cli {
namespace {

constexpr int kMaxAge = 100'000;  // of any unit

std::optional<absl::Duration> Age(const std::string& text) {
  int count = 0;
  if (text.size() < 2 || !absl::SimpleAtoi(text.substr(0, text.size() - 1), &count) || count < 0 ||
      count > kMaxAge) {
    return std::nullopt;
  }
  if (text.back() == 'm') return absl::Minutes(count);
  if (text.back() == 'h') return absl::Hours(count);
  if (text.back() == 'd') return absl::Hours(24 * count);
  return std::nullopt;
}

std::optional<absl::Time> Moment(const std::string& text, absl::Time now) {
  if (const std::optional<absl::Duration> age = Age(text)) return now - *age;
  for (const char* form : {"%Y-%m-%d", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%E*S",
                           "%Y-%m-%dT%H:%M:%E*S%Ez", "%Y-%m-%d %H:%M:%E*S UTC"}) {
    absl::Time time;
    std::string error;
    if (absl::ParseTime(form, text, absl::UTCTimeZone(), &time, &error)) return time;
  }
  return std::nullopt;
}

}  // namespace

absl::StatusOr<absl::Time> ParseWrittenTime(const std::string& flag, const std::string& text,
                                            absl::Time now) {
  const std::optional<absl::Time> moment = Moment(text, now);
  if (moment.has_value() && *moment <= now) return *moment;
  return MakeProblem(
      absl::StatusCode::kInvalidArgument,
      {.code = "FW-USE-003",
       .message = absl::StrCat(flag, " cannot be \"", text, "\""),
       .why = {moment.has_value() ? "That is still to come."
                                  : "It is a day, a day and a time (UTC), or how long ago."},
       .next = {absl::StrCat(flag, " 2026-03-04"), absl::StrCat(flag, " \"2026-03-04 18:30\""),
                absl::StrCat(flag, " 30d")}});
}

}  // namespace fairway::cli
