"""What an officer or administrator gets wrong: a clear error, nothing stored, the node goes on."""
import os
import shutil

import subprocess

from world import NOTHING_POLICY, OPEN_POLICY, PROGRAMS, Node, NodeTest, introduce, wait_for

BODY_LIMIT = 256 * 1024
ATTACHMENT_LIMIT = 1024 * 1024

CAP = """<?xml version="1.0" encoding="UTF-8"?>{doctype}
<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2">
  <identifier>A-1</identifier><sender>ops@airport.example</sender>
  <sent>2026-11-20T14:39:01-04:00</sent><status>Actual</status><msgType>Alert</msgType>{scope}
  <info><language>en</language><category>Security</category><event>Fence cut</event>
    <urgency>Immediate</urgency><severity>Severe</severity><certainty>Observed</certainty>
    <headline>Fence cut at the apron</headline></info>
</alert>
"""


class Documents(NodeTest):

    def setUp(self):
        self.before = self.alfa.json("status")["items"]

    def tearDown(self):
        self.assertTrue(self.alfa.runs(), self.alfa.tail())

    def refused(self, path, code, *words, more=()):
        said = self.assert_problem(self.alfa.call("publish", path, "--yes", *more), 1, code, *words)
        self.assertEqual(self.alfa.json("status")["items"], self.before, "something was stored")
        return said

    def test_an_unknown_key_is_named_with_its_place_and_the_likely_word(self):
        path = self.alfa.draft("Key", precedense="flash")
        self.refused(path, "FW-DOC-003", ":6:1:", 'unknown key "precedense"',
                     'did you mean "precedence"?')

    def test_an_unknown_word_is_answered_with_the_known_ones(self):
        self.refused(self.alfa.draft("Word", tlp="AMBR"), "FW-DOC-004", "AMBR", 'did you mean "AMBER"')

    def test_two_tlp_lines_are_refused(self):
        path = self.alfa.write("two.md", '+++\ntitle = "x"\ntlp = "GREEN"\ntlp = "RED"\n+++\nText.\n')
        self.refused(path, "FW-DOC-002", '"tlp" is there twice')

    def test_a_list_of_tlps_is_refused(self):
        self.refused(self.alfa.draft("List", tlp=["GREEN", "RED"]), "FW-DOC-004", "exactly one TLP")

    def test_a_tlp_on_the_command_line_never_overrules_the_file(self):
        self.refused(self.alfa.draft("Both", tlp="RED", named=["alfa"]), "FW-DOC-006", "TLP:RED",
                     "TLP:GREEN", more=("--tlp", "GREEN"))

    def test_no_tlp_is_refused(self):
        self.refused(self.alfa.draft("None", tlp=None), "FW-PUB-002")

    def test_red_needs_named_recipients(self):
        self.refused(self.alfa.draft("Red", tlp="RED"), "FW-PUB-006", "TLP:RED needs named")

    def test_red_named_to_any_member_is_refused(self):
        self.refused(self.alfa.draft("Red all", tlp="RED", named=["ANY-MEMBER"]), "FW-PUB-(006|008|011)")

    def test_a_recipient_nobody_knows_is_refused(self):
        self.refused(self.alfa.draft("Unknown", audience=["no-such-port"]), "FW-PUB-011",
                     "no-such-port")

    def test_an_imo_number_with_a_wrong_check_digit_is_refused_with_the_reason(self):
        self.refused(self.alfa.draft("IMO", vessel_imo=["9074728"]), "FW-PUB-005", "9074728",
                     "check digit", "--accept-unchecked")

    def test_a_container_number_with_a_wrong_check_digit_is_refused_with_the_reason(self):
        self.refused(self.alfa.draft("Box", containers=["CSQU3054384"]), "FW-PUB-005",
                     "CSQU3054384", "check digit")

    def test_numbers_insisted_on_are_published_and_shown_as_unchecked(self):
        ref = self.alfa.publish("Insists", "--accept-unchecked", vessel_imo=["9074728"],
                                containers=["CSQU3054384"])
        shown = self.alfa.run("show", ref)
        for number in ("9074728", "CSQU3054384"):
            self.assertRegex(shown, rf"{number} \(unchecked\)")

    def test_a_correct_number_is_not_called_unchecked(self):
        ref = self.alfa.publish("Correct", "--accept-unchecked", vessel_imo=["9074729"])
        self.assertNotIn("unchecked", self.alfa.run("show", ref))

    def test_a_body_of_256_kib_is_published_and_comes_back_whole(self):
        body = ("0123456789abcde\n" * (BODY_LIMIT // 16))[:BODY_LIMIT - 1]
        ref = self.alfa.publish("Long", body=body)  # draft() ends the last line
        fields = {field["label"]: field["text"] for field in self.alfa.json("show", ref)["fields"]}
        self.assertEqual(fields["body"].rstrip("\n"), body.rstrip("\n"))
        self.assertGreaterEqual(len(fields["body"]), BODY_LIMIT - 1)

    def test_a_body_of_one_byte_more_is_refused(self):
        path = self.alfa.draft("Longer", body="x" * BODY_LIMIT + "y")
        self.refused(path, "FW-PUB-004", str(BODY_LIMIT))

    def test_a_file_beyond_any_item_is_not_read(self):
        self.refused(self.alfa.draft("Huge", body="x" * (2 << 20)), "FW-CLI-002", "1048576")

    def test_bytes_that_are_not_utf8_are_refused_with_their_place(self):
        path = self.alfa.write("latin1.md", b'+++\ntitle = "x"\ntlp = "GREEN"\n+++\nabc \xe9t\xe9\n')
        self.refused(path, "FW-PUB-003", "body", "byte")

    def test_bytes_that_are_not_utf8_in_the_front_matter_are_refused(self):
        path = self.alfa.write("latin2.md", b'+++\ntitle = "\xe9t\xe9"\ntlp = "GREEN"\n+++\nabc\n')
        self.refused(path, "FW-(DOC-002|PUB-003)")

    def test_an_escape_sequence_never_reaches_the_terminal(self):
        path = self.alfa.write("esc.md", b'+++\ntitle = "a\x1b[2Jb"\ntlp = "GREEN"\n+++\nabc\n')
        said = self.refused(path, "FW-(DOC-002|PUB-003)")
        self.assertNotIn("\x1b", said)

    def test_a_cap_alert_with_a_doctype_is_refused_unparsed(self):
        bomb = '<!DOCTYPE alert [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
        path = self.alfa.write("xxe.cap", CAP.format(doctype=bomb, scope="<scope>Public</scope>"))
        said = self.refused(path, "FW-CAP-003", more=("--tlp", "GREEN"))
        self.assertNotIn("root:", said)

    def test_a_cap_alert_without_scope_is_refused_with_the_path(self):
        path = self.alfa.write("scope.cap", CAP.format(doctype="", scope=""))
        self.refused(path, "FW-CAP-005", "/alert/scope", more=("--tlp", "GREEN"))

    def test_a_cap_alert_without_a_tlp_is_refused(self):
        path = self.alfa.write("plain.cap", CAP.format(doctype="", scope="<scope>Public</scope>"))
        self.refused(path, "FW-PUB-002", "--tlp")

    def test_an_attachment_of_1_mib_is_kept_and_one_byte_more_is_refused(self):
        path = self.alfa.draft("Attached")
        for size in (ATTACHMENT_LIMIT, ATTACHMENT_LIMIT + 1):
            self.alfa.write(f"a{size}.bin", os.urandom(size))
        self.refused(path, "FW-PUB-007", str(ATTACHMENT_LIMIT),
                     more=("--attach", str(self.alfa.home / f"a{ATTACHMENT_LIMIT + 1}.bin")))
        kept = self.alfa.home / f"a{ATTACHMENT_LIMIT}.bin"
        ref = self.alfa.json("publish", path, "--yes", "--attach", str(kept))["ref"]
        out = self.alfa.home / "out.bin"
        self.alfa.run("attachment", ref, "1", "--out", str(out))
        self.assertEqual(out.read_bytes(), kept.read_bytes())

    def test_an_empty_attachment_is_refused(self):
        empty = self.alfa.write("empty.bin", b"")
        self.refused(self.alfa.draft("Empty"), "FW-PUB-007", more=("--attach", empty))

    def test_a_folder_or_a_missing_file_is_no_item(self):
        self.assert_problem(self.alfa.call("publish", str(self.home), "--yes"), 1, "FW-CLI-002")
        self.assert_problem(self.alfa.call("publish", "/nowhere.md", "--yes"), 3, "FW-CLI-001")


class Policies(NodeTest):

    def assert_unchanged_by(self, text, *words, code="FW-POL-001"):
        before = self.alfa.json("policy", "show")
        done = self.alfa.call("policy", "apply", self.alfa.write("bad.fpol", text), "--reason", "x",
                              "--yes")
        self.assert_problem(done, 1, code, *words)
        self.assertEqual(self.alfa.json("policy", "show"), before)

    def test_a_policy_with_a_typo_changes_nothing_and_points_at_it(self):
        self.assert_unchanged_by(
            OPEN_POLICY.replace("any item", "items   where item.tlp at most AMBR"),
            "bad.fpol:5:", "AMBR", "AMBER", "^")

    def test_a_policy_whose_own_test_fails_changes_nothing(self):
        self.assert_unchanged_by(NOTHING_POLICY + """
test "this does not hold"
  peer { type: port-police } action replicate
  item { kind: lesson, tlp: CLEAR, state: active }
  expect release
""")

    def test_a_policy_for_a_peer_nobody_knows_changes_nothing(self):
        self.assert_unchanged_by(OPEN_POLICY.replace("any peer", "peer no-such-port"), "no-such-port")

    def test_a_policy_that_is_not_text_changes_nothing(self):
        self.assert_unchanged_by(b"\xff policy", code="FW-CLI-007")


class Starting(NodeTest):

    def daemon(self, *arguments, data=None):
        return subprocess.run([PROGRAMS.fairwayd, "--data", str(data or self.alfa.data), *arguments],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=30)

    def test_a_wrong_passphrase_opens_nothing(self):
        wrong = self.alfa.write("wrong", "not the passphrase\n")
        said = self.assert_problem(self.daemon("--passphrase-file", wrong), 1, "FW-KEY-004",
                                   "does not open")
        self.assertNotIn("not the passphrase", said)

    def test_a_wrong_key_file_opens_nothing(self):
        for name, content in (("other.key", os.urandom(32)), ("short.key", os.urandom(31)),
                              ("long.key", os.urandom(33))):
            with self.subTest(name):
                self.assert_problem(self.daemon("--key-file", self.alfa.write(name, content)), 1,
                                    "FW-KEY-004")

    def test_a_folder_without_a_node_says_how_to_make_one(self):
        self.assert_problem(self.daemon("--key-file", str(self.alfa.key), data=self.home), 1,
                            "FW-CFG-001", "fairway init")

    def test_a_second_fairwayd_over_the_same_node_is_refused_and_harms_nobody(self):
        done = self.daemon(*self.alfa.unlock)
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        self.assertRegex(done.stderr, r"^error\[FW-")
        self.assertTrue(self.alfa.runs())
        self.alfa.json("status")

    def test_init_never_overwrites(self):
        files = {path: path.read_bytes() for path in self.alfa.data.iterdir()
                 if path.is_file() and path.name in ("node.key", "root.key", "fairway.toml")}
        self.assertEqual(len(files), 3)
        done = self.alfa.call("init", "--name", "other", "--country", "KE", "--no-input",
                              "--passphrase-file", str(self.alfa.passphrase))
        self.assert_problem(done, 7, "FW-INIT-001", "Nothing is ever overwritten")
        for path, content in files.items():
            self.assertEqual(path.read_bytes(), content)

    def test_a_passphrase_of_seven_bytes_is_too_short(self):
        data = self.home / "short"
        short = self.alfa.write("seven", "1234567\n")
        done = subprocess.run([PROGRAMS.fairway, "init", "--name", "x", "--country", "KE",
                               "--no-input", "--passphrase-file", short, "--data", str(data)],
                              capture_output=True, text=True)
        self.assert_problem(done, 1, "FW-INIT-002")
        self.assertFalse((data / "node.db").exists())

    def test_a_configuration_with_an_unknown_key_is_refused_with_its_place(self):
        data = self.home / "config"
        data.mkdir()
        text = (self.alfa.data / "fairway.toml").read_text()
        (data / "fairway.toml").write_text(text.replace("display_name", "display_nane"))
        said = self.assert_problem(self.daemon("--key-file", str(self.alfa.key), data=data), 1,
                                   "FW-CFG-002", "display_nane", "display_name")
        self.assertRegex(said, r"fairway\.toml:\d+:\d+")


class Databases(NodeTest):
    """Copies of a node that was made and never served."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cold = Node("cold", cls.home)
        if not cls.cold.key.exists():
            cls.cold.init()

    def node(self, name):
        node = Node(name, self.home)
        shutil.copytree(self.cold.home, node.home)
        return node

    def start_fails(self, node, code, *words):
        done = subprocess.run([PROGRAMS.fairwayd, "--data", str(node.data), *node.unlock],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=30)
        return self.assert_problem(done, 1, code, *words)

    def test_a_database_of_a_newer_version_is_refused_and_left_alone(self):
        node = self.node("newer")
        was = subprocess.run([PROGRAMS.set_schema_version, node.data, node.key, "1000"], check=True,
                             capture_output=True, text=True).stdout.strip()
        before = (node.data / "node.db").read_bytes()
        self.start_fails(node, "FW-DB-003", "1000", was)
        self.assertEqual((node.data / "node.db").read_bytes(), before)

    def test_a_damaged_database_is_refused(self):
        node = self.node("damaged")
        database = bytearray((node.data / "node.db").read_bytes())
        database[100] ^= 1
        (node.data / "node.db").write_bytes(database)
        self.start_fails(node, "FW-DB-00[12]")

    def test_a_damaged_key_file_is_refused(self):
        node = self.node("keyless")
        (node.data / "node.key").write_bytes(b"\0" * 100)
        self.start_fails(node, "FW-KEY-005", "node.key")


class Invitations(NodeTest):
    nodes = ("alfa", "bravo", "charlie")

    def tearDown(self):
        for node in (self.alfa, self.bravo, self.charlie):
            known = node.json("peer", "list")
            for peer in [*known["items"], *known["invitations"]]:
                if peer.get("state") != "removed":
                    node.run("peer", "remove", peer["name"], "--yes")

    def test_an_invitation_works_once(self):
        invitation = introduce(self.alfa, self.bravo)
        done = self.charlie.call("peer", "accept", str(invitation), "--name", "alfa")
        self.assert_problem(done, 6, "FW-PEER-007", "no invitation is open there")
        names = [peer["name"] for peer in self.alfa.items("peer", "list")]
        self.assertEqual(names, ["bravo"])
        wait_for("the second answer is in the audit log", lambda: [
            event for event in self.alfa.events("peer.refused") if event["reason"] == "join-closed"])

    def test_a_used_invitation_is_refused_while_another_is_open(self):
        used = introduce(self.charlie, self.bravo)
        open_one = self.charlie.home / "open.fwinvite"
        self.charlie.run("peer", "invite", "echo", "--out", str(open_one))
        done = self.alfa.call("peer", "accept", str(used), "--name", "charlie")
        self.assertNotEqual(done.returncode, 0)
        self.assertRegex(done.stderr, r"^error\[FW-PEER-")
        self.assertEqual([peer["name"] for peer in self.charlie.items("peer", "list")], ["bravo"])
        wait_for("the second answer is in the audit log", lambda: [
            event for event in self.charlie.events("peer.refused")
            if event["reason"].startswith("join")])

    def test_an_altered_invitation_is_refused(self):
        path = self.alfa.home / "altered.fwinvite"
        self.alfa.run("peer", "invite", "delta", "--out", str(path))
        text = path.read_text()
        at = len(text) // 2
        path.write_text(text[:at] + ("A" if text[at] != "A" else "B") + text[at + 1:])
        done = self.charlie.call("peer", "accept", str(path), "--name", "alfa")
        self.assertNotEqual(done.returncode, 0)
        self.assertRegex(done.stderr, r"^error\[FW-PEER-")

    def test_wrong_check_words_confirm_nobody(self):
        path = self.alfa.home / "words.fwinvite"
        self.alfa.run("peer", "invite", "charlie", "--out", str(path))
        words = self.charlie.json("peer", "accept", str(path), "--name", "alfa")["check_words"]
        wrong = " ".join([*words[:5], words[0]])
        self.assert_problem(self.alfa.call("peer", "confirm", "charlie", "--words", wrong), 1,
                            "FW-PEER-[0-9]+")
        self.assertNotEqual(self.alfa.json("peer", "show", "charlie")["state"], "active")


if __name__ == "__main__":
    raise SystemExit("run tests/integration/run")
