#ifndef FAIRWAY_NODE_STORE_MANIFEST_TABLE_H_
#define FAIRWAY_NODE_STORE_MANIFEST_TABLE_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "node/model/ids.h"
#include "node/model/manifest.h"
#include "node/store/database.h"

// Every manifest ever accepted, of this authority, of peers and of third parties; never deleted,
// because an item is checked against the version it names.
namespace fairway::store {

struct ManifestRow {
  model::Manifest manifest;
  model::ObjectId object;
  std::string signed_bytes;  // crypto::EncodeSigned
  absl::Time stored_at;
};

// Does nothing if this very object is there. ALREADY_EXISTS if another object claims the same
// authority and version: two such are evidence against their signer.
absl::Status PutManifest(Txn& txn, const ManifestRow& row);
absl::StatusOr<std::optional<ManifestRow>> GetManifest(ReadTxn& txn, const model::AuthorityId& id,
                                                       uint64_t version);
absl::StatusOr<std::optional<ManifestRow>> LatestManifest(ReadTxn& txn,
                                                          const model::AuthorityId& id);

}  // namespace fairway::store

#endif  // FAIRWAY_NODE_STORE_MANIFEST_TABLE_H_
