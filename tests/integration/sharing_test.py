"""What reaches whom: attachments whole, passing on, changes of policy, TLP:RED."""
import os

from world import NOTHING_POLICY, OPEN_POLICY, NodeTest, wait_for

GREEN_ONLY_POLICY = OPEN_POLICY.replace("any item", "items   where item.tlp at most GREEN")
NO_PASSING_ON_POLICY = OPEN_POLICY.replace("replicate, redistribute", "replicate")


class Chain(NodeTest):
    """alfa knows bravo, bravo knows charlie; alfa and charlie never met."""
    nodes = ("alfa", "bravo", "charlie")
    pairs = (("alfa", "bravo"), ("bravo", "charlie"))
    policy = OPEN_POLICY

    def tearDown(self):
        for node in (self.alfa, self.bravo):
            if node.json("policy", "show")["text"] != OPEN_POLICY:
                node.apply(OPEN_POLICY)

    def after_a_later_item(self, author, peer):
        """Something published now has arrived: what is of the same lane and older was decided."""
        author.settles(author.publish("A later item", onward="any", tlp="CLEAR"), peer, "delivered")


class Attachments(Chain):
    def test_attachments_of_all_sizes_arrive_byte_by_byte(self):
        sizes = (1, 65535, 65536, 65537, 1024 * 1024)
        paths = [self.alfa.write(f"{size}.jpg", os.urandom(size)) for size in sizes]
        more = [word for path in paths for word in ("--attach", path)]
        ref = self.alfa.publish("With attachments", *more)
        self.alfa.settles(ref, "bravo", "delivered")
        wait_for("all attachments are complete", lambda: all(
            one["complete"] for one in self.bravo.json("show", ref)["attachments"]))
        for size, path in zip(sizes, paths):
            named = {one["name"]: one for one in self.bravo.json("show", ref)["attachments"]}
            number = named[f"{size}.jpg"]["label"].split("/")[1]
            out = self.bravo.home / f"arrived-{size}"
            self.bravo.run("attachment", ref, number, "--out", str(out))
            with open(path, "rb") as sent:
                self.assertEqual(out.read_bytes(), sent.read(), f"{size} bytes")

    def test_an_attachment_that_the_policy_redacts_never_arrives(self):
        self.alfa.apply(OPEN_POLICY.replace(
            "  because", "  with    redact attachments\n  because"))
        path = self.alfa.write("secret.jpg", os.urandom(100_000))
        ref = self.alfa.publish("Without its picture", "--attach", path)
        copy = self.alfa.settles(ref, "bravo", "delivered")
        self.assertTrue(any("attachments" in label for label in copy["redacted"]), copy)
        self.assertEqual(self.bravo.json("show", ref)["attachments"], [])
        done = self.bravo.call("attachment", ref, "0", "--out", str(self.bravo.home / "no.jpg"))
        self.assert_problem(done, 3, "FW-ITEM-004")


class Onward(Chain):
    def test_what_anybody_may_pass_on_reaches_those_whom_the_author_never_met(self):
        for onward in ("any", "community"):
            with self.subTest(onward):
                ref = self.alfa.publish(f"Pass on to {onward}", onward=onward, tlp="CLEAR")
                self.alfa.settles(ref, "bravo", "delivered")
                self.bravo.settles(ref, "charlie", "delivered")
                shown = self.charlie.json("show", ref)
                self.assertEqual(shown["signature"], "verified")
                self.assertEqual(shown["received_from"], "bravo")

    def test_what_may_not_be_passed_on_stays_with_its_recipient(self):
        ref = self.alfa.publish("Not to be passed on", onward="none")
        self.alfa.settles(ref, "bravo", "delivered")
        self.after_a_later_item(self.bravo, "charlie")
        copy = self.bravo.settles(ref, "charlie", "withheld")
        self.assertEqual(copy["rule"], "P5")
        self.assertFalse(self.charlie.has(ref))

    def test_what_the_policy_of_the_middle_does_not_pass_on_stays_there(self):
        self.bravo.apply(NO_PASSING_ON_POLICY)
        ref = self.alfa.publish("The middle says no", onward="any", tlp="CLEAR")
        self.alfa.settles(ref, "bravo", "delivered")
        self.after_a_later_item(self.bravo, "charlie")
        self.assertEqual(self.bravo.settles(ref, "charlie", "withheld")["rule"], "default")
        self.assertFalse(self.charlie.has(ref))

    def test_what_the_author_limits_to_no_hops_stays_with_its_recipient(self):
        self.alfa.apply(OPEN_POLICY.replace("  because", "  with    hops 0\n  because"))
        ref = self.alfa.publish("No hops", onward="any", tlp="CLEAR")
        self.alfa.settles(ref, "bravo", "delivered")
        self.after_a_later_item(self.bravo, "charlie")
        self.assertEqual(self.bravo.settles(ref, "charlie", "withheld")["rule"], "P6")
        self.assertFalse(self.charlie.has(ref))


class Sweeps(Chain):
    def test_what_was_withheld_is_delivered_once_the_policy_allows_it(self):
        self.alfa.apply(GREEN_ONLY_POLICY)
        ref = self.alfa.publish("Amber for later", tlp="AMBER")
        self.after_a_later_item(self.alfa, "bravo")
        self.assertEqual(self.alfa.settles(ref, "bravo", "withheld")["rule"], "default")
        self.assertFalse(self.bravo.has(ref))
        self.alfa.apply(OPEN_POLICY)
        self.alfa.settles(ref, "bravo", "delivered")
        self.assertEqual(self.bravo.refs("inbox").count(ref), 1)

    def test_after_tightening_nothing_new_goes_and_what_was_given_stays_accounted_for(self):
        before = self.alfa.publish("Before it was tightened", tlp="AMBER")
        self.alfa.settles(before, "bravo", "delivered")
        self.alfa.apply(GREEN_ONLY_POLICY)
        after = self.alfa.publish("After it was tightened", tlp="AMBER")
        self.after_a_later_item(self.alfa, "bravo")
        self.assertEqual(self.alfa.settles(after, "bravo", "withheld")["rule"], "default")
        self.assertFalse(self.bravo.has(after))
        self.assertEqual(self.alfa.copy(before, "bravo")["state"], "delivered")

    def test_a_peer_whose_attributes_change_gets_what_it_now_may_have(self):
        self.alfa.apply(OPEN_POLICY.replace("any peer", "peers where peer.tier is 2"))
        ref = self.alfa.publish("For tier two")
        self.assertEqual(self.alfa.settles(ref, "bravo", "withheld")["rule"], "default")
        self.alfa.run("peer", "set", "bravo", "--tier", "2")
        try:
            self.alfa.settles(ref, "bravo", "delivered")
        finally:
            self.alfa.run("peer", "set", "bravo", "--tier", "1")

    def test_a_policy_that_lets_nothing_out_lets_nothing_out(self):
        self.alfa.apply(NOTHING_POLICY)
        ref = self.alfa.publish("Stays at home", precedence="flash")
        self.assertEqual(self.alfa.settles(ref, "bravo", "withheld")["rule"], "default")
        explained = self.alfa.run("policy", "explain", ref, "--peer", "bravo")
        self.assertIn("default", explained)


class Red(Chain):
    def test_red_goes_to_the_named_and_nobody_else_and_no_further(self):
        ref = self.bravo.publish("For alfa only", tlp="RED", named=["alfa"], onward="none")
        self.bravo.settles(ref, "alfa", "delivered")
        self.assertEqual(self.bravo.settles(ref, "charlie", "withheld")["rule"], "P2")
        self.after_a_later_item(self.bravo, "charlie")
        self.assertFalse(self.charlie.has(ref))
        self.assertEqual(self.alfa.json("show", ref)["summary"]["tlp"], "TLP:RED")

    def test_who_is_excluded_gets_nothing_whatever_the_audience_says(self):
        ref = self.bravo.publish("Not for charlie", not_for=["charlie"])
        self.bravo.settles(ref, "alfa", "delivered")
        self.assertEqual(self.bravo.settles(ref, "charlie", "withheld")["rule"], "P4")

    def test_an_item_without_an_audience_is_for_nobody(self):
        ref = self.bravo.publish("For nobody", audience=[])
        self.assertEqual(self.bravo.settles(ref, "alfa", "withheld")["rule"], "P3")


class Revisions(Chain):
    def test_a_revision_replaces_what_the_peer_had(self):
        ref = self.alfa.publish("First wording")
        self.alfa.settles(ref, "bravo", "delivered")
        self.alfa.run("revise", ref, self.alfa.draft("Second wording"), "--yes")
        wait_for("the revision is at bravo",
                 lambda: self.bravo.json("show", ref)["summary"]["title"] == "Second wording")
        self.assertEqual(self.bravo.json("show", ref)["summary"]["revision"], 2)
        self.assertEqual(self.bravo.refs().count(ref), 1)


if __name__ == "__main__":
    raise SystemExit("run tests/integration/run")
