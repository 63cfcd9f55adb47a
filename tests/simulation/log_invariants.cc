// What Invariants checks of the audit logs: I4, I5, I6.
#include <algorithm>
#include <span>
#include <string>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "crypto/checkpoint.h"
#include "crypto/merkle.h"
#include "node/audit/event.h"
#include "node/status/status_macros.h"
#include "node/store/audit_table.h"
#include "tests/simulation/invariants.h"

namespace fairway::simulation {
namespace {

std::string Short(const crypto::Digest& digest) { return crypto::Hex(digest.view()).substr(0, 12); }

// Does some object named in the leaf stand for this one?
bool Names(const audit::Entry& leaf, const crypto::Digest& object) {
  const std::string hex = crypto::Hex(object.view());
  return std::find(leaf.event.objects.begin(), leaf.event.objects.end(), hex) !=
         leaf.event.objects.end();
}

struct RecordRange {
  std::string peer;
  uint64_t first = 0;
  uint64_t last = 0;
};

// Which records a leaf of a release covers.
std::optional<RecordRange> RangeOf(const audit::Entry& leaf) {
  const auto& detail = leaf.event.detail;
  const auto peer = detail.find("peer"), first = detail.find("first"), last = detail.find("last");
  RecordRange range;
  if (peer == detail.end() || first == detail.end() || last == detail.end() ||
      !absl::SimpleAtoi(first->second, &range.first) ||
      !absl::SimpleAtoi(last->second, &range.last) || range.last < range.first) {
    return std::nullopt;
  }
  range.peer = peer->second;
  return range;
}

// What a leaf accuses a peer of, "" = nothing. An alarm says that a node is a restored copy or
// lies; no network however bad makes an honest one look so.
enum class Charge { kNone, kMisconduct, kAlarm };
Charge ChargeIn(const audit::Entry& leaf) {
  switch (leaf.event.kind) {
    case audit::EventKind::kFeedAlarm:
    case audit::EventKind::kAuditAlarm:
      return Charge::kAlarm;
    case audit::EventKind::kPeerRefused:
    case audit::EventKind::kReceiptRefused:
    case audit::EventKind::kAttachmentRefused:
    case audit::EventKind::kGateKilled:
      return Charge::kMisconduct;
    case audit::EventKind::kItemRefused:  // a batch as such, not one of its records
      return leaf.event.objects.empty() ? Charge::kMisconduct : Charge::kNone;
    default:
      return Charge::kNone;
  }
}

}  // namespace

void Invariants::TakeLeaf(size_t node, const store::AuditLeaf& raw, const audit::Entry& leaf) {
  Seen& seen = seen_[node];
  if (leaf.seq != seen.leaves.size() || raw.seq != leaf.seq) {
    Fail("I4",
         absl::StrCat(Name(node), ": audit leaf ", leaf.seq, " follows ", seen.leaves.size()));
  }
  const Digest before = seen.leaves.empty() ? Digest{} : seen.leaves.back();
  if (leaf.prev_leaf_hash != before) {
    Fail("I4", absl::StrCat(Name(node), ": audit leaf ", leaf.seq,
                            " does not follow the one that was seen before it"));
  }
  const Charge charge = ChargeIn(leaf);
  if (charge == Charge::kAlarm || (charge == Charge::kMisconduct && !worse_than_tcp_)) {
    Fail("I6", absl::StrCat(Name(node), " accuses ", leaf.event.actor, ", which is honest: ",
                            std::string(audit::ToText(leaf.event.kind)), ", ", leaf.event.reason));
  }
  seen.leaves.push_back(crypto::LeafHash(raw.bytes));
  ++counts_.leaves;
}

absl::Status Invariants::LookAtCheckpoint(size_t node, store::ReadTxn& txn) {
  FAIRWAY_ASSIGN_OR_RETURN(const std::optional<store::AuditCheckpoint> latest,
                           store::LatestAuditCheckpoint(txn));
  const std::map<uint64_t, Digest>& signed_roots = seen_[node].signed_roots;
  if (!signed_roots.empty() && (!latest || latest->size < signed_roots.rbegin()->first)) {
    Fail("I5", absl::StrCat(Name(node), ": the checkpoint of size ", signed_roots.rbegin()->first,
                            " was kept and is gone"));
  }
  if (latest) TakeCheckpoint(node, *latest);
  return absl::OkStatus();
}

absl::Status Invariants::RecheckCheckpoints(size_t node, store::ReadTxn& txn) {
  FAIRWAY_ASSIGN_OR_RETURN(const std::vector<store::AuditCheckpoint> all,
                           store::AuditCheckpoints(txn));
  for (const store::AuditCheckpoint& checkpoint : all) TakeCheckpoint(node, checkpoint);
  if (all.size() != seen_[node].signed_roots.size()) {
    Fail("I5", absl::StrCat(Name(node), ": keeps ", all.size(), " checkpoints of ",
                            seen_[node].signed_roots.size()));
  }
  return absl::OkStatus();
}

// One root for each size, for ever, and each tree a prefix of every later one: shown by the proof
// that a witness would ask for, over the leaves in the order in which they were seen.
void Invariants::TakeCheckpoint(size_t node, const store::AuditCheckpoint& checkpoint) {
  Seen& seen = seen_[node];
  const std::string where = absl::StrCat(Name(node), ": checkpoint of size ", checkpoint.size);
  const auto opened =
      crypto::OpenCheckpoint(checkpoint.note, nodes_[node].log_origin, nodes_[node].log_key);
  if (!opened.ok() || opened->size != checkpoint.size) {
    return Fail("I5", absl::StrCat(where, ": ", opened.status().ToString()));
  }
  if (opened->size > seen.leaves.size()) {
    return Fail("I5", absl::StrCat(where, ": there are ", seen.leaves.size(), " leaves"));
  }
  const auto [known, is_new] = seen.signed_roots.emplace(opened->size, opened->root);
  if (known->second != opened->root) {
    return Fail("I5", absl::StrCat(where, ": two roots were signed"));
  }
  if (!is_new) return;
  ++counts_.checkpoints;
  const std::span<const Digest> leaves(seen.leaves.data(), opened->size);
  if (crypto::RootOf(leaves) != opened->root) {
    return Fail("I5", absl::StrCat(where, ": is not over the leaves that were seen"));
  }
  const auto check = [&](auto older, auto newer) {
    const std::span<const Digest> all(seen.leaves.data(), newer->first);
    const absl::Status grows =
        crypto::VerifyConsistency(older->first, newer->first, older->second, newer->second,
                                  crypto::ConsistencyProof(all, older->first));
    if (!grows.ok()) Fail("I5", absl::StrCat(where, ": ", grows.ToString()));
  };
  if (known != seen.signed_roots.begin()) check(std::prev(known), known);
  if (std::next(known) != seen.signed_roots.end()) check(known, std::next(known));
}

// Do these leaves say that the policy or a peer changed?
bool Invariants::RulesMayHaveChanged(const News& news) {
  return std::any_of(news.leaves.begin(), news.leaves.end(), [](const audit::Entry& leaf) {
    return leaf.event.kind == audit::EventKind::kPolicyApplied ||
           leaf.event.kind == audit::EventKind::kPeerChanged ||
           leaf.event.kind == audit::EventKind::kNodeStarted;
  });
}

// One leaf for each change, and a change for each leaf.
void Invariants::CheckLeaves(size_t node, const News& news) {
  uint64_t published = 0, released = 0, policies = 0, refused = 0;
  for (const audit::Entry& leaf : news.leaves) {
    if (leaf.event.kind == audit::EventKind::kItemPublished) ++published;
    if (leaf.event.kind == audit::EventKind::kPolicyApplied) ++policies;
    // Without an object: a whole batch that could not be read.
    if (leaf.event.kind == audit::EventKind::kItemRefused && !leaf.event.objects.empty()) ++refused;
    if (leaf.event.kind != audit::EventKind::kBatchReleased) continue;
    const std::optional<RecordRange> range = RangeOf(leaf);
    if (!range)
      return Fail("I4", absl::StrCat(Name(node), ": leaf ", leaf.seq, " names no records"));
    released += range->last - range->first + 1;
  }
  const auto covered = [&](const std::string& what, uint64_t by) {
    if (by == 1) return;
    Fail("I4", absl::StrCat(Name(node), ": ", what, " is covered by ", by, " audit leaves"));
  };
  const auto count = [&](audit::EventKind kind, const auto& covers) -> uint64_t {
    return std::count_if(news.leaves.begin(), news.leaves.end(), [&](const audit::Entry& leaf) {
      return leaf.event.kind == kind && covers(leaf);
    });
  };
  uint64_t own = 0;
  for (const store::StoredRevision& revision : news.revisions) {
    const auto names = [&](const audit::Entry& leaf) { return Names(leaf, revision.object); };
    if (revision.received_from) {
      covered(absl::StrCat("the receipt of ", Short(revision.object)),
              count(audit::EventKind::kBatchReceived, names));
    } else {
      ++own;
      covered(absl::StrCat("the publication of ", Short(revision.object)),
              count(audit::EventKind::kItemPublished, names));
    }
  }
  for (const store::Release& release : news.releases) {
    const std::string peer = Name(*IndexOf(release.peer));
    covered(absl::StrCat("release ", release.feed_seq, " to ", peer),
            count(audit::EventKind::kBatchReleased, [&](const audit::Entry& leaf) {
              const RecordRange range = *RangeOf(leaf);
              return range.peer == peer && range.first <= release.feed_seq &&
                     release.feed_seq <= range.last;
            }));
  }
  for (const store::RecallRow& recall : news.recalls) {
    covered(absl::StrCat("the recall ", Short(recall.object)),
            count(audit::EventKind::kItemRecalled,
                  [&](const audit::Entry& leaf) { return Names(leaf, recall.object); }));
  }
  const uint64_t recalled =
      count(audit::EventKind::kItemRecalled, [](const auto&) { return true; });
  const auto equal = [&](const char* what, uint64_t leaves, uint64_t changes) {
    if (leaves == changes) return;
    Fail("I4", absl::StrCat(Name(node), ": ", leaves, " leaves of ", what, " for ", changes));
  };
  equal("publications", published, own);
  equal("released records", released, news.releases.size());
  equal("refused records", refused, news.refused.size());
  equal("recalls", recalled, news.recalls.size());
  equal("applied policies", policies, news.policies);
}

}  // namespace fairway::simulation
