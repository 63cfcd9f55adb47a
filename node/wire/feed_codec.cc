#include "node/wire/feed_codec.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "api/v1/peer.pb.h"
#include "crypto/envelope.h"
#include "node/status/status_macros.h"
#include "node/wire/fields.h"
#include "node/wire/strict.h"

namespace fairway::wire {
namespace {

static_assert(static_cast<int>(model::Op::kPut) == v1::OP_PUT &&
              static_cast<int>(model::Op::kRecall) == v1::OP_RECALL &&
              static_cast<int>(model::Op::kRecall) == v1::Op_MAX);
static_assert(static_cast<int>(model::Outcome::kStored) == v1::OUTCOME_STORED &&
              static_cast<int>(model::Outcome::kQuarantined) == v1::OUTCOME_QUARANTINED &&
              static_cast<int>(model::Outcome::kRefused) == v1::OUTCOME_REFUSED &&
              static_cast<int>(model::Outcome::kNoContent) == v1::OUTCOME_NO_CONTENT &&
              static_cast<int>(model::Outcome::kNoContent) == v1::Outcome_MAX);

// The hash of nothing is not written: all zeros in the model, no bytes here.
std::string HashOrEmpty(uint64_t seq, const crypto::Digest& hash) {
  return seq == 0 ? std::string() : hash.ToString();
}

absl::StatusOr<crypto::Digest> ReadHashOrEmpty(std::string_view name, uint64_t seq,
                                               const std::string& bytes) {
  if (seq > 0) return ReadDigest(name, bytes);
  if (!bytes.empty()) return BadField(name, "is there though nothing comes before");
  return crypto::Digest{};
}

void Write(const model::FeedPosition& position, v1::FeedHead& proto) {
  proto.set_feed_id(position.feed_id);
  proto.set_last_seq(position.last_seq);
  proto.set_last_hash(HashOrEmpty(position.last_seq, position.last_hash));
}

absl::StatusOr<model::FeedPosition> ReadPosition(const std::string& name, bool present,
                                                 const v1::FeedHead& proto) {
  if (!present) return BadField(name, "is missing");
  model::FeedPosition position;
  if (proto.feed_id().empty()) {
    if (proto.last_seq() != 0) return BadField(name + ".feed_id", "is missing");
  } else {
    FAIRWAY_RETURN_IF_ERROR(CheckSize(name + ".feed_id", proto.feed_id(), model::kFeedIdBytes));
  }
  position.feed_id = proto.feed_id();
  position.last_seq = proto.last_seq();
  FAIRWAY_ASSIGN_OR_RETURN(
      position.last_hash,
      ReadHashOrEmpty(name + ".last_hash", proto.last_seq(), proto.last_hash()));
  return position;
}

absl::StatusOr<model::FeedRecord> ReadRecord(const v1::FeedRecord& proto) {
  model::FeedRecord record;
  if (proto.seq() == 0) return BadField("seq", "is missing");
  record.seq = proto.seq();
  FAIRWAY_ASSIGN_OR_RETURN(record.prev_hash,
                           ReadHashOrEmpty("prev_hash", proto.seq() - 1, proto.prev_hash()));
  FAIRWAY_ASSIGN_OR_RETURN(record.op, ReadEnum<model::Op>("op", proto.op()));
  FAIRWAY_ASSIGN_OR_RETURN(record.object, ReadDigest("object_id", proto.object_id()));
  FAIRWAY_ASSIGN_OR_RETURN(record.item, ReadItemId("item_id", proto.item_id()));
  if (proto.revision() == 0) return BadField("revision", "is missing");
  record.revision = proto.revision();
  if (!proto.has_terms()) return BadField("terms", "is missing");
  FAIRWAY_ASSIGN_OR_RETURN(record.terms, ReadTerms("terms", proto.terms()));
  FAIRWAY_ASSIGN_OR_RETURN(record.parts_digest, ReadDigest("parts_digest", proto.parts_digest()));
  return record;
}

absl::Status ReadRecords(const v1::FeedBatch& proto, model::FeedBatch& batch) {
  if (proto.records().empty()) return BadField("records", "is missing");
  FAIRWAY_RETURN_IF_ERROR(CheckMaxCount("records", proto.records_size(), model::kMaxBatchRecords));
  const std::string* before = nullptr;
  for (const std::string& bytes : proto.records()) {
    const std::string name = absl::StrCat("records[", batch.records.size(), "]");
    absl::StatusOr<model::FeedRecord> record = DecodeFeedRecord(bytes);
    if (!record.ok()) {
      return BadField(name, absl::StrCat("cannot be read: ", record.status().message()));
    }
    if (before != nullptr) {
      const uint64_t want = batch.records.back().seq + 1;
      if (record->seq != want) {
        return BadField(name + ".seq", absl::StrCat("is ", record->seq, ", want ", want));
      }
      if (record->prev_hash != RecordHash(*before)) {
        return BadField(name + ".prev_hash", "is not the hash of the record before");
      }
    }
    before = &bytes;
    batch.records.push_back(*std::move(record));
  }
  return absl::OkStatus();
}

absl::Status ReadEntries(const v1::Receipt& proto, model::Receipt& receipt) {
  // last - first cannot wrap: last >= first >= 1 was checked.
  const uint64_t want = receipt.last_seq - receipt.first_seq + 1;
  if (want > model::kMaxBatchRecords) {
    return BadField("last_seq",
                    absl::StrCat("covers ", want, " records, limit is ", model::kMaxBatchRecords));
  }
  if (static_cast<uint64_t>(proto.lines_size()) != want) {
    return BadField("lines", absl::StrCat("is there ", proto.lines_size(), " times, want ", want));
  }
  for (const v1::ReceiptLine& line : proto.lines()) {
    const std::string name = absl::StrCat("lines[", receipt.entries.size(), "]");
    model::Receipt::Entry entry;
    entry.seq = receipt.first_seq + receipt.entries.size();
    if (line.seq() != entry.seq) {
      return BadField(name + ".seq", absl::StrCat("is ", line.seq(), ", want ", entry.seq));
    }
    FAIRWAY_ASSIGN_OR_RETURN(entry.outcome,
                             ReadEnum<model::Outcome>(name + ".outcome", line.outcome()));
    FAIRWAY_RETURN_IF_ERROR(CheckMaxSize(name + ".code", line.code(), kMaxReceiptCodeBytes));
    if (entry.outcome == model::Outcome::kStored && !line.code().empty()) {
      return BadField(name + ".code", "is there though the record was stored");
    }
    entry.code = line.code();
    receipt.entries.push_back(std::move(entry));
  }
  return absl::OkStatus();
}

}  // namespace

std::string EncodeFeedRecord(const model::FeedRecord& record) {
  v1::FeedRecord proto;
  proto.set_seq(record.seq);
  proto.set_prev_hash(HashOrEmpty(record.seq - 1, record.prev_hash));
  proto.set_op(static_cast<v1::Op>(record.op));
  proto.set_object_id(record.object.ToString());
  proto.set_item_id(record.item.raw());
  proto.set_revision(record.revision);
  *proto.mutable_terms() = ToProto(record.terms);
  proto.set_parts_digest(record.parts_digest.ToString());
  return Encode(proto);
}

absl::StatusOr<model::FeedRecord> DecodeFeedRecord(std::string_view bytes) {
  FAIRWAY_ASSIGN_OR_RETURN(const v1::FeedRecord proto,
                           ParseAs<v1::FeedRecord>(bytes, kMaxRecordBytes));
  return ReadRecord(proto);
}

crypto::Digest RecordHash(std::string_view record_bytes) {
  return crypto::TaggedHash("fairway/record/v1", record_bytes);
}

std::string EncodeFeedBatch(const std::string& feed_id, const model::AuthorityId& from,
                            const model::AuthorityId& to, std::span<const std::string> records) {
  v1::FeedBatch proto;
  proto.set_feed_id(feed_id);
  proto.set_from(from.raw());
  proto.set_to(to.raw());
  for (const std::string& record : records) proto.add_records(record);
  return Encode(proto);
}

std::string EncodeFeedBatch(const model::FeedBatch& batch) {
  std::vector<std::string> records;
  records.reserve(batch.records.size());
  for (const model::FeedRecord& record : batch.records) records.push_back(EncodeFeedRecord(record));
  return EncodeFeedBatch(batch.feed_id, batch.from, batch.to, records);
}

absl::StatusOr<model::FeedBatch> DecodeFeedBatch(std::string_view bytes) {
  FAIRWAY_ASSIGN_OR_RETURN(const v1::FeedBatch proto,
                           ParseAs<v1::FeedBatch>(bytes, crypto::kMaxBodyBytes));
  model::FeedBatch batch;
  FAIRWAY_RETURN_IF_ERROR(CheckSize("feed_id", proto.feed_id(), model::kFeedIdBytes));
  batch.feed_id = proto.feed_id();
  FAIRWAY_ASSIGN_OR_RETURN(batch.from, ReadAuthority("from", proto.from()));
  FAIRWAY_ASSIGN_OR_RETURN(batch.to, ReadAuthority("to", proto.to()));
  FAIRWAY_RETURN_IF_ERROR(ReadRecords(proto, batch));
  return batch;
}

std::string EncodeReceipt(const model::Receipt& receipt) {
  v1::Receipt proto;
  proto.set_feed_id(receipt.feed_id);
  proto.set_from(receipt.from.raw());
  proto.set_to(receipt.to.raw());
  proto.set_first_seq(receipt.first_seq);
  proto.set_last_seq(receipt.last_seq);
  proto.set_last_hash(receipt.last_hash.ToString());
  for (const model::Receipt::Entry& entry : receipt.entries) {
    v1::ReceiptLine* line = proto.add_lines();
    line->set_seq(entry.seq);
    line->set_outcome(static_cast<v1::Outcome>(entry.outcome));
    line->set_code(entry.code);
  }
  return Encode(proto);
}

absl::StatusOr<model::Receipt> DecodeReceipt(std::string_view bytes) {
  FAIRWAY_ASSIGN_OR_RETURN(const v1::Receipt proto,
                           ParseAs<v1::Receipt>(bytes, crypto::kMaxBodyBytes));
  model::Receipt receipt;
  FAIRWAY_RETURN_IF_ERROR(CheckSize("feed_id", proto.feed_id(), model::kFeedIdBytes));
  receipt.feed_id = proto.feed_id();
  FAIRWAY_ASSIGN_OR_RETURN(receipt.from, ReadAuthority("from", proto.from()));
  FAIRWAY_ASSIGN_OR_RETURN(receipt.to, ReadAuthority("to", proto.to()));
  if (proto.first_seq() == 0) return BadField("first_seq", "is missing");
  receipt.first_seq = proto.first_seq();
  if (proto.last_seq() < proto.first_seq()) {
    return BadField("last_seq",
                    absl::StrCat("is ", proto.last_seq(), ", want at least ", proto.first_seq()));
  }
  receipt.last_seq = proto.last_seq();
  FAIRWAY_ASSIGN_OR_RETURN(receipt.last_hash, ReadDigest("last_hash", proto.last_hash()));
  FAIRWAY_RETURN_IF_ERROR(ReadEntries(proto, receipt));
  return receipt;
}

std::string EncodeHello(const model::Hello& hello) {
  v1::Hello proto;
  proto.set_proto_min(hello.proto_min);
  proto.set_proto_max(hello.proto_max);
  proto.set_authority(hello.authority.raw());
  proto.set_peer_expected(hello.peer_expected.raw());
  proto.set_boot(hello.boot_id);
  proto.set_incarnation(hello.incarnation);
  proto.set_manifest_version(hello.manifest_version);
  proto.set_nonce(hello.nonce);
  proto.set_exporter(hello.exporter);
  proto.set_now_ms(absl::ToUnixMillis(hello.now));
  Write(hello.out_feed, *proto.mutable_out_feed());
  Write(hello.in_feed, *proto.mutable_in_feed());
  return Encode(proto);
}

absl::StatusOr<model::Hello> DecodeHello(std::string_view bytes) {
  FAIRWAY_ASSIGN_OR_RETURN(const v1::Hello proto, ParseAs<v1::Hello>(bytes, crypto::kMaxBodyBytes));
  model::Hello hello;
  if (proto.proto_min() == 0) return BadField("proto_min", "is missing");
  if (proto.proto_max() < proto.proto_min()) return BadField("proto_max", "is below proto_min");
  hello.proto_min = proto.proto_min();
  hello.proto_max = proto.proto_max();
  FAIRWAY_ASSIGN_OR_RETURN(hello.authority, ReadAuthority("authority", proto.authority()));
  FAIRWAY_ASSIGN_OR_RETURN(hello.peer_expected,
                           ReadAuthority("peer_expected", proto.peer_expected()));
  FAIRWAY_RETURN_IF_ERROR(CheckSize("boot", proto.boot(), model::kBootIdBytes));
  hello.boot_id = proto.boot();
  if (proto.incarnation() == 0) return BadField("incarnation", "is missing");
  hello.incarnation = proto.incarnation();
  if (proto.manifest_version() == 0) return BadField("manifest_version", "is missing");
  hello.manifest_version = proto.manifest_version();
  FAIRWAY_RETURN_IF_ERROR(CheckSize("nonce", proto.nonce(), model::kNonceBytes));
  hello.nonce = proto.nonce();
  FAIRWAY_RETURN_IF_ERROR(CheckSize("exporter", proto.exporter(), model::kExporterBytes));
  hello.exporter = proto.exporter();
  FAIRWAY_ASSIGN_OR_RETURN(hello.now, ReadMilliseconds("now_ms", proto.now_ms()));
  FAIRWAY_ASSIGN_OR_RETURN(hello.out_feed,
                           ReadPosition("out_feed", proto.has_out_feed(), proto.out_feed()));
  FAIRWAY_ASSIGN_OR_RETURN(hello.in_feed,
                           ReadPosition("in_feed", proto.has_in_feed(), proto.in_feed()));
  return hello;
}

}  // namespace fairway::wire
