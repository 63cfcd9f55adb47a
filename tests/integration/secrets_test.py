"""What must not be found: words planted in a draft, in any file, log or answer of a node that has
no right to them. And the node's keys, in whatever spelling."""
import base64
import os
import pathlib
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from world import OPEN_POLICY, PROGRAMS, Node, NodeTest, free_ports, wait_for
from cold_node import data_directory, keyfile, sqlcipher

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

    def test_an_invitation_that_was_written_to_a_file_is_not_shown_as_well(self):
        path = self.alfa.home / "quiet.fwinvite"
        shown = self.alfa.run("peer", "invite", "quiet", "--out", str(path))
        secret = path.read_text().strip()
        self.assertNotIn(secret[-40:], shown)
        self.assertEqual(path.stat().st_mode & 0o777, 0o600)
        self.alfa.run("peer", "remove", "quiet", "--yes")



_LETTERS = "BCDFGHJKLMNPQRSTVWXZ"
MARKERS = 250
NOBODY = 54322  # a uid of nobody on this machine


def spellings(secret):
    """The bytes, and what they look like in hexadecimal and base64 wherever in a text they begin."""
    yield secret
    yield secret.hex().encode()
    yield secret.hex().upper().encode()
    for shift in range(3):
        # Without the characters that also depend on what stands before and after.
        encoded = base64.b64encode(bytes(shift) + secret)
        inner = encoded[(0, 2, 3)[shift]:len(encoded) // 4 * 4 - 4]
        yield inner
        yield inner.replace(b"+", b"-").replace(b"/", b"_")


def text_spellings(word):
    yield from spellings(word.encode())
    yield word.lower().encode()
    yield word.encode("utf-16-le")


# What a person could read in a file: runs of ASCII, also with zeros between. Random bytes have few.
_READABLE = re.compile(rb"[ -~]{8,}|(?:[ -~]\0){8,}")


def readable(content):
    return b"\n".join(_READABLE.findall(content))


def found_in(files, secrets, spell, reading=lambda content: content):
    """[(name of the secret, file)]."""
    hits = []
    for path in files:
        content = reading(path.read_bytes())
        hits += [(name, str(path)) for name, secret in secrets.items()
                 if any(spelling in content for spelling in spell(secret))]
    return hits


class Everywhere(NodeTest):
    """Hundreds of words and all keys, looked for in all that two nodes leave behind."""
    nodes = ("mike", "november")
    pairs = (("mike", "november"),)
    policy = OPEN_POLICY

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seed = time.time_ns() % 1_000_000
        chance = random.Random(cls.seed)
        cls.words = ["".join(chance.choice(_LETTERS) for _ in range(20)) for _ in range(MARKERS)]
        cls.temporary = pathlib.Path(tempfile.mkdtemp(prefix="fwt-", dir="/tmp"))
        cls.keys = {node.name: cls.keys_of(node) for node in (cls.mike, cls.november)}
        for node in (cls.mike, cls.november):
            node.stop()
            cls.start_with_own_temporary_folder(node)
        cls.mike.connected("november")
        cls.share(iter(cls.words))

    @classmethod
    def start_with_own_temporary_folder(cls, node):
        before = os.environ.get("TMPDIR")
        os.environ["TMPDIR"] = str(cls.temporary)
        try:
            node.start()
        finally:
            os.environ.pop("TMPDIR")
            if before is not None:
                os.environ["TMPDIR"] = before

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.temporary, ignore_errors=True)

    @classmethod
    def keys_of(cls, node):
        """Every key that opens or signs anything, read from the files as their owner could."""
        directory = data_directory.DataDirectory(node.data)
        keys = {"database key": directory.open_key(key_file=node.key)[0],
                "unlock key": node.key.read_bytes(),
                "passphrase": node.passphrase.read_bytes().strip()}
        keys["root key"] = keyfile.open_secret((node.data / "root.key").read_bytes(), b"root",
                                               keyfile.PASSPHRASE, keys["passphrase"])[0]
        with directory.private_copy() as folder:
            database = sqlcipher.Database(folder / "node.db", keys["database key"])
            try:
                keys.update((f"private key {name}", seed) for name, seed in
                            database.rows("SELECT name, value FROM secret"))
            finally:
                database.close()
        return keys

    @classmethod
    def share(cls, words):
        """All words, in every kind of text a person can write; some recalled, some refused."""
        policy = OPEN_POLICY.replace("a test", f"a test {next(words)}").replace(
            '"Open"', f'"{next(words)}"')
        cls.mike.apply(policy, "marked.fpol")
        refs = []
        for number in range(20):
            attachment = cls.mike.write("a.bin", next(words) * 5000)
            path = cls.mike.draft(
                next(words), body=f"{next(words)} {next(words)}", summary=next(words),
                persons=[next(words)], plates=[next(words)], facts=[next(words)],
                source={"identity": next(words), "contact": next(words), "method": next(words)},
                officer={"name": next(words)})
            refs.append(cls.mike.json("publish", path, "--yes", "--attach", attachment)["ref"])
        cls.mike.run("recall", refs[0], "--reason", "error", "--note", next(words), "--yes")
        refused = cls.mike.draft(next(words), body=next(words), audience=["no-such-port"])
        cls.mike.fails("publish", refused, "--yes")
        cls.mike.settles(refs[-1], "november", "delivered")
        cls.november.call("show", next(words))
        cls.november.call("list", "--origin", next(words))
        cls.mike.call("peer", "confirm", "november", "--words", next(words))
        cls.used = MARKERS - len(list(words))

    def left_behind(self):
        """Every file that a node or its work made; not those that the test itself wrote."""
        files = [path for node in (self.mike, self.november)
                 for path in [*node.data.rglob("*"), node.log] if path.is_file()]
        files += [path for path in self.temporary.rglob("*") if path.is_file()]
        self.assertEqual(sum(path.name == "node.db" for path in files), 2)
        return files

    def at_work_and_at_rest(self, look):
        look()
        for node in (self.mike, self.november):
            node.stop()
        try:
            look()
        finally:
            for node in (self.mike, self.november):
                self.start_with_own_temporary_folder(node)

    def test_no_planted_word_stands_in_any_file_or_log(self):
        self.assertGreaterEqual(self.used, 200)
        words = {word: word for word in self.words}
        self.at_work_and_at_rest(lambda: self.assertEqual(
            found_in(self.left_behind(), words, text_spellings, readable), [], f"seed {self.seed}"))

    def test_no_key_stands_in_any_file_or_log(self):
        keys = {f"{name} of {owner}": key for owner, keys in self.keys.items()
                for name, key in keys.items()}
        self.assertEqual(len(keys), 2 * 8, sorted(keys))

        def look():
            self.assertEqual(found_in(self.left_behind(), keys, spellings), [])
        self.at_work_and_at_rest(look)

    def test_the_search_knows_each_spelling(self):
        secret = os.urandom(32)
        for number, text in enumerate((secret, secret.hex().encode(), secret.hex().upper().encode(),
                                       *(base64.b64encode(b"x" * n + secret + b"y") for n in range(4)),
                                       base64.urlsafe_b64encode(secret))):
            path = self.temporary / f"spelling-{number}"
            path.write_bytes(b"key=" + text + b"\n")
            self.assertEqual(found_in([path], {"it": secret}, spellings), [("it", str(path))])
            path.unlink()
        word, path = self.words[0], self.temporary / "spelling"
        for text in (word.encode(), word.lower().encode(), word.encode("utf-16-le"),
                     base64.b64encode(b"title: " + word.encode()), word.encode().hex().encode()):
            path.write_bytes(os.urandom(500) + text + os.urandom(500))
            self.assertTrue(found_in([path], {"it": word}, text_spellings, readable), text)
        path.unlink()

    def test_a_node_has_no_file_open_but_its_own(self):
        for node in (self.mike, self.november):
            folder = pathlib.Path(f"/proc/{node.process.pid}/fd")
            targets = set()
            for entry in folder.iterdir():
                try:
                    targets.add(os.readlink(entry))
                except FileNotFoundError:
                    pass  # closed meanwhile
            files = {target for target in targets if target.startswith("/") and
                     not target.startswith(("/dev/", "/proc/"))}
            self.assertIn(str(node.data / "node.db"), files)
            strange = {target for target in files if "(deleted)" in target or (
                pathlib.Path(target).parent != node.data and target != str(node.log))}
            self.assertEqual(strange, set())
            self.assertEqual(list(self.temporary.iterdir()), [])

    def test_keys_are_in_memory_that_is_never_swapped(self):
        # Content that passes through (titles, bodies) is not locked: a machine that swaps needs
        # encrypted swap, or none.
        for node in (self.mike, self.november):
            status = dict(line.split(":", 1) for line in
                          pathlib.Path(f"/proc/{node.process.pid}/status").read_text().splitlines())
            self.assertGreater(int(status["VmLck"].split()[0]), 0)


class Memory(NodeTest):
    """A node of an ordinary user, as it should be run: nobody but root looks into its memory."""
    nodes = ()

    # Attaches to a process as a debugger does, which is how gcore begins; prints how that went.
    ATTACH = ("import ctypes, os, sys; pid = int(sys.argv[1]); c = ctypes.CDLL(None, use_errno=True)\n"
              "done = c.ptrace(16, pid, None, None)\n"
              "print('attached' if done == 0 else os.strerror(ctypes.get_errno()))\n"
              "try: open(f'/proc/{pid}/mem', 'rb').close(); print('opened')\n"
              "except OSError as error: print(error.strerror)")

    def setUp(self):
        if os.geteuid() != 0:
            self.skipTest("needs root to be two users")
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="fwm-", dir="/tmp"))
        self.home.chmod(0o755)
        self.oscar = Node("oscar", self.home, free_ports(1)[0])
        self.oscar.init()
        subprocess.run(["chown", "-R", str(NOBODY), self.oscar.home], check=True)
        self.oscar.fairwayd = self.home / "as-nobody"
        self.oscar.fairwayd.write_text(
            f'#!/bin/sh\nulimit -c unlimited; cd {self.oscar.home}\n'
            f'exec setpriv --reuid={NOBODY} --clear-groups {self.program()} "$@"\n')
        self.oscar.fairwayd.chmod(0o755)
        self.oscar.log.touch()
        self.oscar.start()

    def program(self):
        """A copy that everybody may read: how it was built must not matter."""
        copy = self.home / "fairwayd"
        shutil.copyfile(PROGRAMS.fairwayd, copy)
        copy.chmod(0o755)
        return copy

    def tearDown(self):
        self.oscar.stop()
        shutil.rmtree(self.home, ignore_errors=True)

    def attach_as_nobody(self, pid):
        return subprocess.run(["setpriv", f"--reuid={NOBODY}", "--clear-groups", sys.executable, "-c",
                               self.ATTACH, str(pid)], capture_output=True, text=True,
                              check=True).stdout.split("\n")[:2]

    def test_a_process_of_the_same_user_can_neither_attach_nor_read_its_memory(self):
        pid = self.oscar.process.pid
        self.assertEqual(pathlib.Path(f"/proc/{pid}/status").read_text().split("Uid:\t")[1].split()[0],
                         str(NOBODY))
        self.assertEqual(os.stat(f"/proc/{pid}/mem").st_uid, 0, "not dumpable: its files are root's")
        ordinary = subprocess.Popen(["setpriv", f"--reuid={NOBODY}", "--clear-groups", "sleep", "60"])
        try:
            wait_for("it runs as nobody", lambda: f"Uid:\t{NOBODY}" in pathlib.Path(
                f"/proc/{ordinary.pid}/status").read_text())
            if "opened" not in self.attach_as_nobody(ordinary.pid):
                self.skipTest("this machine lets no process attach to another")
        finally:
            ordinary.kill()
            ordinary.wait()
        said = self.attach_as_nobody(pid)
        self.assertEqual(len(said), 2)
        self.assertNotIn("attached", said)
        self.assertNotIn("opened", said)

    def test_a_crash_leaves_no_image_of_the_memory(self):
        pid = self.oscar.process.pid
        self.assertRegex(pathlib.Path(f"/proc/{pid}/limits").read_text(),
                         r"(?m)^Max core file size +0 +0 ", "though its parent allowed any size")
        os.kill(pid, signal.SIGSEGV)
        self.assertLess(self.oscar.process.wait(timeout=20), 0)
        self.oscar.process = None
        images = [path for path in self.home.rglob("*") if "core" in path.name]
        self.assertEqual(images, [])


if __name__ == "__main__":
    raise SystemExit("run tests/integration/run")
