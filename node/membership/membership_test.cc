#include "node/membership/membership.h"

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "crypto/envelope.h"
#include "crypto/spki.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "node/membership/new_authority.h"
#include "node/store/manifest_table.h"
#include "node/store/stored_peer_directory.h"
#include "node/wire/join_codec.h"
#include "node/wire/manifest_codec.h"
#include "tests/support/manual_clock.h"
#include "tests/support/scratch_store.h"
#include "tests/support/seeded_entropy.h"
#include "tests/support/status_matchers.h"

namespace fairway::membership {
namespace {

using ::fairway::testing::HasProblem;
using ::fairway::testing::StatusIs;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const model::Caller kAdmin{.user = "amina", .uid = 1, .roles = {model::Role::kAdministrator}};
const model::Caller kOfficer{.user = "otieno", .uid = 2, .roles = {model::Role::kOfficer}};

std::shared_ptr<const policy::Vocabulary> Words() {
  return policy::Vocabulary::Parse(std::string(policy::DefaultProfile())).vocabulary;
}

std::string Spoken(const crypto::CheckWords& words) { return absl::StrJoin(words.words, " "); }

// One authority with its database, as far as membership needs it.
class Node {
 public:
  Node(uint64_t seed, const std::string& name, const testing::ManualClock& clock,
       const std::vector<std::string>& endpoints = {"node.example:7443"})
      : entropy_(seed),
        authority(*CreateAuthority(entropy_, name, "KE", endpoints)),
        audit_(clock, entropy_) {
    store::ManifestRow row;
    row.manifest = authority.manifest;
    row.object = authority.manifest.id.digest;
    row.signed_bytes = crypto::EncodeSigned(authority.signed_manifest);
    row.stored_at = clock.Now();
    EXPECT_OK(store.db().Write([&](store::Txn& txn) { return store::PutManifest(txn, row); }));
    MembershipEvents events;
    events.peers_changed = [this] { ++changes; };
    events.close_peer = [this](const model::AuthorityId& id) { closed.push_back(id); };
    membership = std::make_unique<Membership>(store.db(), audit_, clock, entropy_, id(), Words(),
                                              std::move(events));
    EXPECT_OK(membership->Refresh());
  }

  model::AuthorityId id() const { return authority.manifest.id; }
  crypto::SpkiPin pin() const { return crypto::PinOfKey(authority.tls.public_key()); }

  // Kinds and outcomes of all leaves: "peer.invited ok".
  std::vector<std::string> Leaves() {
    std::vector<std::string> leaves;
    EXPECT_OK(store.db().Read([&](store::ReadTxn& txn) -> absl::Status {
      absl::StatusOr<std::vector<audit::Entry>> entries = audit::ListEntries(txn, 0, 1000);
      if (!entries.ok()) return entries.status();
      for (const audit::Entry& entry : *entries) {
        leaves.push_back(
            absl::StrCat(std::string(audit::ToText(entry.event.kind)), " ", entry.event.outcome));
      }
      return absl::OkStatus();
    }));
    return leaves;
  }

  std::string MustInvite(const std::string& name, absl::Duration life = absl::Hours(48)) {
    absl::StatusOr<Invited> invited = membership->Invite(kAdmin, name, {}, life);
    EXPECT_OK(invited);
    return invited.ok() ? invited->text : "";
  }

 private:
  testing::SeededEntropy entropy_;

 public:
  NewAuthority authority;
  testing::ScratchStore store;
  std::unique_ptr<Membership> membership;
  int changes = 0;
  std::vector<model::AuthorityId> closed;

 private:
  audit::AuditLog audit_;
};

// A wire without sockets: what the applicant's edge would do towards `inviter`.
class Wire : public Joiner {
 public:
  Wire(const Node& applicant, Node& inviter) : applicant_(applicant), inviter_(inviter) {}

  absl::StatusOr<std::string> Join(
      const std::string& endpoint, const crypto::SpkiPin& want,
      const std::function<std::string(const std::string& exporter32)>& make_request,
      std::string* exporter32) override {
    ++calls;
    endpoint_seen = endpoint;
    if (want != inviter_.pin()) return absl::UnauthenticatedError("another key");
    *exporter32 = exporter;
    JoinAttempt attempt;
    attempt.request = tamper_request(make_request(exporter));
    attempt.exporter32 = exporter_at_inviter.value_or(exporter);
    attempt.client_key32 =
        std::string(client_key.value_or(applicant_.authority.tls.public_key()).view());
    attempt.address = "192.0.2.7:50000";
    absl::StatusOr<std::string> answer = inviter_.membership->HandleJoin(attempt);
    if (!answer.ok() || lose_answer) return absl::UnavailableError("hung up");
    return tamper_answer(*answer);
  }

  int calls = 0;
  std::string endpoint_seen;
  std::string exporter = std::string(32, 'e');
  std::optional<std::string> exporter_at_inviter;
  std::optional<crypto::PublicKey> client_key;
  bool lose_answer = false;
  std::function<std::string(std::string)> tamper_request = [](std::string bytes) { return bytes; };
  std::function<std::string(std::string)> tamper_answer = [](std::string bytes) { return bytes; };

 private:
  const Node& applicant_;
  Node& inviter_;
};

class MembershipTest : public ::testing::Test {
 protected:
  // Mombasa invites Rio, and Rio takes it; nobody has confirmed yet.
  void Join() {
    Wire wire(rio, mombasa);
    ASSERT_OK(
        rio.membership->Accept(kAdmin, mombasa.MustInvite("rio-port"), "mombasa-port", {}, wire));
  }
  crypto::CheckWords WordsAt(Node& node, const std::string& name) {
    absl::StatusOr<PeerStanding> standing = node.membership->Show(name);
    EXPECT_OK(standing);
    EXPECT_TRUE(standing.ok() && standing->words.has_value());
    return standing.ok() ? standing->words.value_or(crypto::CheckWords()) : crypto::CheckWords();
  }
  void ConfirmBoth() {
    ASSERT_OK(
        mombasa.membership->Confirm(kAdmin, "rio-port", Spoken(WordsAt(rio, "mombasa-port"))));
    ASSERT_OK(rio.membership->Confirm(kAdmin, "mombasa-port", WordsAt(rio, "mombasa-port").digits));
  }

  testing::ManualClock clock;
  Node mombasa{1, "Port of Mombasa Police", clock, {"mombasa.example:7443"}};
  Node rio{2, "Porto do Rio", clock, {}};
  Node eve{3, "Somebody", clock, {"eve.example:7443"}};
};

TEST_F(MembershipTest, TwoAdministratorsMakeTwoPeers) {
  model::PeerAttributes said;
  said.country = "BR";
  said.tier = "2";
  said.agreements = {"INTERPORT-CHARTER"};
  ASSERT_OK_AND_ASSIGN(const Invited invited,
                       mombasa.membership->Invite(kAdmin, "rio-port", said, absl::Hours(48)));
  EXPECT_EQ(invited.expires_at, clock.Now() + absl::Hours(48));
  EXPECT_TRUE(mombasa.membership->JoinOpen());

  Wire wire(rio, mombasa);
  ASSERT_OK_AND_ASSIGN(const PeerStanding taken,
                       rio.membership->Accept(kAdmin, invited.text, "mombasa-port", {}, wire));
  EXPECT_EQ(wire.endpoint_seen, "mombasa.example:7443");
  EXPECT_EQ(taken.peer.id, mombasa.id());
  EXPECT_EQ(taken.peer.state, model::PeerState::kAwaitingConfirm);
  EXPECT_EQ(taken.peer.endpoint, "mombasa.example:7443");
  EXPECT_TRUE(taken.peer.we_dial);
  EXPECT_EQ(taken.peer.manifest, mombasa.authority.manifest);

  // Both see the same words, and nobody is let in yet.
  ASSERT_OK_AND_ASSIGN(const PeerStanding given, mombasa.membership->Show("rio-port"));
  EXPECT_EQ(given.peer.id, rio.id());
  EXPECT_FALSE(given.peer.we_dial);
  EXPECT_EQ(given.peer.attributes.country, "BR");
  EXPECT_EQ(given.peer.attributes.agreements, said.agreements);
  EXPECT_EQ(given.words, taken.words);
  ASSERT_TRUE(given.words.has_value());
  EXPECT_THAT(*mombasa.membership->Pins(), IsEmpty());
  EXPECT_THAT(*rio.membership->Pins(), IsEmpty());

  ASSERT_OK_AND_ASSIGN(const PeerStanding at_mombasa,
                       mombasa.membership->Confirm(kAdmin, "rio-port", Spoken(*taken.words)));
  EXPECT_EQ(at_mombasa.peer.state, model::PeerState::kActive);
  EXPECT_EQ(at_mombasa.words, std::nullopt);
  ASSERT_OK(rio.membership->Confirm(kAdmin, "mombasa-port", given.words->digits));
  ASSERT_OK_AND_ASSIGN(const std::vector<ActivePin> pins, rio.membership->Pins());
  ASSERT_THAT(pins, SizeIs(1));
  EXPECT_EQ(pins[0].id, mombasa.id());
  EXPECT_EQ(pins[0].pin, mombasa.pin());
  EXPECT_FALSE(mombasa.membership->JoinOpen());

  EXPECT_EQ(mombasa.Leaves(),
            (std::vector<std::string>{"peer.invited ok", "peer.joined ok", "peer.confirmed ok"}));
  EXPECT_EQ(rio.Leaves(),
            (std::vector<std::string>{"invitation.accepted ok", "peer.confirmed ok"}));
  EXPECT_GE(rio.changes, 2);
}

TEST_F(MembershipTest, TheDirectoryFollows) {
  Join();
  ConfirmBoth();
  store::StoredPeerDirectory directory(rio.store.db());
  const std::optional<model::Peer> peer = directory.FindByName("mombasa-port");
  ASSERT_TRUE(peer.has_value());
  EXPECT_EQ(peer->state, model::PeerState::kActive);
  EXPECT_TRUE(directory.ManifestOf(mombasa.id(), 1).has_value());
}

TEST_F(MembershipTest, OnlyAdministratorsMayDoThis) {
  Wire wire(rio, mombasa);
  const std::string text = mombasa.MustInvite("rio-port");
  Membership& m = *rio.membership;
  EXPECT_THAT(m.Invite(kOfficer, "x-port", {}, absl::Hours(1)), HasProblem("FW-AUTH-002"));
  EXPECT_THAT(m.Accept(kOfficer, text, "x-port", {}, wire), HasProblem("FW-AUTH-002"));
  EXPECT_THAT(m.Confirm(kOfficer, "x-port", "a"), HasProblem("FW-AUTH-002"));
  EXPECT_THAT(m.Set(kOfficer, "x-port", {}), HasProblem("FW-AUTH-002"));
  EXPECT_THAT(m.Remove(kOfficer, "x-port", ""), HasProblem("FW-AUTH-002"));
  EXPECT_EQ(wire.calls, 0);
}

TEST_F(MembershipTest, AnInvitationServesOneApplicantOnly) {
  const std::string text = mombasa.MustInvite("rio-port");
  Wire first(rio, mombasa);
  ASSERT_OK(rio.membership->Accept(kAdmin, text, "mombasa-port", {}, first));
  Wire second(eve, mombasa);
  const auto refused = eve.membership->Accept(kAdmin, text, "mombasa-port", {}, second);
  EXPECT_THAT(refused, HasProblem("FW-PEER-006"));
  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("used already")));
  EXPECT_THAT(*eve.membership->List(), IsEmpty());
  EXPECT_EQ(mombasa.Leaves().back(), "peer.refused refused");
  ASSERT_OK_AND_ASSIGN(const PeerStanding standing, mombasa.membership->Show("rio-port"));
  EXPECT_EQ(standing.peer.id, rio.id());
}

TEST_F(MembershipTest, ALostAnswerMayBeAskedForAgainUntilConfirmed) {
  const std::string text = mombasa.MustInvite("rio-port");
  Wire wire(rio, mombasa);
  wire.lose_answer = true;
  EXPECT_THAT(rio.membership->Accept(kAdmin, text, "mombasa-port", {}, wire),
              HasProblem("FW-PEER-007"));
  EXPECT_TRUE(mombasa.membership->JoinOpen());
  wire.lose_answer = false;
  wire.exporter = std::string(32, 'f');
  ASSERT_OK(rio.membership->Accept(kAdmin, text, "mombasa-port", {}, wire));
  EXPECT_EQ(WordsAt(rio, "mombasa-port"), WordsAt(mombasa, "rio-port"));
  // Also when it did arrive, and the file is simply used twice.
  ASSERT_OK(rio.membership->Accept(kAdmin, text, "mombasa-port", {}, wire));
  EXPECT_EQ(WordsAt(rio, "mombasa-port"), WordsAt(mombasa, "rio-port"));
  ConfirmBoth();
  EXPECT_THAT(rio.membership->Accept(kAdmin, text, "mombasa-port", {}, wire),
              HasProblem("FW-PEER-013"));
  EXPECT_FALSE(mombasa.membership->JoinOpen());
}

TEST_F(MembershipTest, AnInvitationExpires) {
  const std::string text = mombasa.MustInvite("rio-port", absl::Hours(1));
  Wire wire(rio, mombasa);
  clock.Advance(absl::Hours(1) - absl::Seconds(1));
  EXPECT_TRUE(mombasa.membership->JoinOpen());
  clock.Advance(absl::Seconds(1));
  EXPECT_FALSE(mombasa.membership->JoinOpen());
  EXPECT_THAT(rio.membership->Accept(kAdmin, text, "mombasa-port", {}, wire),
              HasProblem("FW-PEER-004"));
  EXPECT_EQ(wire.calls, 0);
}

TEST_F(MembershipTest, AnApplicantWithAnotherClockIsToldOfTheExpiryToo) {
  testing::ManualClock slow(clock.Now());
  Node late(7, "Late", slow);
  const std::string text = mombasa.MustInvite("late-port", absl::Hours(1));
  clock.Advance(absl::Hours(1));
  Wire wire(late, mombasa);
  EXPECT_THAT(late.membership->Accept(kAdmin, text, "mombasa-port", {}, wire),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("has expired")));
}

TEST_F(MembershipTest, InvitationsLiveAMinuteToFourteenDays) {
  Membership& m = *mombasa.membership;
  EXPECT_OK(m.Invite(kAdmin, "a-port", {}, absl::Minutes(1)));
  EXPECT_OK(m.Invite(kAdmin, "b-port", {}, absl::Hours(14 * 24)));
  EXPECT_THAT(m.Invite(kAdmin, "c-port", {}, absl::Minutes(1) - absl::Seconds(1)),
              HasProblem("FW-PEER-015"));
  EXPECT_THAT(m.Invite(kAdmin, "d-port", {}, absl::Hours(14 * 24) + absl::Seconds(1)),
              HasProblem("FW-PEER-015"));
}

TEST_F(MembershipTest, ASecondInvitationForANameReplacesTheFirst) {
  const std::string first = mombasa.MustInvite("rio-port");
  const std::string second = mombasa.MustInvite("rio-port");
  EXPECT_THAT(*mombasa.membership->Invitations(), SizeIs(1));
  Wire wire(rio, mombasa);
  EXPECT_THAT(rio.membership->Accept(kAdmin, first, "mombasa-port", {}, wire),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("cancelled")));
  EXPECT_OK(rio.membership->Accept(kAdmin, second, "mombasa-port", {}, wire));
}

TEST_F(MembershipTest, AnOpenInvitationCanBeCancelled) {
  const std::string text = mombasa.MustInvite("rio-port");
  ASSERT_OK_AND_ASSIGN(const auto none,
                       mombasa.membership->Remove(kAdmin, "rio-port", "wrong address"));
  EXPECT_EQ(none, std::nullopt);
  EXPECT_EQ(mombasa.Leaves().back(), "invitation.cancelled ok");
  EXPECT_FALSE(mombasa.membership->JoinOpen());
  EXPECT_THAT(*mombasa.membership->Invitations(), IsEmpty());
  EXPECT_THAT(mombasa.membership->Remove(kAdmin, "rio-port", ""), HasProblem("FW-PEER-001"));
}

TEST_F(MembershipTest, WhoeverHasNoEndpointCannotInvite) {
  EXPECT_THAT(rio.membership->Invite(kAdmin, "mombasa-port", {}, absl::Hours(1)),
              HasProblem("FW-PEER-014"));
}

TEST_F(MembershipTest, AnOwnInvitationIsNotTaken) {
  Wire wire(mombasa, mombasa);
  EXPECT_THAT(
      mombasa.membership->Accept(kAdmin, mombasa.MustInvite("me-port"), "me-port", {}, wire),
      HasProblem("FW-PEER-005"));
}

TEST_F(MembershipTest, AReplayOnAnotherConnectionIsRefused) {
  const std::string text = mombasa.MustInvite("rio-port");
  Wire wire(rio, mombasa);
  wire.exporter_at_inviter = std::string(32, 'x');
  EXPECT_THAT(rio.membership->Accept(kAdmin, text, "mombasa-port", {}, wire),
              HasProblem("FW-PEER-006"));
  EXPECT_THAT(*mombasa.membership->List(), IsEmpty());
  EXPECT_EQ(mombasa.Leaves().back(), "peer.refused refused");
  EXPECT_TRUE(mombasa.membership->JoinOpen());
}

TEST_F(MembershipTest, AManifestThatWasSwappedOnTheWayIsRefused) {
  const std::string text = mombasa.MustInvite("rio-port");
  Wire wire(rio, mombasa);
  wire.tamper_request = [&](const std::string& bytes) {
    wire::JoinRequest request = *wire::DecodeJoinRequest(bytes);
    request.manifest = eve.authority.signed_manifest;
    return wire::EncodeJoinRequest(request);
  };
  EXPECT_THAT(rio.membership->Accept(kAdmin, text, "mombasa-port", {}, wire),
              HasProblem("FW-PEER-006"));
  EXPECT_THAT(*mombasa.membership->List(), IsEmpty());
}

TEST_F(MembershipTest, WhoShowsAnotherTlsKeyThanItsManifestIsRefused) {
  const std::string text = mombasa.MustInvite("rio-port");
  Wire wire(rio, mombasa);
  wire.client_key = eve.authority.tls.public_key();
  EXPECT_THAT(rio.membership->Accept(kAdmin, text, "mombasa-port", {}, wire),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("TLS key")));
}

TEST_F(MembershipTest, AnAnswerThatIsNotTheInvitersIsNotBelieved) {
  const std::string text = mombasa.MustInvite("rio-port");
  const std::vector<std::function<void(wire::JoinAnswer&)>> tampers = {
      [&](wire::JoinAnswer& answer) { answer.accepted->manifest = eve.authority.signed_manifest; },
      [](wire::JoinAnswer& answer) { answer.accepted->mac.bytes[0] ^= 1; },
      [](wire::JoinAnswer& answer) { answer.accepted->mac.bytes[31] ^= 1; }};
  for (const auto& tamper : tampers) {
    Wire wire(rio, mombasa);
    wire.tamper_answer = [&](const std::string& bytes) {
      wire::JoinAnswer answer = *wire::DecodeJoinAnswer(bytes);
      tamper(answer);
      return wire::EncodeJoinAnswer(answer);
    };
    EXPECT_THAT(rio.membership->Accept(kAdmin, text, "mombasa-port", {}, wire),
                HasProblem("FW-PEER-008"));
    EXPECT_THAT(*rio.membership->List(), IsEmpty());
  }
  Wire wire(rio, mombasa);
  wire.tamper_answer = [](const std::string&) { return std::string("nonsense"); };
  EXPECT_THAT(rio.membership->Accept(kAdmin, text, "mombasa-port", {}, wire),
              HasProblem("FW-PEER-008"));
}

TEST_F(MembershipTest, ARequestThatIsNoneGetsNoAnswer) {
  EXPECT_THAT(mombasa.membership->HandleJoin({"nonsense", std::string(32, 'e'), "", ""}),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST_F(MembershipTest, AnUnknownInvitationIsRefusedAndRecorded) {
  Wire wire(rio, mombasa);
  InvitationTicket made_up;
  made_up.inviter = mombasa.id();
  made_up.pin = mombasa.pin();
  made_up.endpoint = "mombasa.example:7443";
  made_up.secret = std::string(kInvitationSecretBytes, 's');
  made_up.expires_at = clock.Now() + absl::Hours(1);
  EXPECT_THAT(rio.membership->Accept(kAdmin, FormatInvitation(made_up), "mombasa-port", {}, wire),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("does not know")));
  EXPECT_EQ(mombasa.Leaves().back(), "peer.refused refused");
}

// Eve stole the invitation and put one of her own in its place: she joins Mombasa as herself and
// lets Rio join her. Everything verifies on both wires; only the words differ.
TEST_F(MembershipTest, SomebodyInBetweenIsSeenInTheCheckWords) {
  const std::string stolen = mombasa.MustInvite("rio-port");
  Wire to_mombasa(eve, mombasa);
  ASSERT_OK(eve.membership->Accept(kAdmin, stolen, "mombasa-port", {}, to_mombasa));
  Wire to_eve(rio, eve);
  ASSERT_OK(rio.membership->Accept(kAdmin, eve.MustInvite("rio-port"), "mombasa-port", {}, to_eve));
  const crypto::CheckWords at_rio = WordsAt(rio, "mombasa-port");
  EXPECT_NE(at_rio, WordsAt(mombasa, "rio-port"));
  EXPECT_THAT(mombasa.membership->Confirm(kAdmin, "rio-port", Spoken(at_rio)),
              HasProblem("FW-PEER-009"));
  EXPECT_EQ(mombasa.Leaves().back(), "peer.confirmed refused");
  EXPECT_THAT(*mombasa.membership->Pins(), IsEmpty());
  // Mombasa throws the impostor out, and the real one can be invited again.
  ASSERT_OK(mombasa.membership->Remove(kAdmin, "rio-port", "words differ"));
}

TEST_F(MembershipTest, WordsMayBeTypedAsTheyAreHeard) {
  Join();
  const crypto::CheckWords words = WordsAt(mombasa, "rio-port");
  EXPECT_THAT(mombasa.membership->Confirm(kAdmin, "rio-port", ""), HasProblem("FW-PEER-009"));
  EXPECT_THAT(mombasa.membership->Confirm(kAdmin, "rio-port", words.words[0]),
              HasProblem("FW-PEER-009"));
  EXPECT_OK(mombasa.membership->Confirm(
      kAdmin, "rio-port", absl::AsciiStrToUpper(absl::StrJoin(words.words, " - ")) + "\n"));
  EXPECT_THAT(mombasa.membership->Confirm(kAdmin, "rio-port", Spoken(words)),
              HasProblem("FW-PEER-010"));
}

TEST_F(MembershipTest, SuspendingClosesSocketsAndCanBeTakenBack) {
  Join();
  ConfirmBoth();
  ASSERT_OK_AND_ASSIGN(const PeerStanding suspended,
                       mombasa.membership->Set(kAdmin, "rio-port",
                                               {.attributes = std::nullopt,
                                                .seen_attributes_version = std::nullopt,
                                                .state = model::PeerState::kSuspended,
                                                .endpoint = std::nullopt}));
  EXPECT_EQ(suspended.peer.state, model::PeerState::kSuspended);
  EXPECT_EQ(mombasa.closed, std::vector<model::AuthorityId>{rio.id()});
  EXPECT_THAT(*mombasa.membership->Pins(), IsEmpty());
  PeerChange back;
  back.state = model::PeerState::kActive;
  ASSERT_OK(mombasa.membership->Set(kAdmin, "rio-port", back));
  EXPECT_THAT(*mombasa.membership->Pins(), SizeIs(1));
}

TEST_F(MembershipTest, StatesThatCannotFollowAreRefused) {
  Join();
  PeerChange change;
  change.state = model::PeerState::kActive;  // would go around the check words
  EXPECT_THAT(mombasa.membership->Set(kAdmin, "rio-port", change), HasProblem("FW-PEER-010"));
  ConfirmBoth();
  change.state = model::PeerState::kAwaitingConfirm;
  EXPECT_THAT(mombasa.membership->Set(kAdmin, "rio-port", change), HasProblem("FW-PEER-010"));
  EXPECT_THAT(mombasa.membership->Set(kAdmin, "no-port", change), HasProblem("FW-PEER-001"));
}

TEST_F(MembershipTest, AttributesAreVersionedAndHeldAgainstTheVocabulary) {
  Join();
  PeerChange change;
  change.attributes = model::PeerAttributes();
  change.attributes->country = "BR";
  change.attributes->groups = {"ATLANTIC"};
  change.seen_attributes_version = 1;
  ASSERT_OK_AND_ASSIGN(const PeerStanding set, mombasa.membership->Set(kAdmin, "rio-port", change));
  EXPECT_EQ(set.peer.attributes.version, 2u);
  EXPECT_EQ(set.peer.attributes.country, "BR");
  EXPECT_THAT(mombasa.membership->Set(kAdmin, "rio-port", change), HasProblem("FW-PEER-012"));

  change.seen_attributes_version.reset();
  change.attributes->type = "harbor-police";
  const auto refused = mombasa.membership->Set(kAdmin, "rio-port", change);
  EXPECT_THAT(refused, HasProblem("FW-PEER-011"));
  EXPECT_THAT(ProblemOf(refused.status())->why.back(), HasSubstr("port-police"));
  change.attributes->type = "port-police";
  change.attributes->groups.assign(kMaxAttributeWords, "g");
  EXPECT_OK(mombasa.membership->Set(kAdmin, "rio-port", change));
  change.attributes->groups.push_back("g");
  EXPECT_THAT(mombasa.membership->Set(kAdmin, "rio-port", change), HasProblem("FW-PEER-011"));
  for (const char* ambiguous : {"KE", "ANY-MEMBER", "mombasa-port"}) {
    change.attributes->groups = {ambiguous};
    EXPECT_THAT(mombasa.membership->Set(kAdmin, "rio-port", change), HasProblem("FW-PEER-011"))
        << ambiguous;
  }
  change.attributes->groups = {"two words"};
  EXPECT_THAT(mombasa.membership->Set(kAdmin, "rio-port", change), HasProblem("FW-PEER-011"));
}

TEST_F(MembershipTest, AnEndpointSaysWhereToDial) {
  Join();
  PeerChange change;
  change.endpoint = "rio.example:7443";
  ASSERT_OK_AND_ASSIGN(PeerStanding standing, mombasa.membership->Set(kAdmin, "rio-port", change));
  EXPECT_TRUE(standing.peer.we_dial);
  EXPECT_EQ(standing.peer.endpoint, "rio.example:7443");
  change.endpoint = "";
  ASSERT_OK_AND_ASSIGN(standing, mombasa.membership->Set(kAdmin, "rio-port", change));
  EXPECT_FALSE(standing.peer.we_dial);
  for (const char* wrong : {"rio.example", ":7443", "rio.example:", "rio.example:0",
                            "rio.example:65536", "rio example:1"}) {
    change.endpoint = wrong;
    EXPECT_THAT(mombasa.membership->Set(kAdmin, "rio-port", change), HasProblem("FW-PEER-014"))
        << wrong;
  }
}

TEST_F(MembershipTest, RemovingEndsItAtOnceAndKeepsTheName) {
  Join();
  ConfirmBoth();
  ASSERT_OK_AND_ASSIGN(const auto removed,
                       mombasa.membership->Remove(kAdmin, "rio-port", "treaty ended"));
  ASSERT_TRUE(removed.has_value());
  EXPECT_EQ(removed->peer.state, model::PeerState::kRemoved);
  EXPECT_EQ(mombasa.closed, std::vector<model::AuthorityId>{rio.id()});
  EXPECT_THAT(*mombasa.membership->Pins(), IsEmpty());
  EXPECT_THAT(*mombasa.membership->List(), IsEmpty());
  EXPECT_EQ(mombasa.Leaves().back(), "peer.removed ok");
  EXPECT_THAT(mombasa.membership->Remove(kAdmin, "rio-port", ""), HasProblem("FW-PEER-010"));

  // The name goes to nobody else.
  Wire wire(eve, mombasa);
  EXPECT_THAT(
      eve.membership->Accept(kAdmin, mombasa.MustInvite("rio-port"), "mombasa-port", {}, wire),
      StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("another authority")));
}

TEST_F(MembershipTest, ARemovedPeerCanComeBackWithNewWords) {
  Join();
  const crypto::CheckWords before = WordsAt(rio, "mombasa-port");
  ConfirmBoth();
  ASSERT_OK(mombasa.membership->Remove(kAdmin, "rio-port", ""));
  ASSERT_OK(rio.membership->Remove(kAdmin, "mombasa-port", ""));
  Join();
  EXPECT_NE(WordsAt(rio, "mombasa-port"), before);
  ConfirmBoth();
  EXPECT_THAT(*mombasa.membership->Pins(), SizeIs(1));
}

TEST_F(MembershipTest, APeerIsNotInvitedTwice) {
  Join();
  EXPECT_THAT(mombasa.membership->Invite(kAdmin, "rio-port", {}, absl::Hours(1)),
              HasProblem("FW-PEER-013"));
  ConfirmBoth();
  Wire wire(rio, mombasa);
  EXPECT_THAT(
      rio.membership->Accept(kAdmin, mombasa.MustInvite("other-name"), "mombasa-2", {}, wire),
      HasProblem("FW-PEER-013"));
  EXPECT_EQ(wire.calls, 0);
}

TEST_F(MembershipTest, NamesAreChecked) {
  for (const char* wrong : {"", "R", "Rio", "rio port", "any-member", "self"}) {
    EXPECT_THAT(mombasa.membership->Invite(kAdmin, wrong, {}, absl::Hours(1)),
                HasProblem("FW-PEER-002"))
        << wrong;
  }
}

TEST_F(MembershipTest, AnOpenInvitationSurvivesARestart) {
  const std::string text = mombasa.MustInvite("rio-port");
  mombasa.membership.reset();
  ASSERT_OK(mombasa.store.Reopen());
  testing::SeededEntropy entropy(99);
  audit::AuditLog audit(clock, entropy);
  mombasa.membership = std::make_unique<Membership>(mombasa.store.db(), audit, clock, entropy,
                                                    mombasa.id(), Words(), MembershipEvents());
  EXPECT_FALSE(mombasa.membership->JoinOpen());
  ASSERT_OK(mombasa.membership->Refresh());
  EXPECT_TRUE(mombasa.membership->JoinOpen());
  Wire wire(rio, mombasa);
  EXPECT_OK(rio.membership->Accept(kAdmin, text, "mombasa-port", {}, wire));
}

TEST(InvitationText, ReadsBackWhatItWrote) {
  testing::SeededEntropy entropy(5);
  InvitationTicket ticket;
  ticket.inviter.digest = crypto::Sha256("inviter");
  ticket.pin.digest = crypto::Sha256("pin");
  ticket.endpoint = "mombasa.example:7443";
  ticket.inviter_name = "Bandari ya Mombasa – Polisi";
  ticket.secret = entropy.Bytes(kInvitationSecretBytes);
  ticket.expires_at = absl::FromUnixSeconds(1'800'000'000);
  const std::string text = FormatInvitation(ticket);
  EXPECT_EQ(text.compare(0, 9, "fwinvite1"), 0);
  ASSERT_OK_AND_ASSIGN(const InvitationTicket read, ParseInvitation(text));
  EXPECT_EQ(read, ticket);
  // As mail programs and people leave it.
  ASSERT_OK(ParseInvitation("# from Mombasa\r\n\r\n  " + absl::AsciiStrToUpper(text) + "\n\n"));
  // Every single damaged character is seen.
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\n') continue;
    std::string damaged = text;
    damaged[i] = damaged[i] == 'a' ? 'b' : 'a';
    EXPECT_THAT(ParseInvitation(damaged), HasProblem("FW-PEER-003")) << i;
    EXPECT_THAT(ParseInvitation(text.substr(0, i)), HasProblem("FW-PEER-003")) << i;
  }
  for (const char* wrong : {"", "fwinvite1", "fwinvite2abc", "hello", "fwinvite1!!!!"}) {
    EXPECT_THAT(ParseInvitation(wrong), HasProblem("FW-PEER-003")) << wrong;
  }
  EXPECT_THAT(ParseInvitation(std::string(kMaxInvitationTextBytes + 1, ' ') + text),
              HasProblem("FW-PEER-003"));
}

TEST(NewAuthority, HasOneKeyForEachPurposeAndAManifestThatNamesItself) {
  testing::SeededEntropy entropy(6);
  ASSERT_OK_AND_ASSIGN(const NewAuthority made,
                       CreateAuthority(entropy, "Port of Mombasa Police", "KE", {"a.example:1"}));
  EXPECT_EQ(made.manifest.id.digest,
            crypto::ObjectId(made.signed_manifest.type, made.signed_manifest.body));
  ASSERT_OK_AND_ASSIGN(const model::Manifest read, wire::OpenFirstManifest(made.signed_manifest));
  EXPECT_EQ(read, made.manifest);
  EXPECT_EQ(read.KeyFor(model::KeyPurpose::kItem), made.item.public_key());
  EXPECT_EQ(read.KeyFor(model::KeyPurpose::kNode), made.node.public_key());
  EXPECT_EQ(read.KeyFor(model::KeyPurpose::kLog), made.log.public_key());
  EXPECT_EQ(read.KeyFor(model::KeyPurpose::kTls), made.tls.public_key());
  ASSERT_OK_AND_ASSIGN(const NewAuthority other, CreateAuthority(entropy, "Other", "", {}));
  EXPECT_NE(other.manifest.id, made.manifest.id);
  EXPECT_THAT(CreateAuthority(entropy, "Port\nof", "KE", {}),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace fairway::membership
