#include "node/server/gate_under_policy.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "node/authz/authorizer.h"
#include "node/authz/policy_slot.h"
#include "node/exchange/release_gate.h"
#include "node/exchange/release_terms.h"
#include "node/model/caller.h"
#include "node/model/labels.h"
#include "node/status/status_macros.h"
#include "node/store/hold_table.h"
#include "node/store/mention_table.h"

namespace fairway::server {
namespace {

using policyadmin::GateAnswer;
using Verdict = std::variant<exchange::Grant, exchange::Withheld>;

// A gate with another policy in force. Does not own the policy.
struct Gate {
  Gate(const authz::ActivePolicy& active, const model::AuthorityId& self)
      : authorizer(slot, self), gate(authorizer) {
    slot.Set(std::shared_ptr<const authz::ActivePolicy>(std::shared_ptr<void>(), &active));
  }
  authz::PolicySlot slot;
  authz::Authorizer authorizer;
  exchange::ReleaseGate gate;
};

std::vector<std::string> Going(const authz::ItemFacts& facts, const policy::Duties& duties) {
  std::vector<std::string> labels;
  for (const model::Part& part : facts.view.parts) {
    if (!model::IsPrivate(part.label) && duties.Releases(part.label)) labels.push_back(part.label);
  }
  std::sort(labels.begin(), labels.end());
  return labels;
}

GateAnswer Yes(exchange::Grant grant) {
  return {.verdict = GateAnswer::Verdict::kYes,
          .decision = std::move(grant.decision),
          .labels = std::move(grant.labels)};
}

// The policy lets it go and the gate lets it wait: what would go is told from the policy's word.
GateAnswer NotYet(const Gate& gate, const authz::ActivePolicy& active,
                  const authz::ItemFacts& facts, const model::Peer& peer,
                  const authz::NameOf& name_of, absl::Time now, policy::Decision decision) {
  const policy::Decision released = gate.authorizer.Release(&active, facts, peer, name_of, now);
  decision.duties = released.duties;
  std::vector<std::string> labels = Going(facts, decision.duties);
  return {.verdict = GateAnswer::Verdict::kNotYet,
          .decision = std::move(decision),
          .labels = std::move(labels)};
}

// What nobody had let go by then, in words; empty: nothing stood against it.
absl::StatusOr<std::string> NotLetGoThen(store::ReadTxn& txn, const authz::ItemFacts& facts,
                                         const model::ObjectId& object, const model::Peer& peer,
                                         const exchange::Grant& grant, absl::Time then,
                                         std::string_view& rule) {
  std::vector<std::string> mentions = exchange::ResidualMentions(facts.view.parts, grant.labels);
  if (!mentions.empty()) {
    FAIRWAY_ASSIGN_OR_RETURN(const std::vector<store::MentionRelease> let_go,
                             store::MentionReleasesOf(txn, object, peer.id));
    for (const store::MentionRelease& release : let_go) {
      if (release.at > then) continue;
      std::erase_if(mentions, [&release](const std::string& label) {
        return std::binary_search(release.labels.begin(), release.labels.end(), label);
      });
    }
  }
  rule = exchange::kRuleMention;
  if (!mentions.empty()) {
    return absl::StrCat("the remaining text contained ", absl::StrJoin(mentions, ", "),
                        ", and nobody had let it go yet");
  }
  rule = exchange::kRuleHold;
  const std::set<std::string>& roles = grant.decision.duties.hold_for;
  if (roles.empty()) return std::string();
  FAIRWAY_ASSIGN_OR_RETURN(const std::vector<store::HoldRelease> let_go,
                           store::HoldReleasesOf(txn, object, peer.id));
  for (const std::string& role : roles) {
    const bool done =
        std::any_of(let_go.begin(), let_go.end(), [&](const store::HoldRelease& each) {
          return each.at <= then && model::ToText(each.role) == role &&
                 std::includes(each.labels.begin(), each.labels.end(), grant.labels.begin(),
                               grant.labels.end());
        });
    if (!done) return absl::StrCat("it was held for a ", role, ", and none had let it go yet");
  }
  return std::string();
}

}  // namespace

absl::StatusOr<authz::ItemFacts> GateUnderPolicy::FactsOf(
    store::ReadTxn& txn, const store::StoredRevision& stored) const {
  return exchange::FactsOf(txn, stored);
}

absl::StatusOr<GateAnswer> GateUnderPolicy::Decide(store::ReadTxn& txn,
                                                   const authz::ActivePolicy& active,
                                                   const model::ObjectId& object,
                                                   const model::Peer& peer, absl::Time now) const {
  const Gate gate(active, self_);
  FAIRWAY_ASSIGN_OR_RETURN(Verdict verdict, gate.gate.Decide(txn, object, peer, now));
  if (auto* grant = std::get_if<exchange::Grant>(&verdict); grant != nullptr) {
    return Yes(std::move(*grant));
  }
  auto& no = std::get<exchange::Withheld>(verdict);
  if (no.of_rule.empty())
    return GateAnswer{.verdict = {}, .decision = std::move(no.decision), .labels = {}};
  FAIRWAY_ASSIGN_OR_RETURN(const std::optional<store::StoredRevision> stored,
                           store::GetRevision(txn, object));
  if (!stored.has_value()) return absl::InternalError("what waits is not here");
  FAIRWAY_ASSIGN_OR_RETURN(const authz::ItemFacts facts, exchange::FactsOf(txn, *stored));
  return NotYet(gate, active, facts, peer, exchange::NamesIn(txn), now, std::move(no.decision));
}

absl::StatusOr<GateAnswer> GateUnderPolicy::JudgeThen(
    store::ReadTxn& txn, const authz::ActivePolicy& active, const authz::ItemFacts& facts,
    const model::ObjectId& object, const model::Peer& peer, absl::Time now) const {
  const Gate gate(active, self_);
  FAIRWAY_ASSIGN_OR_RETURN(Verdict verdict, gate.gate.Judge(txn, facts, object, peer, now));
  if (auto* no = std::get_if<exchange::Withheld>(&verdict); no != nullptr) {
    if (no->of_rule.empty()) {
      return GateAnswer{.verdict = {}, .decision = std::move(no->decision), .labels = {}};
    }
    return NotYet(gate, active, facts, peer, exchange::NamesIn(txn), now, std::move(no->decision));
  }
  auto& grant = std::get<exchange::Grant>(verdict);
  std::string_view rule;
  FAIRWAY_ASSIGN_OR_RETURN(const std::string why,
                           NotLetGoThen(txn, facts, object, peer, grant, now, rule));
  if (why.empty()) return Yes(std::move(grant));
  policy::Decision held;
  held.rule = std::string(rule);
  held.because = why;
  return NotYet(gate, active, facts, peer, exchange::NamesIn(txn), now, std::move(held));
}

}  // namespace fairway::server
