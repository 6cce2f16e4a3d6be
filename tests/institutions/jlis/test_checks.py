"""What registered verifiers are told: states, links, trust; who is refused, and what is counted."""

from __future__ import annotations

import io
import threading
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from mynumber.foundation.pki import AUTHENTICATION, JAPAN, SIGNATURE, VerificationRefused
from mynumber.foundation.pki import Reason as Unbelieved
from mynumber.foundation.pki import Trust as Verifying
from mynumber.foundation.smartcard import KeyName
from mynumber.foundation.smartcard.administration import carry_out
from mynumber.institutions.jlis.certification.models import Verifier, VerifierUse
from mynumber.institutions.jlis.certification.verifiers import key_digest
from mynumber.institutions.jlis.certification.words import UseKind
from mynumber.protocols.card_life import (
    REPORT_FOUND,
    REPORT_LOSS,
    ApplicationReason,
    OrderKind,
    ReportFound,
    ReportLoss,
)
from mynumber.protocols.certification import (
    CHECK_STATUS,
    LINK_SERIALS,
    QUERY_TRUST,
    CertificateKind,
    CertificateState,
    Link,
    LinkQuestion,
    Purpose,
    StatusQuestion,
    TrustQuery,
)
from mynumber.protocols.refusal import Reason, Refused
from tests.institutions.jlis.contents import Connection
from tests.institutions.jlis.door import Door
from tests.institutions.jlis.holding import AT_COUNTER, Holder, digest, hand_over, holder_of_card, next_card
from tests.institutions.jlis.people import KATSUSHIKA

PURPOSES = {KeyName.AUTHENTICATION: Purpose.AUTHENTICATION, KeyName.SIGNATURE: Purpose.SIGNATURE}
PROFILES = {KeyName.AUTHENTICATION: AUTHENTICATION, KeyName.SIGNATURE: SIGNATURE}
CHALLENGE = digest("a challenge")


def states(door: Door, *serials: str, purpose: Purpose = Purpose.AUTHENTICATION) -> list[CertificateState]:
    question = StatusQuestion(purpose=purpose, serials=serials)
    answer = door.ask(CHECK_STATUS, question, sender="portal")
    assert tuple(status.serial for status in answer.statuses) == serials
    return [status.state for status in answer.statuses]


def links(door: Door, link: Link, serial: str) -> tuple[str, ...]:
    return door.ask(LINK_SERIALS, LinkQuestion(link=link, serial=serial), sender="portal").serials


def believe(holder: Holder, which: KeyName = KeyName.AUTHENTICATION) -> str:
    """What a verifier does with a card in front of it: the serial number it believes."""
    given = holder.door.ask(QUERY_TRUST, TrustQuery(purpose=PURPOSES[which]), sender="portal")
    trust = Verifying(roots=given.roots, revocation_lists=given.revocation_lists, profile=PROFILES[which])
    return trust.verify(
        certificate=holder.certificate(which),
        challenge=CHALLENGE,
        signature=holder.sign(CHALLENGE, which),
        now=datetime.now(UTC),
    ).serial


def used(verifier: str, kind: UseKind) -> int:
    row = VerifierUse.objects.filter(
        verifier__identifier=verifier, kind=kind, day=datetime.now(JAPAN).date()
    ).first()
    return row.count if row else 0


# --- states -------------------------------------------------------------------------------------------------


def test_a_loss_shows_in_the_next_answer_and_a_finding_in_the_one_after(door: Door) -> None:
    holder = holder_of_card(door)
    serial = holder.serial_of()
    assert states(door, serial, "1") == [CertificateState.GOOD, CertificateState.UNKNOWN]
    door.ask(REPORT_LOSS, ReportLoss(card_serial=holder.serial), sender=KATSUSHIKA)
    assert states(door, serial) == [CertificateState.SUSPENDED]
    found = ReportFound(card_serial=holder.serial, check=AT_COUNTER)
    door.ask(REPORT_FOUND, found, sender=KATSUSHIKA)
    assert states(door, serial) == [CertificateState.GOOD]


def test_a_serial_number_of_the_other_hierarchy_is_unknown(door: Door) -> None:
    holder = holder_of_card(door)
    serial = holder.serial_of(KeyName.SIGNATURE)
    assert states(door, serial) == [CertificateState.UNKNOWN]
    assert states(door, serial, purpose=Purpose.SIGNATURE) == [CertificateState.GOOD]


@pytest.mark.parametrize("serial", ["", "0A", "ab", "A" * 41, "1 "])
def test_what_is_no_serial_number_is_refused(door: Door, serial: str) -> None:
    with pytest.raises(Refused) as refused:
        states(door, serial)
    assert refused.value.reason is Reason.MALFORMED


@pytest.mark.parametrize("which", list(KeyName))
def test_a_verifier_with_lists_believes_a_card_and_not_a_lost_one(door: Door, which: KeyName) -> None:
    holder = holder_of_card(door)
    assert believe(holder, which) == holder.serial_of(which)
    door.ask(REPORT_LOSS, ReportLoss(card_serial=holder.serial), sender=KATSUSHIKA)
    with pytest.raises(VerificationRefused) as refused:
        believe(holder, which)
    assert refused.value.reason is Unbelieved.SUSPENDED
    door.ask(REPORT_FOUND, ReportFound(card_serial=holder.serial, check=AT_COUNTER), sender=KATSUSHIKA)
    assert believe(holder, which) == holder.serial_of(which)


# --- links --------------------------------------------------------------------------------------------------


def test_links_hold_over_two_renewals(door: Door) -> None:
    holder = holder_of_card(door)
    first = holder.serial_of()
    next_card(holder, reason=ApplicationReason.DAMAGED)
    hand_over(holder)
    second = holder.serial_of()
    next_card(holder, reason=ApplicationReason.DAMAGED)
    hand_over(holder)
    third, signature = holder.serial_of(), holder.serial_of(KeyName.SIGNATURE)
    assert links(door, Link.PREDECESSORS, third) == (second, first)
    assert links(door, Link.PREDECESSORS, first) == ()
    assert links(door, Link.SUCCESSOR, first) == links(door, Link.SUCCESSOR, second) == (third,)
    assert links(door, Link.SUCCESSOR, third) == ()
    for serial in (first, second, third):
        assert links(door, Link.SIGNATURE_OF_AUTHENTICATION, serial) == (signature,)
    assert links(door, Link.AUTHENTICATION_OF_SIGNATURE, signature) == (third,)


def test_what_is_not_in_force_is_not_linked_to(door: Door) -> None:
    holder = holder_of_card(door)
    authentication, signature = holder.serial_of(), holder.serial_of(KeyName.SIGNATURE)
    carry_out(holder.card, holder.order(OrderKind.REMOVE_SIGNATURE))
    assert links(door, Link.SIGNATURE_OF_AUTHENTICATION, authentication) == ()
    issued = holder.renew(CertificateKind.SIGNATURE)
    assert links(door, Link.SIGNATURE_OF_AUTHENTICATION, authentication) == (issued.serial,)
    assert links(door, Link.SUCCESSOR, signature) == (issued.serial,)
    door.ask(REPORT_LOSS, ReportLoss(card_serial=holder.serial), sender=KATSUSHIKA)
    assert links(door, Link.SUCCESSOR, signature) == ()


def test_a_link_from_the_wrong_side_is_refused_and_an_unknown_number_leads_nowhere(door: Door) -> None:
    holder = holder_of_card(door)
    with pytest.raises(Refused) as refused:
        links(door, Link.AUTHENTICATION_OF_SIGNATURE, holder.serial_of())
    assert refused.value.reason is Reason.MALFORMED
    assert links(door, Link.SUCCESSOR, "1") == ()


# --- who is told --------------------------------------------------------------------------------------------


def register(identifier: str, *purposes: str, **options: object) -> str:
    """Register a verifier as the operator does; what the command prints."""
    out = io.StringIO()
    arguments = [argument for purpose in purposes for argument in ("--purpose", purpose)]
    name = f"検証者 {identifier}"
    command = "register_verifier"
    call_command(command, identifier, *arguments, name=name, stdout=out, stderr=io.StringIO(), **options)
    return out.getvalue().strip()


def test_whoever_is_not_registered_is_told_so_and_nothing_else(door: Door) -> None:
    asked: list[tuple[Any, Any]] = [
        (CHECK_STATUS, StatusQuestion(purpose=Purpose.AUTHENTICATION, serials=("1",))),
        (CHECK_STATUS, StatusQuestion(purpose=Purpose.SIGNATURE, serials=("1",))),
        (QUERY_TRUST, TrustQuery()),
        (LINK_SERIALS, LinkQuestion(link=Link.SUCCESSOR, serial="1")),
    ]

    def refusals() -> set[tuple[Reason, str]]:
        found = set()
        for message, question in asked:
            with pytest.raises(Refused) as refused:
                door.ask(message, question, sender="pension_service")
            found.add((refused.value.reason, refused.value.refusal.detail))
        return found

    nobody = {(Reason.NOT_ENTITLED, "not a registered verifier")}
    assert refusals() == nobody
    register("nenkin", "latest_attributes", system="pension_service", without_key=True)
    assert refusals() == {
        (Reason.NOT_ENTITLED, f"not registered for this: {purpose}")
        for purpose in ("authentication", "signature", "links")
    }
    call_command("register_verifier", "nenkin", end=True, stderr=io.StringIO())
    assert refusals() == nobody
    register("nenkin-2", "links", system="pension_service", without_key=True)
    assert door.ask(*asked[-1], sender="pension_service").serials == ()
    call_command("register_verifier", "nenkin-2", end=True, stderr=io.StringIO())


def test_each_answer_is_counted_and_a_refusal_is_not(door: Door) -> None:
    kinds = (UseKind.AUTHENTICATION_CHECK, UseKind.SIGNATURE_CHECK, UseKind.LINK, UseKind.REVOCATION_LIST)
    before = {kind: used("portal", kind) for kind in kinds}
    states(door, "1", "2", "3")
    states(door, "1", purpose=Purpose.SIGNATURE)
    links(door, Link.SUCCESSOR, "1")
    door.ask(QUERY_TRUST, TrustQuery(), sender="portal")
    with pytest.raises(Refused):
        states(door, "not a number")
    assert {kind: used("portal", kind) - before[kind] for kind in kinds} == {
        UseKind.AUTHENTICATION_CHECK: 3,
        UseKind.SIGNATURE_CHECK: 1,
        UseKind.LINK: 1,
        UseKind.REVOCATION_LIST: 1,
    }


def test_answers_at_once_are_all_counted(door: Door) -> None:
    before = used("portal", UseKind.AUTHENTICATION_CHECK)
    together = threading.Barrier(4)

    def ask() -> None:
        together.wait()
        for _ in range(5):
            states(door, "1", "2")
        connection.close()

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert used("portal", UseKind.AUTHENTICATION_CHECK) - before == 4 * 5 * 2


# --- the register -------------------------------------------------------------------------------------------


def test_a_key_is_shown_once_and_kept_as_a_digest(door: Door) -> None:
    key = register("bank-1", "signature", "links")
    row = Verifier.objects.get(identifier="bank-1")
    assert bytes(row.key_digest or b"") == key_digest(key)
    assert row.purposes == ["signature", "links"]
    assert len(key) >= 43
    out = io.StringIO()
    call_command("register_verifier", "bank-1", new_key=True, stdout=out, stderr=io.StringIO())
    row.refresh_from_db()
    assert bytes(row.key_digest or b"") == key_digest(out.getvalue().strip()) != key_digest(key)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["Bad Name", "--name", "x", "--purpose", "links"], "1 to 40 characters"),
        (["nameless", "--purpose", "links"], "1 to 100 printable"),
        (["purposeless", "--name", "x"], "needs a purpose"),
        (
            ["mute", "--name", "x", "--purpose", "links", "--without-key"],
            "by messages of a system or with a key",
        ),
        (["portal", "--name", "x", "--purpose", "links"], "is taken"),
        (["portal-2", "--name", "x", "--purpose", "links", "--system", "portal"], "registered already"),
        (["nobody", "--end"], "no verifier"),
        (["nobody", "--new-key"], "no verifier"),
    ],
)
def test_a_registration_that_cannot_be_is_explained(door: Door, arguments: list[str], said: str) -> None:
    with pytest.raises(CommandError, match=said):
        call_command("register_verifier", *arguments, stdout=io.StringIO(), stderr=io.StringIO())


def test_the_register_holds_no_purpose_that_does_not_exist(door: Door, app_role: Connection) -> None:
    with pytest.raises(psycopg.errors.CheckViolation, match="jlis_verifier_purposes"):
        app_role.execute(
            """INSERT INTO jlis_certification_verifier (identifier, name, category, purposes, key_digest, registered_at)
               VALUES ('x', 'x', 'certified', '{everything}', 'x', now())"""
        )
