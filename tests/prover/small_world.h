#ifndef FAIRWAY_TESTS_PROVER_SMALL_WORLD_H_
#define FAIRWAY_TESTS_PROVER_SMALL_WORLD_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "policy/policy.h"

// A vocabulary so small that everything that can be asked of a policy can be tried, and random
// policies over it that look at only a few attributes each.
namespace fairway::tests {

std::shared_ptr<const policy::Vocabulary> SmallVocabulary();

// Peers "alpha" (in group G, country KE) and "beta", with attributes drawn from `seed`.
policy::Registry SmallRegistry(uint64_t seed);
// The same with something said otherwise of a peer.
policy::Registry Changed(policy::Registry registry, std::mt19937_64& dice);

// What the rules of one trial look at; everything else may be anything.
struct Topic {
  std::vector<std::string> item;  // item.* and context.*
  std::vector<std::string> peer;  // peer.*
  bool dates = false;
};
Topic RandomTopic(std::mt19937_64& dice, bool small);

// A policy text: rules and, now and then, guarantees. Not every text loads.
std::vector<std::string> RandomRules(const Topic& topic, std::mt19937_64& dice);
// One or two of the rules removed, added or written anew.
std::vector<std::string> Edited(std::vector<std::string> rules, const Topic& topic,
                                std::mt19937_64& dice);
// A promise, and a forbid that matches exactly where the promise looks.
struct Promise {
  std::string name;
  std::string guarantee;
  std::string forbid;
  std::vector<std::string> seeing;  // empty: no release at all
};
Promise RandomPromise(const Topic& topic, int number, std::mt19937_64& dice);
std::string Joined(const std::vector<std::string>& rules);

// The values an attribute can have, the unknown one included: each entry sets it or leaves it.
// `who` is the peer that asks; audiences may also name it by a word of its own.
using Setter = std::pair<std::string, std::optional<policy::Attributes::Value>>;
std::vector<Setter> AllValues(const std::string& attribute, const std::string& who);

void Apply(const Setter& setter, policy::Attributes& attributes);

}  // namespace fairway::tests

#endif  // FAIRWAY_TESTS_PROVER_SMALL_WORLD_H_
