#include "tests/byzantine/mallory.h"

#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "node/server/core.h"
#include "node/server/initialise.h"
#include "node/server/unlock.h"
#include "node/status/status_macros.h"
#include "node/store/database.h"
#include "node/store/manifest_table.h"
#include "node/store/node_table.h"
#include "node/store/peer_table.h"

namespace fairway::byzantine {
namespace {

absl::StatusOr<crypto::SigningKey> KeyCalled(store::ReadTxn& txn, std::string_view name) {
  FAIRWAY_ASSIGN_OR_RETURN(const crypto::SecretBytes seed, store::GetSecret(txn, name));
  return crypto::SigningKey::FromStoredSeed(seed.view());
}

absl::StatusOr<Mallory> ReadFrom(store::ReadTxn& txn, const std::string& victim) {
  FAIRWAY_ASSIGN_OR_RETURN(const std::optional<store::NodeRow> self, store::GetNode(txn));
  FAIRWAY_ASSIGN_OR_RETURN(const std::optional<model::Peer> peer,
                           store::GetPeerByName(txn, victim));
  if (!self.has_value() || !peer.has_value()) {
    return absl::NotFoundError(absl::StrCat("no peer called \"", victim, "\" here"));
  }
  FAIRWAY_ASSIGN_OR_RETURN(const std::optional<store::ManifestRow> manifest,
                           store::GetManifest(txn, self->authority, 1));
  const std::optional<crypto::PublicKey> tls = peer->manifest.KeyFor(model::KeyPurpose::kTls);
  if (!manifest.has_value() || !tls.has_value())
    return absl::NotFoundError("a manifest is missing");
  FAIRWAY_ASSIGN_OR_RETURN(crypto::SigningKey item_key, KeyCalled(txn, server::kItemKey));
  FAIRWAY_ASSIGN_OR_RETURN(crypto::SigningKey node_key, KeyCalled(txn, server::kNodeKey));
  FAIRWAY_ASSIGN_OR_RETURN(crypto::SigningKey tls_key, KeyCalled(txn, server::kTlsKey));
  return Mallory{.id = self->authority,
                 .item = std::move(item_key),
                 .node = std::move(node_key),
                 .tls = std::move(tls_key),
                 .signed_manifest = manifest->signed_bytes,
                 .victim = peer->id,
                 .victim_pin = crypto::PinOfKey(*tls),
                 .victim_address = peer->endpoint};
}

}  // namespace

absl::StatusOr<Mallory> ReadMallory(const std::string& data_dir, const std::string& key_file,
                                    const std::string& victim) {
  FAIRWAY_ASSIGN_OR_RETURN(
      const crypto::SecretBytes key,
      server::OpenDatabaseKey(data_dir, {.passphrase_file = "", .key_file = key_file}));
  FAIRWAY_ASSIGN_OR_RETURN(
      const std::unique_ptr<store::Database> database,
      store::Database::Open({.path = absl::StrCat(data_dir, "/", server::kDatabaseFile),
                             .key32 = key,
                             .vfs = "",
                             .create = false}));
  absl::StatusOr<Mallory> read = absl::InternalError("not read");
  FAIRWAY_RETURN_IF_ERROR(database->Read([&](store::ReadTxn& txn) -> absl::Status {
    read = ReadFrom(txn, victim);
    return read.status();
  }));
  return read;
}

crypto::TlsIdentity IdentityFor(const crypto::SigningKey& key) {
  absl::StatusOr<crypto::TlsIdentity> made = crypto::MakeTlsIdentity(
      key, "fairway://mallory", absl::FromUnixSeconds(0), absl::FromUnixSeconds(1));
  return *std::move(made);
}

}  // namespace fairway::byzantine
