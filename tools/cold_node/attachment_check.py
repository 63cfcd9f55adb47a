"""Attachments: chunks against the roots that their originators signed."""
import itertools

from . import digests
from .item_check import ACTIVE
from .node import short, surviving


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
