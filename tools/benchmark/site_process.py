"""One node of the benchmark: a process whose use of the machine is read from the kernel."""
import os
import pathlib
import struct
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "story"))
from authority import Authority, free_ports  # noqa: E402

CHARTER = "INTERPORT-CHARTER"
CPUCLOCK_SCHED = 2  # linux/posix-timers.h: the scheduler's own count, in nanoseconds

POLICY = """policy "Benchmark" version 1
permit half-of-it
  to      any peer
  may     replicate
  items   where item.topics has wildlife
  because "every second bulletin of the benchmark"
"""


class Site(Authority):
    """Opened by a key file, so that neither its start nor a reader of its database pays for a
    passphrase."""

    def __init__(self, name, home, programs):
        super().__init__(name, name, "KE", free_ports(1)[0], home, programs.fairway,
                         programs.fairwayd)
        self.key = self.home / "unlock.key"
        self.unlock = ("--key-file", str(self.key))

    def init(self):
        self.home.mkdir(parents=True)
        self.key.write_bytes(os.urandom(32))
        self.key.chmod(0o600)
        super().init("--key-file", str(self.key))

    def begin(self):
        self.init()
        self.start()
        path = self.home / "benchmark.fpol"
        path.write_text(POLICY)
        self.run("policy", "apply", str(path), "--reason", "benchmark", "--yes")

    def cpu_seconds(self):
        """What the running process used since it began, by its clock (clock_getcpuclockid(3)):
        the ticks of /proc/PID/stat are 10 ms long, and a short run may fall between two."""
        return time.clock_gettime((~self.process.pid << 3) | CPUCLOCK_SCHED)

    def memory_mb(self, what="VmRSS"):
        for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith(what + ":"):
                return int(line.split()[1]) / 1024
        raise KeyError(what)

    def commits(self):
        """Transactions that were committed since the write-ahead log's index was made: SQLite
        counts them at byte 8 of the file that its processes share."""
        with open(self.data / "node.db-shm", "rb") as shared:
            return struct.unpack_from("=I", shared.read(12), 8)[0]

    def file_bytes(self):
        return {path.name: path.stat().st_size for path in sorted(self.data.glob("node.db*"))}


class Spent:
    """CPU seconds and commits of some sites between two moments."""

    def __init__(self, *sites):
        self.sites = sites
        self.begun = [(site.cpu_seconds(), site.commits()) for site in sites]
        self.at = time.monotonic()

    def cpu(self):
        return [site.cpu_seconds() - cpu for site, (cpu, _) in zip(self.sites, self.begun)]

    def commits(self):
        return [site.commits() - commits for site, (_, commits) in zip(self.sites, self.begun)]


def introduce(inviter, invited):
    """Two sites become peers; the link comes up after the last word."""
    invitation = inviter.home / f"{invited.name}.fwinvite"
    invitation.unlink(missing_ok=True)
    inviter.run("peer", "invite", invited.name, "--out", str(invitation))
    words = " ".join(invited.json("peer", "accept", str(invitation), "--name",
                                  inviter.name)["check_words"])
    for site, other in ((inviter, invited), (invited, inviter)):
        site.run("peer", "confirm", other.name, "--words", words)
        site.run("peer", "set", other.name, "--country", other.country, "--type", "port-police",
                 "--tier", "1", "--agreements", CHARTER)
