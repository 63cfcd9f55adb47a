#ifndef FAIRWAY_TOOLS_FAIRWAY_WRITTEN_TIME_H_
#define FAIRWAY_TOOLS_FAIRWAY_WRITTEN_TIME_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace fairway::cli {

// A moment as people write it, in UTC unless it says otherwise: "2026-03-04" (its first moment),
// "2026-03-04 18:30", "2026-03-04 18:30:07", "2026-03-04T18:30:07Z", or an age before `now`: "90m",
// "12h", "30d".
// INVALID_ARGUMENT with a Problem FW-USE-003: it is none of these, or after `now`.
absl::StatusOr<absl::Time> ParseWrittenTime(const std::string& flag, const std::string& text,
                                            absl::Time now);

}  // namespace fairway::cli

#endif  // FAIRWAY_TOOLS_FAIRWAY_WRITTEN_TIME_H_
