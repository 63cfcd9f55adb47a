#ifndef FAIRWAY_NODE_MODEL_IDENTIFIERS_H_
#define FAIRWAY_NODE_MODEL_IDENTIFIERS_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

// Numbers that carry their own check. A number that passes is plausible, not confirmed: 13 % of
// single-digit mistakes in an IMO number pass its check. Each function returns the normal form, or
// INVALID_ARGUMENT whose message says what was found and what was wanted. Only ASCII counts: digits
// that merely look the same would never match anything.
namespace fairway::model {

// IMO ship identification number: seven digits, the last one the units digit of the sum of the
// others times 7 … 2. "IMO", spaces and a colon before it are dropped. Normal form "9074729".
absl::StatusOr<std::string> CheckImo(std::string_view text);

// ISO 6346 freight container: three letters, category U, J or Z, six digits, check digit (a
// remainder of 10 is written as 0). Spaces and dashes are dropped. Normal form "CSQU3054383".
absl::StatusOr<std::string> CheckContainer(std::string_view text);

// UN/LOCODE: two letters of the country, three of A–Z and 2–9. A space between is dropped. Only the
// form is checked, not the list. Normal form "KEMBA".
absl::StatusOr<std::string> CheckLocode(std::string_view text);

}  // namespace fairway::model

#endif  // FAIRWAY_NODE_MODEL_IDENTIFIERS_H_
