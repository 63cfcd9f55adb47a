"""What was numbered for each peer and what each peer acknowledged; what came from each."""
import collections

from . import digests, messages
from .item_check import digests_of_parts
from .node import opened, short, surviving
from .protobuf import Malformed

SENT, DELIVERED, QUARANTINED, REFUSED, NO_CONTENT = 1, 2, 3, 4, 5
_STATES = {1: "sent", 2: "delivered", 3: "quarantined", 4: "refused", 5: "no-content"}
_STATE_FOR_OUTCOME = {1: DELIVERED, 2: QUARANTINED, 3: REFUSED, 4: NO_CONTENT}
THEIRS = 1


class OutFeed:
    def __init__(self, row):
        self.peer, self.feed_id, self.last_seq, self.last_hash, self.acked = row
        self.releases = {}  # number -> (op, object, record hash, state, code)
        self.rules = {}     # number -> name of the rule that let it go


def check_out_feeds(report, node, revisions, recalls):
    """{peer: OutFeed}."""
    check = report.check("out-feeds", "records numbered for peers: order, hashes, content")
    feeds = {}
    with surviving(check, "out_feed"):
        for row in node.database.rows(
                "SELECT peer, feed_id, last_seq, last_hash, acked_seq FROM out_feed"):
            feeds[row[0]] = OutFeed(row)
            check.require(row[0] in node.peers, f"the feed to {short(row[0])}", "nobody known",
                          "a peer")
    with surviving(check, "release"):
        at = {}
        demands = _demands(node)
        for row in node.database.rows(
                "SELECT peer, feed_seq, op, object, item, revision, labels, hops, expires, "
                "tlp_floor, pap_floor, purpose, record, record_hash, state, code, policy_version, "
                "profile_hash, (SELECT profile_hash FROM policy WHERE number = policy_version), "
                "EXISTS (SELECT 1 FROM peer_attributes AS a WHERE a.authority = peer AND "
                f"a.version = peer_attributes_version), rule, {demands} FROM release "
                "ORDER BY peer, feed_seq"):
            check.count += 1
            what = f"record {row[1]} to {node.peer_name(row[0])}"
            # A recall is not a matter of policy.
            recall = row[2] == messages.OP_RECALL
            check.require(recall or row[17] == row[18], what,
                          f"decided by policy {row[16]} and vocabulary {short(row[17])}",
                          "a policy that is kept, with its vocabulary")
            check.require(recall or row[19], what, "decided by attributes of the peer that are not kept",
                          "a version of its attributes")
            _check_release(check, node, feeds, at, row, revisions, recalls)
    for feed in feeds.values():
        _check_head(check, node, feed)
    return feeds


def _check_release(check, node, feeds, at, row, revisions, recalls):
    peer, seq, op, object_id, item, revision, labels = row[:7]
    what = f"record {seq} to {node.peer_name(peer)}"
    feed = feeds.get(peer)
    if not check.require(feed is not None, what, "there is no feed to that peer", "a feed"):
        return
    before, prev_hash = at.get(peer, (0, b""))
    check.require(seq == before + 1, what, f"record {before} before it", "numbers without a gap")
    record_bytes, stored_hash, state, code = row[12:16]
    found = digests.record_hash(record_bytes)
    check.require(found == stored_hash, what, f"its bytes have the hash {short(found)}",
                  short(stored_hash))
    at[peer] = (seq, found)
    feed.releases[seq] = (op, object_id, found, state, code)
    feed.rules[seq] = row[20]
    check.require(state in _STATES, what, f"state {state}", "1 to 5")
    try:
        record = messages.read_record(record_bytes)
    except Malformed as error:
        check.problem(what, str(error), "a record in its one form")
        return
    check.require(record["prev_hash"] == prev_hash, what,
                  f"it follows {short(record['prev_hash']) or 'nothing'}",
                  f"{short(prev_hash) or 'nothing'}, the hash of the record before it")
    named = (record["seq"], record["op"], record["object_id"], record["item_id"], record["revision"])
    check.require(named == (seq, op, object_id, item, revision), what,
                  f"the record says number {record['seq']}, object {short(record['object_id'])}",
                  f"number {seq}, object {short(object_id)}, as in the table")
    check.require(_terms(record["terms"]) == (*row[7:12], *row[21:23]), what, "other terms than in the table",
                  "the terms of the record")
    _check_object(check, node, what, record, labels, revisions, recalls)


def _demands(node):
    return "watermark, encrypt_at_rest" if node.schema >= 3 else "0, 0"


def _terms(terms):
    purpose = None if terms["purpose"] is None else "\n".join(terms["purpose"]["words"])
    return (terms["hops"], terms["expires_ms"], terms["tlp_floor"] or None,
            terms["pap_floor"] or None, purpose, terms["watermark"], terms["encrypt_at_rest"])


def _check_object(check, node, what, record, labels, revisions, recalls):
    if record["op"] == messages.OP_RECALL:
        recall = recalls.get(record["object_id"])
        check.require(recall is not None and recall.item == record["item_id"] and
                      recall.through == record["revision"], what, "a recall that is not here",
                      "the statement of that object id")
        check.require(record["parts_digest"] == digests.parts_digest([]), what,
                      "a recall with parts", "a recall has no parts")
        return
    revision = revisions.get(record["object_id"])
    if not check.require(revision is not None and revision.item == record["item_id"] and
                         revision.revision == record["revision"], what,
                         "a revision that is not here", "the revision of that object id"):
        return
    if revision.erased:
        return  # the parts are gone, and with them what their digest could be compared with
    try:
        here = digests_of_parts(node, revision)
    except Malformed:
        return  # said already, where the parts were looked at
    released = [here.get(label) for label in labels.split("\n") if label]
    check.require(None not in released and digests.parts_digest(released) == record["parts_digest"],
                  what, "the labels in the table do not give its parts digest",
                  "the parts that were released")


def _check_head(check, node, feed):
    what = f"the feed to {node.peer_name(feed.peer)}"
    last = max(feed.releases, default=0)
    last_hash = feed.releases[last][2] if last else digests.NO_DIGEST
    check.require((feed.last_seq, feed.last_hash) == (last, last_hash), what,
                  f"its head is record {feed.last_seq}, {short(feed.last_hash)}",
                  f"record {last}, {short(last_hash)}, the last that was numbered")
    check.require(feed.acked <= feed.last_seq, what, f"acknowledged through {feed.acked}",
                  f"at most {feed.last_seq}")


# --- receipts ------------------------------------------------------------------------------------

def check_receipts(report, node, feeds):
    """[(peer, first, last)] of the receipts, in the order they were taken in."""
    check = report.check("receipts", "receipts: signatures, and what they say")
    said, reach, taken = {}, {}, []
    with surviving(check, "receipt"):
        for row in node.database.rows(
                "SELECT peer, side, first_seq, last_seq, signed, digest FROM receipt ORDER BY id"):
            check.count += 1
            if row[1] == THEIRS:
                taken.append((row[0], row[2], row[3]))
                _check_receipt(check, node, feeds, row, said, reach)
    for feed in feeds.values():
        _check_acknowledged(check, node, feed, said.get(feed.peer, {}), reach.get(feed.peer, 0))
    return taken


def _check_receipt(check, node, feeds, row, said, reach):
    peer, _, first, last, signed, digest = row
    what = f"receipt of {node.peer_name(peer)} for records {first} to {last}"
    check.require(digests.sha256(signed) == digest, what, "another digest than its bytes have",
                  short(digests.sha256(signed)))
    envelope, body = opened(check, what, signed, messages.RECEIPT, messages.read_receipt)
    if envelope is None:
        return
    check.require(envelope.signed_by(node.keys(peer, messages.PURPOSE_NODE)), what,
                  "no valid signature by that peer", f"one by a node key of {node.peer_name(peer)}")
    feed = feeds.get(peer)
    if not check.require(feed is not None and body["feed_id"] == feed.feed_id and
                         (body["from"], body["to"]) == (peer, node.authority) and
                         (body["first_seq"], body["last_seq"]) == (first, last), what,
                         "it belongs to another feed, pair or place", "what the table says of it"):
        return
    release = feed.releases.get(last)
    check.require(release is not None and release[2] == body["last_hash"], what,
                  f"it names record hash {short(body['last_hash'])}",
                  f"that of record {last}" + (f", {short(release[2])}" if release else ""))
    check.require(first <= reach.get(peer, 0) + 1, what,
                  f"the receipts before it end at {reach.get(peer, 0)}", "no record without a receipt")
    lines = said.setdefault(peer, {})
    for line in body["lines"]:
        lines.setdefault(line["seq"], line)  # the first word on a record counts
    reach[peer] = max(reach.get(peer, 0), last)


def _check_acknowledged(check, node, feed, lines, reach):
    name = node.peer_name(feed.peer)
    check.require(feed.acked == reach, f"the feed to {name}", f"acknowledged through {feed.acked}",
                  f"{reach}, as the receipts that are here say")
    for seq, (_, _, _, state, code) in feed.releases.items():
        line = lines.get(seq)
        wanted = _STATE_FOR_OUTCOME[line["outcome"]] if line else SENT
        says = f"{_STATES[wanted]} {line['code']}".rstrip() if line else "sent: no receipt covers it"
        check.require(state == wanted and code == (line["code"] if line else ""),
                      f"record {seq} to {name}", f"{_STATES.get(state, state)} {code}".rstrip(), says)


# --- in-feeds ------------------------------------------------------------------------------------

def check_in_feeds(report, node, revisions, recalls):
    """{peer: {number: (object, outcome)}}."""
    check = report.check("in-feeds", "records taken from peers: order, heads, content")
    heads, taken, hashes = {}, {}, {}
    with surviving(check, "in_feed"):
        for peer, last_seq, last_hash in node.database.rows(
                "SELECT peer, last_seq, last_hash FROM in_feed"):
            heads[peer] = (last_seq, last_hash)
            check.require(peer in node.peers, f"the feed of {short(peer)}", "nobody known", "a peer")
    ends = {}
    with surviving(check, "in_record"):
        for peer, seq, digest, object_id, outcome, code in node.database.rows(
                "SELECT peer, seq, hash, object, outcome, code FROM in_record ORDER BY peer, seq"):
            check.count += 1
            what = f"record {seq} of {node.peer_name(peer)}"
            before = ends.get(peer, (0, b""))[0]
            check.require(seq == before + 1, what, f"record {before} before it",
                          "numbers without a gap")
            ends[peer] = (seq, digest)
            taken.setdefault(peer, {})[seq] = (object_id, outcome)
            hashes[peer, seq] = digest
            # A refusal has a code, what is stored has none, what came empty may say why.
            fits = outcome in (1, 2, 3, 4) and (outcome == 4 or (outcome == 1) == (not code))
            check.require(fits, what, f"outcome {outcome}, code {code!r}", "a code exactly when refused")
            if outcome == messages.OUTCOME_STORED:
                check.require(object_id in revisions or object_id in recalls, what,
                              f"stored, and object {short(object_id)} is not here",
                              "the revision or recall that was acknowledged")
    for peer in heads.keys() | ends.keys():
        found = heads.get(peer, (None, b""))
        wanted = ends.get(peer, (0, digests.NO_DIGEST))
        check.require(found == wanted, f"the feed of {node.peer_name(peer)}",
                      f"its head is record {found[0]}, {short(found[1])}",
                      f"record {wanted[0]}, {short(wanted[1])}, the last that was taken")
    _check_received(check, node, revisions, taken)
    _check_records(check, node, revisions, recalls, taken, hashes)
    return taken


def _check_records(check, node, revisions, recalls, taken, hashes):
    """What came is what its record said. The record's bytes are not kept, but its hash is, and all
    that was in it: unless the same came again, by another way or with more parts."""
    times = collections.Counter(object_id for records in taken.values()
                                for object_id, outcome in records.values())
    for peer, records in taken.items():
        for seq, (object_id, outcome) in records.items():
            if outcome != messages.OUTCOME_STORED or times[object_id] > 1:
                continue
            record = _record_of(node, revisions, recalls, seq, hashes.get((peer, seq - 1), b""), object_id)
            if record is not None:
                found = digests.record_hash(record)
                check.require(found == hashes[peer, seq], f"record {seq} of {node.peer_name(peer)}",
                              f"what is here of it has the record hash {short(found)}",
                              f"{short(hashes[peer, seq])}, under which it was taken")


def _record_of(node, revisions, recalls, seq, prev_hash, object_id):
    revision, recall = revisions.get(object_id), recalls.get(object_id)
    if recall is not None:
        return messages.write_record(seq, prev_hash, messages.OP_RECALL, object_id, recall.item,
                                     recall.through, (None,) * 7, digests.parts_digest([]))
    if revision is None or revision.erased or revision.received_from is None:
        return None
    terms = next(node.database.rows("SELECT hops, expires, tlp_floor, pap_floor, purpose, "
                                    f"{_demands(node)} FROM revision WHERE id = ?", revision.row))
    try:
        here = digests_of_parts(node, revision)
    except Malformed:
        return None  # said already, where the parts were looked at
    return messages.write_record(seq, prev_hash, messages.OP_PUT, object_id, revision.item,
                                 revision.revision, terms, digests.parts_digest(here.values()))


def _check_received(check, node, revisions, taken):
    stored = {(peer, object_id) for peer, records in taken.items()
              for object_id, outcome in records.values() if outcome == messages.OUTCOME_STORED}
    for revision in revisions.values():
        if revision.received_from is not None:
            check.require((revision.received_from, revision.object) in stored, revision.name,
                          f"no record of {node.peer_name(revision.received_from)} brought it",
                          "the record that it came with")
