"""Orders to cards: who gets one signed, on which ground, and what certificates come of it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
import psycopg
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.db import connection, transaction

from mynumber.foundation.pki import JAPAN, certificate_expiry
from mynumber.foundation.smartcard import KeyName, Pin, PinName, PinPad, TextClient, WrongPin
from mynumber.foundation.smartcard.administration import OrderRefused, carry_out
from mynumber.institutions.jlis.certification.models import CardOrder, Certificate
from mynumber.institutions.jlis.certification.orders import Ordering, certify_key, proof_digest, sign_order
from mynumber.protocols import card_life
from mynumber.protocols.card_life import (
    ISSUE_CERTIFICATE,
    REPORT_LOSS,
    IssueCertificate,
    OrderKind,
    OtherPinProof,
    ReportLoss,
    RequestOrder,
)
from mynumber.protocols.certification import CertificateKind
from mynumber.protocols.refusal import Reason, Refused
from mynumber.webkit.messages import this_node
from tests.institutions.jlis.contents import Connection
from tests.institutions.jlis.door import Door
from tests.institutions.jlis.holding import AT_COUNTER, PINS, Holder, card_on_the_way, holder_of_card
from tests.institutions.jlis.people import KATSUSHIKA, YAO, somebody

GOOD = ("good", None)


def refusal_of(act: Callable[..., object], *arguments: Any, **named: Any) -> tuple[Reason, str]:
    with pytest.raises(Refused) as refused:
        act(*arguments, **named)
    return refused.value.reason, refused.value.refusal.detail


def ask_at(holder: Holder, request: RequestOrder, at: datetime) -> bytes:
    """An order that is asked for at another time: the service itself, since messages are of now."""
    with transaction.atomic():
        return sign_order(holder.row, request, Ordering(KATSUSHIKA, "m", at), keyring=this_node().keyring)


def certify_at(holder: Holder, request: IssueCertificate, at: datetime) -> card_life.IssuedCertificate:
    with transaction.atomic():
        return certify_key(holder.row, request, Ordering(KATSUSHIKA, "m", at), keyring=this_node().keyring)


# --- at the counter -----------------------------------------------------------------------------------------


def test_a_forgotten_pin_is_set_anew_and_the_order_is_recorded(door: Door) -> None:
    holder = holder_of_card(door)
    holder.set_pin(PinName.AUTHENTICATION, "9182")
    PinPad(holder.card).verify(PinName.AUTHENTICATION, holder.pin(PinName.AUTHENTICATION))
    with pytest.raises(WrongPin):
        PinPad(holder.card).verify(PinName.AUTHENTICATION, Pin(PINS[PinName.AUTHENTICATION]))
    order = CardOrder.objects.filter(card=holder.row).latest("pk")
    assert (order.kind, order.pins, order.identity_check, order.ordered_by) == (
        "set_pins",
        ["authentication"],
        AT_COUNTER.value,
        KATSUSHIKA,
    )
    assert order.sequence == holder.sequence == holder.row.sequence


def test_an_order_works_once_and_on_its_card_alone(door: Door) -> None:
    holder, other = holder_of_card(door), holder_of_card(door)
    order = holder.order(OrderKind.SET_PINS, pins=(card_life.PinName.SIGNATURE,))
    with pytest.raises(OrderRefused):
        carry_out(other.card, order)
    carry_out(holder.card, order)
    with pytest.raises(OrderRefused):
        carry_out(holder.card, order)


def test_a_face_is_written_anew(door: Door) -> None:
    holder = holder_of_card(door)
    attributes = somebody(birth_date=holder.record.attributes.birth_date)
    holder.enter(msgspec.structs.replace(holder.record, attributes=attributes))
    carry_out(holder.card, holder.order(OrderKind.CHANGE_FACE))
    holder.set_pin(PinName.TEXT_SUPPORT, "4711")
    text = TextClient(holder.card)
    text.select()
    text.verify_pin(holder.pin(PinName.TEXT_SUPPORT))
    assert text.read_attributes().name == attributes.name
    assert bytes(holder.row.chip_key or b"")  # the chip is still the one it was


def test_a_signature_certificate_is_taken_off_the_card(door: Door) -> None:
    holder = holder_of_card(door)
    carry_out(holder.card, holder.order(OrderKind.REMOVE_SIGNATURE))
    assert holder.jpki.certificates_present() == {KeyName.AUTHENTICATION}
    assert holder.states() == {"authentication": GOOD, "signature": ("revoked", "requested")}


@pytest.mark.parametrize(
    ("changes", "detail"),
    [
        ({"pins": ()}, "an order to set PINs, and no other, names them, each once"),
        (
            {"pins": (card_life.PinName.JUKI,) * 2},
            "an order to set PINs, and no other, names them, each once",
        ),
        ({"kind": OrderKind.CHANGE_FACE}, "an order to set PINs, and no other, names them, each once"),
        (
            {"certificate": CertificateKind.SIGNATURE},
            "an order to make a key, and no other, names its certificate",
        ),
        (
            {"kind": OrderKind.MAKE_KEY, "pins": ()},
            "an order to make a key, and no other, names its certificate",
        ),
        (
            {"kind": OrderKind.MAKE_KEY, "pins": (), "certificate": CertificateKind.PHONE_SIGNATURE},
            "a card makes no keys for phones",
        ),
        ({"check": None}, "an order needs one ground: a check at the counter, or a proof by the other key"),
        ({"sequence": 99}, "the counter of the card is ahead of all orders"),
    ],
)
def test_an_order_that_makes_no_sense_is_not_signed(door: Door, changes: dict[str, Any], detail: str) -> None:
    holder = holder_of_card(door)
    given = {"kind": OrderKind.SET_PINS, "pins": (card_life.PinName.JUKI,), **changes}
    assert refusal_of(holder.order, **given) == (Reason.MALFORMED, detail)


def test_a_card_that_is_lost_or_not_handed_over_gets_no_key(door: Door) -> None:
    waiting, lost = card_on_the_way(door), holder_of_card(door)
    door.ask(REPORT_LOSS, ReportLoss(card_serial=lost.serial), sender=KATSUSHIKA)
    for holder, state in ((waiting, "delivered"), (lost, "suspended")):
        reason, detail = refusal_of(holder.order, OrderKind.MAKE_KEY, certificate=CertificateKind.SIGNATURE)
        assert (reason, detail) == (Reason.NOT_ENTITLED, f"not while the card is {state}")


def test_another_city_gets_no_order(door: Door) -> None:
    holder = holder_of_card(door)
    holder.municipality = YAO
    assert refusal_of(holder.order, OrderKind.CHANGE_FACE) == (Reason.UNKNOWN_RECORD, "")


# --- at a kiosk ---------------------------------------------------------------------------------------------


def test_each_key_lets_the_other_pin_be_set(door: Door) -> None:
    holder = holder_of_card(door)
    for which, digits in ((PinName.SIGNATURE, "XYZ987"), (PinName.AUTHENTICATION, "1357")):
        by = KeyName.AUTHENTICATION if which is PinName.SIGNATURE else KeyName.SIGNATURE
        holder.set_pin(which, digits, check=None, proof=holder.proof(by))
        PinPad(holder.card).verify(which, holder.pin(which))
    order = CardOrder.objects.filter(card=holder.row).latest("pk")
    assert (order.identity_check, order.proof and order.proof.kind) == ("", "signature")


def test_a_proof_counts_once(door: Door) -> None:
    holder = holder_of_card(door)
    proof = holder.proof()
    ask: dict[str, Any] = {"kind": OrderKind.SET_PINS, "pins": (card_life.PinName.SIGNATURE,), "check": None}
    ask["proof"] = proof
    holder.order(**ask)
    assert refusal_of(holder.order, **ask) == (Reason.REPLAYED, "the proof was used before")


def test_a_kiosk_does_not_do_what_needs_a_counter(door: Door) -> None:
    holder = holder_of_card(door)
    both = (card_life.PinName.SIGNATURE, card_life.PinName.AUTHENTICATION)
    asked: list[dict[str, Any]] = [
        {"kind": OrderKind.CHANGE_FACE},
        {"kind": OrderKind.REMOVE_SIGNATURE},
        {"kind": OrderKind.MAKE_KEY, "certificate": CertificateKind.SIGNATURE},
        {"kind": OrderKind.SET_PINS, "pins": both},
        {"kind": OrderKind.SET_PINS, "pins": (card_life.PinName.TEXT_SUPPORT,)},
    ]
    for ask in asked:
        reason, detail = refusal_of(holder.order, check=None, proof=holder.proof(), **ask)
        assert (reason, detail) == (Reason.NOT_ENTITLED, "a kiosk sets one PIN, by the key of the other")


def test_a_proof_by_the_wrong_key_card_or_challenge_is_refused(door: Door) -> None:
    holder, other = holder_of_card(door), holder_of_card(door)
    ask: dict[str, Any] = {"kind": OrderKind.SET_PINS, "pins": (card_life.PinName.SIGNATURE,), "check": None}
    own = holder.proof()
    forged = OtherPinProof(certificate=own.certificate, signature=own.signature, nonce=bytes(16))
    same_key = holder.proof(KeyName.SIGNATURE)
    elsewhere = OtherPinProof(
        certificate=other.certificate(),
        signature=other.sign(proof_digest(holder.serial, own.nonce)),
        nonce=own.nonce,
    )
    assert refusal_of(holder.order, **ask, proof=forged)[0] is Reason.BAD_SIGNATURE
    assert refusal_of(holder.order, **ask, proof=same_key) == (
        Reason.NOT_ENTITLED,
        "not a certificate of this service for this use",
    )
    assert refusal_of(holder.order, **ask, proof=elsewhere) == (
        Reason.NOT_ENTITLED,
        "the certificate is on another card",
    )


def test_a_certificate_of_another_ca_with_a_known_serial_number_proves_nothing(door: Door) -> None:
    holder = holder_of_card(door)
    genuine = x509.load_der_x509_certificate(holder.certificate())
    key = rsa.generate_private_key(65537, 2048)
    forged = (
        x509.CertificateBuilder()
        .subject_name(genuine.subject)
        .issuer_name(genuine.issuer)
        .public_key(key.public_key())
        .serial_number(genuine.serial_number)
        .not_valid_before(genuine.not_valid_before_utc)
        .not_valid_after(genuine.not_valid_after_utc)
        .sign(key, genuine.signature_hash_algorithm)  # type: ignore[arg-type]  # SHA-256
        .public_bytes(Encoding.DER)
    )
    proof = OtherPinProof(certificate=forged, signature=bytes(256), nonce=bytes(16))
    ask: dict[str, Any] = {"kind": OrderKind.SET_PINS, "pins": (card_life.PinName.SIGNATURE,), "check": None}
    assert refusal_of(holder.order, **ask, proof=proof) == (
        Reason.NOT_ENTITLED,
        "not a certificate of this service for this use",
    )


# --- renewal ------------------------------------------------------------------------------------------------


def test_a_certificate_is_renewed_in_its_last_three_months_and_lasts_to_the_sixth_birthday(
    door: Door,
) -> None:
    holder = holder_of_card(door)
    first = Certificate.objects.get(serial=holder.serial_of())
    end = first.not_after.astimezone(JAPAN).date()
    request = RequestOrder(
        kind=OrderKind.MAKE_KEY,
        card_serial=holder.serial,
        sequence=holder.sequence,
        certificate=CertificateKind.AUTHENTICATION,
        check=AT_COUNTER,
    )
    early = datetime.now(UTC)
    assert refusal_of(ask_at, holder, request, early) == (
        Reason.NOT_ENTITLED,
        "the certificate is renewed in its last three months",
    )
    in_time = first.not_after - timedelta(days=30)
    status = carry_out(holder.card, ask_at(holder, request, in_time))
    question = IssueCertificate(
        card_serial=holder.serial,
        sequence=status.sequence,
        certificate=CertificateKind.AUTHENTICATION,
        public_key=status.new_keys[KeyName.AUTHENTICATION],
    )
    issued = certify_at(holder, question, in_time)
    carry_out(holder.card, issued.order)
    assert holder.serial_of() == issued.serial
    expected = certificate_expiry(
        in_time.astimezone(JAPAN).date(),
        holder.record.attributes.birth_date,
        renews=end,
        card_expiry=holder.row.expires_on,
    )
    assert issued.expires_on == expected
    assert issued.expires_on > certificate_expiry(end, holder.record.attributes.birth_date) - timedelta(
        days=366
    )
    first.refresh_from_db()
    new = Certificate.objects.get(serial=issued.serial)
    assert (first.state, first.reason, new.replaces_id) == ("revoked", "superseded", first.pk)


def test_a_certificate_that_never_reached_the_card_is_made_again(door: Door) -> None:
    holder = holder_of_card(door)
    carry_out(holder.card, holder.order(OrderKind.REMOVE_SIGNATURE))
    lost = door.ask(ISSUE_CERTIFICATE, holder.make_key(CertificateKind.SIGNATURE), sender=KATSUSHIKA)
    again = holder.renew(CertificateKind.SIGNATURE)  # the order that wrote the first one was lost on the way
    assert (lost.serial != again.serial, lost.expires_on) == (True, again.expires_on)
    assert Certificate.objects.get(serial=lost.serial).reason == "superseded"
    # Now one is on the card, and it is too early.
    reason, _ = refusal_of(holder.order, OrderKind.MAKE_KEY, certificate=CertificateKind.SIGNATURE)
    assert reason is Reason.NOT_ENTITLED


def test_a_key_is_certified_for_the_order_that_made_it_and_no_other(door: Door) -> None:
    holder = holder_of_card(door)
    carry_out(holder.card, holder.order(OrderKind.REMOVE_SIGNATURE))
    question = holder.make_key(CertificateKind.SIGNATURE)
    none_stands = (Reason.NOT_ENTITLED, "no order to make this key stands")

    for wrong in (
        msgspec.structs.replace(question, certificate=CertificateKind.AUTHENTICATION),
        msgspec.structs.replace(question, sequence=question.sequence - 1),
    ):
        assert refusal_of(door.ask, ISSUE_CERTIFICATE, wrong, sender=KATSUSHIKA) == none_stands
    assert refusal_of(certify_at, holder, question, datetime.now(UTC) + timedelta(hours=2)) == none_stands
    door.ask(ISSUE_CERTIFICATE, question, sender=KATSUSHIKA)
    assert refusal_of(door.ask, ISSUE_CERTIFICATE, question, sender=KATSUSHIKA) == none_stands


@pytest.mark.parametrize(
    "key",
    [
        b"no key",
        ec.generate_private_key(ec.SECP256R1())
        .public_key()
        .public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        rsa.generate_private_key(65537, 1024)  # noqa: S505 - that is the point
        .public_key()
        .public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
    ],
    ids=["noise", "another kind", "too short"],
)
def test_a_key_that_no_certificate_takes_is_refused_and_nothing_ends(door: Door, key: bytes) -> None:
    holder = holder_of_card(door)
    carry_out(holder.card, holder.order(OrderKind.REMOVE_SIGNATURE))
    question = holder.make_key(CertificateKind.SIGNATURE)
    before = holder.states()
    broken = msgspec.structs.replace(question, public_key=key)
    assert refusal_of(door.ask, ISSUE_CERTIFICATE, broken, sender=KATSUSHIKA)[0] is Reason.MALFORMED
    assert holder.states() == before


def test_a_child_that_has_grown_gets_a_signature_certificate_and_a_younger_one_does_not(door: Door) -> None:
    today = datetime.now(JAPAN).date()
    child = holder_of_child(door, today.replace(year=today.year - 14, day=1))
    reason, detail = refusal_of(child.order, OrderKind.MAKE_KEY, certificate=CertificateKind.SIGNATURE)
    assert (reason, detail) == (Reason.NOT_ENTITLED, "the holder is too young for a signature certificate")
    grown = holder_of_card(door, somebody(birth_date=today.replace(year=today.year - 16, day=1)))
    assert grown.states()["signature"] == GOOD


def test_of_two_renewals_at_once_one_wins_and_one_certificate_is_good(door: Door) -> None:
    """Two places certify the same key at the same moment."""
    holder = holder_of_card(door)
    carry_out(holder.card, holder.order(OrderKind.REMOVE_SIGNATURE))
    question = holder.make_key(CertificateKind.SIGNATURE)
    outcomes: list[str] = []
    together = threading.Barrier(2)

    def certify() -> None:
        together.wait()
        try:
            door.ask(ISSUE_CERTIFICATE, question, sender=KATSUSHIKA)
            outcomes.append("issued")
        except Refused as refused:
            outcomes.append(refused.reason.value)
        finally:
            connection.close()

    threads = [threading.Thread(target=certify) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["issued", "not_entitled"]
    good = Certificate.objects.filter(person=holder.person, kind="signature", state="good")
    assert good.count() == 1


# --- the record ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("table", ["jlis_certification_cardorder", "jlis_certification_cardevent"])
@pytest.mark.parametrize("verb", ["UPDATE {} SET card_id = card_id", "DELETE FROM {}"])
def test_orders_and_events_are_not_rewritten(door: Door, app_role: Connection, table: str, verb: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        app_role.execute(verb.format(table).encode())


def test_an_order_without_a_ground_cannot_be_recorded(door: Door, app_role: Connection) -> None:
    holder = holder_of_card(door)
    with pytest.raises(psycopg.errors.CheckViolation, match="jlis_order_has_a_ground"):
        app_role.execute(
            """INSERT INTO jlis_certification_cardorder
                      (card_id, sequence, kind, pins, certificate_kind, ordered_by, message_id, ordered_at, identity_check)
               VALUES (%s, 9, 'set_pins', '{}', '', 'x', 'x', now(), '')""",
            [holder.row.pk],
        )


def test_no_order_carries_words_of_its_holder_in_the_clear_to_the_log(
    door: Door, capfd: pytest.CaptureFixture[str]
) -> None:
    holder = holder_of_card(door)
    carry_out(holder.card, holder.order(OrderKind.CHANGE_FACE))
    holder.enter(msgspec.structs.replace(holder.record, died_on=datetime.now(JAPAN).date()))
    logged = "".join(capfd.readouterr())
    assert "card-order.v1" in logged
    attributes = holder.record.attributes
    for secret in (attributes.name, attributes.address, holder.number, holder.serial, holder.serial_of()):
        assert secret not in logged


def holder_of_child(door: Door, birth: date) -> Holder:
    """A card without a signature key; its PIN for that does not exist."""
    holder = card_on_the_way(door, somebody(birth_date=birth))
    holder.set_pin(PinName.AUTHENTICATION, PINS[PinName.AUTHENTICATION])
    question = card_life.HandOver(
        card_serial=holder.serial,
        check=card_life.IdentityCheck.REPRESENTATIVE,
        handed_over_at=datetime.now(UTC),
    )
    door.ask(card_life.HAND_OVER, question, sender=KATSUSHIKA)
    return holder
