#include "node/store/manifest_table.h"

#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "node/status/status_macros.h"
#include "node/store/ids_columns.h"
#include "node/store/statement.h"
#include "node/store/terms_columns.h"

namespace fairway::store {
namespace {

constexpr size_t kPublicKeyBytes = 32;

#define FAIRWAY_MANIFEST_COLUMNS                                                            \
  "authority, version, object, root_keys, keys, display_name, country, endpoints, signed, " \
  "stored_at"

// 32 bytes for each root key; a purpose byte and 32 bytes for each other key.
std::string JoinRootKeys(const std::vector<crypto::PublicKey>& keys) {
  std::string joined;
  for (const crypto::PublicKey& key : keys) joined += key.view();
  return joined;
}

std::string JoinKeys(const std::vector<model::Manifest::Key>& keys) {
  std::string joined;
  for (const model::Manifest::Key& key : keys) {
    joined += static_cast<char>(key.purpose);
    joined += key.key.view();
  }
  return joined;
}

// Whether it is a key was judged when the manifest was accepted; verifying with it judges again.
crypto::PublicKey KeyAt(const std::string& joined, size_t at) {
  crypto::PublicKey key;
  std::memcpy(key.bytes.data(), joined.data() + at, kPublicKeyBytes);
  return key;
}

void SplitRootKeys(Statement& row, int column, std::vector<crypto::PublicKey>& keys) {
  const std::string joined = row.GetBlob(column);
  if (joined.size() % kPublicKeyBytes != 0) return row.Damaged(column, "a list of keys");
  for (size_t at = 0; at < joined.size(); at += kPublicKeyBytes) {
    keys.push_back(KeyAt(joined, at));
  }
}

void SplitKeys(Statement& row, int column, std::vector<model::Manifest::Key>& keys) {
  const std::string joined = row.GetBlob(column);
  if (joined.size() % (1 + kPublicKeyBytes) != 0) return row.Damaged(column, "a list of keys");
  for (size_t at = 0; at < joined.size(); at += 1 + kPublicKeyBytes) {
    const auto purpose = static_cast<uint8_t>(joined[at]);
    if (purpose < 1 || purpose > static_cast<uint8_t>(model::KeyPurpose::kTls)) {
      return row.Damaged(column, "a list of keys with known purposes");
    }
    keys.push_back({static_cast<model::KeyPurpose>(purpose), KeyAt(joined, at + 1)});
  }
}

ManifestRow ReadManifest(Statement& find) {
  ManifestRow row;
  row.manifest.id = GetAuthority(find, 0);
  row.manifest.version = find.GetU64(1);
  row.object = find.GetDigest(2);
  SplitRootKeys(find, 3, row.manifest.root_keys);
  SplitKeys(find, 4, row.manifest.keys);
  row.manifest.display_name = find.GetText(5);
  row.manifest.country = find.GetText(6);
  row.manifest.endpoints = SplitLines(find.GetText(7));
  row.signed_bytes = find.GetBlob(8);
  row.stored_at = find.GetTime(9);
  return row;
}

}  // namespace

absl::Status PutManifest(Txn& txn, const ManifestRow& row) {
  const model::Manifest& manifest = row.manifest;
  FAIRWAY_ASSIGN_OR_RETURN(const std::optional<ManifestRow> known,
                           GetManifest(txn, manifest.id, manifest.version));
  if (known.has_value()) {
    if (known->object == row.object) return absl::OkStatus();
    return absl::AlreadyExistsError(absl::StrCat("another manifest of version ", manifest.version,
                                                 " of ", manifest.id.ToString(), " is here"));
  }
  Statement put(txn, "INSERT INTO manifest (" FAIRWAY_MANIFEST_COLUMNS
                     ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  BindAuthority(put, manifest.id);
  put.U64(manifest.version)
      .Blob(row.object.view())
      .Blob(JoinRootKeys(manifest.root_keys))
      .Blob(JoinKeys(manifest.keys))
      .Text(manifest.display_name)
      .Text(manifest.country)
      .Text(JoinLines(manifest.endpoints))
      .Blob(row.signed_bytes)
      .Time(row.stored_at);
  FAIRWAY_RETURN_IF_ERROR(put.Run());
  txn.PeersChanged();  // a peer shows its newest manifest
  return absl::OkStatus();
}

absl::StatusOr<std::optional<ManifestRow>> GetManifest(ReadTxn& txn, const model::AuthorityId& id,
                                                       uint64_t version) {
  Statement find(
      txn, "SELECT " FAIRWAY_MANIFEST_COLUMNS " FROM manifest WHERE authority = ? AND version = ?");
  BindAuthority(find, id);
  find.U64(version);
  return ReadOne(find, &ReadManifest);
}

absl::StatusOr<std::optional<ManifestRow>> LatestManifest(ReadTxn& txn,
                                                          const model::AuthorityId& id) {
  Statement find(txn, "SELECT " FAIRWAY_MANIFEST_COLUMNS
                      " FROM manifest WHERE authority = ? ORDER BY version DESC LIMIT 1");
  BindAuthority(find, id);
  return ReadOne(find, &ReadManifest);
}

}  // namespace fairway::store
