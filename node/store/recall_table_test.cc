#include "node/store/recall_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "node/store/attachment_table.h"
#include "node/store/item_table.h"
#include "node/store/statement.h"
#include "tests/support/scratch_store.h"
#include "tests/support/status_matchers.h"

namespace fairway::store {
namespace {

using ::fairway::testing::ScratchStore;
using ::fairway::testing::StatusIs;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const absl::Time kDay = absl::FromUnixSeconds(1763668800);

model::ItemId Item(uint8_t n) {
  std::array<uint8_t, model::kItemIdBytes> random{};
  random[0] = n;
  return model::ItemId::FromRandom(random);
}
model::AuthorityId Authority(const std::string& name) { return {crypto::Sha256(name)}; }

RecallRow Row(const model::ItemId& item, uint64_t through, model::RecallGrade grade,
              uint64_t log_seq, model::RecallReason reason = model::RecallReason::kError) {
  RecallRow row;
  row.recall = {.item = item,
                .origin = Authority("mombasa"),
                .origin_manifest = 1,
                .through = through,
                .grade = grade,
                .reason = reason};
  row.object = crypto::Sha256(
      absl::StrCat(item.ToString(), through, static_cast<int>(grade), static_cast<int>(reason)));
  row.signed_bytes = "signed";
  row.at = kDay;
  row.log_seq = log_seq;
  row.effective = log_seq != 0;
  return row;
}

class RecallTableTest : public ::testing::Test {
 protected:
  template <typename F>
  auto Read(F read) {
    decltype(read(std::declval<ReadTxn&>())) value = absl::UnknownError("not run");
    EXPECT_OK(store_.db().Read([&](ReadTxn& txn) {
      value = read(txn);
      return value.status();
    }));
    return *std::move(value);
  }
  absl::Status Put(const RecallRow& row) {
    return store_.db().Write([&](Txn& txn) { return PutRecall(txn, row); });
  }
  uint64_t Through(const model::ItemId& item) {
    return Read([&](ReadTxn& txn) { return RecalledThrough(txn, Authority("mombasa"), item); });
  }
  uint64_t Count(const std::string& table) {
    return Read([&](ReadTxn& txn) -> absl::StatusOr<uint64_t> {
      const std::string sql = "SELECT count(*) FROM " + table;
      Statement find(txn, sql);
      const absl::StatusOr<bool> row = find.Step();
      if (!row.ok()) return row.status();
      return find.GetU64(0);
    });
  }

  // A revision with parts, two chunks and one attachment still to be fetched.
  model::ObjectId PutFull(uint64_t number, std::optional<absl::Time> not_after = std::nullopt) {
    StoredRevision revision;
    revision.object = crypto::Sha256(absl::StrCat("revision ", number));
    revision.body.item_id = Item(1);
    revision.body.revision = number;
    if (number > 1) revision.body.prev = crypto::Sha256("before");
    revision.body.origin = Authority("mombasa");
    revision.body.origin_manifest = 1;
    revision.body.not_after = not_after;
    revision.signed_bytes = "signed";
    revision.stored_at = kDay;
    EXPECT_OK(store_.db().Write([&](Txn& txn) -> absl::Status {
      absl::Status status =
          PutRevision(txn, revision, {{.label = "title", .salt = {}, .bytes = "secret"}}).status();
      if (status.ok()) status = PutChunk(txn, revision.object, "attachments/1", 0, "secret");
      if (status.ok()) status = PutChunk(txn, revision.object, "attachments/1", 1, "secret");
      if (!status.ok()) return status;
      return PutMissing(txn, {.object = revision.object,
                              .label = "attachments/2",
                              .from = Authority("mombasa"),
                              .chunks = 2,
                              .since = kDay});
    }));
    return revision.object;
  }
  StoredRevision Get(const model::ObjectId& object) {
    return *Read([&](ReadTxn& txn) { return GetRevision(txn, object); });
  }

  ScratchStore store_;
};

TEST_F(RecallTableTest, TheEffectiveOneThatReachesFurthestCounts) {
  EXPECT_EQ(Through(Item(1)), 0u);
  ASSERT_OK(Put(Row(Item(1), 2, model::RecallGrade::kCorrect, 1)));
  ASSERT_OK(Put(Row(Item(1), 5, model::RecallGrade::kWithdraw, 0, model::RecallReason::kNarrowed)));
  EXPECT_EQ(Through(Item(1)), 2u) << "one that is not effective counts for nothing";
  ASSERT_OK(Put(Row(Item(1), model::kEveryRevision, model::RecallGrade::kWithdraw, 2)));
  ASSERT_OK(Put(Row(Item(1), model::kEveryRevision, model::RecallGrade::kPurge, 3)));
  ASSERT_OK(Put(Row(Item(1), 3, model::RecallGrade::kCorrect, 4)));
  EXPECT_EQ(Through(Item(1)), model::kEveryRevision);
  EXPECT_EQ(Through(Item(2)), 0u);
  const auto strongest =
      Read([](ReadTxn& t) { return StrongestRecall(t, Authority("mombasa"), Item(1)); });
  EXPECT_EQ(strongest->recall.grade, model::RecallGrade::kPurge);
  EXPECT_THAT(Read([](ReadTxn& t) { return RecallsOf(t, Authority("mombasa"), Item(1)); }),
              SizeIs(5));
  EXPECT_THAT(Read([](ReadTxn& t) { return RecallsOf(t, Authority("rio"), Item(1)); }), IsEmpty());
}

TEST_F(RecallTableTest, WhatWasNotEffectiveBecomesSoAndStaysSo) {
  RecallRow narrowing =
      Row(Item(1), 1, model::RecallGrade::kWithdraw, 0, model::RecallReason::kNarrowed);
  ASSERT_OK(Put(narrowing));
  const auto found = [&] {
    return *Read([&](ReadTxn& t) { return GetRecall(t, narrowing.object); });
  };
  EXPECT_EQ(found(), narrowing);
  RecallRow effective = narrowing;
  effective.effective = true;
  effective.log_seq = 9;
  effective.received_from = Authority("rio");
  ASSERT_OK(Put(effective));
  EXPECT_EQ(found(), effective);
  EXPECT_EQ(Through(Item(1)), 1u);
  ASSERT_OK(Put(narrowing));
  EXPECT_EQ(found(), effective) << "never taken back";
  RecallRow again = effective;
  again.log_seq = 10;
  again.received_from = std::nullopt;
  ASSERT_OK(Put(again));
  EXPECT_EQ(found(), effective) << "the first counts";
}

TEST_F(RecallTableTest, TheNarrowingOfARevisionIsFoundByItsNumber) {
  const RecallRow of_three =
      Row(Item(1), 2, model::RecallGrade::kWithdraw, 0, model::RecallReason::kNarrowed);
  ASSERT_OK(Put(of_three));
  ASSERT_OK(Put(Row(Item(1), 1, model::RecallGrade::kCorrect, 1)));
  const auto narrowing = [&](uint64_t revision) {
    return Read(
        [&](ReadTxn& t) { return NarrowingFor(t, Authority("mombasa"), Item(1), revision); });
  };
  EXPECT_EQ(narrowing(3), of_three);
  EXPECT_EQ(narrowing(2), std::nullopt) << "a correct through 1 is no narrowing";
  EXPECT_EQ(narrowing(1), std::nullopt);
  EXPECT_EQ(narrowing(0), std::nullopt);
}

TEST_F(RecallTableTest, EffectiveOnesAreListedByTheirPlaceInTheLog) {
  ASSERT_OK(Put(Row(Item(1), 1, model::RecallGrade::kCorrect, 7)));
  ASSERT_OK(Put(Row(Item(2), 1, model::RecallGrade::kCorrect, 4)));
  ASSERT_OK(Put(Row(Item(3), 1, model::RecallGrade::kWithdraw, 0, model::RecallReason::kNarrowed)));
  const auto after = [&](uint64_t seq) {
    return Read([&](ReadTxn& t) { return RecallsAfter(t, seq, 10); });
  };
  ASSERT_THAT(after(0), SizeIs(2));
  EXPECT_EQ(after(0)[0].log_seq, 4u);
  EXPECT_THAT(after(4), SizeIs(1));
  EXPECT_THAT(after(7), IsEmpty());
}

TEST_F(RecallTableTest, ErasingDestroysEveryRowOfContentAndKeepsTheShell) {
  const model::ObjectId object = PutFull(1);
  const StoredRevision before = Get(object);
  EXPECT_FALSE(before.erased);
  ASSERT_OK(store_.db().Write(
      [&](Txn& txn) { return EraseContent(txn, object, RevisionState::kExpired); }));
  for (const char* table : {"parts", "chunk", "missing_attachment"}) {
    EXPECT_EQ(Count(table), 0u) << table;
  }
  const StoredRevision after = Get(object);
  EXPECT_TRUE(after.erased);
  EXPECT_EQ(after.state, RevisionState::kExpired);
  EXPECT_EQ(after.body, before.body);
  EXPECT_EQ(after.signed_bytes, before.signed_bytes);
  const auto add = [&](Txn& txn) {
    return AddParts(txn, object, {{.label = "summary", .salt = {}, .bytes = "more"}});
  };
  EXPECT_THAT(store_.db().Write(add), StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_OK(store_.db().Write([&](Txn& txn) {
    return EraseContent(txn, object, RevisionState::kExpired);
  })) << "again";
}

TEST_F(RecallTableTest, ErasingNeedsARevisionAndAReason) {
  const model::ObjectId object = PutFull(1);
  EXPECT_THAT(store_.db().Write(
                  [&](Txn& txn) { return EraseContent(txn, object, RevisionState::kSuperseded); }),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(store_.db().Write([&](Txn& txn) {
    return EraseContent(txn, crypto::Sha256("none"), RevisionState::kExpired);
  }),
              StatusIs(absl::StatusCode::kNotFound));
  EXPECT_EQ(Count("parts"), 1u);
}

TEST_F(RecallTableTest, ARecallMarksRevisionsUpToItsNumberAndErasesThemIfAsked) {
  const model::ObjectId one = PutFull(1), two = PutFull(2), three = PutFull(3);
  MarkedRecalled marked;
  const auto mark = [&](uint64_t through, bool erase) {
    ASSERT_OK(store_.db().Write([&](Txn& txn) -> absl::Status {
      auto done = MarkRecalled(txn, Authority("mombasa"), Item(1), through, erase);
      if (done.ok()) marked = *done;
      return done.status();
    }));
  };
  const auto holds = [&](uint64_t through) {
    return Read(
        [&](ReadTxn& t) { return HoldsContent(t, Authority("mombasa"), Item(1), through); });
  };
  EXPECT_TRUE(holds(1));
  mark(2, false);
  EXPECT_EQ(marked.revisions, 2u);
  EXPECT_EQ(marked.erased, 0u);
  EXPECT_EQ(Get(one).state, RevisionState::kRecalled);
  EXPECT_EQ(Get(three).state, RevisionState::kActive);
  EXPECT_EQ(Count("parts"), 3u);
  mark(2, true);
  EXPECT_EQ(marked.revisions, 0u);
  EXPECT_EQ(marked.erased, 2u);
  EXPECT_EQ(Count("parts"), 1u);
  EXPECT_EQ(Count("chunk"), 2u);
  EXPECT_FALSE(holds(2));
  EXPECT_TRUE(holds(3));
  EXPECT_TRUE(Get(two).erased);
  EXPECT_FALSE(Get(three).erased);
  mark(model::kEveryRevision, true);
  EXPECT_EQ(marked.revisions, 1u);
  EXPECT_EQ(marked.erased, 1u);
  EXPECT_EQ(Count("chunk"), 0u);
  mark(model::kEveryRevision, true);
  EXPECT_EQ(marked.revisions + marked.erased, 0u);
}

TEST_F(RecallTableTest, ExpiryFindsWhateverStillHasContent) {
  const model::ObjectId superseded = PutFull(1, kDay), active = PutFull(2, kDay);
  PutFull(3, kDay + absl::Seconds(1));
  const auto expired = [&](absl::Time now) {
    return Read([&](ReadTxn& t) { return ExpiredRevisions(t, now, 10); });
  };
  EXPECT_THAT(expired(kDay - absl::Milliseconds(1)), IsEmpty());
  ASSERT_THAT(expired(kDay), SizeIs(2)) << "superseded ones hold content too";
  ASSERT_OK(store_.db().Write(
      [&](Txn& txn) { return EraseContent(txn, superseded, RevisionState::kExpired); }));
  ASSERT_THAT(expired(kDay), SizeIs(1));
  EXPECT_EQ(expired(kDay)[0].object, active);
  // An own one that was recalled keeps its content, and its time comes all the same.
  ASSERT_OK(store_.db().Write([&](Txn& txn) {
    return MarkRecalled(txn, Authority("mombasa"), Item(1), model::kEveryRevision, false).status();
  }));
  ASSERT_THAT(expired(kDay), SizeIs(1));
  ASSERT_OK(store_.db().Write(
      [&](Txn& txn) { return EraseContent(txn, active, RevisionState::kExpired); }));
  EXPECT_EQ(Get(active).state, RevisionState::kRecalled) << "recalled it stays";
  EXPECT_THAT(expired(kDay), IsEmpty());
}

TEST_F(RecallTableTest, AFileOfTheFirstVersionIsBroughtUpToDateWithItsContent) {
  const model::ObjectId object = PutFull(1, kDay);
  // As the first version made it.
  for (const char* sql :
       {"DROP TABLE peer_past", "DROP TABLE shadow_difference", "DROP TABLE shadow",
        "DROP TABLE approval", "DROP TABLE proposal", "DROP TABLE policy_record",
        "DROP TABLE hold_release", "DROP TABLE waiting", "DROP INDEX release_receipt_due",
        "ALTER TABLE release DROP COLUMN receipt_due",
        "ALTER TABLE release DROP COLUMN encrypt_at_rest",
        "ALTER TABLE release DROP COLUMN watermark",
        "ALTER TABLE revision DROP COLUMN encrypt_at_rest",
        "ALTER TABLE revision DROP COLUMN watermark", "DROP TABLE recall", "DROP TABLE recall_cost", "DROP TABLE mention_hold_release",
        "DROP INDEX revision_not_after", "DROP INDEX revision_expires",
        "ALTER TABLE revision DROP COLUMN erased",
        "CREATE TABLE tombstone (item BLOB NOT NULL, origin BLOB NOT NULL, statement BLOB NOT "
        "NULL, signed BLOB NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (item, origin)) STRICT, "
        "WITHOUT ROWID",
        "CREATE INDEX revision_not_after ON revision (not_after) WHERE state = 1 AND not_after IS "
        "NOT NULL",
        "CREATE INDEX revision_expires ON revision (expires) WHERE state = 1 AND expires IS NOT "
        "NULL",
        "PRAGMA user_version = 1"}) {
    ASSERT_OK(store_.db().Write([&](Txn& txn) { return Statement(txn, sql).Run(); })) << sql;
  }
  ASSERT_OK(store_.Reopen());
  EXPECT_FALSE(Get(object).erased);
  EXPECT_EQ(Read([&](ReadTxn& t) { return GetParts(t, object); })[0].bytes, "secret");
  EXPECT_THAT(Read([](ReadTxn& t) { return ExpiredRevisions(t, kDay, 10); }), SizeIs(1));
  ASSERT_OK(Put(Row(Item(1), 1, model::RecallGrade::kCorrect, 1)));
  ASSERT_OK(store_.Reopen());
  EXPECT_EQ(Through(Item(1)), 1u);
}

TEST_F(RecallTableTest, WhatAPeerCostsIsAddedUp) {
  const auto cost = [&](const std::string& peer) {
    return Read([&](ReadTxn& t) { return RecallCost(t, Authority(peer)); });
  };
  EXPECT_EQ(cost("rio"), 0u);
  for (uint64_t rows : {1, 3}) {
    ASSERT_OK(
        store_.db().Write([&](Txn& txn) { return AddRecallCost(txn, Authority("rio"), rows); }));
  }
  EXPECT_EQ(cost("rio"), 4u);
  EXPECT_EQ(cost("lisbon"), 0u);
}

}  // namespace
}  // namespace fairway::store
