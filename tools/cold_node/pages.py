"""The pages of an SQLCipher 4 file and of its write-ahead log, authenticated one by one.

SQLCipher's own `cipher_integrity_check` cries wolf while a log is there and cannot count beyond
4 GiB; so this computes each page's HMAC itself. The node's settings: pages of 8,192 bytes, of which
the last 48 are IV and HMAC-SHA-256, a raw key, and a salt that is derived from the key.
"""
import dataclasses
import hashlib
import hmac
import struct

from . import digests

PAGE_BYTES = 8192
_IV_BYTES, _MAC_BYTES, _SALT_BYTES = 16, 32, 16
_RESERVED = _IV_BYTES + _MAC_BYTES
_LOG_HEADER, _FRAME_HEADER = 32, 24


def salt_of(key):
    return digests.tagged("fairway/database/salt", key)[:_SALT_BYTES]


class PageKey:
    """Says whether a page was written by somebody who has the key."""

    def __init__(self, key):
        mac_salt = bytes(byte ^ 0x3A for byte in salt_of(key))
        self._mac_key = hashlib.pbkdf2_hmac("sha512", key, mac_salt, 2, 32)

    def authenticates(self, page, number):
        start = _SALT_BYTES if number == 1 else 0
        mac = hmac.new(self._mac_key, page[start:-_MAC_BYTES], hashlib.sha256)
        mac.update(struct.pack("<I", number))
        return hmac.compare_digest(mac.digest(), page[-_MAC_BYTES:])


def encrypted_part(page, number):
    """(IV, cipher text) of a page."""
    return page[-_RESERVED:-_MAC_BYTES], page[_SALT_BYTES if number == 1 else 0:-_RESERVED]


@dataclasses.dataclass
class Frame:
    page: int
    database_pages: int  # above 0: the last frame of a transaction
    data: bytes


@dataclasses.dataclass
class Log:
    """What of a write-ahead log SQLite would believe, and what comes after that."""
    frames: list          # up to the last commit
    uncommitted: int      # whole frames after it that follow on
    rest_bytes: int       # bytes that belong to no such frame
    salts: bytes


def _checksum(data, little, first, second):
    words = struct.unpack(f"{'<' if little else '>'}{len(data) // 4}I", data)
    for at in range(0, len(words), 2):
        first = first + words[at] + second & 0xFFFFFFFF
        second = second + words[at + 1] + first & 0xFFFFFFFF
    return first, second


def read_log(data):
    """An empty or headless log holds nothing; SQLite starts it afresh."""
    if len(data) < _LOG_HEADER:
        return Log([], 0, len(data), b"")
    magic, _, page_bytes, _ = struct.unpack(">4I", data[:16])
    salts, stated = data[16:24], struct.unpack(">2I", data[24:32])
    if magic not in (0x377F0682, 0x377F0683) or page_bytes != PAGE_BYTES:
        return Log([], 0, len(data), b"")
    little = magic == 0x377F0682
    sums = _checksum(data[:24], little, 0, 0)
    if sums != stated:
        return Log([], 0, len(data), b"")
    frames, committed, at = [], 0, _LOG_HEADER
    while at + _FRAME_HEADER + PAGE_BYTES <= len(data):
        head = data[at:at + _FRAME_HEADER]
        page = data[at + _FRAME_HEADER:at + _FRAME_HEADER + PAGE_BYTES]
        number, size = struct.unpack(">2I", head[:8])
        sums = _checksum(head[:8] + page, little, *sums)
        if head[8:16] != salts or sums != struct.unpack(">2I", head[16:24]) or number == 0:
            break
        frames.append(Frame(number, size, page))
        if size:
            committed = len(frames)
        at += _FRAME_HEADER + PAGE_BYTES
    return Log(frames[:committed], len(frames) - committed, len(data) - at, salts)


def frames_in_index(shared_memory):
    """(salts, frames) that the last writer left in node.db-shm; None if it says nothing usable."""
    if len(shared_memory) < 96 or shared_memory[:48] != shared_memory[48:96]:
        return None
    version, = struct.unpack("=I", shared_memory[:4])
    frames, = struct.unpack("=I", shared_memory[16:20])
    if version != 3007000 or shared_memory[12] != 1:
        return None
    return shared_memory[32:40], frames
