#include "node/service/policy_service.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "node/exchange/where.h"
#include "node/model/no_such_peer.h"
#include "node/service/item_finder.h"
#include "node/status/problem.h"
#include "node/status/status_macros.h"
#include "node/store/policy_table.h"

namespace fairway::service {
namespace {

absl::Status NoPolicy() {
  return MakeProblem(absl::StatusCode::kNotFound,
                     {.code = "FW-POL-010",
                      .message = "no policy is in force, so nothing leaves this node",
                      .why = {},
                      .next = {"fairway policy apply FILE"}});
}

absl::Status NoSuchPolicy(uint64_t number) {
  return MakeProblem(absl::StatusCode::kNotFound,
                     {.code = "FW-POL-012",
                      .message = absl::StrCat("there is no policy version ", number),
                      .why = {},
                      .next = {"fairway policy show"}});
}

absl::Status UnusableReason() {
  return MakeProblem(absl::StatusCode::kInvalidArgument,
                     {.code = "FW-POL-013",
                      .message = absl::StrCat("a policy needs a reason of 1 to ", kMaxReasonBytes,
                                              " bytes for the audit log"),
                      .why = {},
                      .next = {"fairway policy apply FILE --reason \"…\""}});
}

v1::Diagnostic ToProto(const policy::Diagnostic& diagnostic, const std::string& file_name,
                       const std::string& text) {
  v1::Diagnostic proto;
  proto.set_error(diagnostic.severity == policy::Diagnostic::Severity::kError);
  proto.set_code(diagnostic.code);
  proto.set_line(static_cast<uint32_t>(diagnostic.line));
  proto.set_column(static_cast<uint32_t>(diagnostic.column));
  proto.set_length(static_cast<uint32_t>(diagnostic.length));
  proto.set_message(diagnostic.message);
  proto.set_help(diagnostic.help);
  proto.set_rendered(policy::Render(diagnostic, file_name, text));
  return proto;
}

void Write(const std::vector<policy::TestResult>& results, v1::PolicyTestResponse& response) {
  for (const policy::TestResult& result : results) {
    v1::TestResult* to = response.add_results();
    to->set_name(result.name);
    to->set_line(static_cast<uint32_t>(result.line));
    to->set_passed(result.passed);
    to->set_message(result.message);
    result.passed ? response.set_passed(response.passed() + 1)
                  : response.set_failed(response.failed() + 1);
  }
}

}  // namespace

PolicyService::PolicyService(const store::Database& database, policyadmin::PolicyRegistry& registry,
                             const authz::PolicySlot& slot, const exchange::ReleaseGate& gate,
                             const model::PeerDirectory& directory)
    : database_(database), registry_(registry), slot_(slot), gate_(gate), directory_(directory) {}

absl::Status PolicyService::PolicyShow(Call&, const v1::PolicyShowRequest& request,
                                       v1::PolicyShowResponse& response) {
  std::optional<store::PolicyRow> row;
  FAIRWAY_RETURN_IF_ERROR(database_.Read([&](store::ReadTxn& txn) -> absl::Status {
    FAIRWAY_ASSIGN_OR_RETURN(row, request.number() == 0 ? store::ActivePolicyRow(txn)
                                                        : store::GetPolicy(txn, request.number()));
    return absl::OkStatus();
  }));
  if (!row) return request.number() == 0 ? NoPolicy() : NoSuchPolicy(request.number());
  response.set_number(row->number);
  response.set_file_name(row->file_name);
  response.set_text(row->text);
  response.set_hash(row->text_hash.ToString());
  response.set_applied_ms(absl::ToUnixMillis(row->applied_at));
  response.set_applied_by(row->applied_by);
  const std::shared_ptr<const authz::ActivePolicy> active = slot_.Get();
  response.set_in_force(active != nullptr && active->number == row->number);
  if (response.in_force()) {
    response.set_rules(static_cast<uint32_t>(active->policy->rule_count()));
  }
  return absl::OkStatus();
}

absl::Status PolicyService::PolicyCheck(Call&, const v1::PolicyCheckRequest& request,
                                        v1::PolicyCheckResponse& response) {
  FAIRWAY_ASSIGN_OR_RETURN(const policyadmin::Checked checked,
                           registry_.Check(request.file_name(), request.text()));
  for (const policy::Diagnostic& diagnostic : checked.loaded.diagnostics) {
    *response.add_diagnostics() = ToProto(diagnostic, request.file_name(), request.text());
  }
  response.set_ok(checked.loaded.policy != nullptr && checked.failed_tests == 0);
  response.set_failed_tests(static_cast<uint32_t>(checked.failed_tests));
  if (checked.loaded.policy != nullptr) {
    response.set_rules(static_cast<uint32_t>(checked.loaded.policy->rule_count()));
    response.set_tests(static_cast<uint32_t>(checked.tests.size()));
  }
  return absl::OkStatus();
}

absl::Status PolicyService::PolicyTest(Call&, const v1::PolicyTestRequest& request,
                                       v1::PolicyTestResponse& response) {
  if (request.text().empty() && request.file_name().empty()) {
    const std::shared_ptr<const authz::ActivePolicy> active = slot_.Get();
    if (active == nullptr) return NoPolicy();
    Write(active->policy->RunTests(), response);
    return absl::OkStatus();
  }
  FAIRWAY_ASSIGN_OR_RETURN(const policyadmin::Checked checked,
                           registry_.Check(request.file_name(), request.text()));
  for (const policy::Diagnostic& diagnostic : checked.loaded.diagnostics) {
    *response.add_diagnostics() = ToProto(diagnostic, request.file_name(), request.text());
  }
  Write(checked.tests, response);
  return absl::OkStatus();
}

absl::Status PolicyService::PolicyApply(Call& call, const v1::PolicyApplyRequest& request,
                                        v1::PolicyApplyResponse& response) {
  if (request.reason().empty() || request.reason().size() > kMaxReasonBytes) {
    return UnusableReason();
  }
  FAIRWAY_ASSIGN_OR_RETURN(
      const policyadmin::Applied applied,
      registry_.Apply(call.caller, request.file_name(), request.text(), request.reason()));
  response.set_number(applied.number);
  response.set_hash(applied.text_hash.ToString());
  response.set_rules(static_cast<uint32_t>(applied.rules));
  response.set_tests_passed(static_cast<uint32_t>(applied.tests_passed));
  return absl::OkStatus();
}

absl::Status PolicyService::PolicyExplain(Call& call, const v1::PolicyExplainRequest& request,
                                          v1::PolicyExplainResponse& response) {
  FAIRWAY_RETURN_IF_ERROR(registry_.Refresh());
  const std::optional<model::Peer> peer = directory_.FindByName(request.peer());
  if (!peer) return model::NoSuchPeer(request.peer());
  model::ItemId item;
  model::AuthorityId origin;
  FAIRWAY_RETURN_IF_ERROR(database_.Read([&](store::ReadTxn& txn) -> absl::Status {
    FAIRWAY_ASSIGN_OR_RETURN(const store::StoredRevision stored, FindItem(txn, request.ref()));
    item = stored.body.item_id;
    origin = stored.body.origin;
    return absl::OkStatus();
  }));
  FAIRWAY_ASSIGN_OR_RETURN(
      const policy::Explanation explanation,
      exchange::ExplainRelease(database_, gate_, *peer, origin, item, call.now));
  const policy::Decision& decision = explanation.decision;
  response.set_text(request.full() ? explanation.ToFullText() : explanation.ToText());
  response.set_release(decision.verdict == policy::Decision::Verdict::kRelease);
  response.set_rule(decision.rule);
  response.set_because(decision.because);
  response.set_file(decision.file);
  response.set_line(static_cast<uint32_t>(decision.line));
  call.objects = {request.ref(), request.peer()};
  return absl::OkStatus();
}

}  // namespace fairway::service
