#include "policy/program/world.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace fairway::policy {
namespace {

constexpr std::string_view kPeerId = "peer.id";
constexpr std::string_view kPeerCountry = "peer.country";

}  // namespace

World::World(std::shared_ptr<const Vocabulary> vocabulary, const Registry& registry,
             DiagnosticSink& sink)
    : vocabulary_(std::move(vocabulary)),
      self_(registry.self),
      node_(registry.node.empty() ? registry.self : registry.node) {
  peer_id_ = vocabulary_->IndexOfAttribute(kPeerId);
  peer_country_ = vocabulary_->IndexOfAttribute(kPeerCountry);
  AddPeers(registry);
  NameValues();
  CheckNames(registry, sink);
}

void World::AddPeers(const Registry& registry) {
  for (const Registry::Peer& from : registry.peers) {
    if (!peer_index_.emplace(from.name, peers_.size()).second) continue;
    Peer peer{from.name, from.country, from.attributes, {}};
    const std::string* country = from.attributes.FindSymbol(kPeerCountry);
    if (peer.country.empty() && country != nullptr) peer.country = *country;
    if (country == nullptr && !peer.country.empty()) {
      peer.attributes.Set(std::string(kPeerCountry), peer.country);
    }
    peer.groups.insert(from.groups.begin(), from.groups.end());
    peers_.push_back(std::move(peer));
  }
  for (const auto& [group, members] : registry.groups) {
    groups_[group];
    for (const std::string& member : members) {
      const auto it = peer_index_.find(member);
      if (it != peer_index_.end()) peers_[it->second].groups.insert(group);
    }
  }
  for (size_t i = 0; i < peers_.size(); ++i) {
    for (const std::string& group : peers_[i].groups) groups_[group].Set(i);
  }
}

void World::CheckNames(const Registry& registry, DiagnosticSink& sink) const {
  const auto clash = [&](const std::string& name, std::string_view first, std::string_view second) {
    sink.Error("E124", {},
               absl::StrCat("in the registry of this node '", name, "' is both ",
                            std::string(first), " and ", std::string(second)),
               "rename one of them: an audience that names it would mean both");
  };
  if (peers_.size() != registry.peers.size()) {
    sink.Error("E124", {}, "the registry of this node names a peer twice");
  }
  for (const Peer& peer : peers_) {
    if (peer.name.empty()) sink.Error("E124", {}, "a peer in the registry has no name");
    if (groups_.contains(peer.name)) clash(peer.name, "a peer", "a group");
    if (IsCountry(peer.name)) clash(peer.name, "a peer", "a country");
    if (peer.name == self_) clash(peer.name, "a peer", "this node");
    if (peer.name == kAnyMember) clash(peer.name, "a peer", "the word for every member");
  }
  for (const auto& [group, members] : groups_) {
    if (IsCountry(group)) clash(group, "a group", "a country");
    if (group == kAnyMember) clash(group, "a group", "the word for every member");
  }
}

void World::Names::Add(std::string name) {
  if (index.emplace(name, names.size()).second) names.push_back(std::move(name));
}

std::optional<size_t> World::Names::Find(std::string_view name) const {
  const auto it = index.find(name);
  if (it == index.end()) return std::nullopt;
  return it->second;
}

void World::NameValues() {
  for (const Peer& peer : peers_) peer_names_.Add(peer.name);
  if (!self_.empty()) peer_names_.Add(self_);
  audience_names_.Add(std::string(kAnyMember));
  for (const std::string& name : peer_names_.names) audience_names_.Add(name);
  for (const auto& [group, members] : groups_) audience_names_.Add(group);
  for (const std::string& country : vocabulary_->attributes()[*peer_country_].values) {
    audience_names_.Add(country);
  }
}

const std::vector<std::string>& World::ValuesOf(size_t attribute) const {
  switch (vocabulary_->attributes()[attribute].domain) {
    case Vocabulary::Domain::kPeers:
      return peer_names_.names;
    case Vocabulary::Domain::kAudience:
      return audience_names_.names;
    case Vocabulary::Domain::kListed:
      break;
  }
  return vocabulary_->attributes()[attribute].values;
}

std::optional<size_t> World::FindPeer(std::string_view name) const {
  const auto it = peer_index_.find(name);
  if (it == peer_index_.end()) return std::nullopt;
  return it->second;
}

const Bits* World::FindGroup(std::string_view name) const {
  const auto it = groups_.find(name);
  return it == groups_.end() ? nullptr : &it->second;
}

bool World::IsCountry(std::string_view name) const {
  return peer_country_ && FindValue(*peer_country_, name).has_value();
}

std::vector<std::string> World::PeerAndGroupNames() const {
  std::vector<std::string> names;
  for (const Peer& peer : peers_) names.push_back(peer.name);
  for (const auto& [group, members] : groups_) names.push_back(group);
  return names;
}

std::optional<size_t> World::FindValue(size_t attribute, std::string_view value) const {
  switch (vocabulary_->attributes()[attribute].domain) {
    case Vocabulary::Domain::kPeers:
      return peer_names_.Find(value);
    case Vocabulary::Domain::kAudience:
      return audience_names_.Find(value);
    case Vocabulary::Domain::kListed:
      break;
  }
  return vocabulary_->IndexOfValue(attribute, value);
}

std::optional<size_t> World::FindAction(std::string_view action) const {
  const auto& actions = vocabulary_->actions();
  const auto it = std::find(actions.begin(), actions.end(), action);
  if (it == actions.end()) return std::nullopt;
  return static_cast<size_t>(it - actions.begin());
}

BoundValue World::BindValue(size_t attribute, const Attributes::Value& value) const {
  const Vocabulary::Type type = vocabulary_->attributes()[attribute].type;
  BoundValue bound;
  if (type == Vocabulary::Type::kNumber) {
    const int64_t* number = std::get_if<int64_t>(&value);
    bound.known = number != nullptr && *number >= 0;
    if (bound.known) bound.number = *number;
  } else if (type == Vocabulary::Type::kSet) {
    const auto* members = std::get_if<std::vector<std::string>>(&value);
    bound.known = members != nullptr;
    if (!bound.known) return bound;
    for (const std::string& member : *members) {
      const std::optional<size_t> index = FindValue(attribute, member);
      if (index) {
        bound.set.Set(*index);
      } else {
        bound.partial = true;
      }
    }
  } else if (const auto* symbol = std::get_if<std::string>(&value)) {
    const std::optional<size_t> index = FindValue(attribute, *symbol);
    bound.known = index.has_value();
    if (index) bound.symbol = *index;
  }
  return bound;
}

const Attributes::Value* World::RawValue(const Request& request, std::string_view attribute) {
  if (attribute.starts_with("peer.")) return request.peer_attributes.Find(attribute);
  if (attribute.starts_with("item.")) return request.item.Find(attribute);
  return request.context.Find(attribute);
}

BoundRequest World::Bind(const Request& request) const {
  BoundRequest bound;
  bound.values.resize(vocabulary_->attributes().size());
  const auto bind_side = [&](const Attributes& attributes, std::string_view side) {
    for (const auto& [name, value] : attributes.all()) {
      if (!std::string_view(name).starts_with(side)) continue;
      const std::optional<size_t> index = vocabulary_->IndexOfAttribute(name);
      if (index) bound.values[*index] = BindValue(*index, value);
    }
  };
  bind_side(request.peer_attributes, "peer.");
  bind_side(request.item, "item.");
  bind_side(request.context, "context.");
  if (peer_id_) bound.values[*peer_id_] = BindValue(*peer_id_, request.peer);
  bound.peer = FindPeer(request.peer);
  bound.action = FindAction(request.action);
  return bound;
}

}  // namespace fairway::policy
