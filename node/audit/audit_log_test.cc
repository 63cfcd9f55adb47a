#include "node/audit/audit_log.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "crypto/checkpoint.h"
#include "crypto/merkle.h"
#include "node/audit/checkpointer.h"
#include "node/store/audit_table.h"
#include "node/store/node_table.h"
#include "node/store/statement.h"
#include "tests/support/manual_clock.h"
#include "tests/support/scratch_store.h"
#include "tests/support/seeded_entropy.h"
#include "tests/support/status_matchers.h"

namespace fairway::audit {
namespace {

using ::fairway::testing::HasProblem;
using ::fairway::testing::ManualClock;
using ::fairway::testing::ScratchStore;
using ::fairway::testing::SeededEntropy;
using ::fairway::testing::StatusIs;
using ::testing::HasSubstr;

constexpr char kOrigin[] = "fairway/mombasa-port/node-1";

class AuditLogTest : public ::testing::Test {
 protected:
  AuditLogTest()
      : entropy_(7),
        log_(clock_, entropy_),
        key_(crypto::SigningKey::FromSeed(std::string(32, 'k'))) {}

  absl::Status Append(const std::string& actor) {
    return store_.db().Write([&](store::Txn& txn) {
      return log_.Append(txn, {EventKind::kItemRead, actor, "officer", {}, "ok", "", {}}).status();
    });
  }
  void AppendMany(int count) {
    for (int i = 0; i < count; ++i) ASSERT_OK(Append("user-" + std::to_string(i)));
  }
  absl::StatusOr<VerifiedLog> Verify() {
    absl::StatusOr<VerifiedLog> verified = absl::UnknownError("not run");
    const absl::Status read = store_.db().Read([&](store::ReadTxn& txn) {
      verified = VerifyLog(txn, kOrigin, key_.public_key());
      return absl::OkStatus();
    });
    EXPECT_OK(read);
    return verified;
  }
  void Tamper(const std::string& sql) {
    ASSERT_OK(store_.db().Write([&](store::Txn& txn) { return store::Statement(txn, sql).Run(); }));
  }
  // Replaces what the statement's two question marks stand for: a blob, and a number.
  void TamperBlob(const std::string& sql, const std::string& blob, uint64_t number) {
    ASSERT_OK(store_.db().Write(
        [&](store::Txn& txn) { return store::Statement(txn, sql).Blob(blob).U64(number).Run(); }));
  }
  std::vector<store::AuditLeaf> Leaves() {
    std::vector<store::AuditLeaf> leaves;
    EXPECT_OK(store_.db().Read([&](store::ReadTxn& txn) {
      auto all = store::AuditLeaves(txn, 0, 100000);
      if (all.ok()) leaves = *all;
      return all.status();
    }));
    return leaves;
  }

  ManualClock clock_;
  SeededEntropy entropy_;
  ScratchStore store_;
  AuditLog log_;
  crypto::SigningKey key_;
};

TEST_F(AuditLogTest, AnEmptyLogHolds) {
  ASSERT_OK_AND_ASSIGN(const VerifiedLog verified, Verify());
  EXPECT_EQ(verified.size, 0u);
  EXPECT_EQ(verified.root, crypto::EmptyRoot());
}

TEST_F(AuditLogTest, EntriesAreNumberedAndListedAsTheyHappened) {
  AppendMany(5);
  clock_.Advance(absl::Seconds(3));
  ASSERT_OK(Append("last"));
  std::vector<Entry> entries;
  ASSERT_OK(store_.db().Read([&](store::ReadTxn& txn) {
    EXPECT_EQ(*CountEntries(txn), 6u);
    auto listed = ListEntries(txn, 3, 10);
    if (listed.ok()) entries = *listed;
    return listed.status();
  }));
  ASSERT_EQ(entries.size(), 3u);
  EXPECT_EQ(entries[0].seq, 3u);
  EXPECT_EQ(entries[0].event.actor, "user-3");
  EXPECT_EQ(entries[2].event.actor, "last");
  EXPECT_EQ(entries[2].time, clock_.Now());
  EXPECT_NE(entries[1].salt, entries[2].salt);
}

TEST_F(AuditLogTest, TheRootIsThatOfASecondWayToComputeIt) {
  AppendMany(37);
  std::vector<crypto::Digest> hashes;
  for (const store::AuditLeaf& leaf : Leaves()) hashes.push_back(crypto::LeafHash(leaf.bytes));
  ASSERT_OK_AND_ASSIGN(const VerifiedLog verified, Verify());
  EXPECT_EQ(verified.size, 37u);
  EXPECT_EQ(verified.root, crypto::RootOf(hashes));
}

TEST_F(AuditLogTest, AJobThatFailsTakesItsLeafWithIt) {
  AppendMany(3);
  const auto leaf = [&](store::Txn& txn, const char* actor) {
    return log_.Append(txn, {EventKind::kUserAdded, actor, "", {}, "ok", "", {}});
  };
  const std::vector<absl::Status> answers = store_.db().WriteMany({
      [&](store::Txn& txn) { return leaf(txn, "first").status(); },
      [&](store::Txn& txn) -> absl::Status {
        EXPECT_EQ(*leaf(txn, "undone"), 4u);
        EXPECT_EQ(*leaf(txn, "undone too"), 5u);
        return absl::AbortedError("no");
      },
      [&](store::Txn& txn) -> absl::Status {
        EXPECT_EQ(*leaf(txn, "second"), 4u);
        return absl::OkStatus();
      },
  });
  EXPECT_OK(answers[0]);
  EXPECT_THAT(answers[1], StatusIs(absl::StatusCode::kAborted));
  EXPECT_OK(answers[2]);
  ASSERT_OK_AND_ASSIGN(const VerifiedLog verified, Verify());
  EXPECT_EQ(verified.size, 5u);
}

TEST_F(AuditLogTest, AnEventThatCannotBeWrittenHasNoEffect) {
  Event event;
  event.objects.assign(kMaxEventObjects + 1, "x");
  EXPECT_FALSE(store_.db()
                   .Write([&](store::Txn& txn) -> absl::Status {
                     if (absl::Status s = store::PutSetting(txn, "a", "1"); !s.ok()) return s;
                     return log_.Append(txn, event).status();
                   })
                   .ok());
  ASSERT_OK(store_.db().Read([&](store::ReadTxn& txn) {
    EXPECT_EQ(*store::GetSetting(txn, "a"), std::nullopt);
    return absl::OkStatus();
  }));
}

TEST_F(AuditLogTest, AFlippedByteAnywhereInALeafIsFoundAndTheEntryNamed) {
  AppendMany(3);
  const std::vector<store::AuditLeaf> leaves = Leaves();
  for (const store::AuditLeaf& leaf : leaves) {
    for (size_t at = 0; at < leaf.bytes.size(); at += 5) {
      std::string bytes = leaf.bytes;
      bytes[at] ^= 0x04;
      TamperBlob("UPDATE audit_leaf SET bytes = ? WHERE seq = ?", bytes, leaf.seq);
      EXPECT_THAT(Verify(), StatusIs(absl::StatusCode::kDataLoss,
                                     HasSubstr("entry " + std::to_string(leaf.seq))))
          << "byte " << at;
    }
    TamperBlob("UPDATE audit_leaf SET bytes = ? WHERE seq = ?", leaf.bytes, leaf.seq);
  }
  EXPECT_OK(Verify());
}

TEST_F(AuditLogTest, ALeafReplacedWithItsHashIsFound) {
  AppendMany(3);
  // Somebody who knows the format makes a leaf that is right in itself.
  ASSERT_OK_AND_ASSIGN(Entry entry, DecodeLeaf(Leaves()[1].bytes));
  entry.event.actor = "somebody else";
  ASSERT_OK_AND_ASSIGN(const std::string bytes, EncodeLeaf(entry));
  TamperBlob("UPDATE audit_leaf SET bytes = ? WHERE seq = ?", bytes, 1);
  TamperBlob("UPDATE audit_leaf SET leaf_hash = ? WHERE seq = ?",
             crypto::LeafHash(bytes).ToString(), 1);
  EXPECT_THAT(Verify(), StatusIs(absl::StatusCode::kDataLoss, HasSubstr("entry 2")));
}

TEST_F(AuditLogTest, AnEntryTakenOutIsFoundAndNamed) {
  AppendMany(5);
  Tamper("DELETE FROM audit_leaf WHERE seq = 2");
  EXPECT_THAT(Verify(), HasProblem("FW-AUD-001"));
  EXPECT_THAT(Verify(), StatusIs(absl::StatusCode::kDataLoss, HasSubstr("entry 2")));
}

TEST_F(AuditLogTest, TheLastEntryTakenOutIsFound) {
  AppendMany(5);
  Tamper("DELETE FROM audit_leaf WHERE seq = 4");
  EXPECT_THAT(Verify(), StatusIs(absl::StatusCode::kDataLoss, HasSubstr("entry 4")));
}

TEST_F(AuditLogTest, AFlippedByteInTheHeadIsFound) {
  AppendMany(6);
  std::optional<store::AuditHead> head;
  ASSERT_OK(store_.db().Read([&](store::ReadTxn& txn) {
    head = *store::GetAuditHead(txn);
    return absl::OkStatus();
  }));
  for (size_t at = 0; at < head->frontier.size(); at += 3) {
    std::string bytes = head->frontier;
    bytes[at] ^= 0x01;
    TamperBlob("UPDATE audit_head SET frontier = ? WHERE id = ?", bytes, 1);
    EXPECT_THAT(Verify(), StatusIs(absl::StatusCode::kDataLoss)) << at;
  }
  TamperBlob("UPDATE audit_head SET frontier = ? WHERE id = ?", head->frontier, 1);
  TamperBlob("UPDATE audit_head SET last_leaf_hash = ? WHERE id = ?", std::string(32, 'x'), 1);
  EXPECT_THAT(Verify(), StatusIs(absl::StatusCode::kDataLoss, HasSubstr("head")));
  Tamper("DELETE FROM audit_head");
  EXPECT_THAT(Verify(), StatusIs(absl::StatusCode::kDataLoss, HasSubstr("head")));
}

class CheckpointerTest : public AuditLogTest {
 protected:
  CheckpointerTest() : checkpointer_(store_.db(), kOrigin, key_, clock_) {}

  std::vector<store::AuditCheckpoint> Checkpoints() {
    std::vector<store::AuditCheckpoint> checkpoints;
    EXPECT_OK(store_.db().Read([&](store::ReadTxn& txn) {
      checkpoints = *store::AuditCheckpoints(txn);
      return absl::OkStatus();
    }));
    return checkpoints;
  }
  void StepUntilIdle() {
    while (checkpointer_.Step(clock_.Now()) <= clock_.Now()) {
    }
  }

  Checkpointer checkpointer_;
};

TEST_F(CheckpointerTest, SignsWhatVerifies) {
  AppendMany(10);
  ASSERT_OK(checkpointer_.SignNow());
  ASSERT_OK(checkpointer_.SignNow());  // nothing new: no second one
  AppendMany(3);
  ASSERT_OK(checkpointer_.SignNow());
  AppendMany(1);
  ASSERT_OK_AND_ASSIGN(const VerifiedLog verified, Verify());
  EXPECT_EQ(verified.checkpoints, 2u);
  EXPECT_EQ(verified.signed_size, 13u);
  EXPECT_EQ(verified.size, 14u);
  ASSERT_OK_AND_ASSIGN(const crypto::Checkpoint opened,
                       crypto::OpenCheckpoint(Checkpoints()[0].note, kOrigin, key_.public_key()));
  EXPECT_EQ(opened.size, 10u);
}

TEST_F(CheckpointerTest, SignsFirstAndThenAfterItsPeriod) {
  StepUntilIdle();
  EXPECT_EQ(Checkpoints().size(), 0u);
  AppendMany(2);
  StepUntilIdle();
  EXPECT_EQ(Checkpoints().size(), 1u);
  AppendMany(2);
  clock_.Advance(kCheckpointPeriod - absl::Milliseconds(1));
  StepUntilIdle();
  EXPECT_EQ(Checkpoints().size(), 1u);
  clock_.Advance(absl::Milliseconds(1));
  StepUntilIdle();
  EXPECT_EQ(Checkpoints().size(), 2u);
  clock_.Advance(kCheckpointPeriod);
  StepUntilIdle();
  EXPECT_EQ(Checkpoints().size(), 2u);  // nothing new
}

TEST_F(CheckpointerTest, SignsAfterSoManyLeavesAtOnce) {
  AppendMany(1);
  StepUntilIdle();
  ASSERT_OK(store_.db().Write([&](store::Txn& txn) -> absl::Status {
    for (uint64_t i = 0; i < kLeavesPerCheckpoint - 1; ++i) {
      absl::Status s = log_.Append(txn, Event()).status();
      if (!s.ok()) return s;
    }
    return absl::OkStatus();
  }));
  StepUntilIdle();
  EXPECT_EQ(Checkpoints().size(), 1u);
  AppendMany(1);
  StepUntilIdle();
  EXPECT_EQ(Checkpoints().size(), 2u);
}

TEST_F(CheckpointerTest, ReadsALongLogInStretches) {
  const size_t count = 2 * Checkpointer::kLeavesPerStep + 1;
  ASSERT_OK(store_.db().Write([&](store::Txn& txn) -> absl::Status {
    for (size_t i = 0; i < count; ++i) {
      absl::Status s = log_.Append(txn, Event()).status();
      if (!s.ok()) return s;
    }
    return absl::OkStatus();
  }));
  EXPECT_LE(checkpointer_.Step(clock_.Now()), clock_.Now());
  EXPECT_EQ(Checkpoints().size(), 0u);
  StepUntilIdle();
  ASSERT_EQ(Checkpoints().size(), 1u);
  EXPECT_EQ(Checkpoints()[0].size, count);
  EXPECT_OK(Verify());
}

TEST_F(CheckpointerTest, DoesNotSignOverATamperedLeaf) {
  AppendMany(5);
  std::string bytes = Leaves()[2].bytes;
  bytes[9] ^= 1;
  TamperBlob("UPDATE audit_leaf SET bytes = ? WHERE seq = ?", bytes, 2);
  EXPECT_THAT(checkpointer_.SignNow(), HasProblem("FW-AUD-002"));
  EXPECT_THAT(checkpointer_.health(), HasProblem("FW-AUD-002"));
  EXPECT_EQ(checkpointer_.Step(clock_.Now()), absl::InfiniteFuture());
  EXPECT_EQ(Checkpoints().size(), 0u);
}

TEST_F(CheckpointerTest, DoesNotSignOverATamperedHead) {
  AppendMany(5);
  std::optional<store::AuditHead> head;
  ASSERT_OK(store_.db().Read([&](store::ReadTxn& txn) {
    head = *store::GetAuditHead(txn);
    return absl::OkStatus();
  }));
  head->frontier.back() ^= 1;
  TamperBlob("UPDATE audit_head SET frontier = ? WHERE id = ?", head->frontier, 1);
  EXPECT_THAT(checkpointer_.SignNow(), HasProblem("FW-AUD-002"));
}

TEST_F(CheckpointerTest, DoesNotSignALogThatBecameShorter) {
  AppendMany(5);
  ASSERT_OK(checkpointer_.SignNow());
  Tamper("DELETE FROM audit_leaf");
  Tamper("DELETE FROM audit_head");
  EXPECT_THAT(checkpointer_.SignNow(), HasProblem("FW-AUD-002"));
  // Neither does one that starts afterwards: the checkpoint is still there.
  Checkpointer fresh(store_.db(), kOrigin, key_, clock_);
  AppendMany(1);
  EXPECT_THAT(fresh.SignNow(), HasProblem("FW-AUD-002"));
  EXPECT_THAT(Verify(), HasProblem("FW-AUD-001"));
}

TEST_F(CheckpointerTest, AFlippedByteInACheckpointIsFoundAndTheCheckpointNamed) {
  AppendMany(4);
  ASSERT_OK(checkpointer_.SignNow());
  const std::string note = Checkpoints()[0].note;
  for (size_t at = 0; at < note.size(); at += 7) {
    std::string other = note;
    other[at] = other[at] == 'A' ? 'B' : 'A';
    ASSERT_OK(store_.db().Write([&](store::Txn& txn) {
      return store::Statement(txn, "UPDATE audit_checkpoint SET note = ?").Text(other).Run();
    }));
    EXPECT_THAT(Verify(), StatusIs(absl::StatusCode::kDataLoss, HasSubstr("checkpoint 4"))) << at;
  }
}

TEST_F(CheckpointerTest, ACheckpointOfAnotherKeyOriginOrSizeIsFound) {
  AppendMany(4);
  ASSERT_OK(checkpointer_.SignNow());
  absl::Status status;
  ASSERT_OK(store_.db().Read([&](store::ReadTxn& txn) {
    status = VerifyLog(txn, "fairway/other/node-1", key_.public_key()).status();
    return absl::OkStatus();
  }));
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kDataLoss, HasSubstr("checkpoint 4")));
  const crypto::SigningKey other = crypto::SigningKey::FromSeed(std::string(32, 'o'));
  ASSERT_OK(store_.db().Read([&](store::ReadTxn& txn) {
    status = VerifyLog(txn, kOrigin, other.public_key()).status();
    return absl::OkStatus();
  }));
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kDataLoss, HasSubstr("checkpoint 4")));
  Tamper("UPDATE audit_checkpoint SET size = 3");
  EXPECT_THAT(Verify(), StatusIs(absl::StatusCode::kDataLoss, HasSubstr("checkpoint 3")));
  Tamper("UPDATE audit_checkpoint SET size = 9");
  EXPECT_THAT(Verify(), StatusIs(absl::StatusCode::kDataLoss, HasSubstr("entry 4")));
}

}  // namespace
}  // namespace fairway::audit
