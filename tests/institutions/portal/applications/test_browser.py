"""Every page of applications in Chromium, 360 pixels wide: axe finds nothing, nothing scrolls sideways. The stories of tests/system go by keyboard."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from urllib.parse import SplitResult, parse_qs, urlsplit

import pytest
from django.db import connections
from playwright.sync_api import Browser, expect

from mynumber.protocols import sign_in, signing
from mynumber.protocols.applications import MarkedField, Step
from mynumber.protocols.signing import SigningClient
from tests.institutions.portal.applications.body import City
from tests.institutions.portal.applications.people import CLAIM, Person
from tests.institutions.portal.house import PUBLIC, House
from tests.webkit.face import device
from tests.webkit.face.serving import PHONE, browsing, look_at

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browsing() as browser:
        yield browser


def played_device(person: Person) -> None:
    """The holder's device, where the browser would meet it: signs in, hands attributes over, signs documents."""
    client = person.house.device
    address = f"http://127.0.0.1:{person.house.portal.port}"

    def at_the_device(target: SplitResult) -> str:
        request_id = parse_qs(target.query)["request"][0]
        now = datetime.now(UTC)
        if target.path == "/signing":
            signer = SigningClient(client)
            asked = signer.fetch(request_id, now=now)
            back = signing.finish_url(asked, signer.respond(asked, person.signed(asked)))
        else:
            wanted = client.fetch(request_id, now=now)
            back = sign_in.finish_url(wanted, client.respond(wanted, person.holder.answer(wanted)))
        return back.replace(PUBLIC, address)

    device.play(at_the_device)


def test_every_page_is_accessible_and_fits(
    chromium: Browser, house: House, city: City, person: Person
) -> None:
    address = f"http://127.0.0.1:{house.portal.port}"
    context = chromium.new_context(viewport=PHONE)
    played_device(person)
    page = context.new_page()

    def look(name: str, path: str) -> None:
        page.goto(address + path)
        look_at(page, f"portal-applications-{name}")

    look("find", "/procedures/")
    look("found", "/procedures/?q=児童手当")
    look("fit", "/procedures/fit?raises_child_under_19=yes")
    look("guide", f"/procedures/{CLAIM}/")
    page.goto(f"{address}/procedures/{CLAIM}/begin")
    page.get_by_role("button", name="カードでサインインする").click()
    expect(page.get_by_role("button", name="下書きを作る")).to_be_visible()
    look("begin", f"/procedures/{CLAIM}/begin")
    look("none", "/applications/")
    page.goto(f"{address}/procedures/{CLAIM}/begin")
    page.get_by_role("button", name="下書きを作る").click()
    expect(page.get_by_role("button", name="同意して")).to_be_visible()
    at = urlsplit(page.url).path.removesuffix("consent")
    look("consent", f"{at}consent")
    page.get_by_role("button", name="同意して").click()
    expect(page.get_by_text("役所の情報を入れました")).to_be_visible()
    look("tasks", at)
    for section in ("you", "request", "children", "family", "payment", "confirm"):
        look(section, f"{at}form/{section}")
    page.get_by_role("button", name="保存して次へ").click()
    expect(page.locator("[aria-invalid=true]").first).to_be_visible()
    look_at(page, "portal-applications-errors")
    look("documents", f"{at}documents")
    look("unready", f"{at}check")
    look("discard", f"{at}withdraw")
    look("mine", "/applications/")
    # Filled at the other end of the house, by the same person: drafts go on elsewhere.
    applicant = Person(house, person.holder)

    def fill_elsewhere() -> None:
        applicant.sign_in()
        applicant.begin_again(at)
        applicant.fill_all()
        connections.close_all()

    # In a thread of its own: this one has the browser's event loop, in which Django asks no database.
    with ThreadPoolExecutor(1) as pool:
        pool.submit(fill_elsewhere).result()
    look("check", f"{at}check")
    page.get_by_role("button", name="署名して送る").click()
    expect(page.get_by_role("heading", name="役所に届きました", exact=True)).to_be_visible()
    look_at(page, "portal-applications-arrived")
    ident = applicant.ident
    city.tell(
        city.step(ident, Step.ARRIVED),
        city.step(ident, Step.ACCEPTED, expected_by=City.in_days(20)),
    )
    look("under-way", at)
    look("receipt", f"{at}receipt")
    look("question", f"{at}question")
    look("withdraw", f"{at}withdraw")
    city.tell(
        city.step(
            ident,
            Step.CORRECTION_ASKED,
            words="電話がつながりません。",
            fields=(MarkedField(path="phone", words="番号を確かめてください。"),),
            expected_by=City.in_days(14),
        )
    )
    look("correction", at)
    look("marked", f"{at}form/you")
    city.tell(
        city.step(
            ident,
            Step.GRANTED,
            words="認定しました。",
            grounds=("児童手当法第7条第1項：受給資格があります。",),
            objection="決定を知った日の翌日から3か月以内に、区長に審査請求ができます。",
            amount=15_000,
            letter=city.letter(ident),
        )
    )
    look("decided", at)
    paid = {"amount": 15_000, "account": "みずほ銀行　丸の内支店　普通　下3けた321"}
    city.tell(city.step(ident, Step.TRANSFER_SENT, expected_by=City.in_days(3), **paid))
    look("paying", at)
    city.tell(
        city.step(
            ident,
            Step.PAYMENT_RETURNED,
            words="口座が解約されていました。",
            fields=(MarkedField(path="account", words="口座が解約されていました。"),),
            expected_by=City.in_days(14),
            **paid,
        )
    )
    look("account", at)
    look("account-marked", f"{at}form/payment")
    context.close()
