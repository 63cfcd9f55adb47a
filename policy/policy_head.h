#ifndef FAIRWAY_POLICY_POLICY_HEAD_H_
#define FAIRWAY_POLICY_POLICY_HEAD_H_

#include <cstdint>
#include <optional>
#include <string>

namespace fairway::policy {

// What a text says about itself: `policy "…" version N for NODE replaces HASH`.
struct PolicyHead {
  std::string title;                // empty if there is no such line
  std::optional<uint64_t> version;  // for people; nothing depends on it
  std::string for_node;             // empty: any
  std::string replaces;  // 64 hex digits: SHA-256 of the canonical text it follows; empty: any
};

// How much one change may newly release: `budget "…" a change may newly release at most …`.
// Whoever applies the change compares it with the preview.
struct Budget {
  enum class To {
    kAll,         // different items, over all peers together
    kPeer,        // to this peer
    kAnyOnePeer,  // to the peer that gets most
  };
  std::string name;
  uint64_t at_most = 0;  // items
  To to = To::kAll;
  std::string peer;          // kPeer
  std::string without_role;  // above it a person of this role must agree; empty: never above it
  int line = 0;
};

// A rule that holds only for a time: whole days UTC since 1970-01-01, both included.
struct RuleDates {
  std::string rule;
  int line = 0;
  std::optional<int64_t> from;
  std::optional<int64_t> until;
};

}  // namespace fairway::policy

#endif  // FAIRWAY_POLICY_POLICY_HEAD_H_
