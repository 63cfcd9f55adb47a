#include "node/membership/membership.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "node/authz/authorizer.h"
#include "node/membership/invited_attributes.h"
#include "node/membership/peer_problems.h"
#include "node/status/problem.h"
#include "node/status/status_macros.h"
#include "node/store/manifest_table.h"
#include "node/store/peer_table.h"

namespace fairway::membership {
namespace {

constexpr int kTimesAskedAgain = 8;

using model::PeerState;

audit::Event EventBy(const model::Caller& caller, audit::EventKind kind, const std::string& name) {
  audit::Event event;
  event.kind = kind;
  event.actor = caller.user;
  event.role = std::string(model::ToText(model::Role::kAdministrator));
  event.objects = {name};
  return event;
}

absl::Status RequireAdministrator(const model::Caller& caller) {
  return authz::RequireRole(caller, model::Role::kAdministrator);
}

absl::Status NotBetween(absl::Duration life) {
  return MakeProblem(
      absl::StatusCode::kInvalidArgument,
      {.code = "FW-PEER-015",
       .message = absl::StrCat("an invitation cannot live for ", absl::FormatDuration(life),
                               "; wanted ", absl::FormatDuration(kMinInvitationLife), " to ",
                               absl::FormatDuration(kMaxInvitationLife)),
       .why = {},
       .next = {"fairway peer invite NAME --expires 48h"}});
}

absl::Status NameTaken(const std::string& name) {
  return MakeProblem(absl::StatusCode::kAlreadyExists,
                     {.code = "FW-PEER-013",
                      .message = absl::StrCat("a peer is called `", name, "` already"),
                      .why = {},
                      .next = {absl::StrCat("fairway peer show ", name), "choose another name"}});
}

// Lower case letters and digits alone, so that it does not matter how the words were written down.
std::string Essence(std::string_view words) {
  std::string essence;
  for (char c : words) {
    const auto byte = static_cast<unsigned char>(c);
    if (absl::ascii_isalnum(byte)) essence.push_back(absl::ascii_tolower(byte));
  }
  return essence;
}

bool SameWords(const crypto::CheckWords& expected, const std::string& typed) {
  const std::string essence = Essence(typed);
  std::string words;
  for (const std::string& word : expected.words) words += word;
  return !essence.empty() && (essence == Essence(words) || essence == Essence(expected.digits));
}

absl::Status WordsDiffer(const std::string& name) {
  return MakeProblem(
      absl::StatusCode::kFailedPrecondition,
      {.code = "FW-PEER-009",
       .message = absl::StrCat("these are not the check words of `", name, "`"),
       .why = {"Either they were heard or typed wrongly, or somebody sits between the two nodes.",
               "Call the other administrator on a number you knew before, and compare again."},
       .next = {absl::StrCat("fairway peer show ", name),
                absl::StrCat("if they really differ: fairway peer remove ", name)}});
}

// What the policy says of a change is judged before its transaction. If another change came in
// between, the judgement is made anew; a person is told only if that never ends.
template <typename Once>
absl::StatusOr<PeerStanding> AskedAgain(Once once) {
  absl::StatusOr<PeerStanding> standing = once();
  for (int again = 0; absl::IsAborted(standing.status()) && again < kTimesAskedAgain; ++again) {
    standing = once();
  }
  return standing;
}

}  // namespace

Membership::Membership(store::Database& database, const audit::AuditLog& audit,
                       const env::Clock& clock, env::Entropy& entropy,
                       const model::AuthorityId& self,
                       std::shared_ptr<const policy::Vocabulary> vocabulary,
                       MembershipEvents events, const authz::PeerChangeCheck* check)
    : database_(database),
      audit_(audit),
      clock_(clock),
      entropy_(entropy),
      self_(self),
      vocabulary_(std::move(vocabulary)),
      events_(std::move(events)),
      check_(check) {}

absl::Status Membership::Append(store::Txn& txn, audit::Event event) const {
  return audit_.Append(txn, event).status();
}

absl::StatusOr<int64_t> Membership::ReadOpenUntil(store::ReadTxn& txn) const {
  FAIRWAY_ASSIGN_OR_RETURN(const std::vector<store::Invitation> all, store::AllInvitations(txn));
  int64_t until = 0;
  for (const store::Invitation& invitation : all) {
    if (invitation.side != store::InvitationSide::kGiven) continue;
    bool open = invitation.state == store::InvitationState::kOpen;
    if (invitation.state == store::InvitationState::kUsed && invitation.peer.has_value()) {
      // The answer may have been lost: until it is confirmed the same applicant may ask again.
      FAIRWAY_ASSIGN_OR_RETURN(const std::optional<model::Peer> peer,
                               store::GetPeer(txn, *invitation.peer));
      open = peer.has_value() && peer->state == PeerState::kAwaitingConfirm;
    }
    if (open) until = std::max(until, absl::ToUnixMillis(invitation.expires_at));
  }
  return until;
}

absl::Status Membership::Refresh() {
  return database_.Read([this](store::ReadTxn& txn) -> absl::Status {
    FAIRWAY_ASSIGN_OR_RETURN(const int64_t until, ReadOpenUntil(txn));
    join_open_until_ms_.store(until);
    return absl::OkStatus();
  });
}

bool Membership::JoinOpen() const {
  return absl::ToUnixMillis(clock_.Now()) < join_open_until_ms_.load();
}

absl::StatusOr<std::string> Membership::AskPolicy(const model::Caller& caller,
                                                  const std::string& name,
                                                  const PeerChange& change) const {
  const bool only_less = change.state.has_value() && *change.state != PeerState::kActive &&
                         !change.attributes.has_value();
  if (check_ == nullptr || only_less) return std::string();
  std::optional<model::Peer> peer;
  FAIRWAY_RETURN_IF_ERROR(database_.Read([&](store::ReadTxn& txn) -> absl::Status {
    FAIRWAY_ASSIGN_OR_RETURN(peer, PeerNamed(txn, name));
    return absl::OkStatus();
  }));
  model::Peer after = *peer;
  if (change.state.has_value()) after.state = *change.state;
  if (change.attributes.has_value()) {
    after.attributes = *change.attributes;
    after.attributes.version = peer->attributes.version;
  }
  // Asked also if it is so already: by the time it is written it may have been changed.
  if (!change.state.has_value() && !change.attributes.has_value()) return std::string();
  if (after.attributes != peer->attributes) ++after.attributes.version;
  return check_->Check(caller, after);
}

absl::Status Membership::PolicyStillHolds(store::ReadTxn& txn, const std::string& basis) const {
  return basis.empty() ? absl::OkStatus() : check_->StillHolds(txn, basis);
}

absl::Status Membership::Change(const std::function<absl::Status(store::Txn&)>& job,
                                const std::optional<model::AuthorityId>& close) {
  FAIRWAY_RETURN_IF_ERROR(database_.Write([&](store::Txn& txn) -> absl::Status {
    FAIRWAY_RETURN_IF_ERROR(job(txn));
    FAIRWAY_ASSIGN_OR_RETURN(const int64_t until, ReadOpenUntil(txn));
    txn.OnCommit([this, until] { join_open_until_ms_.store(until); });
    return absl::OkStatus();
  }));
  if (events_.peers_changed) events_.peers_changed();
  if (close.has_value() && events_.close_peer) events_.close_peer(*close);
  return absl::OkStatus();
}

absl::StatusOr<Invited> Membership::Invite(const model::Caller& caller, const std::string& name,
                                           const model::PeerAttributes& attributes,
                                           absl::Duration life) {
  FAIRWAY_RETURN_IF_ERROR(RequireAdministrator(caller));
  FAIRWAY_RETURN_IF_ERROR(CheckName(name));
  FAIRWAY_RETURN_IF_ERROR(CheckAttributes(attributes, *vocabulary_));
  if (life < kMinInvitationLife || life > kMaxInvitationLife) return NotBetween(life);

  InvitationTicket ticket;
  ticket.inviter = self_;
  ticket.secret = entropy_.Bytes(kInvitationSecretBytes);
  const absl::Time now = clock_.Now();
  ticket.expires_at = absl::FromUnixSeconds(absl::ToUnixSeconds(now + life));
  FAIRWAY_RETURN_IF_ERROR(Change([&](store::Txn& txn) -> absl::Status {
    FAIRWAY_ASSIGN_OR_RETURN(const std::optional<store::ManifestRow> own,
                             store::LatestManifest(txn, self_));
    if (!own.has_value()) return absl::InternalError("this node has no manifest of its own");
    const std::optional<crypto::PublicKey> tls = own->manifest.KeyFor(model::KeyPurpose::kTls);
    if (!tls.has_value() || own->manifest.endpoints.empty()) {
      return MakeProblem(absl::StatusCode::kFailedPrecondition,
                         {.code = "FW-PEER-014",
                          .message = "this node has no address at which it can be dialled",
                          .why = {"Its manifest names no endpoint, so nobody could use an "
                                  "invitation of its."},
                          .next = {"ask the other authority to invite, then: fairway peer accept "
                                   "FILE"}});
    }
    ticket.pin = crypto::PinOfKey(*tls);
    ticket.endpoint = own->manifest.endpoints.front();
    ticket.inviter_name = own->manifest.display_name;

    FAIRWAY_ASSIGN_OR_RETURN(const std::optional<model::Peer> holder,
                             store::GetPeerByName(txn, name));
    if (holder.has_value() && holder->state != PeerState::kRemoved) return NameTaken(name);
    FAIRWAY_ASSIGN_OR_RETURN(std::vector<store::Invitation> open, store::OpenInvitations(txn));
    int replaced = 0;
    for (store::Invitation& earlier : open) {
      if (earlier.side != store::InvitationSide::kGiven || earlier.peer_name != name) continue;
      earlier.state = store::InvitationState::kCancelled;
      earlier.secret.clear();
      FAIRWAY_RETURN_IF_ERROR(store::UpdateInvitation(txn, earlier));
      ++replaced;
    }
    store::Invitation invitation;
    invitation.id = InvitationId(ticket.secret);
    invitation.side = store::InvitationSide::kGiven;
    invitation.peer_name = name;
    invitation.secret = ticket.secret;
    invitation.endpoint = ticket.endpoint;
    invitation.created_by = caller.user;
    invitation.created_at = now;
    invitation.expires_at = ticket.expires_at;
    FAIRWAY_RETURN_IF_ERROR(store::PutInvitation(txn, invitation));
    FAIRWAY_RETURN_IF_ERROR(KeepInvitedAttributes(txn, invitation.id, attributes));
    audit::Event event = EventBy(caller, audit::EventKind::kPeerInvited, name);
    event.detail["expires"] = absl::FormatTime(ticket.expires_at, absl::UTCTimeZone());
    if (replaced > 0) event.detail["replaced"] = absl::StrCat(replaced);
    return Append(txn, std::move(event));
  }));
  return Invited{FormatInvitation(ticket), ticket.expires_at};
}

absl::StatusOr<PeerStanding> Membership::Confirm(const model::Caller& caller,
                                                 const std::string& name,
                                                 const std::string& words) {
  return AskedAgain([&] { return ConfirmOnce(caller, name, words); });
}

absl::StatusOr<PeerStanding> Membership::ConfirmOnce(const model::Caller& caller,
                                                     const std::string& name,
                                                     const std::string& words) {
  FAIRWAY_RETURN_IF_ERROR(RequireAdministrator(caller));
  PeerChange to_active;
  to_active.state = PeerState::kActive;
  FAIRWAY_ASSIGN_OR_RETURN(const std::string basis, AskPolicy(caller, name, to_active));
  bool differ = false;
  FAIRWAY_RETURN_IF_ERROR(Change([&](store::Txn& txn) -> absl::Status {
    FAIRWAY_ASSIGN_OR_RETURN(const model::Peer peer, PeerNamed(txn, name));
    if (peer.state != PeerState::kAwaitingConfirm) return WrongState(peer, "confirmed");
    FAIRWAY_RETURN_IF_ERROR(PolicyStillHolds(txn, basis));
    FAIRWAY_ASSIGN_OR_RETURN(std::optional<store::Invitation> invitation,
                             store::InvitationOfPeer(txn, peer.id));
    if (!invitation.has_value() || !invitation->transcript.has_value()) {
      return absl::InternalError("the peer awaits confirmation without a transcript");
    }
    audit::Event event = EventBy(caller, audit::EventKind::kPeerConfirmed, name);
    if (!SameWords(crypto::WordsFor(*invitation->transcript), words)) {
      differ = true;
      event.outcome = "refused";
      event.reason = "the check words differ";
      return Append(txn, std::move(event));
    }
    invitation->secret.clear();  // it has served
    FAIRWAY_RETURN_IF_ERROR(store::UpdateInvitation(txn, *invitation));
    FAIRWAY_RETURN_IF_ERROR(store::SetPeerState(txn, peer.id, PeerState::kActive, clock_.Now()));
    event.objects.push_back(peer.id.ToString());
    return Append(txn, std::move(event));
  }));
  if (differ) return WordsDiffer(name);
  return Show(name);
}

namespace {

// The state that `wanted` leads to, or why it cannot.
absl::Status CheckStateChange(const model::Peer& peer, PeerState wanted) {
  const bool settled = peer.state == PeerState::kActive || peer.state == PeerState::kSuspended ||
                       peer.state == PeerState::kQuarantined;
  if (!settled) return WrongState(peer, wanted == PeerState::kActive ? "active" : "suspended");
  if (wanted == PeerState::kActive || wanted == PeerState::kSuspended) return absl::OkStatus();
  return MakeProblem(absl::StatusCode::kInvalidArgument,
                     {.code = "FW-PEER-010",
                      .message = "a peer can be set active or suspended, nothing else",
                      .why = {},
                      .next = {absl::StrCat("fairway peer set ", peer.name, " --state suspended"),
                               absl::StrCat("fairway peer remove ", peer.name)}});
}

absl::Status CheckAttributesSeen(const model::Peer& peer, uint64_t seen) {
  if (peer.attributes.version == seen) return absl::OkStatus();
  return MakeProblem(absl::StatusCode::kAborted,
                     {.code = "FW-PEER-012",
                      .message = absl::StrCat("somebody else changed the attributes of `",
                                              peer.name, "` meanwhile: version ",
                                              peer.attributes.version, ", you saw ", seen),
                      .why = {},
                      .next = {absl::StrCat("fairway peer show ", peer.name)}});
}

}  // namespace

absl::StatusOr<PeerStanding> Membership::Set(const model::Caller& caller, const std::string& name,
                                             const PeerChange& change) {
  return AskedAgain([&] { return SetOnce(caller, name, change); });
}

absl::StatusOr<PeerStanding> Membership::SetOnce(const model::Caller& caller,
                                                 const std::string& name,
                                                 const PeerChange& change) {
  FAIRWAY_RETURN_IF_ERROR(RequireAdministrator(caller));
  if (change.attributes.has_value()) {
    FAIRWAY_RETURN_IF_ERROR(CheckAttributes(*change.attributes, *vocabulary_));
  }
  if (change.endpoint.has_value() && !change.endpoint->empty()) {
    FAIRWAY_RETURN_IF_ERROR(CheckEndpoint(*change.endpoint));
  }
  FAIRWAY_ASSIGN_OR_RETURN(const std::string basis, AskPolicy(caller, name, change));
  std::optional<model::AuthorityId> close;
  const auto job = [&](store::Txn& txn) -> absl::Status {
    FAIRWAY_ASSIGN_OR_RETURN(model::Peer peer, PeerNamed(txn, name));
    if (peer.state == PeerState::kRemoved) return WrongState(peer, "changed");
    FAIRWAY_RETURN_IF_ERROR(PolicyStillHolds(txn, basis));
    audit::Event event = EventBy(caller, audit::EventKind::kPeerChanged, name);
    const absl::Time now = clock_.Now();
    if (change.endpoint.has_value()) {
      peer.endpoint = *change.endpoint;
      peer.we_dial = !peer.endpoint.empty();
      FAIRWAY_RETURN_IF_ERROR(store::PutPeer(txn, peer));
      event.detail["endpoint"] = peer.endpoint;
    }
    if (change.state.has_value()) {
      FAIRWAY_RETURN_IF_ERROR(CheckStateChange(peer, *change.state));
      FAIRWAY_RETURN_IF_ERROR(store::SetPeerState(txn, peer.id, *change.state, now));
      event.detail["state"] = std::string(model::ToText(*change.state));
    }
    if (change.attributes.has_value()) {
      if (change.seen_attributes_version.has_value()) {
        FAIRWAY_RETURN_IF_ERROR(CheckAttributesSeen(peer, *change.seen_attributes_version));
      }
      FAIRWAY_ASSIGN_OR_RETURN(const uint64_t version,
                               store::SetPeerAttributes(txn, peer.id, *change.attributes, now));
      event.detail["attributes_version"] = absl::StrCat(version);
      event.detail["attributes"] = EncodeAttributes(*change.attributes);
    }
    return Append(txn, std::move(event));
  };
  if (change.state == PeerState::kSuspended) {
    FAIRWAY_ASSIGN_OR_RETURN(const PeerStanding standing, Show(name));
    close = standing.peer.id;
  }
  FAIRWAY_RETURN_IF_ERROR(Change(job, close));
  return Show(name);
}

absl::StatusOr<std::optional<PeerStanding>> Membership::Remove(const model::Caller& caller,
                                                               const std::string& name,
                                                               const std::string& reason) {
  FAIRWAY_RETURN_IF_ERROR(RequireAdministrator(caller));
  std::optional<model::AuthorityId> id;
  FAIRWAY_RETURN_IF_ERROR(database_.Read([&](store::ReadTxn& txn) -> absl::Status {
    FAIRWAY_ASSIGN_OR_RETURN(const std::optional<model::Peer> peer,
                             store::GetPeerByName(txn, name));
    if (peer.has_value()) id = peer->id;
    return absl::OkStatus();
  }));
  const auto job = [&](store::Txn& txn) -> absl::Status {
    FAIRWAY_ASSIGN_OR_RETURN(const std::optional<model::Peer> peer,
                             store::GetPeerByName(txn, name));
    const bool there = peer.has_value() && peer->state != PeerState::kRemoved;
    FAIRWAY_ASSIGN_OR_RETURN(std::vector<store::Invitation> all, store::AllInvitations(txn));
    int cancelled = 0;
    for (store::Invitation& invitation : all) {
      const bool of_this = invitation.peer_name == name || (there && invitation.peer == peer->id);
      if (!of_this || invitation.state == store::InvitationState::kCancelled) continue;
      cancelled += invitation.state == store::InvitationState::kOpen;
      invitation.state = store::InvitationState::kCancelled;
      invitation.secret.clear();
      FAIRWAY_RETURN_IF_ERROR(store::UpdateInvitation(txn, invitation));
    }
    if (!there && cancelled == 0) {
      return peer.has_value() ? WrongState(*peer, "removed") : NoSuchPeer(name);
    }
    audit::Event event = EventBy(
        caller, there ? audit::EventKind::kPeerRemoved : audit::EventKind::kInvitationCancelled,
        name);
    event.reason = reason;
    if (there) {
      event.objects.push_back(peer->id.ToString());
      FAIRWAY_RETURN_IF_ERROR(
          store::SetPeerState(txn, peer->id, PeerState::kRemoved, clock_.Now()));
    }
    return Append(txn, std::move(event));
  };
  FAIRWAY_RETURN_IF_ERROR(Change(job, id));
  if (!id.has_value()) return std::optional<PeerStanding>();
  FAIRWAY_ASSIGN_OR_RETURN(PeerStanding standing, Show(name));
  return std::optional<PeerStanding>(std::move(standing));
}

namespace {

absl::StatusOr<PeerStanding> StandingOf(store::ReadTxn& txn, model::Peer peer) {
  PeerStanding standing{.peer = std::move(peer), .words = std::nullopt};
  if (standing.peer.state != PeerState::kAwaitingConfirm) return standing;
  FAIRWAY_ASSIGN_OR_RETURN(const std::optional<store::Invitation> invitation,
                           store::InvitationOfPeer(txn, standing.peer.id));
  if (invitation.has_value() && invitation->transcript.has_value()) {
    standing.words = crypto::WordsFor(*invitation->transcript);
  }
  return standing;
}

}  // namespace

absl::StatusOr<PeerStanding> Membership::Show(const std::string& name) const {
  PeerStanding standing;
  FAIRWAY_RETURN_IF_ERROR(database_.Read([&](store::ReadTxn& txn) -> absl::Status {
    FAIRWAY_ASSIGN_OR_RETURN(model::Peer peer, PeerNamed(txn, name));
    FAIRWAY_ASSIGN_OR_RETURN(standing, StandingOf(txn, std::move(peer)));
    return absl::OkStatus();
  }));
  return standing;
}

absl::StatusOr<std::vector<PeerStanding>> Membership::List() const {
  std::vector<PeerStanding> list;
  FAIRWAY_RETURN_IF_ERROR(database_.Read([&](store::ReadTxn& txn) -> absl::Status {
    FAIRWAY_ASSIGN_OR_RETURN(std::vector<model::Peer> peers, store::AllPeers(txn));
    for (model::Peer& peer : peers) {
      if (peer.state == PeerState::kRemoved) continue;
      FAIRWAY_ASSIGN_OR_RETURN(PeerStanding standing, StandingOf(txn, std::move(peer)));
      list.push_back(std::move(standing));
    }
    return absl::OkStatus();
  }));
  return list;
}

absl::StatusOr<std::vector<OpenInvitation>> Membership::Invitations() const {
  std::vector<OpenInvitation> list;
  FAIRWAY_RETURN_IF_ERROR(database_.Read([&](store::ReadTxn& txn) -> absl::Status {
    FAIRWAY_ASSIGN_OR_RETURN(const std::vector<store::Invitation> open,
                             store::OpenInvitations(txn));
    for (const store::Invitation& invitation : open) {
      if (invitation.side != store::InvitationSide::kGiven) continue;
      list.push_back({invitation.peer_name, invitation.created_by, invitation.created_at,
                      invitation.expires_at});
    }
    return absl::OkStatus();
  }));
  return list;
}

absl::StatusOr<std::vector<ActivePin>> Membership::Pins() const {
  std::vector<ActivePin> pins;
  FAIRWAY_RETURN_IF_ERROR(database_.Read([&](store::ReadTxn& txn) -> absl::Status {
    FAIRWAY_ASSIGN_OR_RETURN(const std::vector<model::Peer> peers, store::AllPeers(txn));
    for (const model::Peer& peer : peers) {
      if (peer.state != PeerState::kActive) continue;
      for (const model::Manifest::Key& key : peer.manifest.keys) {
        if (key.purpose != model::KeyPurpose::kTls) continue;
        pins.push_back({peer.id, crypto::PinOfKey(key.key)});
      }
    }
    return absl::OkStatus();
  }));
  return pins;
}

}  // namespace fairway::membership
