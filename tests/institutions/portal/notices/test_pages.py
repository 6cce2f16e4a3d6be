"""The inbox as its owner sees it, and as nobody else does."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from django.conf import settings
from django.db import transaction
from django.utils.html import escape
from reportlab.pdfgen.canvas import Canvas

from mynumber.foundation.procedures.loading import catalogue
from mynumber.institutions.portal.account.models import Account
from mynumber.institutions.portal.contacts.models import Alert, Contact, Mail
from mynumber.institutions.portal.home.items import Place
from mynumber.institutions.portal.notices import inbox, looking
from mynumber.institutions.portal.notices.items import items
from mynumber.institutions.portal.notices.models import InboxNotice, NoticeReport
from mynumber.protocols.notices import Category, Happening, Notice
from tests.institutions.portal.house import Browser, Holder, House
from tests.institutions.portal.notices.writing import a_bill, a_notice, an_offer
from tests.support.exchange import CITY

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)


def account_of(holder: Holder) -> Account:
    return Account.objects.get(certificate_serial=holder.serial)


def put(holder: Holder, *notices: Notice, sender: str = "portal", at: datetime = NOW) -> None:
    """Into the inbox, a minute apart, in the order given."""
    for number, notice in enumerate(notices):
        with transaction.atomic():
            inbox.put(account_of(holder), notice, now=at + timedelta(minutes=number), sender=sender)


def a_pdf() -> bytes:
    """A PDF of one empty page."""
    out = BytesIO()
    page = Canvas(out)
    page.showPage()
    page.save()
    return out.getvalue()


def test_one_notice_once_and_no_other_under_its_id(house: House, holder: Holder, resident: Browser) -> None:
    notice = a_notice()
    put(holder, notice, notice, at=NOW)
    assert InboxNotice.objects.get(pk=notice.notice).arrived_at == NOW
    with pytest.raises(inbox.OtherNotice):
        inbox.put(account_of(holder), notice, now=NOW, sender=CITY)
    other = house.holder()
    Browser().sign_in(house, other)
    with pytest.raises(inbox.OtherNotice):
        inbox.put(account_of(other), notice, now=NOW)
    assert inbox.find(account_of(other), notice.notice) is None


def test_with_the_transaction_it_stays_or_goes(house: House, holder: Holder, resident: Browser) -> None:
    notice = a_notice()

    class Undone(Exception): ...

    def undo() -> None:
        with transaction.atomic():
            inbox.put(account_of(holder), notice, now=NOW)
            raise Undone

    with pytest.raises(Undone):
        undo()
    assert inbox.find(account_of(holder), notice.notice) is None


def test_nobody_else_reads_it_by_its_id(house: House, holder: Holder, resident: Browser) -> None:
    notice = a_notice(letter=b"%PDF-1.7 secret", bill=a_bill(), offer=an_offer())
    put(holder, notice)
    stranger = Browser()
    stranger.sign_in(house, house.holder())
    paths = [f"/notices/{notice.notice}", f"/notices/{notice.notice}/letter.pdf"]
    for path in paths:
        absent = stranger.get(path.replace(str(notice.notice), str(uuid4())))
        theirs = stranger.get(path)
        assert (theirs.status_code, absent.status_code) == (404, 404)
        assert notice.title not in theirs.content.decode()
        assert Browser().get(path).status_code == 303  # nobody: to sign in
    for act in ("done", "put-away"):
        answer: Any = stranger.post_form("/notices/", f"/notices/{notice.notice}/{act}")
        assert answer.status_code == 404
    row = InboxNotice.objects.get(pk=notice.notice)
    assert (row.read_at, row.acted_at, row.put_away_at) == (None, None, None)
    assert stranger.text("/notices/").count(notice.title) == 0


def test_two_cards_of_one_person_see_one_inbox(house: House, holder: Holder, resident: Browser) -> None:
    notice = a_notice()
    put(holder, notice)
    second = house.new_card(holder)
    browser = Browser()
    browser.sign_in(house, second)
    assert notice.title in browser.text(f"/notices/{notice.notice}")
    assert inbox.find(account_of(second), notice.notice) is not None


def test_what_it_says_is_text_and_nothing_else(house: House, holder: Holder, resident: Browser) -> None:
    notice = a_notice(
        title="<script>alert('題')</script>{{ 7|add:7 }}",
        words='<img src=x onerror="alert(1)">\n{% load x %}\njavascript:alert(1)',
        office='"><svg onload=alert(1)>',
        offer=an_offer(),
    )
    put(holder, notice)
    for page in (resident.text("/notices/"), resident.text(f"/notices/{notice.notice}"), resident.text("/")):
        for raw in ("<script>alert", "<img src=x", "<svg onload", "14}}"):
            assert raw not in page
    page = resident.text(f"/notices/{notice.notice}")
    assert "&lt;img src=x onerror=&quot;alert(1)&quot;&gt;" in page
    assert "{% load x %}" in page
    assert "{{ 7|add:7 }}" in page


def test_opening_is_reading_and_not_the_legal_time(house: House, holder: Holder, resident: Browser) -> None:
    notice = a_notice()
    put(holder, notice)
    page = resident.text("/notices/")
    assert "未読" in page
    response = resident.head(f"/notices/{notice.notice}")
    assert response.status_code == 200
    row = InboxNotice.objects.get(pk=notice.notice)
    assert (row.arrived_at, row.read_at) == (NOW, None)  # to ask whether it is there is not to read it
    page = resident.text(f"/notices/{notice.notice}")
    assert "2026年11月22日 12:00:00" in page  # 到達, in Japan
    assert "デジタル手続法第7条第3項" in page
    first = InboxNotice.objects.get(pk=notice.notice).read_at
    assert first is not None
    resident.text(f"/notices/{notice.notice}")
    row = InboxNotice.objects.get(pk=notice.notice)
    assert (row.arrived_at, row.read_at) == (NOW, first)
    assert not NoticeReport.objects.filter(notice=row).exists()  # the portal tells itself nothing


def test_the_letter_is_a_file_for_its_addressee_with_the_card(
    house: House, holder: Holder, resident: Browser
) -> None:
    letter = a_pdf()
    notice = a_notice(title='x"\u2028; filename="evil.exe', letter=letter)
    put(holder, notice)
    response = resident.get(f"/notices/{notice.notice}/letter.pdf")
    assert response.content == letter
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == f'attachment; filename="letter-{notice.notice}.pdf"'
    assert response["Cache-Control"] == "no-store"
    without = a_notice()
    put(holder, without)
    assert resident.get(f"/notices/{without.notice}/letter.pdf").status_code == 404


def test_shelves_kinds_and_words(house: House, holder: Holder, resident: Browser) -> None:
    tax = a_notice(
        title="固定資産税の納付書", category=Category.PAYMENT, bill=a_bill(), due=date(2099, 12, 28)
    )
    nursery = a_notice(title="保育所の空き", words="ホイクショの空きが出ました。", category=Category.GENERAL)
    old = a_notice(title="期限の過ぎた届", due=date(2020, 1, 1))
    put(holder, tax, nursery, old)

    def found(query: str) -> set[str]:
        page = resident.text(f"/notices/?{query}")
        return {each.title for each in (tax, nursery, old) if each.title in page}

    assert found("") == {tax.title, nursery.title, old.title}
    assert found("shelf=due") == {tax.title}
    assert found("category=payment") == {tax.title}
    assert found("q=ほいくしょ") == {nursery.title}  # kana alike
    assert found("q=ﾎｲｸｼｮ　空き") == {nursery.title}  # half width, two words
    assert found("q=税&category=general") == set()
    resident.text(f"/notices/{nursery.notice}")
    assert found("shelf=unread") == {tax.title, old.title}
    resident.post_form(f"/notices/{nursery.notice}", f"/notices/{nursery.notice}/put-away")
    assert found("") == {tax.title, old.title}
    assert found("shelf=put_away") == {nursery.title}
    assert found("q=空き") == {nursery.title}
    resident.post_form(f"/notices/{nursery.notice}", f"/notices/{nursery.notice}/put-away")
    assert nursery.title in resident.text("/notices/")


def test_any_page_number_shows_a_page_and_a_filter_that_is_none_is_said(
    house: House, holder: Holder, resident: Browser
) -> None:
    put(holder, a_notice())
    for number in ("0", "-1", "x", "99999", "１", "9" * 40, "2"):
        assert "児童手当の現況届" in resident.text(f"/notices/?page={number}")
    for query in ("shelf=nothing", "category=x", "q=" + "長" * 61):
        resident.text(f"/notices/?{query}", 422)


def test_many_notices_come_in_pages(house: House, holder: Holder, resident: Browser) -> None:
    put(holder, *(a_notice(title=f"お知らせ第{number:02d}号") for number in range(23)))
    first, second = resident.text("/notices/"), resident.text("/notices/?page=2")
    assert "お知らせ第22号" in first
    assert "お知らせ第02号" not in first
    assert "お知らせ第02号" in second
    searched = resident.text("/notices/?q=第&page=2")
    assert "お知らせ第02号" in searched
    assert "q=%E7%AC%AC" in searched  # the links keep what is looked for


def test_done_is_said_once_and_a_bill_is_done_when_it_is_paid(
    house: House, holder: Holder, resident: Browser
) -> None:
    plain, bill = a_notice(), a_notice(bill=a_bill())
    put(holder, plain, bill, sender=CITY)
    for notice in (plain, bill):
        address = f"/notices/{notice.notice}"
        resident.post_form(address, f"{address}/done")
    rows = InboxNotice.objects.in_bulk([plain.notice, bill.notice])
    assert rows[plain.notice].act == Happening.DONE
    assert rows[bill.notice].acted_at is None
    assert "済みました" in resident.text(f"/notices/{plain.notice}")
    with transaction.atomic():
        assert inbox.note_act(account_of(holder), bill.notice, Happening.PAID, now=NOW)
        assert not inbox.note_act(account_of(holder), bill.notice, Happening.DONE, now=NOW)
    told = NoticeReport.objects.filter(notice=bill.notice).values_list("happening", flat=True)
    assert set(told) == {"read", "paid"}


def test_bills_and_offers_are_given_with_their_notice(
    house: House, holder: Holder, resident: Browser
) -> None:
    bill, offer = a_notice(bill=a_bill(500)), a_notice(offer=an_offer())
    put(holder, bill, offer)
    account = account_of(holder)
    assert [(each.id, each.bill.amount) for each in inbox.bills(account)] == [(bill.notice, 500)]
    assert [(each.id, each.offer.procedure) for each in inbox.offers(account)] == [
        (offer.notice, "child_allowance_claim")
    ]
    with pytest.raises(LookupError):
        _ = inbox.offers(account)[0].bill


def test_the_portals_own_titles_are_read_in_the_chosen_language(
    house: House, holder: Holder, resident: Browser
) -> None:
    procedure = catalogue().procedures[0].title
    own, foreign = a_notice(title=f"決定しました：{procedure.ja}"), a_notice(title="決定しました：広報")
    put(holder, own)
    put(holder, foreign, sender=CITY)
    resident.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    table = resident.text("/notices/")
    assert f"Decided: {escape(procedure.in_language('en'))}" in table
    assert "決定しました：広報" in table, "an office's own words"
    assert f"22 November {NOW.year}" in table
    assert f"Decided: {escape(procedure.in_language('en'))}</h1>" in resident.text(f"/notices/{own.notice}")
    assert '<div lang="ja"><div class="page-heading">' in resident.text(f"/notices/{foreign.notice}")


def test_what_the_portal_passes_on_is_from_the_office(
    house: House, holder: Holder, resident: Browser
) -> None:
    step, own, signed = a_notice(), a_notice(office="マイナポータル"), a_notice()
    put(holder, step, own)
    put(holder, signed, sender=CITY)

    def sent_by(notice: Notice) -> str:
        page = resident.text(f"/notices/{notice.notice}")
        return page.partition("送った機関</dt>")[2].partition("</dd>")[0]

    assert step.office in sent_by(step)
    assert "マイナポータルがこのお知らせを作りました" in sent_by(step)
    assert "電子署名" not in sent_by(step)
    assert "作りました" not in sent_by(own)
    assert "マイナポータル" in sent_by(own)
    assert "電子署名で確かめました" in sent_by(signed)


def test_the_first_page_shows_deadlines_and_what_is_new(
    house: House, holder: Holder, resident: Browser
) -> None:
    due, plain, bill = a_notice(due=date(2099, 1, 1)), a_notice(title="広報"), a_notice(bill=a_bill())
    offer = a_notice(offer=an_offer())
    put(holder, plain, due, bill, offer)
    found = {each.path: each for each in items(account_of(holder), datetime.now(UTC))}
    assert found[f"/notices/{due.notice}"].place is Place.TO_DO
    assert found[f"/notices/{due.notice}"].due == date(2099, 1, 1)
    assert found[f"/notices/{plain.notice}"].place is Place.NEW
    assert found[f"/offers/{offer.notice}/"].place is Place.TO_DO
    assert len(found) == 3  # the bill is told by the payments
    with transaction.atomic():
        inbox.note_read(account_of(holder), plain.notice, now=NOW)
    before = looking.unread(account_of(holder))
    with transaction.atomic():
        inbox.note_act(account_of(holder), due.notice, Happening.DONE, now=NOW)
    assert looking.unread(account_of(holder)) == before - 1  # what is settled need not be opened
    assert {each.path for each in items(account_of(holder), NOW)} == {f"/offers/{offer.notice}/"}
    page = resident.text(f"/notices/{offer.notice}")
    assert f'href="/offers/{offer.notice}/"' in page
    assert f'href="/payments/{bill.notice}"' in resident.text(f"/notices/{bill.notice}")


def test_an_e_mail_without_content_is_queued_for_who_wants_one(
    house: House, holder: Holder, resident: Browser
) -> None:
    account = account_of(holder)

    def queued() -> list[str]:
        return list(Mail.objects.filter(account=account).values_list("alert", flat=True))

    put(holder, a_notice())
    assert queued() == []  # no address
    Contact.objects.create(account=account, address=b"sealed", digest=b"digest", changed_at=NOW)
    with transaction.atomic():
        inbox.put(account, a_notice(), now=NOW, alert=None)
    assert queued() == []
    again = a_notice()
    put(holder, again)
    put(holder, again)
    assert queued() == [Alert.NOTICE]


def test_the_portals_own_role_cannot_rewrite_what_arrived(
    house: House, holder: Holder, resident: Browser
) -> None:
    notice = a_notice()
    put(holder, notice)
    for statement in (
        "UPDATE notice SET arrived_at = now() WHERE id = %s",
        "UPDATE notice SET content = '' WHERE id = %s",
        "UPDATE notice SET account_id = account_id WHERE id = %s",
        "DELETE FROM notice WHERE id = %s",
    ):
        with (
            psycopg.connect(house.database.url) as database,
            pytest.raises(psycopg.errors.InsufficientPrivilege),
        ):
            database.execute(statement, [notice.notice])


def test_the_table_does_not_say_what_the_notice_says(house: House, holder: Holder, resident: Browser) -> None:
    notice = a_notice(title="生活保護の決定", letter=a_pdf())
    put(holder, notice)
    with psycopg.connect(house.database.url) as database:
        row = database.execute("SELECT n::text FROM notice AS n WHERE id = %s", [notice.notice]).fetchone()
    assert row is not None
    stored = row[0]
    for secret in (notice.title, notice.title.encode().hex(), b"%PDF".hex(), "葛飾区".encode().hex()):
        assert secret not in stored
