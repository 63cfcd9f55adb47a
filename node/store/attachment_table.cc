#include "node/store/attachment_table.h"

#include "absl/strings/str_cat.h"
#include "node/status/status_macros.h"
#include "node/store/ids_columns.h"
#include "node/store/statement.h"

namespace fairway::store {
namespace {

uint32_t GetU32(Statement& row, int column) {
  const uint64_t number = row.GetU64(column);
  if (number > UINT32_MAX) row.Damaged(column, "a 32-bit number");
  return static_cast<uint32_t>(number);
}

MissingAttachment ReadMissing(Statement& row) {
  MissingAttachment missing;
  missing.object = row.GetDigest(0);
  missing.label = row.GetText(1);
  missing.from = GetAuthority(row, 2);
  missing.chunks = GetU32(row, 3);
  missing.since = row.GetTime(4);
  return missing;
}

}  // namespace

absl::Status PutChunk(Txn& txn, const model::ObjectId& object, std::string_view label,
                      uint32_t index, std::string_view bytes) {
  Statement put(txn,
                "INSERT INTO chunk (object, label, number, bytes) VALUES (?, ?, ?, ?) "
                "ON CONFLICT (object, label, number) DO NOTHING");
  return put.Blob(object.view()).Text(label).U64(index).Blob(bytes).Run();
}

absl::StatusOr<std::optional<std::string>> GetChunk(ReadTxn& txn, const model::ObjectId& object,
                                                    std::string_view label, uint32_t index) {
  Statement find(txn, "SELECT bytes FROM chunk WHERE object = ? AND label = ? AND number = ?");
  find.Blob(object.view()).Text(label).U64(index);
  return ReadOne<std::string>(find, [](Statement& row) { return row.GetBlob(0); });
}

absl::StatusOr<std::vector<uint32_t>> ChunksHere(ReadTxn& txn, const model::ObjectId& object,
                                                 std::string_view label) {
  Statement find(txn, "SELECT number FROM chunk WHERE object = ? AND label = ? ORDER BY number");
  find.Blob(object.view()).Text(label);
  return ReadAll<uint32_t>(find, [](Statement& row) { return GetU32(row, 0); });
}

absl::StatusOr<std::string> GetContent(ReadTxn& txn, const model::ObjectId& object,
                                       std::string_view label, uint32_t chunks) {
  Statement find(txn,
                 "SELECT bytes FROM chunk WHERE object = ? AND label = ? AND number < ? "
                 "ORDER BY number");
  find.Blob(object.view()).Text(label).U64(chunks);
  std::string content;
  uint32_t here = 0;
  for (;; ++here) {
    FAIRWAY_ASSIGN_OR_RETURN(const bool found, find.Step());
    if (!found) break;
    content += find.GetBlob(0);
  }
  FAIRWAY_RETURN_IF_ERROR(find.status());
  if (here == chunks) return content;
  return absl::NotFoundError(absl::StrCat(here, " of ", chunks, " chunks are here"));
}

absl::Status PutMissing(Txn& txn, const MissingAttachment& missing) {
  Statement put(txn,
                "INSERT OR REPLACE INTO missing_attachment (object, label, peer, chunks, since) "
                "VALUES (?, ?, ?, ?, ?)");
  put.Blob(missing.object.view()).Text(missing.label);
  BindAuthority(put, missing.from);
  return put.U64(missing.chunks).Time(missing.since).Run();
}

absl::StatusOr<std::optional<MissingAttachment>> GetMissing(ReadTxn& txn,
                                                            const model::ObjectId& object,
                                                            std::string_view label) {
  Statement find(txn,
                 "SELECT object, label, peer, chunks, since FROM missing_attachment "
                 "WHERE object = ? AND label = ?");
  find.Blob(object.view()).Text(label);
  return ReadOne(find, &ReadMissing);
}

absl::StatusOr<std::vector<MissingAttachment>> MissingFrom(ReadTxn& txn,
                                                           const model::AuthorityId& peer,
                                                           size_t limit) {
  Statement find(txn,
                 "SELECT object, label, peer, chunks, since FROM missing_attachment "
                 "WHERE peer = ? ORDER BY id LIMIT ?");
  BindAuthority(find, peer);
  find.U64(limit);
  return ReadAll(find, &ReadMissing);
}

absl::Status DropMissing(Txn& txn, const model::ObjectId& object, std::string_view label) {
  Statement drop(txn, "DELETE FROM missing_attachment WHERE object = ? AND label = ?");
  return drop.Blob(object.view()).Text(label).Run();
}

}  // namespace fairway::store
