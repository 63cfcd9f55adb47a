#include "node/store/item_table.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "node/status/status_macros.h"
#include "node/store/ids_columns.h"
#include "node/store/parts_blob.h"
#include "node/store/recall_table.h"
#include "node/store/statement.h"
#include "node/store/terms_columns.h"

namespace fairway::store {
namespace {

constexpr size_t kDigestBytes = sizeof(crypto::Digest);

#define FAIRWAY_REVISION_COLUMNS                                                              \
  "object, item, revision, prev, origin, origin_manifest, kind, mode, tlp, pap, precedence, " \
  "onward, not_after, part_digests, received_from, stored_at, hops, expires, tlp_floor, "     \
  "pap_floor, purpose, watermark, encrypt_at_rest, state, signed"
#define FAIRWAY_SELECT_REVISION "SELECT id, " FAIRWAY_REVISION_COLUMNS ", erased FROM revision "

std::optional<RevisionState> StateFromNumber(uint64_t number) {
  if (number < 1 || number > 5) return std::nullopt;
  return static_cast<RevisionState>(number);
}

std::string JoinDigests(const std::vector<crypto::Digest>& digests) {
  std::string joined;
  joined.reserve(digests.size() * kDigestBytes);
  for (const crypto::Digest& digest : digests) joined += digest.view();
  return joined;
}

std::vector<crypto::Digest> GetDigests(Statement& row, int column) {
  const std::string joined = row.GetBlob(column);
  std::vector<crypto::Digest> digests;
  if (joined.size() % kDigestBytes != 0) row.Damaged(column, "a list of digests");
  for (size_t at = 0; at + kDigestBytes <= joined.size(); at += kDigestBytes) {
    digests.push_back(*crypto::DigestFromBytes(std::string_view(joined).substr(at, kDigestBytes)));
  }
  return digests;
}

void BindBody(Statement& put, const model::ItemBody& body) {
  put.Blob(body.item_id.view()).U64(body.revision).MaybeDigest(body.prev);
  BindAuthority(put, body.origin);
  put.U64(body.origin_manifest)
      .U64(static_cast<uint64_t>(body.kind))
      .U64(static_cast<uint64_t>(body.mode))
      .U64(static_cast<uint64_t>(body.tlp))
      .U64(static_cast<uint64_t>(body.pap))
      .U64(static_cast<uint64_t>(body.precedence))
      .U64(static_cast<uint64_t>(body.onward))
      .MaybeTime(body.not_after)
      .Blob(JoinDigests(body.part_digests));
}

model::ItemBody GetBody(Statement& row) {
  model::ItemBody body;
  body.item_id = GetItemId(row, 2);
  body.revision = row.GetU64(3);
  body.prev = row.GetMaybeDigest(4);
  body.origin = GetAuthority(row, 5);
  body.origin_manifest = row.GetU64(6);
  body.kind = row.GetEnum(7, &model::KindFromWire);
  body.mode = row.GetEnum(8, &model::ModeFromWire);
  body.tlp = row.GetEnum(9, &model::TlpFromWire);
  body.pap = row.GetEnum(10, &model::PapFromWire);
  body.precedence = row.GetEnum(11, &model::PrecedenceFromWire);
  body.onward = row.GetEnum(12, &model::OnwardFromWire);
  body.not_after = row.GetMaybeTime(13);
  body.part_digests = GetDigests(row, 14);
  return body;
}

StoredRevision ReadRevision(Statement& row) {
  StoredRevision revision;
  revision.id = row.GetU64(0);
  revision.object = row.GetDigest(1);
  revision.body = GetBody(row);
  revision.received_from = GetMaybeAuthority(row, 15);
  revision.stored_at = row.GetTime(16);
  revision.terms = GetTerms(row, 17);
  revision.state = row.GetEnum(24, &StateFromNumber);
  revision.signed_bytes = row.GetBlob(25);
  revision.erased = row.GetBool(26);
  return revision;
}

absl::StatusOr<uint64_t> ReadNumber(Statement& find) {
  FAIRWAY_ASSIGN_OR_RETURN(const bool found, find.Step());
  const uint64_t number = found ? find.GetU64(0) : 0;
  FAIRWAY_RETURN_IF_ERROR(find.status());
  return number;
}

absl::StatusOr<std::vector<model::Part>> ReadParts(Statement& find) {
  FAIRWAY_ASSIGN_OR_RETURN(const bool found, find.Step());
  if (!found) return std::vector<model::Part>();
  absl::StatusOr<std::vector<model::Part>> parts = DecodeParts(find.GetBlob(0));
  if (!parts.ok()) find.Damaged(0, "a list of parts");
  FAIRWAY_RETURN_IF_ERROR(find.status());
  return parts;
}

absl::StatusOr<uint64_t> IdOf(ReadTxn& txn, const model::ObjectId& object) {
  Statement find(txn, "SELECT id FROM revision WHERE object = ?");
  find.Blob(object.view());
  FAIRWAY_ASSIGN_OR_RETURN(const uint64_t id, ReadNumber(find));
  if (id == 0) {
    return absl::NotFoundError(absl::StrCat("no revision ", crypto::Hex(object.view())));
  }
  return id;
}

// What state an active revision may have, given what is here, making room for it if it is newest.
absl::StatusOr<RevisionState> TakeItsPlace(Txn& txn, const model::ItemBody& body) {
  Statement newer(
      txn, "SELECT 1 FROM revision WHERE item = ? AND origin = ? AND revision > ? AND state = 1");
  newer.Blob(body.item_id.view()).Blob(body.origin.digest.view()).U64(body.revision);
  FAIRWAY_ASSIGN_OR_RETURN(const bool found, newer.Step());
  if (found) return RevisionState::kSuperseded;
  Statement older(txn, "UPDATE revision SET state = 2 WHERE item = ? AND origin = ? AND state = 1");
  older.Blob(body.item_id.view()).Blob(body.origin.digest.view());
  FAIRWAY_RETURN_IF_ERROR(older.Run());
  return RevisionState::kActive;
}

}  // namespace

absl::StatusOr<uint64_t> PutRevision(Txn& txn, const StoredRevision& revision,
                                     const std::vector<model::Part>& parts) {
  FAIRWAY_ASSIGN_OR_RETURN(const std::string blob, EncodeParts(parts));
  FAIRWAY_ASSIGN_OR_RETURN(const uint64_t through,
                           RecalledThrough(txn, revision.body.origin, revision.body.item_id));
  if (revision.body.revision <= through) {
    return absl::FailedPreconditionError(
        absl::StrCat("revision ", revision.body.revision, " is recalled: it is not stored again"));
  }
  RevisionState state = revision.state;
  if (state == RevisionState::kActive) {
    FAIRWAY_ASSIGN_OR_RETURN(state, TakeItsPlace(txn, revision.body));
  }
  Statement put(
      txn, "INSERT INTO revision (" FAIRWAY_REVISION_COLUMNS
           ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
           " RETURNING id");
  put.Blob(revision.object.view());
  BindBody(put, revision.body);
  BindMaybeAuthority(put, revision.received_from);
  put.Time(revision.stored_at);
  BindTerms(put, revision.terms);
  put.U64(static_cast<uint64_t>(state)).Blob(revision.signed_bytes);
  FAIRWAY_ASSIGN_OR_RETURN(const uint64_t id, ReadNumber(put));
  FAIRWAY_RETURN_IF_ERROR(put.Run());
  Statement put_parts(txn, "INSERT INTO parts VALUES (?, ?)");
  FAIRWAY_RETURN_IF_ERROR(put_parts.U64(id).Blob(blob).Run());
  return id;
}

absl::Status SetRevisionState(Txn& txn, const model::ObjectId& object, RevisionState state) {
  if (state == RevisionState::kActive) {
    Statement other(
        txn,
        "SELECT 1 FROM revision WHERE (item, origin) = (SELECT item, origin FROM revision "
        "WHERE object = ?) AND state = 1 AND object <> ?");
    FAIRWAY_ASSIGN_OR_RETURN(const bool found,
                             other.Blob(object.view()).Blob(object.view()).Step());
    if (found) return absl::AlreadyExistsError("another revision of the item is active");
  }
  Statement set(txn, "UPDATE revision SET state = ? WHERE object = ?");
  set.U64(static_cast<uint64_t>(state)).Blob(object.view());
  return set.RunOne("such revision");
}

absl::Status EraseContent(Txn& txn, const model::ObjectId& object, RevisionState state) {
  if (state != RevisionState::kRecalled && state != RevisionState::kExpired) {
    return absl::InvalidArgumentError("content is erased because of a recall or of its age");
  }
  FAIRWAY_ASSIGN_OR_RETURN(const uint64_t id, IdOf(txn, object));
  Statement parts(txn, "DELETE FROM parts WHERE revision = ?");
  FAIRWAY_RETURN_IF_ERROR(parts.U64(id).Run());
  Statement chunks(txn, "DELETE FROM chunk WHERE object = ?");
  FAIRWAY_RETURN_IF_ERROR(chunks.Blob(object.view()).Run());
  Statement wanted(txn, "DELETE FROM missing_attachment WHERE object = ?");
  FAIRWAY_RETURN_IF_ERROR(wanted.Blob(object.view()).Run());
  Statement mark(txn,
                 "UPDATE revision SET erased = 1, state = CASE state WHEN 5 THEN 5 ELSE ? END "
                 "WHERE id = ?");
  return mark.U64(static_cast<uint64_t>(state)).U64(id).RunOne("such revision");
}

absl::StatusOr<MarkedRecalled> MarkRecalled(Txn& txn, const model::AuthorityId& origin,
                                            const model::ItemId& item, uint64_t through,
                                            bool erase) {
  MarkedRecalled marked;
  Statement state(txn,
                  "UPDATE revision SET state = 5 "
                  "WHERE item = ? AND origin = ? AND revision <= ? AND state <> 5");
  state.Blob(item.view()).Blob(origin.digest.view()).U64(through);
  FAIRWAY_RETURN_IF_ERROR(state.Run());
  marked.revisions = static_cast<uint64_t>(state.changes());
  if (!erase) return marked;
  Statement find(txn,
                 "SELECT object FROM revision "
                 "WHERE item = ? AND origin = ? AND revision <= ? AND erased = 0");
  find.Blob(item.view()).Blob(origin.digest.view()).U64(through);
  FAIRWAY_ASSIGN_OR_RETURN(
      const std::vector<model::ObjectId> objects,
      ReadAll<model::ObjectId>(find, [](Statement& row) { return row.GetDigest(0); }));
  for (const model::ObjectId& object : objects) {
    FAIRWAY_RETURN_IF_ERROR(EraseContent(txn, object, RevisionState::kRecalled));
  }
  marked.erased = objects.size();
  return marked;
}

absl::StatusOr<bool> HoldsContent(ReadTxn& txn, const model::AuthorityId& origin,
                                  const model::ItemId& item, uint64_t through) {
  Statement find(txn,
                 "SELECT 1 FROM revision "
                 "WHERE item = ? AND origin = ? AND revision <= ? AND erased = 0 LIMIT 1");
  return find.Blob(item.view()).Blob(origin.digest.view()).U64(through).Step();
}

absl::Status AddParts(Txn& txn, const model::ObjectId& object,
                      const std::vector<model::Part>& parts) {
  FAIRWAY_ASSIGN_OR_RETURN(const uint64_t id, IdOf(txn, object));
  Statement gone(txn, "SELECT 1 FROM revision WHERE id = ? AND erased = 1");
  FAIRWAY_ASSIGN_OR_RETURN(const bool erased, gone.U64(id).Step());
  if (erased) return absl::FailedPreconditionError("the content of the revision was erased");
  FAIRWAY_ASSIGN_OR_RETURN(std::vector<model::Part> all, GetParts(txn, object));
  const size_t here = all.size();
  for (const model::Part& part : parts) {
    const bool known = std::any_of(all.begin(), all.begin() + static_cast<ptrdiff_t>(here),
                                   [&](const model::Part& p) { return p.label == part.label; });
    if (!known) all.push_back(part);
  }
  FAIRWAY_ASSIGN_OR_RETURN(const std::string blob, EncodeParts(all));
  Statement set(txn, "UPDATE parts SET parts = ? WHERE revision = ?");
  return set.Blob(blob).U64(id).RunOne("such revision");
}

absl::Status SetTerms(Txn& txn, const model::ObjectId& object, const model::Terms& terms) {
  Statement set(txn,
                "UPDATE revision SET hops = ?, expires = ?, tlp_floor = ?, pap_floor = ?, "
                "purpose = ?, watermark = ?, encrypt_at_rest = ? WHERE object = ?");
  BindTerms(set, terms);
  return set.Blob(object.view()).RunOne("such revision");
}

absl::StatusOr<std::optional<StoredRevision>> GetRevision(ReadTxn& txn,
                                                          const model::ObjectId& object) {
  Statement find(txn, FAIRWAY_SELECT_REVISION "WHERE object = ?");
  find.Blob(object.view());
  return ReadOne(find, &ReadRevision);
}

absl::StatusOr<bool> IsFromPeer(ReadTxn& txn, const model::ObjectId& object,
                                const model::AuthorityId& peer) {
  Statement find(txn,
                 "SELECT 1 FROM revision WHERE object = ? AND (origin = ? OR received_from = ?)");
  find.Blob(object.view());
  BindAuthority(find, peer);
  BindAuthority(find, peer);
  return find.Step();
}

absl::StatusOr<std::optional<StoredRevision>> LatestRevision(ReadTxn& txn,
                                                             const model::AuthorityId& origin,
                                                             const model::ItemId& item) {
  Statement find(
      txn, FAIRWAY_SELECT_REVISION "WHERE item = ? AND origin = ? ORDER BY revision DESC LIMIT 1");
  find.Blob(item.view()).Blob(origin.digest.view());
  return ReadOne(find, &ReadRevision);
}

absl::StatusOr<uint64_t> LatestRevisionNumber(ReadTxn& txn, const model::AuthorityId& origin,
                                              const model::ItemId& item) {
  Statement find(txn,
                 "SELECT coalesce(max(revision), 0) FROM revision WHERE item = ? AND origin = ?");
  find.Blob(item.view()).Blob(origin.digest.view());
  return ReadNumber(find);
}

absl::StatusOr<std::optional<StoredRevision>> GetRevisionNumber(ReadTxn& txn,
                                                                const model::AuthorityId& origin,
                                                                const model::ItemId& item,
                                                                uint64_t revision) {
  Statement find(txn, FAIRWAY_SELECT_REVISION "WHERE item = ? AND origin = ? AND revision = ?");
  find.Blob(item.view()).Blob(origin.digest.view()).U64(revision);
  return ReadOne(find, &ReadRevision);
}

absl::StatusOr<std::vector<StoredRevision>> RevisionsOf(ReadTxn& txn,
                                                        const model::AuthorityId& origin,
                                                        const model::ItemId& item) {
  Statement find(txn, FAIRWAY_SELECT_REVISION "WHERE item = ? AND origin = ? ORDER BY revision");
  find.Blob(item.view()).Blob(origin.digest.view());
  return ReadAll(find, &ReadRevision);
}

absl::StatusOr<std::vector<model::Part>> GetParts(ReadTxn& txn, const model::ObjectId& object) {
  Statement find(txn,
                 "SELECT parts FROM parts WHERE revision = (SELECT id FROM revision "
                 "WHERE object = ?)");
  find.Blob(object.view());
  return ReadParts(find);
}

absl::StatusOr<std::vector<model::Part>> GetPartsOf(ReadTxn& txn, uint64_t revision_id) {
  Statement find(txn, "SELECT parts FROM parts WHERE revision = ?");
  find.U64(revision_id);
  return ReadParts(find);
}

absl::StatusOr<std::vector<StoredRevision>> FindByPrefix(ReadTxn& txn, std::string_view prefix,
                                                         size_t limit) {
  if (prefix.empty() || prefix.size() > model::kItemIdBytes) {
    return absl::InvalidArgumentError(absl::StrCat("a prefix of ", prefix.size(), " bytes"));
  }
  // All ids from the prefix and zeros to the prefix and ones.
  std::string first(prefix), last(prefix);
  first.resize(model::kItemIdBytes, '\x00');
  last.resize(model::kItemIdBytes, '\xff');
  Statement find(txn, FAIRWAY_SELECT_REVISION
                 "WHERE item BETWEEN ? AND ? AND revision = (SELECT max(revision) FROM revision AS "
                 "other WHERE other.item = revision.item AND other.origin = revision.origin) "
                 "ORDER BY item, origin LIMIT ?");
  find.Blob(first).Blob(last).U64(limit);
  return ReadAll(find, &ReadRevision);
}

absl::StatusOr<std::vector<StoredRevision>> ListRevisions(ReadTxn& txn,
                                                          const RevisionFilter& filter) {
  // Built from constants, so that each shape is prepared once and uses the index that fits.
  std::string sql = FAIRWAY_SELECT_REVISION "WHERE 1 = 1";
  // 1 is kActive, 5 kRecalled: numbers, so that the partial indexes are found to fit.
  if (!filter.all_states) sql += filter.recalled_too ? " AND state IN (1, 5)" : " AND state = 1";
  if (filter.inbox_only) sql += " AND received_from IS NOT NULL";
  if (filter.kind) sql += " AND kind = ?";
  if (filter.mode) sql += " AND mode = ?";
  if (filter.origin) sql += " AND origin = ?";
  if (filter.since) sql += " AND stored_at >= ?";
  if (filter.before_id) {
    sql += " AND (stored_at, id) < ((SELECT stored_at FROM revision WHERE id = ?), ?)";
  }
  sql += " ORDER BY stored_at DESC, id DESC LIMIT ?";
  Statement find(txn, sql);
  if (filter.kind) find.U64(static_cast<uint64_t>(*filter.kind));
  if (filter.mode) find.U64(static_cast<uint64_t>(*filter.mode));
  if (filter.origin) BindAuthority(find, *filter.origin);
  if (filter.since) find.Time(*filter.since);
  if (filter.before_id) find.U64(*filter.before_id).U64(*filter.before_id);
  find.U64(std::min(filter.limit, kMaxListed));
  return ReadAll(find, &ReadRevision);
}

absl::StatusOr<std::vector<StoredRevision>> RevisionsAfter(ReadTxn& txn, uint64_t id,
                                                           size_t limit) {
  Statement find(txn, FAIRWAY_SELECT_REVISION "WHERE id > ? ORDER BY id LIMIT ?");
  find.U64(id).U64(std::min(limit, kMaxListed));
  return ReadAll(find, &ReadRevision);
}

absl::StatusOr<uint64_t> LastRevisionId(ReadTxn& txn) {
  Statement find(txn, "SELECT coalesce(max(id), 0) FROM revision");
  return ReadNumber(find);
}

absl::StatusOr<std::vector<StoredRevision>> ExpiredRevisions(ReadTxn& txn, absl::Time now,
                                                             size_t limit) {
  // Two searches by index; one with OR would look at every revision.
  Statement by_body(txn, FAIRWAY_SELECT_REVISION
                    "WHERE erased = 0 AND not_after <= ? ORDER BY not_after LIMIT ?");
  Statement by_terms(
      txn, FAIRWAY_SELECT_REVISION "WHERE erased = 0 AND expires <= ? ORDER BY expires LIMIT ?");
  by_body.Time(now).U64(limit);
  by_terms.Time(now).U64(limit);
  FAIRWAY_ASSIGN_OR_RETURN(std::vector<StoredRevision> first, ReadAll(by_body, &ReadRevision));
  FAIRWAY_ASSIGN_OR_RETURN(std::vector<StoredRevision> second, ReadAll(by_terms, &ReadRevision));
  std::map<std::pair<absl::Time, uint64_t>, StoredRevision> by_expiry;
  std::move(second.begin(), second.end(), std::back_inserter(first));
  for (StoredRevision& revision : first) {
    const absl::Time expiry = std::min(revision.body.not_after.value_or(absl::InfiniteFuture()),
                                       revision.terms.expires.value_or(absl::InfiniteFuture()));
    by_expiry.try_emplace({expiry, revision.id}, std::move(revision));
  }
  std::vector<StoredRevision> expired;
  for (auto& [expiry, revision] : by_expiry) {
    if (expired.size() < limit) expired.push_back(std::move(revision));
  }
  return expired;
}

absl::StatusOr<ItemCounts> CountItems(ReadTxn& txn) {
  Statement received(txn,
                     "SELECT count(*) FROM revision WHERE state = 1 AND received_from IS NOT NULL");
  Statement all(txn, "SELECT count(*) FROM revision WHERE state = 1");
  ItemCounts counts;
  FAIRWAY_ASSIGN_OR_RETURN(counts.received, ReadNumber(received));
  FAIRWAY_ASSIGN_OR_RETURN(counts.own, ReadNumber(all));
  counts.own -= counts.received;
  return counts;
}

}  // namespace fairway::store
