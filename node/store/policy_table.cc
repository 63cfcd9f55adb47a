#include "node/store/policy_table.h"

#include "node/status/status_macros.h"
#include "node/store/statement.h"

namespace fairway::store {
namespace {

#define FAIRWAY_SELECT_POLICY                                                                      \
  "SELECT number, file_name, text, text_hash, profile_text, profile_hash, applied_at, applied_by " \
  "FROM policy "

PolicyRow ReadPolicy(Statement& row) {
  PolicyRow policy;
  policy.number = row.GetU64(0);
  policy.file_name = row.GetText(1);
  policy.text = row.GetText(2);
  policy.text_hash = row.GetDigest(3);
  policy.profile_text = row.GetText(4);
  policy.profile_hash = row.GetDigest(5);
  policy.applied_at = row.GetTime(6);
  policy.applied_by = row.GetText(7);
  return policy;
}

}  // namespace

absl::StatusOr<uint64_t> AppendPolicy(Txn& txn, const PolicyRow& row) {
  Statement put(txn,
                "INSERT INTO policy (file_name, text, text_hash, profile_text, profile_hash, "
                "applied_at, applied_by) VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING number");
  put.Text(row.file_name)
      .Text(row.text)
      .Blob(crypto::Sha256(row.text).view())
      .Text(row.profile_text)
      .Blob(crypto::Sha256(row.profile_text).view())
      .Time(row.applied_at)
      .Text(row.applied_by);
  FAIRWAY_ASSIGN_OR_RETURN(const bool found, put.Step());
  const uint64_t number = found ? put.GetU64(0) : 0;
  FAIRWAY_RETURN_IF_ERROR(put.Run());
  return number;
}

absl::StatusOr<std::optional<PolicyRow>> ActivePolicyRow(ReadTxn& txn) {
  Statement find(txn, FAIRWAY_SELECT_POLICY "ORDER BY number DESC LIMIT 1");
  return ReadOne(find, &ReadPolicy);
}

absl::StatusOr<std::optional<PolicyRow>> GetPolicy(ReadTxn& txn, uint64_t number) {
  Statement find(txn, FAIRWAY_SELECT_POLICY "WHERE number = ?");
  find.U64(number);
  return ReadOne(find, &ReadPolicy);
}

absl::StatusOr<std::optional<PolicyRow>> PolicyAt(ReadTxn& txn, absl::Time at) {
  Statement find(txn, FAIRWAY_SELECT_POLICY "WHERE applied_at <= ? ORDER BY number DESC LIMIT 1");
  find.Time(at);
  return ReadOne(find, &ReadPolicy);
}

absl::StatusOr<std::vector<PolicyRow>> PolicyHistory(ReadTxn& txn, size_t limit) {
  Statement find(txn, FAIRWAY_SELECT_POLICY "ORDER BY number DESC LIMIT ?");
  find.U64(limit);
  return ReadAll(find, &ReadPolicy);
}

}  // namespace fairway::store
