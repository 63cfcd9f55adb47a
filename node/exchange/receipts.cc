#include "node/exchange/receipts.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "node/audit/event.h"
#include "node/status/status_macros.h"
#include "node/store/cursor_table.h"
#include "node/store/feed_table.h"
#include "node/store/log_table.h"
#include "node/store/receipt_table.h"
#include "node/store/release_table.h"
#include "node/store/waiting_table.h"
#include "node/wire/feed_codec.h"

namespace fairway::exchange {
namespace {

absl::Status DecideAgain(store::Txn& txn, const model::AuthorityId& peer,
                         const model::Receipt& receipt) {
  bool again = false;
  for (const model::Receipt::Entry& entry : receipt.entries) {
    if (entry.outcome != model::Outcome::kNoContent) continue;
    FAIRWAY_ASSIGN_OR_RETURN(const std::optional<store::Release> row,
                             store::GetRelease(txn, peer, entry.seq));
    if (!row.has_value()) continue;
    FAIRWAY_ASSIGN_OR_RETURN(const uint64_t count,
                             store::CountWithoutContent(txn, peer, row->object));
    again = again || count < kMaxWithoutContent;
  }
  if (!again) return absl::OkStatus();
  FAIRWAY_ASSIGN_OR_RETURN(const std::optional<store::Sweep> under_way, store::GetSweep(txn, peer));
  FAIRWAY_ASSIGN_OR_RETURN(const uint64_t until, store::LastLogSeq(txn));
  // A sweep under way for another reason begins once more, and keeps that reason.
  return store::PutSweep(
      txn, peer,
      {.next_seq = 1,
       .until_seq = until,
       .reason = under_way.has_value() ? under_way->reason : std::string(kSweepNoContent)});
}

}  // namespace

absl::StatusOr<uint64_t> ReceiptTaker::Take(const model::Peer& from, const crypto::Signed& envelope,
                                            absl::Time now) const {
  const std::optional<crypto::PublicKey> key = from.manifest.KeyFor(model::KeyPurpose::kNode);
  if (!key.has_value()) return absl::UnauthenticatedError("the peer has no node key");
  const std::array<crypto::PublicKey, 1> keys = {*key};
  FAIRWAY_ASSIGN_OR_RETURN(const crypto::VerifiedBody body,
                           crypto::Open(envelope, crypto::kTypeReceipt, keys));
  FAIRWAY_ASSIGN_OR_RETURN(const model::Receipt receipt, wire::DecodeReceipt(body.body()));
  if (receipt.from != from.id || receipt.to != self_) {
    return absl::InvalidArgumentError("the receipt belongs to another pair");
  }
  uint64_t acked = 0;
  const store::WriteJob take = [&](store::Txn& txn) {
    return TakeIn(txn, from, receipt, envelope, now, acked);
  };
  absl::Status taken = database_.Write(take);
  if (absl::IsResourceExhausted(taken)) {
    // A confirmed recall is worth the space kept back for it; other receipts come again.
    FAIRWAY_ASSIGN_OR_RETURN(const bool recalls, CoversRecall(from.id, receipt));
    if (recalls) taken = database_.WriteReserved(take);
  }
  FAIRWAY_RETURN_IF_ERROR(taken);
  return acked;
}

absl::StatusOr<bool> ReceiptTaker::CoversRecall(const model::AuthorityId& peer,
                                                const model::Receipt& receipt) const {
  bool recalls = false;
  FAIRWAY_RETURN_IF_ERROR(database_.Read([&](store::ReadTxn& txn) -> absl::Status {
    FAIRWAY_ASSIGN_OR_RETURN(
        const std::vector<store::Release> rows,
        store::ReleasesFrom(txn, peer, receipt.first_seq, receipt.entries.size()));
    recalls = std::any_of(rows.begin(), rows.end(), [&](const store::Release& row) {
      return row.op == model::Op::kRecall && row.feed_seq <= receipt.last_seq;
    });
    return absl::OkStatus();
  }));
  return recalls;
}

absl::Status ReceiptTaker::TakeIn(store::Txn& txn, const model::Peer& from,
                                  const model::Receipt& receipt, const crypto::Signed& envelope,
                                  absl::Time now, uint64_t& acked) const {
  FAIRWAY_ASSIGN_OR_RETURN(const std::optional<store::OutFeed> feed,
                           store::GetOutFeed(txn, from.id));
  if (!feed.has_value() || feed->position.feed_id != receipt.feed_id) {
    return absl::InvalidArgumentError("the receipt is for another feed");
  }
  acked = feed->acked_seq;
  if (receipt.last_seq > feed->position.last_seq) {
    return absl::InvalidArgumentError(absl::StrCat("a receipt up to record ", receipt.last_seq,
                                                   ", but the last one is ",
                                                   feed->position.last_seq));
  }
  if (receipt.first_seq > feed->acked_seq + 1) {
    return absl::InvalidArgumentError(absl::StrCat("a receipt from record ", receipt.first_seq,
                                                   ", but there is none after ", feed->acked_seq));
  }
  FAIRWAY_ASSIGN_OR_RETURN(const std::optional<store::Release> last,
                           store::GetRelease(txn, from.id, receipt.last_seq));
  if (!last.has_value() || last->record_hash != receipt.last_hash) {
    return absl::InvalidArgumentError("the receipt names another record hash");
  }
  if (receipt.last_seq <= feed->acked_seq) return absl::OkStatus();  // said before: no effect

  FAIRWAY_RETURN_IF_ERROR(store::MarkReleases(txn, from.id, receipt.entries));
  FAIRWAY_RETURN_IF_ERROR(store::EndWaitingForReceipt(txn, from.id, now));
  FAIRWAY_RETURN_IF_ERROR(store::AckOutFeed(txn, from.id, receipt.last_seq));
  FAIRWAY_RETURN_IF_ERROR(store::PutReceipt(txn, {.peer = from.id,
                                                  .side = store::ReceiptSide::kTheirs,
                                                  .first_seq = receipt.first_seq,
                                                  .last_seq = receipt.last_seq,
                                                  .signed_bytes = crypto::EncodeSigned(envelope),
                                                  .at = now}));
  std::map<std::string, std::string> detail = {{"first", absl::StrCat(receipt.first_seq)},
                                               {"last", absl::StrCat(receipt.last_seq)}};
  std::map<model::Outcome, size_t> counts;
  for (const model::Receipt::Entry& entry : receipt.entries) ++counts[entry.outcome];
  for (const auto& [outcome, count] : counts) {
    detail.emplace(std::string(model::ToText(outcome)), absl::StrCat(count));
  }
  if (counts.contains(model::Outcome::kNoContent)) {
    FAIRWAY_RETURN_IF_ERROR(DecideAgain(txn, from.id, receipt));
  }
  FAIRWAY_RETURN_IF_ERROR(audit_
                              .Append(txn, {.kind = audit::EventKind::kReceiptAccepted,
                                            .actor = from.name,
                                            .role = "peer",
                                            .objects = {},
                                            .outcome = "ok",
                                            .reason = "",
                                            .detail = std::move(detail)})
                              .status());
  acked = receipt.last_seq;
  return absl::OkStatus();
}

}  // namespace fairway::exchange
