#ifndef FAIRWAY_NODE_MODEL_TERMS_H_
#define FAIRWAY_NODE_MODEL_TERMS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "node/model/enums.h"

namespace fairway::model {

// What a recipient must keep. Travels in the feed record, signed by the sending node; the stricter
// of body and terms holds, and is the floor for passing on. Absent = not limited by these terms.
struct Terms {
  std::optional<uint32_t> hops;       // how often it may be passed on; 0 = not at all
  std::optional<absl::Time> expires;  // whole seconds
  std::optional<Tlp> tlp_floor;
  std::optional<Pap> pap_floor;
  std::optional<std::vector<std::string>> purpose;  // sorted; present and empty = for no purpose
  bool watermark = false;        // whoever is shown it is shown for whom the copy was made
  bool encrypt_at_rest = false;  // it is kept encrypted, here and wherever it is passed on to

  bool operator==(const Terms&) const = default;
};

// Both hold: fewer hops, earlier expiry, higher floors, purposes that both allow, what either
// demands. Commutative, associative, idempotent; Terms{} is neutral.
Terms Stricter(const Terms& a, const Terms& b);

}  // namespace fairway::model

#endif  // FAIRWAY_NODE_MODEL_TERMS_H_
