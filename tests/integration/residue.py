"""What is left in a node's files of words that should be gone, found with the node's own key.

Every page of the database and every frame of its write-ahead log is decrypted and searched: those
of tables and indices, those on the freelist, and frames that a log holds beyond its valid end. All
other files are searched as they are. A word may lie across two pages, so its halves are looked for.
"""
import collections
import ctypes
import pathlib
import shutil
import struct
import tempfile

import world  # noqa: F401  (knows where tools/ is)
from cold_node import data_directory, pages, sodium, sqlcipher

_crypto = sodium.load(("libcrypto.so.3", "libcrypto.so"), "libssl3")
_crypto.EVP_CIPHER_CTX_new.restype = ctypes.c_void_p
_crypto.EVP_aes_256_cbc.restype = ctypes.c_void_p


def decrypted(key, page, number):
    """The text of one page; rubbish if it is not whole."""
    iv, sealed = pages.encrypted_part(page, number)
    context = ctypes.c_void_p(_crypto.EVP_CIPHER_CTX_new())
    text, size = ctypes.create_string_buffer(len(sealed) + 16), ctypes.c_int()
    try:
        _crypto.EVP_DecryptInit_ex(context, ctypes.c_void_p(_crypto.EVP_aes_256_cbc()), None, key, iv)
        _crypto.EVP_CIPHER_CTX_set_padding(context, 0)
        _crypto.EVP_DecryptUpdate(context, text, ctypes.byref(size), sealed, len(sealed))
        return text.raw[:size.value]
    finally:
        _crypto.EVP_CIPHER_CTX_free(context)


def _pieces(word):
    """The word and its halves: of a word cut by the end of a page one half is whole."""
    data = word if isinstance(word, bytes) else word.encode()
    return (data, data[:len(data) // 2], data[len(data) // 2:])


class Files:
    """The files of one node, running or not, and the key that reads them."""

    def __init__(self, node):
        self.data, self.others = node.data, [node.log]
        self.key = data_directory.DataDirectory(node.data).open_key(key_file=node.key)[0]

    def stretches(self):
        """(place, bytes) of everything that lies on the disk, as its owner could read it."""
        database = (self.data / "node.db").read_bytes()
        for at in range(0, len(database), pages.PAGE_BYTES):
            number = at // pages.PAGE_BYTES + 1
            page = database[at:at + pages.PAGE_BYTES]
            if len(page) == pages.PAGE_BYTES:
                yield f"page {number} of node.db", decrypted(self.key, page, number)
        log = self.data / "node.db-wal"
        content = log.read_bytes() if log.exists() else b""
        frame = 24 + pages.PAGE_BYTES
        for at in range(32, len(content) - frame + 1, frame):
            number, = struct.unpack(">I", content[at:at + 4])
            yield (f"frame {(at - 32) // frame + 1} of node.db-wal",
                   decrypted(self.key, content[at + 24:at + frame], number))
        for path in [*self.data.rglob("*"), *self.others]:
            if path.is_file():
                yield f"file {path.name}", path.read_bytes()

    def hits(self, words):
        """{word: [place]}."""
        found = collections.defaultdict(list)
        for place, text in self.stretches():
            for word in words:
                if any(piece in text for piece in _pieces(word)):
                    found[word].append(place)
        return dict(found)

    def rows_with(self, words):
        """{word: {table.column}}: the same for the values of all tables, on a copy."""
        found = collections.defaultdict(set)
        with tempfile.TemporaryDirectory(prefix="fwr-") as folder:
            for name in ("node.db", "node.db-wal"):
                if (self.data / name).exists():
                    shutil.copyfile(self.data / name, pathlib.Path(folder) / name)
            database = sqlcipher.Database(pathlib.Path(folder) / "node.db", self.key)
            try:
                for table, in list(database.rows("SELECT name FROM sqlite_schema WHERE type = 'table'")):
                    columns = [row[1] for row in database.rows(f"PRAGMA table_info({table})")]
                    for row in database.rows(f"SELECT * FROM {table}"):
                        for column, value in zip(columns, row):
                            data = value.encode("utf-8", "surrogateescape") if isinstance(
                                value, str) else value
                            if isinstance(data, bytes):
                                for word in words:
                                    if any(piece in data for piece in _pieces(word)):
                                        found[word].add(f"{table}.{column}")
            finally:
                database.close()
        return dict(found)

    def free_pages(self):
        with tempfile.TemporaryDirectory(prefix="fwr-") as folder:
            for name in ("node.db", "node.db-wal"):
                if (self.data / name).exists():
                    shutil.copyfile(self.data / name, pathlib.Path(folder) / name)
            database = sqlcipher.Database(pathlib.Path(folder) / "node.db", self.key)
            try:
                return database.one("PRAGMA freelist_count")
            finally:
                database.close()
