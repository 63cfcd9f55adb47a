#include "node/policyadmin/pair_change.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <string_view>

#include "node/status/status_macros.h"
#include "node/store/release_table.h"
#include "policy/duties.h"
#include "policy/vocabulary.h"

namespace fairway::policyadmin {
namespace {

using Verdict = GateAnswer::Verdict;

absl::StatusOr<GateAnswer> Ask(store::ReadTxn& txn, const GateSeam& gate, const PairSide& side,
                               const model::ObjectId& object, absl::Time now) {
  if (side.active == nullptr || side.peer == nullptr) return GateAnswer();
  return gate.Decide(txn, *side.active, object, *side.peer, now);
}

// What the recipient is bound to, whatever it may see.
policy::Duties WithoutFields(policy::Duties duties) {
  duties.redact.clear();
  duties.keep_only.reset();
  duties.strip_source = false;
  return duties;
}

std::vector<std::string> Words(const policy::Vocabulary& vocabulary, std::string_view attribute) {
  const policy::Vocabulary::Attribute* found = vocabulary.attribute(attribute);
  return found == nullptr ? std::vector<std::string>() : found->values;
}

// Does `b` bind to everything that `a` does?
bool AtLeastAsStrict(policy::Duties a, policy::Duties b, const policy::Vocabulary& vocabulary) {
  // The two may be of different vocabularies; fields are not what is compared.
  a.fields = b.fields;
  return policy::Strictest(a, b, Words(vocabulary, "item.tlp"), Words(vocabulary, "item.pap")) == b;
}

std::vector<std::string> Less(const std::vector<std::string>& all,
                              const std::vector<std::string>& some) {
  std::vector<std::string> rest;
  std::set_difference(all.begin(), all.end(), some.begin(), some.end(), std::back_inserter(rest));
  return rest;
}

bool Holds(store::ReleaseState state) {
  return state == store::ReleaseState::kSent || state == store::ReleaseState::kDelivered ||
         state == store::ReleaseState::kQuarantined;
}

// By what was sent: it was given some revision of the item and was not told to destroy it.
absl::StatusOr<bool> HasItem(store::ReadTxn& txn, const model::AuthorityId& peer,
                             const PairItem& item) {
  FAIRWAY_ASSIGN_OR_RETURN(const std::optional<store::Release> latest,
                           store::LatestReleaseOfItem(txn, peer, item.origin, item.item));
  if (!latest.has_value()) return false;
  FAIRWAY_ASSIGN_OR_RETURN(const std::optional<store::Release> recall,
                           store::LatestRecallOfItem(txn, peer, item.origin, item.item));
  const uint64_t gone = recall.has_value() ? recall->revision : 0;
  if (latest->revision <= gone) return false;
  if (Holds(latest->state)) return true;
  FAIRWAY_ASSIGN_OR_RETURN(const std::vector<store::Release> all,
                           store::ReleasesOfItem(txn, item.item));
  return std::any_of(all.begin(), all.end(), [&](const store::Release& row) {
    return row.peer == peer && row.op == model::Op::kPut && row.revision > gone && Holds(row.state);
  });
}

void CompareForms(const policy::Vocabulary& vocabulary, PairChange& change) {
  change.more = Less(change.after.labels, change.before.labels);
  change.fewer = Less(change.before.labels, change.after.labels);
  const policy::Duties before = WithoutFields(change.before.decision.duties);
  const policy::Duties after = WithoutFields(change.after.decision.duties);
  const bool sooner =
      change.before.verdict == Verdict::kNotYet && change.after.verdict == Verdict::kYes;
  const bool same_terms =
      AtLeastAsStrict(before, after, vocabulary) && AtLeastAsStrict(after, before, vocabulary);
  change.other_terms = !same_terms || change.before.verdict != change.after.verdict;
  change.milder_terms = sooner || !AtLeastAsStrict(before, after, vocabulary);
  const bool differs = !change.more.empty() || !change.fewer.empty() || change.other_terms;
  change.kind = differs ? PairChange::Kind::kOtherForm : PairChange::Kind::kSame;
}

}  // namespace

absl::StatusOr<PairChange> ChangeOfPair(store::ReadTxn& txn, const GateSeam& gate,
                                        const PairSide& before, const PairSide& after,
                                        const PairItem& item, absl::Time now) {
  PairChange change;
  FAIRWAY_ASSIGN_OR_RETURN(change.before, Ask(txn, gate, before, item.object, now));
  FAIRWAY_ASSIGN_OR_RETURN(change.after, Ask(txn, gate, after, item.object, now));
  const bool was = change.before.verdict != Verdict::kNo;
  const bool is = change.after.verdict != Verdict::kNo;
  if (!was && !is) return change;
  if (change.after.verdict == Verdict::kNotYet) change.waits = change.after.decision.rule;
  if (is) change.terms = WithoutFields(change.after.decision.duties).ToText();
  if (!was) {
    change.kind = PairChange::Kind::kReleased;
  } else if (!is) {
    change.kind = PairChange::Kind::kWithheld;
  } else {
    CompareForms(*after.active->policy->vocabulary(), change);
  }
  if (change.kind != PairChange::Kind::kSame) {
    const model::Peer& peer = after.peer != nullptr ? *after.peer : *before.peer;
    FAIRWAY_ASSIGN_OR_RETURN(change.delivered, HasItem(txn, peer.id, item));
  }
  return change;
}

}  // namespace fairway::policyadmin
