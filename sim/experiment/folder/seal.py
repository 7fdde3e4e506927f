"""A seal on a file's bytes: a digest of all of them, so that any damage is found.

The digest stands within the file itself, in the place of as many noughts over which it was taken.
"""

import hashlib
from typing import Final

_MARK: Final = b"sealed with SHA-256 "
_DIGITS: Final = 64
OPEN: Final = _MARK + b"0" * _DIGITS
"""Stands once in the bytes to be sealed."""


def sealed(content: bytes) -> bytes:
    """Bytes that hold ``OPEN``, with the digest in its place."""
    begin = content.rindex(OPEN) + len(_MARK)
    return content[:begin] + _digest(content, begin) + content[begin + _DIGITS :]


def is_sealed(content: bytes) -> bool:
    """Whether bytes are, every one, as they were sealed."""
    begin = content.rfind(_MARK) + len(_MARK)
    if begin < len(_MARK):
        return False
    return content[begin : begin + _DIGITS] == _digest(content, begin)


def _digest(content: bytes, begin: int) -> bytes:
    """The digest, with noughts in its own place."""
    whole = memoryview(content)
    digest = hashlib.sha256(whole[:begin])
    digest.update(b"0" * _DIGITS)
    digest.update(whole[begin + _DIGITS :])
    return digest.hexdigest().encode()
