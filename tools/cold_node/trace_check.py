"""Each change has its leaf and each leaf its change, as far as both can still be seen.

What no row shows cannot be compared: reads, refusals, connections, sweeps, what was held back.
"""
import collections

from . import messages
from .item_check import EXPIRED
from .node import surviving

_PEER_STATES = {"active": 3, "suspended": 4, "quarantined": 5, "removed": 6}
_ROLES = {"officer": 1, "commander": 2, "administrator": 3, "auditor": 4}
# Entries of which something is to be found in the tables.
TRACED = frozenset((
    "node.initialised", "node.started", "item.published", "item.recalled", "item.expired",
    "hold.released", "batch.released", "batch.received", "receipt.accepted", "attachment.received",
    "peer.joined", "invitation.accepted", "peer.confirmed", "peer.changed", "peer.removed",
    "policy.applied", "policy.proposed", "policy.approved", "user.added", "user.changed"))
_NO_LEAF = "the audit entry that every change leaves in its own transaction"


def check_trace(report, node, leaves, items):
    check = report.check("trace", "changes with their audit entries, and the reverse")
    by_kind = collections.defaultdict(list)
    for leaf in leaves:
        if leaf.outcome == "ok":
            by_kind[leaf.kind].append(leaf)
    authorities = dict.fromkeys(())
    with surviving(check, "peer_name"):
        authorities = dict(node.database.rows("SELECT name, authority FROM peer_name"))
    authorities.update({name: authority for authority, name in node.peers.items()})
    _starts(check, node, by_kind)
    _publications(check, by_kind, items)
    _batches_out(check, node, by_kind, authorities, items)
    _batches_in(check, node, by_kind, authorities, items)
    _receipts(check, node, by_kind, authorities, items)
    _attachments(check, by_kind, items)
    _recalls(check, node, by_kind, items)
    _holds(check, node, by_kind)
    _policies(check, node, by_kind)
    _peers(check, node, leaves)
    _users(check, node, by_kind)


def _same(check, what, rows, leaves, name=str):
    """`rows` and `leaves` are lists of the same keys; what one has and the other has not."""
    check.count += len(rows)
    there, told = collections.Counter(rows), collections.Counter(leaves)
    for key in there - told:
        check.problem(f"{what} {name(key)}", "no audit entry", _NO_LEAF,
                      following="fairway audit verify; compare with a peer's checkpoint")
    for key in told - there:
        check.problem(f"{what} {name(key)}", "an audit entry, and nothing in the tables",
                      "what the entry tells of")


def _starts(check, node, by_kind):
    check.count += 1
    started, made = len(by_kind["node.started"]), len(by_kind["node.initialised"])
    check.require(started == node.boots, "starts of the node", f"{started} audit entries",
                  f"{node.boots}, as the node counted")
    check.require(made == 1, "the making of the node", f"{made} audit entries", "one")


def _publications(check, by_kind, items):
    own = [each.object.hex() for each in items.revisions.values() if each.received_from is None]
    _same(check, "own revision", own, [leaf.objects[1] for leaf in by_kind["item.published"]
                                       if len(leaf.objects) == 2], lambda key: key[:16] + "…")


def _span(leaf):
    """(first, last) of a leaf about a stretch of a feed; None if it does not say."""
    try:
        return int(leaf.detail["first"]), int(leaf.detail["last"])
    except (KeyError, ValueError):
        return None


def _tile(check, what, leaves, last):
    """Do the leaves cover 1 … last, each number once?"""
    at = 0
    for leaf, (first, until) in leaves:
        if first != at + 1:
            check.problem(f"{what}: audit entry {leaf.seq}", f"records {first} to {until}",
                          f"from record {at + 1} on")
        at = max(at, until)
    check.require(at == last, what, f"audit entries through record {at}", f"through {last}")


def _batches_out(check, node, by_kind, authorities, items):
    of_peer = collections.defaultdict(list)
    for leaf in by_kind["batch.released"]:
        if _span(leaf):
            of_peer[authorities.get(leaf.detail.get("peer"))].append((leaf, _span(leaf)))
    for peer in of_peer.keys() | items.out_feeds.keys():
        feed = items.out_feeds.get(peer)
        what = f"releases to {node.peer_name(peer) if peer else 'nobody known'}"
        check.count += 1
        _tile(check, what, of_peer[peer], feed.last_seq if feed else 0)
        for leaf, (first, last) in of_peer[peer] if feed else ():
            numbers = [seq for seq in range(first, last + 1) if seq in feed.releases]
            rows = [feed.releases[seq][1].hex() for seq in numbers]
            check.require(rows == leaf.objects, f"{what}: audit entry {leaf.seq}",
                          f"{len(leaf.objects)} objects", f"those of records {first} to {last}")
            rules = collections.Counter(feed.rules[seq] for seq in numbers)
            told = ", ".join(f"{rule} ({rules[rule]})" for rule in sorted(rules))
            check.require(told == leaf.reason or leaf.reason.endswith("…"),
                          f"{what}: audit entry {leaf.seq}", f"by rules {leaf.reason}",
                          f"{told}, as the table says of those records")


def _batches_in(check, node, by_kind, authorities, items):
    of_peer = collections.defaultdict(list)
    for leaf in by_kind["batch.received"]:
        if _span(leaf):
            of_peer[authorities.get(leaf.actor)].append((leaf, _span(leaf)))
    for peer in of_peer.keys() | items.in_records.keys():
        records = items.in_records.get(peer, {})
        what = f"batches of {node.peer_name(peer) if peer else 'nobody known'}"
        check.count += 1
        _tile(check, what, of_peer[peer], max(records, default=0))
        for leaf, (first, last) in of_peer[peer]:
            rows = [records[seq][0].hex() for seq in range(first, last + 1)
                    if seq in records and records[seq][1] == messages.OUTCOME_STORED]
            check.require(rows == leaf.objects, f"{what}: audit entry {leaf.seq}",
                          f"{len(leaf.objects)} objects stored", f"those of records {first} to {last}")


def _receipts(check, node, by_kind, authorities, items):
    told = [(authorities.get(leaf.actor), *_span(leaf))
            for leaf in by_kind["receipt.accepted"] if _span(leaf)]
    _same(check, "receipt of", items.receipts, told,
          lambda key: f"{node.peer_name(key[0]) if key[0] else '?'} for records {key[1]} to {key[2]}")


def _attachments(check, by_kind, items):
    here, gone = [], set()
    for revision in items.revisions.values():
        if revision.received_from is None:
            continue
        if revision.erased:
            gone.add(revision.object.hex())
        here += [(revision.object.hex(), label) for label, descriptor in revision.attachments.items()
                 if descriptor["size"] and (revision.object, label) in items.whole_attachments]
    told = set()
    for leaf in by_kind["attachment.received"]:
        told.add((leaf.objects[0] if leaf.objects else "", leaf.detail.get("label", "")))
    _same(check, "attachment", here, [key for key in told if key[0] not in gone],
          lambda key: f"{key[1]} of object {key[0][:16]}…")


def _recalls(check, node, by_kind, items):
    effective = [(each.object.hex(), node.peer_name(each.received_from) if each.received_from
                  else each.by_user) for each in items.recalls.values() if each.effective]
    told = [(leaf.objects[1], leaf.actor) for leaf in by_kind["item.recalled"] if len(leaf.objects) >= 2]
    _same(check, "recall", effective, told, lambda key: f"{key[0][:16]}… by {key[1]}")
    expired = {word for leaf in by_kind["item.expired"] for word in leaf.objects}
    for revision in items.revisions.values():
        if revision.state == EXPIRED:
            check.count += 1
            check.require(revision.object.hex() in expired, revision.name, "expired without an audit entry",
                          _NO_LEAF)


def _holds(check, node, by_kind):
    if node.schema < 2:
        return
    rows = []
    with surviving(check, "mention_hold_release"):
        rows = [(object_id.hex(), node.peer_name(peer), labels.replace("\n", ", "))
                for object_id, peer, labels in
                node.database.rows("SELECT object, peer, labels FROM mention_hold_release")]
    told = [(leaf.objects[1], leaf.detail.get("peer", ""), leaf.detail.get("label", ""))
            for leaf in by_kind["hold.released"] if len(leaf.objects) >= 2]
    _same(check, "hold let go:", rows, told,
          lambda key: f"object {key[0][:16]}… to {key[1]}, in spite of {key[2]}")


def _policies(check, node, by_kind):
    rows = []
    with surviving(check, "policy"):
        # The first one comes with the node itself.
        rows = [(str(number), digest.hex(), file, user) for number, digest, file, user in
                node.database.rows("SELECT number, text_hash, file_name, applied_by FROM policy "
                                   "WHERE number > 1")]
    told = [(leaf.detail.get("number"), leaf.detail.get("sha256"), *leaf.objects, leaf.actor)
            for leaf in by_kind["policy.applied"]]
    _same(check, "policy", rows, told, lambda key: f"{key[0]} ({str(key[1])[:16]}…) by {key[-1]}")
    if node.schema < 4:
        return
    proposed, approved = [], set()
    with surviving(check, "proposal"):
        proposed = [(str(number), policy.hex(), author) for number, policy, author in
                    node.database.rows("SELECT number, policy_hash, author FROM proposal")]
    told = [(leaf.detail.get("number"), leaf.detail.get("policy"), leaf.actor)
            for leaf in by_kind["policy.proposed"]]
    _same(check, "proposal", proposed, told, lambda key: f"{key[0]} by {key[-1]}")
    with surviving(check, "approval"):
        approved = {(str(proposal), gains.hex(), user) for proposal, gains, user in
                    node.database.rows("SELECT proposal, preview_digest, user FROM approval")}
    # A later approval of the same person takes the place of the earlier one.
    told = {(leaf.detail.get("number"), leaf.detail.get("gains"), leaf.actor)
            for leaf in by_kind["policy.approved"]}
    for proposal, _, user in approved - told:
        check.problem(f"the approval of proposal {proposal} by {user}", "no audit entry", _NO_LEAF)


def _peers(check, node, leaves):
    """Each peer's state is where the audit log leads to."""
    known, states, versions = {}, {}, {}  # a name may pass from one authority to another
    attributes, incarnations = {}, {}
    for leaf in leaves:
        if leaf.kind == "peer.changed" and leaf.role == "peer" and leaf.actor in known:
            incarnations[known[leaf.actor]] = leaf.detail.get("incarnation")
        if leaf.outcome != "ok" or not leaf.objects:
            continue
        if leaf.kind in ("peer.joined", "invitation.accepted") and len(leaf.objects) >= 2:
            peer = known[leaf.objects[0]] = leaf.objects[1]
            states[peer], versions[peer] = 2, versions.get(peer, 0) + 1
        peer = known.get(leaf.objects[0])
        if leaf.kind == "peer.confirmed":
            states[peer] = 3
        elif leaf.kind == "peer.removed":
            states[peer] = 6
        elif leaf.kind == "peer.changed":
            states[peer] = _PEER_STATES.get(leaf.detail.get("state"), states.get(peer))
            versions[peer] = int(leaf.detail.get("attributes_version", versions.get(peer, 0)))
            attributes[peer, versions[peer]] = leaf.detail.get(
                "attributes", attributes.get((peer, versions[peer])))
    with surviving(check, "peer"):
        for authority, name, state, version in node.database.rows(
                "SELECT authority, name, state, (SELECT max(version) FROM peer_attributes AS a "
                "WHERE a.authority = peer.authority) FROM peer"):
            check.count += 1
            peer = authority.hex()
            check.require(states.get(peer) == state, f"peer {name}", f"state {state}",
                          f"state {states.get(peer)}, where its audit entries lead to")
            check.require(versions.get(peer) == version, f"peer {name}",
                          f"attributes of version {version}",
                          f"version {versions.get(peer)}, the last in the audit log")


            check.require(known.get(name) == peer, f"peer {name}", "a name it did not join under",
                          "the name that the audit log gives it")
    _peer_details(check, node, attributes, incarnations)


_ATTRIBUTES = ("country", "type", "tier", "agreements", "controls", "purposes", "groups")


def _peer_details(check, node, attributes, incarnations):
    with surviving(check, "peer_attributes"):
        for authority, version, *values in node.database.rows(
                "SELECT authority, version, country, type, tier, agreements, controls, purposes, "
                "member_of FROM peer_attributes"):
            check.count += 1
            told = attributes.get((authority.hex(), version))
            found = ";".join(f"{word}={','.join(value.split(chr(10)))}"
                             for word, value in zip(_ATTRIBUTES, values) if value)
            # What an invitation said beforehand is in no entry.
            check.require(told is None or told == found or told.endswith("…"),
                          f"attributes {version} of {node.peer_name(authority)}", found or "none", told)
    with surviving(check, "setting"):
        for name, value in node.database.rows("SELECT name, value FROM setting WHERE name LIKE "
                                              "'peer-incarnation/%'"):
            told = incarnations.get(name.partition("/")[2])
            check.require(told is not None and told.encode() == value, f"setting {name}",
                          value.decode(errors="replace"), f"{told}, the last in the audit log")


def _users(check, node, by_kind):
    told = {}
    for leaf in sorted(by_kind["user.added"] + by_kind["user.changed"], key=lambda leaf: leaf.seq):
        bits = sum(1 << _ROLES[word] for word in leaf.detail.get("roles", "").split(",") if word in _ROLES)
        told[leaf.objects[0] if leaf.objects else ""] = (
            leaf.detail.get("uid"), bits, leaf.detail.get("disabled") == "yes")
    first = by_kind["node.initialised"][0].actor if by_kind["node.initialised"] else None
    names = set()
    with surviving(check, "user"):
        for name, uid, roles, disabled in node.database.rows(
                "SELECT name, uid, roles, disabled FROM user"):
            check.count += 1
            names.add(name)
            if name == first and name not in told:  # came with the node itself, roles unsaid
                check.require(not disabled and roles & 1 << _ROLES["administrator"], f"user {name}",
                              f"roles {roles}, disabled {disabled}", "the node's first administrator")
                continue
            check.require(told.get(name) == (str(uid), roles, bool(disabled)), f"user {name}",
                          f"uid {uid}, roles {roles}, disabled {disabled}",
                          "what the audit log says of that user last", following="fairway user list")
    for name in told.keys() - names:
        check.problem(f"user {name}", "an audit entry, and no such user", "users are never deleted")
