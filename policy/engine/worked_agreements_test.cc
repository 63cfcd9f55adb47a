// Agreements as administrators write them, each with its own tests inside: the texts must load
// without an error and every test in them must pass.

#include <gtest/gtest.h>

#include <string>

#include "policy/test_support.h"

namespace fairway::policy {
namespace {

using testing::MustLoad;

struct Agreement {
  const char* name;
  const char* text;
  size_t tests;
};

const Agreement kAgreements[] = {
    {"CharterBaseline",
     R"fpol(policy "Charter baseline: lessons learned" version 3 for mombasa-port

permit charter-lessons
  to      peers where peer.agreements has INTERPORT-CHARTER
  may     discover, query, replicate
  items   where item.kind is lesson and item.tlp at most GREEN
  with    in full
  because "InterPort Charter art. 3: lessons learned are common property"

test "Dar gets a green lesson"
  peer dar-port action replicate
  item { kind: lesson, tlp: GREEN, state: active, releasable-to: { ANY-MEMBER }, topics: { container-tampering }, age: 12 days }
  expect release by charter-lessons with in full

test "an amber lesson stays home"
  peer dar-port action replicate
  item { kind: lesson, tlp: AMBER, state: active, releasable-to: { ANY-MEMBER } }
  expect withhold by default

test "a lesson with an empty releasability list reaches nobody"
  peer dar-port action replicate
  item { kind: lesson, tlp: CLEAR, state: active, releasable-to: { } }
  expect withhold by P3
)fpol",
     3},
    {"AtlanticCorridor",
     R"fpol(policy "Atlantic Corridor MoU" version 11
set drug-trafficking = { cocaine, heroin, synthetic-drugs, precursor-chemicals }

permit atlantic-bulletins
  to      peers where peer.agreements has ATLANTIC-CORRIDOR and peer.tier at least 2
  may     discover, query, replicate
  items   where item.kind in { bulletin, alert }
            and item.tlp at most AMBER
            and item.topics has any of drug-trafficking
            and item.age at most 90 days
            and item.reliability at least C
  with    redact { source.identity, source.contact }, hops 1, expires after 180 days, receipt within 24 hours
  from    2026-01-01 until 2026-12-31
  because "Atlantic Corridor MoU art. 4(2)"

permit antwerp-liaison
  to      peer antwerp-port
  may     replicate
  items   where item.kind in { bulletin, alert } and item.tlp at most AMBER and item.topics has any of drug-trafficking and item.age at most 90 days and item.reliability at least C
  with    redact source.identity, hops 1, expires after 180 days, receipt within 24 hours
  because "Joint analysis team agreement 2025/14"

test "Rotterdam gets the amber cocaine bulletin without the source"
  peer rotterdam-port action replicate
  item { kind: bulletin, tlp: AMBER, state: active, releasable-to: { ATLANTIC }, topics: { cocaine }, age: 10 days, reliability: B }
  expect release by atlantic-bulletins with redact { source.identity, source.contact }, hops 1, expires after 180 days, receipt within 24 hours

test "Antwerp keeps the source contact"
  peer antwerp-port action replicate
  item { kind: bulletin, tlp: AMBER, state: active, releasable-to: { ATLANTIC }, topics: { cocaine }, age: 10 days, reliability: B }
  expect release by antwerp-liaison with redact source.identity, hops 1, expires after 180 days, receipt within 24 hours

test "unknown reliability is never a reason to share"
  peer rotterdam-port action replicate
  item { kind: bulletin, tlp: AMBER, state: active, releasable-to: { ATLANTIC }, topics: { cocaine }, age: 10 days }
  expect withhold by default

test "next year the agreement is over"
  peer rotterdam-port action replicate on 2027-01-01
  item { kind: bulletin, tlp: AMBER, state: active, releasable-to: { ATLANTIC }, topics: { cocaine }, age: 10 days, reliability: B }
  expect withhold by default

test "Dar is not in the corridor"
  peer dar-port action replicate
  item { kind: bulletin, tlp: GREEN, state: active, releasable-to: { ANY-MEMBER }, topics: { cocaine }, age: 10 days, reliability: A }
  expect withhold by default
)fpol",
     5},
    {"ProtectedSources",
     R"fpol(policy "Protected sources"
permit ops-alerts
  to      peers where peer.tier at least 2
  may     query, replicate
  items   where item.kind is alert and item.tlp at most AMBER
  because "InterPort Charter art. 5"

forbid informant-material-abroad
  to      peers where peer.country is not KE
  may     do anything
  items   where item.contains has any of { informant-derived, intercept-derived }
  because "Protected sources"

test "an ordinary alert goes to Antwerp"
  peer antwerp-port action replicate
  item { kind: alert, tlp: GREEN, state: active, releasable-to: { ANY-MEMBER }, contains: { } }
  expect release by ops-alerts

test "an informant-derived alert does not"
  peer antwerp-port action replicate
  item { kind: alert, tlp: GREEN, state: active, releasable-to: { ANY-MEMBER }, contains: { informant-derived } }
  expect withhold by informant-material-abroad

test "Nairobi is at home and gets it"
  peer nairobi-airport action replicate
  item { kind: alert, tlp: GREEN, state: active, releasable-to: { KE }, contains: { informant-derived } }
  expect release by ops-alerts

test "if nobody recorded what it contains, it stays home too"
  peer antwerp-port action replicate
  item { kind: alert, tlp: GREEN, state: active, releasable-to: { ANY-MEMBER } }
  expect withhold by informant-material-abroad
)fpol",
     4},
    {"DataProtectionOverlay",
     R"fpol(policy "Data protection overlay"
permit lookouts
  to      peers where peer.tier at least 3
  may     query, replicate
  items   where item.kind is alert and item.tlp at most AMBER and item.age at most 30 days
  because "Exchange of lookouts"

require no-adequacy-no-names
  to      peers where peer.agreements has none of { DATA-PROTECTION-ADEQUATE }
  may     do anything
  items   where item.contains has personal-data
  with    redact persons.*, redact vehicle.plate
  because "no adequacy, no personal data"

require juveniles
  to      any peer
  may     replicate, redistribute
  items   where item.contains has juvenile-data
  with    redact persons.photo, expires after 30 days
  because "guidance on minors"

forbid special-category
  to      any peer
  may     do anything
  items   where item.contains has special-category
  because "special categories stay home"

test "Rotterdam (adequate) gets the names"
  peer rotterdam-port action replicate
  item { kind: alert, tlp: AMBER, state: active, releasable-to: { ANY-MEMBER }, contains: { personal-data }, age: 2 days }
  expect release by lookouts with in full

test "Antwerp gets it without persons and plates"
  peer antwerp-port action replicate
  item { kind: alert, tlp: AMBER, state: active, releasable-to: { ANY-MEMBER }, contains: { personal-data }, age: 2 days }
  expect release by lookouts with redact { persons.name, persons.identifier, persons.photo, persons.*, vehicle.plate }

test "a minor's photo stays and the copy expires"
  peer rotterdam-port action replicate
  item { kind: alert, tlp: GREEN, state: active, releasable-to: { ANY-MEMBER }, contains: { personal-data, juvenile-data }, age: 2 days }
  expect release by lookouts with redact persons.photo, expires after 30 days

test "the rule about copies does not touch a query"
  peer rotterdam-port action query
  item { kind: alert, tlp: GREEN, state: active, releasable-to: { ANY-MEMBER }, contains: { personal-data, juvenile-data }, age: 2 days }
  expect release by lookouts with in full
)fpol",
     4},
    {"OnwardSharing",
     R"fpol(policy "Onward sharing of received material"
permit onward-amber
  to      peers where peer.tier at least 2 and peer.controls has all of { receipts, recall-ack }
  may     replicate
  items   where item.tlp at most AMBER and item.kind in { bulletin, assessment }
  with    receipt within 12 hours
  because "Charter art. 9: onward sharing with notification"

test "without approval it stays"
  peer dar-port action replicate
  item { kind: bulletin, tlp: GREEN, state: active, originator: rotterdam-port, onward: ask, releasable-to: { ANY-MEMBER }, hops-left: 2 }
  expect withhold by P5

test "with the originator's approval it goes, one hop consumed"
  peer dar-port action replicate
  item { kind: bulletin, tlp: GREEN, state: active, originator: rotterdam-port, onward: ask, approved-for: { AFRICA }, releasable-to: { ANY-MEMBER }, hops-left: 2 }
  expect release by onward-amber with receipt within 12 hours, hops 1

test "no hops left"
  peer dar-port action replicate
  item { kind: bulletin, tlp: GREEN, state: active, originator: rotterdam-port, onward: any, releasable-to: { ANY-MEMBER }, hops-left: 0 }
  expect withhold by P6

test "from an authority this node has no name for, nothing is known about going on"
  peer dar-port action replicate
  item { kind: bulletin, tlp: GREEN, state: active, originator: somebody-far-away, releasable-to: { ANY-MEMBER }, hops-left: 1 }
  expect withhold by P5
)fpol",
     4},
    {"NamedRecipients",
     R"fpol(policy "Named-recipient exchange"
permit named-red
  to      peers where peer.tier is 1 and peer.controls has receipts
  may     replicate
  items   where item.tlp is RED and item.kind in { assessment, alert }
  with    hops 0, receipt within 4 hours, expires after 14 days
  because "Case-by-case exchange"

test "named recipient"
  peer rotterdam-port action replicate
  item { kind: assessment, tlp: RED, state: active, named: { rotterdam-port }, releasable-to: { NL } }
  expect release by named-red with hops 0, receipt within 4 hours, expires after 14 days

test "tier 1 but not named"
  peer antwerp-port action replicate
  item { kind: assessment, tlp: RED, state: active, named: { rotterdam-port }, releasable-to: { ANY-MEMBER } }
  expect withhold by P2

test "an unmarked item is treated as RED"
  peer rotterdam-port action replicate
  item { kind: assessment, state: active, releasable-to: { ANY-MEMBER } }
  expect withhold by P2
)fpol",
     3},
    {"QueryOnly",
     R"fpol(policy "Airport network: query only"
permit hit-no-hit
  to      peers where peer.agreements has AIRPORT-NET
  may     discover
  items   where item.topics has any of { cocaine, firearms, explosives, wildlife } and item.tlp at most AMBER
  with    keep only { title, location.region }
  because "protocol 2: hit or no hit"

permit content
  to      peers where peer.agreements has AIRPORT-NET and peer.tier at least 2
  may     query
  items   where item.topics has any of { cocaine, firearms, explosives, wildlife } and item.tlp at most GREEN
  with    redact { officer.name, officer.contact, source.identity, source.contact }
  because "protocol 3: content on request"

forbid no-copies
  to      peers where peer.agreements has AIRPORT-NET
  may     replicate, redistribute
  items   where item.kind in { bulletin, assessment }
  because "protocol 5: no local copies"

test "Nairobi sees that something exists"
  peer nairobi-airport action discover
  item { kind: bulletin, tlp: AMBER, state: active, topics: { firearms }, releasable-to: { AIRPORTS } }
  expect release by hit-no-hit with keep only { title, location.region }

test "Nairobi cannot read the amber content"
  peer nairobi-airport action query
  item { kind: bulletin, tlp: AMBER, state: active, topics: { firearms }, releasable-to: { AIRPORTS } }
  expect withhold by default

test "no copies"
  peer nairobi-airport action replicate
  item { kind: bulletin, tlp: GREEN, state: active, topics: { firearms }, releasable-to: { AIRPORTS } }
  expect withhold by no-copies
)fpol",
     3},
    {"Emergency",
     R"fpol(policy "Emergency sharing"
set life-threat = { explosives, terrorism, drone-incursion, trafficking-in-persons }

permit emergency-alerts
  to      any peer
  may     query, replicate
  items   where context.emergency is yes and item.kind is alert and item.topics has any of life-threat and item.age at most 3 days
  with    strip source, expires after 7 days
  because "Charter art. 12: immediate threat to life"

forbid not-yet-graded
  to      any peer
  may     redistribute
  items   where item.reliability below C and context.emergency is not yes
  because "Ungraded material is not passed on"

test "Santos, tier 3, still gets the bomb alert"
  peer santos-port action replicate
  item { kind: alert, tlp: AMBER, state: active, topics: { explosives }, age: 1 days, releasable-to: { ANY-MEMBER } }
  context { emergency: yes }
  expect release by emergency-alerts with redact { source.identity, source.contact, source.method }, expires after 7 days

test "nobody declared an emergency"
  peer santos-port action replicate
  item { kind: alert, tlp: AMBER, state: active, topics: { explosives }, age: 1 days, releasable-to: { ANY-MEMBER } }
  expect withhold by default

test "a suspended link does not, emergency or not"
  peer suspended-port action replicate
  item { kind: alert, tlp: GREEN, state: active, topics: { explosives }, age: 1 days, releasable-to: { ANY-MEMBER } }
  context { emergency: yes }
  expect withhold by P8

test "the originator's exclusion holds in an emergency"
  peer santos-port action replicate
  item { kind: alert, tlp: GREEN, state: active, topics: { explosives }, age: 1 days, releasable-to: { ANY-MEMBER }, not-releasable-to: { santos-port } }
  context { emergency: yes }
  expect withhold by P4
)fpol",
     4},
    {"AssociateMembers",
     R"fpol(policy "Indian Ocean MoU"
permit full
  to      peers where peer.agreements has INDIAN-OCEAN-MOU and peer.tier at least 2
  may     discover, query, replicate
  items   where item.regions has any of { indian-ocean, east-africa } and item.tlp at most AMBER and item.reliability at least D
  with    hops 1
  because "terms of reference 3.1"

permit sanitised
  to      peers where peer.agreements has INDIAN-OCEAN-MOU and peer.tier is 3
  may     discover, query, replicate
  items   where item.regions has any of { indian-ocean, east-africa } and item.tlp at most GREEN and item.kind in { bulletin, lesson, assessment }
  with    strip source, redact { persons.*, officer.name, officer.contact, time.exact, location.exact }, hops 0
  because "terms of reference 3.4: associate members"

require associates-confirm
  to      peers where peer.tier at most 3
  may     replicate
  items   where item.kind in { bulletin, assessment }
  with    receipt within 72 hours
  because "Associates confirm every copy"

test "Maputo, tier 2, gets it in full"
  peer maputo-port action replicate
  item { kind: bulletin, tlp: AMBER, state: active, regions: { indian-ocean }, reliability: C, releasable-to: { AFRICA } }
  expect release by full with hops 1

test "an invented associate gets the sanitised version"
  peer { tier: 3, link: active, country: KM, controls: { receipts }, agreements: { INDIAN-OCEAN-MOU } } action replicate
  item { kind: bulletin, tlp: GREEN, state: active, regions: { indian-ocean }, reliability: C, releasable-to: { KM } }
  expect release by sanitised with strip source, redact { persons.*, officer.name, officer.contact, time.exact, location.exact }, hops 0, receipt within 72 hours
)fpol",
     2},
    {"RingFence",
     R"fpol(policy "Operation LANTERN ring-fence"
permit insider-lessons
  to      peers where peer.agreements has INTERPORT-CHARTER and peer.tier at least 2
  may     query, replicate
  items   where item.topics has any of { insider-threat, container-tampering } and item.kind in { lesson, practice, bulletin } and item.tlp at most AMBER
  because "Charter art. 3 and 4"

forbid lantern-ring-fence
  to      peer maputo-port
  may     do anything
  items   where item.topics has insider-threat and item.age at most 365 days
  from    2026-03-01 until 2026-09-01
  because "Operation LANTERN, order 2026/03"

test "Maputo is ring-fenced"
  peer maputo-port action replicate on 2026-09-01
  item { kind: lesson, tlp: GREEN, state: active, topics: { insider-threat }, age: 20 days, releasable-to: { ANY-MEMBER } }
  expect withhold by lantern-ring-fence

test "the order has ended"
  peer maputo-port action replicate on 2026-09-02
  item { kind: lesson, tlp: GREEN, state: active, topics: { insider-threat }, age: 20 days, releasable-to: { ANY-MEMBER } }
  expect release by insider-lessons

test "Maputo still gets tampering lessons"
  peer maputo-port action replicate
  item { kind: lesson, tlp: GREEN, state: active, topics: { container-tampering }, age: 20 days, releasable-to: { ANY-MEMBER } }
  expect release by insider-lessons

test "a recalled item reaches nobody"
  peer dar-port action replicate
  item { kind: lesson, tlp: CLEAR, state: recalled, topics: { container-tampering }, age: 20 days, releasable-to: { ANY-MEMBER } }
  expect withhold by P1

test "draft items are not shared"
  peer dar-port action query
  item { kind: lesson, tlp: CLEAR, state: draft, topics: { container-tampering }, age: 0 days, releasable-to: { ANY-MEMBER } }
  expect withhold by P1
)fpol",
     5},
};

class WorkedAgreement : public ::testing::TestWithParam<Agreement> {};

TEST_P(WorkedAgreement, LoadsAndItsOwnTestsPass) {
  const auto policy = MustLoad(GetParam().text);
  ASSERT_NE(policy, nullptr);
  const std::vector<TestResult> results = policy->RunTests();
  EXPECT_EQ(results.size(), GetParam().tests);
  for (const TestResult& result : results) {
    EXPECT_TRUE(result.passed) << result.line << ": " << result.name << ": " << result.message;
  }
}

INSTANTIATE_TEST_SUITE_P(All, WorkedAgreement, ::testing::ValuesIn(kAgreements),
                         [](const auto& info) { return std::string(info.param.name); });

TEST(StarterPolicyTest, LoadsEverywhereHasNoPermitAndItsTestsPass) {
  const auto vocabulary = testing::DefaultVocabulary();
  ASSERT_NE(vocabulary, nullptr);
  for (const Registry& registry : {Registry(), testing::Ports()}) {
    const auto loaded =
        Policy::Load("nothing.fpol", std::string(StarterPolicy()), vocabulary, registry);
    EXPECT_TRUE(loaded.diagnostics.empty())
        << RenderAll(loaded.diagnostics, "nothing.fpol", StarterPolicy());
    ASSERT_NE(loaded.policy, nullptr);
    EXPECT_EQ(loaded.policy->rule_count(), 0u);
    for (const std::string& action : vocabulary->actions()) {
      EXPECT_FALSE(loaded.policy->HasPermitFor(action));
    }
    EXPECT_EQ(loaded.policy->RunTests().size(), 2u);
    for (const TestResult& result : loaded.policy->RunTests()) {
      EXPECT_TRUE(result.passed) << result.message;
    }
  }
}

}  // namespace
}  // namespace fairway::policy
