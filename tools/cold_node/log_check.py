"""The log of what there is to pass on, and how far each peer's cursors have read it."""
from .node import short, surviving

_LANE_OF_PRECEDENCE = {4: 1, 3: 2, 2: 3, 1: 4}
_LANE_RECALL = 0


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
            right = _LANE_OF_PRECEDENCE.get(owner.precedence) if is_revision else _LANE_RECALL
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
    with surviving(check, "waiting"):
        rows = node.database.rows("SELECT peer, log_seq FROM waiting") if node.schema >= 3 else ()
        for peer, seq in rows:
            check.count += 1
            check.require(seq <= last and peer in node.peers, f"what waits for {node.peer_name(peer)}",
                          f"entry {seq}", f"a peer's, at most {last}, the end of the log")
    with surviving(check, "setting"):
        for name, in node.database.rows("SELECT name FROM setting"):
            check.count += 1
            kind, _, owner = name.partition("/")
            known = kind not in ("sweep-basis", "peer-incarnation") or any(
                authority.hex() == owner for authority in node.peers)
            check.require(known, f"setting {name}", "of nobody this node knows", "one of a peer")
