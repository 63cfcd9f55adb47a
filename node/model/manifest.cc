#include "node/model/manifest.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "node/model/text.h"

namespace fairway::model {
namespace {

bool IsCountry(const std::string& country) {
  return country.size() == 2 && country[0] >= 'A' && country[0] <= 'Z' && country[1] >= 'A' &&
         country[1] <= 'Z';
}

absl::Status CheckKeys(const Manifest& manifest) {
  if (manifest.root_keys.empty() || manifest.root_keys.size() > kMaxRootKeys) {
    return absl::InvalidArgumentError(absl::StrCat("manifest: ", manifest.root_keys.size(),
                                                   " root keys, wanted 1 to ", kMaxRootKeys));
  }
  if (manifest.keys.size() > kMaxManifestKeys) {
    return absl::InvalidArgumentError(
        absl::StrCat("manifest: ", manifest.keys.size(), " keys, at most ", kMaxManifestKeys));
  }
  for (KeyPurpose purpose :
       {KeyPurpose::kItem, KeyPurpose::kNode, KeyPurpose::kLog, KeyPurpose::kTls}) {
    if (!manifest.KeyFor(purpose).has_value()) {
      return absl::InvalidArgumentError(
          absl::StrCat("manifest: no key of purpose ", static_cast<uint32_t>(purpose)));
    }
  }
  // One purpose each: a signature asked for in one protocol must never serve in another.
  std::set<crypto::PublicKey> seen(manifest.root_keys.begin(), manifest.root_keys.end());
  if (seen.size() != manifest.root_keys.size()) {
    return absl::InvalidArgumentError("manifest: a root key is listed twice");
  }
  for (const Manifest::Key& key : manifest.keys) {
    if (!seen.insert(key.key).second) {
      return absl::InvalidArgumentError("manifest: one key is listed twice");
    }
  }
  return absl::OkStatus();
}

absl::Status CheckTexts(const Manifest& manifest) {
  if (absl::Status shown = CheckLine(manifest.display_name); !shown.ok()) {
    return absl::InvalidArgumentError(absl::StrCat("manifest: display name ", shown.message()));
  }
  if (manifest.display_name.size() > kMaxDisplayNameBytes) {
    return absl::InvalidArgumentError(absl::StrCat("manifest: display name of ",
                                                   manifest.display_name.size(), " bytes, at most ",
                                                   kMaxDisplayNameBytes));
  }
  if (!manifest.country.empty() && !IsCountry(manifest.country)) {
    return absl::InvalidArgumentError("manifest: country is not two capital letters");
  }
  if (manifest.endpoints.size() > kMaxEndpoints) {
    return absl::InvalidArgumentError(absl::StrCat("manifest: ", manifest.endpoints.size(),
                                                   " endpoints, at most ", kMaxEndpoints));
  }
  for (const std::string& endpoint : manifest.endpoints) {
    const bool visible =
        std::all_of(endpoint.begin(), endpoint.end(), [](char c) { return c > 0x20 && c < 0x7F; });
    if (endpoint.empty() || endpoint.size() > kMaxEndpointBytes || !visible) {
      return absl::InvalidArgumentError(absl::StrCat(
          "manifest: an endpoint is not 1 to ", kMaxEndpointBytes, " visible ASCII characters"));
    }
  }
  return absl::OkStatus();
}

}  // namespace

std::optional<crypto::PublicKey> Manifest::KeyFor(KeyPurpose purpose) const {
  for (const Key& key : keys) {
    if (key.purpose == purpose) return key.key;
  }
  return std::nullopt;
}

absl::Status CheckManifest(const Manifest& manifest) {
  if (manifest.version == 0) return absl::InvalidArgumentError("manifest: versions start at 1");
  if (absl::Status keys = CheckKeys(manifest); !keys.ok()) return keys;
  return CheckTexts(manifest);
}

}  // namespace fairway::model
