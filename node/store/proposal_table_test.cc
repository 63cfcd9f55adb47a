#include "node/store/proposal_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "node/store/policy_table.h"
#include "tests/support/scratch_store.h"
#include "tests/support/status_matchers.h"

namespace fairway::store {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const absl::Time kThen = absl::FromUnixSeconds(1767225600);

Proposal Proposed(const std::string& author) {
  Proposal proposal;
  proposal.file_name = "policy.fpol";
  proposal.text = "policy \"x\"";
  proposal.policy_hash = crypto::Sha256("canonical");
  proposal.profile_hash = crypto::Sha256("profile");
  proposal.author = author;
  proposal.reason = "an agreement";
  proposal.created_at = kThen;
  proposal.preview_digest = crypto::Sha256("preview");
  proposal.gains = std::string("\0gains", 6);
  return proposal;
}

class ProposalTableTest : public ::testing::Test {
 protected:
  void Write(const WriteJob& job) { ASSERT_OK(store.db().Write(job)); }
  void Read(const ReadJob& job) { ASSERT_OK(store.db().Read(job)); }

  testing::ScratchStore store;
};

TEST_F(ProposalTableTest, AProposalKeepsWhatWasProposedAndChangesItsState) {
  Proposal first = Proposed("ada");
  Write([&](Txn& txn) -> absl::Status {
    first.number = *AppendProposal(txn, first);
    return AppendProposal(txn, Proposed("ben")).status();
  });
  EXPECT_EQ(first.number, 1u);
  Proposal closed = first;
  closed.state = ProposalState::kRejected;
  closed.closed_at = kThen + absl::Hours(1);
  closed.closed_by = "cy";
  closed.closed_reason = "too wide";
  closed.text = "another text";
  Write([&](Txn& txn) { return UpdateProposal(txn, closed); });
  closed.text = first.text;
  Read([&](ReadTxn& txn) {
    EXPECT_EQ(**GetProposal(txn, 1), closed);
    EXPECT_FALSE(GetProposal(txn, 3)->has_value());
    EXPECT_THAT(*Proposals(txn, 10), SizeIs(2));
    EXPECT_EQ(Proposals(txn, 1)->front().author, "ben");
    EXPECT_THAT(*OpenProposals(txn), SizeIs(1));
    return absl::OkStatus();
  });
  closed.number = 9;
  EXPECT_TRUE(
      absl::IsNotFound(store.db().Write([&](Txn& txn) { return UpdateProposal(txn, closed); })));
}

TEST_F(ProposalTableTest, OneUsersSecondApprovalTakesThePlaceOfTheFirst) {
  Approval by_ben{.proposal = 1,
                  .user = "ben",
                  .roles = {"administrator", "commander"},
                  .preview_digest = crypto::Sha256("old"),
                  .at = kThen};
  Approval by_cy = by_ben;
  by_cy.user = "cy";
  by_cy.at = kThen + absl::Seconds(1);
  Write([&](Txn& txn) -> absl::Status {
    if (auto added = AppendProposal(txn, Proposed("ada")); !added.ok()) return added.status();
    for (const Approval& each : {by_ben, by_cy}) {
      if (absl::Status put = PutApproval(txn, each); !put.ok()) return put;
    }
    by_ben.preview_digest = crypto::Sha256("new");
    by_ben.at = kThen + absl::Seconds(2);
    return PutApproval(txn, by_ben);
  });
  Read([&](ReadTxn& txn) {
    EXPECT_THAT(*ApprovalsOf(txn, 1), ElementsAre(by_cy, by_ben));
    EXPECT_THAT(*ApprovalsOf(txn, 2), IsEmpty());
    return absl::OkStatus();
  });
}

TEST_F(ProposalTableTest, ARecordLiesBesideItsVersion) {
  PolicyRecord record;
  record.number = 1;
  record.kind = PolicyChange::kRollback;
  record.of_version = 7;
  record.author = "ada";
  record.alone = true;
  record.signed_bytes = "signed";
  Write([&](Txn& txn) -> absl::Status {
    PolicyRow row;
    row.file_name = "x.fpol";
    row.applied_at = kThen;
    if (auto number = AppendPolicy(txn, row); !number.ok()) return number.status();
    return PutPolicyRecord(txn, record);
  });
  Read([&](ReadTxn& txn) {
    EXPECT_EQ(**GetPolicyRecord(txn, 1), record);
    EXPECT_FALSE(GetPolicyRecord(txn, 2)->has_value());
    return absl::OkStatus();
  });
}

TEST_F(ProposalTableTest, AShadowKeepsItsFirstHundredDifferencesAndStartsAfresh) {
  Shadow shadow{.proposal = 1,
                .started_by = "ada",
                .started_at = kThen,
                .ends_at = kThen + absl::Hours(24),
                .ended_at = std::nullopt,
                .ended_by = "",
                .seen_seq = 4,
                .decisions = 0,
                .differences = 0};
  const ShadowDifference difference{.peer = {crypto::Sha256("peer")},
                                    .object = crypto::Sha256("item"),
                                    .before = "withhold by default",
                                    .after = "release by all",
                                    .at = kThen};
  Write([&](Txn& txn) -> absl::Status {
    if (auto added = AppendProposal(txn, Proposed("ada")); !added.ok()) return added.status();
    if (absl::Status started = StartShadow(txn, shadow); !started.ok()) return started;
    shadow.decisions = 300;
    shadow.differences = 99;
    if (absl::Status kept = UpdateShadow(txn, shadow, std::vector(99, difference)); !kept.ok()) {
      return kept;
    }
    shadow.differences = 102;
    return UpdateShadow(txn, shadow, std::vector(3, difference));
  });
  Read([&](ReadTxn& txn) {
    EXPECT_EQ(**GetShadow(txn, 1), shadow);
    EXPECT_THAT(*RunningShadows(txn), SizeIs(1));
    EXPECT_THAT(*ShadowDifferences(txn, 1), SizeIs(kMaxShadowDifferences));
    EXPECT_EQ(ShadowDifferences(txn, 1)->front(), difference);
    return absl::OkStatus();
  });
  shadow.ended_at = kThen + absl::Hours(24);
  shadow.ended_by = "node";
  Write([&](Txn& txn) { return UpdateShadow(txn, shadow, {}); });
  Read([&](ReadTxn& txn) {
    EXPECT_THAT(*RunningShadows(txn), IsEmpty());
    return absl::OkStatus();
  });
  shadow.ended_at.reset();
  Write([&](Txn& txn) { return StartShadow(txn, shadow); });
  Read([&](ReadTxn& txn) {
    EXPECT_THAT(*ShadowDifferences(txn, 1), IsEmpty());
    return absl::OkStatus();
  });
}

}  // namespace
}  // namespace fairway::store
