#include "node/interop/cap.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "node/interop/did_you_mean.h"
#include "node/model/text.h"
#include "node/status/problem.h"
#include "node/status/status_macros.h"
#include "pugixml.hpp"

namespace fairway::interop {
namespace {

using model::Draft;

constexpr std::string_view kCap12 = "urn:oasis:names:tc:emergency:cap:1.2";
constexpr std::string_view kCapPrefix = "urn:oasis:names:tc:emergency:cap:";
constexpr size_t kShownBytes = 60;

absl::Status Refuse(std::string code, std::string message, std::string why,
                    std::string next = "ask the sender for a correct file") {
  return MakeProblem(
      absl::StatusCode::kInvalidArgument,
      Problem{std::move(code), std::move(message), {std::move(why)}, {std::move(next)}});
}

// Text of the file that is safe to repeat in a message.
std::string Shown(std::string_view text) {
  if (!model::CheckLine(text).ok()) return "(cannot be shown)";
  return std::string(text.substr(0, kShownBytes));
}

// --- Before parsing -----------------------------------------------------------------------------

// A document type declaration can define entities that read files or grow without end, so nothing
// of it may reach a parser. Zero bytes are dropped first: in UTF-16 and UTF-32 they stand between
// the letters.
bool HasDocumentType(std::string_view xml) {
  std::string squeezed;
  squeezed.reserve(xml.size());
  for (char c : xml) {
    if (c != '\0') squeezed.push_back(absl::ascii_toupper(static_cast<unsigned char>(c)));
  }
  return absl::StrContains(squeezed, "<!DOCTYPE") || absl::StrContains(squeezed, "<!ENTITY");
}

// --- The tree -----------------------------------------------------------------------------------

// Which elements CAP has inside which, and how often.
struct Child {
  std::string_view name;
  bool required;
  bool repeats;
};
constexpr std::array<Child, 15> kAlert = {{{"identifier", true, false},
                                           {"sender", true, false},
                                           {"sent", true, false},
                                           {"status", true, false},
                                           {"msgType", true, false},
                                           {"source", false, false},
                                           {"scope", true, false},
                                           {"restriction", false, false},
                                           {"addresses", false, false},
                                           {"code", false, true},
                                           {"note", false, false},
                                           {"references", false, false},
                                           {"incidents", false, false},
                                           {"info", false, true},
                                           {"Signature", false, true}}};
constexpr std::array<Child, 21> kInfo = {
    {{"language", false, false},    {"category", true, true},   {"event", true, false},
     {"responseType", false, true}, {"urgency", true, false},   {"severity", true, false},
     {"certainty", true, false},    {"audience", false, false}, {"eventCode", false, true},
     {"effective", false, false},   {"onset", false, false},    {"expires", false, false},
     {"senderName", false, false},  {"headline", false, false}, {"description", false, false},
     {"instruction", false, false}, {"web", false, false},      {"contact", false, false},
     {"parameter", false, true},    {"resource", false, true},  {"area", false, true}}};
constexpr std::array<Child, 6> kArea = {{{"areaDesc", true, false},
                                         {"polygon", false, true},
                                         {"circle", false, true},
                                         {"geocode", false, true},
                                         {"altitude", false, false},
                                         {"ceiling", false, false}}};
constexpr std::array<Child, 6> kResource = {{{"resourceDesc", true, false},
                                             {"mimeType", true, false},
                                             {"size", false, false},
                                             {"uri", false, false},
                                             {"derefUri", false, false},
                                             {"digest", false, false}}};
constexpr std::array<Child, 2> kPair = {{{"valueName", true, false}, {"value", true, false}}};

constexpr std::array<std::string_view, 5> kStatuses = {"Actual", "Exercise", "System", "Test",
                                                       "Draft"};
constexpr std::array<std::string_view, 5> kMsgTypes = {"Alert", "Update", "Cancel", "Ack", "Error"};
constexpr std::array<std::string_view, 3> kScopes = {"Public", "Restricted", "Private"};
constexpr std::array<std::string_view, 12> kCategories = {
    "Geo",    "Met", "Safety",    "Security", "Rescue", "Fire",
    "Health", "Env", "Transport", "Infra",    "CBRNE",  "Other"};
constexpr std::array<std::string_view, 9> kResponseTypes = {
    "Shelter", "Evacuate", "Prepare", "Execute", "Avoid", "Monitor", "Assess", "AllClear", "None"};
constexpr std::array<std::string_view, 5> kUrgencies = {"Immediate", "Expected", "Future", "Past",
                                                        "Unknown"};
constexpr std::array<std::string_view, 5> kSeverities = {"Extreme", "Severe", "Moderate", "Minor",
                                                         "Unknown"};
constexpr std::array<std::string_view, 5> kCertainties = {"Observed", "Likely", "Possible",
                                                          "Unlikely", "Unknown"};

// An element with its path, for messages. Children are looked up by their CAP name.
class Element {
 public:
  Element(pugi::xml_node node, std::string path, std::string prefix)
      : node_(node), path_(std::move(path)), prefix_(std::move(prefix)) {}

  const std::string& path() const { return path_; }

  // Every child is one that CAP has here, often enough and not too often. Elements of other
  // namespaces (a signature, an extension) are passed over.
  absl::Status CheckChildren(std::span<const Child> known) const {
    std::map<std::string_view, size_t> seen;
    for (pugi::xml_node child : node_.children()) {
      if (child.type() != pugi::node_element) continue;
      const std::optional<std::string_view> name = CapName(child.name());
      if (!name.has_value()) continue;
      const auto* rule = std::find_if(known.data(), known.data() + known.size(),
                                      [&](const Child& c) { return c.name == *name; });
      if (rule == known.data() + known.size()) return Unknown(*name, known);
      if (++seen[rule->name] > 1 && !rule->repeats) {
        return Refuse("FW-CAP-005", absl::StrCat(path_, "/", std::string(*name), " is there twice"),
                      "CAP 1.2 allows it once.");
      }
    }
    for (const Child& child : known) {
      if (child.required && seen[child.name] == 0) {
        return Refuse("FW-CAP-005",
                      absl::StrCat(path_, "/", std::string(child.name), " is missing"),
                      "CAP 1.2 wants it.");
      }
    }
    return absl::OkStatus();
  }

  // The text of the first child of that name, trimmed; "" if there is none.
  std::string Text(std::string_view name) const {
    return TextOf(node_.child(Qualified(name).c_str()));
  }

  std::vector<std::string> Texts(std::string_view name) const {
    std::vector<std::string> texts;
    for (const Element& child : Children(name)) texts.push_back(TextOf(child.node_));
    return texts;
  }

  // Paths are numbered where CAP allows several.
  std::vector<Element> Children(std::string_view name) const {
    std::vector<Element> children;
    // The range keeps a pointer to the name.
    const std::string qualified = Qualified(name);
    for (pugi::xml_node child : node_.children(qualified.c_str())) {
      children.emplace_back(
          child, absl::StrCat(path_, "/", std::string(name), "[", children.size() + 1, "]"),
          prefix_);
    }
    return children;
  }

  // The text of a mandatory child, one line, not empty.
  absl::StatusOr<std::string> Needed(std::string_view name) const {
    std::string text = Text(name);
    if (text.empty()) {
      return Refuse("FW-CAP-005", absl::StrCat(path_, "/", std::string(name), " is empty"),
                    "CAP 1.2 wants a value.");
    }
    return text;
  }

  absl::Status CheckWord(std::string_view name, const std::string& text,
                         std::span<const std::string_view> allowed) const {
    if (std::find(allowed.begin(), allowed.end(), text) != allowed.end()) return absl::OkStatus();
    const std::vector<std::string> known(allowed.begin(), allowed.end());
    const std::optional<std::string> meant = DidYouMean(text, known);
    return Refuse(
        "FW-CAP-006", absl::StrCat(path_, "/", std::string(name), " is \"", Shown(text), "\""),
        absl::StrCat("CAP 1.2 knows ", absl::StrJoin(known, ", "), ".",
                     meant.has_value() ? absl::StrCat(" Did you mean \"", *meant, "\"?") : ""));
  }

  absl::StatusOr<std::string> Word(std::string_view name,
                                   std::span<const std::string_view> allowed) const {
    FAIRWAY_ASSIGN_OR_RETURN(std::string text, Needed(name));
    FAIRWAY_RETURN_IF_ERROR(CheckWord(name, text, allowed));
    return text;
  }

 private:
  // All of the text: a comment or a CDATA section may stand in the middle of it.
  static std::string TextOf(pugi::xml_node node) {
    std::string text;
    for (pugi::xml_node child : node.children()) {
      if (child.type() == pugi::node_pcdata || child.type() == pugi::node_cdata) {
        text.append(child.value());
      }
    }
    return std::string(absl::StripAsciiWhitespace(text));
  }

  std::string Qualified(std::string_view name) const {
    return prefix_.empty() ? std::string(name) : absl::StrCat(prefix_, ":", std::string(name));
  }

  // The name without the prefix of CAP's namespace; nothing for another namespace.
  std::optional<std::string_view> CapName(std::string_view name) const {
    const size_t colon = name.find(':');
    const std::string_view prefix =
        colon == std::string_view::npos ? std::string_view() : name.substr(0, colon);
    if (prefix != prefix_) return std::nullopt;
    return colon == std::string_view::npos ? name : name.substr(colon + 1);
  }

  absl::Status Unknown(std::string_view name, std::span<const Child> known) const {
    std::vector<std::string> names;
    for (const Child& child : known) names.emplace_back(child.name);
    const std::optional<std::string> meant = DidYouMean(name, names);
    return Refuse("FW-CAP-005", absl::StrCat(path_, "/", Shown(name), " is no element of CAP 1.2"),
                  meant.has_value()
                      ? absl::StrCat("Did you mean \"", *meant, "\"?")
                      : absl::StrCat("Known here are ", absl::StrJoin(names, ", "), "."));
  }

  pugi::xml_node node_;
  std::string path_;
  std::string prefix_;
};

// Walks without recursion: a deep file must not use up the stack before it is refused.
absl::Status CheckDepth(const pugi::xml_document& document) {
  size_t depth = 0;
  pugi::xml_node node = document;
  while (true) {
    if (pugi::xml_node child = node.first_child()) {
      node = child;
      if (++depth > kMaxCapDepth && child.type() == pugi::node_element) {
        return Refuse("FW-CAP-001", "the alert is nested too deeply",
                      absl::StrCat("The limit is ", kMaxCapDepth, " levels."));
      }
      continue;
    }
    while (node && !node.next_sibling()) {
      node = node.parent();
      if (depth == 0 || !node) return absl::OkStatus();
      --depth;
    }
    if (!node) return absl::OkStatus();
    node = node.next_sibling();
  }
}

absl::Status CheckEncoding(const pugi::xml_document& document) {
  for (pugi::xml_node node : document.children()) {
    if (node.type() == pugi::node_doctype) {
      return Refuse("FW-CAP-003", "the file has a document type declaration", "CAP needs none.");
    }
    if (node.type() != pugi::node_declaration) continue;
    const std::string encoding =
        absl::AsciiStrToUpper(node.attribute("encoding").as_string("UTF-8"));
    static const std::set<std::string> kKnown = {"UTF-8",    "UTF-16",     "UTF-16LE", "UTF-16BE",
                                                 "US-ASCII", "ISO-8859-1", "LATIN1"};
    if (!kKnown.contains(encoding)) {
      return Refuse("FW-CAP-002", absl::StrCat("the file says its encoding is ", Shown(encoding)),
                    "This reads UTF-8, UTF-16, ISO-8859-1 and US-ASCII.",
                    "save it as UTF-8, then publish again");
    }
  }
  return absl::OkStatus();
}

// The root element, if it is a CAP 1.2 alert.
absl::StatusOr<Element> Root(const pugi::xml_document& document) {
  const pugi::xml_node root = document.document_element();
  const std::string name = root.name();
  const size_t colon = name.find(':');
  const std::string prefix = colon == std::string::npos ? "" : name.substr(0, colon);
  const std::string local = colon == std::string::npos ? name : name.substr(colon + 1);
  const std::string space =
      root.attribute(prefix.empty() ? "xmlns" : absl::StrCat("xmlns:", prefix).c_str()).as_string();
  if (local != "alert" || !absl::StartsWith(space, std::string(kCapPrefix))) {
    return Refuse(
        "FW-CAP-004", "the file is not a CAP alert",
        absl::StrCat("Its root is <", Shown(name), "> of namespace \"", Shown(space), "\"."));
  }
  if (space != kCap12) {
    return Refuse("FW-CAP-004", "the alert is of another version of CAP",
                  absl::StrCat("Found ", Shown(space.substr(kCapPrefix.size())),
                               "; this reads version 1.2."));
  }
  return Element(root, "/alert", prefix);
}

// --- Checks of CAP's own rules ------------------------------------------------------------------

// CAP 1.2 §3.3.2: always with an offset, never with Z or a fraction.
absl::StatusOr<absl::Time> ReadTime(const Element& element, std::string_view name,
                                    const std::string& text) {
  absl::Time time;
  std::string error;
  if (text.size() != 25 || !absl::ParseTime("%Y-%m-%dT%H:%M:%S%Ez", text, &time, &error)) {
    return Refuse("FW-CAP-006",
                  absl::StrCat(element.path(), "/", std::string(name), " is \"", Shown(text), "\""),
                  "CAP 1.2 writes times as 2026-11-20T18:30:00-00:00.");
  }
  return time;
}

absl::Status CheckInfo(const Element& info) {
  FAIRWAY_RETURN_IF_ERROR(info.CheckChildren(kInfo));
  for (const std::string& category : info.Texts("category")) {
    FAIRWAY_RETURN_IF_ERROR(info.CheckWord("category", category, kCategories));
  }
  for (const std::string& response : info.Texts("responseType")) {
    FAIRWAY_RETURN_IF_ERROR(info.CheckWord("responseType", response, kResponseTypes));
  }
  FAIRWAY_RETURN_IF_ERROR(info.Needed("event").status());
  FAIRWAY_RETURN_IF_ERROR(info.Word("urgency", kUrgencies).status());
  FAIRWAY_RETURN_IF_ERROR(info.Word("severity", kSeverities).status());
  FAIRWAY_RETURN_IF_ERROR(info.Word("certainty", kCertainties).status());
  for (std::string_view name : {"effective", "onset", "expires"}) {
    const std::string text = info.Text(name);
    if (!text.empty()) FAIRWAY_RETURN_IF_ERROR(ReadTime(info, name, text).status());
  }
  for (const Element& area : info.Children("area")) {
    FAIRWAY_RETURN_IF_ERROR(area.CheckChildren(kArea));
    FAIRWAY_RETURN_IF_ERROR(area.Needed("areaDesc").status());
    for (const Element& code : area.Children("geocode")) {
      FAIRWAY_RETURN_IF_ERROR(code.CheckChildren(kPair));
    }
  }
  for (const Element& resource : info.Children("resource")) {
    FAIRWAY_RETURN_IF_ERROR(resource.CheckChildren(kResource));
  }
  for (std::string_view name : {"parameter", "eventCode"}) {
    for (const Element& pair : info.Children(name)) {
      FAIRWAY_RETURN_IF_ERROR(pair.CheckChildren(kPair));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckAlert(const Element& alert) {
  FAIRWAY_RETURN_IF_ERROR(alert.CheckChildren(kAlert));
  for (std::string_view name : {"identifier", "sender"}) {
    FAIRWAY_ASSIGN_OR_RETURN(const std::string text, alert.Needed(name));
    if (text.find_first_of(" ,<&") != std::string::npos) {
      return Refuse("FW-CAP-006",
                    absl::StrCat(alert.path(), "/", std::string(name), " is \"", Shown(text), "\""),
                    "CAP 1.2 allows no spaces, commas, < or & in it.");
    }
  }
  FAIRWAY_RETURN_IF_ERROR(ReadTime(alert, "sent", alert.Text("sent")).status());
  FAIRWAY_ASSIGN_OR_RETURN(const std::string status, alert.Word("status", kStatuses));
  FAIRWAY_ASSIGN_OR_RETURN(const std::string type, alert.Word("msgType", kMsgTypes));
  FAIRWAY_ASSIGN_OR_RETURN(const std::string scope, alert.Word("scope", kScopes));
  if (scope == "Restricted") FAIRWAY_RETURN_IF_ERROR(alert.Needed("restriction").status());
  if (scope == "Private") FAIRWAY_RETURN_IF_ERROR(alert.Needed("addresses").status());
  if (status == "System" || status == "Draft") {
    return Refuse("FW-CAP-007", absl::StrCat("/alert/status is ", status),
                  "Only Actual, Exercise and Test are for sharing.");
  }
  if (type == "Ack" || type == "Error") {
    return Refuse("FW-CAP-007", absl::StrCat("/alert/msgType is ", type),
                  "Only Alert, Update and Cancel are for sharing.");
  }
  const std::vector<Element> infos = alert.Children("info");
  if (infos.empty()) {
    return Refuse("FW-CAP-005", "/alert/info is missing",
                  "CAP 1.2 can do without, but an item needs an event for its title.");
  }
  if (infos.size() > kMaxCapInfos) {
    return Refuse("FW-CAP-001", "the alert has too many <info> blocks",
                  absl::StrCat("Found ", infos.size(), "; the limit is ", kMaxCapInfos, "."));
  }
  for (const Element& info : infos) FAIRWAY_RETURN_IF_ERROR(CheckInfo(info));
  return absl::OkStatus();
}

// --- The draft ----------------------------------------------------------------------------------

// Spaces and line breaks as one space each: for what is shown on one line.
std::string OneLine(const std::string& text) {
  return absl::StrJoin(absl::StrSplit(text, absl::ByAnyChar(" \t\r\n"), absl::SkipEmpty()), " ");
}

std::string TitleOf(const Element& info) {
  const std::string headline = info.Text("headline");
  return OneLine(headline.empty() ? info.Text("event") : headline);
}

model::Mode ModeOf(const std::string& status) {
  if (status == "Exercise") return model::Mode::kExercise;
  if (status == "Test") return model::Mode::kTest;
  return model::Mode::kReal;
}

model::Precedence PrecedenceOf(const Element& info) {
  const std::string urgency = info.Text("urgency");
  const std::string severity = info.Text("severity");
  if (urgency == "Immediate") {
    return severity == "Extreme" || severity == "Severe" ? model::Precedence::kImmediate
                                                         : model::Precedence::kPriority;
  }
  return urgency == "Expected" ? model::Precedence::kPriority : model::Precedence::kRoutine;
}

void AppendLine(std::string_view name, const std::string& text, std::string& body) {
  if (!text.empty()) absl::StrAppend(&body, "- ", std::string(name), ": ", OneLine(text), "\n");
}

void AppendPairs(const Element& info, std::string_view name, std::string& body) {
  for (const Element& pair : info.Children(name)) {
    AppendLine(pair.Text("valueName"), pair.Text("value"), body);
  }
}

std::string SectionOf(const Element& info) {
  const std::string language = info.Text("language");
  std::string section = absl::StrCat(
      "## ", TitleOf(info), language.empty() ? "" : absl::StrCat(" (", language, ")"), "\n\n");
  for (std::string_view name : {"description", "instruction"}) {
    const std::string text = info.Text(name);
    if (!text.empty()) absl::StrAppend(&section, text, "\n\n");
  }
  AppendLine("event", info.Text("event"), section);
  AppendLine("category", absl::StrJoin(info.Texts("category"), ", "), section);
  AppendLine("response", absl::StrJoin(info.Texts("responseType"), ", "), section);
  for (std::string_view name : {"urgency", "severity", "certainty", "audience", "effective",
                                "onset", "expires", "senderName", "web"}) {
    AppendLine(name, info.Text(name), section);
  }
  AppendPairs(info, "eventCode", section);
  AppendPairs(info, "parameter", section);
  for (const Element& resource : info.Children("resource")) {
    AppendLine("resource",
               absl::StrCat(resource.Text("resourceDesc"), " ", resource.Text("mimeType"), " ",
                            resource.Text("uri")),
               section);
  }
  return section;
}

std::string BodyOf(const Element& alert) {
  std::string body;
  for (const Element& info : alert.Children("info")) absl::StrAppend(&body, SectionOf(info), "\n");
  absl::StrAppend(&body, "## CAP 1.2\n\n");
  for (const Child& child : kAlert) {
    if (child.repeats || child.name == "addresses") continue;
    AppendLine(child.name, alert.Text(child.name), body);
  }
  AppendLine("code", absl::StrJoin(alert.Texts("code"), ", "), body);
  return body;
}

// One line for each area, shape and code; what several blocks repeat in other languages once.
std::string LocationOf(const Element& alert) {
  std::vector<std::string> lines;
  const auto add = [&](std::string line) {
    if (std::find(lines.begin(), lines.end(), line) == lines.end())
      lines.push_back(std::move(line));
  };
  for (const Element& info : alert.Children("info")) {
    for (const Element& area : info.Children("area")) {
      add(OneLine(area.Text("areaDesc")));
      for (const std::string& shape : area.Texts("polygon")) {
        if (!shape.empty()) add(absl::StrCat("polygon ", OneLine(shape)));
      }
      for (const std::string& shape : area.Texts("circle")) {
        if (!shape.empty()) add(absl::StrCat("circle ", OneLine(shape)));
      }
      for (const Element& code : area.Children("geocode")) {
        add(absl::StrCat(OneLine(code.Text("valueName")), " ", OneLine(code.Text("value"))));
      }
    }
  }
  return absl::StrJoin(lines, "\n");
}

// The last moment any block is good for; nothing if one of them has no end.
absl::StatusOr<std::optional<absl::Time>> ExpiryOf(const Element& alert) {
  std::optional<absl::Time> latest;
  for (const Element& info : alert.Children("info")) {
    const std::string text = info.Text("expires");
    if (text.empty()) return std::nullopt;
    FAIRWAY_ASSIGN_OR_RETURN(const absl::Time time, ReadTime(info, "expires", text));
    latest = std::max(latest.value_or(time), time);
  }
  return latest;
}

absl::StatusOr<Draft> DraftOf(const Element& alert, model::Tlp tlp) {
  const std::vector<Element> infos = alert.Children("info");
  const Element& first = infos.front();
  Draft draft;
  draft.kind = model::Kind::kAlert;
  draft.tlp = tlp;
  draft.mode = ModeOf(alert.Text("status"));
  for (const Element& info : infos) {
    draft.precedence = std::max(draft.precedence, PrecedenceOf(info));
  }
  draft.title = TitleOf(first);
  draft.language = first.Text("language");
  draft.body = BodyOf(alert);
  draft.exact_location = LocationOf(alert);
  draft.officer_contact = OneLine(first.Text("contact"));
  const std::string onset = first.Text("onset");
  draft.exact_time = onset.empty() ? first.Text("effective") : onset;
  FAIRWAY_ASSIGN_OR_RETURN(draft.not_after, ExpiryOf(alert));
  draft.day = alert.Text("sent").substr(0, 10);
  return draft;
}

}  // namespace

absl::StatusOr<Draft> ReadCap(const std::string& file_name, std::string_view xml, model::Tlp tlp) {
  if (xml.size() > kMaxCapBytes) {
    return Refuse("FW-CAP-001", absl::StrCat(file_name, " is too large"),
                  absl::StrCat("It has ", xml.size(), " bytes; the limit is ", kMaxCapBytes, "."));
  }
  if (HasDocumentType(xml)) {
    return Refuse("FW-CAP-003", absl::StrCat(file_name, " has a document type declaration"),
                  "CAP needs none, and one can make a reader open files or run out of memory.",
                  "do not open it with other programs; ask the sender what it is");
  }
  pugi::xml_document document;
  const pugi::xml_parse_result parsed = document.load_buffer(
      xml.data(), xml.size(), pugi::parse_default | pugi::parse_declaration | pugi::parse_doctype);
  if (!parsed) {
    const size_t at =
        std::min(static_cast<size_t>(std::max<ptrdiff_t>(0, parsed.offset)), xml.size());
    const auto line = 1 + std::count(xml.begin(), xml.begin() + static_cast<ptrdiff_t>(at), '\n');
    return Refuse("FW-CAP-002", absl::StrCat(file_name, ":", line, ": this is not well-formed XML"),
                  absl::StrCat(parsed.description(), "."));
  }
  FAIRWAY_RETURN_IF_ERROR(CheckDepth(document));
  FAIRWAY_RETURN_IF_ERROR(CheckEncoding(document));
  FAIRWAY_ASSIGN_OR_RETURN(const Element alert, Root(document));
  FAIRWAY_RETURN_IF_ERROR(CheckAlert(alert));
  return DraftOf(alert, tlp);
}

bool LooksLikeXml(std::string_view text) {
  for (char c : text.substr(0, 64)) {
    if (c == '<') return true;
    // Byte order marks and the zero bytes of UTF-16 may stand before.
    const auto byte = static_cast<unsigned char>(c);
    const bool mark = byte == 0xEF || byte == 0xBB || byte == 0xBF || byte == 0xFE || byte == 0xFF;
    if (!mark && byte != 0 && !absl::ascii_isspace(byte)) return false;
  }
  return false;
}

}  // namespace fairway::interop
