// Every code of the catalogue in LANGUAGE.md: a text that earns it and one, nearly the same, that
// does not.

#include "policy/diagnostics.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "policy/language/suggest.h"
#include "policy/test_support.h"

namespace fairway::policy {
namespace {

using testing::CodesOf;

struct Example {
  const char* name;
  const char* code;
  std::string wrong;
  std::string right;
  std::string says;  // a piece of message or help
};

std::string Rule(const std::string& clauses) { return absl::StrCat("permit r\n", clauses, "\n"); }

std::string Where(const std::string& condition) {
  return Rule(
      absl::StrCat("  to any peer\n  may query\n  items where ", condition, "\n  because \"y\""));
}

std::string To(const std::string& to) {
  return Rule(absl::StrCat("  to ", to,
                           "\n  may query\n  items where item.kind is lesson\n  because \"y\""));
}

std::string With(const std::string& duties, const std::string& kind = "permit",
                 const std::string& action = "query") {
  return absl::StrCat(kind, " r\n  to any peer\n  may ", action,
                      "\n  items where item.kind is lesson\n  with ", duties,
                      "\n  because \"y\"\n");
}

std::string Test(const std::string& rest) {
  return absl::StrCat(Where("item.kind is lesson"), "test \"t\"\n", rest, "\n");
}

std::string Dates(const std::string& dates) {
  return Rule(absl::StrCat(
      "  to any peer\n  may query\n  items where item.kind is lesson\n  because \"y\"\n  ", dates));
}

std::string Two(const std::string& first, const std::string& second) {
  return absl::StrCat("permit a\n  ", first, "\n  because \"y\"\npermit b\n  ", second,
                      "\n  because \"y\"\n");
}

const std::string kItem = "to any peer may query items where item.kind is lesson";

class Catalogue : public ::testing::TestWithParam<Example> {};

TEST_P(Catalogue, WrongEarnsTheCodeRightDoesNot) {
  const auto wrong = testing::Load(GetParam().wrong);
  const std::string shown = RenderAll(wrong.diagnostics, "test.fpol", GetParam().wrong);
  EXPECT_TRUE(CodesOf(wrong.diagnostics).contains(GetParam().code)) << shown;
  EXPECT_NE(shown.find(GetParam().says), std::string::npos) << shown;
  const bool warning = GetParam().code[0] == 'W';
  EXPECT_EQ(wrong.policy != nullptr, warning);
  EXPECT_EQ(HasErrors(wrong.diagnostics), !warning);
  const auto right = testing::Load(GetParam().right);
  EXPECT_TRUE(right.diagnostics.empty())
      << RenderAll(right.diagnostics, "test.fpol", GetParam().right);
  EXPECT_NE(right.policy, nullptr);
}

INSTANTIATE_TEST_SUITE_P(
    Words, Catalogue,
    ::testing::Values(
        Example{"TextNotClosed", "E001", "policy \"x", "policy \"x\"", "missing \""},
        Example{"CurlyQuotes", "E002", "policy “x”", "policy \"x\"", "straight quotes"},
        Example{"ControlCharacter", "E002", "policy \"x\x07\"", "policy \"é\"", "0x07"},
        Example{"NotUtf8", "E002", "policy \"\xff\"", "policy \"\xc3\xbf\"", "0xFF"},
        Example{"OverlongUtf8", "E002", "policy \"\xc0\xaf\"", "policy \"/\"", "0xC0"},
        Example{"Surrogate", "E002", "policy \"\xed\xa0\x80\"", "policy \"\xed\x9f\xbf\"", "0xED"},
        Example{"NumberAndUnitTogether", "E003", Where("item.age at most 90days"),
                Where("item.age at most 90 days"), "two words"},
        Example{"NotAClause", "E005", Rule(" foo\n to any peer"), "", "a clause"},
        Example{"MissingOperator", "E005", Where("item.kind lesson"), Where("item.kind is lesson"),
                "at most"},
        Example{"HalfAnOperator", "E005", Where("item.tlp at GREEN"),
                Where("item.tlp at most GREEN"), "'most' or 'least'"},
        Example{"MisspeltKeyword", "E005", "permitt r\n", "", "did you mean 'permit'?"},
        Example{"ClauseTwice", "E006",
                Where("item.kind is lesson\n  items where item.kind is alert"),
                Where("item.kind in { lesson, alert }"), "second 'items'"},
        Example{"TwoHeads", "E006", "policy \"a\"\npolicy \"b\"", "policy \"a\"", "line 1"},
        Example{"HashTooShort", "E005", "policy \"x\" replaces abc",
                "policy \"x\" replaces " + std::string(64, 'a'), "this has 3 characters"},
        Example{"HashInCapitals", "E005", "policy \"x\" replaces " + std::string(64, 'A'),
                "policy \"x\" replaces " + std::string(64, '0'), "0-9 and a-f"}),
    [](const auto& info) { return info.param.name; });

std::string Guarantee(const std::string& rest) { return "guarantee \"g\" " + rest; }
std::string Budget(const std::string& rest) {
  return "budget \"b\" a change may newly release " + rest;
}

INSTANTIATE_TEST_SUITE_P(
    Duties, Catalogue,
    ::testing::Values(
        Example{"NoDuty", "E005", With("dellay 48 hours"), With("delay 48 hours"),
                "did you mean 'delay'?"},
        Example{"DelayWithoutUnit", "E005", With("delay 48"), With("delay 2 days"), "hours"},
        Example{"DelayTooLong", "E106", With("delay 200 years"), With("delay 100 years"),
                "a duration goes from"},
        Example{"HoldForNobody", "E102", With("hold for comander"),
                With("hold for commander, hold for auditor"), "did you mean 'commander'?"},
        Example{"GeneraliseNoFamily", "E108", With("generalise places to region"),
                With("generalise location to region"), "takes a family"},
        Example{"GeneraliseNoMember", "E108", With("generalise location to regio"),
                With("generalise location to region, generalise time to day"),
                "did you mean 'region'?"},
        Example{"UseForAWordOfNoPurpose", "E102", With("use for { trainin }"),
                With("use for { training, safety }"), "did you mean 'training'?"},
        Example{"UseForNothing", "E126", With("use for { }"),
                "set s = { safety }\n" + With("use for s"), "could not be used"},
        Example{"UseTwice", "E110", With("use for { safety }, use for { training }"),
                With("use for { safety, training }"), "twice"},
        Example{"WatermarkTwice", "E110", With("watermark, watermark"), With("watermark"), "twice"},
        Example{"HalfAFlag", "E005", With("notify the originator"), With("notify originator"),
                "'originator'"},
        Example{"EncryptWhere", "E005", With("encrypt at home"), With("encrypt at rest"), "'rest'"},
        Example{"NoWhat", "E005", With("no copies"), With("no copy"), "'copy'"},
        Example{"DelayOnAccept", "E119", With("delay 2 hours", "permit", "accept"),
                With("in full", "permit", "accept"), "a rule of its own"}),
    [](const auto& info) { return info.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Promises, Catalogue,
    ::testing::Values(
        Example{"GuaranteeWithoutPeers", "E113", Guarantee("may query items any item"),
                Guarantee("no peer may query items any item"), "no peers where"},
        Example{"GuaranteeWithoutActions", "E114", Guarantee("no peer items any item"),
                Guarantee("no peer may do anything items any item"), "add: may"},
        Example{"GuaranteeWithoutItems", "E115", Guarantee("no peer may query"),
                Guarantee("no peer may query items where item.tlp is RED"), "add: items"},
        Example{"GuaranteeNamesAPeer", "E005", Guarantee("no dar-port may query items any item"),
                Guarantee("no peers where peer.id is dar-port may query items any item"),
                "no peers where peer.id is NAME"},
        Example{"GuaranteeAboutOnePeer", "E005",
                Guarantee("no peer dar-port may query items any item"),
                Guarantee("no peer may query items any item"), "no peers where peer.id is NAME"},
        Example{"GuaranteeWithAReason", "E005",
                Guarantee("no peer may query items any item because \"y\""),
                Guarantee("no peer may query items any item"), "name of a guarantee says why"},
        Example{"GuaranteeTwoMays", "E006",
                Guarantee("no peer may query may discover items any item"),
                Guarantee("no peer may query, discover items any item"), "write two guarantees"},
        Example{"GuaranteeAboutAccept", "E119", Guarantee("no peer may accept items any item"),
                Guarantee("no peer may redistribute items any item"), "write a forbid"},
        Example{"GuaranteeSeeingNoField", "E108",
                Guarantee("no peer may query seeing { source.*, persons.nam } items any item"),
                Guarantee("no peer may query seeing { source.*, persons.name } items any item"),
                "did you mean 'persons.name'?"},
        Example{"GuaranteeSeeingNothing", "E005",
                Guarantee("no peer may query seeing { } items any item"),
                Guarantee("no peer may query seeing title items any item"), "at least one field"},
        Example{"GuaranteeWrongSide", "E104",
                Guarantee("no peers where item.tlp is RED may query items any item"),
                Guarantee("no peers where peer.tier is 4 may query items any item"),
                "looks only at peer.*"},
        Example{"GuaranteeTwice", "E111",
                Guarantee("no peer may query items any item\n") +
                    Guarantee("no peer may query items any item"),
                Guarantee("no peer may query items any item"), "line 1"},
        Example{"BudgetWithoutNumber", "E005", Budget("at most many items"),
                Budget("at most 0 items"), "a number of items"},
        Example{"BudgetOtherWords", "E005", Budget("up to 5 items"), Budget("at most 5 items"),
                "write: budget"},
        Example{"BudgetForNobody", "E102", Budget("at most 5 items to dar-prt"),
                Budget("at most 5 items to dar-port"), "did you mean 'dar-port'?"},
        Example{"BudgetAnyPeer", "E005", Budget("at most 5 items to any one"),
                Budget("at most 1 item to any one peer without commander"), "'peer'"},
        Example{"BudgetWithoutNobody", "E102", Budget("at most 5 items without commanders"),
                Budget("at most 5 items to peer dar-port without commander"),
                "did you mean 'commander'?"},
        Example{"BudgetTwice", "E111", Budget("at most 5 items\n") + Budget("at most 5 items"),
                Budget("at most 5 items"), "line 1"},
        Example{"SetNeverUsed", "E204", "set s = { ivory }\n" + Where("item.topics has cocaine"),
                "set s = { ivory }\n" + Where("item.topics has any of s"), "never used"}),
    [](const auto& info) { return info.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Names, Catalogue,
    ::testing::Values(
        Example{"Attribute", "E101", To("peers where peer.agreement has SCHENGEN"),
                To("peers where peer.agreements has SCHENGEN"), "did you mean 'peer.agreements'?"},
        Example{"AttributeInTest", "E101",
                Test("peer dar-port action query item { knd: lesson } expect withhold"),
                Test("peer dar-port action query item { kind: lesson } expect withhold"),
                "did you mean 'kind'?"},
        Example{"Value", "E102", Where("item.tlp at most AMBR"), Where("item.tlp at most AMBER"),
                "did you mean 'AMBER'?"},
        Example{"ValueInSet", "E102", "set s = { cocain }\n" + Where("item.topics has any of s"),
                "set s = { cocaine }\n" + Where("item.topics has any of s"), "the set 's' holds"},
        Example{"Peer", "E102", To("peer dar-prot"), To("peer dar-port"),
                "did you mean 'dar-port'?"},
        Example{"Group", "E102", To("peer AFRICAA"), To("peer AFRICA"), "did you mean 'AFRICA'?"},
        Example{"PeerOfTest", "E102",
                Test("peer nobody-port action query item { } expect withhold"),
                Test("peer { tier: 2 } action query item { } expect withhold"),
                "a test can invent one"},
        Example{"SetName", "E103",
                "set drugs = { cocaine }\n" + Where("item.topics has any of drgs"),
                "set drugs = { cocaine }\n" + Where("item.topics has any of drugs"),
                "did you mean 'drugs'?"},
        Example{"ItemInTo", "E104", To("peers where item.tlp at most GREEN"),
                To("peers where peer.tier at least 2"), "looks only at peer.*"},
        Example{"PeerInItems", "E104", Where("peer.tier is 1"), Where("item.tlp is GREEN"),
                "looks only at item.*"},
        Example{"IsOnASet", "E105", Where("item.topics is cocaine"),
                Where("item.topics has cocaine"), "has any of {…}"},
        Example{"HasOnAValue", "E105", Where("item.kind has lesson"), Where("item.kind is lesson"),
                "a single value"},
        Example{"OrderOnAnUnordered", "E105", Where("item.kind at most lesson"),
                Where("item.precedence at most priority"), "is X | is not X"},
        Example{"InOnANumber", "E105", Where("item.age in { 1 }"), Where("item.age is 1"),
                "at most N"},
        Example{"SetLiteralForAValue", "E105",
                Test("peer dar-port action query item { kind: { lesson } } expect withhold"),
                Test("peer dar-port action query item { kind: lesson } expect withhold"),
                "a single value"},
        Example{"UnitOnAValue", "E106", Where("item.precedence is flash days"),
                Where("item.precedence is flash"), "no unit"},
        Example{"UnitOnABareNumber", "E106", Where("item.hops-left at least 1 days"),
                Where("item.hops-left at least 1"), "no unit"},
        Example{"HoursOfDays", "E106", Where("item.age at most 12 hours"),
                Where("item.age at most 48 hours"), "whole days"},
        Example{"WordForANumber", "E106", Where("item.age at most old"),
                Where("item.age at most 3 months"), "is a number"},
        Example{"NoSuchDay", "E107", Dates("from 2026-02-30"), Dates("from 2026-02-28"),
                "no day 2026-02-30"},
        Example{"EndsBeforeItBegins", "E107", Dates("from 2026-03-01 until 2026-02-28"),
                Dates("from 2026-03-01 until 2026-03-01"), "ends before it begins"},
        Example{"Field", "E108", With("redact source.identty"), With("redact source.identity"),
                "did you mean 'source.identity'?"},
        Example{"HiddenPart", "E108", With("redact audience"), With("redact attachments"),
                "no item field 'audience'"},
        Example{"RedactTitle", "E109", With("redact title"), With("redact summary"),
                "every item shows its title"},
        Example{"KeepWithoutTitle", "E109", With("keep only { summary }"),
                With("keep only { title, summary }"), "add title"},
        Example{"DutyTwice", "E110", With("hops 1, hops 2"), With("hops 1"), "twice"},
        Example{"InFullAndMore", "E110", With("in full, hops 2"), With("in full"),
                "beside other duties"},
        Example{"RuleTwice", "E111", Where("item.kind is lesson") + Where("item.kind is alert"),
                Where("item.kind is lesson"), "line 1"},
        Example{"SetTwice", "E111", "set s = { ivory }\nset s = { ivory }",
                "set s = { ivory }\n" + Where("item.topics has any of s"), "line 1"},
        Example{
            "AttributeTwiceInTest", "E111",
            Test("peer dar-port action query item { kind: lesson, kind: alert } expect withhold"),
            Test("peer dar-port action query item { kind: lesson } expect withhold"), "twice"}),
    [](const auto& info) { return info.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Clauses, Catalogue,
    ::testing::Values(
        Example{"Action", "E112",
                Rule(" to any peer may share items where item.kind is lesson because \"y\""),
                Rule(" to any peer may query items where item.kind is lesson because \"y\""),
                "known: discover, query, replicate, redistribute, accept"},
        Example{"NoTo", "E113", Rule(" may query items where item.kind is lesson because \"y\""),
                Rule(" to peer dar-port may query items where item.kind is lesson because \"y\""),
                "add: to any peer"},
        Example{"NoMay", "E114", Rule(" to any peer items where item.kind is lesson because \"y\""),
                Rule(" to any peer may do anything items where item.kind is lesson because \"y\""),
                "add: may replicate"},
        Example{"NoItems", "E115", Rule(" to peer dar-port may query because \"y\""),
                Rule(" to peer dar-port may query any item because \"y\""), "items where"},
        Example{"NoReason", "E116", Rule(" to peer dar-port may query any item"),
                Rule(" to peer dar-port may query any item because \"y\""), "add: because"},
        Example{"EmptyReason", "E116", Rule(" to peer dar-port may query any item because \" \""),
                Rule(" to peer dar-port may query any item because \"y\""), "empty reason"},
        Example{"DutyOnForbid", "E117", With("hops 1", "forbid"), With("hops 1", "require"),
                "use require"},
        Example{"RequireWithoutDuty", "E118", "require r " + kItem + " because \"y\"",
                With("hops 1", "require"), "requires nothing"},
        Example{"RequireInFull", "E118", With("in full", "require"), With("hops 1", "require"),
                "requires nothing"},
        Example{"DutyOnAccept", "E119", With("hops 1", "permit", "accept"),
                With("in full", "permit", "accept"), "a rule of its own"},
        Example{"UnknownRuleInTest", "E120",
                Test("peer dar-port action query item { } expect withhold by rr"),
                Test("peer dar-port action query item { } expect withhold by default"),
                "did you mean 'r'?"},
        Example{"WithheldWithDuties", "E121",
                Test("peer dar-port action query item { } expect withhold with hops 1"),
                Test("peer dar-port action query item { } expect withhold"), "has no duties"},
        Example{"AnotherNode", "E122", "policy \"x\" for dar-port", "policy \"x\" for mombasa-port",
                "this node is 'mombasa-port'"},
        Example{"FloorName", "E123", "permit P3 " + kItem + " because \"y\"",
                "permit P3x " + kItem + " because \"y\"", "name the floors"},
        Example{"DefaultName", "E123", "permit default " + kItem + " because \"y\"",
                "permit defaults " + kItem + " because \"y\"", "cannot be named"},
        Example{"NameOfTheGate", "E123", "permit hold " + kItem + " because \"y\"",
                "permit hold-on " + kItem + " because \"y\"", "cannot be named 'hold'"},
        Example{"TestOfTheGate", "E120",
                Test("peer dar-port action query item { } expect withhold by hold"),
                Test("peer dar-port action query item { } expect withhold by P1"),
                "no rule 'hold'"},
        Example{"AlwaysTrue", "E125", Where("item.contains has none of { }"),
                Where("item.contains has only { }"), "always true"},
        Example{"NotInNothing", "E125", Where("item.kind not in { }"),
                Where("item.kind not in { aar }"), "always true"}),
    [](const auto& info) { return info.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Logic, Catalogue,
    ::testing::Values(
        Example{
            "OrderedRunsOut", "E201", Where("item.tlp at most GREEN and item.tlp at least AMBER"),
            Where("item.tlp at most AMBER and item.tlp at least AMBER"), "permit 'r' would never"},
        Example{"NumberRunsOut", "E201", Where("item.age above 10 and item.age below 11"),
                Where("item.age above 10 and item.age below 12"), "no value of item.age"},
        Example{"BelowNothing", "E201", Where("item.age below 0"), Where("item.age below 1"),
                "can never be true"},
        Example{"SetRunsOut", "E201",
                Where("item.topics has ivory and item.topics has none of { ivory, wildlife }"),
                Where("item.topics has ivory and item.topics has none of { wildlife }"),
                "no value of item.topics"},
        Example{"OnlyAndHas", "E201",
                Where("item.topics has only { ivory } and item.topics has wildlife"),
                Where("item.topics has only { ivory, wildlife } and item.topics has wildlife"),
                "item.topics"},
        Example{"InNothing", "E201", Where("item.kind in { }"), Where("item.kind in { aar }"),
                "can never be true"},
        Example{"AnyOfNothing", "E201", Where("item.topics has any of { }"),
                Where("item.topics has any of { ivory }"), "can never be true"},
        Example{"DeadAlternative", "E201",
                Where("item.kind is lesson or (item.tlp is RED and item.tlp is GREEN)"),
                Where("item.kind is lesson or (item.tlp is RED and item.pap is GREEN)"),
                "this alternative"},
        Example{"Negation", "E201", Where("item.tlp is RED and not item.tlp above GREEN"),
                Where("item.tlp is GREEN and not item.tlp above GREEN"), "never be true"},
        Example{"NotEqualRunsOut", "E201",
                Where("item.age at most 1 and item.age is not 0 and item.age is not 1"),
                Where("item.age at most 2 and item.age is not 0 and item.age is not 1"),
                "item.age"},
        Example{"OrAfterAll", "E201",
                Where("(item.kind is lesson or item.kind is aar) and item.kind is alert"),
                Where("(item.kind is lesson or item.kind is alert) and item.kind is alert"),
                "never be true"},
        Example{"PeersRunOut", "E201",
                To("peers where peer.country is KE and peer.country in { TZ, MZ }"),
                To("peers where peer.country is KE and peer.country in { TZ, KE }"),
                "no value of peer.country"}),
    [](const auto& info) { return info.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Permits, Catalogue,
    ::testing::Values(
        Example{"Incomparable", "E205",
                Two(kItem + " with redact source.identity", kItem + " with hops 2"),
                Two("to any peer may query items where item.kind in { lesson, aar } "
                    "with redact source.identity, hops 2",
                    kItem + " with redact source.identity"),
                "for example action query, item { kind: lesson }"},
        Example{"DifferentActions", "E205",
                Two(kItem + " with redact source.identity",
                    "to any peer may query, discover items where item.kind is lesson with hops 2"),
                Two(kItem + " with redact source.identity",
                    "to any peer may discover items where item.kind is lesson with hops 2"),
                "neither is more generous"},
        Example{"DifferentItems", "E205",
                Two("to any peer may query items where item.tlp at most AMBER with hops 1",
                    "to any peer may query items where item.tlp at least AMBER with strip source"),
                Two("to any peer may query items where item.tlp at most GREEN with hops 1",
                    "to any peer may query items where item.tlp at least AMBER with strip source"),
                "tlp: AMBER"},
        Example{
            "NamedPeers", "E205",
            Two("to peer dar-port, AFRICA may query items where item.kind is lesson with hops 1",
                "to peer maputo-port may query items where item.kind is lesson with strip source"),
            Two("to peer AFRICA may query items where item.kind is lesson with hops 1",
                "to peer santos-port may query items where item.kind is lesson with strip source"),
            "can both apply"},
        Example{"NamedPeerAndWhere", "E205",
                Two("to peer santos-port may query items where item.kind is lesson with hops 1",
                    "to peers where peer.tier is 3 may query items where item.kind is lesson with "
                    "strip source"),
                Two("to peer santos-port may query items where item.kind is lesson with hops 1",
                    "to peers where peer.tier is 2 may query items where item.kind is lesson with "
                    "strip source"),
                "can both apply"},
        Example{"Dates", "E205",
                Two(kItem + " with hops 1 until 2026-06-01",
                    kItem + " with strip source from 2026-06-01"),
                Two(kItem + " with hops 1 until 2026-06-01",
                    kItem + " with strip source from 2026-06-02"),
                "can both apply"},
        Example{"RedOnly", "W301", Where("item.tlp at least RED"), Where("item.tlp at least AMBER"),
                "whatever the rule says (P2)"},
        Example{"Everything", "W302", Rule(" to any peer may query any item because \"y\""),
                Rule(" to peer dar-port may query any item because \"y\""), "every item"}),
    [](const auto& info) { return info.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Copies, Catalogue,
    ::testing::Values(
        Example{"NoCopyOfACopy", "W306", With("no copy", "permit", "replicate"),
                With("no copy", "permit", "discover, query"), "lets nobody replicate"},
        Example{"NoCopyOfAnOnwardCopy", "W306", With("no copy", "permit", "query, redistribute"),
                With("no copy", "require", "query, redistribute"), "lets nobody redistribute"}),
    [](const auto& info) { return info.param.name; });

TEST(Catalogue, W305RulesThatEndWithinThirtyDays) {
  const auto policy = testing::MustLoad(Dates("from 2026-01-01 until 2026-12-31"));
  const auto on = [&](int year, int month, int day) {
    std::string shown;
    for (const Diagnostic& remark : policy->RemarksOn(
             absl::FromCivil(absl::CivilDay(year, month, day), absl::UTCTimeZone()))) {
      EXPECT_EQ(remark.code, "W305");
      EXPECT_EQ(remark.severity, Diagnostic::Severity::kWarning);
      EXPECT_EQ(remark.line, 1);
      EXPECT_EQ(remark.column, 8);
      absl::StrAppend(&shown, remark.message);
    }
    return shown;
  };
  EXPECT_EQ(on(2026, 11, 30), "");
  EXPECT_EQ(on(2026, 12, 1), "'r' ends in 30 days, on 2026-12-31");
  EXPECT_EQ(on(2026, 12, 30), "'r' ends tomorrow");
  EXPECT_EQ(on(2026, 12, 31), "'r' ends today");
  EXPECT_EQ(on(2027, 1, 1), "'r' ended on 2026-12-31");
  EXPECT_TRUE(policy->RemarksOn(absl::InfinitePast()).empty());
  EXPECT_TRUE(testing::MustLoad(Dates("from 2026-01-01"))
                  ->RemarksOn(absl::FromUnixSeconds(4'000'000'000))
                  .empty());
}

// The registry is not part of the text, but its names are what a text means.
TEST(Catalogue, E124NamesThatMeanTwoThingsInTheRegistry) {
  Registry registry = testing::Ports();
  const auto codes = [&] {
    return CodesOf(
        Policy::Load("p", "policy \"x\"", testing::DefaultVocabulary(), registry).diagnostics);
  };
  EXPECT_TRUE(codes().empty());
  registry.groups["KE"] = {"dar-port"};
  EXPECT_EQ(codes(), std::multiset<std::string>{"E124"});
  registry.groups.erase("KE");
  registry.groups["dar-port"] = {};
  EXPECT_EQ(codes(), std::multiset<std::string>{"E124"});
  registry.groups.erase("dar-port");
  registry.peers.push_back(registry.peers.front());
  EXPECT_EQ(codes(), std::multiset<std::string>{"E124"});
  registry.peers.back().name = "mombasa-port";
  EXPECT_EQ(codes(), std::multiset<std::string>{"E124"});
  registry.peers.back().name = "ANY-MEMBER";
  EXPECT_EQ(codes(), std::multiset<std::string>{"E124"});
}

TEST(Recovery, OneBadWordDoesNotHideTheNext) {
  const std::string text = R"fpol(
permit a
  to      peers where peer.agreement has ATLANTIC-CORRIDOR
  may     share
  items   where item.tlp at most AMBR and item.kind is lessn
  with    redact source.identty, delay two hours
permit b
  to      pear dar-port
  may     query
  items   where item.kind lesson
  because "unclosed
prmit c
  to any peer may query any item because "y"
permit d to peer dar-port may query any item because "y"
)fpol";
  const auto loaded = testing::Load(text);
  EXPECT_EQ(loaded.policy, nullptr);
  EXPECT_EQ(CodesOf(loaded.diagnostics),
            (std::multiset<std::string>{"E101", "E112", "E102", "E102", "E108", "E005", "E116",
                                        "E005", "E005", "E001", "E005"}))
      << RenderAll(loaded.diagnostics, "test.fpol", text);
  int line = 0;
  for (const Diagnostic& diagnostic : loaded.diagnostics) {
    EXPECT_GE(diagnostic.line, line);
    line = diagnostic.line;
  }
}

TEST(RenderTest, ShowsFileLineColumnCaretAndHelp) {
  const std::string text = "permit r\n  to      peers where peer.agreement has SCHENGEN\n";
  const Diagnostic diagnostic{
      Diagnostic::Severity::kError,     "E101", 2, 23, 14, "there is no attribute 'peer.agreement'",
      "did you mean 'peer.agreements'?"};
  EXPECT_EQ(Render(diagnostic, "x.fpol", text),
            "x.fpol:2:23: error E101: there is no attribute 'peer.agreement'\n"
            "     2 |   to      peers where peer.agreement has SCHENGEN\n"
            "       |                       ^^^^^^^^^^^^^^\n"
            "       = did you mean 'peer.agreements'?\n");
}

TEST(RenderTest, CaretsStandUnderTheWordAfterAccents) {
  const auto loaded = testing::Load("policy \"éé\" fr mombasa-port\n");
  ASSERT_EQ(loaded.diagnostics.size(), 1u);
  EXPECT_EQ(loaded.diagnostics[0].column, 13);
}

TEST(RenderTest, CutsLongLinesAroundThePlaceAndShowsNoControlCharacters) {
  const std::string text = std::string(5000, ' ') + "\x1b[31m nonsense" + std::string(5000, 'x');
  const auto loaded = testing::Load(text);
  const std::string shown = RenderAll(loaded.diagnostics, "x", text);
  EXPECT_EQ(shown.find('\x1b'), std::string::npos);
  for (size_t start = 0; start < shown.size();) {
    const size_t end = shown.find('\n', start);
    EXPECT_LT(end - start, 400u);
    start = end + 1;
  }
}

TEST(RenderTest, PlacesOutsideTheTextAreHarmless) {
  const Diagnostic beyond{Diagnostic::Severity::kWarning, "W302", 99, 99, 99, "m", ""};
  EXPECT_NE(Render(beyond, "x", "short").find("x:99:99: warning W302: m"), std::string::npos);
  const Diagnostic negative{Diagnostic::Severity::kError, "E001", -1, -5, -3, "m", ""};
  EXPECT_FALSE(Render(negative, "x", "").empty());
}

TEST(SuggestTest, CountsSwapsOnceAndIgnoresCase) {
  EXPECT_EQ(EditDistance("", ""), 0u);
  EXPECT_EQ(EditDistance("abc", ""), 3u);
  EXPECT_EQ(EditDistance("abcd", "abdc"), 1u);
  EXPECT_EQ(EditDistance("Cocaine", "cocaine"), 0u);
  EXPECT_EQ(EditDistance("kitten", "sitting"), 3u);
}

TEST(SuggestTest, NamesTheNearestOrTheShortListOrNothing) {
  const std::vector<std::string> few = {"query", "replicate"};
  EXPECT_EQ(Suggest("qurey", few), "did you mean 'query'?");
  EXPECT_EQ(Suggest("share", few), "known: query, replicate");
  EXPECT_EQ(Suggest("share", std::vector<std::string>(20, "replicate")), "");
  EXPECT_EQ(Suggest("x", {}), "");
}

}  // namespace
}  // namespace fairway::policy
