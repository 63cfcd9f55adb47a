#include "tools/fairway/command_line.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <memory>
#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "node/interop/did_you_mean.h"
#include "node/status/problem.h"
#include "node/status/status_macros.h"

namespace fairway::cli {
namespace {

constexpr std::string_view kVersion = "fairway 0.1.0";
constexpr size_t kHelpColumn = 28;

absl::Status Usage(std::string code, std::string message, std::vector<std::string> why,
                   std::string help) {
  return MakeProblem(
      absl::StatusCode::kInvalidArgument,
      Problem{std::move(code), std::move(message), std::move(why), {std::move(help)}});
}

std::string HelpHint(const Command* command) {
  return command == nullptr ? "all commands:  fairway --help"
                            : absl::StrCat("fairway ", command->path, " --help");
}

// "-o" and "--output" of "-o,--output".
std::vector<std::string> NamesOf(const Flag& flag) { return absl::StrSplit(flag.name, ','); }

bool TakesValue(const std::string& word) {
  for (const Flag& flag : GlobalFlags()) {
    if (flag.value.empty()) continue;
    for (const std::string& name : NamesOf(flag)) {
      if (name == word) return true;
    }
  }
  return false;
}

// --- Which command ------------------------------------------------------------------------------

// The words that name the command, by their positions: the first ones that are neither flags nor
// values of global flags.
std::vector<size_t> LeadingWords(std::span<const std::string> words, size_t limit) {
  std::vector<size_t> positions;
  for (size_t i = 0; i < words.size() && positions.size() < limit; ++i) {
    if (words[i] == "--") break;
    if (words[i].size() > 1 && words[i][0] == '-') {
      if (TakesValue(words[i])) ++i;
      continue;
    }
    positions.push_back(i);
  }
  return positions;
}

bool IsGroup(const std::vector<Command>& commands, const std::string& word) {
  return std::any_of(commands.begin(), commands.end(), [&](const Command& command) {
    return absl::StartsWith(command.path, absl::StrCat(word, " "));
  });
}

const Command* Find(const std::vector<Command>& commands, const std::string& path) {
  for (const Command& command : commands) {
    if (command.path == path) return &command;
  }
  return nullptr;
}

absl::Status NoSuchCommand(const std::vector<Command>& commands, const std::string& given) {
  std::set<std::string> known;
  for (const Command& command : commands) {
    known.insert(command.path);
    known.insert(command.path.substr(0, command.path.find(' ')));
  }
  const std::vector<std::string> names(known.begin(), known.end());
  const auto meant = interop::DidYouMean(given, names);
  const std::string group = given.substr(0, given.find(' '));
  const std::string hint = IsGroup(commands, group)
                               ? absl::StrCat("fairway ", group, " --help lists all")
                               : "all commands:  fairway --help";
  return Usage("FW-USE-001", absl::StrCat("unknown command \"", given, "\""),
               meant ? std::vector<std::string>{absl::StrCat("Did you mean \"", *meant, "\"?")}
                     : std::vector<std::string>{},
               hint);
}

// --- Its flags and arguments --------------------------------------------------------------------

// What CLI11 fills in.
struct Values {
  std::string data_dir;
  std::string output = "table";
  std::string colour = "auto";
  std::string timeout = "30s";
  bool yes = false;
  bool no_input = false;
  bool help = false;
  bool version = false;
  std::vector<std::string> arguments;
  std::map<std::string, std::vector<std::string>> flag_values;
  std::map<std::string, bool> switches;
};

void AddOptions(CLI::App& app, const Command& command, Values& values) {
  app.set_help_flag();
  app.allow_extras();
  // Said twice, the last one counts: a wrapper's setting can be overruled.
  app.add_option("--data", values.data_dir)->take_last();
  app.add_option("-o,--output", values.output)->take_last();
  app.add_option("--color", values.colour)->take_last();
  app.add_option("--timeout", values.timeout)->take_last();
  app.add_flag("-y,--yes", values.yes);
  app.add_flag("--no-input", values.no_input);
  app.add_flag("-h,--help", values.help);
  app.add_flag("--version", values.version);
  for (const Flag& flag : command.flags) {
    if (flag.value.empty()) {
      app.add_flag(flag.name, values.switches[flag.name]);
    } else {
      // One value each time it is given: an argument that follows is not swallowed.
      app.add_option(flag.name, values.flag_values[flag.name])
          ->allow_extra_args(false)
          ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    }
  }
}

absl::Status NoSuchFlag(const Command& command, const std::string& given) {
  std::vector<std::string> known;
  for (const Flag& flag : GlobalFlags()) {
    for (const std::string& name : NamesOf(flag)) known.push_back(name);
  }
  for (const Flag& flag : command.flags) known.push_back(flag.name);
  const std::string name = given.substr(0, given.find('='));
  const auto meant = interop::DidYouMean(name, known);
  return Usage("FW-USE-002", absl::StrCat("unknown flag \"", name, "\""),
               meant ? std::vector<std::string>{absl::StrCat("Did you mean \"", *meant, "\"?")}
                     : std::vector<std::string>{},
               HelpHint(&command));
}

absl::Status TakeArguments(const Command& command, std::vector<std::string> extras,
                           Invocation& invocation) {
  for (std::string& extra : extras) {
    if (extra.size() > 1 && extra[0] == '-' && extra != "--") return NoSuchFlag(command, extra);
    if (extra != "--") invocation.arguments.push_back(std::move(extra));
  }
  size_t required = 0;
  for (const Argument& argument : command.arguments) required += argument.required ? 1 : 0;
  if (invocation.arguments.size() < required) {
    return Usage("FW-USE-003",
                 absl::StrCat("fairway ", command.path, " needs ",
                              command.arguments[invocation.arguments.size()].name),
                 {}, HelpHint(&command));
  }
  if (invocation.arguments.size() > command.arguments.size()) {
    return Usage("FW-USE-003",
                 absl::StrCat("fairway ", command.path, " takes no \"",
                              invocation.arguments[command.arguments.size()], "\""),
                 {}, HelpHint(&command));
  }
  return absl::OkStatus();
}

template <typename E>
absl::StatusOr<E> OneOf(const Command* command, std::string_view flag, const std::string& given,
                        const std::vector<std::pair<std::string, E>>& known) {
  std::vector<std::string> names;
  for (const auto& [name, value] : known) {
    if (name == given) return value;
    names.push_back(name);
  }
  return Usage("FW-USE-003", absl::StrCat(std::string(flag), " cannot be \"", given, "\""),
               {absl::StrCat("It is ", absl::StrJoin(names, ", "), ".")}, HelpHint(command));
}

absl::StatusOr<Globals> GlobalsOf(const Command* command, const Values& values,
                                  const std::string& data_dir) {
  Globals globals;
  globals.data_dir = values.data_dir.empty() ? data_dir : values.data_dir;
  globals.yes = values.yes;
  globals.no_input = values.no_input;
  FAIRWAY_ASSIGN_OR_RETURN(globals.output, OneOf<Output>(command, "--output", values.output,
                                                         {{"table", Output::kTable},
                                                          {"json", Output::kJson},
                                                          {"jsonl", Output::kJsonLines}}));
  FAIRWAY_ASSIGN_OR_RETURN(globals.colour, OneOf<Colour>(command, "--color", values.colour,
                                                         {{"auto", Colour::kAuto},
                                                          {"always", Colour::kAlways},
                                                          {"never", Colour::kNever}}));
  if (!absl::ParseDuration(values.timeout, &globals.timeout) ||
      globals.timeout <= absl::ZeroDuration() || globals.timeout > absl::Hours(1)) {
    return Usage("FW-USE-003", absl::StrCat("--timeout cannot be \"", values.timeout, "\""),
                 {"It is a duration of at most 1h, such as 10s or 2m."}, HelpHint(command));
  }
  return globals;
}

// CLI11 takes the words from the back.
absl::Status RunParser(const Command& command, std::vector<std::string> words, Values& values,
                       std::vector<std::string>& extras) {
  CLI::App app;
  AddOptions(app, command, values);
  std::reverse(words.begin(), words.end());
  try {
    app.parse(words);
  } catch (const CLI::ParseError& error) {
    return Usage("FW-USE-003", error.what(), {}, HelpHint(&command));
  }
  extras = app.remaining();
  return absl::OkStatus();
}

void AppendFlags(const std::vector<Flag>& flags, std::string& text) {
  for (const Flag& flag : flags) {
    const std::string left = absl::StrCat("  ", absl::StrReplaceAll(flag.name, {{",", ", "}}),
                                          flag.value.empty() ? "" : absl::StrCat(" ", flag.value));
    const size_t gap = left.size() + 2 > kHelpColumn ? 2 : kHelpColumn - left.size();
    absl::StrAppend(&text, left, std::string(gap, ' '), flag.help, "\n");
  }
}

}  // namespace

const std::vector<Flag>& GlobalFlags() {
  static const auto& flags = *new std::vector<Flag>{
      {"--data", "DIR", "the node's directory (environment: FAIRWAY_DATA)"},
      {"-o,--output", "FORMAT", "table, json or jsonl"},
      {"-y,--yes", "", "say yes to questions beforehand"},
      {"--no-input", "", "never ask; fail instead"},
      {"--color", "WHEN", "auto, always or never (environment: NO_COLOR)"},
      {"--timeout", "DURATION", "how long to wait for the node (30s)"},
      {"-h,--help", "", "this text"},
      {"--version", "", "the version of this program"},
  };
  return flags;
}

std::vector<std::string> Invocation::values(const std::string& flag) const {
  std::vector<std::string> all;
  const auto found = flag_values.find(flag);
  if (found == flag_values.end()) return all;
  for (const std::string& given : found->second) {
    for (absl::string_view word : absl::StrSplit(given, ',', absl::SkipEmpty())) {
      all.emplace_back(absl::StripAsciiWhitespace(word));
    }
  }
  return all;
}

absl::StatusOr<Parsed> ParseCommandLine(std::span<const std::string> words,
                                        const std::vector<Command>& commands,
                                        const std::string& data_dir) {
  Parsed parsed;
  std::vector<size_t> leading = LeadingWords(words, 2);
  const bool version =
      leading.empty() && std::find(words.begin(), words.end(), "--version") != words.end();
  if (version) {
    parsed.text = absl::StrCat(std::string(kVersion), "\n");
    return parsed;
  }
  if (leading.empty()) {
    parsed.text = Overview(commands, "");
    return parsed;
  }
  const std::string& first = words[leading[0]];
  if (IsGroup(commands, first) && Find(commands, first) == nullptr) {
    if (leading.size() < 2) {
      parsed.text = Overview(commands, first);
      return parsed;
    }
    parsed.command = Find(commands, absl::StrCat(first, " ", words[leading[1]]));
    if (parsed.command == nullptr) {
      return NoSuchCommand(commands, absl::StrCat(first, " ", words[leading[1]]));
    }
  } else {
    parsed.command = Find(commands, first);
    if (parsed.command == nullptr) return NoSuchCommand(commands, first);
    leading.resize(1);
  }

  std::vector<std::string> rest;
  for (size_t i = 0; i < words.size(); ++i) {
    if (std::find(leading.begin(), leading.end(), i) == leading.end()) rest.push_back(words[i]);
  }
  Values values;
  std::vector<std::string> extras;
  FAIRWAY_RETURN_IF_ERROR(RunParser(*parsed.command, std::move(rest), values, extras));
  if (values.help) {
    parsed.text = HelpFor(*parsed.command);
    parsed.command = nullptr;
    return parsed;
  }
  FAIRWAY_ASSIGN_OR_RETURN(parsed.globals, GlobalsOf(parsed.command, values, data_dir));
  for (auto& [name, given] : values.flag_values) {
    if (!given.empty()) parsed.invocation.flag_values[name] = std::move(given);
  }
  for (const auto& [name, given] : values.switches) {
    if (given) parsed.invocation.switches[name] = true;
  }
  FAIRWAY_RETURN_IF_ERROR(TakeArguments(*parsed.command, std::move(extras), parsed.invocation));
  return parsed;
}

std::string HelpFor(const Command& command) {
  std::string text = absl::StrCat(command.summary, "\n\nExamples\n");
  for (const std::string& example : command.examples) absl::StrAppend(&text, "  ", example, "\n");
  absl::StrAppend(&text, "\nUsage: fairway ", command.path);
  for (const Argument& argument : command.arguments) {
    absl::StrAppend(&text, " ",
                    argument.required ? argument.name : absl::StrCat("[", argument.name, "]"));
  }
  absl::StrAppend(&text, " [flags]\n");
  if (!command.flags.empty()) {
    absl::StrAppend(&text, "\nFlags\n");
    AppendFlags(command.flags, text);
  }
  absl::StrAppend(&text, "\nFlags of every command\n");
  AppendFlags(GlobalFlags(), text);
  if (!command.after.empty()) absl::StrAppend(&text, "\nAfter this: ", command.after, "\n");
  return text;
}

std::string Overview(const std::vector<Command>& commands, std::string_view group) {
  const std::string prefix = group.empty() ? "" : absl::StrCat(std::string(group), " ");
  std::string text = "Share information between authorities, under policy\n\nExamples\n";
  if (group.empty()) {
    absl::StrAppend(&text,
                    "  fairway init --name mombasa-port --country KE --data ./node\n"
                    "  fairway publish bulletin.md --preview\n"
                    "  fairway where B-7K3Q-8M2V\n");
  } else {
    for (const Command& command : commands) {
      if (absl::StartsWith(command.path, prefix) && !command.examples.empty()) {
        absl::StrAppend(&text, "  ", command.examples.front(), "\n");
      }
    }
  }
  absl::StrAppend(&text, "\nCommands\n");
  for (const Command& command : commands) {
    if (!absl::StartsWith(command.path, prefix)) continue;
    absl::StrAppend(&text, absl::StrFormat("  %-18s%s\n", command.path, command.summary));
  }
  absl::StrAppend(&text, "\nFlags of every command\n");
  AppendFlags(GlobalFlags(), text);
  absl::StrAppend(&text,
                  "\nMore: fairway COMMAND --help, fairway help exit-codes, fairway help FW-…\n");
  return text;
}

}  // namespace fairway::cli
