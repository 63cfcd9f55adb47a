"""A node's directory is copied or restored from a backup: what it says then contradicts what its
peers know. Both sides must notice, nothing may be numbered twice, and nobody else may suffer."""
import re
import shutil

from world import OPEN_POLICY, Node, NodeTest, wait_for

SOCKETS = shutil.ignore_patterns("*.sock")


class Copied(NodeTest):
    """alfa is copied; bravo hears from it after that; charlie, whom both know, does not."""
    # Who was invited dials: both clones of alfa will.
    pairs = (("bravo", "alfa"), ("bravo", "charlie"), ("charlie", "alfa"))
    policy = OPEN_POLICY

    @classmethod
    def setUpClass(cls):
        pass  # each test spoils its nodes for good: they have names of their own

    def make(self, suffix):
        from world import World
        names = [f"{name}{suffix}" for name in ("alfa", "bravo", "charlie")]
        self.world = World(names, [tuple(f"{name}{suffix}" for name in pair) for pair in self.pairs],
                           self.policy)
        self.addCleanup(self.end)
        self.alfa, self.bravo, self.charlie = (self.world.nodes[name] for name in names)
        self.extra = []

    def end(self):
        for node in [*self.world.nodes.values(), *self.extra]:
            node.stop()
        shutil.rmtree(self.world.home, ignore_errors=True)

    def copy_of(self, node, name, port=None):
        """A copy of a stopped node's directory, as an administrator or a backup would make it."""
        copy = Node(name, self.world.home, port or node.port)
        shutil.copytree(node.home, copy.home, ignore=SOCKETS)
        copy.unlock = ("--key-file", str(copy.home / "unlock.key"))
        if port:
            config = copy.data / "fairway.toml"
            config.write_text(re.sub(r"(?m)^(peer|advertise) = .127\.0\.0\.1:\d+.",
                                     rf'\1 = "127.0.0.1:{port}"', config.read_text()))
        self.extra.append(copy)
        return copy

    def numbers(self, node, sender):
        """The feed numbers that `node` took from `sender`, in the order of its audit log."""
        taken = []
        for event in node.events("batch.received"):
            if event["actor"] == sender.name:
                detail = {each["name"]: each["value"] for each in event["detail"]}
                taken += range(int(detail["first"]), int(detail["last"]) + 1)
        return taken

    def alarmed(self, node, peer, *words):
        """`node` shows the alarm about `peer`, with a next step, and has recorded it."""
        def shown():
            done = node.call("doctor")
            return done.returncode != 0 and all(word in done.stdout for word in words) and done
        said = wait_for(f"{node.name} alarms about {peer}", shown).stdout
        self.assertRegex(said, rf"{peer}.*", said)
        wait_for("the alarm is in the log", lambda: node.events("feed.alarm"))
        return said

    def test_an_old_copy_in_the_place_of_the_original_is_stopped_by_both_sides(self):
        self.make("-old")
        first = self.alfa.publish("Before the copy")
        self.alfa.settles(first, self.bravo.name, "delivered")
        self.alfa.settles(first, self.charlie.name, "delivered")
        self.alfa.stop()
        copy = self.copy_of(self.alfa, "alfa-copy")
        copy.name = self.alfa.name
        self.charlie.stop()
        self.alfa.start()
        later = [self.alfa.publish(f"After the copy {number}") for number in range(3)]
        for ref in later:
            self.alfa.settles(ref, self.bravo.name, "delivered")
        self.alfa.stop()
        self.charlie.start()
        taken = self.numbers(self.bravo, self.alfa)

        copy.start()
        said = self.alarmed(copy, self.bravo.name, "records of this node's feed")
        self.assertIn("copy", said)
        self.assertIn("→", said)
        said = self.alarmed(self.bravo, self.alfa.name, "feed ends at record")
        self.assertIn("copy", said)
        status = self.bravo.peer(self.alfa.name)
        self.assertFalse(status["connected"])
        self.assertIn("lost some", status["trouble"])
        # The copy can be written to, and its numbers go to nobody who would hear them twice.
        from_copy = copy.publish("From the copy")
        copy.settles(from_copy, self.charlie.name, "delivered")
        self.assertNotEqual(copy.copy(from_copy, self.bravo.name).get("state"), "delivered")
        self.assertEqual(self.numbers(self.bravo, self.alfa), taken)
        self.assertEqual(len(taken), len(set(taken)), "a number twice")
        self.assertFalse(self.bravo.has(from_copy))
        # Nobody else suffers.
        other = self.bravo.publish("From bravo")
        self.bravo.settles(other, self.charlie.name, "delivered")
        for ref in (first, *later):
            self.assertTrue(self.bravo.has(ref))
        for node in (self.bravo, self.charlie, copy):
            self.assertTrue(node.json("audit", "verify")["ok"])

    def test_a_restored_receiver_that_lost_what_it_acknowledged_is_noticed(self):
        self.make("-lost")
        first = self.alfa.publish("Kept")
        self.alfa.settles(first, self.bravo.name, "delivered")
        self.bravo.stop()
        copy = self.copy_of(self.bravo, "bravo-copy")
        copy.name = self.bravo.name
        self.bravo.start()
        lost = self.alfa.publish("Acknowledged and then lost by the restore")
        self.alfa.settles(lost, self.bravo.name, "delivered")
        self.bravo.stop()
        copy.start()
        said = self.alarmed(self.alfa, self.bravo.name, "it lost some")
        self.assertIn("copy", said)
        self.assertFalse(copy.has(lost))
        self.assertFalse(self.alfa.peer(self.bravo.name)["connected"])
        other = self.alfa.publish("To charlie all the same")
        self.alfa.settles(other, self.charlie.name, "delivered")

    def test_two_clones_at_a_time_are_noticed_and_no_number_is_taken_twice(self):
        from authority import free_ports
        self.make("-two")
        first = self.alfa.publish("Before the clone")
        self.alfa.settles(first, self.bravo.name, "delivered")
        self.alfa.stop()
        clone = self.copy_of(self.alfa, "alfa-clone", free_ports(1)[0])
        clone.name = self.alfa.name
        self.alfa.start()
        clone.start()
        published = {self.alfa: [], clone: []}
        for number in range(6):
            for node in (self.alfa, clone):
                published[node].append(node.publish(f"{number} of {node.home.name}"))

        def noticed():
            return any(node.events("feed.alarm") for node in (self.bravo, self.alfa, clone))
        wait_for("the two are noticed", noticed)
        taken = self.numbers(self.bravo, self.alfa)
        self.assertEqual(len(taken), len(set(taken)), "a number twice")
        self.assertEqual(taken, sorted(taken))
        other = self.bravo.publish("From bravo")
        self.bravo.settles(other, self.charlie.name, "delivered")
        # Without the other, the one that bravo had heard more of goes on by itself, in a minute.
        heard = set(self.bravo.refs())
        winner = next(node for node in published if set(published[node]) & heard)
        (clone if winner is self.alfa else self.alfa).stop()
        after = winner.publish("Alone again")
        winner.settles(after, self.bravo.name, "delivered", 90)
        taken = self.numbers(self.bravo, self.alfa)
        self.assertEqual(len(taken), len(set(taken)), "a number twice")
        self.assertTrue(self.bravo.json("audit", "verify")["ok"])


if __name__ == "__main__":
    raise SystemExit("run tests/integration/run")
