#include "policy/preview/item_floors.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "policy/engine/audience_word.h"
#include "policy/limits.h"

namespace fairway::policy {
namespace {

constexpr std::string_view kRed = "RED";

std::string Prefixed(std::string_view prefix, const std::string& name) {
  return absl::StrCat(std::string(prefix), ":", name);
}

}  // namespace

ItemFloors::ItemFloors(const World& world, const ItemColumns& items, RowGraph& graph)
    : world_(world), items_(items), graph_(graph) {
  active_ = Symbol("item.state", "active");
  not_red_ = NotRed();
  never_passed_on_ = graph_.Or(Not(not_red_), Symbol("item.tlp", "AMBER+STRICT"));
  received_ = Received();
  unreadable_exclusion_ = kNoItems;
  if (const auto* column = items_.Find("item.not-releasable-to")) {
    std::vector<Edge> unreadable;
    for (const auto& [word, with] : column->symbols) unreadable.push_back(graph_.Leaf(&with));
    for (const auto& [number, with] : column->numbers) unreadable.push_back(graph_.Leaf(&with));
    unreadable_exclusion_ = graph_.Or(std::move(unreadable));
  }
  for (const bool has_country : {false, true}) {
    for (const bool registered : {false, true}) {
      might_exclude_[has_country][registered] = MightExclude(has_country, registered);
    }
  }
}

Edge ItemFloors::Symbol(std::string_view attribute, std::string_view word) {
  const ItemColumns::Column* column = items_.Find(attribute);
  if (column == nullptr) return kNoItems;
  const auto it = column->symbols.find(word);
  return it == column->symbols.end() ? kNoItems : graph_.Leaf(&it->second);
}

// P13: what has no marking that is known is RED.
Edge ItemFloors::NotRed() {
  std::vector<Edge> others;
  for (const std::string& word : world_.vocabulary().attribute("item.tlp")->values) {
    if (word != kRed) others.push_back(Symbol("item.tlp", word));
  }
  return graph_.Or(std::move(others));
}

Edge ItemFloors::Received() {
  std::vector<Edge> from_others;
  if (const auto* column = items_.Find("item.originator")) {
    for (const auto& [word, with] : column->symbols) {
      if (word != items_.self()) from_others.push_back(graph_.Leaf(&with));
    }
    // What is no name came from who knows whom.
    from_others.push_back(graph_.Leaf(&column->sets));
    for (const auto& [number, with] : column->numbers) from_others.push_back(graph_.Leaf(&with));
  }
  return graph_.Or(std::move(from_others));
}

Edge ItemFloors::Naming(std::string_view attribute, const std::vector<std::string>& words) {
  const ItemColumns::Column* column = items_.Find(attribute);
  if (column == nullptr) return kNoItems;
  std::vector<Edge> edges;
  for (const std::string& word : words) {
    const auto it = column->members.find(word);
    if (it != column->members.end()) edges.push_back(graph_.Leaf(&it->second));
  }
  return graph_.Or(std::move(edges));
}

Edge ItemFloors::MightExclude(bool has_country, bool registered) {
  std::vector<Edge> edges;
  if (const auto* column = items_.Find("item.not-releasable-to")) {
    for (const auto& [word, with] : column->members) {
      const AudienceWord read(word);
      if (MayMeanEverybody(read, world_) || (!has_country && MayMeanStateless(read, world_)) ||
          (!registered && MayMeanUnregistered(read, world_))) {
        edges.push_back(graph_.Leaf(&with));
      }
    }
  }
  return graph_.Or(std::move(edges));
}

ItemFloors::Meaning ItemFloors::MeaningOf(const Request& peer) const {
  Meaning meaning;
  const auto add = [&](std::string_view kind, const std::string& name) {
    // A word with a prefix is always read as one.
    if (AudienceWord(name).only.empty()) meaning.any.push_back(name);
    meaning.any.push_back(Prefixed(kind, name));
  };
  add("peer", peer.peer);
  meaning.as_recipient = meaning.any;
  meaning.any.emplace_back(kAnyMember);
  const auto index = world_.FindPeer(peer.peer);
  const World::Peer* registered = index ? &world_.peers()[*index] : nullptr;
  const std::string* said = peer.peer_attributes.FindSymbol("peer.country");
  if (peer.peer_attributes.Find("peer.country") == nullptr && registered != nullptr) {
    said = &registered->country;
  }
  meaning.has_country = said != nullptr && world_.IsCountry(*said);
  meaning.registered = registered != nullptr;
  if (meaning.has_country) add("country", *said);
  if (registered != nullptr) {
    for (const std::string& group : registered->groups) add("group", group);
  }
  return meaning;
}

ItemFloors::Open ItemFloors::OpenTo(const Request& peer) {
  const std::string* link = peer.peer_attributes.FindSymbol("peer.link");
  if (peer.peer.empty() || link == nullptr || *link != "active") return {};  // P8
  const Meaning meaning = MeaningOf(peer);
  const Edge p2 = graph_.Or(not_red_, Naming("item.named", meaning.as_recipient));
  const Edge p3 = Naming("item.releasable-to", meaning.any);
  const Edge p4 =
      Not(graph_.Or({unreadable_exclusion_, might_exclude_[meaning.has_country][meaning.registered],
                     Naming("item.not-releasable-to", meaning.any)}));
  const Edge named_onward =
      graph_.And(Symbol("item.onward", "named"), Naming("item.named", meaning.any));
  const Edge approved =
      graph_.And(Not(Symbol("item.onward", "none")),
                 graph_.Or(Naming("item.approved-for", meaning.any), named_onward));
  const Edge p5 = graph_.Or(
      {Not(received_), Symbol("item.onward", "any"), Symbol("item.onward", "community"), approved});
  const Edge p6 = graph_.Or(Not(received_), HopsLeft(1, std::numeric_limits<int64_t>::max()));
  const Edge p7 = Not(graph_.And(received_, never_passed_on_));
  const Edge p7_redistributed = Not(graph_.And(graph_.Leaf(&items_.received()), never_passed_on_));
  const Edge to_look = graph_.And({active_, p2, p3, p4, p5, p6, p7});
  return {to_look, graph_.And(to_look, p7_redistributed)};
}

Edge ItemFloors::HopsLeft(int64_t lowest, int64_t highest) {
  const ItemColumns::Column* column = items_.Find("item.hops-left");
  if (column == nullptr) return kNoItems;
  std::vector<Edge> edges;
  for (auto it = column->numbers.lower_bound(lowest);
       it != column->numbers.end() && it->first <= highest; ++it) {
    edges.push_back(graph_.Leaf(&it->second));
  }
  return graph_.Or(std::move(edges));
}

Edge ItemFloors::HopsAtMost(int hops) {
  const int64_t most =
      hops >= kMaxHops ? std::numeric_limits<int64_t>::max() - 1 : static_cast<int64_t>(hops);
  return graph_.Or(graph_.And(received_, HopsLeft(0, most + 1)),
                   graph_.Without(HopsLeft(0, most), received_));
}

}  // namespace fairway::policy
