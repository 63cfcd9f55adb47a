"""Vector files and the worked examples of FORMATS.md, as text (../vector_file.h says how)."""
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[3]
OUT = ROOT / "tests/vectors/crypto"

def quote(text):
    for raw, escaped in (("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n"), ("\t", "\\t"),
                         ("\r", "\\r")):
        text = text.replace(raw, escaped)
    return f'"{text}"'


def show(value):
    """Bytes as hexadecimal with long runs shortened, str as quoted text, int as it is."""
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return quote(value)
    text, start = "", 0
    for run in re.finditer(rb"(.)\1{63,}", value, re.S):
        text += value[start:run.start()].hex()
        text += f" {run[1].hex()}*{len(run[0])} "
        start = run.end()
    return (text + value[start:].hex()).strip() or '""'


def lines(values):
    out = ""
    for key, value in values:
        for one in value if isinstance(value, list) else [value]:
            out += f"{key}: {show(one)}\n"
    return out


class File:
    def __init__(self, name, about):
        self.name, self.text, self.good, self.bad = name, f"# {about}\n", 0, 0

    def ok(self, name, op, **values):
        self.good += 1
        self.text += f"\nvector: {name}\nop: {op}\nexpect: ok\n" + lines(values.items())

    def error(self, name, op, code, says="", **values):
        self.bad += 1
        self.text += f"\nvector: {name}\nop: {op}\nexpect: error {code}\n"
        self.text += f"says: {says}\n" if says else ""
        self.text += lines(values.items())

    def write(self):
        (OUT / f"{self.name}.txt").write_text(self.text)
        print(f"{self.name}: {self.good} good, {self.bad} bad")


EXAMPLES = {}


def example(name, op, **values):
    EXAMPLES[name] = f"op: {op}\n" + lines(values.items())


def write_examples():
    page = ROOT / "crypto/FORMATS.md"
    text = page.read_text()
    for name, block in EXAMPLES.items():
        fence = f"```vector name={name}\n"
        if fence not in text:
            raise SystemExit(f"FORMATS.md has no place for {name}")
        text = re.sub(re.escape(fence) + r".*?```", lambda _: fence + block + "```", text,
                      flags=re.S)
    page.write_text(text)


INVALID, UNAUTH, LOSS = "INVALID_ARGUMENT", "UNAUTHENTICATED", "DATA_LOSS"


def seed(n):
    return bytes([n]) * 32


def flip(data, at, bit=1):
    return data[:at] + bytes([data[at] ^ bit]) + data[at + 1:]
