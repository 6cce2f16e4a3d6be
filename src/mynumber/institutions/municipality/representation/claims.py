"""Claims of parents and guardians: they arrive, a clerk looks at the register and confirms or refuses with a reason, and ends what is over."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from django.db import transaction

from mynumber.foundation.people.ages import attains_on
from mynumber.institutions.municipality.representation import telling
from mynumber.institutions.municipality.representation.evidence import ADULT, Evidence, evidence_of
from mynumber.institutions.municipality.representation.models import Claim, ClaimEntry, Kind, Seen, State
from mynumber.protocols.refusal import Hop, Reason, Refused
from mynumber.protocols.representation import LONGEST_REASON, ClaimedRepresentation, RepresentationKind
from mynumber.webkit.examination.sheets import JAPAN
from mynumber.webkit.staff.models import StaffMember

LONGEST_DAYS: Final = 365
"""How long a guardian's lasts; then it is claimed again."""
ACTS: Final = {
    "arrived": "届出が届きました",
    "opened": "届出を見ました",
    "confirmed": "代理権を確認しました",
    "refused": "確認しないことにしました",
    "ended": "代理権が終わったことを記録しました",
}


class Why(StrEnum):
    """Why a claim cannot be decided like this."""

    OVER = "この届出は、もう確認が済んでいます。"
    NO_PERSON = "代理される人を、住民票で一人に定められません。宛名番号を入力してください。"
    ONESELF = "届け出た人と代理される人が同じ人です。"
    OF_AGE = "18歳以上の人に、親権者はありません。"
    NOT_OF_AGE = "未成年の人には、成年後見人はありません。"
    PROTECTED = "支援措置の対象者で、届け出た人は別の世帯にいます。この画面では確認できません。"
    NOT_BY_REGISTER = "住民票だけでは確かめられません。戸籍などを見て、何で確かめたかを選んでください。"
    NO_WORDS = "見たもの（発行した役所、日付、番号など）を書いてください。"
    NO_REASON = "理由を書いてください。届け出た人が読みます。"
    NOT_SEEN_FOR = "確かめたものが、この種類の代理に合いません。"
    PERIOD = "後見の代理の終わりの日は、きょうから1年以内にしてください。"


class CannotDo(Exception):
    """Nothing has changed; `why` is for the page."""

    def __init__(self, why: Why) -> None:
        super().__init__(why.name.lower())
        self.why = why


def today_of(at: datetime) -> date:
    """The day in Japan."""
    return at.astimezone(JAPAN).date()


def take(question: ClaimedRepresentation, *, sender: str, at: datetime) -> None:
    """Keep a claim; the same again changes nothing. Raises Refused: DUPLICATE_REQUEST for another content, MALFORMED for what no office confirms."""
    if question.kind is RepresentationKind.VOLUNTARY:
        raise Refused(Hop.PROVIDER, Reason.MALFORMED, "nobody confirms what the person chose")
    stated = {
        "sender": sender,
        "kind": question.kind.value,
        "claimant_name": question.representative.name,
        "claimant_address": question.representative.address,
        "claimant_birth": question.representative.birth_date,
        "claimant_sex": question.representative.sex,
        "person_name": question.person_name,
        "person_birth": question.person_birth,
    }
    row, is_new = Claim.objects.get_or_create(
        reference=question.claim,
        defaults={
            **stated,
            "certificate": question.certificate,
            "asked_at": question.asked_at,
            "arrived_at": at,
        },
    )
    if is_new:
        note(row, "arrived", by="（届出人）", at=at)
    elif any(getattr(row, name) != value for name, value in stated.items()):
        raise Refused(Hop.PROVIDER, Reason.DUPLICATE_REQUEST, "the claim is known with another content")


def note(claim: Claim, act: str, *, by: str, at: datetime, words: str = "") -> None:
    """Write down who did what."""
    ClaimEntry.objects.create(claim=claim, at=at, by_name=by, act=act, words=words[:400])


def confirm(
    claim: Claim,
    seen: Seen,
    words: str,
    staff: StaffMember,
    *,
    at: datetime,
    addressee: str = "",
    until: date | None = None,
) -> None:
    """確認: the representative may act from the moment the portal hears of it. Raises CannotDo.

    The register alone is enough for a parent in whom every line fits; else it says what else was seen. addressee: whom of several the clerk means.
    """
    with transaction.atomic():
        row = _waiting(claim)
        found = evidence_of(row, today=today_of(at), addressee=addressee)
        last = _require(row, found, seen, words.strip(), until, today_of(at))
        row.claimant, row.person, row.until = found.claimant, found.person, last
        row.seen = seen.value
        _decided(row, State.CONFIRMED, words, staff, at)
    claim.refresh_from_db()


def _require(claim: Claim, found: Evidence, seen: Seen, words: str, until: date | None, today: date) -> date:
    """Raise CannotDo unless it may be confirmed like this; the last day."""
    if found.person is None:
        raise CannotDo(Why.NO_PERSON)
    if found.claimant is not None and found.claimant.pk == found.person.pk:
        raise CannotDo(Why.ONESELF)
    if found.is_protected:
        raise CannotDo(Why.PROTECTED)
    of_age = attains_on(found.person.birth, ADULT) < today
    if claim.kind == Kind.PARENT:
        if of_age:
            raise CannotDo(Why.OF_AGE)
        if seen is Seen.GUARDIANSHIP:
            raise CannotDo(Why.NOT_SEEN_FOR)
        if seen is Seen.REGISTER and not found.fits:
            raise CannotDo(Why.NOT_BY_REGISTER)
        last = attains_on(found.person.birth, ADULT)
    else:
        if not of_age:
            raise CannotDo(Why.NOT_OF_AGE)
        if seen not in (Seen.GUARDIANSHIP, Seen.COURT):
            raise CannotDo(Why.NOT_SEEN_FOR)
        if until is None or not today <= until <= today + timedelta(days=LONGEST_DAYS):
            raise CannotDo(Why.PERIOD)
        last = until
    if seen is not Seen.REGISTER and not words:
        raise CannotDo(Why.NO_WORDS)
    return last


def refuse(claim: Claim, words: str, staff: StaffMember, *, at: datetime) -> None:
    """確認しない: with a reason, which the representative reads. Raises CannotDo."""
    if not words.strip():
        raise CannotDo(Why.NO_REASON)
    with transaction.atomic():
        _decided(_waiting(claim), State.REFUSED, words, staff, at)
    claim.refresh_from_db()


def end(claim: Claim, words: str, staff: StaffMember, *, at: datetime) -> None:
    """終了: custody was lost or given to somebody else, the guardian changed, somebody died. From now on nothing is taken in by it. Raises CannotDo."""
    if not words.strip():
        raise CannotDo(Why.NO_REASON)
    with transaction.atomic():
        row = Claim.objects.select_for_update().get(pk=claim.pk)
        if row.state != State.CONFIRMED:
            raise CannotDo(Why.OVER)
        row.ended_at = at
        _decided(row, State.ENDED, words, staff, at)
    claim.refresh_from_db()


def _waiting(claim: Claim) -> Claim:
    row = Claim.objects.select_for_update().get(pk=claim.pk)
    if row.state != State.WAITING:
        raise CannotDo(Why.OVER)
    return row


def _decided(row: Claim, state: State, words: str, staff: StaffMember, at: datetime) -> None:
    row.state, row.words = state.value, words.strip()[:LONGEST_REASON]
    row.by, row.by_name = staff, staff.display_name
    row.decided_at = row.decided_at or at
    row.number += 1
    row.save()
    note(row, state.value, by=staff.display_name, at=at, words=words.strip())
    transaction.on_commit(telling.wake)
