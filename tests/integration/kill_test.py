"""kill -9 at random moments, each with publications in flight and a batch on its way: nothing that
was acknowledged is lost, nothing comes twice, and the files hold at every point looked at.

FAIRWAY_KILLS says how often (30), FAIRWAY_SEED repeats a run.
"""
import os
import random
import subprocess
import sys
import threading
import time

from world import OPEN_POLICY, TOOLS, NodeTest, wait_for
from cold_node import data_directory, sqlcipher
from desk_client import Desk, Unanswered

KILLS = int(os.environ.get("FAIRWAY_KILLS", "30"))
CALLERS = 16
IN_FLIGHT = 8
LOOKS = 4  # times that a dead node's files are examined on the way
THINKING_SECONDS = 0.05
SETTLE_SECONDS = 180


class Flight:
    """How many publications are between the request and its answer."""

    def __init__(self):
        self.rush, self.over = threading.Event(), threading.Event()
        self._lock, self.count = threading.Lock(), 0

    def __enter__(self):
        with self._lock:
            self.count += 1

    def __exit__(self, *_):
        with self._lock:
            self.count -= 1


class Caller(threading.Thread):
    """One officer who publishes until told to stop, whatever becomes of the node."""

    def __init__(self, number, node, flight, chance):
        super().__init__(daemon=True)
        self.number, self.flight, self.chance = number, flight, chance
        self.desk = Desk(node.data / "node.sock")
        self.acknowledged, self.unanswered = {}, 0

    def run(self):
        sent = 0
        while not self.flight.over.is_set():
            if not self.flight.rush.is_set():
                time.sleep(self.chance.uniform(0, THINKING_SECONDS))
            sent += 1
            try:
                with self.flight:
                    ref, object_id = self.desk.publish(
                        f"Caller {self.number}, item {sent}", "Text. " * self.chance.randrange(1, 400),
                        self.chance.randrange(1, 5))
                self.acknowledged[object_id] = ref
            except Unanswered:
                self.unanswered += 1
                time.sleep(0.05)  # it is being started again
        self.desk.close()


class Killed(NodeTest):
    nodes = ("kilo", "lima")
    pairs = (("kilo", "lima"),)
    policy = OPEN_POLICY

    def fsck(self, node, said):
        done = subprocess.run([sys.executable, TOOLS / "fsck", node.data, "--key-file",
                               node.key], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, f"{said}\n{done.stdout[-3000:]}{done.stderr}")

    def read(self, node, sql):
        """Rows of a node at rest."""
        directory = data_directory.DataDirectory(node.data)
        key = directory.open_key(key_file=node.key)[0]
        with directory.private_copy() as folder:
            database = sqlcipher.Database(folder / "node.db", key)
            try:
                return list(database.rows(sql))
            finally:
                database.close()

    def kill_once(self, chance, flight):
        """At a random moment at which enough is in flight; how much was."""
        time.sleep(chance.uniform(0.02, 0.3))
        flight.rush.set()
        victim = self.kilo if chance.random() < 0.7 else self.lima
        time.sleep(chance.uniform(0, 0.05))
        wait_for(f"{IN_FLIGHT} publications are in flight", lambda: flight.count >= IN_FLIGHT)
        in_flight = flight.count
        victim.kill()
        flight.rush.clear()
        return victim, in_flight

    def test_kill_9_with_publications_in_flight_loses_and_doubles_nothing(self):
        seed = int(os.environ.get("FAIRWAY_SEED", time.time_ns() % 1_000_000))
        said = f"seed {seed} (repeat with FAIRWAY_SEED={seed} FAIRWAY_KILLS={KILLS})"
        chance, flight, in_flight = random.Random(seed), Flight(), []
        callers = [Caller(number, self.kilo, flight, random.Random(f"{seed} {number}"))
                   for number in range(CALLERS)]
        victims, unacknowledged = {self.kilo.name: 0, self.lima.name: 0}, []
        for caller in callers:
            caller.start()
        try:
            for number in range(1, KILLS + 1):
                victim, flying = self.kill_once(chance, flight)
                victims[victim.name] += 1
                in_flight.append(flying)
                if number % max(KILLS // LOOKS, 1) == 0:
                    self.fsck(victim, f"{said}, after kill {number}")
                    unacknowledged += [row[0] for row in self.read(
                        victim, "SELECT last_seq - acked_seq FROM out_feed WHERE last_seq > 0")]
                victim.start()
        finally:
            flight.over.set()
            for caller in callers:
                caller.join()
        acknowledged = {}
        for caller in callers:
            acknowledged.update(caller.acknowledged)
        self.assertGreater(len(acknowledged), KILLS, said)
        self.arrives(acknowledged, said)
        for node in (self.kilo, self.lima):
            self.assertTrue(node.json("audit", "verify")["ok"], said)
            node.stop()
            self.fsck(node, said)
        published = self.compare(acknowledged, said)
        print(f"\n   {KILLS} kills ({victims}), {min(in_flight)} to {max(in_flight)} in flight at each; "
              f"{len(acknowledged)} acknowledged, "
              f"{sum(caller.unanswered for caller in callers)} unanswered, {published} at each node; "
              f"records on their way when it was looked: {unacknowledged}; {said}")

    def arrives(self, acknowledged, said):
        def all_there():
            return self.lima.json("status")["items"] >= self.kilo.json("status")["items"] >= len(
                acknowledged) and self.kilo.peer("lima")["waiting"] == 0
        wait_for(f"{said}: lima has acknowledged everything", all_there, SETTLE_SECONDS)

    def compare(self, acknowledged, said):
        """Own revisions of kilo against what lima took; how many there are."""
        own = [row[0] for row in self.read(
            self.kilo, "SELECT object FROM revision WHERE received_from IS NULL")]
        taken = [row[0] for row in self.read(
            self.lima, "SELECT object FROM revision WHERE received_from IS NOT NULL")]
        records = [row[0] for row in self.read(
            self.lima, "SELECT object FROM in_record WHERE outcome = 1")]
        lost = [ref for object_id, ref in acknowledged.items() if object_id not in set(own)]
        self.assertEqual(lost, [], f"{said}: acknowledged and lost at kilo")
        missing = [ref for object_id, ref in acknowledged.items() if object_id not in set(taken)]
        self.assertEqual(missing, [], f"{said}: acknowledged and not at lima")
        self.assertEqual(sorted(taken), sorted(own), f"{said}: the same at both, each once")
        self.assertEqual(len(records), len(set(records)), f"{said}: taken twice")
        return len(own)


if __name__ == "__main__":
    raise SystemExit("run tests/integration/run")
