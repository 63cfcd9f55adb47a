"""Revisions and their parts."""
import dataclasses
import itertools
import re

from . import digests, messages
from .node import opened, ref_of, short, surviving
from .protobuf import Malformed

ACTIVE, SUPERSEDED, QUARANTINED, EXPIRED, RECALLED = 1, 2, 3, 4, 5
STATES = {1: "active", 2: "superseded", 3: "quarantined", 4: "expired", 5: "recalled"}

_PLAIN = {"title", "summary", "body", "topics", "language", "time.day", "time.exact",
          "location.region", "grading", "source.identity", "source.contact", "source.method",
          "officer.name", "officer.contact"}
_NUMBERED = re.compile(r"(facts|location\.exact|persons\.name|vehicle\.plate|vessel\.imo|"
                       r"container\.number|attachments)/[1-9][0-9]*")
_LESSON = re.compile(r"lessons\.[a-z]([a-z-]{0,38}[a-z])?")
_PRIVATE = {"audience", "caveats", "purpose"}


@dataclasses.dataclass
class Revision:
    row: int
    object: bytes
    item: bytes
    revision: int
    origin: bytes
    kind: int
    precedence: int
    received_from: bytes
    state: int
    log_seq: int
    erased: bool
    parts: int = 0  # that are here
    attachments: dict = dataclasses.field(default_factory=dict)  # label -> descriptor

    @property
    def name(self):
        return f"revision {self.revision} of {ref_of(self.kind, self.item)} (object {short(self.object)})"


def is_label(text, own):
    return bool(text in _PLAIN or _NUMBERED.fullmatch(text) or _LESSON.fullmatch(text) or
                (own and text in _PRIVATE))


_BODY_COLUMNS = ("item_id", "revision", "prev", "origin", "origin_manifest", "kind", "mode", "tlp",
                 "pap", "precedence", "onward", "not_after_ms", "part_digests")


def check_items(report, node):
    """{object: Revision}."""
    check = report.check("items", "revisions: signatures, ids, order, parts")
    erased = "erased" if node.schema >= 2 else "0"
    revisions = {}
    with surviving(check, "revision"):
        for row in node.database.rows(
                "SELECT id, object, item, revision, prev, origin, origin_manifest, kind, mode, tlp, "
                "pap, precedence, onward, not_after, part_digests, received_from, state, log_seq, "
                f"signed, {erased}, (SELECT parts FROM parts WHERE parts.revision = revision.id) "
                "FROM revision ORDER BY id"):
            check.count += 1
            check.require(row[19] in (0, 1), f"revision row {row[0]}", f"erased {row[19]}", "0 or 1")
            revision = Revision(row[0], row[1], row[2], row[3], row[5], row[7], row[11], row[15],
                                row[16], row[17], bool(row[19]))
            revisions[revision.object] = revision
            body = _check_signature(check, node, revision, row)
            _check_content(check, node, revision, body, row[20])
    _check_orphan_parts(check, node)
    _check_order(check, node, revisions)
    return revisions


def _check_signature(check, node, revision, row):
    what = revision.name
    envelope, body = opened(check, what, row[18], messages.ITEM, messages.read_item_body)
    if envelope is None:
        return None
    check.require(envelope.object_id == revision.object, what,
                  f"its bytes have the object id {short(envelope.object_id)}", short(revision.object))
    stored = dict(zip(_BODY_COLUMNS, row[2:15]))
    stored["prev"] = stored["prev"] or b""
    signed = dict(body, part_digests=b"".join(body["part_digests"]))
    differ = [name for name in _BODY_COLUMNS if stored[name] != signed[name]]
    check.require(not differ, what, f"the table differs from the signed body in {', '.join(differ)}",
                  "what its originator signed")
    keys = node.keys(body["origin"], messages.PURPOSE_ITEM, body["origin_manifest"])
    if check.require(keys, what, f"no manifest {body['origin_manifest']} of "
                     f"{node.peer_name(body['origin'])}", "the manifest that the body names"):
        check.require(envelope.signed_by(keys), what, "no valid signature by its originator",
                      f"one by an item key of {node.peer_name(body['origin'])}")
    check.require((revision.received_from is None) == (body["origin"] == node.authority), what,
                  "received from " + (node.peer_name(revision.received_from)
                                      if revision.received_from else "nobody"),
                  "own ones from nobody, others' from a peer")
    return body


def _check_content(check, node, revision, body, blob):
    what = revision.name
    if not check.require(revision.state in STATES, what, f"state {revision.state}", "1 to 5"):
        return
    if revision.erased:
        check.require(blob is None, what, "its content was erased, and parts are here", "no parts")
        check.require(revision.state in (EXPIRED, RECALLED), what,
                      f"erased, and {STATES[revision.state]}", "erased ones are expired or recalled")
        return
    check.require(node.schema == 1 or revision.state != EXPIRED, what, "expired, and not erased",
                  "nothing of what has expired is kept", following="fairway doctor")
    if blob is None:
        check.problem(what, "its parts are missing", "the parts that were stored with it")
        return
    try:
        parts = messages.read_parts(blob)
    except Malformed as error:
        check.problem(what, str(error), "a list of parts")
        return
    revision.parts = len(parts)
    labels = [label for label, _, _ in parts]
    check.require(labels == sorted(set(labels)), what, "parts out of order or twice",
                  "labels in ascending order, each once")
    committed = set(body["part_digests"]) if body else None
    for label, salt, content in parts:
        _check_part(check, revision, committed, label, salt, content)


def _check_part(check, revision, committed, label, salt, content):
    text = label.decode("utf-8", "replace")
    what = f"part {text!r} of {revision.name}"
    check.require(is_label(text, revision.received_from is None), what, "a label that may not be here",
                  "one of the labels of PROTOCOL.md §5.2")
    digest = digests.part_digest(label, salt, content)
    if committed is not None:
        check.require(digest in committed, what, f"digest {short(digest)}, which is not committed to",
                      "one of the digests that its originator signed")
    if text.startswith("attachments/"):
        try:
            revision.attachments[text] = messages.read_descriptor(content)
        except Malformed as error:
            check.problem(what, str(error), "a description of an attachment")


def _check_orphan_parts(check, node):
    with surviving(check, "parts"):
        rows = node.database.one("SELECT count(*) FROM parts WHERE revision NOT IN "
                                 "(SELECT id FROM revision)")
        check.require(rows == 0, "table parts", f"{rows} rows of no revision", "none")


def _check_order(check, node, revisions):
    by_item = {}
    for revision in revisions.values():  # in the order of storing
        by_item.setdefault((revision.origin, revision.item), []).append(revision)
    for those in by_item.values():
        numbers = [each.revision for each in those]
        name = ref_of(those[0].kind, those[0].item)
        check.require(all(a < b for a, b in zip(numbers, numbers[1:])), f"the revisions of {name}",
                      f"stored in the order {numbers}", "numbers that rise")
        active = [each.revision for each in those if each.state == ACTIVE]
        check.require(len(active) <= 1, f"item {name}", f"active revisions {active}", "at most one")
        newest = max(numbers)
        for each in those:
            if each.state == ACTIVE and each.revision != newest:
                check.problem(each.name, f"active, and revision {newest} is here",
                              "the newest is the active one")
            if each.state == SUPERSEDED and each.revision == newest:
                check.problem(each.name, "superseded, and no newer one is here",
                              "a newer revision")
    _check_prev(check, node, by_item)


def _check_prev(check, node, by_item):
    prev = {}
    with surviving(check, "revision"):
        prev.update(node.database.rows("SELECT object, prev FROM revision WHERE prev IS NOT NULL"))
    for those in by_item.values():
        for before, after in itertools.pairwise(those):
            if after.revision == before.revision + 1:
                check.require(prev.get(after.object) == before.object, after.name,
                              f"it follows {short(prev.get(after.object, b''))}",
                              f"{short(before.object)}, the revision before it")


def digests_of_parts(node, revision):
    """{label: digest} of what is here of a revision."""
    blob = node.database.one("SELECT parts FROM parts WHERE revision = ?", revision.row) or b""
    return {label.decode("utf-8", "replace"): digests.part_digest(label, salt, content)
            for label, salt, content in messages.read_parts(blob)}
