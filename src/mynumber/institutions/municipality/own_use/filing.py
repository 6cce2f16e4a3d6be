"""Writing a notice, sending it to the commission, and what the town may ask by what was accepted (Act art. 9(2), 19(ix)).

The row is committed before anything leaves; the notice goes out after the commit, under an id by which it can be said again without a
second effect: so it also asks how far the commission is.
"""

from __future__ import annotations

from datetime import date, datetime
from functools import partial
from typing import Final
from uuid import uuid4

import msgspec
from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone

from mynumber.foundation.law import (
    Affair,
    LegalBasis,
    LocalBasis,
    NoticeKind,
    OwnUseAffair,
    check_equivalent,
    legal_basis,
    local_basis,
)
from mynumber.foundation.law.own_use import is_own_use
from mynumber.foundation.law.own_use_wordings import wording_on, wordings_of
from mynumber.foundation.numbers.local_government import LocalGovernmentCode
from mynumber.institutions.municipality.own_use.models import Filing
from mynumber.institutions.municipality.systems import ask_commission
from mynumber.protocols.own_use import NOTIFY_OWN_USE, NoticeState, OwnUseNotice, OwnUseText
from mynumber.protocols.refusal import Reason, Refused
from mynumber.webkit import logs
from mynumber.webkit.tenancy import acting_as

_log = logs.get_logger(__name__)

FOR_GOOD: Final = frozenset(
    {Reason.NOT_IN_TABLE, Reason.MALFORMED, Reason.WRONG_INSTITUTION, Reason.DUPLICATE_REQUEST}
)
"""Refusals of the commission that the same notice will meet again."""


class NoticeUnderWay(Exception):
    """The commission has not decided on an earlier notice of this affair."""


def content_of(filing: Filing) -> OwnUseText:
    """What was written."""
    return msgspec.json.decode(filing.content, type=OwnUseText)


def next_number() -> int:
    """A number that no affair of the town ever had."""
    last: int | None = Filing.objects.aggregate(last=Max("number"))["last"]
    return (last or 0) + 1


def check(text: OwnUseText, on: date) -> None:
    """Hold a notice against the table, as the commission will. Raises NotEquivalent."""
    check_equivalent(text.affair(notified=on, accepted=None), legal_basis(max(text.valid_from, on)))


def file(code: str, kind: NoticeKind, text: OwnUseText, *, who: str, at: datetime) -> Filing:
    """Write a notice down; it is sent once that is committed. Raises NoticeUnderWay."""
    try:
        with transaction.atomic():
            filing = Filing.objects.create(
                notice=uuid4(),
                kind=kind.value,
                number=text.number,
                content=msgspec.json.encode(text).decode(),
                written_by=who,
                written_at=at,
            )
    except IntegrityError:
        raise NoticeUnderWay from None
    send_after_commit(code, filing)
    return filing


def send_after_commit(code: str, filing: Filing) -> None:
    """Say a notice (again) when the present transaction is committed; what cannot be sent stays open and can be sent again."""
    transaction.on_commit(partial(send, code, filing), robust=True)


def send(code: str, filing: Filing) -> None:
    """Say a notice and write down what the commission says of it. Call it outside of any transaction."""
    notice = OwnUseNotice(notice=filing.notice, kind=NoticeKind(filing.kind), affair=content_of(filing))
    try:
        standing = ask_commission(code, NOTIFY_OWN_USE, notice)
    except Refused as refused:
        _log.info("own-use notice refused", hop=refused.hop.value, reason=refused.reason.value)
        if not refused.is_signed or refused.reason not in FOR_GOOD:
            return
        filing.state, filing.remark = NoticeState.RETURNED.value, refused.reason.sentence_ja
        filing.heard_at = filing.decided_at = timezone.now()
    else:
        filing.state, filing.remark = standing.state.value, standing.remark
        filing.received_at, filing.decided_at = standing.received_at, standing.decided_at
        filing.begins, filing.heard_at = standing.begins, timezone.now()
    with acting_as(code):
        filing.save()


def basis_on(day: date) -> LocalBasis:
    """The table of a day with what the commission accepted of this town. Raises NotInForce."""
    return local_basis(day, affairs_on(day))


def basis_for(row_id: str, day: date) -> LegalBasis | LocalBasis:
    """The table of a day, with the town's own-use affairs only if the id is of one: the list of cases asks for many ids. Raises NotInForce."""
    return basis_on(day) if is_own_use(row_id) else legal_basis(day)


def own_affairs_on(day: date, code: str) -> tuple[Affair, ...]:
    """The own-use affairs for which the town may ask on a day. Raises NotInForce."""
    return basis_on(day).affairs_of(frozenset(), LocalGovernmentCode.parse(code))


def affairs_on(day: date) -> list[OwnUseAffair]:
    """The town's accepted own-use affairs, each in its wording of the day, whatever its status then."""
    accepted = Filing.objects.filter(state=NoticeState.ACCEPTED.value).order_by("decided_at")
    notices = [(NoticeKind(filing.kind), _accepted(filing)) for filing in accepted]
    return [wording_on(wordings, day) for wordings in wordings_of(notices).values()]


def _accepted(filing: Filing) -> OwnUseAffair:
    text = content_of(filing)
    if filing.begins and filing.kind != NoticeKind.ENDED:
        text = msgspec.structs.replace(text, valid_from=max(text.valid_from, filing.begins))
    if filing.begins and filing.kind == NoticeKind.ENDED:
        text = msgspec.structs.replace(text, valid_until=filing.begins)
    decided = filing.decided_at or filing.written_at
    return text.affair(notified=timezone.localdate(filing.written_at), accepted=timezone.localdate(decided))
