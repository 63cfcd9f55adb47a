#include "node/service/node_service.h"

#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "node/audit/audit_log.h"
#include "node/status/status_macros.h"
#include "node/store/feed_table.h"
#include "node/store/item_table.h"
#include "node/store/user_table.h"

namespace fairway::service {
namespace {

Finding NodeFinding(const char* subject, Finding::Severity severity, std::string text,
                    std::vector<std::string> next = {}) {
  return {"Node", subject, severity, std::move(text), std::move(next)};
}

// An active node without an administrator can be changed by nobody.
absl::StatusOr<size_t> CountAdministrators(store::ReadTxn& txn) {
  FAIRWAY_ASSIGN_OR_RETURN(const std::vector<store::UserRow> rows, store::AllUsers(txn));
  size_t count = 0;
  for (const store::UserRow& row : rows) {
    count += !row.disabled && row.roles.count(model::Role::kAdministrator) > 0;
  }
  return count;
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
                         const model::PeerDirectory& directory, const NodeView& view, Facts facts)
    : database_(database),
      policy_(policy),
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
  return database_.Read([&](store::ReadTxn& txn) -> absl::Status {
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
  size_t administrators = 0;
  const absl::Status read = database_.Read([&](store::ReadTxn& txn) -> absl::Status {
    FAIRWAY_ASSIGN_OR_RETURN(administrators, CountAdministrators(txn));
    return absl::OkStatus();
  });
  if (!read.ok()) {
    findings.push_back(NodeFinding("users", kFail, std::string(read.message())));
  } else if (administrators == 1) {
    findings.push_back(NodeFinding("users", kWarn, "there is only one administrator",
                                   {"fairway user add NAME --uid UID --role administrator"}));
  } else {
    findings.push_back(NodeFinding("users", kOk, absl::StrCat(administrators, " administrators")));
  }
  return findings;
}

Finding NodeService::ExaminePolicy() const {
  using enum Finding::Severity;
  const std::shared_ptr<const authz::ActivePolicy> active = policy_.Get();
  if (active == nullptr) {
    return {"Policy",
            "in force",
            kFail,
            "there is none, so nothing leaves this node",
            {"fairway policy apply FILE"}};
  }
  return {"Policy",
          "in force",
          kOk,
          absl::StrCat("version ", active->number, ", ", active->policy->rule_count(), " rules"),
          {}};
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

absl::Status NodeService::Doctor(Call&, const v1::DoctorRequest&, v1::DoctorResponse& response) {
  std::vector<Finding> findings = ExamineStore();
  for (Finding& finding : view_.Findings()) findings.push_back(std::move(finding));
  for (Finding& finding : ExaminePeers()) findings.push_back(std::move(finding));
  findings.push_back(ExaminePolicy());
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
