"""The portal's sign-in for customers: the firm as a relying party, like any other service (docs/protocols/openid-connect.md)."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.urls import reverse

from mynumber.institutions.courier.customers import provider
from mynumber.institutions.courier.customers.models import Portal
from mynumber.protocols import relying_party
from mynumber.protocols.relying_party import Fault, Party, Proven, SignInElsewhereRefused
from mynumber.webkit.environment import origin

ATTEMPT_LIVES: Final = timedelta(minutes=15)
_ATTEMPT: Final = "portal_sign_in"


def registered() -> Portal:
    """What the portal told when it registered us. Raises SignInElsewhereRefused."""
    found = Portal.objects.filter(pk=1).first()
    if found is None:
        raise SignInElsewhereRefused(Fault.BAD_PROVIDER)
    return found


def _party(portal: Portal) -> Party:
    here = origin(settings.PUBLIC_URL) + reverse("portal-back")
    return Party(portal.client_id, here, provider.signing_keys()[0])


def begin(session: SessionBase, *, silent: bool, now: datetime) -> str:
    """Where the browser goes. silent: the customer comes from the portal and is signed in there. Raises SignInElsewhereRefused."""
    portal = registered()
    found = relying_party.discover(portal.issuer, reach=provider.reach())
    started = relying_party.begin(found, _party(portal), prompt="none" if silent else "")
    session[_ATTEMPT] = {"state": started.state, "began": now.timestamp(), **started.secrets()}
    return started.address


def finish(session: SessionBase, answer: Mapping[str, str], *, now: datetime) -> Proven:
    """Who the portal says it is. The attempt is used up. Raises SignInElsewhereRefused."""
    attempt = session.pop(_ATTEMPT, None)
    given = answer.get("state", "")
    if attempt is None or not hmac.compare_digest(str(attempt["state"]).encode(), given.encode()):
        raise SignInElsewhereRefused(Fault.STATE)
    if now.timestamp() > attempt["began"] + ATTEMPT_LIVES.total_seconds():
        raise SignInElsewhereRefused(Fault.STATE)
    portal = registered()
    code = relying_party.check_answer(answer, portal.issuer)
    found = relying_party.discover(portal.issuer, reach=provider.reach())
    return relying_party.redeem(found, _party(portal), code=code, kept=attempt, now=now)
