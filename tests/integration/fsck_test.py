"""tools/fsck: it finds nothing at a node that is right, and each thing that was changed in one."""
import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

from world import OPEN_POLICY, TOOLS, NodeTest, wait_for
from cold_node import audit_leaf, data_directory, digests, examine, pages, sqlcipher

FSCK = TOOLS / "fsck"
HOLDS, PROBLEMS, USAGE, NOT_CHECKED = 0, 1, 2, 3


def fsck(data, key, *more):
    return subprocess.run([sys.executable, FSCK, str(data), "--key-file", str(key), "-o", "json", *more],
                          capture_output=True, text=True, timeout=120)


def fingerprint(folder):
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(pathlib.Path(folder).iterdir()) if path.is_file()}


def flip(data, at):
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1:]


class Cold:
    """A copy of a node's directory that a test may spoil, with the key to do it well."""

    def __init__(self, source, folder, key_file):
        shutil.copytree(source, folder, ignore=shutil.ignore_patterns("*.sock"))
        self.path, self.key_file = pathlib.Path(folder), key_file
        self.key = data_directory.DataDirectory(folder).open_key(key_file=key_file)[0]

    def edit(self, change):
        """`change` gets the open database; what it does is written as the node would write it."""
        database = sqlcipher.Database(self.path / "node.db", self.key)
        try:
            change(database)
        finally:
            database.close()

    def run(self, *more):
        """The command itself."""
        return fsck(self.path, self.key_file, *more)

    def examine(self):
        """The same without the price of a process."""
        report = examine.examine(self.path, key_file=self.key_file)
        return subprocess.CompletedProcess((), PROBLEMS if report.problems else HOLDS,
                                           report.as_json(), "")


def update(table, column, change, where="1 LIMIT 1"):
    """Changes one value of one row; the row is named by what it was."""
    def apply(database):
        old = next(database.rows(f"SELECT {column} FROM {table} WHERE {where}"))[0]
        database.execute(f"UPDATE {table} SET {column} = ? WHERE {column} IS ?", change(old), old)
    return apply


def run(*statements):
    def apply(database):
        for statement in statements:
            database.execute(statement)
    return apply


def swap_leaves(database):
    (first, *one), (second, *two) = database.rows("SELECT * FROM audit_leaf WHERE seq IN (5, 6)")
    for seq, (data, leaf_hash) in ((first, two), (second, one)):
        database.execute("UPDATE audit_leaf SET bytes = ?, leaf_hash = ? WHERE seq = ?",
                         data, leaf_hash, seq)


def rewrite_log(database, wanted):
    """An audit log with only the leaves that `wanted` keeps, chained and headed as if it was so."""
    tree, last, kept = digests.Tree(), digests.NO_DIGEST, []
    for data, in list(database.rows("SELECT bytes FROM audit_leaf ORDER BY seq")):
        if not wanted(audit_leaf.read_leaf(data)):
            continue
        data = data[:1] + tree.size.to_bytes(8, "big") + data[9:33] + last + data[65:]
        last = digests.leaf_hash(data)
        kept.append((tree.size, data, last))
        tree.append(last)
    database.execute("DELETE FROM audit_leaf")
    for row in kept:
        database.execute("INSERT INTO audit_leaf VALUES (?, ?, ?)", *row)
    database.execute("UPDATE audit_head SET frontier = ?, last_leaf_hash = ?", tree.frontier(), last)
    database.execute("DELETE FROM audit_checkpoint")


def without_last(kind):
    def apply(database):
        leaves = [audit_leaf.read_leaf(row[0]) for row in
                  database.rows("SELECT bytes FROM audit_leaf ORDER BY seq")]
        last = max(leaf.seq for leaf in leaves if leaf.kind == kind)
        rewrite_log(database, lambda leaf: leaf.seq != last)
    return apply


def another_root(note):
    origin, size, root, rest = note.split("\n", 3)
    return "\n".join((origin, size, ("A" if root[0] != "A" else "B") + root[1:], rest))


LAST_PART = "1 ORDER BY revision DESC LIMIT 1"
# What was done to the receiving node `hotel` or to the publishing one `golf`; what fsck must say.
CHANGES = [
    ("golf", "a byte of a part", update("parts", "parts", lambda b: flip(b, len(b) - 1), LAST_PART),
     "items", "not committed to"),
    ("golf", "a superseded revision made active",
     run("UPDATE revision SET state = 1 WHERE state = 2"), "items", "at most one"),
    ("golf", "an active revision quarantined", run("UPDATE revision SET state = 9 WHERE state = 1"),
     "items", "state 9"),
    ("hotel", "a lower marking", run("UPDATE revision SET tlp = 1"), "items", "signed body in tlp"),
    ("hotel", "a byte of a signature", update("revision", "signed", lambda b: flip(b, len(b) - 2)),
     "items", "no valid signature"),
    ("hotel", "another originator's object id", update("revision", "object", lambda b: flip(b, 3)),
     "items", "object id"),
    ("hotel", "a private part slipped in",
     update("parts", "parts", lambda b: b"\0\x07caveats" + bytes(20) + b), "items", "may not be here"),
    ("golf", "a revision that never was", run("DELETE FROM parts WHERE revision = 1",
                                              "DELETE FROM revision WHERE id = 1"),
     "trace", "nothing in the tables"),
    ("hotel", "a revision that was acknowledged, gone",
     run("DELETE FROM parts WHERE revision = 1", "DELETE FROM revision WHERE id = 1"),
     "in-feeds", "is not here"),
    ("hotel", "a byte of an attachment", update("chunk", "bytes", lambda b: flip(b, 70)),
     "attachments", "its originator signed"),
    ("hotel", "a chunk gone", run("DELETE FROM chunk WHERE number = 1"), "attachments",
     "nobody is asked"),
    ("golf", "a leaf gone", run("DELETE FROM audit_leaf WHERE seq = 7"), "audit log", "without a gap"),
    ("golf", "two leaves in each other's place", swap_leaves, "audit log", "its bytes say"),
    ("golf", "a byte of a leaf", update("audit_leaf", "bytes", lambda b: flip(b, len(b) - 1), "seq = 9"),
     "audit log", "of its bytes"),
    ("golf", "the last leaf gone", run("DELETE FROM audit_leaf WHERE seq = "
                                       "(SELECT max(seq) FROM audit_leaf)"),
     "audit log", "entries that are here"),
    ("golf", "a publication's leaf gone, the log made anew", without_last("item.published"),
     "trace", "no audit entry"),
    ("golf", "a release's leaf gone, the log made anew", without_last("batch.released"),
     "trace", "audit entries through"),
    ("hotel", "an arrival's leaf gone, the log made anew", without_last("batch.received"),
     "trace", "audit entries through"),
    ("golf", "a start's leaf gone, the log made anew", without_last("node.started"),
     "trace", "as the node counted"),
    ("golf", "a checkpoint's root", update("audit_checkpoint", "note", another_root),
     "checkpoints", "no valid signature"),
    ("golf", "a byte of a numbered record", update("release", "record", lambda b: flip(b, len(b) - 1)),
     "out-feeds", "its bytes have the hash"),
    ("golf", "a record under the next number",
     run("UPDATE release SET feed_seq = feed_seq + 1 WHERE feed_seq = (SELECT max(feed_seq) "
         "FROM release)"), "out-feeds", "without a gap"),
    ("golf", "a part that was not released, said to be",
     run("UPDATE release SET labels = labels || char(10) || 'source.identity'"), "out-feeds",
     "do not give its parts digest"),
    ("golf", "looser terms", run("UPDATE release SET hops = 9"), "out-feeds", "other terms"),
    ("golf", "a receipt gone whose release is delivered",
     run("DELETE FROM receipt WHERE id = (SELECT max(id) FROM receipt)"), "receipts",
     "no receipt covers it"),
    ("golf", "a refusal where the receipt says stored",
     run("UPDATE release SET state = 4, code = 'FW-RCV-016' WHERE feed_seq = 2"), "receipts", "delivered"),
    ("golf", "a byte of a receipt", update("receipt", "signed", lambda b: flip(b, len(b) - 2)),
     "receipts", "no valid signature"),
    ("golf", "acknowledged less than the receipts say", run("UPDATE out_feed SET acked_seq = 1"),
     "receipts", "as the receipts"),
    ("hotel", "a taken record gone", run("DELETE FROM in_record WHERE seq = 2"), "in-feeds",
     "without a gap"),
    ("hotel", "another head of what was taken", run("UPDATE in_feed SET last_hash = zeroblob(32)"),
     "in-feeds", "the last that was taken"),
    ("hotel", "a taken record said to be refused",
     run("UPDATE in_record SET outcome = 3, code = 'FW-RCV-016' WHERE seq = 1"), "in-feeds",
     "the record that it came with"),
    ("hotel", "another key in a peer's manifest",
     update("manifest", "keys", lambda b: flip(b, 40)), "manifests", "other keys in the table"),
    ("hotel", "a log entry gone", run("DELETE FROM log WHERE seq = 2"), "log", "without a gap"),
    ("hotel", "a log entry in a faster lane", run("UPDATE log SET lane = 1 WHERE seq = 1"), "log",
     "lane 1"),
    ("golf", "a cursor beyond the log", run("UPDATE cursor SET seq = 999"), "cursors",
     "the end of the log"),
    ("golf", "a peer made active by hand", run("UPDATE peer SET state = 4"), "trace",
     "where its audit entries lead to"),
    ("golf", "a policy edited with its hash",
     lambda database: database.execute(
         "UPDATE policy SET text = 'permit', text_hash = ? WHERE number = 2", digests.sha256(b"permit")),
     "trace", "no audit entry"),
    ("golf", "a policy edited alone", run("UPDATE policy SET text = text || ' '"), "identity", "SHA-256"),
    ("golf", "an auditor made administrator by hand", run("UPDATE user SET roles = 30 WHERE name = 'watch'"),
     "trace", "what the audit log says"),
    ("golf", "another private key", update("secret", "value", lambda b: flip(b, 0), "name = 'item'"),
     "identity", "private key"),
    ("hotel", "a recall gone whose item is recalled", run("DELETE FROM recall WHERE effective = 1"),
     "recalls", "recalled exactly when a recall reaches it"),
    ("hotel", "a recalled item made active",
     run("UPDATE revision SET state = 1 WHERE state = 5"), "recalls", "active, and recalled"),
    ("hotel", "a recall that reaches less far", run("UPDATE recall SET through = 1"), "recalls",
     "differs from the signed statement"),
    ("hotel", "a byte of a recall's signature", update("recall", "signed", lambda b: flip(b, len(b) - 2)),
     "recalls", "no valid signature"),
    ("hotel", "a recall no longer in effect", run("UPDATE recall SET effective = 0"), "recalls",
     "exactly when it is in effect"),
    ("hotel", "a recall's leaf gone, the log made anew", without_last("item.recalled"), "trace",
     "no audit entry"),
    ("hotel", "an erased item said to have its content",
     run("UPDATE revision SET erased = 0 WHERE state = 5"), "items", "parts are missing"),
    ("golf", "a hold let go by nobody",
     run("INSERT INTO mention_hold_release VALUES (zeroblob(32), zeroblob(32), 'x', 'x', 1)"), "trace",
     "no audit entry"),
    ("golf", "a newer schema", run("PRAGMA user_version = 99"), "structure", "schema version"),
    ("golf", "an index without a row",
     run("PRAGMA writable_schema = ON", "DELETE FROM sqlite_schema WHERE name = 'sqlite_autoindex_"
         "revision_1'", "PRAGMA writable_schema = OFF"), "structure", ""),
    ("golf", "parts of a revision that is not there",
     run("PRAGMA foreign_keys = OFF", "INSERT INTO parts VALUES (999, x'')"), "structure", "no row of"),
]


# Columns that nothing but the database's own key vouches for: times, numbers of rows, words of people
# and of rules, addresses, and what invitations leave. A new column belongs into a check or in here.
UNVOUCHED = {
    "audit_checkpoint": "at", "chunk": "id", "in_feed": "feed_id", "in_record": "at",
    "invitation": "id invitation side state peer_name endpoint created_by created_at expires_at peer "
                  "transcript",
    "log": "at", "manifest": "id stored_at", "node": "incarnation initialised_at",
    "peer": "endpoint since we_dial", "peer_attributes": "set_at", "peer_name": "name authority",
    "peer_past": "id authority name state at",
    "policy": "applied_at", "recall": "id at by_user note", "recall_cost": "peer rows", "receipt": "id at",
    "mention_hold_release": "at", "release": "id because file line decided_at",
    "revision": "stored_at", "setting": "value", "user": "uid roles since"}


def changed(value):
    if isinstance(value, int):
        return value + 1
    return value + "x" if isinstance(value, str) else flip(value, len(value) - 1) if value else b"x"


class Fsck(NodeTest):
    nodes = ("golf", "hotel")
    pairs = (("golf", "hotel"),)
    policy = OPEN_POLICY

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        large = cls.golf.write("large.bin", os.urandom(150_000))
        refs = [cls.golf.publish("With an attachment", "--attach", large), cls.golf.publish("Plain"),
                cls.golf.publish("A flash", precedence="flash")]
        cls.golf.run("user", "add", "watch", "--uid", "54322", "--role", "auditor")
        for ref in refs:
            cls.golf.settles(ref, "hotel", "delivered")
        cls.golf.run("revise", refs[1], cls.golf.draft("Plain, corrected"), "--yes")
        taken_back = cls.golf.publish("Taken back", "--attach", large)
        cls.golf.settles(taken_back, "hotel", "delivered")
        cls.golf.run("recall", taken_back, "--reason", "error", "--yes")
        cls.golf.settles(taken_back, "hotel", "recalled")
        cls.golf.settles(cls.golf.publish("Last"), "hotel", "delivered")
        cls.hotel.settles(cls.hotel.publish("From hotel"), "golf", "delivered")
        cls.golf.connected("hotel")
        _whole(cls.hotel, refs[0], large)
        cls.checkpoint = cls.golf.home / "checkpoint.txt"
        cls.checkpoint.write_text(cls.golf.run("audit", "checkpoint"))
        cls.scratch = pathlib.Path(tempfile.mkdtemp(prefix="fwc-", dir="/tmp"))
        cls.golf.kill()  # with a log that was never written into the database
        cls.killed = cls.copy_of(cls.golf, "killed")
        cls.golf.start()
        for node in (cls.golf, cls.hotel):
            node.stop()
        cls.cold = {node.name: cls.copy_of(node, node.name) for node in (cls.golf, cls.hotel)}
        for node in (cls.golf, cls.hotel):
            node.start()

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.scratch, ignore_errors=True)

    @classmethod
    def copy_of(cls, node, name):
        return Cold(node.data, cls.scratch / name, node.key)

    def spoiled(self, cold, name="spoiled"):
        folder = self.scratch / name
        shutil.rmtree(folder, ignore_errors=True)
        return Cold(cold.path, folder, cold.key_file)

    def assert_found(self, done, check, words):
        self.assertEqual(done.returncode, PROBLEMS, done.stdout + done.stderr)
        self.assertTrue(done.stdout, done.stderr)
        report = json.loads(done.stdout)
        self.assertFalse(report["ok"])
        said = [" ".join((each["what"], each["found"], each["wanted"]))
                for each in report["problems"] if each["check"] == check]
        self.assertTrue(any(words in text for text in said),
                        f"no problem[{check}] says {words!r}:\n{done.stdout[-3000:]}")
        self.assertTrue(all(each["found"] and each["wanted"] and each["next"]
                            for each in report["problems"]), done.stdout)

    def test_a_node_that_is_right_passes_and_stays_as_it_is_byte_for_byte(self):
        for cold in (self.killed, *self.cold.values()):
            before = fingerprint(cold.path)
            done = cold.run()
            self.assertEqual(done.returncode, HOLDS, done.stdout + done.stderr)
            self.assertEqual(fingerprint(cold.path), before)
            report = json.loads(done.stdout)
            counts = {check["name"]: check["count"] for check in report["checks"]}
            for name in ("pages", "items", "attachments", "log", "out-feeds", "receipts", "in-feeds",
                         "audit log", "checkpoints", "trace"):
                self.assertGreater(counts[name], 0, f"{name} checked nothing: {counts}")

    def test_each_change_to_the_tables_is_found_in_the_right_words(self):
        for who, what, change, check, words in CHANGES:
            with self.subTest(what):
                cold = self.spoiled(self.cold[who])
                cold.edit(change)
                self.assert_found(cold.examine(), check, words)

    def test_every_column_is_vouched_for_or_is_known_not_to_be(self):
        columns = {}
        for who, cold in self.cold.items():
            spoiled = self.spoiled(cold)
            fresh = (spoiled.path / "node.db").read_bytes()
            for table, column, value in self.largest_values(spoiled):
                if columns.get((table, column)):
                    continue  # found at the other node
                (spoiled.path / "node.db").write_bytes(fresh)
                try:
                    spoiled.edit(lambda db: db.execute(
                        f"UPDATE {table} SET {column} = ? WHERE {column} IS ?", changed(value), value))
                except sqlcipher.Failed:
                    continue  # the table itself does not take it
                found = spoiled.examine().returncode == PROBLEMS
                columns[table, column] = found
        self.assertGreater(len(columns), 120)
        unnoticed = {key for key, found in columns.items() if not found}
        unvouched = {(table, column) for table, those in UNVOUCHED.items() for column in those.split()}
        self.assertEqual(unnoticed - unvouched, set(), "a change that fsck does not see")

    @staticmethod
    def largest_values(cold):
        found = []

        def look(database):
            for table, in list(database.rows("SELECT name FROM sqlite_schema WHERE type = 'table'")):
                for _, column, *_ in list(database.rows(f"PRAGMA table_info({table})")):
                    value = database.one(f"SELECT max({column}) FROM {table}")
                    if value is not None:
                        found.append((table, column, value))
        cold.edit(look)
        return found

    def test_a_flipped_byte_in_any_part_of_the_file_is_found(self):
        size = (self.cold["golf"].path / "node.db").stat().st_size
        for at in (3, 500, 17, 4000, pages.PAGE_BYTES * 2 - 5, size // 2, size - 1):
            with self.subTest(at):
                cold = self.spoiled(self.cold["golf"])
                file = cold.path / "node.db"
                file.write_bytes(flip(file.read_bytes(), at))
                self.assert_found(cold.examine(), "pages", "")

    def test_a_page_cut_off_is_found(self):
        cold = self.spoiled(self.cold["golf"])
        os.truncate(cold.path / "node.db", (cold.path / "node.db").stat().st_size - 5000)
        self.assert_found(cold.run(), "pages", "whole pages")

    def test_a_log_that_was_cut_short_is_found(self):
        log = self.killed.path / "node.db-wal"
        for size in (log.stat().st_size // 2, 32, 0):
            with self.subTest(size):
                cold = self.spoiled(self.killed)
                os.truncate(cold.path / "node.db-wal", size)
                self.assert_found(cold.run(), "pages", "as node.db-shm")

    def test_an_older_copy_holds_in_itself_and_is_found_by_a_checkpoint_from_outside(self):
        cold = self.spoiled(self.killed)
        os.truncate(cold.path / "node.db-wal", (cold.path / "node.db-wal").stat().st_size // 2)
        (cold.path / "node.db-shm").unlink()
        self.assertEqual(cold.run().returncode, HOLDS, "a limit that the help states")
        self.assert_found(cold.run("--checkpoint", str(self.checkpoint)), "checkpoints",
                          "for which it was signed")
        done = self.cold["golf"].run("--checkpoint", str(self.checkpoint))
        self.assertEqual(done.returncode, HOLDS, done.stdout)

    def test_a_wrong_key_or_passphrase_opens_nothing_and_says_so(self):
        cold = self.cold["golf"]
        wrong = self.scratch / "wrong.key"
        wrong.write_bytes(os.urandom(32))
        done = fsck(cold.path, wrong)
        self.assertEqual(done.returncode, NOT_CHECKED)
        self.assertIn("opens none of its 2 slots", done.stderr)
        wrong.write_text("not the passphrase\n")
        done = subprocess.run([sys.executable, FSCK, cold.path, "--passphrase-file", wrong],
                              capture_output=True, text=True)
        self.assertEqual(done.returncode, NOT_CHECKED)
        self.assertIn("the passphrase opens none", done.stderr)

    def test_the_passphrase_opens_it_too(self):
        done = subprocess.run([sys.executable, FSCK, self.cold["golf"].path, "--passphrase-file",
                               self.golf.passphrase], capture_output=True, text=True)
        self.assertEqual(done.returncode, HOLDS, done.stdout + done.stderr)
        self.assertIn("everything that was checked holds", done.stdout)

    def test_a_damaged_key_file_is_not_taken_for_a_wrong_passphrase(self):
        cold = self.spoiled(self.cold["golf"])
        key = cold.path / "node.key"
        key.write_bytes(key.read_bytes()[:-1])
        done = cold.run()
        self.assertEqual(done.returncode, NOT_CHECKED)
        self.assertIn("node.key is damaged", done.stderr)

    def test_a_running_node_is_left_alone(self):
        done = fsck(self.golf.data, self.golf.key)
        self.assertEqual(done.returncode, NOT_CHECKED)
        self.assertIn("a fairwayd serves", done.stderr)

    def test_a_directory_without_a_node_and_a_wrong_command_line_are_told_apart(self):
        done = fsck(self.scratch / "nothing", self.golf.key)
        self.assertEqual(done.returncode, NOT_CHECKED)
        self.assertIn("holds no node", done.stderr)
        for words in ((), (str(self.scratch),), (str(self.scratch), "--key-file")):
            done = subprocess.run([sys.executable, FSCK, *words], capture_output=True, text=True)
            self.assertEqual(done.returncode, USAGE, done.stderr)


def _whole(node, ref, path):
    wait_for(f"{node.name} has the whole attachment of {ref}",
             lambda: node.call("attachment", ref, "1", "--out", f"{path}.copy").returncode == 0)


if __name__ == "__main__":
    raise SystemExit("run tests/integration/run")
