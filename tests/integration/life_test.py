"""The life of nodes: killed, stopped, removed, suspended. Nothing acknowledged is lost, nothing
comes twice, and what was ended stays ended."""
import os
import random
import signal
import subprocess
import threading
import time

from world import OPEN_POLICY, NodeTest, introduce, wait_for

STOP_SECONDS = 5
KILLS = 8


class Officer(threading.Thread):
    """Publishes at a node until told to stop, whatever happens to the node."""

    def __init__(self, node, attachment):
        super().__init__()
        self.node, self.attachment = node, attachment
        self.acknowledged, self.failures = [], []
        self._enough = threading.Event()

    def run(self):
        number = 0
        while not self._enough.is_set():
            number += 1
            precedence = ("routine", "priority", "immediate", "flash")[number % 4]
            path = self.node.draft(f"In flight {number} of {self.node.name}", precedence=precedence)
            more = ("--attach", self.attachment) if number % 5 == 0 else ()
            done = self.node.call("publish", path, "--yes", "-o", "json", *more)
            if done.returncode == 0:
                self.acknowledged.append(done.stdout.split('"ref":"')[1].split('"')[0])
            else:
                self.failures.append(done.stderr)

    def end(self):
        self._enough.set()
        self.join()


class Killed(NodeTest):
    nodes = ("alfa", "bravo")
    pairs = (("alfa", "bravo"),)
    policy = OPEN_POLICY

    def test_kill_9_of_either_side_loses_nothing_acknowledged_and_doubles_nothing(self):
        seed = int(os.environ.get("FAIRWAY_SEED", time.time_ns() % 1_000_000))
        chance = random.Random(seed)
        attachment = self.alfa.write("flight.bin", bytes(range(256)) * 600)
        officers = [Officer(self.alfa, attachment), Officer(self.bravo, attachment)]
        for officer in officers:
            officer.start()
        try:
            for _ in range(KILLS):
                time.sleep(chance.uniform(0.1, 0.9))  # a random moment, not a wait for something
                victim = chance.choice((self.alfa, self.bravo))
                victim.kill()
                victim.start()
        finally:
            for officer in officers:
                officer.end()
        said = f"seed {seed} (repeat with FAIRWAY_SEED={seed})"
        for officer, other in zip(officers, (self.bravo, self.alfa)):
            self.assertTrue(officer.acknowledged, f"{said}: {officer.failures[-1:]}")
            for failure in officer.failures:
                self.assertRegex(failure, r"^error\[FW-", said)
            wait_for(f"{said}: {other.name} has all that {officer.node.name} acknowledged",
                     lambda: set(officer.acknowledged) <= set(other.refs("inbox")))
            for node in (officer.node, other):
                refs = node.refs()
                self.assertEqual(len(refs), len(set(refs)), f"{said}: an item twice")
                for ref in officer.acknowledged:
                    self.assertEqual(refs.count(ref), 1, f"{said}: {ref} at {node.name}")
            for ref in officer.acknowledged:
                officer.node.settles(ref, other.name, "delivered")
                self.assertEqual(other.json("show", ref)["signature"], "verified", said)
        for node in (self.alfa, self.bravo):
            self.assertTrue(node.json("audit", "verify")["ok"], said)
            node.run("doctor")


class Stopped(NodeTest):
    nodes = ("alfa", "bravo")
    pairs = (("alfa", "bravo"),)
    policy = OPEN_POLICY

    def stops_on(self, number, just_before=lambda: None):
        self.alfa.connected("bravo")
        just_before()
        begun = time.monotonic()
        self.alfa.process.send_signal(number)
        code = self.alfa.process.wait(timeout=30)
        took = time.monotonic() - begun
        self.alfa.process = None
        self.assertEqual(code, 0, self.alfa.tail())
        self.assertLess(took, STOP_SECONDS)
        self.assertFalse((self.alfa.data / "node.sock").exists(), "the socket should be gone")
        ref = self.bravo.publish(f"While alfa was stopped by {number}")
        self.alfa.start()
        self.bravo.settles(ref, "alfa", "delivered")
        self.assertTrue(self.alfa.json("audit", "verify")["ok"])

    def test_sigterm_stops_it_within_5_seconds_and_it_comes_back(self):
        self.stops_on(signal.SIGTERM)

    def test_ctrl_c_stops_it_within_5_seconds_and_it_comes_back(self):
        self.stops_on(signal.SIGINT)

    def test_sigterm_stops_it_within_5_seconds_right_after_large_answers(self):
        large = self.alfa.write("large.bin", os.urandom(1024 * 1024))
        ref = self.alfa.publish("Large", "--attach", large)

        def save_it_often():
            callers = [threading.Thread(target=self.alfa.run, args=(
                "attachment", ref, "1", "--out", str(self.alfa.home / f"large-{number}")))
                for number in range(6)]
            for caller in callers:
                caller.start()
            for caller in callers:
                caller.join()
        self.stops_on(signal.SIGTERM, save_it_often)

    def test_a_stopped_node_is_said_to_be_unreachable(self):
        self.alfa.stop()
        try:
            self.assert_problem(self.alfa.call("inbox"), 6, "FW-NODE-001", "fairway serve")
        finally:
            self.alfa.start()

    def test_no_core_file_can_be_written_of_a_running_node(self):
        limits = open(f"/proc/{self.alfa.process.pid}/limits").read()
        self.assertRegex(limits, r"(?m)^Max core file size +0 +0 ")


class Suspended(NodeTest):
    nodes = ("alfa", "bravo")
    pairs = (("alfa", "bravo"),)
    policy = OPEN_POLICY

    def test_a_suspended_peer_gets_nothing_until_it_is_active_again(self):
        self.alfa.run("peer", "set", "bravo", "--state", "suspended")
        ref = self.alfa.publish("While suspended")
        wait_for("bravo is refused", lambda: not self.bravo.peer("alfa").get("connected"))
        self.assertNotEqual(self.alfa.copy(ref, "bravo").get("state"), "delivered")
        self.assertFalse(self.bravo.has(ref))
        self.alfa.run("peer", "set", "bravo", "--state", "active")
        self.alfa.settles(ref, "bravo", "delivered")
        self.assertEqual(self.bravo.refs("inbox").count(ref), 1)

    def test_a_suspended_peer_is_told_what_to_erase_and_nothing_else(self):
        ref = self.alfa.publish("Before the suspension")
        self.alfa.settles(ref, "bravo", "delivered")
        self.alfa.run("peer", "set", "bravo", "--state", "suspended")
        wait_for("bravo is cut off", lambda: not self.bravo.peer("alfa").get("connected"))
        later = self.alfa.publish("After the suspension")
        self.alfa.run("recall", ref, "--reason", "error", "--yes")
        self.alfa.settles(ref, "bravo", "recalled")
        self.assertEqual(self.bravo.json("show", ref)["summary"]["state"], "recalled")
        wait_for("bravo is cut off again", lambda: not self.bravo.peer("alfa").get("connected"))
        self.assertFalse(self.bravo.has(later))
        self.alfa.run("peer", "set", "bravo", "--state", "active")
        self.alfa.settles(later, "bravo", "delivered")


class Removed(NodeTest):
    nodes = ("alfa", "bravo", "charlie")

    def sockets(self):
        """The established connections between the two, by their ends."""
        lines = subprocess.run(["ss", "-Htn", "state", "established"], check=True,
                               capture_output=True, text=True).stdout.splitlines()
        ports = (f":{self.alfa.port}", f":{self.bravo.port}")
        return {tuple(line.split()[2:4]) for line in lines
                if any(end.endswith(ports) for end in line.split()[2:4])}

    def test_a_removed_peer_is_cut_off_within_a_second_and_nothing_moves_afterwards(self):
        for node in (self.alfa, self.bravo):
            node.apply(OPEN_POLICY)
        introduce(self.alfa, self.bravo)
        self.alfa.settles(self.alfa.publish("Before the end"), "bravo", "delivered")
        open_before = self.sockets()
        self.assertTrue(open_before, "the two should be connected")
        self.alfa.run("peer", "remove", "bravo", "--reason", "left", "--yes")
        wait_for("their sockets are closed", lambda: not open_before & self.sockets(), seconds=1)
        wait_for("bravo knows", lambda: not self.bravo.peer("alfa").get("connected"), seconds=2)

        refused = len(self.alfa.events("peer.refused"))
        from_alfa = self.alfa.publish("After the end")
        from_bravo = self.bravo.publish("After the end too")
        # Bravo dials again, and is turned away.
        wait_for("alfa refuses bravo's key",
                 lambda: len(self.alfa.events("peer.refused")) > refused or any(
                     event["reason"] == "not-pinned" for event in self.alfa.events("peer.refused")))
        self.assertFalse(self.bravo.has(from_alfa))
        self.assertFalse(self.alfa.has(from_bravo))
        removed = self.alfa.events("peer.removed")[-1]
        self.assertEqual((removed["objects"][0], removed["reason"]), ("bravo", "left"))
        self.bravo.run("peer", "remove", "alfa", "--yes")


if __name__ == "__main__":
    raise SystemExit("run tests/integration/run")
