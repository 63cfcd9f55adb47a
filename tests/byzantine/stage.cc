#include "tests/byzantine/stage.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "crypto/parts.h"
#include "node/model/recall.h"
#include "node/wire/feed_codec.h"
#include "node/wire/item_codec.h"
#include "node/wire/manifest_codec.h"
#include "node/wire/recall_codec.h"

namespace fairway::byzantine {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(20);
// What is not answered for this long is taken as never answered. Above the node's deadline for a
// hello, below that for a receipt.
constexpr absl::Duration kSilence = absl::Seconds(7);
constexpr uint64_t kIncarnation = 2;  // so that there is an earlier one to lie about

std::string OutcomeOf(const model::Receipt::Entry& entry) {
  return entry.code.empty() ? std::string(model::ToText(entry.outcome)) : entry.code;
}

}  // namespace

void GiveUp(std::string_view why) {
  std::fprintf(stderr, "byzantine: %.*s\n", static_cast<int>(why.size()), why.data());
  std::_Exit(3);
}

std::string Varint(uint64_t value) {
  std::string bytes;
  while (value >= 0x80) {
    bytes.push_back(static_cast<char>(value | 0x80));
    value >>= 7;
  }
  bytes.push_back(static_cast<char>(value));
  return bytes;
}

std::string BytesField(int number, std::string_view bytes) {
  return absl::StrCat(Varint(static_cast<uint64_t>(number) << 3 | 2), Varint(bytes.size()),
                      absl::string_view(bytes.data(), bytes.size()));
}

std::string NumberField(int number, uint64_t value) {
  return Varint(static_cast<uint64_t>(number) << 3) + Varint(value);
}

// Links --------------------------------------------------------------------------------------

Stage::Stage(Mallory me) : me_(std::move(me)) {
  pins_.Replace({{me_.victim.raw(), me_.victim_pin}});
  transport_ = Transport(me_.tls);
}

Stage::~Stage() {
  if (transport_ != nullptr) transport_->Detach(me_.victim.raw());
}

std::unique_ptr<edge::GrpcPeerTransport> Stage::Transport(const crypto::SigningKey& key) {
  edge::GrpcPeerTransport::Options options;
  options.dial_timeout = kPatience;
  auto started = edge::GrpcPeerTransport::Start(std::move(options), IdentityFor(key), pins_);
  if (!started.ok()) GiveUp(started.status().ToString());
  (*started)->Attach(me_.victim.raw(), this);
  return *std::move(started);
}

void Stage::OnLinkUp(const env::LinkInfo& info) {
  std::lock_guard lock(mu_);
  link_ = info;
  up_ = true;
  down_ = false;
  frames_.clear();
  changed_.notify_all();
}

void Stage::OnFrame(env::LinkId link, std::string frame) {
  std::lock_guard lock(mu_);
  if (link != link_.link) return;
  frames_.push_back(std::move(frame));
  changed_.notify_all();
}

void Stage::OnLinkDown(env::LinkId link, absl::Status why) {
  std::lock_guard lock(mu_);
  if (link != link_.link) return;
  down_ = true;
  why_ = std::string(why.message());
  changed_.notify_all();
}

void Stage::OnDialFailed(absl::Status why) {
  std::lock_guard lock(mu_);
  down_ = true;
  why_ = std::string(why.message());
  changed_.notify_all();
}

void Stage::Dial() {
  {
    // What the link before still has to say concerns nobody any more.
    std::lock_guard lock(mu_);
    link_ = {};
    up_ = down_ = false;
  }
  transport_->Dial(me_.victim.raw(), me_.victim_address, me_.victim_pin);
  {
    std::unique_lock lock(mu_);
    changed_.wait_for(lock, absl::ToChronoMilliseconds(kPatience), [this] { return up_ || down_; });
    if (!up_) GiveUp(absl::StrCat("no link: ", why_));
  }
  const std::optional<std::string> first = NextFrame(absl::Now() + kPatience);
  if (!first.has_value()) GiveUp("the node says no hello");
  const absl::StatusOr<wire::Frame> frame = wire::DecodeFrame(*first);
  const auto* hello = frame.ok() ? std::get_if<wire::HelloFrame>(&*frame) : nullptr;
  if (hello == nullptr) GiveUp("the node's first frame is no hello");
  const absl::StatusOr<model::Hello> read = wire::DecodeHello(hello->hello.body);
  if (!read.ok()) GiveUp(read.status().ToString());
  node_hello_ = *read;
  node_hello_frame_ = *first;
  feed_ = node_hello_.in_feed;
  if (feed_.feed_id.empty()) feed_.feed_id = Random(model::kFeedIdBytes);
}

void Stage::Greet() {
  Dial();
  Say(Hello());
}

std::string Stage::TryToDial(const crypto::SigningKey& key) {
  const std::unique_ptr<edge::GrpcPeerTransport> other = Transport(key);
  other->Dial(me_.victim.raw(), me_.victim_address, me_.victim_pin);
  std::string came;
  {
    std::unique_lock lock(mu_);
    changed_.wait_for(lock, absl::ToChronoMilliseconds(kPatience), [this] { return up_ || down_; });
    came = up_ ? "up" : down_ ? "refused" : "nothing";
  }
  other->Detach(me_.victim.raw());
  return came;
}

void Stage::SendBytes(std::string bytes) {
  if (!transport_->Send(link_.link, std::move(bytes))) GiveUp("the link takes no frame");
}

std::optional<std::string> Stage::NextFrame(absl::Time deadline) {
  std::unique_lock lock(mu_);
  changed_.wait_for(lock, absl::ToChronoMilliseconds(deadline - absl::Now()),
                    [this] { return !frames_.empty() || down_; });
  if (frames_.empty()) return std::nullopt;
  std::string next = std::move(frames_.front());
  frames_.pop_front();
  return next;
}

std::string Stage::Answer() {
  const absl::Time deadline = absl::Now() + kSilence;
  while (const std::optional<std::string> bytes = NextFrame(deadline)) {
    const absl::StatusOr<wire::Frame> frame = wire::DecodeFrame(*bytes);
    if (!frame.ok()) GiveUp("the node sends what cannot be read");
    if (const auto* receipt = std::get_if<wire::ReceiptFrame>(&*frame)) {
      const absl::StatusOr<model::Receipt> read = wire::DecodeReceipt(receipt->receipt.body);
      if (!read.ok()) GiveUp("the node's receipt cannot be read");
      std::string said = "stored";
      for (const model::Receipt::Entry& entry : read->entries) {
        if (entry.outcome != model::Outcome::kStored) said = OutcomeOf(entry);
      }
      return "receipt " + said;
    }
    if (const auto* reply = std::get_if<wire::ChunkReply>(&*frame)) {
      return "chunk " + (reply->refused.empty() ? std::string("data") : reply->refused);
    }
  }
  std::lock_guard lock(mu_);
  return down_ ? "closed" : "nothing";
}

template <typename Wanted>
Wanted Stage::Await(std::string_view what) {
  const absl::Time deadline = absl::Now() + kPatience;
  while (const std::optional<std::string> bytes = NextFrame(deadline)) {
    absl::StatusOr<wire::Frame> frame = wire::DecodeFrame(*bytes);
    if (!frame.ok()) GiveUp("the node sends what cannot be read");
    if (auto* wanted = std::get_if<Wanted>(&*frame)) return std::move(*wanted);
  }
  GiveUp(absl::StrCat("the node sends no ", std::string(what)));
}

wire::BatchFrame Stage::AwaitBatch() { return Await<wire::BatchFrame>("batch"); }

model::FeedBatch Stage::AwaitFeedBatch() {
  absl::StatusOr<model::FeedBatch> batch = wire::DecodeFeedBatch(AwaitBatch().batch.body);
  if (!batch.ok()) GiveUp("the node's batch cannot be read");
  return *std::move(batch);
}

Parcel Stage::AwaitRecall() {
  for (;;) {
    const wire::BatchFrame frame = AwaitBatch();
    const absl::StatusOr<model::FeedBatch> batch = wire::DecodeFeedBatch(frame.batch.body);
    if (!batch.ok()) GiveUp("the node's batch cannot be read");
    for (const model::FeedRecord& record : batch->records) {
      if (record.op != model::Op::kRecall) continue;
      for (const wire::Rendition& rendition : frame.renditions) {
        if (rendition.object == record.object) return {record, rendition};
      }
    }
  }
}

wire::ChunkRequest Stage::AwaitChunkRequest(const model::ObjectId& object) {
  for (;;) {
    wire::ChunkRequest request = Await<wire::ChunkRequest>("request for a chunk");
    if (request.object == object) return request;
    Send(wire::ChunkReply{.object = request.object,
                          .label = request.label,
                          .index = request.index,
                          .data = {},
                          .proof = {},
                          .refused = "FW-ATT-002"});
  }
}

std::string Stage::AwaitOutcomes() {
  const absl::StatusOr<model::Receipt> read =
      wire::DecodeReceipt(Await<wire::ReceiptFrame>("receipt").receipt.body);
  if (!read.ok()) GiveUp("the node's receipt cannot be read");
  std::string all;
  for (const model::Receipt::Entry& entry : read->entries) {
    absl::StrAppend(&all, all.empty() ? "" : ",", OutcomeOf(entry));
  }
  return all;
}

// Hellos -------------------------------------------------------------------------------------

model::Hello Stage::Hello() const {
  return {.proto_min = model::kProtocolVersion,
          .proto_max = model::kProtocolVersion,
          .authority = me_.id,
          .peer_expected = me_.victim,
          .boot_id = std::string(model::kBootIdBytes, 'b'),
          .incarnation = kIncarnation,
          .manifest_version = 1,
          .nonce = std::string(model::kNonceBytes, 'n'),
          .exporter = link_.exporter32,
          .now = absl::FromUnixMillis(absl::ToUnixMillis(absl::Now())),
          .out_feed = feed_,
          .in_feed = {}};
}

crypto::Signed Stage::Sealed(const model::Hello& hello) const {
  return crypto::Seal(crypto::kTypeHello, wire::EncodeHello(hello), me_.node);
}

void Stage::GreetWithHistory() {
  Greet();
  if (feed_.last_seq > 0) return;
  Deliver({Item()});
  if (const std::string said = Answer(); said != "receipt stored") {
    GiveUp(absl::StrCat("an honest item was answered with ", said));
  }
}

// Items --------------------------------------------------------------------------------------

crypto::Digest Stage::RandomDigest() {
  crypto::Digest digest;
  entropy_.Fill(digest.bytes.data(), digest.bytes.size());
  return digest;
}

model::Part Stage::Part(std::string label, std::string text) {
  model::Part part{.label = std::move(label), .salt = {}, .bytes = std::move(text)};
  entropy_.Fill(part.salt.data(), part.salt.size());
  return part;
}

model::ItemBody Stage::Body(const std::vector<model::Part>& parts) {
  std::array<uint8_t, model::kItemIdBytes> id;
  entropy_.Fill(id.data(), id.size());
  std::vector<crypto::Digest> digests;
  for (const model::Part& part : parts) digests.push_back(part.digest());
  absl::StatusOr<std::vector<crypto::Digest>> committed =
      crypto::CommitParts(std::move(digests), [this] { return RandomDigest(); });
  if (!committed.ok()) GiveUp(committed.status().ToString());
  model::ItemBody body;
  body.item_id = model::ItemId::FromRandom(id);
  body.revision = 1;
  body.origin = me_.id;
  body.origin_manifest = 1;
  body.tlp = model::Tlp::kGreen;
  body.pap = model::Pap::kGreen;
  body.onward = model::Onward::kNone;
  body.part_digests = *std::move(committed);
  return body;
}

Parcel Stage::WrapBytes(const model::ItemBody& about, std::string body_bytes,
                        std::vector<model::Part> parts, const crypto::SigningKey& key,
                        std::string_view type) const {
  const crypto::Signed item = crypto::Seal(type, std::move(body_bytes), key);
  std::vector<crypto::Digest> digests;
  for (const model::Part& part : parts) digests.push_back(part.digest());
  std::sort(digests.begin(), digests.end());
  Parcel parcel;
  parcel.record.object = crypto::ObjectId(item.type, item.body);
  parcel.record.item = about.item_id;
  parcel.record.revision = about.revision;
  parcel.record.parts_digest = model::PartsDigest(digests);
  wire::Rendition rendition;
  rendition.object = parcel.record.object;
  rendition.signed_item = crypto::EncodeSigned(item);
  rendition.parts = std::move(parts);
  parcel.rendition = std::move(rendition);
  return parcel;
}

Parcel Stage::Wrap(const model::ItemBody& body, std::vector<model::Part> parts) {
  Parcel parcel = WrapBytes(body, wire::EncodeItemBody(body), std::move(parts), me_.item);
  if (body.revision > 1) {
    parcel.rendition->recall_before = crypto::EncodeSigned(wire::SealRecall(
        model::NarrowingBefore(body.origin, body.item_id, body.origin_manifest, body.revision),
        me_.item));
  }
  return parcel;
}

Parcel Stage::Item(std::string title) {
  const std::vector<model::Part> parts = {Part("title", std::move(title))};
  return Wrap(Body(parts), parts);
}

ThirdParty Stage::MakeThirdParty() {
  const auto fresh = [this] { return crypto::SigningKey::FromSeed(Random(crypto::kSeedBytes)); };
  crypto::SigningKey root = fresh();
  crypto::SigningKey item = fresh();
  model::Manifest manifest;
  manifest.version = 1;
  manifest.root_keys = {root.public_key()};
  manifest.keys = {{model::KeyPurpose::kItem, item.public_key()},
                   {model::KeyPurpose::kNode, fresh().public_key()},
                   {model::KeyPurpose::kLog, fresh().public_key()},
                   {model::KeyPurpose::kTls, fresh().public_key()}};
  manifest.display_name = "Third Party";
  manifest.country = "BB";
  const crypto::Signed signed_manifest =
      crypto::Seal(crypto::kTypeManifest, wire::EncodeManifest(manifest), root);
  return {std::move(root), std::move(item),
          model::AuthorityId{crypto::ObjectId(signed_manifest.type, signed_manifest.body)},
          crypto::EncodeSigned(signed_manifest)};
}

Parcel Stage::ItemOf(const ThirdParty& other, model::ItemBody body,
                     std::vector<model::Part> parts) {
  body.origin = other.id;
  Parcel parcel = WrapBytes(body, wire::EncodeItemBody(body), std::move(parts), other.item);
  parcel.rendition->manifests = {other.signed_manifest};
  return parcel;
}

// Feeds --------------------------------------------------------------------------------------

model::FeedBatch Stage::Number(const std::vector<Parcel>& parcels) {
  model::FeedBatch batch{.feed_id = feed_.feed_id, .from = me_.id, .to = me_.victim, .records = {}};
  for (const Parcel& parcel : parcels) {
    model::FeedRecord record = parcel.record;
    record.seq = ++feed_.last_seq;
    record.prev_hash = feed_.last_hash;
    feed_.last_hash = wire::RecordHash(wire::EncodeFeedRecord(record));
    batch.records.push_back(std::move(record));
  }
  return batch;
}

wire::BatchFrame Stage::Batch(const model::FeedBatch& feed,
                              const std::vector<Parcel>& parcels) const {
  wire::BatchFrame frame;
  frame.batch = crypto::Seal(crypto::kTypeFeedBatch, wire::EncodeFeedBatch(feed), me_.node);
  for (const Parcel& parcel : parcels) {
    if (parcel.rendition.has_value()) frame.renditions.push_back(*parcel.rendition);
  }
  return frame;
}

model::Receipt Stage::ReceiptFor(const model::FeedBatch& batch) const {
  model::Receipt receipt{
      .feed_id = batch.feed_id,
      .from = me_.id,
      .to = me_.victim,
      .first_seq = batch.records.front().seq,
      .last_seq = batch.records.back().seq,
      .last_hash = wire::RecordHash(wire::EncodeFeedRecord(batch.records.back())),
      .entries = {}};
  for (const model::FeedRecord& record : batch.records) {
    receipt.entries.push_back({.seq = record.seq, .outcome = model::Outcome::kStored, .code = ""});
  }
  return receipt;
}

void Stage::Confirm(const model::Receipt& receipt) {
  Send(wire::ReceiptFrame{
      crypto::Seal(crypto::kTypeReceipt, wire::EncodeReceipt(receipt), me_.node)});
}

}  // namespace fairway::byzantine
