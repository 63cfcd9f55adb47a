#include "node/service/methods.h"

#include <algorithm>

#include "node/service/audit_service.h"
#include "node/service/desk_service.h"
#include "node/service/held_service.h"
#include "node/service/history_service.h"
#include "node/service/node_service.h"
#include "node/service/peer_service.h"
#include "node/service/policy_change_service.h"
#include "node/service/policy_service.h"
#include "node/service/user_service.h"
#include "node/wire/strict.h"
#include "policy/limits.h"

namespace fairway::service {
namespace {

using audit::EventKind;
using ::google::protobuf::Message;

constexpr size_t kSmall = 16 * 1024;
constexpr size_t kPolicyText = policy::kMaxPolicyTextBytes + kSmall;
// 20 attachments of 1 MiB and 512 KiB of text, with room for what frames them.
constexpr size_t kDraft = 22 * 1024 * 1024;
static_assert(kDraft < kMaxLocalMessageBytes && kPolicyText < kMaxLocalMessageBytes);

template <typename Handler>
struct Traits;
template <typename Class, typename In, typename Out>
struct Traits<absl::Status (Class::*)(Call&, const In&, Out&)> {
  using Service = Class;
  using Request = In;
  using Response = Out;
};

DeskService& Of(const Services& services, const DeskService*) { return services.desk; }
HeldService& Of(const Services& services, const HeldService*) { return services.held; }
HistoryService& Of(const Services& services, const HistoryService*) { return services.history; }
NodeService& Of(const Services& services, const NodeService*) { return services.node; }
PeerService& Of(const Services& services, const PeerService*) { return services.peers; }
UserService& Of(const Services& services, const UserService*) { return services.users; }
PolicyService& Of(const Services& services, const PolicyService*) { return services.policy; }
PolicyChangeService& Of(const Services& services, const PolicyChangeService*) {
  return services.policy_changes;
}
AuditService& Of(const Services& services, const AuditService*) { return services.audit; }

template <auto kHandler>
std::unique_ptr<Message> MakeRequest() {
  return std::make_unique<typename Traits<decltype(kHandler)>::Request>();
}

template <auto kHandler>
absl::StatusOr<std::string> RunHandler(const Services& services, Call& call,
                                       const Message& request) {
  using Handler = Traits<decltype(kHandler)>;
  typename Handler::Response response;
  auto& service = Of(services, static_cast<const typename Handler::Service*>(nullptr));
  const absl::Status status =
      (service.*kHandler)(call, static_cast<const typename Handler::Request&>(request), response);
  if (!status.ok()) return status;
  return wire::Encode(response);
}

template <auto kHandler>
Method Row(std::string_view path, std::set<model::Role> may, size_t max_request_bytes, Trace trace,
           EventKind event) {
  return {path,  std::move(may),        max_request_bytes,   trace,
          event, MakeRequest<kHandler>, RunHandler<kHandler>};
}

// A call that shows nothing of any item and changes nothing.
template <auto kHandler>
Method Quiet(std::string_view path, std::set<model::Role> may, size_t max_request_bytes) {
  return Row<kHandler>(path, std::move(may), max_request_bytes, Trace::kNone, EventKind{});
}

std::vector<Method> MakeTable() {
  using enum Trace;
  using enum EventKind;
  using model::Role;
  const std::set<Role> desk = {Role::kOfficer, Role::kCommander};
  const std::set<Role> admin = {Role::kAdministrator};
  const std::set<Role> auditor = {Role::kAuditor};
  // Whoever may have to agree to a change of policy.
  const std::set<Role> approver = {Role::kCommander, Role::kAdministrator};
  const std::set<Role> overseer = {Role::kCommander, Role::kAdministrator, Role::kAuditor};
  const std::set<Role> all = {Role::kOfficer, Role::kCommander, Role::kAdministrator,
                              Role::kAuditor};
  using D = DeskService;
  using E = HeldService;
  using H = HistoryService;
  using N = NodeService;
  using P = PeerService;
  using U = UserService;
  using L = PolicyService;
  using C = PolicyChangeService;
  using A = AuditService;
  // clang-format off
  return {
      Row<&D::Publish>("/fairway.v1.Desk/Publish", desk, kDraft, kRoom, kItemPublished),
      Row<&D::Revise>("/fairway.v1.Desk/Revise", desk, kDraft, kRoom, kItemPublished),
      Row<&D::Recall>("/fairway.v1.Desk/Recall", desk, kSmall, kRoom, kItemRecalled),
      Row<&D::Preview>("/fairway.v1.Desk/Preview", desk, kDraft, kGuard, kPolicyPreviewed),
      Row<&D::Inbox>("/fairway.v1.Desk/Inbox", desk, kSmall, kGuard, kItemsListed),
      Row<&D::List>("/fairway.v1.Desk/List", desk, kSmall, kGuard, kItemsListed),
      Row<&D::Show>("/fairway.v1.Desk/Show", desk, kSmall, kGuard, kItemRead),
      Row<&H::History>("/fairway.v1.Desk/History", desk, kSmall, kGuard, kItemRead),
      Row<&D::Where>("/fairway.v1.Desk/Where", desk, kSmall, kGuard, kReleasesListed),
      Row<&H::Watch>("/fairway.v1.Desk/Watch", desk, kSmall, kGuardIfShown, kItemsListed),
      Row<&E::ListHeld>("/fairway.v1.Desk/ListHeld", all, kSmall, kGuard, kItemsListed),
      Row<&E::ReleaseHeld>("/fairway.v1.Desk/ReleaseHeld", all, kSmall, kRoom, kHoldReleased),
      Row<&D::GetAttachment>("/fairway.v1.Desk/GetAttachment", desk, kSmall, kGuard, kItemRead),

      Quiet<&N::Status>("/fairway.v1.Admin/Status", all, kSmall),
      Quiet<&N::Doctor>("/fairway.v1.Admin/Doctor", admin, kSmall),
      Row<&P::Invite>("/fairway.v1.Admin/Invite", admin, kSmall, kRoom, kPeerInvited),
      Row<&P::AcceptInvitation>("/fairway.v1.Admin/AcceptInvitation", admin, kSmall, kRoom, kInvitationAccepted),
      Row<&P::ConfirmPeer>("/fairway.v1.Admin/ConfirmPeer", admin, kSmall, kRoom, kPeerConfirmed),
      Quiet<&P::ListPeers>("/fairway.v1.Admin/ListPeers", all, kSmall),
      Quiet<&P::ShowPeer>("/fairway.v1.Admin/ShowPeer", all, kSmall),
      Row<&P::SetPeer>("/fairway.v1.Admin/SetPeer", admin, kSmall, kRoom, kPeerChanged),
      Row<&P::RemovePeer>("/fairway.v1.Admin/RemovePeer", admin, kSmall, kRoom, kPeerRemoved),
      Row<&U::AddUser>("/fairway.v1.Admin/AddUser", admin, kSmall, kRoom, kUserAdded),
      Quiet<&U::ListUsers>("/fairway.v1.Admin/ListUsers", {Role::kAdministrator, Role::kAuditor}, kSmall),
      Row<&U::SetUserRoles>("/fairway.v1.Admin/SetUserRoles", admin, kSmall, kRoom, kUserChanged),
      Row<&U::DisableUser>("/fairway.v1.Admin/DisableUser", admin, kSmall, kRoom, kUserChanged),
      Quiet<&L::PolicyShow>("/fairway.v1.Admin/PolicyShow", all, kSmall),
      Quiet<&L::PolicyCheck>("/fairway.v1.Admin/PolicyCheck", all, kPolicyText),
      Quiet<&L::PolicyTest>("/fairway.v1.Admin/PolicyTest", all, kPolicyText),
      Quiet<&L::PolicyPrint>("/fairway.v1.Admin/PolicyPrint", all, kPolicyText),
      Row<&L::PolicyExplain>("/fairway.v1.Admin/PolicyExplain", all, kSmall, kGuard, kReleasesListed),
      Row<&C::PolicyPreview>("/fairway.v1.Admin/PolicyPreview", approver, kPolicyText, kGuard, kPolicyPreviewed),
      Quiet<&C::PolicyProve>("/fairway.v1.Admin/PolicyProve", approver, kPolicyText),
      Row<&C::PolicyPropose>("/fairway.v1.Admin/PolicyPropose", approver, kPolicyText, kRoom, kPolicyProposed),
      Quiet<&C::PolicyProposals>("/fairway.v1.Admin/PolicyProposals", overseer, kSmall),
      Row<&C::PolicyApprove>("/fairway.v1.Admin/PolicyApprove", approver, kSmall, kRoom, kPolicyApproved),
      Row<&C::PolicyReject>("/fairway.v1.Admin/PolicyReject", approver, kSmall, kRoom, kPolicyRejected),
      Row<&C::PolicyApply>("/fairway.v1.Admin/PolicyApply", admin, kPolicyText, kRoom, kPolicyApplied),
      Row<&C::PolicyRollback>("/fairway.v1.Admin/PolicyRollback", admin, kSmall, kRoom, kPolicyApplied),
      Row<&C::PolicyShadow>("/fairway.v1.Admin/PolicyShadow", approver, kSmall, kRoom, kPolicyShadow),
      Quiet<&C::PolicyHistory>("/fairway.v1.Admin/PolicyHistory", all, kSmall),

      Row<&A::ListEvents>("/fairway.v1.Audit/ListEvents", auditor, kSmall, kGuard, kAuditRead),
      Row<&A::VerifyLog>("/fairway.v1.Audit/VerifyLog", auditor, kSmall, kGuard, kAuditRead),
      Row<&A::Checkpoint>("/fairway.v1.Audit/Checkpoint", auditor, kSmall, kGuard, kAuditRead),
  };
  // clang-format on
}

}  // namespace

const std::vector<Method>& Methods() {
  static const std::vector<Method> table = MakeTable();
  return table;
}

const Method* FindMethod(std::string_view path) {
  const std::vector<Method>& table = Methods();
  const auto found = std::find_if(table.begin(), table.end(),
                                  [&](const Method& method) { return method.path == path; });
  return found == table.end() ? nullptr : &*found;
}

}  // namespace fairway::service
