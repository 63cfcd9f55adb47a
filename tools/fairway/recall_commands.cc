#include <map>
#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "api/v1/admin.pb.h"
#include "api/v1/desk.pb.h"
#include "node/interop/did_you_mean.h"
#include "node/model/recall.h"
#include "node/status/problem.h"
#include "node/status/status_macros.h"
#include "tools/fairway/item_text.h"
#include "tools/fairway/session.h"

// What a person decides after something was published: recall takes it back, held and release let
// go what waits because its text mentions what was to be left out.
namespace fairway::cli {
namespace {

using model::RecallGrade;
using model::RecallReason;

// The reasons that a person gives; "narrowed" is one that only a revision gives.
const std::vector<std::pair<RecallReason, std::string>>& Reasons() {
  static const auto& reasons = *new std::vector<std::pair<RecallReason, std::string>>{
      {RecallReason::kError, "what it says is wrong"},
      {RecallReason::kSentInError, "it should not have gone to everybody it went to"},
      {RecallReason::kSourceProtection, "it could lead to a source"},
      {RecallReason::kLegal, "a court or a law asks for it"},
      {RecallReason::kSuperseded, "something else has taken its place"},
      {RecallReason::kOther, "none of these"}};
  return reasons;
}

const std::vector<std::pair<RecallGrade, std::string>>& Grades() {
  static const auto& grades = *new std::vector<std::pair<RecallGrade, std::string>>{
      {RecallGrade::kCorrect,
       "recipients erase it, this node keeps its own, a corrected revision may follow"},
      {RecallGrade::kWithdraw,
       "recipients erase it, this node keeps its own, and there is no later revision"},
      {RecallGrade::kPurge, "recipients erase it, and so does this node"}};
  return grades;
}

template <typename E>
absl::StatusOr<E> Choose(std::string_view flag, const std::optional<std::string>& given,
                         const std::vector<std::pair<E, std::string>>& known) {
  std::vector<std::string> why;
  std::vector<std::string> words;
  for (const auto& [value, meaning] : known) {
    words.emplace_back(model::ToText(value));
    if (given.has_value() && words.back() == *given) return value;
  }
  if (given.has_value()) {
    std::optional<std::string> meant = interop::DidYouMean(*given, words);
    // "source" is too far from the whole word, and yet it is clear.
    for (const std::string& word : words) {
      if (!meant && !given->empty() && absl::StrContains(word, *given)) meant = word;
    }
    if (meant) {
      why.push_back(absl::StrCat("Did you mean \"", *meant, "\"?"));
    }
  }
  why.push_back("It is one of:");
  for (const auto& [value, meaning] : known) {
    std::string word(model::ToText(value));
    word.resize(18, ' ');
    why.push_back(absl::StrCat("  ", word, "  ", meaning));
  }
  const std::string name(flag);
  return CliProblem(absl::StatusCode::kInvalidArgument, "FW-USE-003",
                    given.has_value() ? absl::StrCat(name, " cannot be \"", *given, "\"")
                                      : absl::StrCat(name, " is missing"),
                    std::move(why), {"fairway recall REF --reason source-protection"});
}

template <typename E>
std::string MeaningOf(const std::vector<std::pair<E, std::string>>& known, E wanted) {
  for (const auto& [value, meaning] : known) {
    if (value == wanted) return meaning;
  }
  return "";
}

absl::StatusOr<v1::RecallRequest> ReadOrder(const Invocation& invocation) {
  v1::RecallRequest request;
  request.set_ref(invocation.argument(0));
  FAIRWAY_ASSIGN_OR_RETURN(const RecallReason reason,
                           Choose("--reason", invocation.value("--reason"), Reasons()));
  RecallGrade grade = RecallGrade::kWithdraw;
  if (invocation.value("--grade").has_value()) {
    FAIRWAY_ASSIGN_OR_RETURN(grade, Choose("--grade", invocation.value("--grade"), Grades()));
  }
  if (invocation.has("--purge")) {
    if (invocation.value("--grade").has_value() && grade != RecallGrade::kPurge) {
      return CliProblem(absl::StatusCode::kInvalidArgument, "FW-USE-003",
                        absl::StrCat("--purge and --grade ", std::string(model::ToText(grade)),
                                     " are two different things"),
                        {}, {"decide, and leave one of them out"});
    }
    grade = RecallGrade::kPurge;
  }
  request.set_grade(static_cast<v1::RecallGrade>(grade));
  request.set_reason(static_cast<v1::RecallReason>(reason));
  request.set_note(invocation.value("--note").value_or(""));
  return request;
}

// Which peers are connected now; nobody if the node does not say.
std::map<std::string, bool> Connected(Session& session) {
  std::map<std::string, bool> connected;
  v1::StatusResponse status;
  if (session.node().Call("/fairway.v1.Admin/Status", v1::StatusRequest(), status).ok()) {
    for (const v1::PeerStatus& peer : status.peers()) connected[peer.name()] = peer.connected();
  }
  return connected;
}

// Who was sent it, and what the recall does there. Answers how many.
int SayWhoHasIt(const v1::WhereResponse& where, const std::map<std::string, bool>& connected,
                const Session& session) {
  Table table({"WHO HAS IT", "REVISION", "STATE", "WHAT HAPPENS"});
  int count = 0;
  for (const v1::PeerCopy& copy : where.peers()) {
    if (copy.revision() == 0) continue;
    ++count;
    const auto found = connected.find(copy.peer());
    const bool now = found != connected.end() && found->second;
    std::string happens = now ? "is told at once, erases it and confirms"
                              : "is told when it is connected again, erases it and confirms";
    if (copy.state() == "recalled") happens = "has erased it; is told this too, and confirms";
    table.Add({copy.peer(), absl::StrCat(copy.revision()), CopyText(copy, absl::Now()), happens});
  }
  if (count == 0) {
    session.terminal().Say("Nobody was sent it.");
  } else {
    session.terminal().Say(table);
  }
  return count;
}

// Looking is recorded, and on a full disk no space is left for that long before recalls end.
bool IsForWantOfSpace(const absl::Status& status) {
  const std::optional<Problem> problem = ProblemOf(status);
  return problem.has_value() && (problem->code == "FW-CALL-008" || problem->code == "FW-DB-004");
}

absl::StatusOr<bool> ShowAndAsk(const v1::RecallRequest& request, Session& session) {
  v1::WhereRequest where_request;
  where_request.set_ref(request.ref());
  v1::WhereResponse where;
  const absl::Status shown = session.node().Call("/fairway.v1.Desk/Where", where_request, where);
  if (IsForWantOfSpace(shown)) {
    session.terminal().Remark(
        absl::StrCat("Who has it cannot be shown: ", OneLine(ProblemOf(shown)->message),
                     ". Recalling needs less."));
    return session.terminal().Confirm(absl::StrCat("Recall ", OneLine(request.ref()),
                                                   " from everybody who was ever sent it? "
                                                   "This cannot be undone."));
  }
  FAIRWAY_RETURN_IF_ERROR(shown);
  if (!where.summary().own()) return true;  // the node says why not
  int count = 0;
  for (const v1::PeerCopy& copy : where.peers()) count += copy.revision() > 0 ? 1 : 0;
  if (session.for_people()) {
    const Terminal& terminal = session.terminal();
    const auto grade = static_cast<RecallGrade>(request.grade());
    const auto reason = static_cast<RecallReason>(request.reason());
    terminal.Say(terminal.Styled(OneLine(HeadText(where.summary())), Style::kBold));
    terminal.Say(absl::StrCat("grade   ", std::string(model::ToText(grade)), ": ",
                              MeaningOf(Grades(), grade)));
    terminal.Say(absl::StrCat("reason  ", std::string(model::ToText(reason)), ": ",
                              MeaningOf(Reasons(), reason), "\n"));
    SayWhoHasIt(where, Connected(session), session);
  }
  return session.terminal().Confirm(absl::StrCat("Recall ", where.summary().ref(), " from ", count,
                                                 count == 1 ? " authority" : " authorities",
                                                 "? This cannot be undone."));
}

absl::StatusOr<ExitCode> Recall(const Invocation& invocation, Session& session) {
  FAIRWAY_ASSIGN_OR_RETURN(const v1::RecallRequest request, ReadOrder(invocation));
  FAIRWAY_ASSIGN_OR_RETURN(const bool sure, ShowAndAsk(request, session));
  if (!sure) {
    session.terminal().Remark("Nothing was recalled.");
    return ExitCode::kOk;
  }
  v1::RecallResponse response;
  FAIRWAY_RETURN_IF_ERROR(session.node().Call("/fairway.v1.Desk/Recall", request, response));
  if (session.PrintedForMachines("Recalled", response)) return ExitCode::kOk;
  const Terminal& terminal = session.terminal();
  terminal.Say(
      absl::StrCat("\nrecalled      ", terminal.Styled(OneLine(response.ref()), Style::kBold)));
  terminal.Say(absl::StrCat(
      "must confirm  ", response.peers().empty() ? "nobody: it was sent to nobody"
                                                 : OneLine(absl::StrJoin(response.peers(), ", "))));
  terminal.Say(absl::StrCat("who has confirmed:  fairway where ", OneLine(response.ref())));
  if (request.grade() == v1::RECALL_GRADE_CORRECT) {
    terminal.Say(
        absl::StrCat("the correction:     fairway revise ", OneLine(response.ref()), " FILE"));
  }
  return ExitCode::kOk;
}

absl::StatusOr<ExitCode> Held(const Invocation&, Session& session) {
  v1::ListHeldResponse all;
  v1::ListHeldRequest request;
  while (true) {
    v1::ListHeldResponse page;
    FAIRWAY_RETURN_IF_ERROR(session.node().Call("/fairway.v1.Desk/ListHeld", request, page));
    for (v1::HeldItem& item : *page.mutable_items()) *all.add_items() = std::move(item);
    if (page.next_page().empty()) break;
    request.set_page_token(page.next_page());
  }
  if (session.PrintedForMachines("HeldList", all, "items")) return ExitCode::kOk;
  if (all.items().empty()) {
    session.terminal().Say("Nothing waits for a person.");
    return ExitCode::kOk;
  }
  Table table({"REF", "REVISION", "PEER", "HELD FOR", "MENTIONS", "BY RULE", "SINCE", "WOULD SEND",
               "TITLE"});
  bool mentions = false;
  for (const v1::HeldItem& held : all.items()) {
    mentions = mentions || !held.label().empty();
    table.Add({held.item().ref(), absl::StrCat(held.item().revision()), held.peer(),
               absl::StrJoin(held.roles(), " and "), held.label(), held.rule(),
               AgeText(held.since_ms(), absl::Now()), absl::StrJoin(held.going(), " "),
               TitleText(held.item())});
  }
  session.terminal().Say(table);
  if (mentions) {
    session.terminal().Remark(
        "\nWhere a value is mentioned, the text that may go holds the value that may not.");
  }
  session.terminal().Remark(
      "\nRead what would be sent (fairway show REF), then either\n"
      "   → fairway revise REF FILE           (another text)\n"
      "   → fairway release REF --peer NAME   (it may go as it is)");
  return ExitCode::kOk;
}

absl::StatusOr<ExitCode> Release(const Invocation& invocation, Session& session) {
  v1::ReleaseHeldRequest request;
  request.set_ref(invocation.argument(0));
  const auto peer = invocation.value("--peer");
  if (!peer.has_value()) {
    return CliProblem(absl::StatusCode::kInvalidArgument, "FW-USE-003", "--peer is missing",
                      {"Each peer is decided by itself."},
                      {"who waits:  fairway held",
                       absl::StrCat("fairway release ", request.ref(), " --peer NAME")});
  }
  request.set_peer(*peer);
  if (const auto text = invocation.value("--revision")) {
    uint64_t revision = 0;
    if (!absl::SimpleAtoi(*text, &revision) || revision == 0) {
      return CliProblem(absl::StatusCode::kInvalidArgument, "FW-USE-003",
                        absl::StrCat("--revision cannot be \"", *text, "\""),
                        {"It is a number from 1."}, {"fairway held"});
    }
    request.set_revision(revision);
  }
  FAIRWAY_ASSIGN_OR_RETURN(const bool sure, session.terminal().Confirm(absl::StrCat(
                                                "Let ", OneLine(request.ref()), " go to ",
                                                OneLine(*peer), " as it is?")));
  if (!sure) {
    session.terminal().Remark("It waits on.");
    return ExitCode::kOk;
  }
  v1::ReleaseHeldResponse response;
  FAIRWAY_RETURN_IF_ERROR(session.node().Call("/fairway.v1.Desk/ReleaseHeld", request, response));
  if (session.PrintedForMachines("HeldReleased", response)) return ExitCode::kOk;
  session.terminal().Say(
      absl::StrCat("let go        ", OneLine(response.ref()), " revision ", response.revision(),
                   " to ", OneLine(response.peer()), response.roles().empty() ? "" : " as ",
                   OneLine(absl::StrJoin(response.roles(), " and ")),
                   response.label().empty() ? "" : ", in spite of ", OneLine(response.label())));
  if (!response.still().empty()) {
    session.terminal().Say(
        absl::StrCat("waits still   for ", OneLine(absl::StrJoin(response.still(), " and "))));
  }
  session.terminal().Say(absl::StrCat("has it come:  fairway where ", OneLine(response.ref())));
  return ExitCode::kOk;
}

}  // namespace

std::vector<Command> RecallCommands() {
  return {
      {"recall",
       "Take an item back from everybody who was ever sent it, after showing who that is",
       {"fairway recall B-7K3Q-8M2V --reason source-protection",
        "fairway recall B-7K3Q-8M2V --reason error --grade correct",
        "fairway recall B-7K3Q-8M2V --reason legal --purge --note \"Order 14/2026\" --yes"},
       {{"REF"}},
       {{"--reason", "CODE",
         "error, sent-in-error, source-protection, legal, superseded or other; recipients see it"},
        {"--grade", "GRADE", "correct, withdraw (default) or purge"},
        {"--purge", "", "erase this node's own copy too: --grade purge"},
        {"--note", "TEXT", "why, in words; it stays on this node"}},
       "fairway where REF",
       Recall},
      {"held",
       "Items that wait for a person: a rule holds them, or their text mentions what is left out",
       {"fairway held", "fairway held -o jsonl"},
       {},
       {},
       "fairway release REF --peer NAME, or fairway revise REF FILE",
       Held},
      {"release",
       "Let a held item go to one peer as it is",
       {"fairway release B-7K3Q-8M2V --peer rio-port"},
       {{"REF"}},
       {{"--peer", "NAME", "to whom"},
        {"--revision", "N", "only if this is still the newest revision"}},
       "fairway where REF",
       Release},
  };
}

}  // namespace fairway::cli
