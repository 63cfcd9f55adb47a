#ifndef FAIRWAY_NODE_SERVER_UNLOCK_H_
#define FAIRWAY_NODE_SERVER_UNLOCK_H_

#include <string>

#include "absl/status/statusor.h"
#include "crypto/secret_bytes.h"

namespace fairway::server {

inline constexpr size_t kMinPassphraseBytes = 8;

// How the database key is opened: exactly one of the two is set.
struct Unlock {
  std::string passphrase_file;  // its first line is the passphrase
  std::string key_file;         // 32 bytes, the second slot of node.key
};

// The first line of a file, without its line end. NOT_FOUND (FW-KEY-001): no such file;
// INVALID_ARGUMENT (FW-KEY-002): the line is empty or too long.
absl::StatusOr<crypto::SecretBytes> ReadPassphrase(const std::string& path);

// The database key of the node in `data_dir`.
// NOT_FOUND (FW-KEY-003): there is no node.key; UNAUTHENTICATED (FW-KEY-004): passphrase or key
// does not open it; INVALID_ARGUMENT (FW-KEY-005): node.key is damaged; and as ReadPassphrase.
absl::StatusOr<crypto::SecretBytes> OpenDatabaseKey(const std::string& data_dir,
                                                    const Unlock& unlock);

}  // namespace fairway::server

#endif  // FAIRWAY_NODE_SERVER_UNLOCK_H_
