#ifndef FAIRWAY_NODE_STORE_NODE_TABLE_H_
#define FAIRWAY_NODE_STORE_NODE_TABLE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "crypto/secret_bytes.h"
#include "node/model/ids.h"
#include "node/store/database.h"

// What this node is: one row, its secrets and small settings.
namespace fairway::store {

struct NodeRow {
  model::AuthorityId authority;
  std::string name;          // of the node within its authority; part of the log's origin
  uint64_t incarnation = 0;  // changes when the node is restored from a copy
  uint64_t boots = 0;        // how often it was started
  absl::Time initialised_at;
};

// ALREADY_EXISTS if the database belongs to a node already.
absl::Status PutNode(Txn& txn, const NodeRow& row);
// Nothing before initialisation.
absl::StatusOr<std::optional<NodeRow>> GetNode(ReadTxn& txn);
// Counts one start and answers its number (1 for the first). NOT_FOUND before initialisation.
absl::StatusOr<uint64_t> CountBoot(Txn& txn);
absl::Status SetIncarnation(Txn& txn, uint64_t incarnation);

// Private keys and the like, by name ("item", "node", "log", "tls", …); the file is encrypted.
// Put replaces.
absl::Status PutSecret(Txn& txn, std::string_view name, const crypto::SecretBytes& secret);
// NOT_FOUND names the secret.
absl::StatusOr<crypto::SecretBytes> GetSecret(ReadTxn& txn, std::string_view name);

// Small settings that belong to the data rather than the configuration file. Put replaces.
absl::Status PutSetting(Txn& txn, std::string_view name, std::string_view value);
absl::StatusOr<std::optional<std::string>> GetSetting(ReadTxn& txn, std::string_view name);

}  // namespace fairway::store

#endif  // FAIRWAY_NODE_STORE_NODE_TABLE_H_
