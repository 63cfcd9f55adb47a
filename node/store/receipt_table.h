#ifndef FAIRWAY_NODE_STORE_RECEIPT_TABLE_H_
#define FAIRWAY_NODE_STORE_RECEIPT_TABLE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "node/model/ids.h"
#include "node/store/database.h"

// Signed receipts, kept as evidence.
namespace fairway::store {

enum class ReceiptSide : uint32_t {
  kTheirs = 1,  // about our feed to them
  kOurs = 2,    // about their feed to us
};

struct ReceiptRow {
  model::AuthorityId peer;
  ReceiptSide side = ReceiptSide::kTheirs;
  uint64_t first_seq = 0;
  uint64_t last_seq = 0;
  std::string signed_bytes;  // crypto::EncodeSigned
  absl::Time at;
};

// Does nothing if this very receipt is there.
absl::Status PutReceipt(Txn& txn, const ReceiptRow& row);
// One on that side that covers record `seq`; of several the one that ends first.
absl::StatusOr<std::optional<ReceiptRow>> ReceiptFor(ReadTxn& txn, const model::AuthorityId& peer,
                                                     ReceiptSide side, uint64_t seq);
absl::StatusOr<std::vector<ReceiptRow>> ReceiptsOf(ReadTxn& txn, const model::AuthorityId& peer,
                                                   ReceiptSide side,
                                                   size_t limit);  // highest last_seq first

}  // namespace fairway::store

#endif  // FAIRWAY_NODE_STORE_RECEIPT_TABLE_H_
