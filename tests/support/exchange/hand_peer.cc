#include "tests/support/exchange/hand_peer.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "absl/strings/str_cat.h"
#include "crypto/parts.h"
#include "node/wire/feed_codec.h"
#include "node/wire/item_codec.h"
#include "node/wire/manifest_codec.h"
#include "node/wire/recall_codec.h"

namespace fairway::testing {
namespace {

template <typename T>
T Must(absl::StatusOr<T> value) {
  if (value.ok()) return *std::move(value);
  std::fprintf(stderr, "by hand: %s\n", value.status().ToString().c_str());
  std::abort();
}

crypto::SigningKey KeyOf(const std::string& name, const std::string& purpose) {
  return crypto::SigningKey::FromSeed(
      crypto::Sha256(absl::StrCat("hand key ", name, " ", purpose)).view());
}

}  // namespace

HandPeer::HandPeer(const std::string& name)
    : name_(name),
      root_key_(KeyOf(name, "root")),
      item_key_(KeyOf(name, "item")),
      node_key_(KeyOf(name, "node")) {
  manifest_.version = 1;
  manifest_.root_keys = {root_key_.public_key()};
  manifest_.keys = {{model::KeyPurpose::kItem, item_key_.public_key()},
                    {model::KeyPurpose::kNode, node_key_.public_key()},
                    {model::KeyPurpose::kLog, KeyOf(name, "log").public_key()},
                    {model::KeyPurpose::kTls, KeyOf(name, "tls").public_key()}};
  manifest_.display_name = name;
  manifest_.country = "BR";
  manifest_.endpoints = {absl::StrCat(name, ".example:7400")};
  signed_manifest_ =
      crypto::Seal(crypto::kTypeManifest, wire::EncodeManifest(manifest_), root_key_);
  manifest_ = Must(wire::OpenFirstManifest(signed_manifest_));
  feed_.feed_id = crypto::Sha256(name).ToString().substr(0, model::kFeedIdBytes);
}

HandPeer::Sent HandPeer::Item(const model::ItemId& item, const std::string& title,
                              const ItemOptions& options) const {
  Sent sent;
  std::vector<model::Part> parts = options.parts;
  parts.push_back({.label = "title", .salt = {}, .bytes = title});
  std::sort(parts.begin(), parts.end(),
            [](const model::Part& a, const model::Part& b) { return a.label < b.label; });
  std::vector<crypto::Digest> digests;
  for (const model::Part& part : parts) digests.push_back(part.digest());
  uint64_t decoy = 0;
  model::ItemBody& body = sent.body;
  body.item_id = item;
  body.revision = options.revision;
  if (options.revision > 1) body.prev = options.prev.value_or(crypto::Sha256("some revision"));
  body.origin = id();
  body.origin_manifest = 1;
  body.tlp = model::Tlp::kGreen;
  body.pap = model::Pap::kAmber;
  body.onward = options.onward;
  body.not_after = options.not_after;
  body.part_digests = Must(crypto::CommitParts(
      digests, [&] { return crypto::Sha256(absl::StrCat(title, " decoy ", decoy++)); }));
  std::sort(digests.begin(), digests.end());

  const crypto::Signed envelope =
      crypto::Seal(crypto::kTypeItem, wire::EncodeItemBody(body), item_key_);
  wire::Rendition& rendition = sent.rendition.emplace();
  rendition.object = crypto::ObjectId(envelope.type, envelope.body);
  rendition.signed_item = crypto::EncodeSigned(envelope);
  rendition.parts = std::move(parts);
  if (options.recall_before.has_value() ||
      (options.revision > 1 && !options.without_recall_before)) {
    const model::Recall before =
        options.recall_before.value_or(model::NarrowingBefore(id(), item, 1, options.revision));
    rendition.recall_before = crypto::EncodeSigned(wire::SealRecall(before, item_key_));
  }
  sent.record.op = model::Op::kPut;
  sent.record.object = rendition.object;
  sent.record.item = item;
  sent.record.revision = options.revision;
  sent.record.parts_digest = model::PartsDigest(digests);
  return sent;
}

model::Recall HandPeer::Withdraw(const model::ItemId& item) const {
  return {.item = item,
          .origin = id(),
          .origin_manifest = 1,
          .through = model::kEveryRevision,
          .grade = model::RecallGrade::kWithdraw,
          .reason = model::RecallReason::kSentInError};
}

model::Recall HandPeer::Correct(const model::ItemId& item, uint64_t through) const {
  return {.item = item,
          .origin = id(),
          .origin_manifest = 1,
          .through = through,
          .grade = model::RecallGrade::kCorrect,
          .reason = model::RecallReason::kError};
}

HandPeer::Sent HandPeer::Recall(const model::Recall& recall) const {
  Sent sent;
  const crypto::Signed envelope = wire::SealRecall(recall, item_key_);
  wire::Rendition& rendition = sent.rendition.emplace();
  rendition.object = crypto::ObjectId(envelope.type, envelope.body);
  rendition.signed_item = crypto::EncodeSigned(envelope);
  sent.record.op = model::Op::kRecall;
  sent.record.object = rendition.object;
  sent.record.item = recall.item;
  sent.record.revision = recall.through;
  sent.record.parts_digest = model::PartsDigest({});
  return sent;
}

HandPeer::Sent HandPeer::PassedOn(Sent sent, const HandPeer& originator) {
  if (sent.rendition.has_value()) {
    sent.rendition->manifests = {crypto::EncodeSigned(originator.signed_manifest_)};
  }
  return sent;
}

wire::BatchFrame HandPeer::Batch(const model::AuthorityId& to, std::vector<Sent> sent) {
  before_ = feed_;
  wire::BatchFrame frame;
  std::vector<std::string> records;
  for (Sent& each : sent) {
    each.record.seq = feed_.last_seq + 1;
    each.record.prev_hash = feed_.last_hash;
    records.push_back(wire::EncodeFeedRecord(each.record));
    feed_.last_seq = each.record.seq;
    feed_.last_hash = wire::RecordHash(records.back());
    if (each.rendition.has_value()) frame.renditions.push_back(*std::move(each.rendition));
  }
  frame.batch = crypto::Seal(crypto::kTypeFeedBatch,
                             wire::EncodeFeedBatch(feed_.feed_id, id(), to, records), node_key_);
  return frame;
}

model::ItemId ItemNumbered(uint64_t number) {
  const crypto::Digest digest = crypto::Sha256(absl::StrCat("item ", number));
  std::array<uint8_t, model::kItemIdBytes> random;
  std::copy_n(digest.bytes.begin(), random.size(), random.begin());
  return model::ItemId::FromRandom(random);
}

}  // namespace fairway::testing
