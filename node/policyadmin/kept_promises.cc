#include "node/policyadmin/kept_promises.h"

#include <algorithm>
#include <set>
#include <string_view>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace fairway::policyadmin {
namespace {

// Of a canonical text: an empty line stands between any two, and never within
// one.
std::set<std::string_view> Paragraphs(std::string_view text) {
  std::set<std::string_view> paragraphs;
  while (!text.empty()) {
    const size_t end = text.find("\n\n");
    std::string_view paragraph = text.substr(0, end);
    if (paragraph.ends_with('\n')) paragraph.remove_suffix(1);
    paragraphs.insert(paragraph);
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 2);
  }
  return paragraphs;
}

bool OfName(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_' || c == '.';
}

// Does `word` stand in the text, not as a part of another one?
bool Names(std::string_view text, std::string_view word) {
  for (size_t at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
    const size_t end = at + word.size();
    const bool begins = at == 0 || !OfName(text[at - 1]);
    if (begins && (end == text.size() || !OfName(text[end]))) return true;
  }
  return false;
}

// "s" of "set s = { … }"; empty: it is no set.
std::string_view NameOfSet(std::string_view paragraph) {
  constexpr std::string_view kSet = "set ";
  if (!paragraph.starts_with(kSet)) return {};
  return paragraph.substr(kSet.size(), paragraph.find(" = ") - kSet.size());
}

bool StandsFor(const policy::Budget& wanted, const policy::Budget& has) {
  return has.to == wanted.to && has.peer == wanted.peer && has.at_most <= wanted.at_most &&
         (has.without_role.empty() || has.without_role == wanted.without_role);
}

}  // namespace

std::vector<std::string> PromisesGivenUp(const policy::Policy& before,
                                         const policy::Policy& after) {
  std::vector<std::string> given_up;
  const std::set<std::string_view> were = Paragraphs(before.canonical());
  const std::set<std::string_view> are = Paragraphs(after.canonical());
  for (const std::string_view paragraph : were) {
    if (!paragraph.starts_with("guarantee ")) continue;
    const bool kept =
        are.contains(paragraph) && std::all_of(were.begin(), were.end(), [&](std::string_view set) {
          const std::string_view name = NameOfSet(set);
          return name.empty() || !Names(paragraph, name) || are.contains(set);
        });
    if (!kept) given_up.emplace_back(paragraph.substr(0, paragraph.find('\n')));
  }
  for (const policy::Budget& budget : before.budgets()) {
    const bool kept =
        std::any_of(after.budgets().begin(), after.budgets().end(),
                    [&](const policy::Budget& each) { return StandsFor(budget, each); });
    if (!kept) given_up.push_back(absl::StrCat("budget \"", budget.name, "\""));
  }
  return given_up;
}

}  // namespace fairway::policyadmin
