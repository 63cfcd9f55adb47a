#ifndef FAIRWAY_NODE_EXCHANGE_REFUSAL_H_
#define FAIRWAY_NODE_EXCHANGE_REFUSAL_H_

#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"

namespace fairway::exchange {

// Why an incoming record was not taken; the codes travel in receipts (api/PROTOCOL.md §7.1). Those
// that would tell a third party what this node holds from others (011 to 015) travel as
// kNotAccepted.
namespace refusal {
inline constexpr std::string_view kNotAnItem = "FW-RCV-001";
inline constexpr std::string_view kUnknownOriginator = "FW-RCV-002";
inline constexpr std::string_view kBadSignature = "FW-RCV-003";
inline constexpr std::string_view kUnreadable = "FW-RCV-004";
inline constexpr std::string_view kOtherItem = "FW-RCV-005";
inline constexpr std::string_view kBadPart = "FW-RCV-006";
inline constexpr std::string_view kPartMismatch = "FW-RCV-007";
inline constexpr std::string_view kOwnItem = "FW-RCV-008";
inline constexpr std::string_view kExpired = "FW-RCV-009";
inline constexpr std::string_view kNotForOnward = "FW-RCV-010";
inline constexpr std::string_view kNotNewer = "FW-RCV-011";
inline constexpr std::string_view kWrongPrevious = "FW-RCV-012";
inline constexpr std::string_view kTwoBodies = "FW-RCV-013";
inline constexpr std::string_view kRecalled = "FW-RCV-015";
inline constexpr std::string_view kNotAccepted = "FW-RCV-016";
inline constexpr std::string_view kUnknownOperation = "FW-RCV-017";
// Of a record with the operation recall.
inline constexpr std::string_view kNotARecall = "FW-RCV-018";
inline constexpr std::string_view kRecallNotSigned = "FW-RCV-019";
inline constexpr std::string_view kOtherRecall = "FW-RCV-020";
inline constexpr std::string_view kOwnRecall = "FW-RCV-021";
inline constexpr std::string_view kTooManyRecalls = "FW-RCV-022";
// Of an item: the recall of the revisions before it.
inline constexpr std::string_view kBadRecallBefore = "FW-RCV-023";
}  // namespace refusal

struct Refusal {
  std::string code;    // for the audit log of this node
  std::string detail;  // likewise
  std::string told;    // what the receipt says if that is less than `code`; else empty
};

inline Refusal Refuse(std::string_view code, std::string detail) {
  return Refusal{std::string(code), std::move(detail), ""};
}
inline Refusal Refuse(std::string_view code, const absl::Status& why) {
  return Refuse(code, std::string(why.message()));
}

}  // namespace fairway::exchange

#endif  // FAIRWAY_NODE_EXCHANGE_REFUSAL_H_
