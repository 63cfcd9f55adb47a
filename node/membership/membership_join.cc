// Both halves of the join exchange.
#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "crypto/envelope.h"
#include "node/authz/authorizer.h"
#include "node/membership/invited_attributes.h"
#include "node/membership/membership.h"
#include "node/membership/peer_problems.h"
#include "node/status/problem.h"
#include "node/status/status_macros.h"
#include "node/store/manifest_table.h"
#include "node/store/peer_table.h"
#include "node/wire/manifest_codec.h"

namespace fairway::membership {

using model::PeerState;

struct Membership::Joined {
  model::Manifest manifest;
  crypto::Signed signed_manifest;
  crypto::Digest transcript;
};

namespace {

model::ObjectId ObjectOf(const crypto::Signed& envelope) {
  return crypto::ObjectId(envelope.type, envelope.body);
}

store::ManifestRow RowOf(const model::Manifest& manifest, const crypto::Signed& envelope,
                         absl::Time now) {
  store::ManifestRow row;
  row.manifest = manifest;
  row.object = ObjectOf(envelope);
  row.signed_bytes = crypto::EncodeSigned(envelope);
  row.stored_at = now;
  return row;
}

absl::StatusOr<crypto::Signed> OwnManifest(store::ReadTxn& txn, const model::AuthorityId& self) {
  FAIRWAY_ASSIGN_OR_RETURN(const std::optional<store::ManifestRow> own,
                           store::LatestManifest(txn, self));
  if (!own.has_value()) return absl::InternalError("this node has no manifest of its own");
  return crypto::DecodeSigned(own->signed_bytes);
}

absl::Status Expired(const InvitationTicket& ticket) {
  return MakeProblem(
      absl::StatusCode::kFailedPrecondition,
      {.code = "FW-PEER-004",
       .message = absl::StrCat(
           "this invitation expired at ",
           absl::FormatTime("%Y-%m-%d %H:%M UTC", ticket.expires_at, absl::UTCTimeZone())),
       .why = {},
       .next = {"ask the other administrator for a new one"}});
}

absl::Status OurOwn() {
  return MakeProblem(absl::StatusCode::kFailedPrecondition,
                     {.code = "FW-PEER-005",
                      .message = "this invitation was made by this very node",
                      .why = {},
                      .next = {"send it to the other administrator, who runs: fairway peer accept "
                               "FILE"}});
}

absl::Status AlreadyPeer(const model::Peer& peer) {
  return MakeProblem(absl::StatusCode::kAlreadyExists,
                     {.code = "FW-PEER-013",
                      .message = absl::StrCat("the inviter is a peer already, called `", peer.name,
                                              "`, ", std::string(model::ToText(peer.state))),
                      .why = {},
                      .next = {absl::StrCat("fairway peer show ", peer.name)}});
}

absl::Status NameBound(const std::string& name) {
  return MakeProblem(absl::StatusCode::kAlreadyExists,
                     {.code = "FW-PEER-013",
                      .message = absl::StrCat("`", name, "` is or was another authority's name"),
                      .why = {"Names are never reused: old records and policies mean the one they "
                              "meant."},
                      .next = {"fairway peer accept FILE --name ANOTHER-NAME"}});
}

absl::Status NoJoin(const InvitationTicket& ticket, const absl::Status& why) {
  return MakeProblem(absl::StatusCode::kUnavailable,
                     {.code = "FW-PEER-007",
                      .message = absl::StrCat("could not join at ", ticket.endpoint),
                      .why = {std::string(why.message())},
                      .next = {"check that the address can be reached, then repeat: fairway peer "
                               "accept FILE",
                               "the other side sees refused attempts with: fairway audit list"}});
}

absl::Status NotTheInviter(const std::string& what) {
  return MakeProblem(absl::StatusCode::kUnauthenticated,
                     {.code = "FW-PEER-008",
                      .message = "what answered is not the node that made this invitation",
                      .why = {what},
                      .next = {"call the other administrator on a number you knew before"}});
}

absl::Status Refused(const std::string& code) {
  return MakeProblem(absl::StatusCode::kFailedPrecondition,
                     {.code = "FW-PEER-006",
                      .message = absl::StrCat("the inviter refused: ", ExplainRefusal(code)),
                      .why = {absl::StrCat("code ", code.substr(0, 64))},
                      .next = {"ask the other administrator for a new invitation"}});
}

// May this authority become (again) a peer of that name?
absl::Status CheckInviterIsNew(store::ReadTxn& txn, const model::AuthorityId& id,
                               const std::string& name) {
  FAIRWAY_ASSIGN_OR_RETURN(const std::optional<model::Peer> peer, store::GetPeer(txn, id));
  if (peer.has_value() && peer->state != PeerState::kRemoved &&
      peer->state != PeerState::kAwaitingConfirm) {
    return AlreadyPeer(*peer);
  }
  FAIRWAY_ASSIGN_OR_RETURN(const std::optional<model::AuthorityId> owner,
                           store::OwnerOfPeerName(txn, name));
  if (owner.has_value() && *owner != id) return NameBound(name);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<PeerStanding> Membership::Accept(const model::Caller& caller,
                                                const std::string& text, const std::string& name,
                                                const model::PeerAttributes& attributes,
                                                Joiner& joiner) {
  FAIRWAY_RETURN_IF_ERROR(authz::RequireRole(caller, model::Role::kAdministrator));
  FAIRWAY_RETURN_IF_ERROR(CheckName(name));
  FAIRWAY_RETURN_IF_ERROR(CheckAttributes(attributes, *vocabulary_));
  FAIRWAY_ASSIGN_OR_RETURN(const InvitationTicket ticket, ParseInvitation(text));
  if (ticket.inviter == self_) return OurOwn();
  if (clock_.Now() >= ticket.expires_at) return Expired(ticket);
  // Before the invitation is spent.
  FAIRWAY_RETURN_IF_ERROR(database_.Read(
      [&](store::ReadTxn& txn) { return CheckInviterIsNew(txn, ticket.inviter, name); }));
  FAIRWAY_ASSIGN_OR_RETURN(const Joined joined, Exchange(ticket, joiner));
  FAIRWAY_RETURN_IF_ERROR(Change(
      [&](store::Txn& txn) { return KeepInviter(txn, caller, ticket, name, attributes, joined); }));
  return Show(name);
}

absl::StatusOr<Membership::Joined> Membership::Exchange(const InvitationTicket& ticket,
                                                        Joiner& joiner) const {
  wire::JoinRequest request;
  request.invitation_id = InvitationId(ticket.secret);
  FAIRWAY_RETURN_IF_ERROR(database_.Read([&](store::ReadTxn& txn) -> absl::Status {
    FAIRWAY_ASSIGN_OR_RETURN(request.manifest, OwnManifest(txn, self_));
    return absl::OkStatus();
  }));
  JoinFacts facts;
  facts.secret = ticket.secret;
  facts.inviter = ticket.inviter;
  facts.applicant_manifest = ObjectOf(request.manifest);
  const auto make_request = [&](const std::string& exporter32) {
    facts.exporter32 = exporter32;
    request.mac = RequestMac(facts);
    return wire::EncodeJoinRequest(request);
  };
  std::string exporter32;
  const absl::StatusOr<std::string> bytes =
      joiner.Join(ticket.endpoint, ticket.pin, make_request, &exporter32);
  if (!bytes.ok()) return NoJoin(ticket, bytes.status());

  const absl::StatusOr<wire::JoinAnswer> answer = wire::DecodeJoinAnswer(*bytes);
  if (!answer.ok()) return NotTheInviter(std::string(answer.status().message()));
  if (!answer->accepted.has_value()) return Refused(answer->refused);
  const wire::JoinAnswer::Accepted& accepted = *answer->accepted;
  facts.inviter_manifest = ObjectOf(accepted.manifest);
  if (!AnswerMacHolds(facts, accepted.mac)) return NotTheInviter("its proof does not verify");
  absl::StatusOr<model::Manifest> manifest = wire::OpenFirstManifest(accepted.manifest);
  if (!manifest.ok()) return NotTheInviter(std::string(manifest.status().message()));
  if (manifest->id != ticket.inviter) {
    return NotTheInviter("its manifest is another authority's than the invitation's");
  }
  const std::optional<crypto::PublicKey> tls = manifest->KeyFor(model::KeyPurpose::kTls);
  if (!tls.has_value() || crypto::PinOfKey(*tls) != ticket.pin) {
    return NotTheInviter("its manifest names another TLS key than the invitation");
  }
  return Joined{*std::move(manifest), accepted.manifest, CheckTranscript(facts, accepted.mac)};
}

absl::Status Membership::KeepInviter(store::Txn& txn, const model::Caller& caller,
                                     const InvitationTicket& ticket, const std::string& name,
                                     const model::PeerAttributes& attributes,
                                     const Joined& joined) const {
  FAIRWAY_RETURN_IF_ERROR(CheckInviterIsNew(txn, ticket.inviter, name));
  const absl::Time now = clock_.Now();
  FAIRWAY_RETURN_IF_ERROR(
      store::PutManifest(txn, RowOf(joined.manifest, joined.signed_manifest, now)));
  model::Peer peer;
  peer.id = ticket.inviter;
  peer.name = name;
  peer.state = PeerState::kAwaitingConfirm;
  peer.endpoint = ticket.endpoint;
  peer.since = now;
  peer.we_dial = true;  // it could be dialled for the join; whether we can is not known to it
  FAIRWAY_RETURN_IF_ERROR(store::PutPeer(txn, peer));
  FAIRWAY_RETURN_IF_ERROR(store::SetPeerAttributes(txn, peer.id, attributes, now).status());

  store::Invitation taken;
  taken.id = InvitationId(ticket.secret);
  taken.side = store::InvitationSide::kTaken;
  taken.state = store::InvitationState::kUsed;
  taken.peer_name = name;
  taken.endpoint = ticket.endpoint;
  taken.created_by = caller.user;
  taken.created_at = now;
  taken.expires_at = ticket.expires_at;
  taken.peer = ticket.inviter;
  taken.transcript = joined.transcript;
  FAIRWAY_ASSIGN_OR_RETURN(const std::optional<store::Invitation> before,
                           store::GetInvitation(txn, taken.id));
  FAIRWAY_RETURN_IF_ERROR(before.has_value() ? store::UpdateInvitation(txn, taken)
                                             : store::PutInvitation(txn, taken));
  audit::Event event;
  event.kind = audit::EventKind::kInvitationAccepted;
  event.actor = caller.user;
  event.role = std::string(model::ToText(model::Role::kAdministrator));
  event.objects = {name, ticket.inviter.ToString()};
  event.detail["endpoint"] = ticket.endpoint;
  return Append(txn, std::move(event));
}

absl::StatusOr<std::string> Membership::HandleJoin(const JoinAttempt& attempt) {
  FAIRWAY_ASSIGN_OR_RETURN(const wire::JoinRequest request,
                           wire::DecodeJoinRequest(attempt.request));
  JoinSalt salt;
  entropy_.Fill(salt.data(), salt.size());
  wire::JoinAnswer answer;
  FAIRWAY_RETURN_IF_ERROR(Change([&](store::Txn& txn) -> absl::Status {
    JoinFacts facts;
    store::Invitation invitation;
    model::Manifest manifest;
    FAIRWAY_ASSIGN_OR_RETURN(answer.refused,
                             Judge(txn, request, attempt, facts, invitation, manifest));
    if (!answer.refused.empty()) {
      return LeaveRefusal(txn, invitation.peer_name, answer.refused, attempt.address);
    }
    wire::JoinAnswer::Accepted accepted;
    FAIRWAY_ASSIGN_OR_RETURN(accepted.manifest, OwnManifest(txn, self_));
    facts.inviter_manifest = ObjectOf(accepted.manifest);
    accepted.mac = AnswerMac(facts, salt);
    const crypto::Digest transcript = CheckTranscript(facts, accepted.mac);
    answer.accepted = std::move(accepted);
    return KeepApplicant(txn, std::move(invitation), manifest, request, transcript,
                         attempt.address);
  }));
  return wire::EncodeJoinAnswer(answer);
}

// In this order, so that whoever does not hold the invitation learns nothing but that.
absl::StatusOr<std::string> Membership::Judge(store::Txn& txn, const wire::JoinRequest& request,
                                              const JoinAttempt& attempt, JoinFacts& facts,
                                              store::Invitation& invitation,
                                              model::Manifest& manifest) const {
  FAIRWAY_ASSIGN_OR_RETURN(std::optional<store::Invitation> found,
                           store::GetInvitation(txn, request.invitation_id));
  if (!found.has_value() || found->side != store::InvitationSide::kGiven) return "unknown";
  invitation = *std::move(found);
  if (invitation.state == store::InvitationState::kCancelled) return "cancelled";
  // The secret is gone once the peer is confirmed.
  if (invitation.secret.empty()) return "used";
  facts.secret = invitation.secret;
  facts.exporter32 = attempt.exporter32;
  facts.inviter = self_;
  facts.applicant_manifest = ObjectOf(request.manifest);
  if (!RequestMacHolds(facts, request.mac)) return "mac";
  if (clock_.Now() >= invitation.expires_at) return "expired";

  absl::StatusOr<model::Manifest> opened = wire::OpenFirstManifest(request.manifest);
  if (!opened.ok()) return "manifest";
  manifest = *std::move(opened);
  const std::optional<crypto::PublicKey> tls = manifest.KeyFor(model::KeyPurpose::kTls);
  if (!tls.has_value() || tls->view() != attempt.client_key32) return "tls-key";
  if (manifest.id == self_) return "self";

  FAIRWAY_ASSIGN_OR_RETURN(const std::optional<model::Peer> known,
                           store::GetPeer(txn, manifest.id));
  const bool awaits = known.has_value() && known->state == PeerState::kAwaitingConfirm;
  if (invitation.state == store::InvitationState::kUsed &&
      !(awaits && invitation.peer == manifest.id)) {
    return "used";
  }
  if (known.has_value() && known->state != PeerState::kRemoved && !awaits) return "already-peer";
  FAIRWAY_ASSIGN_OR_RETURN(const std::optional<model::AuthorityId> owner,
                           store::OwnerOfPeerName(txn, invitation.peer_name));
  if (owner.has_value() && *owner != manifest.id) return "name";
  return "";
}

absl::Status Membership::KeepApplicant(store::Txn& txn, store::Invitation invitation,
                                       const model::Manifest& manifest,
                                       const wire::JoinRequest& request,
                                       const crypto::Digest& transcript,
                                       const std::string& address) const {
  const absl::Time now = clock_.Now();
  FAIRWAY_RETURN_IF_ERROR(store::PutManifest(txn, RowOf(manifest, request.manifest, now)));
  model::Peer peer;
  peer.id = manifest.id;
  peer.name = invitation.peer_name;
  peer.state = PeerState::kAwaitingConfirm;
  peer.endpoint = manifest.endpoints.empty() ? "" : manifest.endpoints.front();
  peer.since = now;
  peer.we_dial = false;  // it dials: it reached us, and may be behind NAT
  FAIRWAY_RETURN_IF_ERROR(store::PutPeer(txn, peer));
  FAIRWAY_ASSIGN_OR_RETURN(const model::PeerAttributes attributes,
                           InvitedAttributes(txn, invitation.id));
  FAIRWAY_RETURN_IF_ERROR(store::SetPeerAttributes(txn, peer.id, attributes, now).status());

  invitation.state = store::InvitationState::kUsed;
  invitation.peer = manifest.id;
  invitation.transcript = transcript;
  FAIRWAY_RETURN_IF_ERROR(store::UpdateInvitation(txn, invitation));
  audit::Event event;
  event.kind = audit::EventKind::kPeerJoined;
  event.actor = peer.name;
  event.role = "peer";
  event.objects = {peer.name, peer.id.ToString()};
  event.detail["address"] = address;
  return Append(txn, std::move(event));
}

absl::Status Membership::LeaveRefusal(store::Txn& txn, const std::string& name,
                                      const std::string& code, const std::string& address) const {
  audit::Event event;
  event.kind = audit::EventKind::kPeerRefused;
  event.actor = "node";
  if (!name.empty()) event.objects = {name};
  event.outcome = "refused";
  event.reason = absl::StrCat("join: ", code);
  event.detail["address"] = address;
  event.detail["code"] = code;
  return Append(txn, std::move(event));
}

}  // namespace fairway::membership
