#include "tests/simulation/invariants.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "crypto/envelope.h"
#include "node/audit/audit_log.h"
#include "node/audit/event.h"
#include "node/audit/leaf.h"
#include "node/status/status_macros.h"
#include "node/store/audit_table.h"
#include "node/store/feed_table.h"
#include "node/store/peer_table.h"
#include "node/store/policy_table.h"
#include "node/wire/feed_codec.h"
#include "node/wire/item_codec.h"
#include "policy/vocabulary.h"

namespace fairway::simulation {
namespace {

constexpr size_t kPage = 500;
// A receiver whose clock is ahead refuses what is still good elsewhere (api/PROTOCOL.md).
constexpr char kExpiredCode[] = "FW-RCV-009";

std::string Short(const crypto::Digest& digest) { return crypto::Hex(digest.view()).substr(0, 12); }

// What the audit log says about why this object was refused.
std::string RefusalIn(const std::vector<audit::Entry>& leaves, const crypto::Digest& object) {
  const std::string hex = crypto::Hex(object.view());
  for (const audit::Entry& leaf : leaves) {
    const std::vector<std::string>& objects = leaf.event.objects;
    if (leaf.event.kind != audit::EventKind::kItemRefused ||
        std::find(objects.begin(), objects.end(), hex) == objects.end()) {
      continue;
    }
    const auto detail = leaf.event.detail.find("detail");
    return absl::StrCat(leaf.event.reason, " ",
                        detail == leaf.event.detail.end() ? "" : detail->second);
  }
  return "no leaf says why";
}

}  // namespace

Invariants::Invariants(std::vector<NodeIdentity> nodes)
    : nodes_(std::move(nodes)), seen_(nodes_.size()) {
  for (const NodeIdentity& node : nodes_) oracles_.emplace_back(node.id);
}

void Invariants::Fail(const std::string& invariant, std::string what) {
  if (!violation_) violation_ = Violation{invariant, std::move(what)};
}

void Invariants::FailOn(const absl::Status& status, size_t node) {
  if (!status.ok()) {
    Fail("I3", absl::StrCat(Name(node), ": cannot be read: ", status.ToString()));
  }
}

absl::Status Invariants::Look(store::Database& database, const store::ReadJob& look) {
  absl::Status seen;
  bool looked = false;
  // A job that fails is rolled back; a reserved one is run also while the disk is full.
  (void)database.WriteReserved([&](store::Txn& txn) {
    looked = true;
    seen = look(txn);
    return absl::CancelledError("only a look");
  });
  return looked ? seen : database.Read(look);  // inside a write, or it is refused
}

void Invariants::FailToStart(size_t node, const absl::Status& status) {
  Fail("I3", absl::StrCat(Name(node), ": does not start: ", status.ToString()));
}

void Invariants::FailToRest(const Violation& why) { Fail(why.invariant, why.what); }

void Invariants::FailOfFullDisk(size_t node, const std::string& what) {
  Fail("I21", absl::StrCat(Name(node), ": ", what));
}

void Invariants::FailBadDraft(size_t node, const std::string& what) {
  Fail("I2", absl::StrCat(Name(node), ": took ", what));
}

std::optional<size_t> Invariants::IndexOf(const model::AuthorityId& id) const {
  for (size_t i = 0; i < nodes_.size(); ++i) {
    if (nodes_[i].id == id) return i;
  }
  return std::nullopt;
}

void Invariants::Acknowledge(size_t node, const model::ObjectId& object) {
  seen_[node].acknowledged.insert(object);
}

void Invariants::ExpectPolicy(size_t node, const std::string& text, bool certain) {
  Seen& seen = seen_[node];
  if (!certain) {
    seen.doubtful_policies.insert(text);
    return;
  }
  seen.policy_text = text;
  seen.doubtful_policies.clear();
}

void Invariants::ExpectAttributes(size_t node, const model::AuthorityId& peer,
                                  const model::PeerAttributes& attributes, bool certain) {
  PeerSet& set = seen_[node].peers[peer];
  set.attributes.reset();
  if (certain) set.attributes = attributes;
}

void Invariants::ExpectState(size_t node, const model::AuthorityId& peer, model::PeerState state,
                             bool certain) {
  PeerSet& set = seen_[node].peers[peer];
  set.state.reset();
  if (certain) set.state = state;
}

void Invariants::Tampered(size_t to, const model::ObjectId& object) {
  tampered_.emplace(to, object);
}

void Invariants::AfterEvent(size_t node, store::Database& database) {
  if (violation_) return;
  News news;
  FailOn(Look(database,
              [&](store::ReadTxn& txn) {
                return LookAtNews(node, txn, database.peers_version(), news);
              }),
         node);
  if (!violation_) CheckLeaves(node, news);
}

absl::Status Invariants::LookAtNews(size_t node, store::ReadTxn& txn, uint64_t peers_version,
                                    News& news) {
  Seen& seen = seen_[node];
  for (;;) {
    FAIRWAY_ASSIGN_OR_RETURN(const std::vector<store::AuditLeaf> leaves,
                             store::AuditLeaves(txn, seen.leaves.size(), kPage));
    for (const store::AuditLeaf& raw : leaves) {
      FAIRWAY_ASSIGN_OR_RETURN(audit::Entry leaf, audit::DecodeLeaf(raw.bytes));
      TakeLeaf(node, raw, leaf);
      news.leaves.push_back(std::move(leaf));
    }
    if (leaves.size() < kPage) break;
  }
  FAIRWAY_RETURN_IF_ERROR(LookAtCheckpoint(node, txn));
  for (;;) {
    FAIRWAY_ASSIGN_OR_RETURN(const std::vector<store::StoredRevision> revisions,
                             store::RevisionsAfter(txn, seen.last_revision_id, kPage));
    for (const store::StoredRevision& revision : revisions) {
      seen.last_revision_id = revision.id;
      FAIRWAY_RETURN_IF_ERROR(CheckRevision(node, txn, revision));
    }
    news.revisions.insert(news.revisions.end(), revisions.begin(), revisions.end());
    if (revisions.size() < kPage) break;
  }
  FAIRWAY_RETURN_IF_ERROR(LookAtRecalls(node, txn, news));
  FAIRWAY_RETURN_IF_ERROR(LookAtFeeds(node, txn, news));
  FAIRWAY_RETURN_IF_ERROR(CheckGone(node, txn, news));
  return RulesMayHaveChanged(news) || seen.peers_version != peers_version
             ? LookAtRules(node, txn, peers_version, news)
             : absl::OkStatus();
}

absl::Status Invariants::CheckRevision(size_t node, store::ReadTxn& txn,
                                       const store::StoredRevision& revision) {
  ++counts_.revisions;
  Seen& seen = seen_[node];
  const std::string where =
      absl::StrCat(Name(node), ": revision ", revision.body.revision, " of item ",
                   revision.body.item_id.ToString(), " (", Short(revision.object), ")");
  FAIRWAY_ASSIGN_OR_RETURN(const std::vector<model::Part> parts,
                           store::GetParts(txn, revision.object));
  for (const model::Part& part : parts) {
    if (!crypto::IsCommitted(revision.body.part_digests, part.digest())) {
      Fail("I2", absl::StrCat(where, ": part ", part.label, " is not what the originator signed"));
    }
  }
  const std::optional<size_t> origin = IndexOf(revision.body.origin);
  if (!origin) {
    Fail("I2", absl::StrCat(where, ": of an originator that does not exist"));
    return absl::OkStatus();
  }
  const auto original = originals_.find(revision.object);
  if (*origin == node) {
    FAIRWAY_RETURN_IF_ERROR(TakeOriginal(node, txn, revision));
  } else if (original == originals_.end()) {
    Fail("I2", absl::StrCat(where, ": its originator never signed it"));
  } else if (!SignsTheSame(*origin, crypto::kTypeItem, original->second.signed_bytes,
                           revision.signed_bytes) ||
             original->second.body != revision.body) {
    Fail("I2", absl::StrCat(where, ": is not byte for byte what its originator signed"));
  } else {
    FAIRWAY_RETURN_IF_ERROR(CheckParts(node, txn, revision.object));
  }
  if (!seen.revisions.emplace(revision.object, crypto::Sha256(revision.signed_bytes)).second) {
    Fail("I15", absl::StrCat(where, ": stored a second time"));
  }
  seen.items[{revision.body.origin, revision.body.item_id}].insert(revision.object);
  uint64_t& newest = seen.newest[{revision.body.origin, revision.body.item_id}];
  if (revision.state == store::RevisionState::kActive && revision.body.revision <= newest) {
    Fail("I11", absl::StrCat(where, ": became active although revision ", newest, " was here"));
  }
  newest = std::max(newest, revision.body.revision);
  return absl::OkStatus();
}

// The signed bytes are the same. What is around them may differ: key ids are hints, and who passes
// an envelope on may add to it.
bool Invariants::SignsTheSame(size_t origin, std::string_view type, const std::string& a,
                              const std::string& b) const {
  if (a == b) return true;
  const auto one = crypto::DecodeSigned(a), other = crypto::DecodeSigned(b);
  const crypto::PublicKey keys[] = {nodes_[origin].item_key};
  return one.ok() && other.ok() && one->body == other->body && one->type == other->type &&
         crypto::Open(*other, type, keys).ok();
}

// An item of this node's own: from now on this is what every copy is compared with.
absl::Status Invariants::TakeOriginal(size_t node, store::ReadTxn& txn,
                                      const store::StoredRevision& revision) {
  const std::string where = absl::StrCat(Name(node), ": its own ", Short(revision.object));
  if (revision.received_from) Fail("I2", absl::StrCat(where, " came from a peer"));
  FAIRWAY_ASSIGN_OR_RETURN(const crypto::Signed envelope,
                           crypto::DecodeSigned(revision.signed_bytes));
  const crypto::PublicKey keys[] = {nodes_[node].item_key};
  const auto verified = crypto::Open(envelope, crypto::kTypeItem, keys);
  if (!verified.ok() || verified->object_id() != revision.object) {
    Fail("I2", absl::StrCat(where, " is not signed by it"));
    return absl::OkStatus();
  }
  if (wire::EncodeItemBody(revision.body) != verified->body()) {
    Fail("I2", absl::StrCat(where, ": the stored body is not the signed one"));
  }
  FAIRWAY_ASSIGN_OR_RETURN(std::vector<model::Part> parts, store::GetParts(txn, revision.object));
  originals_[revision.object] = {node, revision.signed_bytes, revision.body, std::move(parts)};
  if (revision.body.revision == 1) return absl::OkStatus();
  FAIRWAY_ASSIGN_OR_RETURN(const std::optional<store::RecallRow> before,
                           store::NarrowingFor(txn, revision.body.origin, revision.body.item_id,
                                               revision.body.revision));
  if (!before) {
    Fail("I8", absl::StrCat(where, " has no recall of the revisions before it beside it"));
  } else {
    TakeStatement(node, *before);
  }
  return absl::OkStatus();
}

absl::Status Invariants::CheckRelease(size_t node, size_t peer, store::ReadTxn& txn,
                                      const store::Release& release) {
  ++counts_.releases;
  OutFeedSeen& out = seen_[node].out[peer];
  const std::string where = absl::StrCat(Name(node), " to ", Name(peer), ": record ",
                                         release.feed_seq, " (", Short(release.object), ")");
  if (release.feed_seq != out.hashes.size() + 1) {
    Fail("I11", absl::StrCat(where, " follows ", out.hashes.size()));
    return absl::OkStatus();
  }
  const auto record = wire::DecodeFeedRecord(release.record_bytes);
  if (!record.ok() || record->seq != release.feed_seq || record->object != release.object) {
    Fail("I11", absl::StrCat(where, ": the record says something else than its row"));
    return absl::OkStatus();
  }
  const Digest hash = wire::RecordHash(release.record_bytes);
  const Digest before = out.hashes.empty() ? Digest{} : out.hashes.back();
  if (hash != release.record_hash || record->prev_hash != before) {
    Fail("I11", absl::StrCat(where, ": the chain of records is broken"));
  }
  out.hashes.push_back(hash);
  if (record->op == model::Op::kRecall) {
    FAIRWAY_ASSIGN_OR_RETURN(const Statement* statement, FindStatement(txn, node, release.object));
    if (statement == nullptr) Fail("I4", absl::StrCat(where, ": of a recall that is not here"));
  } else if (!seen_[node].revisions.contains(release.object)) {
    Fail("I4", absl::StrCat(where, ": of an object that is not here"));
  }
  // One number for each object: another only if the content of the first was held back, or if it
  // discloses a part that the others did not.
  std::set<std::string> fresh(release.labels.begin(), release.labels.end());
  bool again = false;
  std::vector<uint64_t>& numbers = out.numbers[release.object];
  for (const uint64_t seq : numbers) {
    FAIRWAY_ASSIGN_OR_RETURN(const std::optional<store::Release> other,
                             store::GetRelease(txn, nodes_[peer].id, seq));
    if (!other) {
      Fail("I11", absl::StrCat(where, ": record ", seq, " is missing"));
    } else if (other->state != store::ReleaseState::kNoContent) {
      again = true;
      for (const std::string& label : other->labels) fresh.erase(label);
    }
  }
  if (again && fresh.empty()) {
    Fail("I15",
         absl::StrCat(where, ": the object was released as record ", numbers.back(), " already"));
  }
  if (again) ++counts_.disclosed;
  numbers.push_back(release.feed_seq);
  FAIRWAY_RETURN_IF_ERROR(CheckReceiptDuty(node, peer, txn, release));
  return CheckForeseen(node, peer, txn, release);
}

absl::Status Invariants::CheckTaken(size_t node, size_t from, store::ReadTxn& txn,
                                    const std::string& where, const store::InRecord& record,
                                    News& news) {
  InFeedSeen& in = seen_[node].in[from];
  switch (record.outcome) {
    case model::Outcome::kStored:
      // As often as the sender had reason to number it, which CheckRelease looks at.
      if (++in.stored[record.object] > seen_[from].out[node].numbers[record.object].size()) {
        Fail("I15", absl::StrCat(where, ": the object was taken before"));
      }
      news.taken.push_back(record.object);
      return CheckParts(node, txn, record.object);  // it may have brought parts of a known object
    case model::Outcome::kNoContent:
      return absl::OkStatus();
    case model::Outcome::kQuarantined:
    case model::Outcome::kRefused:
      break;
  }
  ++counts_.refused_records;
  news.refused.push_back(record.object);
  // Nothing is refused without a reason, or else one poisonous item could take others with it.
  const auto original = originals_.find(record.object);
  bool newer_here = false;
  const bool recalled = original != originals_.end() && IsRecalled(node, original->second.body);
  if (original != originals_.end()) {
    const model::ItemBody& body = original->second.body;
    newer_here = seen_[node].newest[{body.origin, body.item_id}] > body.revision;
  }
  const bool expired = record.code == kExpiredCode || seen_[node].expired.contains(record.object);
  if (!tampered_.contains({node, record.object}) && !newer_here && !expired && !recalled) {
    Fail("I20", absl::StrCat(where, ": ", Short(record.object), " is refused (", record.code,
                             ") although nothing is wrong with it: ",
                             RefusalIn(news.leaves, record.object)));
  }
  refused_.emplace(node, record.object);
  return absl::OkStatus();
}

absl::Status Invariants::CheckParts(size_t node, store::ReadTxn& txn, const Digest& object) {
  const auto original = originals_.find(object);
  if (original == originals_.end()) return absl::OkStatus();  // CheckRevision says so
  FAIRWAY_ASSIGN_OR_RETURN(const std::vector<model::Part> parts, store::GetParts(txn, object));
  for (const model::Part& part : parts) {
    const std::vector<model::Part>& true_parts = original->second.parts;
    if (std::find(true_parts.begin(), true_parts.end(), part) == true_parts.end()) {
      Fail("I2", absl::StrCat(Name(node), ": part ", part.label, " of ", Short(object),
                              " is not what its originator committed to"));
    }
  }
  return absl::OkStatus();
}

absl::Status Invariants::LookAtFeeds(size_t node, store::ReadTxn& txn, News& news) {
  for (size_t peer = 0; peer < nodes_.size(); ++peer) {
    if (peer == node) continue;
    const model::AuthorityId& id = nodes_[peer].id;
    OutFeedSeen& out = seen_[node].out[peer];
    FAIRWAY_ASSIGN_OR_RETURN(const std::optional<store::OutFeed> out_feed,
                             store::GetOutFeed(txn, id));
    if (out_feed) {
      if (out.feed_id.empty()) out.feed_id = out_feed->position.feed_id;
      if (out.feed_id != out_feed->position.feed_id) {
        Fail("I11", absl::StrCat(Name(node), " to ", Name(peer), ": another feed id"));
      }
      if (out_feed->position.last_seq < out.hashes.size()) {
        Fail("I3", absl::StrCat(Name(node), " to ", Name(peer), ": the feed went back from ",
                                out.hashes.size(), " to ", out_feed->position.last_seq));
      }
      if (out_feed->position.last_seq > out.hashes.size()) {
        FAIRWAY_ASSIGN_OR_RETURN(const std::vector<store::Release> releases,
                                 store::ReleasesFrom(txn, id, out.hashes.size() + 1, 10 * kPage));
        for (const store::Release& release : releases) {
          FAIRWAY_RETURN_IF_ERROR(CheckRelease(node, peer, txn, release));
          news.releases.push_back(release);
        }
      }
      if (out_feed->position.last_seq != out.hashes.size() ||
          out_feed->acked_seq > out_feed->position.last_seq) {
        Fail("I11", absl::StrCat(Name(node), " to ", Name(peer), ": the feed is at ",
                                 out_feed->position.last_seq, ", its rows at ", out.hashes.size(),
                                 ", its receipts at ", out_feed->acked_seq));
      }
    }
    InFeedSeen& in = seen_[node].in[peer];
    FAIRWAY_ASSIGN_OR_RETURN(const std::optional<model::FeedPosition> in_feed,
                             store::GetInFeed(txn, id));
    if (!in_feed) continue;
    if (in_feed->last_seq < in.hashes.size()) {
      Fail("I3", absl::StrCat(Name(node), " from ", Name(peer), ": the feed went back from ",
                              in.hashes.size(), " to ", in_feed->last_seq));
    }
    const std::map<uint64_t, Digest>& wire_records = on_wire_[{peer, node}];
    for (uint64_t seq = in.hashes.size() + 1; seq <= in_feed->last_seq; ++seq) {
      FAIRWAY_ASSIGN_OR_RETURN(const std::optional<store::InRecord> record,
                               store::GetInRecord(txn, id, seq));
      const std::string where = absl::StrCat(Name(node), " from ", Name(peer), ": record ", seq);
      if (!record) {
        Fail("I11", absl::StrCat(where, " is missing"));
        break;
      }
      in.hashes.push_back(record->hash);
      const auto sent = wire_records.find(seq);
      if (sent == wire_records.end() || sent->second != record->hash) {
        Fail("I11", absl::StrCat(where, " is not the one that was sent"));
      }
      FAIRWAY_RETURN_IF_ERROR(CheckTaken(node, peer, txn, where, *record, news));
    }
  }
  return absl::OkStatus();
}

absl::Status Invariants::LookAtRules(size_t node, store::ReadTxn& txn, uint64_t peers_version,
                                     News& news) {
  Seen& seen = seen_[node];
  seen.peers_version = peers_version;
  FAIRWAY_ASSIGN_OR_RETURN(const std::optional<store::PolicyRow> row, store::ActivePolicyRow(txn));
  const std::string text = row ? row->text : "";
  const std::string profile = row ? row->profile_text : std::string(policy::DefaultProfile());
  const uint64_t number = row ? row->number : 0;
  if (number < seen.policies) {
    Fail("I3", absl::StrCat(Name(node), ": policy ", seen.policies, " is gone"));
  }
  news.policies = number - std::min(number, seen.policies);
  if (news.policies > 0 && seen.doubtful_policies.contains(text)) {
    seen.policy_text = text;
    seen.doubtful_policies.clear();
  }
  seen.policies = number;
  FAIRWAY_ASSIGN_OR_RETURN(const std::vector<model::Peer> peers, store::AllPeers(txn));
  for (const model::Peer& peer : peers) {
    PeerSet& set = seen.peers[peer.id];
    if (!set.attributes) set.attributes = peer.attributes;
    if (!set.state) set.state = peer.state;
    set.attributes->version = peer.attributes.version;
    if (*set.attributes != peer.attributes || *set.state != peer.state) {
      Fail("I3", absl::StrCat(Name(node), ": what was set for peer ", peer.name, " is not there"));
    }
  }
  oracles_[node].Learn(text, profile, peers);
  return absl::OkStatus();
}

void Invariants::AfterRestart(size_t node, store::Database& database) {
  if (violation_) return;
  AfterEvent(node, database);
  CheckInFull(node, database);
}

void Invariants::CheckInFull(size_t node, store::Database& database) {
  if (violation_) return;
  FailOn(Look(database, [&](store::ReadTxn& txn) { return Recheck(node, txn); }), node);
}

absl::Status Invariants::Recheck(size_t node, store::ReadTxn& txn) {
  Seen& seen = seen_[node];
  for (const auto& [object, hash] : seen.revisions) {
    FAIRWAY_ASSIGN_OR_RETURN(const std::optional<store::StoredRevision> revision,
                             store::GetRevision(txn, object));
    if (!revision) {
      Fail("I3", absl::StrCat(Name(node), ": ", Short(object), " was committed and is gone"));
    } else if (crypto::Sha256(revision->signed_bytes) != hash) {
      Fail("I2", absl::StrCat(Name(node), ": ", Short(object), " has changed"));
    }
  }
  for (const Digest& object : seen.acknowledged) {
    if (!seen.revisions.contains(object)) {
      Fail("I3", absl::StrCat(Name(node), ": ", Short(object),
                              " was acknowledged to its officer and is not there"));
    }
  }
  FAIRWAY_RETURN_IF_ERROR(RecheckRecalls(node, txn));
  if (!seen.policy_text.empty()) {
    FAIRWAY_ASSIGN_OR_RETURN(const std::optional<store::PolicyRow> row,
                             store::ActivePolicyRow(txn));
    if (!row || row->text != seen.policy_text) {
      Fail("I3", absl::StrCat(Name(node), ": the policy in force is not the one that was applied"));
    }
  }
  for (const auto& [peer, out] : seen.out) {
    FAIRWAY_ASSIGN_OR_RETURN(const std::vector<store::Release> rows,
                             store::ReleasesFrom(txn, nodes_[peer].id, 1, out.hashes.size() + 1));
    if (rows.size() != out.hashes.size()) {
      Fail("I3", absl::StrCat(Name(node), " to ", Name(peer), ": ", rows.size(), " records of ",
                              out.hashes.size()));
      continue;
    }
    for (size_t i = 0; i < rows.size(); ++i) {
      if (wire::RecordHash(rows[i].record_bytes) != out.hashes[i]) {
        Fail("I11", absl::StrCat(Name(node), " to ", Name(peer), ": record ", i + 1, " changed"));
      }
    }
  }
  FAIRWAY_ASSIGN_OR_RETURN(const uint64_t leaves, audit::CountEntries(txn));
  if (leaves != seen.leaves.size()) {
    Fail("I4",
         absl::StrCat(Name(node), ": ", leaves, " audit leaves, ", seen.leaves.size(), " seen"));
  }
  const auto verified = audit::VerifyLog(txn, nodes_[node].log_origin, nodes_[node].log_key);
  if (!verified.ok()) {
    Fail("I4", absl::StrCat(Name(node), ": ", verified.status().ToString()));
  }
  return RecheckCheckpoints(node, txn);
}

}  // namespace fairway::simulation
