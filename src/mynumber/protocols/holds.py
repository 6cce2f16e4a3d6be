"""Switches for automatic answers (自動応答不可): a member tells its gateway which items a person has to look at before they leave.

A kind of information, a person (支援措置, a case that is being decided), or one kind about one person. What is asked and meets a switch waits at the
desk of the provider (Order 85 art. 46); nobody outside learns whether or why a switch is set before a person has answered.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

from mynumber.protocols.message import BATCH_BYTES, Addressee, Batch, KindName, Message, Moment, PeriodText


class _Body(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    pass


class HoldReason(StrEnum):
    """Why an item is not answered automatically. Stays in the provider's house."""

    PROTECTIVE_MEASURE = "protective_measure"
    """支援措置: a victim of violence or stalking whose whereabouts must not travel."""
    PENDING_CASE = "pending_case"
    """The value is being decided (更正, 不服申立て): a copy would be out of date tomorrow."""
    BY_HAND = "by_hand"
    """The member answers this kind by hand."""
    SUSPECTED_LINK = "suspected_link"
    """The value may belong to another person (誤った紐付け)."""

    @property
    def label_ja(self) -> str:
        return _LABEL_JA[self]


_LABEL_JA = {
    HoldReason.PROTECTIVE_MEASURE: "支援措置",
    HoldReason.PENDING_CASE: "処分・更正の審査中",
    HoldReason.BY_HAND: "手動で回答する情報",
    HoldReason.SUSPECTED_LINK: "紐付けの確認中",
}


class Hold(_Body, frozen=True, kw_only=True):
    """One switch; at least one of ``addressee`` and ``information`` is named. Set again, it takes the new times."""

    addressee: Addressee | None = None
    """None: everybody."""
    information: KindName | None = None
    """None: every kind."""
    period: PeriodText | None = None
    """Of the kind named; None: every period. Who names no period asks for the newest: that of the newest copy, or a later one that is held."""
    reason: HoldReason
    since: Moment
    until: Moment | None = None
    """None: until it is lifted."""


class HoldKey(_Body, frozen=True, kw_only=True):
    """Which switch to lift."""

    addressee: Addressee | None = None
    information: KindName | None = None
    period: PeriodText | None = None
    reason: HoldReason


class ChangeHolds(_Body, frozen=True, kw_only=True):
    set: Batch[Hold] = ()
    lift: Batch[HoldKey] = ()
    """Carried out after ``set``; one that is not set is lifted already."""


class HoldRefusal(StrEnum):
    NO_CODE = "no_code"
    NAMES_NOTHING = "names_nothing"
    UNKNOWN_INFORMATION = "unknown_information"
    WRONG_PERIOD = "wrong_period"
    """Not of the time in which the kind is told, or no kind is named."""
    ENDS_BEFORE_IT_BEGINS = "ends_before_it_begins"


class RefusedHold(_Body, frozen=True, kw_only=True):
    position: int
    """Index in ``set``."""
    reason: HoldRefusal


class HoldsChanged(_Body, frozen=True, kw_only=True):
    set: int
    lifted: int
    refused: Batch[RefusedHold] = ()


CHANGE_HOLDS = Message("answer-holds.v1", ChangeHolds, HoldsChanged, sealed=True, max_bytes=BATCH_BYTES)
