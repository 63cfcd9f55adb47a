#!/usr/bin/env python3
"""Measures real nodes, and beside them what this machine could do at best. See tools/bench."""
import argparse
import dataclasses
import json
import pathlib
import shutil
import sys
import tempfile
import time

import measures
import report

HERE = pathlib.Path(__file__).resolve().parent
CORPUS = HERE.parent / "story" / "corpus"


@dataclasses.dataclass
class Sizes:
    publish: dict            # officers to bulletins
    backlog: int
    latency_rate: int        # a second
    latency_seconds: int
    outage: int
    flash: int
    flash_rate: int
    flash_after: int         # arrivals of the backlog before the first one
    recalls: int
    peers: tuple
    publish_with_peers: int
    limit_rows: int
    limit_milliseconds: int
    policy_rules: tuple
    policy_items: int
    policy_milliseconds: int
    patience_seconds: int


FULL = Sizes(publish={1: 1000, 8: 4000, 64: 8000}, backlog=20000, latency_rate=100,
             latency_seconds=30, outage=5000, flash=50, flash_rate=25, flash_after=500, recalls=100,
             peers=(1, 10, 100), publish_with_peers=500, limit_rows=12000,
             limit_milliseconds=4000, policy_rules=(10, 100, 1000, 10000),
             policy_items=1000000, policy_milliseconds=500, patience_seconds=180)
# For a look whether everything works: too small for figures that mean something.
QUICK = Sizes(publish={1: 10, 8: 40, 64: 100}, backlog=200, latency_rate=50, latency_seconds=1,
              outage=50, flash=5, flash_rate=20, flash_after=1, recalls=5, peers=(1, 3),
              publish_with_peers=10, limit_rows=200, limit_milliseconds=100, policy_rules=(10, 100),
              policy_items=20000, policy_milliseconds=10, patience_seconds=30)


def wanted(names):
    """The measures named and those they need, in order."""
    chosen = set(names or measures.ALL)
    while True:
        more = {need for name in chosen for need in measures.NEEDS.get(name, [])} - chosen
        if not more:
            return [name for name in measures.ALL if name in chosen]
        chosen |= more


def run(bench, names):
    figures = {}
    for name in names:
        begun = time.monotonic()
        figures[name] = measures.ALL[name](bench)
        print(f"bench: {name}: {time.monotonic() - begun:.1f} s", file=sys.stderr, flush=True)
    return figures


def main():
    parser = argparse.ArgumentParser(prog="tools/bench", description=__doc__.splitlines()[0])
    for program in ("fairway", "fairwayd", "load", "limits", "policy-engine"):
        parser.add_argument(f"--{program}", required=True, help=argparse.SUPPRESS,
                            type=lambda p: pathlib.Path(p).resolve())
    parser.add_argument("--home", default="/var/tmp",
                        help="where the data directories are made, on a disk (default %(default)s)")
    parser.add_argument("--quick", action="store_true", help="small sizes: does it all work?")
    parser.add_argument("--json", type=pathlib.Path, help="where to write every figure")
    parser.add_argument("names", nargs="*", metavar="NAME",
                        help="of " + ", ".join(measures.ALL) + "; default: all")
    options = parser.parse_args()
    unknown = [name for name in options.names if name not in measures.ALL]
    if unknown:
        parser.error(f"there is no measure \"{unknown[0]}\"; known are {', '.join(measures.ALL)}")

    # A short path: the name of a Unix socket has at most 107 bytes.
    home = pathlib.Path(tempfile.mkdtemp(prefix="fwb-", dir=options.home))
    bench = measures.Bench(options, QUICK if options.quick else FULL, home, CORPUS)
    machine = report.machine()
    try:
        figures = run(bench, wanted(options.names))
    finally:
        bench.stop()
        shutil.rmtree(home, ignore_errors=True)
    lines = list(report.lines_of(figures))
    print(report.table(lines))
    print()
    for fact in report.facts(figures, machine):
        print(fact)
    if options.quick:
        print("quick: sizes too small for figures that mean something")
    if options.json:
        ratios = [{**dataclasses.asdict(line), "ratio": line.ratio, "met": line.met}
                  for line in lines]
        options.json.write_text(json.dumps({"machine": machine, "quick": options.quick,
                                            "sizes": dataclasses.asdict(bench.sizes),
                                            "ratios": ratios, "figures": figures}, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
