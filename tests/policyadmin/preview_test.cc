// What a preview says is what peers then receive.
#include "node/policyadmin/preview.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/policyadmin/policy_room.h"
#include "tests/support/status_matchers.h"

namespace fairway::policyadmin {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::Permit;
using testing::PolicyRoom;
using testing::SampleDraft;
using ::testing::SizeIs;
using testing::TestNode;
using testing::TestWorld;

class PreviewTest : public ::testing::Test {
 protected:
  PreviewTest()
      : a(world.Add("mombasa-port", "KE")),
        b(world.Add("dar-customs", "TZ")),
        c(world.Add("rio-port", "BR")),
        room(a, world.clock) {
    world.Pair(a, b);
    world.Pair(a, c);
    world.Settle();
  }

  exchange::Published Publish(const std::string& title, model::Tlp tlp) {
    model::Draft draft = SampleDraft(title);
    draft.tlp = tlp;
    return a.Publish(draft);
  }
  static const PeerPreview& Of(const Preview& preview, const std::string& peer) {
    for (const PeerPreview& each : preview.peers) {
      if (each.peer == peer) return each;
    }
    ADD_FAILURE() << "no peer " << peer;
    return preview.peers.front();
  }

  TestWorld world;
  TestNode& a;
  TestNode& b;
  TestNode& c;
  PolicyRoom room;
};

TEST_F(PreviewTest, SaysWhatWouldGoToWhomBeforeItGoes) {
  Publish("green one", model::Tlp::kGreen);
  Publish("green two", model::Tlp::kGreen);
  Publish("amber one", model::Tlp::kAmber);
  const std::string text = Permit("where item.tlp at most GREEN");
  const Preview preview = room.PreviewOf(text);
  EXPECT_EQ(preview.items_looked_at, 3u);
  EXPECT_EQ(preview.peers_looked_at, 2u);
  EXPECT_EQ(preview.newly_released, 2u);
  EXPECT_EQ(preview.newly_released_pairs, 4u);
  EXPECT_EQ(preview.highest_tlp, model::Tlp::kGreen);
  EXPECT_EQ(preview.at_highest_tlp, 2u);
  EXPECT_EQ(preview.personal_data, 0u);
  EXPECT_THAT(Of(preview, "dar-customs").released, SizeIs(2));
  EXPECT_EQ(Of(preview, "dar-customs").released[0].after.rule, "some");
  EXPECT_FALSE(preview.gains_nothing());

  ASSERT_OK(room.ApplyAlone(text).status());
  world.Settle();
  const Preview after = room.PreviewOf(text);
  EXPECT_TRUE(after.gains_nothing());
  EXPECT_TRUE(Of(after, "dar-customs").unchanged());
}

TEST_F(PreviewTest, WhatIsTakenBackIsSplitByWhetherThePeerHasIt) {
  const auto here = Publish("delivered", model::Tlp::kGreen);
  ASSERT_OK(room.ApplyAlone(Permit("where item.tlp at most GREEN")).status());
  world.Settle();
  world.net.SetReachable(false);
  world.Settle();
  Publish("not sent yet", model::Tlp::kGreen);
  const std::string none = Permit("where item.tlp at most CLEAR");
  const Preview preview = room.PreviewOf(none);
  const PeerPreview& dar = Of(preview, "dar-customs");
  ASSERT_THAT(dar.withheld, SizeIs(2));
  EXPECT_EQ(dar.not_yet_sent(), 1u);
  ASSERT_THAT(preview.recalls, SizeIs(2)) << "one for each peer";
  EXPECT_EQ(preview.items[preview.recalls[0].item].ref, here.ref);
  EXPECT_THAT(preview.recalls[0].next, SizeIs(2));
  EXPECT_TRUE(preview.gains_nothing());

  ASSERT_OK_AND_ASSIGN(const AppliedPolicy applied, room.ApplyAlone(none));
  EXPECT_THAT(applied.preview.recalls, SizeIs(2));
  world.net.SetReachable(true);
  world.Run(absl::Minutes(10));
  EXPECT_EQ(b.Revision(a.id(), here.item), 1u) << "nothing is recalled by itself";
}

TEST_F(PreviewTest, FieldsAndTermsThatChangeAreTold) {
  model::Draft draft = SampleDraft("with a source");
  draft.source_method = "a walk along the quay";
  a.Publish(draft);
  ASSERT_OK(room.ApplyAlone(Permit("where item.tlp at most GREEN\n  with redact source.method"))
                .status());
  world.Settle();
  const Preview more = room.PreviewOf(Permit("where item.tlp at most GREEN"));
  ASSERT_THAT(Of(more, "dar-customs").more_fields, SizeIs(1));
  EXPECT_THAT(Of(more, "dar-customs").more_fields[0].fields, ElementsAre("source.method"));
  EXPECT_TRUE(Of(more, "dar-customs").more_fields[0].delivered);
  EXPECT_FALSE(more.gains_nothing());
  const Preview fewer =
      room.PreviewOf(Permit("where item.tlp at most GREEN\n  with redact { source.method, body }"));
  ASSERT_THAT(Of(fewer, "dar-customs").fewer_fields, SizeIs(1));
  EXPECT_THAT(Of(fewer, "dar-customs").fewer_fields[0].fields, ElementsAre("body"));
  EXPECT_TRUE(fewer.gains_nothing());
  const Preview terms = room.PreviewOf(
      Permit("where item.tlp at most GREEN\n  with redact source.method, expires after 10 days"));
  EXPECT_THAT(Of(terms, "dar-customs").changed_terms, SizeIs(1));
  EXPECT_TRUE(terms.gains_nothing()) << "stricter terms are nobody's gain";
}

TEST_F(PreviewTest, WhatWouldOnlyWaitIsAGainAllTheSame) {
  Publish("later", model::Tlp::kAmber);
  const Preview preview =
      room.PreviewOf(Permit("where item.tlp at most AMBER\n  with delay 24 hours"));
  ASSERT_THAT(Of(preview, "dar-customs").released, SizeIs(1));
  EXPECT_EQ(Of(preview, "dar-customs").released[0].waits, "delay");
  EXPECT_FALSE(preview.gains_nothing());
}

TEST_F(PreviewTest, AHypotheticalPeerIsAskedAboutLikeAnyOther) {
  Publish("one", model::Tlp::kGreen);
  const std::string text =
      "policy \"t\" version 1\npermit north\n  to peers where peer.tier at least 2\n"
      "  may replicate\n  any item\n  because \"a test\"\n";
  ASSERT_OK(room.ApplyAlone(text).status());
  model::PeerAttributes attributes;
  attributes.tier = "2";
  ASSERT_OK_AND_ASSIGN(
      const Previewed previewed,
      room.previewer.Preview({.text = std::nullopt, .peers = {{"valletta-port", attributes}}},
                             world.clock.Now()));
  ASSERT_TRUE(previewed.preview.has_value());
  const PeerPreview& valletta = Of(*previewed.preview, "valletta-port");
  EXPECT_TRUE(valletta.hypothetical);
  EXPECT_THAT(valletta.released, SizeIs(1));
  EXPECT_THAT(Of(*previewed.preview, "dar-customs").released, IsEmpty());
  ASSERT_OK_AND_ASSIGN(
      const Previewed promoted,
      room.previewer.Preview({.text = std::nullopt, .peers = {{"dar-customs", attributes}}},
                             world.clock.Now()));
  EXPECT_TRUE(Of(*promoted.preview, "dar-customs").drafted);
  EXPECT_THAT(Of(*promoted.preview, "dar-customs").released, SizeIs(1));
  EXPECT_THAT(room.previewer.Preview(
                  {.text = std::nullopt, .peers = {{"x-port", attributes}, {"x-port", attributes}}},
                  world.clock.Now()),
              testing::HasProblem("FW-POL-015"));
}

TEST_F(PreviewTest, SaysWhatAgesOutAndWhichRulesEnd) {
  Publish("ages", model::Tlp::kGreen);
  const Preview preview =
      room.PreviewOf(Permit("where item.age at most 10 days\n  until 2026-01-20"));
  EXPECT_EQ(preview.aging.items_out, 1u);
  EXPECT_EQ(preview.aging.items_in, 0u);
  EXPECT_THAT(preview.aging.out, SizeIs(2)) << "for each peer";
  ASSERT_THAT(preview.aging.rules_ending, SizeIs(1));
  EXPECT_EQ(preview.aging.rules_ending[0].rule, "some");
}

TEST_F(PreviewTest, BudgetsCountItemsAsTheySay) {
  for (int i = 0; i < 3; ++i) Publish(absl::StrCat("item ", i), model::Tlp::kGreen);
  const Preview preview = room.PreviewOf(
      Permit("where item.tlp at most GREEN",
             "budget \"all\" a change may newly release at most 2 items\n"
             "budget \"dar\" a change may newly release at most 3 items to dar-customs\n"
             "budget \"one\" a change may newly release at most 2 items to any one peer "
             "without commander\n"));
  ASSERT_THAT(preview.budgets, SizeIs(3));
  for (const BudgetUse& use : preview.budgets) EXPECT_EQ(use.items, 3u) << use.budget.name;
  EXPECT_TRUE(preview.budgets[0].exceeded);
  EXPECT_FALSE(preview.budgets[1].exceeded);
  EXPECT_TRUE(preview.budgets[2].exceeded);
}

TEST_F(PreviewTest, ADraftWithErrorsIsAnAnswer) {
  ASSERT_OK_AND_ASSIGN(
      const Previewed previewed,
      room.previewer.Preview({.text = Draft::Text{"x.fpol", "permit nonsense"}, .peers = {}},
                             world.clock.Now()));
  EXPECT_FALSE(previewed.preview.has_value());
  EXPECT_FALSE(previewed.diagnostics.empty());
  EXPECT_THAT(room.previewer.Preview({}, world.clock.Now()), testing::HasProblem("FW-POL-014"));
}

// Random edits: after each, what peers received is what was said, item by item and part by part.
TEST_F(PreviewTest, OverManyEditsWhatWasSaidIsWhatCame) {
  constexpr unsigned kSeed = 20261121;
  SCOPED_TRACE(absl::StrCat("seed ", kSeed));
  std::mt19937 random(kSeed);
  const auto pick = [&random](const std::vector<std::string>& from) {
    return from[random() % from.size()];
  };
  std::vector<exchange::Published> published;
  for (int round = 0; round < 25; ++round) {
    for (int i = 0; i < 3; ++i) {
      model::Draft draft = SampleDraft(absl::StrCat("round ", round, " item ", i));
      draft.tlp = random() % 2 == 0 ? model::Tlp::kGreen : model::Tlp::kAmber;
      draft.topics = {pick({"reefer-container", "cocaine", "heroin"})};
      draft.grading = pick({"", "A1", "D4"});
      if (random() % 3 == 0) draft.source_method = "by watching";
      published.push_back(a.Publish(draft));
    }
    if (random() % 4 == 0) a.Recall(published[random() % published.size()].item);
    world.Settle();
    std::string text =
        Permit(absl::StrCat("where item.tlp at most ", pick({"CLEAR", "GREEN", "AMBER"}), " and ",
                            pick({"item.topics has cocaine", "item.reliability at least C",
                                  "not item.topics has heroin", "item.kind is bulletin"}),
                            pick({"", "\n  with redact source.method", "\n  with hops 1"})),
               pick({"",
                     "forbid no\n  to peer dar-customs\n  may do anything\n  items where "
                     "item.topics has any of { cocaine }\n  because \"a test\"\n"}));
    const Preview preview = room.PreviewOf(text);
    std::map<std::string, std::map<std::string, std::set<std::string>>> before;
    const auto at = [&](TestNode& peer) {
      std::map<std::string, std::set<std::string>> items;
      for (const exchange::Published& each : published) {
        const std::vector<std::string> labels = peer.Labels(each.item);
        if (!labels.empty()) items[each.ref] = {labels.begin(), labels.end()};
      }
      return items;
    };
    for (TestNode* peer : {&b, &c}) before[peer->name()] = at(*peer);
    ASSERT_OK(room.ApplyAlone(text).status());
    world.Run(absl::Minutes(2));
    for (TestNode* peer : {&b, &c}) {
      std::map<std::string, std::set<std::string>> expected = before[peer->name()];
      const PeerPreview& said = Of(preview, peer->name());
      for (const auto* list : {&said.released, &said.more_fields}) {
        for (const ItemChange& change : *list) {
          EXPECT_EQ(change.waits, "");
          expected[preview.items[change.item].ref].insert(change.fields.begin(),
                                                          change.fields.end());
        }
      }
      EXPECT_EQ(at(*peer), expected) << peer->name() << " in round " << round << "\n" << text;
    }
  }
}

}  // namespace
}  // namespace fairway::policyadmin
