#include "node/service/peer_service.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "node/service/displayable.h"
#include "node/service/node_service.h"
#include "node/status/problem.h"
#include "node/status/status_macros.h"

namespace fairway::service {
namespace {

using Words = google::protobuf::RepeatedPtrField<std::string>;

absl::Status NoSuchPeer(const std::string& name) {
  return MakeProblem(absl::StatusCode::kNotFound,
                     {.code = "FW-PEER-001",
                      .message = absl::StrCat("no peer is called `", name, "`"),
                      .why = {},
                      .next = {"fairway peer list"}});
}

v1::PeerAttributes ToProto(const model::PeerAttributes& attributes) {
  v1::PeerAttributes proto;
  proto.set_country(attributes.country);
  proto.set_type(attributes.type);
  proto.set_tier(attributes.tier);
  for (const std::string& word : attributes.agreements) proto.add_agreements(word);
  for (const std::string& word : attributes.controls) proto.add_controls(word);
  for (const std::string& word : attributes.purposes) proto.add_purposes(word);
  for (const std::string& word : attributes.groups) proto.add_groups(word);
  return proto;
}

}  // namespace

PeerService::PeerService(const store::Database& database, const model::PeerDirectory& directory,
                         const NodeView& view)
    : database_(database), directory_(directory), view_(view) {}

absl::StatusOr<v1::PeerView> PeerService::ViewOf(const Call&, const model::Peer& peer) const {
  v1::PeerView view;
  view.set_name(peer.name);
  view.set_authority(peer.id.raw());
  view.set_state(std::string(model::ToText(peer.state)));
  *view.mutable_attributes() = ToProto(peer.attributes);
  view.set_attributes_version(peer.attributes.version);
  view.set_endpoint(peer.endpoint);
  view.set_since_ms(absl::ToUnixMillis(peer.since));
  view.set_claimed_name(Displayable(peer.manifest.display_name));
  view.set_claimed_country(Displayable(peer.manifest.country));
  view.set_manifest_version(peer.manifest.version);
  view.set_we_dial(peer.we_dial);
  FAIRWAY_RETURN_IF_ERROR(database_.Read([&](store::ReadTxn& txn) -> absl::Status {
    FAIRWAY_ASSIGN_OR_RETURN(*view.mutable_status(), StatusOf(txn, peer, view_));
    return absl::OkStatus();
  }));
  return view;
}

absl::Status PeerService::ListPeers(Call& call, const v1::ListPeersRequest&,
                                    v1::ListPeersResponse& response) {
  for (const model::Peer& peer : directory_.All()) {
    FAIRWAY_ASSIGN_OR_RETURN(*response.add_peers(), ViewOf(call, peer));
  }
  return absl::OkStatus();
}

absl::Status PeerService::ShowPeer(Call& call, const v1::ShowPeerRequest& request,
                                   v1::ShowPeerResponse& response) {
  const std::optional<model::Peer> peer = directory_.FindByName(request.name());
  if (!peer) return NoSuchPeer(request.name());
  FAIRWAY_ASSIGN_OR_RETURN(*response.mutable_peer(), ViewOf(call, *peer));
  return absl::OkStatus();
}

}  // namespace fairway::service
