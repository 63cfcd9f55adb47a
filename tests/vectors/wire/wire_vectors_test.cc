#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "crypto/digest.h"
#include "crypto/ed25519.h"
#include "crypto/envelope.h"
#include "crypto/parts.h"
#include "node/wire/feed_codec.h"
#include "node/wire/frame.h"
#include "node/wire/item_codec.h"
#include "node/wire/join_codec.h"
#include "node/wire/manifest_codec.h"
#include "node/wire/recall_codec.h"
#include "tests/vectors/vector_file.h"

namespace fairway::vectors {
namespace {

// What was read, encoded again; and what a vector may want to know of it.
struct Outcome {
  std::string again;
  std::map<std::string, std::string> facts;
};
using Op = std::function<absl::StatusOr<Outcome>(const Vector&, const std::string& bytes)>;

template <typename Decode, typename Encode>
Op Codec(Decode decode, Encode encode) {
  return [=](const Vector&, const std::string& bytes) -> absl::StatusOr<Outcome> {
    auto value = decode(bytes);
    if (!value.ok()) return value.status();
    return Outcome{encode(*value), {}};
  };
}

absl::StatusOr<Outcome> Manifest(const Vector&, const std::string& bytes) {
  auto manifest = wire::DecodeManifest(bytes);
  if (!manifest.ok()) return manifest.status();
  return Outcome{wire::EncodeManifest(*manifest), {{"authority_id", manifest->id.raw()}}};
}

absl::StatusOr<Outcome> ItemBody(const Vector&, const std::string& bytes) {
  auto body = wire::DecodeItemBody(bytes);
  if (!body.ok()) return body.status();
  return Outcome{wire::EncodeItemBody(*body),
                 {{"object_id", crypto::ObjectId(crypto::kTypeItem, bytes).ToString()}}};
}

absl::StatusOr<Outcome> Recall(const Vector&, const std::string& bytes) {
  auto recall = wire::DecodeRecall(bytes);
  if (!recall.ok()) return recall.status();
  return Outcome{wire::EncodeRecall(*recall),
                 {{"object_id", crypto::ObjectId(crypto::kTypeRecall, bytes).ToString()}}};
}

absl::StatusOr<Outcome> Record(const Vector&, const std::string& bytes) {
  auto record = wire::DecodeFeedRecord(bytes);
  if (!record.ok()) return record.status();
  return Outcome{wire::EncodeFeedRecord(*record),
                 {{"record_hash", wire::RecordHash(bytes).ToString()}}};
}

absl::StatusOr<Outcome> Signed(const Vector& vector, const std::string& bytes) {
  auto envelope = crypto::DecodeSigned(bytes);
  if (!envelope.ok()) return envelope.status();
  auto key = crypto::PublicKeyFromBytes(vector.Bytes("key"));
  if (!key.ok()) return key.status();
  const std::array<crypto::PublicKey, 1> keys = {*key};
  auto body = crypto::Open(*envelope, vector.Bytes("type"), keys);
  if (!body.ok()) return body.status();
  return Outcome{crypto::EncodeSigned(*envelope),
                 {{"body", body->body()}, {"object_id", body->object_id().ToString()}}};
}

absl::StatusOr<Outcome> Part(const Vector& vector, const std::string& bytes) {
  crypto::Salt salt{};
  const std::string given = vector.Bytes("salt");
  if (given.size() != salt.size()) return absl::InvalidArgumentError("salt");
  std::copy(given.begin(), given.end(), salt.begin());
  return Outcome{bytes,
                 {{"digest", crypto::PartDigest(vector.Bytes("label"), salt, bytes).ToString()}}};
}

const std::map<std::string, Op>& Ops() {
  static const auto* const ops = new std::map<std::string, Op>{
      {"manifest", Manifest},
      {"item-body", ItemBody},
      {"recall", Recall},
      {"record", Record},
      {"signed", Signed},
      {"part", Part},
      {"terms", Codec(wire::DecodeTerms, wire::EncodeTerms)},
      {"descriptor", Codec(wire::DecodeAttachmentDescriptor, wire::EncodeAttachmentDescriptor)},
      {"batch", Codec(wire::DecodeFeedBatch,
                      [](const model::FeedBatch& batch) { return wire::EncodeFeedBatch(batch); })},
      {"receipt", Codec(wire::DecodeReceipt, wire::EncodeReceipt)},
      {"hello", Codec(wire::DecodeHello, wire::EncodeHello)},
      {"frame", Codec(wire::DecodeFrame, wire::EncodeFrame)},
      {"join-request", Codec(wire::DecodeJoinRequest, wire::EncodeJoinRequest)},
      {"join-answer", Codec(wire::DecodeJoinAnswer, wire::EncodeJoinAnswer)},
  };
  return *ops;
}

std::string CheckRefused(const Vector& vector, const absl::Status& status) {
  if (status.ok()) return "was accepted";
  const std::string came = absl::StrCat("error ", absl::StatusCodeToString(status.code()));
  if (came != vector.Text("expect")) return absl::StrCat("gives ", came);
  if (absl::StrContains(status.message(), vector.Text("says"))) return "";
  return absl::StrCat("says: ", status.message());
}

// "" or what is wrong.
std::string Check(const Vector& vector) {
  const std::string bytes = vector.Bytes("bytes");
  const auto op = Ops().find(vector.Text("op"));
  if (op == Ops().end()) return "no such op";
  const absl::StatusOr<Outcome> outcome = op->second(vector, bytes);
  if (vector.Has("expect") && vector.Text("expect") != "ok") {
    return CheckRefused(vector, outcome.status());
  }
  if (!outcome.ok()) return outcome.status().ToString();
  if (outcome->again != bytes) return "encodes to " + crypto::Hex(outcome->again);
  for (const auto& [fact, value] : outcome->facts) {
    if (vector.Has(fact) && vector.Bytes(fact) != value) {
      return absl::StrCat(fact, " is ", crypto::Hex(value));
    }
  }
  return "";
}

void CheckAll(const std::vector<Vector>& vectors, const std::string& file) {
  ASSERT_GE(vectors.size(), 5u) << file;
  std::set<std::string> names;
  for (const Vector& vector : vectors) {
    EXPECT_EQ(Check(vector), "") << file << ":" << vector.line << " " << vector.name;
    EXPECT_TRUE(names.insert(vector.name).second) << "two vectors are called " << vector.name;
  }
}

TEST(WireVectorsTest, AnotherImplementationsExchangeIsReadAndWrittenTheSame) {
  CheckAll(ReadVectors("tests/vectors/wire/exchange.txt"), "exchange.txt");
}

TEST(WireVectorsTest, EachBreakageIsRefusedByName) {
  CheckAll(ReadVectors("tests/vectors/wire/broken.txt"), "broken.txt");
}

TEST(WireVectorsTest, TheWorkedExchangeInThePageIsWhatTheCodeReads) {
  CheckAll(ReadMarkdownVectors("api/PROTOCOL.md"), "PROTOCOL.md");
}

}  // namespace
}  // namespace fairway::vectors
