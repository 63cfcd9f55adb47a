"""What is measured, one function each. Each returns figures by name; none judges them."""
import json
import subprocess
import time

from site_process import Site, Spent, introduce


class Bench:
    """The programs, the sizes, and the sites that measures share."""

    def __init__(self, programs, sizes, home, corpus):
        self.programs, self.sizes, self.home, self.corpus = programs, sizes, home, corpus
        self.published = 0  # at the sender
        self.permitted = 0
        self.sender = self.receiver = self.latecomer = None
        self.groups = set()  # rows in one transaction, as they formed

    def site(self, name):
        site = Site(name, self.home, self.programs)
        site.begin()
        return site

    def load(self, command, **arguments):
        return json.loads(self.start_load(command, **arguments).communicate_json())

    def start_load(self, command, **arguments):
        words = [word for name, value in arguments.items() if value is not None
                 for word in ("--" + name.replace("_", "-"), str(value))]
        return Load([str(self.programs.load), command, *words])

    def publish(self, site, count, **more):
        """Bulletins numbered on from the last ones; all the sender's are counted."""
        done = self.load("publish", data=site.data, corpus=self.corpus, count=count,
                         first=self.published, **more)
        if site is self.sender:
            self.published += count
            self.permitted += count if more.get("permitted") == "all" else count // 2
        return done

    def formed(self, rows, commits):
        """Mean rows in a transaction; the limits are measured with the same."""
        group = rows / max(1, commits)
        self.groups.add(max(1, round(group)))
        return group

    def stop(self):
        for site in (self.sender, self.receiver, self.latecomer):
            if site is not None:
                site.stop()


class Load:
    def __init__(self, words):
        self.process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                        text=True)

    def ready(self):
        """`load watch` says so when it looks."""
        if self.process.stdout.readline().strip() != "ready":
            raise RuntimeError(self.process.stderr.read())

    def communicate_json(self):
        out, err = self.process.communicate()
        if self.process.returncode != 0:
            raise RuntimeError(err.strip())
        return out

    def result(self):
        return json.loads(self.communicate_json())


def publish(bench):
    """Officers of one node publish at the same time, each on a connection of its own."""
    bench.sender = site = bench.site("sender")
    time.sleep(1)
    figures = {"idle_rss_mb": site.memory_mb()}
    for officers, count in bench.sizes.publish.items():
        spent = Spent(site)
        done = bench.publish(site, count, officers=officers)
        group = bench.formed(count, spent.commits()[0])
        figures[f"{officers}_callers"] = {
            "count": count, "per_second": done["per_second"],
            "acknowledged_ms": done["acknowledged_ms"], "mean_group": group,
            "cpu_seconds_per_1000": spent.cpu()[0] / count * 1000}
    return figures


def watch(bench, sender, receiver, count, before=None):
    looking = bench.start_load("watch", data=receiver.data, key=receiver.key, sender=sender.data,
                               sender_key=sender.key, count=count, before=before,
                               wait=bench.sizes.patience_seconds)
    looking.ready()
    return looking


def backlog(bench):
    """A new peer gets everything it may have of what waits at the sender."""
    sender = bench.sender
    bench.publish(sender, bench.sizes.backlog - bench.published, officers=64)
    bench.receiver = receiver = bench.site("receiver")
    looking = watch(bench, sender, receiver, bench.permitted)
    spent = Spent(sender, receiver)
    introduce(sender, receiver)
    seen = looking.result()
    cpu, commits = spent.cpu(), spent.commits()
    if not seen["receipted"]:
        raise RuntimeError(f"the backlog did not arrive: {seen}")
    seconds = seen["receipted"] - seen["first"]
    return {"waiting": bench.published, "permitted": bench.permitted, "seconds": seconds,
            "items_per_second": bench.permitted / seconds,
            "looked_at_per_second": bench.published / seconds,
            "receipts_after_last_item_seconds": seen["receipted"] - seen["last"],
            "cpu_seconds_per_1000": sum(cpu) / bench.permitted * 1000,
            "cpu_seconds_per_1000_sender": cpu[0] / bench.permitted * 1000,
            "cpu_seconds_per_1000_receiver": cpu[1] / bench.permitted * 1000,
            "mean_group_receiver": bench.formed(bench.permitted, commits[1]),
            "mean_group_sender": bench.permitted / max(1, commits[0]),
            "rss_mb_sender": sender.memory_mb(), "rss_mb_receiver": receiver.memory_mb(),
            "rss_peak_mb_sender": sender.memory_mb("VmHWM"),
            "rss_peak_mb_receiver": receiver.memory_mb("VmHWM"),
            "file_bytes_sender": sender.file_bytes(), "file_bytes_receiver": receiver.file_bytes()}


def latency(bench):
    """From an officer's call until a reader at the peer sees the bulletin, at a steady pace."""
    sizes, sender, receiver = bench.sizes, bench.sender, bench.receiver
    spent = Spent(sender, receiver)
    count = sizes.latency_rate * sizes.latency_seconds
    done = bench.publish(sender, count, officers=8, rate=sizes.latency_rate, permitted="all",
                         watch=receiver.data, watch_key=receiver.key)
    done["cpu_seconds_per_1000"] = sum(spent.cpu()) / count * 1000
    return done


def outage(bench):
    """The peer is down while the sender publishes, then comes back."""
    sender, receiver, count = bench.sender, bench.receiver, bench.sizes.outage
    receiver.stop()
    bench.publish(sender, count, officers=64, permitted="all")
    looking = watch(bench, sender, receiver, count)
    begun = time.time()
    receiver.start()
    seen = looking.result()
    if not seen["receipted"]:
        raise RuntimeError(f"the peer did not catch up: {seen}")
    return {"missed": count, "first_item_seconds": seen["first"] - begun,
            "converged_seconds": seen["receipted"] - begun,
            "items_per_second": count / (seen["receipted"] - seen["first"])}


def flash(bench):
    """Flash alerts to a peer while a backlog goes to it, and when none does."""
    sender, sizes = bench.sender, bench.sizes
    bench.latecomer = late = bench.site("latecomer")
    backlog_size = bench.permitted
    arguments = {"data": sender.data, "corpus": bench.corpus, "count": sizes.flash, "officers": 1,
                 "rate": sizes.flash_rate, "permitted": "all", "precedence": "flash",
                 "watch": late.data, "watch_key": late.key}

    def alerts(**more):
        looking = bench.start_load("publish", first=bench.published, **arguments, **more)
        bench.published += sizes.flash
        bench.permitted += sizes.flash
        return looking

    behind = alerts(after_arrivals=sizes.flash_after)
    introduce(sender, late)
    behind = behind.result()
    watch(bench, sender, late, bench.permitted, before=0).result()
    alone = alerts().result()
    left = backlog_size - (behind["arrived_when_published"] - sizes.flash)
    return {"backlog": backlog_size, "backlog_left_after_the_last_flash": left,
            "behind_backlog_ms": behind["visible_ms"], "alone_ms": alone["visible_ms"]}


def recall(bench):
    """From an officer's recall until every connected peer has erased the item."""
    sites = [bench.receiver, bench.latecomer]
    done = bench.load("recall", data=bench.sender.data, corpus=bench.corpus,
                      count=bench.sizes.recalls, first=bench.published,
                      watch=",".join(str(site.data) for site in sites),
                      watch_key=",".join(str(site.key) for site in sites))
    bench.published += bench.sizes.recalls
    if done["erased_everywhere_ms"]["count"] < done["recalled"]:
        raise RuntimeError(f"not every recall was carried out: {done}")
    return done


def peers(bench):
    """One officer publishes at a node with peers that are registered, active and unreachable."""
    figures = {}
    site = bench.site("much-peered")
    have = 0
    for wanted in bench.sizes.peers:
        site.stop()
        bench.load("add-peers", data=site.data, key=site.key, first=have, count=wanted - have)
        have = wanted
        site.start()
        time.sleep(1)
        bench.publish(site, 20)  # caches
        spent = Spent(site)
        done = bench.publish(site, bench.sizes.publish_with_peers)
        figures[str(wanted)] = {"acknowledged_ms": done["acknowledged_ms"],
                                "cpu_seconds_per_1000":
                                    spent.cpu()[0] / bench.sizes.publish_with_peers * 1000,
                                "rss_mb": site.memory_mb()}
    site.stop()
    return figures


def limits(bench):
    """The same machine, the same rows, nothing of Fairway."""
    done = subprocess.run(
        [str(bench.programs.limits), "--data", str(bench.sender.data), "--key",
         str(bench.sender.key), "--folder", str(bench.home), "--rows", str(bench.sizes.limit_rows),
         "--groups", ",".join(str(group) for group in sorted(bench.groups | {1})),
         "--milliseconds", str(bench.sizes.limit_milliseconds)],
        capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(done.stderr.strip())
    return json.loads(done.stdout)


def policy(bench):
    """The policy engine by itself, and the same decision as plain bit operations."""
    sizes = bench.sizes
    done = subprocess.run(
        [str(bench.programs.policy_engine), "--rules", ",".join(map(str, sizes.policy_rules)),
         "--items", str(sizes.policy_items), "--milliseconds", str(sizes.policy_milliseconds)],
        capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(done.stderr.strip())
    figures = json.loads(done.stdout)
    for rules, measured in figures["rules"].items():
        if measured["decisions"]["differ_from_limit"]:
            raise RuntimeError(f"{rules} rules: the engine decides unlike plain bit operations")
    return figures


# In the order in which they run: a later one uses what an earlier one made.
ALL = {"publish": publish, "backlog": backlog, "latency": latency, "outage": outage,
       "flash": flash, "recall": recall, "peers": peers, "limits": limits, "policy": policy}
# What each needs to have run before.
NEEDS = {"backlog": ["publish"], "latency": ["backlog"], "outage": ["backlog"],
         "flash": ["backlog"], "recall": ["flash"], "limits": ["publish"]}
