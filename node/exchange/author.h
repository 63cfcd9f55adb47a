#ifndef FAIRWAY_NODE_EXCHANGE_AUTHOR_H_
#define FAIRWAY_NODE_EXCHANGE_AUTHOR_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "crypto/ed25519.h"
#include "node/model/caller.h"
#include "node/model/ids.h"

// Who signs items and recalls of this node, and which people may have it signed.
namespace fairway::exchange {

struct Author {
  model::AuthorityId authority;
  uint64_t manifest_version = 0;  // the version that holds item_key
  const crypto::SigningKey& item_key;
};

// PERMISSION_DENIED, FW-AUTH-002: neither officer nor commander.
absl::Status CheckMayPublish(const model::Caller& caller);

// As which of the two the caller acts, for the audit log.
std::string PublisherRole(const model::Caller& caller);

}  // namespace fairway::exchange

#endif  // FAIRWAY_NODE_EXCHANGE_AUTHOR_H_
