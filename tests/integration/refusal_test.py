"""Who may not: strangers on the wire and on this machine, users without the role. Each is refused
with a reason and leaves an audit entry."""
import os
import pathlib
import socket
import stat
import subprocess
import threading
import time
import unittest

from world import OPEN_POLICY, PROGRAMS, STRANGER_UID, NodeTest, wait_for
import stranger

OTHER_UID = STRANGER_UID + 1
ALL_ROLES = "officer,commander,administrator,auditor"


class OnTheWire(NodeTest):
    nodes = ("alfa", "bravo")
    pairs = (("alfa", "bravo"),)
    policy = OPEN_POLICY

    def refused_because(self, reason):
        """The newest entry with that reason. Repetitions are folded, so it may be from before."""
        return wait_for(f"an audit entry peer.refused, {reason}",
                        lambda: [event for event in self.alfa.events("peer.refused")
                                 if event["reason"] == reason])[-1]

    def s_client(self, *arguments, seconds=20):
        return subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{self.alfa.port}",
                               *arguments], input=b"", capture_output=True, timeout=seconds)

    def test_a_certificate_that_is_not_pinned_is_refused_and_recorded(self):
        outcome = stranger.knock(self.alfa.port, self.home)
        self.assertFalse(outcome.accepted, outcome.said)
        leaf = self.refused_because("not-pinned")
        self.assertEqual(leaf["outcome"], "refused")
        details = {detail["name"]: detail["value"] for detail in leaf["detail"]}
        self.assertTrue(details["address"].startswith("127.0.0.1:"), details)
        self.assertEqual(len(details["pin"]), 64, "the key that was shown should be recorded")

    def test_tls_1_2_is_refused_and_recorded(self):
        self.assertFalse(stranger.knock(self.alfa.port, self.home, tls12=True).accepted)
        self.refused_because("tls-version")

    def test_a_client_without_a_certificate_is_refused_and_recorded(self):
        self.s_client("-tls1_3", "-alpn", "h2")
        self.refused_because("no-client-certificate")

    def test_a_join_without_an_open_invitation_is_refused_and_recorded(self):
        stranger.knock(self.alfa.port, self.home)  # makes the key
        self.s_client("-tls1_3", "-alpn", "fairway-join/1", "-cert", str(self.home / "stranger.crt"),
                      "-key", str(self.home / "stranger.pem"))
        self.refused_because("join-closed")

    def test_bytes_that_are_not_tls_are_refused_and_recorded(self):
        with socket.create_connection(("127.0.0.1", self.alfa.port), timeout=10) as client:
            client.sendall(b"GET / HTTP/1.1\r\n\r\n")
            while client.recv(4096):
                pass
        self.refused_because("handshake-failed")

    def test_a_hundred_silent_connections_keep_no_peer_out(self):
        idle = [socket.create_connection(("127.0.0.1", self.alfa.port), timeout=10)
                for _ in range(100)]
        try:
            self.bravo.stop()
            self.bravo.start()
            self.alfa.connected("bravo")
            self.bravo.connected("alfa")
        finally:
            for client in idle:
                client.close()

    def test_the_server_shows_tls_1_3_and_nothing_that_names_the_authority_to_a_scanner(self):
        shown = self.s_client("-tls1_3", "-alpn", "h2").stdout
        self.assertIn(b"TLSv1.3", shown)
        self.assertNotIn(b"alfa display", shown)


@unittest.skipUnless(os.geteuid() == 0, "becomes other users, which only root can")
class OnThisMachine(NodeTest):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Binaries may lie where another user cannot reach them.
        program = cls.home / "fairway"
        program.write_bytes(PROGRAMS.fairway.read_bytes())
        program.chmod(0o755)
        cls.alfa.fairway = program

    def refusals_of(self, actor):
        return [event for event in self.alfa.events("call.refused") if event["actor"] == actor]

    def test_a_user_nobody_added_is_refused_and_recorded(self):
        done = self.alfa.call_as(STRANGER_UID, "inbox")
        self.assert_problem(done, 4, "FW-CALL-001", str(STRANGER_UID), "fairway user add")
        leaf = self.refusals_of(f"uid {STRANGER_UID}")[-1]
        self.assertEqual(leaf["objects"], ["/fairway.v1.Desk/Inbox"])

    def test_an_officer_of_this_machine_can_publish_but_not_administer(self):
        self.alfa.run("user", "add", "ana", "--uid", str(OTHER_UID), "--role", "officer")
        draft = self.alfa.draft("By Ana")
        pathlib.Path(draft).chmod(0o644)
        done = self.alfa.call_as(OTHER_UID, "publish", draft, "--yes")
        self.assertEqual(done.returncode, 0, done.stderr)
        published = self.alfa.events("item.published")[-1]
        self.assertEqual((published["actor"], published["role"]), ("ana", "officer"))
        for words in (("peer", "invite", "x", "--out", "-"), ("audit", "list"), ("doctor",),
                      ("user", "add", "eve", "--uid", "1", "--role", "administrator"),
                      ("policy", "apply", draft, "--reason", "x", "--yes")):
            with self.subTest(words[0]):
                before = len(self.refusals_of("ana"))
                done = self.alfa.call_as(OTHER_UID, *words)
                self.assert_problem(done, 5, "FW-CALL-003", "officer")
                self.assertEqual(len(self.refusals_of("ana")), before + 1)

    def test_a_disabled_user_can_do_nothing(self):
        uid = str(OTHER_UID + 1)
        self.alfa.run("user", "add", "rui", "--uid", uid, "--role", "officer")
        self.assertEqual(self.alfa.call_as(uid, "inbox").returncode, 0)
        self.alfa.run("user", "disable", "rui", "--yes")
        self.assert_problem(self.alfa.call_as(uid, "inbox"), 4, "FW-CALL-001", "disabled")

    def test_other_users_of_the_machine_can_read_no_file_of_the_node(self):
        for path in self.alfa.data.iterdir():
            with self.subTest(path.name):
                rights = stat.S_IMODE(path.lstat().st_mode)
                if path.is_socket():
                    continue
                self.assertEqual(rights & 0o077, 0, f"{path} has mode {rights:o}")
        self.assertEqual(stat.S_IMODE(self.alfa.data.stat().st_mode) & 0o066, 0,
                         "others may pass through to the socket, and see nothing")


class Roles(NodeTest):

    def test_a_role_that_is_taken_away_is_gone_at_once(self):
        draft = self.alfa.draft("Before")
        self.alfa.run("publish", draft, "--yes")
        self.alfa.run("user", "role", "duty", "administrator,auditor")
        try:
            before = self.alfa.json("status")["items"]
            done = self.alfa.call("publish", draft, "--yes")
            self.assert_problem(done, 5, "FW-CALL-003", "officer or commander")
            self.assertEqual(self.alfa.json("status")["items"], before)
            leaf = self.alfa.events("call.refused")[-1]
            self.assertEqual((leaf["actor"], leaf["role"]), ("duty", "administrator,auditor"))
            self.assertEqual(leaf["objects"], ["/fairway.v1.Desk/Preview"])
        finally:
            self.alfa.run("user", "role", "duty", ALL_ROLES)
        self.alfa.run("publish", draft, "--yes")

    def test_the_last_administrator_stays(self):
        done = self.alfa.call("user", "role", "duty", "officer")
        self.assert_problem(done, 1, "FW-USER-004")
        self.assert_problem(self.alfa.call("user", "disable", "duty", "--yes"), 1, "FW-USER-004")

    def test_forty_callers_at_once_are_all_answered(self):
        codes = []

        def call():
            codes.append(self.alfa.call("status").returncode)
        callers = [threading.Thread(target=call) for _ in range(40)]
        begun = time.monotonic()
        for caller in callers:
            caller.start()
        for caller in callers:
            caller.join()
        self.assertEqual(codes, [0] * 40)
        self.assertLess(time.monotonic() - begun, 30)


if __name__ == "__main__":
    raise SystemExit("run tests/integration/run")
