#ifndef FAIRWAY_NODE_SERVER_INITIALISE_H_
#define FAIRWAY_NODE_SERVER_INITIALISE_H_

#include <cstdint>
#include <optional>
#include <set>
#include <string>

#include "absl/status/statusor.h"
#include "crypto/key_file.h"
#include "crypto/secret_bytes.h"
#include "node/env/clock.h"
#include "node/env/entropy.h"
#include "node/model/caller.h"
#include "node/model/ids.h"
#include "node/server/config.h"

namespace fairway::server {

// The names of what lies in a node's data directory.
inline constexpr char kConfigFile[] = "fairway.toml";
inline constexpr char kKeyFile[] = "node.key";      // wraps the database key
inline constexpr char kDatabaseFile[] = "node.db";  // SQLCipher: everything else, keys included
inline constexpr char kRootKeyFile[] =
    "root.key";  // wraps the root key; belongs in a safe, off the node
inline constexpr char kSocketFile[] = "node.sock";
inline constexpr char kLockFile[] = "node.lock";  // held by the fairwayd that serves

struct InitOptions {
  std::string data_dir;  // made with mode 0711 if it is not there; must not hold a node yet
  Config config;         // advertise is what the manifest tells peers to dial
  std::string admin_name;
  uint32_t admin_uid = 0;
  std::set<model::Role> admin_roles;
  crypto::SecretBytes passphrase;           // opens node.key and root.key
  std::optional<std::string> unlock_key32;  // a second slot: 32 bytes from a key file
  crypto::Argon2Cost cost;
  std::string policy_file_name = "policy.fpol";  // what explanations will call it
  std::string policy_text;  // empty: the starter policy, which releases nothing
};

struct Initialised {
  model::AuthorityId authority;
  std::string fingerprint;    // of the authority id, in groups, to be read aloud
  std::string root_key_path;  // to be moved off the node
};

// Makes an authority: keys, manifest, encrypted database, first user, first policy, first audit
// leaf. Never overwrites.
// ALREADY_EXISTS (FW-INIT-001): the directory holds a node, or part of one.
// INVALID_ARGUMENT (FW-INIT-002): a passphrase under 8 bytes; (FW-CFG-002) a bad value;
// the policy has errors (FW-POL-…).
// Other codes: the disk, with the path.
absl::StatusOr<Initialised> Initialise(const InitOptions& options, const env::Clock& clock,
                                       env::Entropy& entropy);

}  // namespace fairway::server

#endif  // FAIRWAY_NODE_SERVER_INITIALISE_H_
