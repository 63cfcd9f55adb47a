#ifndef FAIRWAY_NODE_AUDIT_LEAF_H_
#define FAIRWAY_NODE_AUDIT_LEAF_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "crypto/digest.h"
#include "node/audit/event.h"

// The bytes of a leaf; EVENTS.md has the layout and an example. Pure, thread-safe.
namespace fairway::audit {

inline constexpr size_t kLeafSaltBytes = 16;

// An event as it stands in the log.
struct Entry {
  uint64_t seq = 0;  // index in the tree, from 0
  absl::Time time;   // whole milliseconds
  // Random: who holds a proof cannot confirm a guess about a leaf he was not shown.
  std::array<uint8_t, kLeafSaltBytes> salt{};
  crypto::Digest prev_leaf_hash;  // all zeros for the first
  Event event;

  bool operator==(const Entry&) const = default;
};

// One encoding for each entry. Words and texts above their limits are cut and end in "…": a long
// text from a stranger must not be able to keep its own refusal out of the log.
// INVALID_ARGUMENT for more than kMaxEventObjects objects or kMaxEventDetails details, or a key
// above its limit: keys are constants of ours.
absl::StatusOr<std::string> EncodeLeaf(const Entry& entry);

// Strict inverse: INVALID_ARGUMENT for anything that EncodeLeaf would not write.
absl::StatusOr<Entry> DecodeLeaf(std::string_view bytes);

}  // namespace fairway::audit

#endif  // FAIRWAY_NODE_AUDIT_LEAF_H_
