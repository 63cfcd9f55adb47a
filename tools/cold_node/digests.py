"""Digests, names and trees of crypto/FORMATS.md."""
import hashlib

CHUNK_BYTES = 65536
NO_DIGEST = bytes(32)


def sha256(*pieces):
    return hashlib.sha256(b"".join(pieces)).digest()


def tagged(tag, *pieces):
    """H(tag; x)."""
    return sha256(bytes([len(tag)]), tag.encode(), *pieces)


def pae(kind, body):
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(body), body)


def object_id(kind, body):
    return tagged("fairway/object", pae(kind, body))


def part_digest(label, salt, content):
    return tagged("fairway/part/v1", len(label).to_bytes(2, "big"), label, salt, content)


def parts_digest(digests):
    """What a feed record says about the parts that were released with it."""
    return tagged("fairway/parts/v1", *sorted(digests))


def record_hash(record):
    return tagged("fairway/record/v1", record)


def leaf_hash(leaf):
    return sha256(b"\x00", leaf)


def node_hash(left, right):
    return sha256(b"\x01", left, right)


class Tree:
    """An RFC 6962 tree that grows leaf by leaf: the roots of its full subtrees, largest first."""

    def __init__(self):
        self.size = 0
        self._full = []

    def append(self, digest):
        carry, size = digest, self.size
        while size & 1:
            carry = node_hash(self._full.pop(), carry)
            size >>= 1
        self._full.append(carry)
        self.size += 1

    def root(self):
        if not self._full:
            return sha256()
        root = self._full[-1]
        for left in reversed(self._full[:-1]):
            root = node_hash(left, root)
        return root

    def frontier(self):
        return self.size.to_bytes(8, "big") + b"".join(self._full)


def chunk_root(chunks):
    tree = Tree()
    for chunk in chunks:
        tree.append(leaf_hash(chunk))
    return tree.root()
