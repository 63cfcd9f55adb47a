#include "node/model/draft.h"

#include <algorithm>
#include <functional>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "node/model/labels.h"
#include "node/status/problem.h"

namespace fairway::model {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

Draft Bulletin() {
  Draft draft;
  draft.tlp = Tlp::kAmber;
  draft.title = "Pallet-cover theft at reefer yards";
  draft.releasable_to = {"ANY-MEMBER"};
  return draft;
}

// The code of the problem that refuses `draft`, or "" if it is taken.
std::string CodeOf(Draft draft) {
  const Draft before = draft;
  const absl::Status status = Validate(draft);
  if (status.ok()) return "";
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(draft, before) << "a refused draft must stay as it was";
  const std::optional<Problem> problem = ProblemOf(status);
  if (!problem.has_value()) return "no problem attached";
  EXPECT_FALSE(problem->why.empty());
  EXPECT_FALSE(problem->next.empty());
  return problem->code;
}

std::string CodeWith(const std::function<void(Draft&)>& change) {
  Draft draft = Bulletin();
  change(draft);
  return CodeOf(std::move(draft));
}

std::string WhyWith(const std::function<void(Draft&)>& change) {
  Draft draft = Bulletin();
  change(draft);
  const std::optional<Problem> problem = ProblemOf(Validate(draft));
  return problem.has_value() && !problem->why.empty() ? problem->why[0] : "";
}

NameResolver Names() {
  return [](std::string_view name) -> std::optional<AudienceMember> {
    if (name == "port-bravo") {
      return AudienceMember{AudienceMember::Kind::kAuthority, AuthorityId{crypto::Sha256("bravo")},
                            ""};
    }
    if (name == "ports") return AudienceMember{AudienceMember::Kind::kGroup, {}, "ports"};
    return std::nullopt;
  };
}

TEST(Validate, TakesAPlainBulletin) { EXPECT_EQ(CodeOf(Bulletin()), ""); }

TEST(Validate, NeedsATitle) {
  EXPECT_EQ(CodeWith([](Draft& d) { d.title = ""; }), "FW-PUB-001");
  EXPECT_EQ(CodeWith([](Draft& d) { d.title = "   "; }), "FW-PUB-001");
}

TEST(Validate, NeverGuessesATlp) {
  EXPECT_EQ(CodeWith([](Draft& d) { d.tlp.reset(); }), "FW-PUB-002");
}

TEST(Validate, NeedsNamedRecipientsForRed) {
  EXPECT_EQ(CodeWith([](Draft& d) { d.tlp = Tlp::kRed; }), "FW-PUB-006");
  EXPECT_EQ(CodeWith([](Draft& d) {
              d.tlp = Tlp::kRed;
              d.named = {"port-bravo"};
            }),
            "");
}

TEST(Validate, TakesABodyOf256KiBAndNotAByteMore) {
  EXPECT_EQ(CodeWith([](Draft& d) { d.body.assign(kMaxBodyBytes, 'a'); }), "");
  EXPECT_EQ(CodeWith([](Draft& d) { d.body.assign(kMaxBodyBytes + 1, 'a'); }), "FW-PUB-004");
  EXPECT_THAT(WhyWith([](Draft& d) { d.body.assign(kMaxBodyBytes + 1, 'a'); }),
              HasSubstr("262145 bytes; the limit is 262144"));
}

TEST(Validate, HoldsEachTextToItsLimit) {
  struct Limit {
    std::string Draft::*text;
    size_t limit;
  };
  for (const Limit& limit :
       {Limit{&Draft::title, kMaxTitleBytes}, Limit{&Draft::summary, kMaxSummaryBytes},
        Limit{&Draft::exact_location, kMaxTextBytes},
        Limit{&Draft::source_identity, kMaxTextBytes}}) {
    EXPECT_EQ(CodeWith([&](Draft& d) { (d.*limit.text).assign(limit.limit, 'a'); }), "");
    EXPECT_EQ(CodeWith([&](Draft& d) { (d.*limit.text).assign(limit.limit + 1, 'a'); }),
              "FW-PUB-004");
  }
  EXPECT_EQ(CodeWith([](Draft& d) { d.facts = {std::string(kMaxTextBytes, 'a')}; }), "");
  EXPECT_EQ(CodeWith([](Draft& d) { d.facts = {std::string(kMaxTextBytes + 1, 'a')}; }),
            "FW-PUB-004");
}

TEST(Validate, HoldsAllTextTogetherToItsLimit) {
  const auto with_facts = [](size_t last) {
    return [last](Draft& d) {
      d.title = "t";
      d.releasable_to.clear();
      d.body.assign(kMaxBodyBytes, 'a');
      d.facts.assign(31, std::string(kMaxTextBytes, 'a'));
      d.facts.push_back(std::string(last, 'a'));
    };
  };
  EXPECT_EQ(CodeWith(with_facts(kMaxTextBytes - 1)), "");
  EXPECT_EQ(CodeWith(with_facts(kMaxTextBytes)), "FW-PUB-004");
}

TEST(Validate, RefusesWhatIsNotUtf8AndNamesTheByte) {
  for (std::string_view bad :
       {"caf\xE9", "\xC0\xAF", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xE2\x82", "\xFF", "\x80"}) {
    EXPECT_EQ(CodeWith([&](Draft& d) { d.body = std::string(bad); }), "FW-PUB-003") << bad;
    EXPECT_EQ(CodeWith([&](Draft& d) { d.title = std::string(bad); }), "FW-PUB-003") << bad;
    EXPECT_EQ(CodeWith([&](Draft& d) { d.lessons["root-cause"] = std::string(bad); }),
              "FW-PUB-003");
  }
  EXPECT_THAT(WhyWith([](Draft& d) { d.body = "caf\xE9 au lait"; }), HasSubstr("at byte 3 (0xe9)"));
  EXPECT_EQ(CodeWith([](Draft& d) { d.body = "Leixões, Владивосток, 横浜, 🚢"; }), "");
}

TEST(Validate, RefusesCharactersThatWouldMoveACursor) {
  EXPECT_EQ(CodeWith([](Draft& d) { d.body = "clear \x1b[2J"; }), "FW-PUB-003");
  EXPECT_EQ(CodeWith([](Draft& d) { d.body = std::string("nul\0", 4); }), "FW-PUB-003");
  EXPECT_EQ(CodeWith([](Draft& d) { d.title = "two\nlines"; }), "FW-PUB-003");
  EXPECT_EQ(CodeWith([](Draft& d) { d.title = "turned \u202E round"; }), "FW-PUB-003");
  EXPECT_EQ(CodeWith([](Draft& d) { d.body = "two\n\tlines"; }), "");
}

TEST(Validate, EndsLinesWithLineFeeds) {
  Draft draft = Bulletin();
  draft.body = "one\r\ntwo\r\n";
  ASSERT_TRUE(Validate(draft).ok());
  EXPECT_EQ(draft.body, "one\ntwo\n");
}

TEST(Validate, RefusesIdentifiersThatFailTheirCheckAndSaysWhy) {
  EXPECT_EQ(CodeWith([](Draft& d) { d.imos = {"9074729", "9074728"}; }), "FW-PUB-005");
  Draft draft = Bulletin();
  draft.imos = {"9074728"};
  EXPECT_EQ(ProblemOf(Validate(draft))->message,
            "IMO number \"9074728\": its check digit is 8, the others give 9");
  EXPECT_EQ(CodeWith([](Draft& d) { d.containers = {"CSQU3054384"}; }), "FW-PUB-005");
  EXPECT_EQ(CodeWith([](Draft& d) { d.locodes = {"KEM01"}; }), "FW-PUB-005");
}

TEST(Validate, BringsIdentifiersIntoNormalForm) {
  Draft draft = Bulletin();
  draft.imos = {"IMO 9074729"};
  draft.containers = {"csqu 305438-3"};
  draft.locodes = {"ke mba"};
  ASSERT_TRUE(Validate(draft).ok());
  EXPECT_THAT(draft.imos, ElementsAre("9074729"));
  EXPECT_THAT(draft.containers, ElementsAre("CSQU3054383"));
  EXPECT_THAT(draft.locodes, ElementsAre("KEMBA"));
  EXPECT_TRUE(draft.unchecked.empty());
}

TEST(Validate, RecordsInsistedIdentifiersAsUncheckedInTheirParts) {
  Draft draft = Bulletin();
  draft.accept_unchecked = true;
  draft.imos = {"9074729", "9074728"};
  draft.containers = {"CSQU3054384"};
  draft.unchecked = {"left over"};
  ASSERT_TRUE(Validate(draft).ok());
  EXPECT_THAT(draft.unchecked, ElementsAre("9074728", "CSQU3054384"));
  const auto parts = PartsOf(draft, Audience{});
  EXPECT_THAT(parts, Contains(Pair("vessel.imo/1", "9074729")));
  EXPECT_THAT(parts, Contains(Pair("vessel.imo/2", "9074728 (unchecked)")));
  EXPECT_THAT(parts, Contains(Pair("container.number/1", "CSQU3054384 (unchecked)")));
}

TEST(Validate, ChecksAttachments) {
  const auto with = [](size_t count, size_t bytes, std::string name, std::string type) {
    return [=](Draft& d) {
      for (size_t i = 0; i < count; ++i) {
        const std::string suffix = i == 0 ? "" : std::to_string(i);
        d.attachments.push_back({name.empty() ? "" : name + suffix, type, std::string(bytes, 'x')});
      }
    };
  };
  EXPECT_EQ(CodeWith(with(kMaxAttachments, 1, "a.jpg", "image/jpeg")), "");
  EXPECT_EQ(CodeWith(with(kMaxAttachments + 1, 1, "a.jpg", "image/jpeg")), "FW-PUB-007");
  EXPECT_EQ(CodeWith(with(1, kMaxAttachmentBytes, "a.jpg", "image/jpeg")), "");
  EXPECT_EQ(CodeWith(with(1, kMaxAttachmentBytes + 1, "a.jpg", "image/jpeg")), "FW-PUB-007");
  EXPECT_EQ(CodeWith(with(1, 0, "a.jpg", "image/jpeg")), "FW-PUB-007");
  EXPECT_EQ(CodeWith(with(1, 1, "", "image/jpeg")), "FW-PUB-007");
  EXPECT_EQ(CodeWith(with(1, 1, "../a.jpg", "image/jpeg")), "FW-PUB-007");
  EXPECT_EQ(CodeWith(with(1, 1, ".bashrc", "text/plain")), "FW-PUB-007");
  EXPECT_EQ(CodeWith(with(1, 1, std::string(kMaxAttachmentNameBytes, 'a'), "a/b")), "");
  EXPECT_EQ(CodeWith(with(1, 1, std::string(kMaxAttachmentNameBytes + 1, 'a'), "a/b")),
            "FW-PUB-007");
  EXPECT_EQ(CodeWith(with(1, 1, "a.jpg", "jpeg")), "FW-PUB-007");
  EXPECT_EQ(CodeWith([](Draft& d) {
              d.attachments = {{"a", "a/b", "x"}, {"a", "a/b", "y"}};
            }),
            "FW-PUB-007");
}

TEST(Validate, HoldsAnItemTo256Parts) {
  // The title and the audience are two of them.
  EXPECT_EQ(CodeWith([](Draft& d) { d.facts.assign(kMaxParts - 2, "f"); }), "");
  EXPECT_EQ(CodeWith([](Draft& d) { d.facts.assign(kMaxParts - 1, "f"); }), "FW-PUB-009");
}

TEST(Validate, RefusesFormsItCannotRead) {
  EXPECT_EQ(CodeWith([](Draft& d) { d.day = "20/11/2026"; }), "FW-PUB-008");
  EXPECT_EQ(CodeWith([](Draft& d) { d.day = "2026-02-30"; }), "FW-PUB-008");
  EXPECT_EQ(CodeWith([](Draft& d) { d.day = "2026-11-20"; }), "");
  EXPECT_EQ(CodeWith([](Draft& d) { d.exact_time = "yesterday"; }), "FW-PUB-008");
  EXPECT_EQ(CodeWith([](Draft& d) { d.exact_time = "2026-11-20T18:30:00+03:00"; }), "");
  EXPECT_EQ(CodeWith([](Draft& d) { d.grading = "G2"; }), "FW-PUB-008");
  EXPECT_EQ(CodeWith([](Draft& d) { d.grading = "B7"; }), "FW-PUB-008");
  EXPECT_EQ(CodeWith([](Draft& d) { d.grading = "B2"; }), "");
  EXPECT_EQ(CodeWith([](Draft& d) { d.language = "english please"; }), "FW-PUB-008");
  EXPECT_EQ(CodeWith([](Draft& d) { d.language = "pt-BR"; }), "");
  EXPECT_EQ(CodeWith([](Draft& d) { d.topics = {"cargo theft"}; }), "FW-PUB-008");
  EXPECT_EQ(CodeWith([](Draft& d) { d.releasable_to = {"country:Kenya"}; }), "FW-PUB-008");
  EXPECT_EQ(CodeWith([](Draft& d) { d.not_after = absl::InfiniteFuture(); }), "FW-PUB-008");
  EXPECT_EQ(CodeWith([](Draft& d) { d.lessons["Root Cause"] = "x"; }), "FW-PUB-008");
}

TEST(Validate, HoldsListsOfWordsToTheirLimits) {
  const auto words = [](size_t count) {
    std::vector<std::string> list;
    for (size_t i = 0; i < count; ++i) list.push_back("w" + std::to_string(i));
    return list;
  };
  EXPECT_EQ(CodeWith([&](Draft& d) { d.topics = words(kMaxSetWords); }), "");
  EXPECT_EQ(CodeWith([&](Draft& d) { d.topics = words(kMaxSetWords + 1); }), "FW-PUB-004");
  EXPECT_EQ(CodeWith([&](Draft& d) { d.purpose = {std::string(kMaxWordBytes, 'a')}; }), "");
  EXPECT_EQ(CodeWith([&](Draft& d) { d.purpose = {std::string(kMaxWordBytes + 1, 'a')}; }),
            "FW-PUB-004");
  EXPECT_EQ(CodeWith([&](Draft& d) { d.releasable_to = words(kMaxAudienceMembers); }), "");
  EXPECT_EQ(CodeWith([&](Draft& d) { d.releasable_to = words(kMaxAudienceMembers + 1); }),
            "FW-PUB-004");
}

TEST(Validate, KeepsOnwardWithinTheTlp) {
  EXPECT_EQ(CodeWith([](Draft& d) { d.onward = Onward::kNamed; }), "");
  EXPECT_EQ(CodeWith([](Draft& d) { d.onward = Onward::kCommunity; }), "FW-PUB-010");
  EXPECT_EQ(CodeWith([](Draft& d) {
              d.tlp = Tlp::kAmberStrict;
              d.onward = Onward::kAsk;
            }),
            "FW-PUB-010");
  EXPECT_EQ(CodeWith([](Draft& d) {
              d.tlp = Tlp::kClear;
              d.onward = Onward::kAny;
            }),
            "");
}

TEST(ResolveAudience, GivesNamesTheirMeaningHere) {
  Draft draft = Bulletin();
  draft.releasable_to = {"port-bravo", "ports", "KE", "country:TZ", "any-member"};
  draft.not_releasable_to = {"group:airports"};
  const auto audience = ResolveAudience(draft, Names());
  ASSERT_TRUE(audience.ok()) << audience.status();
  EXPECT_EQ(EncodeAudience(*audience),
            "releasable-to any-member\n"
            "releasable-to authority:" +
                AuthorityId{crypto::Sha256("bravo")}.ToString() +
                "\n"
                "releasable-to country:KE\n"
                "releasable-to country:TZ\n"
                "releasable-to group:ports\n"
                "not-releasable-to group:airports");
  EXPECT_EQ(*DecodeAudience(EncodeAudience(*audience)), [&] {
    Audience sorted = *audience;
    std::sort(sorted.releasable_to.begin(), sorted.releasable_to.end());
    return sorted;
  }());
}

TEST(ResolveAudience, RefusesANameNobodyHereHas) {
  Draft draft = Bulletin();
  draft.releasable_to = {"port-brovo"};
  const auto audience = ResolveAudience(draft, Names());
  ASSERT_FALSE(audience.ok());
  EXPECT_EQ(ProblemOf(audience.status())->code, "FW-PUB-011");
  EXPECT_THAT(ProblemOf(audience.status())->why[0], HasSubstr("port-brovo"));
}

TEST(ResolveAudience, NamesOnlySingleAuthoritiesAndReleasesToThem) {
  Draft draft = Bulletin();
  draft.releasable_to.clear();
  draft.named = {"port-bravo"};
  const auto audience = ResolveAudience(draft, Names());
  ASSERT_TRUE(audience.ok());
  EXPECT_EQ(audience->named, audience->releasable_to);
  draft.named = {"ports"};
  EXPECT_EQ(ProblemOf(ResolveAudience(draft, Names()).status())->code, "FW-PUB-011");
  draft.named = {"ANY-MEMBER"};
  EXPECT_EQ(ProblemOf(ResolveAudience(draft, Names()).status())->code, "FW-PUB-011");
}

TEST(DecodeAudience, RefusesWhatEncodeNeverWrites) {
  for (std::string_view bad :
       {"releasable-to everybody", "to any-member", "named any-member", "named country:KE",
        "releasable-to any-member\nreleasable-to any-member", "releasable-to country:KE\n",
        "named authority:00", "\n", "releasable-to ANY-MEMBER",
        "releasable-to country:TZ\nreleasable-to country:KE"}) {
    EXPECT_FALSE(DecodeAudience(bad).ok()) << bad;
  }
  EXPECT_TRUE(DecodeAudience("").ok());
}

TEST(PartsOf, HasOnlyLabelsTheCatalogueKnowsAndNoEmptyPart) {
  Draft draft = Bulletin();
  draft.summary = draft.body = "text";
  draft.facts = {"one", "two"};
  draft.lessons = {{"root-cause", "handover"}};
  draft.topics = {"cargo-theft", "insider-threat"};
  draft.regions = {"western-med"};
  draft.day = "2026-11-20";
  draft.exact_time = "2026-11-20T18:30:00Z";
  draft.exact_location = "Gate 4";
  draft.locodes = {"KEMBA"};
  draft.persons = {"A. N. Other"};
  draft.plates = {"KAA 123A"};
  draft.imos = {"9074729"};
  draft.containers = {"CSQU3054383"};
  draft.grading = "B2";
  draft.source_identity = draft.source_contact = draft.source_method = "s";
  draft.officer_name = draft.officer_contact = "o";
  draft.language = "en";
  draft.contains_known = true;
  draft.purpose = {"investigation"};
  ASSERT_TRUE(Validate(draft).ok());
  const auto audience = ResolveAudience(draft, Names());
  ASSERT_TRUE(audience.ok());
  const auto parts = PartsOf(draft, *audience);
  EXPECT_EQ(parts.size(), 26u);
  for (const auto& [label, bytes] : parts) {
    EXPECT_TRUE(ParseLabel(label).ok()) << label;
    EXPECT_FALSE(bytes.empty()) << label;
  }
  EXPECT_THAT(parts, Contains(Pair("facts/2", "two")));
  EXPECT_THAT(parts, Contains(Pair("topics", "cargo-theft\ninsider-threat")));
  EXPECT_THAT(parts, Contains(Pair("location.exact/1", "Gate 4")));
  EXPECT_THAT(parts, Contains(Pair("location.exact/2", "KEMBA")));
  EXPECT_THAT(parts, Contains(Pair("caveats", "contains-nothing")));
}

TEST(Caveats, TellNothingFromUnknown) {
  EXPECT_THAT(*DecodeCaveats(EncodeCaveats({})), ElementsAre());
  EXPECT_THAT(*DecodeCaveats(EncodeCaveats({"third-party", "personal-data"})),
              ElementsAre("personal-data", "third-party"));
  for (std::string_view bad : {"", "personal-data", "contains ", "contains b\ncontains a"}) {
    EXPECT_FALSE(DecodeCaveats(bad).ok()) << bad;
  }
  Draft draft = Bulletin();
  for (const auto& [label, bytes] : PartsOf(draft, Audience{})) EXPECT_NE(label, "caveats");
}

}  // namespace
}  // namespace fairway::model
