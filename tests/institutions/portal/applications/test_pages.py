"""Every procedure of the catalogue makes pages: each section is drawn, sent empty, and filled; no procedure is known by name."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any
from urllib.parse import urlencode

import msgspec
import pytest
from django.http import QueryDict
from django.utils import translation

from mynumber.foundation.numbers.addresses import municipality_of
from mynumber.foundation.procedures import answers
from mynumber.foundation.procedures.definition import Choice, Field, FieldType, How, Procedure
from mynumber.foundation.procedures.loading import catalogue
from mynumber.foundation.procedures.values import Value
from mynumber.webkit.examination.showing import shown
from mynumber.webkit.face.journey import TaskState
from mynumber.webkit.filling import forms
from mynumber.webkit.filling.content import Content, Origin, dotted, read
from mynumber.webkit.filling.pages import blank, following, papers_hint, sections, state_of, take_page
from mynumber.webkit.filling.showing import answers_of, lines_of
from tests.institutions.portal.house import House

TODAY = date(2026, 11, 22)
PROCEDURES = catalogue().on(TODAY)
FIRST: dict[FieldType, str] = {
    FieldType.TEXT: "文字",
    FieldType.LONG_TEXT: "長い文字\r\n二行目",
    FieldType.KANA: "やまだ　はなこ",
    FieldType.NAME: "山田　花子",
    FieldType.DATE: "令和8年4月1日",
    FieldType.MONTH: "2026-04",
    FieldType.TIME: "9:30",
    FieldType.YEN: "１，２３４円",
    FieldType.COUNT: "1",
    FieldType.YES_NO: "yes",
    FieldType.CONFIRM: "on",
    FieldType.PHONE: "03-1234-5678",
    FieldType.EMAIL: "name@example.jp",
    FieldType.PERSON: forms.APPLICANT,
    FieldType.EMPLOYMENT_CERTIFICATE: "CERT-1",
    FieldType.FILE: "FILE-1",
}


def sent(each: Field, path: str) -> dict[str, str]:
    """What a browser sends for a field that is filled."""
    match each.type:
        case FieldType.CHOICE | FieldType.CHOICES:
            first: Choice = each.choices[0]
            return {path: first.value}
        case FieldType.ADDRESS:
            return {
                f"{path}_code": "124-0012",
                f"{path}_area": "東京都葛飾区立石",
                f"{path}_street": "5-13-1",
                f"{path}_building": "",
            }
        case FieldType.BANK_ACCOUNT:
            return {
                f"{path}_bank_code": "0001",
                f"{path}_branch_code": "001",
                f"{path}.kind": "ordinary",
                f"{path}.number": "123",
                f"{path}.holder": "ﾔﾏﾀﾞ ﾊﾅｺ",
            }
        case _:
            return {path: FIRST[each.type]}


def posted(values: dict[str, str]) -> QueryDict:
    return QueryDict(urlencode(values))


@pytest.mark.parametrize("procedure", PROCEDURES, ids=lambda one: one.id)
def test_every_section_is_drawn_and_takes_answers(house: House, procedure: Procedure) -> None:
    content = Content()
    places = sections(procedure)
    assert {field.id for _, fields in places for field in fields} == {
        field.id for field in procedure.field if field.how is not How.NEVER_ASKED
    }
    # What an answer opens comes with the next round; so many rounds open everything that these answers open.
    for _ in range(4):
        for _, fields in places:
            reading = answers.read(procedure, content.typed, today=TODAY, known=content.known)
            plan = forms.plan_of(fields, reading, content, today=TODAY)
            drawn: Any = forms.SectionForm(plan)
            page = "".join(str(control) for _, controls in drawn.rows() for control in controls)
            assert all(f'name="{name}' in page for name in plan.controls)
            counts = {field.id: 1 for field in fields if field.type is FieldType.GROUP}
            values = {
                name: text for path, field in plan.fields.items() for name, text in sent(field, path).items()
            }
            whole = forms.plan_of(
                fields, reading, content, today=TODAY, shown=frozenset(plan.fields), entries=counts
            )
            form = forms.SectionForm(whole, posted(values))
            form.is_valid()
            forms.take_answers(content, fields, form.answers(), counts)
    reading = answers.read(procedure, content.typed, today=TODAY, known=content.known)
    asked = {path.split(".")[-1] for path in reading.missing}
    # Locked fields that nobody told are asked as well; what is left are days outside the bounds of their field, not pages that fail.
    assert all(procedure_field(procedure, name).type is FieldType.DATE for name in asked), asked


def procedure_field(procedure: Procedure, name: str) -> Field:
    return next(field for _, field in procedure.every_field() if field.id == name)


def told(field: Field) -> Value:
    """What a source tells of a field."""
    match field.type:
        case FieldType.ADDRESS:
            return {"municipality": "131229", "postal_code": "1250061", "town": "亀有", "rest": "1-2-3"}
        case FieldType.DATE:
            return "2000-04-01"
        case _:
            return "架空　太郎"


@pytest.mark.parametrize("button", ["account_find=bank", "account_other_bank=1", ""])
def test_what_is_known_stays_on_a_page_that_is_shown_again(house: House, button: str) -> None:
    """A bank that is looked for, and an answer that is missing: both bring the page back, with everything that stood there."""
    claim = catalogue().get("funeral_benefit_claim", TODAY)
    locked = [each for each in claim.field if each.how is How.PREFILLED_LOCKED]
    assert len(locked) > 3
    content = Content(known={each.id: told(each) for each in locked})
    fields = claim.field  # on one page, as the shared questions of a life event are
    reading = read(claim, content, today=TODAY)
    before = [row.label for row in blank(fields, reading, content, today=TODAY).plan.rows]
    form = blank(fields, reading, content, today=TODAY)
    sent = {"shown": " ".join(form.plan.fields), "phone": "03-1234-5678", "account.kind": "ordinary"}
    sent |= {"account.number": "7654321", "account.holder": "カクウ", "funeral_on": "なし"}
    sent |= {"account_bank": "三菱"} | dict([button.split("=")] if button else [])
    taken = take_page(
        fields, reading, content, posted(sent), read=partial(read, claim, today=TODAY), today=TODAY
    )
    assert not taken.valid
    assert [row.label for row in taken.form.plan.rows] == before
    known = [row for row in taken.form.plan.rows if row.kind == "known"]
    assert {row.label for row in known} == {each.label.ja for each in locked}
    assert all(row.lines for row in known)
    # What was typed stands there as it was typed, and what could be understood is kept, the half of an account too.
    drawn = "".join(str(control) for _, controls in taken.form.rows() for control in controls)
    for typed in ("03-1234-5678", "7654321", "カクウ", "なし"):
        assert f'value="{typed}"' in drawn
    assert content.typed["phone"] == "0312345678"
    again = "".join(
        str(control)
        for _, controls in blank(fields, taken.reading, content, today=TODAY).rows()
        for control in controls
    )
    assert 'value="7654321"' in again
    assert "account" in {
        path.partition(".")[0] for path in (each.path for each in taken.reading.all_problems)
    }


def test_the_last_month_before_the_first_is_refused_at_its_field(house: House) -> None:
    form = catalogue().get("pension_exemption", TODAY)
    fields = tuple(each for each in form.field if each.id.startswith("months_"))
    for until, said in (("2026-03", "「免除を希望する最初の月」より前です"), ("2026-04", "")):
        content = Content()
        sent = {"shown": "months_from months_until", "months_from": "2026-04", "months_until": until}
        reading = read(form, content, today=TODAY)
        take = partial(read, form, today=TODAY)
        taken = take_page(fields, reading, content, posted(sent), read=take, today=TODAY)
        assert taken.valid is not bool(said)
        assert set(taken.form.errors) == ({"months_until"} if said else set())
        assert said in taken.form.errors.as_text()
        assert "months_until" in content.typed, "the draft keeps what was written"
        notes = {row.path: row.note for row in blank(fields, taken.reading, content, today=TODAY).plan.rows}
        assert said in notes["months_until"], "and says so when it is opened again"
        assert bool(notes["months_until"]) is bool(said)


def test_an_empty_page_says_what_to_do_for_each_required_answer(house: House) -> None:
    procedure = catalogue().get("child_allowance_claim", TODAY)
    reading = answers.read(procedure, {}, today=TODAY)
    for _, fields in sections(procedure):
        plan = forms.plan_of(fields, reading, Content(), today=TODAY)
        form = forms.SectionForm(plan, posted({}))
        assert not form.is_valid()
        wanted = {path for path, field in plan.fields.items() if field.required}
        assert wanted <= set(form.errors)


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("東京都葛飾区亀有一丁目2番3号", "131229"),
        ("大阪府八尾市本町1丁目1番1号", "272124"),
        ("大阪府大阪市北区中之島1丁目", "271004"),
        ("北海道札幌市中央区北1条西2丁目", "011002"),
        ("千代田区千代田1", None),
        ("", None),
    ],
)
def test_the_municipality_of_an_address(address: str, code: str | None) -> None:
    found = municipality_of(address)
    assert (found.code.digits if found else None) == code


@pytest.mark.parametrize(
    ("path", "written"),
    [
        ("children[0].birth", "children.0.birth"),
        ("children.0.birth", "children.0.birth"),
        ("phone", "phone"),
        ("a[999].b", "a.999.b"),
        ("Children", ""),
        ("a..b", "a..b"),
    ],
)
def test_paths_of_messages_and_of_forms(path: str, written: str) -> None:
    assert dotted(path) == written


@pytest.mark.parametrize("procedure", PROCEDURES, ids=lambda one: one.id)
def test_nobody_is_asked_to_change_what_is_computed(procedure: Procedure) -> None:
    content = Content(typed={field.id: [{}] for field in procedure.field if field.type is FieldType.GROUP})
    reading = answers.read(procedure, content.typed, today=TODAY)
    computed = {
        field.label.ja
        for _, field in procedure.every_field()
        if field.how is How.DERIVED and answers.value_at(reading.values, field.id) is None
    }
    asked = {field.label.ja for _, field in procedure.every_field() if field.how is not How.DERIVED}
    for _, fields in sections(procedure):
        for _, lines in answers_of(fields, reading, content, change="/form"):
            assert all(line.label not in computed - asked or not line.change for line in lines)


def test_an_income_that_only_the_office_knows_opens_no_question_at_the_check() -> None:
    procedure = next(one for one in PROCEDURES if one.id == "child_rearing_allowance_claim")
    reading = answers.read(procedure, {}, today=TODAY)
    fields = {section.id: fields for section, fields in sections(procedure)}["income"]
    labels = {
        line.label for _, lines in answers_of(fields, reading, Content(), change="/form") for line in lines
    }
    assert labels
    assert "その他の扶養親族の数" not in labels


def test_a_month_is_written_as_it_is_read() -> None:
    procedure = next(one for one in PROCEDURES if one.id == "pension_exemption")
    at, field = next(
        (fields, field)
        for _, fields in sections(procedure)
        for field in fields
        if field.type is FieldType.MONTH
    )
    content = Content(typed={field.id: "2026-06"})
    for language, words in (("ja", "令和8年6月"), ("en", "2026-06")):
        with translation.override(language):
            form = blank(at, read(procedure, content, today=TODAY), content, today=TODAY)
            assert form[field.id].value() == words


def test_a_page_that_has_to_be_corrected_comes_before_the_check() -> None:
    procedure = next(one for one in PROCEDURES if one.id == "child_rearing_allowance_claim")
    places = sections(procedure)
    place = next(at for at, (section, _) in enumerate(places) if section.id == "income")
    section, fields = places[place]
    content = Content(marks={fields[0].id: "確かめてください。"})
    reading = read(procedure, content, today=TODAY)
    assert state_of(section, fields, content, reading) is TaskState.RETURNED
    assert following(reading, place - 1, content) == section
    notes = {line.note for _, lines in answers_of(fields, reading, content, change="") for line in lines}
    assert "確かめてください。" in notes
    done = answers_of(fields, reading, content, change="", corrected=True)
    assert "確かめてください。" not in {line.note for _, lines in done for line in lines}


def test_a_postal_code_that_nobody_knows_is_left_out() -> None:
    address = next(field for field in PROCEDURES[0].field if field.type is FieldType.ADDRESS)
    home = {"municipality": "131229", "town": "亀有", "rest": "1-2-3"}
    assert lines_of(address, {**home, "postal_code": "1250061"}) == (
        "〒125-0061",
        "東京都葛飾区亀有1-2-3",
    )
    for unknown in ({**home, "postal_code": ""}, home):
        assert lines_of(address, unknown) == ("東京都葛飾区亀有1-2-3",)


def test_a_telephone_number_is_written_with_its_parts_and_read_the_same() -> None:
    procedure = PROCEDURES[0]
    fields = tuple(field for field in procedure.field if field.type is FieldType.PHONE)[:1]
    (phone,) = fields
    content = Content(typed={phone.id: "0312345678"})
    form = blank(fields, read(procedure, content, today=TODAY), content, today=TODAY)
    assert form[phone.id].value() == "03-1234-5678"
    assert lines_of(phone, "09012345678") == ("090-1234-5678",)
    assert shown(phone, "0451234567") == "045-123-4567"
    assert shown(phone, "0422123456") == "0422123456", "its area code takes the whole list to tell"


def test_what_is_left_to_hand_in_is_said_of_all_papers() -> None:
    repair = next(one for one in PROCEDURES if one.id == "care_home_repair")
    wanted = tuple(each for each in repair.document if each.required and not each.replaced_by)[:2]
    optional = tuple(msgspec.structs.replace(each, required=False) for each in wanted)
    original = (*wanted, msgspec.structs.replace(wanted[0], original=True))
    with translation.override("ja"):
        assert papers_hint(wanted, wanted) == "あと2件あります。"
        assert papers_hint(wanted, wanted[1:]) == "あと1件あります。"
        assert papers_hint(wanted, ()) == "要る書類はそろっています。"
        assert papers_hint(optional, ()) == "出さなければならない書類はありません。"
        assert "原本" in papers_hint(original, ())


def test_an_amount_of_an_earlier_application_says_so() -> None:
    report = next(one for one in PROCEDURES if one.id == "child_rearing_allowance_annual_report")
    fields = tuple(each for each in report.field if each.id == "children")
    entry = {"person": "member-2", "name": "架空　太郎", "birth": "2018-05-01", "death_pension": 0}
    origin = Origin("住民基本台帳", "2026-11-22T00:00:00+00:00")
    content = Content(known={"children": [entry]}, origins={"children": origin})
    with translation.override("ja"):
        form = blank(fields, read(report, content, today=TODAY), content, today=TODAY)
    sources = {row.path: row.source for row in form.plan.rows if row.kind == "control"}
    assert form["children.0.death_pension"].value() == 0
    assert sources["children.0.death_pension"].startswith("前回の申請から")
    assert any(row.source.startswith("住民基本台帳から") for row in form.plan.rows)


def test_what_may_be_left_empty_says_so_where_it_asks_for_a_zero() -> None:
    for procedure in PROCEDURES:
        for path, field in procedure.every_field():
            asks_for_zero = field.help is not None and "なければ0" in field.help.ja
            says_empty = field.help is not None and "空けて" in field.help.ja
            assert field.required or not asks_for_zero or says_empty, (procedure.id, path)
