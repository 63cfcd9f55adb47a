#ifndef FAIRWAY_NODE_EXCHANGE_ORIGINATOR_H_
#define FAIRWAY_NODE_EXCHANGE_ORIGINATOR_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "crypto/envelope.h"
#include "node/model/ids.h"
#include "node/model/manifest.h"
#include "node/store/database.h"
#include "node/store/manifest_table.h"

namespace fairway::exchange {

// Who signed something that came through a peer, shown to be who it says.
struct Originator {
  model::Manifest manifest;                // the version that was asked for
  std::vector<store::ManifestRow> unheld;  // of those that came along, what is not here yet
};

// The manifest `version` of `id`: held here, or at the end of the chain that came along, checked
// from version 1 (whose object id is the authority id), each signed by a root key of the one
// before, and at odds with none that is held. The text says why there is none. Errors are the
// database's.
absl::StatusOr<std::variant<Originator, std::string>> FindOriginator(
    store::ReadTxn& txn, const std::vector<std::string>& manifests, const model::AuthorityId& id,
    uint64_t version, absl::Time now);

// OK if the item key of `manifest` signed it as `type`.
//   NOT_FOUND        there is no item key
//   others           crypto::Open's
absl::Status CheckItemSignature(const crypto::Signed& envelope, std::string_view type,
                                const model::Manifest& manifest);

// False if by now another manifest of such a version is held.
absl::StatusOr<bool> ManifestsFit(store::ReadTxn& txn,
                                  const std::vector<store::ManifestRow>& manifests);

// Keeps those that are not held. Only after ManifestsFit.
absl::Status KeepManifests(store::Txn& txn, const std::vector<store::ManifestRow>& manifests);

}  // namespace fairway::exchange

#endif  // FAIRWAY_NODE_EXCHANGE_ORIGINATOR_H_
