#include "node/service/policy_views.h"

#include <algorithm>
#include <optional>
#include <set>

#include "absl/time/time.h"
#include "node/model/enums.h"
#include "node/model/ref.h"
#include "node/service/policy_proto.h"
#include "node/status/status_macros.h"
#include "node/store/item_table.h"

namespace fairway::service {
namespace {

constexpr size_t kMaxRulesListed = 8;
constexpr size_t kMaxOthersListed = 64;
constexpr size_t kMaxDifferencesListed = 200;

using Items = google::protobuf::RepeatedPtrField<v1::ChangedItem>;

v1::ChangedItem ToProto(const policyadmin::Preview& preview, const policyadmin::ItemChange& change,
                        bool titles) {
  const policyadmin::PreviewItem& item = preview.items[change.item];
  v1::ChangedItem proto;
  proto.set_ref(item.ref);
  proto.set_kind(std::string(model::ToText(item.kind)));
  proto.set_tlp(model::Marking(item.tlp));
  if (item.received) proto.set_origin(item.originator);
  if (!item.contains_known) proto.add_contains("unknown");
  for (const std::string& word : item.contains) proto.add_contains(word);
  proto.set_rule(change.after.rule);
  proto.set_file(change.after.file);
  proto.set_line(static_cast<uint32_t>(change.after.line));
  proto.set_before(DecisionText(change.before));
  for (const std::string& field : change.fields) proto.add_fields(field);
  proto.set_delivered(change.delivered);
  if (titles) proto.set_title(item.title);
  return proto;
}

void AddItems(const policyadmin::Preview& preview,
              const std::vector<policyadmin::ItemChange>& changes, const PreviewShown& shown,
              Items& to) {
  if (!shown.items) return;
  for (size_t i = 0; i < std::min(changes.size(), kMaxItemsListed); ++i) {
    *to.Add() = ToProto(preview, changes[i], shown.titles);
  }
}

std::set<std::string> FieldsOf(const std::vector<policyadmin::ItemChange>& changes) {
  std::set<std::string> fields;
  for (const policyadmin::ItemChange& change : changes) {
    fields.insert(change.fields.begin(), change.fields.end());
  }
  return fields;
}

v1::PeerChange ToProto(const policyadmin::Preview& preview, const policyadmin::PeerPreview& peer,
                       const PreviewShown& shown) {
  v1::PeerChange proto;
  proto.set_peer(peer.peer);
  proto.set_hypothetical(peer.hypothetical || peer.drafted);
  proto.set_new_items(peer.released.size());
  proto.set_withdrawn(peer.withheld.size());
  proto.set_withdrawn_delivered(peer.withheld.size() - peer.not_yet_sent());
  proto.set_more_fields(peer.more_fields.size());
  proto.set_fewer_fields(peer.fewer_fields.size());
  proto.set_other_terms(peer.changed_terms.size());
  std::set<std::string> rules;
  for (const policyadmin::ItemChange& change : peer.released) rules.insert(change.after.rule);
  for (const std::string& rule : rules) {
    if (proto.rules().size() < static_cast<int>(kMaxRulesListed)) proto.add_rules(rule);
  }
  for (const std::string& field : FieldsOf(peer.more_fields)) proto.add_new_fields(field);
  for (const std::string& field : FieldsOf(peer.fewer_fields)) proto.add_lost_fields(field);
  AddItems(preview, peer.released, shown, *proto.mutable_newly_released());
  AddItems(preview, peer.withheld, shown, *proto.mutable_newly_withheld());
  AddItems(preview, peer.more_fields, shown, *proto.mutable_seen_more());
  AddItems(preview, peer.fewer_fields, shown, *proto.mutable_seen_less());
  AddItems(preview, peer.changed_terms, shown, *proto.mutable_differently_bound());
  return proto;
}

// The rule that withholds the item from the peer under the draft.
std::string WithheldBy(const policyadmin::Preview& preview, const std::string& peer, size_t item) {
  for (const policyadmin::PeerPreview& each : preview.peers) {
    if (each.peer != peer) continue;
    for (const policyadmin::ItemChange& change : each.withheld) {
      if (change.item == item) return change.after.rule;
    }
  }
  return "";
}

void AddRecalls(const policyadmin::Preview& preview, const std::string& peer,
                google::protobuf::RepeatedPtrField<v1::ProposedRecall>& to) {
  for (const policyadmin::ProposedRecall& recall : preview.recalls) {
    if (static_cast<size_t>(to.size()) == kMaxRecallsListed) return;
    if (!peer.empty() && recall.peer != peer) continue;
    const policyadmin::PreviewItem& item = preview.items[recall.item];
    v1::ProposedRecall& proto = *to.Add();
    proto.set_ref(item.ref);
    proto.set_peer(recall.peer);
    proto.set_rule(WithheldBy(preview, recall.peer, recall.item));
    proto.set_own(!item.received);
  }
}

v1::Aging ToProto(const policyadmin::Aging& aging) {
  v1::Aging proto;
  proto.set_items_out(aging.items_out);
  proto.set_items_in(aging.items_in);
  for (size_t i = 0; i < std::min(aging.rules_ending.size(), kMaxOthersListed); ++i) {
    v1::RuleEnding& ending = *proto.add_rules_ending();
    ending.set_rule(aging.rules_ending[i].rule);
    ending.set_line(static_cast<uint32_t>(aging.rules_ending[i].line));
    ending.set_last_day_ms(absl::ToUnixMillis(aging.rules_ending[i].last_day));
  }
  return proto;
}

v1::BudgetFinding ToProto(const policyadmin::BudgetUse& use) {
  v1::BudgetFinding proto;
  proto.set_name(use.budget.name);
  proto.set_line(static_cast<uint32_t>(use.budget.line));
  proto.set_at_most(use.budget.at_most);
  proto.set_found(use.items);
  proto.set_peer(use.budget.to == policy::Budget::To::kPeer ? use.budget.peer : use.peer);
  proto.set_exceeded(use.exceeded);
  proto.set_needs_role(use.budget.without_role);
  return proto;
}

bool HasOneOf(const store::UserRow& user, const std::vector<std::string>& roles) {
  return std::any_of(user.roles.begin(), user.roles.end(), [&](model::Role role) {
    return std::find(roles.begin(), roles.end(), model::ToText(role)) != roles.end();
  });
}

// Could this user give what is missing, or a part of it?
bool CouldApprove(const policyadmin::Needs& needs, const store::UserRow& user) {
  const bool commander = user.roles.contains(model::Role::kCommander);
  if (!commander && !user.roles.contains(model::Role::kAdministrator)) return false;
  if (!needs.commander && needs.roles.empty()) return true;
  return (needs.commander && commander) || HasOneOf(user, needs.roles);
}

}  // namespace

v1::NewlyReleased GainOf(const policyadmin::Preview& preview) {
  v1::NewlyReleased gain;
  gain.set_items(preview.newly_released);
  if (preview.highest_tlp) gain.set_highest_tlp(model::Marking(*preview.highest_tlp));
  gain.set_at_highest_tlp(preview.at_highest_tlp);
  gain.set_personal_data(preview.personal_data);
  uint64_t received = 0;
  for (const auto& [originator, items] : preview.received) {
    received += items;
    if (gain.originators().size() == static_cast<int>(kMaxOthersListed)) continue;
    v1::OriginatorCount& count = *gain.add_originators();
    count.set_originator(originator);
    count.set_items(items);
  }
  gain.set_received(received);
  return gain;
}

void Write(const policyadmin::Preview& preview, const PreviewShown& shown,
           v1::PolicyPreviewResponse& response) {
  response.set_against(preview.base);
  response.set_items(preview.items_looked_at);
  response.set_peers(preview.peers_looked_at);
  response.set_took_us(static_cast<uint64_t>(absl::ToInt64Microseconds(preview.took)));
  for (const policyadmin::PeerPreview& peer : preview.peers) {
    if (!shown.peer.empty() && peer.peer != shown.peer) continue;
    if (peer.unchanged()) {
      response.set_unchanged_peers(response.unchanged_peers() + 1);
    } else {
      *response.add_changes() = ToProto(preview, peer, shown);
    }
  }
  *response.mutable_gain() = GainOf(preview);
  AddRecalls(preview, shown.peer, *response.mutable_recalls());
  response.set_recalls_total(
      static_cast<uint64_t>(std::count_if(preview.recalls.begin(), preview.recalls.end(),
                                          [&](const policyadmin::ProposedRecall& recall) {
                                            return shown.peer.empty() || recall.peer == shown.peer;
                                          })));
  *response.mutable_aging() = ToProto(preview.aging);
  for (const policyadmin::BudgetUse& use : preview.budgets) {
    *response.add_budgets() = ToProto(use);
  }
  response.set_digest(preview.digest.ToString());
}

v1::GuaranteeFinding ToProto(const policyadmin::GuaranteeResult& result) {
  v1::GuaranteeFinding proto;
  proto.set_name(result.name);
  proto.set_line(static_cast<uint32_t>(result.line));
  proto.set_holds(result.holds);
  proto.set_too_hard(result.too_hard);
  if (!result.too_hard) proto.set_text(result.text);
  return proto;
}

v1::ApprovalNeed ToProto(const policyadmin::Needs& needs, const std::string& author,
                         const std::vector<store::UserRow>& users) {
  v1::ApprovalNeed proto;
  proto.set_tightening(needs.tightening);
  proto.set_nobody_else(needs.alone && !needs.tightening);
  proto.set_second_person(needs.approver);
  proto.set_commander(needs.commander);
  for (const std::string& why : needs.why_commander) proto.add_because(why);
  for (const std::string& role : needs.roles) proto.add_roles(role);
  for (const std::string& budget : needs.refused) proto.add_refused(budget);
  for (const std::string& line : needs.missing) proto.add_missing(line);
  if (needs.missing.empty()) return proto;
  for (const store::UserRow& user : users) {
    if (user.disabled || user.name == author || !CouldApprove(needs, user)) continue;
    if (proto.may_approve().size() == static_cast<int>(kMaxOthersListed)) break;
    proto.add_may_approve(user.name);
  }
  return proto;
}

v1::ProposalView ToProto(const store::Proposal& proposal) {
  v1::ProposalView proto;
  proto.set_number(proposal.number);
  proto.set_state(std::string(store::ToText(proposal.state)));
  proto.set_file_name(proposal.file_name);
  proto.set_rollback_to(proposal.of_version);
  proto.set_author(proposal.author);
  proto.set_proposed_ms(absl::ToUnixMillis(proposal.created_at));
  proto.set_reason(proposal.reason);
  proto.set_policy_hash(proposal.policy_hash.ToString());
  proto.set_base(proposal.base);
  proto.set_digest(proposal.preview_digest.ToString());
  proto.set_closed_by(proposal.closed_by);
  proto.set_closed_reason(proposal.closed_reason);
  if (proposal.closed_at) proto.set_closed_ms(absl::ToUnixMillis(*proposal.closed_at));
  proto.set_applied_as(proposal.applied_as);
  return proto;
}

v1::ProposalView ToProto(const policyadmin::ProposalView& view,
                         const std::vector<store::UserRow>& users) {
  v1::ProposalView proto = ToProto(view.proposal);
  const crypto::Digest now = view.preview ? view.preview->digest : view.proposal.preview_digest;
  for (const store::Approval& approval : view.approvals) {
    v1::ApprovalView& to = *proto.add_approvals();
    to.set_user(approval.user);
    for (const std::string& role : approval.roles) to.add_roles(role);
    to.set_at_ms(absl::ToUnixMillis(approval.at));
    to.set_current(approval.preview_digest == now);
  }
  if (!view.preview) return proto;
  *proto.mutable_gain() = GainOf(*view.preview);
  *proto.mutable_need() = ToProto(view.needs, view.proposal.author, users);
  proto.set_digest_now(now.ToString());
  proto.set_gains_changed(view.gains_changed);
  if (!view.difference) return proto;
  for (const std::string& line : view.difference->more) {
    if (proto.more().size() < static_cast<int>(kMaxDifferencesListed)) proto.add_more(line);
  }
  for (const std::string& line : view.difference->fewer) {
    if (proto.fewer().size() < static_cast<int>(kMaxDifferencesListed)) proto.add_fewer(line);
  }
  return proto;
}

v1::PolicyVersionView ToProto(const policyadmin::VersionView& version) {
  v1::PolicyVersionView proto;
  proto.set_number(version.row.number);
  proto.set_file_name(version.row.file_name);
  proto.set_hash(version.row.text_hash.ToString());
  proto.set_applied_ms(absl::ToUnixMillis(version.row.applied_at));
  proto.set_applied_by(version.row.applied_by);
  proto.set_in_force(version.in_force);
  for (const store::Approval& approval : version.approvals) proto.add_approved_by(approval.user);
  if (!version.record) return proto;
  proto.set_recorded(true);
  proto.set_record_verifies(version.record_verifies);
  proto.set_policy_hash(version.record->policy_hash.ToString());
  proto.set_parent(version.record->parent);
  proto.set_author(version.record->author);
  proto.set_reason(version.record->reason);
  proto.set_proposal(version.record->proposal);
  proto.set_rollback_to(version.record->of_version);
  proto.set_alone(version.record->alone);
  return proto;
}

void Write(const policyadmin::AppliedPolicy& applied, v1::PolicyApplyResponse& response) {
  response.set_number(applied.number);
  response.set_hash(applied.text_hash.ToString());
  response.set_rules(static_cast<uint32_t>(applied.rules));
  response.set_tests_passed(static_cast<uint32_t>(applied.tests_passed));
  AddRecalls(applied.preview, "", *response.mutable_recalls());
  response.set_recalls_total(applied.preview.recalls.size());
  response.set_alone(applied.alone);
  *response.mutable_gain() = GainOf(applied.preview);
  response.set_from_proposal(applied.proposal);
}

absl::StatusOr<v1::ShadowView> Describe(store::ReadTxn& txn, const policyadmin::ShadowView& shadow,
                                        const model::PeerDirectory& directory) {
  v1::ShadowView proto;
  proto.set_proposal(shadow.shadow.proposal);
  proto.set_started_by(shadow.shadow.started_by);
  proto.set_since_ms(absl::ToUnixMillis(shadow.shadow.started_at));
  proto.set_until_ms(absl::ToUnixMillis(shadow.shadow.ended_at.value_or(shadow.shadow.ends_at)));
  proto.set_running(!shadow.shadow.ended_at.has_value());
  proto.set_decisions(shadow.shadow.decisions);
  proto.set_different(shadow.shadow.differences);
  for (const store::ShadowDifference& each : shadow.differences) {
    v1::ShadowDifference& to = *proto.add_differences();
    FAIRWAY_ASSIGN_OR_RETURN(const std::optional<store::StoredRevision> stored,
                             store::GetRevision(txn, each.object));
    if (stored) to.set_ref(model::RefOf(stored->body.kind, stored->body.item_id));
    const std::optional<model::Peer> peer = directory.Find(each.peer);
    to.set_peer(peer ? peer->name : each.peer.ToString());
    to.set_in_force(each.before);
    to.set_shadow(each.after);
    to.set_at_ms(absl::ToUnixMillis(each.at));
  }
  return proto;
}

}  // namespace fairway::service
