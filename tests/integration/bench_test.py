"""tools/bench at sizes too small to mean anything: whatever it reports is there."""
import json
import math
import pathlib
import subprocess
import sys
import tempfile
import unittest

from world import HERE, PROGRAMS

BENCHMARK = HERE.parents[1] / "tools" / "benchmark" / "benchmark.py"
QUICK_SECONDS = 150
MEASURES = {"publish", "backlog", "latency", "outage", "flash", "recall", "peers", "limits",
            "policy"}


class BenchTest(unittest.TestCase):

    def test_a_quick_run_reports_each_figure_with_its_ratio(self):
        built = PROGRAMS.fairwayd.parents[2] / "tools" / "benchmark"
        with tempfile.TemporaryDirectory() as folder:
            report = pathlib.Path(folder) / "report.json"
            done = subprocess.run(
                [sys.executable, BENCHMARK, "--quick", "--json", report, "--fairway",
                 PROGRAMS.fairway, "--fairwayd", PROGRAMS.fairwayd, "--load", built / "load",
                 "--limits", built / "limits", "--policy-engine", built / "policy_engine"],
                stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=QUICK_SECONDS)
            self.assertEqual(done.returncode, 0, done.stderr)
            said = json.loads(report.read_text())
        self.assertEqual(set(said["figures"]), MEASURES)
        self.assertTrue(said["quick"])
        self.assertGreaterEqual(len(said["ratios"]), 20)
        for line in said["ratios"]:
            for value in (line["figure"], line["limit"], line["ratio"]):
                self.assertTrue(math.isfinite(value) and value > 0, line)
            self.assertIn(line["name"], done.stdout)
        self.assertIn("PRAGMA cipher_page_size", done.stdout)

    def test_an_unknown_measure_is_refused_with_those_that_there_are(self):
        done = subprocess.run(
            [sys.executable, BENCHMARK, "--fairway", "x", "--fairwayd", "x", "--load", "x",
             "--limits", "x", "--policy-engine", "x", "latecny"],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=QUICK_SECONDS)
        self.assertEqual(done.returncode, 2)
        self.assertIn('"latecny"', done.stderr)
        self.assertIn("latency", done.stderr)


if __name__ == "__main__":
    unittest.main()
