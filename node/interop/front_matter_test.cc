#include "node/interop/front_matter.h"

#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_join.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "node/interop/did_you_mean.h"
#include "node/status/problem.h"

namespace fairway::interop {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;
using ::testing::StartsWith;

std::string Item(const std::string& front) { return "+++\n" + front + "+++\nThe text.\n"; }

Problem Refusal(const std::string& text) {
  const auto draft = ReadFrontMatter("b.md", text);
  EXPECT_FALSE(draft.ok()) << text;
  if (draft.ok()) return {};
  EXPECT_EQ(draft.status().code(), absl::StatusCode::kInvalidArgument);
  const std::optional<Problem> problem = ProblemOf(draft.status());
  EXPECT_TRUE(problem.has_value());
  EXPECT_FALSE(problem->next.empty());
  return problem.value_or(Problem{});
}

TEST(FrontMatter, IsReadWithEveryKey) {
  const auto draft = ReadFrontMatter("b.md", R"(+++
kind = "lesson"
title = "Night-shift handover missed two alerts"
summary = "Short."
tlp = "TLP:GREEN"
pap = "GREEN"
precedence = "priority"
onward = "named"
mode = "exercise"
language = "en"
topics = ["insider-threat"]
regions = ["western-med"]
places = ["KEMBA"]
exact_location = "Gate 4"
day = 2026-11-19
time = 2026-11-19T22:10:00+03:00
expires = 2027-02-20
audience = ["ANY-MEMBER", "ports"]
not_for = "airport-charlie"
named = ["port-bravo"]
contains = []
purpose = ["training"]
facts = ["One.", "Two."]
vessel_imo = ["9074729"]
containers = ["CSQU3054383"]
plates = ["KAA 123A"]
persons = ["A. N. Other"]
grading = "B2"
officer = "Ana Silva"
[source]
identity = "who"
contact = "where"
method = "how"
[lessons]
root-cause = "No overlap."
recommendation = "Overlap by ten minutes."
+++

# Handover

The text.
)");
  ASSERT_TRUE(draft.ok()) << draft.status();
  EXPECT_EQ(draft->kind, model::Kind::kLesson);
  EXPECT_EQ(draft->title, "Night-shift handover missed two alerts");
  EXPECT_EQ(draft->summary, "Short.");
  EXPECT_EQ(draft->tlp, model::Tlp::kGreen);
  EXPECT_EQ(draft->pap, model::Pap::kGreen);
  EXPECT_EQ(draft->precedence, model::Precedence::kPriority);
  EXPECT_EQ(draft->onward, model::Onward::kNamed);
  EXPECT_EQ(draft->mode, model::Mode::kExercise);
  EXPECT_EQ(draft->language, "en");
  EXPECT_THAT(draft->topics, ElementsAre("insider-threat"));
  EXPECT_THAT(draft->regions, ElementsAre("western-med"));
  EXPECT_THAT(draft->locodes, ElementsAre("KEMBA"));
  EXPECT_EQ(draft->exact_location, "Gate 4");
  EXPECT_EQ(draft->day, "2026-11-19");
  EXPECT_EQ(draft->exact_time, "2026-11-19T22:10:00+03:00");
  EXPECT_EQ(draft->not_after, absl::FromUnixSeconds(1803167999));
  EXPECT_THAT(draft->releasable_to, ElementsAre("ANY-MEMBER", "ports"));
  EXPECT_THAT(draft->not_releasable_to, ElementsAre("airport-charlie"));
  EXPECT_THAT(draft->named, ElementsAre("port-bravo"));
  EXPECT_TRUE(draft->contains_known);
  EXPECT_TRUE(draft->contains.empty());
  EXPECT_THAT(draft->purpose, ElementsAre("training"));
  EXPECT_THAT(draft->facts, ElementsAre("One.", "Two."));
  EXPECT_THAT(draft->imos, ElementsAre("9074729"));
  EXPECT_THAT(draft->containers, ElementsAre("CSQU3054383"));
  EXPECT_THAT(draft->plates, ElementsAre("KAA 123A"));
  EXPECT_THAT(draft->persons, ElementsAre("A. N. Other"));
  EXPECT_EQ(draft->grading, "B2");
  EXPECT_EQ(draft->officer_name, "Ana Silva");
  EXPECT_EQ(draft->source_identity, "who");
  EXPECT_EQ(draft->source_contact, "where");
  EXPECT_EQ(draft->source_method, "how");
  EXPECT_THAT(draft->lessons, ElementsAre(Pair("recommendation", "Overlap by ten minutes."),
                                          Pair("root-cause", "No overlap.")));
  EXPECT_EQ(draft->body, "# Handover\n\nThe text.\n");
  model::Draft checked = *draft;
  EXPECT_TRUE(model::Validate(checked).ok()) << model::Validate(checked);
}

TEST(FrontMatter, GuessesNothingThatIsNotSaid) {
  const auto draft = ReadFrontMatter("b.md", Item("title = \"t\"\n"));
  ASSERT_TRUE(draft.ok()) << draft.status();
  EXPECT_EQ(draft->tlp, std::nullopt);
  EXPECT_FALSE(draft->contains_known);
  EXPECT_TRUE(draft->releasable_to.empty());
}

TEST(FrontMatter, WorksWithByteOrderMarkAndCarriageReturns) {
  const auto draft =
      ReadFrontMatter("b.md", "\xEF\xBB\xBF+++\r\ntitle = \"t\"\r\n+++\r\nThe text.\r\n");
  ASSERT_TRUE(draft.ok()) << draft.status();
  EXPECT_EQ(draft->title, "t");
  EXPECT_EQ(draft->body, "The text.\r\n");
}

TEST(FrontMatter, PointsAtAnUnknownKeyAndSaysWhatWasMeant) {
  const Problem problem = Refusal(Item("title = \"t\"\nprecedense = \"flash\"\n"));
  EXPECT_EQ(problem.code, "FW-DOC-003");
  EXPECT_THAT(problem.message, StartsWith("b.md:3:1: unknown key \"precedense\""));
  EXPECT_THAT(problem.why, ElementsAre("   3 | precedense = \"flash\"",
                                       "     | ^^^^^^^^^^ did you mean \"precedence\"?"));
}

TEST(FrontMatter, PointsAtAnUnknownWord) {
  const Problem problem = Refusal(Item("tlp = \"AMBR\"\n"));
  EXPECT_EQ(problem.code, "FW-DOC-004");
  EXPECT_THAT(problem.message, StartsWith("b.md:2:7: \"AMBR\" is not a TLP label"));
  EXPECT_THAT(problem.why,
              ElementsAre("   2 | tlp = \"AMBR\"", "     |       ^^^^^^ did you mean \"AMBER\"?"));
}

TEST(FrontMatter, RefusesTwoTlpsHoweverTheyAreWritten) {
  const Problem twice = Refusal(Item("tlp = \"GREEN\"\ntlp = \"AMBER\"\n"));
  EXPECT_EQ(twice.code, "FW-DOC-002");
  EXPECT_THAT(twice.message, StartsWith("b.md:3:"));
  EXPECT_THAT(twice.message, HasSubstr("\"tlp\" is there twice"));
  const Problem list = Refusal(Item("tlp = [\"GREEN\", \"AMBER\"]\n"));
  EXPECT_EQ(list.code, "FW-DOC-004");
  EXPECT_THAT(list.message, HasSubstr("exactly one TLP"));
  EXPECT_EQ(Refusal(Item("tlp = \"GREEN AMBER\"\n")).code, "FW-DOC-004");
}

TEST(FrontMatter, PointsAtWhatIsNotToml) {
  const Problem problem = Refusal(Item("title = \"t\"\ntlp = AMBER\n"));
  EXPECT_EQ(problem.code, "FW-DOC-002");
  EXPECT_THAT(problem.message, StartsWith("b.md:3:"));
  EXPECT_EQ(Refusal(Item("title = \"open\n")).code, "FW-DOC-002");
  EXPECT_EQ(Refusal(Item("title = \"\xC3\x28\"\n")).code, "FW-DOC-002");
  EXPECT_EQ(Refusal(Item("x = " + std::string(2000, '[') + "\n")).code, "FW-DOC-002");
}

TEST(FrontMatter, SaysWhatTypeItWanted) {
  EXPECT_THAT(Refusal(Item("title = 7\n")).message, HasSubstr("found a number"));
  EXPECT_THAT(Refusal(Item("topics = 2026-11-20\n")).message, HasSubstr("found a date"));
  EXPECT_THAT(Refusal(Item("topics = [\"a\", 1]\n")).message, StartsWith("b.md:2:16:"));
  EXPECT_THAT(Refusal(Item("lessons = \"x\"\n")).message, HasSubstr("a table [lessons]"));
  EXPECT_THAT(Refusal(Item("time = 2026-11-20T18:30:00\n")).message, HasSubstr("offset"));
  EXPECT_THAT(Refusal(Item("expires = \"soon\"\n")).message, HasSubstr("expires"));
  const Problem nested = Refusal(Item("[source]\nidentty = \"x\"\n"));
  EXPECT_THAT(nested.message, HasSubstr("source.identty"));
  EXPECT_THAT(absl::StrJoin(nested.why, "\n"), HasSubstr("did you mean \"identity\"?"));
}

TEST(FrontMatter, MustBeginAndEnd) {
  EXPECT_EQ(Refusal("# A heading\n").code, "FW-DOC-001");
  EXPECT_EQ(Refusal("").code, "FW-DOC-001");
  EXPECT_EQ(Refusal("+++\ntitle = \"t\"\n").code, "FW-DOC-001");
  EXPECT_TRUE(ReadFrontMatter("b.md", "+++\n+++").ok());
}

TEST(FrontMatter, IsHeldToItsLimits) {
  const auto padded = [](size_t front) {
    return Item("#" + std::string(front - 2, 'x') + "\n");  // a comment of `front` bytes
  };
  EXPECT_TRUE(ReadFrontMatter("b.md", padded(kMaxFrontMatterBytes)).ok());
  EXPECT_EQ(Refusal(padded(kMaxFrontMatterBytes + 1)).code, "FW-DOC-005");
  const std::string head = Item("title = \"t\"\n");
  EXPECT_TRUE(
      ReadFrontMatter("b.md", head + std::string(kMaxItemFileBytes - head.size(), 'x')).ok());
  EXPECT_EQ(Refusal(head + std::string(kMaxItemFileBytes + 1 - head.size(), 'x')).code,
            "FW-DOC-005");
}

TEST(FrontMatter, NeverRepeatsWhatATerminalWouldObey) {
  for (const std::string& front :
       {std::string("\"\\u001b[2J\" = 1\n"), std::string("tlp = \"\\u001b[2J\"\n"),
        std::string("title = \"\x1b[2J\"\n"), std::string("\x1b = 1\n")}) {
    const Problem problem = Refusal(Item(front));
    EXPECT_EQ(problem.message.find('\x1b'), std::string::npos) << front;
    EXPECT_EQ(absl::StrJoin(problem.why, "").find('\x1b'), std::string::npos) << front;
  }
}

TEST(FrontMatter, SurvivesEveryDamage) {
  const uint32_t seed = std::random_device{}();
  SCOPED_TRACE(seed);
  std::mt19937 random(seed);
  const std::string whole = Item(
      "kind = \"lesson\"\ntitle = \"t\"\ntlp = \"GREEN\"\ntopics = [\"a\", \"b\"]\n"
      "day = 2026-11-20\ntime = 2026-11-20T18:30:00Z\ncontains = []\n"
      "[source]\nidentity = \"\"\"x\ny\"\"\"\n[lessons]\nroot-cause = 'r'\n");
  for (int i = 0; i < 20000; ++i) {
    std::string text = whole;
    for (uint32_t change = 0; change <= random() % 4; ++change) {
      const size_t at = random() % text.size();
      switch (random() % 3) {
        case 0:
          text[at] = static_cast<char>(random());
          break;
        case 1:
          text.erase(at, random() % 8);
          break;
        default:
          text.insert(at, whole.substr(random() % whole.size(), random() % 16));
      }
      if (text.empty()) text = "+";
    }
    auto draft = ReadFrontMatter("b.md", text);
    if (draft.ok()) {
      (void)model::Validate(*draft).ok();
    } else {
      ASSERT_TRUE(ProblemOf(draft.status()).has_value()) << draft.status();
    }
  }
}

TEST(DidYouMean, FindsWhatWasMeantAndNothingElse) {
  const std::vector<std::string> words = {"invite", "accept", "confirm", "list"};
  EXPECT_EQ(DidYouMean("invte", words), "invite");
  EXPECT_EQ(DidYouMean("lsit", words), "list");
  EXPECT_EQ(DidYouMean("CONFIRM", words), "confirm");
  EXPECT_EQ(DidYouMean("publish", words), std::nullopt);
  EXPECT_EQ(DidYouMean("", words), std::nullopt);
  EXPECT_EQ(SlipsBetween("abc", "acb"), 1u);
  EXPECT_EQ(SlipsBetween("", "abc"), 3u);
  EXPECT_EQ(SlipsBetween(std::string(1000, 'a'), std::string(1000, 'a')), 0u);
}

}  // namespace
}  // namespace fairway::interop
