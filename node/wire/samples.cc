#include "node/wire/samples.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "crypto/ed25519.h"
#include "crypto/parts.h"
#include "node/wire/feed_codec.h"

namespace fairway::wire {

std::string Samples::Bytes(size_t n) {
  std::string bytes(n, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random_());
  return bytes;
}

crypto::Digest Samples::Digest() { return *crypto::DigestFromBytes(Bytes(crypto::kDigestBytes)); }

crypto::SigningKey Samples::Key() {
  return crypto::SigningKey::FromSeed(Bytes(crypto::kSeedBytes));
}

crypto::Signed Samples::Envelope() {
  return crypto::Seal(crypto::kTypeItem, Bytes(1 + Below(40)), Key());
}

std::string Samples::Word() {
  std::string word(1 + Below(12), 'a');
  for (char& letter : word) letter = static_cast<char>('a' + Below(26));
  return Below(8) == 0 ? word + "é€𝄞" : word;
}

absl::Time Samples::Time() { return absl::FromUnixSeconds(1 + Below(4'000'000'000)); }

model::ItemBody Samples::ItemBody() {
  model::ItemBody body;
  std::array<uint8_t, model::kItemIdBytes> id;
  for (uint8_t& byte : id) byte = static_cast<uint8_t>(random_());
  body.item_id = model::ItemId::FromRandom(id);
  body.revision = Coin() ? 1 : 2 + Below(1'000'000);
  if (body.revision > 1) body.prev = Digest();
  body.origin = {Digest()};
  body.origin_manifest = 1 + Below(300);
  body.kind = static_cast<model::Kind>(1 + Below(9));
  body.mode = static_cast<model::Mode>(1 + Below(3));
  body.tlp = static_cast<model::Tlp>(1 + Below(5));
  body.pap = static_cast<model::Pap>(1 + Below(4));
  body.precedence = static_cast<model::Precedence>(1 + Below(4));
  body.onward = static_cast<model::Onward>(1 + Below(5));
  if (Coin()) body.not_after = Time();
  std::vector<crypto::Digest> real(1 + Below(20));
  for (crypto::Digest& digest : real) digest = Digest();
  body.part_digests = *crypto::CommitParts(std::move(real), [this] { return Digest(); });
  return body;
}

model::AttachmentDescriptor Samples::Descriptor() {
  return {.name = Word() + ".jpg",
          .size = 1 + Below(model::kMaxAttachmentBytes),
          .media_type = "image/jpeg",
          .chunk_root = Digest()};
}

model::Terms Samples::Terms() {
  model::Terms terms;
  if (Coin()) terms.hops = static_cast<uint32_t>(Below(17));
  if (Coin()) terms.expires = Time();
  if (Coin()) terms.tlp_floor = static_cast<model::Tlp>(1 + Below(5));
  if (Coin()) terms.pap_floor = static_cast<model::Pap>(1 + Below(4));
  if (Coin()) {
    std::set<std::string> words;
    for (uint64_t n = Below(4); n > 0; --n) words.insert(Word());
    terms.purpose.emplace(words.begin(), words.end());
  }
  terms.watermark = Coin();
  terms.encrypt_at_rest = Coin();
  return terms;
}

model::Manifest Samples::FirstManifest() {
  model::Manifest manifest;
  manifest.version = 1;
  for (uint64_t n = 1 + Below(2); n > 0; --n) manifest.root_keys.push_back(Key().public_key());
  for (const auto purpose : {model::KeyPurpose::kItem, model::KeyPurpose::kNode,
                             model::KeyPurpose::kLog, model::KeyPurpose::kTls}) {
    manifest.keys.push_back({purpose, Key().public_key()});
  }
  manifest.display_name = "Port " + Word();
  manifest.country = "KE";
  if (Coin()) manifest.endpoints.push_back("port.example:7443");
  return manifest;
}

model::FeedBatch Samples::Batch() {
  model::FeedBatch batch;
  batch.feed_id = Bytes(model::kFeedIdBytes);
  batch.from = {Digest()};
  batch.to = {Digest()};
  uint64_t seq = Coin() ? 1 : 2 + Below(1000);
  crypto::Digest prev = seq == 1 ? crypto::Digest{} : Digest();
  for (uint64_t n = 1 + Below(5); n > 0; --n) {
    model::FeedRecord record;
    record.seq = seq++;
    record.prev_hash = prev;
    record.op = Coin() ? model::Op::kPut : model::Op::kRecall;
    record.object = Digest();
    record.item = ItemBody().item_id;
    record.revision = 1 + Below(9);
    record.terms = Terms();
    record.parts_digest = Digest();
    prev = RecordHash(EncodeFeedRecord(record));
    batch.records.push_back(std::move(record));
  }
  return batch;
}

model::Receipt Samples::Receipt() {
  model::Receipt receipt;
  receipt.feed_id = Bytes(model::kFeedIdBytes);
  receipt.from = {Digest()};
  receipt.to = {Digest()};
  receipt.first_seq = 1 + Below(1000);
  receipt.last_seq = receipt.first_seq + Below(6);
  receipt.last_hash = Digest();
  for (uint64_t seq = receipt.first_seq; seq <= receipt.last_seq; ++seq) {
    const auto outcome = static_cast<model::Outcome>(1 + Below(4));
    receipt.entries.push_back(
        {seq, outcome, outcome == model::Outcome::kStored ? "" : "FW-RCV-001"});
  }
  return receipt;
}

model::FeedPosition Samples::Position() {
  model::FeedPosition position;
  if (Coin()) return position;
  position.feed_id = Bytes(model::kFeedIdBytes);
  position.last_seq = Below(100);
  if (position.last_seq > 0) position.last_hash = Digest();
  return position;
}

model::Hello Samples::Hello() {
  model::Hello hello;
  hello.authority = {Digest()};
  hello.peer_expected = {Digest()};
  hello.boot_id = Bytes(model::kBootIdBytes);
  hello.incarnation = 1 + Below(5);
  hello.manifest_version = 1 + Below(5);
  hello.nonce = Bytes(model::kNonceBytes);
  hello.exporter = Bytes(model::kExporterBytes);
  hello.now = Time() + absl::Milliseconds(Below(1000));
  hello.out_feed = Position();
  hello.in_feed = Position();
  return hello;
}

model::Recall Samples::Recall() {
  model::Recall recall;
  recall.item = ItemBody().item_id;
  recall.origin = {Digest()};
  recall.origin_manifest = 1 + Below(300);
  recall.grade = static_cast<model::RecallGrade>(1 + Below(3));
  recall.reason = static_cast<model::RecallReason>(1 + Below(7));
  if (recall.narrows()) recall.grade = model::RecallGrade::kWithdraw;
  const bool another_follows = recall.narrows() || recall.grade == model::RecallGrade::kCorrect;
  recall.through = another_follows ? 1 + Below(300) : model::kEveryRevision;
  return recall;
}

wire::Rendition Samples::Rendition() {
  wire::Rendition rendition;
  rendition.object = Digest();
  rendition.signed_item = crypto::EncodeSigned(Envelope());
  std::set<std::string> labels;
  for (uint64_t n = Below(5); n > 0; --n) labels.insert(absl::StrCat("facts/", 1 + Below(9)));
  for (const std::string& label : labels) {
    model::Part part{.label = label, .salt = {}, .bytes = Bytes(Below(60))};
    for (uint8_t& byte : part.salt) byte = static_cast<uint8_t>(random_());
    rendition.parts.push_back(std::move(part));
  }
  if (Coin()) rendition.manifests.push_back(crypto::EncodeSigned(Envelope()));
  if (Coin()) rendition.recall_before = crypto::EncodeSigned(Envelope());
  return rendition;
}

wire::Frame Samples::Frame() {
  switch (Below(7)) {
    case 0:
      return HelloFrame{Envelope()};
    case 1:
      return ReceiptFrame{Envelope()};
    case 2:
      return ManifestFrame{Envelope()};
    case 3:
      return ChunkRequest{Digest(), "attachments/1", static_cast<uint32_t>(Below(16))};
    case 4: {
      ChunkReply reply{Digest(), "attachments/2", static_cast<uint32_t>(Below(16)), "", {}, ""};
      if (Coin()) {
        reply.refused = "FW-ATT-001";
        return reply;
      }
      reply.data = Bytes(1 + Below(100));
      for (uint64_t n = Below(5); n > 0; --n) reply.proof.push_back(Digest());
      return reply;
    }
    default: {
      BatchFrame frame{Envelope(), {}};
      for (uint64_t n = Below(4); n > 0; --n) frame.renditions.push_back(Rendition());
      return frame;
    }
  }
}

wire::JoinRequest Samples::JoinRequest() {
  return {Bytes(kInvitationIdBytes), Envelope(), Digest()};
}

wire::JoinAnswer Samples::JoinAnswer() {
  if (Coin()) return {std::nullopt, "expired"};
  return {wire::JoinAnswer::Accepted{Envelope(), Digest()}, ""};
}

model::Draft Samples::Draft() {
  model::Draft draft;
  draft.kind = static_cast<model::Kind>(1 + Below(9));
  draft.mode = static_cast<model::Mode>(1 + Below(3));
  if (Coin()) draft.tlp = static_cast<model::Tlp>(1 + Below(5));
  draft.pap = static_cast<model::Pap>(1 + Below(4));
  draft.precedence = static_cast<model::Precedence>(1 + Below(4));
  draft.onward = static_cast<model::Onward>(1 + Below(5));
  if (Coin()) draft.not_after = Time();
  for (std::string* text :
       {&draft.language, &draft.title, &draft.summary, &draft.body, &draft.day, &draft.exact_time,
        &draft.exact_location, &draft.grading, &draft.source_identity, &draft.source_contact,
        &draft.source_method, &draft.officer_name, &draft.officer_contact}) {
    if (Coin()) *text = Word();
  }
  for (std::vector<std::string>* list :
       {&draft.facts, &draft.topics, &draft.regions, &draft.persons, &draft.plates, &draft.imos,
        &draft.containers, &draft.locodes, &draft.releasable_to, &draft.not_releasable_to,
        &draft.named, &draft.contains, &draft.purpose}) {
    for (uint64_t n = Below(3); n > 0; --n) list->push_back(Word());
  }
  for (uint64_t n = Below(3); n > 0; --n) draft.lessons[Word()] = Word();
  draft.contains_known = Coin();
  draft.accept_unchecked = Coin();
  if (Coin()) draft.attachments.push_back({Word(), "image/png", Bytes(Below(50))});
  return draft;
}

}  // namespace fairway::wire
