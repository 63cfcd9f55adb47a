"""The table: each figure beside its limit or goal of the same kind, and whether it is met."""
import dataclasses
import os
import platform

# Recorded on this kind of machine, 2 shared cores, when the goals were set; not measured again.
POSTGRES_ITEMS_PER_SECOND = 6834
POSTGRES_VISIBLE_P50_MS = 2.25
POSTGRES_VISIBLE_P99_MS = 3.69


@dataclasses.dataclass
class Line:
    name: str
    figure: float
    unit: str
    limit: float  # what it is compared with
    limit_name: str
    at_most: float = None  # the goal, as a ratio of figure and limit
    at_least: float = None

    @property
    def ratio(self):
        return self.figure / self.limit if self.limit else float("inf")

    @property
    def met(self):
        if self.at_most is not None:
            return self.ratio <= self.at_most
        return self.ratio >= self.at_least if self.at_least is not None else None

    @property
    def goal(self):
        if self.at_most is not None:
            return f"≤ {self.at_most:g}"
        return f"≥ {self.at_least:g}" if self.at_least is not None else "-"


def lines_of(figures):
    """Every line whose figures were measured."""
    limits = figures.get("limits")
    return [*publish_lines(figures, limits), *replication_lines(figures, limits),
            *other_lines(figures), *policy_lines(figures.get("policy"))]


def inserts(limits, group):
    return limits["inserts"][str(max(1, round(group)))]


def publish_lines(figures, limits):
    publish = figures.get("publish")
    if not publish:
        return
    yield Line("memory, idle", publish["idle_rss_mb"], "MB", 40, "MB", at_most=1)
    if not limits:
        return
    for name, measured in publish.items():
        if not name.endswith("_callers"):
            continue
        callers = name.split("_")[0]
        group = measured["mean_group"]
        who = "1 caller" if callers == "1" else f"{callers} callers"
        yield Line(f"publish, {who}", measured["per_second"], "/s",
                   inserts(limits, group)["rows_per_second"],
                   f"SQLCipher, {max(1, round(group))} a commit",
                   at_least=0.6 if callers == "64" else None)
    alone = publish["1_callers"]["acknowledged_ms"]
    yield Line("publish acknowledged, p50", alone["p50"], "ms",
               limits["inserts"]["1"]["commit_p50_ms"], "one SQLCipher commit", at_most=2)
    yield Line("publish acknowledged, p99", alone["p99"], "ms", limits["fdatasync_ms"]["p99"],
               "one fdatasync, p99")


def replication_lines(figures, limits):
    backlog, latency = figures.get("backlog"), figures.get("latency")
    if backlog:
        rate = backlog["items_per_second"]
        yield Line("backlog, delivered", rate, "/s", POSTGRES_ITEMS_PER_SECOND,
                   "PostgreSQL, recorded", at_least=2.5)
        if limits:
            group = backlog["mean_group_receiver"]
            yield Line("backlog, delivered", rate, "/s", inserts(limits, group)["rows_per_second"],
                       f"SQLCipher, {max(1, round(group))} a commit")
            yield Line("backlog, delivered", rate, "/s", limits["verifications_per_second"],
                       "Ed25519, one core")
            bytes_per_second = rate * limits["mean_row_bytes"]
            yield Line("backlog, bytes", bytes_per_second / 1e6, "MB/s",
                       limits["tls_bytes_per_second"] / 1e6, "TLS 1.3 over loopback")
        yield Line("CPU for 1,000 items, both ends", backlog["cpu_seconds_per_1000"], "s", 0.14,
                   "s", at_most=1)
        for side in ("sender", "receiver"):
            yield Line(f"memory under W, {side}, peak", backlog[f"rss_peak_mb_{side}"], "MB", 96,
                       "MB", at_most=1)
    if latency:
        visible = latency["visible_ms"]
        yield Line("publish to visible, p50", visible["p50"], "ms", POSTGRES_VISIBLE_P50_MS,
                   "PostgreSQL, recorded", at_most=0.8)
        yield Line("publish to visible, p99", visible["p99"], "ms", POSTGRES_VISIBLE_P99_MS,
                   "PostgreSQL, recorded", at_most=1)


def other_lines(figures):
    outage, flash, peers = figures.get("outage"), figures.get("flash"), figures.get("peers")
    if outage:
        yield Line("after an outage, first item", outage["first_item_seconds"], "s", 1, "s")
        if "backlog" in figures:
            yield Line("after an outage, catching up", outage["items_per_second"], "/s",
                       figures["backlog"]["items_per_second"], "the backlog's rate")
    if flash:
        yield Line("flash behind a backlog, p99", flash["behind_backlog_ms"]["p99"], "ms",
                   flash["alone_ms"]["p99"], "without a backlog", at_most=2)
        yield Line("flash behind a backlog, p50", flash["behind_backlog_ms"]["p50"], "ms",
                   flash["alone_ms"]["p50"], "without a backlog")
    if "recall" in figures:
        yield Line("recall to erased at all peers, p99",
                   figures["recall"]["erased_everywhere_ms"]["p99"] / 1000, "s", 5, "s", at_most=1)
    if peers:
        least, most = min(peers, key=int), max(peers, key=int)
        for what in ("acknowledged_ms", "cpu_seconds_per_1000"):
            of = (lambda p: p[what]["p50"]) if what == "acknowledged_ms" else (lambda p: p[what])
            name = "acknowledged, p50" if what == "acknowledged_ms" else "CPU for 1,000"
            yield Line(f"publish, {most} peers, {name}", of(peers[most]),
                       "ms" if what == "acknowledged_ms" else "s", of(peers[least]),
                       f"{least} peer", at_most=1.2 if what == "acknowledged_ms" else None)


# By number of rules.
DECISION_GOAL_NS = {"100": 100, "1000": 200, "10000": 500}
GROWTH_GOAL = 8
NEW_ITEM_GOAL_US = 50
EXPLAIN_GOAL_US = 50
LOAD_GOAL_MS = {"100": 3, "1000": 25, "10000": 250}
TESTS_GOAL_PER_SECOND = 100000
PREVIEW_GOAL_MS = {"100": 150, "1000": 400, "10000": 2000}
EDIT_PREVIEW_GOAL_MS = 50
EDIT_PROOF_GOAL_MS = {"100": 5, "1000": 20, "10000": 200}
REFACTORING_PROOF_GOAL_MS = {"100": 25, "1000": 250, "10000": 5000}
COLUMNS_GOAL_MB = 64


def policy_lines(policy):
    if not policy:
        return
    yield Line("policy, columns of items", policy["columns_bytes"] / 1e6, "MB", COLUMNS_GOAL_MB,
               "MB", at_most=1)
    for rules, measured in policy["rules"].items():
        yield from policy_lines_at(rules, measured, policy["peers"])
    by_rules = policy["rules"]
    if "100" in by_rules and "10000" in by_rules:
        yield Line("policy, growth from 100 to 10,000 rules",
                   by_rules["10000"]["decisions"]["ns"] / by_rules["100"]["decisions"]["ns"], "x",
                   GROWTH_GOAL, "x", at_most=1)


def policy_lines_at(rules, measured, peers):
    """What was measured with so many rules; a goal is there from 100 rules on."""
    decisions, preview, proof = measured["decisions"], measured["preview"], measured["proof"]
    at = f"{int(rules):,} rules"

    def against(name, figure, unit, goals):
        if rules in goals:
            yield Line(f"policy, {at}: {name}", figure, unit, goals[rules], unit, at_most=1)

    yield Line(f"policy, {at}: decisions", decisions["per_second"], "/s",
               decisions["limit_per_second"], "plain bit operations")
    yield from against("decision", decisions["ns"], "ns", DECISION_GOAL_NS)
    yield from against("text to index", measured["load_ms"], "ms", LOAD_GOAL_MS)
    yield from against("preview, everything", preview["full_ms"], "ms", PREVIEW_GOAL_MS)
    yield from against("proof, one rule edited", proof["slowest_edit_ms"], "ms", EDIT_PROOF_GOAL_MS)
    if "refactoring_ms" in proof:
        yield from against("proof, all rules split", proof["refactoring_ms"], "ms",
                           REFACTORING_PROOF_GOAL_MS)
    if rules not in ("100", "1000"):
        return
    for who in ("one_peer", "many_peers"):
        yield Line(f"policy, {at}: preview, edit for {who.replace('_', ' ')}",
                   preview[f"edit_{who}_ms"], "ms", EDIT_PREVIEW_GOAL_MS, "ms", at_most=1)
    yield Line(f"policy, {at}: explain", decisions["explain_us"], "us", EXPLAIN_GOAL_US, "us",
               at_most=1)
    yield Line(f"policy, {at}: tests", measured["tests_per_second"], "/s", TESTS_GOAL_PER_SECOND,
               "/s", at_least=1)
    yield Line(f"policy, {at}: a new item for all peers",
               decisions["coding_us"] + peers * decisions["ns"] / 1000, "us", NEW_ITEM_GOAL_US,
               "us", at_most=1)


def number(value):
    return f"{value:,.0f}" if value >= 1000 else f"{value:.3g}"


def table(lines):
    rows = [("figure", "", "beside", "", "ratio", "goal", "")]
    for line in lines:
        met = {True: "met", False: "not met", None: ""}[line.met]
        rows.append((line.name, f"{number(line.figure)} {line.unit}", number(line.limit),
                     line.limit_name, f"{line.ratio:.2f}", line.goal, met))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    right = {1, 2, 4, 5}
    return "\n".join("  ".join(cell.rjust(width) if column in right else cell.ljust(width)
                               for column, (cell, width) in enumerate(zip(row, widths))).rstrip()
                     for row in rows)


def facts(figures, machine_facts):
    """What else a reader has to know about the figures."""
    yield ", ".join(f"{name} {value}" for name, value in machine_facts.items())
    if "backlog" in figures:
        backlog = figures["backlog"]
        yield (f"backlog: {backlog['waiting']:,} items waited, {backlog['permitted']:,} of them "
               f"were permitted and arrived in {backlog['seconds']:.1f} s; CPU for 1,000: sender "
               f"{backlog['cpu_seconds_per_1000_sender']:.3f} s, receiver "
               f"{backlog['cpu_seconds_per_1000_receiver']:.3f} s")
        for side in ("sender", "receiver"):
            sizes = ", ".join(f"{name} {size / 1e6:.1f} MB"
                              for name, size in backlog[f"file_bytes_{side}"].items())
            yield f"files of the {side} after it: {sizes}"
    if "flash" in figures:
        flash = figures["flash"]
        yield (f"flash: {flash['backlog']:,} items waited before the first alert, "
               f"{flash['backlog_left_after_the_last_flash']:,} after the last one")
    if "limits" in figures:
        limits = figures["limits"]
        yield (f"limits: {limits['rows']:,} rows of {limits['mean_row_bytes']:,} bytes, as the "
               f"sender holds them; Ed25519 {limits['verifications_per_second']:,.0f} a second on "
               f"one core, {limits['verifications_per_second_all_cores']:,.0f} on all")
        yield limits["pragmas"]
    if "policy" in figures:
        policy = figures["policy"]
        yield (f"policy: {policy['peers']} peers, {policy['items']:,} items, "
               f"{policy['columns_us_per_item']:.1f} us to add one to the columns")
        for rules, measured in policy["with_not_or_none_only"].items():
            decisions, preview = measured["decisions"], measured["preview"]
            yield (f"policy, {int(rules):,} rules, a third of them with not, or, none of or only: "
                   f"decision {decisions['ns']:.0f} ns, preview {preview['full_ms']:.0f} ms, edit "
                   f"{preview['edit_many_peers_ms']:.0f} ms, proof "
                   f"{measured['proof']['slowest_edit_ms']:.0f} ms")


def machine():
    model = "unknown"
    with open("/proc/cpuinfo") as info:
        for line in info:
            if line.startswith("model name"):
                model = line.split(":", 1)[1].strip()
                break
    with open("/proc/meminfo") as info:
        memory_kb = int(next(info).split()[1])
    with open("/proc/loadavg") as load:
        loads = load.read().split()[:3]
    return {"processor": model, "cores": os.cpu_count(), "memory_mb": memory_kb // 1024,
            "kernel": platform.release(), "load": loads}
