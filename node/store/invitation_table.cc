#include "node/store/invitation_table.h"

#include "node/store/ids_columns.h"
#include "node/store/statement.h"

namespace fairway::store {
namespace {

#define FAIRWAY_INVITATION_COLUMNS                                                             \
  "invitation, side, state, peer_name, secret, endpoint, created_by, created_at, expires_at, " \
  "peer, transcript"

std::optional<InvitationSide> SideFromNumber(uint64_t number) {
  if (number < 1 || number > 2) return std::nullopt;
  return static_cast<InvitationSide>(number);
}

std::optional<InvitationState> StateFromNumber(uint64_t number) {
  if (number < 1 || number > 3) return std::nullopt;
  return static_cast<InvitationState>(number);
}

Invitation ReadInvitation(Statement& row) {
  Invitation invitation;
  invitation.id = row.GetBlob(0);
  invitation.side = row.GetEnum(1, &SideFromNumber);
  invitation.state = row.GetEnum(2, &StateFromNumber);
  invitation.peer_name = row.GetText(3);
  invitation.secret = row.GetBlob(4);
  invitation.endpoint = row.GetText(5);
  invitation.created_by = row.GetText(6);
  invitation.created_at = row.GetTime(7);
  invitation.expires_at = row.GetTime(8);
  invitation.peer = GetMaybeAuthority(row, 9);
  invitation.transcript = row.GetMaybeDigest(10);
  return invitation;
}

}  // namespace

absl::Status PutInvitation(Txn& txn, const Invitation& invitation) {
  Statement put(txn, "INSERT INTO invitation (" FAIRWAY_INVITATION_COLUMNS
                     ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  put.Blob(invitation.id)
      .U64(static_cast<uint64_t>(invitation.side))
      .U64(static_cast<uint64_t>(invitation.state))
      .Text(invitation.peer_name)
      .Blob(invitation.secret)
      .Text(invitation.endpoint)
      .Text(invitation.created_by)
      .Time(invitation.created_at)
      .Time(invitation.expires_at);
  BindMaybeAuthority(put, invitation.peer);
  put.MaybeDigest(invitation.transcript);
  return put.Run();
}

absl::Status UpdateInvitation(Txn& txn, const Invitation& invitation) {
  Statement set(txn,
                "UPDATE invitation SET state = ?, secret = ?, peer = ?, transcript = ? "
                "WHERE invitation = ?");
  set.U64(static_cast<uint64_t>(invitation.state)).Blob(invitation.secret);
  BindMaybeAuthority(set, invitation.peer);
  set.MaybeDigest(invitation.transcript).Blob(invitation.id);
  return set.RunOne("such invitation");
}

absl::StatusOr<std::optional<Invitation>> GetInvitation(ReadTxn& txn, std::string_view id) {
  Statement find(txn, "SELECT " FAIRWAY_INVITATION_COLUMNS " FROM invitation WHERE invitation = ?");
  find.Blob(id);
  return ReadOne(find, &ReadInvitation);
}

absl::StatusOr<std::optional<Invitation>> InvitationOfPeer(ReadTxn& txn,
                                                           const model::AuthorityId& peer) {
  Statement find(txn, "SELECT " FAIRWAY_INVITATION_COLUMNS
                      " FROM invitation WHERE peer = ? ORDER BY id DESC LIMIT 1");
  BindAuthority(find, peer);
  return ReadOne(find, &ReadInvitation);
}

absl::StatusOr<std::vector<Invitation>> AllInvitations(ReadTxn& txn) {
  Statement find(txn, "SELECT " FAIRWAY_INVITATION_COLUMNS " FROM invitation ORDER BY id DESC");
  return ReadAll(find, &ReadInvitation);
}

absl::StatusOr<std::vector<Invitation>> OpenInvitations(ReadTxn& txn) {
  Statement find(txn, "SELECT " FAIRWAY_INVITATION_COLUMNS
                      " FROM invitation WHERE state = ? ORDER BY id DESC");
  find.U64(static_cast<uint64_t>(InvitationState::kOpen));
  return ReadAll(find, &ReadInvitation);
}

}  // namespace fairway::store
