#include "node/interop/cap.h"

#include <random>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "node/status/problem.h"

namespace fairway::interop {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kStorm[] = R"(<?xml version="1.0" encoding="UTF-8"?>
<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2">
  <identifier>KE-MET-2026-0017</identifier>
  <sender>duty@met.example</sender>
  <sent>2026-11-20T14:39:01+03:00</sent>
  <status>Actual</status>
  <msgType>Update</msgType>
  <scope>Public</scope>
  <references>duty@met.example,KE-MET-2026-0016,2026-11-20T11:00:00+03:00</references>
  <info>
    <language>en</language>
    <category>Met</category>
    <event>Squall line</event>
    <responseType>Prepare</responseType>
    <urgency>Immediate</urgency>
    <severity>Severe</severity>
    <certainty>Likely</certainty>
    <onset>2026-11-20T16:00:00+03:00</onset>
    <expires>2026-11-20T23:00:00+03:00</expires>
    <headline>Squall line
      nears Kilindini harbour</headline>
    <description>Winds of 45 kn <!-- measured --> expected.</description>
    <instruction>Double the moorings &amp; clear the quay.</instruction>
    <contact>+254 41 555 0100</contact>
    <parameter><valueName>gust</valueName><value>60 kn</value></parameter>
    <area>
      <areaDesc>Kilindini harbour</areaDesc>
      <polygon>-4.06,39.60 -4.02,39.60 -4.02,39.66 -4.06,39.60</polygon>
      <geocode><valueName>UN/LOCODE</valueName><value>KEMBA</value></geocode>
    </area>
  </info>
  <info>
    <language>sw</language>
    <category>Met</category>
    <event>Upepo mkali</event>
    <urgency>Expected</urgency>
    <severity>Moderate</severity>
    <certainty>Likely</certainty>
    <expires>2026-11-21T01:00:00+03:00</expires>
    <description>Upepo unakuja.</description>
    <area><areaDesc>Kilindini harbour</areaDesc></area>
  </info>
</alert>
)";

std::string Changed(const std::string& from, const std::string& to) {
  EXPECT_THAT(kStorm, HasSubstr(from));
  return absl::StrReplaceAll(kStorm, {{from, to}});
}

Problem Refusal(const std::string& xml) {
  const auto draft = ReadCap("storm.cap", xml, model::Tlp::kGreen);
  EXPECT_FALSE(draft.ok());
  if (draft.ok()) return {};
  EXPECT_EQ(draft.status().code(), absl::StatusCode::kInvalidArgument);
  const std::optional<Problem> problem = ProblemOf(draft.status());
  EXPECT_TRUE(problem.has_value());
  return problem.value_or(Problem{});
}

TEST(Cap, BecomesAnAlertThatPassesValidation) {
  auto draft = ReadCap("storm.cap", kStorm, model::Tlp::kGreen);
  ASSERT_TRUE(draft.ok()) << draft.status();
  EXPECT_EQ(draft->kind, model::Kind::kAlert);
  EXPECT_EQ(draft->mode, model::Mode::kReal);
  EXPECT_EQ(draft->tlp, model::Tlp::kGreen);
  EXPECT_EQ(draft->precedence, model::Precedence::kImmediate);
  EXPECT_EQ(draft->title, "Squall line nears Kilindini harbour");
  EXPECT_EQ(draft->language, "en");
  EXPECT_EQ(draft->day, "2026-11-20");
  EXPECT_EQ(draft->exact_time, "2026-11-20T16:00:00+03:00");
  EXPECT_EQ(draft->officer_contact, "+254 41 555 0100");
  absl::Time expires;
  ASSERT_TRUE(absl::ParseTime(absl::RFC3339_full, "2026-11-21T01:00:00+03:00", &expires, nullptr));
  EXPECT_EQ(draft->not_after, expires);
  EXPECT_TRUE(model::Validate(*draft).ok()) << model::Validate(*draft);
}

TEST(Cap, KeepsAllThatWasSaidInTheBody) {
  const auto draft = ReadCap("storm.cap", kStorm, model::Tlp::kGreen);
  ASSERT_TRUE(draft.ok()) << draft.status();
  for (const char* said :
       {"Winds of 45 kn  expected.", "Double the moorings & clear the quay.", "gust: 60 kn",
        "## Upepo mkali (sw)", "Upepo unakuja.", "identifier: KE-MET-2026-0017",
        "sender: duty@met.example", "msgType: Update", "KE-MET-2026-0016"}) {
    EXPECT_THAT(draft->body, HasSubstr(said));
  }
}

TEST(Cap, KeepsPlacesOutOfTheBodySoThatTheyCanBeRedacted) {
  const auto draft = ReadCap("storm.cap", kStorm, model::Tlp::kGreen);
  ASSERT_TRUE(draft.ok()) << draft.status();
  EXPECT_EQ(draft->exact_location,
            "Kilindini harbour\n"
            "polygon -4.06,39.60 -4.02,39.60 -4.02,39.66 -4.06,39.60\n"
            "UN/LOCODE KEMBA");
  EXPECT_THAT(draft->body, Not(HasSubstr("39.60")));
  EXPECT_THAT(draft->body, Not(HasSubstr("555 0100")));
}

TEST(Cap, TellsDrillsFromTheRealThing) {
  const auto mode = [](const std::string& status) {
    return ReadCap("s.cap", Changed(">Actual<", ">" + status + "<"), model::Tlp::kGreen)->mode;
  };
  EXPECT_EQ(mode("Exercise"), model::Mode::kExercise);
  EXPECT_EQ(mode("Test"), model::Mode::kTest);
}

TEST(Cap, TakesItsPrecedenceFromUrgencyAndSeverity) {
  const auto precedence = [](const std::string& urgency, const std::string& severity) {
    std::string xml = Changed(">Immediate<", ">" + urgency + "<");
    xml = absl::StrReplaceAll(xml, {{">Severe<", ">" + severity + "<"}, {">Expected<", ">Past<"}});
    return ReadCap("s.cap", xml, model::Tlp::kGreen)->precedence;
  };
  EXPECT_EQ(precedence("Immediate", "Extreme"), model::Precedence::kImmediate);
  EXPECT_EQ(precedence("Immediate", "Minor"), model::Precedence::kPriority);
  EXPECT_EQ(precedence("Future", "Extreme"), model::Precedence::kRoutine);
  EXPECT_EQ(precedence("Unknown", "Unknown"), model::Precedence::kRoutine);
}

TEST(Cap, NamesTheElementThatIsMissing) {
  const Problem problem = Refusal(Changed("<scope>Public</scope>", ""));
  EXPECT_EQ(problem.code, "FW-CAP-005");
  EXPECT_THAT(problem.message, HasSubstr("/alert/scope is missing"));
  for (const char* line :
       {"<identifier>KE-MET-2026-0017</identifier>", "<sender>duty@met.example</sender>",
        "<sent>2026-11-20T14:39:01+03:00</sent>", "<status>Actual</status>",
        "<msgType>Update</msgType>", "<event>Upepo mkali</event>", "<urgency>Expected</urgency>",
        "<severity>Moderate</severity>"}) {
    EXPECT_EQ(Refusal(Changed(line, "")).code, "FW-CAP-005") << line;
  }
  EXPECT_THAT(Refusal(Changed("<event>Upepo mkali</event>", "")).message,
              HasSubstr("/alert/info[2]/event is missing"));
  EXPECT_THAT(Refusal(Changed("<areaDesc>Kilindini harbour</areaDesc>", "")).message,
              HasSubstr("/alert/info[1]/area[1]/areaDesc is missing"));
  EXPECT_EQ(Refusal(Changed("duty@met.example</sender>", "</sender>")).code, "FW-CAP-005");
}

TEST(Cap, NamesTheElementThatIsTwiceThereOrUnknown) {
  EXPECT_THAT(
      Refusal(Changed("<scope>Public</scope>", "<scope>Public</scope><scope>Private</scope>"))
          .message,
      HasSubstr("/alert/scope is there twice"));
  const Problem unknown = Refusal(Changed("<severity>Severe</severity>", "<severty>S</severty>"));
  EXPECT_THAT(unknown.message, HasSubstr("/alert/info[1]/severty"));
  EXPECT_THAT(unknown.why[0], HasSubstr("\"severity\""));
}

TEST(Cap, NamesTheValueItDoesNotKnow) {
  const Problem problem = Refusal(Changed(">Severe<", ">Sever<"));
  EXPECT_EQ(problem.code, "FW-CAP-006");
  EXPECT_THAT(problem.message, HasSubstr("/alert/info[1]/severity is \"Sever\""));
  EXPECT_THAT(problem.why[0], HasSubstr("Did you mean \"Severe\"?"));
  for (const auto& [from, to] :
       {std::pair(">Actual<", ">actual<"), std::pair(">Public<", ">Everyone<"),
        std::pair(">Update<", ">Revise<"), std::pair(">Immediate<", ">Now<"),
        std::pair(">Likely<", ">Sure<"), std::pair(">Prepare<", ">Run<"),
        std::pair("2026-11-20T14:39:01+03:00", "2026-11-20T14:39:01Z"),
        std::pair("2026-11-20T16:00:00+03:00", "today"),
        std::pair("KE-MET-2026-0017", "two words")}) {
    EXPECT_EQ(Refusal(Changed(from, to)).code, "FW-CAP-006") << to;
  }
}

TEST(Cap, RefusesWhatIsNotForSharing) {
  for (const auto& [from, to] :
       {std::pair(">Actual<", ">System<"), std::pair(">Actual<", ">Draft<"),
        std::pair(">Update<", ">Ack<"), std::pair(">Update<", ">Error<")}) {
    EXPECT_EQ(Refusal(Changed(from, to)).code, "FW-CAP-007") << to;
  }
}

TEST(Cap, RefusesADocumentTypeInEveryDisguise) {
  const std::string bomb =
      "<!DOCTYPE alert [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>\n<alert>&x;</alert>";
  EXPECT_EQ(Refusal(bomb).code, "FW-CAP-003");
  EXPECT_EQ(Refusal(Changed("<alert ", "<!doctype alert>\n<alert ")).code, "FW-CAP-003");
  std::string wide = "\xFF\xFE";
  for (char c : bomb) wide.append({c, '\0'});
  EXPECT_EQ(Refusal(wide).code, "FW-CAP-003");
}

TEST(Cap, RefusesWhatIsNotXmlOrNotCap12) {
  EXPECT_EQ(Refusal("").code, "FW-CAP-002");
  EXPECT_EQ(Refusal("<alert><info></alert>").code, "FW-CAP-002");
  EXPECT_EQ(Refusal(std::string(kStorm).substr(0, 700)).code, "FW-CAP-002");
  EXPECT_EQ(Refusal(Changed("UTF-8", "windows-1252")).code, "FW-CAP-002");
  EXPECT_EQ(Refusal("<alert/>").code, "FW-CAP-004");
  EXPECT_EQ(Refusal("<feed xmlns=\"http://www.w3.org/2005/Atom\"/>").code, "FW-CAP-004");
  const Problem old = Refusal(Changed("cap:1.2", "cap:1.1"));
  EXPECT_EQ(old.code, "FW-CAP-004");
  EXPECT_THAT(old.why[0], HasSubstr("1.1"));
}

TEST(Cap, ReadsLatin1AndUtf16AndPrefixes) {
  const auto latin = ReadCap(
      "s.cap", absl::StrReplaceAll(Changed("UTF-8", "ISO-8859-1"), {{"harbour", "caf\xE9"}}),
      model::Tlp::kGreen);
  ASSERT_TRUE(latin.ok()) << latin.status();
  EXPECT_EQ(latin->title, "Squall line nears Kilindini café");
  std::string wide = "\xFF\xFE";
  for (char c : Changed("UTF-8", "UTF-16")) wide.append({c, '\0'});
  EXPECT_TRUE(ReadCap("s.cap", wide, model::Tlp::kGreen).ok());
  const std::string prefixed = absl::StrReplaceAll(
      kStorm, {{"</", "</c:"}, {"<?", "<?"}, {"<!", "<!"}, {"xmlns=", "xmlns:c="}, {"<", "<c:"}});
  EXPECT_TRUE(ReadCap("s.cap", prefixed, model::Tlp::kGreen).ok())
      << ReadCap("s.cap", prefixed, model::Tlp::kGreen).status();
}

TEST(Cap, IsHeldToItsLimits) {
  const std::string storm = kStorm;
  std::string large = storm + "<!--" + std::string(kMaxCapBytes - storm.size() - 7, 'x') + "-->";
  ASSERT_EQ(large.size(), kMaxCapBytes);
  EXPECT_TRUE(ReadCap("s.cap", large, model::Tlp::kGreen).ok());
  EXPECT_EQ(Refusal(large + "\n").code, "FW-CAP-001");

  const auto nested = [](size_t levels) {  // <alert> is level 1; the rest is of another namespace
    std::string xml = kStorm;
    std::string open, close;
    for (size_t i = 1; i < levels; ++i) {
      open += "<x:y>";
      close += "</x:y>";
    }
    return absl::StrReplaceAll(xml, {{"<references>", open + "t" + close + "<references>"}});
  };
  EXPECT_TRUE(ReadCap("s.cap", nested(kMaxCapDepth), model::Tlp::kGreen).ok());
  EXPECT_EQ(Refusal(nested(kMaxCapDepth + 1)).code, "FW-CAP-001");
  EXPECT_EQ(Refusal(nested(50000)).code, "FW-CAP-001");

  const auto infos = [](size_t count) {
    std::string xml =
        "<alert xmlns=\"urn:oasis:names:tc:emergency:cap:1.2\"><identifier>i</identifier>"
        "<sender>s</sender><sent>2026-11-20T14:39:01+03:00</sent><status>Test</status>"
        "<msgType>Alert</msgType><scope>Public</scope>";
    for (size_t i = 0; i < count; ++i) {
      xml +=
          "<info><category>Met</category><event>e</event><urgency>Past</urgency>"
          "<severity>Minor</severity><certainty>Likely</certainty></info>";
    }
    return xml + "</alert>";
  };
  EXPECT_TRUE(ReadCap("s.cap", infos(kMaxCapInfos), model::Tlp::kGreen).ok());
  EXPECT_EQ(Refusal(infos(kMaxCapInfos + 1)).code, "FW-CAP-001");
  EXPECT_EQ(Refusal(infos(0)).code, "FW-CAP-005");
}

TEST(Cap, SurvivesEveryDamage) {
  const uint32_t seed = std::random_device{}();
  SCOPED_TRACE(seed);
  std::mt19937 random(seed);
  const std::string whole = kStorm;
  for (int i = 0; i < 20000; ++i) {
    std::string xml = whole;
    for (uint32_t change = 0; change <= random() % 4; ++change) {
      const size_t at = random() % xml.size();
      switch (random() % 3) {
        case 0:
          xml[at] = static_cast<char>(random());
          break;
        case 1:
          xml.erase(at, random() % 40);
          break;
        default:
          xml.insert(at, whole.substr(random() % whole.size(), random() % 60));
      }
      if (xml.empty()) xml = "<";
    }
    auto draft = ReadCap("s.cap", xml, model::Tlp::kGreen);
    if (draft.ok()) {
      (void)model::Validate(*draft).ok();
    } else {
      ASSERT_TRUE(ProblemOf(draft.status()).has_value()) << draft.status();
    }
  }
}

TEST(Cap, IsToldFromMarkdown) {
  EXPECT_TRUE(LooksLikeXml(kStorm));
  EXPECT_TRUE(LooksLikeXml(std::string("\xFF\xFE<\0", 4)));
  EXPECT_TRUE(LooksLikeXml("\xEF\xBB\xBF  <alert>"));
  EXPECT_FALSE(LooksLikeXml("+++\ntitle = \"<\"\n+++\n"));
  EXPECT_FALSE(LooksLikeXml(""));
}

}  // namespace
}  // namespace fairway::interop
