"""Contacts, proxies and help in Chromium, 360 pixels wide at a kiosk: axe on each page, nothing sideways, an errand with the keyboard alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import SplitResult, parse_qs

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from playwright.sync_api import Browser, Page, expect

from mynumber.institutions.portal.account.models import Account
from mynumber.institutions.portal.helpdesk import beside, inquiries
from mynumber.institutions.portal.helpdesk.inquiries import Subject
from mynumber.institutions.portal.helpdesk.models import Feedback, FeedbackState
from mynumber.institutions.portal.proxies import granting, kept
from mynumber.institutions.portal.proxies.models import Function
from mynumber.protocols import sign_in
from mynumber.webkit.staff.models import StaffMember
from tests.institutions.portal.helpdesk.test_help import asked, code_of, member
from tests.institutions.portal.house import PUBLIC, Holder, House
from tests.institutions.portal.proxies.test_proxies import SOON, asked_office, entrusted, told
from tests.institutions.portal.visits import newcomer, now, send, visitor
from tests.webkit.face import device
from tests.webkit.face.serving import PHONE, browsing, keep_picture, look_at

pytestmark = pytest.mark.browser

PASSWORD = "とても長い合言葉 for tests"
PAGES = (
    ("contacts", "/account/contacts"),
    ("preferences", "/account/contacts/preferences"),
    ("sessions", "/account/sessions"),
    ("proxies", "/proxies/"),
    ("proxy-offer", "/proxies/new"),
    ("help", "/help/"),
    ("feedback", "/help/feedback?page=procedures"),
    ("support", "/help/support"),
    ("you-said", "/help/you-said"),
    ("inquiries", "/help/inquiries/"),
    ("inquiry-new", "/help/inquiries/new"),
    ("proxy-code", "/proxies/accept"),
    ("represent", "/proxies/represent"),
    ("kiosk", "/kiosk"),
    ("close", "/account/close"),
)


@dataclass(frozen=True)
class Scene:
    """Somebody with a card who is a proxy, and where the portal is."""

    house: House
    holder: Holder
    address: str
    proxy: str
    staff: str
    """The user name of a member of the portal's staff."""
    desk: dict[str, str]
    """Pages of the staff."""


@pytest.fixture
def scene(house: House) -> Scene:
    """Something to see on each page: made before Chromium's loop runs."""
    holder, mother = house.holder(), newcomer()
    actor = Account.objects.create(certificate_serial=holder.serial, opened_at=now(), last_signed_in_at=now())
    told(mother, "母あての通知")
    proxy = entrusted(mother, actor, Function.NOTICES)
    question = asked("暗証番号を忘れたときは？", "市区町村の窓口で再設定できます。")
    inquiry = inquiries.ask(mother, Subject.OTHER, "お知らせが届きません。", now=now())
    feedback = Feedback.objects.create(
        page="home",
        words="小さい",
        at=now(),
        state=FeedbackState.DONE,
        said="字が小さい",
        did="大きくしました",
        decided_at=now(),
    )
    desk = {
        "desk": "",
        "join": "support",
        "board": "feedback",
        "triage": f"feedback/{feedback.pk}",
        "questions": "questions",
        "question-new": "questions/new",
        "question": f"questions/{question.pk}",
        "inquiries": "inquiries",
        "inquiry": f"inquiries/{inquiry.pk}",
    }
    staff = member()
    staff.password = PBKDF2PasswordHasher().encode(PASSWORD, "salt-of-the-tests", 1000)
    staff.save()
    return Scene(house, holder, f"http://127.0.0.1:{house.portal.port}", str(proxy.pk), staff.username, desk)


@pytest.fixture
def page(scene: Scene) -> Iterator[Page]:
    """Chromium, signed in with the card."""
    with browsing() as chromium:
        yield signed_in(chromium, scene)


def signed_in(chromium: Browser, scene: Scene) -> Page:
    """A page after signing in; the holder's device answers where the browser would meet it."""
    context = chromium.new_context(viewport=PHONE)
    client = scene.house.device

    def at_the_device(target: SplitResult) -> str:
        wanted = client.fetch(parse_qs(target.query)["request"][0], now=datetime.now(UTC))
        back = sign_in.finish_url(wanted, client.respond(wanted, scene.holder.answer(wanted)))
        return back.replace(PUBLIC, scene.address)

    device.play(at_the_device)
    page = context.new_page()
    page.goto(f"{scene.address}/sign-in/?kiosk&next=/help/support")
    page.get_by_role("button", name="カードでサインインする").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("となりで支援")
    return page


def test_pages_are_accessible_and_fit_and_an_address_is_entered_by_keyboard(scene: Scene, page: Page) -> None:
    page.get_by_role("button", name="支援の番号を出す").click()
    expect(page.get_by_text("職員に伝える番号")).to_be_visible()
    for name, path in PAGES:
        page.goto(f"{scene.address}{path}")
        expect(page.get_by_text("職員に伝える番号")).to_be_visible()  # on every page, until it ends
        look_at(page, f"portal-{name}")
    page.goto(f"{scene.address}/account/contacts/address")
    page.get_by_label("メールアドレス").focus()
    page.keyboard.type("nobody")
    page.keyboard.press("Enter")
    expect(page.get_by_text("name@example.jp のように").first).to_be_visible()
    look_at(page, "portal-contacts-error")
    page.goto(f"{scene.address}/proxies/")
    page.get_by_role("button", name="代わりに操作する").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("代わりに操作しています")
    look_at(page, "portal-acting")
    page.goto(f"{scene.address}/notices/")
    expect(page.get_by_text("代理で操作しています：母さん")).to_be_visible()
    expect(page.get_by_text("母あての通知").first).to_be_visible()
    keep_picture(page, "portal-acting-notices-360")


def test_the_staffs_pages_are_accessible_and_fit(scene: Scene) -> None:
    with browsing() as chromium:
        page = chromium.new_page(viewport=PHONE)
        page.goto(f"{scene.address}/staff/")
        page.get_by_label("利用者名").fill(scene.staff)
        page.get_by_label("パスワード").fill(PASSWORD)
        page.get_by_role("button", name="サインイン").click()
        page.wait_for_url(f"{scene.address}/staff/")
        for name, path in scene.desk.items():
            page.goto(f"{scene.address}/staff/{path}")
            expect(page).to_have_url(f"{scene.address}/staff/{path}")
            look_at(page, f"portal-staff-{name}")


@dataclass(frozen=True)
class Affairs:
    """What the holder of the scene has under way besides: paths, and a code by which a proxy is accepted."""

    pages: dict[str, str]
    own: str
    """The proxy whom the holder chose and who has not accepted."""
    code: str
    support: str
    """The page of the staff that stands beside a resident."""


@pytest.fixture
def affairs(scene: Scene) -> Affairs:
    """Made before Chromium's loop runs."""
    actor = Account.objects.get(certificate_serial=scene.holder.serial)
    staff = StaffMember.objects.get(username=scene.staff)
    son, mother, resident = newcomer(), newcomer(), visitor(newcomer())
    own, taken = (
        granting.offer(
            person,
            functions=[Function.NOTICES, Function.RECORDS],
            procedures=(),
            until=SOON,
            called=("母さん", "むすめ"),
            meant_for=kept.personal_number(proxy),
            now=now(),
        )
        for person, proxy in ((actor, son), (mother, actor))
    )
    waits, answered = (
        inquiries.ask(actor, Subject.OTHER, "お知らせが届きません。\nどうしてですか。", now=now())
        for _ in range(2)
    )
    inquiries.take(answered.pk, staff)
    inquiries.answer(answered.pk, staff, "迷惑メールの設定を見てください。", now=now())
    send(resident, "/help/support", "/help/support/begin")
    joined = beside.join(code_of(resident.text("/help/support")).replace("-", ""), staff, now=now())
    assert send(resident, "/account/contacts/address", address="nobody").status_code == 422
    pages = {
        "proxy": f"/proxies/{scene.proxy}/",
        "proxy-waits": f"/proxies/{own.pk}/",
        "proxy-by-law": f"/proxies/{asked_office(actor).pk}/",
        "inquiry-waits": f"/help/inquiries/{waits.pk}",
        "inquiry-answered": f"/help/inquiries/{answered.pk}",
    }
    code = granting.issue_code(taken, now=now())
    return Affairs(pages, f"/proxies/{own.pk}/", code, f"/staff/support/{joined.pk}")


@pytest.mark.thorough
def test_every_step_of_a_residents_affairs_is_accessible_and_fits(scene: Scene, affairs: Affairs) -> None:
    with browsing() as chromium:
        page = signed_in(chromium, scene)

        def arrived(path: str, name: str) -> None:
            page.wait_for_url(scene.address + path)
            look_at(page, f"portal-{name}")

        for name, path in affairs.pages.items():
            page.goto(scene.address + path)
            arrived(path, name)
        # Over the device with the card, and back.
        page.goto(f"{scene.address}{affairs.own}code")
        arrived(f"{affairs.own}code", "proxy-code-shown")
        page.goto(f"{scene.address}/proxies/accept")
        page.get_by_label("引き受けの番号").fill(affairs.code)
        page.get_by_role("button", name="進む", exact=True).click()
        arrived("/proxies/*/accept", "proxy-accept")
        page.get_by_role("button", name="カードで確かめて引き受ける").click()
        arrived("/proxies/?done=accepted", "proxy-accepted")

        page.goto(f"{scene.address}/account/contacts/address")
        page.get_by_label("メールアドレス").fill("nobody.yet@example.jp")
        page.get_by_role("button", name="確認のメールを送る").click()
        arrived("/account/contacts/prove", "contacts-prove")
        page.get_by_label("確認番号").fill("12")
        page.get_by_role("button", name="確かめる", exact=True).click()
        expect(page.locator("[aria-invalid=true]").first).to_be_visible()
        look_at(page, "portal-contacts-prove-error")
        page.goto(f"{scene.address}/account/contacts/confirm?token=nothing")
        arrived("/account/contacts/confirm?token=nothing", "contacts-confirm")
        page.get_by_role("button", name="登録する").click()
        expect(page.get_by_role("link", name="もう一度入力する")).to_be_visible()
        look_at(page, "portal-contacts-confirm-error")

        page.goto(f"{scene.address}/account/close")
        page.get_by_role("checkbox").check()
        page.get_by_role("button", name="カードで確かめて進む").click()
        page.wait_for_url("**/account/close?card=1")
        page.get_by_role("checkbox").check()
        page.get_by_role("button", name="利用を終わる").click()
        arrived("/account/closed", "closed")


@pytest.mark.thorough
def test_the_page_beside_a_resident_is_accessible_and_fits(scene: Scene, affairs: Affairs) -> None:
    with browsing() as chromium:
        page = chromium.new_page(viewport=PHONE)
        page.goto(scene.address + affairs.support)
        page.get_by_label("利用者名").fill(scene.staff)
        page.get_by_label("パスワード").fill(PASSWORD)
        page.get_by_role("button", name="サインイン").click()
        page.wait_for_url(scene.address + affairs.support)
        expect(page.get_by_role("heading", level=1)).to_have_text("となりで支援")
        look_at(page, "portal-staff-beside")
