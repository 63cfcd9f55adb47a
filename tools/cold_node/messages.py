"""The signed messages of api/PROTOCOL.md, and the envelope around each."""
import dataclasses

from . import digests, protobuf, sodium
from .protobuf import Malformed

MAX_ENVELOPE_BODY = 327_680
KIND = "application/vnd.fairway.%s.v1+pb"
MANIFEST, ITEM, RECEIPT, RECALL = (KIND % word for word in ("manifest", "item", "receipt", "recall"))

PURPOSE_ITEM, PURPOSE_NODE, PURPOSE_LOG, PURPOSE_TLS = 1, 2, 3, 4
OP_PUT, OP_RECALL = 1, 2
OUTCOME_STORED, OUTCOME_QUARANTINED, OUTCOME_REFUSED, OUTCOME_NO_CONTENT = 1, 2, 3, 4
GRADE_CORRECT, GRADE_WITHDRAW, GRADE_PURGE = 1, 2, 3
REASON_NARROWED = 6
EVERY_REVISION = 2**63 - 1
PART_LIST_SIZES = (16, 32, 64, 128, 256)

_SIG = {1: ("key_id", "bytes"), 2: ("sig", "bytes")}
_SIGNED = {1: ("body", "bytes"), 2: ("type", "text"), 3: ("+sigs", _SIG)}
_MANIFEST = {
    1: ("authority_id", "bytes"), 2: ("version", "uint"), 3: ("+root_keys", "bytes"),
    4: ("+keys", {1: ("purpose", ("enum", 4)), 2: ("key", "bytes")}), 5: ("display_name", "text"),
    6: ("country", "text"), 7: ("+endpoints", "text")}
_ITEM_BODY = {
    1: ("item_id", "bytes"), 2: ("revision", "uint"), 3: ("prev", "bytes"), 4: ("origin", "bytes"),
    5: ("origin_manifest", "uint"), 6: ("kind", ("enum", 9)), 7: ("mode", ("enum", 3)),
    8: ("tlp", ("enum", 5)), 9: ("pap", ("enum", 4)), 10: ("precedence", ("enum", 4)),
    11: ("onward", ("enum", 5)), 12: ("?not_after_ms", "int"), 13: ("+part_digests", "bytes")}
_TERMS = {
    1: ("?hops", "uint32"), 2: ("?expires_ms", "int"), 3: ("tlp_floor", ("enum", 5)),
    4: ("pap_floor", ("enum", 4)), 5: ("purpose", {1: ("+words", "text")}),
    6: ("watermark", "bool"), 7: ("encrypt_at_rest", "bool")}
_RECORD = {
    1: ("seq", "uint"), 2: ("prev_hash", "bytes"), 3: ("op", ("enum", 2)), 4: ("object_id", "bytes"),
    5: ("item_id", "bytes"), 6: ("revision", "uint"), 7: ("terms", _TERMS),
    8: ("parts_digest", "bytes")}
_RECEIPT = {
    1: ("feed_id", "bytes"), 2: ("from", "bytes"), 3: ("to", "bytes"), 4: ("first_seq", "uint"),
    5: ("last_seq", "uint"), 6: ("last_hash", "bytes"),
    7: ("+lines", {1: ("seq", "uint"), 2: ("outcome", ("enum", 4)), 3: ("code", "text")})}
_DESCRIPTOR = {
    1: ("name", "text"), 2: ("size", "uint"), 3: ("media_type", "text"), 4: ("chunk_root", "bytes")}
_RECALL = {
    1: ("item_id", "bytes"), 2: ("origin", "bytes"), 3: ("origin_manifest", "uint"),
    4: ("through_revision", "uint"), 5: ("grade", ("enum", 3)), 6: ("reason", ("enum", 7))}


@dataclasses.dataclass
class Envelope:
    body: bytes
    kind: str
    signatures: list

    @property
    def object_id(self):
        return digests.object_id(self.kind.encode(), self.body)

    def signed_by(self, keys):
        """Is there a valid signature by one of the keys?"""
        message = digests.pae(self.kind.encode(), self.body)
        return any(sodium.verify(key, message, sig) for key in keys for sig in self.signatures)


def open_envelope(data, kind):
    """A Signed of the wanted type. Whether it is signed is for the caller to ask."""
    signed = protobuf.read(_SIGNED, data)
    if signed["type"] != kind:
        raise Malformed(f"an envelope of type {signed['type'][:60]!r}, not {kind}")
    if not 1 <= len(signed["body"]) <= MAX_ENVELOPE_BODY:
        raise Malformed(f"a body of {len(signed['body'])} bytes")
    if not 1 <= len(signed["sigs"]) <= 32 or any(
            len(sig["key_id"]) != 32 or len(sig["sig"]) != 64 for sig in signed["sigs"]):
        raise Malformed("signatures of another number or size than allowed")
    return Envelope(signed["body"], signed["type"], [sig["sig"] for sig in signed["sigs"]])


def _demand(holds, what):
    if not holds:
        raise Malformed(what)


def read_manifest(body):
    manifest = protobuf.read(_MANIFEST, body)
    _demand(manifest["version"] >= 1, "a version of 0")
    _demand(len(manifest["authority_id"]) == (0 if manifest["version"] == 1 else 32),
            "an authority id that does not fit its version")
    _demand(1 <= len(manifest["root_keys"]) <= 8, "not 1 to 8 root keys")
    _demand({key["purpose"] for key in manifest["keys"]} == {1, 2, 3, 4},
            "not a key for each purpose")
    every = manifest["root_keys"] + [key["key"] for key in manifest["keys"]]
    _demand(all(len(key) == 32 for key in every) and len(set(every)) == len(every),
            "a key twice or of another size than 32 bytes")
    return manifest


def read_item_body(body):
    item = protobuf.read(_ITEM_BODY, body)
    _demand(len(item["item_id"]) == 16 and len(item["origin"]) == 32, "an id of a wrong size")
    _demand(item["revision"] >= 1 and item["origin_manifest"] >= 1, "a number 0")
    _demand(len(item["prev"]) == (32 if item["revision"] > 1 else 0),
            "prev does not fit the revision number")
    _demand(all(item[name] for name in ("kind", "mode", "tlp", "pap", "precedence", "onward")),
            "a mark is missing")
    listed = item["part_digests"]
    _demand(len(listed) in PART_LIST_SIZES and all(len(each) == 32 for each in listed) and
            all(a < b for a, b in zip(listed, listed[1:])),
            "a list of part digests that is not in its one form")
    return item


def read_record(data):
    record = protobuf.read(_RECORD, data)
    _demand(record["seq"] >= 1 and record["op"] and record["revision"] >= 1, "a number 0")
    _demand(len(record["prev_hash"]) == (32 if record["seq"] > 1 else 0),
            "prev_hash does not fit the number")
    _demand(len(record["object_id"]) == 32 and len(record["item_id"]) == 16 and
            len(record["parts_digest"]) == 32, "an id of a wrong size")
    _demand(record["terms"] is not None, "no terms")
    return record


def write_record(seq, prev_hash, op, object_id, item, revision, terms, parts_digest):
    """The bytes of a feed record. `terms`: hops, expiry, floors, purposes, watermark, encrypt at rest,
    each None if not set."""
    hops, expires, tlp_floor, pap_floor, purpose, watermark, encrypt_at_rest = terms
    limits = b"".join(protobuf.field(number, value) for number, value in
                      ((1, hops), (2, expires), (3, tlp_floor), (4, pap_floor)) if value is not None)
    if purpose is not None:
        words = [word.encode() for word in purpose.split("\n") if word]
        limits += protobuf.field(5, b"".join(protobuf.field(1, word) for word in words))
    limits += b"".join(protobuf.field(number, 1) for number, said in
                       ((6, watermark), (7, encrypt_at_rest)) if said)
    return b"".join((
        protobuf.field(1, seq), protobuf.field(2, prev_hash) if prev_hash else b"",
        protobuf.field(3, op), protobuf.field(4, object_id), protobuf.field(5, item),
        protobuf.field(6, revision), protobuf.field(7, limits), protobuf.field(8, parts_digest)))


def read_receipt(body):
    receipt = protobuf.read(_RECEIPT, body)
    _demand(len(receipt["feed_id"]) == 16 and len(receipt["last_hash"]) == 32, "an id of a wrong size")
    numbers = [line["seq"] for line in receipt["lines"]]
    _demand(1 <= len(numbers) <= 256 and
            numbers == list(range(receipt["first_seq"], receipt["last_seq"] + 1)),
            "not one line for each number")
    _demand(all(line["outcome"] for line in receipt["lines"]), "a line without an outcome")
    return receipt


def read_recall(body):
    recall = protobuf.read(_RECALL, body)
    _demand(len(recall["item_id"]) == 16 and len(recall["origin"]) == 32, "an id of a wrong size")
    _demand(recall["origin_manifest"] >= 1 and 1 <= recall["through_revision"] <= EVERY_REVISION,
            "a number out of range")
    _demand(recall["grade"] and recall["reason"], "no grade or no reason")
    return recall


def read_descriptor(data):
    descriptor = protobuf.read(_DESCRIPTOR, data)
    _demand(len(descriptor["chunk_root"]) == 32, "a chunk root of a wrong size")
    return descriptor


def read_parts(blob):
    """The stored parts of a revision: for each lp16 label, 16 bytes of salt, lp32 content."""
    parts, at = [], 0

    def take(size):
        nonlocal at
        if size > len(blob) - at:
            raise Malformed("a list of parts is cut short")
        at += size
        return blob[at - size:at]
    while at < len(blob):
        label = take(int.from_bytes(take(2), "big"))
        salt = take(16)
        parts.append((label, salt, take(int.from_bytes(take(4), "big"))))
    return parts
