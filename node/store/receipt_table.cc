#include "node/store/receipt_table.h"

#include "crypto/digest.h"
#include "node/store/ids_columns.h"
#include "node/store/statement.h"

namespace fairway::store {
namespace {

std::optional<ReceiptSide> SideFromNumber(uint64_t number) {
  if (number < 1 || number > 2) return std::nullopt;
  return static_cast<ReceiptSide>(number);
}

ReceiptRow ReadReceipt(Statement& row) {
  ReceiptRow receipt;
  receipt.peer = GetAuthority(row, 0);
  receipt.side = row.GetEnum(1, &SideFromNumber);
  receipt.first_seq = row.GetU64(2);
  receipt.last_seq = row.GetU64(3);
  receipt.signed_bytes = row.GetBlob(4);
  receipt.at = row.GetTime(5);
  return receipt;
}

}  // namespace

absl::Status PutReceipt(Txn& txn, const ReceiptRow& row) {
  Statement put(txn,
                "INSERT INTO receipt (peer, side, first_seq, last_seq, signed, digest, at) "
                "VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (digest) DO NOTHING");
  BindAuthority(put, row.peer);
  return put.U64(static_cast<uint64_t>(row.side))
      .U64(row.first_seq)
      .U64(row.last_seq)
      .Blob(row.signed_bytes)
      .Blob(crypto::Sha256(row.signed_bytes).view())
      .Time(row.at)
      .Run();
}

absl::StatusOr<std::optional<ReceiptRow>> ReceiptFor(ReadTxn& txn, const model::AuthorityId& peer,
                                                     ReceiptSide side, uint64_t seq) {
  Statement find(txn,
                 "SELECT peer, side, first_seq, last_seq, signed, at FROM receipt "
                 "WHERE peer = ? AND side = ? AND last_seq >= ? AND first_seq <= ? "
                 "ORDER BY last_seq LIMIT 1");
  BindAuthority(find, peer);
  find.U64(static_cast<uint64_t>(side)).U64(seq).U64(seq);
  return ReadOne(find, &ReadReceipt);
}

absl::StatusOr<std::vector<ReceiptRow>> ReceiptsOf(ReadTxn& txn, const model::AuthorityId& peer,
                                                   ReceiptSide side, size_t limit) {
  Statement find(txn,
                 "SELECT peer, side, first_seq, last_seq, signed, at FROM receipt "
                 "WHERE peer = ? AND side = ? ORDER BY last_seq DESC, id DESC LIMIT ?");
  BindAuthority(find, peer);
  find.U64(static_cast<uint64_t>(side)).U64(limit);
  return ReadAll(find, &ReadReceipt);
}

}  // namespace fairway::store
