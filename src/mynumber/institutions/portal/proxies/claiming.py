"""Representation by law (法定代理): a parent or guardian claims with their card, an office confirms after it looked at the register, and nobody acts before.

The claim lies in the outbox until the office has it; what the office decides comes back (`protocols.representation`).
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import partial
from threading import Event, Thread
from typing import Final
from uuid import UUID, uuid5

import msgspec
from django.db import transaction
from django.db.models import F

from mynumber.foundation.numbers.addresses import municipality_of
from mynumber.foundation.people.ages import attains_on
from mynumber.institutions.portal.account.models import Account, EventKind
from mynumber.institutions.portal.account.signing_in import record
from mynumber.institutions.portal.applications.asking import SYSTEM, is_final
from mynumber.institutions.portal.notices import inbox
from mynumber.institutions.portal.proxies import kept
from mynumber.institutions.portal.proxies.granting import (
    LONGEST_DAYS,
    MOST_LIVE,
    Fault,
    NotGranted,
    note,
    person_called,
    today_of,
)
from mynumber.institutions.portal.proxies.kept import Claimed
from mynumber.institutions.portal.proxies.models import Deed, Function, Kind, Party, Proxy, Ward
from mynumber.protocols import wire
from mynumber.protocols.exchange import Acknowledged
from mynumber.protocols.notices import Category, Notice
from mynumber.protocols.refusal import Hop, Reason, Refused
from mynumber.protocols.representation import (
    CLAIM_REPRESENTATION,
    DECIDE_REPRESENTATION,
    ClaimedRepresentation,
    ClaimStanding,
    DecidedRepresentation,
    RepresentationKind,
)
from mynumber.protocols.residents import FourAttributes
from mynumber.webkit import logs
from mynumber.webkit.messages import Question, message_routes, only, this_node
from mynumber.webkit.turns import take_turns

ADULT: Final = 18
BY_LAW: Final = (Kind.PARENT, Kind.GUARDIAN)
NEW_ACCOUNT: Final = "ward-"
"""How the serial number of an account begins that has no certificate yet."""
LOOK_EVERY_SECONDS: Final = 10.0
FIRST_WAIT: Final = timedelta(seconds=20)
LONGEST_WAIT: Final = timedelta(minutes=30)

_woken = Event()
_log = logs.get_logger(__name__)


# --- the claim -----------------------------------------------------------------------------------------------------


def request(account: Account, kind: Kind, *, called: str, claimed: Claimed, now: datetime) -> Proxy:
    """Begin a claim; it counts from when its representative showed the card (`claim`). Raises NotGranted."""
    with transaction.atomic():
        Account.objects.select_for_update().get(pk=account.pk)
        # What was typed and never shown a card for is worth nothing.
        Proxy.objects.filter(
            proxy=account, kind__in=BY_LAW, asked_at=None, accepted_at=None, events=None
        ).delete()
        if Proxy.objects.filter(proxy=account, accepted_at=None, ended_at=None).count() >= MOST_LIVE:
            raise NotGranted(Fault.TOO_MANY)
        proxy = Proxy(
            kind=kind,
            proxy=account,
            functions=[each.value for each in Function],
            procedures=[],
            offered_at=now,
            since=today_of(now),
        )
        proxy.person_called = kept.seal(called, f"{proxy.pk}/person")
        proxy.proxy_called = kept.seal("", f"{proxy.pk}/proxy")
        proxy.claimed = kept.seal_claimed(claimed, str(proxy.pk))
        proxy.save(force_insert=True)
    return proxy


def claim(proxy_id: UUID, account: Account, representative: FourAttributes, *, now: datetime) -> Proxy:
    """With the card that was just there: to the municipality of the representative's address. Raises NotGranted."""
    with transaction.atomic():
        proxy = (
            Proxy.objects.select_for_update(of=("self",))
            .filter(pk=proxy_id, proxy=account, kind__in=BY_LAW, asked_at=None, accepted_at=None)
            .first()
        )
        if proxy is None or proxy.claimed is None:
            raise NotGranted(Fault.NOT_THERE)
        home = municipality_of(representative.address)
        office = f"municipality.{home.code.digits}" if home else ""
        if office not in this_node().directory:
            raise NotGranted(Fault.NO_OFFICE)
        stated = kept.unseal_claimed(proxy.claimed, str(proxy.pk))
        proxy.claimed = kept.seal_claimed(
            msgspec.structs.replace(stated, representative=representative), str(proxy.pk)
        )
        proxy.by_office, proxy.asked_at, proxy.next_try_at = office, now, now
        proxy.save(update_fields=["claimed", "by_office", "asked_at", "next_try_at"])
        note(proxy, Party.PROXY, Deed.REQUESTED, now)
        transaction.on_commit(_woken.set)
    return proxy


def deliver_due(*, now: datetime, most: int = 100) -> int:
    """Take waiting claims to their offices; how many arrived. Call it outside a transaction."""
    waiting = Proxy.objects.filter(
        arrived_at=None, ended_at=None, asked_at__isnull=False, next_try_at__lte=now
    ).select_related("proxy")
    return sum(_deliver(each, now) for each in waiting.order_by("next_try_at")[:most])


def _deliver(proxy: Proxy, now: datetime) -> bool:
    claimed = kept.unseal_claimed(proxy.claimed or b"", str(proxy.pk))
    if claimed.representative is None or proxy.proxy is None or proxy.asked_at is None:
        return False
    question = ClaimedRepresentation(
        claim=proxy.pk,
        kind=RepresentationKind(proxy.kind),
        representative=claimed.representative,
        certificate=proxy.proxy.certificate_serial,
        person_name=claimed.name,
        person_birth=claimed.birth,
        asked_at=proxy.asked_at,
    )
    try:
        wire.call(
            this_node(),
            CLAIM_REPRESENTATION,
            question,
            sender=SYSTEM,
            receiver=proxy.by_office,
            hop=Hop.PORTAL,
            now=partial(datetime.now, UTC),
        )
    except Refused as refused:
        if is_final(refused):
            _log.warning("a claim of representation was refused", reason=refused.reason.value)
            _not_taken(proxy, now)
            return False
        wait = min(LONGEST_WAIT, FIRST_WAIT * int(2 ** min(proxy.tries, 10)))
        Proxy.objects.filter(pk=proxy.pk).update(tries=F("tries") + 1, next_try_at=now + wait)
        return False
    Proxy.objects.filter(pk=proxy.pk, arrived_at=None).update(arrived_at=now)
    return True


def _not_taken(proxy: Proxy, now: datetime) -> None:
    """The office's system will never take it: the representative is told to go there."""
    words = "市区町村のシステムが、届出を受け取りませんでした。窓口で申し出てください。"
    with transaction.atomic():
        ended = Proxy.objects.filter(pk=proxy.pk, ended_at=None).update(
            ended_at=now, ended_by=Party.PORTAL.value, refusal=kept.seal(words, f"{proxy.pk}/refusal")
        )
        if ended:
            note(proxy, Party.PORTAL, Deed.DECLINED, now)


def start() -> Thread:
    """Deliver as long as the process lives."""
    return take_turns(
        "claims of representation",
        lambda: deliver_due(now=datetime.now(UTC)),
        every=LOOK_EVERY_SECONDS,
        woken=_woken,
    )


# --- what the office decided -----------------------------------------------------------------------------------------


def take_decision(question: Question[DecidedRepresentation]) -> Acknowledged:
    """DECIDE_REPRESENTATION. The same again changes nothing. Raises Refused for a claim that the sender was not asked about, and for what does not fit."""
    decided, now = question.body, question.at
    proxy = (
        Proxy.objects.select_for_update(of=("self",))
        .filter(pk=decided.claim, by_office=question.sender, asked_at__isnull=False)
        .first()
    )
    if proxy is None:
        raise Refused(Hop.PORTAL, Reason.UNKNOWN_RECORD)
    if proxy.ended_at is not None:
        return Acknowledged()  # the representative was faster, or it came before
    if decided.standing is not ClaimStanding.CONFIRMED:
        _over(proxy, decided, now)
    elif proxy.accepted_at is None:
        if decided.person is None or not decided.reference:
            raise Refused(Hop.PORTAL, Reason.MALFORMED, "a confirmation names the person")
        try:
            confirm(
                proxy,
                person=decided.person,
                reference=decided.reference,
                until=decided.until,
                now=now,
            )
        except NotGranted:
            raise Refused(Hop.PORTAL, Reason.MALFORMED, "such a representation cannot be") from None
        _tell(proxy, "代理が確認されました", "「代理」のページから、代わりに操作できます。", decided, now)
    return Acknowledged(count=1)


def confirm(
    proxy: Proxy,
    *,
    person: FourAttributes,
    reference: str,
    until: date | None,
    now: datetime,
    certificate_serial: str | None = None,
) -> Proxy:
    """A clerk has seen the register (住民票・戸籍) or the certificate of guardianship (登記事項証明書). The caller holds the row. Raises NotGranted.

    reference: the office's own name for the represented person, which the portal cannot read; kept as a keyed digest. A parent's ends by itself on the day
    before the eighteenth birthday (民法第4条, 年齢計算ニ関スル法律), a guardian's on `until`, a year ahead at most.
    """
    today, is_parent = today_of(now), proxy.kind == Kind.PARENT
    last = attains_on(person.birth_date, ADULT) if is_parent else until
    if last is None or last < today or (not is_parent and last > today + timedelta(days=LONGEST_DAYS)):
        raise NotGranted(Fault.BAD_PERIOD)
    if proxy.proxy is None or proxy.ended_at is not None or proxy.accepted_at is not None:
        raise NotGranted(Fault.NOT_THERE)
    with transaction.atomic():
        ward = _ward(proxy.by_office, reference, person.birth_date, certificate_serial, now)
        if ward.pk == proxy.proxy_id:
            raise NotGranted(Fault.ONESELF)
        proxy.account, proxy.accepted_at, proxy.until = ward, now, last
        proxy.person = kept.seal_attributes(person, f"{proxy.pk}/who")
        proxy.save(update_fields=["account", "accepted_at", "until", "person"])
        note(proxy, Party.OFFICE, Deed.CONFIRMED, now)
        record(proxy.proxy, EventKind.PROXY_CHANGED, now)
        record(ward, EventKind.PROXY_CHANGED, now)
    return proxy


def _over(proxy: Proxy, decided: DecidedRepresentation, now: datetime) -> None:
    was_live = proxy.accepted_at is not None
    proxy.ended_at, proxy.ended_by = now, Party.OFFICE.value
    proxy.refusal = kept.seal(decided.reason, f"{proxy.pk}/refusal")
    proxy.save(update_fields=["ended_at", "ended_by", "refusal"])
    note(proxy, Party.OFFICE, Deed.ENDED if was_live else Deed.DECLINED, now)
    for side in (proxy.account, proxy.proxy):
        if side is not None:
            record(side, EventKind.PROXY_CHANGED, now)
    words = "この代理は終わりました。" if was_live else "代理は確認されませんでした。"
    _tell(proxy, words.removesuffix("。"), f"{words}\n理由：{decided.reason}", decided, now)


def _tell(proxy: Proxy, title: str, words: str, decided: DecidedRepresentation, now: datetime) -> None:
    if proxy.proxy is None or proxy.proxy.closed_at is not None:
        return
    inbox.put(
        proxy.proxy,
        Notice(
            notice=uuid5(proxy.pk, f"decision {decided.number}"),
            category=Category.SECURITY,
            title=f"{title}：{person_called(proxy)}"[:100],
            words=words[:4000],
            office=decided.office,
            at=decided.at,
            link="/proxies/",
        ),
        now=now,
    )


def refusal_of(proxy: Proxy) -> str:
    """Why the office said no, or ended it; empty where it did not."""
    return kept.unseal(proxy.refusal, f"{proxy.pk}/refusal") if proxy.refusal is not None else ""


def _ward(office: str, reference: str, birth: date, serial: str | None, now: datetime) -> Account:
    """The represented person's account: theirs, the one another representative brought about, or a new one."""
    key = kept.keyed(f"{office}\n{reference}", "ward")
    known = Ward.objects.select_related("account").filter(key=key).first()
    if known is not None:
        return known.account
    account = Account.objects.filter(certificate_serial=serial).first() if serial else None
    if account is None:
        account = Account.objects.create(
            # With a certificate the person's own sign-in comes to this account later.
            certificate_serial=serial or f"{NEW_ACCOUNT}{key.hex()[:40]}",
            opened_at=now,
            last_signed_in_at=now,
        )
        record(account, EventKind.OPENED, now)
    if not Ward.objects.filter(account=account).exists():
        Ward.objects.create(
            account=account, key=key, born_on=kept.seal(birth.isoformat(), f"{account.pk}/born")
        )
    return account


routes = message_routes(DECIDE_REPRESENTATION, take_decision, hop=Hop.PORTAL, may_ask=only("municipality"))
