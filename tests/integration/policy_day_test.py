"""A day of an administrator who changes a policy, from the typo to the question a month later; and
what else can stand between a text and its being in force. Three authorities; on alfa two people of
this machine: duty, who writes policies, and dora, a commander, who looks at them."""
import datetime
import json
import os
import pathlib
import shutil
import tempfile
import unittest

from world import OPEN_POLICY, STRANGER_UID, Node, NodeTest, SettableNode, introduce

DORA_UID = STRANGER_UID + 10
MONTH = 31 * 24 * 3600

HEAD = 'policy "Ports" version {version}\n'

GREEN = """
permit green-bulletins
  to      any peer
  may     replicate
  items   where item.kind is bulletin and item.tlp at most GREEN
  because "Ports memorandum art. 2"
"""

AMBER = """
permit amber-to-bravo
  to      peer bravo
  may     replicate
  items   where item.kind is bulletin and {condition}
  because "Agreement with Bravo, art. 5"
"""
TYPO = "item.tlp at most AMBR"
TOO_WIDE = "item.topics has any of { cocaine, insider-threat }"
THREE_TOO_MANY = "item.tlp at most AMBER"
MENDED = "item.tlp at most AMBER and item.topics has none of { insider-threat }"

STRICT_STAYS = """
test "what is stricter than AMBER stays"
  peer bravo action replicate
  item { kind: bulletin, tlp: AMBER+STRICT, state: active, releasable-to: { ANY-MEMBER },
         topics: { cocaine } }
  expect withhold
"""
CHARLIE_HAS_NO_TIER_1 = """
permit first-tier-alerts
  to      peers where peer.tier is 1
  may     replicate
  items   where item.kind is alert and item.tlp at most GREEN
  because "Alerts are for the first tier"

test "charlie gets no alerts while it is reorganised"
  peer charlie action replicate
  item { kind: alert, tlp: GREEN, state: active, releasable-to: { ANY-MEMBER } }
  expect withhold
"""
NOTHING_STRICT = """
guarantee "nothing stricter than AMBER leaves"
  no peer may replicate items where item.tlp above AMBER
"""
AT_MOST_TWO = """
budget "small steps" a change may newly release at most 2 items
"""


def policy(*pieces, version=1):
    return HEAD.format(version=version) + "".join(pieces)


@unittest.skipUnless(os.geteuid() == 0, "acting as another user of this machine needs root")
class PolicyDay(NodeTest):
    nodes = ()

    @classmethod
    def setUpClass(cls):
        cls.home = pathlib.Path(tempfile.mkdtemp(prefix="fwp-", dir="/tmp"))
        cls.home.chmod(0o755)
        cls.alfa = SettableNode("alfa", cls.home)
        cls.bravo, cls.charlie = Node("bravo", cls.home), Node("charlie", cls.home)
        cls.addClassCleanup(cls.end)
        for node in (cls.alfa, cls.bravo, cls.charlie):
            node.init()
            node.start()
        for node in (cls.bravo, cls.charlie):
            node.apply(OPEN_POLICY)
        for other in (cls.bravo, cls.charlie):
            introduce(cls.alfa, other)
        cls.alfa.connected("bravo", "charlie")
        cls.alfa.run("peer", "set", "charlie", "--tier", "3")
        cls.version = 1

    @classmethod
    def end(cls):
        for node in (cls.alfa, cls.bravo, cls.charlie):
            node.stop()
        shutil.rmtree(cls.home, ignore_errors=True)

    def write(self, *pieces, name="ports.fpol"):
        """A policy file that differs from all before in its version line."""
        type(self).version += 1
        return self.alfa.write(name, policy(*pieces, version=self.version))

    def dora(self, *words):
        return self.alfa.call_as(DORA_UID, *words)

    def ask(self, *words, code=0):
        """What duty reads, standard output and error together; the exit code must be `code`."""
        done = self.alfa.call(*words)
        self.assertEqual(done.returncode, code, f"{words}\n{done.stdout}{done.stderr}")
        return done.stdout + done.stderr

    def propose(self, path, reason="a test"):
        return self.alfa.json("policy", "propose", path, "--reason", reason)["number"]

    def approve(self, number):
        done = self.dora("policy", "approve", str(number), "--yes")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout

    def agree(self, *pieces):
        """Puts a policy in force as two people do it."""
        number = self.propose(self.write(*pieces))
        if "may be applied" not in self.ask("policy", "proposals", str(number)):
            self.approve(number)
        return self.alfa.json("policy", "apply", str(number), "--yes")

    def in_force(self):
        return self.alfa.json("policy", "show")["number"]

    def with_dora(self):
        users = {user["name"] for user in self.alfa.items("user", "list")}
        if "dora" not in users:
            self.alfa.run("user", "add", "dora", "--uid", str(DORA_UID), "--role", "commander")

    # The day itself. Its name is the first by the alphabet: it begins with one person.
    def test_a_beginning_alone_and_then_a_working_day(self):
        alfa = self.alfa
        amber = {"tlp": "AMBER", "topics": ["cocaine"]}
        green = alfa.publish("Green for all", topics=["cocaine"])
        wanted = alfa.publish("Amber for Bravo", **amber)
        inside = [alfa.publish(f"Insider {n}", tlp="AMBER", topics=["insider-threat"])
                  for n in range(3)]

        # With one person nobody else can check, and everybody is told so.
        alone = self.ask("policy", "apply", self.write(GREEN), "--reason", "the beginning", "--yes")
        self.assertIn("Nobody else was there to check it", alone)
        self.assertIn("nobody else checks what it lets out", self.ask("status"))
        self.assertIn("nobody else checks", alfa.run("doctor"))
        alfa.settles(green, "bravo", "delivered")
        self.with_dora()
        self.assertNotIn("nobody else checks", self.ask("status"))

        # A typo: the line, the place in it, and what was probably meant.
        said = self.ask("policy", "check", self.write(GREEN, AMBER.format(condition=TYPO)), code=1)
        self.assertRegex(said, r"ports\.fpol:\d+:\d+: error E102: 'AMBR' is not a value of item.tlp")
        self.assertRegex(said, r"(?m)^ +\| +\^\^\^\^$")
        self.assertIn("did you mean 'AMBER'?", said)
        self.assertIn("error[FW-POL-001]", said)

        # Too wide: the file's own test says so.
        wide = self.write(GREEN, AMBER.format(condition=TOO_WIDE), STRICT_STAYS)
        said = self.ask("policy", "test", wide, code=1)
        self.assertIn("FAIL what is stricter than AMBER stays", said)
        self.assertIn("amber-to-bravo", said, "the rule that lets it out is named")
        self.assertIn("FAIL", self.ask("policy", "preview", wide, code=1))
        before = self.in_force()
        self.ask("policy", "apply", wide, "--reason", "x", "--yes", code=1)
        self.assertEqual(self.in_force(), before)

        # It passes its tests, and the preview shows three items too many.
        many = self.write(GREEN, AMBER.format(condition=THREE_TOO_MANY), STRICT_STAYS)
        shown = self.ask("policy", "preview", many, "--list")
        self.assertRegex(shown, r"(?m)^bravo +\+4 ")
        self.assertIn("For 1 other peer nothing changes.", shown)
        self.assertIn("Newly released: 4 items, up to TLP:AMBER (4)", shown)
        for ref in inside + [wanted]:
            self.assertIn(ref, shown)
        self.assertIn("Insider 2", shown, "whoever may read items sees their titles")
        self.ask("policy", "preview", many, "--exit-code", code=10)

        # Mended: one item, the one that was meant.
        mended = self.write(GREEN, AMBER.format(condition=MENDED), STRICT_STAYS, NOTHING_STRICT)
        shown = self.ask("policy", "preview", mended, "--list")
        self.assertRegex(shown, r"(?m)^bravo +\+1 ")
        self.assertIn(wanted, shown)
        for ref in inside:
            self.assertNotIn(ref, shown)
        self.assertIn('Guarantee "nothing stricter than AMBER leaves": holds for every possible item',
                      shown)
        self.assertIn("who can: dora", shown)

        # For every possible item: Bravo gains, nobody else could.
        said = self.ask("policy", "prove", mended)
        self.assertRegex(said, r"(?m)^Could one of your peers get something new\? +YES: bravo$")
        self.assertRegex(said, r"(?m)^Could a peer lose something\? +NO: nobody loses anything")
        proof = alfa.json("policy", "prove", mended)
        self.assertEqual(proof["gain_registered"]["peers"], ["bravo"])
        self.assertEqual(proof["gain_anyone"]["witness"]["peer"] or "bravo", "bravo")

        # Not alone any more.
        self.assert_problem(alfa.call("policy", "apply", mended, "--reason", "x", "--yes"), 5,
                            "FW-POL-028", "commander", "fairway policy propose")
        number = str(self.propose(mended, "agreement with Bravo, art. 5"))
        self.assert_problem(alfa.call("policy", "approve", number, "--yes"), 5, "FW-POL-025",
                            "duty proposed it")
        self.assert_problem(alfa.call("policy", "apply", number, "--yes"), 5, "FW-POL-028")
        self.assertIn("waits for dora", self.ask("policy", "proposals", number))
        self.assertIn("1 change of policy waits", self.ask("status"))
        done = self.dora("policy", "proposals", number)
        self.assertIn("agreement with Bravo", done.stdout)
        self.assertIn("may be applied", self.approve(number))
        applied = self.ask("policy", "apply", number, "--yes")
        self.assertRegex(applied, r"Policy v\d+ is in force: 2 rules, 1 test passed")
        alfa.settles(wanted, "bravo", "delivered")
        self.assertTrue(self.bravo.has(wanted))
        self.assertFalse(self.charlie.has(wanted))
        self.assertFalse(any(self.bravo.has(ref) for ref in inside))

        said = self.ask("policy", "explain", wanted, "--peer", "bravo")
        self.assertIn("amber-to-bravo", said)
        self.assertIn("Agreement with Bravo, art. 5", said)
        said = self.ask("policy", "explain", inside[0], "--peer", "bravo", "--full")
        self.assertIn("item.topics has none of", said)

        # A month later the policy is another one, and somebody asks why Bravo has it.
        then = datetime.datetime.now(datetime.timezone.utc)
        version = self.in_force()
        self.ask("policy", "apply", self.write(GREEN, NOTHING_STRICT), "--reason",
                 "the agreement ended", "--yes")
        self.alfa.set_clock(MONTH)
        try:
            now = self.ask("policy", "explain", wanted, "--peer", "bravo")
            self.assertIn("WITHHOLD", now.upper())
            said = self.ask("policy", "explain", wanted, "--peer", "bravo", "--as-of",
                            then.strftime("%Y-%m-%dT%H:%M:%S.%fZ"))
            self.assertIn(f"under version {version}", said)
            self.assertIn("amber-to-bravo", said)
            self.assertIn("RELEASE", said.upper())
        finally:
            self.alfa.set_clock(0)
        history = self.ask("policy", "history")
        self.assertRegex(history, rf"(?m)^{version} .*\bdora\b")
        self.assertIn("NOBODY", history)
        kinds = {event["kind"] for event in alfa.items("audit", "list", "--limit", "500")}
        self.assertLessEqual({"policy.proposed", "policy.approved", "policy.applied",
                              "policy.previewed", "policy.refused"}, kinds)

    def test_an_item_that_came_since_the_approval_is_looked_at_first(self):
        self.with_dora()
        self.agree(GREEN)
        number = str(self.propose(self.write(GREEN, AMBER.format(condition=MENDED))))
        self.approve(number)
        late = self.alfa.publish("Late amber", tlp="AMBER", topics=["cocaine"])
        done = self.alfa.call("policy", "apply", number, "--yes")
        self.assert_problem(done, 7, "FW-POL-026", late, "bravo")
        self.assertIn("has changed", self.ask("policy", "proposals", number))
        self.approve(number)
        self.alfa.run("policy", "apply", number, "--yes")
        self.alfa.settles(late, "bravo", "delivered")

    def test_taking_away_needs_one_person_and_proposes_recalls(self):
        self.with_dora()
        self.agree(GREEN, AMBER.format(condition=MENDED))
        ref = self.alfa.publish("Amber that Bravo has", tlp="AMBER", topics=["cocaine"])
        self.alfa.settles(ref, "bravo", "delivered")
        narrow = self.write(GREEN)
        shown = self.ask("policy", "preview", narrow)
        self.assertIn("Nobody gains anything, whatever item may come (proved)", shown)
        self.assertRegex(shown, r"bravo has [A-Z0-9-]+ +→ fairway recall")
        self.assertRegex(self.ask("policy", "prove", narrow),
                         r"NO: no unregistered peer gains anything \(proved\)")
        said = self.ask("policy", "apply", narrow, "--reason", "at once", "--yes")
        self.assertIn("already that may no longer have it", said)
        self.assertTrue(self.bravo.has(ref), "a policy recalls nothing by itself")

    def test_a_rollback_is_a_new_version_through_the_same_gate(self):
        self.with_dora()
        wide = self.agree(GREEN, AMBER.format(condition=MENDED))["number"]
        self.ask("policy", "apply", self.write(GREEN), "--reason", "narrower", "--yes")
        ref = self.alfa.publish("Amber after the narrowing", tlp="AMBER", topics=["cocaine"])
        rolled = self.ask("policy", "rollback", str(wide), "--reason", "it was right", "--yes")
        self.assertIn("waits for dora", rolled)
        number = self.alfa.items("policy", "proposals")[0]["number"]
        self.assertEqual(self.alfa.items("policy", "proposals")[0]["rollback_to"], wide)
        self.approve(number)
        after = self.alfa.json("policy", "apply", str(number), "--yes")["number"]
        self.assertGreater(after, wide)
        self.assertEqual(self.alfa.json("policy", "show")["text"],
                         self.alfa.json("policy", "show", "--number", str(wide))["text"])
        self.alfa.settles(ref, "bravo", "delivered")
        self.assert_problem(self.alfa.call("policy", "rollback", "999", "--reason", "x", "--yes"), 3,
                            "FW-POL-012")

    def test_a_budget_stops_a_step_that_is_too_large(self):
        self.with_dora()
        self.agree(GREEN, AT_MOST_TWO)
        for n in range(3):
            self.alfa.publish(f"Budget {n}", tlp="AMBER", topics=["cocaine"])
        path = self.write(GREEN, AMBER.format(condition=MENDED), AT_MOST_TWO)
        shown = self.alfa.call("policy", "preview", path)
        self.assertRegex(shown.stdout, r'Budget "small steps": \d+ new items, at most 2: EXCEEDED')
        self.assert_problem(shown, 5, "FW-POL-029")
        self.assert_problem(self.alfa.call("policy", "apply", path, "--reason", "x", "--yes"), 5,
                            "FW-POL-029")

    def test_a_guarantee_that_would_break_is_refused_with_a_case(self):
        self.with_dora()
        path = self.write(GREEN, AMBER.format(condition=TOO_WIDE), NOTHING_STRICT)
        before = self.in_force()
        done = self.alfa.call("policy", "apply", path, "--reason", "x", "--yes")
        self.assert_problem(done, 1, "FW-POL-001", "breaks a guarantee",
                            '"nothing stricter than AMBER leaves"', "BROKEN", "tlp:")
        self.assertEqual(self.in_force(), before)

    def test_a_change_of_a_peer_that_breaks_a_test_is_refused(self):
        self.with_dora()
        self.agree(GREEN, CHARLIE_HAS_NO_TIER_1)
        done = self.alfa.call("peer", "set", "charlie", "--tier", "1")
        self.assert_problem(done, 1, "FW-POL-018", "charlie gets no alerts")
        self.assertEqual(self.alfa.json("peer", "show", "charlie")["attributes"]["tier"], "3")
        shown = self.ask("policy", "preview", "--as-peer", "charlie tier=1")
        self.assertIn("policy in force", shown)
        self.agree(GREEN)
        self.alfa.run("peer", "set", "charlie", "--tier", "1")
        self.alfa.run("peer", "set", "charlie", "--tier", "3")

    def test_a_proposal_runs_beside_the_policy_in_force(self):
        self.with_dora()
        self.agree(GREEN)
        number = str(self.propose(self.write(GREEN, AMBER.format(condition=MENDED))))
        self.assertIn("runs beside the policy in force",
                      self.ask("policy", "shadow", number, "--hours", "2"))
        self.assertIn(f"proposal {number} is tried beside", self.ask("status"))
        ref = self.alfa.publish("Amber in the shadow", tlp="AMBER", topics=["cocaine"])
        self.assertNotEqual(self.alfa.copy(ref, "bravo").get("state"), "delivered")
        self.assertIn("ran beside", self.ask("policy", "shadow", number, "--stop"))
        self.assertFalse(self.bravo.has(ref), "it decides nothing")
        self.ask("policy", "reject", number, "--reason", "seen enough")
        self.assertIn("taken back by duty: seen enough", self.ask("policy", "proposals", number))
        self.assert_problem(self.alfa.call("policy", "apply", number, "--yes"), 7, "FW-POL-021")

    def test_what_the_machine_reads_holds_everything(self):
        self.with_dora()
        path = self.write(GREEN, AMBER.format(condition=THREE_TOO_MANY))
        done = self.alfa.call("policy", "preview", path, "--list", "-o", "json")
        preview = json.loads(done.stdout)
        self.assertEqual(preview["kind"], "PolicyPreview")
        self.assertEqual(len(preview["digest"]), 64)
        self.assertEqual(self.alfa.json("policy", "print")["kind"], "PolicyText")
        self.assert_problem(self.alfa.call("policy", "proposals", "999"), 3, "FW-POL-020")
        self.assert_problem(
            self.alfa.call("policy", "propose", path, "--reason", "x", "--if-preview", "00000000"), 7,
            "FW-POL-026")

    def test_without_a_node_a_policy_can_be_checked_tested_proved_and_printed(self):
        path = self.write(GREEN, AMBER.format(condition=MENDED), STRICT_STAYS, NOTHING_STRICT)
        old = self.write(GREEN, name="old.fpol")
        desk = Node("desk", self.home)  # no node was ever made there
        for words in (("check", path), ("test", path), ("prove", path, "--against", old),
                      ("print", path)):
            with self.subTest(words[0]):
                done = desk.call("policy", *words)
                self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
                self.assertIn("Checked without a node", done.stderr)
        templates = desk.call("policy", "templates").stdout
        self.assertIn("lessons-for-all", templates)
        for line in templates.splitlines()[1:]:
            if not line.startswith(" "):
                text = desk.call("policy", "templates", line.split()[0]).stdout
                file = self.alfa.write("template.fpol", text)
                self.assertEqual(desk.call("policy", "test", file).returncode, 0, line)

    def test_a_node_can_begin_with_a_template(self):
        node = Node("delta", self.home)
        node.init("--policy-template", "lessons-for-all")
        node.start()
        try:
            shown = node.json("policy", "show")
            self.assertEqual((shown["number"], shown["file_name"]), (1, "lessons-for-all.fpol"))
            self.assertEqual(node.json("policy", "test")["failed"], 0)
        finally:
            node.stop()
        other = Node("echo", self.home)
        done = other.call("init", "--name", "echo", "--country", "KE", "--policy-template",
                          "lessons-for-al", "--no-input")
        self.assert_problem(done, 3, "FW-POL-034", "lessons-for-all")


if __name__ == "__main__":
    raise SystemExit("run tests/integration/run")
