"""Publishes over a node's socket without a process for each item: as much of HTTP/2 and gRPC as one
small unary call at a time needs."""
import socket
import struct

_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
_DATA, _HEADERS, _RESET, _SETTINGS, _PING, _GOAWAY = 0, 1, 3, 4, 6, 7
_END_STREAM, _END_HEADERS, _ACK = 1, 4, 1
# A window of the connection is never given back here; far more answers than this fit into it.
_CALLS_OF_A_CONNECTION = 100
_BULLETIN, _GREEN = 1, 2


class Unanswered(Exception):
    """The call did not come back with an answer; whether it had an effect is not known."""


def _varint(n):
    out = b""
    while n > 0x7F:
        out += bytes([n & 0x7F | 0x80])
        n >>= 7
    return out + bytes([n])


def _number(field, value):
    return _varint(field << 3) + _varint(value)


def _bytes(field, value):
    data = value if isinstance(value, bytes) else value.encode()
    return _varint(field << 3 | 2) + _varint(len(data)) + data


def publish_request(title, body, precedence=1):
    draft = (_number(1, _BULLETIN) + _number(3, _GREEN) + _number(5, precedence) + _bytes(9, title) +
             _bytes(11, body) + _bytes(30, "ANY-MEMBER") + _number(34, 1))
    return _bytes(1, draft)


def _fields(message):
    """{number: bytes or int} of a message without nesting."""
    found, at = {}, 0

    def varint():
        nonlocal at
        value = shift = 0
        while True:
            byte = message[at]
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value
    while at < len(message):
        tag = varint()
        value = varint()
        if tag & 7 == 2:
            found[tag >> 3], at = message[at:at + value], at + value
        else:
            found[tag >> 3] = value
    return found


def _literal(name, value):
    return b"\x00" + bytes([len(name)]) + name + bytes([len(value)]) + value


class Desk:
    """One officer at one node. One thread at a time."""

    def __init__(self, socket_path, timeout=20):
        self._path, self._timeout = str(socket_path), timeout
        self._socket, self._stream, self._buffer = None, 0, b""

    def close(self):
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _connect(self):
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.settimeout(self._timeout)
        self._socket.connect(self._path)
        self._stream, self._buffer = -1, b""
        self._socket.sendall(_PREFACE + self._frame(_SETTINGS, 0, 0, b""))

    @staticmethod
    def _frame(kind, flags, stream, payload):
        return struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + struct.pack(
            ">I", stream) + payload

    def _read(self, size):
        while len(self._buffer) < size:
            piece = self._socket.recv(65536)
            if not piece:
                raise Unanswered("the node closed the connection")
            self._buffer += piece
        taken, self._buffer = self._buffer[:size], self._buffer[size:]
        return taken

    def _answer(self):
        message = b""
        while True:
            head = self._read(9)
            size, kind, flags = int.from_bytes(head[:3], "big"), head[3], head[4]
            stream, payload = int.from_bytes(head[5:], "big"), self._read(size)
            if kind == _SETTINGS and not flags & _ACK:
                self._socket.sendall(self._frame(_SETTINGS, _ACK, 0, b""))
            elif kind == _PING and not flags & _ACK:
                self._socket.sendall(self._frame(_PING, _ACK, 0, payload))
            elif kind == _GOAWAY or (kind == _RESET and stream == self._stream):
                raise Unanswered("the node ended the call")
            elif stream == self._stream and kind == _DATA:
                message += payload
            if stream == self._stream and kind in (_DATA, _HEADERS) and flags & _END_STREAM:
                if len(message) < 5:
                    raise Unanswered("the call failed")
                return message[5:]

    def call(self, method, request):
        """The answer's bytes. Raises Unanswered."""
        try:
            if self._socket is None or self._stream > 2 * _CALLS_OF_A_CONNECTION:
                self.close()
                self._connect()
            self._stream += 2
            path = method.encode()
            headers = (b"\x83\x86" + b"\x04" + bytes([len(path)]) + path + b"\x01\x09localhost" +
                       _literal(b"content-type", b"application/grpc") + _literal(b"te", b"trailers"))
            content = b"\x00" + struct.pack(">I", len(request)) + request
            self._socket.sendall(self._frame(_HEADERS, _END_HEADERS, self._stream, headers) +
                                 self._frame(_DATA, _END_STREAM, self._stream, content))
            return self._answer()
        except (OSError, Unanswered) as error:
            self.close()
            raise Unanswered(str(error)) from None

    def publish(self, title, body="Text.", precedence=1):
        """(REF, object id) of what was acknowledged."""
        answer = _fields(self.call("/fairway.v1.Desk/Publish", publish_request(title, body, precedence)))
        return answer[1].decode(), answer[3]
