"""The attacks: what is written where, and what the node must make of it."""
import dataclasses
import socket
import ssl
import struct
import time

import wire

HALF_OPEN = 200
HEADER_BYTES = 10_000_000
FLOOD_FRAMES = 100_000
DRIP_SECONDS = 1.0
FAST_DRIP_SECONDS = 0.25  # where the 5 s for a hello would come first
# Longer than any deadline of the node's: TLS 3 s, a dial 10 s, a stream 10 s, nine tiny pieces 9 s.
CUT_SECONDS = 30


@dataclasses.dataclass
class Attack:
    name: str
    who: str         # "stranger", or "admitted" with a key that the node knows
    side: str        # "listening": the node was connected to; "dialling": the node dials the attacker
    what: str
    go: callable     # (Door) -> None: returns when it is cut; raises NotCut when it is not
    leaf: str        # kind of the leaf
    reason: str      # and its reason
    held: str        # how it is held off: "penalty", "dropped", "back-off", or "" (nothing to hold)
    quick: bool = False

    @property
    def title(self):
        return f"{self.side}/{self.who}/{self.name}"


class NotCut(Exception):
    pass


class Door:
    """One way to the node: whoever comes through it talks TLS, or not yet."""

    def __init__(self, connect, context, server_side):
        self.connect = connect          # () -> connected TCP socket
        self.context = context
        self.server_side = server_side  # the node is the client

    def tls(self):
        raw = self.connect()
        raw.settimeout(wire.PATIENCE)
        try:
            return self.context.wrap_socket(raw, server_side=self.server_side)
        except (OSError, ssl.SSLError):
            raw.close()
            raise

    def opening(self):
        return wire.frame(wire.SETTINGS) if self.server_side else wire.opening()


def write_until_cut(sock, pieces):
    """Writes all of it; the other side must end the connection before or after."""
    sock.settimeout(wire.PATIENCE)
    try:
        for piece in pieces:
            sock.sendall(piece)
    except (OSError, ssl.SSLError):
        return
    if not wire.ended(sock, CUT_SECONDS):
        raise NotCut("the connection is still open after all was written")


def drip_until_cut(sock, data):
    """One byte a second."""
    deadline = time.monotonic() + CUT_SECONDS
    for byte in data:
        if write_and_wait(sock, bytes([byte])):
            return
        if time.monotonic() > deadline:
            break
    raise NotCut(f"still open after {time.monotonic() - deadline + CUT_SECONDS:.0f} s of dripping")


def write_and_wait(sock, piece, seconds=DRIP_SECONDS):
    """Whether the other side ended the connection within that time."""
    until = time.monotonic() + seconds
    try:
        sock.sendall(piece)
        while (left := until - time.monotonic()) > 0:
            sock.settimeout(left)
            if not sock.recv(65536):
                return True
    except (TimeoutError, socket.timeout):
        return False
    except (OSError, ssl.SSLError):
        return True
    return False


def flood(pieces_of):
    """Opens HTTP/2 and writes what `pieces_of` gives."""
    def go(door):
        with door.tls() as tls:
            write_until_cut(tls, [door.opening(), *pieces_of()])
    return go


def in_bulk(one, times, at_once=500):
    """`one` so many times, or what `one(i)` makes of each number."""
    make = one if callable(one) else lambda i: one
    for begin in range(0, times, at_once):
        yield b"".join(make(i) for i in range(begin, min(times, begin + at_once)))


def reset(i):
    stream = 2 * i + 1
    return (wire.frame(wire.HEADERS, wire.END_HEADERS, stream, wire.call_headers()) +
            wire.frame(wire.RST_STREAM, 0, stream, struct.pack(">I", 8)))


def one_large_header():
    block = wire.literal(b"x", b"y" * 100) * (HEADER_BYTES // 105)
    yield wire.frame(wire.HEADERS, wire.END_HEADERS, 1, block)


def header_in_pieces():
    yield wire.frame(wire.HEADERS, 0, 1, wire.call_headers())
    piece = wire.literal(b"x", b"y" * 100) * 78
    yield from in_bulk(wire.frame(wire.CONTINUATION, 0, 1, piece), HEADER_BYTES // len(piece), 10)


def many_blocks(i):
    """Each as large as the gate lets pass: 8 KiB and four times 16 KiB."""
    field = wire.literal(b"x", b"y" * 100)
    stream = 2 * i + 1
    return (wire.frame(wire.HEADERS, 0, stream, field * 75) +
            wire.frame(wire.CONTINUATION, 0, stream, field * 150) * 3 +
            wire.frame(wire.CONTINUATION, wire.END_HEADERS, stream, field * 150))


def endless_message():
    yield wire.frame(wire.HEADERS, wire.END_HEADERS, 1, wire.call_headers())
    yield wire.frame(wire.DATA, 0, 1, wire.message(b"x" * 16000, announced=0xffffffff))
    yield from in_bulk(wire.frame(wire.DATA, 0, 1, b"x" * 16000), 20_000, 50)


def message_over_limit():
    """A frame of one byte more than 4 MiB."""
    size = (4 << 20) + 1
    yield wire.frame(wire.HEADERS, wire.END_HEADERS, 1, wire.call_headers())
    yield wire.frame(wire.DATA, 0, 1, wire.message(b"x" * 16000, announced=size))
    yield from in_bulk(wire.frame(wire.DATA, 0, 1, b"x" * 16000), size // 16000, 50)


FLOODS = {
    "rapid-reset": ("a stream begun and reset, 50,000 times",
                    lambda: in_bulk(reset, FLOOD_FRAMES // 2), "rapid-reset"),
    "continuation": ("one header block that never ends, 10 MB of it", header_in_pieces,
                     "continuation-flood"),
    "header-10MB": ("one header of 10 MB", one_large_header, "frame-too-large"),
    "settings": ("100,000 SETTINGS",
                 lambda: in_bulk(wire.frame(wire.SETTINGS), FLOOD_FRAMES), "control-flood"),
    "ping": ("100,000 PING",
             lambda: in_bulk(wire.frame(wire.PING, payload=b"\0" * 8), FLOOD_FRAMES),
             "control-flood"),
    "window-update": ("100,000 WINDOW_UPDATE",
                      lambda: in_bulk(wire.frame(wire.WINDOW_UPDATE, payload=struct.pack(">I", 1)),
                                      FLOOD_FRAMES), "control-flood"),
    "empty-data": ("100,000 empty DATA",
                   lambda: [wire.frame(wire.HEADERS, wire.END_HEADERS, 1, wire.call_headers()),
                            *in_bulk(wire.frame(wire.DATA, 0, 1), FLOOD_FRAMES)],
                   "control-flood"),
    "endless-message": ("a gRPC message that says it has 4 GiB", endless_message,
                        "message-too-large"),
}


def silent(door):
    """So many sockets that are opened, and not a word."""
    sockets = []
    try:
        for _ in range(HALF_OPEN):
            try:
                sockets.append(door.connect())
            except OSError:
                pass  # shed already
        if not all(wire.ended(sock, CUT_SECONDS) for sock in sockets):
            raise NotCut("some of them are still open")
    finally:
        for sock in sockets:
            sock.close()


def many_links(door):
    """So many connections with a good key."""
    links = []
    try:
        for _ in range(HALF_OPEN):
            try:
                links.append(door.tls())
                links[-1].sendall(door.opening())
            except (OSError, ssl.SSLError):
                pass
        closed = sum(wire.ended(link, 5) for link in links[:-2])
        if closed < len(links) - 2:
            raise NotCut(f"{len(links) - closed} links of one peer are open")
    finally:
        for link in links:
            link.close()


def garbage(door):
    """HTTP/2 in clear where TLS should be."""
    with door.connect() as raw:
        block = wire.literal(b"x", b"y" * 100) * (HEADER_BYTES // 105)
        write_until_cut(raw, [wire.opening(), wire.frame(wire.HEADERS, 4, 1, block)])


def endless_hello(door):
    """A ClientHello (or ServerHello) that says it has 16 MB."""
    kind = b"\x02" if door.server_side else b"\x01"
    with door.connect() as raw:
        if door.server_side:
            raw.recv(65536)
        record = b"\x16\x03\x03\x40\x00"
        first = record + kind + b"\xff\xff\xff" + b"\0" * (0x4000 - 4)
        write_until_cut(raw, [first, *in_bulk(record + b"\0" * 0x4000, HEADER_BYTES >> 14, 10)])


def drip_before_tls(door):
    with door.connect() as raw:
        if door.server_side:
            raw.recv(65536)
        drip_until_cut(raw, b"\x16\x03\x01" + b"\x02" * 1000)


def hello_of(door):
    """What OpenSSL would say first."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = door.context.wrap_bio(incoming, outgoing, server_side=False)
    try:
        tls.do_handshake()
    except ssl.SSLWantReadError:
        pass
    return outgoing.read()


def drip_in_tls(door):
    """Half a ClientHello at once, the rest a byte a second."""
    with door.connect() as raw:
        if door.server_side:
            raw.recv(65536)
            hello = b"\x16\x03\x03\x04\x00\x02\x00\x03\xfc" + b"\x03" * 1020
        else:
            hello = hello_of(door)
        raw.sendall(hello[:len(hello) // 2])
        drip_until_cut(raw, hello[len(hello) // 2:])


def drip_preface(door):
    with door.tls() as tls:
        drip_until_cut(tls, door.opening() * 4)


def drip_frame(door):
    """Inside one HTTP/2 frame."""
    with door.tls() as tls:
        begun = wire.frame(wire.SETTINGS, payload=b"\0" * 6000)
        tls.sendall(door.opening() + begun[:100])
        drip_until_cut(tls, begun[100:200])


def drip_message(door):
    """Inside one gRPC message, each byte a frame of its own."""
    with door.tls() as tls:
        tls.sendall(door.opening() +
                    wire.frame(wire.HEADERS, wire.END_HEADERS, 1, wire.call_headers()) +
                    wire.frame(wire.DATA, 0, 1, wire.message(b"", announced=100_000)))
        deadline = time.monotonic() + CUT_SECONDS
        while time.monotonic() < deadline:
            if write_and_wait(tls, wire.frame(wire.DATA, 0, 1, b"x"), FAST_DRIP_SECONDS):
                return
        raise NotCut(f"still open after {CUT_SECONDS} s of dripping")


def drip_record(door):
    """Inside one TLS record, which nobody can decrypt before it is whole."""
    with door.connect() as raw:
        raw.settimeout(wire.PATIENCE)
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        tls = door.context.wrap_bio(incoming, outgoing, server_side=door.server_side)
        while True:
            try:
                tls.do_handshake()
                break
            except ssl.SSLWantReadError:
                raw.sendall(outgoing.read())
                incoming.write(raw.recv(65536))
        tls.write(door.opening())
        raw.sendall(outgoing.read())
        tls.write(wire.frame(wire.SETTINGS, payload=b"\0" * 6000))
        record = outgoing.read()
        raw.sendall(record[:1000])
        drip_until_cut(raw, record[1000:1100])


def say_nothing(door):
    """TLS, and then not a word."""
    with door.tls() as tls:
        if not wire.ended(tls, CUT_SECONDS):
            raise NotCut("still open")


def wrong_key(door):
    """TLS with a key that is not the one the node wants."""
    try:
        with door.tls() as tls:
            if not wire.ended(tls, CUT_SECONDS):
                raise NotCut("still open")
    except (OSError, ssl.SSLError):
        pass


def table():
    """Every row; `quick` ones are those of tools/test."""
    timeout, failed, gate = "handshake-timeout", "handshake-failed", "gate.killed"
    rows = [
        Attack("half-open", "stranger", "listening", f"{HALF_OPEN} sockets and not a word", silent,
               "peer.refused", "too-many-connections", "dropped", True),
        Attack("clear-10MB", "stranger", "listening", "10 MB of header without TLS", garbage,
               "peer.refused", failed, "", True),
        Attack("hello-16MB", "stranger", "listening", "a ClientHello of 16 MB", endless_hello,
               "peer.refused", failed, ""),
        Attack("drip-before-tls", "stranger", "listening", "a byte a second, before TLS",
               drip_before_tls, "peer.refused", timeout, "", True),
        Attack("drip-in-tls", "stranger", "listening", "a byte a second, in the handshake",
               drip_in_tls, "peer.refused", timeout, ""),
        Attack("many-links", "admitted", "listening", f"{HALF_OPEN} connections with a good key",
               many_links, "peer.refused", "too-many-connections", ""),
        Attack("header-blocks", "admitted", "listening",
               "1,001 header blocks as large as pass the gate",
               flood(lambda: in_bulk(many_blocks, 1001, 5)), gate, "gate:", "penalty"),
        Attack("message-over-limit", "admitted", "listening", "a message of 4 MiB and one byte",
               flood(message_over_limit), gate, "gate:message-too-large", "penalty", True),
        Attack("drip-preface", "admitted", "listening", "a byte a second, in the preface",
               drip_preface, gate, "gate:trickle", "penalty"),
        Attack("drip-frame", "admitted", "listening", "a byte a second, in a frame", drip_frame,
               gate, "gate:trickle", "penalty", True),
        Attack("drip-message", "admitted", "listening", "four bytes a second, in a message",
               drip_message, gate, "gate:trickle", "penalty"),
        Attack("drip-record", "admitted", "listening", "a byte a second, in a TLS record",
               drip_record, gate, "gate:trickle", "penalty"),
        Attack("silence", "admitted", "listening", "TLS, and not a word", say_nothing,
               "peer.refused", "no-stream", ""),
        Attack("wrong-key", "stranger", "dialling", "somebody else answers where a peer should",
               wrong_key, "peer.refused", "not-pinned", "back-off", True),
        Attack("hello-16MB", "admitted", "dialling", "a ServerHello of 16 MB", endless_hello, "",
               "", "back-off"),
        Attack("drip-before-tls", "admitted", "dialling", "a byte a second, before TLS",
               drip_before_tls, "peer.refused", timeout, "back-off"),
        Attack("drip-in-tls", "admitted", "dialling", "a byte a second, in the handshake",
               drip_in_tls, "peer.refused", timeout, "back-off"),
        Attack("drip-frame", "admitted", "dialling", "a byte a second, in a frame", drip_frame,
               gate, "gate:trickle", "penalty"),
        Attack("drip-record", "admitted", "dialling", "a byte a second, in a TLS record",
               drip_record, gate, "gate:trickle", "penalty"),
    ]
    for name, (what, pieces, attack) in FLOODS.items():
        go = flood(pieces)
        quick = name in ("rapid-reset", "continuation")
        rows += [
            Attack(name, "stranger", "listening", what, go, "peer.refused", "not-pinned", ""),
            Attack(name, "admitted", "listening", what, go, gate, f"gate:{attack}", "penalty",
                   quick),
            Attack(name, "admitted", "dialling", what, go, gate, f"gate:{attack}", "penalty",
                   name == "settings"),
        ]
    return rows
