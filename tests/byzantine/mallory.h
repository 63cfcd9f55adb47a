#ifndef FAIRWAY_TESTS_BYZANTINE_MALLORY_H_
#define FAIRWAY_TESTS_BYZANTINE_MALLORY_H_

#include <string>

#include "absl/status/statusor.h"
#include "crypto/certificate.h"
#include "crypto/ed25519.h"
#include "crypto/spki.h"
#include "node/model/ids.h"
#include "node/model/manifest.h"

namespace fairway::byzantine {

// An admitted authority that means ill: its real private keys, and the node that it lies to.
struct Mallory {
  model::AuthorityId id;
  crypto::SigningKey item;
  crypto::SigningKey node;
  crypto::SigningKey tls;
  std::string signed_manifest;  // version 1, as its own node holds it

  model::AuthorityId victim;
  crypto::SpkiPin victim_pin;
  std::string victim_address;  // "host:port"
};

// Out of the data directory of a node that is not running: one that joined `victim`, by the name
// that its own administrator gave. NOT_FOUND without such a peer; else as OpenDatabaseKey and
// Database::Open.
absl::StatusOr<Mallory> ReadMallory(const std::string& data_dir, const std::string& key_file,
                                    const std::string& victim);

// What it shows in TLS, or what anybody could show who has `key`.
crypto::TlsIdentity IdentityFor(const crypto::SigningKey& key);

}  // namespace fairway::byzantine

#endif  // FAIRWAY_TESTS_BYZANTINE_MALLORY_H_
