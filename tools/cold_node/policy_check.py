"""Versions of the policy and what the node signed of each (node/policyadmin/FORMATS.md)."""
from . import digests, messages
from .node import opened, short, surviving
from .protobuf import field

POLICY = "application/vnd.fairway.policy.v1+pb"
_APPLIED = 4


def check_policies(check, node):
    versions = _check_versions(check, node)
    if node.schema >= 4:
        _check_records(check, node, versions)
        _check_proposals(check, node)


def _check_versions(check, node):
    """number -> (file name, text hash, profile hash, when, by whom)"""
    versions = {}
    with surviving(check, "policy"):
        for number, file, text, text_hash, profile, profile_hash, at, user in node.database.rows(
                "SELECT number, file_name, text, text_hash, profile_text, profile_hash, applied_at, "
                "applied_by FROM policy ORDER BY number"):
            check.count += 1
            check.require(number == len(versions) + 1, "the policies", f"number {number}",
                          f"number {len(versions) + 1}: policies are kept without a gap")
            for what, words, stored in (("text", text, text_hash), ("vocabulary", profile, profile_hash)):
                found = digests.sha256(words.encode("utf-8", "surrogateescape"))
                check.require(found == stored, f"the {what} of policy {number}",
                              f"SHA-256 {short(found)}", f"{short(stored)}, as stored beside it")
            versions[number] = (file, text_hash, profile_hash, at, user)
    return versions


def _message(*values):
    """Fields from 1 on; what is zero or empty is left out."""
    return b"".join(field(at, value) for at, value in enumerate(values, 1) if value)


def _raw(text):
    return text.encode("utf-8", "surrogateescape")


def _approvals(node, proposal, author, gains):
    return b"".join(
        field(20, b"".join((field(1, _raw(user)),
                            *(field(2, _raw(role)) for role in roles.split("\n") if roles),
                            field(3, digest), field(4, at))))
        for user, roles, digest, at in node.database.rows(
            "SELECT user, roles, preview_digest, at FROM approval WHERE proposal = ? ORDER BY user",
            proposal)
        if user != author and digest == gains)


def _check_records(check, node, versions):
    with surviving(check, "policy_record"):
        for (number, kind, parent, of_version, proposal, policy_hash, registry_hash, author, reason,
             alone, gains, proof, tests, signed) in node.database.rows(
                 "SELECT * FROM policy_record ORDER BY number"):
            check.count += 1
            what = f"the record of policy {number}"
            envelope, _ = opened(check, what, signed, POLICY, lambda body: body)
            if envelope is None or number not in versions:
                continue
            file, text_hash, profile_hash, at, user = versions[number]
            check.require(envelope.signed_by(node.keys(node.authority, messages.PURPOSE_NODE)), what,
                          "no valid signature", "one by this node's key")
            body = _message(node.authority, number, parent, kind, of_version, proposal, _raw(file),
                            text_hash, policy_hash, profile_hash, registry_hash, _raw(author),
                            _raw(user), at, _raw(reason), alone, gains, proof, tests)
            body += _approvals(node, proposal, author, gains)
            check.require(body == envelope.body, what, "what was signed is not what is stored",
                          "the same, byte for byte")
            check.require(parent == number - 1, what, f"it follows version {parent}", "the one before")


def _check_proposals(check, node):
    with surviving(check, "proposal"):
        for number, state, applied_as, text, applied in node.database.rows(
                "SELECT number, state, applied_as, text, (SELECT text FROM policy WHERE "
                "policy.number = applied_as) FROM proposal ORDER BY number"):
            check.count += 1
            check.require((state == _APPLIED) == (applied_as != 0), f"proposal {number}",
                          f"state {state}, applied as {applied_as}", "both or neither")
            check.require(applied_as == 0 or text == applied, f"proposal {number}",
                          f"another text than version {applied_as}", "the text that was proposed")
