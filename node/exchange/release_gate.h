#ifndef FAIRWAY_NODE_EXCHANGE_RELEASE_GATE_H_
#define FAIRWAY_NODE_EXCHANGE_RELEASE_GATE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "crypto/digest.h"
#include "node/authz/attributes.h"
#include "node/authz/authorizer.h"
#include "node/model/caller.h"
#include "node/model/ids.h"
#include "node/model/item.h"
#include "node/model/peer.h"
#include "node/model/terms.h"
#include "node/store/database.h"
#include "node/store/item_table.h"
#include "node/store/release_table.h"
#include "node/wire/frame.h"
#include "policy/decision.h"
#include "policy/explanation.h"

namespace fairway::exchange {

// Rules of the gate itself, which no policy can loosen; a Withheld names them in decision.rule.
inline constexpr std::string_view kRuleOrigin = "origin";      // it is theirs, or came from them
inline constexpr std::string_view kRuleNewest = "newest";      // a newer revision is here
inline constexpr std::string_view kRuleExpired = "expired";    // not_after or terms have passed
inline constexpr std::string_view kRuleState = "P1";           // quarantined, expired, recalled
inline constexpr std::string_view kRuleLink = "P8";            // the peering is not active
inline constexpr std::string_view kRuleOnward = "P5";          // the originator's onward marking
inline constexpr std::string_view kRuleHops = "P6";            // no hop left
inline constexpr std::string_view kRuleMarking = "P7";         // AMBER+STRICT and RED go no further
inline constexpr std::string_view kRuleDuty = "P15";           // a duty that cannot be fulfilled
inline constexpr std::string_view kRuleMention = "mention";    // a redacted value is in the text
inline constexpr std::string_view kRuleHold = "hold";          // a person has to let it go
inline constexpr std::string_view kRuleDelay = "delay";        // it is not yet its time
inline constexpr std::string_view kRuleReceipt = "receipt";    // the peer owes one, and is late
inline constexpr std::string_view kRuleNarrowed = "narrowed";  // less may go now than was numbered
inline constexpr std::string_view kRuleRecall = "recall";      // of a number given to a recall
inline constexpr std::string_view kRuleNotReleased = "not-released";
inline constexpr std::string_view kRuleNotHere = "not-here";

// A yes, with everything a feed record and a release row need, but no content.
struct Grant {
  model::ObjectId object;
  model::ItemId item;
  uint64_t revision = 0;
  model::Kind kind = model::Kind::kBulletin;
  std::vector<std::string> labels;    // of the parts that may go, ascending
  std::vector<std::string> withheld;  // of the shareable parts that stay, ascending
  size_t content_bytes = 0;           // about what they weigh
  crypto::Digest parts_digest;        // model::PartsDigest of those that may go
  model::Terms terms;
  policy::Decision decision;
  uint64_t policy_number = 0;
  crypto::Digest profile_hash;
  uint64_t peer_attributes_version = 0;
  absl::Time decided_at;
  std::optional<absl::Time> receipt_due;  // when the peer's receipt must be here
};

// A no, with its reason. Never shown to the peer.
struct Withheld {
  policy::Decision decision;
  // Only with kRuleMention and kRuleHold, when a person has to look: the labels of the parts that
  // stay, are mentioned and nobody let go, ascending; the roles for which it is held and of which
  // nobody let it go; and the labels of the parts that would go, ascending.
  std::vector<std::string> mentions = {};
  std::vector<model::Role> roles = {};
  std::vector<std::string> going = {};
  // With these, kRuleDelay and kRuleReceipt: the rule of the policy that would carry it.
  std::string of_rule = {};
  // Only with kRuleDelay: from then on it is not too early.
  std::optional<absl::Time> until = {};
};

// Content that may go to one peer now. Only ReleaseGate makes one, and a session can send nothing
// else: there is no other way out.
class Released {
 public:
  const wire::Rendition& rendition() const { return rendition_; }
  const model::AuthorityId& to() const { return to_; }
  size_t bytes() const { return bytes_; }  // what it adds to a frame

 private:
  friend class ReleaseGate;
  Released(wire::Rendition rendition, const model::AuthorityId& to)
      : rendition_(std::move(rendition)), to_(to), bytes_(wire::EncodedSize(rendition_)) {}

  wire::Rendition rendition_;
  model::AuthorityId to_;
  size_t bytes_;
};

// A yes together with its content, of all labels of the grant. There is none if it cannot be put
// together here: the record then goes without.
struct Granted {
  Grant grant;
  std::optional<Released> content;
};

// One chunk of an attachment that may go to one peer now.
class ReleasedChunk {
 public:
  const wire::ChunkReply& reply() const { return reply_; }

 private:
  friend class ReleaseGate;
  explicit ReleasedChunk(wire::ChunkReply reply) : reply_(std::move(reply)) {}
  wire::ChunkReply reply_;
};

// The one function that lets content out. Every decision is made now, from the parts held here,
// the peer as `txn` sees it, what people let go (store/mention_table.h, store/hold_table.h), which
// receipts of the peer are late, the policy in force and the time, and by nothing else.
// Thread-safe.
//
// Duties that a recipient keeps travel in the terms. Those of this node:
//   delay             withheld by kRuleDelay until so long after the revision was stored here
//   hold for          withheld by kRuleHold until one person of each role let it go for this peer,
//                     with at least the parts that would go now
//   receipt within    withheld by kRuleReceipt while the peer is late with a receipt that it owed
//                     under this duty; what has its number already is not held up by this
//   notify originator nothing to do for own items; a received one is withheld by P15, as this node
//                     has no way to tell its originator
//
// Besides the failures of the database, each call that takes a transaction gives ABORTED if the
// policy in force was loaded before the peer's attributes last changed: have it loaded again
// (policyadmin::PolicyRegistry::Refresh) and ask once more.
class ReleaseGate {
 public:
  explicit ReleaseGate(const authz::Authorizer& authorizer) : authorizer_(authorizer) {}

  // May this revision go to `peer`, and what of it? An object that is not here is withheld.
  absl::StatusOr<std::variant<Grant, Withheld>> Decide(store::ReadTxn& txn,
                                                       const model::ObjectId& object,
                                                       const model::Peer& peer,
                                                       absl::Time now) const;

  // The same, and what may go.
  absl::StatusOr<std::variant<Granted, Withheld>> DecideAndOpen(store::ReadTxn& txn,
                                                                const model::ObjectId& object,
                                                                const model::Peer& peer,
                                                                absl::Time now) const;

  // The same as Decide for facts in hand, a draft for instance: `txn` only gives names.
  absl::StatusOr<std::variant<Grant, Withheld>> Judge(store::ReadTxn& txn,
                                                      const authz::ItemFacts& facts,
                                                      const model::ObjectId& object,
                                                      const model::Peer& peer,
                                                      absl::Time now) const;

  // The content that record `row` numbered, if the decision now still lets all of it go under terms
  // no stricter than the record's, and these have not expired. `peer` must be the row's.
  absl::StatusOr<std::variant<Released, Withheld>> Open(store::ReadTxn& txn,
                                                        const store::Release& row,
                                                        const model::Peer& peer,
                                                        absl::Time now) const;

  // The statement that recall `row` numbered. Nothing is decided: what is recalled must be recalled
  // wherever it is, and a statement says nothing of the content. Whom it is for is told from the
  // release rows by who numbers it.
  absl::StatusOr<std::variant<Released, Withheld>> OpenRecall(store::ReadTxn& txn,
                                                              const store::Release& row,
                                                              const model::Peer& peer) const;

  // One chunk, if this attachment of this object was released to the peer, by whichever number, and
  // the decision now still lets it go, under terms that hold as for Open: those of all these
  // numbers. Withheld with kRuleNotHere if this node does not hold the chunk (yet).
  absl::StatusOr<std::variant<ReleasedChunk, Withheld>> OpenChunk(store::ReadTxn& txn,
                                                                  const wire::ChunkRequest& request,
                                                                  const model::Peer& peer,
                                                                  absl::Time now) const;

  // May the policy in force hold anything for a role? If not, no decision is withheld by kRuleHold.
  bool MayHold() const;

  // Names the policy and the vocabulary in force: when it changes, what was withheld may go.
  std::string PolicyBasis() const;

  // Why, in full, for the people of this node. NOT_FOUND without the object.
  absl::StatusOr<policy::Explanation> Explain(store::ReadTxn& txn, const model::ObjectId& object,
                                              const model::Peer& peer, absl::Time now) const;

 private:
  struct Held;  // a revision as this node holds it
  // Is it decided whether it may have a number, or whether what has one may still go?
  enum class Stage { kNew, kNumbered };

  absl::StatusOr<std::variant<Grant, Withheld>> DecideHeld(store::ReadTxn& txn,
                                                           const model::ObjectId& object,
                                                           const model::Peer& peer, absl::Time now,
                                                           Stage stage, Held& held) const;
  absl::StatusOr<std::variant<Grant, Withheld>> JudgeAt(store::ReadTxn& txn,
                                                        const authz::ItemFacts& facts,
                                                        const model::ObjectId& object,
                                                        const model::Peer& peer, absl::Time now,
                                                        Stage stage) const;
  absl::StatusOr<std::variant<Released, Withheld>> PutTogether(
      store::ReadTxn& txn, Held held, const std::vector<std::string>& labels,
      const model::Peer& peer) const;

  const authz::Authorizer& authorizer_;
};

// What the gate looks at of a stored revision.
absl::StatusOr<authz::ItemFacts> FactsOf(store::ReadTxn& txn, const store::StoredRevision& stored);

// Local names as `txn` sees them. A failing database gives no name, which nobody matches.
authz::NameOf NamesIn(store::ReadTxn& txn);

}  // namespace fairway::exchange

#endif  // FAIRWAY_NODE_EXCHANGE_RELEASE_GATE_H_
