"""Mailings as staff make them: written, addressed, proposed, approved by somebody else, stopped."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import msgspec
import psycopg
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError
from django.utils import timezone

from mynumber.institutions.municipality.notices import mailings
from mynumber.institutions.municipality.notices.models import (
    Fate,
    Mailing,
    MailingEntry,
    MailingState,
    SentNotice,
)
from mynumber.institutions.municipality.notices.sending import OtherNotice, send
from mynumber.institutions.municipality.register.models import Person
from mynumber.platform.databases import InstitutionDatabase
from mynumber.protocols.notices import Category, Notice
from mynumber.webkit.staff.models import StaffMember
from mynumber.webkit.tenancy import acting_as
from tests.institutions.municipality.conftest import CITY, FORMER_CITY
from tests.institutions.municipality.notices.conftest import Worker

TEXT = {
    "category": "general",
    "title": "{氏名}様へのお知らせ",
    "words": "{氏名}様\n生年月日は{生年月日}です。",
    "office": "葛飾区 子育て支援課",
    "due": "",
    "link": "/procedures/",
    "hour": "9",
    "send_on": "",
}


def write(worker: Worker, aim: str, **changes: str) -> str:
    """A new draft; its path."""
    worker.get("notices/new")
    fields: dict[str, Any] = {**TEXT, **changes, "aim": aim}
    return worker.post("notices/new", **fields).removeprefix(f"/{CITY}/")


def by_register(worker: Worker, path: str, **chosen: Any) -> str:
    worker.get(path)
    return worker.post(f"{path}/register", **{"on": "2026-11-22", "age_from": "", "age_to": "", **chosen})


def upload(worker: Worker, path: str, content: str, status: int = 200) -> str:
    worker.get(path)
    file = SimpleUploadedFile("people.csv", content.encode(), content_type="text/csv")
    return worker.post(f"{path}/file", status, file=file)


def row_of(path: str) -> Mailing:
    return Mailing.objects.get(pk=int(path.rpartition("/")[2]))


def queue_all(at: datetime | None = None) -> list[Notice]:
    """What the worker would put into the outbox now."""
    with acting_as(CITY):
        while mailings.queue_due(at=at or timezone.now()):
            pass
        rows = SentNotice.objects.exclude(mailing=None).order_by("addressee")
        return [msgspec.json.decode(bytes(row.body), type=Notice) for row in rows]


def test_a_mailing_goes_from_the_author_over_a_second_person_into_the_outbox(
    yamada: Worker, kimura: Worker
) -> None:
    path = write(yamada, "register")
    by_register(yamada, path, age_from="18", age_to="70", towns=["立石一丁目"])
    page = yamada.get(path)
    assert "いま <strong>2</strong> 人です" in page
    assert "架空　一郎様へのお知らせ" in page  # as it will be read
    yamada.post(f"{path}/propose")
    assert queue_all() == []

    assert "2 人に送ることを承認します" in kimura.get(path)
    kimura.post(f"{path}/approve", count="2")
    notices = queue_all()
    assert [notice.title for notice in notices] == [
        "架空　一郎様へのお知らせ",
        "架空　二葉様へのお知らせ",
    ]
    assert notices[1].words == "架空　二葉様\n生年月日は2008年2月29日です。"
    assert (notices[0].office, notices[0].category) == ("葛飾区 子育て支援課", Category.GENERAL)
    assert queue_all() == notices  # once
    page = yamada.get(path)
    for act in ("作成しました", "宛先を選びました", "決裁に回しました", "承認しました（木村　徹）"):
        assert act in page
    assert "送信済み" in page


def test_whoever_wrote_or_proposed_it_cannot_approve_it(kimura: Worker, yamada: Worker) -> None:
    path = write(kimura, "register")
    by_register(kimura, path)
    yamada.get(path)
    yamada.post(f"{path}/propose")
    assert "承認できません" in kimura.get(path)
    assert "作成した人" in kimura.post(f"{path}/approve", 409, count="4")

    other = write(yamada, "register")
    by_register(yamada, other)
    kimura.get(other)
    kimura.post(f"{other}/propose")  # kimura did not write it, but proposed it
    kimura.post(f"{other}/approve", 409, count="4")
    yamada.post(f"{other}/approve", 403, count="4")  # no supervisor
    with acting_as(CITY):
        assert {row_of(path).state, row_of(other).state} == {MailingState.PROPOSED}


def test_the_database_holds_four_eyes_by_itself(clean: InstitutionDatabase) -> None:
    with acting_as(CITY):
        staff = StaffMember.objects.get(username="kimura")
        row = mailings.create(
            staff,
            {"aim": "register", "title": "x", "words": "x", "office": "x", "category": "general"},
            at=timezone.now(),
        )
    for values in (
        {"approved_by": staff, "proposed_by": None, "state": "approved"},
        {"approved_by": None, "state": "approved"},
        {"approved_by": staff, "created_by": None, "proposed_by": staff, "state": "approved"},
    ):
        with pytest.raises(DatabaseError), acting_as(CITY):
            Mailing.objects.filter(pk=row.pk).update(**values)


def test_what_the_second_person_saw_is_what_goes(yamada: Worker, kimura: Worker) -> None:
    path = write(yamada, "persons")
    yamada.get(path)
    yamada.post(f"{path}/add", addressee="1000000001")
    yamada.post(f"{path}/propose")
    kimura.get(path)
    assert "宛先の数が変わりました" in kimura.post(f"{path}/approve", 409, count="9")
    for act, fields in (
        ("add", {"addressee": "1000000003"}),
        ("drop", {"addressee": "1000000001"}),
        ("edit", {**TEXT, "aim": "persons"}),
    ):
        yamada.get(path)
        yamada.post(f"{path}/{act}", 409, **fields)
    kimura.get(path)
    kimura.post(f"{path}/return", words="宛先を見直してください")
    assert "宛先を見直してください" in yamada.get(path)
    yamada.post(f"{path}/add", addressee="1000000003")
    assert "いま <strong>2</strong> 人です" in yamada.get(path)


def test_people_are_found_and_chosen_one_by_one(yamada: Worker) -> None:
    path = write(yamada, "persons")
    page = yamada.get(f"{path}?q=架空")
    assert 'value="1000000001"' in page
    yamada.post(f"{path}/add", addressee="1000000001")
    yamada.post(f"{path}/add", addressee="1000000001")
    assert "いま <strong>1</strong> 人です" in yamada.get(path)
    yamada.post(f"{path}/add", 409, addressee="1000000005")  # moved out
    yamada.post(f"{path}/add", 404, addressee="9999999999")
    yamada.get(path)
    yamada.post(f"{path}/drop", addressee="1000000001")
    yamada.get(path)
    assert "宛先の人がいません" in yamada.post(f"{path}/propose", 409)


def test_a_file_brings_addressees_and_values(yamada: Worker, kimura: Worker) -> None:
    path = write(yamada, "file", words="{氏名}様の額は{額}円です。", title="お知らせ")
    page = upload(yamada, path, "宛名番号,額\n1000000001,{氏名}\n1000000003,<b>1</b>\n9999999999,3\n")
    assert "1件は、転出・死亡など" in page
    assert "&lt;b&gt;1&lt;/b&gt;円" in page
    yamada.post(f"{path}/propose")
    kimura.get(path)
    kimura.post(f"{path}/approve", count="2")
    assert [notice.words for notice in queue_all()] == [
        "架空　一郎様の額は{氏名}円です。",  # a value is not read as a place
        "模擬　三太様の額は<b>1</b>円です。",
    ]


def test_words_with_a_place_that_the_file_lacks_are_not_proposed(yamada: Worker) -> None:
    path = write(yamada, "file", words="{額}円です。")
    page = upload(yamada, path, "宛名番号\n1000000001\n", 422)
    assert "値のない差し込み項目" in page
    assert "値のない差し込み項目" in yamada.post(f"{path}/propose", 422)
    assert "2行目の宛名番号が10桁" in upload(yamada, path, "宛名番号\nabc\n", 422)


def test_a_title_that_grows_too_long_by_its_values_is_not_proposed(yamada: Worker) -> None:
    path = write(yamada, "file", title="{額}", words="x")
    upload(yamada, path, f"宛名番号,額\n1000000001,{'長' * 150}\n", 422)
    assert "長すぎる" in yamada.post(f"{path}/propose", 422)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"title": ""}, "件名"),
        ({"title": "二行\n目"}, "改行"),
        ({"title": "X-Evil: 1\r\nSet-Cookie: a=b"}, "改行"),
        ({"title": "長" * 101}, "件名"),
        ({"words": "{氏名"}, "組にして"),
        ({"words": "鐘\x07"}, "使えない"),
        ({"link": "https://evil.invalid/"}, "マイナポータルの中のページ"),
        ({"link": "//evil.invalid/"}, "マイナポータルの中のページ"),
        ({"link": "/\\evil.invalid"}, "マイナポータルの中のページ"),
        ({"link": "javascript:alert(1)"}, "マイナポータルの中のページ"),
        ({"category": "decision"}, "種類"),
        ({"aim": "everybody"}, "宛先"),
        ({"send_on": "昭和65年1月1日"}, "送る日"),
    ],
)
def test_what_cannot_be_sent_is_said_at_once(yamada: Worker, changes: dict[str, str], says: str) -> None:
    yamada.get("notices/new")
    page = yamada.post("notices/new", 422, **{**TEXT, "aim": "register", **changes})
    assert says in page


def test_markup_stays_text(yamada: Worker) -> None:
    path = write(
        yamada, "register", title="<script>alert(1)</script>", words="&amp;<img src=x onerror=alert(1)>"
    )
    page = yamada.get(path)
    assert "<script>alert" not in page
    assert "<img" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "&amp;amp;" in page


def test_it_goes_at_its_time_and_not_before(yamada: Worker, kimura: Worker) -> None:
    path = write(yamada, "register", send_on="2099年1月2日", hour="15")
    by_register(yamada, path)
    yamada.get(path)
    yamada.post(f"{path}/propose")
    kimura.get(path)
    kimura.post(f"{path}/approve", count="4")
    assert queue_all() == []
    moment = datetime(2099, 1, 2, 6, 0, tzinfo=UTC)
    assert queue_all(moment - timedelta(seconds=1)) == []
    assert len(queue_all(moment)) == 4


def test_a_stopped_mailing_sends_nothing_more(yamada: Worker, kimura: Worker) -> None:
    path = write(yamada, "register")
    by_register(yamada, path)
    yamada.get(path)
    yamada.post(f"{path}/propose")
    kimura.get(path)
    kimura.post(f"{path}/approve", count="4")
    queue_all()
    with acting_as(CITY):
        SentNotice.objects.filter(addressee="1000000001").update(fate=Fate.SENT)
    yamada.get(path)
    yamada.post(f"{path}/stop")
    with acting_as(CITY):
        fates = dict(SentNotice.objects.values_list("addressee", "fate"))
        assert row_of(path).state == MailingState.STOPPED
    assert fates.pop("1000000001") == Fate.SENT  # what has left, has left
    assert set(fates.values()) == {Fate.STOPPED}
    yamada.get(path)
    yamada.post(f"{path}/stop", 409)


def test_the_kill_switch_stops_everything_until_it_is_undone(yamada: Worker, kimura: Worker) -> None:
    path = write(yamada, "register")
    by_register(yamada, path)
    yamada.get(path)
    yamada.post(f"{path}/propose")
    kimura.get("notices/")
    kimura.post("notices/switch", off="1")
    yamada.post("notices/switch", 403, off="0")
    assert "送信を止めています" in yamada.get("notices/")
    kimura.get(path)
    kimura.post(f"{path}/approve", count="4")
    assert queue_all() == []
    kimura.get("notices/")
    kimura.post("notices/switch", off="0")
    assert len(queue_all()) == 4
    with acting_as(CITY):
        acts = [entry.act for entry in MailingEntry.objects.filter(mailing=None).order_by("pk")]
    assert acts[-2:] == ["switched_off", "switched_on"]


def test_who_died_is_not_written_to_and_a_name_that_grew_holds_up_nobody(
    yamada: Worker, kimura: Worker
) -> None:
    path = write(yamada, "register", title="{氏名}" * 5)
    by_register(yamada, path)
    yamada.get(path)
    yamada.post(f"{path}/propose")
    kimura.get(path)
    kimura.post(f"{path}/approve", count="4")
    with acting_as(CITY):
        people = Person.objects.order_by("addressee")
        before = {each.pk: (each.died_on, each.family) for each in people}
        people.filter(addressee="1000000001").update(died_on=date(2026, 11, 21))
        people.filter(addressee="1000000002").update(family="長" * 90)
        while mailings.queue_due(at=timezone.now()):
            pass
        fates = dict(SentNotice.objects.values_list("addressee", "fate"))
        for pk, (died_on, family) in before.items():
            Person.objects.filter(pk=pk).update(died_on=died_on, family=family)
    assert fates == {
        "1000000001": Fate.STOPPED,
        "1000000002": Fate.REFUSED,
        "1000000003": Fate.WAITING,
        "1000000004": Fate.WAITING,
    }


def test_a_single_notice_that_did_not_arrive_is_listed_for_the_post(
    yamada: Worker, clean: InstitutionDatabase
) -> None:
    notice = Notice(
        notice=uuid4(),
        category=Category.DECISION,
        title="支給停止の決定",
        words="x",
        office="x",
        at=timezone.now(),
    )
    row = send(CITY, "1000000003", notice)
    assert "支給停止の決定" not in yamada.get("notices/")
    with acting_as(CITY):
        SentNotice.objects.filter(pk=row.pk).update(fate=Fate.NO_ACCOUNT)
    assert "支給停止の決定" in yamada.get("notices/")


def test_figures_and_who_needs_a_letter(yamada: Worker, kimura: Worker) -> None:
    path = write(yamada, "register")
    by_register(yamada, path)
    yamada.get(path)
    yamada.post(f"{path}/propose")
    kimura.get(path)
    kimura.post(f"{path}/approve", count="4")
    queue_all()
    now = timezone.now()
    with acting_as(CITY):
        rows = SentNotice.objects.order_by("addressee")
        became: tuple[dict[str, Any], ...] = (
            {"fate": Fate.ARRIVED, "arrived_at": now, "read_at": now},
            {"fate": Fate.ARRIVED, "arrived_at": now},
            {"fate": Fate.NO_ACCOUNT},
            {"fate": Fate.REFUSED, "refusal": "no_code_held"},
        )
        for row, values in zip(rows, became, strict=True):
            SentNotice.objects.filter(pk=row.pk).update(**values)
        figures = mailings.figures(row_of(path))
    assert (figures.queued, figures.arrived, figures.read, figures.no_account, figures.refused) == (
        4,
        2,
        1,
        1,
        1,
    )
    assert "到達の50%" in yamada.get(path)
    page = yamada.get(f"{path}/by-post")
    assert "模擬　三太" in page
    assert "架空　一郎" not in page
    lines = yamada.get(f"{path}/by-post.csv").splitlines()
    assert lines == ["\ufeff宛名番号,わけ", "1000000003,利用者なし", "1000000004,送れません"]


def test_another_town_and_an_auditor(yamada: Worker, clean: InstitutionDatabase) -> None:
    path = write(yamada, "register")
    Worker("yao", FORMER_CITY).get(path, 404)
    auditor = Worker("kansa")
    assert f"{path}/propose" not in auditor.get(path)
    auditor.post(f"{path}/propose", 403)
    auditor.get("notices/new", 403)


def test_one_id_is_one_notice_to_one_person(clean: InstitutionDatabase) -> None:
    notice = Notice(
        notice=uuid4(),
        category=Category.DECISION,
        title="決定のお知らせ",
        words="支給します。",
        office="葛飾区",
        at=timezone.now(),
    )
    first = send(CITY, "1000000001", notice)
    assert send(CITY, "1000000001", notice) == first
    with pytest.raises(OtherNotice):
        send(CITY, "1000000003", notice)


def test_a_notice_goes_with_the_transaction_of_what_it_tells(clean: InstitutionDatabase) -> None:
    notice = Notice(
        notice=uuid4(), category=Category.GENERAL, title="x", words="x", office="x", at=timezone.now()
    )

    class Undone(Exception): ...

    def undo() -> None:
        with acting_as(CITY):
            send(CITY, "1000000001", notice)
            raise Undone

    with pytest.raises(Undone):
        undo()
    with acting_as(CITY):
        assert not SentNotice.objects.filter(notice=notice.notice).exists()


def test_sql_of_another_town_sees_nothing_and_nobody_rewrites_who_did_what(
    yamada: Worker, clean: InstitutionDatabase
) -> None:
    write(yamada, "register")
    with psycopg.connect(clean.tenant_urls[FORMER_CITY]) as other:
        for table in ("mailing", "mailingentry", "sentnotice"):
            row = other.execute(f"SELECT count(*) FROM municipality_notices_{table}").fetchone()  # noqa: S608
            assert row == (0,)
    with psycopg.connect(clean.tenant_urls[CITY]) as own, pytest.raises(psycopg.errors.InsufficientPrivilege):
        own.execute("UPDATE municipality_notices_mailingentry SET by_name = 'x'")
