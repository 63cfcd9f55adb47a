#include "node/membership/new_authority.h"

#include <cstdint>

#include "crypto/secret_bytes.h"
#include "node/status/status_macros.h"
#include "node/wire/manifest_codec.h"

namespace fairway::membership {
namespace {

crypto::SigningKey FreshKey(env::Entropy& entropy) {
  crypto::SecretBytes seed(crypto::kSeedBytes);
  entropy.Fill(seed.data(), seed.size());
  return crypto::SigningKey::FromSeed(seed.view());
}

}  // namespace

absl::StatusOr<NewAuthority> CreateAuthority(env::Entropy& entropy, const std::string& display_name,
                                             const std::string& country,
                                             const std::vector<std::string>& endpoints) {
  NewAuthority made{.manifest = {},
                    .signed_manifest = {},
                    .root = FreshKey(entropy),
                    .item = FreshKey(entropy),
                    .node = FreshKey(entropy),
                    .log = FreshKey(entropy),
                    .tls = FreshKey(entropy)};
  model::Manifest manifest;
  manifest.version = 1;
  manifest.root_keys = {made.root.public_key()};
  manifest.keys = {{model::KeyPurpose::kItem, made.item.public_key()},
                   {model::KeyPurpose::kNode, made.node.public_key()},
                   {model::KeyPurpose::kLog, made.log.public_key()},
                   {model::KeyPurpose::kTls, made.tls.public_key()}};
  manifest.display_name = display_name;
  manifest.country = country;
  manifest.endpoints = endpoints;
  FAIRWAY_RETURN_IF_ERROR(model::CheckManifest(manifest));
  made.signed_manifest =
      crypto::Seal(crypto::kTypeManifest, wire::EncodeManifest(manifest), made.root);
  // Read back: the id is computed from the very bytes that were signed.
  FAIRWAY_ASSIGN_OR_RETURN(made.manifest, wire::OpenFirstManifest(made.signed_manifest));
  return made;
}

}  // namespace fairway::membership
