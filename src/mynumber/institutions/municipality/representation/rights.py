"""Whether a proxy may file this for this applicant now (代理権の審査), and that it is kept by what right.

The portal answers for a grant that the applicant made with their card. What the law gives, a municipality's clerk confirmed; where it was this one, it looks
again at each sending, so that nothing the portal says makes a parent.
"""

from __future__ import annotations

from datetime import datetime

from mynumber.foundation.people import fold
from mynumber.foundation.procedures.definition import Procedure
from mynumber.institutions.municipality.applications.models import Disclosure, Submission
from mynumber.institutions.municipality.register.models import Person
from mynumber.institutions.municipality.representation.models import ByProxy, Claim, State, ToldToProxy
from mynumber.institutions.municipality.systems import member_id
from mynumber.protocols.representation import Representation
from mynumber.protocols.residents import FourAttributes
from mynumber.webkit.examination.representation import not_entitled, require_scope
from mynumber.webkit.examination.sheets import JAPAN
from mynumber.webkit.tenancy import current_tenant


def require(
    procedure: Procedure,
    applicant: FourAttributes,
    proxy: FourAttributes | None,
    representation: Representation | None,
    *,
    at: datetime,
) -> Claim | None:
    """The claim on which it rests, where this municipality confirmed it. Raises Refused.

    at: when the proxy sent it; what was in force then stays good however long the message took.
    """
    require_scope(procedure, proxy, representation, at=at)
    if proxy is None or representation is None or representation.confirmed_by != member_id(current_tenant()):
        return None
    day = at.astimezone(JAPAN).date()
    claim = (
        Claim.objects.select_related("person", "claimant")
        .filter(reference=representation.grant, kind=representation.kind.value, state=State.CONFIRMED)
        .first()
    )
    if (
        claim is None
        or claim.until is None
        or day > claim.until
        or not _is(claim.person, applicant)
        or not _claims(claim, proxy)
    ):
        raise not_entitled("no such representation is in force here")
    return claim


def _is(person: Person | None, stated: FourAttributes) -> bool:
    """Whether they are one person, wherever they live by now."""
    return (
        person is not None
        and person.died_on is None
        and person.birth == stated.birth_date
        and fold(person.name) == fold(stated.name)
    )


def _claims(claim: Claim, proxy: FourAttributes) -> bool:
    if claim.claimant is not None:
        return _is(claim.claimant, proxy)
    return claim.claimant_birth == proxy.birth_date and fold(claim.claimant_name) == fold(proxy.name)


def keep(
    submission: Submission, proxy: FourAttributes, representation: Representation, claim: Claim | None
) -> ByProxy:
    """Write down by what right it came, with the sending."""
    return ByProxy.objects.create(
        submission=submission,
        kind=representation.kind.value,
        grant=representation.grant,
        since=representation.since,
        until=representation.until,
        procedures=list(representation.procedures),
        confirmed_by=representation.confirmed_by or "",
        claim=claim,
        proxy_name=proxy.name,
        proxy_address=proxy.address,
        proxy_birth=proxy.birth_date,
        proxy_sex=proxy.sex,
    )


def keep_told(disclosure: Disclosure, proxy: FourAttributes, representation: Representation) -> None:
    """Write down that a proxy read it."""
    ToldToProxy.objects.create(
        disclosure=disclosure,
        kind=representation.kind.value,
        grant=representation.grant,
        proxy_name=proxy.name,
    )
