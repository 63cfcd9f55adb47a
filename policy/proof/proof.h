#ifndef FAIRWAY_POLICY_PROOF_PROOF_H_
#define FAIRWAY_POLICY_PROOF_PROOF_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "policy/policy.h"

// Answers about every possible item, not only the stored ones: what could a change of the policy,
// or of what this node's administrator says of its peers, let out that stayed here before?
//
// Two worlds. "Registered": each peer of this node with the attributes its administrator gave it,
// on either side its own. "Anyone": each name of this node and a stranger, with any attributes a
// peer could have, on both sides the same. In both: every action, every day, every value of every
// attribute of items and circumstances, unknown and not understood included, and the floors as they
// are in the engine. Which groups a name is in is a fact of this node in both worlds: putting a
// peer into a group is a change of its own and is proved as one.
namespace fairway::policy {

enum class Answer {
  kNever,    // proved: there is none
  kFound,    // there is one, shown by a witness
  kTooHard,  // a limit was reached first: counts as found wherever something depends on it
};

// One case, taken from Policy::Decide of both sides and not only from the prover.
struct Witness {
  Request request;         // as the side asks that lets more out
  Request before_request;  // the same; its peer attributes are those of the side before
  bool registered = false;
  Decision before;
  Decision after;
  std::vector<std::string> fields;    // FIELDS: visible after and not before; guarantee: seen
  std::vector<std::string> loosened;  // FIELDS: "hops 1 -> hops 3"
  std::string text;                   // to show: peer, action, item, day, one to a line
};

struct Finding {
  Answer answer = Answer::kTooHard;
  std::optional<Witness> witness;  // if found
  // Where else: each box is a part of the answer, in words, together all of it or, if `more_boxes`,
  // the first of it. Empty unless found.
  std::vector<std::string> boxes;
  bool more_boxes = false;
  std::vector<std::string> peers;  // registered world: all peers it is true of, by name
};

struct GuaranteeFinding {
  std::string name;
  int line = 0;
  std::string text;    // as it is written
  Finding registered;  // a case that breaks it
  Finding anyone;
  bool Holds() const {
    return registered.answer == Answer::kNever && anyone.answer == Answer::kNever;
  }
};

struct Proof {
  // Released after and not before.
  Finding gain_registered;
  Finding gain_anyone;
  // Released before and not after, in the registered world.
  Finding loss;
  // Released in both, but a field newly visible or a term loosened.
  Finding fields_registered;
  Finding fields_anyone;
  std::vector<GuaranteeFinding> guarantees;  // of the side after, in the order of the text

  // Proved: nobody gains an item, an action, a field or a milder term, in either world.
  bool PureTightening() const;
  bool GuaranteesHold() const;
  // What an administrator reads: one paragraph a question.
  std::string ToText() const;
};

// All bounds are on work, not on time, so that the same question always has the same answer.
struct ProofLimits {
  size_t nodes = 1'000'000;   // cases split per question; beyond it the answer is kTooHard
  size_t boxes = 6;           // shown per finding
  size_t box_nodes = 20'000;  // spent on finding further boxes
  // Days before this one do not count (days since 1970-01-01, UTC), nor does an unknown day.
  // Nothing: every day counts, and not to know the day as well.
  std::optional<int64_t> first_day;
};

// What `after` lets out that `before` did not; null: nothing was released before. The two may be
// the same text over two registries: that is how a change of peers is proved. A peer that is not
// registered on one side is released nothing there, in the registered world.
// Fails with FailedPrecondition if the two have different vocabularies or names for this node, so
// that they cannot be compared; with Internal if a witness is not confirmed by Policy::Decide
// (never: then nothing was proved).
absl::StatusOr<Proof> Prove(const Policy* before, const Policy& after,
                            const ProofLimits& limits = {});

// Only the guarantees: what each load asks.
absl::StatusOr<std::vector<GuaranteeFinding>> ProveGuarantees(const Policy& policy,
                                                              const ProofLimits& limits = {});

}  // namespace fairway::policy

#endif  // FAIRWAY_POLICY_PROOF_PROOF_H_
