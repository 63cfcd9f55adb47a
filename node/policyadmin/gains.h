#ifndef FAIRWAY_NODE_POLICYADMIN_GAINS_H_
#define FAIRWAY_NODE_POLICYADMIN_GAINS_H_

#include <compare>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "crypto/digest.h"
#include "node/model/ids.h"

// What a change newly gives to peers, as bytes that people approve (FORMATS.md).
namespace fairway::policyadmin {

struct Gain {
  enum class Kind : uint8_t {
    kReleased = 1,  // the item, with these fields under these terms
    kFields = 2,    // these fields of an item that it may have already
    kTerms = 3,     // the same fields under these terms, which are milder in some way
  };
  model::AuthorityId peer;
  model::ObjectId object;
  Kind kind = Kind::kReleased;
  std::vector<std::string> labels;  // ascending; none for kTerms
  std::string terms;                // in the words of the language; empty for kFields

  auto operator<=>(const Gain&) const = default;
};

std::string EncodeGains(const std::set<Gain>& gains);
// INVALID_ARGUMENT for anything that EncodeGains does not write.
absl::StatusOr<std::set<Gain>> DecodeGains(std::string_view bytes);
// H("fairway/policy-gains/v1"; bytes).
crypto::Digest GainsDigest(std::string_view bytes);

}  // namespace fairway::policyadmin

#endif  // FAIRWAY_NODE_POLICYADMIN_GAINS_H_
