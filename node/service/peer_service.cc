#include "node/service/peer_service.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "node/service/attributes_proto.h"
#include "node/service/displayable.h"
#include "node/service/node_service.h"
#include "node/status/status_macros.h"
#include "node/wire/fields.h"

namespace fairway::service {
namespace {

bool IsAdministrator(const Call& call) {
  return call.caller.roles.count(model::Role::kAdministrator) > 0;
}

absl::StatusOr<membership::PeerChange> ToModel(const v1::SetPeerRequest& request) {
  membership::PeerChange change;
  if (request.has_attributes()) change.attributes = service::ToModel(request.attributes());
  if (request.attributes_version() != 0) {
    change.seen_attributes_version = request.attributes_version();
  }
  if (!request.state().empty()) {
    FAIRWAY_ASSIGN_OR_RETURN(change.state, model::ParsePeerState(request.state()));
  }
  if (request.never_dial() && !request.endpoint().empty()) {
    return wire::BadField("never_dial", "is there beside an endpoint");
  }
  if (request.never_dial() || !request.endpoint().empty()) change.endpoint = request.endpoint();
  return change;
}

v1::InvitationView ToProto(const membership::OpenInvitation& invitation) {
  v1::InvitationView view;
  view.set_name(invitation.name);
  view.set_created_by(invitation.created_by);
  view.set_created_ms(absl::ToUnixMillis(invitation.created_at));
  view.set_expires_ms(absl::ToUnixMillis(invitation.expires_at));
  return view;
}

v1::PeerView ToProto(const model::Peer& peer) {
  v1::PeerView view;
  view.set_name(peer.name);
  view.set_authority(peer.id.raw());
  view.set_state(std::string(model::ToText(peer.state)));
  *view.mutable_attributes() = service::ToProto(peer.attributes);
  view.set_attributes_version(peer.attributes.version);
  view.set_endpoint(peer.endpoint);
  view.set_since_ms(absl::ToUnixMillis(peer.since));
  view.set_claimed_name(Displayable(peer.manifest.display_name));
  view.set_claimed_country(Displayable(peer.manifest.country));
  view.set_manifest_version(peer.manifest.version);
  view.set_we_dial(peer.we_dial);
  return view;
}

}  // namespace

PeerService::PeerService(const store::Database& database, membership::Membership& membership,
                         membership::Joiner& joiner, const NodeView& view)
    : database_(database), membership_(membership), joiner_(joiner), view_(view) {}

absl::StatusOr<v1::PeerView> PeerService::ViewOf(const Call& call,
                                                 const membership::PeerStanding& standing) const {
  v1::PeerView view = ToProto(standing.peer);
  if (standing.words && IsAdministrator(call)) {
    for (const std::string& word : standing.words->words) view.add_check_words(word);
    view.set_check_digits(standing.words->digits);
  }
  FAIRWAY_RETURN_IF_ERROR(database_.Read([&](store::ReadTxn& txn) -> absl::Status {
    FAIRWAY_ASSIGN_OR_RETURN(*view.mutable_status(), StatusOf(txn, standing.peer, view_));
    return absl::OkStatus();
  }));
  return view;
}

absl::Status PeerService::Invite(Call& call, const v1::InviteRequest& request,
                                 v1::InviteResponse& response) {
  const absl::Duration life = request.valid_hours() == 0 ? membership::kDefaultInvitationLife
                                                         : absl::Hours(request.valid_hours());
  FAIRWAY_ASSIGN_OR_RETURN(
      const membership::Invited invited,
      membership_.Invite(call.caller, request.name(), ToModel(request.attributes()), life));
  response.set_invitation(invited.text);
  response.set_expires_ms(absl::ToUnixMillis(invited.expires_at));
  return absl::OkStatus();
}

absl::Status PeerService::AcceptInvitation(Call& call, const v1::AcceptInvitationRequest& request,
                                           v1::AcceptInvitationResponse& response) {
  FAIRWAY_ASSIGN_OR_RETURN(const membership::PeerStanding standing,
                           membership_.Accept(call.caller, request.invitation(), request.name(),
                                              ToModel(request.attributes()), joiner_));
  FAIRWAY_ASSIGN_OR_RETURN(*response.mutable_peer(), ViewOf(call, standing));
  return absl::OkStatus();
}

absl::Status PeerService::ConfirmPeer(Call& call, const v1::ConfirmPeerRequest& request,
                                      v1::ConfirmPeerResponse& response) {
  FAIRWAY_ASSIGN_OR_RETURN(const membership::PeerStanding standing,
                           membership_.Confirm(call.caller, request.name(), request.words()));
  FAIRWAY_ASSIGN_OR_RETURN(*response.mutable_peer(), ViewOf(call, standing));
  return absl::OkStatus();
}

absl::Status PeerService::ListPeers(Call& call, const v1::ListPeersRequest&,
                                    v1::ListPeersResponse& response) {
  FAIRWAY_ASSIGN_OR_RETURN(const std::vector<membership::PeerStanding> standings,
                           membership_.List());
  for (const membership::PeerStanding& standing : standings) {
    FAIRWAY_ASSIGN_OR_RETURN(*response.add_peers(), ViewOf(call, standing));
  }
  if (!IsAdministrator(call)) return absl::OkStatus();
  FAIRWAY_ASSIGN_OR_RETURN(const std::vector<membership::OpenInvitation> invitations,
                           membership_.Invitations());
  for (const membership::OpenInvitation& invitation : invitations) {
    *response.add_invitations() = ToProto(invitation);
  }
  return absl::OkStatus();
}

absl::Status PeerService::ShowPeer(Call& call, const v1::ShowPeerRequest& request,
                                   v1::ShowPeerResponse& response) {
  FAIRWAY_ASSIGN_OR_RETURN(const membership::PeerStanding standing,
                           membership_.Show(request.name()));
  FAIRWAY_ASSIGN_OR_RETURN(*response.mutable_peer(), ViewOf(call, standing));
  return absl::OkStatus();
}

absl::Status PeerService::SetPeer(Call& call, const v1::SetPeerRequest& request,
                                  v1::SetPeerResponse& response) {
  FAIRWAY_ASSIGN_OR_RETURN(const membership::PeerChange change, ToModel(request));
  FAIRWAY_ASSIGN_OR_RETURN(const membership::PeerStanding standing,
                           membership_.Set(call.caller, request.name(), change));
  FAIRWAY_ASSIGN_OR_RETURN(*response.mutable_peer(), ViewOf(call, standing));
  return absl::OkStatus();
}

absl::Status PeerService::RemovePeer(Call& call, const v1::RemovePeerRequest& request,
                                     v1::RemovePeerResponse& response) {
  FAIRWAY_ASSIGN_OR_RETURN(const std::optional<membership::PeerStanding> standing,
                           membership_.Remove(call.caller, request.name(), request.reason()));
  if (!standing) return absl::OkStatus();
  FAIRWAY_ASSIGN_OR_RETURN(*response.mutable_peer(), ViewOf(call, *standing));
  return absl::OkStatus();
}

}  // namespace fairway::service
