#ifndef FAIRWAY_POLICY_ENGINE_CODES_H_
#define FAIRWAY_POLICY_ENGINE_CODES_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace fairway::policy {

// One list of an item that names peers, as the floors read it: releasable-to, not-releasable-to,
// named or approved-for.
struct AudienceCode {
  bool present = false;   // the item says something
  bool readable = false;  // and it is a list
  bool any_member = false;
  std::vector<uint64_t> peers;      // bit per registered peer: meant by its name or by a group
  std::vector<uint64_t> by_name;    // bit per registered peer: meant by its own name
  std::vector<uint64_t> countries;  // bit per country of the vocabulary
  // As written; looked at only for peers that are not registered.
  std::vector<std::string> words;
  bool may_mean_everybody = false;     // a word that may have been a group of anybody
  bool may_mean_stateless = false;     // a word that may be the country of a peer that has none
  bool may_mean_unregistered = false;  // a word that may be a group of a peer nobody registered
};

// An item, and the circumstances of a request, once and for all read against one Compiled: what
// the floors ask, and which rules' item conditions it satisfies. Immutable; share it between peers,
// actions and threads.
struct ItemCode {
  std::shared_ptr<const void>
      made_for;                 // what it is good for: nothing else releases anything by it
  std::vector<uint64_t> rules;  // bit per rule of the Compiled, in its order
  AudienceCode releasable_to;
  AudienceCode not_releasable_to;
  AudienceCode named;
  AudienceCode approved_for;
  bool active = false;
  bool red = false;           // RED, or no marking that is known (P13)
  bool amber_strict = false;  // AMBER+STRICT
  bool received = false;
  enum class Onward : uint8_t { kOpen, kNamed, kAsk, kNobody };
  Onward onward = Onward::kAsk;
  std::optional<int64_t> hops_left;
};

// A duty that a link cannot keep (P15).
enum class UnmetDuty : uint8_t { kNone, kReceipt, kEncryptAtRest, kNoCopy };

// A peer, and the circumstances of a request, the same way.
struct PeerCode {
  std::shared_ptr<const void> made_for;
  std::vector<uint64_t> rules;         // bit per rule of the Compiled, in its order
  std::string name;                    // empty: nobody
  std::optional<uint32_t> registered;  // position in World::peers
  std::optional<uint32_t> country;     // position in the vocabulary; nothing: unknown
  bool linked = false;                 // the link is active
  bool gives_receipts = false;         // controls, by this node's administrator
  bool encrypts_at_rest = false;
};

}  // namespace fairway::policy

#endif  // FAIRWAY_POLICY_ENGINE_CODES_H_
