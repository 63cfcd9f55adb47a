"""What the tests share: nodes as real processes, how they meet, and patience with a deadline."""
import dataclasses
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

HERE = pathlib.Path(__file__).resolve().parent
TOOLS = HERE.parents[1] / "tools"
sys.path[:0] = [str(TOOLS / "story"), str(TOOLS)]
from authority import Authority, free_ports  # noqa: E402

DEADLINE_SECONDS = 40
POLL_SECONDS = 0.05
CHARTER = "INTERPORT-CHARTER"
STRANGER_UID = 54321  # of nobody on this machine


@dataclasses.dataclass
class Programs:
    """The binaries under test; set once by `run`."""
    fairway: pathlib.Path = None
    fairwayd: pathlib.Path = None
    set_schema_version: pathlib.Path = None
    fairwayd_with_clock: pathlib.Path = None


PROGRAMS = Programs()

OPEN_POLICY = """policy "Open" version 1
permit everything
  to      any peer
  may     replicate, redistribute
  any item
  because "a test"
"""

NOTHING_POLICY = 'policy "Closed" version 1\n'


def wait_for(what, condition, seconds=DEADLINE_SECONDS):
    """The first true answer of `condition`; an AssertionError that says `what` after the deadline."""
    deadline = time.monotonic() + seconds
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise AssertionError(f"after {seconds} s still not so: {what}")
        time.sleep(POLL_SECONDS)


class Node(Authority):
    """An authority opened by a key file, so that its start does not pay for a passphrase."""

    def __init__(self, name, home, port=None, country="KE"):
        super().__init__(name, f"{name} display", country, port or free_ports(1)[0], home,
                         PROGRAMS.fairway, PROGRAMS.fairwayd)
        self.key = self.home / "unlock.key"
        self.unlock = ("--key-file", str(self.key))

    def init(self, *more):
        pathlib.Path(self.home).mkdir(parents=True)
        self.home.chmod(0o755)
        self.key.write_bytes(os.urandom(32))
        self.key.chmod(0o600)
        super().init("--key-file", str(self.key), *more)

    def call_as(self, uid, *arguments):
        """A command of another user of this machine; needs root."""
        return subprocess.run(
            ["setpriv", f"--reuid={uid}", "--clear-groups", self.fairway, *arguments, "--data",
             str(self.data)], stdin=subprocess.DEVNULL, capture_output=True, text=True,
            timeout=self.CALL_SECONDS)

    def write(self, name, text):
        path = self.home / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return str(path)

    def draft(self, title, body="Text.", **front):
        """A file with front matter: TLP:GREEN for every member unless `front` says otherwise."""
        fields = {"title": title, "tlp": "GREEN", "audience": ["ANY-MEMBER"], "contains": []}
        fields.update(front)
        lines = [f"{key} = {toml(value)}" for key, value in fields.items() if value is not None]
        file_name = re.sub(r"[^a-z0-9]+", "-", title.lower()) + ".md"
        return self.write(file_name, "+++\n" + "\n".join(lines) + "\n+++\n" + body + "\n")

    def publish(self, title, *arguments, body="Text.", **front):
        """Publishes a draft; its REF."""
        path = self.draft(title, body, **front)
        return self.json("publish", path, "--yes", *arguments)["ref"]

    def apply(self, text, name="test.fpol"):
        return self.json("policy", "apply", self.write(name, text), "--reason", "test", "--yes")

    def copy(self, ref, peer):
        """What this node says of a peer's copy of an item."""
        copies = self.json("where", ref)["peers"]
        return next((copy for copy in copies if copy["peer"] == peer), {})

    def settles(self, ref, peer, state, seconds=DEADLINE_SECONDS):
        """Waits until a peer's copy is in a state; what `where` says then."""
        seen = {}

        def reached():
            seen.update(self.copy(ref, peer))
            return seen.get("state") == state
        try:
            wait_for(f"{self.name}: {ref} at {peer} is {state}", reached, seconds)
        except AssertionError as late:
            raise AssertionError(f"{late}\n   seen: {seen}\n{self.tail()}") from None
        return seen

    def has(self, ref):
        return self.call("show", ref).returncode == 0

    def refs(self, command="list"):
        return [item["ref"] for item in self.items(command, "--limit", "500")]

    def peer(self, name):
        return next((peer for peer in self.json("status")["peers"] if peer["name"] == name), {})

    def connected(self, *names):
        wait_for(f"{self.name} is connected to {', '.join(names)}",
                 lambda: all(self.peer(name).get("connected") for name in names))

    def events(self, kind):
        return [event for event in self.items("audit", "list", "--limit", "2000")
                if event["kind"] == kind]

    def tail(self):
        return f"   {self.log}:\n" + self.log.read_text()[-1000:] if self.log.exists() else ""

    def runs(self):
        return self.process is not None and self.process.poll() is None


class SettableNode(Node):
    """A node whose clock is the machine's plus so many seconds."""

    def __init__(self, name, home):
        super().__init__(name, home)
        self.clock = pathlib.Path(home) / f"{name}.clock"
        self.set_clock(0)
        program = pathlib.Path(home) / f"{name}-fairwayd"
        program.write_text(f'#!/bin/sh\nexec "{PROGRAMS.fairwayd_with_clock}" "{self.clock}" "$@"\n')
        program.chmod(0o755)
        self.fairwayd = program

    def set_clock(self, seconds):
        whole = self.clock.with_suffix(".new")
        whole.write_text(str(seconds))
        whole.rename(self.clock)


def toml(value):
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {toml(inner)}" for key, inner in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(toml(inner) for inner in value) + "]"
    return '"' + str(value) + '"'


def introduce(inviter, invited):
    """Two nodes meet, compare their words and know each other as members of the charter."""
    invitation = inviter.home / f"{invited.name}.fwinvite"
    invitation.unlink(missing_ok=True)
    inviter.run("peer", "invite", invited.name, "--out", str(invitation))
    words = " ".join(invited.json("peer", "accept", str(invitation), "--name",
                                  inviter.name)["check_words"])
    for node, other in ((inviter, invited), (invited, inviter)):
        node.run("peer", "confirm", other.name, "--words", words)
        node.run("peer", "set", other.name, "--country", other.country, "--type", "port-police",
                 "--tier", "1", "--agreements", CHARTER)
    return invitation


class World:
    """Nodes that run for as long as tests want them; making one costs seconds of Argon2."""
    _made = {}

    def __init__(self, names, pairs, policy):
        # A short path: the name of a Unix socket has at most 107 bytes.
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="fwi-", dir="/tmp"))
        self.home.chmod(0o755)
        self.nodes = {name: Node(name, self.home, port)
                      for name, port in zip(names, free_ports(len(names)))}
        for node in self.nodes.values():
            node.init()
            node.start()
            if policy:
                node.apply(policy)
        for inviter, invited in pairs:
            introduce(self.nodes[inviter], self.nodes[invited])
        for inviter, invited in pairs:
            self.nodes[inviter].connected(invited)
            self.nodes[invited].connected(inviter)

    @classmethod
    def of(cls, names, pairs, policy):
        """The one world of that form; tests leave it as they found it, but for its items."""
        form = (names, pairs, policy)
        if form not in cls._made:
            cls._made[form] = cls(*form)
        for node in cls._made[form].nodes.values():
            if not node.runs():
                node.start()
        return cls._made[form]

    @classmethod
    def made(cls):
        return list(cls._made.values())

    @classmethod
    def end_all(cls):
        for made in cls._made.values():
            for node in made.nodes.values():
                node.stop()
            shutil.rmtree(made.home, ignore_errors=True)
        cls._made.clear()


class NodeTest(unittest.TestCase):
    """Tests of one theme over nodes that are attributes by their names."""
    nodes = ("alfa",)
    pairs = ()
    policy = None

    @classmethod
    def setUpClass(cls):
        world = World.of(cls.nodes, cls.pairs, cls.policy)
        cls.home = world.home
        for name, node in world.nodes.items():
            setattr(cls, name, node)

    def assert_problem(self, done, exit_code, code, *words):
        """An error in Fairway's shape: code, what was found or wanted, and a next step."""
        said = done.stderr
        self.assertEqual(done.returncode, exit_code, f"{done.stdout}{said}")
        self.assertRegex(said, rf"(?m)^error\[{code}\]: \S")
        self.assertRegex(said, r"(?m)^   → \S", "an error should say what to do next")
        for word in words:
            self.assertIn(word, said)
        return said
