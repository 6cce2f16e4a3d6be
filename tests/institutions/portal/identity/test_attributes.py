"""Attributes from the signature certificate: handed over as agreed, to whom and for how long, and kept from everybody else."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec
import psycopg
import pytest
from django.db import transaction
from psycopg import sql

from mynumber.institutions.portal.account import vault
from mynumber.institutions.portal.account.models import SignInRequest
from mynumber.institutions.portal.identity import tokens
from mynumber.institutions.portal.identity.models import Authorization, Interaction
from mynumber.protocols.sign_in import Reason, SignInRefused
from tests.institutions.portal.house import Holder, House
from tests.institutions.portal.identity.service import Attempt, Service, Visitor, answer_of, now

EVERYTHING = "openid name address birthdate gender"


@pytest.fixture
def service(house: House) -> Service:
    return Service.register()


@pytest.fixture
def person(house: House, holder: Holder) -> Holder:
    """Somebody with a card that has a signature key."""
    return house.with_signature(holder)


@pytest.fixture
def visitor(house: House, person: Holder) -> Visitor:
    return Visitor(house, person)


def everything_kept(house: House) -> str:
    """Every row of the portal's database as text."""
    with psycopg.connect(house.database.owner_url) as owner:
        tables = [
            name for (name,) in owner.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        ]
        return "".join(
            str(row)
            for table in tables
            for row in owner.execute(sql.SQL("SELECT t::text FROM {} t").format(sql.Identifier(table)))
        )


def test_what_was_agreed_to_is_handed_over(
    house: House, service: Service, visitor: Visitor, person: Holder
) -> None:
    attempt = Attempt()
    page = visitor.use_card(visitor.arrive(service.parameters(attempt, scope=EVERYTHING)))
    shown = visitor.browser.text(page)
    assert person.name in shown
    code = answer_of(visitor.decide(page, scopes_given=["name", "address", "birthdate", "gender"]))["code"]
    answer = service.redeem(code, attempt).json()
    assert answer["scope"] == EVERYTHING
    claims = service.userinfo(answer["access_token"]).json()
    assert set(claims) == {"sub", "name", "address", "birthdate", "gender"}
    assert claims["name"] == person.name
    assert claims["address"]["country"] == "JP"
    assert len(claims["birthdate"]) == 10
    assert claims["gender"] in {"male", "female"}
    # attributes are at the userinfo endpoint alone
    assert set(service.claims(answer["id_token"])) & set(claims) == {"sub"}


def test_a_resident_hands_over_less(service: Service, visitor: Visitor) -> None:
    attempt = Attempt()
    page = visitor.use_card(visitor.arrive(service.parameters(attempt, scope=EVERYTHING)))
    code = answer_of(visitor.decide(page, scopes_given=["birthdate"]))["code"]
    answer = service.redeem(code, attempt).json()
    assert answer["scope"] == "openid birthdate"
    assert set(service.userinfo(answer["access_token"]).json()) == {"sub", "birthdate"}


def test_only_what_was_asked_for_leaves_the_certificate(
    service: Service, visitor: Visitor, person: Holder
) -> None:
    attempt = Attempt()
    page = visitor.use_card(visitor.arrive(service.parameters(attempt, scope="openid birthdate")))
    assert person.name not in visitor.browser.text(page)
    interaction = Interaction.objects.get(pk=page.split("/")[2])
    assert interaction.attributes is not None
    kept = msgspec.json.decode(vault.unseal(bytes(interaction.attributes), vault.own_key()))
    assert set(kept) == {"birth_date"}
    forged: Any = visitor.browser.post_form(page, f"{page}/answer", answer="yes", scopes_given="name")
    assert forged.status_code == 422


def test_the_database_alone_tells_nobody_and_what_is_over_is_gone(
    house: House, service: Service, visitor: Visitor, person: Holder
) -> None:
    attempt = Attempt()
    page = visitor.use_card(visitor.arrive(service.parameters(attempt, scope=EVERYTHING)))
    visitor.browser.text(page)
    code = answer_of(visitor.decide(page, scopes_given=["name", "address"]))["code"]
    assert person.name not in everything_kept(house)
    kept = Authorization.objects.get(client_id=service.client_id)
    assert kept.attributes is not None
    with pytest.raises(vault.CannotOpen):
        vault.unseal(bytes(kept.attributes), vault.own_key())
    token = service.redeem(code, attempt).json()["access_token"]
    kept.refresh_from_db()
    with pytest.raises(vault.CannotOpen):
        vault.unseal(bytes(kept.attributes), code.encode())
    assert person.name.encode() in vault.unseal(bytes(kept.attributes), token.encode())
    assert person.name not in everything_kept(house)
    # nothing waits in the tables of the way
    assert not SignInRequest.objects.filter(
        certificate_serial=person.serial, attributes__isnull=False
    ).exists()
    assert not Interaction.objects.filter(client_id=service.client_id, attributes__isnull=False).exists()
    service.post("revoke", token=token)
    kept.refresh_from_db()
    assert kept.attributes is None


def test_attributes_go_with_an_unused_code(service: Service, visitor: Visitor) -> None:
    visitor.sign_in(service, Attempt(), scope=EVERYTHING)
    kept = Authorization.objects.get(client_id=service.client_id)
    with transaction.atomic():
        tokens.forget(kept.ends_at + tokens.ACCESS_VALIDITY)
    assert not Authorization.objects.filter(pk=kept.pk).exists()


def answer_with(visitor: Visitor, service: Service, change: Any) -> SignInRefused:
    """Send the device's answer, changed."""
    page = visitor.arrive(service.parameters(Attempt(), scope=EVERYTHING))
    response: Any = visitor.browser.post_form(page, f"{page}/card")
    query = parse_qs(urlsplit(response.headers["Location"]).query)
    asked = visitor.house.device.fetch(query["request"][0], now=now())
    assert [attribute.value for attribute in asked.attributes] == ["name", "address", "birth_date", "sex"]
    with pytest.raises(SignInRefused) as refused:
        visitor.house.device.respond(asked, change(asked, visitor.holder.answer(asked)))
    assert not Authorization.objects.filter(client_id=service.client_id).exists()
    return refused.value


def test_nobody_hands_over_somebody_elses_attributes(
    house: House, service: Service, visitor: Visitor
) -> None:
    """Two good cards of two people: each signature is right, and still they are not one person."""
    from mynumber.protocols import sign_in

    other = house.with_signature(house.holder())
    refused = answer_with(
        visitor,
        service,
        lambda asked, answer: msgspec.structs.replace(
            answer, attributes=other.attributes(sign_in.challenge(asked))
        ),
    )
    assert (refused.reason, refused.detail) == (Reason.CERTIFICATE_NOT_ACCEPTED, "other_holder")


def test_attributes_need_their_own_signature(service: Service, visitor: Visitor) -> None:
    def unsigned(asked: Any, answer: Any) -> Any:
        wrong = msgspec.structs.replace(answer.attributes, signature=answer.signature)
        return msgspec.structs.replace(answer, attributes=wrong)

    assert answer_with(visitor, service, unsigned).reason is Reason.SIGNATURE_NOT_ACCEPTED


def test_the_authentication_certificate_is_no_signature_certificate(
    service: Service, visitor: Visitor
) -> None:
    def swapped(asked: Any, answer: Any) -> Any:
        wrong = msgspec.structs.replace(
            answer.attributes, certificate=answer.certificate, signature=answer.signature
        )
        return msgspec.structs.replace(answer, attributes=wrong)

    assert answer_with(visitor, service, swapped).reason is Reason.CERTIFICATE_NOT_ACCEPTED


def test_an_answer_has_attributes_exactly_when_they_were_asked_for(
    service: Service, visitor: Visitor
) -> None:
    refused = answer_with(
        visitor, service, lambda asked, answer: msgspec.structs.replace(answer, attributes=None)
    )
    assert refused.reason is Reason.MALFORMED
