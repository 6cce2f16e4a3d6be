"""The clerk's pages: from finding the resident to the card in use, and each thing that can happen to it after."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from mynumber.foundation.portrait import draw_placeholder
from mynumber.foundation.smartcard import PinName
from mynumber.institutions.municipality.counter import sessions
from mynumber.institutions.municipality.counter.models import (
    CardApplication,
    CounterRecord,
    ReaderSession,
)
from mynumber.institutions.municipality.register.models import Person
from mynumber.platform.databases import InstitutionDatabase
from mynumber.protocols.card_reader import EnterPin
from mynumber.webkit.messages import this_node
from mynumber.webkit.staff.models import Role, StaffMember
from mynumber.webkit.tenancy import acting_as
from tests.institutions.municipality.conftest import CITY, FORMER_CITY
from tests.institutions.municipality.counter.device import Device
from tests.support.directory import NOWHERE
from tests.support.exchange import Exchange

PASSWORD = "とても長い合言葉 for tests"
PHOTO = draw_placeholder(b"somebody")
CHECK: dict[str, Any] = {"check": "one_with_photo"}
_next = itertools.count()


class Clerk:
    """A browser at the counter."""

    def __init__(self, username: str, role: Role = Role.CASE_WORKER, town: str = CITY) -> None:
        with acting_as(town):
            member = StaffMember.objects.filter(username=username).first() or StaffMember(
                username=username, display_name="山田　恵", department="区民課", role=role
            )
            member.set_password(PASSWORD)
            member.save()
        self.client = Client(headers={"host": "127.0.0.1"})
        answer = self.client.post(f"/{town}/sign-in", {"username": username, "password": PASSWORD})
        assert answer.status_code == 302
        self.town = town

    def get(self, path: str, status: int = 200) -> str:
        answer = self.client.get(f"/{self.town}/{path}")
        assert answer.status_code == status, (answer.status_code, path)
        return answer.content.decode()

    def post(self, path: str, status: int = 302, **fields: Any) -> HttpResponse:
        answer = self.client.post(f"/{self.town}/{path}", fields)
        assert answer.status_code == status, (answer.status_code, answer.content.decode()[:4000])
        return answer  # type: ignore[return-value]  # the test client's answer

    def begin(self, resident: str, kind: str, **fields: object) -> str:
        """Begin a procedure; its code, as it stands on the page."""
        where = self.post(f"cards/residents/{resident}/begin/{kind}", **{**CHECK, **_given(fields)})[
            "Location"
        ]
        page = self.client.get(where).content.decode()
        code = re.search(r"(\d{4})-(\d{4})-(\d{4})", page)
        assert code is not None
        return "".join(code.groups())


@pytest.fixture(scope="module")
def clerk(towns: InstitutionDatabase) -> Clerk:
    return Clerk("yamada")


@pytest.fixture
def resident(towns: InstitutionDatabase) -> Iterator[str]:
    """The addressee number of an adult whom no other test uses."""
    with acting_as(CITY):
        people = Person.objects.filter(
            persona="", moved_out=None, died_on=None, birth__lt="2000-01-01", alphabet=""
        )
        addressee = people.order_by("pk").values_list("addressee", flat=True)[next(_next)]
    yield addressee
    with acting_as(CITY):
        for session in ReaderSession.objects.filter(state__in=("waiting", "working")):
            sessions.cancel(session, at=timezone.now())


def apply(clerk: Clerk, resident: str, **fields: object) -> None:
    given: dict[str, object] = {
        "reason": "first",
        "drawn": "on",
        "seen": "on",
        "signature_certificate": "on",
        **fields,
    }
    clerk.post(f"cards/residents/{resident}/apply", **_given(given))


def _given(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}


def wait_for_card(clerk: Clerk, resident: str) -> CardApplication:
    """Press the button until the card is there."""
    until = timezone.now() + timedelta(minutes=1)
    while timezone.now() < until:
        clerk.post("cards/look")
        with acting_as(CITY):
            application = CardApplication.objects.filter(person__addressee=resident).latest("pk")
            if application.arrived_at is not None:
                return application
    raise AssertionError("no card came")


def with_card(clerk: Clerk, resident: str) -> Device:
    apply(clerk, resident)
    wait_for_card(clerk, resident)
    device = Device()
    device.use(clerk.begin(resident, "hand_over"))
    device.number = 0
    assert "使用中" in clerk.get(f"cards/residents/{resident}")
    return device


def test_a_clerk_takes_an_application_sends_the_notice_and_hands_the_card_over(
    clerk: Clerk, resident: str
) -> None:
    with acting_as(CITY):
        person = Person.objects.get(addressee=resident)
    assert person.name in clerk.get(f"cards/residents?words={resident}")
    page = clerk.get(f"cards/residents/{resident}")
    assert "カードはありません" in page
    assert "交付申請を受け付ける" in page
    apply(clerk, resident, drawn=None, photo=SimpleUploadedFile("me.png", PHOTO))
    application = wait_for_card(clerk, resident)
    assert person.name in clerk.get("cards")
    page = clerk.get(f"cards/residents/{resident}")
    assert "到着・交付待ち" in page
    assert page.index("交付通知書を作る") < page.index("カードを交付する")
    path = f"cards/applications/{application.application_id}/notice"
    assert "持ってくるもの" not in clerk.get(path), "looking records nothing"
    clerk.post(path, 200)
    notice = clerk.get(path)
    assert person.name in notice
    assert application.card_serial not in notice
    page = clerk.get(f"cards/residents/{resident}")
    assert page.index("カードを交付する") < page.index("交付通知書を作る")
    device = Device()
    code = clerk.begin(resident, "hand_over")
    with acting_as(CITY):
        ticket = ReaderSession.objects.latest("pk").ticket
    assert "端末を待っています" in clerk.get(f"cards/sessions/{ticket}")
    task = device.use(code, until=EnterPin)
    page = clerk.get(f"cards/sessions/{ticket}")
    assert "手続き中" in page
    assert 'aria-current="step"' in page
    device.go_on(code, task)
    page = clerk.get(f"cards/sessions/{ticket}")
    assert "カードの交付が終わりました" in page
    assert code[:5] not in page, "the code is not shown any more"
    page = clerk.get(f"cards/residents/{resident}")
    assert "使用中" in page
    assert "山田　恵" in page
    with acting_as(CITY):
        records = CounterRecord.objects.filter(person__addressee=resident).order_by("pk")
        assert list(records.values_list("event", "clerk__username")) == [
            ("applied", "yamada"),
            ("arrived", None),
            ("notice", "yamada"),
            ("taken", "yamada"),
            ("handed_over", "yamada"),
        ]


def test_no_page_shows_a_number_or_a_whole_serial(clerk: Clerk, resident: str) -> None:
    with_card(clerk, resident)
    with acting_as(CITY):
        person = Person.objects.select_related("number").get(addressee=resident)
        serial = CardApplication.objects.get(person=person).card_serial
    for path in ("", "/apply", "/loss", "/found", "/return", "/change", "/begin/set_pins"):
        page = clerk.get(f"cards/residents/{resident}{path}")
        assert person.number.individual_number not in page
        assert person.number.resident_code not in page
        assert serial not in page


def test_lost_found_and_returned(clerk: Clerk, resident: str) -> None:
    with_card(clerk, resident)
    clerk.post(f"cards/residents/{resident}/loss")
    page = clerk.get(f"cards/residents/{resident}")
    assert "一時停止中" in page
    assert "見つかったので再開する" in page
    assert "暗証番号を設定し直す" not in page, "a lost card takes no orders"
    assert "ができるカードがありません" in clerk.get(f"cards/residents/{resident}/begin/set_pins", 409)
    assert "本人確認をした方法" in clerk.post(f"cards/residents/{resident}/found", 422).content.decode()
    clerk.post(f"cards/residents/{resident}/found", **CHECK)
    assert "使用中" in clerk.get(f"cards/residents/{resident}")
    clerk.post(f"cards/residents/{resident}/return", 422, lost="no")
    clerk.post(f"cards/residents/{resident}/return", lost="no", sure="on")
    page = clerk.get(f"cards/residents/{resident}")
    assert "返納" in page
    assert "交付申請を受け付ける" in page
    clerk.get(f"cards/residents/{resident}/loss", 409)


def test_a_changed_name_asks_for_the_card_and_the_signature_certificate(clerk: Clerk, resident: str) -> None:
    device = with_card(clerk, resident)
    clerk.post(f"cards/residents/{resident}/change", 422, kind="surname")
    clerk.post(
        f"cards/residents/{resident}/change",
        kind="surname",
        surname="新海",
        surname_kana="シンカイ",
        keep_former_name="on",
    )
    page = clerk.get(f"cards/residents/{resident}")
    assert "新海" in page
    assert "旧氏" in page
    assert "券面が古い" in page
    assert "氏名・住所・生年月日・性別の変更" in page
    code = clerk.begin(resident, "change_face", certificates="signature")
    device.use(code)
    page = clerk.get(f"cards/residents/{resident}")
    assert "券面が古い" not in page
    assert device.knows(PinName.SIGNATURE, device.pins[PinName.SIGNATURE])


def test_who_moves_abroad_keeps_the_card_and_who_dies_does_not(clerk: Clerk, resident: str) -> None:
    device = with_card(clerk, resident)
    today = timezone.localdate().isoformat()
    clerk.post(f"cards/residents/{resident}/change", kind="abroad", day=today)
    page = clerk.get(f"cards/residents/{resident}")
    assert "使用中" in page
    assert "国外に転出しても続けて使えるように" in page
    device.use(clerk.begin(resident, "change_face", certificates="signature"))
    page = clerk.get(f"cards/residents/{resident}")
    assert "券面が古い" not in page
    assert page.count("有効</span>") == 2, "a signature certificate for who lives abroad"
    assert "住民ではありません" in clerk.get(f"cards/residents/{resident}/change", 409)
    with acting_as(CITY):
        other = (
            Person.objects.filter(persona="", moved_out=None, birth__lt="2000-01-01", alphabet="")
            .order_by("pk")
            .values_list("addressee", flat=True)[next(_next)]
        )
    with_card(clerk, other)
    clerk.post(f"cards/residents/{other}/change", kind="died", day=today)
    page = clerk.get(f"cards/residents/{other}")
    assert "失効" in page
    assert "使用中" not in page
    assert "死亡" in page


def test_an_application_on_the_net_begins_with_a_form_from_the_counter(clerk: Clerk, resident: str) -> None:
    page = clerk.post(f"cards/residents/{resident}/form", 200).content.decode()
    groups = re.search(r'申請書ID</dt>\s*<dd[^>]*><span class="tabular">([\d  ]+)</span>', page)
    assert groups is not None, page
    assert len("".join(groups[1].split())) == 23


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"drawn": None}, "写真を選ぶか"),
        ({"drawn": None, "photo": b"<svg/>"}, "JPEGかPNG"),
        ({"drawn": None, "photo": PHOTO[:200]}, "壊れています"),
        ({"drawn": None, "photo": PHOTO + bytes(600_000)}, "KB以下"),
        ({"seen": None}, "しるしを付けて"),
        ({"reason": "because"}, "選択"),
    ],
)
def test_an_application_that_is_not_good_is_not_sent(
    clerk: Clerk, resident: str, fields: dict[str, object], says: str
) -> None:
    photo = fields.pop("photo", None)
    given = {"reason": "first", "drawn": "on", "seen": "on", **fields}
    if isinstance(photo, bytes):
        given["photo"] = SimpleUploadedFile("../../x.png", photo)
    answer = clerk.post(f"cards/residents/{resident}/apply", 422, **_given(given))
    assert says in answer.content.decode()
    with acting_as(CITY):
        assert not CardApplication.objects.filter(person__addressee=resident).exists()


def test_a_second_application_is_refused_with_words(clerk: Clerk, resident: str) -> None:
    apply(clerk, resident)
    answer = clerk.post(
        f"cards/residents/{resident}/apply", 409, reason="first", drawn="on", seen="on"
    ).content.decode()
    assert "別の申請が進んでいる" in answer


def test_two_clerks_at_once_see_each_other(clerk: Clerk, resident: str) -> None:
    with_card(clerk, resident)
    clerk.begin(resident, "set_pins", pins="juki")
    other = Clerk("suzuki")
    answer = other.post(f"cards/residents/{resident}/begin/set_pins", 409, **CHECK, pins="juki")
    assert "すでに始まっています" in answer.content.decode()
    page = other.get(f"cards/residents/{resident}")
    assert "進んでいる手続きがあります" in page
    with acting_as(CITY):
        ticket = ReaderSession.objects.latest("pk").ticket
    other.post(f"cards/sessions/{ticket}/cancel")
    assert "窓口で手続きを取りやめました" in other.get(f"cards/sessions/{ticket}")
    assert other.begin(resident, "set_pins", pins="juki")


def test_an_auditor_reads_and_does_nothing(clerk: Clerk, resident: str) -> None:
    with_card(clerk, resident)
    auditor = Clerk("auditor", Role.AUDITOR)
    page = auditor.get(f"cards/residents/{resident}")
    assert "使用中" in page
    assert "できること" not in page
    for path in ("apply", "loss", "found", "return", "change", "form", "begin/set_pins"):
        auditor.get(f"cards/residents/{resident}/{path}", 403)


def test_nobody_comes_in_without_signing_in_and_no_town_sees_another(clerk: Clerk, resident: str) -> None:
    with_card(clerk, resident)
    stranger = Client(headers={"host": "127.0.0.1"})
    assert stranger.get(f"/{CITY}/cards").status_code == 302
    assert stranger.get(f"/{CITY}/cards/residents/{resident}").status_code == 302
    other = Clerk("tanaka", town=FORMER_CITY)
    with acting_as(CITY):
        session = ReaderSession.objects.latest("pk")
        application = CardApplication.objects.latest("pk")
    other.get(f"cards/sessions/{session.ticket}", 404)
    other.get(f"cards/applications/{application.application_id}/notice", 404)


def test_while_jlis_is_away_nothing_is_claimed(clerk: Clerk, resident: str, exchange: Exchange) -> None:
    here = exchange.systems.node("municipality").directory.system("jlis").url
    exchange.systems.moved({"jlis": NOWHERE})
    this_node.cache_clear()
    try:
        page = clerk.get(f"cards/residents/{resident}")
        assert "カードの状態が分かりません" in page
        assert "できること" not in page
        assert "始められません" in clerk.get(f"cards/residents/{resident}/begin/set_pins", 503)
        assert "紛失受付" in clerk.get(f"cards/residents/{resident}/loss", 503)
    finally:
        exchange.systems.moved({"jlis": here})
        this_node.cache_clear()


# --- the kiosk --------------------------------------------------------------------------------------------------


def test_anybody_sets_a_forgotten_pin_at_the_kiosk(clerk: Clerk, resident: str) -> None:
    device = with_card(clerk, resident)
    device.block(PinName.AUTHENTICATION)
    device.pins = {**device.pins, PinName.AUTHENTICATION: "2468"}
    visitor = Client(headers={"host": "127.0.0.1"})
    assert "どちらも忘れたときは" in visitor.get(f"/{CITY}/kiosk").content.decode()
    assert visitor.post(f"/{CITY}/kiosk", {"forgotten": "juki"}).status_code == 422
    where = visitor.post(f"/{CITY}/kiosk", {"forgotten": "authentication"})["Location"]
    page = visitor.get(where).content.decode()
    code = re.search(r"(\d{4})-(\d{4})-(\d{4})", page)
    assert code is not None
    device.use("".join(code.groups()))
    page = visitor.get(where).content.decode()
    assert "暗証番号を設定しました" in page
    assert device.knows(PinName.AUTHENTICATION, "2468")


def test_a_kiosk_session_is_no_page_of_a_clerk_and_the_other_way_round(clerk: Clerk, resident: str) -> None:
    with_card(clerk, resident)
    clerk.begin(resident, "set_pins", pins="juki")
    with acting_as(CITY):
        at_counter = ReaderSession.objects.latest("pk").ticket
    visitor = Client(headers={"host": "127.0.0.1"})
    assert visitor.get(f"/{CITY}/kiosk/{at_counter}").status_code == 404
    where = visitor.post(f"/{CITY}/kiosk", {"forgotten": "signature"})["Location"]
    clerk.get("cards/sessions/" + where.rpartition("/")[2], 404)
    assert visitor.post(where + "/cancel").status_code == 302
    assert "取りやめました" in visitor.get(where).content.decode()


def test_kiosks_are_not_opened_without_end(
    clerk: Clerk, resident: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sessions, "MOST_KIOSKS", 1)
    visitor = Client(headers={"host": "127.0.0.1"})
    assert visitor.post(f"/{CITY}/kiosk", {"forgotten": "signature"}).status_code == 302
    full = visitor.post(f"/{CITY}/kiosk", {"forgotten": "signature"})
    assert full.status_code == 503
    assert "混み合っています" in full.content.decode()
