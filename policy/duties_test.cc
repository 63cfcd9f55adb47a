#include "policy/duties.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "policy/test_support.h"

namespace fairway::policy {
namespace {

using testing::Ask;
using testing::MustLoad;

// The duties of a release under one permit and any number of requires.
Duties Under(const std::string& permit, const std::vector<std::string>& overlays = {}) {
  const auto with = [](const std::string& duties) {
    return duties.empty() ? "" : absl::StrCat(" with ", duties);
  };
  std::string text = absl::StrCat("permit p to any peer may replicate items where item.kind is ",
                                  "bulletin", with(permit), " because \"y\"\n");
  for (size_t i = 0; i < overlays.size(); ++i) {
    absl::StrAppend(&text, "require r", i, " to any peer may replicate items where item.kind is ",
                    "bulletin", with(overlays[i]), " because \"y\"\n");
  }
  const auto policy = MustLoad(text);
  if (policy == nullptr) return {};
  const Decision decision = policy->Decide(Ask("dar-port"));
  EXPECT_EQ(decision.verdict, Decision::Verdict::kRelease) << decision.because;
  return decision.duties;
}

TEST(ReleasesTest, InFullEveryFieldGoesAndNothingElse) {
  const Duties duties = Under("in full");
  for (const char* label :
       {"title", "summary", "body", "facts/1", "facts/250", "lessons.root-cause", "topics",
        "persons.name", "persons.name/2", "persons.height/1", "vessel.imo/2", "attachments/0",
        "source.identity", "grading"}) {
    EXPECT_TRUE(duties.Releases(label)) << label;
  }
  for (const char* label :
       {"audience", "caveats",          "purpose", "audience/1", "",           "/",
        "/1",       "title/",           "title/x", "title/1/2",  "title/-1",   "title/+1",
        "title/ 1", "title/1234567890", "Title",   "title ",     "unheard-of", "source",
        "source.",  "source..identity", ".title",  "persons.*",  "*",          "title\n",
        "facts//1", "vehicle.plates"}) {
    EXPECT_FALSE(duties.Releases(label)) << label;
  }
  EXPECT_FALSE(duties.Releases(std::string(kMaxNameBytes + 100, 'a')));
  EXPECT_FALSE(duties.Releases(std::string("title\0", 6)));
}

TEST(ReleasesTest, WithoutADecisionNothingGoes) {
  EXPECT_FALSE(Duties().Releases("title"));
  const auto policy = MustLoad("policy \"nothing\"");
  EXPECT_FALSE(policy->Decide(Ask("dar-port")).duties.Releases("title"));
}

TEST(ReleasesTest, AFamilyTakesAllItsMembersAlongNumberedOrNot) {
  const Duties duties = Under("redact persons.*, redact attachments, redact facts.*");
  for (const char* label : {"persons", "persons/1", "persons.name", "persons.name/2",
                            "persons.photo", "persons.anything", "attachments", "attachments/0",
                            "attachments/19", "facts/1", "facts.x"}) {
    EXPECT_FALSE(duties.Releases(label)) << label;
  }
  EXPECT_TRUE(duties.Releases("title"));
  EXPECT_TRUE(duties.Releases("officer.name"));
}

TEST(ReleasesTest, AMemberCanBeLeftOutAlone) {
  const Duties duties = Under("redact persons.photo, redact vessel.imo");
  EXPECT_FALSE(duties.Releases("persons.photo/1"));
  EXPECT_TRUE(duties.Releases("persons.name/1"));
  EXPECT_TRUE(duties.Releases("persons.height"));
  EXPECT_FALSE(duties.Releases("vessel.imo/2"));
  EXPECT_FALSE(duties.Releases("vessel.imo"));
}

TEST(ReleasesTest, StripSourceTakesEverythingUnderSource) {
  const Duties duties = Under("strip source");
  EXPECT_TRUE(duties.strip_source);
  for (const char* label : {"source.identity", "source.contact/1", "source.method"}) {
    EXPECT_FALSE(duties.Releases(label)) << label;
  }
  EXPECT_TRUE(duties.Releases("grading"));
  EXPECT_EQ(duties.ToText(), "strip source");
}

TEST(ReleasesTest, KeepOnlyLeavesOutTheRest) {
  const Duties duties = Under("keep only { title, persons.*, location.region }");
  EXPECT_TRUE(duties.Releases("title"));
  EXPECT_TRUE(duties.Releases("persons.name/1"));
  EXPECT_TRUE(duties.Releases("location.region"));
  EXPECT_FALSE(duties.Releases("location.exact"));
  EXPECT_FALSE(duties.Releases("body"));
}

struct Merge {
  const char* name;
  const char* permit;
  std::vector<std::string> overlays;
  const char* text;
};

class MergeTest : public ::testing::TestWithParam<Merge> {};

TEST_P(MergeTest, IsTheStrictestOfAll) {
  EXPECT_EQ(Under(GetParam().permit, GetParam().overlays).ToText(), GetParam().text);
  std::vector<std::string> reversed(GetParam().overlays.rbegin(), GetParam().overlays.rend());
  EXPECT_EQ(Under(GetParam().permit, reversed).ToText(), GetParam().text);
}

INSTANTIATE_TEST_SUITE_P(
    All, MergeTest,
    ::testing::Values(
        Merge{"Nothing", "", {}, "in full"},
        Merge{"RedactAddsUp",
              "redact body",
              {"redact summary", "redact { body, grading }"},
              "redact { body, grading, summary }"},
        Merge{"KeepOnlyIntersects",
              "keep only { title, body, summary }",
              {"keep only { title, summary, topics }"},
              "keep only { summary, title }"},
        Merge{"KeepOnlyFromNothing", "", {"keep only title"}, "keep only { title }"},
        Merge{"KeepAndRedact",
              "keep only { title, body }",
              {"redact body"},
              "redact { body }; keep only { body, title }"},
        Merge{"StripSourceStays", "strip source", {"hops 3"}, "strip source; hops 3"},
        Merge{"StripSourceIsAdded", "", {"strip source"}, "strip source"},
        Merge{"HopsSmallest", "hops 3", {"hops 5", "hops 2"}, "hops 2"},
        Merge{"ExpirySoonest",
              "expires after 180 days",
              {"expires after 30 days", "expires after 2 months"},
              "expires after 30 days"},
        Merge{"ReceiptSoonest",
              "receipt within 72 hours",
              {"receipt within 24 hours"},
              "receipt within 24 hours"},
        Merge{"TlpHighest",
              "raise tlp to AMBER",
              {"raise tlp to GREEN", "raise tlp to AMBER+STRICT"},
              "raise tlp to AMBER+STRICT"},
        Merge{"PapHighest", "", {"raise pap to AMBER", "raise pap to RED"}, "raise pap to RED"},
        Merge{
            "GeneraliseLeavesOneOfTheFamily",
            "generalise location to region",
            {"generalise time to day", "generalise persons to name"},
            "redact { location.exact, persons.*, persons.identifier, persons.photo, time.exact }"},
        Merge{"DelayLongest", "delay 48 hours", {"delay 1 day", "delay 3 days"}, "delay 3 days"},
        Merge{"HoldForEach",
              "hold for commander",
              {"hold for auditor, hold for commander"},
              "hold for auditor; hold for commander"},
        Merge{"UseForWhatAllAllow",
              "use for { training, safety, investigation }",
              {"use for { safety, training }", "use for { training }"},
              "use for { training }"},
        Merge{
            "UseForNothingInCommon", "use for { training }", {"use for { safety }"}, "use for { }"},
        Merge{"FlagsAddUp",
              "watermark",
              {"notify originator", "hops 1"},
              "hops 1; watermark; notify originator"},
        Merge{"AllAtOnce",
              "redact body, hops 2, expires after 10 days",
              {"receipt within 24 hours, raise tlp to GREEN", "hops 1"},
              "redact { body }; receipt within 24 hours; hops 1; expires after 10 days; raise tlp "
              "to GREEN"}),
    [](const auto& info) { return info.param.name; });

TEST(StrictestTest, MergesAsTheEngineDoes) {
  const auto vocabulary = testing::DefaultVocabulary();
  const auto& tlp = vocabulary->attribute("item.tlp")->values;
  const auto& pap = vocabulary->attribute("item.pap")->values;
  const Duties a = Under("redact body, hops 2, expires after 10 days, raise tlp to AMBER");
  const Duties b = Under("strip source, hops 1, receipt within 2 days, raise tlp to GREEN");
  Duties both = Strictest(a, b, tlp, pap);
  EXPECT_EQ(both.ToText(),
            "strip source; redact { body }; receipt within 2 days; hops 1; expires after 10 days; "
            "raise tlp to AMBER");
  EXPECT_EQ(both.ToText(), Strictest(b, a, tlp, pap).ToText());
  EXPECT_FALSE(both.Releases("body"));
  EXPECT_TRUE(both.Releases("title"));
  EXPECT_FALSE(Strictest(a, Duties(), tlp, pap).Releases("title"));
  Duties kept;
  kept.encrypt_at_rest = true;
  kept.delay = absl::Hours(2);
  kept.hold_for = {"officer"};
  Duties looked_at;
  looked_at.no_copy = true;
  looked_at.delay = absl::Hours(3);
  looked_at.use_for = {"safety"};
  EXPECT_EQ(Strictest(kept, looked_at, tlp, pap).ToText(),
            "delay 3 hours; hold for officer; use for { safety }; encrypt at rest; no copy");
  Duties unheard_of;
  unheard_of.raise_tlp = "ULTRAVIOLET";
  EXPECT_EQ(Strictest(a, unheard_of, tlp, pap).raise_tlp, "ULTRAVIOLET");
}

}  // namespace
}  // namespace fairway::policy
