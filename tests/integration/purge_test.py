"""After a purge nothing of the item is left: the recipient's and the originator's files are decrypted
with their own keys, page by page and frame by frame, and searched for words that were planted.

The same search finds each word before. What it cannot see is what the file system keeps of blocks
that were given back, and copies that were taken before: both hold encrypted pages only.
"""
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import time

from world import OPEN_POLICY, TOOLS, NodeTest, wait_for
from cold_node import data_directory, sqlcipher
from residue import Files

_LETTERS = "BCDFGHJKLMNPQRSTVWXZ"
FSCK = TOOLS / "fsck"


def words(count, seed):
    """Long random words that are nowhere by chance, nor are their halves."""
    chance = random.Random(seed)
    return ["".join(chance.choice(_LETTERS) for _ in range(24)) for _ in range(count)]


class Planting(NodeTest):
    """Items full of planted words, and what is left of them. The first node is the originator."""
    policy = OPEN_POLICY

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seed = time.time_ns() % 1_000_000
        cls.planted = iter(words(400, cls.seed))
        cls.origin, *cls.recipients = [getattr(cls, name) for name in cls.nodes]

    def plant(self, **front):
        """Publishes an item that every recipient gets; its REF and the words by where they are."""
        kinds = ("title", "body", "summary", "person", "source", "officer", "content", "name")
        planted = {kind: next(self.planted) for kind in kinds}
        # In a body of several pages, and across the border of two chunks of an attachment.
        body = f"{planted['body']} " + "All quiet. " * 3000 + f"\n\n{planted['body']}"
        content = bytearray(random.Random(self.seed).randbytes(200_000))
        for at in (0, 65536 - 12, 150_000):
            content[at:at + 24] = planted["content"].encode()
        path = self.origin.write("planted.bin", bytes(content))
        named = pathlib.Path(path).with_name(planted["name"] + ".bin")
        shutil.move(path, named)
        ref = self.origin.publish(
            planted["title"], "--attach", str(named), body=body, summary=planted["summary"],
            persons=[planted["person"]], source={"identity": planted["source"]},
            officer={"name": planted["officer"]}, **front)
        for node in self.recipients:
            copy = node.home / "copy.bin"
            wait_for(f"{node.name} has the whole attachment", lambda: node.call(
                "attachment", ref, "1", "--out", str(copy)).returncode == 0)
            copy.unlink()
        return ref, planted

    def assert_found(self, node, planted):
        """Each word lies in what is searched, and the search says where."""
        files = Files(node)
        hits, rows = files.hits(planted.values()), files.rows_with(planted.values())
        for kind, word in planted.items():
            self.assertTrue(hits.get(word), f"seed {self.seed}: the {kind} is not found at {node.name}")
            table = "chunk.bytes" if kind == "content" else "parts.parts"
            self.assertIn(table, rows.get(word, ()), f"the {kind} at {node.name}")

    def assert_gone(self, node, planted):
        """From the files of the running node, soon; and from those of the node at rest."""
        files = Files(node)
        wait_for(f"seed {self.seed}: the files of {node.name} hold nothing of {list(planted)}",
                 lambda: not files.hits(planted.values()))
        self.assertEqual(files.rows_with(planted.values()), {})
        node.stop()
        self.assertEqual(Files(node).hits(planted.values()), {}, f"seed {self.seed}: at rest")
        self.fsck(node)
        node.start()

    def fsck(self, node):
        done = subprocess.run([sys.executable, FSCK, node.data, "--key-file", node.key],
                              capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def recall(self, ref, *more):
        self.origin.run("recall", ref, "--reason", "source-protection", "--yes", *more)
        self.origin.settles(ref, self.recipients[0].name, "recalled")


class TwoHops(Planting):
    nodes = ("papa", "quebec", "romeo")
    pairs = (("papa", "quebec"), ("quebec", "romeo"))

    def test_after_a_purge_nothing_is_left_at_a_recipient_of_a_recipient(self):
        ref, planted = self.plant(onward="any", tlp="CLEAR")
        for node in (self.papa, self.quebec, self.romeo):
            self.assert_found(node, planted)
        self.recall(ref, "--purge")
        self.quebec.settles(ref, "romeo", "recalled")
        for node in (self.romeo, self.quebec, self.papa):
            self.assert_gone(node, planted)


class Purged(Planting):
    nodes = ("india", "juliett")
    pairs = (("india", "juliett"),)

    def test_after_a_purge_nothing_is_left_at_the_recipient_nor_at_the_originator(self):
        # Others of the same size on both sides, so that pages are shared and freed between them.
        before, keep_before = self.plant()
        ref, planted = self.plant()
        after, keep_after = self.plant()
        for node in (self.india, self.juliett):
            self.assert_found(node, planted)
        self.recall(ref, "--purge")
        for node in (self.juliett, self.india):
            self.assert_gone(node, planted)
            self.assertGreater(Files(node).free_pages(), 0, "pages were freed, and searched as such")
            self.assert_found(node, keep_before)
            self.assert_found(node, keep_after)
        for kept in (before, after):
            self.assertEqual(self.juliett.json("show", kept)["signature"], "verified")

    def test_a_withdrawn_item_is_gone_at_the_recipient_and_kept_at_home(self):
        ref, planted = self.plant()
        self.recall(ref)
        self.assert_gone(self.juliett, planted)
        self.assert_found(self.india, planted)

    def test_a_corrected_item_is_gone_at_the_recipient_and_its_correction_is_there(self):
        ref, planted = self.plant()
        self.recall(ref, "--grade", "correct")
        corrected = next(self.planted)
        self.india.run("revise", ref, self.india.draft(corrected), "--yes")
        self.india.settles(ref, "juliett", "delivered")
        self.assert_gone(self.juliett, planted)
        self.assertTrue(Files(self.juliett).hits([corrected]))
        self.assert_found(self.india, planted)
        self.india.stop()
        self.fsck(self.india)
        self.india.start()

    def test_what_has_expired_is_gone_at_both(self):
        over = time.time() + 10
        ref, planted = self.plant(expires=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(over)))
        for node in (self.india, self.juliett):
            self.assert_found(node, planted)
        for node in (self.juliett, self.india):
            wait_for(f"{ref} is expired at {node.name}", lambda: node.events("item.expired") and any(
                ref in event["objects"] for event in node.events("item.expired")))
            self.assert_gone(node, planted)

    def test_the_search_sees_what_a_careless_deletion_leaves_behind(self):
        _, planted = self.plant()
        self.juliett.stop()
        try:
            with tempfile.TemporaryDirectory(prefix="fwp-") as folder:
                careless = Files(self.juliett)
                careless.data = pathlib.Path(folder) / "data"
                shutil.copytree(self.juliett.data, careless.data,
                                ignore=shutil.ignore_patterns("*.sock"))

                def delete(database):
                    for statement in ("PRAGMA secure_delete = OFF", "DELETE FROM parts",
                                      "DELETE FROM chunk"):
                        database.execute(statement)
                self.edit(careless.data, careless.key, delete)
                self.assertEqual(careless.rows_with(planted.values()), {})
                self.assertEqual(set(careless.hits(planted.values())), set(planted.values()))
        finally:
            self.juliett.start()

    def test_what_was_purged_and_is_put_back_is_found_by_fsck(self):
        ref, planted = self.plant()
        key = data_directory.DataDirectory(self.juliett.data).open_key(key_file=self.juliett.key)[0]
        self.juliett.stop()
        saved = self.edit(self.juliett.data, key, lambda db: list(db.rows(
            "SELECT revision, parts FROM parts ORDER BY revision DESC LIMIT 1")))[0]
        self.juliett.start()
        self.recall(ref, "--purge")
        self.juliett.stop()
        try:
            with tempfile.TemporaryDirectory(prefix="fwp-") as folder:
                spoiled = pathlib.Path(folder) / "data"
                shutil.copytree(self.juliett.data, spoiled, ignore=shutil.ignore_patterns("*.sock"))
                self.edit(spoiled, key, lambda db: db.execute("INSERT INTO parts VALUES (?, ?)", *saved))
                done = subprocess.run([sys.executable, FSCK, spoiled, "--key-file", self.juliett.key],
                                      capture_output=True, text=True)
                self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
                self.assertIn("its content was erased, and parts are here", done.stdout)
                self.edit(spoiled, key, lambda db: db.execute(
                    "UPDATE revision SET erased = 0, state = 1 WHERE id = ?", saved[0]))
                done = subprocess.run([sys.executable, FSCK, spoiled, "--key-file", self.juliett.key],
                                      capture_output=True, text=True)
                self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
                self.assertRegex(done.stdout, r"active, and recalled through \d+")
        finally:
            self.juliett.start()

    @staticmethod
    def edit(data, key, change):
        database = sqlcipher.Database(data / "node.db", key)
        try:
            return change(database)
        finally:
            database.close()


if __name__ == "__main__":
    raise SystemExit("run tests/integration/run")
