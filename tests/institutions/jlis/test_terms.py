"""What housekeeping does when a term is over, and what a migration made of cards from before."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import msgspec
import psycopg
import pytest
from django.core.management import call_command

from mynumber.foundation.pki import JAPAN
from mynumber.institutions.jlis.certification.automatic import Tended, tend
from mynumber.institutions.jlis.certification.models import Card, Certificate
from mynumber.institutions.jlis.certification.rules import fees_on, rules_on
from mynumber.platform.databases import InstitutionDatabase
from mynumber.webkit.messages import this_node
from tests.institutions.jlis.conftest import PROJECT
from tests.institutions.jlis.door import Door
from tests.institutions.jlis.holding import holder_of_card
from tests.institutions.jlis.people import YAO, entry, in_yao, moving_out
from tests.support.directory import Systems
from tests.webkit import faces

GOOD = ("good", None)


def today() -> date:
    return datetime.now(JAPAN).date()


def tend_at(at: datetime) -> Tended:
    return tend(this_node().keyring, at=at)


def test_a_certificate_and_a_card_end_with_their_terms(door: Door) -> None:
    holder = holder_of_card(door)
    certificate = Certificate.objects.get(serial=holder.serial_of())
    # The last second of the last day still counts.
    tend_at(certificate.not_after)
    assert holder.states()["authentication"] == GOOD
    tend_at(certificate.not_after + timedelta(seconds=1))
    assert holder.states() == {"authentication": ("expired", None), "signature": ("expired", None)}
    assert holder.row.state == "handed_over"
    after_the_card = datetime.combine(holder.row.expires_on + timedelta(days=1), datetime.min.time(), JAPAN)
    assert tend_at(after_the_card).expired_cards >= 1
    assert holder.row.state == "ended"


def test_who_moves_out_and_arrives_nowhere_loses_the_card(door: Door) -> None:
    staying, arriving = holder_of_card(door), holder_of_card(door)
    for holder in (staying, arriving):
        holder.enter(moving_out(holder.record, on=today()))
    old = arriving.record.attributes
    door.register(entry(in_yao(old), moved_from=old), sender=YAO)
    term = rules_on(today()).time_to_be_taken_in
    assert term == timedelta(days=44)
    now = datetime.now(UTC)
    assert tend_at(now + term).not_taken_in == 0
    assert tend_at(now + term + timedelta(days=1)).not_taken_in == 1
    assert (staying.row.state, arriving.row.state) == ("ended", "handed_over")
    assert set(staying.states().values()) == {("revoked", "not_taken_in")}
    assert tend_at(now + term + timedelta(days=1)).not_taken_in == 0


def test_a_move_abroad_takes_effect_on_its_day(door: Door) -> None:
    holder = holder_of_card(door)
    day = today() + timedelta(days=3)
    holder.enter(msgspec.structs.replace(holder.record, moved_out_on=day, moved_abroad=True))
    tend_at(datetime.now(UTC))
    assert holder.states()["signature"] == GOOD
    tend_at(datetime.combine(day, datetime.min.time(), JAPAN))
    assert holder.states() == {"authentication": GOOD, "signature": ("revoked", "left")}
    # Years abroad do not end the card.
    tend_at(datetime.now(UTC) + timedelta(days=300))
    assert holder.row.state == "handed_over"


def test_the_rules_of_a_day_are_those_of_its_time() -> None:
    assert [
        rules_on(date(*day)).abroad_keeps_card for day in ((2024, 5, 26), (2024, 5, 27), (2000, 1, 1))
    ] == [
        False,
        True,
        False,
    ]
    assert [
        (fees_on(date(*day)).signature_check, fees_on(date(*day)).authentication_check)
        for day in ((2022, 12, 31), (2023, 1, 1))
    ] == [
        (20, 2),
        (0, 0),
    ]


@pytest.mark.thorough
def test_cards_from_before_are_taken_over(
    systems: Systems, institution_database: Callable[..., InstitutionDatabase]
) -> None:
    """Two certificates of one person, as the first version of the tables held them."""
    database = institution_database("jlis")
    _migrate(database, "jlis_residents", "0003")
    _migrate(database, "jlis_certification", "0002")
    with psycopg.connect(database.owner_url, autocommit=True) as owner:
        owner.execute(_BEFORE)
    _migrate(database)
    with faces.face(PROJECT, database, **systems.environment("jlis")):
        old, new = Certificate.objects.order_by("issued_at")
        assert (old.state, old.reason, old.serial) == ("revoked", "superseded", "AB")
        assert (new.state, new.reason, new.replaces) == ("good", None, old)
        assert [card.state for card in Card.objects.order_by("made_at")] == ["ended", "handed_over"]
        assert new.card.expires_on == date(2030, 4, 1)
        assert (new.kind, new.hierarchy, new.municipality_code) == ("authentication", "authentication", "")
        call_command("create_ca", stdout=io.StringIO())
        call_command("tend_certificates", stdout=io.StringIO())


_BEFORE = """
INSERT INTO jlis_residents_person (resident_code, individual_number, name, name_kana, address, birth_date, sex, name_key, address_key,
                                   municipality, addressee, moved_out_to, status, numbered_at, changed_at)
VALUES ('00000000001', '000000000001', '架空', 'カクウ', '亀有', '1990-04-01', '2', 'k', 'a', 'municipality.131229', 'A1', '', 'current',
        now(), now());
INSERT INTO jlis_certification_authenticationcertificate
       (serial, person_id, generation, issued_through, issued_at, not_after, revoked_at, revocation_reason)
SELECT serial, person.id, 1, 'municipality.131229', issued::timestamptz, '2030-04-01 14:59:59Z', revoked::timestamptz, reason
  FROM jlis_residents_person AS person,
       (VALUES ('AB', '2026-01-01 00:00:00Z', '2026-02-01 00:00:00Z', 'superseded'), ('CD', '2026-02-01 00:00:00Z', NULL, NULL))
       AS given (serial, issued, revoked, reason);
"""


def _migrate(database: InstitutionDatabase, *target: str) -> None:
    command = [sys.executable, "-m", "django", "migrate", *target, "--no-input", "--verbosity=0"]
    variables = {**os.environ, "DJANGO_SETTINGS_MODULE": PROJECT, "DATABASE_URL": database.owner_url}
    done = subprocess.run(command, env=variables, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
