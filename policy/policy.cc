#include "policy/policy.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "policy/check/checker.h"
#include "policy/check/date_adviser.h"
#include "policy/engine/compiled.h"
#include "policy/engine/engine.h"
#include "policy/engine/test_runner.h"
#include "policy/language/parser.h"
#include "policy/limits.h"

namespace fairway::policy {

Policy::Policy(std::unique_ptr<const Program> program)
    : program_(std::move(program)), compiled_(std::make_unique<const Compiled>(*program_)) {}
Policy::~Policy() = default;

Policy::Loaded Policy::Load(std::string file_name, std::string text,
                            std::shared_ptr<const Vocabulary> vocabulary,
                            const Registry& registry) {
  DiagnosticSink sink;
  if (text.size() > kMaxPolicyTextBytes) {
    sink.Error(
        "E004", {},
        absl::StrCat("the policy has ", text.size(), " bytes, the limit is ", kMaxPolicyTextBytes),
        "split the policy, or move lists of values into sets");
    return {nullptr, sink.Take()};
  }
  World world(std::move(vocabulary), registry, sink);
  auto program = std::make_unique<Program>(std::move(file_name), std::move(text), std::move(world));
  const ast::File file = ParsePolicy(program->text, sink);
  CheckPolicy(file, *program, sink);
  if (sink.has_errors()) return {nullptr, sink.Take()};
  return {std::shared_ptr<const Policy>(new Policy(std::move(program))), sink.Take()};
}

Decision Policy::Decide(const Request& request) const {
  return policy::Decide(*compiled_, request, Calendar::Of(request));
}

std::shared_ptr<const ItemCode> Policy::CodeItem(const Attributes& item, const Attributes& context,
                                                 std::string_view self) const {
  return std::make_shared<const ItemCode>(compiled_->CodeItem(item, context, self));
}

std::shared_ptr<const PeerCode> Policy::CodePeer(std::string_view peer,
                                                 const Attributes& attributes,
                                                 const Attributes& context) const {
  return std::make_shared<const PeerCode>(compiled_->CodePeer(peer, attributes, context));
}

bool Policy::Releases(const ItemCode& item, const PeerCode& peer, std::string_view action,
                      absl::Time now) const {
  return compiled_->Decide(item, peer, compiled_->CodeAction(action), Calendar::At(now)).released();
}

Decision Policy::Decide(const Request& request, const ItemCode& item, const PeerCode& peer) const {
  return policy::Decide(*compiled_, request, item, peer, Calendar::Of(request));
}

Explanation Policy::Explain(const Request& request, Explanation::Detail detail) const {
  return policy::Explain(*program_, request, Calendar::Of(request), detail);
}

std::vector<Diagnostic> Policy::RemarksOn(absl::Time now) const {
  DiagnosticSink sink;
  AdviseOnDates(*program_, now, sink);
  return sink.Take();
}

std::vector<TestResult> Policy::RunTests() const { return policy::RunTests(*compiled_); }

bool Policy::HasPermitFor(std::string_view action) const {
  const auto index = program_->world.FindAction(action);
  return index && !program_->by_action[*index].permits.empty();
}

size_t Policy::rule_count() const { return program_->rules.size(); }
size_t Policy::test_count() const { return program_->tests.size(); }
const std::string& Policy::text() const { return program_->text; }
const std::string& Policy::file_name() const { return program_->file_name; }
const PolicyHead& Policy::head() const { return program_->head; }
const std::string& Policy::canonical() const { return program_->canonical; }
std::vector<std::string> Policy::guarantees() const {
  std::vector<std::string> names;
  for (const CheckedGuarantee& each : program_->guarantees) names.push_back(each.name);
  return names;
}
const std::vector<Budget>& Policy::budgets() const { return program_->budgets; }
std::vector<RuleDates> Policy::rule_dates() const {
  std::vector<RuleDates> dates;
  for (const CheckedRule& rule : program_->rules) {
    if (!rule.from && !rule.until) continue;
    dates.push_back({rule.name, rule.name_at.line, rule.from, rule.until});
  }
  return dates;
}
const std::shared_ptr<const Vocabulary>& Policy::vocabulary() const {
  return program_->world.shared_vocabulary();
}

}  // namespace fairway::policy
