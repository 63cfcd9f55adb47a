#include "node/interop/front_matter.h"

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/time.h"
#include "node/interop/did_you_mean.h"
#include "node/model/enums.h"
#include "node/model/text.h"
#include "node/status/problem.h"
#include "node/status/status_macros.h"
#include "toml++/toml.h"

namespace fairway::interop {
namespace {

using model::Draft;

constexpr std::string_view kFence = "+++";
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr size_t kShownLineBytes = 160;

const std::vector<std::string> kHelp = {"see what a file looks like:  fairway publish --help"};

// A place in the file as people count: from 1, columns in characters.
struct Place {
  size_t line = 1;
  size_t column = 1;
};

// The file, for messages that point into it.
class Source {
 public:
  Source(std::string file_name, std::string_view text)
      : file_name_(std::move(file_name)), text_(text) {}

  absl::Status Refuse(std::string code, Place place, std::string message, size_t width,
                      std::string hint) const {
    Problem problem;
    problem.code = std::move(code);
    problem.message = absl::StrCat(file_name_, ":", place.line, ":", place.column, ": ", message);
    const std::string line = LineAt(place.line);
    if (!line.empty()) {
      problem.why.push_back(absl::StrFormat("%4d | %s", place.line, line));
      problem.why.push_back(absl::StrCat("     | ", std::string(place.column - 1, ' '),
                                         std::string(std::max<size_t>(1, width), '^'),
                                         hint.empty() ? "" : " ", hint));
    } else if (!hint.empty()) {
      problem.why.push_back(std::move(hint));
    }
    problem.next = kHelp;
    return MakeProblem(absl::StatusCode::kInvalidArgument, std::move(problem));
  }

 private:
  // The line without what could disturb a terminal, or "" if it cannot be shown.
  std::string LineAt(size_t line) const {
    std::string_view rest = text_;
    for (size_t i = 1; i < line && !rest.empty(); ++i) {
      const size_t end = rest.find('\n');
      rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    }
    std::string shown(rest.substr(0, rest.find('\n')));
    if (!shown.empty() && shown.back() == '\r') shown.pop_back();
    std::replace(shown.begin(), shown.end(), '\t', ' ');
    if (shown.size() > kShownLineBytes || !model::CheckLine(shown).ok()) return "";
    return shown;
  }

  std::string file_name_;
  std::string_view text_;
};

// Reads the keys of one table, with the words for a message when a value does not fit.
class Reader {
 public:
  Reader(const Source& source, Draft& draft) : source_(source), draft_(draft) {}

  absl::Status ReadAll(const toml::table& table) {
    const Handlers handlers = TopLevel();
    return ReadTable(table, handlers, "");
  }

 private:
  using Handler = std::function<absl::Status(const toml::node&)>;
  using Handlers = std::map<std::string, Handler, std::less<>>;

  // toml++ counts lines from the line below the opening fence.
  static Place PlaceOf(const toml::source_region& region) {
    return {size_t{region.begin.line} + 1, std::max<size_t>(1, region.begin.column)};
  }

  absl::Status WrongValue(const toml::node& node, std::string message,
                          std::string hint = "") const {
    const toml::source_region& region = node.source();
    const size_t width =
        region.begin.line == region.end.line && region.end.column > region.begin.column
            ? region.end.column - region.begin.column
            : 1;
    return source_.Refuse("FW-DOC-004", PlaceOf(region), std::move(message), width,
                          std::move(hint));
  }

  absl::Status ReadTable(const toml::table& table, const Handlers& handlers,
                         std::string_view prefix) const {
    for (const auto& [key, node] : table) {
      const auto handler = handlers.find(key.str());
      if (handler == handlers.end()) return UnknownKey(key, handlers, prefix);
      FAIRWAY_RETURN_IF_ERROR(handler->second(node));
    }
    return absl::OkStatus();
  }

  absl::Status UnknownKey(const toml::key& key, const Handlers& handlers,
                          std::string_view prefix) const {
    std::vector<std::string> known;
    for (const auto& [name, handler] : handlers) known.push_back(name);
    const std::optional<std::string> meant = DidYouMean(key.str(), known);
    return source_.Refuse(
        "FW-DOC-003", PlaceOf(key.source()),
        absl::StrCat("unknown key \"", std::string(prefix), Printable(key.str()), "\""),
        std::min<size_t>(key.str().size(), kShownLineBytes),
        meant.has_value() ? absl::StrCat("did you mean \"", *meant, "\"?") : "");
  }

  static std::string Printable(std::string_view text) {
    return model::CheckLine(text).ok() ? std::string(text.substr(0, 40)) : "…";
  }

  absl::StatusOr<std::string> String(const toml::node& node) const {
    if (const auto* text = node.as_string()) return text->get();
    return WrongValue(node, absl::StrCat("expected a text in quotes, found ", TypeOf(node)));
  }

  static std::string TypeOf(const toml::node& node) {
    switch (node.type()) {
      case toml::node_type::table:
        return "a table";
      case toml::node_type::array:
        return "a list";
      case toml::node_type::string:
        return "a text";
      case toml::node_type::integer:
        return "a number";
      case toml::node_type::floating_point:
        return "a decimal number";
      case toml::node_type::boolean:
        return "true or false";
      case toml::node_type::date:
        return "a date";
      case toml::node_type::time:
        return "a time of day";
      case toml::node_type::date_time:
        return "a date and time";
      case toml::node_type::none:
        break;
    }
    return "nothing";
  }

  Handler Text(std::string& into) const {
    return [this, &into](const toml::node& node) -> absl::Status {
      FAIRWAY_ASSIGN_OR_RETURN(into, String(node));
      return absl::OkStatus();
    };
  }

  // A list of texts; a single text counts as a list of one.
  Handler List(std::vector<std::string>& into) const {
    return [this, &into](const toml::node& node) -> absl::Status {
      if (node.is_string()) {
        into.push_back(node.as_string()->get());
        return absl::OkStatus();
      }
      const toml::array* array = node.as_array();
      if (array == nullptr) {
        return WrongValue(
            node, absl::StrCat("expected a list such as [\"a\", \"b\"], found ", TypeOf(node)));
      }
      for (const toml::node& element : *array) {
        FAIRWAY_ASSIGN_OR_RETURN(std::string text, String(element));
        into.push_back(std::move(text));
      }
      return absl::OkStatus();
    };
  }

  // A word of a closed vocabulary.
  template <typename E, typename Parse, typename Into>
  Handler Word(Parse parse, const std::vector<E>& all, Into& into) const {
    return [this, parse, &all, &into](const toml::node& node) -> absl::Status {
      FAIRWAY_ASSIGN_OR_RETURN(const std::string text, String(node));
      const absl::StatusOr<E> value = parse(text);
      if (value.ok()) {
        into = *value;
        return absl::OkStatus();
      }
      std::vector<std::string> known;
      for (E candidate : all) known.emplace_back(model::ToText(candidate));
      const std::optional<std::string> meant = DidYouMean(text, known);
      if (!model::CheckLine(text).ok()) return WrongValue(node, "this is not a word that is known");
      return WrongValue(node, std::string(value.status().message()),
                        meant.has_value() ? absl::StrCat("did you mean \"", *meant, "\"?") : "");
    };
  }

  Handler TlpWord() const {
    return [this](const toml::node& node) -> absl::Status {
      if (node.is_array()) {
        return WrongValue(node, "an item has exactly one TLP label, found a list");
      }
      return Word<model::Tlp>(model::ParseTlp, model::AllTlps(), draft_.tlp)(node);
    };
  }

  Handler Day() const {
    return [this](const toml::node& node) -> absl::Status {
      if (const auto* date = node.as_date()) {
        draft_.day = DateText(date->get());
        return absl::OkStatus();
      }
      return Text(draft_.day)(node);
    };
  }

  static std::string DateText(const toml::date& date) {
    return absl::StrFormat("%04d-%02d-%02d", date.year, date.month, date.day);
  }

  absl::StatusOr<std::string> Rfc3339(const toml::node& node) const {
    const auto* value = node.as_date_time();
    if (value == nullptr) return String(node);
    const toml::date_time& when = value->get();
    if (!when.offset.has_value()) {
      return WrongValue(node, "a time needs its offset from UTC, as in 2026-11-20T18:30:00Z");
    }
    const int minutes = when.offset->minutes;
    return absl::StrCat(
        DateText(when.date),
        absl::StrFormat("T%02d:%02d:%02d", when.time.hour, when.time.minute, when.time.second),
        minutes == 0 ? "Z"
                     : absl::StrFormat("%c%02d:%02d", minutes < 0 ? '-' : '+',
                                       std::abs(minutes) / 60, std::abs(minutes) % 60));
  }

  Handler ExactTime() const {
    return [this](const toml::node& node) -> absl::Status {
      FAIRWAY_ASSIGN_OR_RETURN(draft_.exact_time, Rfc3339(node));
      return absl::OkStatus();
    };
  }

  // A day is good until its end, in UTC.
  Handler Expires() const {
    return [this](const toml::node& node) -> absl::Status {
      std::string text;
      if (const auto* date = node.as_date()) {
        text = DateText(date->get());
      } else {
        FAIRWAY_ASSIGN_OR_RETURN(text, Rfc3339(node));
      }
      if (text.size() == 10) text.append("T23:59:59Z");
      absl::Time time;
      std::string error;
      if (!absl::ParseTime(absl::RFC3339_full, text, &time, &error)) {
        return WrongValue(node, "expires is a day or a time, as in 2027-02-20");
      }
      draft_.not_after = time;
      return absl::OkStatus();
    };
  }

  Handler Contains() const {
    return [this](const toml::node& node) -> absl::Status {
      draft_.contains_known = true;
      return List(draft_.contains)(node);
    };
  }

  Handler Lessons() const {
    return [this](const toml::node& node) -> absl::Status {
      const toml::table* table = node.as_table();
      if (table == nullptr) {
        return WrongValue(node, absl::StrCat("expected a table [lessons], found ", TypeOf(node)));
      }
      for (const auto& [key, value] : *table) {
        FAIRWAY_ASSIGN_OR_RETURN(draft_.lessons[std::string(key.str())], String(value));
      }
      return absl::OkStatus();
    };
  }

  // A table of its own with the keys of `handlers`.
  Handler Table(std::string name, Handlers handlers) const {
    return [this, name, handlers](const toml::node& node) -> absl::Status {
      if (const toml::table* table = node.as_table()) {
        return ReadTable(*table, handlers, absl::StrCat(name, "."));
      }
      return WrongValue(node, absl::StrCat("expected a table [", name, "], found ", TypeOf(node)));
    };
  }

  Handler Officer() const {
    return [this](const toml::node& node) -> absl::Status {
      if (node.is_string()) return Text(draft_.officer_name)(node);
      return Table("officer", {{"name", Text(draft_.officer_name)},
                               {"contact", Text(draft_.officer_contact)}})(node);
    };
  }

  Handlers TopLevel() const {
    return {
        {"kind", Word<model::Kind>(model::ParseKind, model::AllKinds(), draft_.kind)},
        {"mode", Word<model::Mode>(model::ParseMode, model::AllModes(), draft_.mode)},
        {"tlp", TlpWord()},
        {"pap", Word<model::Pap>(model::ParsePap, model::AllPaps(), draft_.pap)},
        {"precedence", Word<model::Precedence>(model::ParsePrecedence, model::AllPrecedences(),
                                               draft_.precedence)},
        {"onward", Word<model::Onward>(model::ParseOnward, model::AllOnwards(), draft_.onward)},
        {"title", Text(draft_.title)},
        {"summary", Text(draft_.summary)},
        {"language", Text(draft_.language)},
        {"topics", List(draft_.topics)},
        {"regions", List(draft_.regions)},
        {"places", List(draft_.locodes)},
        {"exact_location", Text(draft_.exact_location)},
        {"day", Day()},
        {"time", ExactTime()},
        {"expires", Expires()},
        {"audience", List(draft_.releasable_to)},
        {"not_for", List(draft_.not_releasable_to)},
        {"named", List(draft_.named)},
        {"contains", Contains()},
        {"purpose", List(draft_.purpose)},
        {"facts", List(draft_.facts)},
        {"lessons", Lessons()},
        {"vessel_imo", List(draft_.imos)},
        {"containers", List(draft_.containers)},
        {"plates", List(draft_.plates)},
        {"persons", List(draft_.persons)},
        {"grading", Text(draft_.grading)},
        {"source_identity", Text(draft_.source_identity)},
        {"source_contact", Text(draft_.source_contact)},
        {"source_method", Text(draft_.source_method)},
        {"source", Table("source", {{"identity", Text(draft_.source_identity)},
                                    {"contact", Text(draft_.source_contact)},
                                    {"method", Text(draft_.source_method)}})},
        {"officer", Officer()},
    };
  }

  const Source& source_;
  Draft& draft_;
};

// The lines between the fences, and what follows them.
struct Split {
  std::string_view front;
  std::string_view body;
};

// The next line without its end, taken off `rest`.
std::string_view TakeLine(std::string_view& rest) {
  const size_t end = rest.find('\n');
  std::string_view line = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.remove_suffix(1);
  return line;
}

absl::StatusOr<Split> SplitAtFences(const Source& source, std::string_view text) {
  std::string_view rest = text;
  if (TakeLine(rest) != kFence) {
    return source.Refuse("FW-DOC-001", {1, 1}, "the file does not begin with front matter", 3,
                         "expected a line +++ here");
  }
  const std::string_view front = rest;
  size_t line = 1;
  while (!rest.empty()) {
    const size_t at = front.size() - rest.size();
    ++line;
    if (TakeLine(rest) == kFence) return Split{front.substr(0, at), rest};
  }
  return source.Refuse("FW-DOC-001", {line, 1}, "the front matter does not end", 1,
                       "expected a second line +++ above the text");
}

// The parser's own words, but for the mistake that matters most: one label must never silently win
// over another.
std::string InPlainWords(std::string_view description) {
  if (description.find("cannot redefine existing") != std::string_view::npos) {
    const size_t close = description.rfind('\'');
    const size_t open = close == 0 || close == std::string_view::npos
                            ? std::string_view::npos
                            : description.rfind('\'', close - 1);
    if (open != std::string_view::npos) {
      return absl::StrCat("\"", std::string(description.substr(open + 1, close - open - 1)),
                          "\" is there twice");
    }
  }
  return model::CheckBlock(description).ok() ? std::string(description) : "this is not TOML";
}

absl::Status TooLarge(const std::string& file_name, std::string_view what, size_t size,
                      size_t limit) {
  return MakeProblem(absl::StatusCode::kInvalidArgument,
                     Problem{"FW-DOC-005",
                             absl::StrCat(file_name, ": ", std::string(what), " is too large"),
                             {absl::StrCat("It has ", size, " bytes; the limit is ", limit, ".")},
                             {"attach the rest as a file:  fairway publish FILE --attach F"}});
}

}  // namespace

absl::StatusOr<Draft> ReadFrontMatter(const std::string& file_name, std::string_view text) {
  if (text.size() > kMaxItemFileBytes) {
    return TooLarge(file_name, "the file", text.size(), kMaxItemFileBytes);
  }
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  const Source source(file_name, text);
  FAIRWAY_ASSIGN_OR_RETURN(const Split split, SplitAtFences(source, text));
  if (split.front.size() > kMaxFrontMatterBytes) {
    return TooLarge(file_name, "the front matter", split.front.size(), kMaxFrontMatterBytes);
  }

  toml::table table;
  try {
    table = toml::parse(split.front);
  } catch (const toml::parse_error& error) {
    const size_t line = size_t{error.source().begin.line} + 1;
    return source.Refuse("FW-DOC-002", {line, std::max<size_t>(1, error.source().begin.column)},
                         InPlainWords(error.description()), 1, "");
  }
  Draft draft;
  FAIRWAY_RETURN_IF_ERROR(Reader(source, draft).ReadAll(table));
  std::string_view body = split.body;
  while (!body.empty() && (body.front() == '\n' || body.front() == '\r')) body.remove_prefix(1);
  draft.body = std::string(body);
  return draft;
}

}  // namespace fairway::interop
