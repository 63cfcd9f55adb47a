#include "node/service/policy_service.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "node/exchange/where.h"
#include "node/model/no_such_peer.h"
#include "node/policyadmin/change_gate.h"
#include "node/service/item_finder.h"
#include "node/service/policy_proto.h"
#include "node/service/policy_views.h"
#include "node/status/problem.h"
#include "node/status/status_macros.h"
#include "node/store/policy_table.h"
#include "node/wire/fields.h"

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

void AddDiagnostics(const std::vector<policy::Diagnostic>& diagnostics,
                    const std::string& file_name, const std::string& text,
                    google::protobuf::RepeatedPtrField<v1::Diagnostic>& to) {
  for (const policy::Diagnostic& each : diagnostics) *to.Add() = ToProto(each, file_name, text);
}

void Write(const std::vector<policy::TestResult>& results, v1::PolicyTestResponse& response) {
  for (const policy::TestResult& result : results) {
    *response.add_results() = ToProto(result);
    result.passed ? response.set_passed(response.passed() + 1)
                  : response.set_failed(response.failed() + 1);
  }
}

void Write(const policy::Explanation& explanation, bool full, v1::PolicyExplainResponse& response) {
  const policy::Decision& decision = explanation.decision;
  response.set_text(full ? explanation.ToFullText() : explanation.ToText());
  response.set_release(decision.verdict == policy::Decision::Verdict::kRelease);
  response.set_rule(decision.rule);
  response.set_because(decision.because);
  response.set_file(decision.file);
  response.set_line(static_cast<uint32_t>(decision.line));
}

}  // namespace

PolicyService::PolicyService(const store::Database& database, policyadmin::PolicyRegistry& registry,
                             const authz::PolicySlot& slot, const exchange::ReleaseGate& gate,
                             const model::PeerDirectory& directory,
                             const policyadmin::PastPolicy& past)
    : database_(database),
      registry_(registry),
      slot_(slot),
      gate_(gate),
      directory_(directory),
      past_(past) {}

absl::StatusOr<policyadmin::PolicyNames> PolicyService::Names() const {
  policyadmin::PolicyNames names;
  FAIRWAY_RETURN_IF_ERROR(database_.Read([&](store::ReadTxn& txn) -> absl::Status {
    FAIRWAY_ASSIGN_OR_RETURN(names, policyadmin::CurrentNames(txn));
    return absl::OkStatus();
  }));
  return names;
}

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

absl::Status PolicyService::PolicyCheck(Call& call, const v1::PolicyCheckRequest& request,
                                        v1::PolicyCheckResponse& response) {
  FAIRWAY_ASSIGN_OR_RETURN(const policyadmin::PolicyNames names, Names());
  FAIRWAY_ASSIGN_OR_RETURN(
      const policyadmin::Examined examined,
      policyadmin::Examine(request.file_name(), request.text(), names, call.now));
  AddDiagnostics(examined.diagnostics, request.file_name(), request.text(),
                 *response.mutable_diagnostics());
  response.set_ok(examined.passes());
  response.set_failed_tests(static_cast<uint32_t>(examined.failed_tests));
  if (examined.loaded.active == nullptr) return absl::OkStatus();
  AddDiagnostics(examined.loaded.active->policy->RemarksOn(call.now), request.file_name(),
                 request.text(), *response.mutable_diagnostics());
  response.set_rules(static_cast<uint32_t>(examined.loaded.active->policy->rule_count()));
  response.set_tests(static_cast<uint32_t>(examined.tests.size()));
  for (const policyadmin::GuaranteeResult& guarantee : examined.guarantees) {
    *response.add_guarantees() = ToProto(guarantee);
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
  FAIRWAY_ASSIGN_OR_RETURN(const policyadmin::PolicyNames names, Names());
  FAIRWAY_ASSIGN_OR_RETURN(const policyadmin::LoadedPolicy loaded,
                           policyadmin::LoadPolicy(request.file_name(), request.text(), names));
  AddDiagnostics(loaded.diagnostics, request.file_name(), request.text(),
                 *response.mutable_diagnostics());
  if (loaded.active != nullptr) Write(loaded.active->policy->RunTests(), response);
  return absl::OkStatus();
}

absl::Status PolicyService::PolicyPrint(Call&, const v1::PolicyPrintRequest& request,
                                        v1::PolicyPrintResponse& response) {
  std::string file_name = request.file_name();
  std::string text = request.text();
  policyadmin::PolicyNames names;
  FAIRWAY_RETURN_IF_ERROR(database_.Read([&](store::ReadTxn& txn) -> absl::Status {
    FAIRWAY_ASSIGN_OR_RETURN(names, policyadmin::CurrentNames(txn));
    if (!text.empty()) return absl::OkStatus();
    std::optional<store::PolicyRow> row;
    FAIRWAY_ASSIGN_OR_RETURN(row, request.number() == 0 ? store::ActivePolicyRow(txn)
                                                        : store::GetPolicy(txn, request.number()));
    if (!row) return request.number() == 0 ? NoPolicy() : NoSuchPolicy(request.number());
    file_name = row->file_name;
    text = row->text;
    names.profile_text = row->profile_text;
    return absl::OkStatus();
  }));
  FAIRWAY_ASSIGN_OR_RETURN(const policyadmin::LoadedPolicy loaded,
                           policyadmin::LoadPolicy(file_name, text, names));
  AddDiagnostics(loaded.diagnostics, file_name, text, *response.mutable_diagnostics());
  if (loaded.active == nullptr) return absl::OkStatus();
  response.set_text(loaded.active->policy->canonical());
  response.set_hash(policyadmin::PolicyHash(*loaded.active->policy).ToString());
  return absl::OkStatus();
}

absl::Status PolicyService::ExplainPast(Call& call, const v1::PolicyExplainRequest& request,
                                        const model::AuthorityId& origin, const model::ItemId& item,
                                        v1::PolicyExplainResponse& response) const {
  FAIRWAY_ASSIGN_OR_RETURN(const absl::Time at,
                           wire::ReadMilliseconds("as_of_ms", request.as_of_ms()));
  FAIRWAY_ASSIGN_OR_RETURN(const policyadmin::PastExplanation past,
                           past_.Explain(origin, item, request.peer(), at, call.now));
  Write(past.explanation, request.full(), response);
  response.set_policy_number(past.policy_number);
  response.set_as_of_ms(absl::ToUnixMillis(past.at));
  response.set_revision(past.revision);
  response.set_of_release(past.of_release);
  for (const std::string& note : past.notes) response.add_notes(note);
  call.detail["as-of"] = absl::FormatTime(absl::RFC3339_sec, past.at, absl::UTCTimeZone());
  return absl::OkStatus();
}

absl::Status PolicyService::PolicyExplain(Call& call, const v1::PolicyExplainRequest& request,
                                          v1::PolicyExplainResponse& response) {
  FAIRWAY_RETURN_IF_ERROR(registry_.Refresh());
  const std::optional<model::Peer> peer = directory_.FindByName(request.peer());
  if (!peer && request.as_of_ms() == 0) return model::NoSuchPeer(request.peer());
  model::ItemId item;
  model::AuthorityId origin;
  FAIRWAY_RETURN_IF_ERROR(database_.Read([&](store::ReadTxn& txn) -> absl::Status {
    FAIRWAY_ASSIGN_OR_RETURN(const store::StoredRevision stored, FindItem(txn, request.ref()));
    item = stored.body.item_id;
    origin = stored.body.origin;
    return absl::OkStatus();
  }));
  call.objects = {request.ref(), request.peer()};
  if (request.as_of_ms() != 0) return ExplainPast(call, request, origin, item, response);
  FAIRWAY_ASSIGN_OR_RETURN(
      const policy::Explanation explanation,
      exchange::ExplainRelease(database_, gate_, *peer, origin, item, call.now));
  Write(explanation, request.full(), response);
  const std::shared_ptr<const authz::ActivePolicy> active = slot_.Get();
  if (active != nullptr) response.set_policy_number(active->number);
  return absl::OkStatus();
}

}  // namespace fairway::service
