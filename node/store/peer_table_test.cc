#include "node/store/peer_table.h"

#include <gtest/gtest.h>

#include <string>

#include "node/store/invitation_table.h"
#include "node/store/manifest_table.h"
#include "node/store/stored_peer_directory.h"
#include "node/store/user_table.h"
#include "tests/support/scratch_store.h"
#include "tests/support/status_matchers.h"

namespace fairway::store {
namespace {

using ::fairway::testing::ScratchStore;
using ::fairway::testing::StatusIs;

constexpr absl::Time kDay = absl::FromUnixSeconds(1767225600);

model::AuthorityId Authority(const std::string& name) { return {crypto::Sha256(name)}; }

model::Peer PeerCalled(const std::string& name, const std::string& authority) {
  model::Peer peer;
  peer.id = Authority(authority);
  peer.name = name;
  peer.state = model::PeerState::kActive;
  peer.endpoint = "port.example:7443";
  peer.since = kDay;
  peer.we_dial = true;
  return peer;
}

crypto::PublicKey KeyNumber(char c) {
  return crypto::SigningKey::FromSeed(std::string(32, c)).public_key();
}

ManifestRow ManifestOfVersion(const std::string& authority, uint64_t version) {
  ManifestRow row;
  row.manifest.id = Authority(authority);
  row.manifest.version = version;
  row.manifest.root_keys = {KeyNumber('r'), KeyNumber('R')};
  row.manifest.keys = {{model::KeyPurpose::kItem, KeyNumber('i')},
                       {model::KeyPurpose::kNode, KeyNumber('n')},
                       {model::KeyPurpose::kLog, KeyNumber('l')},
                       {model::KeyPurpose::kTls, KeyNumber('t')}};
  row.manifest.display_name = "Port of Mombasa";
  row.manifest.country = "KE";
  row.manifest.endpoints = {"a.example:1", "b.example:2"};
  row.object = crypto::Sha256(authority + std::to_string(version));
  const crypto::SigningKey key = crypto::SigningKey::FromSeed(std::string(32, 's'));
  row.signed_bytes = crypto::EncodeSigned(crypto::Seal(crypto::kTypeManifest, "body", key));
  row.stored_at = kDay;
  return row;
}

class PeerTableTest : public ::testing::Test {
 protected:
  absl::Status Put(const model::Peer& peer) {
    return store_.db().Write([&](Txn& txn) { return PutPeer(txn, peer); });
  }
  absl::Status Put(const ManifestRow& row) {
    return store_.db().Write([&](Txn& txn) { return PutManifest(txn, row); });
  }

  ScratchStore store_;
  StoredPeerDirectory directory_{store_.db()};
};

TEST_F(PeerTableTest, TheDirectoryShowsPeersWithNewestAttributesAndManifestAsSoonAsCommitted) {
  EXPECT_TRUE(directory_.All().empty());
  ASSERT_OK(Put(PeerCalled("mombasa-port", "m")));
  ASSERT_OK(Put(ManifestOfVersion("m", 1)));
  ASSERT_OK(Put(ManifestOfVersion("m", 2)));
  model::PeerAttributes attributes{"KE", "port-police", "2", {"x", "y"}, {"z"}, {}, {"blue"}, 77};
  ASSERT_OK(store_.db().Write([&](Txn& txn) {
    EXPECT_EQ(*SetPeerAttributes(txn, Authority("m"), attributes, kDay), 1u);
    attributes.tier = "3";
    EXPECT_EQ(*SetPeerAttributes(txn, Authority("m"), attributes, kDay), 2u);
    return absl::OkStatus();
  }));
  model::Peer want = PeerCalled("mombasa-port", "m");
  want.manifest = ManifestOfVersion("m", 2).manifest;
  want.attributes = attributes;
  want.attributes.version = 2;
  EXPECT_EQ(directory_.Find(Authority("m")), want);
  EXPECT_EQ(directory_.FindByName("mombasa-port"), want);
  EXPECT_EQ(directory_.All(), std::vector<model::Peer>{want});
  EXPECT_EQ(directory_.Find(Authority("x")), std::nullopt);
  EXPECT_EQ(directory_.FindByName("x"), std::nullopt);
  ASSERT_OK(store_.db().Read([&](ReadTxn& txn) {
    EXPECT_EQ((*GetPeerAttributes(txn, Authority("m"), 1))->tier, "2");
    EXPECT_EQ(*GetPeerAttributes(txn, Authority("m"), 3), std::nullopt);
    return absl::OkStatus();
  }));
}

TEST_F(PeerTableTest, AChangeThatIsNotCommittedIsNotSeen) {
  ASSERT_OK(Put(PeerCalled("mombasa-port", "m")));
  EXPECT_FALSE(store_.db()
                   .Write([&](Txn& txn) -> absl::Status {
                     EXPECT_OK(SetPeerState(txn, Authority("m"), model::PeerState::kRemoved, kDay));
                     EXPECT_EQ((*GetPeer(txn, Authority("m")))->state, model::PeerState::kRemoved);
                     EXPECT_EQ(directory_.Find(Authority("m"))->state, model::PeerState::kActive);
                     return absl::AbortedError("no");
                   })
                   .ok());
  EXPECT_EQ(directory_.Find(Authority("m"))->state, model::PeerState::kActive);
}

TEST_F(PeerTableTest, ARemovedPeerIsNotListedButStillHasItsName) {
  ASSERT_OK(Put(PeerCalled("mombasa-port", "m")));
  ASSERT_OK(store_.db().Write([&](Txn& txn) {
    return SetPeerState(txn, Authority("m"), model::PeerState::kRemoved, kDay + absl::Hours(1));
  }));
  EXPECT_TRUE(directory_.All().empty());
  EXPECT_EQ(directory_.Find(Authority("m"))->name, "mombasa-port");
}

TEST_F(PeerTableTest, ANameIsNeverReusedForAnotherAuthority) {
  ASSERT_OK(Put(PeerCalled("mombasa-port", "m")));
  EXPECT_THAT(Put(PeerCalled("mombasa-port", "x")), StatusIs(absl::StatusCode::kAlreadyExists));
  ASSERT_OK(Put(PeerCalled("mombasa-harbour", "m")));
  EXPECT_THAT(Put(PeerCalled("mombasa-port", "x")), StatusIs(absl::StatusCode::kAlreadyExists));
  EXPECT_OK(Put(PeerCalled("mombasa-port", "m")));
}

TEST_F(PeerTableTest, WhatIsSetOnAPeerThatIsNotThereIsRefused) {
  EXPECT_THAT(store_.db().Write([&](Txn& txn) {
    return SetPeerState(txn, Authority("x"), model::PeerState::kActive, kDay);
  }),
              StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(store_.db().Write([&](Txn& txn) {
    return SetPeerAttributes(txn, Authority("x"), {}, kDay).status();
  }),
              StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(PeerTableTest, ManifestsAreKeptForEverAndOneVersionHasOneObject) {
  ASSERT_OK(Put(ManifestOfVersion("m", 1)));
  ASSERT_OK(Put(ManifestOfVersion("m", 1)));  // the same again
  ASSERT_OK(Put(ManifestOfVersion("m", 2)));
  ManifestRow other = ManifestOfVersion("m", 1);
  other.object = crypto::Sha256("another");
  EXPECT_THAT(Put(other), StatusIs(absl::StatusCode::kAlreadyExists));
  const auto found = directory_.ManifestOf(Authority("m"), 1);
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->first, ManifestOfVersion("m", 1).manifest);
  EXPECT_EQ(crypto::EncodeSigned(found->second), ManifestOfVersion("m", 1).signed_bytes);
  EXPECT_FALSE(directory_.ManifestOf(Authority("m"), 3).has_value());
  EXPECT_FALSE(directory_.ManifestOf(Authority("x"), 1).has_value());
}

TEST_F(PeerTableTest, UsersAreFoundByUidUntilTheyAreDisabled) {
  const auto write = [&](auto change, const UserRow& row) {
    return store_.db().Write([&](Txn& txn) { return change(txn, row); });
  };
  UserRow amina{"amina", 1001, {model::Role::kOfficer, model::Role::kAuditor}, false, kDay};
  ASSERT_OK(write(&AddUser, amina));
  EXPECT_THAT(write(&AddUser, amina), StatusIs(absl::StatusCode::kAlreadyExists));
  UserRow brian{"brian", 1001, {}, false, kDay};
  EXPECT_THAT(write(&AddUser, brian), StatusIs(absl::StatusCode::kAlreadyExists));
  EXPECT_THAT(write(&UpdateUser, brian), StatusIs(absl::StatusCode::kNotFound));
  std::optional<UserRow> found;
  const auto find = [&] {
    EXPECT_OK(store_.db().Read([&](ReadTxn& txn) {
      found = *FindUserByUid(txn, 1001);
      return absl::OkStatus();
    }));
  };
  find();
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->name, "amina");
  EXPECT_EQ(found->roles, amina.roles);
  amina.disabled = true;
  ASSERT_OK(write(&UpdateUser, amina));
  find();
  EXPECT_FALSE(found.has_value());
  ASSERT_OK(write(&AddUser, brian));
  find();
  EXPECT_EQ(found->name, "brian");
  ASSERT_OK(store_.db().Read([&](ReadTxn& txn) {
    EXPECT_EQ(AllUsers(txn)->size(), 2u);
    EXPECT_TRUE((*GetUser(txn, "amina"))->disabled);
    return absl::OkStatus();
  }));
}

TEST_F(PeerTableTest, AnInvitationIsOpenUntilItIsUsed) {
  Invitation invitation{std::string(16, 'i'),
                        InvitationSide::kGiven,
                        InvitationState::kOpen,
                        "durban",
                        "secret",
                        "a:1",
                        "amina",
                        kDay,
                        kDay + absl::Hours(1),
                        std::nullopt,
                        std::nullopt};
  ASSERT_OK(store_.db().Write([&](Txn& txn) { return PutInvitation(txn, invitation); }));
  EXPECT_THAT(store_.db().Write([&](Txn& txn) { return PutInvitation(txn, invitation); }),
              StatusIs(absl::StatusCode::kAlreadyExists));
  invitation.state = InvitationState::kUsed;
  invitation.secret.clear();
  invitation.peer = Authority("d");
  invitation.transcript = crypto::Sha256("words");
  ASSERT_OK(store_.db().Read([&](ReadTxn& txn) {
    EXPECT_EQ(OpenInvitations(txn)->size(), 1u);
    return absl::OkStatus();
  }));
  ASSERT_OK(store_.db().Write([&](Txn& txn) { return UpdateInvitation(txn, invitation); }));
  ASSERT_OK(store_.db().Read([&](ReadTxn& txn) {
    EXPECT_EQ(OpenInvitations(txn)->size(), 0u);
    EXPECT_EQ(AllInvitations(txn)->size(), 1u);
    const auto found = *InvitationOfPeer(txn, Authority("d"));
    EXPECT_EQ(found->transcript, invitation.transcript);
    EXPECT_EQ(found->secret, "");
    EXPECT_EQ(found->expires_at, kDay + absl::Hours(1));
    EXPECT_EQ((*GetInvitation(txn, invitation.id))->peer_name, "durban");
    return absl::OkStatus();
  }));
}

}  // namespace
}  // namespace fairway::store
