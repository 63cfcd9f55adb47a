#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "api/v1/desk.pb.h"
#include "crypto/digest.h"
#include "node/wire/draft_codec.h"
#include "node/wire/feed_codec.h"
#include "node/wire/frame.h"
#include "node/wire/item_codec.h"
#include "node/wire/join_codec.h"
#include "node/wire/manifest_codec.h"
#include "node/wire/recall_codec.h"
#include "node/wire/samples.h"
#include "node/wire/strict.h"

// Bytes that are nearly right. Whatever is accepted is accepted in its one form; whatever is not is
// INVALID_ARGUMENT; nothing ends the process.
namespace fairway::wire {
namespace {

constexpr int kMutations = 50'000;
constexpr size_t kMaxDraftBytes = 1 << 20;

uint64_t Seed() {
  const char* given = std::getenv("FAIRWAY_SEED");
  const uint64_t seed = given != nullptr
                            ? std::strtoull(given, nullptr, 10)
                            : std::chrono::steady_clock::now().time_since_epoch().count();
  std::cout << "FAIRWAY_SEED=" << seed << std::endl;
  return seed;
}

// One kind of message: a valid encoding, and a reader that gives back what it read, encoded.
struct Codec {
  std::string name;
  std::function<std::string(Samples&)> make;
  std::function<absl::StatusOr<std::string>(std::string_view)> reread;
};

template <typename Decode, typename Encode>
std::function<absl::StatusOr<std::string>(std::string_view)> Reread(Decode decode, Encode encode) {
  return [=](std::string_view bytes) -> absl::StatusOr<std::string> {
    auto value = decode(bytes);
    if (!value.ok()) return value.status();
    const std::string again = encode(*value);
    auto reread = decode(again);
    if (!reread.ok())
      return absl::InternalError(absl::StrCat("reread: ", reread.status().message()));
    if (!(*reread == *value)) return absl::InternalError("reread gives another value");
    return again;
  };
}

absl::StatusOr<model::Draft> DecodeDraft(std::string_view bytes) {
  absl::StatusOr<v1::Draft> proto = ParseAs<v1::Draft>(bytes, kMaxDraftBytes);
  if (!proto.ok()) return proto.status();
  return ToModel(*proto);
}

std::string EncodeDraft(const model::Draft& draft) { return Encode(ToProto(draft)); }

std::vector<Codec> Codecs() {
  const auto encode_batch = [](const model::FeedBatch& batch) { return EncodeFeedBatch(batch); };
  return {
      {"item body", [](Samples& s) { return EncodeItemBody(s.ItemBody()); },
       Reread(DecodeItemBody, EncodeItemBody)},
      {"descriptor", [](Samples& s) { return EncodeAttachmentDescriptor(s.Descriptor()); },
       Reread(DecodeAttachmentDescriptor, EncodeAttachmentDescriptor)},
      {"terms", [](Samples& s) { return EncodeTerms(s.Terms()); },
       Reread(DecodeTerms, EncodeTerms)},
      {"recall", [](Samples& s) { return EncodeRecall(s.Recall()); },
       Reread(DecodeRecall, EncodeRecall)},
      {"manifest", [](Samples& s) { return EncodeManifest(s.FirstManifest()); },
       Reread(DecodeManifest, EncodeManifest)},
      {"record", [](Samples& s) { return EncodeFeedRecord(s.Batch().records[0]); },
       Reread(DecodeFeedRecord, EncodeFeedRecord)},
      {"batch", [=](Samples& s) { return encode_batch(s.Batch()); },
       Reread(DecodeFeedBatch, encode_batch)},
      {"receipt", [](Samples& s) { return EncodeReceipt(s.Receipt()); },
       Reread(DecodeReceipt, EncodeReceipt)},
      {"hello", [](Samples& s) { return EncodeHello(s.Hello()); },
       Reread(DecodeHello, EncodeHello)},
      {"frame", [](Samples& s) { return EncodeFrame(s.Frame()); },
       Reread(DecodeFrame, EncodeFrame)},
      {"join request", [](Samples& s) { return EncodeJoinRequest(s.JoinRequest()); },
       Reread(DecodeJoinRequest, EncodeJoinRequest)},
      {"join answer", [](Samples& s) { return EncodeJoinAnswer(s.JoinAnswer()); },
       Reread(DecodeJoinAnswer, EncodeJoinAnswer)},
  };
}

// An empty message of ours inside the draft codec does not re-encode byte by byte (defaults are
// filled in), so drafts are compared as values only.
Codec DraftCodec() {
  return {"draft", [](Samples& s) { return EncodeDraft(s.Draft()); },
          Reread(DecodeDraft, EncodeDraft)};
}

std::string Mutated(Samples& s, std::string bytes) {
  for (uint64_t changes = 1 + s.Below(3); changes > 0; --changes) {
    const size_t at = s.Below(bytes.size() + 1);
    switch (s.Below(6)) {
      case 0:
        if (at < bytes.size()) bytes[at] = static_cast<char>(bytes[at] ^ (1 << s.Below(8)));
        break;
      case 1:
        if (at < bytes.size()) bytes[at] = static_cast<char>(s.Below(256));
        break;
      case 2:
        bytes.insert(at, s.Bytes(1 + s.Below(3)));
        break;
      case 3:
        bytes.erase(at, 1 + s.Below(4));
        break;
      case 4:
        bytes.resize(at);
        break;
      default: {  // a stretch moves or comes twice: fields out of order, or repeated
        const std::string stretch = bytes.substr(at, 1 + s.Below(40));
        bytes.insert(s.Below(bytes.size() + 1), stretch);
        break;
      }
    }
  }
  return bytes;
}

TEST(CodecMutationTest, ValidValuesComeBackAsTheSameBytes) {
  Samples samples(Seed());
  for (int round = 0; round < 200; ++round) {
    for (const Codec& codec : Codecs()) {
      const std::string bytes = codec.make(samples);
      const absl::StatusOr<std::string> again = codec.reread(bytes);
      ASSERT_TRUE(again.ok()) << codec.name << ": " << again.status() << "\n" << crypto::Hex(bytes);
      ASSERT_EQ(crypto::Hex(*again), crypto::Hex(bytes)) << codec.name;
    }
    const std::string draft = DraftCodec().make(samples);
    const absl::StatusOr<std::string> again = DraftCodec().reread(draft);
    ASSERT_TRUE(again.ok()) << again.status();
    ASSERT_EQ(crypto::Hex(*again), crypto::Hex(draft));
  }
}

TEST(CodecMutationTest, NearlyValidBytesAreRefusedOrHaveOneForm) {
  Samples samples(Seed());
  const std::vector<Codec> codecs = Codecs();
  int accepted = 0;
  int refused = 0;
  for (int i = 0; i < kMutations; ++i) {
    const Codec& codec = codecs[samples.Below(codecs.size())];
    const std::string bytes = Mutated(samples, codec.make(samples));
    const absl::StatusOr<std::string> again = codec.reread(bytes);
    if (!again.ok()) {
      ++refused;
      ASSERT_EQ(again.status().code(), absl::StatusCode::kInvalidArgument)
          << codec.name << ": " << again.status() << "\n"
          << crypto::Hex(bytes);
      ASSERT_FALSE(again.status().message().empty());
      continue;
    }
    ++accepted;
    ASSERT_EQ(crypto::Hex(*again), crypto::Hex(bytes)) << codec.name;
  }
  // Both happen, so neither check above is idle.
  EXPECT_GT(accepted, kMutations / 100);
  EXPECT_GT(refused, kMutations / 2);
}

TEST(CodecMutationTest, NearlyValidDraftsAreRefusedOrReadTheSameAgain) {
  Samples samples(Seed());
  const Codec codec = DraftCodec();
  int accepted = 0;
  for (int i = 0; i < kMutations / 10; ++i) {
    const std::string bytes = Mutated(samples, codec.make(samples));
    const absl::StatusOr<std::string> again = codec.reread(bytes);
    accepted += again.ok();
    if (!again.ok()) {
      ASSERT_EQ(again.status().code(), absl::StatusCode::kInvalidArgument) << again.status();
    }
  }
  EXPECT_GT(accepted, 50);
}

}  // namespace
}  // namespace fairway::wire
