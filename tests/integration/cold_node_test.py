"""The reader behind tools/fsck computes the examples of the two pages that it was written from."""
import re
import unittest

from world import TOOLS
from cold_node import audit_leaf, digests, keyfile, messages, protobuf, sodium

ROOT = TOOLS.parent

_BLOCK = re.compile(r"```vector name=(\S+)\n(.*?)```", re.S)


def value(text):
    """Hexadecimal, hexadecimal repeated, or quoted text, one or more with spaces between."""
    if text.startswith('"'):
        return text[1:-1].replace("\\n", "\n").encode()
    out = b""
    for word in text.split():
        piece, _, times = word.partition("*")
        out += bytes.fromhex(piece) * int(times or 1)
    return out


def vectors(*pages):
    found = {}
    for page in pages:
        for name, block in _BLOCK.findall((ROOT / page).read_text()):
            fields = [line.split(": ", 1) for line in block.strip().splitlines()]
            found[name] = {key: text if key in ("op", "size", "memory", "passes") else value(text)
                           for key, text in fields}
    return found


class Formats(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.examples = vectors("crypto/FORMATS.md", "api/PROTOCOL.md")

    def fields(self, name):
        return self.examples[name]

    def test_digests(self):
        v = self.fields("tagged-hash")
        self.assertEqual(digests.tagged(v["tag"].decode(), v["x"]), v["digest"])
        v = self.fields("pae")
        self.assertEqual(digests.pae(v["type"], v["body"]), v["pae"])
        v = self.fields("object-id")
        self.assertEqual(digests.object_id(v["type"], v["body"]), v["object_id"])
        for name in ("part", "title-part"):
            v = self.fields(name)
            self.assertEqual(digests.part_digest(v["label"], v["salt"], v["bytes"]), v["digest"])

    def test_trees(self):
        v = self.fields("merkle-node")
        left, right = digests.leaf_hash(v["left"]), digests.leaf_hash(v["right"])
        self.assertEqual((left, right, digests.node_hash(left, right)),
                         (v["left_hash"], v["right_hash"], v["node_hash"]))
        v = self.fields("chunk-root")
        chunks = [v["content"][at:at + digests.CHUNK_BYTES]
                  for at in range(0, len(v["content"]), digests.CHUNK_BYTES)]
        self.assertEqual(digests.chunk_root(chunks), v["root"])
        # Of any number of leaves: the definition of RFC 6962, word for word.
        def root(leaves):
            if len(leaves) <= 1:
                return leaves[0] if leaves else digests.sha256()
            k = 1 << (len(leaves) - 1).bit_length() - 1
            return digests.node_hash(root(leaves[:k]), root(leaves[k:]))
        tree, leaves = digests.Tree(), []
        for number in range(70):
            self.assertEqual(tree.root(), root(leaves))
            self.assertEqual(len(tree.frontier()), 8 + 32 * number.bit_count())
            leaves.append(digests.leaf_hash(bytes([number])))
            tree.append(leaves[-1])

    def test_signed_envelopes(self):
        v = self.fields("signed")
        envelope = messages.open_envelope(v["bytes"], messages.ITEM)
        self.assertEqual(envelope.body, v["body"])
        key = sodium.public_key(v["seed"])
        self.assertTrue(envelope.signed_by([bytes(32), key]))
        self.assertFalse(envelope.signed_by([sodium.public_key(bytes(32))]))
        with self.assertRaises(protobuf.Malformed):
            messages.open_envelope(v["bytes"], messages.RECEIPT)
        for at in range(len(v["bytes"])):
            spoiled = v["bytes"][:at] + bytes([v["bytes"][at] ^ 1]) + v["bytes"][at + 1:]
            try:
                again = messages.open_envelope(spoiled, messages.ITEM)
                # Only the key id, a hint, may change without spoiling the signature.
                self.assertEqual(again.signed_by([key]), (again.body, again.signatures) == (
                    envelope.body, envelope.signatures))
            except protobuf.Malformed:
                pass

    def test_the_key_file_opens_both_ways_and_no_other(self):
        v = self.fields("keyfile")
        for kind, opener, slot in ((keyfile.PASSPHRASE, v["passphrase"], 1), (keyfile.KEY, v["key"], 2)):
            self.assertEqual(keyfile.open_secret(v["bytes"], v["context"], kind, opener),
                             (v["secret"], slot, 2))
            with self.assertRaises(keyfile.NotOpened):
                keyfile.open_secret(v["bytes"], v["context"], kind, opener + b" ")
        for broken in (v["bytes"][:-1], v["bytes"] + b"\0", b"F" + v["bytes"][1:], b""):
            with self.assertRaises(keyfile.Unreadable):
                keyfile.open_secret(broken, v["context"], keyfile.KEY, v["key"])
        with self.assertRaises(keyfile.Unreadable):
            keyfile.open_secret(v["bytes"], b"root", keyfile.KEY, v["key"])

    def test_the_checkpoint(self):
        v = self.fields("checkpoint")
        origin, size, root, text, signatures = audit_leaf.read_checkpoint(v["note"].decode())
        self.assertEqual((origin.encode(), size, root), (v["origin"], 8, v["root"]))
        key = sodium.public_key(v["seed"])
        self.assertTrue(audit_leaf.checkpoint_holds(text, signatures, origin, [key]))
        self.assertFalse(audit_leaf.checkpoint_holds(text.replace("8", "9", 1), signatures, origin, [key]))

    def test_the_messages_of_one_exchange(self):
        v = self.fields("manifest")
        self.assertEqual(messages.read_manifest(v["bytes"])["version"], 1)
        self.assertEqual(digests.object_id(messages.MANIFEST.encode(), v["bytes"]), v["authority_id"])
        v = self.fields("item-body")
        self.assertEqual(len(messages.read_item_body(v["bytes"])["part_digests"]), 16)
        self.assertEqual(digests.object_id(messages.ITEM.encode(), v["bytes"]), v["object_id"])
        v = self.fields("record")
        record = messages.read_record(v["bytes"])
        self.assertEqual(record["parts_digest"],
                         digests.parts_digest([self.fields("title-part")["digest"]]))
        self.assertEqual(digests.record_hash(v["bytes"]), v["record_hash"])
        v = self.fields("receipt")
        self.assertEqual(messages.read_receipt(v["bytes"])["lines"],
                         [{"seq": 1, "outcome": 1, "code": ""}])

    def test_a_message_in_another_spelling_is_refused(self):
        record = self.fields("record")["bytes"]
        seq = b"\x08\x01"
        self.assertTrue(record.startswith(seq))
        for spoiled in (b"\x08\x81\x00" + record[2:],           # a number longer than it needs to be
                        seq + record,                          # a field twice
                        record[2:] + seq,                      # out of order
                        seq + b"\x10\x00" + record[2:],        # of another wire type
                        record + b"\x48\x01",                  # a field that is not known
                        record[:-1],                           # cut short
                        b"\x08\x00" + record[2:]):             # a default value written out
            with self.assertRaises(protobuf.Malformed, msg=spoiled.hex()):
                messages.read_record(spoiled)

    def test_the_leaf_of_the_page(self):
        page = (ROOT / "node/audit/EVENTS.md").read_text()
        leaf = audit_leaf.read_leaf(bytes.fromhex(re.search(r"```\n(01\n.*?)```", page, re.S)[1]))
        self.assertEqual((leaf.seq, leaf.kind, leaf.actor, leaf.outcome, leaf.detail),
                         (0, "node.started", "node", "ok", {"version": "1"}))
        kinds = dict(re.findall(r"(?m)^\| (\d+) \| `([a-z.-]+)` \|", page))
        self.maxDiff = None
        self.assertEqual({int(number): name for number, name in kinds.items()}, audit_leaf.KINDS)


if __name__ == "__main__":
    raise SystemExit("run tests/integration/run")
