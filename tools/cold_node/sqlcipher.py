"""A keyed database, read through Debian's libsqlcipher."""
import ctypes

from . import pages
from .sodium import load

_LIBRARY_NAMES = ("libsqlcipher.so.1", "libsqlcipher.so.0", "libsqlcipher.so")
_OK, _ROW, _DONE = 0, 100, 101
_OPEN_READWRITE, _OPEN_NOMUTEX = 0x2, 0x8000
_INTEGER, _FLOAT, _TEXT, _BLOB = 1, 2, 3, 4

_lib = load(_LIBRARY_NAMES, "libsqlcipher1")
_handle, _text, _int = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int
for _name, _result, _arguments in (
        ("sqlite3_open_v2", _int, (_text, ctypes.POINTER(_handle), _int, _text)),
        ("sqlite3_key", _int, (_handle, _text, _int)),
        ("sqlite3_prepare_v2", _int, (_handle, _text, _int, ctypes.POINTER(_handle), _handle)),
        ("sqlite3_step", _int, (_handle,)),
        ("sqlite3_finalize", _int, (_handle,)),
        ("sqlite3_errmsg", _text, (_handle,)),
        ("sqlite3_close_v2", _int, (_handle,)),
        ("sqlite3_column_count", _int, (_handle,)),
        ("sqlite3_column_type", _int, (_handle, _int)),
        ("sqlite3_column_int64", ctypes.c_int64, (_handle, _int)),
        ("sqlite3_column_double", ctypes.c_double, (_handle, _int)),
        ("sqlite3_column_blob", _handle, (_handle, _int)),
        ("sqlite3_column_bytes", _int, (_handle, _int)),
        ("sqlite3_bind_int64", _int, (_handle, _int, ctypes.c_int64)),
        ("sqlite3_bind_blob", _int, (_handle, _int, _text, _int, _handle)),
        ("sqlite3_bind_text", _int, (_handle, _int, _text, _int, _handle)),
        ("sqlite3_bind_null", _int, (_handle, _int))):
    getattr(_lib, _name).restype = _result
    getattr(_lib, _name).argtypes = _arguments
_TRANSIENT = _handle(-1)


class Failed(Exception):
    """SQLite's words."""


class Database:
    """One connection. What it opens it may change on disk: give it a copy."""

    def __init__(self, path, key, salt=None):
        self._db = _handle()
        if _lib.sqlite3_open_v2(str(path).encode(), ctypes.byref(self._db),
                                _OPEN_READWRITE | _OPEN_NOMUTEX, None) != _OK:
            raise Failed(f"{path} cannot be opened")
        literal = b"x'" + key.hex().encode() + (salt or pages.salt_of(key)).hex().encode() + b"'"
        _lib.sqlite3_key(self._db, literal, len(literal))
        for pragma in ("cipher_log_level = NONE", "cipher_log = off",
                       f"cipher_page_size = {pages.PAGE_BYTES}",
                       "cipher_hmac_algorithm = HMAC_SHA256", "temp_store = MEMORY",
                       "cell_size_check = ON"):
            self.execute(f"PRAGMA {pragma}")

    def close(self):
        _lib.sqlite3_close_v2(self._db)
        self._db = None

    def _failure(self):
        return Failed(_lib.sqlite3_errmsg(self._db).decode(errors="replace"))

    def _prepare(self, sql, values):
        statement = _handle()
        if _lib.sqlite3_prepare_v2(self._db, sql.encode(), -1, ctypes.byref(statement), None) != _OK:
            raise self._failure()
        for number, value in enumerate(values, 1):
            if value is None:
                _lib.sqlite3_bind_null(statement, number)
            elif isinstance(value, int):
                _lib.sqlite3_bind_int64(statement, number, value)
            elif isinstance(value, str):
                data = value.encode("utf-8", "surrogateescape")
                _lib.sqlite3_bind_text(statement, number, data, len(data), _TRANSIENT)
            else:
                _lib.sqlite3_bind_blob(statement, number, bytes(value), len(value), _TRANSIENT)
        return statement

    @staticmethod
    def _value(statement, column):
        kind = _lib.sqlite3_column_type(statement, column)
        if kind == _INTEGER:
            return _lib.sqlite3_column_int64(statement, column)
        if kind == _FLOAT:
            return _lib.sqlite3_column_double(statement, column)
        if kind not in (_TEXT, _BLOB):
            return None
        address = _lib.sqlite3_column_blob(statement, column)
        data = ctypes.string_at(address, _lib.sqlite3_column_bytes(statement, column)) if address else b""
        return data.decode("utf-8", "surrogateescape") if kind == _TEXT else data

    def rows(self, sql, *values):
        """Tuples of int, str, bytes or None, one at a time."""
        statement = self._prepare(sql, values)
        try:
            columns = range(_lib.sqlite3_column_count(statement))
            while True:
                done = _lib.sqlite3_step(statement)
                if done == _DONE:
                    return
                if done != _ROW:
                    raise self._failure()
                yield tuple(self._value(statement, column) for column in columns)
        finally:
            _lib.sqlite3_finalize(statement)

    def one(self, sql, *values):
        """The first column of the first row, or None."""
        for row in self.rows(sql, *values):
            return row[0]
        return None

    def execute(self, sql, *values):
        for _ in self.rows(sql, *values):
            pass
