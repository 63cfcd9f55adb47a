"""A clock that is wrong by a year: nothing is lost by it, people are told, and work goes on."""
import datetime
import json
import pathlib
import shutil
import tempfile

from world import OPEN_POLICY, Node, NodeTest, SettableNode, introduce, wait_for

YEAR = 365 * 24 * 3600


class WrongClock(NodeTest):
    nodes = ()

    def setUp(self):
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="fwc-", dir="/tmp"))
        self.home.chmod(0o755)
        self.alfa, self.bravo = SettableNode("alfa", self.home), Node("bravo", self.home)
        self.addCleanup(self.end)
        for node in (self.alfa, self.bravo):
            node.init()
            node.start()
            node.apply(OPEN_POLICY)
        introduce(self.bravo, self.alfa)
        self.alfa.connected("bravo")

    def end(self):
        for node in (self.alfa, self.bravo):
            node.stop()
        shutil.rmtree(self.home, ignore_errors=True)

    def clock_finding(self):
        findings = json.loads(self.alfa.call("doctor", "-o", "json").stdout)["items"]
        return next(finding for finding in findings if finding["subject"] == "clock")

    def in_days(self, days):
        when = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=days)
        return when.strftime("%Y-%m-%d")

    def test_a_year_ahead_and_back_loses_nothing_and_is_said(self):
        month = self.alfa.publish("For a month", expires=self.in_days(30))
        self.alfa.settles(month, "bravo", "delivered")
        wait_for("the clock is known", lambda: "should be" in self.clock_finding()["text"])
        self.alfa.set_clock(YEAR)
        warned = wait_for("the doctor warns", lambda: "hidden, and not erased" in
                          self.clock_finding()["text"] and self.clock_finding())
        self.assertIn("after", warned["text"])
        self.assertTrue(any("date" in step for step in warned["next"]))
        self.assertNotIn("For a month", self.alfa.run("list"), "hidden at once")
        ahead = self.alfa.publish("Published a year ahead")
        self.alfa.settles(ahead, "bravo", "delivered")
        from_bravo = self.bravo.publish("From one whose clock is right")
        self.bravo.settles(from_bravo, "alfa", "delivered")
        wait_for("a leaf says so", lambda: self.alfa.events("clock.doubted"))
        self.assertFalse(self.alfa.events("item.expired"), "nothing is erased")

        self.alfa.set_clock(0)
        wait_for("the clock is trusted", lambda: self.alfa.events("clock.trusted"))
        self.assertIn("For a month", self.alfa.run("list"))
        self.assertEqual(self.alfa.json("show", month)["signature"], "verified")
        self.assertTrue(self.bravo.has(month))
        after = self.alfa.publish("And on")
        self.alfa.settles(after, "bravo", "delivered")
        self.assertTrue(self.alfa.json("audit", "verify")["ok"])

    def test_a_node_that_starts_with_a_clock_of_another_year_connects_and_publishes(self):
        month = self.alfa.publish("For a month", expires=self.in_days(30))
        wait_for("the clock is known", lambda: "should be" in self.clock_finding()["text"])
        for offset, word in ((YEAR, "after"), (-YEAR, "before")):
            self.alfa.stop()
            self.alfa.set_clock(offset)
            self.alfa.start()
            self.alfa.connected("bravo")  # TLS: its certificate's dates are not judged
            ref = self.alfa.publish(f"With the clock {word} its time")
            self.alfa.settles(ref, "bravo", "delivered")
            wait_for("the doctor warns", lambda: word in self.clock_finding()["text"])
            self.assertFalse(self.alfa.events("item.expired"))
        self.alfa.stop()
        self.alfa.set_clock(0)
        self.alfa.start()
        self.assertEqual(self.alfa.json("show", month)["signature"], "verified")
        wait_for("no warning", lambda: "should be" in self.clock_finding()["text"])

    def test_what_expires_is_erased_within_a_minute_and_no_clock_brings_it_back(self):
        morning = datetime.datetime.now(datetime.timezone.utc).hour < 12
        ref = self.alfa.publish("Until tomorrow", expires=self.in_days(0 if morning else 1))
        self.alfa.settles(ref, "bravo", "delivered")
        self.alfa.set_clock(40 * 3600)  # a step that is trusted
        wait_for("alfa has erased it", lambda: self.alfa.events("item.expired"), 60)
        self.assertNotIn("Until tomorrow", self.alfa.run("list"))
        self.alfa.set_clock(0)
        shown = self.alfa.run("show", ref)
        self.assertNotIn("Until tomorrow", shown, "no clock brings it back")
        self.assertIn("its time is over", shown)
        self.assertIn("Until tomorrow", self.bravo.run("show", ref), "not over by bravo's clock")


if __name__ == "__main__":
    raise SystemExit("run tests/integration/run")
