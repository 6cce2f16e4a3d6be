"""Own-use affairs of local governments by ordinance (独自利用事務, Act art. 9(2), 19(ix)): the notice to the commission, and what the network is told of it.

    municipality --own-use-notice.v1--> commission --own-use-accepted.v1--> network

No person travels. What is equivalent to an affair of the table is checked by :mod:`mynumber.foundation.law.own_use` at both receivers; whether a purpose is
the same, people at the commission decide.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated
from uuid import UUID

import msgspec

from mynumber.foundation.law import (
    LawError,
    NotEquivalent,
    NoticeKind,
    OwnUseAffair,
    OwnUseField,
    OwnUseRule,
    check_equivalent,
    legal_basis,
)
from mynumber.foundation.numbers.local_government import LocalGovernmentCode
from mynumber.protocols.exchange import Acknowledged
from mynumber.protocols.message import AffairId, Message, Moment
from mynumber.protocols.refusal import Hop, Reason, Refused

Words = Annotated[str, msgspec.Meta(min_length=1, max_length=400, pattern=r"^[^\x00-\x1f\x7f]*\Z")]
MEMBER_PREFIX = "municipality."


class _Body(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    pass


class NoticeState(StrEnum):
    """How far the commission is with a notice."""

    OPEN = "open"
    ACCEPTED = "accepted"
    RETURNED = "returned"

    @property
    def label_ja(self) -> str:
        return {"open": "確認中", "accepted": "受理", "returned": "返戻"}[self.value]


class OwnUseRuleText(_Body, frozen=True, kw_only=True):
    """A rule of the equivalent affair that is taken over."""

    provision: AffairId
    items: Annotated[tuple[AffairId, ...], msgspec.Meta(max_length=400)] = ()
    """Only these of its items; empty: the whole rule."""


class OwnUseText(_Body, frozen=True, kw_only=True):
    """An own-use affair as the local government notifies it: :class:`mynumber.foundation.law.OwnUseAffair` without what the commission adds."""

    body: Annotated[str, msgspec.Meta(pattern=r"^[0-9]{6}\Z")]
    """全国地方公共団体コード of the local government: the sender itself."""
    number: Annotated[int, msgspec.Meta(ge=1, le=9999)]
    """Makes the id: the affair 1 of 131229 is ``own-131229-1``."""
    words: Words
    executive: Words
    """Who carries it out (執行機関), e.g. 区長."""
    field: OwnUseField
    ordinance: Words
    """The ordinance and its article, as records cite them."""
    equivalent: AffairId
    reason: Words
    rules: Annotated[tuple[OwnUseRuleText, ...], msgspec.Meta(min_length=1, max_length=100)]
    valid_from: date
    """First day on which it is to apply."""
    valid_until: date | None = None
    """First day on which it does not apply any more."""

    def affair(self, *, notified: date, accepted: date | None) -> OwnUseAffair:
        """The value of the law. Raises MalformedNumber for a body that is none."""
        return OwnUseAffair(
            body=LocalGovernmentCode.parse(self.body),
            number=self.number,
            words=self.words,
            executive=self.executive,
            field=self.field,
            ordinance=self.ordinance,
            equivalent=self.equivalent,
            reason=self.reason,
            rules=tuple(OwnUseRule(rule.provision, rule.items) for rule in self.rules),
            valid_from=self.valid_from,
            notified=notified,
            accepted=accepted,
            valid_until=self.valid_until,
        )


class OwnUseNotice(_Body, frozen=True, kw_only=True):
    """A notice (届出). Said again under its id it has no second effect and asks how far it is."""

    notice: UUID
    kind: NoticeKind
    """``ended`` gives the affair with its ``valid_until``."""
    affair: OwnUseText


class OwnUseStanding(_Body, frozen=True, kw_only=True):
    """What became of a notice."""

    notice: UUID
    state: NoticeState
    received_at: Moment
    decided_at: Moment | None = None
    begins: date | None = None
    """The day from which it applies: the one asked for, or that of the acceptance if this is later."""
    remark: Annotated[str, msgspec.Meta(max_length=400)] = ""
    """Why it was returned."""


class OwnUseAccepted(_Body, frozen=True, kw_only=True):
    """The commission accepted a notice; ``affair`` begins on or after the day of acceptance. Said again it has no second effect."""

    notice: UUID
    kind: NoticeKind
    affair: OwnUseText
    notified: date
    accepted: date


def body_of(member: str) -> LocalGovernmentCode | None:
    """The local government that a member of the network is; None for what is none."""
    if not member.startswith(MEMBER_PREFIX):
        return None
    try:
        return LocalGovernmentCode.parse(member.removeprefix(MEMBER_PREFIX))
    except ValueError:
        return None


def affair_to_add(told: OwnUseAccepted, hop: Hop) -> OwnUseAffair:
    """What a core adds to its table; the commission asks the same before it decides, so that it accepts nothing that no core will take.

    Raises Refused: ``not_in_table`` (not equivalent to an affair of the table that applies when it begins, or its end lies before that), ``malformed``
    (a body that is none, no day to end on or one before the acceptance, no table on the day).
    """
    try:
        affair = told.affair.affair(notified=told.notified, accepted=told.accepted)
        if told.kind is not NoticeKind.ENDED:
            check_equivalent(affair, legal_basis(max(affair.valid_from, told.accepted)))
        elif affair.valid_until is None or affair.valid_until < told.accepted:
            raise Refused(hop, Reason.MALFORMED, "an end before the commission accepted it")
    except NotEquivalent as error:
        raise Refused(hop, Reason.NOT_IN_TABLE, error.fault.value) from None
    except (LawError, ValueError):
        raise Refused(hop, Reason.MALFORMED) from None
    return affair


def require_place(kind: NoticeKind, last: NoticeKind | None, hop: Hop) -> None:
    """Whether a notice may follow the last accepted one of its affair (None: there is none).

    Raises Refused: ``duplicate_request`` (a new affair whose number is used), ``unknown_record`` (a change or an end of what does not apply).
    """
    if kind is NoticeKind.NEW and last is not None:
        raise Refused(hop, Reason.DUPLICATE_REQUEST, "an affair of this number is there already")
    if kind is not NoticeKind.NEW and last in {None, NoticeKind.ENDED}:
        raise Refused(hop, Reason.UNKNOWN_RECORD, "no affair of this number applies")


NOTIFY_OWN_USE = Message("own-use-notice.v1", OwnUseNotice, OwnUseStanding, max_bytes=256 * 1024)
"""A local government to the commission."""
TELL_OWN_USE = Message("own-use-accepted.v1", OwnUseAccepted, Acknowledged, max_bytes=256 * 1024)
"""The commission to the network."""
