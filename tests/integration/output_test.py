"""What programs and people read: JSON that parses, exit codes, help, no colour where none is wanted."""
import json
import os
import pathlib
import pty
import re
import subprocess

from world import OPEN_POLICY, PROGRAMS, NodeTest

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]

LISTINGS = (
    ("inbox", "Inbox"), ("list", "ItemList"), ("peer list", "PeerList"), ("user list", "UserList"),
    ("audit list", "AuditEvents"), ("doctor", "DoctorReport"), ("held", "HeldList"),
)
SINGLE = (("status", "Status"), ("policy show", "Policy"), ("audit verify", "AuditVerification"),
          ("audit checkpoint", "Checkpoint"), ("policy test", "PolicyTest"))


def fairway(*words, **more):
    return subprocess.run([PROGRAMS.fairway, *words], stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, timeout=30, **more)


class ForMachines(NodeTest):
    nodes = ("alfa", "bravo")
    pairs = (("alfa", "bravo"),)
    policy = OPEN_POLICY

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Whatever an officer may type: quotes, other scripts, a right-to-left word, an astral sign.
        cls.title = "Zoë said 'no' — نعم 港 🚢"
        cls.ref = cls.alfa.publish(cls.title)
        cls.alfa.settles(cls.ref, "bravo", "delivered")

    def one_object(self, node, *words):
        done = node.call(*words, "-o", "json")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stdout.count("\n"), 1, "one object on one line")
        parsed = json.loads(done.stdout)
        self.assertEqual(parsed["api_version"], "fairway.cli/v1")
        return parsed

    def test_every_listing_is_one_json_object_with_items(self):
        for command, kind in LISTINGS:
            with self.subTest(command):
                listing = self.one_object(self.bravo, *command.split())
                self.assertEqual(listing["kind"], kind)
                self.assertIsInstance(listing["items"], list)

    def test_every_listing_as_jsonl_is_one_object_a_line_and_the_same_ones(self):
        for command, _ in LISTINGS:
            if command == "audit list":
                continue  # listing it adds to it
            with self.subTest(command):
                lines = self.bravo.run(*command.split(), "-o", "jsonl").splitlines()
                items = self.one_object(self.bravo, *command.split())["items"]
                self.assertEqual(len(lines), len(items))
                for line, item in zip(lines, items):
                    self.assertEqual(json.loads(line).keys(), item.keys())

    def test_every_other_answer_is_one_json_object(self):
        for command, kind in SINGLE:
            with self.subTest(command):
                self.assertEqual(self.one_object(self.alfa, *command.split())["kind"], kind)
        for words, kind in ((("show", self.ref), "Item"), (("where", self.ref), "Where"),
                            (("history", self.ref), "History"),
                            (("peer", "show", "bravo"), "Peer"),
                            (("policy", "explain", self.ref, "--peer", "bravo"),
                             "PolicyExplanation")):
            with self.subTest(words[0]):
                self.assertEqual(self.one_object(self.alfa, *words)["kind"], kind)

    def test_text_of_any_script_comes_through_unchanged(self):
        self.assertEqual(self.one_object(self.bravo, "show", self.ref)["summary"]["title"], self.title)

    def test_a_failure_is_an_error_object_on_stdout_and_words_on_stderr(self):
        for output in ("json", "jsonl"):
            for words, exit_code in ((("show", "B-0000-0000"), 3), (("peer", "show", "nobody"), 3),
                                     (("publish", "/nowhere.md"), 3), (("shwo",), 2),
                                     (("show",), 2), (("list", "--limit", "many"), 2)):
                with self.subTest(f"{output} {words}"):
                    done = self.alfa.call(*words, "-o", output)
                    self.assertNotEqual(done.returncode, 0)
                    error = json.loads(done.stdout)["error"]
                    self.assertRegex(error["code"], r"^FW-[A-Z]+-\d{3}$")
                    self.assertTrue(error["message"])
                    self.assertTrue(error["next"], "a next step")
                    self.assertIn(f"error[{error['code']}]: ", done.stderr)
                    self.assertEqual(done.returncode, exit_code)


class ForPeople(NodeTest):
    def commands(self):
        """Every command, as the overview lists them."""
        overview = fairway("--help").stdout
        listed = overview.split("\nCommands\n")[1].split("\n\n")[0].splitlines()
        names = [line[2:20].strip() for line in listed]
        self.assertIn("peer invite", names)
        return names

    def test_help_of_every_command_says_what_it_does_and_then_shows_an_example(self):
        for command in self.commands():
            with self.subTest(command):
                done = fairway(*command.split(), "--help")
                self.assertEqual((done.returncode, done.stderr), (0, ""))
                lines = done.stdout.splitlines()
                self.assertRegex(lines[0], r"^[A-Z].{10,}$")
                self.assertEqual(lines[1:3], ["", "Examples"])
                self.assertTrue(lines[3].startswith(f"  fairway {command}"), lines[3])
                self.assertIn(f"Usage: fairway {command}", done.stdout)

    def test_help_needs_no_node_and_groups_have_help_too(self):
        for words in ((), ("--help",), ("help",), ("peer",), ("peer", "--help"), ("help", "policy"),
                      ("help", "exit-codes"), ("help", "FW-PUB-006"), ("--version",)):
            with self.subTest(words):
                done = fairway(*words, "--data", "/nowhere")
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertTrue(done.stdout)

    def test_unknown_commands_and_flags_end_with_2_and_the_likely_word(self):
        for words, likely in ((("pubish", "x"), "publish"), (("peer", "invte"), "peer invite"),
                              (("publish", "x", "--previw"), "--preview"),
                              (("list", "--limt", "3"), "--limit")):
            with self.subTest(words):
                self.assert_problem(fairway(*words), 2, "FW-USE-00[12]", f'Did you mean "{likely}"?')

    def test_missing_and_superfluous_arguments_end_with_2(self):
        for words in (("publish",), ("show", "a", "b"), ("list", "--limit"),
                      ("list", "-o", "yaml"), ("status", "--timeout", "soon")):
            with self.subTest(words):
                self.assert_problem(fairway(*words), 2, "FW-USE-003")

    def test_every_code_that_the_sources_name_has_a_page_and_every_page_a_source(self):
        sources = "".join(
            path.read_text() for room in ("node", "tools", "crypto", "policy")
            for path in (REPOSITORY / room).rglob("*")
            if path.suffix in (".cc", ".h") and not path.stem.endswith("_test")
            and path.name != "error_catalogue.cc")
        named = set(re.findall(r"FW-[A-Z]+-[0-9]{3}", sources))
        self.assertGreater(len(named), 100, "the sources are not where they were")
        catalogue = (REPOSITORY / "tools" / "fairway" / "error_catalogue.cc").read_text()
        pages = set(re.findall(r'\{"(FW-[A-Z]+-[0-9]{3})"', catalogue))
        self.assertEqual(named - pages, set(), "these have no page")
        self.assertEqual(pages - named, set(), "nothing says these any more")

    def test_a_code_has_a_page_with_a_next_step(self):
        for code in ("FW-DOC-003", "FW-PUB-005", "FW-CALL-003", "FW-NODE-001", "FW-RECALL-002",
                     "FW-RCV-019", "FW-HELD-003"):
            with self.subTest(code):
                done = fairway("help", code)
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertIn("→", done.stdout)

    def test_a_shell_completes_commands_and_flags(self):
        script = fairway("completion", "bash").stdout
        for words, wanted in (("fairway rec", {"recall"}), ("fairway peer in", {"invite"}),
                              ("fairway recall B-7K3Q-8M2V --rea", {"--reason"}),
                              ("fairway --data /x -o json policy app", {"apply", "approve"})):
            with self.subTest(words):
                done = subprocess.run(
                    ["bash", "-c", script + "COMP_WORDS=($1); COMP_CWORD=$((${#COMP_WORDS[@]} - 1))\n"
                     '_fairway; printf "%s\n" "${COMPREPLY[@]}"', "bash", words],
                    capture_output=True, text=True, timeout=30)
                self.assertEqual((done.returncode, done.stderr), (0, ""))
                self.assertEqual(set(done.stdout.split()), wanted)
        for shell in ("zsh", "fish"):
            self.assertIn("recall", fairway("completion", shell).stdout)
        self.assert_problem(fairway("completion", "tcsh"), 2, "FW-USE-003", "bash, zsh or fish")

    def on_a_terminal(self, words, **environment):
        """What a command writes to a terminal of its own."""
        primary, secondary = pty.openpty()
        try:
            process = subprocess.Popen(
                [PROGRAMS.fairway, *words, "--data", str(self.alfa.data)], stdin=secondary,
                stdout=secondary, stderr=secondary,
                env={"PATH": os.environ["PATH"], "TERM": "xterm", **environment})
            os.close(secondary)
            written = b""
            while True:
                try:
                    chunk = os.read(primary, 65536)
                except OSError:  # how Linux says that the other end is closed
                    break
                if not chunk:
                    break
                written += chunk
            process.wait(timeout=30)
            return written
        finally:
            os.close(primary)

    def test_colour_is_for_terminals_and_not_where_no_color_is_set(self):
        self.assertIn(b"\x1b[", self.on_a_terminal(("doctor",)))
        self.assertNotIn(b"\x1b[", self.on_a_terminal(("doctor",), NO_COLOR="1"))
        self.assertNotIn(b"\x1b[", self.on_a_terminal(("doctor", "--color", "never")))
        piped = subprocess.run([PROGRAMS.fairway, "doctor", "--data", str(self.alfa.data)],
                               capture_output=True, env={"PATH": os.environ["PATH"]})
        self.assertNotIn(b"\x1b[", piped.stdout + piped.stderr)

    def test_a_question_on_a_pipe_is_never_answered_by_itself(self):
        before = self.alfa.json("status")["items"]
        self.assert_problem(self.alfa.call("publish", self.alfa.draft("Asked")), 1, "FW-CLI-003",
                            "--yes")
        self.assertEqual(self.alfa.json("status")["items"], before)

    def test_a_preview_publishes_nothing_and_an_old_one_is_refused(self):
        before = self.alfa.json("status")["items"]
        draft = self.alfa.draft("Previewed")
        self.alfa.run("publish", draft, "--preview")
        stale = self.alfa.call("publish", draft, "--yes", "--if-preview", "0" * 64)
        self.assert_problem(stale, 7, "FW-PUB-020")
        self.assertEqual(self.alfa.json("status")["items"], before)

    def test_what_is_not_there_ends_with_3(self):
        for words in (("show", "B-0000-0000"), ("where", "B-0000-0000"), ("peer", "show", "nobody"),
                      ("attachment", "B-0000-0000", "1", "--out", "/tmp/x"), ("help", "FW-NOT-000")):
            with self.subTest(words):
                self.assert_problem(self.alfa.call(*words), 3, "FW-[A-Z]+-[0-9]{3}")

    def test_an_existing_file_is_never_overwritten(self):
        kept = self.alfa.write("kept.fwinvite", "mine")
        done = self.alfa.call("peer", "invite", "kept", "--out", kept)
        self.assert_problem(done, 7, "FW-CLI-004")
        with open(kept) as file:
            self.assertEqual(file.read(), "mine")
        self.alfa.call("peer", "remove", "kept", "--yes")


if __name__ == "__main__":
    raise SystemExit("run tests/integration/run")
