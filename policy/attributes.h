#ifndef FAIRWAY_POLICY_ATTRIBUTES_H_
#define FAIRWAY_POLICY_ATTRIBUTES_H_

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace fairway::policy {

// What is known about an item, a peer or the circumstances of a request. Names are the full names
// of the vocabulary: "item.tlp", "peer.agreements", "context.purpose". What was never set is
// *unknown*; so is a value that the vocabulary does not know or that has the wrong type. Unknown is
// never a reason to share. An empty set is known: it says that there is nothing.
class Attributes {
 public:
  using Value = std::variant<std::string, std::vector<std::string>, int64_t>;

  // A single value: "item.tlp" = "AMBER".
  void Set(std::string name, std::string symbol);
  // A set of values; order and duplicates do not matter.
  void SetSet(std::string name, std::vector<std::string> symbols);
  // A non-negative number; a negative one is unknown. "item.age" counts days and is rounded up by
  // the caller, so that "at most 90 days" is never exceeded by part of a day.
  void SetNumber(std::string name, int64_t number);

  // Null if unknown.
  const Value* Find(std::string_view name) const;
  // Null if unknown or of another type.
  const std::string* FindSymbol(std::string_view name) const;
  const std::vector<std::string>* FindSet(std::string_view name) const;
  const int64_t* FindNumber(std::string_view name) const;

  const std::map<std::string, Value, std::less<>>& all() const { return values_; }

 private:
  std::map<std::string, Value, std::less<>> values_;
};

// The names that rules and audiences of this node may use, with the attributes this node's
// administrator gave them. Keep peers that were removed in here (with peer.link not active) as long
// as policies or items may still name them: a name in `not-releasable-to` that is not known here
// excludes everybody, since it may have been a group.
struct Registry {
  struct Peer {
    std::string name;       // the local name, "mombasa-port"
    Attributes attributes;  // peer.*; used by tests of the policy and by checks
    std::string country;    // two letters; empty: unknown
    std::vector<std::string> groups;
  };
  std::vector<Peer> peers;
  std::map<std::string, std::vector<std::string>> groups;  // group name -> names of peers
  std::string self;  // this node's own local name, what item.originator is for own items
  // What this node is called by its people: the name that `policy "…" for NODE` must say. Empty:
  // `self` is.
  std::string node;
};

}  // namespace fairway::policy

#endif  // FAIRWAY_POLICY_ATTRIBUTES_H_
