#ifndef FAIRWAY_POLICY_PROGRAM_WORLD_H_
#define FAIRWAY_POLICY_PROGRAM_WORLD_H_

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "policy/attributes.h"
#include "policy/decision.h"
#include "policy/language/diagnostic_sink.h"
#include "policy/program/bits.h"
#include "policy/vocabulary.h"

namespace fairway::policy {

// A request with every name replaced by a number, in the order of the vocabulary's attributes.
struct BoundValue {
  bool known = false;
  bool partial = false;  // a set that also holds words the vocabulary does not know
  size_t symbol = 0;
  int64_t number = 0;
  Bits set;
};

struct BoundRequest {
  std::vector<BoundValue> values;  // by attribute
  std::optional<size_t> peer;      // position in World::peers; nothing if not registered
  std::optional<size_t> action;    // position in the vocabulary; nothing if it has no such action
};

// The names of one node: the vocabulary's and those of its peers, groups and itself. Immutable.
class World {
 public:
  struct Peer {
    std::string name;
    std::string country;
    Attributes attributes;
    std::set<std::string> groups;
  };

  // Reports E124 for names that mean two things.
  World(std::shared_ptr<const Vocabulary> vocabulary, const Registry& registry,
        DiagnosticSink& sink);

  const Vocabulary& vocabulary() const { return *vocabulary_; }
  const std::shared_ptr<const Vocabulary>& shared_vocabulary() const { return vocabulary_; }
  const std::string& self() const { return self_; }
  const std::string& node() const { return node_; }  // what people call this node

  const std::vector<Peer>& peers() const { return peers_; }
  std::optional<size_t> FindPeer(std::string_view name) const;
  // Positions of the registered members; null if there is no such group.
  const Bits* FindGroup(std::string_view name) const;
  bool IsCountry(std::string_view name) const;
  // Names of peers and groups, for suggestions.
  std::vector<std::string> PeerAndGroupNames() const;

  // The values an attribute can have here, and the position of one of them.
  const std::vector<std::string>& ValuesOf(size_t attribute) const;
  std::optional<size_t> FindValue(size_t attribute, std::string_view value) const;

  std::optional<size_t> FindAction(std::string_view action) const;

  // peer.* is taken from the peer's attributes only, item.* from the item only, context.* from the
  // context only, so that no item can say what a peer is.
  BoundRequest Bind(const Request& request) const;

  // The raw value of an attribute in a request; null if unknown.
  static const Attributes::Value* RawValue(const Request& request, std::string_view attribute);

 private:
  // Names of this node that are values of attributes.
  struct Names {
    void Add(std::string name);
    std::optional<size_t> Find(std::string_view name) const;

    std::vector<std::string> names;
    std::map<std::string, size_t, std::less<>> index;
  };

  void AddPeers(const Registry& registry);
  void CheckNames(const Registry& registry, DiagnosticSink& sink) const;
  void NameValues();
  BoundValue BindValue(size_t attribute, const Attributes::Value& value) const;

  std::shared_ptr<const Vocabulary> vocabulary_;
  std::string self_;
  std::string node_;
  std::vector<Peer> peers_;
  std::map<std::string, size_t, std::less<>> peer_index_;
  std::map<std::string, Bits, std::less<>> groups_;
  Names peer_names_;      // Vocabulary::Domain::kPeers
  Names audience_names_;  // Vocabulary::Domain::kAudience
  std::optional<size_t> peer_id_;
  std::optional<size_t> peer_country_;
};

}  // namespace fairway::policy

#endif  // FAIRWAY_POLICY_PROGRAM_WORLD_H_
