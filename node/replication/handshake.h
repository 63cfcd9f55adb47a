#ifndef FAIRWAY_NODE_REPLICATION_HANDSHAKE_H_
#define FAIRWAY_NODE_REPLICATION_HANDSHAKE_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "crypto/ed25519.h"
#include "crypto/envelope.h"
#include "node/model/feed.h"
#include "node/model/ids.h"
#include "node/model/peer.h"

namespace fairway::replication {

// Who this node is on every link.
struct LocalNode {
  model::AuthorityId authority;
  uint64_t incarnation = 1;       // rises when the node is restored from a copy
  uint64_t manifest_version = 1;  // its own newest
  std::string boot_id;            // model::kBootIdBytes random bytes of this start
  const crypto::SigningKey* node_key = nullptr;
};

// The first word on a link, signed. `nonce` is model::kNonceBytes random bytes. Pure.
crypto::Signed MakeHello(const LocalNode& local, const model::AuthorityId& peer,
                         std::string_view exporter32, std::string nonce,
                         const model::FeedPosition& out_feed, const model::FeedPosition& in_feed,
                         absl::Time now);

// The peer's first word, if it is the peer's, for this node and for this very link. Its clock is
// not judged. Pure.
//   INVALID_ARGUMENT     not a hello
//   UNAUTHENTICATED      not signed by the peer's node key; or for another link, by or for another
//                        authority
//   FAILED_PRECONDITION  no protocol version in common
absl::StatusOr<model::Hello> CheckHello(const crypto::Signed& envelope, const model::Peer& peer,
                                        const model::AuthorityId& self,
                                        std::string_view exporter32);

}  // namespace fairway::replication

#endif  // FAIRWAY_NODE_REPLICATION_HANDSHAKE_H_
