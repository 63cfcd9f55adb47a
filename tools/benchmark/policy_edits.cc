#include "tools/benchmark/policy_edits.h"

#include <algorithm>

namespace fairway::benchmark {

Rules Loosened(Rules rules, RuleSpec::To to) {
  // One in the middle: what is first may be special.
  for (size_t i = 0; i < rules.size(); ++i) {
    RuleSpec& rule = rules[(rules.size() / 2 + i) % rules.size()];
    if (rule.kind != RuleSpec::Kind::kPermit || rule.to != to || rule.topics == 0 ||
        rule.highest_tlp + 2 >= kTlps) {
      continue;
    }
    ++rule.highest_tlp;
    rule.topics |= 3;
    break;
  }
  return rules;
}

Rules Tightened(Rules rules) {
  RuleSpec forbid;
  forbid.number = rules.size();
  forbid.kind = RuleSpec::Kind::kForbid;
  forbid.to = RuleSpec::To::kAgreement;
  forbid.agreement = 7;
  forbid.actions = 7;
  forbid.kinds = 2;
  forbid.topics = 0x30;
  rules.push_back(forbid);
  return rules;
}

Rules WithRedundant(Rules rules) {
  const size_t count = rules.size();
  size_t added = 0;
  for (size_t i = 0; i < count && added < 5; ++i) {
    RuleSpec inside = rules[i];
    if (inside.kind != RuleSpec::Kind::kPermit || inside.highest_tlp == 0) continue;
    --inside.highest_tlp;
    inside.number = count + added++;
    rules.push_back(inside);
  }
  return rules;
}

Rules WithoutAForbid(Rules rules) {
  const auto it = std::find_if(rules.begin(), rules.end(), [](const RuleSpec& rule) {
    return rule.kind == RuleSpec::Kind::kForbid;
  });
  if (it != rules.end()) rules.erase(it);
  return rules;
}

Rules Refactored(const Rules& rules) {
  Rules split;
  for (const RuleSpec& rule : rules) {
    const unsigned first = rule.kinds & (~rule.kinds + 1u);
    const bool one_kind = rule.kinds == first;
    if (rule.kind != RuleSpec::Kind::kPermit || one_kind) {
      split.push_back(rule);
      continue;
    }
    RuleSpec one = rule, others = rule;
    one.kinds = static_cast<uint8_t>(first);
    others.kinds = static_cast<uint8_t>(rule.kinds & ~first);
    others.number = rules.size() + rule.number;
    split.push_back(one);
    split.push_back(others);
  }
  return split;
}

std::vector<std::pair<std::string, Rules>> OneRuleEdits(const Rules& rules) {
  return {{"loosen", Loosened(rules, RuleSpec::To::kPeer)},
          {"tighten", Tightened(rules)},
          {"redundant", WithRedundant(rules)},
          {"drop_forbid", WithoutAForbid(rules)}};
}

}  // namespace fairway::benchmark
