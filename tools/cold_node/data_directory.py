"""The files of a node, and a private copy of its database that may be opened."""
import contextlib
import fcntl
import os
import pathlib
import shutil
import tempfile

from . import keyfile

DATABASE, LOG, INDEX = "node.db", "node.db-wal", "node.db-shm"
KEY_FILE, LOCK_FILE = "node.key", "node.lock"
_MAX_PASSPHRASE = 1024


class NotChecked(Exception):
    """Nothing can be said of this node: what is in the way, and what to do about it."""

    def __init__(self, found, wanted, following):
        super().__init__(found)
        self.found, self.wanted, self.following = found, wanted, following


def _read(path, what):
    try:
        return pathlib.Path(path).read_bytes()
    except OSError as error:
        raise NotChecked(f"{path} cannot be read: {error.strerror}", what, f"ls -l {path}") from None


class DataDirectory:
    def __init__(self, path):
        self.path = pathlib.Path(path)
        if not (self.path / KEY_FILE).is_file() or not (self.path / DATABASE).is_file():
            raise NotChecked(f"{path} holds no node",
                             f"a directory with {KEY_FILE} and {DATABASE}", f"ls -l {path}")

    @contextlib.contextmanager
    def not_running(self):
        """Keeps fairwayd from starting meanwhile, by its own lock; makes no file."""
        try:
            lock = os.open(self.path / LOCK_FILE, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            yield  # nobody ever served from here
            return
        try:
            try:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                raise NotChecked(f"a fairwayd serves {self.path}",
                                 "a node at rest, or a copy of one",
                                 "stop it (systemctl stop fairwayd), then run fsck again") from None
            yield
        finally:
            os.close(lock)

    def open_key(self, passphrase_file=None, key_file=None):
        """(database key, slot that opened, slots)."""
        if key_file:
            kind, opener = keyfile.KEY, _read(key_file, "the 32 bytes of the key slot")
        else:
            kind = keyfile.PASSPHRASE
            text = _read(passphrase_file, "a file with the passphrase in its first line")
            opener = text.replace(b"\r", b"\n").split(b"\n", 1)[0]
            if not 1 <= len(opener) <= _MAX_PASSPHRASE:
                raise NotChecked(f"the first line of {passphrase_file} has {len(opener)} bytes",
                                 f"a passphrase of 1 to {_MAX_PASSPHRASE} bytes",
                                 "write the passphrase alone into that line")
        data = _read(self.path / KEY_FILE, "the file that wraps the database key")
        try:
            return keyfile.open_secret(data, DATABASE.encode(), kind, opener)
        except keyfile.Unreadable as error:
            raise NotChecked(f"{KEY_FILE} is damaged: {error}", "a key file of form fwkey.v1",
                             f"restore {KEY_FILE} from the copy kept with the root key") from None
        except keyfile.NotOpened as error:
            raise NotChecked(str(error), "what the node was set up with",
                             "try the other way in: --passphrase-file FILE or --key-file FILE") from None

    def bytes_of(self, name):
        """A file's bytes; none if it is not there."""
        path = self.path / name
        return path.read_bytes() if path.exists() else b""

    @contextlib.contextmanager
    def private_copy(self, work=None):
        """A directory with database and log, still encrypted, gone afterwards."""
        size = sum((self.path / name).stat().st_size for name in (DATABASE, LOG)
                   if (self.path / name).exists())
        with tempfile.TemporaryDirectory(prefix="fairway-fsck-", dir=work) as folder:
            free = shutil.disk_usage(folder).free
            if free < size + (1 << 20):
                raise NotChecked(f"{folder} has {free} bytes free", f"{size} for a copy of the database",
                                 "fsck --work DIRECTORY with more room")
            for name in (DATABASE, LOG):
                if (self.path / name).exists():
                    shutil.copyfile(self.path / name, pathlib.Path(folder) / name)
            yield pathlib.Path(folder)
