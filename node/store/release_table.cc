#include "node/store/release_table.h"

#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "node/status/status_macros.h"
#include "node/store/ids_columns.h"
#include "node/store/statement.h"
#include "node/store/terms_columns.h"

namespace fairway::store {
namespace {

#define FAIRWAY_RELEASE_COLUMNS                                                               \
  "peer, feed_seq, op, object, item, revision, labels, hops, expires, tlp_floor, pap_floor, " \
  "purpose, watermark, encrypt_at_rest, rule, because, file, line, policy_version, "          \
  "peer_attributes_version, "                                                                 \
  "profile_hash, decided_at, record, record_hash, state, code, receipt_due"
#define FAIRWAY_SELECT_RELEASE "SELECT " FAIRWAY_RELEASE_COLUMNS " FROM release "

Release ReadRelease(Statement& row) {
  Release release;
  release.peer = GetAuthority(row, 0);
  release.feed_seq = row.GetU64(1);
  release.op = row.GetEnum(2, &model::OpFromWire);
  release.object = row.GetDigest(3);
  release.item = GetItemId(row, 4);
  release.revision = row.GetU64(5);
  release.labels = SplitLines(row.GetText(6));
  release.terms = GetTerms(row, 7);
  release.rule = row.GetText(14);
  release.because = row.GetText(15);
  release.file = row.GetText(16);
  release.line = static_cast<int>(row.GetInt(17));
  release.policy_version = row.GetU64(18);
  release.peer_attributes_version = row.GetU64(19);
  release.profile_hash = row.GetDigest(20);
  release.decided_at = row.GetTime(21);
  release.record_bytes = row.GetBlob(22);
  release.record_hash = row.GetDigest(23);
  release.state = row.GetEnum(24, &ReleaseStateFromNumber);
  release.code = row.GetText(25);
  release.receipt_due = row.GetMaybeTime(26);
  return release;
}

// By index: revisions through their item, what is no revision by itself.
#define FAIRWAY_RELEASES_OF_OBJECT                                                        \
  "(item = (SELECT item FROM revision WHERE object = ?) AND peer = ? AND object = ?) OR " \
  "(op <> 1 AND object = ? AND peer = ?)"

void BindReleasesOf(Statement& find, const model::AuthorityId& peer,
                    const model::ObjectId& object) {
  find.Blob(object.view());
  BindAuthority(find, peer);
  find.Blob(object.view()).Blob(object.view());
  BindAuthority(find, peer);
}

void BindItemTwice(Statement& find, const model::AuthorityId& peer,
                   const model::AuthorityId& origin, const model::ItemId& item) {
  find.Blob(item.view());
  BindAuthority(find, peer);
  find.Blob(item.view());
  BindAuthority(find, origin);
}

// A number above the last one, or one that a lost feed never had.
absl::Status NoSuchRecord(uint64_t seq) {
  return absl::NotFoundError(absl::StrCat("the feed has no record ", seq));
}

}  // namespace

std::optional<ReleaseState> ReleaseStateFromNumber(uint64_t number) {
  if (number < 1 || number > 5) return std::nullopt;
  return static_cast<ReleaseState>(number);
}

ReleaseState StateFor(model::Outcome outcome) {
  switch (outcome) {
    case model::Outcome::kStored:
      return ReleaseState::kDelivered;
    case model::Outcome::kQuarantined:
      return ReleaseState::kQuarantined;
    case model::Outcome::kNoContent:
      return ReleaseState::kNoContent;
    case model::Outcome::kRefused:
      break;
  }
  return ReleaseState::kRefused;
}

absl::Status PutRelease(Txn& txn, const Release& release) {
  Statement put(txn, "INSERT INTO release (" FAIRWAY_RELEASE_COLUMNS
                     ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "
                     "?, ?, ?, ?, ?)");
  BindAuthority(put, release.peer);
  put.U64(release.feed_seq)
      .U64(static_cast<uint64_t>(release.op))
      .Blob(release.object.view())
      .Blob(release.item.view())
      .U64(release.revision)
      .Text(JoinLines(release.labels));
  BindTerms(put, release.terms);
  put.Text(release.rule)
      .Text(release.because)
      .Text(release.file)
      .Int(release.line)
      .U64(release.policy_version)
      .U64(release.peer_attributes_version)
      .Blob(release.profile_hash.view())
      .Time(release.decided_at)
      .Blob(release.record_bytes)
      .Blob(release.record_hash.view())
      .U64(static_cast<uint64_t>(release.state))
      .Text(release.code)
      .MaybeTime(release.receipt_due);
  return put.Run();
}

absl::StatusOr<std::optional<Release>> GetRelease(ReadTxn& txn, const model::AuthorityId& peer,
                                                  uint64_t feed_seq) {
  Statement find(txn, FAIRWAY_SELECT_RELEASE "WHERE peer = ? AND feed_seq = ?");
  BindAuthority(find, peer);
  find.U64(feed_seq);
  return ReadOne(find, &ReadRelease);
}

absl::StatusOr<std::vector<Release>> ReleasesFrom(ReadTxn& txn, const model::AuthorityId& peer,
                                                  uint64_t first, size_t limit) {
  Statement find(
      txn, FAIRWAY_SELECT_RELEASE "WHERE peer = ? AND feed_seq >= ? ORDER BY feed_seq LIMIT ?");
  BindAuthority(find, peer);
  find.U64(first).U64(limit);
  return ReadAll(find, &ReadRelease);
}

absl::StatusOr<std::vector<Release>> ReleasesOf(ReadTxn& txn, const model::AuthorityId& peer,
                                                const model::ObjectId& object) {
  Statement find(txn,
                 FAIRWAY_SELECT_RELEASE "WHERE " FAIRWAY_RELEASES_OF_OBJECT " ORDER BY feed_seq");
  BindReleasesOf(find, peer, object);
  return ReadAll(find, &ReadRelease);
}

absl::StatusOr<std::optional<Release>> LatestReleaseOf(ReadTxn& txn, const model::AuthorityId& peer,
                                                       const model::ObjectId& object) {
  Statement find(txn, FAIRWAY_SELECT_RELEASE "WHERE " FAIRWAY_RELEASES_OF_OBJECT
                                             " ORDER BY feed_seq DESC LIMIT 1");
  BindReleasesOf(find, peer, object);
  return ReadOne(find, &ReadRelease);
}

absl::StatusOr<std::optional<Release>> LatestReleaseOfItem(ReadTxn& txn,
                                                           const model::AuthorityId& peer,
                                                           const model::AuthorityId& origin,
                                                           const model::ItemId& item) {
  Statement find(txn, FAIRWAY_SELECT_RELEASE
                 "WHERE item = ? AND peer = ? AND op = 1 AND object IN "
                 "(SELECT object FROM revision WHERE item = ? AND origin = ?) "
                 "ORDER BY feed_seq DESC LIMIT 1");
  BindItemTwice(find, peer, origin, item);
  return ReadOne(find, &ReadRelease);
}

absl::StatusOr<std::optional<Release>> LatestRecallOfItem(ReadTxn& txn,
                                                          const model::AuthorityId& peer,
                                                          const model::AuthorityId& origin,
                                                          const model::ItemId& item) {
  Statement find(txn, FAIRWAY_SELECT_RELEASE
                 "WHERE item = ? AND peer = ? AND op = 2 AND object IN "
                 "(SELECT object FROM recall WHERE item = ? AND origin = ?) "
                 "ORDER BY revision DESC, feed_seq DESC LIMIT 1");
  BindItemTwice(find, peer, origin, item);
  return ReadOne(find, &ReadRelease);
}

absl::StatusOr<bool> IsReleased(ReadTxn& txn, const model::AuthorityId& peer,
                                const model::ObjectId& object) {
  Statement find(
      txn, "SELECT 1 FROM release WHERE (" FAIRWAY_RELEASES_OF_OBJECT ") AND state <> ? LIMIT 1");
  BindReleasesOf(find, peer, object);
  find.U64(static_cast<uint64_t>(ReleaseState::kNoContent));
  return find.Step();
}

absl::StatusOr<std::optional<std::vector<std::string>>> ReleasedLabels(
    ReadTxn& txn, const model::AuthorityId& peer, const model::ObjectId& object) {
  Statement find(
      txn, "SELECT labels FROM release WHERE (" FAIRWAY_RELEASES_OF_OBJECT ") AND state <> ?");
  BindReleasesOf(find, peer, object);
  find.U64(static_cast<uint64_t>(ReleaseState::kNoContent));
  std::optional<std::set<std::string>> all;
  for (;;) {
    FAIRWAY_ASSIGN_OR_RETURN(const bool found, find.Step());
    if (!found) break;
    if (!all.has_value()) all.emplace();
    for (std::string& label : SplitLines(find.GetText(0))) all->insert(std::move(label));
    FAIRWAY_RETURN_IF_ERROR(find.status());
  }
  if (!all.has_value()) return std::optional<std::vector<std::string>>();
  return std::optional(std::vector<std::string>(all->begin(), all->end()));
}

absl::StatusOr<bool> WasNumbered(ReadTxn& txn, const model::AuthorityId& peer,
                                 const model::AuthorityId& origin, const model::ItemId& item,
                                 uint64_t through) {
  Statement find(txn,
                 "SELECT 1 FROM release WHERE item = ? AND peer = ? AND op = 1 AND object IN "
                 "(SELECT object FROM revision WHERE item = ? AND origin = ?) AND revision <= ? "
                 "LIMIT 1");
  BindItemTwice(find, peer, origin, item);
  return find.U64(through).Step();
}

absl::StatusOr<bool> FollowsNumbered(ReadTxn& txn, const model::AuthorityId& peer,
                                     const model::ObjectId& object) {
  Statement of(txn, "SELECT item, origin, revision FROM revision WHERE object = ?");
  FAIRWAY_ASSIGN_OR_RETURN(const bool is_revision, of.Blob(object.view()).Step());
  if (!is_revision) return false;
  const model::ItemId item = GetItemId(of, 0);
  const model::AuthorityId origin = GetAuthority(of, 1);
  const uint64_t revision = of.GetU64(2);
  FAIRWAY_RETURN_IF_ERROR(of.status());
  if (revision <= 1) return false;
  return WasNumbered(txn, peer, origin, item, revision - 1);
}

absl::StatusOr<bool> RecallUnderWay(ReadTxn& txn, const model::AuthorityId& peer, uint64_t acked) {
  Statement find(txn, "SELECT 1 FROM release WHERE peer = ? AND feed_seq > ? AND op = 2 LIMIT 1");
  BindAuthority(find, peer);
  return find.U64(acked).Step();
}

absl::StatusOr<uint64_t> CountWithoutContent(ReadTxn& txn, const model::AuthorityId& peer,
                                             const model::ObjectId& object) {
  Statement count(
      txn, "SELECT count(*) FROM release WHERE (" FAIRWAY_RELEASES_OF_OBJECT ") AND state = ?");
  BindReleasesOf(count, peer, object);
  count.U64(static_cast<uint64_t>(ReleaseState::kNoContent));
  FAIRWAY_RETURN_IF_ERROR(count.Step().status());
  const uint64_t found = count.GetU64(0);
  FAIRWAY_RETURN_IF_ERROR(count.status());
  return found;
}

absl::StatusOr<std::vector<Release>> ReleasesOfItem(ReadTxn& txn, const model::ItemId& item) {
  Statement find(txn, FAIRWAY_SELECT_RELEASE "WHERE item = ? ORDER BY peer, feed_seq");
  find.Blob(item.view());
  return ReadAll(find, &ReadRelease);
}

absl::StatusOr<std::optional<OverdueReceipt>> OverdueReceiptOf(ReadTxn& txn,
                                                               const model::AuthorityId& peer,
                                                               absl::Time now) {
  Statement find(txn,
                 "SELECT feed_seq, receipt_due FROM release WHERE peer = ? AND state = 1 AND "
                 "receipt_due <= ? ORDER BY receipt_due, feed_seq LIMIT 1");
  BindAuthority(find, peer);
  find.Time(now);
  return ReadOne<OverdueReceipt>(find, [](Statement& row) {
    return OverdueReceipt{row.GetU64(0), row.GetTime(1)};
  });
}

absl::Status MarkReleases(Txn& txn, const model::AuthorityId& peer,
                          std::span<const model::Receipt::Entry> entries) {
  for (const model::Receipt::Entry& entry : entries) {
    Statement find(txn, "SELECT 1 FROM release WHERE peer = ? AND feed_seq = ?");
    BindAuthority(find, peer);
    FAIRWAY_ASSIGN_OR_RETURN(const bool found, find.U64(entry.seq).Step());
    if (!found) return NoSuchRecord(entry.seq);
  }
  for (const model::Receipt::Entry& entry : entries) {
    Statement mark(txn,
                   "UPDATE release SET state = ?, code = ? "
                   "WHERE peer = ? AND feed_seq = ? AND state = ?");
    mark.U64(static_cast<uint64_t>(StateFor(entry.outcome))).Text(entry.code);
    BindAuthority(mark, peer);
    mark.U64(entry.seq).U64(static_cast<uint64_t>(ReleaseState::kSent));
    FAIRWAY_RETURN_IF_ERROR(mark.Run());
  }
  return absl::OkStatus();
}

absl::Status SetReleaseState(Txn& txn, const model::AuthorityId& peer, uint64_t feed_seq,
                             ReleaseState state) {
  Statement set(txn, "UPDATE release SET state = ? WHERE peer = ? AND feed_seq = ?");
  set.U64(static_cast<uint64_t>(state));
  BindAuthority(set, peer);
  return set.U64(feed_seq).RunOne(absl::StrCat("release ", feed_seq));
}

}  // namespace fairway::store
