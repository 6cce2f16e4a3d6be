"""What a certificate says and how long it lasts; what J-LIS keeps of a card; its CAs."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import psycopg
import pytest
from cryptography import x509
from django.core.management import call_command
from django.db import transaction

from mynumber.foundation.pki import JAPAN
from mynumber.foundation.smartcard import KeyName
from mynumber.institutions.jlis.certification.lists import Scope, current_list, publish
from mynumber.institutions.jlis.certification.models import Certificate, RootCertificate
from mynumber.platform.databases import InstitutionDatabase
from mynumber.protocols.certification import QUERY_TRUST, Purpose, TrustQuery
from mynumber.protocols.refusal import Reason, Refused
from mynumber.webkit.messages import this_node
from tests.institutions.jlis.conftest import PROJECT
from tests.institutions.jlis.contents import Connection, everything_in
from tests.institutions.jlis.door import Door
from tests.institutions.jlis.holding import holder_of_card
from tests.institutions.jlis.people import somebody
from tests.support.directory import Systems
from tests.webkit import faces


def test_an_authentication_certificate_says_nothing_of_its_holder(door: Door) -> None:
    holder = holder_of_card(door)
    attributes, number = holder.record.attributes, holder.number
    certificate = holder.certificate()
    for secret in (attributes.name, attributes.address, "架空", "葛飾", number, number[:11], "19900401"):
        assert secret.encode() not in certificate
    # The other one does, and nothing but the four attributes.
    signing = holder.certificate(KeyName.SIGNATURE)
    assert attributes.name.encode() in signing
    assert number.encode() not in signing


def test_a_certificate_lasts_to_the_fifth_birthday(door: Door) -> None:
    holder = holder_of_card(door, somebody(birth_date=date(1990, 4, 1)))
    today = datetime.now(JAPAN).date()
    passed = (today.month, today.day) >= (4, 1)
    for which in KeyName:
        certificate = x509.load_der_x509_certificate(holder.certificate(which))
        last_day = certificate.not_valid_after_utc.astimezone(JAPAN).date()
        assert last_day == date(today.year + (5 if passed else 4), 4, 1)
        assert Certificate.objects.get(serial=holder.serial_of(which)).not_after == (
            certificate.not_valid_after_utc
        )


def test_nothing_of_a_card_its_keys_or_its_pins_is_kept(door: Door, owner: Connection) -> None:
    holder = holder_of_card(door)
    memory = holder.card.state.memory
    kept = everything_in(owner)
    assert holder.serial_of() in kept
    keys = [key for key in memory.keys.values() if len(key) > 500]
    pins = [record.digest for record in memory.pins.values() if record.digest]
    certificates = [holder.certificate(which) for which in KeyName]
    assert len(keys) >= 2
    assert len(pins) >= 2
    for secret in (*(key[-64:] for key in keys), *pins, *(certificate[-64:] for certificate in certificates)):
        assert secret.hex() not in kept


def test_one_certificate_of_a_kind_is_good_whatever_a_program_does(door: Door, app_role: Connection) -> None:
    holder_of_card(door)
    with pytest.raises(psycopg.errors.UniqueViolation, match="jlis_one_good_of_a_kind"):
        app_role.execute(
            """INSERT INTO jlis_certification_certificate
                      (serial, kind, hierarchy, generation, municipality_code, person_id, card_id, device, attributes_digest, issued_through,
                       issued_at, not_after, state, state_since)
               SELECT serial || '0', kind, hierarchy, generation, municipality_code, person_id, card_id, device, attributes_digest,
                      issued_through, issued_at, not_after, state, state_since
                 FROM jlis_certification_certificate WHERE state = 'good' LIMIT 1"""
        )


@pytest.mark.parametrize("table", ["revocationlist", "rootcertificate", "phoneapplication"])
@pytest.mark.parametrize("verb", ["UPDATE {} SET id = id", "DELETE FROM {}"])
def test_what_was_published_cannot_be_rewritten(
    door: Door, app_role: Connection, table: str, verb: str
) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        app_role.execute(verb.format(f"jlis_certification_{table}").encode())


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


def test_the_cas_are_made_once(door: Door) -> None:
    def roots() -> list[tuple[str, int, bytes]]:
        return [
            (root.hierarchy, root.generation, bytes(root.certificate))
            for root in RootCertificate.objects.order_by("hierarchy")
        ]

    keyring = this_node().keyring
    before, keys = roots(), {name: keyring.generations(name) for name in keyring.names()}
    call_command("create_ca", stdout=io.StringIO())
    assert roots() == before
    assert [row[:2] for row in before] == [("authentication", 1), ("signature", 1)]
    assert {name: keyring.generations(name) for name in keyring.names()} == keys
    assert {"ca-authentication", "ca-signature", "card-issuer", "card-face"} <= keys.keys()


def test_without_a_ca_there_is_no_trust(
    systems: Systems, institution_database: Callable[..., InstitutionDatabase]
) -> None:
    empty = institution_database("jlis", migrated=True)
    with faces.face(PROJECT, empty, **systems.environment("jlis")):
        trust = Door(systems, empty).ask(QUERY_TRUST, TrustQuery(), sender="portal")
        assert (trust.roots, trust.revocation_lists) == ((), ())


def test_a_refusal_is_an_outline_and_no_person(door: Door, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(Refused) as refused:
        door.ask(QUERY_TRUST, TrustQuery(), sender="pension_service")
    assert refused.value.reason is Reason.NOT_ENTITLED
    assert "certificate-trust.v2" in "".join(capfd.readouterr())
