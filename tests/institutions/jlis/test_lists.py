"""Revocation lists by municipality, generations of a CA that overlap, and what changes of a certificate set off."""

from __future__ import annotations

import io
import json
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import msgspec
import psycopg
import pytest
from cryptography import x509
from django.core.management import CommandError, call_command
from django.db import transaction

from mynumber.foundation.pki import SIGNATURE, municipality_of, parse_serial
from mynumber.foundation.pki import Trust as Verifying
from mynumber.foundation.pki.listed import KnownList
from mynumber.foundation.smartcard import KeyName
from mynumber.institutions.jlis.certification.authority import close_token
from mynumber.institutions.jlis.certification.lists import Scope, current_list, publish, publish_due, trust
from mynumber.institutions.jlis.certification.models import (
    Certificate,
    RevocationList,
    RootCertificate,
    StaleList,
)
from mynumber.institutions.jlis.certification.timer import publish_changes
from mynumber.platform.databases import InstitutionDatabase
from mynumber.protocols.card_life import (
    REPORT_FOUND,
    REPORT_LOSS,
    ApplicationReason,
    ReportFound,
    ReportLoss,
)
from mynumber.protocols.certification import QUERY_TRUST, Purpose, Trust, TrustQuery
from mynumber.webkit.messages import this_node
from tests.institutions.jlis.conftest import PROJECT
from tests.institutions.jlis.contents import Connection
from tests.institutions.jlis.door import Door
from tests.institutions.jlis.holding import AT_COUNTER, Holder, hand_over, holder_of_card, next_card
from tests.institutions.jlis.people import KATSUSHIKA, YAO, entry, in_yao, moving_out
from tests.support.directory import Systems, make_systems
from tests.support.softhsm import needs_softhsm, new_token
from tests.support.waiting import PATIENCE_SECONDS
from tests.webkit import faces

HERE = "131229"


def given(door: Door, purpose: Purpose = Purpose.SIGNATURE) -> Trust:
    return door.ask(QUERY_TRUST, TrustQuery(purpose=purpose), sender="portal")


def lines(content: bytes) -> dict[int, x509.ReasonFlags | None]:
    """Serial number and reason of each line of a list."""
    found = {}
    for line in x509.load_der_x509_crl(content):
        reasons = [e.value.reason for e in line.extensions if isinstance(e.value, x509.CRLReason)]
        found[line.serial_number] = reasons[0] if reasons else None
    return found


def scope_of(holder: Holder, which: KeyName = KeyName.SIGNATURE) -> Scope:
    row = Certificate.objects.get(serial=holder.serial_of(which))
    return Scope(Purpose(row.hierarchy), row.generation, row.municipality_code)


def lose(holder: Holder) -> None:
    holder.door.ask(REPORT_LOSS, ReportLoss(card_serial=holder.serial), sender=KATSUSHIKA)


def find(holder: Holder) -> None:
    question = ReportFound(card_serial=holder.serial, check=AT_COUNTER)
    holder.door.ask(REPORT_FOUND, question, sender=KATSUSHIKA)


# --- lists --------------------------------------------------------------------------------------------------


def test_a_suspended_certificate_is_on_the_list_on_hold_and_leaves_it(door: Door) -> None:
    holder = holder_of_card(door)
    serial, keyring = parse_serial(holder.serial_of(KeyName.SIGNATURE)), this_node().keyring

    def line() -> tuple[bool, x509.ReasonFlags | None]:
        with transaction.atomic():
            listed = lines(bytes(current_list(scope_of(holder), keyring, at=datetime.now(UTC)).content))
        return serial in listed, listed.get(serial)

    assert line() == (False, None)
    lose(holder)
    assert line() == (True, x509.ReasonFlags.certificate_hold)
    find(holder)
    assert line() == (False, None)
    moved = msgspec.structs.replace(holder.record.attributes, address="東京都葛飾区立石1丁目1番1号")
    holder.enter(msgspec.structs.replace(holder.record, attributes=moved))
    assert line() == (True, x509.ReasonFlags.affiliation_changed)


def test_every_municipality_has_a_list_of_its_own(door: Door) -> None:
    here, gone = holder_of_card(door), holder_of_card(door)
    old = gone.record.attributes
    gone.enter(moving_out(gone.record))
    door.register(entry(in_yao(old), moved_from=old), sender=YAO)
    gone.municipality = YAO
    next_card(gone, reason=ApplicationReason.DAMAGED)
    hand_over(gone)
    municipalities = [municipality_of(each.certificate(KeyName.SIGNATURE)) for each in (here, gone)]
    assert [m and m.code.digits for m in municipalities] == [HERE, "272124"]
    trusted = given(door)
    known = [KnownList.read(content) for content in trusted.revocation_lists]
    assert len(known) == 2
    verifier = Verifying(roots=trusted.roots, revocation_lists=trusted.revocation_lists, profile=SIGNATURE)
    for holder in (here, gone):
        assert verifier.check(holder.certificate(KeyName.SIGNATURE), at=datetime.now(UTC))


def test_a_list_is_signed_again_only_when_it_must_be(door: Door) -> None:
    holder = holder_of_card(door)
    first = given(door)
    assert given(door) == first
    lose(holder)
    second = given(door)
    assert second != first
    assert given(door) == second
    newest = RevocationList.objects.latest("pk")
    half = newest.this_update + (newest.next_update - newest.this_update) / 2
    with transaction.atomic():
        keyring = this_node().keyring
        assert trust(Purpose.SIGNATURE, keyring, at=half - timedelta(hours=1)) == second
        assert trust(Purpose.SIGNATURE, keyring, at=half + timedelta(hours=1)) != second


def test_a_change_that_is_committed_while_a_list_is_made_makes_the_next_one(
    door: Door, owner: Connection
) -> None:
    """The publisher cannot see a change that is not committed yet; it must not take its mark away either."""
    holder = holder_of_card(door)
    scope, keyring = scope_of(holder), this_node().keyring
    serial = holder.serial_of(KeyName.SIGNATURE)
    with transaction.atomic():
        current_list(scope, keyring, at=datetime.now(UTC))
    with owner.transaction():
        owner.execute(
            "UPDATE jlis_certification_certificate SET state = 'revoked', reason = 'requested', state_since = now() WHERE serial = %s",
            [serial],
        )
        with transaction.atomic():
            blind = publish(scope, keyring, at=datetime.now(UTC))
        assert parse_serial(serial) not in lines(bytes(blind.content))
    with transaction.atomic():
        seeing = current_list(scope, keyring, at=datetime.now(UTC))
    assert seeing.number == blind.number + 1
    assert parse_serial(serial) in lines(bytes(seeing.content))


def test_lists_that_are_due_are_published_by_a_timer_and_no_marks_are_left(door: Door) -> None:
    holder = holder_of_card(door)
    lose(holder)
    before = RevocationList.objects.filter(municipality_code="").count()
    call_command("tend_certificates", stdout=io.StringIO())
    assert not StaleList.objects.exclude(municipality_code="").exists()
    assert (
        RevocationList.objects.filter(municipality_code="").count() == before
    )  # the long one waits for its half time
    out = io.StringIO()
    call_command("tend_certificates", stdout=out)
    assert "発行し直した失効リスト: 0件" in out.getvalue()
    later = datetime.now(UTC) + timedelta(hours=25)
    with transaction.atomic():
        assert publish_due(this_node().keyring, at=later) >= 4
    assert not StaleList.objects.exists()


def test_a_change_is_published_without_anybody_asking_by_one_process_at_a_time(
    door: Door, owner: Connection
) -> None:
    holder = holder_of_card(door)
    scope, keyring = scope_of(holder), this_node().keyring
    publish_changes(keyring, at=datetime.now(UTC))
    lose(holder)
    with owner.transaction():
        owner.execute("SELECT pg_advisory_xact_lock(hashtextextended('certification timer', 0))")
        assert publish_changes(keyring, at=datetime.now(UTC)) == 0
    assert publish_changes(keyring, at=datetime.now(UTC)) == 2
    assert publish_changes(keyring, at=datetime.now(UTC)) == 0
    newest = RevocationList.objects.filter(hierarchy=scope.purpose, municipality_code=HERE).latest("number")
    assert parse_serial(holder.serial_of(KeyName.SIGNATURE)) in lines(bytes(newest.content))


# --- generations --------------------------------------------------------------------------------------------


@contextmanager
def another_house(
    systems: Systems, institution_database: Callable[..., InstitutionDatabase], **environment: str
) -> Iterator[Door]:
    """J-LIS on an empty database with keys of its own."""
    database = institution_database("jlis", migrated=True)
    with faces.face(PROJECT, database, **systems.environment("jlis"), **environment):
        yield Door(systems, database)


@pytest.fixture
def own_systems(tmp_path_factory: pytest.TempPathFactory) -> Systems:
    return make_systems(tmp_path_factory.mktemp("systems"), "jlis", "portal", KATSUSHIKA)


def create_ca(*arguments: str) -> str:
    out = io.StringIO()
    call_command("create_ca", *arguments, stdout=out)
    return out.getvalue()


def test_after_a_roll_over_the_old_generation_verifies_and_signs_lists_and_the_new_one_issues(
    own_systems: Systems, institution_database: Callable[..., InstitutionDatabase]
) -> None:
    with another_house(own_systems, institution_database) as door:
        create_ca()
        old = holder_of_card(door)
        assert "署名用認証局: 第2世代" in create_ca("--next-generation", "signature")
        new = holder_of_card(door)
        generations = [
            Certificate.objects.get(serial=each.serial_of(KeyName.SIGNATURE)).generation
            for each in (old, new)
        ]
        assert generations == [1, 2]
        assert (
            Certificate.objects.get(serial=new.serial_of()).generation == 1
        )  # the other CA did not roll over
        names = {
            x509.load_der_x509_certificate(bytes(root.certificate)).subject
            for root in RootCertificate.objects.filter(hierarchy="signature")
        }
        assert len(names) == 1
        lose(old)
        trusted = given(door)
        assert (len(trusted.roots), len(trusted.revocation_lists)) == (2, 2)
        verifier = Verifying(
            roots=trusted.roots, revocation_lists=trusted.revocation_lists, profile=SIGNATURE
        )
        assert verifier.check(new.certificate(KeyName.SIGNATURE), at=datetime.now(UTC))
        find(old)
        trusted = given(door)
        verifier = Verifying(
            roots=trusted.roots, revocation_lists=trusted.revocation_lists, profile=SIGNATURE
        )
        for holder in (old, new):
            assert verifier.check(holder.certificate(KeyName.SIGNATURE), at=datetime.now(UTC))


@needs_softhsm
def test_the_keys_of_a_ca_may_lie_in_a_token(
    own_systems: Systems,
    institution_database: Callable[..., InstitutionDatabase],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    with new_token(tmp_path_factory.mktemp("token")) as place:
        where = {"MYNUMBER_TOKEN_MODULE": place.module, "MYNUMBER_TOKEN_LABEL": place.label}
        with another_house(own_systems, institution_database, **where) as door:
            this_node().keyring.add_secret("token-pin", place.pin.encode())
            create_ca("--token")
            assert not this_node().keyring.has("ca-signature")
            holder = holder_of_card(door)
            trusted = given(door)
            verifier = Verifying(
                roots=trusted.roots, revocation_lists=trusted.revocation_lists, profile=SIGNATURE
            )
            assert verifier.check(holder.certificate(KeyName.SIGNATURE), at=datetime.now(UTC))
            # A roll-over to the key ring: generations do not collide.
            assert "署名用認証局: 第2世代" in create_ca("--next-generation", "signature")
            lose(holder)
            assert len(given(door).revocation_lists) == 2
            close_token(this_node().keyring)


# --- what the database itself forbids and announces ---------------------------------------------------------


def test_every_change_is_announced_when_it_is_committed(door: Door, database: InstitutionDatabase) -> None:
    with psycopg.connect(database.url, autocommit=True) as listening:
        listening.execute("LISTEN jlis_certificate_status")
        holder = holder_of_card(door)
        lose(holder)
        told = [
            json.loads(notice.payload)
            for notice in listening.notifies(timeout=PATIENCE_SECONDS, stop_after=6)
        ]
    serial = holder.serial_of()
    assert [notice["state"] for notice in told if notice["serial"] == serial] == [
        "suspended",
        "good",
        "suspended",
    ]
    assert all(set(notice) == {"hierarchy", "serial", "state"} for notice in told)
    assert {notice["hierarchy"] for notice in told} == {"authentication", "signature"}


_CHANGE = "UPDATE jlis_certification_certificate SET {} WHERE serial = %s"


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ("state = 'good', reason = NULL", "a revoked certificate stays revoked"),
        ("reason = 'lost'", "a revoked certificate stays revoked"),
        ("state_since = now()", "a revoked certificate stays revoked"),
        ("serial = serial || '0'", "what a certificate is does not change"),
        ("person_id = person_id + 1", "what a certificate is does not change"),
        ("not_after = not_after + interval '1 year'", "what a certificate is does not change"),
    ],
)
def test_a_revoked_certificate_stays_as_it_is(
    door: Door, app_role: Connection, change: str, constraint: str
) -> None:
    holder = holder_of_card(door)
    holder.enter(msgspec.structs.replace(holder.record, died_on=datetime.now(UTC).date()))
    with pytest.raises(psycopg.errors.CheckViolation, match=constraint):
        app_role.execute(_CHANGE.format(change).encode(), [holder.serial_of()])


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ("state = 'revoked'", "jlis_certificate_has_its_reason"),
        ("reason = 'lost'", "jlis_certificate_has_its_reason"),
        ("state = 'suspended', reason = 'died'", "jlis_certificate_suspended_why"),
        ("hierarchy = 'signature', attributes_digest = ''", "jlis_certificate_hierarchy"),
        ("replaces_id = id", "jlis_not_its_own_successor"),
    ],
)
def test_a_certificate_without_sense_is_not_kept(
    door: Door, app_role: Connection, change: str, constraint: str
) -> None:
    holder = holder_of_card(door)
    with pytest.raises(psycopg.errors.CheckViolation, match=constraint):
        app_role.execute(_CHANGE.format(change).encode(), [holder.serial_of()])


def test_nobody_has_two_cards_in_use(door: Door, app_role: Connection) -> None:
    holder = holder_of_card(door)
    with pytest.raises(psycopg.errors.UniqueViolation, match="jlis_one_card_in_use"):
        app_role.execute(
            """INSERT INTO jlis_certification_card (card_serial, person_id, application_id, municipality, state, state_since, sequence,
                                                    expires_on, made_at)
               SELECT %s, person_id, '', municipality, 'suspended', now(), 0, expires_on, made_at
                 FROM jlis_certification_card WHERE card_serial = %s""",
            [f"{secrets.randbelow(10**15):015d}", holder.serial],
        )


@pytest.mark.parametrize("table", ["card", "certificate", "verifier", "verifieruse", "attributeconsent"])
def test_nothing_is_forgotten(door: Door, app_role: Connection, table: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        app_role.execute(f"DELETE FROM jlis_certification_{table}".encode())  # noqa: S608 - names of ours


def test_a_ca_in_a_token_that_is_not_configured_is_not_made(
    own_systems: Systems, institution_database: Callable[..., InstitutionDatabase]
) -> None:
    with another_house(own_systems, institution_database):
        with pytest.raises(CommandError, match="token that is not configured"):
            create_ca("--token")
        assert not RootCertificate.objects.exists()
