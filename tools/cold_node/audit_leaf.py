"""The bytes of an audit leaf (node/audit/EVENTS.md) and of a checkpoint (crypto/FORMATS.md)."""
import base64
import dataclasses
import hashlib
import re

from . import sodium
from .protobuf import Malformed

MAX_WORD, MAX_TEXT = 256, 4096
KINDS = {
    1: "node.initialised", 2: "node.started", 3: "node.stopped",
    4: "disk.full", 5: "disk.recovered", 6: "clock.doubted",
    7: "clock.trusted",
    10: "item.published", 11: "item.received", 12: "item.refused", 13: "item.read",
    14: "items.listed", 15: "item.recalled", 16: "item.expired", 17: "item.exported",
    18: "item.imported", 19: "releases.listed", 20: "hold.released",
    30: "batch.released", 31: "batch.received", 32: "sweep.done", 33: "content.held-back",
    34: "receipt.accepted", 35: "receipt.refused", 36: "feed.alarm",
    40: "attachment.received", 41: "attachment.refused", 42: "attachment.served",
    50: "peer.invited", 51: "peer.joined", 52: "peer.confirmed", 53: "peer.changed",
    54: "peer.removed", 55: "peer.refused", 56: "manifest.received", 57: "invitation.accepted",
    58: "invitation.cancelled", 59: "gate.killed",
    70: "policy.applied", 71: "policy.refused", 72: "policy.previewed",
    73: "policy.proposed", 74: "policy.approved", 75: "policy.rejected", 76: "policy.withdrawn",
    77: "policy.shadow", 78: "policy.alarm",
    80: "user.added", 81: "user.changed", 82: "call.refused", 90: "audit.read", 91: "audit.alarm"}


@dataclasses.dataclass
class Leaf:
    seq: int
    prev: bytes
    kind: str
    actor: str
    role: str
    outcome: str
    reason: str
    objects: list
    detail: dict


class _Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, size):
        if size > len(self.data) - self.at:
            raise Malformed("it is cut short")
        self.at += size
        return self.data[self.at - size:self.at]

    def number(self, size):
        return int.from_bytes(self.take(size), "big")

    def text(self, limit):
        size = self.number(2)
        if size > limit:
            raise Malformed(f"a text of {size} bytes, {limit} are allowed")
        return self.take(size).decode("utf-8", "surrogateescape")


def read_leaf(data):
    reader = _Reader(data)
    if reader.take(1) != b"\x01":
        raise Malformed("it does not begin with version 1")
    seq = reader.number(8)
    reader.take(8 + 16)  # time and salt are claims; nothing hangs on them
    prev, kind = reader.take(32), reader.number(2)
    actor, role, outcome = (reader.text(MAX_WORD) for _ in range(3))
    reason = reader.text(MAX_TEXT)
    count = reader.number(2)
    if count > 1024:
        raise Malformed(f"{count} objects")
    objects = [reader.text(MAX_WORD) for _ in range(count)]
    count = reader.number(2)
    if count > 64:
        raise Malformed(f"{count} details")
    pairs = [(reader.text(MAX_WORD), reader.text(MAX_TEXT)) for _ in range(count)]
    if any(a[0].encode("utf-8", "surrogateescape") >= b[0].encode("utf-8", "surrogateescape")
           for a, b in zip(pairs, pairs[1:])):
        raise Malformed("details are out of order")
    if reader.at != len(data):
        raise Malformed("there are bytes after its end")
    return Leaf(seq, prev, KINDS.get(kind, f"kind {kind}"), actor, role, outcome, reason, objects,
                dict(pairs))


_NOTE = re.compile(r"([\x21-\x2a\x2c-\x7e]{1,256})\n(0|[1-9][0-9]{0,18})\n([A-Za-z0-9+/]{43}=)\n\n"
                   r"((?:\u2014 [\x21-\x2a\x2c-\x7e]{1,256} [A-Za-z0-9+/=]+\n){1,16})")


def read_checkpoint(note):
    """(origin, size, root, text that is signed, [(name, key hash, signature)])."""
    match = _NOTE.fullmatch(note) if len(note.encode("utf-8", "surrogateescape")) <= 8192 else None
    if match is None:
        raise Malformed("it is not a checkpoint of one origin, size and root with signatures")
    origin, size, root, lines = match.groups()
    signatures = []
    for line in lines.splitlines():
        _, name, encoded = line.split(" ")
        try:
            raw = base64.b64decode(encoded, validate=True)
        except ValueError:
            raise Malformed("a signature line is not base64") from None
        signatures.append((name, raw[:4], raw[4:]))
    return origin, int(size), base64.b64decode(root), note[:match.start(4) - 1], signatures


def checkpoint_holds(text, signatures, origin, keys):
    """Did one of the log's keys sign it, and does no line that claims one of them fail?"""
    valid = False
    for name, key_hash, signature in signatures:
        for key in keys:
            claimed = hashlib.sha256(origin.encode() + b"\n\x01" + key).digest()[:4]
            if name != origin or key_hash != claimed:
                continue
            if not sodium.verify(key, text.encode(), signature):
                return False
            valid = True
    return valid
