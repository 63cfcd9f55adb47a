// Every limit of a policy text: what is at it is accepted, what is one above it is refused.

#include "policy/limits.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "policy/language/parser.h"
#include "policy/test_support.h"

namespace fairway::policy {
namespace {

using testing::CodesOf;

std::multiset<std::string> LoadCodes(const std::string& text) {
  return CodesOf(testing::Load(text).diagnostics);
}

std::multiset<std::string> ParseCodes(const std::string& text) {
  DiagnosticSink sink;
  ParsePolicy(text, sink);
  return CodesOf(sink.Take());
}

const std::multiset<std::string> kNone;

std::string RuleWhere(const std::string& where) {
  return absl::StrCat("permit r to any peer may query items where ", where, " because \"y\"\n");
}

TEST(PolicyLimits, TextBytes) {
  std::string text = RuleWhere("item.kind is lesson");
  text.append(kMaxPolicyTextBytes - text.size(), ' ');
  EXPECT_EQ(LoadCodes(text), kNone);
  EXPECT_EQ(LoadCodes(text + " "), std::multiset<std::string>{"E004"});
}

// Ten thousand rules are compared with each other for a while, so only the parser is asked.
TEST(PolicyLimits, Rules) {
  std::string text;
  for (size_t i = 0; i < kMaxRules; ++i) {
    absl::StrAppend(&text, "permit r", i, " to any peer may query any item because \"y\"\n");
  }
  EXPECT_EQ(ParseCodes(text), kNone);
  text += "permit more to any peer may query any item because \"y\"\n";
  EXPECT_EQ(ParseCodes(text), std::multiset<std::string>{"E008"});
}

TEST(PolicyLimits, Tests) {
  std::string text;
  for (size_t i = 0; i < kMaxTests; ++i) {
    absl::StrAppend(&text, "test \"", i, "\" peer x action query item { } expect withhold\n");
  }
  EXPECT_EQ(ParseCodes(text), kNone);
  text += "test \"more\" peer x action query item { } expect withhold\n";
  EXPECT_EQ(ParseCodes(text), std::multiset<std::string>{"E008"});
}

TEST(PolicyLimits, Sets) {
  std::string text;
  for (size_t i = 0; i < kMaxSets; ++i) absl::StrAppend(&text, "set s", i, " = { ivory }\n");
  EXPECT_EQ(ParseCodes(text), kNone);
  EXPECT_EQ(ParseCodes(text + "set more = { ivory }"), std::multiset<std::string>{"E008"});
}

TEST(PolicyLimits, Guarantees) {
  std::string text;
  for (size_t i = 0; i < kMaxGuarantees; ++i) {
    absl::StrAppend(&text, "guarantee \"", i, "\" no peer may query items any item\n");
  }
  EXPECT_EQ(LoadCodes(text), kNone);
  EXPECT_EQ(LoadCodes(text + "guarantee \"more\" no peer may query items any item"),
            std::multiset<std::string>{"E008"});
}

TEST(PolicyLimits, Budgets) {
  std::string text;
  for (size_t i = 0; i < kMaxBudgets; ++i) {
    absl::StrAppend(&text, "budget \"", i, "\" a change may newly release at most 1 items\n");
  }
  EXPECT_EQ(LoadCodes(text), kNone);
  EXPECT_EQ(LoadCodes(text + "budget \"more\" a change may newly release at most 1 items"),
            std::multiset<std::string>{"E008"});
}

TEST(PolicyLimits, ItemsOfABudget) {
  const auto budget = [](const std::string& number) {
    return LoadCodes(
        absl::StrCat("budget \"b\" a change may newly release at most ", number, " items"));
  };
  EXPECT_EQ(budget("999999999"), kNone);
  EXPECT_EQ(budget("1000000000"), std::multiset<std::string>{"E003"});
}

TEST(PolicyLimits, FieldsOfAGuarantee) {
  std::string fields = "body";
  for (size_t i = 1; i < kMaxSetMembers; ++i) fields += ", body";
  const auto seeing = [](const std::string& fields_seen) {
    return LoadCodes(absl::StrCat("guarantee \"g\" no peer may query seeing { ", fields_seen,
                                  " } items any item"));
  };
  EXPECT_EQ(seeing(fields), kNone);
  EXPECT_EQ(seeing(fields + ", body"), std::multiset<std::string>{"E009"});
}

TEST(PolicyLimits, PurposesOfADuty) {
  std::string purposes = "safety";
  for (size_t i = 1; i < kMaxSetMembers; ++i) purposes += ", safety";
  const auto use_for = [](const std::string& allowed) {
    return LoadCodes(absl::StrCat(
        "permit r to any peer may query items where item.kind is lesson with use for { ", allowed,
        " } because \"y\""));
  };
  EXPECT_EQ(use_for(purposes), kNone);
  EXPECT_EQ(use_for(purposes + ", safety"), std::multiset<std::string>{"E009"});
}

TEST(PolicyLimits, DigitsOfAHash) {
  const auto replaces = [](size_t digits) {
    return LoadCodes(absl::StrCat("policy \"x\" replaces ", std::string(digits, '7')));
  };
  EXPECT_EQ(replaces(64), kNone);
  EXPECT_FALSE(replaces(63).empty());
  EXPECT_FALSE(replaces(65).empty());
}

// A text that is short enough may have a canonical layout that is not, and could not be read again.
TEST(PolicyLimits, BytesOfTheCanonicalLayout) {
  std::string text;
  for (size_t i = 0; text.size() < kMaxPolicyTextBytes - 200; ++i) {
    absl::StrAppend(&text, "test \"", i, "\" peer{}action query item{}expect withhold\n");
    if (i + 1 == kMaxTests) break;
  }
  const size_t reason = kMaxStringBytes;
  for (size_t i = 0; text.size() + reason + 100 < kMaxPolicyTextBytes; ++i) {
    absl::StrAppend(&text, "forbid r", i, " to any peer may query any item because\"",
                    std::string(reason, 'y'), "\"");
  }
  EXPECT_EQ(LoadCodes(text), std::multiset<std::string>{"E004"});
}

TEST(PolicyLimits, SetMembers) {
  std::string members = "ivory";
  for (size_t i = 1; i < kMaxSetMembers; ++i) members += ", ivory";
  EXPECT_EQ(LoadCodes(RuleWhere(absl::StrCat("item.topics has any of { ", members, " }"))), kNone);
  EXPECT_EQ(LoadCodes(RuleWhere(absl::StrCat("item.topics has any of { ", members, ", ivory }"))),
            std::multiset<std::string>{"E009"});
}

TEST(PolicyLimits, PeersNamedInOneClause) {
  std::string names = "dar-port";
  for (size_t i = 1; i < kMaxSetMembers; ++i) names += ", dar-port";
  const auto rule = [](const std::string& peers) {
    return absl::StrCat("permit r to peer ", peers,
                        " may query items where item.kind is lesson because \"y\"");
  };
  EXPECT_EQ(LoadCodes(rule(names)), kNone);
  EXPECT_EQ(LoadCodes(rule(names + ", dar-port")), std::multiset<std::string>{"E009"});
}

TEST(PolicyLimits, NestingDepth) {
  const auto nested = [](size_t depth) {
    return RuleWhere(
        absl::StrCat(std::string(depth, '('), "item.kind is lesson", std::string(depth, ')')));
  };
  EXPECT_EQ(LoadCodes(nested(kMaxNestingDepth)), kNone);
  EXPECT_EQ(LoadCodes(nested(kMaxNestingDepth + 1)), std::multiset<std::string>{"E007"});
  EXPECT_EQ(LoadCodes(nested(50'000)), std::multiset<std::string>{"E007"});
}

TEST(PolicyLimits, ComparisonsInOneCondition) {
  std::string where = "item.kind is lesson";
  for (size_t i = 1; i < kMaxConditionParts; ++i) where += " or item.kind is lesson";
  EXPECT_EQ(LoadCodes(RuleWhere(where)), kNone);
  EXPECT_EQ(LoadCodes(RuleWhere(where + " or item.kind is lesson")),
            std::multiset<std::string>{"E012"});
}

TEST(PolicyLimits, NameBytes) {
  const auto named = [](size_t bytes) {
    return absl::StrCat("permit ", std::string(bytes, 'r'),
                        " to any peer may query items where item.kind is lesson because \"y\"");
  };
  EXPECT_EQ(LoadCodes(named(kMaxNameBytes)), kNone);
  EXPECT_EQ(LoadCodes(named(kMaxNameBytes + 1)), std::multiset<std::string>{"E010"});
}

TEST(PolicyLimits, StringBytes) {
  const auto reason = [](size_t bytes) {
    return absl::StrCat("permit r to any peer may query items where item.kind is lesson because \"",
                        std::string(bytes, 'y'), "\"");
  };
  EXPECT_EQ(LoadCodes(reason(kMaxStringBytes)), kNone);
  EXPECT_EQ(LoadCodes(reason(kMaxStringBytes + 1)), std::multiset<std::string>{"E010"});
}

TEST(PolicyLimits, HopsAndDurations) {
  const auto with = [](const std::string& duty) {
    return absl::StrCat("permit r to any peer may query items where item.kind is lesson with ",
                        duty, " because \"y\"");
  };
  EXPECT_EQ(LoadCodes(with(absl::StrCat("hops ", kMaxHops))), kNone);
  EXPECT_EQ(LoadCodes(with(absl::StrCat("hops ", kMaxHops + 1))),
            std::multiset<std::string>{"E106"});
  EXPECT_EQ(LoadCodes(with(absl::StrCat("expires after ", kMaxDurationDays, " days"))), kNone);
  EXPECT_EQ(LoadCodes(with(absl::StrCat("expires after ", kMaxDurationDays + 1, " days"))),
            std::multiset<std::string>{"E106"});
  EXPECT_EQ(LoadCodes(with("receipt within 0 hours")), std::multiset<std::string>{"E106"});
  EXPECT_EQ(LoadCodes(with(absl::StrCat("delay ", kMaxDurationDays, " days"))), kNone);
  EXPECT_EQ(LoadCodes(with(absl::StrCat("delay ", kMaxDurationDays + 1, " days"))),
            std::multiset<std::string>{"E106"});
}

TEST(PolicyLimits, NumbersHaveNineDigits) {
  EXPECT_EQ(LoadCodes(RuleWhere("item.age at most 999999999")), kNone);
  EXPECT_EQ(LoadCodes(RuleWhere("item.age at most 9999999990")),
            std::multiset<std::string>{"E003"});
}

TEST(PolicyLimits, DiagnosticsAreCountedBeyondTheLimit) {
  std::string text;
  for (size_t i = 0; i < kMaxDiagnostics + 7; ++i) text += "nonsense\n";
  const auto loaded = testing::Load(text);
  EXPECT_EQ(loaded.policy, nullptr);
  ASSERT_EQ(loaded.diagnostics.size(), kMaxDiagnostics);
  EXPECT_NE(loaded.diagnostics.back().message.find("7 more"), std::string::npos);
}

// Where a rule has more alternatives than are compared, two permits that differ are refused rather
// than trusted.
TEST(PolicyLimits, AlternativesBeyondTheLimitAreRefusedInDoubt) {
  const auto pair = [](size_t alternatives) {
    std::string where = "(item.kind is lesson and item.age is 0)";
    for (size_t i = 1; i < alternatives; ++i) {
      absl::StrAppend(&where, " or (item.kind is lesson and item.age is ", i, ")");
    }
    return absl::StrCat("permit a to any peer may query items where ", where,
                        " with hops 1 because \"y\"\n"
                        "permit b to any peer may query items where item.kind is alert "
                        "with strip source because \"y\"\n");
  };
  EXPECT_EQ(LoadCodes(pair(kMaxAlternatives)), kNone);
  EXPECT_EQ(LoadCodes(pair(kMaxAlternatives + 1)), std::multiset<std::string>{"E205"});
}

// Permits that cannot meet are told apart without comparing each with each: 2,001 of them would be
// more pairs than are compared.
TEST(PolicyLimits, PermitsThatCannotMeetAreNoPairs) {
  const auto permits = [](size_t count) {
    std::string text;
    for (size_t i = 0; i < count; ++i) {
      absl::StrAppend(&text, "permit r", i, " to any peer may query items where item.age is ", i,
                      i % 2 == 0 ? " with hops 1" : " with strip source", " because \"y\"\n");
    }
    return text;
  };
  const size_t half = 1'000;
  static_assert(half * half == kMaxOverlapChecks);
  EXPECT_EQ(LoadCodes(permits(2 * half + 1)), kNone);
}

}  // namespace
}  // namespace fairway::policy
