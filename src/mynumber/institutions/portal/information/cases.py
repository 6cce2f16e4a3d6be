"""What a resident has to say about their information: written here, at the institution's desk as soon as it can be reached, and followed to its end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid4, uuid5

from django.db import IntegrityError, transaction
from django.db.models import F
from django.urls import reverse

from mynumber.foundation.facts import Period
from mynumber.institutions.portal.account.models import Account
from mynumber.institutions.portal.information import asking
from mynumber.institutions.portal.information.models import OwnCase, OwnCaseStep, OwnInquiry
from mynumber.institutions.portal.information.subjects import label_of
from mynumber.institutions.portal.notices import inbox
from mynumber.protocols import information as messages
from mynumber.protocols.exchange import Outcome
from mynumber.protocols.information import PORTAL, CaseKind, CaseState
from mynumber.protocols.notices import Category, Notice
from mynumber.protocols.refusal import Reason, Refused
from mynumber.webkit import logs, safe
from mynumber.webkit.messages import this_node

FIRST_WAIT: Final = timedelta(seconds=20)
LONGEST_WAIT: Final = timedelta(minutes=30)
MOST_WORDS: Final = 2000
_SAFE: Final = "information-cases"
_FINAL: Final = frozenset(
    {Reason.UNKNOWN_RECORD, Reason.DUPLICATE_REQUEST, Reason.MALFORMED, Reason.NOT_ENTITLED}
)
"""What trying again does not change."""

_log = logs.get_logger(__name__)


class AlreadyOpen(Exception):
    """The same was said already and is being looked at; ``case`` is that one."""

    def __init__(self, case: OwnCase) -> None:
        super().__init__("there is an open case")
        self.case = case


@dataclass(frozen=True, slots=True)
class About:
    """What a case is about: the exchange, and whose desk it is for."""

    institution: str
    inquirer: str
    request_id: UUID
    information: str
    period: str | None = None


def write(account: Account, kind: CaseKind, about: About, words: str, *, now: datetime) -> OwnCase:
    """Open a case, in the caller's transaction; the caller sends it by `deliver`, and `deliver_due` what nobody could. Raises AlreadyOpen."""
    ident = uuid4()
    try:
        with transaction.atomic():
            return OwnCase.objects.create(
                id=ident,
                account=account,
                kind=kind.value,
                institution=about.institution,
                inquirer=about.inquirer,
                request_id=about.request_id,
                information=about.information,
                period=about.period,
                words=_seal(words, f"{ident}/words"),
                written_at=now,
                state_at=now,
                next_try_at=now + FIRST_WAIT,
            )
    except IntegrityError:
        found = OwnCase.objects.filter(
            account=account, kind=kind.value, inquirer=about.inquirer, request_id=about.request_id, refused=""
        )
        held = found.filter(period=about.period).order_by("-written_at").first()
        if held is None:
            raise
        raise AlreadyOpen(held) from None


def disputable(account: Account, request_id: UUID) -> OwnInquiry | None:
    """A value that this person was shown, or could have been; None for everybody else's, and for what gave nothing."""
    return (
        OwnInquiry.objects.filter(
            account=account, pk=request_id, outcome__in=[Outcome.PROVIDED.value, Outcome.LOST.value]
        )
        .exclude(information=messages.INVENTORY)
        .first()
    )


def deliver_due(*, now: datetime, most: int = 100) -> int:
    """Send what is due, oldest first; how many arrived. Call it outside a transaction."""
    due = OwnCase.objects.filter(arrived_at=None, refused="", next_try_at__lte=now).order_by("written_at")
    return sum(deliver(case, now=now) for case in due[:most])


def deliver(case: OwnCase, *, now: datetime) -> bool:
    """Send one case; whether it arrived. The desk takes the same one once."""
    try:
        arrived = asking.open_case(
            case.institution,
            messages.OwnCase(
                case=case.pk,
                kind=CaseKind(case.kind),
                inquirer=case.inquirer,
                request_id=case.request_id,
                information=case.information,
                period=case.period,
                words=words_of(case),
                written_at=case.written_at,
            ),
        )
    except Refused as refused:
        _log.warning("a case waits", reason=refused.reason.value)
        is_final = refused.is_signed and refused.reason in _FINAL
        wait = min(LONGEST_WAIT, FIRST_WAIT * int(2 ** min(case.tries, 10)))
        OwnCase.objects.filter(pk=case.pk, arrived_at=None).update(
            tries=F("tries") + 1,
            next_try_at=now + wait,
            **({"refused": refused.reason.value, "state_at": now} if is_final else {}),
        )
        return False
    OwnCase.objects.filter(pk=case.pk, arrived_at=None).update(arrived_at=arrived.arrived_at)
    OwnCase.objects.filter(pk=case.pk, state="").update(
        state=CaseState.ARRIVED.value, state_at=arrived.arrived_at
    )
    return True


def take_step(step: messages.CourseStep, *, institution: str, now: datetime) -> bool:
    """An institution says what became of a case, in the caller's transaction; whether that was new. The resident finds it in the inbox.

    Raises LookupError for a case that is not at that institution's desk.
    """
    case = OwnCase.objects.select_for_update().filter(pk=step.case, institution=institution).first()
    if case is None:
        raise LookupError
    _, is_new = OwnCaseStep.objects.get_or_create(
        case=case,
        sequence=step.sequence,
        defaults={
            "state": step.state.value,
            "words": _seal(step.words, f"{case.pk}/{step.sequence}"),
            "office": step.office,
            "at": step.at,
            "received_at": now,
        },
    )
    if not is_new:
        return False
    newest = case.steps.order_by("-sequence").first()
    if newest is not None and newest.sequence == step.sequence:
        case.state, case.state_at = step.state.value, step.at
        case.arrived_at = case.arrived_at or step.at
        case.save(update_fields=["state", "state_at", "arrived_at"])
    if case.account.closed_at is None:
        inbox.put(case.account, _notice(case, step, now), now=now)
    return True


def _notice(case: OwnCase, step: messages.CourseStep, now: datetime) -> Notice:
    about = about_words(case)
    return Notice(
        notice=uuid5(case.pk, f"step {step.sequence}"),
        category=Category.GENERAL,
        title=f"{CaseKind(case.kind).label_ja}：{step.state.label_ja}"[:100],
        words=f"{about}についての申出が進みました。くわしくは、申出のページを見てください。",
        office=step.office,
        at=now,
        link=reverse("own-case", args=[case.pk]),
    )


def tell_corrected(row: OwnInquiry, *, correction: UUID, at: datetime, now: datetime) -> None:
    """A value that the person saw was wrong: mark it and put a notice into the inbox, in the caller's transaction."""
    OwnInquiry.objects.filter(pk=row.pk).update(corrected_at=at)
    if row.account.closed_at is not None:  # its inbox went with it
        return
    name = this_node().directory.name(row.provider)
    inbox.put(
        row.account,
        Notice(
            notice=uuid5(correction, str(row.pk)),
            category=Category.GENERAL,
            title="前に見た情報に誤りがありました",
            words=f"{name}が、「{label_of(row.information)}」に誤りがあったと知らせました。"
            "正しい情報は、「わたしの情報」でもう一度取り寄せると見られます。",
            office=name[:100],
            at=now,
            link=reverse("information"),
        ),
        now=now,
    )


def about_words(case: OwnCase) -> str:
    """What a case is about, e.g. 八尾市の「地方税関係情報」（令和8年度）."""
    period = f"（{Period.parse(case.period).label_ja}）" if case.period else ""
    return f"{this_node().directory.name(case.institution)}の「{label_of(case.information)}」{period}"


def words_of(case: OwnCase) -> str:
    """The resident's words."""
    return _unseal(case.words, f"{case.pk}/words")


def words_of_step(step: OwnCaseStep) -> str:
    """The institution's words."""
    return _unseal(step.words, f"{step.case_id}/{step.sequence}")


def forget_words(account: Account, _now: datetime) -> None:
    """The resident ends the use: what they wrote goes, once it has arrived. The institution keeps its record of it."""
    for case in OwnCase.objects.filter(account=account, arrived_at__isnull=False):
        OwnCase.objects.filter(pk=case.pk).update(words=_seal("", f"{case.pk}/words"))


def _seal(words: str, about: str) -> bytes:
    return safe.seal(this_node().keyring, _SAFE, words.encode(), about=about)


def _unseal(sealed: bytes | memoryview, about: str) -> str:
    return safe.unseal(this_node().keyring, _SAFE, bytes(sealed), about=about).decode()


__all__ = [
    "PORTAL",
    "About",
    "AlreadyOpen",
    "about_words",
    "deliver",
    "deliver_due",
    "disputable",
    "take_step",
    "tell_corrected",
    "words_of",
    "words_of_step",
    "write",
]
