#include "node/wire/manifest_codec.h"

#include <span>
#include <utility>

#include "absl/strings/str_cat.h"
#include "api/v1/manifest.pb.h"
#include "node/status/status_macros.h"
#include "node/wire/fields.h"
#include "node/wire/strict.h"

namespace fairway::wire {
namespace {

static_assert(static_cast<int>(model::KeyPurpose::kItem) == v1::KEY_PURPOSE_ITEM &&
              static_cast<int>(model::KeyPurpose::kNode) == v1::KEY_PURPOSE_NODE &&
              static_cast<int>(model::KeyPurpose::kLog) == v1::KEY_PURPOSE_LOG &&
              static_cast<int>(model::KeyPurpose::kTls) == v1::KEY_PURPOSE_TLS &&
              static_cast<int>(model::KeyPurpose::kTls) == v1::KeyPurpose_MAX);

absl::StatusOr<crypto::PublicKey> ReadKey(const std::string& name, const std::string& bytes) {
  absl::StatusOr<crypto::PublicKey> key = crypto::PublicKeyFromBytes(bytes);
  if (!key.ok()) return BadField(name, absl::StrCat("is not a key: ", key.status().message()));
  return key;
}

absl::Status ReadKeys(const v1::Manifest& proto, model::Manifest& manifest) {
  FAIRWAY_RETURN_IF_ERROR(CheckMaxCount("root_keys", proto.root_keys_size(), model::kMaxRootKeys));
  for (const std::string& bytes : proto.root_keys()) {
    const std::string name = absl::StrCat("root_keys[", manifest.root_keys.size(), "]");
    FAIRWAY_ASSIGN_OR_RETURN(const crypto::PublicKey key, ReadKey(name, bytes));
    manifest.root_keys.push_back(key);
  }
  FAIRWAY_RETURN_IF_ERROR(CheckMaxCount("keys", proto.keys_size(), model::kMaxManifestKeys));
  for (const v1::ManifestKey& entry : proto.keys()) {
    const std::string name = absl::StrCat("keys[", manifest.keys.size(), "]");
    model::Manifest::Key key;
    FAIRWAY_ASSIGN_OR_RETURN(key.purpose,
                             ReadEnum<model::KeyPurpose>(name + ".purpose", entry.purpose()));
    FAIRWAY_ASSIGN_OR_RETURN(key.key, ReadKey(name + ".key", entry.key()));
    manifest.keys.push_back(key);
  }
  return absl::OkStatus();
}

// `known_keys` decide; the body was parsed only to find them, and is taken from the verified bytes.
absl::Status CheckSigned(const crypto::Signed& envelope,
                         std::span<const crypto::PublicKey> known_keys) {
  return crypto::Open(envelope, crypto::kTypeManifest, known_keys).status();
}

}  // namespace

std::string EncodeManifest(const model::Manifest& manifest) {
  v1::Manifest proto;
  if (manifest.version > 1) proto.set_authority_id(manifest.id.raw());
  proto.set_version(manifest.version);
  for (const crypto::PublicKey& key : manifest.root_keys) {
    proto.add_root_keys(std::string(key.view()));
  }
  for (const model::Manifest::Key& key : manifest.keys) {
    v1::ManifestKey* entry = proto.add_keys();
    entry->set_purpose(static_cast<v1::KeyPurpose>(key.purpose));
    entry->set_key(std::string(key.key.view()));
  }
  proto.set_display_name(manifest.display_name);
  proto.set_country(manifest.country);
  for (const std::string& endpoint : manifest.endpoints) proto.add_endpoints(endpoint);
  return Encode(proto);
}

absl::StatusOr<model::Manifest> DecodeManifest(std::string_view bytes) {
  FAIRWAY_ASSIGN_OR_RETURN(const v1::Manifest proto,
                           ParseAs<v1::Manifest>(bytes, kMaxManifestBytes));
  model::Manifest manifest;
  if (proto.version() == 0) return BadField("version", "is missing");
  manifest.version = proto.version();
  if (proto.version() == 1) {
    // The id is the digest of these very bytes, so they cannot hold it.
    if (!proto.authority_id().empty()) return BadField("authority_id", "is there in version 1");
    manifest.id = model::AuthorityId{crypto::ObjectId(crypto::kTypeManifest, bytes)};
  } else {
    FAIRWAY_ASSIGN_OR_RETURN(manifest.id, ReadAuthority("authority_id", proto.authority_id()));
  }
  FAIRWAY_RETURN_IF_ERROR(ReadKeys(proto, manifest));
  manifest.display_name = proto.display_name();
  manifest.country = proto.country();
  manifest.endpoints.assign(proto.endpoints().begin(), proto.endpoints().end());
  FAIRWAY_RETURN_IF_ERROR(model::CheckManifest(manifest));
  return manifest;
}

absl::StatusOr<model::Manifest> OpenFirstManifest(const crypto::Signed& envelope) {
  if (envelope.type != crypto::kTypeManifest) return BadField("type", "is not a manifest's");
  FAIRWAY_ASSIGN_OR_RETURN(model::Manifest manifest, DecodeManifest(envelope.body));
  if (manifest.version != 1) {
    return BadField("version", absl::StrCat("is ", manifest.version, ", want 1"));
  }
  FAIRWAY_RETURN_IF_ERROR(CheckSigned(envelope, manifest.root_keys));
  return manifest;
}

absl::StatusOr<model::Manifest> OpenNextManifest(const crypto::Signed& envelope,
                                                 const model::Manifest& known) {
  // Verified before it is parsed: here the keys are known beforehand.
  FAIRWAY_RETURN_IF_ERROR(CheckSigned(envelope, known.root_keys));
  FAIRWAY_ASSIGN_OR_RETURN(model::Manifest manifest, DecodeManifest(envelope.body));
  if (manifest.id != known.id) return BadField("authority_id", "is another authority's");
  if (manifest.version <= known.version) {
    return absl::FailedPreconditionError(
        absl::StrCat("manifest version ", manifest.version, " is not newer than ", known.version));
  }
  return manifest;
}

}  // namespace fairway::wire
