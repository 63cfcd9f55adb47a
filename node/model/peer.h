#ifndef FAIRWAY_NODE_MODEL_PEER_H_
#define FAIRWAY_NODE_MODEL_PEER_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "crypto/envelope.h"
#include "node/model/ids.h"
#include "node/model/manifest.h"

namespace fairway::model {

enum class PeerState : uint32_t {
  kInvited = 1,          // we invited, they have not answered
  kAwaitingConfirm = 2,  // both manifests are known; an administrator has yet to compare words
  kActive = 3,
  kSuspended = 4,    // by an administrator
  kQuarantined = 5,  // by this node, after an alarm
  kRemoved = 6,
};

std::string_view ToText(PeerState state);  // "awaiting-confirm"
absl::StatusOr<PeerState> ParsePeerState(std::string_view text);
std::optional<PeerState> PeerStateFromWire(uint64_t number);

// What this node's administrator says about a peer; policies see only this, never what the peer
// claims. Words of the policy vocabulary; "" and empty = unknown.
struct PeerAttributes {
  std::string country;
  std::string type;
  std::string tier;
  std::vector<std::string> agreements;
  std::vector<std::string> controls;
  std::vector<std::string> purposes;
  std::vector<std::string> groups;
  uint64_t version = 0;  // counts the changes; decisions name it

  bool operator==(const PeerAttributes&) const = default;
};

struct Peer {
  AuthorityId id;
  std::string name;  // what people and policies here call it; bound to the id, never reused
  PeerState state = PeerState::kInvited;
  Manifest manifest;     // the newest
  std::string endpoint;  // "host:port" we dial, "" = we never dial
  PeerAttributes attributes;
  absl::Time since;
  bool we_dial = false;

  bool operator==(const Peer&) const = default;
};

inline constexpr size_t kMaxPeerNameBytes = 40;

// INVALID_ARGUMENT unless a name of 2 … kMaxPeerNameBytes of a-z, 0-9 and inner dashes that begins
// with a letter and is no word of the audience language ("any-member", "self", "nobody").
absl::Status CheckPeerName(std::string_view name);

// What other rooms may ask about peers. Thread-safe; answers are snapshots.
class PeerDirectory {
 public:
  virtual ~PeerDirectory() = default;
  virtual std::optional<Peer> Find(const AuthorityId& id) const = 0;
  virtual std::optional<Peer> FindByName(std::string_view name) const = 0;
  virtual std::vector<Peer> All() const = 0;  // by name; removed ones are not listed
  // Of this node's own authority, of peers, and of third parties whose items came through peers.
  // Manifests are kept for ever.
  virtual std::optional<std::pair<Manifest, crypto::Signed>> ManifestOf(const AuthorityId& id,
                                                                        uint64_t version) const = 0;
};

}  // namespace fairway::model

#endif  // FAIRWAY_NODE_MODEL_PEER_H_
