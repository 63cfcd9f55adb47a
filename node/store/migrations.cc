#include "node/store/migrations.h"

#include <iterator>
#include <string>

#include "absl/strings/str_cat.h"
#include "node/status/status_macros.h"

namespace fairway::store {
namespace {

// Conventions: ids and digests are blobs; times are milliseconds since 1970 (UTC); numbers of
// vocabularies are those that are signed; lists of words are lines of a text. Tables are STRICT. A
// step is never changed once a release carried it: what is to be different is a new step.
//
// Rows of revision, log and policy are never deleted, so that their numbers are never used again.
//
// Each index by an id costs one encrypted page for each row, because ids are random. So a revision
// is found by its object in one place only: the log and the releases of revisions are found through
// it (log_seq, item), and have indices of their own only for what is no revision.
constexpr const char* kSteps[] = {
    // 1
    R"sql(
PRAGMA application_id = 0x46574159;

CREATE TABLE node (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  authority BLOB NOT NULL,
  name TEXT NOT NULL,
  incarnation INTEGER NOT NULL,
  boots INTEGER NOT NULL,
  initialised_at INTEGER NOT NULL
) STRICT;
CREATE TABLE secret (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE setting (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE manifest (
  id INTEGER PRIMARY KEY,
  authority BLOB NOT NULL,
  version INTEGER NOT NULL CHECK (version >= 1),
  object BLOB NOT NULL,
  root_keys BLOB NOT NULL,
  keys BLOB NOT NULL,
  display_name TEXT NOT NULL,
  country TEXT NOT NULL,
  endpoints TEXT NOT NULL,
  signed BLOB NOT NULL,
  stored_at INTEGER NOT NULL,
  UNIQUE (authority, version)
) STRICT;

CREATE TABLE peer (
  authority BLOB PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  state INTEGER NOT NULL,
  endpoint TEXT NOT NULL,
  we_dial INTEGER NOT NULL,
  since INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE peer_name (
  name TEXT PRIMARY KEY,
  authority BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE peer_attributes (
  authority BLOB NOT NULL REFERENCES peer,
  version INTEGER NOT NULL CHECK (version >= 1),
  country TEXT NOT NULL,
  type TEXT NOT NULL,
  tier TEXT NOT NULL,
  agreements TEXT NOT NULL,
  controls TEXT NOT NULL,
  purposes TEXT NOT NULL,
  member_of TEXT NOT NULL,
  set_at INTEGER NOT NULL,
  PRIMARY KEY (authority, version)
) STRICT, WITHOUT ROWID;

CREATE TABLE user (
  name TEXT PRIMARY KEY,
  uid INTEGER NOT NULL,
  roles INTEGER NOT NULL,
  disabled INTEGER NOT NULL,
  since INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX user_uid ON user (uid) WHERE disabled = 0;

CREATE TABLE invitation (
  id INTEGER PRIMARY KEY,
  invitation BLOB NOT NULL UNIQUE,
  side INTEGER NOT NULL,
  state INTEGER NOT NULL,
  peer_name TEXT NOT NULL,
  secret BLOB NOT NULL,
  endpoint TEXT NOT NULL,
  created_by TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  peer BLOB,
  transcript BLOB
) STRICT;

CREATE TABLE revision (
  id INTEGER PRIMARY KEY,
  object BLOB NOT NULL UNIQUE,
  item BLOB NOT NULL,
  revision INTEGER NOT NULL CHECK (revision >= 1),
  prev BLOB,
  origin BLOB NOT NULL,
  origin_manifest INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  mode INTEGER NOT NULL,
  tlp INTEGER NOT NULL,
  pap INTEGER NOT NULL,
  precedence INTEGER NOT NULL,
  onward INTEGER NOT NULL,
  not_after INTEGER,
  part_digests BLOB NOT NULL,
  received_from BLOB,
  stored_at INTEGER NOT NULL,
  hops INTEGER,
  expires INTEGER,
  tlp_floor INTEGER,
  pap_floor INTEGER,
  purpose TEXT,
  state INTEGER NOT NULL,
  log_seq INTEGER,
  signed BLOB NOT NULL,
  UNIQUE (item, origin, revision)
) STRICT;
CREATE INDEX revision_inbox ON revision (stored_at) WHERE state = 1 AND received_from IS NOT NULL;
CREATE INDEX revision_stored ON revision (stored_at);
CREATE INDEX revision_not_after ON revision (not_after) WHERE state = 1 AND not_after IS NOT NULL;
CREATE INDEX revision_expires ON revision (expires) WHERE state = 1 AND expires IS NOT NULL;
CREATE TABLE parts (
  revision INTEGER PRIMARY KEY REFERENCES revision,
  parts BLOB NOT NULL
) STRICT;
CREATE TABLE tombstone (
  item BLOB NOT NULL,
  origin BLOB NOT NULL,
  statement BLOB NOT NULL,
  signed BLOB NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (item, origin)
) STRICT, WITHOUT ROWID;

CREATE TABLE chunk (
  id INTEGER PRIMARY KEY,
  object BLOB NOT NULL,
  label TEXT NOT NULL,
  number INTEGER NOT NULL,
  bytes BLOB NOT NULL,
  UNIQUE (object, label, number)
) STRICT;
CREATE TABLE missing_attachment (
  id INTEGER PRIMARY KEY,
  object BLOB NOT NULL,
  label TEXT NOT NULL,
  peer BLOB NOT NULL,
  chunks INTEGER NOT NULL,
  since INTEGER NOT NULL,
  UNIQUE (object, label)
) STRICT;
CREATE INDEX missing_attachment_peer ON missing_attachment (peer);

CREATE TABLE log (
  seq INTEGER PRIMARY KEY,
  object BLOB NOT NULL,
  is_revision INTEGER NOT NULL,
  lane INTEGER NOT NULL,
  at INTEGER NOT NULL
) STRICT;
CREATE INDEX log_lane ON log (lane);
CREATE UNIQUE INDEX log_other ON log (object) WHERE is_revision = 0;

CREATE TABLE cursor (
  peer BLOB NOT NULL,
  lane INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  PRIMARY KEY (peer, lane)
) STRICT, WITHOUT ROWID;
CREATE TABLE sweep (
  peer BLOB PRIMARY KEY,
  next_seq INTEGER NOT NULL,
  until_seq INTEGER NOT NULL,
  reason TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE release (
  id INTEGER PRIMARY KEY,
  peer BLOB NOT NULL,
  feed_seq INTEGER NOT NULL CHECK (feed_seq >= 1),
  op INTEGER NOT NULL,
  object BLOB NOT NULL,
  item BLOB NOT NULL,
  revision INTEGER NOT NULL,
  labels TEXT NOT NULL,
  hops INTEGER,
  expires INTEGER,
  tlp_floor INTEGER,
  pap_floor INTEGER,
  purpose TEXT,
  rule TEXT NOT NULL,
  because TEXT NOT NULL,
  file TEXT NOT NULL,
  line INTEGER NOT NULL,
  policy_version INTEGER NOT NULL,
  peer_attributes_version INTEGER NOT NULL,
  profile_hash BLOB NOT NULL,
  decided_at INTEGER NOT NULL,
  record BLOB NOT NULL,
  record_hash BLOB NOT NULL,
  state INTEGER NOT NULL,
  code TEXT NOT NULL,
  UNIQUE (peer, feed_seq)
) STRICT;
CREATE INDEX release_item ON release (item, peer, feed_seq);
CREATE INDEX release_other ON release (object, peer, feed_seq) WHERE op <> 1;

CREATE TABLE out_feed (
  peer BLOB PRIMARY KEY,
  feed_id BLOB NOT NULL UNIQUE,
  last_seq INTEGER NOT NULL,
  last_hash BLOB NOT NULL,
  acked_seq INTEGER NOT NULL CHECK (acked_seq <= last_seq)
) STRICT, WITHOUT ROWID;
CREATE TABLE in_feed (
  peer BLOB PRIMARY KEY,
  feed_id BLOB NOT NULL UNIQUE,
  last_seq INTEGER NOT NULL,
  last_hash BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE in_record (
  peer BLOB NOT NULL,
  seq INTEGER NOT NULL CHECK (seq >= 1),
  hash BLOB NOT NULL,
  object BLOB NOT NULL,
  outcome INTEGER NOT NULL,
  code TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (peer, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE receipt (
  id INTEGER PRIMARY KEY,
  peer BLOB NOT NULL,
  side INTEGER NOT NULL,
  first_seq INTEGER NOT NULL,
  last_seq INTEGER NOT NULL CHECK (last_seq >= first_seq),
  signed BLOB NOT NULL,
  digest BLOB NOT NULL UNIQUE,
  at INTEGER NOT NULL
) STRICT;
CREATE INDEX receipt_feed ON receipt (peer, side, last_seq);

CREATE TABLE policy (
  number INTEGER PRIMARY KEY,
  file_name TEXT NOT NULL,
  text TEXT NOT NULL,
  text_hash BLOB NOT NULL,
  profile_text TEXT NOT NULL,
  profile_hash BLOB NOT NULL,
  applied_at INTEGER NOT NULL,
  applied_by TEXT NOT NULL
) STRICT;

CREATE TABLE audit_leaf (
  seq INTEGER PRIMARY KEY,
  bytes BLOB NOT NULL,
  leaf_hash BLOB NOT NULL
) STRICT;
CREATE TABLE audit_head (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  frontier BLOB NOT NULL,
  last_leaf_hash BLOB NOT NULL
) STRICT;
CREATE TABLE audit_checkpoint (
  size INTEGER PRIMARY KEY,
  note TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT;
)sql",
    // 2: recall, and content that is erased while the signed shell stays
    R"sql(
DROP TABLE tombstone;
CREATE TABLE recall (
  id INTEGER PRIMARY KEY,
  object BLOB NOT NULL UNIQUE,
  item BLOB NOT NULL,
  origin BLOB NOT NULL,
  origin_manifest INTEGER NOT NULL,
  through INTEGER NOT NULL CHECK (through >= 1),
  grade INTEGER NOT NULL,
  reason INTEGER NOT NULL,
  effective INTEGER NOT NULL,
  signed BLOB NOT NULL,
  received_from BLOB,
  by_user TEXT NOT NULL,
  note TEXT NOT NULL,
  at INTEGER NOT NULL,
  log_seq INTEGER NOT NULL
) STRICT;
CREATE INDEX recall_item ON recall (item, origin, through);
CREATE UNIQUE INDEX recall_log ON recall (log_seq) WHERE effective = 1;
CREATE TABLE recall_cost (
  peer BLOB PRIMARY KEY,
  rows INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE mention_hold_release (
  object BLOB NOT NULL,
  peer BLOB NOT NULL,
  labels TEXT NOT NULL,
  by_user TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (object, peer, labels)
) STRICT, WITHOUT ROWID;

ALTER TABLE revision ADD COLUMN erased INTEGER NOT NULL DEFAULT 0;
DROP INDEX revision_not_after;
DROP INDEX revision_expires;
CREATE INDEX revision_not_after ON revision (not_after)
  WHERE erased = 0 AND not_after IS NOT NULL;
CREATE INDEX revision_expires ON revision (expires) WHERE erased = 0 AND expires IS NOT NULL;
)sql",
    // 3: what the duties of a policy need: terms, late receipts, what waits and what was let go
    R"sql(
ALTER TABLE revision ADD COLUMN watermark INTEGER NOT NULL DEFAULT 0;
ALTER TABLE revision ADD COLUMN encrypt_at_rest INTEGER NOT NULL DEFAULT 0;
ALTER TABLE release ADD COLUMN watermark INTEGER NOT NULL DEFAULT 0;
ALTER TABLE release ADD COLUMN encrypt_at_rest INTEGER NOT NULL DEFAULT 0;
ALTER TABLE release ADD COLUMN receipt_due INTEGER;
CREATE INDEX release_receipt_due ON release (peer, receipt_due)
  WHERE state = 1 AND receipt_due IS NOT NULL;

CREATE TABLE waiting (
  peer BLOB NOT NULL,
  log_seq INTEGER NOT NULL,
  until INTEGER,
  PRIMARY KEY (peer, log_seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX waiting_until ON waiting (peer, until);

CREATE TABLE hold_release (
  object BLOB NOT NULL,
  peer BLOB NOT NULL,
  role INTEGER NOT NULL,
  labels TEXT NOT NULL,
  by_user TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (object, peer, role, labels)
) STRICT, WITHOUT ROWID;
)sql",
    // 4: changes of the policy are proposed, approved, kept with a signature; what a peering was
    R"sql(
CREATE TABLE policy_record (
  number INTEGER PRIMARY KEY REFERENCES policy,
  kind INTEGER NOT NULL,
  parent INTEGER NOT NULL,
  of_version INTEGER NOT NULL,
  proposal INTEGER NOT NULL,
  policy_hash BLOB NOT NULL,
  registry_hash BLOB NOT NULL,
  author TEXT NOT NULL,
  reason TEXT NOT NULL,
  alone INTEGER NOT NULL,
  preview_digest BLOB NOT NULL,
  proof_digest BLOB NOT NULL,
  test_digest BLOB NOT NULL,
  signed BLOB NOT NULL
) STRICT;
CREATE TABLE proposal (
  number INTEGER PRIMARY KEY,
  kind INTEGER NOT NULL,
  of_version INTEGER NOT NULL,
  file_name TEXT NOT NULL,
  text TEXT NOT NULL,
  policy_hash BLOB NOT NULL,
  profile_hash BLOB NOT NULL,
  base INTEGER NOT NULL,
  author TEXT NOT NULL,
  reason TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  state INTEGER NOT NULL,
  preview_digest BLOB NOT NULL,
  proof_digest BLOB NOT NULL,
  test_digest BLOB NOT NULL,
  gains BLOB NOT NULL,
  closed_at INTEGER,
  closed_by TEXT NOT NULL,
  closed_reason TEXT NOT NULL,
  applied_as INTEGER NOT NULL
) STRICT;
CREATE TABLE approval (
  proposal INTEGER NOT NULL REFERENCES proposal,
  user TEXT NOT NULL,
  roles TEXT NOT NULL,
  preview_digest BLOB NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (proposal, user)
) STRICT, WITHOUT ROWID;
CREATE TABLE shadow (
  proposal INTEGER PRIMARY KEY REFERENCES proposal,
  started_by TEXT NOT NULL,
  started_at INTEGER NOT NULL,
  ends_at INTEGER NOT NULL,
  ended_at INTEGER,
  ended_by TEXT NOT NULL,
  seen_seq INTEGER NOT NULL,
  decisions INTEGER NOT NULL,
  differences INTEGER NOT NULL
) STRICT;
CREATE TABLE shadow_difference (
  id INTEGER PRIMARY KEY,
  proposal INTEGER NOT NULL REFERENCES shadow,
  peer BLOB NOT NULL,
  object BLOB NOT NULL,
  before_text TEXT NOT NULL,
  after_text TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT;
CREATE INDEX shadow_difference_proposal ON shadow_difference (proposal);

CREATE TABLE peer_past (
  id INTEGER PRIMARY KEY,
  authority BLOB NOT NULL,
  name TEXT NOT NULL,
  state INTEGER NOT NULL,
  at INTEGER NOT NULL
) STRICT;
CREATE INDEX peer_past_authority ON peer_past (authority, id);
INSERT INTO peer_past (authority, name, state, at) SELECT authority, name, state, since FROM peer;
)sql",
};

absl::Status TakeStep(Connection& connection, int version) {
  FAIRWAY_RETURN_IF_ERROR(connection.Exec("BEGIN IMMEDIATE"));
  absl::Status status = connection.Exec(kSteps[version - 1]);
  if (status.ok()) {
    status = connection.Exec(absl::StrCat("PRAGMA user_version = ", version).c_str());
  }
  if (status.ok()) status = connection.Exec("COMMIT");
  if (!status.ok()) connection.RollBack();
  return status;
}

}  // namespace

int NewestSchemaVersion() { return static_cast<int>(std::size(kSteps)); }

absl::StatusOr<int> SchemaVersionOf(Connection& connection) {
  FAIRWAY_ASSIGN_OR_RETURN(const std::string version, connection.QueryOne("PRAGMA user_version"));
  return std::stoi(version);
}

absl::Status Migrate(Connection& connection) {
  FAIRWAY_ASSIGN_OR_RETURN(const int at, SchemaVersionOf(connection));
  for (int version = at + 1; version <= NewestSchemaVersion(); ++version) {
    FAIRWAY_RETURN_IF_ERROR(TakeStep(connection, version));
  }
  return absl::OkStatus();
}

}  // namespace fairway::store
