#include "node/exchange/clock_trust.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"

namespace fairway::exchange {

absl::StatusOr<ClockTrust> ClockTrust::Decode(std::string_view text) {
  const std::vector<std::string> words =
      absl::StrSplit(absl::string_view(text.data(), text.size()), ' ');
  int64_t mark = 0, last = 0, ran = 0, jumped = 0;
  // Earlier versions kept no jumps.
  const bool known =
      words.size() == 4 || (words.size() == 5 && absl::SimpleAtoi(words[4], &jumped));
  if (!known || !absl::SimpleAtoi(words[0], &mark) || !absl::SimpleAtoi(words[1], &last) ||
      !absl::SimpleAtoi(words[2], &ran) || (words[3] != "trusted" && words[3] != "doubted")) {
    return absl::DataLossError("what was kept of the clock cannot be read");
  }
  ClockTrust trust;
  trust.mark_ = absl::FromUnixMillis(mark);
  trust.last_ = absl::FromUnixMillis(last);
  trust.ran_ = absl::Milliseconds(ran);
  trust.jumped_ = absl::Milliseconds(jumped);
  trust.doubted_ = words[3] == "doubted";
  return trust;
}

std::string ClockTrust::Encode() const {
  return absl::StrCat(absl::ToUnixMillis(mark_), " ", absl::ToUnixMillis(last_), " ",
                      absl::ToInt64Milliseconds(ran_), doubted_ ? " doubted " : " trusted ",
                      absl::ToInt64Milliseconds(jumped_));
}

void ClockTrust::Look(absl::Time now) {
  if (mark_ == absl::InfinitePast()) mark_ = last_ = now;
  const absl::Duration since = now - last_;
  const absl::Duration run = std::clamp(since, absl::ZeroDuration(), kMostInterval);
  jumped_ = std::max(jumped_ - run * (kMostStep / kProbation), absl::ZeroDuration());
  const absl::Duration jumps = jumped_ + std::max(now - mark_ - run, absl::ZeroDuration());
  last_ = now;
  if (absl::AbsDuration(now - mark_) <= kMostStep && jumps <= kMostStep) {
    doubted_ = false;
    ran_ = absl::ZeroDuration();
    mark_ = std::max(mark_, now);
    jumped_ = jumps;
  } else if (!doubted_) {
    doubted_ = true;
    ran_ = absl::ZeroDuration();
  } else {
    const bool jumped = since < -kMostInterval || since > kMostStep;
    ran_ = jumped ? absl::ZeroDuration() : ran_ + run;
    if (ran_ < kProbation) return;
    doubted_ = false;
    ran_ = jumped_ = absl::ZeroDuration();
    mark_ = now;
  }
}

absl::Time ClockTrust::destroy_up_to() const {
  return doubted_ ? std::min(mark_, last_) : std::max(mark_, last_);
}

}  // namespace fairway::exchange
