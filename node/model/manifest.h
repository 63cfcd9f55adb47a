#ifndef FAIRWAY_NODE_MODEL_MANIFEST_H_
#define FAIRWAY_NODE_MODEL_MANIFEST_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "crypto/ed25519.h"
#include "node/model/ids.h"

namespace fairway::model {

inline constexpr size_t kMaxRootKeys = 8;
inline constexpr size_t kMaxManifestKeys = 64;
inline constexpr size_t kMaxEndpoints = 16;
inline constexpr size_t kMaxDisplayNameBytes = 128;
inline constexpr size_t kMaxEndpointBytes = 255;

enum class KeyPurpose : uint32_t { kItem = 1, kNode = 2, kLog = 3, kTls = 4 };

// An authority's signed, numbered statement of its keys and endpoints. What it says about itself
// beyond keys is for display only.
struct Manifest {
  struct Key {
    KeyPurpose purpose = KeyPurpose::kItem;
    crypto::PublicKey key;
    bool operator==(const Key&) const = default;
  };

  AuthorityId id;        // version 1: computed from its bytes, not in them; later versions state it
  uint64_t version = 0;  // ≥ 1
  std::vector<crypto::PublicKey> root_keys;
  std::vector<Key> keys;
  std::string display_name;
  std::string country;                 // two capital letters, or ""
  std::vector<std::string> endpoints;  // "host:port"

  bool operator==(const Manifest&) const = default;
  // The first key of that purpose.
  std::optional<crypto::PublicKey> KeyFor(KeyPurpose purpose) const;
};

// INVALID_ARGUMENT names the field: a limit above is passed, a key of some purpose or a root key is
// missing, one key serves two purposes, a text cannot be shown.
absl::Status CheckManifest(const Manifest& manifest);

}  // namespace fairway::model

#endif  // FAIRWAY_NODE_MODEL_MANIFEST_H_
