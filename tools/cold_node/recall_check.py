"""Recalls, and that nothing came back of what they reach."""
import dataclasses

from . import messages
from .item_check import RECALLED, STATES
from .node import opened, short, surviving


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
