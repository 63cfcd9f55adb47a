#include "node/policyadmin/policy_registry.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "node/status/problem.h"
#include "node/status/status_macros.h"
#include "node/store/policy_table.h"

namespace fairway::policyadmin {
namespace {

constexpr size_t kLinesShown = 50;

absl::Status HasErrorsProblem(const std::string& file_name,
                              const std::vector<policy::Diagnostic>& diagnostics) {
  Problem problem{
      .code = "FW-POL-001",
      .message = absl::StrCat("the policy \"", file_name, "\" has errors: nothing was changed"),
      .why = {},
      .next = {absl::StrCat("fairway policy check ", file_name)}};
  for (const policy::Diagnostic& each : diagnostics) {
    if (each.severity != policy::Diagnostic::Severity::kError) continue;
    if (problem.why.size() == kLinesShown) break;
    problem.why.push_back(absl::StrCat(file_name, ":", each.line, ":", each.column, ": ", each.code,
                                       ": ", each.message));
  }
  return MakeProblem(absl::StatusCode::kInvalidArgument, std::move(problem));
}

std::shared_ptr<const authz::ActivePolicy> Numbered(const authz::ActivePolicy& policy,
                                                    uint64_t number) {
  auto numbered = std::make_shared<authz::ActivePolicy>(policy);
  numbered->number = number;
  return numbered;
}

}  // namespace

absl::StatusOr<Checked> PolicyRegistry::Check(const std::string& file_name,
                                              const std::string& text) const {
  Checked checked;
  FAIRWAY_RETURN_IF_ERROR(database_.Read([&](store::ReadTxn& txn) -> absl::Status {
    FAIRWAY_ASSIGN_OR_RETURN(const PolicyNames names, CurrentNames(txn));
    FAIRWAY_ASSIGN_OR_RETURN(LoadedPolicy loaded, LoadPolicy(file_name, text, names));
    checked.loaded.diagnostics = std::move(loaded.diagnostics);
    if (loaded.active != nullptr) checked.loaded.policy = loaded.active->policy;
    return absl::OkStatus();
  }));
  if (checked.loaded.policy == nullptr) return checked;
  checked.tests = checked.loaded.policy->RunTests();
  for (const policy::TestResult& test : checked.tests) {
    if (!test.passed) ++checked.failed_tests;
  }
  return checked;
}

absl::Status PolicyRegistry::Change(const store::WriteJob& job) {
  std::lock_guard<std::mutex> lock(mutex_);
  const absl::Status written = database_.Write(job);
  // What is in force is always what the store says, above all when the answer of a write is not
  // known.
  const absl::Status reloaded = ReloadLocked(database_.peers_version());
  FAIRWAY_RETURN_IF_ERROR(written);
  FAIRWAY_RETURN_IF_ERROR(reloaded);
  if (applied_) applied_();
  return absl::OkStatus();
}

absl::Status PolicyRegistry::ReloadLocked(uint64_t peers_version) {
  loaded_for_peers_ = 0;
  std::optional<store::PolicyRow> row;
  LoadedPolicy loaded;
  const absl::Status read = database_.Read([&](store::ReadTxn& txn) -> absl::Status {
    FAIRWAY_ASSIGN_OR_RETURN(row, store::ActivePolicyRow(txn));
    if (!row.has_value()) return absl::OkStatus();
    FAIRWAY_ASSIGN_OR_RETURN(PolicyNames names, CurrentNames(txn));
    names.profile_text = row->profile_text;
    FAIRWAY_ASSIGN_OR_RETURN(loaded, LoadPolicy(row->file_name, row->text, names));
    return absl::OkStatus();
  });
  if (!read.ok()) {
    slot_.SetUnreadable();
    return read;
  }
  loaded_for_peers_ = peers_version;
  if (!row.has_value()) {
    slot_.Set(nullptr);
    return absl::OkStatus();
  }
  if (loaded.active == nullptr) {
    slot_.SetUnreadable();
    return HasErrorsProblem(row->file_name, loaded.diagnostics);
  }
  slot_.Set(Numbered(*loaded.active, row->number));
  return absl::OkStatus();
}

absl::Status PolicyRegistry::Refresh() {
  std::lock_guard<std::mutex> lock(mutex_);
  // Read before the peers are: a change in between only makes the next call load once more.
  const uint64_t peers_version = database_.peers_version();
  if (loaded_for_peers_ == peers_version) return absl::OkStatus();
  const absl::Status reloaded = ReloadLocked(peers_version);
  if (applied_) applied_();
  return reloaded;
}

}  // namespace fairway::policyadmin
