#!/usr/bin/env python3
"""Writes exchange.txt and broken.txt: a second implementation of api/PROTOCOL.md, by hand.

It uses no protobuf library and none of the node's code, so that the vectors show what the page
says and not what one encoder happens to do. Run it in this folder; the output is committed.
"""
import hashlib
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


def varint(n):
    out = bytearray()
    while n > 0x7F:
        out.append(n & 0x7F | 0x80)
        n >>= 7
    out.append(n)
    return bytes(out)


def num(field, value):
    return [varint(field << 3) + varint(value)]


def data(field, value):
    value = value if isinstance(value, list) else [value]
    size = sum(len(piece) for piece in value)
    return [varint(field << 3 | 2) + varint(size), *value]


def text(field, value):
    return data(field, value.encode())


def flat(pieces):
    return b"".join(pieces)


def H(tag, x):
    return hashlib.sha256(bytes([len(tag)]) + tag.encode() + x).digest()


def pae(kind, body):
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind.encode(), len(body), body)


def object_id(kind, body):
    return H("fairway/object", pae(kind, body))


class Key:
    def __init__(self, name):
        self.private = Ed25519PrivateKey.from_private_bytes(
            hashlib.sha256(name.encode()).digest())
        self.public = self.private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    def key_id(self):
        return H("fairway/key", b"\x01" + self.public)

    def seal(self, kind, body):
        sig = self.private.sign(pae(kind, body))
        return (data(1, body) + text(2, kind) +
                data(3, data(1, self.key_id()) + data(2, sig)))


def kind(name):
    return f"application/vnd.fairway.{name}.v1+pb"


class Authority:
    def __init__(self, name, shown, country, endpoint):
        self.keys = {p: Key(f"{name} {p}") for p in ("root", "item", "node", "log", "tls")}
        manifest = num(2, 1) + data(3, self.keys["root"].public)
        for number, purpose in enumerate(("item", "node", "log", "tls"), 1):
            manifest += data(4, num(1, number) + data(2, self.keys[purpose].public))
        manifest += text(5, shown) + text(6, country) + text(7, endpoint)
        self.manifest = manifest
        self.id = object_id(kind("manifest"), flat(manifest))
        self.signed_manifest = self.keys["root"].seal(kind("manifest"), flat(manifest))


def part_digest(label, salt, content):
    return H("fairway/part/v1", len(label).to_bytes(2, "big") + label.encode() + salt + content)


VECTORS = []


def value(pieces):
    return " ".join(piece.hex() for piece in pieces if piece) or '""'


def emit(name, op, pieces, **more):
    lines = [f"vector: {name}", f"op: {op}", "expect: ok", f"bytes: {value(pieces)}"]
    for key, given in more.items():
        lines.append(f"{key}: {value([given] if isinstance(given, bytes) else given)}")
    VECTORS.append(lines)


def broken(name, op, raw, says):
    BROKEN.append([f"vector: {name}", f"op: {op}", "expect: error INVALID_ARGUMENT",
                   f"says: {says}", f"bytes: {raw.hex() or chr(34) * 2}"])


BROKEN = []

A = Authority("mombasa", "Port of Mombasa Police", "KE", "fairway.mombasa.example:7443")
B = Authority("barbados", "Barbados Border Force", "BB", "fairway.barbados.example:7443")

# The item and its one shareable part.
ITEM_ID = bytes.fromhex("7b91c0ffee004a11b0070000000000a1")
SALT = bytes(range(16))
TITLE = "Forged seals at gate 4".encode()
title_digest = part_digest("title", SALT, TITLE)
decoys = [hashlib.sha256(b"decoy %d" % n).digest() for n in range(15)]
body = data(1, ITEM_ID) + num(2, 1) + data(4, A.id) + num(5, 1)
for field, number in ((6, 1), (7, 1), (8, 3), (9, 3), (10, 3), (11, 1)):
    body += num(field, number)
body += num(12, 1798761600000)
for digest in sorted([title_digest] + decoys):
    body += data(13, digest)
ITEM_OBJECT = object_id(kind("item"), flat(body))
signed_item = A.keys["item"].seal(kind("item"), flat(body))

# The feed from A to B.
FEED = bytes.fromhex("f0") * 16
terms = num(1, 0) + num(3, 3)
record = (num(1, 1) + num(3, 1) + data(4, ITEM_OBJECT) + data(5, ITEM_ID) + num(6, 1) +
          data(7, terms) + data(8, H("fairway/parts/v1", title_digest)))
record_hash = H("fairway/record/v1", flat(record))
batch = data(1, FEED) + data(2, A.id) + data(3, B.id) + data(4, flat(record))
signed_batch = A.keys["node"].seal(kind("feed-batch"), flat(batch))
rendition = (data(1, ITEM_OBJECT) + data(2, flat(signed_item)) +
             data(3, text(1, "title") + data(2, SALT) + data(3, TITLE)))
receipt = (data(1, FEED) + data(2, B.id) + data(3, A.id) + num(4, 1) + num(5, 1) +
           data(6, record_hash) + data(7, num(1, 1) + num(2, 1)))
signed_receipt = B.keys["node"].seal(kind("receipt"), flat(receipt))


# A narrows: revision 2 is for others, and with it travels the recall of the first. Then A withdraws
# the whole item, and says so to B as record 2.
EVERY = 2**63 - 1


def recall(through, grade, reason, item=None, origin=None, manifest=1):
    return (data(1, item or ITEM_ID) + data(2, origin or A.id) + num(3, manifest) +
            num(4, through) + num(5, grade) + num(6, reason))


narrowing = recall(1, 2, 6)
signed_narrowing = A.keys["item"].seal(kind("recall"), flat(narrowing))
second_body = body[:2] + num(2, 2) + data(3, ITEM_OBJECT) + body[3:]
SECOND_OBJECT = object_id(kind("item"), flat(second_body))
second_rendition = (data(1, SECOND_OBJECT) +
                    data(2, flat(A.keys["item"].seal(kind("item"), flat(second_body)))) +
                    data(3, text(1, "title") + data(2, SALT) + data(3, TITLE)) +
                    data(5, flat(signed_narrowing)))
withdraw = recall(EVERY, 2, 2)
WITHDRAW_OBJECT = object_id(kind("recall"), flat(withdraw))
signed_withdraw = A.keys["item"].seal(kind("recall"), flat(withdraw))
recall_record = (num(1, 2) + data(2, record_hash) + num(3, 2) + data(4, WITHDRAW_OBJECT) +
                 data(5, ITEM_ID) + num(6, EVERY) + data(7, [b""]) +
                 data(8, H("fairway/parts/v1", b"")))
recall_batch = data(1, FEED) + data(2, A.id) + data(3, B.id) + data(4, flat(recall_record))
signed_recall_batch = A.keys["node"].seal(kind("feed-batch"), flat(recall_batch))


def hello(me, peer, boot, nonce, out_feed, in_feed):
    return (num(1, 1) + num(2, 1) + data(3, me.id) + data(4, peer.id) + data(5, boot * 16) +
            num(6, 1) + num(7, 1) + data(8, nonce * 32) + data(9, b"\xee" * 32) +
            num(10, 1763668800123) + data(11, out_feed) + data(12, in_feed))


hello_a = hello(A, B, b"\xa0", b"\xa1", data(1, FEED), [b""])
hello_b = hello(B, A, b"\xb0", b"\xb1", data(1, b"\x0f" * 16), [b""])
signed_hello_a = A.keys["node"].seal(kind("hello"), flat(hello_a))
signed_hello_b = B.keys["node"].seal(kind("hello"), flat(hello_b))

SECRET = b"\x5e" * 32
join_request = (num(1, 1) + data(2, H("fairway/invitation", SECRET)[:16]) +
                data(3, flat(B.signed_manifest)) + data(4, b"\x3a" * 32))
join_answer = num(1, 1) + data(2, flat(A.signed_manifest)) + data(3, b"\x3b" * 32)

emit("manifest", "manifest", A.manifest, authority_id=A.id)
emit("signed-manifest", "signed", A.signed_manifest, type=kind("manifest").encode(),
     key=A.keys["root"].public, body=flat(A.manifest), object_id=A.id)
emit("hello-from-a", "hello", hello_a)
emit("hello-frame-from-a", "frame", data(1, flat(signed_hello_a)))
emit("hello-from-b", "hello", hello_b)
emit("hello-frame-from-b", "frame", data(1, flat(signed_hello_b)))
emit("title-part", "part", [TITLE], label=b"title", salt=SALT, digest=title_digest)
emit("item-body", "item-body", body, object_id=ITEM_OBJECT)
emit("signed-item", "signed", signed_item, type=kind("item").encode(),
     key=A.keys["item"].public, body=flat(body), object_id=ITEM_OBJECT)
emit("terms", "terms", terms)
emit("record", "record", record, record_hash=record_hash)
emit("batch", "batch", batch)
emit("batch-frame", "frame", data(2, data(1, flat(signed_batch)) + data(2, rendition)))
emit("receipt", "receipt", receipt)
emit("narrowing", "recall", narrowing, object_id=object_id(kind("recall"), flat(narrowing)))
emit("signed-narrowing", "signed", signed_narrowing, type=kind("recall").encode(),
     key=A.keys["item"].public, body=flat(narrowing),
     object_id=object_id(kind("recall"), flat(narrowing)))
emit("second-item-body", "item-body", second_body, object_id=SECOND_OBJECT)
emit("rendition-with-narrowing", "frame",
     data(2, data(1, flat(signed_batch)) + data(2, second_rendition)))
emit("withdraw", "recall", withdraw, object_id=WITHDRAW_OBJECT)
emit("correct", "recall", recall(2, 1, 1))
emit("purge", "recall", recall(EVERY, 3, 3))
emit("correct-just-below-every", "recall", recall(EVERY - 1, 1, 7, manifest=300))
emit("signed-withdraw", "signed", signed_withdraw, type=kind("recall").encode(),
     key=A.keys["item"].public, body=flat(withdraw), object_id=WITHDRAW_OBJECT)
emit("recall-record", "record", recall_record,
     record_hash=H("fairway/record/v1", flat(recall_record)))
emit("recall-batch-frame", "frame",
     data(2, data(1, flat(signed_recall_batch)) +
          data(2, data(1, WITHDRAW_OBJECT) + data(2, flat(signed_withdraw)))))
emit("receipt-frame", "frame", data(3, flat(signed_receipt)))
emit("chunk-request", "frame", data(4, data(1, ITEM_OBJECT) + text(2, "attachments/1")))
emit("chunk-reply", "frame", data(5, data(1, ITEM_OBJECT) + text(2, "attachments/1") +
                                  data(4, b"chunk") + data(5, b"\xcc" * 32)))
emit("chunk-refused", "frame", data(5, data(1, ITEM_OBJECT) + text(2, "attachments/1") +
                                    num(3, 2) + text(6, "FW-ATT-001")))
emit("manifest-frame", "frame", data(6, flat(A.signed_manifest)))
emit("attachment", "descriptor", text(1, "gate4.jpg") + num(2, 65537) + text(3, "image/jpeg") +
     data(4, b"\xcc" * 32))
emit("join-request", "join-request", join_request)
emit("join-answer", "join-answer", join_answer)
emit("join-refused", "join-answer", num(1, 1) + text(4, "FW-PEER-004"))

good = flat(body)
broken("item-truncated", "item-body", good[:-1], "cut short")
broken("item-trailing-byte", "item-body", good + b"\x00", "`#0` is not known here")
broken("item-unknown-field", "item-body", good + flat(num(14, 1)), "`#14` is not known here")
broken("item-field-out-of-order", "item-body", flat(num(2, 1)) + flat(data(1, ITEM_ID)),
       "`item_id` is out of order")
broken("item-field-twice", "item-body", flat(data(1, ITEM_ID) * 2), "`item_id` is there twice")
broken("item-long-varint", "item-body", good.replace(b"\x10\x01\x22", b"\x10\x81\x00\x22", 1),
       "`revision` is not a shortest varint")
broken("item-kind-unknown", "item-body", good.replace(b"\x30\x01\x38", b"\x30\x0a\x38", 1),
       "`kind` is 10")
broken("item-default-written-out", "item-body",
       good.replace(b"\x30\x01\x38", b"\x30\x00\x38", 1), "`kind` is a default written out")
broken("item-uuid-version-1", "item-body",
       good.replace(ITEM_ID, ITEM_ID[:6] + b"\x1a" + ITEM_ID[7:], 1), "`item_id` is not a UUID")
broken("item-half-a-second", "item-body",
       good.replace(flat(num(12, 1798761600000)), flat(num(12, 1798761600500)), 1),
       "whole seconds")
said = flat(withdraw)
broken("recall-empty", "recall", b"", "`item_id` is 0 bytes, want 16")
broken("recall-truncated", "recall", said[:-1], "`reason` is not a shortest varint")
broken("recall-trailing-byte", "recall", said + b"\x00", "`#0` is not known here")
broken("recall-with-a-time", "recall", said + flat(num(7, 1763668800000)), "`#7` is not known here")
broken("recall-with-a-note", "recall", said + flat(text(8, "sorry")), "`#8` is not known here")
broken("recall-field-out-of-order", "recall", flat(data(2, A.id) + data(1, ITEM_ID)),
       "`item_id` is out of order")
broken("recall-field-twice", "recall", flat(withdraw[:2] + withdraw), "`item_id` is there twice")
broken("recall-item-15-bytes", "recall", flat(recall(EVERY, 2, 2, item=ITEM_ID[:15])),
       "`item_id` is 15 bytes, want 16")
broken("recall-uuid-version-1", "recall",
       flat(recall(EVERY, 2, 2, item=ITEM_ID[:6] + b"\x1a" + ITEM_ID[7:])),
       "`item_id` is not a UUID")
broken("recall-origin-31-bytes", "recall", flat(recall(EVERY, 2, 2, origin=A.id[:31])),
       "`origin` is 31 bytes, want 32")
broken("recall-without-manifest", "recall", said.replace(b"\x18\x01", b"", 1),
       "`origin_manifest` is missing")
broken("recall-manifest-beyond", "recall", flat(recall(EVERY, 2, 2, manifest=EVERY + 1)),
       "`origin_manifest` is 9223372036854775808")
broken("recall-through-nothing", "recall",
       flat(withdraw[:5] + withdraw[6:]), "`through_revision` is missing")
broken("recall-through-beyond", "recall", flat(recall(EVERY + 1, 2, 2)),
       "`through_revision` is 9223372036854775808")
broken("recall-long-varint", "recall",
       said.replace(b"\x18\x01\x20", b"\x18\x81\x00\x20", 1), "is not a shortest varint")
broken("recall-default-written-out", "recall", flat(recall(EVERY, 0, 2)),
       "`grade` is a default written out")
broken("recall-without-grade", "recall", said[:-4] + said[-2:], "`grade` is missing")
broken("recall-grade-unknown", "recall", flat(recall(EVERY, 4, 2)), "`grade` is 4")
broken("recall-without-reason", "recall", said[:-2], "`reason` is missing")
broken("recall-reason-unknown", "recall", flat(recall(EVERY, 2, 8)), "`reason` is 8")
broken("recall-withdraw-of-some", "recall", flat(recall(3, 2, 2)), "is of every revision")
broken("recall-purge-of-some", "recall", flat(recall(EVERY - 1, 3, 2)), "is of every revision")
broken("recall-correct-of-all", "recall", flat(recall(EVERY, 1, 1)), "leaves room")
broken("recall-narrowing-of-all", "recall", flat(recall(EVERY, 2, 6)), "leaves room")
broken("recall-narrowing-as-correct", "recall", flat(recall(1, 1, 6)),
       "a narrowing has the grade withdraw")
broken("recall-narrowing-as-purge", "recall", flat(recall(1, 3, 6)),
       "a narrowing has the grade withdraw")
broken("recall-above-its-limit", "recall", said + b"\x3a\x7f" + b"x" * 127, "limit")
broken("rendition-recall-before-twice", "frame",
       flat(data(2, data(1, flat(signed_batch)) +
                 data(2, second_rendition + data(5, flat(signed_narrowing))))),
       "`batch.renditions[0].recall_before` is there twice")
broken("record-of-an-unknown-operation", "record", flat(num(1, 1) + num(3, 3)), "`op` is 3")
broken("record-first-with-previous-hash", "record",
       flat(num(1, 1) + data(2, b"\x11" * 32) + num(3, 1)), "`prev_hash`")
broken("record-without-terms", "record",
       flat(record).replace(flat(data(7, terms)), b"", 1), "`terms` is missing")
second = flat(num(1, 3) + data(2, record_hash) + num(3, 1) + data(4, ITEM_OBJECT) +
              data(5, ITEM_ID) + num(6, 2) + data(7, terms) + data(8, b"\x22" * 32))
broken("batch-with-a-gap", "batch", flat(batch + data(4, second)), "`records[1].seq` is 3, want 2")
broken("batch-empty", "batch", flat(batch[:6]), "`records` is missing")
broken("receipt-misses-a-line", "receipt", flat(receipt[:-3]), "`lines` is there 0 times, want 1")
broken("hello-without-exporter", "hello",
       flat(hello_a).replace(flat(data(9, b"\xee" * 32)), b"", 1), "`exporter` is 0 bytes")
broken("frame-empty", "frame", b"", "`frame` is missing")
broken("frame-of-two-kinds", "frame", flat(data(1, flat(signed_hello_a)) +
                                            data(3, flat(signed_receipt))), "same choice")
broken("frame-label-not-utf8", "frame", flat(data(4, data(1, ITEM_OBJECT) + data(2, b"a\xff"))),
       "`chunk_request.label` is not valid UTF-8")
broken("join-answer-yes-and-no", "join-answer", flat(join_answer + text(4, "FW-PEER-004")),
       "`refused` is there beside an acceptance")
broken("manifest-names-itself", "manifest", flat(data(1, A.id) + A.manifest),
       "`authority_id` is there in version 1")


def write(path, title, vectors):
    with open(path, "w", encoding="utf-8") as out:
        out.write(f"# {title}\n# Written by make_wire_vectors.py, which shares no code with the node.\n")
        for lines in vectors:
            out.write("\n" + "\n".join(lines) + "\n")


write("exchange.txt", "One exchange between two authorities (api/PROTOCOL.md §12).", VECTORS)
write("broken.txt", "What a strict reader refuses, and which field it names.", BROKEN)
