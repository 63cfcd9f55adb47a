"""HTTP/2 by hand over TLS, as an attacker writes it, and the sockets underneath."""
import socket
import ssl
import struct

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, RST_STREAM, SETTINGS, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION = (
    0, 1, 3, 4, 6, 7, 8, 9)
END_STREAM, END_HEADERS = 0x1, 0x4
PATIENCE = 20


def frame(kind, flags=0, stream=0, payload=b""):
    return struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + struct.pack(
        ">I", stream) + payload


def literal(name, value):
    """One header field, never indexed, no Huffman (RFC 7541 §6.2.3); short strings only."""
    return b"\x10" + bytes([len(name)]) + name + bytes([len(value)]) + value


def call_headers(*more):
    """The header block of a call of the peer method."""
    fields = [(b":method", b"POST"), (b":scheme", b"http"),
              (b":path", b"/fairway.v1.Peer/Exchange"), (b":authority", b"peer"),
              (b"te", b"trailers"), (b"content-type", b"application/grpc"), *more]
    return b"".join(literal(name, value) for name, value in fields)


def opening():
    return PREFACE + frame(SETTINGS)


def message(payload, announced=None):
    """A gRPC message; `announced` says another length than it has."""
    return b"\x00" + struct.pack(">I", len(payload) if announced is None else announced) + payload


def tcp(address):
    host, port = address.rsplit(":", 1)
    sock = socket.create_connection((host, int(port)), timeout=PATIENCE)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return sock


def client_context(pem):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.set_alpn_protocols(["h2"])
    context.load_cert_chain(pem)
    return context


def server_context(pem):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.set_alpn_protocols(["h2"])
    context.load_cert_chain(pem)
    return context


def listen(port):
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind(("127.0.0.1", port))
    sock.listen(8)
    sock.settimeout(PATIENCE)
    return sock


def ended(sock, seconds):
    """Whether the other side closes within that time; what it still sends is thrown away."""
    sock.settimeout(seconds)
    try:
        while sock.recv(65536):
            pass
    except (TimeoutError, socket.timeout):
        return False
    except (OSError, ssl.SSLError):
        pass
    return True
