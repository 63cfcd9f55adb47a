"""What the checks share of one opened node."""
import contextlib
import dataclasses

from . import messages, sqlcipher
from .protobuf import Malformed

KNOWN_SCHEMAS = (1, 2, 3, 4)
_REF_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_REF_LETTERS = "BALPRSQYN"


def ref_of(kind, item):
    """B-7K3Q-8M2V: what people call an item."""
    bits = int.from_bytes(item[:5], "big")
    digits = "".join(_REF_ALPHABET[bits >> 5 * (7 - at) & 31] for at in range(8))
    letter = _REF_LETTERS[kind - 1] if 1 <= kind <= len(_REF_LETTERS) else "?"
    return f"{letter}-{digits[:4]}-{digits[4:]}"


def short(digest):
    """Enough of an id to find it."""
    return digest[:8].hex() + "…" if isinstance(digest, bytes) else str(digest)


@dataclasses.dataclass
class Manifest:
    authority: bytes
    version: int
    object: bytes
    root_keys: list
    keys: list  # (purpose, key)


@dataclasses.dataclass
class Node:
    database: sqlcipher.Database
    schema: int
    authority: bytes = b""
    name: str = ""
    boots: int = 0
    manifests: dict = dataclasses.field(default_factory=dict)    # authority -> {version: Manifest}
    peers: dict = dataclasses.field(default_factory=dict)        # authority -> name
    recalled_through: dict = dataclasses.field(default_factory=dict)  # (origin, item) -> revision

    @property
    def log_origin(self):
        return f"fairway/{self.authority.hex()}/{self.name}"

    def keys(self, authority, purpose, version=None):
        """Of one manifest version, or of all that are held."""
        held = self.manifests.get(authority, {})
        chosen = [held[version]] if version in held else [] if version else held.values()
        return [key for manifest in chosen for use, key in manifest.keys if use == purpose]

    def peer_name(self, authority):
        return self.peers.get(authority) or short(authority)


@contextlib.contextmanager
def surviving(check, what):
    """Damage that stops one stretch of a check is a problem of that check, not the end of fsck."""
    try:
        yield
    except sqlcipher.Failed as error:
        check.problem(f"{what} cannot be read to the end", error, "every row")


def opened(check, what, data, kind, read):
    """(envelope, body) of a stored Signed, or (None, None) after a problem."""
    try:
        envelope = messages.open_envelope(data, kind)
        return envelope, read(envelope.body)
    except Malformed as error:
        check.problem(what, str(error), f"a signed {kind.split('.')[2]} in its one form")
        return None, None
