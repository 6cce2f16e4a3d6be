"""Registration of copies (副本) at a member's gateway tenant: Order 85 art. 46; the gateway answers from them automatically."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Final

import msgspec

from mynumber.protocols.message import BATCH_BYTES, Addressee, Batch, KindName, Message, Moment, PeriodText

CLOCK_SKEW: Final = timedelta(minutes=5)
"""How far a member's clock may be ahead: what is said to be of a later time would keep every true copy out."""


class _Body(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    pass


class Copy(_Body, frozen=True, kw_only=True):
    """One fact about one person. A newer copy of the same kind and period replaces an older one; of the same ``as_of`` the one that comes later."""

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
    OLDER = "older"
    """What is held, or what took the copy away, is of a later ``as_of``."""
    FROM_THE_FUTURE = "from_the_future"
    """``as_of`` lies ahead."""


class RefusedCopy(_Body, frozen=True, kw_only=True):
    position: int
    """Index in the question's ``copies``."""
    reason: CopyRefusal


class CopiesRegistered(_Body, frozen=True, kw_only=True):
    registered: int
    refused: Batch[RefusedCopy] = ()


REGISTER_COPIES = Message("copies.v1", RegisterCopies, CopiesRegistered, sealed=True, max_bytes=BATCH_BYTES)
