#ifndef FAIRWAY_NODE_EXCHANGE_INCOMING_ITEM_H_
#define FAIRWAY_NODE_EXCHANGE_INCOMING_ITEM_H_

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "node/model/feed.h"
#include "node/model/ids.h"
#include "node/model/item.h"
#include "node/model/peer.h"
#include "node/store/database.h"
#include "node/store/manifest_table.h"
#include "node/wire/frame.h"

namespace fairway::exchange {

// Why an incoming record was not stored; the codes travel in receipts. Those that would tell a
// third party what this node holds from others (011 to 015) travel as kNotAccepted.
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
}  // namespace refusal

struct Refusal {
  std::string code;    // for the audit log of this node
  std::string detail;  // likewise
  std::string told;    // what the receipt says if that is less than `code`; else empty
};

// One record's content, proven to be what its originator signed and nothing else.
struct IncomingItem {
  model::ItemBody body;
  std::string signed_item;
  std::vector<model::Part> parts;
  model::Terms terms;                         // of the record
  std::vector<store::ManifestRow> manifests;  // of a third-party originator, not held here before
};

// Checks all that does not depend on what else is stored: the envelope opens under the item key of
// the manifest version that the body names (held here, or carried along by a third party and shown
// to belong to the originator's id), the record names this very revision, every part is committed
// and shareable, no label twice, the parts are those that the record says, nothing is expired, and
// a third party may have passed it on at all. Reads manifests only; to be called before the writer
// is entered, because it verifies signatures.
//
// Errors are the database's; everything a peer can cause is a Refusal.
absl::StatusOr<std::variant<IncomingItem, Refusal>> OpenIncoming(
    store::ReadTxn& txn, const model::FeedRecord& record, const wire::Rendition& rendition,
    const model::Peer& from, const model::AuthorityId& self, absl::Time now);

}  // namespace fairway::exchange

#endif  // FAIRWAY_NODE_EXCHANGE_INCOMING_ITEM_H_
