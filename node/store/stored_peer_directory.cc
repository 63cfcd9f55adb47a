#include "node/store/stored_peer_directory.h"

#include <algorithm>

#include "absl/status/statusor.h"
#include "node/store/manifest_table.h"
#include "node/store/peer_table.h"

namespace fairway::store {

struct StoredPeerDirectory::Snapshot {
  uint64_t version = 0;  // of the database, at or before reading
  std::vector<model::Peer> peers;
};

StoredPeerDirectory::StoredPeerDirectory(const Database& database) : database_(database) {}

std::shared_ptr<const StoredPeerDirectory::Snapshot> StoredPeerDirectory::Current() const {
  const std::lock_guard lock(mutex_);
  // Asked before reading: a change in between makes the next caller read again.
  const uint64_t version = database_.peers_version();
  if (snapshot_ != nullptr && snapshot_->version == version) return snapshot_;
  auto snapshot = std::make_shared<Snapshot>();
  snapshot->version = version;
  const absl::Status read = database_.Read([&](ReadTxn& txn) {
    absl::StatusOr<std::vector<model::Peer>> peers = AllPeers(txn);
    if (peers.ok()) snapshot->peers = *std::move(peers);
    return peers.status();
  });
  if (!read.ok()) return std::make_shared<Snapshot>();  // nobody, and not kept
  snapshot_ = std::move(snapshot);
  return snapshot_;
}

std::optional<model::Peer> StoredPeerDirectory::Find(const model::AuthorityId& id) const {
  const auto snapshot = Current();
  for (const model::Peer& peer : snapshot->peers) {
    if (peer.id == id) return peer;
  }
  return std::nullopt;
}

std::optional<model::Peer> StoredPeerDirectory::FindByName(std::string_view name) const {
  const auto snapshot = Current();
  for (const model::Peer& peer : snapshot->peers) {
    if (peer.name == name) return peer;
  }
  return std::nullopt;
}

std::vector<model::Peer> StoredPeerDirectory::All() const {
  std::vector<model::Peer> peers = Current()->peers;
  std::erase_if(peers,
                [](const model::Peer& peer) { return peer.state == model::PeerState::kRemoved; });
  return peers;
}

std::optional<std::pair<model::Manifest, crypto::Signed>> StoredPeerDirectory::ManifestOf(
    const model::AuthorityId& id, uint64_t version) const {
  {
    const std::lock_guard lock(mutex_);
    const auto kept = manifests_.find({id, version});
    if (kept != manifests_.end()) return kept->second;
  }
  std::optional<ManifestRow> row;
  const absl::Status read = database_.Read([&](ReadTxn& txn) {
    absl::StatusOr<std::optional<ManifestRow>> found = GetManifest(txn, id, version);
    if (found.ok()) row = *std::move(found);
    return found.status();
  });
  if (!read.ok() || !row.has_value()) return std::nullopt;
  absl::StatusOr<crypto::Signed> envelope = crypto::DecodeSigned(row->signed_bytes);
  if (!envelope.ok()) return std::nullopt;
  auto found = std::make_pair(std::move(row->manifest), *std::move(envelope));
  const std::lock_guard lock(mutex_);
  if (manifests_.size() >= kKeptManifests) manifests_.clear();
  manifests_.try_emplace({id, version}, found);
  return found;
}

}  // namespace fairway::store
