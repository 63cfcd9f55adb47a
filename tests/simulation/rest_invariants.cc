// What Invariants checks when a world has come to rest.
#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "crypto/merkle.h"
#include "node/model/labels.h"
#include "node/status/status_macros.h"
#include "node/store/attachment_table.h"
#include "node/store/feed_table.h"
#include "node/store/log_table.h"
#include "node/wire/item_codec.h"
#include "tests/simulation/invariants.h"

namespace fairway::simulation {
namespace {

std::string Short(const crypto::Digest& digest) { return crypto::Hex(digest.view()).substr(0, 12); }

// The attachments of a revision whose whole content is here.
absl::StatusOr<std::set<std::string>> Complete(store::ReadTxn& txn, const model::ObjectId& object,
                                               const std::vector<model::Part>& parts) {
  std::set<std::string> labels;
  for (const model::Part& part : parts) {
    if (!part.label.starts_with("attachments/")) continue;
    FAIRWAY_ASSIGN_OR_RETURN(const model::AttachmentDescriptor descriptor,
                             wire::DecodeAttachmentDescriptor(part.bytes));
    const uint32_t chunks =
        static_cast<uint32_t>((descriptor.size + crypto::kChunkBytes - 1) / crypto::kChunkBytes);
    const auto content = store::GetContent(txn, object, part.label, chunks);
    if (content.ok() && crypto::ChunkRoot(*content) == descriptor.chunk_root) {
      labels.insert(part.label);
    }
  }
  return labels;
}

// Which parts the receiver must have in the end. Only the originator can disclose more than was
// released before; what others give under other terms may rightly stay out.
std::set<std::string> LabelsFor(const policy::Decision& decision,
                                const std::vector<model::Part>& parts, bool of_originator) {
  std::set<std::string> labels;
  for (const model::Part& part : parts) {
    if (of_originator && !model::IsPrivate(part.label) && decision.duties.Releases(part.label)) {
      labels.insert(part.label);
    }
  }
  return labels;
}

// Which of `labels` the receiver still lacks although it has their descriptions and asks `from` for
// them, or nobody; "" = none. Whoever released an item last is asked for what is missing.
absl::StatusOr<std::string> LacksOf(store::ReadTxn& txn, const model::ObjectId& object,
                                    const model::AuthorityId& from,
                                    const std::set<std::string>& labels) {
  if (labels.empty()) return "";
  FAIRWAY_ASSIGN_OR_RETURN(const std::vector<model::Part> parts, store::GetParts(txn, object));
  FAIRWAY_ASSIGN_OR_RETURN(const std::set<std::string> complete, Complete(txn, object, parts));
  for (const model::Part& part : parts) {
    if (!labels.contains(part.label) || complete.contains(part.label)) continue;
    FAIRWAY_ASSIGN_OR_RETURN(const std::optional<store::MissingAttachment> missing,
                             store::GetMissing(txn, object, part.label));
    if (missing && missing->from != from) continue;
    return absl::StrCat(part.label,
                        missing ? ", which it asks for" : ", which nobody is asked for");
  }
  return "";
}

}  // namespace

// Everything that `from` may send `to` now, it has: or refused for a reason that CheckTaken
// knows, or something newer is there.
absl::Status Invariants::WhyNotEqual(size_t from, size_t to, const std::vector<Node>& nodes,
                                     std::string& reason) {
  const model::AuthorityId& receiver = nodes_[to].id;
  struct Due {
    Digest object;
    std::set<std::string> attachments;  // that `from` has and may serve
    std::set<std::string> labels;       // of parts that `to` must have
  };
  std::vector<Due> due;
  FAIRWAY_RETURN_IF_ERROR(Look(*nodes[from].database, [&](store::ReadTxn& txn) -> absl::Status {
    FAIRWAY_ASSIGN_OR_RETURN(const std::optional<store::OutFeed> feed,
                             store::GetOutFeed(txn, receiver));
    if (feed && feed->acked_seq != feed->position.last_seq) {
      reason =
          absl::StrCat(feed->position.last_seq - feed->acked_seq, " records without a receipt");
    }
    for (const auto& [item, unused] : seen_[from].newest) {
      FAIRWAY_ASSIGN_OR_RETURN(const std::optional<store::StoredRevision> revision,
                               store::LatestRevision(txn, item.first, item.second));
      if (!revision || revision->body.origin == receiver || revision->received_from == receiver) {
        continue;
      }
      FAIRWAY_ASSIGN_OR_RETURN(const std::vector<model::Part> parts,
                               store::GetParts(txn, revision->object));
      const policy::Decision decision =
          oracles_[from].Decide(*revision, parts, receiver, nodes[from].local_now);
      if (decision.verdict != policy::Decision::Verdict::kRelease) continue;
      FAIRWAY_ASSIGN_OR_RETURN(const bool waits,
                               Waits(txn, to, *revision, parts, decision, nodes[from].local_now));
      if (!waits) {
        FAIRWAY_ASSIGN_OR_RETURN(std::set<std::string> held,
                                 Complete(txn, revision->object, parts));
        FAIRWAY_ASSIGN_OR_RETURN(const std::optional<store::Release> release,
                                 store::LatestReleaseOf(txn, receiver, revision->object));
        // Under other rules than those it was released under its content may rightly stay; so if
        // the clock was ahead then, and the same rule would give it less time now.
        const model::Peer* peer = oracles_[from].Find(receiver);
        const absl::Duration time_now =
            decision.duties.expires_after.value_or(absl::ZeroDuration());
        if (!release || release->policy_version != seen_[from].policies ||
            release->peer_attributes_version != peer->attributes.version ||
            (release->terms.expires &&
             nodes[from].local_now + time_now < *release->terms.expires)) {
          held.clear();
        } else {
          std::erase_if(held, [&release](const std::string& label) {
            return !std::binary_search(release->labels.begin(), release->labels.end(), label);
          });
        }
        due.push_back({revision->object, std::move(held),
                       LabelsFor(decision, parts, revision->body.origin == nodes_[from].id)});
      }
    }
    return absl::OkStatus();
  }));
  return Look(*nodes[to].database, [&](store::ReadTxn& txn) -> absl::Status {
    for (const auto& [object, attachments, labels] : due) {
      const model::ItemBody& body = originals_.at(object).body;
      FAIRWAY_ASSIGN_OR_RETURN(const std::optional<store::StoredRevision> here,
                               store::LatestRevision(txn, body.origin, body.item_id));
      if (here && here->body.revision >= body.revision) {
        if (here->object != object || here->erased) continue;
        FAIRWAY_ASSIGN_OR_RETURN(const std::vector<model::Part> parts,
                                 store::GetParts(txn, object));
        for (const std::string& label : labels) {
          if (!refused_.contains({to, object}) &&
              std::none_of(parts.begin(), parts.end(),
                           [&label](const model::Part& part) { return part.label == label; })) {
            reason = absl::StrCat(Short(object), " is there without part ", label);
          }
        }
        FAIRWAY_ASSIGN_OR_RETURN(const std::string lacks,
                                 LacksOf(txn, object, nodes_[from].id, attachments));
        if (!lacks.empty()) reason = absl::StrCat(Short(object), " is there without ", lacks);
        continue;
      }
      if (refused_.contains({to, object})) continue;
      reason = absl::StrCat("revision ", body.revision, " of ", body.item_id.ToString(), " (",
                            Short(object), ") is permitted and not there");
    }
    return absl::OkStatus();
  });
}

std::optional<Violation> Invariants::WhyNotAtRest(const std::vector<Node>& nodes) {
  for (size_t from = 0; from < nodes_.size(); ++from) {
    for (size_t to = 0; to < nodes_.size(); ++to) {
      if (from == to) continue;
      const model::Peer* there = oracles_[from].Find(nodes_[to].id);
      const model::Peer* back = oracles_[to].Find(nodes_[from].id);
      const bool connected = there != nullptr && there->state == model::PeerState::kActive &&
                             back != nullptr && back->state == model::PeerState::kActive;
      if (!connected) continue;
      std::string reason;
      FailOn(WhyNotEqual(from, to, nodes, reason), from);
      if (violation_) return violation_;
      if (!reason.empty()) {
        return Violation{"I7", absl::StrCat(Name(from), " to ", Name(to), ": ", reason)};
      }
    }
  }
  if (const std::optional<std::string> why = WhyNotRecalled(nodes)) return Violation{"I8", *why};
  for (size_t node = 0; node < nodes_.size(); ++node) {
    std::string reason;
    FailOn(WhyNotGained(node, nodes[node], reason), node);
    if (violation_) return violation_;
    if (!reason.empty()) return Violation{"I26", reason};
  }
  return std::nullopt;
}

}  // namespace fairway::simulation
