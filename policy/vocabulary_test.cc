#include "policy/vocabulary.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "policy/limits.h"
#include "policy/test_support.h"

namespace fairway::policy {
namespace {

using testing::CodesOf;

std::string Profile(const std::string& from = "", const std::string& to = "") {
  const std::string text(DefaultProfile());
  return from.empty() ? text : absl::StrReplaceAll(text, {{from, to}});
}

TEST(DefaultProfileTest, ParsesWithoutARemark) {
  const auto parsed = Vocabulary::Parse(Profile());
  EXPECT_TRUE(parsed.diagnostics.empty())
      << RenderAll(parsed.diagnostics, "default_profile.fprof", DefaultProfile());
  ASSERT_NE(parsed.vocabulary, nullptr);
  EXPECT_EQ(parsed.vocabulary->text(), DefaultProfile());
}

TEST(DefaultProfileTest, HasTheWordsOfPortsAndAirports) {
  const auto vocabulary = testing::DefaultVocabulary();
  const auto has = [&](const char* attribute, const char* value) {
    const auto* found = vocabulary->attribute(attribute);
    return found != nullptr && found->IndexOf(value).has_value();
  };
  for (const char* country : {"KE", "TZ", "MU", "SC", "MZ", "MG", "KM", "DJ", "ZA", "NG", "GH",
                              "BR", "BB", "ES", "PT", "FR", "GB", "NL", "BE"}) {
    EXPECT_TRUE(has("peer.country", country)) << country;
  }
  for (const char* agreement : {"INDIAN-OCEAN-MOU", "ATLANTIC-CORRIDOR", "AIRPORT-NET",
                                "WILDLIFE-NET", "INTERPORT-CHARTER"}) {
    EXPECT_TRUE(has("peer.agreements", agreement)) << agreement;
  }
  for (const char* kind : {"bulletin", "lesson", "alert", "practice", "aar", "assessment",
                           "request", "reply", "annotation"}) {
    EXPECT_TRUE(has("item.kind", kind)) << kind;
  }
  for (const char* topic : {"cocaine",
                            "heroin",
                            "synthetic-drugs",
                            "precursor-chemicals",
                            "reefer-container",
                            "container-tampering",
                            "wildlife",
                            "ivory",
                            "document-fraud",
                            "seafarers-book",
                            "drone-incursion",
                            "insider-threat",
                            "stowaways",
                            "people-smuggling",
                            "trafficking-in-persons",
                            "firearms",
                            "explosives",
                            "cargo-theft",
                            "cigarettes",
                            "terrorism",
                            "cyber-physical",
                            "unruly-passenger",
                            "exercise-lesson"}) {
    EXPECT_TRUE(has("item.topics", topic)) << topic;
  }
}

TEST(DefaultProfileTest, OrdersMeanWhatAnOfficerExpects) {
  const auto vocabulary = testing::DefaultVocabulary();
  const auto below = [&](const char* attribute, const char* low, const char* high) {
    const auto* found = vocabulary->attribute(attribute);
    return *found->IndexOf(low) < *found->IndexOf(high);
  };
  EXPECT_TRUE(below("peer.tier", "4", "1"));
  EXPECT_TRUE(below("item.tlp", "AMBER", "AMBER+STRICT"));
  EXPECT_TRUE(below("item.reliability", "C", "A"));
  EXPECT_TRUE(below("item.credibility", "6", "1"));
  EXPECT_TRUE(below("item.precedence", "routine", "flash"));
}

TEST(DefaultProfileTest, FieldsAreThePartLabelsAndNeverTheHiddenOnes) {
  const auto fields = testing::DefaultVocabulary()->fields();
  for (const char* label : {"title",
                            "summary",
                            "body",
                            "facts/1",
                            "lessons.root-cause",
                            "topics",
                            "location.region",
                            "time.day",
                            "language",
                            "location.exact",
                            "time.exact",
                            "persons.name/2",
                            "vehicle.plate",
                            "vessel.imo/2",
                            "container.number",
                            "officer.contact",
                            "grading",
                            "source.identity",
                            "source.contact",
                            "source.method",
                            "attachments/0"}) {
    EXPECT_TRUE(fields->OfLabel(label).has_value()) << label;
  }
  for (const char* label : {"audience", "caveats", "purpose", "audience/1", "source"}) {
    EXPECT_FALSE(fields->OfLabel(label).has_value()) << label;
  }
}

TEST(VocabularyTest, ANewTopicIsAWordInTheProfileAndNothingElse) {
  const auto parsed = Vocabulary::Parse(Profile("cocaine, heroin", "cocaine, kryptonite, heroin"));
  ASSERT_NE(parsed.vocabulary, nullptr);
  const auto loaded = Policy::Load(
      "p", "permit x to any peer may query items where item.topics has kryptonite because \"y\"",
      parsed.vocabulary, Registry());
  EXPECT_NE(loaded.policy, nullptr);
}

struct BadProfile {
  const char* name;
  std::string text;
  const char* code;
};

class ProfileDiagnostic : public ::testing::TestWithParam<BadProfile> {};

TEST_P(ProfileDiagnostic, IsReportedAndNoVocabularyComesOut) {
  const auto parsed = Vocabulary::Parse(GetParam().text);
  EXPECT_EQ(parsed.vocabulary, nullptr);
  EXPECT_TRUE(CodesOf(parsed.diagnostics).contains(GetParam().code))
      << RenderAll(parsed.diagnostics, "profile", GetParam().text);
}

std::string ManyAttributes(size_t total) {
  std::string text = Profile();
  const size_t have = Vocabulary::Parse(text).vocabulary->attributes().size();
  for (size_t i = have; i < total; ++i) absl::StrAppend(&text, "number item.n", i, "\n");
  return text;
}

std::string ManyValues(size_t total) {
  std::string text = absl::StrCat(Profile(), "enum item.many = v0");
  for (size_t i = 1; i < total; ++i) absl::StrAppend(&text, ", v", i);
  return text;
}

std::string ManyFields(size_t total) {
  std::string text = absl::StrCat(Profile(), "\nfields = ");
  const size_t have = Vocabulary::Parse(Profile()).vocabulary->fields()->size();
  for (size_t i = have; i < total; ++i) absl::StrAppend(&text, i > have ? ", " : "", "x", i);
  return text;
}

std::string ManyRoles(size_t total) {
  std::string text = absl::StrCat(Profile(), "\nroles = ");
  const size_t have = Vocabulary::Parse(Profile()).vocabulary->roles().size();
  for (size_t i = have; i < total; ++i) absl::StrAppend(&text, i > have ? ", " : "", "x", i);
  return text;
}

INSTANTIATE_TEST_SUITE_P(
    All, ProfileDiagnostic,
    ::testing::Values(
        BadProfile{"Empty", "", "E405"},
        BadProfile{"UnknownLine", Profile() + "\nenumm item.x = a", "E401"},
        BadProfile{"PeersAreNotHere", Profile() + "\npeer x { }", "E401"},
        BadProfile{"GroupsAreNotHere", Profile() + "\ngroup x = { y }", "E401"},
        BadProfile{"ValueTwice", Profile("cocaine, heroin", "cocaine, heroin, cocaine"), "E402"},
        BadProfile{"AttributeTwice", Profile() + "\nnumber item.age", "E402"},
        BadProfile{"TooManyAttributes", ManyAttributes(kMaxAttributes + 1), "E403"},
        BadProfile{"TooManyValues", ManyValues(kMaxValues + 1), "E403"},
        BadProfile{"TooManyFields", ManyFields(kMaxFields + 1), "E403"},
        BadProfile{"TooManyRoles", ManyRoles(kMaxRoles + 1), "E403"},
        BadProfile{"NameWithoutSide", Profile() + "\nenum colour = red", "E404"},
        BadProfile{"TlpInAnotherOrder",
                   Profile("CLEAR < GREEN < AMBER < AMBER+STRICT < RED",
                           "CLEAR < GREEN < AMBER+STRICT < AMBER < RED"),
                   "E405"},
        BadProfile{"NoActiveState",
                   Profile("draft, active, superseded", "draft, current, superseded"), "E405"},
        BadProfile{"NoTitle", Profile("fields  = title, summary", "fields  = summary"), "E406"},
        BadProfile{"AudienceAsField", Profile("fields  = title", "fields  = title, audience"),
                   "E407"},
        BadProfile{"CaveatsAsFamily", Profile("fields  = title", "fields  = title, caveats.*"),
                   "E407"},
        BadProfile{"NoAccept", Profile("redistribute, accept", "redistribute"), "E408"},
        BadProfile{"TooLong", std::string(kMaxProfileTextBytes + 1, '#'), "E004"},
        BadProfile{"NotText", Profile() + "\x01", "E002"},
        BadProfile{"OpenText", Profile() + "\nprofile \"x", "E001"},
        BadProfile{"HalfALine", Profile() + "\nordered item.x = a <", "E005"}),
    [](const auto& info) { return info.param.name; });

TEST(VocabularyTest, LimitsAreReachedExactly) {
  EXPECT_NE(Vocabulary::Parse(ManyAttributes(kMaxAttributes)).vocabulary, nullptr);
  EXPECT_NE(Vocabulary::Parse(ManyValues(kMaxValues)).vocabulary, nullptr);
  EXPECT_NE(Vocabulary::Parse(ManyFields(kMaxFields)).vocabulary, nullptr);
  EXPECT_NE(Vocabulary::Parse(ManyRoles(kMaxRoles)).vocabulary, nullptr);
  std::string full = Profile();
  full.append(kMaxProfileTextBytes - full.size(), '\n');
  EXPECT_NE(Vocabulary::Parse(full).vocabulary, nullptr);
}

}  // namespace
}  // namespace fairway::policy
