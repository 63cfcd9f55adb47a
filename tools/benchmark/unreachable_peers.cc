#include "tools/benchmark/unreachable_peers.h"

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "crypto/envelope.h"
#include "node/env/system_entropy.h"
#include "node/membership/new_authority.h"
#include "node/model/peer.h"
#include "node/status/status_macros.h"
#include "node/store/manifest_table.h"
#include "node/store/peer_table.h"

namespace fairway::benchmark {
namespace {

constexpr char kCountry[] = "KE";

absl::Status AddOne(store::Txn& txn, env::Entropy& entropy, const std::string& name) {
  FAIRWAY_ASSIGN_OR_RETURN(const membership::NewAuthority authority,
                           membership::CreateAuthority(entropy, name, kCountry, {}));
  const absl::Time now = absl::Now();
  FAIRWAY_RETURN_IF_ERROR(store::PutManifest(
      txn,
      {.manifest = authority.manifest,
       .object = crypto::ObjectId(authority.signed_manifest.type, authority.signed_manifest.body),
       .signed_bytes = crypto::EncodeSigned(authority.signed_manifest),
       .stored_at = now}));
  model::Peer peer;
  peer.id = authority.manifest.id;
  peer.name = name;
  peer.state = model::PeerState::kActive;
  peer.manifest = authority.manifest;
  peer.attributes.country = kCountry;
  peer.since = now;
  return store::PutPeer(txn, peer);
}

}  // namespace

absl::Status AddUnreachablePeers(store::Database& database, size_t first, size_t count) {
  env::SystemEntropy entropy;
  return database.Write([&](store::Txn& txn) -> absl::Status {
    for (size_t i = first; i < first + count; ++i) {
      FAIRWAY_RETURN_IF_ERROR(AddOne(txn, entropy, absl::StrCat("unreachable-", i)));
    }
    txn.PeersChanged();
    return absl::OkStatus();
  });
}

}  // namespace fairway::benchmark
