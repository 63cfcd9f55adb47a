"""Do the files hold, page by page and table by table?"""
import collections

from . import data_directory, pages
from .node import KNOWN_SCHEMAS, surviving

_SHOWN = 10
_APPLICATION = 0x46574159
_RESTORE = "fairway backup restore"


def check_pages(report, directory, key):
    check = report.check("pages", "pages and log frames, each with its own HMAC")
    log = pages.read_log(directory.bytes_of(data_directory.LOG))
    page_key = pages.PageKey(key)
    with open(directory.path / data_directory.DATABASE, "rb") as file:
        _check_file(check, file, {frame.page for frame in log.frames}, key, page_key)
    for number, frame in enumerate(log.frames, 1):
        check.count += 1
        if not page_key.authenticates(frame.data, frame.page):
            check.problem(f"frame {number} of {data_directory.LOG} (page {frame.page})",
                          "its HMAC does not verify", "a frame written under this key")
    _check_log_end(check, log, directory)


def _check_file(check, file, in_log, key, page_key):
    bad, torn, number = [], [], 0
    while page := file.read(pages.PAGE_BYTES):
        number += 1
        if number == 1 and page[:16] != pages.salt_of(key):
            check.problem(f"{data_directory.DATABASE} does not begin as a file under this key does",
                          page[:16].hex(), pages.salt_of(key).hex())
        if not check.require(len(page) == pages.PAGE_BYTES, f"the end of {data_directory.DATABASE}",
                             f"{len(page)} bytes after page {number - 1}",
                             f"whole pages of {pages.PAGE_BYTES} bytes"):
            break
        check.count += 1
        if not page_key.authenticates(page, number):
            (torn if number in in_log else bad).append(number)
    if torn:
        check.note(f"{len(torn)} pages of {data_directory.DATABASE} do not authenticate, and "
                   f"{data_directory.LOG} has a whole copy of each: as after a power failure")
    for number in bad[:_SHOWN]:
        check.problem(f"page {number} of {data_directory.DATABASE}", "its HMAC does not verify",
                      "a page written under this key")
    if len(bad) > _SHOWN:
        check.problem(f"{data_directory.DATABASE} as a whole", f"{len(bad)} pages do not verify",
                      f"all {number}")


def _check_log_end(check, log, directory):
    index = pages.frames_in_index(directory.bytes_of(data_directory.INDEX))
    if index is not None and log.salts and index[0] == log.salts and index[1] > len(log.frames):
        check.problem(f"{data_directory.LOG} was cut short",
                      f"{len(log.frames)} frames that belong to a commit",
                      f"{index[1]}, as {data_directory.INDEX} of the last writer says")
    elif index is not None and index[1] and not log.salts:
        check.problem(f"{data_directory.LOG} is gone or has no header", f"{log.rest_bytes} bytes",
                      f"{index[1]} frames, as {data_directory.INDEX} of the last writer says")
    if log.uncommitted:
        check.note(f"{log.uncommitted} frames after the last commit of {data_directory.LOG}: of a "
                   "transaction that was never acknowledged")


def check_structure(report, database):
    """The schema version, or None if nothing more can be read."""
    check = report.check("structure", "tables and indices: integrity and references")
    schema = None
    with surviving(check, "the schema"):
        schema = database.one("PRAGMA user_version")
        known = ", ".join(map(str, KNOWN_SCHEMAS))
        check.require(schema in KNOWN_SCHEMAS, "the schema version", schema, f"one of {known}",
                      following="use the fsck of the Fairway that wrote it")
        check.require(database.one("PRAGMA application_id") == _APPLICATION, "the application id",
                      database.one("PRAGMA application_id"), _APPLICATION)
        check.count = database.one("SELECT count(*) FROM sqlite_schema")
    with surviving(check, "the database"):
        found = [row[0] for row in database.rows("PRAGMA integrity_check(100)")]
        for line in found if found != ["ok"] else []:
            check.problem("PRAGMA integrity_check", line, "ok", following=_RESTORE)
    with surviving(check, "the references"):
        broken = collections.Counter((row[0], row[2])
                                     for row in database.rows("PRAGMA foreign_key_check"))
        for (table, parent), rows in broken.items():
            check.problem(f"table {table}", f"{rows} rows that name no row of {parent}",
                          f"a row of {parent} for each")
    return schema if schema in KNOWN_SCHEMAS and not _unreadable(database, check) else None


def _unreadable(database, check):
    with surviving(check, "the tables"):
        tables = {row[0] for row in database.rows("SELECT name FROM sqlite_schema WHERE type='table'")}
        missing = {"node", "secret", "manifest", "peer", "revision", "parts", "log", "release",
                   "receipt", "audit_leaf", "audit_head"} - tables
        return not check.require(not missing, "the tables", f"without {', '.join(sorted(missing))}",
                                 "all of the schema")
    return True
