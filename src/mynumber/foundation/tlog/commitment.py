"""What the log holds of a record: a salted hash, never the record.

Records and salts are deleted after seven years (Cabinet Order art. 30), tiles are not. Without its salt (32 random bytes) a leaf says nothing about
its record, not even to one who guesses the record.
"""

import secrets
from collections.abc import Mapping
from hashlib import sha256
from typing import Final, cast

import msgspec

SALT_BYTES: Final = 32
_DOMAIN: Final = b"mynumber record commitment v1\0"


def new_salt() -> bytes:
    """32 random bytes."""
    return secrets.token_bytes(SALT_BYTES)


def commitment(record: bytes, salt: bytes) -> bytes:
    """The entry of the log: SHA-256(domain || salt || record), 32 bytes. Its leaf hash is ``merkle.leaf_hash`` of it."""
    if len(salt) != SALT_BYTES:
        raise ValueError("a salt has 32 bytes")
    return sha256(_DOMAIN + salt + record).digest()


def canonical_record(record: Mapping[str, object] | msgspec.Struct) -> bytes:
    """The one spelling of a record: UTF-8 JSON, members sorted, no white space. Raises ValueError for a float in it."""
    text = _encode(record)
    if _has_float(_decode(text)):
        raise ValueError("a record has no floats")
    return text


def read_record(text: bytes) -> dict[str, object]:
    """Read a record that is in its one spelling and an object. Raises ValueError without repeating it."""
    try:
        record = _decode(text)
        sound = isinstance(record, dict) and not _has_float(record) and _encode(record) == text
    except (ValueError, RecursionError):  # msgspec repeats what it read in some messages
        raise ValueError("the record is not JSON") from None
    if not sound:
        raise ValueError("the record is not in its one spelling")
    return cast(dict[str, object], record)


_encode = msgspec.json.Encoder(order="sorted").encode
_decode = msgspec.json.Decoder().decode


def _has_float(value: object) -> bool:
    if isinstance(value, dict):
        return any(_has_float(one) for one in value.values())
    if isinstance(value, list):
        return any(_has_float(one) for one in value)
    return isinstance(value, float)
