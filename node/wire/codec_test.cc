#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "api/v1/item.pb.h"
#include "api/v1/manifest.pb.h"
#include "api/v1/peer.pb.h"
#include "api/v1/recall.pb.h"
#include "crypto/ed25519.h"
#include "crypto/envelope.h"
#include "node/wire/draft_codec.h"
#include "node/wire/feed_codec.h"
#include "node/wire/fields.h"
#include "node/wire/frame.h"
#include "node/wire/item_codec.h"
#include "node/wire/join_codec.h"
#include "node/wire/manifest_codec.h"
#include "node/wire/recall_codec.h"
#include "node/wire/samples.h"
#include "node/wire/strict.h"

namespace fairway::wire {
namespace {

using ::testing::HasSubstr;

constexpr uint64_t kSeed = 20261120;

// What the decoder says of `valid` after one change; "accepted" if it takes it.
template <typename Message, typename Decode>
std::string After(const std::string& valid, Decode decode,
                  const std::function<void(Message&)>& change) {
  Message message;
  EXPECT_TRUE(message.ParseFromString(valid));
  change(message);
  const auto value = decode(Encode(message));
  if (value.ok()) return "accepted";
  EXPECT_EQ(value.status().code(), absl::StatusCode::kInvalidArgument);
  return std::string(value.status().message());
}

class ItemCodecTest : public testing::Test {
 protected:
  static std::string With(const std::function<void(v1::ItemBody&)>& change) {
    Samples samples(kSeed);
    model::ItemBody body = samples.ItemBody();
    body.revision = 1;
    body.prev.reset();
    return After<v1::ItemBody>(EncodeItemBody(body), DecodeItemBody, change);
  }
};

TEST_F(ItemCodecTest, EveryMandatoryFieldIsMissed) {
  EXPECT_EQ(With([](auto&) {}), "accepted");
  EXPECT_THAT(With([](auto& b) { b.clear_item_id(); }), HasSubstr("`item_id` is 0 bytes, want 16"));
  EXPECT_THAT(With([](auto& b) { b.clear_revision(); }), HasSubstr("`revision` is missing"));
  EXPECT_THAT(With([](auto& b) { b.clear_origin(); }), HasSubstr("`origin` is 0 bytes, want 32"));
  EXPECT_THAT(With([](auto& b) { b.clear_origin_manifest(); }), HasSubstr("`origin_manifest`"));
  EXPECT_THAT(With([](auto& b) { b.clear_kind(); }), HasSubstr("`kind` is missing"));
  EXPECT_THAT(With([](auto& b) { b.clear_mode(); }), HasSubstr("`mode` is missing"));
  EXPECT_THAT(With([](auto& b) { b.clear_tlp(); }), HasSubstr("`tlp` is missing"));
  EXPECT_THAT(With([](auto& b) { b.clear_pap(); }), HasSubstr("`pap` is missing"));
  EXPECT_THAT(With([](auto& b) { b.clear_precedence(); }), HasSubstr("`precedence` is missing"));
  EXPECT_THAT(With([](auto& b) { b.clear_onward(); }), HasSubstr("`onward` is missing"));
  EXPECT_THAT(With([](auto& b) { b.clear_part_digests(); }), HasSubstr("`part_digests`"));
}

TEST_F(ItemCodecTest, VocabulariesAreClosed) {
  EXPECT_THAT(With([](auto& b) { b.set_kind(static_cast<v1::Kind>(10)); }),
              HasSubstr("`kind` is 10"));
  EXPECT_THAT(With([](auto& b) { b.set_tlp(static_cast<v1::Tlp>(6)); }), HasSubstr("`tlp` is 6"));
  EXPECT_THAT(With([](auto& b) { b.set_onward(static_cast<v1::Onward>(6)); }),
              HasSubstr("`onward` is 6"));
}

TEST_F(ItemCodecTest, IdentifiersHaveTheirLengths) {
  EXPECT_THAT(With([](auto& b) { b.mutable_item_id()->push_back('x'); }),
              HasSubstr("`item_id` is 17 bytes, want 16"));
  EXPECT_THAT(With([](auto& b) { (*b.mutable_item_id())[6] = 0x10; }),
              HasSubstr("`item_id` is not a UUID of version 4"));
  EXPECT_THAT(With([](auto& b) { b.mutable_origin()->pop_back(); }),
              HasSubstr("`origin` is 31 bytes, want 32"));
  EXPECT_THAT(With([](auto& b) { b.mutable_part_digests(3)->pop_back(); }),
              HasSubstr("`part_digests[3]` is 31 bytes"));
}

TEST_F(ItemCodecTest, PreviousRevisionIsThereExactlyAfterTheFirst) {
  const std::string digest(32, 'd');
  EXPECT_THAT(With([&](auto& b) { b.set_prev(digest); }), HasSubstr("`prev` is there"));
  EXPECT_THAT(With([](auto& b) { b.set_revision(2); }), HasSubstr("`prev` is 0 bytes"));
  EXPECT_EQ(With([&](auto& b) {
              b.set_revision(2);
              b.set_prev(digest);
            }),
            "accepted");
}

TEST_F(ItemCodecTest, VersionsAreNoLargerThanADatabaseHolds) {
  const auto revision = [](uint64_t number) {
    return With([number](auto& b) {
      b.set_revision(number);
      b.set_prev(std::string(32, 'd'));
    });
  };
  EXPECT_EQ(revision(kMaxVersion), "accepted");
  EXPECT_THAT(revision(kMaxVersion + 1), HasSubstr("`revision` is 9223372036854775808, limit is"));
  EXPECT_EQ(With([](auto& b) { b.set_origin_manifest(kMaxVersion); }), "accepted");
  EXPECT_THAT(With([](auto& b) { b.set_origin_manifest(kMaxVersion + 1); }),
              HasSubstr("`origin_manifest` is 9223372036854775808, limit is"));
}

TEST_F(ItemCodecTest, PartDigestsAreSortedPaddedAndDifferent) {
  EXPECT_THAT(With([](auto& b) { b.mutable_part_digests()->SwapElements(0, 1); }),
              HasSubstr("`part_digests`"));
  EXPECT_THAT(With([](auto& b) { b.set_part_digests(1, b.part_digests(0)); }),
              HasSubstr("`part_digests`"));
  EXPECT_THAT(With([](auto& b) { b.mutable_part_digests()->RemoveLast(); }),
              HasSubstr("`part_digests`"));
  EXPECT_THAT(With([](auto& b) {
                while (b.part_digests_size() < 257) b.add_part_digests(std::string(32, '\xff'));
              }),
              HasSubstr("`part_digests` is there 257 times, limit is 256"));
}

TEST_F(ItemCodecTest, TimesAreWholeSecondsOfFourDigitYears) {
  EXPECT_EQ(With([](auto& b) { b.set_not_after_ms(1000); }), "accepted");
  EXPECT_EQ(With([](auto& b) { b.set_not_after_ms(253402300799000); }), "accepted");
  EXPECT_THAT(With([](auto& b) { b.set_not_after_ms(253402300800000); }), HasSubstr("9999"));
  EXPECT_THAT(With([](auto& b) { b.set_not_after_ms(0); }), HasSubstr("`not_after_ms` is 0"));
  EXPECT_THAT(With([](auto& b) { b.set_not_after_ms(-1000); }), HasSubstr("is -1000"));
  EXPECT_THAT(With([](auto& b) { b.set_not_after_ms(1001); }), HasSubstr("whole seconds"));
}

TEST(DescriptorCodecTest, LimitsHoldAtTheLimitAndOneBeyond) {
  Samples samples(kSeed);
  const std::string valid = EncodeAttachmentDescriptor(samples.Descriptor());
  const auto with = [&](const std::function<void(v1::AttachmentDescriptor&)>& change) {
    return After<v1::AttachmentDescriptor>(valid, DecodeAttachmentDescriptor, change);
  };
  EXPECT_EQ(with([](auto& d) { d.set_size(1 << 20); }), "accepted");
  EXPECT_THAT(with([](auto& d) { d.set_size((1 << 20) + 1); }), HasSubstr("`size` is 1048577"));
  EXPECT_THAT(with([](auto& d) { d.clear_size(); }), HasSubstr("`size` is 0"));
  EXPECT_EQ(with([](auto& d) { d.set_name(std::string(255, 'n')); }), "accepted");
  EXPECT_THAT(with([](auto& d) { d.set_name(std::string(256, 'n')); }), HasSubstr("limit is 255"));
  EXPECT_EQ(with([](auto& d) { d.set_media_type(std::string(127, 'n')); }), "accepted");
  EXPECT_THAT(with([](auto& d) { d.set_media_type(std::string(128, 'n')); }),
              HasSubstr("limit is 127"));
}

TEST(TermsCodecTest, NoPurposeAndNoLimitOnPurposeAreDifferent) {
  model::Terms none;
  none.purpose.emplace();
  EXPECT_NE(EncodeTerms(none), EncodeTerms({}));
  EXPECT_EQ(*DecodeTerms(EncodeTerms(none)), none);
  EXPECT_EQ(*DecodeTerms(EncodeTerms({})), model::Terms{});
}

TEST(TermsCodecTest, LimitsHoldAtTheLimitAndOneBeyond) {
  const auto with = [&](const std::function<void(v1::Terms&)>& change) {
    return After<v1::Terms>("", DecodeTerms, change);
  };
  EXPECT_EQ(with([](auto& t) { t.set_hops(kMaxHops); }), "accepted");
  EXPECT_THAT(with([](auto& t) { t.set_hops(kMaxHops + 1); }), HasSubstr("`terms.hops` is 17"));
  const auto words = [](v1::Terms& terms, size_t count, size_t length) {
    for (size_t i = 0; i < count; ++i) {
      terms.mutable_purpose()->add_words(absl::StrCat(std::string(length - 3, 'p'), 100 + i));
    }
  };
  EXPECT_EQ(with([&](auto& t) { words(t, kMaxPurposes, kMaxPurposeBytes); }), "accepted");
  EXPECT_THAT(with([&](auto& t) { words(t, kMaxPurposes + 1, kMaxPurposeBytes); }),
              HasSubstr("there 65 times, limit is 64"));
  EXPECT_THAT(with([&](auto& t) { words(t, 1, kMaxPurposeBytes + 1); }),
              HasSubstr("65 bytes, limit is 64"));
  EXPECT_THAT(with([](auto& t) {
                t.mutable_purpose()->add_words("b");
                t.mutable_purpose()->add_words("a");
              }),
              HasSubstr("`terms.purpose.words[1]` is not in ascending order"));
}

TEST(ManifestCodecTest, FirstVersionIsNamedByItsOwnBytes) {
  Samples samples(kSeed);
  const std::string bytes = EncodeManifest(samples.FirstManifest());
  const absl::StatusOr<model::Manifest> manifest = DecodeManifest(bytes);
  ASSERT_TRUE(manifest.ok()) << manifest.status();
  EXPECT_EQ(manifest->id.digest, crypto::ObjectId(crypto::kTypeManifest, bytes));
}

TEST(ManifestCodecTest, OnlyARootKeyOfTheKnownManifestSignsTheNext) {
  Samples samples(kSeed);
  const crypto::SigningKey root = samples.Key();
  const crypto::SigningKey stranger = samples.Key();
  model::Manifest first = samples.FirstManifest();
  first.root_keys = {root.public_key()};
  const auto seal = [](const model::Manifest& manifest, const crypto::SigningKey& key) {
    return crypto::Seal(crypto::kTypeManifest, EncodeManifest(manifest), key);
  };
  EXPECT_EQ(OpenFirstManifest(seal(first, stranger)).status().code(),
            absl::StatusCode::kUnauthenticated);
  const absl::StatusOr<model::Manifest> known = OpenFirstManifest(seal(first, root));
  ASSERT_TRUE(known.ok()) << known.status();

  model::Manifest next = *known;
  next.version = 2;
  next.root_keys = {stranger.public_key()};
  EXPECT_TRUE(OpenNextManifest(seal(next, root), *known).ok());
  EXPECT_EQ(OpenNextManifest(seal(next, stranger), *known).status().code(),
            absl::StatusCode::kUnauthenticated);
  EXPECT_EQ(OpenFirstManifest(seal(next, root)).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(OpenNextManifest(seal(next, root), next).status().code(),
            absl::StatusCode::kUnauthenticated);
  next.version = 1;
  next.id = known->id;
  EXPECT_EQ(OpenNextManifest(seal(*known, root), *known).status().code(),
            absl::StatusCode::kFailedPrecondition);
  model::Manifest other = *known;
  other.version = 2;
  other.id = model::AuthorityId{samples.Digest()};
  EXPECT_THAT(OpenNextManifest(seal(other, root), *known).status().message(),
              HasSubstr("`authority_id` is another authority's"));
}

TEST(ManifestCodecTest, BrokenKeysAreNamed) {
  Samples samples(kSeed);
  const std::string valid = EncodeManifest(samples.FirstManifest());
  const auto with = [&](const std::function<void(v1::Manifest&)>& change) {
    return After<v1::Manifest>(valid, DecodeManifest, change);
  };
  EXPECT_THAT(with([](auto& m) { m.mutable_keys(2)->clear_purpose(); }),
              HasSubstr("`keys[2].purpose` is missing"));
  EXPECT_THAT(with([](auto& m) { m.mutable_keys(1)->set_key("short"); }),
              HasSubstr("`keys[1].key` is not a key"));
  EXPECT_THAT(with([](auto& m) { m.set_root_keys(0, std::string(32, '\0')); }),
              HasSubstr("`root_keys[0]` is not a key"));
  EXPECT_THAT(with([](auto& m) { m.set_authority_id(std::string(32, 'i')); }),
              HasSubstr("`authority_id` is there in version 1"));
  EXPECT_THAT(with([](auto& m) { m.set_version(2); }), HasSubstr("`authority_id` is 0 bytes"));
  EXPECT_THAT(with([](auto& m) { m.clear_version(); }), HasSubstr("`version` is missing"));
}

TEST(FeedCodecTest, BatchIsAChain) {
  Samples samples(kSeed);
  model::FeedBatch batch = samples.Batch();
  while (batch.records.size() < 3) batch = samples.Batch();
  ASSERT_TRUE(DecodeFeedBatch(EncodeFeedBatch(batch)).ok());

  model::FeedBatch gap = batch;
  gap.records[1].seq += 1;
  EXPECT_THAT(DecodeFeedBatch(EncodeFeedBatch(gap)).status().message(),
              HasSubstr("`records[1].seq`"));
  model::FeedBatch unchained = batch;
  unchained.records[1].revision += 1;  // the next one's prev_hash is of other bytes
  EXPECT_THAT(DecodeFeedBatch(EncodeFeedBatch(unchained)).status().message(),
              HasSubstr("`records[2].prev_hash` is not the hash of the record before"));
  model::FeedBatch empty = batch;
  empty.records.clear();
  EXPECT_THAT(DecodeFeedBatch(EncodeFeedBatch(empty)).status().message(),
              HasSubstr("`records` is missing"));
}

TEST(FeedCodecTest, BatchHolds256RecordsAndNoMore) {
  Samples samples(kSeed);
  model::FeedBatch batch = samples.Batch();
  model::FeedRecord record = batch.records[0];
  batch.records.clear();
  for (size_t i = 0; i <= model::kMaxBatchRecords; ++i) {
    record.terms = {};
    batch.records.push_back(record);
    record.prev_hash = RecordHash(EncodeFeedRecord(record));
    ++record.seq;
  }
  EXPECT_THAT(DecodeFeedBatch(EncodeFeedBatch(batch)).status().message(),
              HasSubstr("`records` is there 257 times, limit is 256"));
  batch.records.pop_back();
  EXPECT_EQ(*DecodeFeedBatch(EncodeFeedBatch(batch)), batch);
}

TEST(FeedCodecTest, FirstRecordHasNoHashBeforeIt) {
  Samples samples(kSeed);
  model::FeedRecord record = samples.Batch().records[0];
  record.seq = 1;
  record.prev_hash = {};
  const std::string first = EncodeFeedRecord(record);
  const auto with = [&](const std::function<void(v1::FeedRecord&)>& change) {
    return After<v1::FeedRecord>(first, DecodeFeedRecord, change);
  };
  EXPECT_EQ(with([](auto&) {}), "accepted");
  EXPECT_THAT(with([](auto& r) { r.set_prev_hash(std::string(32, 'p')); }),
              HasSubstr("`prev_hash` is there though nothing comes before"));
  EXPECT_THAT(with([](auto& r) { r.set_seq(2); }), HasSubstr("`prev_hash` is 0 bytes"));
  EXPECT_THAT(with([](auto& r) { r.clear_terms(); }), HasSubstr("`terms` is missing"));
  EXPECT_THAT(with([](auto& r) { r.clear_op(); }), HasSubstr("`op` is missing"));
}

TEST(FeedCodecTest, ReceiptHasOneLineForEachNumber) {
  Samples samples(kSeed);
  model::Receipt receipt = samples.Receipt();
  while (receipt.entries.size() < 2) receipt = samples.Receipt();
  const std::string valid = EncodeReceipt(receipt);
  const auto with = [&](const std::function<void(v1::Receipt&)>& change) {
    return After<v1::Receipt>(valid, DecodeReceipt, change);
  };
  EXPECT_EQ(with([](auto&) {}), "accepted");
  EXPECT_THAT(with([](auto& r) { r.mutable_lines()->RemoveLast(); }), HasSubstr("`lines`"));
  EXPECT_THAT(with([](auto& r) { r.mutable_lines(1)->set_seq(r.lines(0).seq()); }),
              HasSubstr("`lines[1].seq`"));
  EXPECT_THAT(with([](auto& r) { r.set_last_seq(r.first_seq() - 1); }), HasSubstr("`last_seq`"));
  EXPECT_THAT(with([](auto& r) { r.set_last_seq(r.first_seq() + 256); }),
              HasSubstr("covers 257 records, limit is 256"));
  EXPECT_THAT(with([](auto& r) {
                r.mutable_lines(0)->set_outcome(v1::OUTCOME_STORED);
                r.mutable_lines(0)->set_code("FW-RCV-001");
              }),
              HasSubstr("`lines[0].code` is there though"));
  EXPECT_THAT(with([](auto& r) { r.mutable_lines(0)->set_code(std::string(65, 'c')); }),
              HasSubstr("limit is 64"));
}

TEST(FeedCodecTest, HelloMissesNothing) {
  Samples samples(kSeed);
  const std::string valid = EncodeHello(samples.Hello());
  const auto with = [&](const std::function<void(v1::Hello&)>& change) {
    return After<v1::Hello>(valid, DecodeHello, change);
  };
  EXPECT_EQ(with([](auto&) {}), "accepted");
  EXPECT_THAT(with([](auto& h) { h.set_exporter("short"); }), HasSubstr("`exporter` is 5 bytes"));
  EXPECT_THAT(with([](auto& h) { h.clear_peer_expected(); }), HasSubstr("`peer_expected`"));
  EXPECT_THAT(with([](auto& h) { h.clear_incarnation(); }), HasSubstr("`incarnation` is missing"));
  EXPECT_THAT(with([](auto& h) { h.clear_out_feed(); }), HasSubstr("`out_feed` is missing"));
  EXPECT_THAT(with([](auto& h) {
                h.mutable_in_feed()->Clear();
                h.mutable_in_feed()->set_last_seq(1);
              }),
              HasSubstr("`in_feed.feed_id` is missing"));
  EXPECT_THAT(with([](auto& h) { h.set_proto_min(h.proto_max() + 1); }), HasSubstr("`proto_max`"));
}

class RecallCodecTest : public testing::Test {
 protected:
  static model::Recall Correct() {
    model::Recall recall = Samples(kSeed).Recall();
    recall.grade = model::RecallGrade::kCorrect;
    recall.reason = model::RecallReason::kError;
    recall.through = 3;
    return recall;
  }
  static std::string With(const std::function<void(v1::Recall&)>& change) {
    return After<v1::Recall>(EncodeRecall(Correct()), DecodeRecall, change);
  }
};

TEST_F(RecallCodecTest, EveryFieldIsMandatory) {
  EXPECT_EQ(With([](auto&) {}), "accepted");
  EXPECT_THAT(With([](auto& r) { r.clear_item_id(); }), HasSubstr("`item_id` is 0 bytes, want 16"));
  EXPECT_THAT(With([](auto& r) { r.clear_origin(); }), HasSubstr("`origin` is 0 bytes, want 32"));
  EXPECT_THAT(With([](auto& r) { r.clear_origin_manifest(); }), HasSubstr("`origin_manifest`"));
  EXPECT_THAT(With([](auto& r) { r.clear_through_revision(); }),
              HasSubstr("`through_revision` is missing"));
  EXPECT_THAT(With([](auto& r) { r.clear_grade(); }), HasSubstr("`grade` is missing"));
  EXPECT_THAT(With([](auto& r) { r.clear_reason(); }), HasSubstr("`reason` is missing"));
}

TEST_F(RecallCodecTest, VocabulariesAndNumbersAreClosed) {
  EXPECT_THAT(With([](auto& r) { r.set_grade(static_cast<v1::RecallGrade>(4)); }),
              HasSubstr("`grade` is 4"));
  EXPECT_THAT(With([](auto& r) { r.set_reason(static_cast<v1::RecallReason>(8)); }),
              HasSubstr("`reason` is 8"));
  EXPECT_EQ(With([](auto& r) { r.set_through_revision(model::kEveryRevision - 1); }), "accepted");
  EXPECT_THAT(With([](auto& r) { r.set_through_revision(model::kEveryRevision + 1); }),
              HasSubstr("`through_revision` is 9223372036854775808"));
  EXPECT_THAT(With([](auto& r) { r.set_origin_manifest(model::kEveryRevision + 1); }),
              HasSubstr("`origin_manifest` is 9223372036854775808"));
  EXPECT_THAT(With([](auto& r) { r.mutable_item_id()->at(6) = 0x1a; }),
              HasSubstr("`item_id` is not a UUID"));
}

TEST_F(RecallCodecTest, EachGradeReachesAsFarAsItsMeaning) {
  const auto with = [](v1::RecallGrade grade, v1::RecallReason reason, uint64_t through) {
    return With([=](v1::Recall& r) {
      r.set_grade(grade);
      r.set_reason(reason);
      r.set_through_revision(through);
    });
  };
  const uint64_t every = model::kEveryRevision;
  EXPECT_EQ(with(v1::RECALL_GRADE_WITHDRAW, v1::RECALL_REASON_LEGAL, every), "accepted");
  EXPECT_EQ(with(v1::RECALL_GRADE_PURGE, v1::RECALL_REASON_LEGAL, every), "accepted");
  EXPECT_EQ(with(v1::RECALL_GRADE_WITHDRAW, v1::RECALL_REASON_NARROWED, 1), "accepted");
  EXPECT_THAT(with(v1::RECALL_GRADE_CORRECT, v1::RECALL_REASON_LEGAL, every),
              HasSubstr("leaves room for the revision that follows"));
  EXPECT_THAT(with(v1::RECALL_GRADE_WITHDRAW, v1::RECALL_REASON_NARROWED, every),
              HasSubstr("leaves room for the revision that follows"));
  EXPECT_THAT(with(v1::RECALL_GRADE_WITHDRAW, v1::RECALL_REASON_LEGAL, 7),
              HasSubstr("of every revision"));
  EXPECT_THAT(with(v1::RECALL_GRADE_PURGE, v1::RECALL_REASON_LEGAL, every - 1),
              HasSubstr("of every revision"));
  EXPECT_THAT(with(v1::RECALL_GRADE_CORRECT, v1::RECALL_REASON_NARROWED, 1),
              HasSubstr("a narrowing has the grade withdraw"));
  EXPECT_THAT(with(v1::RECALL_GRADE_PURGE, v1::RECALL_REASON_NARROWED, 1),
              HasSubstr("a narrowing has the grade withdraw"));
}

TEST_F(RecallCodecTest, TheLargestIsWithinTheLimitAndALongerOneIsRefused) {
  model::Recall largest = Correct();
  largest.through = model::kEveryRevision - 1;
  largest.origin_manifest = model::kEveryRevision;
  const std::string bytes = EncodeRecall(largest);
  EXPECT_LE(bytes.size(), kMaxRecallBytes);
  EXPECT_TRUE(DecodeRecall(bytes).ok());
  EXPECT_FALSE(DecodeRecall(bytes + std::string(kMaxRecallBytes + 1 - bytes.size(), 'x')).ok());
}

TEST_F(RecallCodecTest, TheSameStatementIsTheSameObject) {
  const crypto::SigningKey key = Samples(kSeed).Key();
  EXPECT_EQ(crypto::EncodeSigned(SealRecall(Correct(), key)),
            crypto::EncodeSigned(SealRecall(Correct(), key)));
}

TEST(FrameTest, RenditionsAreDifferentObjectsWithSortedParts) {
  Samples samples(kSeed);
  BatchFrame frame{samples.Envelope(), {samples.Rendition(), samples.Rendition()}};
  EXPECT_EQ(std::get<BatchFrame>(*DecodeFrame(EncodeFrame(frame))), frame);
  frame.renditions[1].object = frame.renditions[0].object;
  EXPECT_THAT(DecodeFrame(EncodeFrame(frame)).status().message(),
              HasSubstr("`batch.renditions[1].object_id` is there twice"));
  frame.renditions.pop_back();
  frame.renditions[0].parts = {{"b", {}, "1"}, {"a", {}, "2"}};
  EXPECT_THAT(DecodeFrame(EncodeFrame(frame)).status().message(),
              HasSubstr("`batch.renditions[0].parts[1].label` is not in ascending order"));
}

// I20: the receiver judges items one by one, so one broken envelope leaves its frame readable.
TEST(FrameTest, UnreadableItemDoesNotTakeItsBatchWithIt) {
  Samples samples(kSeed);
  BatchFrame frame{samples.Envelope(), {samples.Rendition()}};
  frame.renditions[0].signed_item = "not an envelope";
  EXPECT_TRUE(DecodeFrame(EncodeFrame(frame)).ok());
}

TEST(FrameTest, LimitsHoldAtTheLimitAndOneBeyond) {
  Samples samples(kSeed);
  ChunkReply reply{samples.Digest(), "attachments/1", 0, std::string(kMaxChunkBytes, 'c'), {}, ""};
  reply.proof.assign(kMaxChunkProof, samples.Digest());
  EXPECT_TRUE(DecodeFrame(EncodeFrame(reply)).ok());
  reply.proof.push_back(samples.Digest());
  EXPECT_THAT(DecodeFrame(EncodeFrame(reply)).status().message(), HasSubstr("limit is 16"));
  reply.proof.clear();
  reply.data.push_back('c');
  EXPECT_THAT(DecodeFrame(EncodeFrame(reply)).status().message(), HasSubstr("limit is 65536"));
  reply.data.clear();
  EXPECT_THAT(DecodeFrame(EncodeFrame(reply)).status().message(),
              HasSubstr("`chunk_reply.refused`"));

  BatchFrame frame{samples.Envelope(), {samples.Rendition()}};
  frame.renditions[0].parts = {{"body", {}, std::string(kMaxPartBytes, 'p')}};
  EXPECT_TRUE(DecodeFrame(EncodeFrame(frame)).ok());
  frame.renditions[0].parts[0].bytes.push_back('p');
  EXPECT_THAT(DecodeFrame(EncodeFrame(frame)).status().message(), HasSubstr("limit is 262144"));
  EXPECT_THAT(DecodeFrame(std::string(kMaxFrameBytes + 1, 'x')).status().message(),
              HasSubstr("PeerFrame is 4194305 bytes, limit is 4194304"));
  EXPECT_THAT(DecodeFrame("").status().message(), HasSubstr("`frame` is missing"));
}

TEST(FrameTest, EncodedSizeNeverSaysTooLittle) {
  Samples samples(kSeed);
  for (int i = 0; i < 100; ++i) {
    BatchFrame frame{samples.Envelope(), {}};
    const size_t before = EncodeFrame(frame).size();
    frame.renditions.push_back(samples.Rendition());
    const size_t grown = EncodeFrame(frame).size() - before;
    // The frame's own length prefix may grow too.
    EXPECT_LE(grown, EncodedSize(frame.renditions[0]) + 3);
  }
}

TEST(JoinCodecTest, AnswerIsEitherAcceptanceOrRefusal) {
  Samples samples(kSeed);
  const JoinAnswer yes{JoinAnswer::Accepted{samples.Envelope(), samples.Digest()}, ""};
  const auto with = [&](const std::function<void(v1::JoinAnswer&)>& change) {
    return After<v1::JoinAnswer>(EncodeJoinAnswer(yes), DecodeJoinAnswer, change);
  };
  EXPECT_EQ(with([](auto&) {}), "accepted");
  EXPECT_THAT(with([](auto& a) { a.set_refused("FW-JOIN-001"); }), HasSubstr("`refused`"));
  EXPECT_THAT(with([](auto& a) { a.clear_mac(); }), HasSubstr("`mac` is 0 bytes"));
  EXPECT_THAT(with([](auto& a) { a.set_version(2); }), HasSubstr("`version` is 2, want 1"));
  EXPECT_THAT(with([](auto& a) { a.set_signed_manifest("x"); }),
              HasSubstr("`signed_manifest` is not an envelope"));
}

TEST(DraftCodecTest, TlpThatNobodyChoseStaysUnchosen) {
  v1::Draft proto;
  proto.set_title("Forged seals");
  const absl::StatusOr<model::Draft> draft = ToModel(proto);
  ASSERT_TRUE(draft.ok());
  EXPECT_EQ(draft->tlp, std::nullopt);
  EXPECT_EQ(draft->pap, model::Pap::kAmber);
  EXPECT_EQ(draft->onward, model::Onward::kNone);
}

TEST(DraftCodecTest, WhatTheNodeHasToSayIsNotTakenFromTheCaller) {
  v1::Draft proto;
  proto.add_unchecked("9074728");
  EXPECT_THAT(ToModel(proto).status().message(), HasSubstr("`draft.unchecked`"));
  proto.Clear();
  proto.add_lessons()->set_name("b");
  proto.add_lessons()->set_name("a");
  EXPECT_THAT(ToModel(proto).status().message(), HasSubstr("`draft.lessons[1].name`"));
}

}  // namespace
}  // namespace fairway::wire
