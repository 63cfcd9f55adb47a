#include "tools/fairway/completion.h"

#include <algorithm>
#include <map>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "tools/fairway/command_line.h"

namespace fairway::cli {
namespace {

std::vector<std::string> NamesOf(const std::vector<Flag>& flags, bool with_value_only) {
  std::vector<std::string> names;
  for (const Flag& flag : flags) {
    if (with_value_only && flag.value.empty()) continue;
    for (absl::string_view name : absl::StrSplit(flag.name, ',')) names.emplace_back(name);
  }
  return names;
}

// What may follow each path of words: "peer" → its commands, "peer invite" → its flags. The longest
// paths first, so that the first that fits is the right one.
std::vector<std::pair<std::string, std::string>> Choices(const std::vector<Command>& commands) {
  std::map<std::string, std::set<std::string>> groups;
  std::vector<std::pair<std::string, std::string>> choices;
  const std::string global = absl::StrJoin(NamesOf(GlobalFlags(), false), " ");
  for (const Command& command : commands) {
    const size_t space = command.path.find(' ');
    groups[""].insert(command.path.substr(0, space));
    if (space != std::string::npos) {
      groups[command.path.substr(0, space)].insert(command.path.substr(space + 1));
    }
    choices.emplace_back(command.path,
                         absl::StrJoin({absl::StrJoin(NamesOf(command.flags, false), " "), global},
                                       command.flags.empty() ? "" : " "));
  }
  for (const auto& [path, words] : groups) {
    choices.emplace_back(path, absl::StrJoin(words, " "));
  }
  std::stable_sort(choices.begin(), choices.end(),
                   [](const auto& a, const auto& b) { return a.first.size() > b.first.size(); });
  return choices;
}

// Flags whose value is not a word of the command.
std::string ValueFlags(const std::vector<Command>& commands) {
  std::set<std::string> flags;
  for (std::string& name : NamesOf(GlobalFlags(), true)) flags.insert(std::move(name));
  for (const Command& command : commands) {
    for (std::string& name : NamesOf(command.flags, true)) flags.insert(std::move(name));
  }
  return absl::StrJoin(flags, "|");
}

// The branches of a `case` over the words before, in a form that bash and zsh both read.
std::string Branches(const std::vector<Command>& commands) {
  std::string text;
  for (const auto& [path, words] : Choices(commands)) {
    absl::StrAppend(&text, "    (\"", path, "\"",
                    path.empty() ? "" : absl::StrCat("|\"", path, " \"*"), ") choices=\"", words,
                    "\" ;;\n");
  }
  return text;
}

std::string Bash(const std::vector<Command>& commands) {
  return absl::StrCat(R"(# fairway completion bash > /usr/share/bash-completion/completions/fairway
_fairway() {
  local path="" choices="" i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "${COMP_WORDS[i]}" in
      ()",
                      ValueFlags(commands), R"() ((i++)) ;;
      (-*) ;;
      (*) path="${path:+$path }${COMP_WORDS[i]}" ;;
    esac
  done
  case "$path" in
)",
                      Branches(commands), R"(  esac
  COMPREPLY=($(compgen -W "$choices" -- "${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _fairway fairway
)");
}

std::string Zsh(const std::vector<Command>& commands) {
  return absl::StrCat(R"(#compdef fairway
# fairway completion zsh > /usr/share/zsh/vendor-completions/_fairway
_fairway() {
  local before="" choices="" i
  for ((i = 2; i < CURRENT; i++)); do
    case "${words[i]}" in
      ()",
                      ValueFlags(commands), R"() ((i++)) ;;
      (-*) ;;
      (*) before="${before:+$before }${words[i]}" ;;
    esac
  done
  case "$before" in
)",
                      Branches(commands), R"(  esac
  compadd -- ${(s: :)choices}
  _files
}
_fairway "$@"
)");
}

std::string Quoted(std::string_view text) {
  return absl::StrCat(
      "'", absl::StrReplaceAll(absl::string_view(text.data(), text.size()), {{"'", "\\'"}}), "'");
}

std::string FishFlags(const std::string& condition, const std::vector<Flag>& flags) {
  std::string text;
  for (const Flag& flag : flags) {
    absl::StrAppend(&text, "complete -c fairway", condition);
    for (absl::string_view name : absl::StrSplit(flag.name, ',')) {
      absl::StrAppend(&text, absl::StartsWith(name, "--") ? " -l " : " -s ",
                      std::string(name.substr(name.find_first_not_of('-'))));
    }
    absl::StrAppend(&text, flag.value.empty() ? "" : " -r", " -d ", Quoted(flag.help), "\n");
  }
  return text;
}

std::string Fish(const std::vector<Command>& commands) {
  std::string text =
      "# fairway completion fish > /usr/share/fish/vendor_completions.d/fairway.fish\n";
  std::map<std::string, std::vector<std::string>> groups;
  for (const Command& command : commands) {
    const size_t space = command.path.find(' ');
    if (space != std::string::npos) {
      groups[command.path.substr(0, space)].push_back(command.path.substr(space + 1));
    }
  }
  for (const auto& [group, members] : groups) {
    absl::StrAppend(&text, "complete -c fairway -n __fish_use_subcommand -a ", group, " -d ",
                    Quoted(absl::StrJoin(members, ", ")), "\n");
  }
  for (const Command& command : commands) {
    const size_t space = command.path.find(' ');
    const std::string first = command.path.substr(0, space);
    std::string seen = absl::StrCat("__fish_seen_subcommand_from ", first);
    if (space == std::string::npos) {
      absl::StrAppend(&text, "complete -c fairway -n __fish_use_subcommand -a ", first, " -d ",
                      Quoted(command.summary), "\n");
    } else {
      const std::string second = command.path.substr(space + 1);
      absl::StrAppend(&text, "complete -c fairway -n '", seen,
                      "; and not __fish_seen_subcommand_from ", absl::StrJoin(groups[first], " "),
                      "' -a ", second, " -d ", Quoted(command.summary), "\n");
      absl::StrAppend(&seen, "; and __fish_seen_subcommand_from ", second);
    }
    text += FishFlags(absl::StrCat(" -n '", seen, "'"), command.flags);
  }
  return text + FishFlags("", GlobalFlags());
}

}  // namespace

std::optional<std::string> CompletionScript(std::string_view shell,
                                            const std::vector<Command>& commands) {
  if (shell == "bash") return Bash(commands);
  if (shell == "zsh") return Zsh(commands);
  if (shell == "fish") return Fish(commands);
  return std::nullopt;
}

}  // namespace fairway::cli
