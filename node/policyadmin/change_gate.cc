#include "node/policyadmin/change_gate.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "node/policyadmin/encoding.h"
#include "node/status/problem.h"
#include "node/status/status_macros.h"
#include "node/store/policy_table.h"
#include "policy/proof/proof.h"

namespace fairway::policyadmin {
namespace {

constexpr size_t kLinesShown = 50;

int64_t DayOf(absl::Time now) { return absl::ToUnixSeconds(now) / 86400; }

// A policy promises the same while a peer is suspended or not yet confirmed: otherwise its tests
// would fail then, and no other policy could come into force. True if any state was changed.
bool SettleStates(PolicyNames& names) {
  bool changed = false;
  for (model::Peer& peer : names.peers) {
    if (peer.state == model::PeerState::kActive || peer.state == model::PeerState::kRemoved) {
      continue;
    }
    peer.state = model::PeerState::kActive;
    changed = true;
  }
  return changed;
}

std::string WhyBroken(const policy::GuaranteeFinding& finding) {
  for (const policy::Finding* world : {&finding.registered, &finding.anyone}) {
    if (world->answer == policy::Answer::kFound && world->witness.has_value()) {
      return world->witness->text;
    }
  }
  return "neither proved nor broken: it is too hard for the prover, and that counts as broken";
}

GuaranteeResult ResultOf(const policy::GuaranteeFinding& finding) {
  const bool found = finding.registered.answer == policy::Answer::kFound ||
                     finding.anyone.answer == policy::Answer::kFound;
  return {.name = finding.name,
          .line = finding.line,
          .holds = finding.Holds(),
          .too_hard = !finding.Holds() && !found,
          .text = finding.Holds() ? "" : WhyBroken(finding)};
}

crypto::Digest TestDigest(const Examined& examined) {
  Encoder encoder;
  encoder.Number32(static_cast<uint32_t>(examined.tests.size()));
  for (const policy::TestResult& test : examined.tests) {
    encoder.Text(test.name);
    encoder.Number8(test.passed ? 1 : 0);
  }
  encoder.Number32(static_cast<uint32_t>(examined.guarantees.size()));
  for (const GuaranteeResult& guarantee : examined.guarantees) {
    encoder.Text(guarantee.name);
    encoder.Number8(guarantee.holds ? 1 : guarantee.too_hard ? 2 : 0);
  }
  return crypto::TaggedHash("fairway/policy-tests/v1", encoder.bytes());
}

absl::Status HasErrors(const std::string& file_name,
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

absl::Status TestsFail(const std::string& file_name, const Examined& examined) {
  Problem problem{
      .code = "FW-POL-002",
      .message = absl::StrCat(examined.failed_tests, " of the ", examined.tests.size(),
                              " tests of the policy \"", file_name, "\" fail: nothing was changed"),
      .why = {},
      .next = {absl::StrCat("fairway policy test ", file_name)}};
  for (const policy::TestResult& test : examined.tests) {
    if (test.passed || problem.why.size() == kLinesShown) continue;
    problem.why.push_back(
        absl::StrCat(file_name, ":", test.line, ": \"", test.name, "\": ", test.message));
  }
  return MakeProblem(absl::StatusCode::kFailedPrecondition, std::move(problem));
}

absl::Status GuaranteesBroken(const std::string& file_name, const Examined& examined) {
  Problem problem{
      .code = "FW-POL-016",
      .message = absl::StrCat(examined.broken_guarantees, " of the ", examined.guarantees.size(),
                              " guarantees of the policy \"", file_name,
                              "\" would be broken: nothing was changed"),
      .why = {},
      .next = {absl::StrCat("fairway policy prove ", file_name)}};
  for (const GuaranteeResult& guarantee : examined.guarantees) {
    if (guarantee.holds || problem.why.size() == kLinesShown) continue;
    problem.why.push_back(absl::StrCat(file_name, ":", guarantee.line, ": \"", guarantee.name,
                                       "\": ", guarantee.text));
  }
  return MakeProblem(absl::StatusCode::kFailedPrecondition, std::move(problem));
}

// What stands in the way after the change and does not now.
std::vector<std::string> Worse(const Examined& before, const Examined& after) {
  std::vector<std::string> lines;
  if (after.loaded.active == nullptr) {
    for (const policy::Diagnostic& each : after.diagnostics) {
      if (each.severity != policy::Diagnostic::Severity::kError) continue;
      lines.push_back(absl::StrCat("line ", each.line, ": ", each.code, ": ", each.message));
    }
    return lines;
  }
  std::set<std::string> failed;
  for (const policy::TestResult& test : before.tests) {
    if (!test.passed) failed.insert(test.name);
  }
  for (const policy::TestResult& test : after.tests) {
    if (test.passed || failed.contains(test.name)) continue;
    lines.push_back(
        absl::StrCat("test \"", test.name, "\" (line ", test.line, ") would fail: ", test.message));
  }
  std::set<std::string> broken;
  for (const GuaranteeResult& guarantee : before.guarantees) {
    if (!guarantee.holds) broken.insert(guarantee.name);
  }
  for (const GuaranteeResult& guarantee : after.guarantees) {
    if (guarantee.holds || broken.contains(guarantee.name)) continue;
    lines.push_back(absl::StrCat("guarantee \"", guarantee.name, "\" (line ", guarantee.line,
                                 ") would be broken: ", guarantee.text));
  }
  return lines;
}

std::vector<std::string> OverBudget(const model::Caller& caller, const Preview& preview) {
  std::vector<std::string> lines;
  for (const BudgetUse& use : preview.budgets) {
    if (!use.exceeded) continue;
    const std::string& role = use.budget.without_role;
    const bool may = std::any_of(caller.roles.begin(), caller.roles.end(),
                                 [&role](model::Role has) { return model::ToText(has) == role; });
    if (may) continue;
    lines.push_back(absl::StrCat(
        "budget \"", use.budget.name, "\" (line ", use.budget.line, "): ", use.items,
        " items would newly go", use.peer.empty() ? "" : absl::StrCat(" to ", use.peer),
        "; at most ", use.budget.at_most, " may",
        role.empty() ? "" : absl::StrCat(" without somebody who has the role ", role)));
  }
  return lines;
}

absl::Status WouldBreak(const std::string& peer, std::vector<std::string> lines) {
  return MakeProblem(
      absl::StatusCode::kFailedPrecondition,
      {.code = "FW-POL-018",
       .message = absl::StrCat("what `", peer,
                               "` would become breaks the policy in force: nothing was changed"),
       .why = std::move(lines),
       .next = {"fairway policy test",
                absl::StrCat("fairway policy preview --as-peer \"", peer, " tier=… agreements=…\""),
                "change the policy first: fairway policy propose FILE --reason TEXT"}});
}

std::string BasisOf(const PolicyNames& names, uint64_t number) {
  return absl::StrCat("policy ", number, " peers ", crypto::Hex(RegistryHash(names).view()));
}

}  // namespace

absl::StatusOr<Examined> Examine(const std::string& file_name, const std::string& text,
                                 const PolicyNames& names, absl::Time now) {
  Examined examined;
  FAIRWAY_ASSIGN_OR_RETURN(examined.loaded, LoadPolicy(file_name, text, names));
  examined.diagnostics = examined.loaded.diagnostics;
  if (examined.loaded.active == nullptr) return examined;
  std::shared_ptr<const authz::ActivePolicy> promised = examined.loaded.active;
  if (PolicyNames settled = names; SettleStates(settled)) {
    FAIRWAY_ASSIGN_OR_RETURN(LoadedPolicy loaded, LoadPolicy(file_name, text, settled));
    if (loaded.active != nullptr) promised = std::move(loaded.active);
  }
  examined.tests = promised->policy->RunTests();
  for (const policy::TestResult& test : examined.tests) examined.failed_tests += !test.passed;
  policy::ProofLimits limits;
  limits.first_day = DayOf(now);
  FAIRWAY_ASSIGN_OR_RETURN(const std::vector<policy::GuaranteeFinding> findings,
                           policy::ProveGuarantees(*promised->policy, limits));
  for (const policy::GuaranteeFinding& finding : findings) {
    examined.guarantees.push_back(ResultOf(finding));
    examined.broken_guarantees += !examined.guarantees.back().holds;
  }
  examined.test_digest = TestDigest(examined);
  return examined;
}

absl::Status Refusal(const std::string& file_name, const Examined& examined) {
  if (examined.loaded.active == nullptr) return HasErrors(file_name, examined.diagnostics);
  if (examined.failed_tests > 0) return TestsFail(file_name, examined);
  if (examined.broken_guarantees > 0) return GuaranteesBroken(file_name, examined);
  return absl::OkStatus();
}

absl::Status CheckReplaces(const policy::PolicyHead& head, const crypto::Digest& in_force) {
  const bool none = in_force == crypto::Digest();
  if (head.replaces.empty() || (!none && head.replaces == crypto::Hex(in_force.view()))) {
    return absl::OkStatus();
  }
  return MakeProblem(
      absl::StatusCode::kFailedPrecondition,
      {.code = "FW-POL-017",
       .message = "the text says that it replaces another version than the one in force",
       .why = {absl::StrCat("it replaces  ", head.replaces),
               absl::StrCat("in force is  ", none ? "none" : crypto::Hex(in_force.view()))},
       .next = {"fairway policy show",
                "look at what changed meanwhile, then write the hash of the "
                "version in force behind `replaces`"}});
}

absl::StatusOr<std::string> ChangeGate::Check(const model::Caller& caller,
                                              const model::Peer& after) const {
  Previewer::Side before;
  std::optional<store::PolicyRow> row;
  FAIRWAY_RETURN_IF_ERROR(database_.Read([&](store::ReadTxn& txn) -> absl::Status {
    FAIRWAY_ASSIGN_OR_RETURN(before, Previewer::InForce(txn));
    FAIRWAY_ASSIGN_OR_RETURN(row, store::ActivePolicyRow(txn));
    return absl::OkStatus();
  }));
  std::string basis = BasisOf(before.names, row.has_value() ? row->number : 0);
  if (!row.has_value()) return basis;
  const absl::Time now = clock_.Now();
  PolicyNames names = before.names;
  for (model::Peer& peer : names.peers) {
    if (peer.id == after.id) peer = after;
  }
  PolicyNames with_profile = names;
  with_profile.profile_text = row->profile_text;
  FAIRWAY_ASSIGN_OR_RETURN(const Examined then,
                           Examine(row->file_name, row->text, with_profile, now));
  std::vector<std::string> lines;
  if (!then.passes()) {
    PolicyNames as_now = before.names;
    as_now.profile_text = row->profile_text;
    FAIRWAY_ASSIGN_OR_RETURN(const Examined today, Examine(row->file_name, row->text, as_now, now));
    // A policy that does not load now cannot get worse.
    if (today.loaded.active != nullptr || then.loaded.active != nullptr) lines = Worse(today, then);
  }
  if (lines.empty() && then.loaded.active != nullptr) {
    FAIRWAY_ASSIGN_OR_RETURN(
        const Preview preview,
        previewer_.Compare(before, {.active = then.loaded.active, .names = names}, now));
    lines = OverBudget(caller, preview);
  }
  if (!lines.empty()) return WouldBreak(after.name, std::move(lines));
  return basis;
}

absl::Status ChangeGate::StillHolds(store::ReadTxn& txn, const std::string& basis) const {
  FAIRWAY_ASSIGN_OR_RETURN(const PolicyNames names, CurrentNames(txn));
  FAIRWAY_ASSIGN_OR_RETURN(const std::optional<store::PolicyRow> row, store::ActivePolicyRow(txn));
  if (BasisOf(names, row.has_value() ? row->number : 0) == basis) return absl::OkStatus();
  return MakeProblem(absl::StatusCode::kAborted,
                     {.code = "FW-POL-030",
                      .message = "policy or peers changed while this was being checked",
                      .why = {},
                      .next = {"try again"}});
}

}  // namespace fairway::policyadmin
