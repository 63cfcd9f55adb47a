#ifndef FAIRWAY_NODE_STORE_STORED_PEER_DIRECTORY_H_
#define FAIRWAY_NODE_STORE_STORED_PEER_DIRECTORY_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "crypto/envelope.h"
#include "node/model/ids.h"
#include "node/model/manifest.h"
#include "node/model/peer.h"
#include "node/store/database.h"

namespace fairway::store {

// Peers as last committed, from memory; read again when the database says that they changed. If
// they cannot be read there are no peers: fail closed. Thread-safe. Not to be asked inside a Write:
// there GetPeer sees the job's own changes.
class StoredPeerDirectory final : public model::PeerDirectory {
 public:
  static constexpr size_t kKeptManifests = 1024;

  explicit StoredPeerDirectory(const Database& database);  // must outlive this object

  // Removed peers are found by id, so that their items can still be shown with a name.
  std::optional<model::Peer> Find(const model::AuthorityId& id) const override;
  std::optional<model::Peer> FindByName(std::string_view name) const override;
  std::vector<model::Peer> All() const override;
  std::optional<std::pair<model::Manifest, crypto::Signed>> ManifestOf(
      const model::AuthorityId& id, uint64_t version) const override;

 private:
  struct Snapshot;
  std::shared_ptr<const Snapshot> Current() const;

  const Database& database_;
  mutable std::mutex mutex_;
  mutable std::shared_ptr<const Snapshot> snapshot_;  // guarded by mutex_
  // Guarded by mutex_. A manifest never changes once it is kept, so it needs no refreshing.
  mutable std::map<std::pair<model::AuthorityId, uint64_t>,
                   std::pair<model::Manifest, crypto::Signed>>
      manifests_;
};

}  // namespace fairway::store

#endif  // FAIRWAY_NODE_STORE_STORED_PEER_DIRECTORY_H_
