"""What the personas of the portal live through, from the search to the payment order: in a real browser, with the keyboard, both sides real.

A story calls `look` at each step: the test checks the page there, `tools/pictures_of_stories.py` keeps a picture.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from playwright.sync_api import FilePayload, Page, expect

from mynumber.platform.guide.demo import Demo, DemoCard
from tests.support.keyboard import Keyboard
from tests.support.platform import Platform
from tests.system.applicants import Office, staff_of

PATIENCE_MS: Final = 60_000
LOOK_AGAIN_MS: Final = 300
MOST_LOOKS: Final = 200
MOTHER_IS: Final = {"お子さん 1：里親への委託": "no", "お子さん 2：里親への委託": "no"}
STUDENT_IS: Final = {
    "生活扶助": "no",
    "あなた：生活保護": "no",
}
"""What the case worker finds in registers that this model does not have, by the beginning of the labels."""
STUDENT_CARD: Final = FilePayload(
    name="学生証.png", mimeType="image/png", buffer=b"\x89PNG\r\n\x1a\n" + bytes(100)
)


@dataclass
class Story:
    """A resident at the browser, and two people of the ward."""

    platform: Platform
    demo: Demo
    persona: str
    page: Page
    look: Callable[[str], None]

    def __post_init__(self) -> None:
        card = self.demo.card_of(self.persona)
        assert card is not None
        self.card: DemoCard = card
        self.keys = Keyboard(self.page)
        self.worker = Office(self.platform, staff_of(self.demo, "yamada"))
        self.second = Office(self.platform, staff_of(self.demo, "kimura"))
        self.at = ""

    # --- what every story has

    def find(self, words: str, procedure: str) -> None:
        """Search, choose, read the guide, begin."""
        self.page.goto(self.platform.url("portal", "/procedures/"))
        self.keys.write("q", words)
        self.keys.enter()
        self.look("found")
        self.keys.press(f'a[href="/procedures/{procedure}/"]')
        self.look("guide")
        self.keys.press('a:has-text("申請をはじめる")')
        sign_in = self.page.get_by_role("button", name="カードでサインインする")
        if sign_in.count():
            self.keys.press('button:has-text("カードでサインインする")')
            self.at_the_device()
        if self.page.get_by_text("すでに申請か下書きがあります").count():
            self.discard(procedure)
        self.keys.press('button:has-text("下書きを作る")')
        self.look("consent")
        self.keys.press('button:has-text("同意して、カードで確かめる")')
        self.at_the_device()
        expect(self.page.get_by_text("役所の情報を入れました")).to_be_visible()
        self.at = self.page.url
        self.look("tasks")
        self.keys.press('a:has-text("続ける")')

    def discard(self, procedure: str) -> None:
        """End what a story left behind that was not told to its end."""
        self.keys.press('a:has-text("続きを開く")')
        self.page.goto(f"{self.page.url.partition('?')[0].removesuffix('consent')}withdraw")
        self.keys.press('button:has-text("消す"), button:has-text("取り下げる")')
        for _ in range(MOST_LOOKS):
            self.page.goto(self.platform.url("portal", f"/procedures/{procedure}/begin"))
            if self.page.get_by_role("button", name="下書きを作る").count():
                return
            self.page.wait_for_timeout(LOOK_AGAIN_MS)

    def at_the_device(self) -> None:
        """Choose the card where it is asked for, enter what is asked for, come back."""
        if self.page.locator('[name="card"][type="radio"]').count():
            self.keys.tick("card", self.card.card_id)
            self.keys.enter()
        for field in self.page.locator('input[type="password"]').all():
            name = field.get_attribute("name") or ""
            self.keys.write(name, self.card.signature_password if "signature" in name else self.card.pin)
        self.look("device")
        self.keys.enter()

    def go_on(self, name: str) -> None:
        """Save the page and go on."""
        self.look(name)
        self.keys.press('.buttons button:has-text("保存して次へ")')

    def confirm(self) -> None:
        """The last page of every form."""
        for box in ("consent_facts", "true_statement"):
            if self.page.locator(f'[name="{box}"]').count():
                self.keys.tick(box)
        self.go_on("confirm")

    def account(self) -> None:
        """A bank and a branch by their codes; the rest by hand."""
        if self.page.locator('[name="account_bank"]').count():
            self.keys.write("account_bank", "0001")
            self.keys.press('button:has-text("銀行をさがす")')
            self.keys.write("account_branch", "001")
            self.keys.press('button:has-text("支店をさがす")')
        self.keys.write("account.number", "1234567")
        self.keys.write("account.holder", self.holder)
        self.go_on("payment")

    holder: str = "サトウ ハナコ"

    def send(self) -> str:
        """Check, sign, and read the receipt number."""
        expect(self.page.get_by_role("heading", name="内容を確かめる")).to_be_visible()
        self.look("check")
        self.keys.press('button:has-text("送る")')
        self.at_the_device()
        said = self.page.get_by_text("役所に届きました").first
        expect(said).to_be_visible(timeout=PATIENCE_MS)
        self.look("arrived")
        found = re.search(r"受付番号は ([0-9A-Z-]+) です", self.page.inner_text("main"))
        assert found is not None
        return found[1]

    def wait_for(self, words: str) -> None:
        """Look at the application again until it says this: the office tells it a moment after it happened."""
        for _ in range(MOST_LOOKS):
            self.page.goto(self.at)
            if self.page.get_by_text(words).count():
                return
            self.page.wait_for_timeout(LOOK_AGAIN_MS)
        raise AssertionError(f"{words!r} is not on the page")

    def decided(self, receipt: str, words: str = "", found: Mapping[str, str] | None = None) -> None:
        """The office accepts, finds what nobody told, proposes, and another approves; the resident reads it."""
        page = self.worker.case(receipt)
        if any(one.text == "受理する" for one in page.root.all("button")):
            page = self.worker.press(page, "受理する")
        page = self.worker.confirm_facts(page, words, found or {})
        self.worker.propose(page)
        self.second.press(self.second.case(receipt), "決裁する")
        self.wait_for("通知書（PDF）")
        self.look("decided")


def mother(story: Story) -> None:
    """花子さん moved from 八尾 with two children and applies for 児童扶養手当; the network says another pension than she does."""
    keys = story.keys
    story.find("ひとり親の手当", "child_rearing_allowance_claim")
    keys.write("phone", "０９０－１２３４－５６７８")
    keys.tick("kind", "mother")
    story.go_on("you")
    for child in ("children.0", "children.1"):
        keys.tick(f"{child}.ground", "divorce")
        keys.tick(f"{child}.cared_for", "yes")
        keys.tick(f"{child}.shares_livelihood", "yes")
        keys.tick(f"{child}.with_other_parent", "no")
        keys.tick(f"{child}.raised_by_spouse", "no")
        keys.tick(f"{child}.disabled", "no")
        for yen in ("death_pension", "pension_addition", "bereavement", "other_addition"):
            keys.write(f"{child}.{yen}", "0")
    keys.write("ground_since", "令和8年2月10日")
    story.go_on("children")
    keys.tick("relatives_complete")
    keys.tick("partner", "no")
    story.go_on("family")
    keys.write("child_support", "240,000")
    keys.tick("disaster", "no")
    keys.write("pension", "600000")
    keys.tick("disability_pension", "no")
    keys.write("bereavement", "0")
    story.go_on("income")
    story.account()
    story.confirm()
    receipt = story.send()

    page = story.worker.press(story.worker.case(receipt), "担当になる")
    story.worker.press(page, "情報連携で照会する")
    story.worker.ask_correction(receipt, "受けられる公的年金（年額）")
    story.wait_for("直してほしいところがあります")
    story.look("correction")
    keys.press('a:has-text("続ける")')
    keys.write("pension", "635500")
    story.go_on("corrected")
    story.send()
    story.decided(receipt, "児童相談所の台帳で確かめました。", MOTHER_IS)
    expect(story.page.get_by_text("支払いの手続をしました")).to_be_visible()


def father(story: Story) -> None:
    """健太さん has a third child and claims 児童手当; the office asks who looks after it."""
    keys = story.keys
    story.holder = "タナカ ケンタ"
    story.find("赤ちゃんが生まれた", "child_allowance_claim")
    keys.write("phone", "03-1234-5678")
    story.go_on("you")
    keys.tick("cause", "birth")
    keys.write("cause_on", "R8.11.10")
    story.go_on("request")
    for child in ("children.0", "children.1", "children.2"):
        keys.tick(f"{child}.relation", "parent")
        keys.tick(f"{child}.cared_for", "no" if child == "children.2" else "yes")
        keys.tick(f"{child}.shares_livelihood", "yes")
        keys.tick(f"{child}.in_facility", "no")
    story.go_on("children")
    keys.tick("other_parent_cares", "yes")
    story.go_on("family")
    keys.tick("parents_live_apart", "no")
    keys.tick("main_earner", "yes")
    story.go_on("family-more")
    story.account()
    story.confirm()
    receipt = story.send()

    story.worker.press(story.worker.case(receipt), "担当になる")
    story.worker.ask_correction(receipt, "お子さん 3：お子さんの面倒を見ている（監護している）")
    story.wait_for("直してほしいところがあります")
    story.look("correction")
    keys.press('a:has-text("続ける")')
    keys.tick("children.2.cared_for", "yes")
    story.go_on("corrected")
    story.send()
    story.decided(receipt)
    expect(story.page.get_by_text("50,000円").first).to_be_visible()
    expect(story.page.get_by_text("支払いの手続をしました")).to_be_visible()


def expecting(story: Story) -> None:
    """LANさん tells that she is expecting a child; the office asks for the week once more. It is a notice: nothing is paid."""
    keys = story.keys
    story.find("にんしんしました", "pregnancy_notification")
    keys.write("phone", "080-1234-5678")
    story.go_on("you")
    due = datetime.now(UTC).date() + timedelta(days=150)
    keys.write("due_date", due.isoformat())
    keys.write("weeks", "８")
    keys.write("unborn", "1")
    keys.write("clinic", "見本産婦人科")
    keys.write("diagnosed_on", (datetime.now(UTC).date() - timedelta(days=5)).isoformat())
    keys.tick("first_birth", "yes")
    keys.tick("checked_for_syphilis_tuberculosis", "yes")
    story.go_on("request")
    story.confirm()
    receipt = story.send()

    story.worker.press(story.worker.case(receipt), "担当になる")
    story.worker.ask_correction(receipt, "妊娠の週数")
    story.wait_for("直してほしいところがあります")
    story.look("correction")
    keys.press('a:has-text("続ける")')
    keys.write("weeks", "18")
    story.go_on("corrected")
    story.send()
    story.decided(receipt)


def student(story: Story) -> None:
    """颯太さん is a student without work and asks not to have to pay his pension contributions for now."""
    keys = story.keys
    story.worker, story.second = (
        Office(story.platform, staff_of(story.demo, name, tenant="")) for name in ("okada", "noguchi")
    )
    story.find("年金が払えない", "pension_exemption")
    keys.write("months_from", "2026-12")
    keys.write("months_until", "2027-03")
    keys.tick("student", "yes")
    keys.tick("refuses_postponement", "no")
    keys.tick("gives_birth", "no")
    story.go_on("request")
    keys.write("school", "見本大学")
    keys.write("graduates_on", "2028-03")
    story.go_on("request-more")
    keys.tick("is_head", "yes")
    keys.tick("has_spouse", "no")
    story.go_on("family")
    keys.tick("my_circumstances", "neither")
    story.go_on("income")
    story.confirm()
    story.page.set_input_files("#id_student_card_file", files=[STUDENT_CARD])
    keys.press('button:has-text("付ける：学生証")')
    story.look("papers")
    keys.press('button:has-text("書類はこれでよい")')
    keys.press('a:has-text("続ける")')
    receipt = story.send()

    page = story.worker.press(story.worker.case(receipt), "担当になる")
    story.worker.press(page, "情報連携で照会する")
    story.worker.ask_correction(receipt, "学校の名前")
    story.wait_for("直してほしいところがあります")
    story.look("correction")
    keys.press('a:has-text("続ける")')
    keys.write("school", "見本大学文学部")
    story.go_on("corrected")
    story.send()
    story.decided(receipt, "福祉事務所に確かめました。", STUDENT_IS)


STORIES: Final = {
    "mother": ("hanako", mother),
    "father": ("kenta", father),
    "expecting": ("lan", expecting),
    "student": ("sota", student),
}
"""By name: whose card, and what happens."""
