#include "node/policyadmin/policy_watch.h"

#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "node/audit/event.h"
#include "node/status/problem.h"
#include "node/status/status_macros.h"
#include "node/store/node_table.h"
#include "node/store/policy_table.h"

namespace fairway::policyadmin {
namespace {

constexpr char kAlarmSetting[] = "policy-alarm";
constexpr absl::Duration kAfterFailure = absl::Minutes(1);

int64_t DayOf(absl::Time now) { return absl::ToUnixSeconds(now) / 86400; }

std::vector<std::string> WhatFails(const Examined& examined) {
  std::vector<std::string> lines;
  for (const policy::Diagnostic& each : examined.diagnostics) {
    if (each.severity != policy::Diagnostic::Severity::kError) continue;
    lines.push_back(absl::StrCat("line ", each.line, ": ", each.code, ": ", each.message));
  }
  for (const policy::TestResult& test : examined.tests) {
    if (!test.passed) lines.push_back(absl::StrCat("test \"", test.name, "\": ", test.message));
  }
  for (const GuaranteeResult& guarantee : examined.guarantees) {
    if (guarantee.holds) continue;
    lines.push_back(absl::StrCat("guarantee \"", guarantee.name, "\": ", guarantee.text));
  }
  return lines;
}

absl::Status Alarm(uint64_t number, std::vector<std::string> lines) {
  return MakeProblem(absl::StatusCode::kFailedPrecondition,
                     {.code = "FW-POL-019",
                      .message = absl::StrCat("the policy in force, version ", number,
                                              ", does not keep what it promises any more"),
                      .why = std::move(lines),
                      .next = {"fairway policy test", "fairway policy prove",
                               "mend it: fairway policy propose FILE --reason TEXT"}});
}

// Not to know is an alarm as well. No leaf: it may be the database that fails.
absl::Status NotLookedAt(const absl::Status& why) {
  return MakeProblem(absl::StatusCode::kFailedPrecondition,
                     {.code = "FW-POL-019",
                      .message = "it cannot be told whether the policy in force keeps what it "
                                 "promises; it is tried again each minute",
                      .why = {std::string(why.message())},
                      .next = {"fairway doctor", "fairway policy test", "fairway policy prove"}});
}

}  // namespace

absl::Status PolicyWatch::health() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return health_;
}

absl::Time PolicyWatch::Step(absl::Time now) {
  const std::shared_ptr<const authz::ActivePolicy> active = slot_.Get();
  if (active != looked_at_ || looked_on_ != DayOf(now)) {
    if (const absl::Status looked = Look(now); !looked.ok()) {
      std::lock_guard<std::mutex> lock(mutex_);
      health_ = NotLookedAt(looked);
      return now + kAfterFailure;
    }
    looked_at_ = active;
    looked_on_ = DayOf(now);
  }
  return absl::FromUnixSeconds((DayOf(now) + 1) * 86400);
}

absl::Status PolicyWatch::Look(absl::Time now) {
  Examined examined;
  std::optional<store::PolicyRow> row;
  PolicyNames names;
  FAIRWAY_RETURN_IF_ERROR(database_.Read([&](store::ReadTxn& txn) -> absl::Status {
    FAIRWAY_ASSIGN_OR_RETURN(row, store::ActivePolicyRow(txn));
    FAIRWAY_ASSIGN_OR_RETURN(names, CurrentNames(txn));
    return absl::OkStatus();
  }));
  if (row.has_value()) {
    names.profile_text = row->profile_text;
    FAIRWAY_ASSIGN_OR_RETURN(examined, Examine(row->file_name, row->text, names, now));
  }
  const uint64_t number = row.has_value() ? row->number : 0;
  std::vector<std::string> lines = WhatFails(examined);
  FAIRWAY_RETURN_IF_ERROR(Record(number, lines));
  std::lock_guard<std::mutex> lock(mutex_);
  health_ = lines.empty() ? absl::OkStatus() : Alarm(number, std::move(lines));
  return absl::OkStatus();
}

// A leaf when something else fails than what was recorded last, also before a start.
absl::Status PolicyWatch::Record(uint64_t number, const std::vector<std::string>& lines) {
  const std::string fails =
      lines.empty() ? "" : absl::StrCat("version ", number, "\n", absl::StrJoin(lines, "\n"));
  std::string known;
  FAIRWAY_RETURN_IF_ERROR(database_.Read([&](store::ReadTxn& txn) -> absl::Status {
    FAIRWAY_ASSIGN_OR_RETURN(const std::optional<std::string> setting,
                             store::GetSetting(txn, kAlarmSetting));
    known = setting.value_or("");
    return absl::OkStatus();
  }));
  if (known == fails) return absl::OkStatus();
  return database_.Write([&](store::Txn& txn) -> absl::Status {
    FAIRWAY_RETURN_IF_ERROR(store::PutSetting(txn, kAlarmSetting, fails));
    audit::Event event;
    event.kind = audit::EventKind::kPolicyAlarm;
    event.actor = "node";
    event.objects = {absl::StrCat("version ", number)};
    event.outcome = lines.empty() ? "ok" : "failed";
    event.reason = absl::StrJoin(lines, "; ");
    return audit_.Append(txn, event).status();
  });
}

}  // namespace fairway::policyadmin
