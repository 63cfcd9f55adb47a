"""Who this node is, whom it knows, and the keys that everything else is verified with."""
from . import messages, policy_check, sodium
from .node import Manifest, opened, short, surviving

_SECRETS = {"item": messages.PURPOSE_ITEM, "node": messages.PURPOSE_NODE,
            "log": messages.PURPOSE_LOG, "tls": messages.PURPOSE_TLS}


def check_manifests(report, node):
    check = report.check("manifests", "manifests: ids, chains, signatures")
    with surviving(check, "manifest"):
        for row in node.database.rows(
                "SELECT authority, version, object, root_keys, keys, signed, display_name, country, "
                "endpoints FROM manifest "
                "ORDER BY authority, version"):
            check.count += 1
            _check_manifest(check, node, row)


def _check_manifest(check, node, row):
    authority, version, object_id, root_keys, keys, signed, *shown = row
    what = f"manifest {version} of {node.peer_name(authority)}"
    envelope, body = opened(check, what, signed, messages.MANIFEST, messages.read_manifest)
    if envelope is None:
        return
    chain = node.manifests.setdefault(authority, {})
    before = chain.get(version - 1)
    named = body["authority_id"] or envelope.object_id
    check.require(body["version"] == version, what, f"version {body['version']} was signed", version)
    check.require(envelope.object_id == object_id, what, f"object id {short(envelope.object_id)}",
                  f"{short(object_id)}, as stored")
    check.require(named == authority, what, f"it belongs to {short(named)}", short(authority))
    stored_keys = b"".join(bytes([key["purpose"]]) + key["key"] for key in body["keys"])
    check.require(b"".join(body["root_keys"]) == root_keys and stored_keys == keys, what,
                  "other keys in the table than were signed", "the keys that were signed")
    check.require(shown == [body["display_name"], body["country"], "\n".join(body["endpoints"])], what,
                  "another name, country or endpoint in the table than was signed", "what was signed")
    if version > 1 and before is None:
        check.problem(what, f"version {version - 1} is not here", "each version from 1 on")
    signers = body["root_keys"] if version == 1 else before.root_keys if before else []
    if signers:
        check.require(envelope.signed_by(signers), what, "no valid signature by a root key",
                      "one by a root key of " + ("its own" if version == 1 else f"version {version - 1}"))
    chain[version] = Manifest(authority, version, object_id, body["root_keys"],
                              [(key["purpose"], key["key"]) for key in body["keys"]])


def check_identity(report, node):
    check = report.check("identity", "the node's own keys, peers and policies")
    with surviving(check, "node"):
        row = next(node.database.rows("SELECT authority, name, boots FROM node"), None)
        if not check.require(row is not None, "table node", "no row", "one row: the node itself",
                             following="fairway init never ended here: fairway init --help"):
            return False
        node.authority, node.name, node.boots = row
    with surviving(check, "peer"):
        node.peers.update(node.database.rows("SELECT authority, name FROM peer"))
        node.peers[node.authority] = node.name
    check_manifests(report, node)
    with surviving(check, "secret"):
        names = {row[0] for row in node.database.rows("SELECT name FROM secret")}
        check.require(names >= _SECRETS.keys(), "the private keys", f"only {', '.join(sorted(names))}",
                      "one each for " + ", ".join(_SECRETS))
        for name, value in node.database.rows("SELECT name, value FROM secret"):
            check.count += 1
            _check_secret(check, node, name, value)
    _check_peers(check, node)
    _check_invitations(check, node)
    policy_check.check_policies(check, node)
    return True


def _check_secret(check, node, name, seed):
    purpose = _SECRETS.get(name)
    if purpose is None:
        return
    newest = max(node.manifests.get(node.authority, {}), default=None)
    fits = len(seed) == 32 and newest is not None and sodium.public_key(seed) in node.keys(
        node.authority, purpose, newest)
    check.require(fits, f"the private key `{name}`", "it is not that of the node's newest manifest",
                  "the key whose public half the manifest names")


def _check_peers(check, node):
    with surviving(check, "peer"):
        for authority, name, state in node.database.rows("SELECT authority, name, state FROM peer"):
            check.count += 1
            check.require(state in range(1, 7), f"peer {name}", f"state {state}", "1 to 6")
            # One that was only invited has shown nothing yet.
            check.require(state == 1 or authority in node.manifests, f"peer {name}",
                          "no manifest", "its first manifest, whose object id is its authority id")


def _check_invitations(check, node):
    with surviving(check, "invitation"):
        for name, state, secret, peer_state in node.database.rows(
                "SELECT peer_name, state, secret, (SELECT state FROM peer WHERE authority = peer) "
                "FROM invitation"):
            check.count += 1
            served = state == 3 or (state == 2 and peer_state != 2)
            check.require(not (served and secret), f"the invitation of {name}",
                          "it has served, and its secret is here", "no secret")
