#ifndef FAIRWAY_POLICY_TEMPLATES_H_
#define FAIRWAY_POLICY_TEMPLATES_H_

#include <span>
#include <string_view>

namespace fairway::policy {

// A worked sharing agreement to begin with.
struct Template {
  std::string_view name;   // "lessons-for-all"
  std::string_view title;  // one sentence for people: what it shares with whom
  std::string_view text;   // the policy, with its comments
};

// The templates that ship (policy/templates/*.fpol but nothing.fpol), sorted by name. Each loads
// without a remark under DefaultProfile() and any registry, passes its own tests, and keeps its
// guarantees. They name agreements and attributes, never a peer, a group or a node.
std::span<const Template> Templates();

}  // namespace fairway::policy

#endif  // FAIRWAY_POLICY_TEMPLATES_H_
