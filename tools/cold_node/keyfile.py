"""keyfile.v1 of crypto/FORMATS.md: the secret that opens the database."""
import hashlib
import hmac

from . import sodium

_MAGIC = b"fwkey.v1\x01"
_SLOT_BYTES = 57 + 48
_MAX_BYTES = 4096
PASSPHRASE, KEY = 1, 2


class Unreadable(Exception):
    """The file is not a key file of this form."""


class NotOpened(Exception):
    """No slot opens with what was given."""


def _hkdf(secret, salt, info):
    extracted = hmac.new(salt, secret, hashlib.sha256).digest()
    return hmac.new(extracted, info + b"\x01", hashlib.sha256).digest()


def _check_slot(head):
    kind, memory, passes = head[0], int.from_bytes(head[1:9], "big"), int.from_bytes(head[9:17], "big")
    if kind == KEY and memory == passes == 0:
        return
    if kind != PASSPHRASE or not 8 << 20 <= memory <= 4 << 30 or memory % 1024 or not 1 <= passes <= 16:
        raise Unreadable(f"a slot of kind {kind} with {memory} bytes and {passes} passes")


def slots_of(data, context):
    """(header, [slot]) after all checks that need no secret."""
    head = _MAGIC + bytes([len(context)]) + context
    if len(data) > _MAX_BYTES or not data.startswith(head) or len(data) == len(head):
        raise Unreadable(f"it does not begin as a key file for {context.decode()} does")
    count, rest = data[len(head)], data[len(head) + 1:]
    if not 1 <= count <= 8 or len(rest) != count * _SLOT_BYTES:
        raise Unreadable(f"{count} slots in {len(rest)} bytes")
    slots = [rest[at:at + _SLOT_BYTES] for at in range(0, len(rest), _SLOT_BYTES)]
    for slot in slots:
        _check_slot(slot[:57])
    return head, slots


def open_secret(data, context, kind, opener):
    """(secret, number of the slot that opened, number of slots)."""
    head, slots = slots_of(data, context)
    tried = 0
    for number, slot in enumerate(slots, 1):
        if slot[0] != kind:
            continue
        tried += 1
        salt, nonce = slot[17:33], slot[33:57]
        if kind == KEY:
            key = _hkdf(opener, salt, b"fairway/keyfile/key-slot/v1")
        else:
            memory = int.from_bytes(slot[1:9], "big")
            key = sodium.argon2id(opener, salt, memory, int.from_bytes(slot[9:17], "big"))
            if key is None:
                raise NotOpened(f"{memory >> 20} MiB of memory for Argon2id are not to be had")
        secret = sodium.open_xchacha20_poly1305(key, nonce, head + slot[:57], slot[57:])
        if secret is not None:
            return secret, number, len(slots)
    what = "passphrase" if kind == PASSPHRASE else "key"
    raise NotOpened(f"the {what} opens none of its {len(slots)} slots ({tried} are for a {what})")
