"""Linking accounts of other sites with one's own (外部サイトとの連携): the portal as a relying party.

Whoever links must be signed in here with the card and sign in there in the same browser. An attempt lives in the visit's own session, which a sign-out
destroys: the answer to one person's attempt is worth nothing in the visit of the next, and an answer that was brought from elsewhere nowhere.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import partial
from typing import Final

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.db import IntegrityError, transaction
from django.db.models import F
from django.urls import reverse

from mynumber.institutions.portal.account.models import Account
from mynumber.institutions.portal.account.trust import SYSTEM
from mynumber.institutions.portal.identity import keys
from mynumber.institutions.portal.identity.models import Site, SiteLink
from mynumber.protocols import relying_party, wire
from mynumber.protocols.deliveries import LINK_ENDED, LinkEnded
from mynumber.protocols.exchange import Acknowledged
from mynumber.protocols.refusal import Hop, Refused
from mynumber.protocols.relying_party import Fault, Party, Provider, SignInElsewhereRefused
from mynumber.webkit import logs
from mynumber.webkit.environment import origin
from mynumber.webkit.messages import Question, this_node

ATTEMPT_LIVES: Final = timedelta(minutes=10)
AT_ONCE: Final = 3
"""Attempts that one visit keeps open: the oldest gives way."""
FIRST_WAIT: Final = timedelta(seconds=20)
LONGEST_WAIT: Final = timedelta(minutes=30)
_ATTEMPTS: Final = "linking"

_log = logs.get_logger(__name__)

Ended = Callable[[SiteLink, datetime], None]
_when_ended: list[Ended] = []


class Taken(StrEnum):
    """Why a proven account is not linked."""

    OTHER_ACCOUNT = "other_account"
    """That account of the site is linked with somebody else's here, or with an earlier one of the same person."""
    ALREADY = "already"
    """This account is linked with another one of the site: end that first."""


class NotLinked(Exception):
    """The link is not made."""

    def __init__(self, reason: Taken) -> None:
        super().__init__(f"not linked: {reason.value}")
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Attempt:
    """What waits in the session for the browser to come back."""

    site: str
    account: int
    nonce: str
    verifier: str
    began: float


def when_ended(act: Ended) -> None:
    """Register what follows in the same transaction when a link ends (an app's `ready`)."""
    _when_ended.append(act)


def party_of(site: Site) -> Party:
    """This portal at a site."""
    redirect = origin(settings.PUBLIC_URL) + reverse("link-back", args=[site.key])
    return Party(site.client_id, redirect, keys.signing_keys()[0])


def provider_of(site: Site) -> Provider:
    """The site as it describes itself now. Raises SignInElsewhereRefused."""
    directory = this_node().directory
    reach = directory.system(site.system).url if site.system in directory else ""
    return relying_party.discover(site.issuer, reach=reach)


def begin(site: Site, account: Account, session: SessionBase, *, now: datetime) -> str:
    """The address at the site that the browser goes to. Asks the site: call it outside a transaction. Raises SignInElsewhereRefused.

    The site asks who is there in any case (prompt=login): who signed in there before in this browser may be somebody else.
    """
    started = relying_party.begin(provider_of(site), party_of(site), prompt="login")
    attempt = [site.key, account.pk, started.nonce, started.verifier, now.timestamp()]
    kept = dict(session.get(_ATTEMPTS, {}))
    while len(kept) >= AT_ONCE:
        kept.pop(next(iter(kept)))
    session[_ATTEMPTS] = {**kept, started.state: attempt}
    return started.address


def take_attempt(site: Site, account: Account, session: SessionBase, state: str, *, now: datetime) -> Attempt:
    """The attempt with this state, once. Raises SignInElsewhereRefused(STATE)."""
    kept = dict(session.get(_ATTEMPTS, {}))
    found = next((each for each in kept if hmac.compare_digest(each.encode(), state.encode())), None)
    if found is None:
        raise SignInElsewhereRefused(Fault.STATE)
    attempt = Attempt(*kept.pop(found))
    session[_ATTEMPTS] = kept
    is_over = now.timestamp() > attempt.began + ATTEMPT_LIVES.total_seconds()
    if is_over or (attempt.site, attempt.account) != (site.key, account.pk):
        raise SignInElsewhereRefused(Fault.STATE)
    return attempt


def finish(
    site: Site, account: Account, session: SessionBase, answer: Mapping[str, str], *, now: datetime
) -> SiteLink:
    """The browser is back: prove who was there, and link. Asks the site: call it outside a transaction.

    Raises SignInElsewhereRefused, NotLinked. The attempt is used up whatever comes of it.
    """
    attempt = take_attempt(site, account, session, answer.get("state", ""), now=now)
    session.save()
    code = relying_party.check_answer(answer, site.issuer)
    kept = {"nonce": attempt.nonce, "verifier": attempt.verifier}
    proven = relying_party.redeem(provider_of(site), party_of(site), code=code, kept=kept, now=now)
    return link(site, account, proven.subject, now=now)


def link(site: Site, account: Account, subject: str, *, now: datetime) -> SiteLink:
    """Write the link; the same again changes nothing. Raises NotLinked."""
    living = SiteLink.objects.filter(site=site, ended_at=None)
    held = living.filter(account=account).first()
    if held is not None:
        if held.subject != subject:
            raise NotLinked(Taken.ALREADY)
        held.linked_at = now  # proven anew: what is still on its way about an earlier end does not count
        held.save(update_fields=["linked_at"])
        return held
    try:
        with transaction.atomic():
            return SiteLink.objects.create(site=site, account=account, subject=subject, linked_at=now)
    except IntegrityError:
        reason = Taken.ALREADY if living.filter(account=account).exists() else Taken.OTHER_ACCOUNT
        raise NotLinked(reason) from None


def of_account(account: Account) -> list[SiteLink]:
    """The living links of an account."""
    living = SiteLink.objects.filter(account=account, ended_at=None)
    return list(living.select_related("site").order_by("linked_at"))


def end(account: Account, site: Site, *, now: datetime) -> bool:
    """連携をやめる, here. The site is told by the outbox; whether there was a link."""
    with transaction.atomic():
        held = SiteLink.objects.select_for_update().filter(account=account, site=site, ended_at=None).first()
        if held is None:
            return False
        _end(held, now, there=False)
    return True


def close(account: Account, now: datetime) -> None:
    """The account ends: so does every link, and each site is told."""
    for held in of_account(account):
        end(account, held.site, now=now)


def ended_there(question: Question[LinkEnded]) -> Acknowledged:
    """The site says that its customer ended the link. Whether there was one, the answer does not tell."""
    found = SiteLink.objects.select_for_update().filter(
        site__system=question.sender, subject=question.body.subject, ended_at=None
    )
    for held in found:
        if held.linked_at <= question.body.at:  # a word about an earlier link ends no later one
            _end(held, question.at, there=True)
    return Acknowledged(count=1)


def _end(held: SiteLink, now: datetime, *, there: bool) -> None:
    held.ended_at, held.ended_there = now, there
    held.told_at, held.next_try_at = (now, None) if there else (None, now)
    held.save(update_fields=["ended_at", "ended_there", "told_at", "next_try_at"])
    for act in _when_ended:
        act(held, now)


# --- telling the site --------------------------------------------------------------------------------------------


def tell_due(*, now: datetime, most: int = 100) -> int:
    """Tell sites of links that ended here; how many took note. Call it outside a transaction."""
    due = SiteLink.objects.filter(ended_at__isnull=False, told_at=None, next_try_at__lte=now)
    return sum(_tell(each, now) for each in due.select_related("site").order_by("ended_at")[:most])


def _tell(held: SiteLink, now: datetime) -> bool:
    assert held.ended_at is not None  # noqa: S101 (the query's condition; for the type checker)
    try:
        wire.call(
            this_node(),
            LINK_ENDED,
            LinkEnded(subject=held.subject, at=held.ended_at),
            sender=SYSTEM,
            receiver=held.site.system,
            hop=Hop.PORTAL,
            now=partial(datetime.now, UTC),
        )
    except Refused as refused:
        _log.info("a site did not take note", reason=refused.reason.value)
        wait = min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(held.tries, 10))
        SiteLink.objects.filter(pk=held.pk).update(tries=F("tries") + 1, next_try_at=now + wait)
        return False
    SiteLink.objects.filter(pk=held.pk, told_at=None).update(told_at=now)
    return True
