// Random edits of random policies over a small vocabulary: what the prover says of every possible
// item is compared with what Policy::Decide says of each single one.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "policy/proof/proof.h"
#include "tests/prover/small_world.h"

namespace fairway::tests {
namespace {

using policy::Answer;
using policy::Attributes;
using policy::Decision;
using policy::Duties;
using policy::Policy;
using policy::Registry;
using policy::Request;
using Words = std::vector<std::string>;

constexpr size_t kTrials = 2'000;
constexpr size_t kMaxPoints = 1'200;  // asked in the world of anyone, per trial
constexpr size_t kMaxPointsOfFew = 8'000;
constexpr char kStranger[] = "newcomer";

bool Released(const Decision& decision) { return decision.verdict == Decision::Verdict::kRelease; }

// Written down once more, from the table of duties in LANGUAGE.md: does `b` give more than `a`?
bool GivesMore(const Duties& a, const Duties& b) {
  const auto shows = [](const Duties& duties, const std::string& field) {
    return !duties.redact.contains(field) &&
           (!duties.keep_only || duties.keep_only->contains(field));
  };
  for (const std::string& field : SmallVocabulary()->fields()->names()) {
    if (shows(b, field) && !shows(a, field)) return true;
  }
  const auto longer = [](const auto& from, const auto& to) {
    return from.has_value() && (!to.has_value() || *to > *from);
  };
  if (longer(a.hops, b.hops) || longer(a.expires_after, b.expires_after)) return true;
  if (longer(a.receipt_within, b.receipt_within)) return true;
  if (a.delay && (!b.delay || *b.delay < *a.delay)) return true;
  if (a.raise_tlp != b.raise_tlp || a.raise_pap != b.raise_pap) {
    ADD_FAILURE() << "no rule of this world raises a marking";
  }
  for (const std::string& role : a.hold_for) {
    if (!b.hold_for.contains(role)) return true;
  }
  if (a.use_for) {
    if (!b.use_for) return true;
    for (const std::string& purpose : *b.use_for) {
      if (!a.use_for->contains(purpose)) return true;
    }
  }
  return (a.watermark && !b.watermark) || (a.notify_originator && !b.notify_originator) ||
         (a.encrypt_at_rest && !b.encrypt_at_rest) || (a.no_copy && !b.no_copy);
}

// What is found in one world.
struct Found {
  bool gain = false;
  bool loss = false;
  bool fields = false;
  std::array<bool, 2> broken = {};
  std::set<std::string> gaining;
};

struct Trial {
  Topic topic;
  Registry registry_before, registry_after;
  bool registry_differs = false;
  std::string text_before, text_after;
  std::vector<Promise> promises;
  std::shared_ptr<const Policy> before, after;
};

bool Mentions(const Words& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// Calls `visit` for every combination of one value of each list.
void Product(const std::vector<std::vector<Setter>>& lists, size_t from,
             std::vector<const Setter*>& chosen, const std::function<void()>& visit) {
  if (from == lists.size()) return visit();
  for (const Setter& setter : lists[from]) {
    chosen.push_back(&setter);
    Product(lists, from + 1, chosen, visit);
    chosen.pop_back();
  }
}

class Enumeration {
 public:
  explicit Enumeration(const Trial& trial) : trial_(trial) {}

  size_t Points() const {
    size_t points = 4 * 5 * Days().size();
    for (const auto& list : ItemLists(kStranger)) points *= list.size();
    for (const auto& list : PeerLists(kStranger)) points *= list.size();
    return points;
  }

  Found Anyone() const {
    Found found;
    for (const std::string who : {"alpha", "beta", "home", kStranger}) {
      const auto peers = PeerLists(who);
      std::vector<const Setter*> chosen;
      Product(peers, 0, chosen, [&] {
        Request request;
        request.peer = who;
        request.peer_attributes.Set("peer.link", "active");
        for (const Setter* setter : chosen) Apply(*setter, request.peer_attributes);
        Items(request, request, true, true, found);
      });
    }
    return found;
  }

  Found Registered() const {
    Found found;
    for (const std::string who : {"alpha", "beta"}) {
      const auto named = [&](const Registry& registry) {
        return std::find_if(registry.peers.begin(), registry.peers.end(),
                            [&](const Registry::Peer& peer) { return peer.name == who; });
      };
      const auto before = named(trial_.registry_before);
      const auto after = named(trial_.registry_after);
      const auto request = [&](const Registry& registry, auto peer) {
        Request made;
        made.peer = who;
        if (peer == registry.peers.end()) return made;
        made.peer_attributes = peer->attributes;
        if (!peer->country.empty()) made.peer_attributes.Set("peer.country", peer->country);
        return made;
      };
      Items(request(trial_.registry_before, before), request(trial_.registry_after, after),
            before != trial_.registry_before.peers.end(),
            after != trial_.registry_after.peers.end(), found);
    }
    return found;
  }

 private:
  std::vector<std::vector<Setter>> PeerLists(const std::string& who) const {
    std::vector<std::vector<Setter>> lists;
    for (const std::string& attribute : trial_.topic.peer) {
      if (attribute != "peer.id") lists.push_back(AllValues(attribute, who));
    }
    const std::string texts = trial_.text_before + trial_.text_after;
    const bool controls =
        texts.find("receipt") != std::string::npos || texts.find("encrypt") != std::string::npos;
    if (!Mentions(trial_.topic.peer, "peer.controls") && controls) {
      lists.push_back({{"peer.controls", std::nullopt},
                       {"peer.controls", Words{"receipts"}},
                       {"peer.controls", Words{"encrypted-at-rest"}},
                       {"peer.controls", Words{"receipts", "encrypted-at-rest"}}});
    }
    bool audience = trial_.registry_differs;
    for (const std::string& attribute : trial_.topic.item) {
      audience = audience || SmallVocabulary()->attribute(attribute)->domain ==
                                 policy::Vocabulary::Domain::kAudience;
    }
    if (audience && !Mentions(trial_.topic.peer, "peer.country")) {
      lists.push_back(AllValues("peer.country", who));
    }
    return lists;
  }

  // What no rule looks at is as no floor holds it back.
  std::vector<std::vector<Setter>> ItemLists(const std::string& who) const {
    std::vector<std::vector<Setter>> lists;
    const auto fixed = [&](const std::string& attribute, Attributes::Value value) {
      if (Mentions(trial_.topic.item, attribute)) return;
      lists.push_back({{attribute, value}});
    };
    for (const std::string& attribute : trial_.topic.item) {
      lists.push_back(AllValues(attribute, who));
    }
    fixed("item.state", std::string("active"));
    fixed("item.tlp", std::string("CLEAR"));
    fixed("item.onward", std::string("any"));
    fixed("item.named", Words{absl::StrCat("peer:", who)});
    fixed("item.approved-for", Words{absl::StrCat("peer:", who)});
    fixed("item.releasable-to", Words{"ANY-MEMBER"});
    if (trial_.registry_differs) {
      // A floor of one side may fail by the one audience or by the other.
      std::vector<Setter> audiences = {{"item.not-releasable-to", std::nullopt}};
      for (const char* word : {"alpha", "beta", "home", "G", "KE", "TZ", "ANY-MEMBER"}) {
        audiences.emplace_back("item.releasable-to", Words{word});
        audiences.emplace_back("item.not-releasable-to", Words{word});
      }
      lists.push_back(std::move(audiences));
    }
    return lists;
  }

  std::vector<absl::Time> Days() const {
    const auto day = [](int month, int number) {
      return absl::FromCivil(absl::CivilDay(2026, month, number), absl::UTCTimeZone());
    };
    if (!trial_.topic.dates) return {day(1, 1)};
    return {absl::InfinitePast(), day(2, 28), day(3, 1), day(3, 31), day(4, 1),
            day(6, 30),           day(7, 1)};
  }

  void Items(Request before, Request after, bool in_before, bool in_after, Found& found) const {
    const std::vector<absl::Time> days = Days();
    std::vector<const Setter*> chosen;
    Product(ItemLists(after.peer), 0, chosen, [&] {
      for (Request* request : {&before, &after}) {
        request->item = Attributes();
        request->context = Attributes();
        request->self = "home";
        for (const Setter* setter : chosen) {
          Apply(*setter, setter->first.starts_with("item.") ? request->item : request->context);
        }
        // Received items need hops; as many as there can be, unless rules look at them.
        const std::string* originator = request->item.FindSymbol("item.originator");
        const bool received = originator != nullptr && *originator != "home";
        if (received && !Mentions(trial_.topic.item, "item.hops-left")) {
          request->item.SetNumber("item.hops-left", 18);
        }
      }
      for (const std::string& action : SmallVocabulary()->actions()) {
        for (absl::Time day : days) {
          before.action = after.action = action;
          before.now = after.now = day;
          One(before, after, in_before, in_after, found);
        }
      }
    });
  }

  void One(const Request& before, const Request& after, bool in_before, bool in_after,
           Found& found) const {
    Decision old, young;
    if (in_before) old = trial_.before->Decide(before);
    if (in_after) young = trial_.after->Decide(after);
    if (Released(young) && !Released(old)) {
      found.gain = true;
      found.gaining.insert(after.peer);
    }
    if (Released(old) && !Released(young)) found.loss = true;
    if (!Released(young)) return;
    if (Released(old) && GivesMore(old.duties, young.duties)) found.fields = true;
    if (trial_.promises.empty()) return;
    // A forbid matches where a promise looks: ask for each alone.
    for (size_t i = 0; i < trial_.promises.size(); ++i) {
      if (found.broken[i]) continue;
      const Promise& promise = trial_.promises[i];
      if (!promise.seeing.empty()) {
        const bool seen =
            std::any_of(promise.seeing.begin(), promise.seeing.end(),
                        [&](const std::string& field) { return young.duties.Releases(field); });
        if (!seen) continue;
      }
      if (guards_[i] == nullptr) {
        guards_[i] =
            Policy::Load("guard", promise.forbid, SmallVocabulary(), trial_.registry_after).policy;
      }
      if (guards_[i]->Decide(after).rule == promise.name) found.broken[i] = true;
    }
  }

  const Trial& trial_;
  mutable std::array<std::shared_ptr<const Policy>, 2> guards_;
};

class Generator {
 public:
  explicit Generator(uint64_t seed) : dice_(seed) {}

  Trial Next() {
    for (;;) {
      Trial trial;
      trial.registry_differs = dice_() % 100 < 20;
      trial.topic = RandomTopic(dice_, trial.registry_differs);
      if (trial.registry_differs && (Mentions(trial.topic.item, "item.originator") ||
                                     Mentions(trial.topic.item, "item.onward"))) {
        continue;
      }
      trial.registry_before = SmallRegistry(dice_());
      trial.registry_after =
          trial.registry_differs ? Changed(trial.registry_before, dice_) : trial.registry_before;
      const std::vector<std::string> rules = RandomRules(trial.topic, dice_);
      trial.text_before = Joined(rules);
      trial.text_after = trial.registry_differs && dice_() % 2 == 0
                             ? trial.text_before
                             : Joined(Edited(rules, trial.topic, dice_));
      const size_t promises = dice_() % 3;
      for (size_t i = 0; i < promises; ++i) {
        trial.promises.push_back(RandomPromise(trial.topic, static_cast<int>(i), dice_));
        trial.text_after += trial.promises.back().guarantee;
      }
      const bool large = trial.registry_differs || dice_() % 20 == 0;
      if (Enumeration(trial).Points() > (large ? kMaxPointsOfFew : kMaxPoints)) continue;
      trial.before = Load(trial.text_before, trial.registry_before);
      trial.after = Load(trial.text_after, trial.registry_after);
      if (trial.before == nullptr || trial.after == nullptr) continue;
      bool guards = true;
      for (const Promise& promise : trial.promises) {
        guards = guards && Load(promise.forbid, trial.registry_after) != nullptr;
      }
      if (guards) return trial;
    }
  }

 private:
  static std::shared_ptr<const Policy> Load(const std::string& text, const Registry& registry) {
    return Policy::Load("trial", text, SmallVocabulary(), registry).policy;
  }

  std::mt19937_64 dice_;
};

std::string Described(const Trial& trial) {
  std::string text =
      absl::StrCat("--- before\n", trial.text_before, "--- after\n", trial.text_after);
  for (const Registry* registry : {&trial.registry_before, &trial.registry_after}) {
    for (const Registry::Peer& peer : registry->peers) {
      absl::StrAppend(&text, "peer ", peer.name, " ", peer.country);
      for (const auto& [name, value] : peer.attributes.all()) {
        absl::StrAppend(&text, " ", name, "=");
        if (const auto* symbol = std::get_if<std::string>(&value)) text += *symbol;
        if (const auto* words = std::get_if<Words>(&value)) {
          for (const std::string& word : *words) text += word + ",";
        }
      }
      text += "\n";
    }
    text += "group";
    for (const std::string& member : registry->groups.at("G")) text += " " + member;
    text += "\n";
  }
  return text;
}

TEST(BruteForce, TheProverAndEverySingleDecisionAgree) {
  const char* given = std::getenv("PROVER_SEED");
  const uint64_t seed = given == nullptr ? 4'711 : std::strtoull(given, nullptr, 10);
  std::cout << "seed " << seed << " (another: PROVER_SEED=N)\n";
  Generator generator(seed);
  size_t gains = 0, only_anyone = 0, losses = 0, fields = 0, broken = 0, promises = 0;
  size_t registries = 0;
  for (size_t i = 0; i < kTrials; ++i) {
    const Trial trial = generator.Next();
    const Enumeration enumeration(trial);
    const Found anyone = enumeration.Anyone();
    const Found registered = enumeration.Registered();
    policy::ProofLimits limits;
    limits.boxes = i % 4 == 0 ? 6 : 0;
    const auto proof = policy::Prove(trial.before.get(), *trial.after, limits);
    ASSERT_TRUE(proof.ok()) << "trial " << i << ": " << proof.status() << "\n" << Described(trial);
    const auto same = [&](const policy::Finding& finding, bool found, const char* question) {
      EXPECT_EQ(finding.answer, found ? Answer::kFound : Answer::kNever)
          << question << ", trial " << i << "\n"
          << Described(trial) << proof->ToText();
    };
    same(proof->gain_anyone, anyone.gain, "gain of anyone");
    same(proof->gain_registered, registered.gain, "gain of registered peers");
    same(proof->loss, registered.loss, "loss");
    same(proof->fields_anyone, anyone.fields, "fields of anyone");
    same(proof->fields_registered, registered.fields, "fields of registered peers");
    EXPECT_EQ(std::set<std::string>(proof->gain_registered.peers.begin(),
                                    proof->gain_registered.peers.end()),
              registered.gaining)
        << Described(trial);
    ASSERT_EQ(proof->guarantees.size(), trial.promises.size());
    for (size_t g = 0; g < trial.promises.size(); ++g) {
      same(proof->guarantees[g].anyone, anyone.broken[g], "guarantee, anyone");
      same(proof->guarantees[g].registered, registered.broken[g], "guarantee, registered");
      broken += anyone.broken[g];
      ++promises;
    }
    EXPECT_EQ(proof->PureTightening(),
              !anyone.gain && !registered.gain && !anyone.fields && !registered.fields);
    gains += registered.gain;
    only_anyone += anyone.gain && !registered.gain;
    losses += registered.loss;
    fields += anyone.fields;
    registries += trial.registry_differs;
    if (::testing::Test::HasFailure()) break;
  }
  std::cout << kTrials << " edits: " << gains << " gains, " << only_anyone
            << " more only for peers that are not registered, " << losses << " losses, " << fields
            << " with more fields or milder terms, " << broken << " of " << promises
            << " guarantees broken, " << registries << " with another registry\n";
  // The trials must be about something.
  EXPECT_GT(gains, kTrials / 10);
  EXPECT_GT(only_anyone, kTrials / 50);
  EXPECT_GT(registries, kTrials / 100);
  EXPECT_GT(losses, kTrials / 10);
  EXPECT_GT(fields, kTrials / 20);
  EXPECT_GT(broken, promises / 10);
  EXPECT_LT(broken, promises);
}

}  // namespace
}  // namespace fairway::tests
