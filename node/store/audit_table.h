#ifndef FAIRWAY_NODE_STORE_AUDIT_TABLE_H_
#define FAIRWAY_NODE_STORE_AUDIT_TABLE_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "crypto/digest.h"
#include "node/store/database.h"

// The rows of the audit log: leaves, the edge of the tree over them, signed checkpoints. Written by
// node/audit only.
namespace fairway::store {

struct AuditLeaf {
  uint64_t seq = 0;  // index in the tree, from 0
  std::string bytes;
  crypto::Digest leaf_hash;  // crypto::LeafHash(bytes)
};

struct AuditHead {
  std::string frontier;           // crypto::Frontier::Encode
  crypto::Digest last_leaf_hash;  // all zeros for an empty log
};

struct AuditCheckpoint {
  uint64_t size = 0;
  std::string note;
  absl::Time at;
};

// ALREADY_EXISTS if the number is there.
absl::Status PutAuditLeaf(Txn& txn, const AuditLeaf& leaf);
absl::StatusOr<std::vector<AuditLeaf>> AuditLeaves(ReadTxn& txn, uint64_t first, size_t limit);
absl::StatusOr<uint64_t> CountAuditLeaves(ReadTxn& txn);

absl::Status PutAuditHead(Txn& txn, const AuditHead& head);  // replaces
absl::StatusOr<std::optional<AuditHead>> GetAuditHead(ReadTxn& txn);

// ALREADY_EXISTS if there is one of that size.
absl::Status PutAuditCheckpoint(Txn& txn, const AuditCheckpoint& checkpoint);
absl::StatusOr<std::optional<AuditCheckpoint>> LatestAuditCheckpoint(ReadTxn& txn);
absl::StatusOr<std::vector<AuditCheckpoint>> AuditCheckpoints(ReadTxn& txn);  // by size

}  // namespace fairway::store

#endif  // FAIRWAY_NODE_STORE_AUDIT_TABLE_H_
