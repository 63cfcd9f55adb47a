"""Taking back: who has it, what recipients see, who confirmed, what a revision takes away."""
import json
import signal
import subprocess
import threading
import time

from world import OPEN_POLICY, NodeTest, wait_for

WORDS = "hearsay-from-the-quay"
GREEN_ONLY = OPEN_POLICY.replace("any item", "items   where item.tlp at most GREEN")


class Pair(NodeTest):
    nodes = ("alfa", "bravo")
    pairs = (("alfa", "bravo"),)
    policy = OPEN_POLICY

    def delivered(self, title, **front):
        ref = self.alfa.publish(title, body=f"Text with {WORDS}.", **front)
        self.alfa.settles(ref, "bravo", "delivered")
        return ref

    def recall(self, ref, *more):
        return self.alfa.json("recall", ref, "--reason", "source-protection", "--yes", *more)

    def labels(self, node, ref):
        return [field["label"] for field in node.json("show", ref)["fields"]]


class Recall(Pair):
    def test_a_withdrawn_item_is_erased_there_kept_here_and_both_say_so(self):
        ref = self.delivered("Withdrawn")
        done = self.recall(ref, "--note", "the source asked for it")
        self.assertEqual((done["kind"], done["ref"], done["peers"]), ("Recalled", ref, ["bravo"]))
        self.assertEqual(done["through_revision"], 2**63 - 1)
        copy = self.alfa.settles(ref, "bravo", "recalled")
        self.assertTrue(copy["recall_since"])
        self.assertTrue(copy["recall_confirmed"])

        there = self.bravo.json("show", ref)
        self.assertEqual(there["summary"]["state"], "recalled")
        self.assertEqual((there["summary"]["title"], there["fields"]), ("", []))
        self.assertEqual(there["recall"]["grade"], "withdraw")
        self.assertEqual(there["recall"]["reason"], "source-protection")
        self.assertEqual((there["recall"]["by"], there["recall"]["note"]), ("alfa", ""))
        words = self.bravo.run("show", ref)
        self.assertTrue(words.startswith("RECALLED (withdraw: source-protection) by alfa, "), words)
        self.assertIn("destroy what you printed", words)
        self.assertNotIn(WORDS, words)

        here = self.alfa.json("show", ref)
        self.assertIn("body", [field["label"] for field in here["fields"]])
        self.assertEqual(here["recall"]["note"], "the source asked for it")
        self.assertTrue(self.alfa.run("show", ref).startswith("RECALLED "))

    def test_where_says_who_confirmed_in_words(self):
        ref = self.delivered("Confirmed")
        self.recall(ref)
        self.alfa.settles(ref, "bravo", "recalled")
        words = self.alfa.run("where", ref, "--wait", "30s")
        self.assertIn("RECALLED (withdraw: source-protection) by alfa", words)
        self.assertIn("1 of 1 peer that was told to erase it confirmed with a signed receipt", words)
        self.assertRegex(words, r"bravo\s+recalled, confirmed \d+s ago")

    def test_the_inbox_says_what_was_taken_back(self):
        ref = self.delivered("Seen in the inbox")
        self.recall(ref)
        self.alfa.settles(ref, "bravo", "recalled")
        inbox = self.bravo.json("inbox")
        self.assertNotIn(ref, [item["ref"] for item in inbox["items"]])
        taken = {item["ref"]: item for item in inbox["recalled"]}
        self.assertEqual(taken[ref]["recalled"], "withdraw: source-protection")
        self.assertRegex(self.bravo.run("inbox"),
                         rf"(?m)^RECALLED {ref} \(withdraw: source-protection\) from alfa")
        self.assertEqual(self.alfa.json("inbox")["recalled"], [], "an own one is no news")

    def test_a_purge_leaves_nothing_here_either(self):
        ref = self.delivered("Purged")
        self.recall(ref, "--purge")
        self.assertEqual(self.labels(self.alfa, ref), [])
        self.assertEqual(self.alfa.json("show", ref)["recall"]["grade"], "purge")
        self.alfa.settles(ref, "bravo", "recalled")

    def test_after_a_correction_the_next_revision_arrives(self):
        ref = self.delivered("Wrong number")
        self.alfa.run("recall", ref, "--reason", "error", "--grade", "correct", "--yes")
        self.alfa.settles(ref, "bravo", "recalled")
        self.alfa.run("revise", ref, self.alfa.draft("Right number"), "--yes")
        self.alfa.settles(ref, "bravo", "delivered")
        self.assertEqual(self.bravo.json("show", ref)["summary"]["title"], "Right number")
        history = self.bravo.json("history", ref)
        self.assertEqual([one["state"] for one in history["items"]], ["recalled", "active"])
        self.assertEqual([one["content"] for one in history["items"]], [False, True])
        self.assertEqual([one["grade"] for one in history["recalls"]], ["correct"])
        # Who read the wrong number has to notice, although the right one is here.
        taken = {item["ref"]: item for item in self.bravo.json("inbox")["recalled"]}
        self.assertEqual((taken[ref]["recalled"], taken[ref]["state"]), ("correct: error", "active"))
        self.assertRegex(self.bravo.run("inbox"),
                         rf"(?m)^RECALLED {ref} \(correct: error\) from alfa, now revision 2: ")

    def test_a_withdrawn_item_has_no_next_revision(self):
        ref = self.delivered("The end")
        self.recall(ref)
        done = self.alfa.call("revise", ref, self.alfa.draft("More"), "--yes")
        self.assert_problem(done, 1, "FW-PUB-023")

    def test_who_has_it_is_shown_before_the_question(self):
        ref = self.delivered("Asked first")
        done = self.alfa.call("recall", ref, "--reason", "legal")
        self.assert_problem(done, 1, "FW-CLI-003", "--yes")
        self.assertRegex(done.stdout, r"WHO HAS IT\s+REVISION\s+STATE\s+WHAT HAPPENS")
        self.assertRegex(done.stdout, r"bravo\s+1\s+delivered\s+is told at once")
        self.assertEqual(self.bravo.json("show", ref)["summary"]["state"], "active")

    def test_wrong_words_are_usage_errors_that_name_the_right_ones(self):
        for words, likely in ((("--reason", "sorce-protection"), "source-protection"),
                              (("--reason", "legal", "--grade", "withdrawn"), "withdraw")):
            with self.subTest(words):
                done = self.alfa.call("recall", "B-0000-0000", *words, "--yes")
                self.assert_problem(done, 2, "FW-USE-003", f'Did you mean "{likely}"?',
                                    "It is one of:")
        self.assert_problem(self.alfa.call("recall", "B-0000-0000", "--yes"), 2, "FW-USE-003",
                            "--reason is missing", "sent-in-error")
        narrowed = self.alfa.call("recall", "B-0000-0000", "--reason", "narrowed", "--yes")
        self.assert_problem(narrowed, 2, "FW-USE-003")

    def test_what_cannot_be_recalled_says_why(self):
        self.assert_problem(self.alfa.call("recall", "B-0000-0000", "--reason", "legal", "--yes"), 3,
                            "FW-ITEM-001")
        ref = self.delivered("Not theirs")
        self.assert_problem(self.bravo.call("recall", ref, "--reason", "legal", "--yes"), 1,
                            "FW-RECALL-002")
        self.recall(ref)
        self.assert_problem(self.alfa.call("recall", ref, "--reason", "legal", "--yes"), 1,
                            "FW-RECALL-003")
        long_note = ("--note", "x" * 1001)
        self.assert_problem(self.alfa.call("recall", ref, "--reason", "legal", "--purge", "--yes",
                                           *long_note), 1, "FW-RECALL-004")

    def test_a_dead_peer_is_waited_for_and_confirms_when_it_returns(self):
        ref = self.delivered("While they sleep")
        self.bravo.stop()
        try:
            self.recall(ref)
            waiting = self.alfa.call("where", ref, "--wait", "1s")
            self.assertEqual(waiting.returncode, 9, waiting.stderr)
            self.assertIn("Partial: no word yet from bravo.", waiting.stderr)
            self.assertRegex(waiting.stdout, r"bravo\s+recall (waiting|sent, not confirmed) for ")
            self.assertIn(self.alfa.copy(ref, "bravo")["state"], ("recall-waiting", "recall-sent"))
        finally:
            self.bravo.start()
        self.alfa.settles(ref, "bravo", "recalled")
        self.assertEqual(self.bravo.json("show", ref)["fields"], [])


class Revision(Pair):
    def tearDown(self):
        if self.alfa.json("policy", "show")["text"] != OPEN_POLICY:
            self.alfa.apply(OPEN_POLICY)

    def test_a_narrower_revision_says_beforehand_whom_it_is_recalled_from_and_recalls_it(self):
        self.alfa.apply(GREEN_ONLY)
        ref = self.delivered("For everybody")
        draft = self.alfa.draft("For few", tlp="AMBER")
        preview = self.alfa.json("revise", ref, draft, "--preview")
        verdict, = preview["items"]
        self.assertEqual((verdict["peer"], verdict["release"], verdict["recalled"]),
                         ("bravo", False, True))
        self.assertIn("Recalled from bravo", self.alfa.run("revise", ref, draft, "--preview"))
        self.alfa.run("revise", ref, draft, "--yes", "--if-preview", preview["hash"])
        self.alfa.settles(ref, "bravo", "recalled")
        there = self.bravo.json("show", ref)
        self.assertEqual((there["recall"]["reason"], there["fields"]), ("narrowed", []))

    def test_a_first_publication_is_never_a_recall(self):
        preview = self.alfa.json("publish", self.alfa.draft("New", tlp="AMBER"), "--preview")
        self.assertEqual([one["recalled"] for one in preview["items"]], [False])

    def test_an_old_preview_is_refused_or_shown_as_different(self):
        ref = self.delivered("Previewed")
        draft = self.alfa.draft("Previewed again")
        agreed = self.alfa.json("revise", ref, draft, "--preview")["hash"]
        same = self.alfa.call("revise", ref, draft, "--preview", "--if-preview", agreed, "--exit-code")
        self.assertEqual(same.returncode, 0, same.stderr)
        self.alfa.run("revise", ref, self.alfa.draft("Somebody was faster"), "--yes")
        other = self.alfa.call("revise", ref, draft, "--preview", "--if-preview", agreed,
                               "--exit-code")
        self.assertEqual(other.returncode, 10, other.stderr)
        stale = self.alfa.call("revise", ref, draft, "--yes", "--if-preview", agreed)
        self.assert_problem(stale, 7, "FW-PUB-020", "revise REF FILE --preview")


class Held(Pair):
    """The policy leaves persons out; the text names one all the same."""
    NAME = "Janet Quayle"

    def setUp(self):
        self.alfa.apply(OPEN_POLICY.replace("  because", "  with    redact persons.*\n  because"))

    def tearDown(self):
        self.alfa.apply(OPEN_POLICY)

    def held(self, title):
        ref = self.alfa.publish(title, body=f"Seen with {self.NAME}.", persons=[self.NAME])
        return ref, self.alfa.settles(ref, "bravo", "held")

    def test_a_person_sees_what_is_held_and_why_and_lets_it_go_to_one_peer(self):
        ref, copy = self.held("Held, then let go")
        self.assertTrue(copy["mention"].startswith("persons"), copy)
        self.assertFalse(self.bravo.has(ref))
        line, = [item for item in self.alfa.items("held") if item["item"]["ref"] == ref]
        self.assertEqual((line["peer"], line["label"]), ("bravo", copy["mention"]))
        self.assertRegex(self.alfa.run("held"), rf"{ref}\s+1\s+bravo\s+persons")
        self.assertIn("the text mentions persons", self.alfa.run("where", ref))

        asked = self.alfa.call("release", ref, "--peer", "bravo")
        self.assert_problem(asked, 1, "FW-CLI-003")
        done = self.alfa.json("release", ref, "--peer", "bravo", "--yes")
        self.assertEqual((done["kind"], done["ref"], done["revision"], done["peer"], done["label"]),
                         ("HeldReleased", ref, 1, "bravo", copy["mention"]))
        self.alfa.settles(ref, "bravo", "delivered")
        fields = {field["label"]: field["text"] for field in self.bravo.json("show", ref)["fields"]}
        self.assertIn(self.NAME, fields["body"])
        self.assertFalse([label for label in fields if label.startswith("persons")])
        leaf = self.alfa.events("hold.released")[-1]
        self.assertEqual((leaf["actor"], leaf["objects"][0]), ("duty", ref))

    def test_or_revises_the_text(self):
        ref, _ = self.held("Held, then revised")
        self.alfa.run("revise", ref, self.alfa.draft("Revised", persons=[self.NAME]), "--yes")
        self.alfa.settles(ref, "bravo", "delivered")
        self.assertNotIn(ref, [item["item"]["ref"] for item in self.alfa.items("held")])

    def test_what_is_not_held_cannot_be_let_go(self):
        ref = self.alfa.publish("Free to go")
        self.alfa.settles(ref, "bravo", "delivered")
        self.assert_problem(self.alfa.call("release", ref, "--peer", "bravo", "--yes"), 1,
                            "FW-HELD-003")
        self.assert_problem(self.alfa.call("release", ref, "--peer", "nobody", "--yes"), 3,
                            "FW-HELD-002")
        self.assert_problem(self.alfa.call("release", ref, "--yes"), 2, "FW-USE-003", "--peer")
        ref, _ = self.held("Held at one revision")
        self.assert_problem(self.alfa.call("release", ref, "--peer", "bravo", "--revision", "2",
                                           "--yes"), 7, "FW-HELD-004")


class Terms(Pair):
    def test_the_recipient_reads_its_terms_in_sentences(self):
        ref = self.delivered("With terms", onward="none", expires="2030-01-02T03:04:05Z")
        words = self.bravo.run("show", ref)
        self.assertIn("You may pass it on: no.", words)
        self.assertIn("Keep it until: 2030-01-02 03:04:05 UTC; then it is erased here.", words)
        self.assertIn("Treat it as at least TLP:GREEN and PAP:AMBER.", words)
        self.assertNotIn("You may pass it on", self.alfa.run("show", ref))


class Watch(Pair):
    def begin(self, node, *words):
        process = subprocess.Popen([node.fairway, "watch", "--interval", "100ms", *words, "--data",
                                    str(node.data)], stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.stderr.close)
        self.addCleanup(process.kill)
        return process

    def test_what_comes_is_a_line_each_and_ctrl_c_ends_with_0(self):
        watching = self.begin(self.bravo)
        self.assertIn("Ctrl-C ends", watching.stderr.readline())
        ref = self.delivered("Watched")
        self.assertRegex(watching.stdout.readline(), rf"NEW       REAL  TLP:GREEN  {ref}  bulletin, "
                         r"routine  alfa  Watched")
        self.alfa.run("revise", ref, self.alfa.draft("Watched again"), "--yes")
        self.assertRegex(watching.stdout.readline(), rf"REVISED   .*{ref}.*Watched again")
        self.recall(ref)
        self.assertRegex(watching.stdout.readline(),
                         rf"RECALLED  .*{ref}.*\(withdraw: source-protection\)")
        watching.send_signal(signal.SIGINT)
        self.assertEqual(watching.wait(timeout=30), 0)

    def test_for_machines_each_line_is_an_event_and_count_ends_it(self):
        watching = self.begin(self.bravo, "--count", "2", "-o", "jsonl")
        lines = []
        reader = threading.Thread(target=lambda: lines.extend(watching.stdout))
        reader.start()
        # Nothing says when it has begun to watch, so until it ends there is always one more.
        refs = []

        def ended():
            refs.append(self.delivered(f"Event {len(refs)}"))
            return watching.poll() is not None
        wait_for("the watcher ends by itself", ended)
        reader.join()
        events = [json.loads(line) for line in lines]
        self.assertEqual([event["what"] for event in events], ["item", "item"])
        self.assertLessEqual({event["item"]["ref"] for event in events}, set(refs))
        self.assertEqual(watching.returncode, 0)

    def test_looking_again_and_again_leaves_no_audit_entry_but_seeing_does(self):
        watching = self.begin(self.bravo, "--count", "1")
        watching.stderr.readline()
        before = self.bravo.json("status")["audit_size"]
        time.sleep(1)  # ten polls, of which nothing can be seen from outside
        self.assertEqual(self.bravo.json("status")["audit_size"], before)
        ref = self.delivered("Seen")
        self.assertEqual(watching.wait(timeout=30), 0)
        leaf = [event for event in self.bravo.events("items.listed")
                if {"name": "method", "value": "/fairway.v1.Desk/Watch"} in event["detail"]][-1]
        self.assertEqual(leaf["objects"], [ref])


if __name__ == "__main__":
    raise SystemExit("run tests/integration/run")
