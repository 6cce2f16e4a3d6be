"""Pages of a town's staff to which no errand of another browser test leads, in Chromium, 360 pixels wide: notices, offers, representation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.utils import timezone
from playwright.sync_api import Page, expect

from mynumber.institutions.municipality.notices import mailings
from mynumber.institutions.municipality.notices.models import Fate, SentNotice
from mynumber.institutions.municipality.offers import offering
from mynumber.institutions.municipality.offers.causes import cause_of
from mynumber.institutions.municipality.register.intake import take_in
from mynumber.institutions.municipality.representation import claims
from mynumber.institutions.municipality.representation.models import Seen
from mynumber.platform.databases import InstitutionDatabase
from mynumber.webkit.staff.models import Role, StaffMember
from mynumber.webkit.tenancy import acting_as
from tests.institutions.municipality.conftest import CITY, PROJECT
from tests.institutions.municipality.offers.test_offers import child_of, couple
from tests.institutions.municipality.representation.test_claims import TEN, claimed
from tests.webkit import faces
from tests.webkit.face.serving import PHONE, browsing, look_at, serving

pytestmark = [pytest.mark.browser, pytest.mark.thorough]

PASSWORD = "とても長い合言葉 for tests"
TEXT = {
    "category": "general",
    "title": "健診のお知らせ",
    "words": "{氏名}様\n健診を受けてください。",
    "office": "葛飾区 子育て支援課",
}


@dataclass(frozen=True)
class Town:
    """Where it is, and where its pages are."""

    address: str
    sent: int
    """A mailing that did not reach everybody."""
    draft: int
    batch: int
    waiting: int
    """A claim that nobody decided."""
    confirmed: int


@pytest.fixture(scope="module")
def town(database: InstitutionDatabase, populations: dict[str, Path]) -> Iterator[Town]:
    """The municipalities as a real process, with work begun by one of the staff for another."""
    with faces.face(PROJECT, database, MYNUMBER_PUBLIC_URL="http://municipality.localhost:8000"):
        take_in(CITY, populations[CITY], at=timezone.now())
        with acting_as(CITY):
            ways = _work()
    with serving(
        "mynumber.institutions.municipality.wsgi:application",
        DATABASE_URL=database.url,
        MYNUMBER_PUBLIC_URLS="{}",
    ) as address:
        yield Town(address, *ways)


def _member(username: str, role: Role) -> StaffMember:
    member = StaffMember(
        username=username, display_name=f"職員　{username}", department="子育て支援課", role=role
    )
    member.password = PBKDF2PasswordHasher().encode(PASSWORD, "salt-of-the-tests", 1000)
    member.save()
    return member


def _work() -> tuple[int, int, int, int, int]:
    """The numbers in `Town`, in its order."""
    at = timezone.now()
    author, second = _member("yamada", Role.CASE_WORKER), _member("kimura", Role.SUPERVISOR)
    head, wife = couple()
    sent, draft = (mailings.create(author, {**TEXT, "aim": "persons"}, at=at) for _ in range(2))
    for person in (head, wife):
        mailings.add_person(sent, author, person, at=at)
    mailings.propose(sent, author, at=at)
    mailings.approve(sent, second, count=2, at=at)
    while mailings.queue_due(at=at):
        pass
    notices = SentNotice.objects.filter(mailing=sent)
    assert notices.filter(addressee=head.addressee).update(fate=Fate.NO_ACCOUNT) == 1
    assert notices.filter(addressee=wife.addressee).update(fate=Fate.REFUSED, refusal="no_code_held") == 1
    child_of(head, offering.today_of(at))
    batch = offering.propose(cause_of("birth"), by=author, now=at)
    child = child_of(head, TEN)
    waiting, confirmed = (claimed(parent, child) for parent in (wife, head))
    claims.confirm(confirmed, Seen.FAMILY_REGISTER, "令和8年11月1日 葛飾区の戸籍", second, at=at)
    return sent.pk, draft.pk, batch.pk, waiting.pk, confirmed.pk


@pytest.fixture
def page(town: Town) -> Iterator[Page]:
    """The second person's, signed in."""
    with browsing() as browser:
        page = browser.new_page(viewport=PHONE)
        page.goto(f"{town.address}/{CITY}/sign-in")
        page.get_by_label("利用者名").fill("kimura")
        page.get_by_label("パスワード").fill(PASSWORD)
        page.get_by_role("button", name="サインイン").click()
        page.wait_for_url(f"{town.address}/{CITY}/")
        yield page


def look(page: Page, town: Town, path: str, name: str) -> None:
    page.goto(f"{town.address}/{CITY}/{path}")
    expect(page).to_have_url(f"{town.address}/{CITY}/{path}")
    look_at(page, f"municipality-{name}")


def test_a_mailing_is_corrected_and_who_gets_a_letter_is_listed(page: Page, town: Town) -> None:
    look(page, town, f"notices/{town.draft}/edit", "notices-edit")
    page.get_by_label("件名").fill("")
    page.get_by_role("button", name="保存する").click()
    expect(page.locator("[aria-invalid=true]").first).to_be_visible()
    look_at(page, "municipality-notices-edit-error")
    look(page, town, f"notices/{town.sent}/by-post", "notices-by-post")
    expect(page.get_by_role("table")).to_be_visible()
    look(page, town, f"notices/{town.draft}/by-post", "notices-by-post-nobody")


def test_a_list_of_offers_is_looked_at_and_released(page: Page, town: Town) -> None:
    look(page, town, "offers/birth", "offers-cause")
    expect(page.get_by_role("table")).to_be_visible()
    look(page, town, "offers/school_entry", "offers-cause-other")
    look(page, town, f"offers/batches/{town.batch}", "offers-batch")
    page.get_by_role("button", name="決裁して送る").click()
    expect(page.get_by_text("送信済み").first).to_be_visible()
    look_at(page, "municipality-offers-batch-released")


def test_a_claim_of_representation_is_looked_at(page: Page, town: Town) -> None:
    look(page, town, f"representation/{town.waiting}", "representation-waiting")
    page.get_by_role("button", name="理由を伝えて、確認しない").click()
    expect(page.locator("[aria-invalid=true]").first).to_be_visible()
    look_at(page, "municipality-representation-error")
    look(page, town, f"representation/{town.confirmed}", "representation-confirmed")
