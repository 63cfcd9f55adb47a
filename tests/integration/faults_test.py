"""A disk that is full: what is refused and with which words, what still works, and how the node
comes back without anybody's help. The disk is a small file system of its own; needs root."""
import json
import pathlib
import shutil
import subprocess
import tempfile
import unittest

from world import OPEN_POLICY, Node, NodeTest, introduce, wait_for

DISK = "48m"  # the node's ballast takes 16 of it
LARGE = "Seal numbers of the stack. " * 4000


class FullDisk(NodeTest):
    nodes = ()

    @classmethod
    def setUpClass(cls):
        cls.home = pathlib.Path(tempfile.mkdtemp(prefix="fwd-", dir="/tmp"))
        cls.home.chmod(0o755)
        cls.disk = cls.home / "disk"
        cls.disk.mkdir()
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK},mode=755", "tmpfs",
                                  str(cls.disk)], capture_output=True, text=True)
        if mounted.returncode != 0:
            shutil.rmtree(cls.home)
            cls.skip_all(mounted.stderr)
        cls.alfa, cls.bravo = Node("alfa", cls.disk), Node("bravo", cls.home)
        for node in (cls.alfa, cls.bravo):
            node.init()
            node.start()
            node.apply(OPEN_POLICY)
        introduce(cls.alfa, cls.bravo)
        cls.alfa.connected("bravo")

    @classmethod
    def skip_all(cls, why):
        raise unittest.SkipTest(f"no file system can be mounted here, which needs root: {why}")

    @classmethod
    def tearDownClass(cls):
        for node in (cls.alfa, cls.bravo):
            node.stop()
        subprocess.run(["umount", str(cls.disk)], check=True)
        shutil.rmtree(cls.home)

    def tearDown(self):
        self.make_room()
        if not self.alfa.runs():
            self.alfa.start()
        wait_for("alfa publishes again", self.publishes)

    def fill(self):
        """Not one byte is left to others than root, who has none kept back on a tmpfs."""
        block = bytes(64 * 1024)
        with open(self.disk / "filler", "ab", buffering=0) as filler:
            for size in (len(block), 4096, 1):
                try:
                    while filler.write(block[:size]) == size:
                        pass
                except OSError:
                    pass

    def make_room(self):
        (self.disk / "filler").unlink(missing_ok=True)

    def publishes(self):
        path = self.draft_elsewhere("Is there room")
        return self.alfa.call("publish", path, "--yes").returncode == 0

    def draft_elsewhere(self, title, body="Text."):
        """A draft on a disk that has space."""
        return self.bravo.draft(title, body)

    def fill_until_refused(self):
        self.fill()
        for number in range(200):
            path = self.draft_elsewhere(f"Number {number}", LARGE)
            done = self.alfa.call("publish", path, "--yes")
            if done.returncode != 0:
                return done
            self.fill()
        self.fail("a full disk takes everything")

    def disk_finding(self):
        done = self.alfa.call("doctor", "-o", "json")
        findings = json.loads(done.stdout)["items"]
        return next(finding for finding in findings if finding["subject"] == "disk")

    def test_publishing_is_refused_reading_and_recalling_go_on_and_all_is_well_with_space(self):
        before = self.alfa.publish("Before the disk was full")
        self.alfa.settles(before, "bravo", "delivered")
        kept = set(self.alfa.refs())
        refused = self.fill_until_refused()
        self.assert_problem(refused, 1, "FW-DB-004", "the disk is full: nothing was published",
                            "recalls go on", "df -h", "free some space")
        small = self.alfa.call("publish", self.draft_elsewhere("Small"), "--yes")
        self.assert_problem(small, 1, "FW-DB-004", "nothing was published")
        # Who wants to know sees it, and reads on.
        self.assertIn("is full", self.disk_finding()["text"])
        self.alfa.run("status")
        self.alfa.run("show", before)
        self.assertLessEqual(kept, set(self.alfa.refs()))
        # What bravo sends waits, without a receipt.
        waiting = self.bravo.publish("While alfa had no space")
        # A recall goes out, and its receipt comes in.
        self.alfa.run("recall", before, "--reason", "sent-in-error", "--yes")
        self.alfa.settles(before, "bravo", "recalled")
        self.assertNotEqual(self.bravo.copy(waiting, "alfa").get("state"), "delivered")
        self.assertIn("is full", self.disk_finding()["text"])

        self.make_room()
        wait_for("alfa publishes again", self.publishes, 15)
        self.assertIn("has space; 16 of 16 MiB", self.disk_finding()["text"])
        self.bravo.settles(waiting, "alfa", "delivered")
        self.assertTrue(self.alfa.json("audit", "verify")["ok"])
        self.assertTrue(self.alfa.events("disk.full"))
        wait_for("the leaf of the space that came back", lambda: self.alfa.events("disk.recovered"))
        self.assertNotIn("Small", self.alfa.run("list", "--limit", "500"), "refused is refused")

    def test_a_peers_recall_is_obeyed_on_a_full_disk(self):
        ref = self.bravo.publish("From bravo, to be recalled")
        self.bravo.settles(ref, "alfa", "delivered")
        self.fill_until_refused()
        self.bravo.run("recall", ref, "--reason", "source-protection", "--yes")
        self.bravo.settles(ref, "alfa", "recalled")
        self.assertNotIn("to be recalled", self.alfa.run("show", ref))
        self.assertIn("is full", self.disk_finding()["text"])

    def test_a_peers_recall_behind_an_item_that_finds_no_space_is_obeyed_too(self):
        ref = self.bravo.publish("Behind an item, to be recalled")
        self.bravo.settles(ref, "alfa", "delivered")
        self.fill_until_refused()
        waiting = self.bravo.publish("First in the feed", body=LARGE)
        self.bravo.run("recall", ref, "--reason", "source-protection", "--yes")
        wait_for("alfa has erased it", lambda: "to be recalled" not in self.alfa.run("show", ref))
        self.assertNotEqual(self.bravo.copy(waiting, "alfa").get("state"), "delivered")
        self.assertIn("is full", self.disk_finding()["text"])
        self.make_room()
        self.bravo.settles(ref, "alfa", "recalled")
        self.bravo.settles(waiting, "alfa", "delivered")

    def test_a_node_killed_on_a_full_disk_starts_there_loses_nothing_and_recalls(self):
        refs = [self.alfa.publish(f"Kept {number}") for number in range(3)]
        for ref in refs:
            self.alfa.settles(ref, "bravo", "delivered")
        self.fill_until_refused()
        self.alfa.kill()
        self.fill()
        self.alfa.start()
        self.assertIn("the disk is full", self.alfa.log.read_text())
        self.assertLessEqual(set(refs), set(self.alfa.refs()))
        self.assert_problem(self.alfa.call("publish", self.draft_elsewhere("No"), "--yes"), 1,
                            "FW-DB-004")
        self.alfa.connected("bravo")
        self.alfa.run("recall", refs[0], "--reason", "error", "--yes")
        self.alfa.settles(refs[0], "bravo", "recalled")

    def test_a_node_stopped_on_a_full_disk_starts_there(self):
        self.fill_until_refused()
        self.alfa.stop()
        self.fill()
        self.alfa.start()
        self.alfa.run("status")
        self.alfa.run("list")
        self.make_room()
        wait_for("alfa publishes again", self.publishes, 15)

    def test_the_ballast_is_the_owners_alone_and_tells_nothing(self):
        ballast = self.alfa.data / "node.db-ballast"
        self.assertEqual(ballast.stat().st_size, 16 << 20)
        self.assertEqual(ballast.stat().st_mode & 0o777, 0o600)
        self.assertGreaterEqual(ballast.stat().st_blocks * 512, 16 << 20, "really on the disk")


if __name__ == "__main__":
    raise SystemExit("run tests/integration/run")
