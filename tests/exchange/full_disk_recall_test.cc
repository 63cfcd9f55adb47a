// A full disk must not keep content alive: recalls go through when nothing else does.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "crypto/ed25519.h"
#include "crypto/secret_bytes.h"
#include "node/audit/audit_log.h"
#include "node/authz/authorizer.h"
#include "node/authz/policy_slot.h"
#include "node/exchange/recaller.h"
#include "node/exchange/receiver.h"
#include "node/store/database.h"
#include "node/store/item_table.h"
#include "node/store/manifest_table.h"
#include "node/store/node_table.h"
#include "node/store/peer_table.h"
#include "node/store/recall_table.h"
#include "node/store/wal_keeper.h"
#include "tests/simulation/fault_vfs.h"
#include "tests/support/exchange/hand_peer.h"
#include "tests/support/manual_clock.h"
#include "tests/support/seeded_entropy.h"
#include "tests/support/status_matchers.h"

namespace fairway::exchange {
namespace {

using ::fairway::testing::HandPeer;
using ::fairway::testing::HasProblem;
using ::fairway::testing::ItemNumbered;

class FullDiskRecallTest : public ::testing::Test {
 protected:
  static constexpr uint64_t kBallast = 2 << 20;

  void SetUp() override {
    auto opened = store::Database::Open({"node.db", key_, disk_.name(), true, kBallast});
    ASSERT_OK(opened);
    db_ = *std::move(opened);
    ASSERT_OK(db_->Write([&](store::Txn& txn) -> absl::Status {
      absl::Status status =
          store::PutManifest(txn, {.manifest = rio_.manifest(),
                                   .object = rio_.id().digest,
                                   .signed_bytes = crypto::EncodeSigned(rio_.signed_manifest()),
                                   .stored_at = clock_.Now()});
      if (!status.ok()) return status;
      model::Peer peer;
      peer.id = rio_.id();
      peer.name = rio_.name();
      peer.state = model::PeerState::kActive;
      peer.manifest = rio_.manifest();
      peer.since = clock_.Now();
      return store::PutPeer(txn, peer);
    }));
    audit_ = std::make_unique<audit::AuditLog>(clock_, entropy_);
    receiver_ = std::make_unique<Receiver>(*db_, authorizer_, *audit_);
  }

  void FillUp() {
    disk_.LimitFreeBytes(200'000);
    absl::Status status;
    for (int i = 0; i < 100 && status.ok(); ++i) {
      status = db_->Write([&](store::Txn& txn) {
        return store::PutSetting(txn, "fill", std::string(100'000, 'x') + std::to_string(i));
      });
    }
    ASSERT_THAT(status, HasProblem("FW-DB-004"));
  }

  absl::StatusOr<Accepted> Give(const wire::BatchFrame& frame) {
    model::Peer from;
    EXPECT_OK(db_->Read([&](store::ReadTxn& txn) -> absl::Status {
      auto peer = store::GetPeer(txn, rio_.id());
      if (peer.ok()) from = **peer;
      return peer.status();
    }));
    return receiver_->Accept(from, frame, clock_.Now());
  }

  std::optional<store::StoredRevision> Revision(const HandPeer::Sent& sent) {
    std::optional<store::StoredRevision> revision;
    EXPECT_OK(db_->Read([&](store::ReadTxn& txn) -> absl::Status {
      auto found = store::GetRevision(txn, sent.record.object);
      if (found.ok()) revision = *found;
      return found.status();
    }));
    return revision;
  }

  const crypto::SecretBytes key_ = crypto::SecretBytes::CopyOf("0123456789abcdef0123456789abcdef");
  simulation::FaultVfs disk_{"full-disk-recall", 1};
  testing::ManualClock clock_;
  testing::SeededEntropy entropy_{1};
  HandPeer rio_{"rio-police"};
  const HandPeer self_{"santos-port"};
  authz::PolicySlot slot_;
  const authz::Authorizer authorizer_{slot_, self_.id()};
  std::unique_ptr<store::Database> db_;
  std::unique_ptr<audit::AuditLog> audit_;
  std::unique_ptr<Receiver> receiver_;
};

TEST_F(FullDiskRecallTest, APeersRecallIsTakenAndAnsweredWhenNoItemIs) {
  const HandPeer::Sent put = rio_.Item(ItemNumbered(1), "Broken seals");
  ASSERT_OK(Give(rio_.Batch(self_.id(), {put})));
  FillUp();
  const wire::BatchFrame recall =
      rio_.Batch(self_.id(), {rio_.Recall(rio_.Withdraw(ItemNumbered(1)))});
  ASSERT_OK_AND_ASSIGN(const Accepted accepted, Give(recall));
  EXPECT_EQ(accepted.receipt.entries[0].outcome, model::Outcome::kStored);
  EXPECT_TRUE(Revision(put)->erased);
  EXPECT_THAT(Give(rio_.Batch(self_.id(), {rio_.Item(ItemNumbered(2), "No room")})),
              HasProblem("FW-DB-004"));
}

TEST_F(FullDiskRecallTest, ARecallGoesThroughTogetherWithARecordWhoseItemIsNotGivenAnyMore) {
  FillUp();
  HandPeer::Sent withheld = rio_.Item(ItemNumbered(1), "Recalled before it went");
  withheld.rendition.reset();
  ASSERT_OK_AND_ASSIGN(
      const Accepted accepted,
      Give(rio_.Batch(self_.id(), {withheld, rio_.Recall(rio_.Withdraw(ItemNumbered(1)))})));
  EXPECT_EQ(accepted.receipt.entries[0].outcome, model::Outcome::kNoContent);
  EXPECT_EQ(accepted.receipt.entries[1].outcome, model::Outcome::kStored);
}

TEST_F(FullDiskRecallTest, ARecallBesideAnItemTakesEffectWhileTheReceiptWaits) {
  const HandPeer::Sent put = rio_.Item(ItemNumbered(1), "Broken seals");
  ASSERT_OK(Give(rio_.Batch(self_.id(), {put})));
  FillUp();
  const wire::BatchFrame both = rio_.Batch(
      self_.id(),
      {rio_.Item(ItemNumbered(2), "No room"), rio_.Recall(rio_.Withdraw(ItemNumbered(1)))});
  EXPECT_THAT(Give(both), HasProblem("FW-DB-004"));
  EXPECT_TRUE(Revision(put)->erased);

  disk_.HealFaults();
  store::WalKeeper(*db_).Step(absl::UnixEpoch());
  ASSERT_OK_AND_ASSIGN(const Accepted accepted, Give(both));
  for (const auto& entry : accepted.receipt.entries) {
    EXPECT_EQ(entry.outcome, model::Outcome::kStored);
  }
  size_t leaves = 0;
  EXPECT_OK(db_->Read([&](store::ReadTxn& txn) -> absl::Status {
    auto entries = audit::ListEntries(txn, 0, 1000);
    if (!entries.ok()) return entries.status();
    for (const audit::Entry& entry : *entries) {
      leaves += entry.event.kind == audit::EventKind::kItemRecalled;
    }
    return absl::OkStatus();
  }));
  EXPECT_EQ(leaves, 1u) << "it took effect once";
}

TEST_F(FullDiskRecallTest, RecallsOfWhatIsNotHereLeaveHalfOfTheReserveToThoseOfWhatIs) {
  const HandPeer::Sent put = rio_.Item(ItemNumbered(1), "Broken seals");
  ASSERT_OK(Give(rio_.Batch(self_.id(), {put})));
  FillUp();
  absl::Status status;
  uint64_t number = 100;
  for (int batch = 0; batch < 100 && status.ok(); ++batch) {
    std::vector<HandPeer::Sent> recalls;
    while (recalls.size() < model::kMaxBatchRecords) {
      recalls.push_back(rio_.Recall(rio_.Withdraw(ItemNumbered(number++))));
    }
    status = Give(rio_.Batch(self_.id(), recalls)).status();
  }
  rio_.Unsend();
  ASSERT_THAT(status, HasProblem("FW-DB-004"));
  EXPECT_GE(db_->health().ballast_bytes, kBallast / 2);
  ASSERT_OK(Give(rio_.Batch(self_.id(), {rio_.Recall(rio_.Withdraw(ItemNumbered(1)))})));
  EXPECT_TRUE(Revision(put)->erased);
}

TEST_F(FullDiskRecallTest, AnOfficersRecallGoesThrough) {
  const HandPeer::Sent own = self_.Item(ItemNumbered(7), "Own");
  ASSERT_OK(db_->Write([&](store::Txn& txn) {
    store::StoredRevision revision{.object = own.record.object,
                                   .body = own.body,
                                   .signed_bytes = own.rendition->signed_item,
                                   .received_from = std::nullopt,
                                   .stored_at = clock_.Now(),
                                   .terms = {}};
    return store::PutRevision(txn, revision, own.rendition->parts).status();
  }));
  FillUp();
  Recaller recaller(*db_, *audit_,
                    {.authority = self_.id(), .manifest_version = 1, .item_key = self_.item_key()},
                    clock_, nullptr);
  const model::Caller officer{.user = "otto", .uid = 1, .roles = {model::Role::kOfficer}};
  EXPECT_OK(recaller.Recall(officer, {.origin = self_.id(),
                                      .item = ItemNumbered(7),
                                      .grade = model::RecallGrade::kPurge,
                                      .reason = model::RecallReason::kLegal,
                                      .note = ""}));
  EXPECT_TRUE(Revision(own)->erased);
}

}  // namespace
}  // namespace fairway::exchange
