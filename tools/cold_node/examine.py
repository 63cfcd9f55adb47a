"""All checks of one node, in the order in which each can lean on the one before."""
import dataclasses

from . import (attachment_check, audit_check, data_directory, feed_check, identity_check, item_check,
               log_check, recall_check, sqlcipher, storage_check, trace_check)
from .node import Node
from .report import Report


@dataclasses.dataclass
class _Items:
    revisions: dict
    recalls: dict
    whole_attachments: set
    out_feeds: dict
    receipts: list
    in_records: dict


def examine(path, passphrase_file=None, key_file=None, work=None, checkpoint=None):
    """A Report of the node in directory `path`. Raises NotChecked if nothing can be said of it.

    `checkpoint` is the text of a checkpoint of this node that was kept elsewhere: an older copy of
    the whole node holds in itself, and only something from outside shows that it is older.
    """
    directory = data_directory.DataDirectory(path)
    report = Report(path)
    with directory.not_running():
        unlock = report.check("key file", "slots of node.key; one opened")
        key, slot, unlock.count = directory.open_key(passphrase_file, key_file)
        unlock.note(f"slot {slot} opened")
        storage_check.check_pages(report, directory, key)
        with directory.private_copy(work) as folder:
            database = sqlcipher.Database(folder / data_directory.DATABASE, key)
            try:
                _examine_database(report, database, checkpoint)
            finally:
                database.close()
    return report


def _examine_database(report, database, checkpoint):
    schema = storage_check.check_structure(report, database)
    if schema is None:
        return
    report.facts["schema"] = schema
    node = Node(database, schema)
    if not _stage(report, False, identity_check.check_identity, node):
        return
    report.node = f"{node.name}, authority {node.authority.hex()[:16]}…, schema {schema}"
    report.facts.update(name=node.name, authority=node.authority.hex())
    revisions = _stage(report, {}, item_check.check_items, node)
    whole = _stage(report, set(), attachment_check.check_attachments, node, revisions)
    recalls = _stage(report, {}, recall_check.check_recalls, node, revisions)
    _stage(report, 0, log_check.check_log, node, revisions, recalls)
    out_feeds = _stage(report, {}, feed_check.check_out_feeds, node, revisions, recalls)
    receipts = _stage(report, [], feed_check.check_receipts, node, out_feeds)
    in_records = _stage(report, {}, feed_check.check_in_feeds, node, revisions, recalls)
    leaves = _stage(report, [], audit_check.check_audit, node, checkpoint)
    _stage(report, None, trace_check.check_trace, node, leaves,
           _Items(revisions, recalls, whole, out_feeds, receipts, in_records))


def _stage(report, nothing, check, *arguments):
    """One check. Rows so strange that its code stumbles are a problem, not the end of fsck."""
    try:
        return check(report, *arguments)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        report.checks[-1].problem("a row that no node writes", repr(error)[:200],
                                  "values of the kind that the schema says")
        return nothing
