#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "api/v1/admin.pb.h"
#include "node/status/status_macros.h"
#include "tools/fairway/session.h"

// Who this node shares with: peer invite, accept, confirm, list, show, set, remove.
namespace fairway::cli {
namespace {

constexpr size_t kMaxInvitationBytes = 16 * 1024;
constexpr int kMaxInvitationHours = 14 * 24;

std::vector<Flag> AttributeFlags() {
  return {{"--country", "CC", "two letters"},
          {"--type", "TYPE", "port-police, customs, … (words of the policy vocabulary)"},
          {"--tier", "TIER", "how far it is trusted: 1 (most) to 4"},
          {"--agreements", "WORDS", "agreements it has signed, with commas"},
          {"--controls", "WORDS", "controls it has attested"},
          {"--purposes", "WORDS", "purposes it may use items for"},
          {"--groups", "WORDS", "groups it belongs to"}};
}

// Only what was said; "" clears a list.
void ApplyFlags(const Invocation& invocation, v1::PeerAttributes& attributes) {
  if (const auto country = invocation.value("--country")) attributes.set_country(*country);
  if (const auto type = invocation.value("--type")) attributes.set_type(*type);
  if (const auto tier = invocation.value("--tier")) attributes.set_tier(*tier);
  const auto replace = [&](const char* flag, auto* list) {
    if (!invocation.value(flag).has_value()) return;
    std::vector<std::string> words = invocation.values(flag);
    std::sort(words.begin(), words.end());
    words.erase(std::unique(words.begin(), words.end()), words.end());
    list->Clear();
    for (std::string& word : words) list->Add(std::move(word));
  };
  replace("--agreements", attributes.mutable_agreements());
  replace("--controls", attributes.mutable_controls());
  replace("--purposes", attributes.mutable_purposes());
  replace("--groups", attributes.mutable_groups());
}

std::string Words(const google::protobuf::RepeatedPtrField<std::string>& words) {
  return words.empty() ? "-" : absl::StrJoin(words, ", ");
}

void SayCheckWords(const Session& session, const v1::PeerView& peer) {
  if (peer.check_words().empty()) return;
  const Terminal& terminal = session.terminal();
  terminal.Say(absl::StrCat(
      "Check words  ",
      terminal.Styled(OneLine(absl::StrJoin(peer.check_words(), "  ")), Style::kBold)));
  terminal.Say(absl::StrCat("In digits    ", OneLine(peer.check_digits())));
  terminal.Say(absl::StrCat("Telephone ", OneLine(peer.name()),
                            ", and compare: both screens must show the same. Then:"));
  terminal.Say(absl::StrCat("  fairway peer confirm ", OneLine(peer.name()),
                            " --words \"THE WORDS THEY READ TO YOU\""));
}

void SayPeer(const Session& session, const v1::PeerView& peer) {
  const Terminal& terminal = session.terminal();
  const v1::PeerAttributes& attributes = peer.attributes();
  const auto line = [&](std::string_view name, const std::string& text) {
    std::string left(name);
    left.resize(13, ' ');
    terminal.Say(absl::StrCat(left, OneLine(text.empty() ? "-" : text)));
  };
  terminal.Say(absl::StrCat(terminal.Styled(OneLine(peer.name()), Style::kBold), "   ",
                            OneLine(peer.state())));
  line("calls itself", absl::StrCat(peer.claimed_name(), peer.claimed_country().empty() ? "" : ", ",
                                    peer.claimed_country()));
  line("address", peer.endpoint());
  line("since", TimeText(peer.since_ms()));
  line("country", attributes.country());
  line("type", attributes.type());
  line("tier", attributes.tier());
  line("agreements", Words(attributes.agreements()));
  line("controls", Words(attributes.controls()));
  line("purposes", Words(attributes.purposes()));
  line("groups", Words(attributes.groups()));
  SayCheckWords(session, peer);
}

ExitCode ShowPeer(const Session& session, const google::protobuf::Message& response,
                  const v1::PeerView& peer) {
  if (!session.PrintedForMachines("Peer", response, "", "peer")) SayPeer(session, peer);
  return ExitCode::kOk;
}

// "48h" as hours.
absl::StatusOr<uint32_t> Hours(const Invocation& invocation) {
  const std::string text = invocation.value("--expires").value_or("48h");
  absl::Duration duration;
  if (absl::ParseDuration(text, &duration) && duration >= absl::Hours(1) &&
      duration <= absl::Hours(kMaxInvitationHours)) {
    return static_cast<uint32_t>(absl::ToInt64Hours(duration));
  }
  return CliProblem(absl::StatusCode::kInvalidArgument, "FW-USE-003",
                    absl::StrCat("--expires cannot be \"", text, "\""),
                    {absl::StrCat("It is 1h to ", kMaxInvitationHours, "h.")},
                    {"fairway peer invite --help"});
}

absl::StatusOr<ExitCode> Invite(const Invocation& invocation, Session& session) {
  v1::InviteRequest request;
  request.set_name(invocation.argument(0));
  ApplyFlags(invocation, *request.mutable_attributes());
  FAIRWAY_ASSIGN_OR_RETURN(const uint32_t hours, Hours(invocation));
  request.set_valid_hours(hours);
  v1::InviteResponse response;
  FAIRWAY_RETURN_IF_ERROR(session.node().Call("/fairway.v1.Admin/Invite", request, response));
  const std::string out =
      invocation.value("--out").value_or(absl::StrCat(invocation.argument(0), ".fwinvite"));
  if (out != "-") {
    FAIRWAY_RETURN_IF_ERROR(WriteNewFile(out, absl::StrCat(response.invitation(), "\n")));
    response.clear_invitation();  // a secret: not on the screen as well
  }
  if (session.PrintedForMachines("Invitation", response)) return ExitCode::kOk;
  const Terminal& terminal = session.terminal();
  if (out == "-") {
    terminal.Say(OneLine(response.invitation()));
    return ExitCode::kOk;
  }
  terminal.Say(absl::StrCat("Invitation for ", request.name(), " written to ", out,
                            " (works once, until ", TimeText(response.expires_ms()), ")."));
  terminal.Say("It holds your address, your key's fingerprint and a one-time secret.");
  terminal.Say("Send it, then telephone: both screens will show the same six words.");
  terminal.Say(absl::StrCat("  there:  fairway peer accept ", out));
  terminal.Say(absl::StrCat("  here:   fairway peer show ", request.name()));
  return ExitCode::kOk;
}

absl::StatusOr<ExitCode> Accept(const Invocation& invocation, Session& session) {
  v1::AcceptInvitationRequest request;
  FAIRWAY_ASSIGN_OR_RETURN(std::string text, ReadFile(invocation.argument(0), kMaxInvitationBytes));
  request.set_invitation(std::string(absl::StripAsciiWhitespace(text)));
  request.set_name(invocation.value("--name").value_or(""));
  ApplyFlags(invocation, *request.mutable_attributes());
  v1::AcceptInvitationResponse response;
  FAIRWAY_RETURN_IF_ERROR(
      session.node().Call("/fairway.v1.Admin/AcceptInvitation", request, response));
  return ShowPeer(session, response, response.peer());
}

absl::StatusOr<ExitCode> Confirm(const Invocation& invocation, Session& session) {
  v1::ConfirmPeerRequest request;
  request.set_name(invocation.argument(0));
  const auto words = invocation.value("--words");
  if (!words.has_value()) {
    return CliProblem(absl::StatusCode::kInvalidArgument, "FW-USE-003",
                      "the check words are missing",
                      {"They are what the other side reads to you, not what this screen shows."},
                      {absl::StrCat("fairway peer confirm ", request.name(), " --words \"…\"")});
  }
  request.set_words(*words);
  v1::ConfirmPeerResponse response;
  FAIRWAY_RETURN_IF_ERROR(session.node().Call("/fairway.v1.Admin/ConfirmPeer", request, response));
  if (session.PrintedForMachines("Peer", response, "", "peer")) return ExitCode::kOk;
  session.terminal().Say(absl::StrCat("Paired with ", OneLine(response.peer().name()),
                                      ". Nothing is shared until your policy has a rule for it."));
  session.terminal().Say(absl::StrCat("  fairway peer set ", OneLine(response.peer().name()),
                                      " --country CC --type TYPE --tier N --agreements …"));
  return ExitCode::kOk;
}

absl::StatusOr<ExitCode> List(const Invocation&, Session& session) {
  v1::ListPeersResponse response;
  FAIRWAY_RETURN_IF_ERROR(
      session.node().Call("/fairway.v1.Admin/ListPeers", v1::ListPeersRequest(), response));
  if (session.PrintedForMachines("PeerList", response, "peers")) return ExitCode::kOk;
  if (response.peers().empty() && response.invitations().empty()) {
    session.terminal().Say("No peers yet.   → fairway peer invite NAME");
    return ExitCode::kOk;
  }
  const absl::Time now = absl::Now();
  Table table({"NAME", "STATE", "SINCE", "LAST-SEEN", "SENT", "RECEIVED", "WAITING", "TROUBLE"});
  for (const v1::PeerView& peer : response.peers()) {
    const v1::PeerStatus& status = peer.status();
    table.Add({peer.name(), status.connected() ? "connected" : peer.state(),
               AgeText(peer.since_ms(), now), AgeText(status.last_seen_ms(), now),
               absl::StrCat(status.sent()), absl::StrCat(status.received()),
               absl::StrCat(status.waiting()), status.trouble()});
  }
  if (!table.empty()) session.terminal().Say(table);
  for (const v1::InvitationView& invitation : response.invitations()) {
    const bool over = absl::FromUnixMillis(invitation.expires_ms()) < now;
    session.terminal().Say(absl::StrCat(
        "invited: ", OneLine(invitation.name()), " by ", OneLine(invitation.created_by()),
        over ? ", expired " : ", until ", TimeText(invitation.expires_ms())));
  }
  return ExitCode::kOk;
}

absl::StatusOr<v1::ShowPeerResponse> Fetch(const std::string& name, Session& session) {
  v1::ShowPeerRequest request;
  request.set_name(name);
  v1::ShowPeerResponse response;
  FAIRWAY_RETURN_IF_ERROR(session.node().Call("/fairway.v1.Admin/ShowPeer", request, response));
  return response;
}

absl::StatusOr<ExitCode> Show(const Invocation& invocation, Session& session) {
  FAIRWAY_ASSIGN_OR_RETURN(const v1::ShowPeerResponse response,
                           Fetch(invocation.argument(0), session));
  return ShowPeer(session, response, response.peer());
}

// Attributes are replaced as a whole, so what is not said is taken from what is there; the version
// makes sure that nobody else's change is lost.
absl::StatusOr<ExitCode> Set(const Invocation& invocation, Session& session) {
  FAIRWAY_ASSIGN_OR_RETURN(const v1::ShowPeerResponse before,
                           Fetch(invocation.argument(0), session));
  v1::SetPeerRequest request;
  request.set_name(invocation.argument(0));
  *request.mutable_attributes() = before.peer().attributes();
  ApplyFlags(invocation, *request.mutable_attributes());
  request.set_attributes_version(before.peer().attributes_version());
  request.set_state(invocation.value("--state").value_or(""));
  request.set_endpoint(invocation.value("--endpoint").value_or(""));
  request.set_never_dial(invocation.has("--never-dial"));
  v1::SetPeerResponse response;
  FAIRWAY_RETURN_IF_ERROR(session.node().Call("/fairway.v1.Admin/SetPeer", request, response));
  return ShowPeer(session, response, response.peer());
}

absl::StatusOr<ExitCode> Remove(const Invocation& invocation, Session& session) {
  const std::string name = invocation.argument(0);
  FAIRWAY_ASSIGN_OR_RETURN(
      const bool sure,
      session.terminal().Confirm(absl::StrCat(
          "Remove ", name, "? Its connections close now; what it already has stays there.")));
  if (!sure) return ExitCode::kFailed;
  v1::RemovePeerRequest request;
  request.set_name(name);
  request.set_reason(invocation.value("--reason").value_or(""));
  v1::RemovePeerResponse response;
  FAIRWAY_RETURN_IF_ERROR(session.node().Call("/fairway.v1.Admin/RemovePeer", request, response));
  if (!response.has_peer() && session.for_people()) {
    session.terminal().Say(absl::StrCat("The invitation of ", name, " is cancelled."));
    return ExitCode::kOk;
  }
  return ShowPeer(session, response, response.peer());
}

std::vector<Flag> With(std::vector<Flag> own, const std::vector<Flag>& more) {
  own.insert(own.end(), more.begin(), more.end());
  return own;
}

}  // namespace

std::vector<Command> PeerCommands() {
  return {
      {"peer invite",
       "Create a one-time invitation for another authority",
       {"fairway peer invite port-bravo --out bravo.fwinvite",
        "fairway peer invite port-bravo --expires 2h --out - | qrencode -t utf8"},
       {{"NAME"}},
       With({{"--expires", "DURATION", "how long it works (48h; at most 336h)"},
             {"--out", "FILE", "where to write it; - for the screen (default NAME.fwinvite)"}},
            AttributeFlags()),
       "the other side runs  fairway peer accept FILE",
       Invite},
      {"peer accept",
       "Answer an invitation",
       {"fairway peer accept bravo.fwinvite --name port-alpha"},
       {{"FILE"}},
       With({{"--name", "NAME", "what this node will call the inviter"}}, AttributeFlags()),
       "compare the six words on the telephone, then  fairway peer confirm NAME --words \"…\"",
       Accept},
      {"peer confirm",
       "Say that the check words match",
       {"fairway peer confirm port-alpha --words \"…six words…\"",
        "fairway peer confirm port-alpha --words \"01234 56789 01234 56789\""},
       {{"NAME"}},
       {{"--words", "WORDS", "the words or digits that the other side read to you"}},
       "fairway peer list",
       Confirm},
      {"peer list", "All peers and how they are", {"fairway peer list"}, {}, {}, "", List},
      {"peer show",
       "One peer: state, attributes, check words",
       {"fairway peer show port-bravo"},
       {{"NAME"}},
       {},
       "",
       Show},
      {"peer set",
       "Say what this node holds of a peer; policies see only this",
       {"fairway peer set port-bravo --country KE --type port-police --tier 1 --agreements "
        "INTERPORT-CHARTER",
        "fairway peer set port-bravo --state suspended"},
       {{"NAME"}},
       With({{"--state", "STATE", "active or suspended"},
             {"--endpoint", "HOST:PORT", "the address to dial"},
             {"--never-dial", "", "wait for the peer to dial"}},
            AttributeFlags()),
       "fairway peer show NAME",
       Set},
      {"peer remove",
       "End a peering, or cancel an invitation, at once",
       {"fairway peer remove port-bravo --reason \"left the charter\""},
       {{"NAME"}},
       {{"--reason", "TEXT", "why; kept in the audit log"}},
       "fairway peer list",
       Remove},
  };
}

}  // namespace fairway::cli
