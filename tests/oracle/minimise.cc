#include <functional>
#include <utility>
#include <variant>
#include <vector>

#include "tests/oracle/agreement.h"

namespace fairway::oracle {
namespace {

// Tries one change after the other and keeps those after which the disagreement is still there.
class Minimiser {
 public:
  explicit Minimiser(Disagreement found) : best_(std::move(found)) {}

  Disagreement Run() {
    for (int round = 0; round < 6; ++round) {
      changed_ = false;
      Rules();
      Request();
      Names();
      if (!changed_) break;
    }
    return best_;
  }

 private:
  bool Keep(const std::function<void(Disagreement&)>& change) {
    Disagreement candidate = best_;
    change(candidate);
    if (!Disagrees(candidate)) return false;
    best_ = std::move(candidate);
    changed_ = true;
    return true;
  }

  // Drops what it can of a vector that `where` finds.
  template <typename Where>
  void Drop(const Where& where) {
    for (size_t i = where(best_).size(); i-- > 0;) {
      Keep([&](Disagreement& d) { where(d).erase(where(d).begin() + i); });
    }
  }

  void Rules() {
    Keep([](Disagreement& d) { d.policy.head.clear(); });
    Keep([](Disagreement& d) { d.policy.others.clear(); });
    Drop([](Disagreement & d) -> auto& { return d.policy.rules; });
    Drop([](Disagreement & d) -> auto& { return d.policy.sets; });
    for (size_t i = 0; i < best_.policy.rules.size(); ++i) {
      const auto rule = [i](Disagreement& d) -> Rule& { return d.policy.rules[i]; };
      Keep([&](Disagreement& d) { rule(d).to = Rule::To::kAny; });
      Keep([&](Disagreement& d) { rule(d).any_item = true; });
      Keep([&](Disagreement& d) { rule(d).from.clear(); });
      Keep([&](Disagreement& d) { rule(d).until.clear(); });
      Drop([&](Disagreement & d) -> auto& { return rule(d).duties; });
      Drop([&](Disagreement & d) -> auto& { return rule(d).actions; });
      Drop([&](Disagreement & d) -> auto& { return rule(d).to_names; });
      Shrink([&](Disagreement& d) -> Condition& { return rule(d).to_where; });
      Shrink([&](Disagreement& d) -> Condition& { return rule(d).items_where; });
    }
  }

  void Shrink(const std::function<Condition&(Disagreement&)>& where) {
    for (size_t i = where(best_).parts.size(); i-- > 0;) {
      if (i >= where(best_).parts.size()) continue;
      const auto part = [&](Disagreement& d) -> Condition& { return where(d).parts[i]; };
      if (Keep([&](Disagreement& d) {
            Condition inner = part(d);
            where(d) = std::move(inner);
          })) {
        return Shrink(where);
      }
      if (where(best_).parts.size() > 2) {
        Keep([&](Disagreement& d) { where(d).parts.erase(where(d).parts.begin() + i); });
      }
      if (i < where(best_).parts.size()) Shrink(part);
    }
    Drop([&](Disagreement & d) -> auto& { return where(d).values.list; });
  }

  using Part = policy::Attributes policy::Request::*;
  void Request() {
    for (const Part part :
         {&policy::Request::peer_attributes, &policy::Request::item, &policy::Request::context}) {
      const auto all = (best_.request.*part).all();
      for (const auto& [name, value] : all) {
        const std::string& dropped = name;
        Keep([&](Disagreement& d) { d.request.*part = Without(d.request.*part, dropped); });
        const auto* words = std::get_if<std::vector<std::string>>(&value);
        for (size_t i = words == nullptr ? 0 : words->size(); i-- > 0;) {
          Keep([&](Disagreement& d) {
            const auto* now = (d.request.*part).FindSet(dropped);
            if (now == nullptr || i >= now->size()) return;
            std::vector<std::string> fewer = *now;
            fewer.erase(fewer.begin() + i);
            (d.request.*part).SetSet(dropped, fewer);
          });
        }
      }
    }
  }

  static policy::Attributes Without(const policy::Attributes& all, const std::string& name) {
    policy::Attributes rest;
    for (const auto& [other, value] : all.all()) {
      if (other == name) continue;
      if (const auto* word = std::get_if<std::string>(&value)) rest.Set(other, *word);
      if (const auto* number = std::get_if<int64_t>(&value)) rest.SetNumber(other, *number);
      if (const auto* words = std::get_if<std::vector<std::string>>(&value)) {
        rest.SetSet(other, *words);
      }
    }
    return rest;
  }

  void Names() {
    Drop([](Disagreement & d) -> auto& { return d.registry.peers; });
    for (size_t i = 0; i < best_.registry.peers.size(); ++i) {
      Keep([i](Disagreement& d) { d.registry.peers[i].attributes = policy::Attributes(); });
      Keep([i](Disagreement& d) { d.registry.peers[i].country.clear(); });
      Drop([i](Disagreement & d) -> auto& { return d.registry.peers[i].groups; });
    }
    const auto groups = best_.registry.groups;
    for (const auto& [group, members] : groups) {
      const std::string& name = group;
      Keep([&](Disagreement& d) { d.registry.groups.erase(name); });
    }
  }

  Disagreement best_;
  bool changed_ = false;
};

}  // namespace

Disagreement Minimise(Disagreement found) { return Minimiser(std::move(found)).Run(); }

}  // namespace fairway::oracle
