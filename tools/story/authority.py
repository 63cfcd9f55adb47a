"""One authority of the demo: its data directory, its fairwayd process, its command line."""
import json
import os
import pathlib
import signal
import socket
import subprocess
import time


class StoryBroken(Exception):
    """An expectation did not hold; the text says which, and what was seen."""


def free_ports(count):
    """Ports that are free now, all held at once so that no two are the same."""
    held = []
    for _ in range(count):
        probe = socket.socket()
        probe.bind(("127.0.0.1", 0))
        held.append(probe)
    ports = [probe.getsockname()[1] for probe in held]
    for probe in held:
        probe.close()
    return ports


class Authority:
    START_SECONDS = 30
    CALL_SECONDS = 60

    def __init__(self, name, display, country, port, home, fairway, fairwayd):
        self.name, self.display, self.country, self.port = name, display, country, port
        self.home = pathlib.Path(home) / name
        self.data = self.home / "data"
        self.log = self.home / "fairwayd.log"
        self.fairway, self.fairwayd = fairway, fairwayd
        self.passphrase = self.home / "passphrase"
        self.unlock = ("--passphrase-file", str(self.passphrase))
        self.process = None

    def init(self, *more):
        self.home.mkdir(parents=True, exist_ok=True)
        self.passphrase.write_text(f"{self.name} demo passphrase, not for real use\n")
        self.passphrase.chmod(0o600)
        self.run("init", "--name", self.name, "--display-name", self.display, "--country",
                 self.country, "--listen", f"127.0.0.1:{self.port}", "--passphrase-file",
                 str(self.passphrase), "--admin", "duty", "--no-input", *more)

    def start(self):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [self.fairwayd, "--data", str(self.data), *self.unlock],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
        deadline = time.monotonic() + self.START_SECONDS
        while self.call("status").returncode != 0:
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise StoryBroken(f"{self.name} does not start\n" + self.log.read_text()[-2000:])
            time.sleep(0.1)

    def kill(self):
        """No goodbye: what a power cut looks like to a process."""
        self.process.kill()
        self.process.wait()
        self.process = None

    def stop(self):
        if self.process is None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None

    def call(self, *arguments):
        """A command to its end, however that is."""
        return subprocess.run([self.fairway, *arguments, "--data", str(self.data)],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=self.CALL_SECONDS, env={**os.environ, "NO_COLOR": "1"})

    def run(self, *arguments):
        """Standard output of a command that must succeed."""
        done = self.call(*arguments)
        if done.returncode != 0:
            raise StoryBroken(f"{self.name}: fairway {' '.join(arguments)} ended with "
                              f"{done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout

    def fails(self, *arguments):
        """What a command that must fail told its user."""
        done = self.call(*arguments)
        if done.returncode == 0:
            raise StoryBroken(f"{self.name}: fairway {' '.join(arguments)} should have been refused"
                              f"\n{done.stdout}")
        return done.stderr

    def json(self, *arguments):
        return json.loads(self.run(*arguments, "-o", "json"))

    def items(self, *arguments):
        return self.json(*arguments)["items"]

    def wait_connected(self, count, seconds):
        deadline = time.monotonic() + seconds
        while True:
            status = self.json("status")
            if status["peers_connected"] >= count:
                return
            if time.monotonic() > deadline:
                raise StoryBroken(f"{self.name}: {count} peers should be connected\n   seen: {status}")
            time.sleep(0.1)

    def wait_for_event(self, kind, seconds):
        """The newest audit entry of a kind."""
        deadline = time.monotonic() + seconds
        while True:
            events = [event for event in self.items("audit", "list", "--limit", "1000")
                      if event["kind"] == kind]
            if events:
                return events[-1]
            if time.monotonic() > deadline:
                raise StoryBroken(f"{self.name}: an audit entry {kind} should be there")
            time.sleep(0.1)
