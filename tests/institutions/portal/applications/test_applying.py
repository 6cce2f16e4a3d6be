"""A resident applies: found, begun, filled with what the office knows, signed, sent once, followed, corrected, decided."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import msgspec
import pytest
from django.conf import settings

from mynumber.foundation.procedures import answers
from mynumber.institutions.portal.applications import drafts, kept, outbox
from mynumber.institutions.portal.applications.models import Application, Sending, Standing
from mynumber.institutions.portal.notices import inbox
from mynumber.protocols.applications import LetterForm, MarkedField, Step, statement_digest
from mynumber.protocols.counter_drafts import Draft
from mynumber.protocols.refusal import Reason, Refused
from tests.institutions.portal.applications.body import CHILD, DECIDE_BY, OTHER_CITY, City
from tests.institutions.portal.applications.people import CLAIM, Person
from tests.institutions.portal.house import Browser, House
from tests.support.exchange import CITY


def held(person: Person) -> Application:
    return Application.objects.get(pk=person.ident)


def far(minutes: int = 90) -> datetime:
    return datetime.now(UTC) + timedelta(minutes=minutes)


def test_anybody_finds_a_procedure_and_reads_its_guide(house: House, browser: Browser) -> None:
    page = browser.text("/procedures/?q=保育園")
    assert "保育施設等の利用申込" in page
    assert "児童手当" in browser.text("/procedures/?event=birth")
    assert "見つかりませんでした" in browser.text("/procedures/?q=xyzzy")
    guide = browser.text(f"/procedures/{CLAIM}/")
    assert "児童手当法第7条第1項" in guide
    assert "申請をはじめる" in guide
    assert "本人以外が行う手続です" in browser.text("/procedures/employment_certificate/")
    assert browser.get("/procedures/nothing/").status_code == 404


def test_what_papers_it_takes_is_told_before_beginning(person: Person) -> None:
    guide = person.browser.text("/procedures/funeral_benefit_claim/")
    papers, _, after = guide.partition("<h2>用意する書類</h2>")[2].partition("申請をはじめる")
    assert after, "before the button"
    needed, _, not_needed = papers.partition("出さなくてよいもの")
    assert "葬祭を行ったことが分かるもの" in needed
    assert "死亡が分かる書類：住民票で確かめます" in not_needed
    assert "葬祭を行ったことが分かるもの" not in not_needed
    assert "ほかの役所に聞きます" in person.browser.text("/procedures/child_rearing_allowance_claim/")
    assert "答えによって要るもの" in person.browser.text("/procedures/pension_exemption/")
    person.sign_in()
    assert "死亡が分かる書類：住民票で確かめます" in person.browser.text(
        "/procedures/funeral_benefit_claim/begin"
    )


def test_a_few_questions_tell_what_fits(house: House, browser: Browser) -> None:
    query = "raises_child_under_19=yes&lives_in_japan=yes&receives_child_allowance=no"
    page = browser.text(f"/procedures/fit?{query}")
    assert page.index("児童手当等の受給資格") < page.index("まだわからない手続")
    assert "次の答えがあれば、わかります" in page


def test_nobody_begins_without_the_card(house: House, browser: Browser) -> None:
    response = browser.get(f"/procedures/{CLAIM}/begin")
    assert response.status_code == 303
    assert response.headers["Location"].startswith("/sign-in/?next=")


def test_a_whole_application_from_beginning_to_payment(person: Person, city: City) -> None:
    person.sign_in()
    person.begin()
    assert person.browser.get(person.at()).headers["Location"] == person.at("consent")
    person.agree()
    tasks = person.browser.text(person.at())
    assert "役所の情報を入れました" in tasks
    asked = city.asked[-1]
    assert asked.certificate == person.holder.serial
    assert asked.applicant.name == person.holder.name
    you = person.browser.text(person.at("form/you"))
    assert "住民基本台帳から" in you
    assert 'name="applicant_name"' not in you, "what is known for sure is shown, not asked"
    person.fill_all()
    check = person.browser.text(person.at("check"))
    assert "架空　太郎" in check
    assert "7654321" not in check, "an account number is masked"
    assert person.send() == person.at("?sent=1")
    status = person.browser.text(person.at("?sent=1"))
    assert "役所に届きました" in status
    application, arrival = city.arrived[person.ident, 0]
    assert arrival.receipt in status
    assert application.signature is not None
    answers = json.loads(application.answers)["answers"]
    assert answers["cause_on"] == "2026-11-10"
    assert answers["phone"] == "0312345678"
    assert answers["children"][0]["person"] == CHILD
    assert answers["account"]["number"] == "7654321"
    sending = Sending.objects.get(application_id=person.ident)
    assert sending.content is None, "what arrived does not stay in the outbox"
    assert sending.digest == statement_digest(application).hex()

    ident = person.ident
    arrived = city.step(ident, Step.ARRIVED)
    accepted = city.step(ident, Step.ACCEPTED, expected_by=City.in_days(20))
    assert city.tell(arrived, accepted) == 2
    assert city.tell(arrived, accepted) == 0, "told again changes nothing"
    asked_back = city.step(
        ident,
        Step.CORRECTION_ASKED,
        words="電話がつながりません。",
        fields=(MarkedField(path="phone", words="番号を確かめてください。"),),
        expected_by=City.in_days(14),
    )
    city.tell(asked_back)
    tasks = person.browser.text(person.at())
    assert "電話がつながりません。" in tasks
    assert "直してください" in tasks
    assert "番号を確かめてください。" in person.browser.text(person.at("form/you"))
    person.fill("you", phone="090-1234-5678")
    person.send()
    person.browser.text(person.at())
    corrected, _ = city.arrived[ident, 1]
    assert json.loads(corrected.answers)["answers"]["phone"] == "09012345678"
    city.tell(
        city.step(ident, Step.CORRECTED),
        city.step(
            ident,
            Step.GRANTED,
            words="認定しました。",
            grounds=("児童手当法第7条第1項",),
            objection="決定を知った日の翌日から3か月以内に、区長に審査請求ができます。",
            amount=15_000,
            letter=city.letter(ident),
        ),
        city.step(ident, Step.PAYMENT_ORDERED, expected_by=City.in_days(30)),
    )
    decided = person.browser.text(person.at("?sent=1"))
    assert "役所に届きました" not in decided.partition("<h2>これまで")[0], "an old address tells no news"
    assert "15,000円" in decided
    assert "審査請求" in decided
    letter = person.browser.get(person.at("letters/5"))
    assert (letter.status_code, letter.content) == (200, city.letter(ident))
    assert letter.headers["Content-Disposition"].startswith("attachment")
    receipt = person.browser.get(person.at("receipt.pdf"))
    assert receipt.headers["Content-Type"] == "application/pdf"
    assert receipt.content.startswith(b"%PDF-")
    told = inbox.of(held(person).account).order_by("arrived_at", "pk")
    assert sorted(told.values_list("category", flat=True)) == ["benefit", "decision", "procedure"]
    row = held(person)
    assert row.sent_at is not None
    assert row.arrived_at is not None
    assert row.accepted_at is not None
    assert row.correction_asked_at is not None
    assert row.corrected_at is not None
    assert row.decided_at is not None
    assert row.sent_at < row.arrived_at < row.accepted_at <= row.correction_asked_at < row.corrected_at
    assert (row.standing, row.live) == (Standing.DECIDED, False)
    assert arrival.receipt in person.browser.text(person.at("receipt"))
    assert arrival.receipt in person.browser.text("/applications/")


def test_a_correction_that_was_handed_in_is_the_offices(person: Person, city: City) -> None:
    person.ready()
    person.send()
    person.browser.text(person.at())
    mark = MarkedField(path="phone", words="番号を確かめてください。")
    asked = city.step(person.ident, Step.CORRECTION_ASKED, fields=(mark,), expected_by=City.in_days(14))
    city.tell(msgspec.structs.replace(asked, holder="申請者"))
    home = person.browser.text("/")
    assert "直して、もう一度送ってください。" in home
    assert "直してほしいところがあります" in home
    person.fill("you", phone="090-1234-5678")
    city.loses_answers = 1
    person.send()
    # On its way, and arrived but not yet confirmed: no word of the office says more than that it waits for the applicant.
    for state in ("送っています", "審査"):
        page = person.browser.text(person.at())
        assert state in page
        assert "止まりました" not in page, "what is to be corrected goes on"
        now_with = page.partition("<h2>これまで")[0]
        assert "申請者" not in now_with
        assert "葛飾区" in now_with
        to_do = person.browser.text("/").partition("進んでいること")[0]
        assert "直して" not in to_do
        assert (
            "あなた"
            not in person.browser.text("/applications/").partition("<tbody")[2].partition("</tbody")[0]
        )
        Sending.objects.filter(application_id=person.ident).update(next_try_at=datetime.now(UTC))
    # The page itself brought it there: the step stands on it before the office tells it, and once afterwards.
    arrived, corrected = "直した内容が届きました", "<dt>補正した日時</dt>"
    assert page.count(arrived) == 1
    assert corrected in page
    assert page.index(arrived) < page.index("（補正）")
    city.tell(city.step(person.ident, Step.CORRECTED, expected_by=DECIDE_BY))
    told = person.browser.text(person.at())
    assert (told.count(arrived), told.count(corrected)) == (1, 1)
    assert held(person).expected_by == DECIDE_BY
    person.browser.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    in_english = person.browser.text(person.at())
    assert "From then on with you, the applicant." in in_english
    assert "申請者" not in in_english


def test_when_nothing_can_be_paid_only_the_account_is_open_and_a_signed_sending_brings_another(
    person: Person, city: City
) -> None:
    person.ready()
    person.send()
    person.browser.text(person.at())
    ident, old, new = person.ident, "みずほ銀行　普通　下3けた321", "みずほ銀行　普通　下3けた222"
    day = City.in_days(3)
    city.tell(
        city.step(ident, Step.ARRIVED),
        city.step(ident, Step.GRANTED, words="認定しました。", amount=30_000),
        city.step(ident, Step.PAYMENT_ORDERED, amount=30_000, account=old, expected_by=day),
        city.step(ident, Step.TRANSFER_SENT, amount=30_000, account=old, expected_by=day),
    )
    page = person.browser.text(person.at())
    assert "お金の受け取り" in page
    assert "銀行に頼みました" in page
    assert old in page
    city.tell(
        city.step(
            ident,
            Step.PAYMENT_RETURNED,
            words="口座が解約されていました。",
            fields=(MarkedField(path="account", words="口座が解約されていました。"),),
            amount=30_000,
            account=old,
            expected_by=City.in_days(14),
        )
    )
    tasks = person.browser.text(person.at())
    assert "口座が解約されていました。" in tasks
    assert person.at("form/payment") in tasks
    assert person.at("form/you") not in tasks
    assert person.browser.get(person.at("form/you")).status_code == 409
    assert "取り下げる" not in tasks
    notices = inbox.of(held(person).account).order_by("-arrived_at", "-pk")
    assert notices[0].category == "benefit"
    person.fill("payment", account__number="1111222")
    person.send()
    person.browser.text(person.at())
    first, again = (json.loads(city.arrived[ident, at][0].answers)["answers"] for at in (0, 1))
    assert again.pop("account")["number"] == "1111222"
    first.pop("account")
    assert again == first
    assert (held(person).standing, held(person).editing) == (Standing.DECIDED, False)
    city.tell(
        city.step(ident, Step.CORRECTED, amount=30_000, account=new),
        city.step(ident, Step.PAID, amount=30_000, account=new),
        city.step(ident, Step.CLOSED),
    )
    page = person.browser.text(person.at())
    assert "支払いました" in page
    assert new in page
    assert (held(person).standing, held(person).live) == (Standing.ENDED, False)
    city.tell(
        city.step(
            ident, Step.PAYMENT_RETURNED, fields=(MarkedField(path="account", words="組戻"),), account=new
        )
    )
    assert held(person).standing == Standing.CORRECTION, "money that comes back late opens it again"


def test_a_letter_of_another_application_is_withheld(person: Person, city: City) -> None:
    """Whatever mixed them up: the gate compares the paper with who asks, and hands nothing out."""
    person.ready()
    person.send()
    person.browser.text(person.at())
    city.tell(
        city.step(person.ident, Step.ARRIVED),
        city.step(
            person.ident, Step.GRANTED, words="認定しました。", letter=city.letter(person.ident, of=uuid4())
        ),
    )
    page = person.browser.text(person.at("letters/2"), 500)
    assert "この書面はお渡しできません" in page
    assert "%PDF" not in page
    assert person.browser.get(person.at("letters/1")).status_code == 404


def test_a_second_draft_for_the_same_right_is_the_first(person: Person) -> None:
    person.sign_in()
    person.begin()
    first = person.ident
    assert "すでに申請か下書きがあります" in person.browser.text(f"/procedures/{CLAIM}/begin")
    again, begun = drafts.begin(
        held(person).account, drafts.procedure_of(held(person)), now=datetime.now(UTC)
    )
    assert (again.pk, begun) == (first, False)
    assert Application.objects.filter(account=again.account).count() == 1


def test_a_draft_waits_on_every_page_and_goes_on_elsewhere(person: Person) -> None:
    person.sign_in()
    person.begin()
    person.agree()
    person.browser.text(person.at())
    response = person.fill("request", button="later=1", cause="birth")
    assert (response.status_code, response.headers["Location"]) == (303, person.at())
    elsewhere = Person(person.house, person.holder, ident=person.ident)
    elsewhere.sign_in()
    page = elsewhere.browser.text(elsewhere.at("form/request"))
    assert 'value="birth"' in page
    assert "checked" in page[page.index('value="birth"') - 80 : page.index('value="birth"') + 80]


def test_a_question_that_an_answer_opens_is_asked_next(person: Person) -> None:
    person.sign_in()
    person.begin()
    person.agree()
    person.browser.text(person.at())
    assert "parents_live_apart" not in person.browser.text(person.at("form/family"))
    response = person.fill("family", other_parent_cares="yes")
    assert response.headers["Location"] == person.at("form/family?more=1")
    assert "続きの質問があります" in person.browser.text(person.at("form/family?more=1"))
    done = person.fill("family", parents_live_apart="no", main_earner="yes")
    assert done.status_code == 303
    assert "more=1" not in done.headers["Location"]
    # Taken back: what it opened is asked no more and counts no more.
    person.fill("family", other_parent_cares="no")
    row = held(person)
    reading = drafts.reading_of(row, kept.content_of(row), now=datetime.now(UTC))
    assert "main_earner" not in reading.values


def test_wrong_answers_are_said_with_what_to_do_and_the_rest_is_kept(person: Person) -> None:
    person.sign_in()
    person.begin()
    person.agree()
    person.browser.text(person.at())
    response = person.fill("request", cause="birth", cause_on="昭和65年1月1日")
    assert response.status_code == 422
    text = response.content.decode()
    assert "年月日を確かめてください" in text
    assert "昭和65年1月1日" in text, "what was typed stays to be mended"
    assert kept.content_of(held(person)).typed["cause"] == "birth"


def test_children_are_added_and_taken_away(person: Person) -> None:
    person.sign_in()
    person.begin()
    person.agree()
    person.browser.text(person.at())
    assert person.fill("children", button="add=children").status_code == 303
    page = person.browser.text(person.at("form/children"))
    assert 'name="children.1.name"' in page, "who is not on the register is typed in"
    assert 'name="children.0.name"' not in page
    person.fill("children", button="remove=children.1")
    assert 'name="children.1.name"' not in person.browser.text(person.at("form/children"))


def test_the_outbox_sends_until_it_arrives_and_the_city_has_it_once(
    house: House, person: Person, city: City
) -> None:
    person.ready()
    with house.away(CITY):
        person.send()
        assert "送っています" in person.browser.text(person.at())
    city.loses_answers = 1
    application = held(person)
    assert outbox.deliver_due(now=far(), application=application) == 0, "the answer was lost"
    assert (person.ident, 0) in city.arrived
    assert outbox.deliver_due(now=far(200), application=application) == 1
    assert outbox.deliver_due(now=far(300), application=application) == 0
    assert sum(key[0] == person.ident for key in city.arrived) == 1
    assert held(person).receipt == city.arrived[person.ident, 0][1].receipt


@pytest.mark.thorough
def test_what_the_city_refuses_is_a_draft_again(person: Person, city: City) -> None:
    person.ready()
    city.refuses = Reason.NOT_ENTITLED
    person.send()
    page = person.browser.text(person.at())
    page = person.browser.text(person.at())
    assert "役所に届きませんでした" in page
    assert held(person).standing == Standing.DRAFT
    city.refuses = None
    person.send()
    person.browser.text(person.at())
    assert held(person).standing == Standing.UNDER_WAY
    assert (person.ident, 0) in city.arrived, "what was refused does not count"


def test_amend_ask_and_withdraw(person: Person, city: City) -> None:
    person.ready()
    person.send()
    person.browser.text(person.at())
    person.browser.post_form(person.at(), person.at("amend"))
    person.fill("you", phone="0312340000")
    person.send()
    person.browser.text(person.at())
    amended = json.loads(city.arrived[person.ident, 1][0].answers)
    assert amended["answers"]["phone"] == "0312340000"
    words = "いつごろ決まりますか。<script>alert(1)</script>"
    person.browser.post_form(person.at("question"), person.at("question"), words=words)
    person.browser.post_form(person.at("withdraw"), person.at("withdraw"))
    person.browser.post_form(person.at("question"), person.at("withdraw"))
    mine = [letter for letter in city.letters if letter.application == person.ident]
    assert [letter.kind for letter in mine] == [LetterForm.QUESTION, LetterForm.WITHDRAWAL]
    assert mine[0].words == words
    city.tell(city.step(person.ident, Step.WITHDRAWN))
    assert held(person).standing == Standing.ENDED
    person.begin()
    assert Application.objects.filter(account=held(person).account, live=True).count() == 1


def test_an_office_that_does_not_answer_leaves_the_form_to_the_person(house: House, person: Person) -> None:
    person.sign_in()
    person.begin()
    with house.away(CITY):
        person.agree()
        page = person.browser.text(person.at())
    assert "役所の情報を受け取れませんでした" in page
    assert 'name="applicant_name"' in person.browser.text(person.at("form/you"))
    person.browser.post_form(person.at(), person.at("prefill"))
    assert "役所の情報を入れました" in person.browser.text(person.at())


def code_of(person: Person) -> str:
    """The code that the applicant reads at the portal."""
    page = person.browser.post_form(person.at(), person.at("code"))
    text: str = page.content.decode()  # type: ignore[attr-defined]  # the test client's answer
    found = re.search(r"<strong>([0-9A-Z-]{14})</strong>", text)
    assert found is not None
    return found[1].replace("-", "")


def reason(act: Callable[[], object]) -> Reason:
    with pytest.raises(Refused) as refused:
        act()
    return refused.value.reason


def with_phone(draft: Draft, phone: str) -> bytes:
    """The answers of a draft, with another telephone number."""
    body = json.loads(draft.answers)
    body["answers"]["phone"] = phone
    return json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def test_the_counter_takes_a_draft_by_its_code_once(person: Person, city: City) -> None:
    person.ready()
    code = code_of(person)
    assert reason(lambda: city.take_draft(code, sender=OTHER_CITY)) is Reason.UNKNOWN_RECORD
    draft = city.take_draft(code)
    assert (draft.application, draft.sequence) == (person.ident, 0)
    assert draft.applicant.name == person.holder.name
    assert json.loads(draft.answers)["answers"]["cause"] == "birth"
    assert reason(lambda: city.take_draft(code)) is Reason.UNKNOWN_RECORD, "used"
    assert held(person).happenings.filter(kind="taken", words__contains="田中").exists()


def test_an_expired_code_and_one_that_was_replaced_lead_nowhere(person: Person, city: City) -> None:
    person.ready()
    first = code_of(person)
    second = code_of(person)
    assert reason(lambda: city.take_draft(first)) is Reason.UNKNOWN_RECORD
    Application.objects.filter(pk=person.ident).update(counter_code_until=datetime.now(UTC))
    assert reason(lambda: city.take_draft(second)) is Reason.UNKNOWN_RECORD
    assert held(person).editing, "the draft is where it was"


def test_while_the_counter_has_it_nothing_changes_here_and_it_comes_back_filled(
    person: Person, city: City
) -> None:
    person.ready()
    draft = city.take_draft(code_of(person))
    assert "いまは窓口で記入しています" in person.browser.text(person.at())
    assert "窓口にあります" in person.browser.text("/applications/")
    refused = person.browser.get(person.at("form/you"))
    assert refused.status_code == 409
    assert "自分で続ける" in refused.content.decode()
    changed = with_phone(draft, "0355556666")
    assert reason(lambda: city.return_draft(draft, changed, sender=OTHER_CITY)) is Reason.UNKNOWN_RECORD
    assert city.return_draft(draft, changed) == 1
    assert city.return_draft(draft, changed) == 0, "the same again changes nothing"
    assert "03-5555-6666" in person.browser.text(person.at("form/you"))
    assert "住民基本台帳から" in person.browser.text(person.at("form/you")), "what was known is still known"
    person.send()
    person.browser.text(person.at())
    assert json.loads(city.arrived[person.ident, 0][0].answers)["answers"]["phone"] == "0355556666"


def test_who_takes_the_draft_back_loses_nothing_to_the_clerk(person: Person, city: City) -> None:
    person.ready()
    draft = city.take_draft(code_of(person))
    person.browser.post_form(person.at(), person.at("take-back"))
    person.fill("you", phone="0311110000")
    late = with_phone(draft, "0399990000")
    assert reason(lambda: city.return_draft(draft, late)) is Reason.OUT_OF_PLACE
    assert "03-1111-0000" in person.browser.text(person.at("form/you"))
    # Handed in at the counter all the same: it has arrived, and what the resident changes is an amendment of it.
    assert city.hand_in(draft, late)
    row = held(person)
    assert (row.standing, row.editing, row.sequence) == (Standing.UNDER_WAY, True, 1)
    assert "03-1111-0000" in person.browser.text(person.at("form/you"))


def test_what_was_handed_in_at_the_counter_is_followed_here(person: Person, city: City) -> None:
    person.ready()
    draft = city.take_draft(code_of(person))
    answers = with_phone(draft, "0322223333")
    assert reason(lambda: city.hand_in(draft, answers, sender=OTHER_CITY)) is Reason.UNKNOWN_RECORD
    assert reason(lambda: city.hand_in(draft, answers, sequence=3)) is Reason.OUT_OF_PLACE
    assert city.hand_in(draft, answers)
    assert city.hand_in(draft, answers), "told again changes nothing"
    row = held(person)
    assert (row.standing, row.channel, row.editing) == (Standing.UNDER_WAY, "counter", False)
    assert row.sent_at is not None
    assert row.arrived_at is not None
    assert row.sent_at < row.arrived_at
    assert row.sendings.count() == 1
    city.tell(city.step(person.ident, Step.ARRIVED), city.step(person.ident, Step.ACCEPTED))
    status = person.browser.text(person.at())
    assert "2026-CAC-000777" in status
    assert "窓口" in status
    assert inbox.of(row.account).filter(category="procedure").count() == 1
    # It is amended from here as if it had been sent from here.
    person.browser.post_form(person.at(), person.at("amend"))
    assert "03-2222-3333" in person.browser.text(person.at("form/you"))


def test_an_application_of_the_counter_is_shown_to_the_account_of_the_card_alone(
    person: Person, city: City
) -> None:
    person.ready()
    draft = city.take_draft(code_of(person))
    begun = msgspec.structs.replace(draft, application=uuid4())
    nobody: dict[str, Any] = {"certificate": "F" * 16, "taking": None}
    assert not city.hand_in(begun, draft.answers, **nobody)
    mine: dict[str, Any] = {"certificate": person.holder.serial, "taking": None}
    assert city.hand_in(begun, draft.answers, **mine)
    assert city.hand_in(begun, draft.answers, **mine)
    row = Application.objects.get(pk=begun.application)
    assert (row.account, row.live) == (held(person).account, False), "the draft for the same right stays"
    assert "2026-CAC-000777" in person.browser.text("/applications/")
    assert "2026-CAC-000777" in person.browser.text(f"/applications/{row.pk}/")


def test_a_municipality_that_takes_it_at_the_counter_alone_says_so(house: House, browser: Browser) -> None:
    found = browser.text("/procedures/?q=妊娠届&town=272124")
    assert "八尾市では、窓口だけで受け付けます" in found
    guide = browser.text("/procedures/pregnancy_notification/?town=272124")
    assert "保健センター（模型）においでください" in guide
    assert "申請をはじめる" not in guide
    here = browser.text("/procedures/pregnancy_notification/?town=131229")
    assert "面談の通訳" in here
    assert "妊娠11週までに" in here
    assert "健診を受ける病院の予定表" in here
    assert "申請をはじめる" in here
    for odd in ("131228", "x", "999999"):
        assert "申請をはじめる" in browser.text(f"/procedures/pregnancy_notification/?town={odd}")


def test_the_form_is_that_of_ones_own_municipality_from_the_consent_on(person: Person, city: City) -> None:
    person.sign_in()
    person.begin("pregnancy_notification")
    person.agree()
    assert held(person).form == "2026-04+131229.20260401"
    person.browser.text(person.at())
    assert "面談の通訳" in person.browser.text(person.at("form/request"))
    person.fill("request", local_interpreter="english")
    row = held(person)
    reading = drafts.reading_of(row, kept.content_of(row), now=datetime.now(UTC))
    assert reading.values["local_interpreter"] == "english"
    assert b'"version":"2026-04+131229.20260401"' in answers.encode(reading.procedure, reading.values)


def test_what_was_not_told_is_asked_for(person: Person, city: City) -> None:
    person.ready()
    person.send()
    person.browser.text(person.at())
    city.step(person.ident, Step.ARRIVED)
    city.step(person.ident, Step.ACCEPTED)
    person.browser.post_form("/applications/", "/applications/refresh")
    assert held(person).steps.count() == 2
    assert held(person).accepted_at is not None
