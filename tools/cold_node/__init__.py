"""Reads a node that is not running, from its bytes.

A second implementation of what a node writes, for those who would not take the node's word for it:
written from crypto/FORMATS.md, api/PROTOCOL.md and node/audit/EVENTS.md, with Python's library,
libsqlcipher and libsodium. It shares no line with the node. tools/fsck is its command.
"""
