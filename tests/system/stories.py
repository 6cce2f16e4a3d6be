"""What the personas of the portal live through, from the search to the payment order: in a real browser, with the keyboard, both sides real.

A story calls `look` at each step: the test checks the page there, `tests/system/pictures.py` keeps a picture.
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
EXPECTING_IS: Final = {"届出時の妊娠週数": "18", "ほかの市区町村から受けた額": "0"}
STUDENT_IS: Final = {
    "生活扶助": "no",
    "あなた：生活保護": "no",
}
"""What the case worker finds in registers that this model does not have, by the beginning of the labels."""
FUNERAL_IS: Final = {"亡くなった人がこの市区町村の国民健康保険": "yes", "条例で定める葬祭費の額": "70000"}
PENSION_IS: Final = {"亡くなった人が年金の受給権者": "yes", "亡くなった人の年金額": "780000"}
UNPAID_MONTHS: Final = 2


def picture(name: str) -> FilePayload:
    """A file as somebody photographed it."""
    return FilePayload(name=name, mimeType="image/png", buffer=b"\x89PNG\r\n\x1a\n" + bytes(100))


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
        self.keys.press(f'a[href^="/procedures/{procedure}/"]')
        self.look("guide")
        self.keys.press('a:has-text("申請をはじめる")')
        self.sign_in()
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

    def sign_in(self) -> None:
        """With the card, where the page asks for it."""
        if self.page.get_by_role("button", name="カードでサインインする").count():
            self.keys.press('button:has-text("カードでサインインする")')
            self.at_the_device()

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

    def begin_anew(self, *procedures: str) -> None:
        """End the drafts of these that a story left behind, and come back."""
        here = self.page.url
        for each in procedures:
            self.page.goto(self.platform.url("portal", f"/procedures/{each}/begin"))
            if self.page.get_by_text("すでに申請か下書きがあります").count():
                self.discard(each)
        self.page.goto(here)

    def at_the_device(self) -> None:
        """Choose the card where it is asked for, enter what is asked for, come back."""
        if self.page.locator('[name="card"][type="radio"]').count():
            self.keys.tick("card", self.card.card_id)
            self.keys.enter()
        signs = False
        for field in self.page.locator('input[type="password"]').all():
            name = field.get_attribute("name") or ""
            signs |= "signature" in name
            self.keys.write(name, self.card.signature_password if "signature" in name else self.card.pin)
        self.look("signature" if signs else "pin")
        self.keys.enter()

    def go_on(self, name: str) -> None:
        """Save the page and go on."""
        self.look(name)
        self.keys.press('.buttons button:has-text("保存して次へ")')

    def confirm(self) -> None:
        """The last page of every form."""
        self.fill_confirmation()
        self.go_on("confirm")

    def fill_confirmation(self) -> None:
        """What everybody who applies declares."""
        for box in ("consent_facts", "true_statement"):
            if self.page.locator(f'[name="{box}"]').count():
                self.keys.tick(box)

    def hand_in(self, ident: str, label: str, file: str) -> None:
        """A picture of a paper."""
        self.keys.choose_file(f"#id_{ident}_file", picture(file))
        self.keys.press(f'button:has-text("付ける：{label}")')
        self.look("papers")
        self.keys.press('button:has-text("書類はこれでよい")')

    def account(self) -> None:
        """The page of the account."""
        self.fill_account()
        self.go_on("payment")

    def fill_account(self) -> None:
        """A bank and a branch by their codes; the rest by hand."""
        if self.page.locator('[name="account_bank"]').count():
            self.keys.write("account_bank", "0001")
            self.keys.press('button:has-text("銀行をさがす")')
            self.keys.write("account_branch", "001")
            self.keys.press('button:has-text("支店をさがす")')
        self.keys.write("account.number", "1234567")
        self.keys.write("account.holder", self.holder)

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
        return self.receipt(r"受付番号は ([0-9A-Z-]+) です")

    def receipt(self, words: str = r"受付番号\s+([0-9A-Z-]+)") -> str:
        """The receipt number that the application's page tells."""
        found = re.search(words, self.page.inner_text("main"))
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

    def corrects(self, receipt: str, label: str) -> None:
        """The office asks for a correction at one field; the resident reads it and goes to the field."""
        self.worker.ask_correction(receipt, label)
        self.wait_for("直してほしいところがあります")
        self.look("correction")
        self.keys.press('a:has-text("続ける")')

    def is_paid(self, yen: str = "") -> None:
        """The payment order stands with the decision."""
        expect(self.page.get_by_text("支払いの手続をしました")).to_be_visible()
        if yen:
            expect(self.page.get_by_text(yen).first).to_be_visible()

    def reads_on(self, title: str, *, asked: bool = False) -> None:
        """The notice in the inbox, and who asked whom about the resident. asked: whether the office asked anybody."""
        self.keys.press('nav a:has-text("お知らせ")')
        self.look("notices")
        self.keys.press(f'main a:has-text("決定しました：{title[:10]}")')
        self.look("notice")
        self.keys.press('nav a:has-text("メニュー")')
        self.keys.press('main a:has-text("やりとり履歴")')
        if asked:
            expect(self.page.locator("main table tbody tr").first).to_be_visible()
        self.look("records")


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
    story.corrects(receipt, "受けられる公的年金（年額）")
    keys.write("pension", "635500")
    story.go_on("corrected")
    story.send()
    story.decided(receipt, "児童相談所の台帳で確かめました。", MOTHER_IS)
    story.is_paid()
    story.reads_on("児童扶養手当の認定請求", asked=True)


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
    story.corrects(receipt, "お子さん 3：お子さんの面倒を見ている（監護している）")
    keys.tick("children.2.cared_for", "yes")
    story.go_on("corrected")
    story.send()
    story.decided(receipt)
    story.is_paid("50,000円")
    story.reads_on("児童手当等の受給資格及び")


def expecting(story: Story) -> None:
    """LANさん tells that she is expecting a child, the office asks for the week once more; then she claims the benefit for it."""
    keys = story.keys
    story.holder = "グエン ティ ラン"
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
    story.corrects(receipt, "妊娠の週数")
    keys.write("weeks", "18")
    story.go_on("corrected")
    story.send()
    story.decided(receipt)

    story.find("妊娠 5万円", "pregnancy_support_benefit")
    keys.write("phone", "080-1234-5678")
    story.go_on("you")
    keys.tick("stage", "first")
    keys.write("due_date", due.isoformat())
    keys.tick("confirmed", "yes")
    keys.tick("ended", "no")
    story.go_on("benefit")
    story.account()
    story.confirm()
    receipt = story.send()
    page = story.worker.press(story.worker.case(receipt), "担当になる")
    story.worker.press(page, "情報連携で照会する")
    story.decided(receipt, "妊娠の届出の台帳で確かめました。", EXPECTING_IS)
    story.is_paid("50,000円")
    story.reads_on("妊婦のための支援給付")


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
    story.hand_in("student_card", "学生証", "学生証.png")
    keys.press('a:has-text("続ける")')
    receipt = story.send()

    page = story.worker.press(story.worker.case(receipt), "担当になる")
    story.worker.press(page, "情報連携で照会する")
    story.corrects(receipt, "学校の名前")
    keys.write("school", "見本大学文学部")
    story.go_on("corrected")
    story.send()
    story.decided(receipt, "福祉事務所に確かめました。", STUDENT_IS)
    story.reads_on("国民年金保険料の免除", asked=True)


def heir(story: Story) -> None:
    """芳江さん lost her husband: all that is due at once, two claims with one card; the office asks for the day of the funeral once more."""
    keys, page = story.keys, story.page
    story.holder = "ワタナベ ヨシエ"
    funeral = datetime.now(UTC).date() - timedelta(days=15)
    page.goto(story.platform.url("portal", "/procedures/"))
    keys.write("q", "夫が亡くなった")
    keys.enter()
    story.look("found")
    keys.press('a[href^="/procedures/funeral_benefit_claim/"]')
    story.look("guide")
    keys.press('main a[href^="/events/death/"]')
    keys.write("on", (funeral - timedelta(days=5)).isoformat())
    for name in ("deceased_in_national_health", "deceased_received_pension"):
        keys.tick(name, "yes")
    keys.press('button:has-text("期限と、合う手続を見る")')
    story.look("due")
    keys.press('a:has-text("まとめてはじめる")')
    story.sign_in()
    story.begin_anew("funeral_benefit_claim", "unpaid_pension_claim")
    story.look("choice")
    keys.press('button:has-text("下書きを作る")')
    story.look("consent")
    keys.press('button:has-text("同意して、カードで確かめる")')
    story.at_the_device()
    bundle = page.url.partition("?")[0]
    story.look("tasks")
    keys.press('a:has-text("共通の質問")')
    died = re.search(r"亡くなった日\s*(\d+)年(\d+)月", page.inner_text("main"))
    assert died is not None, page.inner_text("main")
    keys.write("phone", "03-9876-5432")
    story.fill_account()
    story.fill_confirmation()
    story.look("shared")
    keys.press('button:has-text("保存して戻る")')

    keys.press('a:has-text("葬祭費")')
    keys.press('a:has-text("続ける")')
    keys.tick("conducted", "yes")
    keys.write("funeral_on", (funeral - timedelta(days=1)).isoformat())
    keys.tick("paid_elsewhere", "no")
    story.go_on("funeral")
    story.hand_in("funeral_proof", "葬祭を行った", "会葬礼状.png")
    page.goto(bundle)
    keys.press('a:has-text("未支給年金")')
    keys.press('a:has-text("続ける")')
    keys.tick("relation", "spouse")
    keys.tick("lived_together", "yes")
    keys.tick("shares_livelihood", "yes")
    story.go_on("pension")
    page.goto(bundle)
    story.look("ready")
    keys.press('button:has-text("まとめて署名して送る")')
    story.at_the_device()
    expect(page.get_by_text("送りました", exact=True)).to_be_visible()
    story.look("sent")

    keys.press('a:has-text("葬祭費")')
    story.at, receipt = page.url, story.receipt()
    story.worker.press(story.worker.case(receipt), "担当になる")
    story.corrects(receipt, "葬祭を行った日")
    keys.write("funeral_on", funeral.isoformat())
    story.go_on("corrected")
    story.send()
    story.decided(receipt, "国民健康保険の台帳と区の条例で確かめました。", FUNERAL_IS)
    story.is_paid("70,000円")

    page.goto(bundle)
    keys.press('a:has-text("未支給年金")')
    story.at, receipt = page.url, story.receipt()
    story.worker.press(story.worker.case(receipt), "担当になる")
    months = int(died[1]) * 12 + int(died[2]) - 1 - UNPAID_MONTHS
    paid = {"最後に支払った月分": f"{months // 12}-{months % 12 + 1:02d}"}
    story.decided(receipt, "年金の台帳で確かめました。", PENSION_IS | paid)
    story.is_paid("130,000円")
    story.reads_on("未支給年金の請求")


STORIES: Final = {
    "mother": ("hanako", mother),
    "father": ("kenta", father),
    "expecting": ("lan", expecting),
    "student": ("sota", student),
    "heir": ("yoshie", heir),
}
"""By name: whose card, and what happens."""
