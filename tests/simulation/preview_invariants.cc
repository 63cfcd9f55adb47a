// Preview = delivered (I26): what a node said that a change of its rules would newly give to its
// peers is what they are given because of it.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "node/model/labels.h"
#include "node/status/status_macros.h"
#include "node/store/peer_table.h"
#include "node/store/policy_table.h"
#include "node/store/recall_table.h"
#include "tests/simulation/invariants.h"

namespace fairway::simulation {
namespace {

// A preview is of one moment: what is decided later may differ because items age, rules end and
// clocks jump.
constexpr absl::Duration kMoment = absl::Minutes(30);

std::string Short(const crypto::Digest& digest) { return crypto::Hex(digest.view()).substr(0, 12); }

bool AtThatMoment(absl::Time then, absl::Time now) {
  return now >= then && now - then <= kMoment &&
         absl::ToUnixSeconds(then) / 86400 == absl::ToUnixSeconds(now) / 86400;
}

}  // namespace

void Invariants::Foresee(size_t node, Foreseen foreseen, absl::Time local_now) {
  Seen& seen = seen_[node];
  seen.foreseen.reset();
  seen.foreseen.emplace(
      Edit{std::move(foreseen), oracles_[node], local_now, seen.last_revision_id, 0, {}});
}

void Invariants::Changed(size_t node, bool certain, store::Database& database) {
  Seen& seen = seen_[node];
  if (!seen.foreseen) return;
  std::optional<Edit> edit = std::exchange(seen.foreseen, std::nullopt);
  seen.edit.reset();
  if (!certain) return;
  FailOn(Look(database,
              [&](store::ReadTxn& txn) -> absl::Status {
                FAIRWAY_ASSIGN_OR_RETURN(const std::optional<store::PolicyRow> row,
                                         store::ActivePolicyRow(txn));
                edit->policy = row ? row->number : 0;
                FAIRWAY_ASSIGN_OR_RETURN(const std::vector<model::Peer> peers,
                                         store::AllPeers(txn));
                for (const model::Peer& peer : peers) {
                  edit->attributes[peer.id] = peer.attributes.version;
                }
                return absl::OkStatus();
              }),
         node);
  ++counts_.foreseen;
  counts_.gains += edit->foreseen.gains.size();
  seen.edit.reset();
  seen.edit.emplace(*std::move(edit));
}

// Was it numbered under the rules that the change made, while all else is as it was?
bool Invariants::IsUnder(const Edit& edit, const store::Release& release) const {
  const auto attributes = edit.attributes.find(release.peer);
  return release.op == model::Op::kPut && release.policy_version == edit.policy &&
         attributes != edit.attributes.end() &&
         release.peer_attributes_version == attributes->second &&
         AtThatMoment(edit.at, release.decided_at);
}

// What a peer is given of an item that was there before the change: what it could have been given
// before, and what the preview said.
absl::Status Invariants::CheckForeseen(size_t node, size_t peer, store::ReadTxn& txn,
                                       const store::Release& release) {
  const std::optional<Edit>& edit = seen_[node].edit;
  if (!edit || !IsUnder(*edit, release)) return absl::OkStatus();
  // To a peering that was suspended then it goes because that is over.
  const model::Peer* then = edit->before.Find(release.peer);
  if (then == nullptr || then->state != model::PeerState::kActive) return absl::OkStatus();
  FAIRWAY_ASSIGN_OR_RETURN(const std::optional<store::StoredRevision> revision,
                           store::GetRevision(txn, release.object));
  if (!revision || revision->id > edit->last_revision || revision->erased ||
      revision->state != store::RevisionState::kActive) {
    return absl::OkStatus();
  }
  // More came of a received one since, by another way.
  if (revision->received_from) {
    uint64_t taken = 0;
    for (const auto& [from, in] : seen_[node].in) {
      const auto times = in.stored.find(release.object);
      if (times != in.stored.end()) taken += times->second;
    }
    if (taken > 1) return absl::OkStatus();
  }
  ++counts_.bound;
  const std::string where = absl::StrCat(Name(node), " to ", Name(peer), ": record ",
                                         release.feed_seq, " (", Short(release.object), ")");
  const Foreseen::Pair pair{release.peer, release.object};
  if (edit->foreseen.withheld.contains(pair)) {
    Fail("I26", absl::StrCat(where, " although the preview said that it would be withheld"));
  }
  std::set<std::string> fresh(release.labels.begin(), release.labels.end());
  const auto gain = edit->foreseen.gains.find(pair);
  if (gain != edit->foreseen.gains.end()) {
    for (const std::string& label : gain->second.labels) fresh.erase(label);
  }
  if (fresh.empty()) return absl::OkStatus();
  FAIRWAY_ASSIGN_OR_RETURN(const std::vector<model::Part> parts,
                           store::GetParts(txn, release.object));
  const policy::Decision before = edit->before.Decide(*revision, parts, release.peer, edit->at);
  const bool permitted = before.verdict == policy::Decision::Verdict::kRelease;
  if (permitted) {
    std::erase_if(fresh, [&](const std::string& label) { return before.duties.Releases(label); });
  }
  if (!fresh.empty()) {
    Fail("I26",
         absl::StrCat(where, ": no preview said that ", absl::StrJoin(fresh, ", "), " would go"));
  }
  return absl::OkStatus();
}

// Everything that the last change was to give is there, if nothing else changed since.
absl::Status Invariants::WhyNotGained(size_t node, const Node& at, std::string& reason) {
  const std::optional<Edit>& edit = seen_[node].edit;
  if (!edit || edit->policy != seen_[node].policies || !AtThatMoment(edit->at, at.local_now)) {
    return absl::OkStatus();
  }
  return Look(*at.database, [&](store::ReadTxn& txn) -> absl::Status {
    uint64_t delivered = 0;
    for (const auto& [pair, gain] : edit->foreseen.gains) {
      const auto& [peer, object] = pair;
      const model::Peer* now = oracles_[node].Find(peer);
      const bool same = now != nullptr && now->state == model::PeerState::kActive &&
                        now->attributes.version == edit->attributes.at(peer);
      const std::optional<size_t> index = IndexOf(peer);
      if (!same || gain.waits || !index) continue;
      const model::Peer* back = oracles_[*index].Find(nodes_[node].id);
      if (back == nullptr || back->state != model::PeerState::kActive) continue;
      FAIRWAY_ASSIGN_OR_RETURN(const std::optional<store::StoredRevision> revision,
                               store::GetRevision(txn, object));
      if (!revision) {
        Fail("I26", absl::StrCat(Name(node), ": foresaw ", Short(object), ", which is not there"));
        return absl::OkStatus();
      }
      const auto newest = seen_[node].newest.find({revision->body.origin, revision->body.item_id});
      const bool over = (revision->body.not_after && *revision->body.not_after <= at.local_now) ||
                        (revision->terms.expires && *revision->terms.expires <= at.local_now);
      if (revision->erased || revision->state != store::RevisionState::kActive || over ||
          IsRecalled(node, revision->body) || newest->second > revision->body.revision) {
        continue;
      }
      FAIRWAY_ASSIGN_OR_RETURN(const std::optional<std::vector<std::string>> labels,
                               store::ReleasedLabels(txn, peer, object));
      const bool all = labels && std::includes(labels->begin(), labels->end(), gain.labels.begin(),
                                               gain.labels.end());
      if (all) {
        ++delivered;
      } else {
        reason = absl::StrCat(Name(node), " to ", Name(*index), ": the preview said that ",
                              absl::StrJoin(gain.labels, ", "), " of ", Short(object),
                              " would go, and it did not");
      }
    }
    if (reason.empty()) counts_.delivered += delivered;
    return absl::OkStatus();
  });
}

}  // namespace fairway::simulation
