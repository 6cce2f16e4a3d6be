"""Applying on the net, looking how it stands, the staff's look at photos, and the loss desk that is open at midnight."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.test.utils import override_settings

from mynumber.institutions.jlis.cards.applications import GUESSES
from mynumber.institutions.jlis.cards.models import Application, LossCall, ProductionJob
from mynumber.institutions.jlis.certification.models import Card, Certificate
from mynumber.protocols.card_life import (
    HAND_OVER,
    REQUEST_FORM,
    HandOver,
    IdentityCheck,
    RequestForm,
)
from mynumber.protocols.residents import FourAttributes
from mynumber.webkit.staff.models import Role, StaffMember, StaffSession
from tests.institutions.jlis.cards.making import PHOTO, application, hand_in, new_id, produce
from tests.institutions.jlis.door import Door
from tests.institutions.jlis.people import KATSUSHIKA, somebody

PASSWORD = "とても長い合言葉 for tests"


@pytest.fixture
def staff(door: Door) -> Iterator[Client]:
    """A browser of a member of J-LIS's staff."""
    with override_settings(PASSWORD_HASHERS=["tests.webkit.hashers.OneRound"]):
        yield signed_in("suzuki", Role.CASE_WORKER)
    StaffSession.objects.all().delete()
    StaffMember.objects.all().delete()


def signed_in(username: str, role: Role) -> Client:
    member = StaffMember(username=username, display_name="鈴木", department="カード製造", role=role)
    member.set_password(PASSWORD)
    member.save()
    client = Client(headers={"host": "127.0.0.1"})
    answer = client.post("/sign-in", {"username": username, "password": PASSWORD})
    assert answer.status_code == 302
    return client


@pytest.fixture
def anybody(door: Door) -> Client:
    return Client(headers={"host": "127.0.0.1"})


def form_of(door: Door, attributes: FourAttributes | None = None) -> str:
    """A form made out for somebody new, born on 1990-04-01."""
    number = door.number_of(attributes or somebody())
    return door.ask(REQUEST_FORM, RequestForm(individual_number=number), sender=KATSUSHIKA).application_id


def send(
    client: Client,
    application_id: str,
    *,
    born: str = "1990-04-01",
    photo: bytes = PHOTO,
    name: str = "me.png",
) -> HttpResponse:
    return client.post(  # type: ignore[return-value]  # the test client's answer
        "/cards/apply",
        {
            "application_id": application_id,
            "birth_date": born,
            "photo": SimpleUploadedFile(name, photo),
            "signature_certificate": "on",
        },
    )


def page(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def status(client: Client, application_id: str) -> str:
    return client.post("/cards/status", {"application_id": application_id}).content.decode()


def test_somebody_applies_with_a_form_is_sent_back_and_gets_a_card(
    door: Door, anybody: Client, staff: Client
) -> None:
    application_id = form_of(door)
    assert "まだ申請されていません" in status(anybody, application_id)
    assert "申請を受け付けました" in send(anybody, application_id, born="平成2年4月1日").content.decode()
    assert "写真を確かめています" in status(anybody, application_id)
    assert produce() == 0, "nobody has looked at the photo"
    number = Application.objects.get(application_id=application_id).pk
    assert f"申請 {number}" in page(staff, "/cards/desk")
    shown = staff.get(f"/cards/desk/applications/{number}/photo")
    assert (shown.content, shown["Content-Type"]) == (PHOTO, "image/png")
    staff.post(f"/cards/desk/applications/{number}", {"decision": "return", "detail": "background"})
    assert "無背景の写真" in status(anybody, application_id)
    assert send(anybody, application_id).status_code == 200
    staff.post(f"/cards/desk/applications/{number}", {"decision": "approve"})
    assert "カードを作っています" in status(anybody, application_id)
    assert produce() == 1
    assert "窓口で受け取って" in status(anybody, application_id)
    assert "suzuki" in page(staff, f"/cards/desk/applications/{number}")


def test_the_spelling_of_the_id_does_not_matter(door: Door, anybody: Client) -> None:
    application_id = form_of(door)
    grouped = " ".join(application_id[n : n + 4] for n in range(0, 23, 4))
    assert "まだ申請されていません" in status(anybody, grouped)
    wide = application_id.translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    assert send(anybody, wide).status_code == 200


@pytest.mark.parametrize("typed", ["", "123", "1" * 24, "12345678901234567890abc", "²" * 23])
def test_what_is_no_id_is_said_and_not_repeated(anybody: Client, typed: str) -> None:
    answer = anybody.post("/cards/status", {"application_id": typed})
    assert answer.status_code == 422
    assert "23桁" in answer.content.decode() or "入力してください" in answer.content.decode()


def test_who_found_a_form_does_not_guess_the_birth_date_for_long(door: Door, anybody: Client) -> None:
    application_id = form_of(door)
    for _ in range(GUESSES):
        answer = send(anybody, application_id, born="1991-04-01")
        assert answer.status_code == 422
    closed = send(anybody, application_id)
    assert closed.status_code == 422
    assert "見つかりません" in closed.content.decode()
    unknown = send(anybody, new_id(), born="1991-04-01").content.decode()
    assert "見つかりません" in unknown, "an unknown form is refused in the same words"
    assert not Application.objects.filter(application_id=application_id).exists()


def test_one_application_a_person_and_none_for_who_has_a_card(door: Door, anybody: Client) -> None:
    attributes = somebody()
    number = door.number_of(attributes)
    forms = [
        door.ask(REQUEST_FORM, RequestForm(individual_number=number), sender=KATSUSHIKA).application_id
        for _ in range(2)
    ]
    assert send(anybody, forms[0]).status_code == 200
    assert "すでに受け付けています" in send(anybody, forms[1]).content.decode()
    assert "すでに受け付けています" in send(anybody, forms[0]).content.decode()
    card = card_of(door)
    other = door.ask(REQUEST_FORM, RequestForm(individual_number=card), sender=KATSUSHIKA).application_id
    assert "すでにカードを持っている" in send(anybody, other).content.decode()


def card_of(door: Door, attributes: FourAttributes | None = None) -> str:
    """The number of somebody with a card in use."""
    number = door.number_of(attributes or somebody())
    given = hand_in(door, application(number))
    produce()
    serial = Application.objects.get(application_id=given.application_id).card_serial
    over = HandOver(card_serial=serial, check=IdentityCheck.ONE_WITH_PHOTO, handed_over_at=datetime.now(UTC))
    door.ask(HAND_OVER, over, sender=KATSUSHIKA)
    return number


@pytest.mark.parametrize(
    ("photo", "name", "says"),
    [
        (b"<script>alert(1)</script>", "me.png", "JPEGかPNG"),
        (b"GIF89a" + bytes(50), "me.gif", "JPEGかPNG"),
        (PHOTO + bytes(600 * 1024), "me.png", "KB以下"),
        (PHOTO + bytes(3 * 1024 * 1024), "me.png", "KB以下"),
        (PHOTO + bytes(17 * 1024 * 1024), "me.png", "選んでください"),
        (PHOTO[:-20], "me.png", "壊れています"),
        (b"", "me.png", "空です"),
    ],
)
def test_a_photo_that_is_none_is_refused_before_anything_is_kept(
    door: Door, anybody: Client, photo: bytes, name: str, says: str
) -> None:
    application_id = form_of(door)
    answer = send(anybody, application_id, photo=photo, name=name)
    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert not Application.objects.filter(application_id=application_id).exists()


def test_what_hides_behind_a_photo_is_not_shown_to_the_staff(
    door: Door, anybody: Client, staff: Client
) -> None:
    application_id = form_of(door)
    send(anybody, application_id, photo=PHOTO + b"<script>alert(1)</script>", name="../../x.html")
    number = Application.objects.get(application_id=application_id).pk
    shown = staff.get(f"/cards/desk/applications/{number}/photo")
    assert shown.content == PHOTO
    assert shown["X-Content-Type-Options"] == "nosniff"


def test_only_staff_sees_photos_and_decides(door: Door, anybody: Client, staff: Client) -> None:
    application_id = form_of(door)
    send(anybody, application_id)
    number = Application.objects.get(application_id=application_id).pk
    for path in ("/cards/desk", f"/cards/desk/applications/{number}/photo", "/cards/desk/loss"):
        assert anybody.get(path).status_code == 302
    auditor = signed_in("auditor", Role.AUDITOR)
    auditor.post(f"/cards/desk/applications/{number}", {"decision": "approve"})
    assert Application.objects.get(pk=number).state == "applied"
    assert auditor.get("/cards/desk/loss").status_code == 403


def test_a_withdrawn_application_leaves_no_photo_and_no_card(door: Door, staff: Client) -> None:
    given = hand_in(door, application(door.number_of(somebody())))
    produce()
    found = Application.objects.get(application_id=given.application_id)
    staff.post(f"/cards/desk/applications/{found.pk}", {"decision": "withdraw"})
    found.refresh_from_db()
    assert (found.state, hasattr(found, "photo"), hasattr(found, "finished_card")) == ("ended", False, False)
    assert Card.objects.get(card_serial=found.card_serial).state == "ended"
    assert set(
        Certificate.objects.filter(card__card_serial=found.card_serial).values_list("state", flat=True)
    ) == {"revoked"}


def test_a_failed_card_is_tried_again_when_staff_says_so(door: Door, staff: Client) -> None:
    given = hand_in(door, application(door.number_of(somebody())))
    job = ProductionJob.objects.get(application__application_id=given.application_id)
    job.attempts, job.problem, job.not_before = 3, "CannotOpen", datetime(2100, 1, 1, tzinfo=UTC)
    job.save()
    assert produce() == 0
    assert "3回失敗" in page(staff, "/cards/desk")
    staff.post(f"/cards/desk/applications/{job.application_id}/again")
    assert produce() == 1


# --- the loss desk ----------------------------------------------------------------------------------------------


def call(staff: Client, attributes: FourAttributes, called_back: str = "yes", **changes: str) -> str:
    data = {
        "name": attributes.name,
        "address": attributes.address,
        "birth_date": attributes.birth_date.isoformat(),
        "sex": attributes.sex,
        "called_back": called_back,
        **changes,
    }
    return staff.post("/cards/desk/loss", data).content.decode()


def states(number: str) -> set[str]:
    return set(Certificate.objects.filter(person__individual_number=number).values_list("state", flat=True))


def test_a_call_at_midnight_suspends_both_certificates_at_once(door: Door, staff: Client) -> None:
    attributes = somebody()
    number = card_of(door, attributes)
    assert states(number) == {"good"}
    answer = call(staff, attributes)
    assert "一時停止しました" in answer
    assert attributes.name not in answer, "the form is empty again"
    assert states(number) == {"suspended"}
    assert "すでに一時停止" in call(staff, attributes)
    record = LossCall.objects.order_by("pk").values_list("outcome", "taken_by")
    assert list(record)[-2:] == [("suspended", "suzuki"), ("already", "suzuki")]


def test_three_of_four_attributes_are_not_enough_and_it_is_not_said_which(door: Door, staff: Client) -> None:
    attributes = somebody()
    number = card_of(door, attributes)
    answers = {
        call(staff, attributes, **{field: wrong}).partition('id="main"')[2].partition("<form")[0]
        for field, wrong in (
            ("name", "架空　太郎"),
            ("address", "東京都葛飾区亀有999丁目"),
            ("birth_date", "1990-04-02"),
            ("sex", "1"),
        )
    }
    assert len(answers) == 1
    assert "四つの情報が合いません" in answers.pop()
    assert states(number) == {"good"}


def test_without_the_call_back_nothing_is_suspended(door: Door, staff: Client) -> None:
    attributes = somebody()
    number = card_of(door, attributes)
    assert "確かめられません" in call(staff, attributes, called_back="no")
    assert states(number) == {"good"}


def test_who_has_no_card_is_said_so(door: Door, staff: Client) -> None:
    attributes = somebody()
    door.number_of(attributes)
    assert "停止できるカードがありません" in call(staff, attributes)
