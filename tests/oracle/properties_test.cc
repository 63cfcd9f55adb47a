// T1 to T5 of the language, on random policies and edits, asked of the engine.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "tests/oracle/agreement.h"
#include "tests/oracle/printer.h"

namespace fairway::oracle {
namespace {

constexpr int kEdits = 2'200;  // of each kind that the engine loads before and after
constexpr uint64_t kFirstSeed = 40'000'000'000;

std::shared_ptr<const policy::Policy> Load(const Generator& generator, const PolicyText& policy) {
  return policy::Policy::Load("p.fpol", Print(policy), generator.profile().vocabulary,
                              generator.registry())
      .policy;
}

bool Released(const policy::Decision& decision) {
  return decision.verdict == policy::Decision::Verdict::kRelease;
}

std::set<std::string> Shown(const policy::Decision& decision) {
  std::set<std::string> shown;
  if (!Released(decision)) return shown;
  for (const std::string& field : decision.duties.fields->names()) {
    const bool family = field.back() == '*';
    if (decision.duties.Releases(family ? field.substr(0, field.size() - 1) + "other" : field)) {
      shown.insert(field);
    }
  }
  return shown;
}

// Nothing that `less` releases or shows may `more` withhold or hide.
bool NoLess(const policy::Decision& more, const policy::Decision& less) {
  if (Released(less) && !Released(more)) return false;
  const std::set<std::string> a = Shown(more);
  const std::set<std::string> b = Shown(less);
  return std::includes(a.begin(), a.end(), b.begin(), b.end());
}

// An edit of a random policy; false if this one cannot be edited so.
using Edit = std::function<bool(Generator&, Dice&, PolicyText&)>;
using Check = std::function<bool(const policy::Decision& before, const policy::Decision& after)>;

// The duty to be able to do something (P15) is not in the theorems: a require can make a release
// depend on what the peer has, but only ever withholds more. Asked of many requests each.
void EveryEdit(const Edit& edit, const Check& holds) {
  int edits = 0;
  int loud = 0;  // edits that changed an answer
  for (uint64_t seed = kFirstSeed; edits < kEdits; ++seed) {
    ASSERT_LT(seed, kFirstSeed + 40 * kEdits) << "hardly any edit loads";
    Dice dice(seed);
    Generator generator(dice);
    PolicyText policy = generator.MakePolicy();
    policy.others.clear();
    const auto before = Load(generator, policy);
    const PolicyText old = policy;
    if (before == nullptr || !edit(generator, dice, policy)) continue;
    generator.DeclareSets(policy);
    const auto after = Load(generator, policy);
    if (after == nullptr) continue;  // E205: the checker keeps such permits apart
    ++edits;
    bool changed = false;
    for (int i = 0; i < 60; ++i) {
      policy::Request request;
      generator.MakePeer(request);
      // The checker's word on permits that cannot meet holds for peers as they were registered.
      for (const policy::Registry::Peer& peer : generator.registry().peers) {
        if (peer.name == request.peer) request.peer_attributes = peer.attributes;
      }
      generator.MakeItem(request);
      generator.MakeCircumstances(request);
      request.action = generator.MakeAction();
      const policy::Decision was = before->Decide(request);
      const policy::Decision is = after->Decide(request);
      changed = changed || !(was == is);
      ASSERT_TRUE(holds(was, is)) << "seed " << seed << "\nbefore\n"
                                  << Print(old) << "\nafter\n"
                                  << Print(policy) << Describe(request) << "before "
                                  << InOracleWords(was).ToText() << "\nafter "
                                  << InOracleWords(is).ToText();
    }
    if (changed) ++loud;
  }
  EXPECT_GT(loud, kEdits / 20) << "the edits hardly ever mattered";
}

bool Add(Generator& generator, PolicyText& policy, Rule::Kind kind) {
  policy.rules.push_back(generator.MakeRule(kind));
  return true;
}

bool Remove(Dice& dice, PolicyText& policy, Rule::Kind kind) {
  std::vector<size_t> candidates;
  for (size_t i = 0; i < policy.rules.size(); ++i) {
    if (policy.rules[i].kind == kind) candidates.push_back(i);
  }
  if (candidates.empty()) return false;
  policy.rules.erase(policy.rules.begin() + dice.Of(candidates));
  return true;
}

TEST(PropertiesTest, T1AddingAPermitNeverWithholdsAnItemOrAField) {
  EveryEdit([](Generator& generator, Dice&,
               PolicyText& policy) { return Add(generator, policy, Rule::Kind::kPermit); },
            [](const auto& before, const auto& after) { return NoLess(after, before); });
}

TEST(PropertiesTest, T2AddingAForbidNeverReleasesOne) {
  EveryEdit([](Generator& generator, Dice&,
               PolicyText& policy) { return Add(generator, policy, Rule::Kind::kForbid); },
            [](const auto& before, const auto& after) { return NoLess(before, after); });
}

TEST(PropertiesTest, T2AddingARequireNeverReleasesOne) {
  EveryEdit([](Generator& generator, Dice&,
               PolicyText& policy) { return Add(generator, policy, Rule::Kind::kRequire); },
            [](const auto& before, const auto& after) { return NoLess(before, after); });
}

TEST(PropertiesTest, T3RemovingAPermitNeverReleasesOne) {
  EveryEdit([](Generator&, Dice& dice,
               PolicyText& policy) { return Remove(dice, policy, Rule::Kind::kPermit); },
            [](const auto& before, const auto& after) { return NoLess(before, after); });
}

TEST(PropertiesTest, T4FloorsDoNotDependOnTheText) {
  const auto is_floor = [](const policy::Decision& decision) {
    return decision.rule.size() == 2 && decision.rule[0] == 'P' && decision.file.empty();
  };
  EveryEdit(
      [](Generator& generator, Dice&, PolicyText& policy) {
        policy = generator.MakePolicy();  // another text altogether
        return true;
      },
      [&](const auto& before, const auto& after) {
        if (is_floor(before) || is_floor(after)) {
          return before.rule == after.rule && before.because == after.because;
        }
        return true;
      });
}

// Attributes that no caller should ever set, in every place where one can be.
policy::Attributes Rubbish(Dice& dice, const Profile& profile) {
  policy::Attributes rubbish;
  static const auto* const words = new std::vector<std::string>{"",
                                                                " ",
                                                                "active",
                                                                "RED",
                                                                "ANY-MEMBER",
                                                                "peer:",
                                                                ":",
                                                                std::string(5000, 'x'),
                                                                std::string("a\0b", 3),
                                                                "\xff\xfe",
                                                                "\"",
                                                                "alpha-port",
                                                                "home-port",
                                                                "any",
                                                                "CLEAR"};
  for (size_t i = dice.Below(30); i-- > 0;) {
    const std::string name =
        dice.Percent(80) ? dice.Of(profile.words.attributes).name : dice.Of(*words);
    switch (dice.Below(3)) {
      case 0:
        rubbish.Set(name, dice.Of(*words));
        break;
      case 1:
        rubbish.SetSet(name, dice.Some(*words, dice.Percent(5) ? 3000 : 4));
        break;
      default:
        rubbish.SetNumber(name, dice.Of(std::vector<int64_t>{0, 1, -1, INT64_MAX, INT64_MIN}));
    }
  }
  return rubbish;
}

TEST(PropertiesTest, T5EveryRequestHasAnAnswerAndTheSameOneTwice) {
  int asked = 0;
  for (uint64_t seed = kFirstSeed; asked < 40'000; ++seed) {
    Dice dice(seed);
    Generator generator(dice);
    const auto policy = Load(generator, generator.MakePolicy());
    if (policy == nullptr) continue;
    for (int i = 0; i < 40; ++i, ++asked) {
      policy::Request request;
      if (dice.Percent(50)) generator.MakePeer(request);
      if (dice.Percent(50)) generator.MakeItem(request);
      if (dice.Percent(50)) generator.MakeCircumstances(request);
      if (dice.Percent(30)) request.item = Rubbish(dice, generator.profile());
      if (dice.Percent(30)) request.peer_attributes = Rubbish(dice, generator.profile());
      if (dice.Percent(30)) request.context = Rubbish(dice, generator.profile());
      request.action = generator.MakeAction();
      const policy::Decision decision = policy->Decide(request);
      ASSERT_EQ(decision, policy->Decide(request)) << "seed " << seed;
      ASSERT_EQ(decision, policy->Explain(request).decision) << "seed " << seed;
      ASSERT_FALSE(decision.rule.empty()) << "seed " << seed;
      ASSERT_EQ(Released(decision), decision.duties.Releases("title")) << "seed " << seed;
      if (!Released(decision)) {
        ASSERT_TRUE(Shown(decision).empty()) << "seed " << seed;
      }
    }
  }
}

}  // namespace
}  // namespace fairway::oracle
