"""What must not be found: words planted in a draft, in any file, log or answer of a node that has
no right to them."""
import os

from world import OPEN_POLICY, PROGRAMS, NodeTest, wait_for

WITHOUT_SOURCE_POLICY = OPEN_POLICY.replace("  because", "  with    strip source\n  because")
PLANTED = {"identity": "QUETZALCOATLUS", "contact": "RHAMPHORHYNCHUS", "method": "ARCHAEOPTERYX"}


class Planted(NodeTest):
    nodes = ("alfa", "bravo")
    pairs = (("alfa", "bravo"),)
    policy = OPEN_POLICY

    def tearDown(self):
        self.alfa.apply(OPEN_POLICY)

    def assert_not_on_disk(self, node, words):
        """In no file of the node but the drafts that the test itself wrote."""
        files = [path for path in node.data.rglob("*") if path.is_file()] + [node.log]
        self.assertTrue(any(path.name == "node.db" for path in files))
        for path in files:
            content = path.read_bytes().upper()
            for word in words:
                self.assertNotIn(word.encode(), content, f"{word} stands in {path}")

    def everything_said_by(self, node, ref):
        commands = (("show", ref), ("where", ref), ("inbox",), ("list",), ("status",), ("doctor",),
                    ("audit", "list", "--limit", "2000"), ("peer", "list"))
        return "".join(done.stdout + done.stderr for words in commands for done in
                       (node.call(*words), node.call(*words, "-o", "json"))).upper()

    def test_the_source_reaches_neither_the_disk_in_the_clear_nor_a_peer_without_the_right(self):
        self.alfa.apply(WITHOUT_SOURCE_POLICY)
        ref = self.alfa.publish("With a source", source=PLANTED)
        copy = self.alfa.settles(ref, "bravo", "delivered")
        self.assertEqual(copy["rule"], "everything")
        shown = {field["label"]: field["text"] for field in self.alfa.json("show", ref)["fields"]}
        self.assertEqual(shown["source.identity"], PLANTED["identity"], "the author still has it")
        self.assertEqual(self.bravo.json("show", ref)["signature"], "verified")
        said = self.everything_said_by(self.bravo, ref)
        for word in PLANTED.values():
            self.assertNotIn(word, said)
        for node in (self.alfa, self.bravo):
            self.assert_not_on_disk(node, PLANTED.values())
        # The same after a stop, when everything has been written from the log into the database.
        for node in (self.alfa, self.bravo):
            node.stop()
            self.assert_not_on_disk(node, PLANTED.values())
            node.start()

    def test_a_refused_draft_leaves_its_words_in_no_log(self):
        words = ("PTERANODON", "DIMORPHODON")
        path = self.alfa.draft("Refused", tlp="RED", source={"identity": words[0]}, body=words[1])
        self.assertEqual(self.alfa.call("publish", path, "--yes").returncode, 1)
        # One that only the node can refuse: the audience is not known there.
        path = self.alfa.draft("Refused there", audience=["no-such-port"],
                               source={"identity": words[0]}, body=words[1])
        self.assertEqual(self.alfa.call("publish", path, "--yes").returncode, 1)
        self.assert_not_on_disk(self.alfa, words)
        self.assertFalse([word for word in words
                          if word in self.everything_said_by(self.alfa, "B-0000-0000")])

    def test_titles_and_bodies_are_encrypted_at_rest_too(self):
        words = ("TANYSTROPHEUS", "ORNITHOCHEIRUS")
        ref = self.alfa.publish(words[0], body=words[1])
        self.alfa.settles(ref, "bravo", "delivered")
        for node in (self.alfa, self.bravo):
            self.assert_not_on_disk(node, words)
            self.assertNotEqual((node.data / "node.db").read_bytes()[:15], b"SQLite format 3")

    def test_the_passphrase_and_the_key_are_in_no_other_file_and_no_command_line(self):
        passphrase = self.alfa.passphrase.read_bytes().strip()
        key = self.alfa.key.read_bytes()
        for path in [*self.alfa.data.rglob("*"), self.alfa.log]:
            if path.is_file():
                content = path.read_bytes()
                self.assertNotIn(passphrase, content)
                self.assertNotIn(key, content)
        command_line = open(f"/proc/{self.alfa.process.pid}/cmdline", "rb").read()
        self.assertNotIn(passphrase, command_line)

    def test_no_other_process_of_the_same_user_may_look_into_the_memory(self):
        # Not dumpable: the kernel gives such a process's files in /proc to root.
        pid = self.alfa.process.pid
        limits = open(f"/proc/{pid}/limits").read()
        self.assertRegex(limits, r"(?m)^Max core file size +0 +0 ")
        self.assertEqual(os.stat(f"/proc/{pid}/mem").st_uid, 0)

    def test_an_invitation_that_was_written_to_a_file_is_not_shown_as_well(self):
        path = self.alfa.home / "quiet.fwinvite"
        shown = self.alfa.run("peer", "invite", "quiet", "--out", str(path))
        secret = path.read_text().strip()
        self.assertNotIn(secret[-40:], shown)
        self.assertEqual(path.stat().st_mode & 0o777, 0o600)
        self.alfa.run("peer", "remove", "quiet", "--yes")


if __name__ == "__main__":
    raise SystemExit("run tests/integration/run")
