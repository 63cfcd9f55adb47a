#include "node/store/item_table.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "node/store/attachment_table.h"
#include "node/store/recall_table.h"
#include "node/store/recall_table.h"
#include "node/store/statement.h"
#include "tests/support/scratch_store.h"
#include "tests/support/status_matchers.h"

namespace fairway::store {
namespace {

using ::fairway::testing::ScratchStore;
using ::fairway::testing::StatusIs;

constexpr absl::Time kDay = absl::FromUnixSeconds(1767225600);

model::ItemId ItemNumber(uint8_t first, uint8_t second = 0) {
  std::array<uint8_t, 16> random{};
  random[0] = first;
  random[5] = second;
  return model::ItemId::FromRandom(random);
}

model::AuthorityId Authority(const std::string& name) { return {crypto::Sha256(name)}; }

StoredRevision Revision(const model::ItemId& item, uint64_t number) {
  StoredRevision revision;
  revision.object = crypto::Sha256(item.raw() + std::to_string(number));
  revision.body.item_id = item;
  revision.body.revision = number;
  if (number > 1) revision.body.prev = crypto::Sha256(item.raw() + std::to_string(number - 1));
  revision.body.origin = Authority("mombasa");
  revision.body.origin_manifest = 3;
  revision.body.kind = model::Kind::kAlert;
  revision.body.mode = model::Mode::kExercise;
  revision.body.tlp = model::Tlp::kAmberStrict;
  revision.body.pap = model::Pap::kGreen;
  revision.body.precedence = model::Precedence::kFlash;
  revision.body.onward = model::Onward::kNamed;
  revision.body.not_after = kDay + absl::Hours(24);
  revision.body.part_digests = {crypto::Sha256("a"), crypto::Sha256("b")};
  revision.signed_bytes = std::string("signed\0bytes", 12);
  revision.received_from = Authority("durban");
  revision.stored_at = kDay;
  revision.terms = {2, kDay + absl::Hours(2), model::Tlp::kGreen, model::Pap::kAmber,
                    std::vector<std::string>{"customs", "safety"}};
  return revision;
}

std::vector<model::Part> Parts() {
  crypto::Salt salt{};
  salt.fill(9);
  return {
      {"title", salt, "A title"}, {"body", salt, std::string(100000, 'b')}, {"facts/1", {}, ""}};
}

class ItemTableTest : public ::testing::Test {
 protected:
  absl::Status Put(const StoredRevision& revision) {
    return store_.db().Write(
        [&](Txn& txn) { return PutRevision(txn, revision, Parts()).status(); });
  }
  template <typename F>
  auto Read(F read) {
    std::optional<decltype(read(std::declval<ReadTxn&>()))> result;
    EXPECT_OK(store_.db().Read([&](ReadTxn& txn) {
      result = read(txn);
      return result->status();
    }));
    return **result;
  }
  RevisionState StateOf(const StoredRevision& revision) {
    return Read([&](ReadTxn& txn) { return GetRevision(txn, revision.object); })->state;
  }

  ScratchStore store_;
};

TEST_F(ItemTableTest, GivesBackEveryFieldAsItWas) {
  const StoredRevision put = Revision(ItemNumber(1), 1);
  ASSERT_OK(Put(put));
  const auto got = Read([&](ReadTxn& txn) { return GetRevision(txn, put.object); });
  ASSERT_TRUE(got.has_value());
  EXPECT_GT(got->id, 0u);
  EXPECT_EQ(got->object, put.object);
  EXPECT_EQ(got->body, put.body);
  EXPECT_EQ(got->signed_bytes, put.signed_bytes);
  EXPECT_EQ(got->received_from, put.received_from);
  EXPECT_EQ(got->stored_at, put.stored_at);
  EXPECT_EQ(got->terms, put.terms);
  EXPECT_EQ(got->state, RevisionState::kActive);
}

TEST_F(ItemTableTest, WhatIsNotThereComesBackAsNotThere) {
  StoredRevision put = Revision(ItemNumber(1), 1);
  put.received_from.reset();
  put.terms = {};
  put.body.not_after.reset();
  ASSERT_OK(Put(put));
  const auto got = Read([&](ReadTxn& txn) { return GetRevision(txn, put.object); });
  EXPECT_EQ(got->terms, model::Terms());
  EXPECT_EQ(got->body, put.body);
  EXPECT_EQ(got->received_from, std::nullopt);
  put.object = crypto::Sha256("other");
  EXPECT_FALSE(Read([&](ReadTxn& txn) { return GetRevision(txn, put.object); }).has_value());
}

TEST_F(ItemTableTest, NoPurposeAndAnyPurposeStayDifferent) {
  StoredRevision put = Revision(ItemNumber(1), 1);
  put.terms.purpose = std::vector<std::string>();
  ASSERT_OK(Put(put));
  const auto got = Read([&](ReadTxn& txn) { return GetRevision(txn, put.object); });
  EXPECT_EQ(got->terms, put.terms);
}

TEST_F(ItemTableTest, TermsCanBeReplacedOfWhatIsHereOnly) {
  const StoredRevision put = Revision(ItemNumber(1), 1);
  ASSERT_OK(Put(put));
  model::Terms terms = {.hops = 0,
                        .expires = absl::FromUnixSeconds(1767225600),
                        .tlp_floor = model::Tlp::kAmberStrict,
                        .pap_floor = std::nullopt,
                        .purpose = std::vector<std::string>()};
  ASSERT_OK(store_.db().Write([&](Txn& txn) { return SetTerms(txn, put.object, terms); }));
  const auto got = Read([&](ReadTxn& txn) { return GetRevision(txn, put.object); });
  EXPECT_EQ(got->terms, terms);
  EXPECT_EQ(got->body, put.body);
  EXPECT_THAT(
      store_.db().Write([&](Txn& txn) { return SetTerms(txn, crypto::Sha256("other"), terms); }),
      StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(ItemTableTest, PartsComeBackInOrderOfLabelsAndCanBeAddedToButNotChanged) {
  const StoredRevision put = Revision(ItemNumber(1), 1);
  ASSERT_OK(Put(put));
  model::Part late{"summary", {}, "disclosed later"}, changed{"title", {}, "another title"};
  ASSERT_OK(store_.db().Write([&](Txn& txn) {
    return AddParts(txn, put.object, {late, changed});
  }));
  const auto parts = Read([&](ReadTxn& txn) { return GetParts(txn, put.object); });
  ASSERT_EQ(parts.size(), 4u);
  EXPECT_EQ(parts[0], Parts()[1]);
  EXPECT_EQ(parts[1], Parts()[2]);
  EXPECT_EQ(parts[2], late);
  EXPECT_EQ(parts[3], Parts()[0]);
}

TEST_F(ItemTableTest, ALabelTwiceIsRefused) {
  EXPECT_THAT(store_.db().Write([&](Txn& txn) {
    return PutRevision(txn, Revision(ItemNumber(1), 1), {{"title", {}, "a"}, {"title", {}, "b"}})
        .status();
  }),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST_F(ItemTableTest, ANewerRevisionSupersedesAndALateOlderOneDoesNot) {
  const auto one = Revision(ItemNumber(1), 1), two = Revision(ItemNumber(1), 2),
             five = Revision(ItemNumber(1), 5);
  ASSERT_OK(Put(one));
  ASSERT_OK(Put(five));
  ASSERT_OK(Put(two));
  EXPECT_EQ(StateOf(one), RevisionState::kSuperseded);
  EXPECT_EQ(StateOf(two), RevisionState::kSuperseded);
  EXPECT_EQ(StateOf(five), RevisionState::kActive);
  EXPECT_EQ(Read([&](ReadTxn& t) {
              return LatestRevision(t, Authority("mombasa"), ItemNumber(1));
            })->object,
            five.object);
  const auto all =
      Read([&](ReadTxn& t) { return RevisionsOf(t, Authority("mombasa"), ItemNumber(1)); });
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[1].object, two.object);
  EXPECT_EQ(Read([&](ReadTxn& t) {
              return GetRevisionNumber(t, Authority("mombasa"), ItemNumber(1), 2);
            })->object,
            two.object);
}

TEST_F(ItemTableTest, AtMostOneRevisionOfAnItemIsActive) {
  const auto one = Revision(ItemNumber(1), 1), two = Revision(ItemNumber(1), 2);
  const auto set = [&](const StoredRevision& revision, RevisionState state) {
    return store_.db().Write(
        [&](Txn& txn) { return SetRevisionState(txn, revision.object, state); });
  };
  ASSERT_OK(Put(one));
  ASSERT_OK(Put(two));
  EXPECT_THAT(set(one, RevisionState::kActive), StatusIs(absl::StatusCode::kAlreadyExists));
  EXPECT_OK(set(two, RevisionState::kActive));
  ASSERT_OK(set(two, RevisionState::kQuarantined));
  EXPECT_OK(set(one, RevisionState::kActive));
  EXPECT_THAT(set(Revision(ItemNumber(9), 1), RevisionState::kActive),
              StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(ItemTableTest, TheSameObjectOrNumberTwiceIsRefused) {
  const StoredRevision put = Revision(ItemNumber(1), 1);
  ASSERT_OK(Put(put));
  EXPECT_THAT(Put(put), StatusIs(absl::StatusCode::kAlreadyExists));
  StoredRevision other = put;
  other.object = crypto::Sha256("equivocation");
  EXPECT_THAT(Put(other), StatusIs(absl::StatusCode::kAlreadyExists));
  EXPECT_EQ(StateOf(put), RevisionState::kActive);
}

TEST_F(ItemTableTest, NothingUpToARecalledRevisionIsStoredAgain) {
  ASSERT_OK(Put(Revision(ItemNumber(1), 1)));
  ASSERT_OK(store_.db().Write([&](Txn& txn) {
    RecallRow row;
    row.object = crypto::Sha256("recall");
    row.recall = {.item = ItemNumber(1),
                  .origin = Authority("mombasa"),
                  .origin_manifest = 1,
                  .through = 3,
                  .grade = model::RecallGrade::kCorrect,
                  .reason = model::RecallReason::kError};
    row.signed_bytes = "signed";
    row.at = kDay;
    row.log_seq = 1;
    return PutRecall(txn, row);
  }));
  EXPECT_THAT(Put(Revision(ItemNumber(1), 2)), StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(Put(Revision(ItemNumber(1), 3)), StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_OK(Put(Revision(ItemNumber(1), 4)));
  EXPECT_OK(Put(Revision(ItemNumber(2), 1)));
}

TEST_F(ItemTableTest, APrefixFindsTheLatestRevisionOfEachItemThatBeginsWithIt) {
  ASSERT_OK(Put(Revision(ItemNumber(7, 1), 1)));
  ASSERT_OK(Put(Revision(ItemNumber(7, 1), 2)));
  ASSERT_OK(Put(Revision(ItemNumber(7, 2), 1)));
  ASSERT_OK(Put(Revision(ItemNumber(8), 1)));
  const std::string prefix = ItemNumber(7).raw().substr(0, 5);
  auto found = Read([&](ReadTxn& t) { return FindByPrefix(t, prefix); });
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].body.revision, 2u);
  found = Read([&](ReadTxn& t) { return FindByPrefix(t, ItemNumber(8).raw()); });
  EXPECT_EQ(found.size(), 1u);
  found = Read([&](ReadTxn& t) { return FindByPrefix(t, prefix, 1); });
  EXPECT_EQ(found.size(), 1u);
  EXPECT_FALSE(store_.db().Read([](ReadTxn& t) { return FindByPrefix(t, "").status(); }).ok());
}

TEST_F(ItemTableTest, ListsNewestFirstAndByWhatIsAsked) {
  for (uint8_t i = 1; i <= 6; ++i) {
    StoredRevision revision = Revision(ItemNumber(i), 1);
    revision.stored_at = kDay + absl::Minutes(i / 2);  // some at the same time
    if (i % 2 == 0) revision.received_from.reset();
    if (i == 5) revision.body.kind = model::Kind::kLesson;
    if (i == 3) revision.body.origin = Authority("else");
    if (i == 1) revision.body.mode = model::Mode::kReal;
    ASSERT_OK(Put(revision));
  }
  const auto firsts = [&](const RevisionFilter& filter) {
    std::string text;
    for (const StoredRevision& r : Read([&](ReadTxn& t) { return ListRevisions(t, filter); })) {
      text += static_cast<char>('0' + r.body.item_id.bytes[0]);
    }
    return text;
  };
  EXPECT_EQ(firsts({}), "654321");
  EXPECT_EQ(firsts({.inbox_only = true}), "531");
  EXPECT_EQ(firsts({.kind = model::Kind::kLesson}), "5");
  EXPECT_EQ(firsts({.mode = model::Mode::kReal}), "1");
  EXPECT_EQ(firsts({.origin = Authority("else")}), "3");
  EXPECT_EQ(firsts({.since = kDay + absl::Minutes(2)}), "654");
  EXPECT_EQ(firsts({.limit = 2}), "65");
  EXPECT_EQ(firsts({.kind = model::Kind::kAlert, .since = kDay + absl::Minutes(2), .limit = 1}),
            "6");

  // A list is continued without losing or repeating one, also among equal times.
  std::string paged;
  RevisionFilter page{.limit = 1};
  for (int i = 0; i < 10; ++i) {
    const auto list = Read([&](ReadTxn& t) { return ListRevisions(t, page); });
    if (list.empty()) break;
    paged += static_cast<char>('0' + list[0].body.item_id.bytes[0]);
    page.before_id = list[0].id;
  }
  EXPECT_EQ(paged, "654321");

  ASSERT_OK(Put(Revision(ItemNumber(6), 2)));
  EXPECT_EQ(firsts({.inbox_only = true}), "5361");  // as early as 1, stored later
  EXPECT_EQ(firsts({.all_states = true}).size(), 7u);
  const auto counts = Read([](ReadTxn& t) { return CountItems(t); });
  EXPECT_EQ(counts.own, 2u);
  EXPECT_EQ(counts.received, 4u);
}

TEST_F(ItemTableTest, AWatcherGetsEachRevisionOnceInOrderOfStoring) {
  EXPECT_EQ(Read([](ReadTxn& t) { return LastRevisionId(t); }), 0u);
  ASSERT_OK(Put(Revision(ItemNumber(1), 1)));
  const uint64_t seen = Read([](ReadTxn& t) { return LastRevisionId(t); });
  ASSERT_OK(Put(Revision(ItemNumber(1), 2)));
  ASSERT_OK(Put(Revision(ItemNumber(2), 1)));
  const auto fresh = Read([&](ReadTxn& t) { return RevisionsAfter(t, seen, 10); });
  ASSERT_EQ(fresh.size(), 2u);
  EXPECT_EQ(fresh[0].body.revision, 2u);
  EXPECT_EQ(fresh[1].id, Read([](ReadTxn& t) { return LastRevisionId(t); }));
}

TEST_F(ItemTableTest, WhatHasExpiredIsFoundByBodyOrTermsEarliestFirst) {
  StoredRevision by_body = Revision(ItemNumber(1), 1), by_terms = Revision(ItemNumber(2), 1),
                 never = Revision(ItemNumber(3), 1);
  by_body.body.not_after = kDay + absl::Seconds(20);
  by_body.terms.expires.reset();
  by_terms.body.not_after = kDay + absl::Seconds(30);
  by_terms.terms.expires = kDay + absl::Seconds(10);
  never.body.not_after.reset();
  never.terms.expires.reset();
  for (const auto& revision : {by_body, by_terms, never}) ASSERT_OK(Put(revision));
  const auto count = [&](absl::Duration after) {
    return Read([&](ReadTxn& t) { return ExpiredRevisions(t, kDay + after, 10); }).size();
  };
  EXPECT_EQ(count(absl::Seconds(10) - absl::Milliseconds(1)), 0u);
  EXPECT_EQ(count(absl::Seconds(10)), 1u);
  EXPECT_EQ(count(absl::Hours(10000)), 2u);
  EXPECT_EQ(
      Read([&](ReadTxn& t) { return ExpiredRevisions(t, kDay + absl::Hours(1), 1); })[0].object,
      by_terms.object);
  ASSERT_OK(store_.db().Write(
      [&](Txn& txn) { return EraseContent(txn, by_terms.object, RevisionState::kExpired); }));
  EXPECT_EQ(count(absl::Hours(10000)), 1u);
}

TEST_F(ItemTableTest, ANumberThatNoVocabularyHasIsDamageAndNotAGuess) {
  const StoredRevision put = Revision(ItemNumber(1), 1);
  ASSERT_OK(Put(put));
  for (const char* column : {"kind", "mode", "tlp", "pap", "precedence", "onward", "state"}) {
    const auto set = [&](int value) {
      return store_.db().Write([&](Txn& txn) {
        return Statement(txn, std::string("UPDATE revision SET ") + column + " = ?")
            .Int(value)
            .Run();
      });
    };
    for (const int value : {0, 99, -1}) {
      ASSERT_OK(set(value));
      EXPECT_THAT(store_.db().Read([&](ReadTxn& t) { return GetRevision(t, put.object).status(); }),
                  StatusIs(absl::StatusCode::kDataLoss))
          << column << " = " << value;
    }
    ASSERT_OK(set(1));
  }
}

TEST_F(ItemTableTest, AttachmentsComeInChunksInAnyOrder) {
  const model::ObjectId object = crypto::Sha256("object");
  const auto put = [&](uint32_t index, const std::string& bytes) {
    return store_.db().Write(
        [&](Txn& txn) { return PutChunk(txn, object, "attachments/1", index, bytes); });
  };
  ASSERT_OK(put(2, "three"));
  ASSERT_OK(put(0, std::string("o\0ne", 4)));
  EXPECT_THAT(store_.db().Read(
                  [&](ReadTxn& t) { return GetContent(t, object, "attachments/1", 3).status(); }),
              StatusIs(absl::StatusCode::kNotFound));
  EXPECT_EQ(Read([&](ReadTxn& t) { return ChunksHere(t, object, "attachments/1"); }),
            (std::vector<uint32_t>{0, 2}));
  ASSERT_OK(put(1, "two"));
  ASSERT_OK(put(1, "changed"));  // what is here stays
  EXPECT_EQ(Read([&](ReadTxn& t) { return GetContent(t, object, "attachments/1", 3); }),
            std::string("o\0ne", 4) + "twothree");
  EXPECT_EQ(Read([&](ReadTxn& t) { return GetChunk(t, object, "attachments/1", 1); }), "two");
  EXPECT_EQ(Read([&](ReadTxn& t) { return GetChunk(t, object, "attachments/2", 1); }),
            std::nullopt);
}

TEST_F(ItemTableTest, TheLatestWhoReleasedAnAttachmentIsAskedForIt) {
  const model::ObjectId object = crypto::Sha256("object");
  MissingAttachment missing{object, "attachments/1", Authority("a"), 3, kDay};
  const auto from = [&](const char* name) {
    return Read([&](ReadTxn& t) { return MissingFrom(t, Authority(name), 10); }).size();
  };
  ASSERT_OK(store_.db().Write([&](Txn& txn) { return PutMissing(txn, missing); }));
  EXPECT_EQ(from("a"), 1u);
  missing.from = Authority("b");
  ASSERT_OK(store_.db().Write([&](Txn& txn) { return PutMissing(txn, missing); }));
  EXPECT_EQ(from("a"), 0u);
  EXPECT_EQ(from("b"), 1u);
  EXPECT_EQ(Read([&](ReadTxn& t) { return GetMissing(t, object, "attachments/1"); })->chunks, 3u);
  ASSERT_OK(store_.db().Write([&](Txn& txn) { return DropMissing(txn, object, "attachments/1"); }));
  EXPECT_EQ(from("b"), 0u);
}

}  // namespace
}  // namespace fairway::store
