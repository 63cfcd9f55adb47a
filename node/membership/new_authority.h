#ifndef FAIRWAY_NODE_MEMBERSHIP_NEW_AUTHORITY_H_
#define FAIRWAY_NODE_MEMBERSHIP_NEW_AUTHORITY_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "crypto/ed25519.h"
#include "crypto/envelope.h"
#include "node/env/entropy.h"
#include "node/model/manifest.h"

namespace fairway::membership {

// Everything a new authority consists of. Nothing is stored by making it.
struct NewAuthority {
  model::Manifest manifest;        // version 1; manifest.id is the authority
  crypto::Signed signed_manifest;  // by the root key
  crypto::SigningKey root;         // signs manifests only: seal its seed, keep it off the node
  crypto::SigningKey item;
  crypto::SigningKey node;
  crypto::SigningKey log;
  crypto::SigningKey tls;
};

// Fresh keys, one for each purpose, and the first manifest. `country` is two capital letters or "";
// `endpoints` are "host:port", where peers can dial this authority (none: behind NAT, it dials).
// INVALID_ARGUMENT names the field, as model::CheckManifest.
absl::StatusOr<NewAuthority> CreateAuthority(env::Entropy& entropy, const std::string& display_name,
                                             const std::string& country,
                                             const std::vector<std::string>& endpoints);

}  // namespace fairway::membership

#endif  // FAIRWAY_NODE_MEMBERSHIP_NEW_AUTHORITY_H_
