"""An office looks at a private sender's signature itself: what holds, what is turned away, what cannot be decided now."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import partial
from uuid import uuid4

import msgspec
import pytest

from mynumber.foundation.procedures import answers
from mynumber.foundation.procedures.loading import catalogue
from mynumber.protocols.applications import Application, Attachment, Form
from mynumber.protocols.deliveries import AskSenders, SenderRegister
from mynumber.protocols.refusal import Hop, Reason, Refused
from mynumber.protocols.residents import FourAttributes
from mynumber.webkit.examination.delivered import MOST, Look, look_again, require_sound
from tests.support.senders import NAME, NOTE, attached, senders

NOW = datetime.now(UTC)
FORM = catalogue().get("pregnancy_notification", NOW.date())
VALUES = {"due_date": (NOW + timedelta(days=200)).date().isoformat(), "unborn": "1"}
clock = partial(datetime.now, UTC)


def sending(*documents: Attachment) -> Application:
    return Application(
        application=uuid4(),
        sequence=0,
        form=Form(procedure=FORM.id, version=FORM.since),
        applicant=FourAttributes(name="架空　花子", address="東京都", birth_date=date(1990, 1, 1), sex="2"),
        certificate="01",
        answers=answers.encode(FORM, {}),
        documents=documents,
        sent_at=NOW,
    )


def told(register: SenderRegister | None = None) -> Callable[[AskSenders], SenderRegister]:
    """A portal that says this, or nothing."""

    def ask(question: AskSenders) -> SenderRegister:
        assert question.provider == "courier"
        if register is None:
            raise Refused(Hop.PORTAL, Reason.UNREACHABLE)
        return register

    return ask


def look(*documents: Attachment, register: SenderRegister | None = None) -> dict[int, Look]:
    return require_sound(sending(*documents), FORM, told(register or senders().register(now=NOW)), now=clock)


def refused(act: Callable[[], object]) -> tuple[Reason, str]:
    with pytest.raises(Refused) as caught:
        act()
    return caught.value.reason, caught.value.refusal.detail


def test_a_good_document_is_verified_and_says_its_values() -> None:
    upload = Attachment(document="identity", name="a.pdf", media_type="application/pdf", content=b"%PDF-")
    (found,) = look(upload, attached(senders().note(VALUES, now=NOW))).items()
    place, seen = found
    assert (place, seen.verified, seen.sender_name, seen.kind_name) == (1, True, NAME, "妊娠の証明")
    assert dict(seen.values) == VALUES
    assert "200" not in repr(seen)


def test_what_does_not_hold_is_turned_away() -> None:
    house = senders()
    good = house.note(VALUES, now=NOW)
    cases = {
        "bad_signature content_differs": attached(good.replace(b">1<", b">2<")),
        "other_subject": attached(house.note(VALUES, now=NOW, address="b" * 32)),
        "the certificate is not the sender's": attached(house.note(VALUES, now=NOW, signer=house.other)),
        "not a registered sender of this kind": attached(good, sender="somebody"),
        "unreadable": attached(b"<x/>"),
    }
    for words, document in cases.items():
        reason, detail = refused(partial(look, document))
        assert reason is Reason.BAD_DOCUMENT
        assert words in detail or words == "unreadable", detail
    revoked = house.register(now=NOW, revoked=(house.clinic.certified.serial_number,))
    reason, detail = refused(lambda: look(attached(good), register=revoked))
    assert reason is Reason.BAD_DOCUMENT
    assert "revoked" in detail
    as_another = attached(house.note(VALUES, now=NOW, kind="contract_notice"), kind="contract_notice")
    assert refused(lambda: look(as_another))[0] is Reason.MALFORMED
    picture = msgspec.structs.replace(attached(good), media_type="image/png")
    assert refused(lambda: look(picture))[0] is Reason.MALFORMED
    assert refused(lambda: look(*[attached(good)] * (MOST + 1)))[0] is Reason.TOO_LARGE


def test_an_unknown_provider_is_refused_and_a_silent_portal_is_not() -> None:
    good = attached(senders().note(VALUES, now=NOW))
    silent = require_sound(sending(good), FORM, told(), now=clock)
    assert not silent[0].verified
    assert not silent[0].refused

    def unknown(_: AskSenders) -> SenderRegister:
        raise Refused(Hop.PORTAL, Reason.UNKNOWN_RECORD, is_signed=True)

    assert refused(lambda: require_sound(sending(good), FORM, unknown, now=clock))[0] is Reason.BAD_DOCUMENT


def test_without_a_current_list_it_is_decided_later() -> None:
    house = senders()
    good = attached(house.note(VALUES, now=NOW))
    stale = msgspec.structs.replace(
        house.register(now=NOW), revocation_list=house.revoked(now=NOW, made=NOW - timedelta(days=2))
    )
    seen = look(good, register=stale)[0]
    assert (seen.verified, seen.refused) == (False, "")
    assert good.delivered is not None
    later = look_again(good.content, good.delivered, told(house.register(now=NOW)), now=clock)
    assert later.verified
    spoiled = look_again(
        good.content.replace(b">1<", b">2<"), good.delivered, told(house.register(now=NOW)), now=clock
    )
    assert (spoiled.verified, bool(spoiled.refused)) == (False, True)
    assert good.delivered.kind == NOTE
