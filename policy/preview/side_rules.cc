#include "policy/preview/side_rules.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

#include "policy/engine/floors.h"
#include "policy/limits.h"
#include "policy/preview/item_conditions.h"
#include "policy/program/evaluator.h"

namespace fairway::policy {
namespace {

constexpr std::array<std::pair<std::string_view, uint8_t>, 4> kActions = {
    {{"discover", kDiscoverBit},
     {"query", kQueryBit},
     {"replicate", kReplicateBit},
     {"redistribute", kRedistributeBit}}};

uint8_t ActionsOf(const CheckedRule& rule, const World& world) {
  uint8_t actions = 0;
  for (const auto& [name, bit] : kActions) {
    const std::optional<size_t> action = world.FindAction(name);
    if (action && rule.Covers(*action)) actions |= bit;
  }
  return actions;
}

// What is asked for a peer, but for the action and the item.
std::vector<Request> RequestsOf(const Side& side, const ItemColumns& items,
                                const std::vector<std::string>& names,
                                std::vector<bool>& is_there) {
  std::map<std::string_view, const Side::Peer*> by_name;
  for (const Side::Peer& peer : side.peers) by_name.emplace(peer.name, &peer);
  std::vector<Request> requests(names.size());
  is_there.assign(names.size(), false);
  for (size_t i = 0; i < names.size(); ++i) {
    const auto it = by_name.find(names[i]);
    if (it == by_name.end()) continue;
    is_there[i] = true;
    requests[i].peer = names[i];
    requests[i].peer_attributes = it->second->attributes;
    requests[i].self = items.self();
    requests[i].now = side.now;
  }
  return requests;
}

}  // namespace

SideEffects ReadSide(const Side& side, const ItemColumns& items,
                     const std::vector<std::string>& names, RowGraph& graph, DutyTable& duties,
                     std::vector<Edge>& hops_at_most) {
  const Program& program = side.policy->program();
  SideEffects effects;
  std::vector<bool> is_there;
  const std::vector<Request> requests = RequestsOf(side, items, names, is_there);
  ItemFloors floors(program.world, items, graph);
  std::vector<const Request*> peers(names.size(), nullptr);
  for (size_t i = 0; i < names.size(); ++i) {
    PeerEffect& effect = effects.peers.emplace_back();
    if (!is_there[i]) continue;
    peers[i] = &requests[i];
    effect.there = true;
    effect.open = floors.OpenTo(requests[i]);
    effect.gives_receipts =
        HasControl(requests[i].peer_attributes, program.world, kControlReceipts);
    effect.encrypts_at_rest =
        HasControl(requests[i].peer_attributes, program.world, kControlEncrypted);
  }
  hops_at_most.clear();
  for (int hops = 0; hops <= kMaxHops; ++hops) hops_at_most.push_back(floors.HopsAtMost(hops));

  Request when;
  when.now = side.now;
  const Calendar calendar = Calendar::Of(when);
  ItemConditions conditions(program.world, items, side.now, graph);
  PeerConditions asked(program.world, peers);
  for (const CheckedRule& rule : program.rules) {
    if (!InForce(rule, calendar)) continue;
    RuleEffect effect;
    effect.kind = rule.kind;
    effect.actions = ActionsOf(rule, program.world);
    if (effect.actions == 0) continue;
    effect.peers = asked.Holding(rule);
    if (std::all_of(effect.peers.begin(), effect.peers.end(),
                    [](uint64_t word) { return word == 0; })) {
      continue;
    }
    effect.items = conditions.Holding(rule.items, UnknownIn(rule.kind));
    if (effect.items == kNoItems) continue;
    if (rule.kind != CheckedRule::Kind::kForbid) effect.duty = duties.Find(rule.duties);
    effects.rules.push_back(std::move(effect));
  }
  return effects;
}

}  // namespace fairway::policy
