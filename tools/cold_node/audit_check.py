"""The audit log: every leaf from its bytes, the tree, the checkpoints."""
from . import audit_leaf, digests, messages
from .node import short, surviving
from .protobuf import Malformed
from .trace_check import TRACED


def check_audit(report, node, outside):
    """[Leaf] of those kinds that leave a trace elsewhere.

    `outside`: the text of a checkpoint that was kept elsewhere, or None.
    """
    check = report.check("audit log", "leaves: hashes, chain, tree")
    signed = report.check("checkpoints", "checkpoints: signatures and roots")
    roots = {}  # size -> root, where somebody stated one
    stated = _read_stated(signed, node, outside)
    leaves, unknown, tree, last = [], 0, digests.Tree(), digests.NO_DIGEST
    with surviving(check, "audit_leaf"):
        for seq, data, stored_hash in node.database.rows(
                "SELECT seq, bytes, leaf_hash FROM audit_leaf ORDER BY seq"):
            check.count += 1
            leaf = _check_leaf(check, seq, data, stored_hash, tree.size, last)
            if leaf is not None:
                unknown += leaf.kind not in audit_leaf.KINDS.values()
                if leaf.kind in TRACED:
                    leaves.append(leaf)
            last = digests.leaf_hash(data)
            if tree.size in stated:
                roots[tree.size] = tree.root()
            tree.append(last)
    roots[tree.size] = tree.root()
    if unknown:
        check.note(f"{unknown} entries of kinds that this fsck does not know")
    _check_head(check, node, tree, last)
    for size, (what, root) in sorted(stated.items()):
        if size > tree.size:
            signed.problem(what, f"the log has {tree.size} entries", f"{size}, for which it was signed",
                           following="this is an older copy, or entries were removed: restore the newest")
        else:
            signed.require(roots.get(size) == root, what,
                           f"the entries give the root {short(roots.get(size, b''))}", short(root))
    report.facts["log_size"], report.facts["log_root"] = tree.size, tree.root().hex()
    return leaves


def _check_leaf(check, seq, data, stored_hash, index, last):
    what = f"audit entry {index}"
    check.require(seq == index, what, f"entry {seq} comes next", "numbers without a gap")
    check.require(digests.leaf_hash(data) == stored_hash, what,
                  f"the stored hash is {short(stored_hash)}",
                  f"{short(digests.leaf_hash(data))}, of its bytes")
    try:
        leaf = audit_leaf.read_leaf(data)
    except Malformed as error:
        check.problem(what, str(error), "a leaf as EVENTS.md lays it out")
        return None
    check.require(leaf.seq == seq, what, f"its bytes say entry {leaf.seq}", f"entry {seq}")
    check.require(leaf.prev == last, what, f"it names {short(leaf.prev)} as the entry before it",
                  short(last))
    return leaf


def _check_head(check, node, tree, last):
    with surviving(check, "audit_head"):
        row = next(node.database.rows("SELECT frontier, last_leaf_hash FROM audit_head"), None)
        if row is None:
            check.require(tree.size == 0, "the head of the log", "none", f"one for {tree.size} entries")
            return
        check.require(row[0] == tree.frontier(), "the head of the log",
                      f"a frontier of {int.from_bytes(row[0][:8], 'big')} entries",
                      f"that of the {tree.size} entries that are here")
        check.require(row[1] == last, "the head of the log", f"last entry {short(row[1])}", short(last))


def _read_stated(check, node, outside):
    """{size: (what, root)} of all checkpoints that are validly signed."""
    stated = {}
    with surviving(check, "audit_checkpoint"):
        for size, note in node.database.rows("SELECT size, note FROM audit_checkpoint ORDER BY size"):
            check.count += 1
            what = f"checkpoint {size}"
            opened = _open(check, node, what, note)
            if opened and check.require(opened[0] == size, what, f"it was signed for size {opened[0]}",
                                        size):
                stated[size] = (what, opened[1])
    if outside is not None:
        check.count += 1
        opened = _open(check, node, "the checkpoint given", outside)
        if opened:
            stated[opened[0]] = ("the checkpoint given", opened[1])
    return stated


def _open(check, node, what, note):
    try:
        origin, size, root, text, signatures = audit_leaf.read_checkpoint(note)
    except Malformed as error:
        check.problem(what, str(error), "a C2SP checkpoint")
        return None
    keys = node.keys(node.authority, messages.PURPOSE_LOG)
    holds = origin == node.log_origin and audit_leaf.checkpoint_holds(text, signatures, origin, keys)
    if not check.require(holds, what, f"no valid signature for {origin}",
                         f"one by the log key of {node.log_origin}"):
        return None
    return size, root
