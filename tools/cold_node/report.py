"""What was checked, how much of it, and what does not hold."""
import dataclasses
import json

SHOWN_OF_A_CHECK = 20


@dataclasses.dataclass
class Problem:
    what: str
    found: str
    wanted: str
    following: str


class Check:
    """One line of the report."""

    def __init__(self, name, what):
        self.name, self.what = name, what
        self.count, self.problems, self.notes = 0, [], []

    def problem(self, what, found, wanted, following="fairway backup restore"):
        self.problems.append(Problem(what, str(found), str(wanted), following))

    def note(self, text):
        self.notes.append(text)

    def require(self, holds, what, found, wanted, **more):
        if not holds:
            self.problem(what, found, wanted, **more)
        return holds


class Report:
    def __init__(self, directory):
        self.directory, self.node, self.checks, self.facts = str(directory), "", [], {}

    def check(self, name, what):
        check = Check(name, what)
        self.checks.append(check)
        return check

    @property
    def problems(self):
        return [(check, problem) for check in self.checks for problem in check.problems]

    def as_text(self):
        lines = [f"fsck {self.directory}" + (f": {self.node}" if self.node else "")]
        for check in self.checks:
            bad = len(check.problems)
            state = f"{bad} problem{'s' * (bad != 1)}" if bad else "ok"
            lines.append(f"  {check.name:14}{check.count:>9}  {check.what:54}{state}")
        for check in self.checks:
            lines += [f"  note: {check.name}: {text}" for text in check.notes]
        for check in self.checks:
            for problem in check.problems[:SHOWN_OF_A_CHECK]:
                lines += [f"problem[{check.name}]: {problem.what}", f"   found:  {problem.found}",
                          f"   wanted: {problem.wanted}", f"   \u2192 {problem.following}"]
            more = len(check.problems) - SHOWN_OF_A_CHECK
            if more > 0:
                lines.append(f"problem[{check.name}]: and {more} more (all of them: -o json)")
        total = len(self.problems)
        lines.append(f"{total} problem{'s' * (total != 1)}" if total else
                     "everything that was checked holds")
        return "\n".join(lines) + "\n"

    def as_json(self):
        return json.dumps({
            "directory": self.directory, "ok": not self.problems, **self.facts,
            "checks": [{"name": check.name, "what": check.what, "count": check.count,
                        "problems": len(check.problems), "notes": check.notes}
                       for check in self.checks],
            "problems": [{"check": check.name, "what": problem.what, "found": problem.found,
                          "wanted": problem.wanted, "next": problem.following}
                         for check, problem in self.problems]}, indent=2) + "\n"
