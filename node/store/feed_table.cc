#include "node/store/feed_table.h"

#include "absl/strings/str_cat.h"
#include "node/status/status_macros.h"
#include "node/store/ids_columns.h"
#include "node/store/statement.h"

namespace fairway::store {
namespace {

model::FeedPosition ReadPosition(Statement& row) {
  return {row.GetBlob(0), row.GetU64(1), row.GetDigest(2)};
}

absl::Status CheckFeedId(std::string_view feed_id) {
  if (feed_id.size() == model::kFeedIdBytes) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("a feed id has ", model::kFeedIdBytes, " bytes, not ", feed_id.size()));
}

absl::Status NotNext(uint64_t last, uint64_t seq) {
  return absl::FailedPreconditionError(
      absl::StrCat("the next record is ", last + 1, ", not ", seq));
}

}  // namespace

absl::StatusOr<std::optional<OutFeed>> GetOutFeed(ReadTxn& txn, const model::AuthorityId& peer) {
  Statement find(txn,
                 "SELECT feed_id, last_seq, last_hash, acked_seq FROM out_feed WHERE peer = ?");
  BindAuthority(find, peer);
  return ReadOne<OutFeed>(find, [](Statement& row) {
    return OutFeed{ReadPosition(row), row.GetU64(3)};
  });
}

absl::Status StartOutFeed(Txn& txn, const model::AuthorityId& peer, std::string_view feed_id) {
  FAIRWAY_RETURN_IF_ERROR(CheckFeedId(feed_id));
  Statement put(txn, "INSERT INTO out_feed VALUES (?, ?, 0, ?, 0)");
  BindAuthority(put, peer);
  return put.Blob(feed_id).Blob(crypto::Digest().view()).Run();
}

absl::Status AdvanceOutFeed(Txn& txn, const model::AuthorityId& peer, uint64_t seq,
                            const crypto::Digest& record_hash) {
  FAIRWAY_ASSIGN_OR_RETURN(const std::optional<OutFeed> feed, GetOutFeed(txn, peer));
  if (!feed.has_value()) return absl::FailedPreconditionError("there is no feed to this peer");
  if (seq != feed->position.last_seq + 1) return NotNext(feed->position.last_seq, seq);
  Statement set(txn, "UPDATE out_feed SET last_seq = ?, last_hash = ? WHERE peer = ?");
  set.U64(seq).Blob(record_hash.view());
  BindAuthority(set, peer);
  return set.Run();
}

absl::Status AckOutFeed(Txn& txn, const model::AuthorityId& peer, uint64_t seq) {
  FAIRWAY_ASSIGN_OR_RETURN(const std::optional<OutFeed> feed, GetOutFeed(txn, peer));
  const uint64_t last = feed.has_value() ? feed->position.last_seq : 0;
  if (seq > last) {
    return absl::FailedPreconditionError(
        absl::StrCat("record ", seq, " is acknowledged, but the last one is ", last));
  }
  Statement set(txn, "UPDATE out_feed SET acked_seq = ? WHERE peer = ? AND acked_seq < ?");
  set.U64(seq);
  BindAuthority(set, peer);
  return set.U64(seq).Run();
}

absl::StatusOr<std::optional<model::FeedPosition>> GetInFeed(ReadTxn& txn,
                                                             const model::AuthorityId& peer) {
  Statement find(txn, "SELECT feed_id, last_seq, last_hash FROM in_feed WHERE peer = ?");
  BindAuthority(find, peer);
  return ReadOne(find, &ReadPosition);
}

absl::Status StartInFeed(Txn& txn, const model::AuthorityId& peer, std::string_view feed_id) {
  FAIRWAY_RETURN_IF_ERROR(CheckFeedId(feed_id));
  Statement put(txn, "INSERT INTO in_feed VALUES (?, ?, 0, ?)");
  BindAuthority(put, peer);
  return put.Blob(feed_id).Blob(crypto::Digest().view()).Run();
}

absl::Status AppendInRecord(Txn& txn, const model::AuthorityId& peer, const InRecord& record) {
  FAIRWAY_ASSIGN_OR_RETURN(const std::optional<model::FeedPosition> feed, GetInFeed(txn, peer));
  if (!feed.has_value()) return absl::NotFoundError("there is no feed from this peer");
  if (record.seq != feed->last_seq + 1) return NotNext(feed->last_seq, record.seq);
  Statement put(txn, "INSERT INTO in_record VALUES (?, ?, ?, ?, ?, ?, ?)");
  BindAuthority(put, peer);
  put.U64(record.seq)
      .Blob(record.hash.view())
      .Blob(record.object.view())
      .U64(static_cast<uint64_t>(record.outcome))
      .Text(record.code)
      .Time(record.at);
  FAIRWAY_RETURN_IF_ERROR(put.Run());
  Statement set(txn, "UPDATE in_feed SET last_seq = ?, last_hash = ? WHERE peer = ?");
  set.U64(record.seq).Blob(record.hash.view());
  BindAuthority(set, peer);
  return set.Run();
}

absl::StatusOr<std::optional<uint64_t>> StoredFromRecord(ReadTxn& txn,
                                                         const model::AuthorityId& peer,
                                                         const model::ObjectId& object) {
  Statement find(txn,
                 "SELECT seq FROM in_record WHERE peer = ? AND object = ? AND outcome = 1 "
                 "ORDER BY seq DESC LIMIT 1");
  BindAuthority(find, peer);
  find.Blob(object.view());
  return ReadOne<uint64_t>(find, [](Statement& row) { return row.GetU64(0); });
}

absl::StatusOr<std::optional<InRecord>> GetInRecord(ReadTxn& txn, const model::AuthorityId& peer,
                                                    uint64_t seq) {
  Statement find(txn,
                 "SELECT seq, hash, object, outcome, code, at FROM in_record "
                 "WHERE peer = ? AND seq = ?");
  BindAuthority(find, peer);
  find.U64(seq);
  return ReadOne<InRecord>(find, [](Statement& row) {
    return InRecord{row.GetU64(0),    row.GetDigest(1),
                    row.GetDigest(2), row.GetEnum(3, &model::OutcomeFromWire),
                    row.GetText(4),   row.GetTime(5)};
  });
}

absl::Status SetInOutcome(Txn& txn, const model::AuthorityId& peer, uint64_t seq,
                          model::Outcome outcome, std::string_view code) {
  Statement set(txn, "UPDATE in_record SET outcome = ?, code = ? WHERE peer = ? AND seq = ?");
  set.U64(static_cast<uint64_t>(outcome)).Text(code);
  BindAuthority(set, peer);
  return set.U64(seq).RunOne(absl::StrCat("record ", seq));
}

absl::StatusOr<std::optional<absl::Time>> LastInRecordOf(ReadTxn& txn,
                                                         const model::ObjectId& object) {
  Statement find(txn, "SELECT at FROM in_record WHERE object = ? ORDER BY at DESC LIMIT 1");
  find.Blob(object.view());
  FAIRWAY_ASSIGN_OR_RETURN(const bool found, find.Step());
  if (!found) return std::nullopt;
  const absl::Time at = find.GetTime(0);
  FAIRWAY_RETURN_IF_ERROR(find.status());
  return at;
}

}  // namespace fairway::store
