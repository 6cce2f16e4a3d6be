"""A consent to learn the latest attributes: given with the signature key, used, withdrawn, over."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from django.db import transaction

from mynumber.foundation.pki import JAPAN
from mynumber.foundation.smartcard import KeyName
from mynumber.institutions.jlis.certification.consents import latest_attributes
from mynumber.institutions.jlis.certification.models import AttributeConsent as Row
from mynumber.protocols.card_life import REPORT_LOSS, ReportLoss
from mynumber.protocols.certification import (
    LATEST_ATTRIBUTES,
    REGISTER_CONSENT,
    WITHDRAW_CONSENT,
    AttributeConsent,
    LatestAttributes,
    LatestAttributesQuestion,
    LatestAttributesState,
    RegisterConsent,
    WithdrawConsent,
    consent_digest,
)
from mynumber.protocols.refusal import Reason, Refused
from tests.institutions.jlis.contents import Connection, everything_in
from tests.institutions.jlis.door import Door
from tests.institutions.jlis.holding import Holder, holder_of_card
from tests.institutions.jlis.people import KATSUSHIKA

VERIFIER = "digital_agency"
SAID = {"verifier": "digital-agency", "verifier_name": "デジタル庁", "purpose": "登録情報を最新に保つため"}


def consent(**changes: object) -> AttributeConsent:
    now = datetime.now(UTC).replace(microsecond=0)
    given: dict[str, object] = {**SAID, "given_at": now, "valid_until": now + timedelta(days=365), **changes}
    return AttributeConsent(**given)  # type: ignore[arg-type]  # the defaults above have the fields' types


def signed(holder: Holder, given: AttributeConsent, which: KeyName = KeyName.SIGNATURE) -> RegisterConsent:
    return RegisterConsent(
        consent=given,
        certificate=holder.certificate(which),
        signature=holder.sign(consent_digest(given), which),
    )


def register(holder: Holder, *, sender: str = VERIFIER, **changes: object) -> str:
    question = signed(holder, consent(**changes))
    return holder.door.ask(REGISTER_CONSENT, question, sender=sender).serial


def ask(door: Door, serial: str, *, sender: str = VERIFIER) -> LatestAttributes:
    return door.ask(LATEST_ATTRIBUTES, LatestAttributesQuestion(serial=serial), sender=sender)


def refusal_of(door: Door, question: RegisterConsent, *, sender: str = VERIFIER) -> tuple[Reason, str]:
    with pytest.raises(Refused) as refused:
        door.ask(REGISTER_CONSENT, question, sender=sender)
    return refused.value.reason, refused.value.refusal.detail


def test_a_verifier_learns_of_a_change_and_of_nothing_before(door: Door) -> None:
    holder = holder_of_card(door)
    serial = register(holder)
    assert serial == holder.serial_of(KeyName.SIGNATURE)
    assert ask(door, serial) == LatestAttributes(state=LatestAttributesState.UNCHANGED)
    moved = msgspec.structs.replace(holder.record.attributes, address="東京都葛飾区柴又1丁目2番3号")
    holder.enter(msgspec.structs.replace(holder.record, attributes=moved))
    # The certificate ended with the change; the consent that it signed goes on.
    assert ask(door, serial) == LatestAttributes(state=LatestAttributesState.CHANGED, attributes=moved)


def test_a_verifier_learns_of_death_and_of_moving_abroad(door: Door) -> None:
    today = datetime.now(JAPAN).date()
    dead, abroad = holder_of_card(door), holder_of_card(door)
    serials = [register(dead), register(abroad)]
    dead.enter(msgspec.structs.replace(dead.record, died_on=today))
    abroad.enter(msgspec.structs.replace(abroad.record, moved_out_on=today, moved_abroad=True))
    assert [ask(door, serial) for serial in serials] == [
        LatestAttributes(state=LatestAttributesState.DIED),
        LatestAttributes(state=LatestAttributesState.LEFT),
    ]


def test_without_a_consent_in_force_nothing_is_told(door: Door) -> None:
    holder = holder_of_card(door)
    serial = holder.serial_of(KeyName.SIGNATURE)
    nothing = LatestAttributes(state=LatestAttributesState.NO_CONSENT)
    assert ask(door, serial) == ask(door, "1") == nothing
    register(holder)
    assert ask(door, serial, sender="portal") == nothing  # given to another
    assert ask(door, holder.serial_of()) == nothing  # not the certificate that signed
    with transaction.atomic():
        later = datetime.now(UTC) + timedelta(days=366)
        assert latest_attributes(LatestAttributesQuestion(serial=serial), VERIFIER, at=later) == nothing


def test_a_withdrawn_consent_is_over_at_once_and_may_be_given_again(door: Door) -> None:
    holder = holder_of_card(door)
    serial = register(holder)
    for _ in range(2):
        door.ask(WITHDRAW_CONSENT, WithdrawConsent(serial=serial), sender=VERIFIER)
        assert ask(door, serial).state is LatestAttributesState.NO_CONSENT
    register(holder)
    register(holder)  # a newer one takes the place of the older
    assert ask(door, serial).state is LatestAttributesState.UNCHANGED
    assert Row.objects.filter(certificate__serial=serial, withdrawn_at__isnull=True).count() == 1


def test_the_holder_withdraws_in_the_portal_by_any_certificate(door: Door) -> None:
    holder, other = holder_of_card(door), holder_of_card(door)
    serial, others = register(holder), register(other)
    withdrawal = WithdrawConsent(serial=holder.serial_of(), verifier="digital-agency")
    door.ask(WITHDRAW_CONSENT, withdrawal, sender="portal")
    assert ask(door, serial).state is LatestAttributesState.NO_CONSENT
    assert ask(door, others).state is LatestAttributesState.UNCHANGED


def test_a_verifier_gives_back_its_own_consents_only(door: Door) -> None:
    serial = register(holder_of_card(door))
    with pytest.raises(Refused) as refused:
        door.ask(WITHDRAW_CONSENT, WithdrawConsent(serial=serial, verifier="portal"), sender=VERIFIER)
    assert refused.value.reason is Reason.NOT_ENTITLED
    assert ask(door, serial).state is LatestAttributesState.UNCHANGED


def test_a_consent_counts_for_the_verifier_that_the_holder_read(door: Door) -> None:
    holder = holder_of_card(door)
    for changes in ({"verifier": "portal"}, {"verifier_name": "デジタル省"}):
        assert refusal_of(door, signed(holder, consent(**changes))) == (
            Reason.NOT_ENTITLED,
            "the consent names another verifier",
        )
    assert refusal_of(door, signed(holder, consent()), sender="portal")[0] is Reason.NOT_ENTITLED


def test_a_consent_has_a_term_and_is_handed_in_fresh(door: Door) -> None:
    holder, now = holder_of_card(door), datetime.now(UTC).replace(microsecond=0)
    old = consent(given_at=now - timedelta(days=2))
    ahead = consent(given_at=now + timedelta(hours=1))
    over, endless = (
        consent(given_at=now - timedelta(hours=2), valid_until=now - timedelta(hours=1)),
        consent(valid_until=now + timedelta(days=11 * 366)),
    )
    assert [refusal_of(door, signed(holder, given))[0] for given in (old, ahead, over, endless)] == [
        Reason.EXPIRED,
        Reason.EXPIRED,
        Reason.MALFORMED,
        Reason.MALFORMED,
    ]


def test_another_text_key_or_certificate_is_no_consent(door: Door) -> None:
    holder, other = holder_of_card(door), holder_of_card(door)
    question = signed(holder, consent())
    changed = msgspec.structs.replace(question, consent=consent(purpose="広告のため"))
    assert refusal_of(door, changed)[0] is Reason.BAD_SIGNATURE
    stolen = msgspec.structs.replace(question, certificate=other.certificate(KeyName.SIGNATURE))
    assert refusal_of(door, stolen)[0] is Reason.BAD_SIGNATURE
    assert refusal_of(door, signed(holder, consent(), KeyName.AUTHENTICATION)) == (
        Reason.NOT_ENTITLED,
        "not a certificate of this service for this use",
    )
    noise = msgspec.structs.replace(question, certificate=b"0\x82\x00\x01")
    assert refusal_of(door, noise) == (Reason.MALFORMED, "not a certificate with an RSA key")


def test_a_suspended_certificate_consents_to_nothing(door: Door) -> None:
    holder = holder_of_card(door)
    question = signed(holder, consent())
    door.ask(REPORT_LOSS, ReportLoss(card_serial=holder.serial), sender=KATSUSHIKA)
    assert refusal_of(door, question) == (Reason.NOT_ENTITLED, "the certificate is not good: suspended")


def test_what_is_kept_of_a_consent_names_nobody(door: Door, owner: Connection) -> None:
    holder = holder_of_card(door)
    register(holder)
    certificate = holder.certificate(KeyName.SIGNATURE)
    kept = everything_in(owner)
    assert "登録情報を最新に保つため" in kept
    assert certificate.hex() not in kept
