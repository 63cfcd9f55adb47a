#include "node/policyadmin/policy_registry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "node/authz/attributes.h"
#include "node/store/manifest_table.h"
#include "node/store/node_table.h"
#include "node/store/peer_table.h"
#include "node/store/policy_table.h"
#include "tests/support/manual_clock.h"
#include "tests/support/scratch_store.h"
#include "tests/support/status_matchers.h"

namespace fairway::policyadmin {
namespace {

using ::fairway::testing::HasProblem;
using ::testing::HasSubstr;
using ::testing::SizeIs;

constexpr char kOpen[] = R"(policy "open" version 1

permit all
  to      any peer
  may     replicate
  any item
  because "a test"
)";

model::PeerAttributes From(const std::string& country) {
  model::PeerAttributes attributes;
  attributes.country = country;
  return attributes;
}

class PolicyRegistryTest : public ::testing::Test {
 protected:
  PolicyRegistryTest() : registry(store.db(), slot, [this] { ++wakes; }) {}

  // What Proposals does in the end.
  absl::Status PutInForce(const std::string& text) { return PutInForce(text, registry); }
  absl::Status PutInForce(const std::string& text, PolicyRegistry& by) {
    return by.Change([&](store::Txn& txn) {
      return store::AppendPolicy(txn, {.number = 0,
                                       .file_name = "test.fpol",
                                       .text = text,
                                       .text_hash = {},
                                       .profile_text = ProfileText(),
                                       .profile_hash = {},
                                       .applied_at = clock.Now(),
                                       .applied_by = "ada"})
          .status();
    });
  }

  void AddPeer(const std::string& name, const std::string& country) {
    model::Peer peer;
    peer.id = {crypto::Sha256(name)};
    peer.name = name;
    peer.state = model::PeerState::kActive;
    peer.manifest.id = peer.id;
    peer.manifest.version = 1;
    peer.since = clock.Now();
    EXPECT_OK(store.db().Write([&](store::Txn& txn) -> absl::Status {
      absl::Status put = store::PutPeer(txn, peer);
      if (!put.ok()) return put;
      return store::SetPeerAttributes(txn, peer.id, From(country), clock.Now()).status();
    }));
  }

  testing::ScratchStore store;
  testing::ManualClock clock;
  authz::PolicySlot slot;
  int wakes = 0;
  PolicyRegistry registry;
};

TEST_F(PolicyRegistryTest, WithoutAPolicyThereIsNoneInForce) {
  EXPECT_OK(registry.Refresh());
  EXPECT_EQ(slot.Get(), nullptr);
}

TEST_F(PolicyRegistryTest, WhatIsStoredIsInForceAlsoAfterAStart) {
  ASSERT_OK(PutInForce(kOpen));
  EXPECT_EQ(wakes, 1);
  ASSERT_NE(slot.Get(), nullptr);
  EXPECT_EQ(slot.Get()->number, 1u);

  authz::PolicySlot later;
  PolicyRegistry again(store.db(), later, nullptr);
  EXPECT_OK(again.Refresh());
  ASSERT_NE(later.Get(), nullptr);
  EXPECT_EQ(later.Get()->policy->text(), kOpen);
}

TEST_F(PolicyRegistryTest, AChangeThatFailsLeavesTheOldOneInForce) {
  ASSERT_OK(PutInForce(kOpen));
  EXPECT_TRUE(absl::IsAborted(
      registry.Change([](store::Txn&) { return absl::AbortedError("not this time"); })));
  EXPECT_EQ(slot.Get()->number, 1u);
  EXPECT_EQ(wakes, 1);
}

TEST_F(PolicyRegistryTest, ATestThatFailsIsCounted) {
  AddPeer("dar-customs", "TZ");
  const std::string text = std::string(kOpen) + R"(
test "nothing for Dar"
  peer dar-customs
  action replicate
  item { kind: bulletin, tlp: GREEN, state: active, releasable-to: { ANY-MEMBER } }
  expect withhold by default
)";
  ASSERT_OK_AND_ASSIGN(const Checked checked, registry.Check("test.fpol", text));
  EXPECT_EQ(checked.failed_tests, 1u);
}

TEST_F(PolicyRegistryTest, APolicyForAnotherNodeIsRefusedAndOneForThisNodeIsNot) {
  ASSERT_OK(store.db().Write([](store::Txn& txn) {
    return store::PutNode(txn, {model::AuthorityId{}, "mombasa-port", 1, 0, absl::UnixEpoch()});
  }));
  const std::string text = kOpen;
  const auto ours = registry.Check(
      "p.fpol", "policy \"x\" for mombasa-port\n" + text.substr(text.find('\n') + 1));
  ASSERT_OK(ours.status());
  EXPECT_NE(ours->loaded.policy, nullptr);
  const auto theirs =
      registry.Check("p.fpol", "policy \"x\" for rio-port\n" + text.substr(text.find('\n') + 1));
  ASSERT_OK(theirs.status());
  EXPECT_EQ(theirs->loaded.policy, nullptr);
  EXPECT_EQ(theirs->loaded.diagnostics.front().code, "E122");
}

TEST_F(PolicyRegistryTest, NewNamesAreKnownAfterRefreshAndAreNotBefore) {
  constexpr char kNamed[] = R"(policy "named" version 1

permit dar
  to      peer dar-customs
  may     replicate
  any item
  because "a test"
)";
  ASSERT_OK_AND_ASSIGN(const Checked unknown, registry.Check("named.fpol", kNamed));
  EXPECT_EQ(unknown.loaded.policy, nullptr);
  AddPeer("dar-customs", "TZ");
  EXPECT_OK(PutInForce(kNamed));
  const model::AuthorityId dar{crypto::Sha256("dar-customs")};
  EXPECT_EQ(slot.Get()->attribute_versions.at(dar), 1u);
  EXPECT_OK(store.db().Write([&](store::Txn& txn) {
    return store::SetPeerAttributes(txn, dar, From("KE"), clock.Now()).status();
  }));
  EXPECT_EQ(slot.Get()->attribute_versions.at(dar), 1u);
  EXPECT_OK(registry.Refresh());
  EXPECT_EQ(slot.Get()->attribute_versions.at(dar), 2u);
  EXPECT_EQ(slot.Get()->number, 1u) << "the same policy, read again";
}

TEST_F(PolicyRegistryTest, AStoredPolicyThatDoesNotLoadIsNotTakenForNone) {
  ASSERT_OK(registry.Refresh());
  EXPECT_FALSE(slot.Look().unreadable);
  // As one that an older version applied and this one cannot read.
  ASSERT_OK(store.db().Write([&](store::Txn& txn) {
    return store::AppendPolicy(txn, {.number = 0,
                                     .file_name = "old.fpol",
                                     .text = "permit nonsense",
                                     .text_hash = {},
                                     .profile_text = ProfileText(),
                                     .profile_hash = {},
                                     .applied_at = clock.Now(),
                                     .applied_by = "ada"})
        .status();
  }));
  authz::PolicySlot later;
  PolicyRegistry again(store.db(), later, nullptr);
  EXPECT_THAT(again.Refresh(), HasProblem("FW-POL-001"));
  EXPECT_EQ(later.Get(), nullptr);
  EXPECT_TRUE(later.Look().unreadable);
  ASSERT_OK(PutInForce(kOpen, again));
  EXPECT_FALSE(later.Look().unreadable);
  EXPECT_NE(later.Get(), nullptr);
}

TEST_F(PolicyRegistryTest, ARemovedPeersNameStaysKnown) {
  AddPeer("dar-customs", "TZ");
  const model::AuthorityId dar{crypto::Sha256("dar-customs")};
  EXPECT_OK(store.db().Write([&](store::Txn& txn) {
    return store::SetPeerState(txn, dar, model::PeerState::kRemoved, clock.Now());
  }));
  EXPECT_OK(PutInForce(R"(policy "named" version 1

forbid dar
  to      peer dar-customs
  may     do anything
  any item
  because "a test"
)"));
}

}  // namespace
}  // namespace fairway::policyadmin
