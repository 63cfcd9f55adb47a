#include "policy/check/action_checker.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace fairway::policy {

std::optional<uint32_t> CheckActions(const ast::May& may, const World& world,
                                     DiagnosticSink& sink) {
  const std::vector<std::string>& actions = world.vocabulary().actions();
  uint32_t bits = 0;
  if (may.anything) {
    for (size_t i = 0; i < actions.size(); ++i) {
      if (actions[i] != kActionAccept) bits |= uint32_t{1} << i;
    }
    return bits;
  }
  bool ok = true;
  for (const ast::Word& word : may.actions) {
    const auto action = world.FindAction(word.text);
    if (action) {
      bits |= uint32_t{1} << *action;
    } else {
      ok = false;
      sink.Error("E112", word.at, absl::StrCat("there is no action '", word.text, "'"),
                 absl::StrCat("known: ", absl::StrJoin(actions, ", ")));
    }
  }
  if (!ok) return std::nullopt;
  return bits;
}

}  // namespace fairway::policy
