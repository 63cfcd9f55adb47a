#include "tools/fairway/peer_words.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "node/status/problem.h"

namespace fairway::cli {
namespace {

const std::set<std::string>& Lists() {
  static const std::set<std::string> words = {"agreements", "controls", "purposes", "groups"};
  return words;
}

const std::set<std::string>& Singles() {
  static const std::set<std::string> words = {"country", "type", "tier"};
  return words;
}

absl::Status CannotHold(const std::string& flag, const std::string& word) {
  return MakeProblem(
      absl::StatusCode::kInvalidArgument,
      {.code = "FW-USE-003",
       .message = absl::StrCat(flag, " cannot hold \"", word, "\""),
       .why = {"It is a name and then country, type, tier, agreements, controls, "
               "purposes or groups."},
       .next = {absl::StrCat(flag, " \"rio-port country=BR tier=2 agreements=A,B\"")}});
}

}  // namespace

absl::StatusOr<PeerWords> ParsePeerWords(const std::string& flag, const std::string& line) {
  PeerWords words;
  for (absl::string_view piece : absl::StrSplit(line, ' ', absl::SkipEmpty())) {
    const std::string word(piece);
    const size_t equals = word.find('=');
    if (words.name.empty()) {
      if (equals != std::string::npos) return CannotHold(flag, word);
      words.name = word;
      continue;
    }
    const std::string key = word.substr(0, equals);
    if (equals == std::string::npos || (!Lists().contains(key) && !Singles().contains(key))) {
      return CannotHold(flag, word);
    }
    const std::string value = word.substr(equals + 1);
    std::vector<std::string> values = {value};
    if (Lists().contains(key)) values = absl::StrSplit(value, ',', absl::SkipEmpty());
    words.said.emplace_back(key, std::move(values));
  }
  if (words.name.empty()) return CannotHold(flag, line);
  return words;
}

void Apply(const PeerWords& words, v1::PeerAttributes& attributes) {
  for (const auto& [key, given] : words.said) {
    const auto replace = [&values = given](auto* list) {
      const std::set<std::string> sorted(values.begin(), values.end());
      list->Clear();
      for (const std::string& value : sorted) list->Add(std::string(value));
    };
    if (key == "country") attributes.set_country(given.front());
    if (key == "type") attributes.set_type(given.front());
    if (key == "tier") attributes.set_tier(given.front());
    if (key == "agreements") replace(attributes.mutable_agreements());
    if (key == "controls") replace(attributes.mutable_controls());
    if (key == "purposes") replace(attributes.mutable_purposes());
    if (key == "groups") replace(attributes.mutable_groups());
  }
}

}  // namespace fairway::cli
