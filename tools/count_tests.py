#!/usr/bin/env python3
"""Prints "PASSED FAILED" over every test.xml below a folder of Bazel's test logs."""
import pathlib
import sys
import xml.etree.ElementTree as tree

passed = failed = 0
for report in pathlib.Path(sys.argv[1]).rglob("test.xml"):
    for suite in tree.parse(report).getroot().iter("testsuite"):
        cases = suite.findall("testcase")
        bad = sum(1 for case in cases if case.find("failure") is not None or case.find("error") is not None)
        passed += len(cases) - bad
        failed += bad
print(passed, failed)
