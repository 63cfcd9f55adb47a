#ifndef FAIRWAY_POLICY_PREVIEW_COMPARE_H_
#define FAIRWAY_POLICY_PREVIEW_COMPARE_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "policy/attributes.h"
#include "policy/policy.h"
#include "policy/preview/item_columns.h"
#include "policy/preview/item_set.h"

// What a change does to the items that are there: exact, for every peer and every item. For each of
// them the answer is the one that Policy::Decide gives for
//   Request{peer, its attributes, action, the item, context: nothing, self: items.self(), now}.
namespace fairway::policy {

// The ways out. kOnward is `replicate` for an item of this node's own and `redistribute` for a
// received one (ItemRow::received): what replication asks.
enum class WayOut { kDiscover, kQuery, kOnward };
inline constexpr size_t kWaysOut = 3;
inline constexpr std::array<WayOut, kWaysOut> kAllWaysOut = {WayOut::kDiscover, WayOut::kQuery,
                                                             WayOut::kOnward};

// One of the two worlds that are compared. A draft of a policy, of a peer's attributes, of groups,
// of the vocabulary, a peer that does not exist yet, another day: each is another Side.
struct Side {
  struct Peer {
    std::string name;
    Attributes attributes;  // as in Request::peer_attributes; they also answer for peer.country
  };
  // Null: no policy is in force, so nothing is released. Loaded with the registry and vocabulary of
  // this side: groups and countries are taken from there, as a decision does. Must outlive the
  // call.
  const Policy* policy = nullptr;
  std::vector<Peer> peers;  // a name that is there twice counts the first time
  // Decides from and until, and item.age.
  absl::Time now = absl::InfinitePast();
};

// Items released in both worlds that show these fields in only one of them.
struct FieldChange {
  std::vector<std::string> fields;  // declared names, sorted
  ItemSet items;
};

struct WayOutDiff {
  ItemSet newly_released;
  ItemSet newly_withheld;
  std::vector<FieldChange> more_fields;   // an item is in at most one of them
  std::vector<FieldChange> fewer_fields;  // and in at most one of these; it may be in one of each
  // Released in both, bound by other terms than fields: hops, expiry, receipt, markings, delay,
  // hold, use, watermark, notification, encryption, no copy.
  ItemSet changed_terms;

  bool empty() const;
  // All items that any of the lists has.
  ItemSet All() const;
};

struct PeerDiff {
  std::string peer;
  std::array<WayOutDiff, kWaysOut> by_way;

  const WayOutDiff& on(WayOut way) const { return by_way[static_cast<size_t>(way)]; }
  bool empty() const;
};

struct CompareOptions {
  // Threads that share the work; the caller's is one of them.
  size_t threads = 1;
  // Computes everything instead of what the change can reach. The answer is the same.
  bool everything = false;
};

// The peers of both sides that see a difference, sorted by name; a peer that only one side has gets
// nothing on the other. Allocates; does not fail. Safe to call from any number of threads.
std::vector<PeerDiff> Compare(const Side& before, const Side& after, const ItemColumns& items,
                              const CompareOptions& options = {});

// What this side releases: Compare with a side that releases nothing.
std::vector<PeerDiff> Released(const Side& side, const ItemColumns& items,
                               const CompareOptions& options = {});

}  // namespace fairway::policy

#endif  // FAIRWAY_POLICY_PREVIEW_COMPARE_H_
