#include "node/exchange/release_terms.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "node/model/audience.h"
#include "node/model/enums.h"
#include "node/wire/item_codec.h"

namespace fairway::exchange {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const absl::Time kNow = absl::FromUnixMillis(1767225600500);
const model::AuthorityId kSelf{crypto::Sha256("self")};
const model::AuthorityId kOther{crypto::Sha256("other")};

authz::ItemFacts Facts(const model::AuthorityId& origin, model::Onward onward) {
  authz::ItemFacts facts;
  facts.view.body.origin = origin;
  facts.view.body.onward = onward;
  facts.view.body.tlp = model::Tlp::kGreen;
  facts.view.body.pap = model::Pap::kGreen;
  return facts;
}

void SetAudience(authz::ItemFacts& facts, bool anybody, bool exclusions) {
  using Kind = model::AudienceMember::Kind;
  model::Audience audience;
  audience.releasable_to.push_back(anybody ? model::AudienceMember{Kind::kAnyMember, {}, ""}
                                           : model::AudienceMember{Kind::kCountry, {}, "KE"});
  if (exclusions) audience.not_releasable_to.push_back({Kind::kCountry, {}, "TZ"});
  facts.view.parts.push_back(
      {.label = "audience", .salt = {}, .bytes = model::EncodeAudience(audience)});
}

uint32_t Hops(const authz::ItemFacts& facts, std::optional<int> duty = std::nullopt) {
  policy::Duties duties;
  duties.hops = duty;
  return TermsFor(facts, kSelf, duties, kNow).value().hops.value();
}

TEST(TermsForTest, HopsAreAlwaysSaid) {
  authz::ItemFacts facts = Facts(kSelf, model::Onward::kNone);
  SetAudience(facts, true, false);
  EXPECT_EQ(Hops(facts), 0u);
  EXPECT_EQ(Hops(facts, 5), 0u) << "a rule gives no hop that the officer did not";
}

TEST(TermsForTest, AnOwnItemForEverybodyGoesAsFarAsTheRuleSaysOrOneHop) {
  authz::ItemFacts facts = Facts(kSelf, model::Onward::kCommunity);
  SetAudience(facts, true, false);
  EXPECT_EQ(Hops(facts), kDefaultHops);
  EXPECT_EQ(Hops(facts, 3), 3u);
  EXPECT_EQ(Hops(facts, 0), 0u);
}

TEST(TermsForTest, AnAudienceThatARecipientCannotSeeEndsTheJourney) {
  authz::ItemFacts excluded = Facts(kSelf, model::Onward::kAny);
  SetAudience(excluded, true, true);
  EXPECT_EQ(Hops(excluded, 3), 0u);
  authz::ItemFacts one_country = Facts(kSelf, model::Onward::kAny);
  SetAudience(one_country, false, false);
  EXPECT_EQ(Hops(one_country, 3), 0u);
  EXPECT_EQ(Hops(Facts(kSelf, model::Onward::kAny), 3), 0u) << "no audience recorded";
}

TEST(TermsForTest, AStrictMarkingEndsTheJourney) {
  authz::ItemFacts facts = Facts(kSelf, model::Onward::kCommunity);
  SetAudience(facts, true, false);
  facts.view.body.tlp = model::Tlp::kAmberStrict;
  EXPECT_EQ(Hops(facts, 3), 0u);
}

TEST(TermsForTest, AReceivedItemLosesOneHopAndNeverGainsOne) {
  authz::ItemFacts facts = Facts(kOther, model::Onward::kCommunity);
  EXPECT_EQ(Hops(facts), 0u) << "terms that say nothing";
  facts.view.terms.hops = 3;
  EXPECT_EQ(Hops(facts), 2u);
  EXPECT_EQ(Hops(facts, 9), 2u);
  EXPECT_EQ(Hops(facts, 1), 1u);
  facts.view.terms.hops = 0;
  EXPECT_EQ(Hops(facts, 9), 0u);
}

TEST(TermsForTest, ReceivedTermsAreAFloor) {
  authz::ItemFacts facts = Facts(kOther, model::Onward::kCommunity);
  facts.view.terms = {.hops = 1,
                      .expires = absl::FromUnixSeconds(1767225600 + 3600),
                      .tlp_floor = model::Tlp::kAmber,
                      .pap_floor = model::Pap::kAmber,
                      .purpose = std::vector<std::string>{"training"}};
  policy::Duties duties;
  duties.expires_after = absl::Hours(24);
  duties.raise_tlp = "GREEN";
  const model::Terms terms = TermsFor(facts, kSelf, duties, kNow).value();
  EXPECT_EQ(terms.expires, facts.view.terms.expires);
  EXPECT_EQ(terms.tlp_floor, model::Tlp::kAmber);
  EXPECT_EQ(terms.pap_floor, model::Pap::kAmber);
  EXPECT_EQ(terms.purpose, facts.view.terms.purpose);
}

TEST(TermsForTest, ExpiryIsInWholeSecondsAndNeverLater) {
  policy::Duties duties;
  duties.expires_after = absl::Hours(1);
  const model::Terms terms =
      TermsFor(Facts(kSelf, model::Onward::kNone), kSelf, duties, kNow).value();
  EXPECT_EQ(terms.expires, absl::FromUnixSeconds(1767225600 + 3600));
}

TEST(TermsForTest, AMarkingThatThisBuildDoesNotKnowCannotBeFulfilled) {
  policy::Duties duties;
  duties.raise_tlp = "ULTRAVIOLET";
  EXPECT_FALSE(TermsFor(Facts(kSelf, model::Onward::kNone), kSelf, duties, kNow).has_value());
}

TEST(AtLeastAsStrictTest, ComparesEveryTerm) {
  model::Terms loose;
  loose.hops = 2;
  loose.expires = kNow + absl::Hours(2);
  model::Terms strict;
  strict.hops = 1;
  strict.expires = kNow + absl::Hours(1);
  EXPECT_TRUE(AtLeastAsStrict(strict, loose));
  EXPECT_FALSE(AtLeastAsStrict(loose, strict));
  EXPECT_TRUE(AtLeastAsStrict(strict, strict));

  model::Terms amber;
  amber.tlp_floor = model::Tlp::kAmber;
  model::Terms green;
  green.tlp_floor = model::Tlp::kGreen;
  EXPECT_FALSE(AtLeastAsStrict(loose, amber));
  EXPECT_TRUE(AtLeastAsStrict(amber, green));
  EXPECT_FALSE(AtLeastAsStrict(green, amber));
}

model::Part PartOf(std::string label, std::string bytes) {
  return {.label = std::move(label), .salt = {}, .bytes = std::move(bytes)};
}

TEST(ResidualMentionTest, FindsARedactedValueWhateverItsSpacesAndCase) {
  const std::vector<model::Part> parts = {PartOf("body", "seen with JUMA\nHassan at gate 4"),
                                          PartOf("persons.name/1", "Juma Hassan")};
  EXPECT_THAT(ResidualMentions(parts, {"body"}), ElementsAre("persons.name/1"));
  EXPECT_THAT(ResidualMentions(parts, {"body", "persons.name/1"}), IsEmpty()) << "both go";
  EXPECT_THAT(ResidualMentions(parts, {"persons.name/1"}), IsEmpty()) << "the text stays";
}

TEST(ResidualMentionTest, PunctuationHidesNothing) {
  EXPECT_THAT(ResidualMentions({PartOf("body", "a white van, KAA-123X, left"),
                                PartOf("vehicle.plate/1", "KAA 123X")},
                               {"body"}),
              ElementsAre("vehicle.plate/1"));
}

TEST(ResidualMentionTest, FindsANumberThatNobodyCouldCheck) {
  EXPECT_THAT(ResidualMentions({PartOf("body", "container ABCU1234560 was opened"),
                                PartOf("container.number/1", "ABCU1234560 (unchecked)")},
                               {"body"}),
              ElementsAre("container.number/1"));
}

TEST(ResidualMentionTest, FindsAValueInTheNameOfAFile) {
  const std::string descriptor = wire::EncodeAttachmentDescriptor(
      {.name = "Juma_Hassan.pdf", .size = 1, .media_type = "application/pdf", .chunk_root = {}});
  EXPECT_THAT(ResidualMentions(
                  {PartOf("attachments/1", descriptor), PartOf("persons.name/1", "Juma Hassan")},
                  {"attachments/1"}),
              ElementsAre("persons.name/1"));
}

TEST(ResidualMentionTest, NamesAllThatAreMentioned) {
  EXPECT_THAT(
      ResidualMentions({PartOf("body", "Juma Hassan drove KAA 123X for Mwangi"),
                        PartOf("persons.name/1", "Juma Hassan"),
                        PartOf("source.identity", "Mwangi"), PartOf("vehicle.plate/1", "KAA 123X")},
                       {"body", "vehicle.plate/1"}),
      ElementsAre("persons.name/1", "source.identity"));
}

TEST(ResidualMentionTest, DoesNotJoinTwoPartsOrTakeChanceForAMention) {
  EXPECT_THAT(ResidualMentions({PartOf("title", "Juma"), PartOf("summary", "Hassan"),
                                PartOf("persons.name/1", "Juma Hassan")},
                               {"summary", "title"}),
              IsEmpty());
  EXPECT_THAT(
      ResidualMentions({PartOf("body", "at the quay"), PartOf("persons.name/1", "At")}, {"body"}),
      IsEmpty());
}

}  // namespace
}  // namespace fairway::exchange
