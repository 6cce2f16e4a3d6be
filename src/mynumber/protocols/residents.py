"""The residents network (住民基本台帳ネットワーク) and the numbering of residents at J-LIS.

住民基本台帳法 art. 30-6 ff. (municipalities notify J-LIS of entries), Act art. 7, 8 (individual numbers), Act art. 14(2) (look-up). Everything here
travels sealed: it names people.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum

import msgspec

from mynumber.protocols.message import BATCH_BYTES, Batch, Digits, Message, PersonText, SystemId


class _Body(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    pass


class FourAttributes(_Body, frozen=True, kw_only=True):
    """基本4情報, as the register words them."""

    name: PersonText
    address: PersonText
    birth_date: date
    sex: Digits
    """``1`` 男, ``2`` 女, ``9`` other (as on the card)."""


class ResidentEntry(_Body, frozen=True, kw_only=True):
    """One entry of a resident record (住民票の記載)."""

    addressee: PersonText
    attributes: FourAttributes
    name_kana: PersonText
    moved_from: FourAttributes | None = None
    """The attributes at the previous address, for one who moved in and has a number; None for a new number (birth, first entry)."""
    moved_out_on: date | None = None
    """転出の（予定）年月日, for one who leaves or left this municipality (住民基本台帳法 art. 24): only then may another take the person in. None says
    that the person lives here, and takes back a moving-out that was notified before."""
    moved_out_to: SystemId | None = None
    """Member id of the municipality that is moved to, where it is known: it alone may take the person in. None: any may (from abroad, or unknown)."""
    moved_abroad: bool = False
    """国外転出: with `moved_out_on`. The card and the authentication certificate may go on (公的個人認証法, since 2024-05-27)."""
    died_on: date | None = None
    """死亡の年月日: the entry is removed, cards and certificates end."""
    former_name: PersonText | None = None
    """旧氏 as registered (住民基本台帳法施行令 art. 30-13), to be shown with the name."""


class RegisterResidents(_Body, frozen=True, kw_only=True):
    entries: Batch[ResidentEntry]


class EntryState(StrEnum):
    ASSIGNED = "assigned"
    """New resident code and individual number (Act art. 7(1))."""
    MOVED = "moved"
    """Known person; attributes, municipality or moving-out changed."""
    UNCHANGED = "unchanged"
    """The same municipality notified the same addressee before."""
    NOT_FOUND = "not_found"
    """``moved_from`` matched nobody."""
    AMBIGUOUS = "ambiguous"
    """``moved_from`` matched several people: a person decides, never the program."""
    STILL_RESIDENT = "still_resident"
    """``moved_from`` matched somebody whose municipality has not notified a moving-out to the sender: nothing is told or changed."""


class EntryResult(_Body, frozen=True, kw_only=True):
    addressee: PersonText
    state: EntryState
    resident_code: Digits | None = None
    individual_number: Digits | None = None


class RegisterResults(_Body, frozen=True, kw_only=True):
    results: Batch[EntryResult]


class LookUp(_Body, frozen=True, kw_only=True):
    """Individual numbers by exactly the four attributes (never fewer, never similar)."""

    attributes: Batch[FourAttributes]


class LookUpState(StrEnum):
    FOUND = "found"
    NONE = "none"
    SEVERAL = "several"
    """More than one person matches: no number is returned."""


class LookUpResult(_Body, frozen=True, kw_only=True):
    position: int
    state: LookUpState
    individual_number: Digits | None = None


class LookUpResults(_Body, frozen=True, kw_only=True):
    results: Batch[LookUpResult]


class LookUpByNumber(_Body, frozen=True, kw_only=True):
    """The four attributes by individual number."""

    individual_number: Digits


class LookUpByNumberResult(_Body, frozen=True, kw_only=True):
    attributes: FourAttributes | None


REGISTER_RESIDENTS = Message(
    "resident-entries.v1", RegisterResidents, RegisterResults, sealed=True, max_bytes=BATCH_BYTES
)
LOOK_UP = Message("resident-look-up.v1", LookUp, LookUpResults, sealed=True, max_bytes=BATCH_BYTES)
LOOK_UP_BY_NUMBER = Message(
    "resident-look-up-by-number.v1", LookUpByNumber, LookUpByNumberResult, sealed=True
)
