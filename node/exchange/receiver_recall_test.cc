#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "crypto/merkle.h"
#include "node/authz/authorizer.h"
#include "node/authz/policy_slot.h"
#include "node/exchange/receiver.h"
#include "node/store/attachment_table.h"
#include "node/store/item_table.h"
#include "node/store/log_table.h"
#include "node/store/manifest_table.h"
#include "node/store/peer_table.h"
#include "node/store/recall_table.h"
#include "node/store/statement.h"
#include "node/wire/feed_codec.h"
#include "node/wire/item_codec.h"
#include "node/wire/recall_codec.h"
#include "tests/support/exchange/hand_peer.h"
#include "tests/support/exchange/test_node.h"
#include "tests/support/status_matchers.h"

namespace fairway::exchange {
namespace {

using ::fairway::testing::HandPeer;
using ::fairway::testing::ItemNumbered;
using ::fairway::testing::TestNode;
using ::fairway::testing::TestWorld;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;

// A real node that is sent batches made by hand: by an originator it is a peer of, and by another
// peer that passes things on.
class ReceiverRecallTest : public ::testing::Test {
 protected:
  ReceiverRecallTest() : node(world.Add("santos-port", "BR")) {
    node.Know(rio.signed_manifest(), rio.name(), false);
    node.Know(relay.signed_manifest(), relay.name(), false);
  }

  model::Peer PeerOf(const HandPeer& peer) {
    std::optional<model::Peer> found;
    EXPECT_OK(node.db().Read([&](store::ReadTxn& txn) -> absl::Status {
      auto row = store::GetPeer(txn, peer.id());
      if (row.ok()) found = *row;
      return row.status();
    }));
    return found.value_or(model::Peer{});
  }

  absl::StatusOr<Accepted> Give(HandPeer& from, const wire::BatchFrame& frame) {
    return node.receiver().Accept(PeerOf(from), frame, world.clock.Now());
  }

  // What the receipt says of one record: "stored", or the code.
  std::string Say(HandPeer& from, HandPeer::Sent sent) {
    return SayBy(node.receiver(), from, std::move(sent));
  }
  std::string SayBy(const Receiver& receiver, HandPeer& from, HandPeer::Sent sent) {
    const absl::StatusOr<Accepted> accepted =
        receiver.Accept(PeerOf(from), from.Batch(node.id(), {std::move(sent)}), world.clock.Now());
    if (!accepted.ok()) return accepted.status().ToString();
    const model::Receipt::Entry& entry = accepted->receipt.entries.front();
    return entry.outcome == model::Outcome::kStored ? "stored" : entry.code;
  }

  uint64_t Count(std::string_view sql) {
    uint64_t count = 0;
    EXPECT_OK(node.db().Read([&](store::ReadTxn& txn) -> absl::Status {
      store::Statement find(txn, sql);
      const absl::StatusOr<bool> row = find.Step();
      if (row.ok() && *row) count = find.GetU64(0);
      return row.status();
    }));
    return count;
  }

  std::optional<store::StoredRevision> Revision(const model::ObjectId& object) {
    std::optional<store::StoredRevision> revision;
    EXPECT_OK(node.db().Read([&](store::ReadTxn& txn) -> absl::Status {
      auto found = store::GetRevision(txn, object);
      if (found.ok()) revision = *found;
      return found.status();
    }));
    return revision;
  }

  uint64_t Through(const model::ItemId& item) {
    uint64_t through = 0;
    EXPECT_OK(node.db().Read([&](store::ReadTxn& txn) -> absl::Status {
      auto found = store::RecalledThrough(txn, rio.id(), item);
      if (found.ok()) through = *found;
      return found.status();
    }));
    return through;
  }

  std::vector<store::LogEntry> RecallLane() {
    std::vector<store::LogEntry> entries;
    EXPECT_OK(node.db().Read([&](store::ReadTxn& txn) -> absl::Status {
      auto found = store::NextInLane(txn, model::Lane::kRecall, 0, 100);
      if (found.ok()) entries = *found;
      return found.status();
    }));
    return entries;
  }

  // The reason of the last leaf about a refused record.
  std::string LastRefusal() {
    const auto leaves = node.EventsOf(audit::EventKind::kItemRefused);
    return leaves.empty() ? "" : leaves.back().reason;
  }

  TestWorld world;
  TestNode& node;
  HandPeer rio{"rio-police"};
  HandPeer relay{"lisbon-customs"};
  HandPeer stranger{"durban-port"};  // an authority that the node does not know
  const model::ItemId item = ItemNumbered(1);
};

TEST_F(ReceiverRecallTest, ARecallDestroysTheContentAndKeepsTheShell) {
  const std::string content(100'000, 'x');
  const std::string descriptor =
      wire::EncodeAttachmentDescriptor({.name = "gate.jpg",
                                        .size = content.size(),
                                        .media_type = "image/jpeg",
                                        .chunk_root = crypto::ChunkRoot(content)});
  HandPeer::ItemOptions options;
  options.parts = {{.label = "attachments/1", .salt = {}, .bytes = descriptor}};
  const HandPeer::Sent put = rio.Item(item, "Broken seals", options);
  ASSERT_EQ(Say(rio, put), "stored");
  const std::vector<crypto::Digest> leaves = {
      crypto::LeafHash(content.substr(0, crypto::kChunkBytes)),
      crypto::LeafHash(content.substr(crypto::kChunkBytes))};
  const auto chunk = [&](uint32_t index) {
    return wire::ChunkReply{
        .object = put.record.object,
        .label = "attachments/1",
        .index = index,
        .data = content.substr(index * crypto::kChunkBytes, crypto::kChunkBytes),
        .proof = crypto::InclusionProof(leaves, index),
        .refused = ""};
  };
  ASSERT_OK(node.attachments().Take(PeerOf(rio), chunk(0)));
  ASSERT_EQ(Count("SELECT count(*) FROM parts"), 1u);
  ASSERT_EQ(Count("SELECT count(*) FROM chunk"), 1u);
  ASSERT_EQ(Count("SELECT count(*) FROM missing_attachment"), 1u);

  const HandPeer::Sent recall = rio.Recall(rio.Withdraw(item));
  EXPECT_EQ(Say(rio, recall), "stored");
  EXPECT_TRUE(node.db().health().log_holds_erased) << "and the log is to be emptied";
  EXPECT_EQ(Count("SELECT count(*) FROM parts"), 0u);
  EXPECT_EQ(Count("SELECT count(*) FROM chunk"), 0u);
  EXPECT_EQ(Count("SELECT count(*) FROM missing_attachment"), 0u);
  const auto shell = Revision(put.record.object);
  ASSERT_TRUE(shell.has_value());
  EXPECT_EQ(shell->state, store::RevisionState::kRecalled);
  EXPECT_TRUE(shell->erased);
  EXPECT_EQ(shell->body, put.body);

  // The answer to a question asked before the recall changes nothing, and is no fault.
  ASSERT_OK_AND_ASSIGN(const auto request,
                       node.attachments().NextRequest(rio.id(), {}, world.clock.Now()));
  EXPECT_FALSE(request.has_value());
  EXPECT_OK(node.attachments().Take(PeerOf(rio), chunk(1)));
  EXPECT_EQ(Count("SELECT count(*) FROM chunk"), 0u);

  const auto events = node.EventsOf(audit::EventKind::kItemRecalled);
  ASSERT_THAT(events, SizeIs(1));
  EXPECT_EQ(events[0].actor, "rio-police");
  EXPECT_EQ(events[0].reason, "sent-in-error");
  EXPECT_THAT(events[0].objects, Contains(crypto::Hex(recall.record.object.view())));
  EXPECT_THAT(events[0].detail, Contains(Pair("grade", "withdraw")));
  EXPECT_THAT(events[0].detail, Contains(Pair("erased", "1")));
  EXPECT_THAT(events[0].detail, Contains(Pair("record", "2")));
}

TEST_F(ReceiverRecallTest, TheStatementGoesIntoTheRecallLaneForThoseItWasPassedOnTo) {
  ASSERT_EQ(Say(rio, rio.Item(item, "Broken seals")), "stored");
  const HandPeer::Sent recall = rio.Recall(rio.Withdraw(item));
  ASSERT_EQ(Say(rio, recall), "stored");
  const auto lane = RecallLane();
  ASSERT_THAT(lane, SizeIs(1));
  EXPECT_EQ(lane[0].object, recall.record.object);
  const auto rows = node.Recalls(rio.id(), item);
  ASSERT_THAT(rows, SizeIs(1));
  EXPECT_EQ(rows[0].recall, rio.Withdraw(item));
  EXPECT_EQ(rows[0].received_from, rio.id());
  EXPECT_EQ(rows[0].signed_bytes, recall.rendition->signed_item) << "verbatim, to be passed on";
  EXPECT_EQ(rows[0].log_seq, lane[0].seq);
  EXPECT_TRUE(rows[0].effective);
}

TEST_F(ReceiverRecallTest, ARecallIsTakenBeforeTheItemItNames) {
  EXPECT_EQ(Say(rio, rio.Recall(rio.Withdraw(item))), "stored");
  node.Close();
  node.Open();
  EXPECT_EQ(Say(rio, rio.Item(item, "Late")), "FW-RCV-015");
  HandPeer::ItemOptions later;
  later.revision = 7;
  EXPECT_EQ(Say(rio, rio.Item(item, "Later still", later)), "FW-RCV-015");
  EXPECT_EQ(Count("SELECT count(*) FROM revision"), 0u);
  EXPECT_EQ(Count("SELECT count(*) FROM parts"), 0u);
}

TEST_F(ReceiverRecallTest, NeitherReplaysNorLateResendsBringItBack) {
  const HandPeer::Sent put = rio.Item(item, "Broken seals", {.onward = model::Onward::kAny});
  const wire::BatchFrame first = rio.Batch(node.id(), {put});
  ASSERT_OK(Give(rio, first));
  const wire::BatchFrame second = rio.Batch(node.id(), {rio.Recall(rio.Withdraw(item))});
  ASSERT_OK(Give(rio, second));
  const size_t leaves = node.Leaves(audit::EventKind::kItemRecalled);

  ASSERT_OK_AND_ASSIGN(const Accepted again, Give(rio, first));
  EXPECT_EQ(again.receipt.entries[0].outcome, model::Outcome::kStored) << "as it was then";
  ASSERT_OK(Give(rio, second));
  EXPECT_EQ(node.Leaves(audit::EventKind::kItemRecalled), leaves);
  EXPECT_EQ(Count("SELECT count(*) FROM parts"), 0u);

  // Under a new number, and by somebody who had it before and never heard of the recall.
  EXPECT_EQ(Say(rio, put), "FW-RCV-015");
  EXPECT_EQ(Say(relay, HandPeer::PassedOn(put, rio)), "FW-RCV-016")
      << "a third party is not told that it was recalled";
  EXPECT_EQ(LastRefusal(), "FW-RCV-015");
  node.Close();
  node.Open();
  EXPECT_EQ(Say(rio, put), "FW-RCV-015");
  EXPECT_EQ(Count("SELECT count(*) FROM parts"), 0u);
  EXPECT_EQ(Revision(put.record.object)->state, store::RevisionState::kRecalled);
}

TEST_F(ReceiverRecallTest, TheSameStatementAgainIsAnsweredStoredAndDoesNothing) {
  ASSERT_EQ(Say(rio, rio.Item(item, "Broken seals", {.onward = model::Onward::kAny})), "stored");
  ASSERT_EQ(Say(rio, rio.Recall(rio.Withdraw(item))), "stored");
  EXPECT_EQ(Say(rio, rio.Recall(rio.Withdraw(item))), "stored");
  EXPECT_EQ(Say(relay, HandPeer::PassedOn(rio.Recall(rio.Withdraw(item)), rio)), "stored");
  EXPECT_EQ(node.Leaves(audit::EventKind::kItemRecalled), 1u);
  EXPECT_THAT(RecallLane(), SizeIs(1));
  EXPECT_EQ(node.Recalls(rio.id(), item)[0].received_from, rio.id());
}

TEST_F(ReceiverRecallTest, AfterACorrectTheNextRevisionIsAccepted) {
  const HandPeer::Sent wrong = rio.Item(item, "Wrong container");
  ASSERT_EQ(Say(rio, wrong), "stored");
  ASSERT_EQ(Say(rio, rio.Recall(rio.Correct(item, 1))), "stored");
  EXPECT_EQ(Count("SELECT count(*) FROM parts"), 0u);
  EXPECT_EQ(Say(rio, wrong), "FW-RCV-015");
  const HandPeer::Sent right =
      rio.Item(item, "Right container", {.revision = 2, .prev = wrong.record.object});
  EXPECT_EQ(Say(rio, right), "stored");
  EXPECT_EQ(Revision(right.record.object)->state, store::RevisionState::kActive);
  EXPECT_EQ(Revision(wrong.record.object)->state, store::RevisionState::kRecalled);
  EXPECT_EQ(Through(item), 1u) << "what came with the revision recalls no more than that";
}

TEST_F(ReceiverRecallTest, ACorrectThatComesAfterTheCorrectionLeavesTheCorrectionAlone) {
  const HandPeer::Sent wrong = rio.Item(item, "Wrong");
  ASSERT_EQ(Say(rio, wrong), "stored");
  const HandPeer::Sent right =
      rio.Item(item, "Right", {.revision = 2, .prev = wrong.record.object});
  ASSERT_EQ(Say(rio, right), "stored");
  EXPECT_EQ(Say(rio, rio.Recall(rio.Correct(item, 1))), "stored");
  EXPECT_TRUE(Revision(wrong.record.object)->erased) << "a superseded one has content too";
  EXPECT_FALSE(Revision(right.record.object)->erased);
  EXPECT_EQ(node.Text(item, "title"), "Right");
}

TEST_F(ReceiverRecallTest, AStrongerRecallFollowsAWeakerOneAndNotTheOtherWayRound) {
  const HandPeer::Sent first = rio.Item(item, "First");
  ASSERT_EQ(Say(rio, first), "stored");
  ASSERT_EQ(Say(rio, rio.Recall(rio.Correct(item, 1))), "stored");
  const HandPeer::Sent second =
      rio.Item(item, "Second", {.revision = 2, .prev = first.record.object});
  ASSERT_EQ(Say(rio, second), "stored");
  ASSERT_EQ(Say(rio, rio.Recall(rio.Withdraw(item))), "stored");
  EXPECT_TRUE(Revision(second.record.object)->erased);
  EXPECT_EQ(Through(item), model::kEveryRevision);
  model::Recall purge = rio.Withdraw(item);
  purge.grade = model::RecallGrade::kPurge;
  EXPECT_EQ(Say(rio, rio.Recall(purge)), "stored");
  EXPECT_THAT(RecallLane(), SizeIs(3)) << "each is passed on";

  EXPECT_EQ(Say(rio, rio.Recall(rio.Correct(item, 5))), "stored");
  EXPECT_EQ(Through(item), model::kEveryRevision);
  EXPECT_THAT(RecallLane(), SizeIs(3)) << "it says nothing new to anybody";
  HandPeer::ItemOptions sixth;
  sixth.revision = 6;
  EXPECT_EQ(Say(rio, rio.Item(item, "Sixth", sixth)), "FW-RCV-015");
}

TEST_F(ReceiverRecallTest, OneItemIsRecalledAndItsNamesakesStay) {
  const HandPeer::Sent real = rio.Item(item, "Rio's");
  const HandPeer::Sent namesake = relay.Item(item, "Another authority's item of the same id");
  const HandPeer::Sent other = rio.Item(ItemNumbered(2), "Rio's other");
  ASSERT_EQ(Say(rio, real), "stored");
  ASSERT_EQ(Say(rio, other), "stored");
  ASSERT_EQ(Say(relay, namesake), "stored");
  ASSERT_EQ(Say(rio, rio.Recall(rio.Withdraw(item))), "stored");
  EXPECT_TRUE(Revision(real.record.object)->erased);
  EXPECT_FALSE(Revision(namesake.record.object)->erased);
  EXPECT_FALSE(Revision(other.record.object)->erased);
  EXPECT_EQ(Count("SELECT count(*) FROM parts"), 2u);
}

TEST_F(ReceiverRecallTest, OnlyTheOriginatorsKeyRecalls) {
  const HandPeer::Sent put = rio.Item(item, "Broken seals", {.onward = model::Onward::kAny});
  ASSERT_EQ(Say(rio, put), "stored");
  const HandPeer::Sent forged = relay.Recall(rio.Withdraw(item));
  EXPECT_EQ(Say(relay, forged), "FW-RCV-019");
  EXPECT_EQ(Say(relay, HandPeer::PassedOn(forged, relay)), "FW-RCV-019");
  EXPECT_EQ(Say(relay, HandPeer::PassedOn(forged, rio)), "FW-RCV-019");
  EXPECT_EQ(LastRefusal(), "FW-RCV-019");

  // The node key and the root key of the originator are not enough.
  for (const crypto::SigningKey* key : {&rio.node_key()}) {
    HandPeer::Sent wrong_key = rio.Recall(rio.Withdraw(item));
    wrong_key.rendition->signed_item =
        crypto::EncodeSigned(wire::SealRecall(rio.Withdraw(item), *key));
    EXPECT_EQ(Say(rio, wrong_key), "FW-RCV-019");
  }
  EXPECT_FALSE(Revision(put.record.object)->erased);
  EXPECT_EQ(Through(item), 0u);
  EXPECT_EQ(node.Leaves(audit::EventKind::kItemRecalled), 0u);
}

TEST_F(ReceiverRecallTest, AStatementThatWasChangedIsRefused) {
  ASSERT_EQ(Say(rio, rio.Item(item, "Broken seals")), "stored");
  const model::Recall said = rio.Correct(item, 1);
  const auto changed_to = [&](model::Recall to) {
    HandPeer::Sent sent = rio.Recall(to);
    crypto::Signed envelope = wire::SealRecall(said, rio.item_key());
    envelope.body = wire::EncodeRecall(to);
    sent.rendition->signed_item = crypto::EncodeSigned(envelope);
    return Say(rio, sent);
  };
  model::Recall to = said;
  to.through = 9;
  EXPECT_EQ(changed_to(to), "FW-RCV-019");
  to = said;
  to.grade = model::RecallGrade::kPurge;
  to.through = model::kEveryRevision;
  EXPECT_EQ(changed_to(to), "FW-RCV-019");
  to = said;
  to.item = ItemNumbered(2);
  EXPECT_EQ(changed_to(to), "FW-RCV-019");
  to = said;
  to.reason = model::RecallReason::kLegal;
  EXPECT_EQ(changed_to(to), "FW-RCV-019");
  EXPECT_EQ(changed_to(said), "stored") << "unchanged it is taken";
}

TEST_F(ReceiverRecallTest, WhatIsNoStatementIsRefused) {
  const auto carrying = [&](const std::string& bytes, std::optional<model::ObjectId> object) {
    HandPeer::Sent sent = rio.Recall(rio.Withdraw(item));
    sent.rendition->signed_item = bytes;
    if (object.has_value()) sent.record.object = sent.rendition->object = *object;
    return Say(rio, sent);
  };
  EXPECT_EQ(carrying("no envelope", std::nullopt), "FW-RCV-018");
  const HandPeer::Sent put = rio.Item(item, "An item");
  EXPECT_EQ(carrying(put.rendition->signed_item, put.record.object), "FW-RCV-018");
  const crypto::Signed nonsense = crypto::Seal(crypto::kTypeRecall, "nonsense", rio.item_key());
  EXPECT_EQ(
      carrying(crypto::EncodeSigned(nonsense), crypto::ObjectId(nonsense.type, nonsense.body)),
      "FW-RCV-018");
  model::Recall meaningless = rio.Withdraw(item);
  meaningless.through = 3;
  EXPECT_EQ(Say(rio, rio.Recall(meaningless)), "FW-RCV-018") << "a withdraw is of every revision";
  HandPeer::Sent as_item = rio.Recall(rio.Withdraw(item));
  as_item.record.op = model::Op::kPut;
  EXPECT_EQ(Say(rio, as_item), "FW-RCV-001");
  EXPECT_EQ(Through(item), 0u);
}

TEST_F(ReceiverRecallTest, ARecordNamesItsStatementAndNothingElse) {
  const auto with = [&](const std::function<void(HandPeer::Sent&)>& change) {
    HandPeer::Sent sent = rio.Recall(rio.Withdraw(item));
    change(sent);
    return Say(rio, sent);
  };
  EXPECT_EQ(with([](auto& s) { s.record.item = ItemNumbered(2); }), "FW-RCV-020");
  EXPECT_EQ(with([](auto& s) { s.record.revision = 1; }), "FW-RCV-020");
  EXPECT_EQ(with([](auto& s) { s.record.terms.hops = 1; }), "FW-RCV-020");
  EXPECT_EQ(with([](auto& s) { s.record.parts_digest = crypto::Sha256("x"); }), "FW-RCV-020");
  EXPECT_EQ(with([](auto& s) {
              s.rendition->parts = {{.label = "title", .salt = {}, .bytes = "Hello"}};
            }),
            "FW-RCV-020");
  EXPECT_EQ(with([](auto& s) { s.rendition->recall_before = s.rendition->signed_item; }),
            "FW-RCV-020");
  EXPECT_EQ(with([](auto& s) {
              s.record.object = s.rendition->object = crypto::Sha256("another object");
            }),
            "FW-RCV-020");
  EXPECT_EQ(LastRefusal(), "FW-RCV-020");
  EXPECT_EQ(Through(item), 0u);
  EXPECT_EQ(with([](auto&) {}), "stored");
}

TEST_F(ReceiverRecallTest, NobodyElseRecallsWhatWasPublishedHere) {
  const Published own = node.Publish(testing::SampleDraft("Own"));
  model::Recall recall = rio.Withdraw(own.item);
  recall.origin = node.id();
  HandPeer::Sent sent = rio.Recall(recall);
  EXPECT_EQ(Say(rio, sent), "FW-RCV-019") << "rio cannot sign it";
  sent.rendition->signed_item = crypto::EncodeSigned(wire::SealRecall(recall, node.item_key()));
  EXPECT_EQ(Say(rio, sent), "FW-RCV-021") << "signed by this very node: a restored copy, perhaps";
  EXPECT_EQ(LastRefusal(), "FW-RCV-021");
  EXPECT_EQ(node.Text(own.item, "title"), "Own");
  EXPECT_EQ(node.Latest(own.item)->state, store::RevisionState::kActive);
}

TEST_F(ReceiverRecallTest, AThirdPartysRecallIsShownToBeItsOwnByItsManifests) {
  const HandPeer::Sent recall = stranger.Recall(stranger.Withdraw(item));
  EXPECT_EQ(Say(relay, recall), "FW-RCV-019") << "no manifest came along";
  EXPECT_EQ(Say(relay, HandPeer::PassedOn(recall, relay)), "FW-RCV-019") << "another's came along";
  EXPECT_EQ(Say(relay, HandPeer::PassedOn(recall, stranger)), "stored");
  const auto rows = node.Recalls(stranger.id(), item);
  ASSERT_THAT(rows, SizeIs(1));
  EXPECT_EQ(rows[0].received_from, relay.id());
  EXPECT_EQ(Count("SELECT count(*) FROM manifest"), 4u) << "kept, to pass it on with the statement";
  EXPECT_EQ(Say(relay, HandPeer::PassedOn(
                           stranger.Item(item, "Late", {.onward = model::Onward::kAny}), stranger)),
            "FW-RCV-016");
  EXPECT_EQ(LastRefusal(), "FW-RCV-015");
}

TEST_F(ReceiverRecallTest, ARecallOfAThirdPartysItemDestroysIt) {
  const HandPeer::Sent put = stranger.Item(item, "Passed on", {.onward = model::Onward::kAny});
  ASSERT_EQ(Say(relay, HandPeer::PassedOn(put, stranger)), "stored");
  EXPECT_EQ(Say(rio, stranger.Recall(stranger.Withdraw(item))), "stored")
      << "whoever brings it: the signature is the originator's, and the manifest is held";
  EXPECT_TRUE(Revision(put.record.object)->erased);
}

TEST_F(ReceiverRecallTest, WhoPassesAnItemOnDoesNotShortenTheOriginatorsOwnCopy) {
  const HandPeer::Sent put = rio.Item(item, "Broken seals", {.onward = model::Onward::kAny});
  HandPeer::Sent hurried = put;
  hurried.record.terms.expires = world.clock.Now() + absl::Minutes(1);
  ASSERT_EQ(Say(relay, HandPeer::PassedOn(hurried, rio)), "stored");
  ASSERT_TRUE(Revision(put.record.object)->terms.expires.has_value());
  EXPECT_EQ(Say(rio, put), "stored");
  EXPECT_FALSE(Revision(put.record.object)->terms.expires.has_value());
}

TEST_F(ReceiverRecallTest, APartThatOnlyAnotherGaveStaysUnderWhatItCameUnder) {
  HandPeer::Sent put = rio.Item(
      item, "Broken seals",
      {.parts = {{.label = "summary", .salt = {}, .bytes = "Cut"}}, .onward = model::Onward::kAny});
  HandPeer::Sent hurried = put;
  hurried.record.terms.expires = world.clock.Now() + absl::Minutes(1);
  ASSERT_EQ(Say(relay, HandPeer::PassedOn(hurried, rio)), "stored");
  std::erase_if(put.rendition->parts,
                [](const model::Part& part) { return part.label == "summary"; });
  const std::vector<crypto::Digest> left = {put.rendition->parts.front().digest()};
  put.record.parts_digest = model::PartsDigest(left);
  EXPECT_EQ(Say(rio, put), "stored");
  EXPECT_EQ(Revision(put.record.object)->terms.expires, hurried.record.terms.expires);
}

TEST_F(ReceiverRecallTest, ARecordWithoutItsStatementIsAnsweredSo) {
  HandPeer::Sent bare = rio.Recall(rio.Withdraw(item));
  bare.rendition.reset();
  ASSERT_OK_AND_ASSIGN(const Accepted accepted, Give(rio, rio.Batch(node.id(), {bare})));
  EXPECT_EQ(accepted.receipt.entries[0].outcome, model::Outcome::kNoContent);
  EXPECT_EQ(Through(item), 0u);
}

TEST_F(ReceiverRecallTest, ItemsAndRecallsOfOneBatchTakeEffectInTheirOrder) {
  const HandPeer::Sent first = rio.Item(item, "First");
  const HandPeer::Sent second =
      rio.Item(item, "Second", {.revision = 2, .prev = first.record.object});
  ASSERT_OK_AND_ASSIGN(
      const Accepted accepted,
      Give(rio, rio.Batch(node.id(), {first, rio.Recall(rio.Correct(item, 1)), second})));
  for (const auto& entry : accepted.receipt.entries) {
    EXPECT_EQ(entry.outcome, model::Outcome::kStored);
  }
  EXPECT_EQ(accepted.stored, 3u);
  EXPECT_TRUE(Revision(first.record.object)->erased);
  EXPECT_EQ(node.Text(item, "title"), "Second");
}

// The recall of the revisions before, which travels with each revision from the second on.
class RecallBeforeTest : public ReceiverRecallTest {
 protected:
  RecallBeforeTest() {
    first = rio.Item(item, "First");
    EXPECT_EQ(Say(rio, first), "stored");
  }
  HandPeer::ItemOptions Second() const {
    HandPeer::ItemOptions options;
    options.revision = 2;
    options.prev = first.record.object;
    return options;
  }
  std::string SayWith(const std::function<void(model::Recall&)>& change) {
    HandPeer::ItemOptions options = Second();
    options.recall_before = model::NarrowingBefore(rio.id(), item, 1, 2);
    change(*options.recall_before);
    return Say(rio, rio.Item(item, "Second", options));
  }

  HandPeer::Sent first;
};

TEST_F(RecallBeforeTest, ItIsKeptAndHasNoEffect) {
  ASSERT_EQ(SayWith([](auto&) {}), "stored");
  const auto rows = node.Recalls(rio.id(), item);
  ASSERT_THAT(rows, SizeIs(1));
  EXPECT_FALSE(rows[0].effective);
  EXPECT_EQ(rows[0].recall, model::NarrowingBefore(rio.id(), item, 1, 2));
  EXPECT_EQ(rows[0].received_from, rio.id());
  EXPECT_EQ(Through(item), 0u);
  EXPECT_THAT(RecallLane(), IsEmpty());
  EXPECT_FALSE(Revision(first.record.object)->erased);
}

TEST_F(RecallBeforeTest, OneThatIsWrongInAnyFieldCondemnsTheItem) {
  EXPECT_EQ(SayWith([](auto& r) { r.item = ItemNumbered(2); }), "FW-RCV-023");
  EXPECT_EQ(SayWith([&](auto& r) { r.origin = relay.id(); }), "FW-RCV-023");
  EXPECT_EQ(SayWith([](auto& r) { r.origin_manifest = 2; }), "FW-RCV-023");
  EXPECT_EQ(SayWith([](auto& r) { r.through = 2; }), "FW-RCV-023");
  EXPECT_EQ(SayWith([](auto& r) { r.through = model::kEveryRevision; }), "FW-RCV-023");
  EXPECT_EQ(SayWith([](auto& r) { r.grade = model::RecallGrade::kCorrect; }), "FW-RCV-023");
  EXPECT_EQ(SayWith([](auto& r) { r.grade = model::RecallGrade::kPurge; }), "FW-RCV-023");
  EXPECT_EQ(SayWith([](auto& r) { r.reason = model::RecallReason::kError; }), "FW-RCV-023");
  EXPECT_EQ(SayWith([](auto& r) {
              r.grade = model::RecallGrade::kCorrect;
              r.reason = model::RecallReason::kError;
            }),
            "FW-RCV-023")
      << "a real recall, but not this one";
  EXPECT_EQ(LastRefusal(), "FW-RCV-023");
  EXPECT_THAT(node.Recalls(rio.id(), item), IsEmpty());
  EXPECT_EQ(node.Text(item, "title"), "First");
}

TEST_F(RecallBeforeTest, ItHasToBeThereExactlyWhenThereIsSomethingBefore) {
  HandPeer::ItemOptions without = Second();
  without.without_recall_before = true;
  EXPECT_EQ(Say(rio, rio.Item(item, "Second", without)), "FW-RCV-023");
  HandPeer::ItemOptions first_with;
  first_with.recall_before = model::NarrowingBefore(rio.id(), ItemNumbered(2), 1, 2);
  EXPECT_EQ(Say(rio, rio.Item(ItemNumbered(2), "First of another", first_with)), "FW-RCV-023");
}

TEST_F(RecallBeforeTest, ItIsSignedByTheOriginatorsItemKey) {
  const model::Recall right = model::NarrowingBefore(rio.id(), item, 1, 2);
  HandPeer::Sent sent = rio.Item(item, "Second", Second());
  sent.rendition->recall_before = crypto::EncodeSigned(wire::SealRecall(right, relay.item_key()));
  EXPECT_EQ(Say(rio, sent), "FW-RCV-023");
  sent.rendition->recall_before = "no envelope";
  EXPECT_EQ(Say(rio, sent), "FW-RCV-023");
  sent.rendition->recall_before = sent.rendition->signed_item;
  EXPECT_EQ(Say(rio, sent), "FW-RCV-023");
}

TEST_F(RecallBeforeTest, SentAsARecallItTakesEffectUpToThereAndNoFurther) {
  const HandPeer::Sent second = rio.Item(item, "Second", Second());
  ASSERT_EQ(Say(rio, second), "stored");
  EXPECT_EQ(Say(rio, rio.Recall(model::NarrowingBefore(rio.id(), item, 1, 2))), "stored");
  EXPECT_EQ(Through(item), 1u);
  EXPECT_TRUE(Revision(first.record.object)->erased);
  EXPECT_EQ(node.Text(item, "title"), "Second");
  const auto rows = node.Recalls(rio.id(), item);
  ASSERT_THAT(rows, SizeIs(1)) << "the same statement";
  EXPECT_TRUE(rows[0].effective);
  EXPECT_THAT(RecallLane(), SizeIs(1));

  // It stays effective when the revision comes again.
  EXPECT_EQ(Say(rio, second), "stored");
  EXPECT_TRUE(node.Recalls(rio.id(), item)[0].effective);
}

TEST_F(RecallBeforeTest, WhoIsLeftOutOfTheRevisionLosesTheOneBefore) {
  EXPECT_EQ(Say(rio, rio.Recall(model::NarrowingBefore(rio.id(), item, 1, 2))), "stored");
  EXPECT_TRUE(Revision(first.record.object)->erased);
  EXPECT_EQ(Count("SELECT count(*) FROM parts"), 0u);
  // Let in again by a third revision.
  HandPeer::ItemOptions third;
  third.revision = 3;
  EXPECT_EQ(Say(rio, rio.Item(item, "Third", third)), "stored");
}

TEST_F(ReceiverRecallTest, APeerMayLeaveOnlySoManyTombstonesOfWhatIsNotHere) {
  constexpr uint64_t kLimit = 3;
  const Receiver receiver(node.db(), node.authorizer(), node.audit(), kLimit);
  const HandPeer::Sent held = rio.Item(ItemNumbered(100), "Held");
  ASSERT_EQ(Say(rio, held), "stored");
  for (uint64_t n = 1; n <= kLimit; ++n) {
    EXPECT_EQ(SayBy(receiver, rio, rio.Recall(rio.Withdraw(ItemNumbered(n)))), "stored") << n;
  }
  EXPECT_EQ(SayBy(receiver, rio, rio.Recall(rio.Withdraw(ItemNumbered(kLimit + 1)))), "FW-RCV-022");
  EXPECT_EQ(LastRefusal(), "FW-RCV-022");
  EXPECT_EQ(Through(ItemNumbered(kLimit)), model::kEveryRevision);
  EXPECT_EQ(Through(ItemNumbered(kLimit + 1)), 0u);

  EXPECT_EQ(SayBy(receiver, rio, rio.Recall(rio.Withdraw(ItemNumbered(1)))), "stored")
      << "what is remembered costs nothing again";
  EXPECT_EQ(SayBy(receiver, rio, rio.Recall(rio.Withdraw(ItemNumbered(100)))), "stored")
      << "what is here is destroyed whatever came before";
  EXPECT_TRUE(Revision(held.record.object)->erased);
  EXPECT_EQ(SayBy(receiver, relay,
                  HandPeer::PassedOn(rio.Recall(rio.Withdraw(ItemNumbered(kLimit + 1))), rio)),
            "stored")
      << "each peer has its own";
}

TEST_F(ReceiverRecallTest, ManifestsThatComeAlongCountToo) {
  const Receiver two(node.db(), node.authorizer(), node.audit(), 2);
  EXPECT_EQ(
      SayBy(two, relay, HandPeer::PassedOn(stranger.Recall(stranger.Withdraw(item)), stranger)),
      "stored");
  EXPECT_EQ(SayBy(two, relay, rio.Recall(rio.Withdraw(item))), "FW-RCV-022");
  const Receiver one(node.db(), node.authorizer(), node.audit(), 1);
  HandPeer another("callao-port");
  EXPECT_EQ(SayBy(one, rio, HandPeer::PassedOn(another.Recall(another.Withdraw(item)), another)),
            "FW-RCV-022");
  EXPECT_EQ(Count("SELECT count(*) FROM manifest"), 4u) << "the other's was not kept";
}

TEST_F(ReceiverRecallTest, WhileThePolicyCannotBeLoadedRecallsTakeEffectAndItemsWait) {
  const HandPeer::Sent held = rio.Item(item, "Broken seals");
  ASSERT_EQ(Say(rio, held), "stored");
  authz::PolicySlot slot;
  slot.SetUnreadable();
  const authz::Authorizer authorizer(slot, node.id());
  const Receiver receiver(node.db(), authorizer, node.audit());
  const HandPeer::Sent next = rio.Item(ItemNumbered(2), "Next");
  const wire::BatchFrame batch = rio.Batch(node.id(), {next, rio.Recall(rio.Withdraw(item))});
  EXPECT_EQ(receiver.Accept(PeerOf(rio), batch, world.clock.Now()).status().code(),
            absl::StatusCode::kUnavailable);
  EXPECT_TRUE(Revision(held.record.object)->erased);
  EXPECT_EQ(Through(item), model::kEveryRevision);
  EXPECT_FALSE(Revision(next.record.object).has_value()) << "it comes again";

  ASSERT_OK_AND_ASSIGN(const Accepted again, Give(rio, batch));
  EXPECT_EQ(again.stored, 2u);
}

TEST_F(ReceiverRecallTest, ContentDestroyedByAgeDoesNotComeBackAsALaterDisclosure) {
  const HandPeer::Sent put = rio.Item(item, "Old");
  ASSERT_EQ(Say(rio, put), "stored");
  ASSERT_OK(node.db().Write([&](store::Txn& txn) {
    return store::EraseContent(txn, put.record.object, store::RevisionState::kExpired);
  }));
  EXPECT_EQ(Say(rio, put), "FW-RCV-009");
  EXPECT_EQ(Count("SELECT count(*) FROM parts"), 0u);
}

}  // namespace
}  // namespace fairway::exchange
