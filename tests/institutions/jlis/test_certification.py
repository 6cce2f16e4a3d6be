"""Cards, their certificates, and revocation."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import psycopg
import pytest
from cryptography import x509
from django.core.management import call_command
from django.db import transaction

from mynumber.foundation.pki import JAPAN, AuthenticationTrust, VerificationRefused, parse_serial
from mynumber.foundation.pki import Reason as Unbelieved
from mynumber.foundation.smartcard import Card, CardState, JpkiClient, Pin, WrongPin
from mynumber.institutions.jlis.certification.lists import Scope, current_list, publish
from mynumber.institutions.jlis.certification.models import Certificate, RootCertificate
from mynumber.platform.databases import InstitutionDatabase
from mynumber.protocols.certification import (
    ISSUE_CARD,
    QUERY_TRUST,
    REVOKE_CERTIFICATE,
    IssueCard,
    IssuedCard,
    Purpose,
    RevokeCertificate,
    TrustQuery,
)
from mynumber.protocols.refusal import Hop, Reason, Refused
from mynumber.webkit.messages import this_node
from tests.institutions.jlis.conftest import PROJECT
from tests.institutions.jlis.contents import Connection, everything_in
from tests.institutions.jlis.door import Door
from tests.institutions.jlis.people import KATSUSHIKA, YAO, entry, in_yao, moving_out, somebody
from tests.support.directory import Systems
from tests.webkit import faces

PIN = Pin("8046")
CHALLENGE = hashlib.sha256(b"a challenge of the portal").digest()


def issue(door: Door, number: str, *, sender: str = KATSUSHIKA, pin: str = "8046") -> IssuedCard:
    question = IssueCard(individual_number=number, authentication_pin=pin)
    return door.ask(ISSUE_CARD, question, sender=sender)


def revoke(door: Door, serial: str, *, sender: str = KATSUSHIKA, reason: str = "lost") -> None:
    question = RevokeCertificate(certificate_serial=serial, reason=reason)
    assert door.ask(REVOKE_CERTIFICATE, question, sender=sender).certificate_serial == serial


def client_of(card: IssuedCard) -> JpkiClient:
    client = JpkiClient(Card(CardState.from_bytes(card.card)))
    client.select()
    return client


def sign_in(door: Door, card: IssuedCard) -> str:
    """What the portal does: challenge the card, ask J-LIS for its trust, verify. The serial number it saw."""
    client = client_of(card)
    certificate = client.read_certificate()
    client.verify_pin(PIN)
    signature = client.sign(CHALLENGE)
    trust = door.ask(QUERY_TRUST, TrustQuery(), sender="portal")
    verifier = AuthenticationTrust(roots=trust.roots, revocation_lists=trust.revocation_lists)
    return verifier.verify(
        certificate=certificate, challenge=CHALLENGE, signature=signature, now=datetime.now(UTC)
    ).serial


def test_a_card_signs_and_a_verifier_believes_it(door: Door) -> None:
    card = issue(door, door.number_of(somebody()))
    assert sign_in(door, card) == card.certificate_serial
    with pytest.raises(WrongPin):
        client_of(card).verify_pin(Pin("0000"))


def test_a_certificate_says_nothing_of_its_holder(door: Door) -> None:
    person = somebody()
    number = door.number_of(person)
    certificate = client_of(issue(door, number)).read_certificate()
    for secret in (person.name, person.address, "架空", "葛飾", number, number[:11], "19900401"):
        assert secret.encode() not in certificate


def test_a_certificate_lasts_to_the_fifth_birthday(door: Door) -> None:
    card = issue(door, door.number_of(somebody(birth_date=date(1990, 4, 1))))
    today = datetime.now(JAPAN).date()
    passed = (today.month, today.day) >= (4, 1)
    assert card.expires_on == date(today.year + (5 if passed else 4), 4, 1)
    certificate = x509.load_der_x509_certificate(client_of(card).read_certificate())
    assert certificate.not_valid_after_utc.astimezone(JAPAN).date() == card.expires_on


def test_a_revoked_certificate_is_on_the_list_at_once(door: Door) -> None:
    card = issue(door, door.number_of(somebody()))
    revoke(door, card.certificate_serial)
    trust = door.ask(QUERY_TRUST, TrustQuery(), sender="portal")
    lists = [x509.load_der_x509_crl(content) for content in trust.revocation_lists]
    lines = [
        each.get_revoked_certificate_by_serial_number(parse_serial(card.certificate_serial)) for each in lists
    ]
    (revoked,) = [line for line in lines if line is not None]
    assert (
        revoked.extensions.get_extension_for_class(x509.CRLReason).value.reason
        is x509.ReasonFlags.key_compromise
    )
    with pytest.raises(VerificationRefused) as refused:
        sign_in(door, card)
    assert refused.value.reason is Unbelieved.REVOKED


def test_revoking_again_changes_nothing(door: Door) -> None:
    card = issue(door, door.number_of(somebody()))
    revoke(door, card.certificate_serial, reason="returned")
    first = Certificate.objects.get(serial=card.certificate_serial)
    revoke(door, card.certificate_serial, reason="lost")
    again = Certificate.objects.get(serial=card.certificate_serial)
    assert (again.state, again.state_since, again.reason) == ("revoked", first.state_since, "returned")


def test_a_new_card_ends_the_older_one(door: Door) -> None:
    number = door.number_of(somebody())
    old, new = issue(door, number), issue(door, number)
    assert old.certificate_serial != new.certificate_serial
    with pytest.raises(VerificationRefused) as refused:
        sign_in(door, old)
    assert refused.value.reason is Unbelieved.REVOKED
    assert sign_in(door, new) == new.certificate_serial


def test_a_city_gets_cards_for_its_own_residents_alone_and_learns_of_no_others(door: Door) -> None:
    number = door.number_of(somebody())
    refusals = []
    for asked in (number, "123456789018"):
        with pytest.raises(Refused) as refused:
            issue(door, asked, sender=YAO)
        refusals.append(refused.value.refusal)
    assert refusals == [Refused(Hop.JLIS, Reason.UNKNOWN_RECORD).refusal] * 2


def test_a_city_gets_no_card_for_one_whose_moving_out_it_notified(door: Door) -> None:
    old = somebody()
    resident = entry(old)
    (numbered,) = door.register(resident)
    number = numbered.individual_number or ""
    today = datetime.now(UTC).astimezone(JAPAN).date()
    door.register(moving_out(resident, on=today + timedelta(days=2)))
    issue(door, number)  # a resident until the day
    door.register(moving_out(resident, on=today - timedelta(days=1)))
    refusals = []
    for city in (KATSUSHIKA, YAO):
        with pytest.raises(Refused) as refused:
            issue(door, number, sender=city)
        refusals.append(refused.value.refusal)
    assert refusals == [Refused(Hop.JLIS, Reason.UNKNOWN_RECORD).refusal] * 2
    door.register(entry(in_yao(old), moved_from=old), sender=YAO)
    issue(door, number, sender=YAO)
    with pytest.raises(Refused):
        issue(door, number, sender=KATSUSHIKA)


def test_a_city_revokes_what_it_issued_or_its_residents_hold_and_learns_of_no_others(door: Door) -> None:
    old = somebody()
    resident = entry(old)
    (numbered,) = door.register(resident)
    card = issue(door, numbered.individual_number or "")
    refusals = []
    for serial in (card.certificate_serial, "1"):
        with pytest.raises(Refused) as refused:
            revoke(door, serial, sender=YAO)
        refusals.append(refused.value.refusal)
    assert refusals == [Refused(Hop.JLIS, Reason.UNKNOWN_RECORD).refusal] * 2
    assert sign_in(door, card) == card.certificate_serial
    door.register(moving_out(resident))
    door.register(entry(in_yao(old), moved_from=old), sender=YAO)
    revoke(door, card.certificate_serial, sender=YAO)
    with pytest.raises(VerificationRefused):
        sign_in(door, card)


@pytest.mark.parametrize("pin", ["", "123", "12345", "abcd", "１２３４", "12 4"])
def test_a_pin_that_no_card_takes_is_refused(door: Door, pin: str) -> None:
    with pytest.raises(Refused) as refused:
        issue(door, door.number_of(somebody()), pin=pin)
    assert refused.value.refusal == Refused(Hop.JLIS, Reason.MALFORMED, "not a PIN of 4 digits").refusal


@pytest.mark.parametrize(
    ("serial", "reason", "detail"),
    [
        ("", "lost", "not a serial number"),
        ("0A", "lost", "not a serial number"),
        ("ab", "lost", "not a serial number"),
        ("A" * 41, "lost", "not a serial number"),
        ("AB", "superseded", "not a reason for revocation"),
        ("AB", "", "not a reason for revocation"),
    ],
)
def test_a_revocation_that_makes_no_sense_is_refused(
    door: Door, serial: str, reason: str, detail: str
) -> None:
    with pytest.raises(Refused) as refused:
        revoke(door, serial, reason=reason)
    assert refused.value.refusal == Refused(Hop.JLIS, Reason.MALFORMED, detail).refusal


def test_nothing_of_a_card_its_key_or_its_pin_is_kept(door: Door, owner: Connection) -> None:
    card = issue(door, door.number_of(somebody()))
    memory = CardState.from_bytes(card.card).memory
    kept = everything_in(owner)
    assert card.certificate_serial in kept
    key = max(memory.keys.values(), key=len)
    pins = [record.digest for record in memory.pins.values() if record.digest]
    certificate = memory.contents["jpki/000A"]
    for secret in (key, key[-64:], *pins, certificate[-64:], card.card[-32:]):
        assert secret.hex() not in kept


def test_one_certificate_of_a_person_is_in_force_whatever_a_program_does(
    door: Door, app_role: Connection
) -> None:
    issue(door, door.number_of(somebody()))
    with pytest.raises(psycopg.errors.UniqueViolation, match="jlis_one_good_of_a_kind"):
        app_role.execute(
            """INSERT INTO jlis_certification_certificate
                      (serial, kind, hierarchy, generation, municipality_code, person_id, card_id, device, issued_through, issued_at,
                       not_after, state, state_since)
               SELECT serial || '0', kind, hierarchy, generation, municipality_code, person_id, card_id, device, issued_through, issued_at,
                      not_after, state, state_since
                 FROM jlis_certification_certificate WHERE state = 'good' LIMIT 1"""
        )


@pytest.mark.parametrize("verb", ["UPDATE {} SET number = number + 1", "DELETE FROM {}"])
def test_published_lists_cannot_be_rewritten(door: Door, app_role: Connection, verb: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        app_role.execute(verb.format("jlis_certification_revocationlist").encode())


def test_lists_are_numbered_in_order_and_renewed_before_they_are_stale(door: Door) -> None:
    scope, keyring, now = Scope(Purpose.AUTHENTICATION, 1, "131229"), this_node().keyring, datetime.now(UTC)
    with transaction.atomic():
        first = publish(scope, keyring, at=now)
        assert current_list(scope, keyring, at=now) == first
        half = (first.next_update - first.this_update) / 2
        assert current_list(scope, keyring, at=first.this_update + half - timedelta(seconds=1)) == first
        renewed = current_list(scope, keyring, at=first.this_update + half)
    assert renewed.number == first.number + 1
    assert renewed.next_update > first.next_update
    assert x509.load_der_x509_crl(bytes(renewed.content)).next_update_utc == renewed.next_update


def test_the_ca_is_made_once(door: Door) -> None:
    def roots() -> list[tuple[str, int, bytes]]:
        return [
            (root.hierarchy, root.generation, bytes(root.certificate))
            for root in RootCertificate.objects.order_by("hierarchy")
        ]

    before = roots()
    call_command("create_ca", stdout=io.StringIO())
    assert roots() == before
    assert [row[:2] for row in before] == [("authentication", 1), ("signature", 1)]
    assert this_node().keyring.generations("ca-authentication") == [1]


def test_without_a_ca_no_card_is_issued(
    systems: Systems, institution_database: Callable[..., InstitutionDatabase]
) -> None:
    empty = institution_database("jlis", migrated=True)
    with faces.face(PROJECT, empty, **systems.environment("jlis")):
        door = Door(systems, empty)
        with pytest.raises(Refused) as refused:
            issue(door, door.number_of(somebody()))
    assert refused.value.reason is Reason.UNAVAILABLE
    assert refused.value.refusal.detail == "there is no CA yet: run create_ca"
