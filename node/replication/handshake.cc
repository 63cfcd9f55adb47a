#include "node/replication/handshake.h"

#include <array>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "node/model/manifest.h"
#include "node/status/status_macros.h"
#include "node/wire/feed_codec.h"

namespace fairway::replication {

crypto::Signed MakeHello(const LocalNode& local, const model::AuthorityId& peer,
                         std::string_view exporter32, std::string nonce,
                         const model::FeedPosition& out_feed, const model::FeedPosition& in_feed,
                         absl::Time now) {
  model::Hello hello;
  hello.authority = local.authority;
  hello.peer_expected = peer;
  hello.boot_id = local.boot_id;
  hello.incarnation = local.incarnation;
  hello.manifest_version = local.manifest_version;
  hello.nonce = std::move(nonce);
  hello.exporter = std::string(exporter32);
  hello.now = absl::FromUnixMillis(absl::ToUnixMillis(now));
  hello.out_feed = out_feed;
  hello.in_feed = in_feed;
  return crypto::Seal(crypto::kTypeHello, wire::EncodeHello(hello), *local.node_key);
}

absl::StatusOr<model::Hello> CheckHello(const crypto::Signed& envelope, const model::Peer& peer,
                                        const model::AuthorityId& self,
                                        std::string_view exporter32) {
  const std::optional<crypto::PublicKey> key = peer.manifest.KeyFor(model::KeyPurpose::kNode);
  if (!key.has_value()) return absl::UnauthenticatedError("the peer has no node key");
  const std::array<crypto::PublicKey, 1> keys = {*key};
  FAIRWAY_ASSIGN_OR_RETURN(const crypto::VerifiedBody body,
                           crypto::Open(envelope, crypto::kTypeHello, keys));
  FAIRWAY_ASSIGN_OR_RETURN(model::Hello hello, wire::DecodeHello(body.body()));
  if (hello.authority != peer.id) {
    return absl::UnauthenticatedError("the hello is of another authority");
  }
  if (hello.peer_expected != self) {
    return absl::UnauthenticatedError("the hello is meant for another authority");
  }
  if (hello.exporter != exporter32) {
    return absl::UnauthenticatedError("the hello belongs to another connection");
  }
  if (hello.proto_min > model::kProtocolVersion || hello.proto_max < model::kProtocolVersion) {
    return absl::FailedPreconditionError(
        absl::StrCat("the peer speaks versions ", hello.proto_min, " to ", hello.proto_max,
                     " of the protocol, this node ", model::kProtocolVersion));
  }
  return hello;
}

}  // namespace fairway::replication
