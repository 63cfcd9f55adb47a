#ifndef FAIRWAY_NODE_MODEL_REF_H_
#define FAIRWAY_NODE_MODEL_REF_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "node/model/enums.h"
#include "node/model/ids.h"

// What people say on the telephone: "B-7K3Q-8M2V".
namespace fairway::model {

inline constexpr size_t kRefPrefixBytes = 5;  // 40 bits of the item id

struct Ref {
  Kind kind = Kind::kBulletin;
  std::array<uint8_t, kRefPrefixBytes> prefix{};  // the first bytes of the item id

  bool operator==(const Ref&) const = default;
  // Is this what RefOf would say of an item of that kind and id?
  bool Matches(Kind item_kind, const ItemId& id) const;
};

// Kind letter (B bulletin, A alert, L lesson, P practice, R after-action report, S assessment,
// Q request, Y reply, N annotation) and the id's first 40 bits in Crockford's base 32 alphabet
// (no I, L, O, U).
std::string RefOf(Kind kind, const ItemId& id);

// Reads what RefOf writes, in any letter case, with or without dashes, and takes I and L for 1 and
// O for 0. INVALID_ARGUMENT says what was found and what a REF looks like.
absl::StatusOr<Ref> ParseRef(std::string_view text);

}  // namespace fairway::model

#endif  // FAIRWAY_NODE_MODEL_REF_H_
