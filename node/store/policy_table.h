#ifndef FAIRWAY_NODE_STORE_POLICY_TABLE_H_
#define FAIRWAY_NODE_STORE_POLICY_TABLE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "crypto/digest.h"
#include "node/store/database.h"

// Every policy that was ever active, with the vocabulary it was read with. The highest number is
// the active one.
namespace fairway::store {

struct PolicyRow {
  uint64_t number = 0;  // from 1; set by the table
  std::string file_name;
  std::string text;
  crypto::Digest text_hash;  // Sha256(text); set by the table
  std::string profile_text;
  crypto::Digest profile_hash;  // Sha256(profile_text); set by the table
  absl::Time applied_at;
  std::string applied_by;
};

// The number given.
absl::StatusOr<uint64_t> AppendPolicy(Txn& txn, const PolicyRow& row);
absl::StatusOr<std::optional<PolicyRow>> ActivePolicyRow(ReadTxn& txn);
absl::StatusOr<std::optional<PolicyRow>> GetPolicy(ReadTxn& txn, uint64_t number);
// The one that was in force at `at`: the last one applied at or before it. Nothing: there was none.
absl::StatusOr<std::optional<PolicyRow>> PolicyAt(ReadTxn& txn, absl::Time at);
absl::StatusOr<std::vector<PolicyRow>> PolicyHistory(ReadTxn& txn, size_t limit);  // newest first

}  // namespace fairway::store

#endif  // FAIRWAY_NODE_STORE_POLICY_TABLE_H_
