"""Help: support beside a resident, feedback, questions, inquiries, and the portal's own staff."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import ProgrammingError, connection, transaction

from mynumber.institutions.portal.account.session_store import SessionStore
from mynumber.institutions.portal.helpdesk import beside, feedback, inquiries, questions
from mynumber.institutions.portal.helpdesk.beside import NoSuchCode, TooOften
from mynumber.institutions.portal.helpdesk.feedback import Fault, NotTaken
from mynumber.institutions.portal.helpdesk.inquiries import NotTheirs, Subject, TooMany
from mynumber.institutions.portal.helpdesk.models import (
    Feedback,
    FeedbackSent,
    Inquiry,
    Question,
    Support,
)
from mynumber.webkit.staff.models import StaffMember
from tests.institutions.portal.house import Browser, House
from tests.institutions.portal.visits import newcomer, now, send, token_of, visitor


def member(name: str = "支援　花") -> StaffMember:
    """A member of the portal's staff, without a password: hashing takes long."""
    return StaffMember.objects.create(
        username=f"s{uuid4().hex[:12]}",
        password=f"!{uuid4().hex}",
        display_name=name,
        department="ヘルプデスク",
    )


def at_the_desk(staff: StaffMember) -> Browser:
    """Their browser after signing in."""
    store: Any = SessionStore()
    at = now().timestamp()
    store.update({"member": staff.pk, "hash": staff.session_hash(), "since": at, "seen": at})
    store.create()
    browser = Browser()
    browser.cookies["portal_session"] = store.session_key
    return browser


def code_of(text: str) -> str:
    found = re.search(r'<span class="mono">([0-9]{4}-[0-9]{4})</span>', text)
    assert found is not None
    return found[1]


# --- support -------------------------------------------------------------------------------------------------------


def test_staff_sees_the_page_and_the_field_in_error_and_never_what_was_typed(house: House) -> None:
    account, staff = newcomer(), member()
    resident, desk = visitor(account), at_the_desk(staff)
    send(resident, "/help/support", "/help/support/begin")
    code = code_of(resident.text("/account/contacts"))
    joined = send(desk, "/staff/support", code=code)
    page = joined.headers["Location"]
    assert "連絡先と設定" in desk.text(page)
    secret = "ひみつのことば＠まちがい"
    assert send(resident, "/account/contacts/address", address=secret).status_code == 422
    text = desk.text(page)
    assert "メールアドレスの入力" in text
    assert "<li>メールアドレス</li>" in text
    assert "ひみつ" not in text
    with connection.cursor() as cursor:
        cursor.execute("SELECT t::text FROM support t")
        assert "ひみつ" not in str(cursor.fetchall())
    # The page knows nothing of the person, and nothing can be done on it but leaving.
    assert account.certificate_serial not in text
    assert re.findall(r'<form method="post" action="([^"]+)"', text.split("<main")[1]) == [page + "/leave"]
    # The resident reads that somebody looked, and ends it at any time.
    assert "支援　花（ヘルプデスク）" in resident.text("/help/support")
    assert send(resident, "/help/support", "/help/support/end").status_code == 303
    desk.text(page, status=404)
    assert not Support.objects.filter(account=account).exclude(fields=[], page="").exists()
    assert "となりで支援</strong>" not in resident.text("/account/contacts")


def test_a_support_code_is_for_one_member_and_ten_minutes(house: House) -> None:
    staff, other = member(), member("別の　人")
    resident = visitor(newcomer())
    send(resident, "/help/support", "/help/support/begin")
    code = code_of(resident.text("/help/support")).replace("-", "")
    with pytest.raises(NoSuchCode):
        beside.join(code, staff, now=now() + beside.VALID_FOR)
    joined = beside.join(code, staff, now=now())
    with pytest.raises(NoSuchCode):
        beside.join(code, other, now=now())
    with pytest.raises(NoSuchCode):
        beside.look(joined.pk, other, now=now())
    with pytest.raises(NoSuchCode):
        beside.look(joined.pk, staff, now=now() + beside.VALID_FOR)
    beside.leave(joined.pk, other, now=now())
    beside.look(joined.pk, staff, now=now())
    send(resident, "/help/support", "/help/support/end")
    send(resident, "/help/support", "/help/support/begin")
    with pytest.raises(NoSuchCode):
        beside.look(joined.pk, staff, now=now())


def test_codes_are_not_guessed(house: House) -> None:
    staff = member()
    for _ in range(beside.MOST_WRONG_AN_HOUR):
        with pytest.raises(NoSuchCode):
            beside.join("00000000", staff, now=now())
    with pytest.raises(TooOften):
        beside.join("00000000", staff, now=now())


def test_the_record_of_support_cannot_be_rewritten(house: House) -> None:
    send(visitor(newcomer()), "/help/support", "/help/support/begin")
    for change in ("UPDATE support_event SET by = 'x'", "DELETE FROM support_event"):
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            connection.cursor().execute(change)


def test_staff_signs_in_with_a_name_and_a_password(house: House) -> None:
    staff, browser = member(), Browser()
    staff.set_password("himitsu-no-kotoba")
    staff.save()
    page = "/staff/sign-in?next=/staff/"
    typed = {"username": staff.username, "next": "/staff/"}
    assert send(browser, page, "/staff/sign-in", **typed, password="x").status_code == 422
    done = send(browser, page, "/staff/sign-in", **typed, password="himitsu-no-kotoba")
    assert done.headers["Location"] == "/staff/"
    assert "職員の窓口" in browser.text("/staff/")
    assert send(browser, "/staff/", "/staff/sign-out").status_code == 302
    assert browser.get("/staff/").status_code == 302


@pytest.mark.parametrize("page", ["", "support", "feedback", "questions", "questions/new", "inquiries"])
def test_staff_pages_are_for_staff(page: str, house: House) -> None:
    for browser in (Browser(), visitor(newcomer())):
        led: Any = browser.get(f"/staff/{page}")
        assert led.status_code == 302
        assert led.headers["Location"].startswith("/staff/sign-in")
    # And staff is nobody on the residents' side.
    led = at_the_desk(member()).get("/account/contacts")
    assert led.headers["Location"].startswith("/sign-in/")


# --- feedback ------------------------------------------------------------------------------------------------------


def test_feedback_comes_from_nobody_and_ends_on_the_public_page(house: House) -> None:
    FeedbackSent.objects.all().delete()
    browser = Browser()
    assert 'href="/help/feedback?page=procedures"' in browser.text("/procedures/")
    assert "画面：手続" in browser.text("/help/feedback?page=procedures")
    assert "画面：" not in browser.text("/help/feedback?page=こんにちは")
    # No random digits: ten in a row would be taken for a number of a person.
    words = "さがす欄が小さい <script>ひとつだけ</script>"
    done = send(browser, "/help/feedback?page=procedures", "/help/feedback", words=words, page="procedures")
    assert done.headers["Location"] == "/help/feedback?done=1"
    kept = Feedback.objects.get(words=words)
    assert kept.page == "procedures"
    staff = member()
    desk = at_the_desk(staff)
    board = desk.text("/staff/feedback")
    assert "<script>" not in board.split("<main")[1]
    here = f"/staff/feedback/{kept.pk}"
    assert send(desk, here, state="done", said="さがす欄が小さい", did="").status_code == 422
    assert send(desk, here, state="new", said="", did="").status_code == 422
    assert words not in browser.text("/help/you-said")
    assert (
        send(desk, here, state="done", said="欄が小さいと言われました", did="大きくしました").status_code
        == 303
    )
    public = browser.text("/help/you-said")
    assert "欄が小さいと言われました" in public
    assert "大きくしました" in public
    assert kept.words not in public
    assert desk.get(f"/staff/feedback/{uuid4()}").status_code == 404


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        ("  \n", Fault.EMPTY),
        ("x" * 1001, Fault.TOO_LONG),
        ("わたしの番号は１２３４ ５６７８ ９０１２です", Fault.PERSONAL),
        ("090-1234-5678 に電話してください", Fault.PERSONAL),
        ("hana@example.jp に返事を", Fault.PERSONAL),
    ],
)
def test_feedback_holds_no_person(words: str, fault: Fault, house: House) -> None:
    with pytest.raises(NotTaken, match=fault):
        feedback.give("home", words, sender="x", now=now())


def test_feedback_is_no_flood(house: House) -> None:
    sender, at = uuid4().hex, now()
    for _ in range(feedback.MOST_AN_HOUR):
        feedback.give("home", "もっと大きく", sender=sender, now=at)
    with pytest.raises(NotTaken, match=Fault.TOO_OFTEN):
        feedback.give("home", "もっと大きく", sender=sender, now=at)
    feedback.give("'; DROP TABLE feedback; --", "別の人", sender=uuid4().hex, now=at)
    assert Feedback.objects.get(words="別の人").page == ""
    feedback.give("home", "もっと大きく", sender=sender, now=at + timedelta(hours=1, seconds=1))
    FeedbackSent.objects.all().delete()


# --- questions -----------------------------------------------------------------------------------------------------


def asked(question: str, answer: str, **more: Any) -> Question:
    today = now().date()
    return Question.objects.create(
        question=question,
        answer=answer,
        reviewed_on=today,
        **{"review_by": today + questions.REVIEW_EVERY, **more},
    )


def test_questions_are_found_by_words_in_any_kana(house: House) -> None:
    Question.objects.all().delete()
    pin = asked("暗証番号を忘れたときは？", "市区町村の窓口で再設定できます。")
    mail = asked(
        "メールが届きません", "迷惑メールのフォルダーを見てください。", english="Look at your spam folder."
    )
    hidden = asked("書きかけ", "まだ", is_public=False)
    everything = questions.public_ones()
    assert questions.search("", everything) == [pin, mail]
    assert questions.search("暗証番号 わすれた", everything)[0] == pin
    assert questions.search("めーる", everything) == [mail]
    assert questions.search("ﾒｰﾙ", everything) == [mail]
    assert questions.search("SPAM", everything) == [mail]
    assert questions.search("年金", everything) == []
    browser = Browser()
    text = browser.text("/help/?q=暗証番号")
    assert pin.question in text
    assert mail.question not in text
    assert hidden.question not in browser.text("/help/")
    assert "見つかりませんでした" in browser.text("/help/?q=<b>")


def test_a_question_whose_day_has_passed_is_flagged_to_its_owner(house: House) -> None:
    Question.objects.all().delete()
    owner, other, today = member(), member(), now().date()
    old = asked("古い質問", "答え", owner=owner, review_by=today - timedelta(days=1))
    fresh = asked("新しい質問", "答え", owner=owner)
    assert questions.overdue_of(owner, today) == [old]
    assert questions.overdue_of(other, today) == []
    desk = at_the_desk(owner)
    assert old.question in desk.text("/staff/")
    assert fresh.question not in desk.text("/staff/")
    saved = send(
        desk,
        f"/staff/questions/{old.pk}",
        question="古い質問",
        answer="見直した答え",
        review_by="2027-11-22",
        is_public="on",
    )
    assert saved.status_code == 303
    assert questions.overdue_of(owner, today) == []
    assert send(desk, "/staff/questions/new", question="", answer="", review_by="").status_code == 422
    assert "見直した答え" in Browser().text("/help/")


# --- inquiries -----------------------------------------------------------------------------------------------------


def test_an_inquiry_is_answered_into_the_inbox_by_who_took_it_on(house: House) -> None:
    account, staff, other = newcomer(), member(), member()
    resident, desk, elsewhere = visitor(account), at_the_desk(staff), at_the_desk(other)
    made = send(resident, "/help/inquiries/new", about="notice", words="通知が読めません <b>")
    mine = made.headers["Location"]
    inquiry = Inquiry.objects.get(account=account)
    assert "読めません".encode() not in bytes(inquiry.words)
    at_desk = f"/staff/inquiries/{inquiry.pk}"
    assert "通知が読めません" not in desk.text(at_desk), "nobody reads it before taking it on"
    assert send(desk, at_desk, at_desk + "/take").status_code == 303
    assert "通知が読めません &lt;b&gt;" in desk.text(at_desk)
    assert "通知が読めません" not in elsewhere.text(at_desk)
    token = token_of(elsewhere.text("/staff/support"))
    for page, fields in ((at_desk + "/take", {}), (at_desk, {"answer": "x"})):
        assert elsewhere.post(page, {"csrfmiddlewaretoken": token, **fields}).status_code == 409
    assert "調べています" in resident.text(mine)
    assert send(desk, at_desk, answer="窓口で紙でも出せます。").status_code == 303
    assert "窓口で紙でも出せます。" in resident.text(mine)
    assert "問い合わせに回答しました" in resident.text("/notices/")
    visitor(newcomer()).text(mine, status=404)
    assert send(resident, mine, mine + "/close").status_code == 303
    assert "終わりました" in resident.text(mine)


def test_inquiries_have_a_day_and_a_number(house: House) -> None:
    account, staff = newcomer(), member()
    first = inquiries.ask(account, Subject.OTHER, "x", now=now())
    assert not inquiries.is_late(first, first.due_on)
    assert inquiries.is_late(first, first.due_on + timedelta(days=1))
    for _ in range(inquiries.MOST_OPEN - 1):
        inquiries.ask(account, Subject.OTHER, "x", now=now())
    with pytest.raises(TooMany):
        inquiries.ask(account, Subject.OTHER, "x", now=now())
    inquiries.close(first.pk, account, now=now())
    inquiries.ask(account, Subject.OTHER, "x", now=now())
    with pytest.raises(NotTheirs):
        inquiries.take(first.pk, staff)
    with pytest.raises(NotTheirs):
        inquiries.answer(uuid4(), staff, "x", now=now())
