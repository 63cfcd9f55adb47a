#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/clock.h"
#include "api/v1/desk.pb.h"
#include "node/model/enums.h"
#include "node/status/status_macros.h"
#include "tools/fairway/item_text.h"
#include "tools/fairway/session.h"

// What this node holds: inbox, list, show, attachment.
namespace fairway::cli {
namespace {

constexpr uint32_t kMostItems = 500;
constexpr char kVerified[] = "verified";

absl::StatusOr<uint32_t> Limit(const Invocation& invocation) {
  const auto text = invocation.value("--limit");
  if (!text.has_value()) return 50;
  uint32_t limit = 0;
  if (absl::SimpleAtoi(*text, &limit) && limit > 0) return limit;
  return CliProblem(absl::StatusCode::kInvalidArgument, "FW-USE-003",
                    absl::StrCat("--limit cannot be \"", *text, "\""), {"It is a number from 1."},
                    {"fairway list --help"});
}

void SayItems(const Session& session,
              const google::protobuf::RepeatedPtrField<v1::ItemSummary>& items,
              std::string_view nothing) {
  if (items.empty()) {
    session.terminal().Say(nothing);
    return;
  }
  const absl::Time now = absl::Now();
  Table table({"MODE", "MARKING", "REF", "KIND", "FROM", "AGE", "TITLE"});
  for (const v1::ItemSummary& item : items) {
    table.Add({ModeText(item), item.tlp(), item.ref(), KindText(item), FromText(item),
               AgeText(item.stored_ms(), now), TitleText(item)});
  }
  session.terminal().Say(table);
}

// The inbox tells what was taken back with its first page; a list has no such part.
void KeepNotices(v1::InboxResponse& page, v1::InboxResponse& all) {
  for (v1::ItemSummary& item : *page.mutable_recalled()) *all.add_recalled() = std::move(item);
}
void KeepNotices(const v1::ListResponse&, const v1::ListResponse&) {}

void SayTakenBack(const Session& session, const v1::ItemSummary& item) {
  const Terminal& terminal = session.terminal();
  // A corrected revision may be here already.
  const std::string now =
      item.state() == "recalled" ? "" : absl::StrCat(", now revision ", item.revision());
  terminal.Say(terminal.Styled(
      OneLine(absl::StrCat("RECALLED ", item.ref(), " (", item.recalled(), ") from ",
                           FromText(item), now, ": fairway show ", item.ref())),
      Style::kRed));
}

// Takes pages until `limit` items are there or no more come.
template <typename Request, typename Response>
absl::Status FetchPages(const std::string& method, Request request, uint32_t limit,
                        Session& session, Response& all) {
  while (true) {
    const uint32_t have = static_cast<uint32_t>(all.items_size());
    request.set_limit(std::min(limit - have, kMostItems));
    Response page;
    FAIRWAY_RETURN_IF_ERROR(session.node().Call(method, request, page));
    for (v1::ItemSummary& item : *page.mutable_items()) *all.add_items() = std::move(item);
    KeepNotices(page, all);
    all.set_next_page(page.next_page());
    if (page.next_page().empty() || page.items().empty() ||
        static_cast<uint32_t>(all.items_size()) >= limit) {
      return absl::OkStatus();
    }
    request.set_page_token(page.next_page());
  }
}

void RemarkMore(const Session& session, const std::string& next_page, int shown) {
  if (next_page.empty()) return;
  session.terminal().Remark(absl::StrCat(shown, " shown, there are more: --limit N"));
}

absl::StatusOr<ExitCode> Inbox(const Invocation& invocation, Session& session) {
  FAIRWAY_ASSIGN_OR_RETURN(const uint32_t limit, Limit(invocation));
  v1::InboxResponse response;
  FAIRWAY_RETURN_IF_ERROR(
      FetchPages("/fairway.v1.Desk/Inbox", v1::InboxRequest(), limit, session, response));
  if (session.for_people()) {
    for (const v1::ItemSummary& item : response.recalled()) SayTakenBack(session, item);
    SayItems(session, response.items(), "Nothing has come in yet.");
  } else {
    session.PrintedForMachines("Inbox", response, "items");
  }
  RemarkMore(session, response.next_page(), response.items_size());
  return ExitCode::kOk;
}

absl::Status BadWord(const absl::Status& status) {
  return CliProblem(absl::StatusCode::kInvalidArgument, "FW-USE-003", std::string(status.message()),
                    {}, {"fairway list --help"});
}

absl::StatusOr<ExitCode> List(const Invocation& invocation, Session& session) {
  FAIRWAY_ASSIGN_OR_RETURN(const uint32_t limit, Limit(invocation));
  v1::ListRequest request;
  if (const auto word = invocation.value("--kind")) {
    const auto kind = model::ParseKind(*word);
    if (!kind.ok()) return BadWord(kind.status());
    request.set_kind(static_cast<v1::Kind>(*kind));
  }
  if (const auto word = invocation.value("--mode")) {
    const auto mode = model::ParseMode(*word);
    if (!mode.ok()) return BadWord(mode.status());
    request.set_mode(static_cast<v1::Mode>(*mode));
  }
  if (const auto word = invocation.value("--since")) {
    absl::Time since;
    if (!absl::ParseTime("%Y-%m-%d", *word, &since, nullptr) &&
        !absl::ParseTime(absl::RFC3339_full, *word, &since, nullptr)) {
      return BadWord(absl::InvalidArgumentError(
          absl::StrCat("--since cannot be \"", *word, "\"; write 2026-11-20")));
    }
    request.set_since_ms(absl::ToUnixMillis(since));
  }
  request.set_origin(invocation.value("--from").value_or(""));
  v1::ListResponse response;
  FAIRWAY_RETURN_IF_ERROR(FetchPages("/fairway.v1.Desk/List", request, limit, session, response));
  if (!session.PrintedForMachines("ItemList", response, "items")) {
    SayItems(session, response.items(), "No such items.");
  }
  RemarkMore(session, response.next_page(), response.items_size());
  return ExitCode::kOk;
}

// First, so that nobody reads on as if nothing had happened.
void SayRecall(const Session& session, const v1::ShowResponse& item) {
  const Terminal& terminal = session.terminal();
  terminal.Say(terminal.Styled(OneLine(RecallText(item.recall())), Style::kRed));
  if (!item.recall().note().empty()) {
    terminal.Say(absl::StrCat("note: ", OneLine(item.recall().note())));
  }
  for (const std::string& line :
       AfterRecall(item.recall(), item.summary().own(), item.summary().ref())) {
    terminal.Say(OneLine(line));
  }
  terminal.Say("");
}

void SayHead(const Session& session, const v1::ShowResponse& item) {
  const Terminal& terminal = session.terminal();
  const v1::ItemSummary& summary = item.summary();
  const auto line = [&](std::string_view name, const std::string& text) {
    std::string left(name);
    left.resize(11, ' ');
    terminal.Say(absl::StrCat(left, OneLine(text)));
  };
  if (item.has_recall()) SayRecall(session, item);
  if (const std::string expired = ExpiredText(item); !expired.empty()) {
    terminal.Say(terminal.Styled(OneLine(expired), Style::kRed));
  }
  terminal.Say(terminal.Styled(
      OneLine(absl::StrCat(ModeText(summary), "  ", summary.tlp(), "  ", summary.pap())),
      Style::kBold));
  terminal.Say(absl::StrCat(OneLine(summary.ref()), "  revision ", summary.revision(), "  ",
                            OneLine(KindText(summary))));
  line("from", FromText(summary));
  if (item.signature() == kVerified) {
    line("signature", "verified, over all that is shown");
  } else if (!item.signature().empty()) {
    terminal.Say(terminal.Styled(
        absl::StrCat("signature  DOES NOT HOLD: ", OneLine(item.signature())), Style::kRed));
  }
  if (!item.received_from().empty()) {
    line("received",
         absl::StrCat("from ", item.received_from(), ", ", TimeText(summary.stored_ms())));
  } else {
    line("stored", TimeText(summary.stored_ms()));
  }
  line("passing on", item.onward());
  if (item.has_not_after_ms()) line("expires", TimeText(item.not_after_ms()));
  if (!item.watermark().empty()) line("watermark", item.watermark());
  std::string_view name = "terms";
  for (const std::string& sentence : TermsText(item)) {
    line(name, sentence);
    name = "";
  }
}

void SayFields(const Session& session, const v1::ShowResponse& item) {
  const Terminal& terminal = session.terminal();
  std::string body;
  for (const v1::Field& field : item.fields()) {
    if (field.label() == "body") {
      body = field.text();
    } else if (field.label() == "title") {
      continue;
    } else {
      std::string left = OneLine(field.label());
      left.resize(std::max<size_t>(21, left.size() + 1), ' ');
      const std::string indent = absl::StrCat("\n", std::string(21, ' '));
      terminal.Say(absl::StrCat(left, absl::StrReplaceAll(Block(field.text()), {{"\n", indent}})));
    }
  }
  for (const v1::AttachmentInfo& attachment : item.attachments()) {
    terminal.Say(absl::StrCat(OneLine(attachment.label()), "        ", OneLine(attachment.name()),
                              "  ", OneLine(attachment.media_type()), "  ", attachment.size(),
                              " bytes", attachment.complete() ? "" : "  (still arriving)"));
  }
  if (!body.empty()) terminal.Say(absl::StrCat("\n", Block(body)));
}

absl::StatusOr<ExitCode> Show(const Invocation& invocation, Session& session) {
  v1::ShowRequest request;
  request.set_ref(invocation.argument(0));
  v1::ShowResponse response;
  FAIRWAY_RETURN_IF_ERROR(session.node().Call("/fairway.v1.Desk/Show", request, response));
  // Nothing is said of a signature where no content is shown.
  const bool holds = response.signature().empty() || response.signature() == kVerified;
  const ExitCode code = holds ? ExitCode::kOk : ExitCode::kIntegrity;
  if (session.PrintedForMachines("Item", response)) return code;
  const Terminal& terminal = session.terminal();
  SayHead(session, response);
  terminal.Say("");
  terminal.Say(terminal.Styled(OneLine(TitleText(response.summary())), Style::kBold));
  terminal.Say("");
  SayFields(session, response);
  if (!response.received_from().empty() && !response.fields().empty()) {
    terminal.Remark(
        "\nShown is all that was released to this node; there may be parts that were not.");
  }
  return code;
}

absl::StatusOr<ExitCode> SaveAttachment(const Invocation& invocation, Session& session) {
  v1::GetAttachmentRequest request;
  request.set_ref(invocation.argument(0));
  request.set_label(absl::StrCat("attachments/", invocation.argument(1)));
  v1::GetAttachmentResponse response;
  FAIRWAY_RETURN_IF_ERROR(session.node().Call("/fairway.v1.Desk/GetAttachment", request, response));
  const auto out = invocation.value("--out");
  if (!out.has_value()) {
    // A name that a peer chose never decides where something is written.
    return CliProblem(absl::StatusCode::kInvalidArgument, "FW-USE-003", "say where to save it",
                      {absl::StrCat("It is called ", OneLine(response.info().name()), ".")},
                      {"fairway attachment REF N --out FILE"});
  }
  FAIRWAY_RETURN_IF_ERROR(WriteNewFile(*out, response.content()));
  response.clear_content();
  if (session.PrintedForMachines("Attachment", response, "", "info")) return ExitCode::kOk;
  session.terminal().Say(absl::StrCat(response.info().size(), " bytes written to ", *out));
  return ExitCode::kOk;
}

}  // namespace

std::vector<Command> ItemCommands() {
  return {
      {"inbox",
       "What came in, newest first",
       {"fairway inbox", "fairway inbox --limit 200 -o jsonl"},
       {},
       {{"--limit", "N", "how many (50)"}},
       "fairway show REF",
       Inbox},
      {"list",
       "All items of this node, newest first",
       {"fairway list --kind alert --since 2026-11-01", "fairway list --from port-bravo"},
       {},
       {{"--kind", "KIND", "bulletin, alert, lesson, …"},
        {"--mode", "MODE", "real, exercise or test"},
        {"--from", "PEER", "whose items"},
        {"--since", "DAY", "stored on that day or later"},
        {"--limit", "N", "how many (50)"}},
       "fairway show REF",
       List},
      {"show",
       "One item: marking, origin, signature, terms and every part that is here",
       {"fairway show B-7K3Q-8M2V"},
       {{"REF"}},
       {},
       "fairway where REF",
       Show},
      {"attachment",
       "Save an attachment of an item",
       {"fairway attachment B-7K3Q-8M2V 1 --out gate4.jpg"},
       {{"REF"}, {"N"}},
       {{"--out", "FILE", "where to; an existing file is never overwritten"}},
       "",
       SaveAttachment},
  };
}

}  // namespace fairway::cli
