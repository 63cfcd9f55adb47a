#include "node/service/node_service.h"

#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "node/audit/audit_log.h"
#include "node/status/problem.h"
#include "node/status/status_macros.h"
#include "node/store/feed_table.h"
#include "node/store/item_table.h"
#include "node/store/proposal_table.h"
#include "node/store/user_table.h"

namespace fairway::service {
namespace {

constexpr int kMaxAlarms = 64;
constexpr absl::Duration kProposalIsOld = absl::Hours(7 * 24);

Finding NodeFinding(const char* subject, Finding::Severity severity, std::string text,
                    std::vector<std::string> next = {}) {
  return {"Node", subject, severity, std::move(text), std::move(next)};
}

// An active node without an administrator can be changed by nobody; with one person who may
// approve, nobody checks a change of its policy.
struct People {
  size_t administrators = 0;
  size_t approvers = 0;  // of changes of policy: administrators and commanders
};

absl::StatusOr<People> CountPeople(store::ReadTxn& txn) {
  FAIRWAY_ASSIGN_OR_RETURN(const std::vector<store::UserRow> rows, store::AllUsers(txn));
  People people;
  for (const store::UserRow& row : rows) {
    if (row.disabled) continue;
    const bool administrator = row.roles.contains(model::Role::kAdministrator);
    people.administrators += administrator ? 1 : 0;
    people.approvers += administrator || row.roles.contains(model::Role::kCommander) ? 1 : 0;
  }
  return people;
}

// What fails although nobody changed the policy, a line each.
std::vector<std::string> Alarms(const absl::Status& health) {
  if (health.ok()) return {};
  const std::optional<Problem> problem = ProblemOf(health);
  if (!problem || problem->why.empty()) return {std::string(health.message())};
  return problem->why;
}

absl::Status DescribeChanges(store::ReadTxn& txn, v1::StatusResponse& response) {
  FAIRWAY_ASSIGN_OR_RETURN(const std::vector<store::Proposal> open, store::OpenProposals(txn));
  response.set_open_proposals(static_cast<uint32_t>(open.size()));
  FAIRWAY_ASSIGN_OR_RETURN(const People people, CountPeople(txn));
  response.set_nobody_else_checks(people.approvers < 2);
  FAIRWAY_ASSIGN_OR_RETURN(const std::vector<store::Shadow> shadows, store::RunningShadows(txn));
  if (shadows.empty()) return absl::OkStatus();
  const store::Shadow& running = shadows.front();
  v1::ShadowView& shadow = *response.mutable_shadow();
  shadow.set_proposal(running.proposal);
  shadow.set_started_by(running.started_by);
  shadow.set_since_ms(absl::ToUnixMillis(running.started_at));
  shadow.set_until_ms(absl::ToUnixMillis(running.ends_at));
  shadow.set_running(true);
  shadow.set_decisions(running.decisions);
  shadow.set_different(running.differences);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<v1::PeerStatus> StatusOf(store::ReadTxn& txn, const model::Peer& peer,
                                        const NodeView& view) {
  v1::PeerStatus status;
  status.set_name(peer.name);
  status.set_state(std::string(model::ToText(peer.state)));
  const PeerActivity activity = view.ActivityOf(peer.id);
  status.set_connected(activity.connected);
  if (activity.last_seen != absl::InfinitePast()) {
    status.set_last_seen_ms(absl::ToUnixMillis(activity.last_seen));
  }
  status.set_trouble(activity.trouble);
  FAIRWAY_ASSIGN_OR_RETURN(const std::optional<store::OutFeed> out,
                           store::GetOutFeed(txn, peer.id));
  if (out) {
    status.set_sent(out->acked_seq);
    status.set_waiting(out->position.last_seq - out->acked_seq);
  }
  FAIRWAY_ASSIGN_OR_RETURN(const std::optional<model::FeedPosition> in,
                           store::GetInFeed(txn, peer.id));
  if (in) status.set_received(in->last_seq);
  return status;
}

NodeService::NodeService(const store::Database& database, const authz::PolicySlot& policy,
                         const policyadmin::PolicyWatch& watch,
                         const model::PeerDirectory& directory, const NodeView& view, Facts facts)
    : database_(database),
      policy_(policy),
      watch_(watch),
      directory_(directory),
      view_(view),
      facts_(std::move(facts)) {}

absl::Status NodeService::Status(Call& call, const v1::StatusRequest&,
                                 v1::StatusResponse& response) {
  response.set_authority_name(facts_.node.name);
  response.set_authority(facts_.node.authority.raw());
  response.set_version(facts_.version);
  response.set_started_ms(absl::ToUnixMillis(facts_.started));
  response.set_now_ms(absl::ToUnixMillis(call.now));
  if (const std::shared_ptr<const authz::ActivePolicy> active = policy_.Get(); active != nullptr) {
    response.set_policy_number(active->number);
    response.set_policy_rules(static_cast<uint32_t>(active->policy->rule_count()));
  }
  for (std::string& alarm : Alarms(watch_.health())) {
    if (response.policy_alarms().size() < kMaxAlarms) response.add_policy_alarms(std::move(alarm));
  }
  return database_.Read([&](store::ReadTxn& txn) -> absl::Status {
    FAIRWAY_RETURN_IF_ERROR(DescribeChanges(txn, response));
    FAIRWAY_ASSIGN_OR_RETURN(const uint64_t leaves, audit::CountEntries(txn));
    response.set_audit_size(leaves);
    FAIRWAY_ASSIGN_OR_RETURN(const store::ItemCounts items, store::CountItems(txn));
    response.set_items(items.own + items.received);
    for (const model::Peer& peer : directory_.All()) {
      FAIRWAY_ASSIGN_OR_RETURN(v1::PeerStatus status, StatusOf(txn, peer, view_));
      response.set_peers_active(response.peers_active() +
                                (peer.state == model::PeerState::kActive ? 1 : 0));
      response.set_peers_connected(response.peers_connected() + (status.connected() ? 1 : 0));
      *response.add_peers() = std::move(status);
    }
    return absl::OkStatus();
  });
}

std::vector<Finding> NodeService::ExamineStore() const {
  using enum Finding::Severity;
  std::vector<Finding> findings;
  const absl::Status integrity = database_.CheckIntegrity();
  findings.push_back(integrity.ok()
                         ? NodeFinding("database", kOk, "every page carries its authenticator")
                         : NodeFinding("database", kFail, std::string(integrity.message())));
  People people;
  const absl::Status read = database_.Read([&](store::ReadTxn& txn) -> absl::Status {
    FAIRWAY_ASSIGN_OR_RETURN(people, CountPeople(txn));
    return absl::OkStatus();
  });
  if (!read.ok()) {
    findings.push_back(NodeFinding("users", kFail, std::string(read.message())));
  } else if (people.administrators == 1) {
    findings.push_back(NodeFinding("users", kWarn, "there is only one administrator",
                                   {"fairway user add NAME --uid UID --role administrator"}));
  } else {
    findings.push_back(
        NodeFinding("users", kOk, absl::StrCat(people.administrators, " administrators")));
  }
  return findings;
}

std::vector<Finding> NodeService::ExaminePolicy(absl::Time now) const {
  using enum Finding::Severity;
  std::vector<Finding> findings;
  const auto add = [&](const char* subject, Finding::Severity severity, std::string text,
                       std::vector<std::string> next = {}) {
    findings.push_back({"Policy", subject, severity, std::move(text), std::move(next)});
  };
  if (const std::shared_ptr<const authz::ActivePolicy> active = policy_.Get(); active == nullptr) {
    add("in force", kFail, "there is none, so nothing leaves this node",
        {"fairway policy apply FILE"});
  } else {
    add("in force", kOk,
        absl::StrCat("version ", active->number, ", ", active->policy->rule_count(), " rules"));
  }
  People people;
  std::vector<store::Proposal> open;
  std::vector<store::Shadow> shadows;
  const absl::Status read = database_.Read([&](store::ReadTxn& txn) -> absl::Status {
    FAIRWAY_ASSIGN_OR_RETURN(people, CountPeople(txn));
    FAIRWAY_ASSIGN_OR_RETURN(open, store::OpenProposals(txn));
    FAIRWAY_ASSIGN_OR_RETURN(shadows, store::RunningShadows(txn));
    return absl::OkStatus();
  });
  if (!read.ok()) {
    add("changes", kFail, std::string(read.message()));
    return findings;
  }
  if (people.approvers < 2) {
    add("second person", kWarn,
        "only one person may change or approve policy: nobody else checks what it lets out",
        {"fairway user add NAME --uid UID --role administrator"});
  }
  for (const store::Proposal& proposal : open) {
    const bool old = now - proposal.created_at > kProposalIsOld;
    add("proposal", old ? kWarn : kOk,
        absl::StrCat("number ", proposal.number, " by ", proposal.author, " is ",
                     std::string(store::ToText(proposal.state)), old ? " for over a week" : ""),
        old ? std::vector<std::string>{absl::StrCat("fairway policy proposals ", proposal.number)}
            : std::vector<std::string>{});
  }
  for (const store::Shadow& shadow : shadows) {
    add("trial run", kOk,
        absl::StrCat("proposal ", shadow.proposal, " is asked beside the policy in force: ",
                     shadow.differences, " of ", shadow.decisions, " decisions would be others"));
  }
  return findings;
}

std::vector<Finding> NodeService::ExaminePeers() const {
  using enum Finding::Severity;
  std::vector<Finding> findings;
  for (const model::Peer& peer : directory_.All()) {
    if (peer.state != model::PeerState::kActive) {
      findings.push_back({"Peers",
                          peer.name,
                          kWarn,
                          absl::StrCat("is ", std::string(model::ToText(peer.state))),
                          {absl::StrCat("fairway peer show ", peer.name)}});
      continue;
    }
    const PeerActivity activity = view_.ActivityOf(peer.id);
    if (activity.connected) {
      findings.push_back({"Peers", peer.name, kOk, "connected", {}});
      continue;
    }
    findings.push_back({"Peers",
                        peer.name,
                        kFail,
                        activity.trouble.empty()
                            ? "not connected"
                            : absl::StrCat("not connected: ", activity.trouble),
                        {absl::StrCat("fairway peer show ", peer.name)}});
  }
  return findings;
}

absl::Status NodeService::Doctor(Call& call, const v1::DoctorRequest&,
                                 v1::DoctorResponse& response) {
  std::vector<Finding> findings = ExamineStore();
  for (Finding& finding : view_.Findings()) findings.push_back(std::move(finding));
  for (Finding& finding : ExaminePeers()) findings.push_back(std::move(finding));
  for (Finding& finding : ExaminePolicy(call.now)) findings.push_back(std::move(finding));
  for (Finding& finding : findings) {
    v1::Finding* to = response.add_findings();
    to->set_area(std::move(finding.area));
    to->set_subject(std::move(finding.subject));
    to->set_severity(static_cast<v1::Severity>(finding.severity));
    to->set_text(std::move(finding.text));
    for (std::string& next : finding.next) to->add_next(std::move(next));
  }
  return absl::OkStatus();
}

}  // namespace fairway::service
