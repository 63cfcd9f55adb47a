#include "node/policyadmin/past_policy.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "node/authz/attributes.h"
#include "node/authz/authorizer.h"
#include "node/authz/policy_slot.h"
#include "node/model/no_such_peer.h"
#include "node/policyadmin/policy_loader.h"
#include "node/status/problem.h"
#include "node/status/status_macros.h"
#include "node/store/feed_table.h"
#include "node/store/item_table.h"
#include "node/store/node_table.h"
#include "node/store/peer_table.h"
#include "node/store/policy_table.h"
#include "node/store/recall_table.h"
#include "node/store/release_table.h"

namespace fairway::policyadmin {
namespace {

std::string DayAndTime(absl::Time time) {
  return absl::FormatTime("%Y-%m-%d %H:%M:%S UTC", time, absl::UTCTimeZone());
}

absl::Status NotYet(absl::Time at) {
  return MakeProblem(
      absl::StatusCode::kInvalidArgument,
      {.code = "FW-POL-033",
       .message = absl::StrCat(DayAndTime(at), " has not come yet"),
       .why = {"the past can be explained; what would be decided later is asked of "
               "a preview"},
       .next = {"fairway policy explain REF --peer PEER --as-of 2026-01-31T12:00:00Z",
                "fairway policy preview FILE"}});
}

// One question, and what was found of it.
class Past {
 public:
  Past(store::ReadTxn& txn, const GateSeam& gate, const model::AuthorityId& self, absl::Time at,
       PastExplanation& out)
      : txn_(txn), gate_(gate), self_(self), at_(at), out_(out) {
    out_ = PastExplanation();
    out_.at = at;
  }

  absl::Status Explain(const model::AuthorityId& origin, const model::ItemId& item,
                       const std::string& name) {
    FAIRWAY_ASSIGN_OR_RETURN(const std::optional<model::Peer> now,
                             store::GetPeerByName(txn_, name));
    if (!now.has_value()) return model::NoSuchPeer(name);
    FAIRWAY_ASSIGN_OR_RETURN(revisions_, store::RevisionsOf(txn_, origin, item));
    if (revisions_.empty()) return absl::NotFoundError("there is no such item here");
    FAIRWAY_RETURN_IF_ERROR(FindRelease(now->id, item));
    const store::StoredRevision* stored = RevisionThen();
    out_.explanation.peer = name;
    out_.explanation.item_kind = std::string(model::ToText(revisions_.front().body.kind));
    out_.explanation.action = origin == self_ ? "replicate" : "redistribute";
    if (stored == nullptr) {
      out_.explanation.decision.rule = "not-here";
      out_.explanation.decision.because =
          absl::StrCat("it came into this node only at ", DayAndTime(revisions_.front().stored_at));
      return absl::OkStatus();
    }
    out_.revision = stored->body.revision;
    FAIRWAY_ASSIGN_OR_RETURN(PolicyNames names, NamesThen(now->id));
    const auto peer = std::find_if(names.peers.begin(), names.peers.end(),
                                   [&](const model::Peer& each) { return each.id == now->id; });
    if (peer == names.peers.end()) return absl::InternalError("the peer was not read");
    const model::Peer then = *peer;
    out_.attributes_version = then.attributes.version;
    out_.peer_state = std::string(model::ToText(then.state));
    FAIRWAY_ASSIGN_OR_RETURN(const std::shared_ptr<const authz::ActivePolicy> active,
                             PolicyThen(std::move(names)));
    FAIRWAY_ASSIGN_OR_RETURN(const authz::ItemFacts facts, FactsThen(*stored));
    return Decide(active.get(), facts, *stored, then);
  }

 private:
  // What has this very time was there before a record that has it too, unless it is said to be
  // later than the record.
  bool Before(absl::Time time) const { return out_.of_release ? time < at_ : time <= at_; }

  absl::Status FindRelease(const model::AuthorityId& peer, const model::ItemId& item) {
    FAIRWAY_ASSIGN_OR_RETURN(const std::vector<store::Release> rows,
                             store::ReleasesOfItem(txn_, item));
    for (const store::Release& row : rows) {
      const bool ours = std::any_of(revisions_.begin(), revisions_.end(),
                                    [&](const auto& each) { return each.object == row.object; });
      if (ours && row.peer == peer && row.op == model::Op::kPut && row.decided_at == at_) {
        release_ = row;
      }
    }
    out_.of_release = release_.has_value();
    return absl::OkStatus();
  }

  const store::StoredRevision* RevisionThen() const {
    const store::StoredRevision* latest = nullptr;
    for (const store::StoredRevision& each : revisions_) {
      if (release_.has_value() ? each.object == release_->object : each.stored_at <= at_) {
        latest = &each;
      }
    }
    return latest;
  }

  absl::StatusOr<PolicyNames> NamesThen(const model::AuthorityId& asked) {
    PolicyNames names;
    FAIRWAY_ASSIGN_OR_RETURN(const std::optional<store::NodeRow> node, store::GetNode(txn_));
    if (node.has_value()) names.node = node->name;
    FAIRWAY_ASSIGN_OR_RETURN(std::vector<model::Peer> peers, store::AllPeers(txn_));
    for (model::Peer& peer : peers) {
      FAIRWAY_ASSIGN_OR_RETURN(const std::optional<store::PeerPast> past,
                               store::PeerStateAt(txn_, peer.id, at_));
      FAIRWAY_ASSIGN_OR_RETURN(std::optional<model::PeerAttributes> attributes,
                               store::PeerAttributesAt(txn_, peer.id, at_));
      const bool known = past.has_value() && past->at <= at_;
      if (peer.id == asked) {
        if (release_.has_value()) {
          FAIRWAY_ASSIGN_OR_RETURN(
              attributes,
              store::GetPeerAttributes(txn_, peer.id, release_->peer_attributes_version));
        }
        if (!known) {
          Note(absl::StrCat("the state of this peering is not known before ",
                            past.has_value() ? DayAndTime(past->at) : "today",
                            ": it is taken as not active"));
        }
      } else if (!known && !attributes.has_value()) {
        continue;  // nobody knew its name yet
      }
      peer.state = known ? past->state : model::PeerState::kInvited;
      // Only an active peer is ever given a number.
      if (peer.id == asked && release_.has_value()) peer.state = model::PeerState::kActive;
      peer.attributes = attributes.value_or(model::PeerAttributes());
      names.peers.push_back(std::move(peer));
    }
    return names;
  }

  absl::StatusOr<std::shared_ptr<const authz::ActivePolicy>> PolicyThen(PolicyNames names) {
    std::optional<store::PolicyRow> row;
    if (release_.has_value()) {
      FAIRWAY_ASSIGN_OR_RETURN(row, store::GetPolicy(txn_, release_->policy_version));
    } else {
      FAIRWAY_ASSIGN_OR_RETURN(row, store::PolicyAt(txn_, at_));
    }
    if (!row.has_value()) return nullptr;
    out_.policy_number = row->number;
    out_.policy_file = row->file_name;
    names.profile_text = row->profile_text;
    FAIRWAY_ASSIGN_OR_RETURN(LoadedPolicy loaded, LoadPolicy(row->file_name, row->text, names));
    if (loaded.active == nullptr) {
      Note(absl::StrCat("policy version ", row->number,
                        " cannot be read with what is known of the peers of that time"));
      return nullptr;
    }
    auto numbered = std::make_shared<authz::ActivePolicy>(*loaded.active);
    numbered->number = row->number;
    return std::shared_ptr<const authz::ActivePolicy>(std::move(numbered));
  }

  absl::StatusOr<authz::ItemFacts> FactsThen(const store::StoredRevision& stored) {
    FAIRWAY_ASSIGN_OR_RETURN(authz::ItemFacts facts, gate_.FactsOf(txn_, stored));
    FAIRWAY_ASSIGN_OR_RETURN(const std::vector<store::RecallRow> recalls,
                             store::RecallsOf(txn_, stored.body.origin, stored.body.item_id));
    const bool recalled = std::any_of(recalls.begin(), recalls.end(), [&](const auto& row) {
      return row.effective && row.recall.through >= stored.body.revision && Before(row.at);
    });
    const bool superseded =
        std::any_of(revisions_.begin(), revisions_.end(), [&](const store::StoredRevision& each) {
          return each.body.revision > stored.body.revision && Before(each.stored_at);
        });
    if (stored.state != store::RevisionState::kQuarantined) {
      facts.state = recalled ? "recalled" : superseded ? "superseded" : "active";
    }
    if (stored.erased) {
      Note(
          "its content was destroyed since: what the policy looked at in it is not known any more");
    }
    if (stored.received_from.has_value()) {
      FAIRWAY_ASSIGN_OR_RETURN(const std::optional<absl::Time> again,
                               store::LastInRecordOf(txn_, stored.object));
      if (again.has_value() && *again > at_) {
        Note(absl::StrCat("it came once more at ", DayAndTime(*again),
                          ": its terms before that are not known any more"));
      }
    }
    return facts;
  }

  absl::Status Decide(const authz::ActivePolicy* active, const authz::ItemFacts& facts,
                      const store::StoredRevision& stored, const model::Peer& peer) {
    const authz::PolicySlot nobody_asks;
    const authz::Authorizer authorizer(nobody_asks, self_);
    const authz::NameOf name_of =
        [this](const model::AuthorityId& id) -> std::optional<std::string> {
      const absl::StatusOr<std::optional<model::Peer>> found = store::GetPeer(txn_, id);
      if (!found.ok() || !found->has_value()) return std::nullopt;
      return (*found)->name;
    };
    out_.explanation = authorizer.Explain(active, facts, peer, name_of, at_);
    if (active != nullptr) {
      FAIRWAY_ASSIGN_OR_RETURN(const GateAnswer answer,
                               gate_.JudgeThen(txn_, *active, facts, stored.object, peer, at_));
      out_.explanation.decision = answer.decision;
      if (answer.decision.duties.receipt_within.has_value() && !release_.has_value()) {
        Note(
            "whether the peer owed a receipt at that moment is told from the receipts that are "
            "here now");
      }
    }
    return CompareWithRelease(stored.erased);
  }

  // What was done is what is told, if it cannot be decided again.
  absl::Status CompareWithRelease(bool erased) {
    if (!release_.has_value()) return absl::OkStatus();
    policy::Decision& decision = out_.explanation.decision;
    const bool same =
        decision.verdict == policy::Decision::Verdict::kRelease && decision.rule == release_->rule;
    if (same) return absl::OkStatus();
    Note(erased ? "what is said is what the record of that moment says"
                : absl::StrCat("decided again it is \"", decision.rule,
                               "\"; what is said is what the record of that moment says"));
    decision.verdict = policy::Decision::Verdict::kRelease;
    decision.rule = release_->rule;
    decision.because = release_->because;
    decision.file = release_->file;
    decision.line = release_->line;
    return absl::OkStatus();
  }

  void Note(std::string text) { out_.notes.push_back(std::move(text)); }

  store::ReadTxn& txn_;
  const GateSeam& gate_;
  const model::AuthorityId& self_;
  const absl::Time at_;
  PastExplanation& out_;
  std::vector<store::StoredRevision> revisions_;  // ascending
  std::optional<store::Release> release_;         // numbered at this very moment
};

}  // namespace

absl::StatusOr<PastExplanation> PastPolicy::Explain(const model::AuthorityId& origin,
                                                    const model::ItemId& item,
                                                    const std::string& peer, absl::Time at,
                                                    absl::Time now) const {
  if (at > now) return NotYet(at);
  PastExplanation out;
  FAIRWAY_RETURN_IF_ERROR(database_.Read([&](store::ReadTxn& txn) {
    return Past(txn, gate_, self_, at, out).Explain(origin, item, peer);
  }));
  return out;
}

}  // namespace fairway::policyadmin
