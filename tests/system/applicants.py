"""People of a procedure at the running platform, by HTTP and without script: a resident who fills whatever form stands there, and the office that decides."""

from __future__ import annotations

import re
import time
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from html import unescape
from typing import Final
from urllib.parse import quote, urljoin, urlsplit
from uuid import uuid4

from mynumber.foundation.procedures.definition import Field, FieldType, Procedure
from mynumber.foundation.procedures.loading import catalogue
from mynumber.platform.demo.browser import Browser, Page
from mynumber.platform.demo.forms import Form
from mynumber.platform.demo.markup import NotOnThePage
from mynumber.platform.demo.resident import Resident
from mynumber.platform.guide.demo import Demo, DemoCard, StaffLogin
from tests.support.platform import Platform

CITY: Final = "131229"
NEXT, SIGN = "保存して次へ", "署名する"
MOST_ROUNDS: Final = 60
MOST_LOOKS: Final = 300
LOOK_AGAIN_SECONDS: Final = 0.2
PNG: Final = b"\x89PNG\r\n\x1a\n" + bytes(100)
FIRST: Final = {
    FieldType.TEXT: "文字",
    FieldType.LONG_TEXT: "長い文字",
    FieldType.KANA: "みほん　たろう",
    FieldType.NAME: "見本　太郎",
    FieldType.MONTH: "2026-10",
    FieldType.TIME: "9:30",
    FieldType.YEN: "１，２３４円",
    FieldType.COUNT: "1",
    FieldType.CONFIRM: "on",
    FieldType.YES_NO: "yes",
    FieldType.PHONE: "03-1234-5678",
    FieldType.EMAIL: "name@example.jp",
    FieldType.EMPLOYMENT_CERTIFICATE: "CERT-1",
}
PARTS: Final = {
    "_bank_code": "0001",
    "_branch_code": "001",
    "_bank": "0001",
    "_branch": "001",
    "_code": "124-0012",
    "_area": "東京都葛飾区立石",
    "_street": "5-13-1",
    ".kind": "ordinary",
    ".number": "1234567",
    ".holder": "ﾐﾎﾝ ﾀﾛｳ",
}
"""Of an address and of an account."""


def japanese(on: date) -> str:
    return f"{on.year}年{on.month}月{on.day}日"


def days() -> tuple[str, ...]:
    """Days to try one after another: now, a while ago, soon, long ago (somebody's birth)."""
    today = datetime.now(UTC).date()
    return tuple(japanese(today + timedelta(days=each)) for each in (0, -200, 20, -4000, -12000))


@dataclass
class Applicant:
    """A resident with a card who applies, without knowing any procedure by name."""

    platform: Platform
    card: DemoCard
    browser: Browser = field(init=False)
    at: str = ""

    def __post_init__(self) -> None:
        self.browser = Browser(self.platform.port)

    def sign_in(self) -> None:
        resident = Resident(self.browser, self.platform.url("portal"))
        resident.sign(resident.ask_to_sign_in(), self.card.card_id, self.card.pin)

    def open(self, path: str) -> Page:
        page = self.browser.open(urljoin(self.platform.url("portal"), path))
        assert page.status == 200, (path, page.status, page.heading, page.problem)
        return page

    def press(self, page: Page, button: str, form: Form | None = None) -> Page:
        return self.browser.submit(page, form or page.form(button), button)

    def apply(self, procedure: Procedure) -> str:
        """Found by its name, begun, agreed, filled, signed; the receipt number."""
        found = self.open(f"/procedures/?q={quote(procedure.title.ja)}")
        assert f'href="/procedures/{procedure.id}/' in found.body.decode()  # and perhaps the town after it
        begin = self.browser.follow(self.open(f"/procedures/{procedure.id}/"), "申請をはじめる")
        held = "すでに申請か下書きがあります" in begin.root.text
        tasks = self.browser.follow(begin, "続きを開く") if held else self.press(begin, "下書きを作る")
        if tasks.heading == "役所が持っている情報を使う":
            tasks = self.at_the_device(self.press(tasks, "同意して、カードで確かめる"), "署名してサインイン")
        assert tasks.status == 200, (tasks.url, tasks.status, tasks.heading, tasks.problem)
        self.at = urlsplit(tasks.url).path
        check = self.fill(procedure, tasks)
        status = self.at_the_device(self.press(check, sent_by(check)), "署名")
        assert "役所に届きました" in status.root.text, status.root.text
        found_receipt = re.search(r"受付番号は ([0-9A-Z-]+) です", status.root.text)
        assert found_receipt is not None
        return found_receipt[1]

    def sees(self, words: str) -> str:
        """The words of the application's page once it says this: the office tells it a moment after it happened."""
        for _ in range(MOST_LOOKS):
            said = self.open(self.at).root.text
            if words in said:
                return said
            time.sleep(LOOK_AGAIN_SECONDS)
        raise AssertionError(f"{words!r} is not on the page: {said}")

    def at_the_device(self, page: Page, button: str) -> Page:
        """Choose the card where it is asked for, enter what the page asks for, and come back."""
        if any(one.text.startswith("次へ：暗証番号") for one in page.root.all("button")):
            choice = page.form("次へ：暗証番号")
            choice.fill("card", self.card.card_id)
            page = self.press(page, "次へ：暗証番号", choice)
        form = page.form(button)
        for control in form.controls:
            if control.kind == "password":
                is_signature = "signature" in control.name or "password" in control.name
                control.value = self.card.signature_password if is_signature else self.card.pin
        page = self.press(page, button, form)
        onward = re.search(r'http-equiv="refresh" content="0; ?url=([^"]+)"', page.body.decode())
        return self.browser.open(unescape(onward[1]), page) if onward else page

    def fill(self, procedure: Procedure, page: Page) -> Page:
        """Every page of the form, as often as it asks; the page where the answers are checked."""
        paths = dict(_paths(procedure))
        tried: dict[str, int] = {}
        page = self.browser.follow(page, "続ける")
        for _ in range(MOST_ROUNDS):
            if page.url.endswith("/check"):
                return page
            if page.url.endswith("/documents"):
                page = self.hand_in(page)
            elif "/form/" in page.url:
                page = self.answer(page, paths, tried)
            else:
                page = self.browser.follow(page, "続ける")
        raise AssertionError(f"{procedure.id} is not filled: {page.url} {page.problem}")

    def answer(self, page: Page, paths: dict[str, Field], tried: dict[str, int]) -> Page:
        """One page: what is empty, and what was not understood, gets the next thing to try."""
        form = page.form(NEXT)
        wrong = {
            one.attributes.get("name", "")
            for one in page.root.all("input", "select", "textarea", aria_invalid="true")
        }
        for name in dict.fromkeys(control.name for control in form.controls):
            part = next((tail for tail in PARTS if name.endswith(tail)), "")
            definition = paths.get(re.sub(r"\.[0-9]+\.", "[].", name.removesuffix(part)))
            if definition is None or name == "csrfmiddlewaretoken":
                continue
            own = [control for control in form.controls if control.name == name]
            if any(one.chosen and one.value for one in own) and name not in wrong:
                continue
            tried[name] = tried.get(name, -1) + (name in wrong or name not in tried)
            value = PARTS[part] if part else _value(definition, own[0].kind, form.offered(name), tried[name])
            if value is not None:
                form.fill(name, value)
        return self.press(page, NEXT, form)

    def hand_in(self, page: Page) -> Page:
        """A picture for each document that is asked for."""
        missing = [one for one in page.root.all("input", type="file") if "required" in one.attributes]
        for one in missing:
            ident = one.attributes["id"].removeprefix("id_").removesuffix("_file")
            token = page.root.first("input", name="csrfmiddlewaretoken").attributes["value"]
            page = self.upload(page.url, {"csrfmiddlewaretoken": token, "document": ident}, "写し.png", PNG)
        return self.press(page, "書類はこれでよい")

    def upload(self, url: str, fields: dict[str, str], name: str, content: bytes) -> Page:
        """Send a file as a browser does."""
        edge = uuid4().hex
        parts = [
            f'--{edge}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'.encode()
            for key, value in fields.items()
        ]
        head = f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\nContent-Type: image/png\r\n\r\n'
        body = b"".join([*parts, head.encode(), content, f"\r\n--{edge}--\r\n".encode()])
        request = urllib.request.Request(  # noqa: S310 - an address of this platform
            url, body, {"Content-Type": f"multipart/form-data; boundary={edge}"}
        )
        with self.browser._opener.open(request, timeout=60) as response:
            return Page(response.url, response.status, response.headers.get_content_type(), response.read())


def sent_by(check: Page) -> str:
    """The button that sends, of which there are two kinds."""
    for button in ("署名して送る", "カードで確かめて送る"):
        if any(one.text == button for one in check.root.all("button")):
            return button
    raise NotOnThePage(unescape(check.root.text))


def _paths(procedure: Procedure) -> Iterator[tuple[str, Field]]:
    for each in procedure.field:
        yield each.id, each
        for inner in each.field:
            yield f"{each.id}[].{inner.id}", inner


def _value(each: Field, kind: str, offered: list[str], attempt: int) -> str | None:
    if each.type is FieldType.DATE:
        return days()[attempt % len(days())]
    if each.type is FieldType.MONTH:
        return ("2026-10", "2026-12", "2026-04")[attempt % 3]
    if kind in ("radio", "option"):
        choices = [one for one in offered if one]
        return choices[attempt % len(choices)]
    if kind == "checkbox":
        return offered[0]
    return FIRST.get(each.type)


@dataclass
class Office:
    """Somebody of a municipality's staff, or of the pension service's, which has no towns."""

    platform: Platform
    login: StaffLogin
    browser: Browser = field(init=False)

    def __post_init__(self) -> None:
        self.browser = Browser(self.platform.port)
        page = self.browser.open(self.url("/sign-in"))
        form = page.form("サインイン")
        form.fill("username", self.login.username)
        form.fill("password", self.login.password)
        assert self.browser.submit(page, form, "サインイン").status == 200

    def url(self, path: str) -> str:
        """A page of the desk."""
        if self.login.tenant:
            return self.platform.url("municipality", f"/{self.login.tenant}{path}")
        return self.platform.url("pension-service", path)

    def case(self, receipt: str) -> Page:
        """The page of an application, by its receipt number."""
        number = int(receipt.rpartition("-")[2])
        page = self.browser.open(self.url(f"/applications/{number}"))
        assert (page.status, receipt in page.root.text) == (200, True), page.problem
        return page

    def press(self, page: Page, button: str, **values: str) -> Page:
        form = page.form(button)
        for name, value in values.items():
            form.fill(name, value)
        page = self.browser.submit(page, form, button)
        assert page.status == 200, (button, page.problem)
        return page

    def accept(self, receipt: str) -> Page:
        """担当になり、受理する"""
        return self.press(self.press(self.case(receipt), "担当になる"), "受理する")

    def ask_correction(
        self, receipt: str, label: str, words: str = "役所の記録と違います。確かめてください。"
    ) -> None:
        """補正を求める: at one field, by its label, and at no other."""
        page = self.browser.follow(self.case(receipt), "補正を求める")
        form = page.form("本人に補正を求める")
        labels = {one.attributes.get("for", ""): one.text for one in page.root.all("label")}
        for control in form.controls:
            if control.name.startswith("mark-"):
                control.value = words if labels.get(f"id_{control.name}", "").startswith(label) else ""
        asked = self.browser.submit(page, form, "本人に補正を求める")
        assert "補正待ち" in asked.root.text, asked.problem

    def confirm_facts(self, page: Page, words: str, found: Mapping[str, str]) -> Page:
        """What no source gave: as it is suggested, and by its label what the case worker found."""
        button = "確かめた内容を記録する"
        buttons = {one.text for one in page.root.all("button")}
        if button not in buttons or "規則のとおり起案する" in buttons:
            return page
        form = page.form(button)
        labels = {one.attributes.get("for", ""): one.text for one in page.root.all("label")}
        for name in {control.name for control in form.controls if control.name.startswith("fact-")}:
            label = labels.get(f"id_{name}", "")
            value = next((value for start, value in found.items() if label.startswith(start)), None)
            if value is not None:
                form.fill(name, value)
        form.fill("words", words)
        page = self.browser.submit(page, form, button)
        assert page.status == 200, page.problem
        return page

    def propose(self, page: Page, amount: str = "") -> Page:
        """起案する: as the rule says, or where it cannot tell by a judgement with reasons. amount: yen, where something is paid."""
        if any(one.text == "規則のとおり起案する" for one in page.root.all("button")):
            return self.press(page, "規則のとおり起案する")
        decide = self.browser.follow(page, "自分の判断で起案する")
        words = {"outcome": "granted", "reasons": "要件を満たしています。"}
        paid = {"amount": amount, "from_month": "2026-12"} if amount else {}
        return self.press(decide, "起案する", **words, **paid)


def staff_of(demo: Demo, username: str, tenant: str = CITY) -> StaffLogin:
    """A login of the ward; tenant "": of an institution that has no towns."""
    return next(one for one in demo.staff if (one.tenant, one.username) == (tenant, username))


def procedure_named(ident: str) -> Procedure:
    return catalogue().get(ident, datetime.now(UTC).date())
