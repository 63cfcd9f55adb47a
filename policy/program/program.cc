#include "policy/program/program.h"

#include <algorithm>

namespace fairway::policy {

void Program::Index() {
  std::vector<uint32_t> sorted(rules.size());
  for (uint32_t i = 0; i < rules.size(); ++i) sorted[i] = i;
  std::sort(sorted.begin(), sorted.end(),
            [&](uint32_t a, uint32_t b) { return rules[a].name < rules[b].name; });
  by_action.assign(world.vocabulary().actions().size(), {});
  for (uint32_t i : sorted) {
    for (size_t action = 0; action < by_action.size(); ++action) {
      if (!rules[i].Covers(action)) continue;
      ByAction& lists = by_action[action];
      switch (rules[i].kind) {
        case CheckedRule::Kind::kPermit:
          lists.permits.push_back(i);
          break;
        case CheckedRule::Kind::kForbid:
          lists.forbids.push_back(i);
          break;
        case CheckedRule::Kind::kRequire:
          lists.requires_.push_back(i);
          break;
      }
    }
  }
}

}  // namespace fairway::policy
