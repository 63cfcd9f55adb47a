#ifndef FAIRWAY_TESTS_ORACLE_AGREEMENT_H_
#define FAIRWAY_TESTS_ORACLE_AGREEMENT_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "policy/policy.h"
#include "tests/oracle/dice.h"
#include "tests/oracle/generator.h"
#include "tests/oracle/judge.h"

namespace fairway::oracle {

// The engine's decision in the words of the oracle.
Answer InOracleWords(const policy::Decision& decision);

// What was decided how often.
struct Tally {
  uint64_t policies = 0;
  uint64_t refused = 0;  // policies that the engine does not load
  uint64_t decisions = 0;
  uint64_t explained = 0;
  std::map<std::string, uint64_t> by;     // "P3", "default", "forbid", "permit", "permit, in full"
  std::map<std::string, uint64_t> codes;  // why the engine refused a policy
  void Count(const Answer& answer);
  std::string ToText() const;
};

// How much one trial asks.
struct Size {
  size_t peers = 10;
  size_t items = 25;
  size_t circumstances = 2;
  size_t explain_every = 32;
};

// Every peer with every item and action of random ones, under a policy that was loaded: as Try.
std::optional<std::string> Compare(Generator& generator, const policy::Policy& policy,
                                   const Size& size, Tally& tally);

// One random world and policy, and every peer with every item and action: the engine must say what
// the oracle says. The text of the first disagreement, made as small as it goes, or nothing.
std::optional<std::string> Try(Dice& dice, const Size& size, Tally& tally);

// A text of everything in a request.
std::string Describe(const policy::Request& request);

// Smaller versions of a policy and a request that still disagree.
struct Disagreement {
  const Profile* profile = nullptr;
  policy::Registry registry;
  PolicyText policy;
  policy::Request request;
  std::string ToText() const;  // policy, names, request and both answers
};
// True if the engine loads the policy and decides or explains otherwise than the oracle.
bool Disagrees(const Disagreement& candidate);
Disagreement Minimise(Disagreement found);

}  // namespace fairway::oracle

#endif  // FAIRWAY_TESTS_ORACLE_AGREEMENT_H_
