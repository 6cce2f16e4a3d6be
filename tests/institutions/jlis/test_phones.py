"""Certificates for a phone: applied for with the card's signature key, resting and falling with the card's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from mynumber.foundation.pki import JAPAN, read_signature_holder, serial_text
from mynumber.foundation.smartcard import KeyName
from mynumber.foundation.smartcard.administration import carry_out
from mynumber.institutions.jlis.certification.models import Certificate
from mynumber.protocols.acquisition import REQUEST_CODE_BY_CERTIFICATE, CodeRequestByCertificate
from mynumber.protocols.card_life import (
    QUERY_CARDS,
    REPORT_FOUND,
    REPORT_LOSS,
    OrderKind,
    QueryCards,
    ReportFound,
    ReportLoss,
)
from mynumber.protocols.certification import (
    APPLY_FOR_PHONE,
    LINK_SERIALS,
    ApplyForPhone,
    CertificateKind,
    Link,
    LinkQuestion,
    PhoneApplication,
    PhoneCertificates,
    phone_digest,
)
from mynumber.protocols.refusal import Reason, Refused
from tests.institutions.jlis.door import Door
from tests.institutions.jlis.holding import AT_COUNTER, Holder, holder_of_card
from tests.institutions.jlis.people import KATSUSHIKA

GOOD = ("good", None)


def new_key() -> bytes:
    key = rsa.generate_private_key(65537, 2048).public_key()
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def application(holder: Holder, **changes: object) -> ApplyForPhone:
    given: dict[str, object] = {
        "device": "花子の電話",
        "authentication_key": new_key(),
        "signature_key": new_key(),
        "applied_at": datetime.now(UTC),
        **changes,
    }
    asked = PhoneApplication(**given)  # type: ignore[arg-type]  # the defaults above have the fields' types
    return ApplyForPhone(
        application=asked,
        certificate=holder.certificate(KeyName.SIGNATURE),
        signature=holder.sign(phone_digest(asked), KeyName.SIGNATURE),
    )


@dataclass(frozen=True, slots=True)
class Phone:
    answer: PhoneCertificates

    @property
    def authentication(self) -> str:
        return _serial(self.answer.authentication_certificate)

    @property
    def signature(self) -> str:
        return _serial(self.answer.signature_certificate)


def _serial(certificate: bytes) -> str:
    return serial_text(x509.load_der_x509_certificate(certificate).serial_number)


def apply(holder: Holder, asked: ApplyForPhone | None = None) -> Phone:
    return Phone(holder.door.ask(APPLY_FOR_PHONE, asked or application(holder), sender="portal"))


def refusal_of(holder: Holder, asked: ApplyForPhone) -> tuple[Reason, str]:
    with pytest.raises(Refused) as refused:
        apply(holder, asked)
    return refused.value.reason, refused.value.refusal.detail


def phone_states(holder: Holder) -> list[tuple[str, str | None]]:
    states = holder.states()
    return [states["phone_authentication"], states["phone_signature"]]


def test_a_phone_gets_certificates_of_its_own_that_last_as_long_as_the_cards(door: Door) -> None:
    holder = holder_of_card(door)
    phone = apply(holder)
    for serial, which, kind in (
        (phone.authentication, KeyName.AUTHENTICATION, "phone_authentication"),
        (phone.signature, KeyName.SIGNATURE, "phone_signature"),
    ):
        row = Certificate.objects.get(serial=serial)
        parent = Certificate.objects.get(serial=holder.serial_of(which))
        assert (row.kind, row.parent, row.not_after, row.device) == (
            kind,
            parent,
            parent.not_after,
            "花子の電話",
        )
    attributes = read_signature_holder(phone.answer.signature_certificate)
    assert attributes.name == holder.record.attributes.name
    issued = x509.load_der_x509_certificate(phone.answer.authentication_certificate)
    issued.verify_directly_issued_by(x509.load_der_x509_certificate(phone.answer.authentication_ca))
    assert holder.states() == dict.fromkeys(holder.states(), GOOD)
    assert len(holder.states()) == 4


def test_a_phone_leads_to_the_same_person(door: Door) -> None:
    """The portal signs a visitor in by the phone and finds the card, and the phone's own pair."""
    holder = holder_of_card(door)
    phone = apply(holder)
    cards = door.ask(QUERY_CARDS, QueryCards(certificate_serial=phone.authentication), sender="portal").cards
    assert cards[0].card_serial == holder.serial
    link = LinkQuestion(link=Link.SIGNATURE_OF_AUTHENTICATION, serial=phone.authentication)
    of_card = serial_text(x509.load_der_x509_certificate(holder.certificate(KeyName.SIGNATURE)).serial_number)
    assert door.ask(LINK_SERIALS, link, sender="portal").serials == (phone.signature, of_card)
    link = LinkQuestion(link=Link.CARD_OF_PHONE, serial=phone.authentication)
    card = serial_text(
        x509.load_der_x509_certificate(holder.certificate(KeyName.AUTHENTICATION)).serial_number
    )
    assert door.ask(LINK_SERIALS, link, sender="portal").serials == (card,)
    with pytest.raises(Refused) as refused:
        door.ask(LINK_SERIALS, LinkQuestion(link=Link.CARD_OF_PHONE, serial=card), sender="portal")
    assert refused.value.reason is Reason.MALFORMED
    question = CodeRequestByCertificate(number="a-1", certificate_serial=phone.authentication)
    with pytest.raises(Refused) as refused:  # nobody listens as the network here: the holder was found
        door.ask(REQUEST_CODE_BY_CERTIFICATE, question, sender="portal")
    assert refused.value.reason is Reason.NETWORK_UNREACHABLE


def test_a_phone_rests_with_a_lost_card_and_goes_on_with_it(door: Door) -> None:
    holder = holder_of_card(door)
    phone = apply(holder)
    report = ReportLoss(certificate_serial=phone.authentication)
    door.ask(REPORT_LOSS, report, sender="portal")
    assert set(holder.states().values()) == {("suspended", "reported_lost")}
    found = ReportFound(card_serial=holder.serial, check=AT_COUNTER)
    door.ask(REPORT_FOUND, found, sender=KATSUSHIKA)
    assert set(holder.states().values()) == {GOOD}


def test_a_changed_attribute_ends_both_signature_certificates_and_leaves_authentication(door: Door) -> None:
    holder = holder_of_card(door)
    apply(holder)
    moved = msgspec.structs.replace(holder.record.attributes, address="東京都葛飾区奥戸1丁目2番3号")
    holder.enter(msgspec.structs.replace(holder.record, attributes=moved))
    states = holder.states()
    assert (states["authentication"], states["phone_authentication"]) == (GOOD, GOOD)
    assert {states["signature"][0], states["phone_signature"][0]} == {"revoked"}


def test_a_death_ends_the_phone_too(door: Door) -> None:
    holder = holder_of_card(door)
    apply(holder)
    holder.enter(msgspec.structs.replace(holder.record, died_on=datetime.now(JAPAN).date()))
    assert {state for state, _ in holder.states().values()} == {"revoked"}


def test_a_phones_signature_certificate_falls_with_the_cards(door: Door) -> None:
    holder = holder_of_card(door)
    apply(holder)
    carry_out(holder.card, holder.order(OrderKind.REMOVE_SIGNATURE))
    assert phone_states(holder) == [GOOD, ("revoked", "card_certificate_ended")]
    holder.renew(CertificateKind.SIGNATURE)
    assert phone_states(holder) == [GOOD, ("revoked", "card_certificate_ended")]


def test_another_phone_ends_the_first(door: Door) -> None:
    holder = holder_of_card(door)
    first, second = apply(holder), apply(holder)
    assert Certificate.objects.get(serial=first.authentication).reason == "superseded"
    assert phone_states(holder) == [GOOD, GOOD]
    link = LinkQuestion(link=Link.PREDECESSORS, serial=second.authentication)
    assert door.ask(LINK_SERIALS, link, sender="portal").serials == (first.authentication,)


def test_an_application_is_answered_once_and_while_it_is_fresh(door: Door) -> None:
    holder, now = holder_of_card(door), datetime.now(UTC)
    asked = application(holder)
    apply(holder, asked)
    assert refusal_of(holder, asked) == (Reason.REPLAYED, "the application was answered before")
    for applied_at in (now - timedelta(minutes=11), now + timedelta(minutes=5)):
        stale = application(holder, applied_at=applied_at)
        assert refusal_of(holder, stale) == (Reason.EXPIRED, "the application is not of now")


def test_keys_that_make_no_sense_are_refused(door: Door) -> None:
    holder, key = holder_of_card(door), new_key()
    assert refusal_of(holder, application(holder, authentication_key=b"no key"))[0] is Reason.MALFORMED
    same = application(holder, authentication_key=key, signature_key=key)
    assert refusal_of(holder, same) == (Reason.MALFORMED, "a phone has a key for each certificate")
    asked = application(holder)
    swapped = msgspec.structs.replace(
        asked, application=msgspec.structs.replace(asked.application, signature_key=key)
    )
    assert refusal_of(holder, swapped)[0] is Reason.BAD_SIGNATURE


def test_a_lost_card_gets_no_phone(door: Door) -> None:
    holder = holder_of_card(door)
    asked = application(holder)
    door.ask(REPORT_LOSS, ReportLoss(card_serial=holder.serial), sender=KATSUSHIKA)
    assert refusal_of(holder, asked) == (Reason.NOT_ENTITLED, "the certificate is not good: suspended")
