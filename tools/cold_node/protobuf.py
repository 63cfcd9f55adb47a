"""Reads protobuf in the one form that api/PROTOCOL.md §3 allows, and refuses all others.

A message is a table: field number -> (name, kind). Kinds: "uint", "int", "bool", "bytes", "text", a
tuple ("enum", highest), or another table for a message in it. "+" in front of a name means
repeated, "?" means that the field has presence of its own.
"""
MAX_DEPTH = 8
MAX_ELEMENTS = 4096


class Malformed(Exception):
    """The bytes are not the one encoding of a message; the text says where."""


def _varint(data, at, end):
    value = shift = 0
    while True:
        if at >= end or shift > 63:
            raise Malformed("a number is cut short or too long")
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            if byte == 0 and shift:
                raise Malformed("a number is longer than it needs to be")
            if value >> 64:
                raise Malformed("a number is above 64 bits")
            return value, at
        shift += 7


def _scalar(name, kind, number):
    if kind == "int":
        return number - (1 << 64) if number >> 63 else number
    if kind == "uint32" and number >> 32:
        raise Malformed(f"{name} is above 32 bits")
    if kind == "bool" and number > 1:
        raise Malformed(f"{name} is neither true nor false")
    if isinstance(kind, tuple) and number > kind[1]:
        raise Malformed(f"{name} has the unknown value {number}")
    return number


def _piece(name, kind, piece, depth):
    if kind == "bytes":
        return piece
    if kind == "text":
        try:
            return piece.decode("utf-8")
        except UnicodeDecodeError:
            raise Malformed(f"{name} is not UTF-8") from None
    return read(kind, piece, depth + 1)


def _is_piece(kind):
    return kind in ("bytes", "text") or isinstance(kind, dict)


def varint(number):
    out = b""
    while number > 0x7F:
        out += bytes([number & 0x7F | 0x80])
        number >>= 7
    return out + bytes([number])


def field(number, value):
    """A field as it is written; of an int or bytes."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value & (1 << 64) - 1)
    return varint(number << 3 | 2) + varint(len(value)) + value


def read(table, data, depth=1):
    """A dict of name -> value; a repeated field is a list, one that is absent its default or None."""
    if depth > MAX_DEPTH:
        raise Malformed("nested too deeply")
    found = {}
    for name, kind in table.values():
        if name[0] == "+":
            found[name[1:]] = []
        elif name[0] == "?" or isinstance(kind, dict):
            found[name.lstrip("?")] = None
        else:
            found[name] = b"" if kind == "bytes" else "" if kind == "text" else 0
    at, end, last = 0, len(data), 0
    while at < end:
        tag, at = _varint(data, at, end)
        number, wire = tag >> 3, tag & 7
        if number not in table:
            raise Malformed(f"field {number} is not known")
        marked, kind = table[number]
        name = marked.lstrip("+?")
        if wire != (2 if _is_piece(kind) else 0):
            raise Malformed(f"{name} has wire type {wire}")
        if number < last or (number == last and marked[0] != "+"):
            raise Malformed(f"{name} is out of order or twice")
        last = number
        value, at = _varint(data, at, end)
        if wire == 2:
            if value > end - at:
                raise Malformed(f"{name} is cut short")
            value, at = _piece(name, kind, bytes(data[at:at + value]), depth), at + value
        else:
            value = _scalar(name, kind, value)
        if marked[0] == "+":
            found[name].append(value)
            if len(found[name]) > MAX_ELEMENTS:
                raise Malformed(f"{name} has more than {MAX_ELEMENTS} elements")
        elif not value and marked[0] != "?" and not isinstance(kind, dict):
            raise Malformed(f"{name} is written out although it has its default value")
        else:
            found[name] = value
    return found
