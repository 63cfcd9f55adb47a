#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "api/v1/desk.pb.h"
#include "node/interop/cap.h"
#include "node/interop/front_matter.h"
#include "node/model/draft.h"
#include "node/model/enums.h"
#include "node/status/status_macros.h"
#include "node/wire/draft_codec.h"
#include "tools/fairway/session.h"

// From a file to an item: publish, revise. Both show who receives it and why before they ask.
namespace fairway::cli {
namespace {

absl::Status BadTlp(const std::string& message) {
  return CliProblem(absl::StatusCode::kInvalidArgument, "FW-PUB-002", message, {},
                    {"known are CLEAR, GREEN, AMBER, AMBER+STRICT and RED"});
}

absl::StatusOr<std::optional<model::Tlp>> TlpFlag(const Invocation& invocation) {
  const auto text = invocation.value("--tlp");
  if (!text.has_value()) return std::nullopt;
  const absl::StatusOr<model::Tlp> tlp = model::ParseTlp(*text);
  if (!tlp.ok()) return BadTlp(std::string(tlp.status().message()));
  return *tlp;
}

absl::StatusOr<model::Draft> ReadDraft(const std::string& path,
                                       const std::optional<model::Tlp>& tlp) {
  FAIRWAY_ASSIGN_OR_RETURN(const std::string text, ReadFile(path, interop::kMaxItemFileBytes));
  if (interop::LooksLikeXml(text)) {
    // The stricter label until we know better would be a guess all the same: nothing is read
    // without one.
    absl::StatusOr<model::Draft> draft =
        interop::ReadCap(path, text, tlp.value_or(model::Tlp::kRed));
    if (draft.ok() && !tlp.has_value()) {
      return BadTlp("a CAP alert has no TLP of its own: give it with --tlp");
    }
    return draft;
  }
  FAIRWAY_ASSIGN_OR_RETURN(model::Draft draft, interop::ReadFrontMatter(path, text));
  if (draft.tlp.has_value() && tlp.has_value() && *draft.tlp != *tlp) {
    return CliProblem(absl::StatusCode::kInvalidArgument, "FW-DOC-006", "there are two TLP labels",
                      {absl::StrCat(path, " says ", model::Marking(*draft.tlp),
                                    ", the command line says ", model::Marking(*tlp), ".")},
                      {"decide, and leave one of them out"});
  }
  if (!draft.tlp.has_value()) draft.tlp = tlp;
  return draft;
}

// By the end of the name. Recipients must not rely on it, and do not.
std::string MediaTypeOf(const std::string& name) {
  static constexpr std::pair<const char*, const char*> kKnown[] = {
      {".jpg", "image/jpeg"},        {".jpeg", "image/jpeg"},     {".png", "image/png"},
      {".gif", "image/gif"},         {".webp", "image/webp"},     {".pdf", "application/pdf"},
      {".txt", "text/plain"},        {".md", "text/markdown"},    {".csv", "text/csv"},
      {".json", "application/json"}, {".xml", "application/xml"}, {".cap", "application/cap+xml"}};
  for (const auto& [end, type] : kKnown) {
    if (absl::EndsWithIgnoreCase(name, end)) return type;
  }
  return "application/octet-stream";
}

absl::Status Attach(const std::vector<std::string>& paths, model::Draft& draft) {
  for (const std::string& path : paths) {
    // One byte more than allowed is read, so that the model says which limit it is.
    FAIRWAY_ASSIGN_OR_RETURN(std::string bytes, ReadFile(path, model::kMaxAttachmentBytes + 1));
    const std::string name = path.substr(path.find_last_of('/') + 1);
    draft.attachments.push_back({name, MediaTypeOf(name), std::move(bytes)});
  }
  return absl::OkStatus();
}

// The draft as the file and the flags say it, checked here first: what is wrong is said without a
// node, and nothing half-made is sent.
absl::StatusOr<model::Draft> DraftFrom(const std::string& path, const Invocation& invocation) {
  FAIRWAY_ASSIGN_OR_RETURN(const std::optional<model::Tlp> tlp, TlpFlag(invocation));
  FAIRWAY_ASSIGN_OR_RETURN(model::Draft draft, ReadDraft(path, tlp));
  for (std::string& word : invocation.values("--to")) draft.releasable_to.push_back(word);
  for (std::string& word : invocation.values("--named")) draft.named.push_back(word);
  draft.accept_unchecked = invocation.has("--accept-unchecked");
  const auto attached = invocation.flag_values.find("--attach");
  if (attached != invocation.flag_values.end()) {
    FAIRWAY_RETURN_IF_ERROR(Attach(attached->second, draft));
  }
  FAIRWAY_RETURN_IF_ERROR(model::Validate(draft));
  return draft;
}

v1::Draft ToRequest(model::Draft draft) {
  draft.unchecked.clear();  // the node finds them itself
  return wire::ToProto(draft);
}

std::string Place(const std::string& file, uint32_t line) {
  return file.empty() ? "" : absl::StrCat(file, ":", line, " ");
}

// Those who have an earlier revision and may not have this one.
std::vector<std::string> RecalledFrom(const v1::PreviewResponse& preview) {
  std::vector<std::string> names;
  for (const v1::ReleaseVerdict& verdict : preview.peers()) {
    if (verdict.recalled()) names.push_back(verdict.peer());
  }
  return names;
}

void SayPreview(const Session& session, const model::Draft& draft,
                const v1::PreviewResponse& preview) {
  const Terminal& terminal = session.terminal();
  terminal.Say(absl::StrCat(
      terminal.Styled(absl::StrCat(absl::AsciiStrToUpper(std::string(model::ToText(draft.mode))),
                                   "  ", model::Marking(*draft.tlp)),
                      Style::kBold),
      "  ", std::string(model::ToText(draft.kind)), ", ",
      std::string(model::ToText(draft.precedence)), "  ", OneLine(draft.title)));
  for (const std::string& number : draft.unchecked) {
    terminal.Say(absl::StrCat("unchecked  ", OneLine(number)));
  }
  if (!draft.attachments.empty()) {
    terminal.Say(absl::StrCat("attachments  ", draft.attachments.size()));
  }
  terminal.Say("");
  Table table({"RECIPIENT", "DECISION", "RULE", "WHY"});
  for (const v1::ReleaseVerdict& verdict : preview.peers()) {
    std::string decision = verdict.release() ? "send" : "withhold";
    if (verdict.release() && verdict.state() != "active") decision = "later";
    if (verdict.recalled()) decision = "recall";
    if (verdict.release() && !verdict.redacted().empty()) {
      decision = absl::StrCat(decision, ", without ", absl::StrJoin(verdict.redacted(), ", "));
    }
    table.Add({verdict.peer(), decision,
               absl::StrCat(Place(verdict.file(), verdict.line()), verdict.rule()),
               verdict.because()});
  }
  if (table.empty()) {
    terminal.Say("This node has no peers: nobody will receive it.");
  } else {
    terminal.Say("Who will receive this");
    terminal.Say(table);
  }
  if (const std::vector<std::string> losers = RecalledFrom(preview); !losers.empty()) {
    terminal.Say(absl::StrCat("Recalled from ", OneLine(absl::StrJoin(losers, ", ")),
                              ": what they have of it they must erase."));
  }
}

std::string Authorities(int count) {
  return absl::StrCat(count, count == 1 ? " authority" : " authorities");
}

std::string Question(const v1::PreviewResponse& preview) {
  int recipients = 0;
  for (const auto& verdict : preview.peers()) recipients += verdict.release() ? 1 : 0;
  const int losers = static_cast<int>(RecalledFrom(preview).size());
  std::string question = recipients == 0 ? "Store it, for nobody but this node"
                                         : absl::StrCat("Publish to ", Authorities(recipients));
  if (losers > 0) absl::StrAppend(&question, ", and recall it from ", Authorities(losers));
  return absl::StrCat(question, "?");
}

// What --exit-code is for: is this still the preview that was agreed to?
ExitCode PreviewCode(const Invocation& invocation, const v1::PreviewResponse& preview) {
  const auto agreed = invocation.value("--if-preview");
  const bool differs = agreed.has_value() && *agreed != preview.hash();
  return differs && invocation.has("--exit-code") ? ExitCode::kDifferences : ExitCode::kOk;
}

struct Agreed {
  ExitCode code = ExitCode::kOk;    // to end with, if there is no more to do
  std::optional<std::string> hash;  // the preview that was agreed to
};

// Shows the decisions and asks. `ref`: of the item that is revised, or empty.
absl::StatusOr<Agreed> PreviewAndAsk(const Invocation& invocation, const std::string& ref,
                                     const model::Draft& draft, Session& session) {
  v1::PreviewRequest request;
  *request.mutable_draft() = ToRequest(draft);
  request.set_ref(ref);
  v1::PreviewResponse preview;
  FAIRWAY_RETURN_IF_ERROR(session.node().Call("/fairway.v1.Desk/Preview", request, preview));
  if (invocation.has("--preview")) {
    if (!session.PrintedForMachines("Preview", preview, "peers")) {
      SayPreview(session, draft, preview);
      session.terminal().Say(
          absl::StrCat("\nPreview ", OneLine(preview.hash()), ". Nothing was published."));
    }
    return Agreed{PreviewCode(invocation, preview), std::nullopt};
  }
  if (session.for_people()) SayPreview(session, draft, preview);
  FAIRWAY_ASSIGN_OR_RETURN(const bool sure, session.terminal().Confirm(Question(preview)));
  if (!sure) {
    session.terminal().Remark("Nothing was published.");
    return Agreed{};
  }
  // What was shown is what will happen, or nothing does.
  return Agreed{ExitCode::kOk, invocation.value("--if-preview").value_or(preview.hash())};
}

absl::StatusOr<ExitCode> Publish(const Invocation& invocation, Session& session) {
  FAIRWAY_ASSIGN_OR_RETURN(const model::Draft draft, DraftFrom(invocation.argument(0), invocation));
  FAIRWAY_ASSIGN_OR_RETURN(const Agreed agreed, PreviewAndAsk(invocation, "", draft, session));
  if (!agreed.hash.has_value()) return agreed.code;
  v1::PublishRequest request;
  *request.mutable_draft() = ToRequest(draft);
  request.set_if_preview(*agreed.hash);
  v1::PublishResponse response;
  FAIRWAY_RETURN_IF_ERROR(session.node().Call("/fairway.v1.Desk/Publish", request, response));
  if (session.PrintedForMachines("Published", response)) return ExitCode::kOk;
  const Terminal& terminal = session.terminal();
  terminal.Say(absl::StrCat("\nsigned and stored   ", terminal.Styled(response.ref(), Style::kBold),
                            "   revision ", response.revision()));
  terminal.Say(absl::StrCat("who has it:  fairway where ", response.ref()));
  return ExitCode::kOk;
}

absl::StatusOr<ExitCode> Revise(const Invocation& invocation, Session& session) {
  FAIRWAY_ASSIGN_OR_RETURN(const model::Draft draft, DraftFrom(invocation.argument(1), invocation));
  FAIRWAY_ASSIGN_OR_RETURN(const Agreed agreed,
                           PreviewAndAsk(invocation, invocation.argument(0), draft, session));
  if (!agreed.hash.has_value()) return agreed.code;
  v1::ReviseRequest request;
  request.set_ref(invocation.argument(0));
  *request.mutable_draft() = ToRequest(draft);
  request.set_if_preview(*agreed.hash);
  v1::ReviseResponse response;
  FAIRWAY_RETURN_IF_ERROR(session.node().Call("/fairway.v1.Desk/Revise", request, response));
  if (session.PrintedForMachines("Published", response)) return ExitCode::kOk;
  session.terminal().Say(
      absl::StrCat("\nsigned and stored   ", response.ref(), "   revision ", response.revision()));
  session.terminal().Say(absl::StrCat("who has it:  fairway where ", response.ref()));
  return ExitCode::kOk;
}

std::vector<Flag> DraftFlags() {
  return {{"--preview", "", "show who would receive it, and publish nothing"},
          {"--attach", "FILE", "attach a file (again for more)"},
          {"--tlp", "LABEL", "the marking, if the file has none (CAP alerts)"},
          {"--to", "WORDS", "audience, added to the file's: ANY-MEMBER, peers, groups, country:KE"},
          {"--named", "PEERS", "named recipients, added to the file's"},
          {"--accept-unchecked", "", "keep numbers that fail their check, marked as unchecked"},
          {"--if-preview", "HASH", "publish only if the preview still has this hash"},
          {"--exit-code", "", "with --preview and --if-preview: end with 10 if they differ"}};
}

}  // namespace

std::vector<Command> PublishCommands() {
  return {
      {"publish",
       "Publish an item from a file, after showing who receives it and why",
       {"fairway publish bulletin.md --preview", "fairway publish bulletin.md --attach gate4.jpg",
        "fairway publish storm.cap --tlp GREEN --to ANY-MEMBER --yes"},
       {{"FILE"}},
       DraftFlags(),
       "fairway where REF",
       Publish},
      {"revise",
       "Publish the next revision of an item of this node's own; who may not have it loses it",
       {"fairway revise B-7K3Q-8M2V bulletin.md --preview",
        "fairway revise B-7K3Q-8M2V bulletin.md"},
       {{"REF"}, {"FILE"}},
       DraftFlags(),
       "fairway where REF",
       Revise},
  };
}

}  // namespace fairway::cli
