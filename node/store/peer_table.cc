#include "node/store/peer_table.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "node/status/status_macros.h"
#include "node/store/ids_columns.h"
#include "node/store/manifest_table.h"
#include "node/store/statement.h"
#include "node/store/terms_columns.h"

namespace fairway::store {
namespace {

#define FAIRWAY_PEER_COLUMNS "authority, name, state, endpoint, we_dial, since"

model::Peer PeerRow(Statement& row) {
  model::Peer peer;
  peer.id = GetAuthority(row, 0);
  peer.name = row.GetText(1);
  peer.state = row.GetEnum(2, &model::PeerStateFromWire);
  peer.endpoint = row.GetText(3);
  peer.we_dial = row.GetBool(4);
  peer.since = row.GetTime(5);
  return peer;
}

model::PeerAttributes AttributesRow(Statement& row) {
  model::PeerAttributes attributes;
  attributes.version = row.GetU64(0);
  attributes.country = row.GetText(1);
  attributes.type = row.GetText(2);
  attributes.tier = row.GetText(3);
  attributes.agreements = SplitLines(row.GetText(4));
  attributes.controls = SplitLines(row.GetText(5));
  attributes.purposes = SplitLines(row.GetText(6));
  attributes.groups = SplitLines(row.GetText(7));
  return attributes;
}

#define FAIRWAY_ATTRIBUTE_COLUMNS \
  "version, country, type, tier, agreements, controls, purposes, member_of"

absl::Status Complete(ReadTxn& txn, model::Peer& peer) {
  Statement latest(txn, "SELECT " FAIRWAY_ATTRIBUTE_COLUMNS
                        " FROM peer_attributes WHERE authority = ? ORDER BY version DESC LIMIT 1");
  BindAuthority(latest, peer.id);
  FAIRWAY_ASSIGN_OR_RETURN(std::optional<model::PeerAttributes> attributes,
                           ReadOne(latest, &AttributesRow));
  if (attributes.has_value()) peer.attributes = *std::move(attributes);
  FAIRWAY_ASSIGN_OR_RETURN(std::optional<ManifestRow> manifest, LatestManifest(txn, peer.id));
  if (manifest.has_value()) {
    peer.manifest = std::move(manifest->manifest);
  } else {
    peer.manifest.id = peer.id;
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<model::Peer>> All(ReadTxn& txn, Statement& find) {
  FAIRWAY_ASSIGN_OR_RETURN(std::vector<model::Peer> peers, ReadAll(find, &PeerRow));
  for (model::Peer& peer : peers) FAIRWAY_RETURN_IF_ERROR(Complete(txn, peer));
  return peers;
}

absl::StatusOr<std::optional<model::Peer>> One(ReadTxn& txn, Statement& find) {
  FAIRWAY_ASSIGN_OR_RETURN(std::vector<model::Peer> peers, All(txn, find));
  if (peers.empty()) return std::nullopt;
  return std::move(peers.front());
}

absl::Status BindName(Txn& txn, const model::Peer& peer) {
  FAIRWAY_ASSIGN_OR_RETURN(const std::optional<model::AuthorityId> owner,
                           OwnerOfPeerName(txn, peer.name));
  if (owner.has_value()) {
    if (*owner == peer.id) return absl::OkStatus();
    return absl::AlreadyExistsError(
        absl::StrCat("the name ", peer.name, " belongs to another authority and is never reused"));
  }
  Statement bind(txn, "INSERT INTO peer_name VALUES (?, ?)");
  bind.Text(peer.name);
  BindAuthority(bind, peer.id);
  return bind.Run();
}

// What the peering is from now on, if that is not what it was.
absl::Status KeepPast(Txn& txn, const model::AuthorityId& id, const std::string& name,
                      model::PeerState state, absl::Time at) {
  Statement keep(txn,
                 "INSERT INTO peer_past (authority, name, state, at) SELECT ?1, ?2, ?3, ?4 "
                 "WHERE NOT EXISTS (SELECT 1 FROM (SELECT name, state FROM peer_past "
                 "WHERE authority = ?1 ORDER BY id DESC LIMIT 1) WHERE name = ?2 AND state = ?3)");
  BindAuthority(keep, id);
  keep.Text(name).U64(static_cast<uint64_t>(state)).Time(at);
  return keep.Run();
}

PeerPast PastRow(Statement& row) {
  PeerPast past;
  past.name = row.GetText(0);
  past.state = row.GetEnum(1, &model::PeerStateFromWire);
  past.at = row.GetTime(2);
  past.first = row.GetBool(3);
  return past;
}

}  // namespace

absl::Status PutPeer(Txn& txn, const model::Peer& peer) {
  FAIRWAY_RETURN_IF_ERROR(BindName(txn, peer));
  Statement put(txn, "INSERT INTO peer (" FAIRWAY_PEER_COLUMNS
                     ") VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (authority) DO UPDATE SET "
                     "name = excluded.name, state = excluded.state, endpoint = excluded.endpoint, "
                     "we_dial = excluded.we_dial, since = excluded.since");
  BindAuthority(put, peer.id);
  put.Text(peer.name)
      .U64(static_cast<uint64_t>(peer.state))
      .Text(peer.endpoint)
      .Bool(peer.we_dial)
      .Time(peer.since);
  FAIRWAY_RETURN_IF_ERROR(put.Run());
  FAIRWAY_RETURN_IF_ERROR(KeepPast(txn, peer.id, peer.name, peer.state, peer.since));
  txn.PeersChanged();
  return absl::OkStatus();
}

absl::StatusOr<uint64_t> SetPeerAttributes(Txn& txn, const model::AuthorityId& id,
                                           const model::PeerAttributes& attributes, absl::Time at) {
  FAIRWAY_ASSIGN_OR_RETURN(const std::optional<model::Peer> peer, GetPeer(txn, id));
  if (!peer.has_value()) return absl::NotFoundError(absl::StrCat("no peer ", id.ToString()));
  const uint64_t version = peer->attributes.version + 1;
  Statement put(txn, "INSERT INTO peer_attributes (authority, " FAIRWAY_ATTRIBUTE_COLUMNS
                     ", set_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  BindAuthority(put, id);
  put.U64(version)
      .Text(attributes.country)
      .Text(attributes.type)
      .Text(attributes.tier)
      .Text(JoinLines(attributes.agreements))
      .Text(JoinLines(attributes.controls))
      .Text(JoinLines(attributes.purposes))
      .Text(JoinLines(attributes.groups))
      .Time(at);
  FAIRWAY_RETURN_IF_ERROR(put.Run());
  txn.PeersChanged();
  return version;
}

absl::Status SetPeerState(Txn& txn, const model::AuthorityId& id, model::PeerState state,
                          absl::Time at) {
  Statement set(txn, "UPDATE peer SET state = ?, since = ? WHERE authority = ?");
  set.U64(static_cast<uint64_t>(state)).Time(at);
  BindAuthority(set, id);
  FAIRWAY_RETURN_IF_ERROR(set.RunOne("such peer"));
  FAIRWAY_ASSIGN_OR_RETURN(const std::optional<model::Peer> peer, GetPeer(txn, id));
  if (!peer.has_value()) return absl::NotFoundError("the peer is gone");
  FAIRWAY_RETURN_IF_ERROR(KeepPast(txn, id, peer->name, state, at));
  txn.PeersChanged();
  return absl::OkStatus();
}

absl::StatusOr<std::optional<model::Peer>> GetPeer(ReadTxn& txn, const model::AuthorityId& id) {
  Statement find(txn, "SELECT " FAIRWAY_PEER_COLUMNS " FROM peer WHERE authority = ?");
  BindAuthority(find, id);
  return One(txn, find);
}

absl::StatusOr<std::optional<model::Peer>> GetPeerByName(ReadTxn& txn, std::string_view name) {
  Statement find(txn, "SELECT " FAIRWAY_PEER_COLUMNS " FROM peer WHERE name = ?");
  find.Text(name);
  return One(txn, find);
}

absl::StatusOr<std::vector<model::Peer>> AllPeers(ReadTxn& txn) {
  Statement find(txn, "SELECT " FAIRWAY_PEER_COLUMNS " FROM peer ORDER BY name");
  return All(txn, find);
}

absl::StatusOr<std::optional<model::PeerAttributes>> GetPeerAttributes(ReadTxn& txn,
                                                                       const model::AuthorityId& id,
                                                                       uint64_t version) {
  Statement find(txn, "SELECT " FAIRWAY_ATTRIBUTE_COLUMNS
                      " FROM peer_attributes WHERE authority = ? AND version = ?");
  BindAuthority(find, id);
  find.U64(version);
  return ReadOne(find, &AttributesRow);
}

absl::StatusOr<std::optional<model::PeerAttributes>> PeerAttributesAt(ReadTxn& txn,
                                                                      const model::AuthorityId& id,
                                                                      absl::Time at) {
  Statement find(txn, "SELECT " FAIRWAY_ATTRIBUTE_COLUMNS
                      " FROM peer_attributes WHERE authority = ? AND set_at <= ? "
                      "ORDER BY version DESC LIMIT 1");
  BindAuthority(find, id);
  find.Time(at);
  return ReadOne(find, &AttributesRow);
}

absl::StatusOr<std::optional<PeerPast>> PeerStateAt(ReadTxn& txn, const model::AuthorityId& id,
                                                    absl::Time at) {
  // A clock that was set back leaves entries out of order: the last one written counts.
  Statement find(
      txn,
      "SELECT name, state, at, id = (SELECT min(id) FROM peer_past WHERE authority = ?1) "
      "FROM peer_past WHERE authority = ?1 ORDER BY at <= ?2 DESC, "
      "CASE WHEN at <= ?2 THEN -id ELSE id END LIMIT 1");
  BindAuthority(find, id);
  find.Time(at);
  return ReadOne(find, &PastRow);
}

absl::StatusOr<std::optional<model::AuthorityId>> OwnerOfPeerName(ReadTxn& txn,
                                                                  std::string_view name) {
  Statement find(txn, "SELECT authority FROM peer_name WHERE name = ?");
  find.Text(name);
  FAIRWAY_ASSIGN_OR_RETURN(const bool found, find.Step());
  if (!found) return std::nullopt;
  const model::AuthorityId owner = GetAuthority(find, 0);
  FAIRWAY_RETURN_IF_ERROR(find.status());
  return owner;
}

}  // namespace fairway::store
