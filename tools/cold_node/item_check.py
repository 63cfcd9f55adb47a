"""Revisions, their parts and attachments, recalls, and the log that lists them."""
import dataclasses
import itertools
import re

from . import digests, messages
from .node import opened, ref_of, short, surviving
from .protobuf import Malformed

ACTIVE, SUPERSEDED, QUARANTINED, EXPIRED, RECALLED = 1, 2, 3, 4, 5
STATES = {1: "active", 2: "superseded", 3: "quarantined", 4: "expired", 5: "recalled"}
_LANE_OF_PRECEDENCE = {4: 1, 3: 2, 2: 3, 1: 4}
LANE_RECALL = 0

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


@dataclasses.dataclass
class Recall:
    object: bytes
    item: bytes
    origin: bytes
    through: int
    grade: int
    reason: int
    effective: bool
    received_from: bytes
    by_user: str
    log_seq: int


def is_label(text, own):
    return bool(text in _PLAIN or _NUMBERED.fullmatch(text) or _LESSON.fullmatch(text) or
                (own and text in _PRIVATE))


# --- revisions -----------------------------------------------------------------------------------

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


# --- attachments ---------------------------------------------------------------------------------

def check_attachments(report, node, revisions):
    """{(object, label)} of those that are whole."""
    check = report.check("attachments", "attachments against their signed roots")
    wanted, whole, partial = set(), set(), 0
    with surviving(check, "missing_attachment"):
        wanted.update(node.database.rows("SELECT object, label FROM missing_attachment"))
    with surviving(check, "chunk"):
        rows = node.database.rows("SELECT object, label, number, bytes FROM chunk "
                                  "ORDER BY object, label, number")
        here = {}
        for (object_id, label), chunks in itertools.groupby(rows, key=lambda row: row[:2]):
            here[object_id, label] = _examine(check, revisions, object_id, label,
                                              [row[2:] for row in chunks])
    for revision in revisions.values():
        for label, descriptor in revision.attachments.items():
            check.count += 1
            key = (revision.object, label)
            complete = here.get(key, descriptor["size"] == 0)
            if complete:
                whole.add(key)
                check.require(key not in wanted, f"{label} of {revision.name}",
                              "whole, and still asked for", "one or the other")
            elif key in wanted:
                partial += 1
            elif revision.state == ACTIVE:
                check.problem(f"{label} of {revision.name}", "not whole, and nobody is asked for it",
                              "all of its chunks")
    if partial:
        check.note(f"{partial} still being fetched: single chunks cannot be told from wrong ones")
    for object_id, label in wanted:
        known = object_id in revisions and label in revisions[object_id].attachments
        check.require(known, f"what is asked for: {label} of object {short(object_id)}",
                      "no such attachment here", "an attachment of a revision that is here")
    return whole


def _examine(check, revisions, object_id, label, chunks):
    """Is it whole and right?"""
    revision = revisions.get(object_id)
    descriptor = revision.attachments.get(label) if revision else None
    name = f"{label} of " + (revision.name if revision else f"object {short(object_id)}")
    if descriptor is None:
        erased = revision is not None and revision.erased
        check.problem(name, f"{len(chunks)} chunks" + (" of erased content" if erased else ""),
                      "no chunks without a description that is here")
        return False
    size = descriptor["size"]
    numbers = [number for number, _ in chunks]
    if numbers != list(range(-(-size // digests.CHUNK_BYTES))):
        return False
    contents = [content for _, content in chunks]
    right = sum(map(len, contents)) == size and digests.chunk_root(contents) == descriptor["chunk_root"]
    check.require(right, name, f"chunks with the root {short(digests.chunk_root(contents))}",
                  f"{short(descriptor['chunk_root'])}, which its originator signed")
    return True


# --- recalls -------------------------------------------------------------------------------------

def check_recalls(report, node, revisions):
    """{object: Recall}; each revision that is recalled has no content that should be gone."""
    check = report.check("recalls", "recalls: signatures, and nothing came back")
    if node.schema < 2:
        check.note("a database of schema 1 has no recalls")
        for revision in revisions.values():
            check.require(revision.state != RECALLED, revision.name, "recalled", "no recalls yet")
        return {}
    recalls = {}
    with surviving(check, "recall"):
        for row in node.database.rows(
                "SELECT object, item, origin, through, grade, reason, effective, received_from, "
                "by_user, log_seq, origin_manifest, signed FROM recall ORDER BY id"):
            check.count += 1
            recall = Recall(*row[:6], bool(row[6]), *row[7:10])
            check.require(row[6] in (0, 1), f"recall {short(row[0])}", f"effective {row[6]}", "0 or 1")
            recalls[recall.object] = recall
            _check_statement(check, node, recall, row[10], row[11])
    _check_effect(check, node, revisions, recalls)
    return recalls


def _check_statement(check, node, recall, manifest, signed):
    what = f"recall {short(recall.object)}"
    envelope, body = opened(check, what, signed, messages.RECALL, messages.read_recall)
    if envelope is None:
        return
    check.require(envelope.object_id == recall.object, what,
                  f"its bytes have the object id {short(envelope.object_id)}", short(recall.object))
    stored = (recall.item, recall.origin, manifest, recall.through, recall.grade, recall.reason)
    said = tuple(body[name] for name in ("item_id", "origin", "origin_manifest", "through_revision",
                                         "grade", "reason"))
    check.require(stored == said, what, "the table differs from the signed statement",
                  "what its originator signed")
    keys = node.keys(body["origin"], messages.PURPOSE_ITEM, body["origin_manifest"])
    check.require(envelope.signed_by(keys), what, "no valid signature by the item's originator",
                  f"one by an item key of {node.peer_name(body['origin'])}, "
                  f"manifest {body['origin_manifest']}")
    check.require(recall.received_from in node.peers if recall.received_from else
                  recall.origin == node.authority, what,
                  f"from {node.peer_name(recall.received_from) if recall.received_from else 'nobody'}",
                  "own ones from nobody, others' from a peer")
    check.require((recall.log_seq > 0) == recall.effective, what,
                  f"log entry {recall.log_seq}, effective {recall.effective}",
                  "a log entry exactly when it is in effect")


def _check_effect(check, node, revisions, recalls):
    through, purged = node.recalled_through, {}
    for recall in recalls.values():
        key = (recall.origin, recall.item)
        if recall.effective:
            through[key] = max(through.get(key, 0), recall.through)
            if recall.grade == messages.GRADE_PURGE:
                purged[key] = max(purged.get(key, 0), recall.through)
    for revision in revisions.values():
        key = (revision.origin, revision.item)
        covered = revision.revision <= through.get(key, 0)
        own = revision.received_from is None
        check.require(covered == (revision.state == RECALLED), revision.name,
                      f"{STATES.get(revision.state)}, and recalled through {through.get(key, 0)}",
                      "recalled exactly when a recall reaches it")
        if covered and (not own or revision.revision <= purged.get(key, 0)):
            check.require(revision.erased and not revision.parts, revision.name,
                          f"recalled, and {revision.parts} parts are here",
                          "nothing of its content",
                          following="keep this copy as evidence, then: fairway backup restore")


# --- the log -------------------------------------------------------------------------------------

def check_log(report, node, revisions, recalls):
    """The number of the log's last entry."""
    check = report.check("log", "log entries, each of one revision or recall")
    last, of_revisions = 0, {each.log_seq: each for each in revisions.values()}
    of_recalls = {each.log_seq: each for each in recalls.values() if each.effective}
    with surviving(check, "log"):
        for seq, object_id, is_revision, lane in node.database.rows(
                "SELECT seq, object, is_revision, lane FROM log ORDER BY seq"):
            check.count += 1
            check.require(is_revision in (0, 1), f"log entry {seq}", f"is_revision {is_revision}", "0 or 1")
            check.require(seq == last + 1, f"log entry {seq}", f"entry {last} before it",
                          "numbers without a gap")
            last = seq
            owner = (of_revisions if is_revision else of_recalls).pop(seq, None)
            if not check.require(owner is not None and owner.object == object_id, f"log entry {seq}",
                                 f"object {short(object_id)}, which does not name this entry",
                                 "the revision or recall that names it"):
                continue
            right = _LANE_OF_PRECEDENCE.get(owner.precedence) if is_revision else LANE_RECALL
            check.require(lane == right, f"log entry {seq}", f"lane {lane}", f"lane {right}")
    for owner in (*of_revisions.values(), *of_recalls.values()):
        check.problem(f"object {short(owner.object)}", f"log entry {owner.log_seq}, which is not its own",
                      "one log entry of its own")
    _check_cursors(report, node, last)
    return last


def _check_cursors(report, node, last):
    check = report.check("cursors", "cursors and sweeps within the log")
    with surviving(check, "cursor"):
        for peer, lane, seq in node.database.rows("SELECT peer, lane, seq FROM cursor"):
            check.count += 1
            check.require(seq <= last and lane in range(5) and peer in node.peers,
                          f"cursor of {node.peer_name(peer)} in lane {lane}", f"at {seq}",
                          f"a peer's, at most {last}, the end of the log")
    with surviving(check, "sweep"):
        for peer, following, until in node.database.rows("SELECT peer, next_seq, until_seq FROM sweep"):
            check.count += 1
            check.require(until <= last and peer in node.peers, f"sweep of {node.peer_name(peer)}",
                          f"until {until}", f"a peer's, at most {last}, the end of the log")
    with surviving(check, "setting"):
        for name, in node.database.rows("SELECT name FROM setting"):
            check.count += 1
            kind, _, owner = name.partition("/")
            known = kind not in ("sweep-basis", "peer-incarnation") or any(
                authority.hex() == owner for authority in node.peers)
            check.require(known, f"setting {name}", "of nobody this node knows", "one of a peer")
