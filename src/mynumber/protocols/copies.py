"""Registration of copies (副本) at a member's gateway tenant: Order 85 art. 46; the gateway answers from them automatically."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from mynumber.protocols.message import BATCH_BYTES, Addressee, Batch, KindName, Message, Moment, PeriodText


class _Body(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    pass


class Copy(_Body, frozen=True, kw_only=True):
    """One fact about one person. A later copy of the same kind and period replaces the earlier."""

    addressee: Addressee
    information: KindName
    period: PeriodText | None = None
    """The period of the fact. It is read from the fact; who states it states the same."""
    as_of: Moment
    fact: msgspec.Raw


class RegisterCopies(_Body, frozen=True, kw_only=True):
    copies: Batch[Copy]


class CopyRefusal(StrEnum):
    NO_CODE = "no_code"
    UNKNOWN_INFORMATION = "unknown_information"
    MALFORMED_FACT = "malformed_fact"
    WRONG_PERIOD = "wrong_period"
    """The fact is of another period than the copy says."""


class RefusedCopy(_Body, frozen=True, kw_only=True):
    position: int
    """Index in the question's ``copies``."""
    reason: CopyRefusal


class CopiesRegistered(_Body, frozen=True, kw_only=True):
    registered: int
    refused: Batch[RefusedCopy] = ()


REGISTER_COPIES = Message("copies.v1", RegisterCopies, CopiesRegistered, sealed=True, max_bytes=BATCH_BYTES)
