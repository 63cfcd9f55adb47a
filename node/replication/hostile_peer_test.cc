#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "crypto/envelope.h"
#include "crypto/parts.h"
#include "node/exchange/refusal.h"
#include "node/model/recall.h"
#include "node/replication/strikes.h"
#include "node/store/feed_table.h"
#include "node/wire/feed_codec.h"
#include "node/wire/frame.h"
#include "node/wire/item_codec.h"
#include "node/wire/recall_codec.h"
#include "tests/support/exchange/test_node.h"
#include "tests/support/status_matchers.h"

// What a node does when a peer lies, repeats itself, or comes back as an older copy of itself. The
// hostile peer is played with its own real keys: it signs whatever it wants.
namespace fairway::replication {
namespace {

using ::fairway::testing::PermitEverything;
using ::fairway::testing::SampleDraft;
using ::fairway::testing::TestNode;
using ::fairway::testing::TestWorld;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class HostilePeer : public ::testing::Test {
 protected:
  HostilePeer() : a(world.Add("mombasa-port", "KE")), b(world.Add("dar-customs", "TZ")) {
    world.Pair(a, b);
    EXPECT_OK(a.Apply(PermitEverything()));
  }

  // Lets `change` rewrite each batch of A and signs it again with A's own key.
  void RewriteBatches(
      std::function<void(model::FeedBatch&, std::vector<wire::Rendition>&)> change) {
    const std::string from_a = a.id().raw();
    world.net.SetFilter([this, from_a, change](const std::string& from, const std::string&,
                                               const std::string& bytes) {
      absl::StatusOr<wire::Frame> frame = wire::DecodeFrame(bytes);
      auto* batch = frame.ok() ? std::get_if<wire::BatchFrame>(&*frame) : nullptr;
      if (from != from_a || batch == nullptr) return std::vector<std::string>{bytes};
      absl::StatusOr<model::FeedBatch> feed = wire::DecodeFeedBatch(batch->batch.body);
      EXPECT_OK(feed);
      change(*feed, batch->renditions);
      Chain(*feed);
      batch->batch =
          crypto::Seal(crypto::kTypeFeedBatch, wire::EncodeFeedBatch(*feed), a.node_key());
      return std::vector<std::string>{wire::EncodeFrame(*batch)};
    });
  }

  // Keeps the hashes of changed records consistent, as a liar would.
  static void Chain(model::FeedBatch& batch) {
    for (size_t i = 1; i < batch.records.size(); ++i) {
      batch.records[i].prev_hash = wire::RecordHash(wire::EncodeFeedRecord(batch.records[i - 1]));
    }
  }

  // The first parts digest of a rendition as its record has to say it.
  static crypto::Digest DigestOf(const wire::Rendition& rendition) {
    std::vector<crypto::Digest> digests;
    for (const model::Part& part : rendition.parts) digests.push_back(part.digest());
    std::sort(digests.begin(), digests.end());
    return model::PartsDigest(digests);
  }

  std::optional<store::InRecord> RecordAtB(uint64_t seq) {
    std::optional<store::InRecord> record;
    EXPECT_OK(b.db().Read([&](store::ReadTxn& txn) -> absl::Status {
      absl::StatusOr<std::optional<store::InRecord>> found = store::GetInRecord(txn, a.id(), seq);
      if (!found.ok()) return found.status();
      record = *found;
      return absl::OkStatus();
    }));
    return record;
  }

  // Publishes one bad and one good item in one batch, and expects exactly the bad one refused.
  void ExpectOnlyTheFirstRefused(std::string_view code) {
    world.net.SetReachable(false);
    world.Settle();
    const exchange::Published bad = a.Publish(SampleDraft("bad"));
    const exchange::Published good = a.Publish(SampleDraft("good"));
    world.net.SetReachable(true);
    world.Run(absl::Minutes(3));
    EXPECT_FALSE(b.Latest(bad.item).has_value());
    EXPECT_TRUE(b.Latest(good.item).has_value()) << "one bad item delays nobody";
    const std::optional<store::InRecord> record = RecordAtB(1);
    ASSERT_TRUE(record.has_value());
    EXPECT_EQ(record->outcome, model::Outcome::kRefused);
    EXPECT_EQ(record->code, code);
    EXPECT_EQ(b.Leaves(audit::EventKind::kItemRefused), 1u);
  }

  TestWorld world;
  TestNode& a;
  TestNode& b;
};

TEST_F(HostilePeer, AnItemWhosePartWasChangedIsRefusedAndTheNextOneArrives) {
  RewriteBatches([](model::FeedBatch& batch, std::vector<wire::Rendition>& renditions) {
    if (batch.records.front().seq != 1) return;
    renditions.front().parts.back().bytes += "!";
    batch.records.front().parts_digest = DigestOf(renditions.front());
  });
  ExpectOnlyTheFirstRefused(exchange::refusal::kPartMismatch);
}

TEST_F(HostilePeer, AnItemWithAPartLeftOutThatTheRecordNamesIsRefused) {
  RewriteBatches([](model::FeedBatch& batch, std::vector<wire::Rendition>& renditions) {
    if (batch.records.front().seq == 1) renditions.front().parts.pop_back();
  });
  ExpectOnlyTheFirstRefused(exchange::refusal::kPartMismatch);
}

TEST_F(HostilePeer, AnItemThatSomebodyElseSignedIsRefused) {
  RewriteBatches([this](model::FeedBatch& batch, std::vector<wire::Rendition>& renditions) {
    if (batch.records.front().seq != 1) return;
    absl::StatusOr<crypto::Signed> item = crypto::DecodeSigned(renditions.front().signed_item);
    renditions.front().signed_item =
        crypto::EncodeSigned(crypto::Seal(crypto::kTypeItem, item->body, a.node_key()));
  });
  ExpectOnlyTheFirstRefused(exchange::refusal::kBadSignature);
}

TEST_F(HostilePeer, AnItemOfAnAuthorityThatNobodyKnowsIsRefused) {
  RewriteBatches([this](model::FeedBatch& batch, std::vector<wire::Rendition>& renditions) {
    if (batch.records.front().seq != 1) return;
    absl::StatusOr<crypto::Signed> item = crypto::DecodeSigned(renditions.front().signed_item);
    absl::StatusOr<model::ItemBody> body = wire::DecodeItemBody(item->body);
    body->origin.digest = crypto::Sha256("nobody");
    const crypto::Signed forged =
        crypto::Seal(crypto::kTypeItem, wire::EncodeItemBody(*body), a.item_key());
    renditions.front().signed_item = crypto::EncodeSigned(forged);
    renditions.front().object = crypto::ObjectId(forged.type, forged.body);
    batch.records.front().object = renditions.front().object;
  });
  ExpectOnlyTheFirstRefused(exchange::refusal::kUnknownOriginator);
}

TEST_F(HostilePeer, ARevisionNumberThatNoDatabaseHoldsIsRefusedLikeAnyBadItem) {
  RewriteBatches([this](model::FeedBatch& batch, std::vector<wire::Rendition>& renditions) {
    if (batch.records.front().seq != 1) return;
    absl::StatusOr<crypto::Signed> item = crypto::DecodeSigned(renditions.front().signed_item);
    absl::StatusOr<model::ItemBody> body = wire::DecodeItemBody(item->body);
    body->revision = UINT64_MAX;
    body->prev = model::ObjectId(crypto::Sha256("the one before"));
    const crypto::Signed poison =
        crypto::Seal(crypto::kTypeItem, wire::EncodeItemBody(*body), a.item_key());
    renditions.front().signed_item = crypto::EncodeSigned(poison);
    renditions.front().object = crypto::ObjectId(poison.type, poison.body);
    batch.records.front().object = renditions.front().object;
    batch.records.front().revision = UINT64_MAX;
  });
  ExpectOnlyTheFirstRefused(exchange::refusal::kUnreadable);
}

TEST_F(HostilePeer, GarbageInPlaceOfAnItemIsRefused) {
  RewriteBatches([](model::FeedBatch& batch, std::vector<wire::Rendition>& renditions) {
    if (batch.records.front().seq == 1) renditions.front().signed_item = "garbage";
  });
  ExpectOnlyTheFirstRefused(exchange::refusal::kNotAnItem);
}

TEST_F(HostilePeer, APrivatePartIsNeverTakenIn) {
  RewriteBatches([](model::FeedBatch& batch, std::vector<wire::Rendition>& renditions) {
    if (batch.records.front().seq != 1) return;
    model::Part part{.label = "audience", .salt = {}, .bytes = "releasable-to any-member"};
    auto& parts = renditions.front().parts;
    parts.insert(parts.begin(), part);
    batch.records.front().parts_digest = DigestOf(renditions.front());
  });
  ExpectOnlyTheFirstRefused(exchange::refusal::kBadPart);
}

TEST_F(HostilePeer, AnItemThatIsSentAsARecallIsRefused) {
  RewriteBatches([](model::FeedBatch& batch, std::vector<wire::Rendition>&) {
    if (batch.records.front().seq == 1) batch.records.front().op = model::Op::kRecall;
  });
  ExpectOnlyTheFirstRefused(exchange::refusal::kNotARecall);
}

TEST_F(HostilePeer, AnotherAuthoritysItemCannotBeRevisedByAPeer) {
  // B holds an item of A; C signs a "second revision" of it with C's own, perfectly good key.
  TestNode& c = world.Add("zanzibar-port", "TZ");
  world.Pair(c, b);
  EXPECT_OK(c.Apply(PermitEverything()));
  const exchange::Published victim = a.Publish(SampleDraft("Original"));
  world.Settle();
  ASSERT_TRUE(b.Latest(victim.item).has_value());
  const std::string from_c = c.id().raw();
  world.net.SetFilter([&](const std::string& from, const std::string&, const std::string& bytes) {
    absl::StatusOr<wire::Frame> frame = wire::DecodeFrame(bytes);
    auto* batch = frame.ok() ? std::get_if<wire::BatchFrame>(&*frame) : nullptr;
    if (from != from_c || batch == nullptr) return std::vector<std::string>{bytes};
    absl::StatusOr<model::FeedBatch> feed = wire::DecodeFeedBatch(batch->batch.body);
    wire::Rendition& rendition = batch->renditions.front();
    absl::StatusOr<crypto::Signed> item = crypto::DecodeSigned(rendition.signed_item);
    absl::StatusOr<model::ItemBody> body = wire::DecodeItemBody(item->body);
    body->item_id = victim.item;
    body->revision = 2;
    body->prev = victim.object;
    const crypto::Signed forged =
        crypto::Seal(crypto::kTypeItem, wire::EncodeItemBody(*body), c.item_key());
    rendition.signed_item = crypto::EncodeSigned(forged);
    rendition.object = crypto::ObjectId(forged.type, forged.body);
    rendition.recall_before = crypto::EncodeSigned(wire::SealRecall(
        model::NarrowingBefore(c.id(), victim.item, body->origin_manifest, 2), c.item_key()));
    feed->records.front().object = rendition.object;
    feed->records.front().item = victim.item;
    feed->records.front().revision = 2;
    batch->batch = crypto::Seal(crypto::kTypeFeedBatch, wire::EncodeFeedBatch(*feed), c.node_key());
    return std::vector<std::string>{wire::EncodeFrame(*batch)};
  });
  c.Publish(SampleDraft("Hijacked"));
  world.Settle();
  // It is another item, by another author, that happens to say the same id.
  EXPECT_EQ(b.Revision(a.id(), victim.item), 1u);
  EXPECT_EQ(b.Revision(c.id(), victim.item), 2u);
}

TEST_F(HostilePeer, TwoBodiesForOneRevisionKeepTheFirst) {
  const exchange::Published item = a.Publish(SampleDraft("Original"));
  world.Settle();
  RewriteBatches([&](model::FeedBatch& batch, std::vector<wire::Rendition>& renditions) {
    absl::StatusOr<crypto::Signed> sent = crypto::DecodeSigned(renditions.front().signed_item);
    absl::StatusOr<model::ItemBody> body = wire::DecodeItemBody(sent->body);
    body->item_id = item.item;
    const crypto::Signed forged =
        crypto::Seal(crypto::kTypeItem, wire::EncodeItemBody(*body), a.item_key());
    renditions.front().signed_item = crypto::EncodeSigned(forged);
    renditions.front().object = crypto::ObjectId(forged.type, forged.body);
    batch.records.front().object = renditions.front().object;
    batch.records.front().item = item.item;
  });
  a.Publish(SampleDraft("Another"));
  world.Settle();
  EXPECT_EQ(b.Text(item.item, "title"), "Original");
  EXPECT_EQ(b.EventsOf(audit::EventKind::kItemRefused).at(0).reason, exchange::refusal::kTwoBodies);
}

TEST_F(HostilePeer, ABatchUnderAnotherKeyClosesTheLinkAndStoresNothing) {
  const std::string from_a = a.id().raw();
  world.net.SetFilter([&](const std::string& from, const std::string&, const std::string& bytes) {
    absl::StatusOr<wire::Frame> frame = wire::DecodeFrame(bytes);
    auto* batch = frame.ok() ? std::get_if<wire::BatchFrame>(&*frame) : nullptr;
    if (from != from_a || batch == nullptr) return std::vector<std::string>{bytes};
    batch->batch = crypto::Seal(crypto::kTypeFeedBatch, batch->batch.body, b.node_key());
    return std::vector<std::string>{wire::EncodeFrame(*batch)};
  });
  const exchange::Published item = a.Publish(SampleDraft("Forged"));
  world.Settle();
  EXPECT_FALSE(b.StatusOf(a).connected);
  EXPECT_FALSE(b.Latest(item.item).has_value());
  EXPECT_EQ(b.Leaves(audit::EventKind::kItemRefused), 1u);
}

TEST_F(HostilePeer, RepeatedFramesHaveNoSecondEffect) {
  world.net.SetFilter([](const std::string&, const std::string&, const std::string& frame) {
    const auto decoded = wire::DecodeFrame(frame);
    const bool hello = decoded.ok() && std::holds_alternative<wire::HelloFrame>(*decoded);
    return hello ? std::vector<std::string>{frame} : std::vector<std::string>{frame, frame, frame};
  });
  const exchange::Published item = a.Publish(SampleDraft("Thrice"));
  world.Settle();
  EXPECT_TRUE(b.Latest(item.item).has_value());
  EXPECT_EQ(b.Leaves(audit::EventKind::kBatchReceived), 1u);
  EXPECT_EQ(a.Leaves(audit::EventKind::kReceiptAccepted), 1u);
  EXPECT_EQ(a.Leaves(audit::EventKind::kReceiptRefused), 0u);
  EXPECT_TRUE(a.StatusOf(b).connected);
}

TEST_F(HostilePeer, FramesOutOfOrderAreNotTakenOutOfOrder) {
  const std::string from_a = a.id().raw();
  std::string kept;
  world.net.SetFilter([&](const std::string& from, const std::string&, const std::string& frame) {
    const auto decoded = wire::DecodeFrame(frame);
    const bool batch = decoded.ok() && std::holds_alternative<wire::BatchFrame>(*decoded);
    if (from != from_a || !batch) return std::vector<std::string>{frame};
    if (kept.empty()) {
      kept = frame;
      return std::vector<std::string>{};
    }
    return std::vector<std::string>{frame, kept};
  });
  const exchange::Published first = a.Publish(SampleDraft("First"));
  world.Settle();
  const exchange::Published second = a.Publish(SampleDraft("Second"));
  world.Settle();
  EXPECT_FALSE(b.Latest(second.item).has_value());
  world.net.SetFilter(nullptr);
  world.Run(absl::Minutes(2));
  EXPECT_TRUE(b.Latest(first.item).has_value());
  EXPECT_TRUE(b.Latest(second.item).has_value());
  EXPECT_EQ(a.Releases(second.item).at(0).feed_seq, 2u);
}

TEST_F(HostilePeer, WhoSendsFiftyOneForgeriesWaitsForAnHourAndLosesNothing) {
  bool lies = true;
  RewriteBatches([&lies](model::FeedBatch&, std::vector<wire::Rendition>& renditions) {
    if (!lies) return;
    for (wire::Rendition& rendition : renditions) rendition.signed_item = "garbage";
  });
  for (size_t i = 0; i <= Strikes::kMost; ++i) {
    a.Publish(SampleDraft("A forgery"));
    world.Settle();
  }
  EXPECT_EQ(b.Leaves(audit::EventKind::kItemRefused), Strikes::kMost + 1);
  EXPECT_EQ(b.Leaves(audit::EventKind::kFeedAlarm), 1u);
  EXPECT_TRUE(b.StatusOf(a).alarm);
  lies = false;
  const exchange::Published honest = a.Publish(SampleDraft("An honest item"));
  world.Run(absl::Minutes(50));
  EXPECT_FALSE(b.Latest(honest.item).has_value());
  world.Run(absl::Minutes(20));
  EXPECT_TRUE(b.Latest(honest.item).has_value());
  EXPECT_FALSE(b.StatusOf(a).alarm);
  EXPECT_EQ(b.Leaves(audit::EventKind::kFeedAlarm), 1u);
}

// Receipts -----------------------------------------------------------------------------------

class ForgedReceipt : public HostilePeer {
 protected:
  // Lets `change` rewrite each receipt of B, signed with `key`.
  void RewriteReceipts(std::function<void(model::Receipt&)> change,
                       const crypto::SigningKey* key = nullptr) {
    const std::string from_b = b.id().raw();
    const crypto::SigningKey& signer = key == nullptr ? b.node_key() : *key;
    world.net.SetFilter([from_b, change, &signer](const std::string& from, const std::string&,
                                                  const std::string& bytes) {
      absl::StatusOr<wire::Frame> frame = wire::DecodeFrame(bytes);
      auto* sent = frame.ok() ? std::get_if<wire::ReceiptFrame>(&*frame) : nullptr;
      if (from != from_b || sent == nullptr) return std::vector<std::string>{bytes};
      absl::StatusOr<model::Receipt> receipt = wire::DecodeReceipt(sent->receipt.body);
      EXPECT_OK(receipt);
      change(*receipt);
      sent->receipt = crypto::Seal(crypto::kTypeReceipt, wire::EncodeReceipt(*receipt), signer);
      return std::vector<std::string>{wire::EncodeFrame(*sent)};
    });
  }

  void ExpectRefused() {
    const exchange::Published item = a.Publish(SampleDraft("Receipt, please"));
    world.Settle();
    EXPECT_EQ(a.Releases(item.item).at(0).state, store::ReleaseState::kSent);
    EXPECT_EQ(a.Leaves(audit::EventKind::kReceiptRefused), 1u);
    EXPECT_EQ(a.Leaves(audit::EventKind::kReceiptAccepted), 0u);
    EXPECT_FALSE(a.StatusOf(b).connected);
    // The truth, told later, still counts.
    world.net.SetFilter(nullptr);
    world.Run(absl::Minutes(2));
    EXPECT_EQ(a.Releases(item.item).at(0).state, store::ReleaseState::kDelivered);
  }
};

TEST_F(ForgedReceipt, ThatNeverGetsAnythingIsBelievedAFewTimesOnly) {
  RewriteReceipts([](model::Receipt& receipt) {
    for (model::Receipt::Entry& entry : receipt.entries) entry.outcome = model::Outcome::kNoContent;
  });
  const exchange::Published first = a.Publish(SampleDraft("Sent"));
  world.Settle();
  EXPECT_THAT(a.Releases(first.item), SizeIs(exchange::kMaxWithoutContent));
  // Nor does a new item begin it again for the old one.
  const exchange::Published second = a.Publish(SampleDraft("Sent too"));
  world.Settle();
  EXPECT_THAT(a.Releases(second.item), SizeIs(exchange::kMaxWithoutContent));
  EXPECT_THAT(a.Releases(first.item), SizeIs(exchange::kMaxWithoutContent));
  // A new policy is another reason.
  EXPECT_OK(a.Apply(PermitEverything() + "\n# changed\n"));
  world.Settle();
  EXPECT_THAT(a.Releases(first.item), SizeIs(exchange::kMaxWithoutContent + 1));
}

TEST_F(ForgedReceipt, UnderAnotherKeyIsRefused) {
  RewriteReceipts([](model::Receipt&) {}, &a.node_key());
  ExpectRefused();
}

TEST_F(ForgedReceipt, BeyondWhatWasSentIsRefused) {
  RewriteReceipts([](model::Receipt& receipt) {
    receipt.last_seq = 2;
    receipt.entries.push_back({.seq = 2, .outcome = model::Outcome::kStored, .code = ""});
  });
  ExpectRefused();
}

TEST_F(ForgedReceipt, WithAnotherHashIsRefused) {
  RewriteReceipts([](model::Receipt& receipt) { receipt.last_hash = crypto::Sha256("other"); });
  ExpectRefused();
}

TEST_F(ForgedReceipt, ForAnotherFeedIsRefused) {
  RewriteReceipts([](model::Receipt& receipt) { receipt.feed_id = std::string(16, 'x'); });
  ExpectRefused();
}

// Attachments --------------------------------------------------------------------------------

TEST_F(HostilePeer, AChunkOfWhatWasNotReleasedIsRefused) {
  EXPECT_OK(a.Apply(R"(policy "no pictures" version 2

permit texts
  to      any peer
  may     replicate
  any item
  with    redact attachments
  because "a test"
)"));
  model::Draft draft = SampleDraft("With a picture");
  draft.attachments = {{.name = "a.png", .media_type = "image/png", .bytes = "secret pixels"}};
  const exchange::Published redacted = a.Publish(draft);
  EXPECT_OK(a.Apply(R"(policy "none" version 3)"));
  const exchange::Published withheld = a.Publish(draft);
  world.Settle();
  std::vector<std::string> refusals;
  const std::string from_a = a.id().raw();
  world.net.SetFilter([&](const std::string& from, const std::string&, const std::string& bytes) {
    const auto frame = wire::DecodeFrame(bytes);
    const auto* reply = frame.ok() ? std::get_if<wire::ChunkReply>(&*frame) : nullptr;
    if (from == from_a && reply != nullptr) {
      EXPECT_THAT(reply->data, IsEmpty());
      refusals.push_back(reply->refused);
    }
    return std::vector<std::string>{bytes};
  });
  for (const exchange::Published& item : {redacted, withheld}) {
    world.net.Inject(b.id().raw(), a.id().raw(),
                     wire::EncodeFrame(wire::ChunkRequest{
                         .object = item.object, .label = "attachments/1", .index = 0}));
  }
  world.Settle();
  ASSERT_THAT(refusals, SizeIs(2));
  EXPECT_EQ(refusals[0], refusals[1]) << "the answer does not tell which items exist";
  const std::vector<audit::Event> leaves = a.EventsOf(audit::EventKind::kAttachmentServed);
  ASSERT_THAT(leaves, SizeIs(2));
  for (const audit::Event& leaf : leaves) EXPECT_EQ(leaf.outcome, "refused");
}

TEST_F(HostilePeer, ManyRefusedChunksCostFewLeavesAndTooManyTheLink) {
  const exchange::Published item = a.Publish(SampleDraft("No picture"));
  world.Settle();
  const size_t before = world.net.links_made();
  const std::string request = wire::EncodeFrame(
      wire::ChunkRequest{.object = item.object, .label = "attachments/1", .index = 0});
  const auto ask = [&](size_t times) {
    for (size_t i = 0; i < times; ++i) world.net.Inject(b.id().raw(), a.id().raw(), request);
    world.Settle();
  };
  ask(PeerSession::kMaxRefusedChunks);
  EXPECT_EQ(a.Leaves(audit::EventKind::kAttachmentServed), PeerSession::kRefusedChunkLeaves);
  EXPECT_EQ(a.Leaves(audit::EventKind::kPeerRefused), 0u);
  ask(1);
  EXPECT_EQ(a.Leaves(audit::EventKind::kPeerRefused), 1u);
  const std::vector<audit::Event> leaves = a.EventsOf(audit::EventKind::kAttachmentServed);
  ASSERT_THAT(leaves, SizeIs(PeerSession::kRefusedChunkLeaves + 1));
  EXPECT_EQ(leaves.back().detail.at("count"),
            std::to_string(PeerSession::kMaxRefusedChunks + 1 - PeerSession::kRefusedChunkLeaves));
  world.Run(absl::Minutes(2));
  EXPECT_GT(world.net.links_made(), before) << "the link was cut";
}

TEST_F(HostilePeer, AChunkThatIsNotWhatWasCommittedToIsNotStored) {
  const std::string from_a = a.id().raw();
  world.net.SetFilter([&](const std::string& from, const std::string&, const std::string& bytes) {
    absl::StatusOr<wire::Frame> frame = wire::DecodeFrame(bytes);
    auto* reply = frame.ok() ? std::get_if<wire::ChunkReply>(&*frame) : nullptr;
    if (from != from_a || reply == nullptr) return std::vector<std::string>{bytes};
    reply->data[0] ^= 1;
    return std::vector<std::string>{wire::EncodeFrame(*reply)};
  });
  model::Draft draft = SampleDraft("With a picture");
  draft.attachments = {{.name = "a.png", .media_type = "image/png", .bytes = "honest pixels"}};
  const exchange::Published item = a.Publish(draft);
  world.Settle();
  EXPECT_FALSE(b.Attachment(item, "attachments/1", 1).has_value());
  EXPECT_EQ(b.Leaves(audit::EventKind::kAttachmentRefused), 1u);
  world.net.SetFilter(nullptr);
  world.Run(absl::Minutes(15));
  EXPECT_EQ(b.Attachment(item, "attachments/1", 1), "honest pixels");
}

// Restored copies ----------------------------------------------------------------------------

TEST_F(HostilePeer, ASenderRestoredFromACopyIsStoppedByBothSides) {
  a.Publish(SampleDraft("Before the copy"));
  world.Settle();
  a.Close();
  const std::string copy = ::testing::TempDir() + "/copy.db";
  a.CopyFileTo(copy);
  a.Open();
  world.Run(absl::Minutes(2));
  const exchange::Published lost = a.Publish(SampleDraft("After the copy"));
  world.Settle();
  ASSERT_TRUE(b.Latest(lost.item).has_value());
  a.Close();
  a.RestoreFileFrom(copy);
  a.Open();
  const exchange::Published again = a.Publish(SampleDraft("From the copy"));
  world.Run(absl::Minutes(5));

  EXPECT_FALSE(b.Latest(again.item).has_value()) << "number 2 is used up";
  EXPECT_TRUE(a.StatusOf(b).alarm || b.StatusOf(a).alarm);
  EXPECT_GE(a.Leaves(audit::EventKind::kFeedAlarm) + b.Leaves(audit::EventKind::kFeedAlarm), 1u);
  EXPECT_LE(b.Leaves(audit::EventKind::kFeedAlarm), 1u) << "one leaf, not one for each try";
}

TEST_F(HostilePeer, AReceiverRestoredFromACopyStopsTheFeed) {
  a.Publish(SampleDraft("Before the copy"));
  world.Settle();
  b.Close();
  const std::string copy = ::testing::TempDir() + "/copy.db";
  b.CopyFileTo(copy);
  b.Open();
  world.Run(absl::Minutes(2));
  a.Publish(SampleDraft("After the copy"));
  world.Settle();
  b.Close();
  b.RestoreFileFrom(copy);
  b.Open();
  world.Run(absl::Minutes(5));
  EXPECT_TRUE(a.StatusOf(b).alarm);
  EXPECT_THAT(a.StatusOf(b).trouble, HasSubstr("lost some"));
  EXPECT_EQ(a.Leaves(audit::EventKind::kFeedAlarm), 1u);
}

TEST_F(HostilePeer, AHelloFromAnotherLinkIsRefused) {
  const std::string from_a = a.id().raw();
  std::string first;
  size_t hellos = 0;
  world.net.SetFilter([&](const std::string& from, const std::string&, const std::string& bytes) {
    const auto frame = wire::DecodeFrame(bytes);
    const bool hello = frame.ok() && std::holds_alternative<wire::HelloFrame>(*frame);
    if (from != from_a || !hello) return std::vector<std::string>{bytes};
    ++hellos;
    if (first.empty()) first = bytes;
    return std::vector<std::string>{first};
  });
  world.net.BreakAllLinks();
  world.Run(absl::Seconds(5));
  EXPECT_TRUE(b.StatusOf(a).connected) << "the first is for this link";
  world.net.BreakAllLinks();
  world.Run(absl::Seconds(5));
  EXPECT_GE(hellos, 2u);
  EXPECT_FALSE(b.StatusOf(a).connected);
  EXPECT_GE(b.Leaves(audit::EventKind::kPeerRefused), 1u);
}

}  // namespace
}  // namespace fairway::replication
