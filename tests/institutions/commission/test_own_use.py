"""Notices of own-use affairs: by message from the local government, decided by a person, in force in the network with the decision."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import msgspec
import pytest
from django.test import Client
from django.utils import timezone

from mynumber.foundation.law import NoticeKind
from mynumber.platform.databases import InstitutionDatabase
from mynumber.protocols import wire
from mynumber.protocols.own_use import (
    NOTIFY_OWN_USE,
    NoticeState,
    OwnUseNotice,
    OwnUseRuleText,
    OwnUseStanding,
    OwnUseText,
)
from mynumber.protocols.refusal import Hop, Reason
from tests.institutions.network.test_own_use import affair
from tests.institutions.network.test_requests import reason_of, request
from tests.support.core import RunningCore
from tests.support.directory import make_systems
from tests.support.exchange import CITY, FORMER_CITY, resident_code
from tests.support.tools import needs
from tests.webkit import faces
from tests.webkit.face.serving import CHROMIUM, DESK, PHONE, browsing, look_at, serving

PROJECT = "mynumber.institutions.commission.settings"
faces.install(PROJECT)
PASSWORD = "correct-horse-battery"  # of a made-up person


@pytest.fixture(scope="module")
def database(institution_database: Callable[..., InstitutionDatabase]) -> InstitutionDatabase:
    return institution_database("commission", migrated=True)


@pytest.fixture(scope="module")
def house(database: InstitutionDatabase, core: RunningCore) -> Iterator[None]:
    with faces.face(PROJECT, database, **core.systems.environment("commission")):
        from mynumber.webkit.staff.models import Role, StaffMember  # models wait for the face

        for username, role in (("kessai", Role.SUPERVISOR), ("kanshi", Role.AUDITOR)):
            member = StaffMember(
                username=username, display_name=f"{username} 一郎", department="監視・監督室", role=role
            )
            member.set_password(PASSWORD)
            member.save()
        yield


@pytest.fixture
def supervisor(house: None) -> Client:
    return signed_in("kessai")


def signed_in(username: str) -> Client:
    client = Client(SERVER_NAME="localhost")
    response = client.post("/sign-in", {"username": username, "password": PASSWORD, "next": "/own-use"})
    assert response.status_code == 302, response.content.decode()
    return client


def notify(
    core: RunningCore, text: OwnUseText, *, notice: UUID | None = None, sender: str = CITY, **changes: object
) -> OwnUseStanding:
    node = core.node(sender)
    question = OwnUseNotice(notice=notice or uuid4(), kind=NoticeKind.NEW, affair=text)
    outgoing = wire.prepare(
        node,
        NOTIFY_OWN_USE,
        msgspec.structs.replace(question, **changes),
        sender=sender,
        receiver="commission",
        hop=Hop.COMMISSION,
        now=datetime.now(UTC),
    )
    response = Client(SERVER_NAME="localhost").post(
        NOTIFY_OWN_USE.path, data=outgoing.token, content_type=wire.CONTENT_TYPE
    )
    return wire.conclude(
        node, outgoing, response.status_code, response.content, hop=Hop.COMMISSION, now=datetime.now(UTC)
    )


def refusal(core: RunningCore, text: OwnUseText, **changes: object) -> tuple[Hop, Reason]:
    return core.refusal(lambda: notify(core, text, **changes))  # type: ignore[arg-type]


def decide(client: Client, notice: UUID, decision: str, remark: str = "") -> int:
    return client.post(f"/own-use/{notice}", {"decision": decision, "remark": remark}).status_code


def test_what_the_commission_accepts_may_be_asked_for_from_that_moment(
    core: RunningCore, supervisor: Client
) -> None:
    person = resident_code()
    core.give_codes((CITY, FORMER_CITY), (person,))
    text = affair(number=101, valid_from=timezone.localdate() - timedelta(days=400))
    standing = notify(core, text)
    assert (standing.state, standing.begins) == (NoticeState.OPEN, None)
    assert reason_of(core, request(core, person, affair="own-131229-101")) is Reason.NOT_IN_TABLE
    listed = supervisor.get("/own-use").content.decode()
    assert "own-131229-101" in listed
    page = supervisor.get(f"/own-use/{standing.notice}").content.decode()
    for words in (text.ordinance, text.reason, "児童扶養手当の支給に関する事務", "地方税関係情報"):
        assert words in page, words
    assert decide(supervisor, standing.notice, "accept") == 302
    assert reason_of(core, request(core, person, affair="own-131229-101")) is None
    now = notify(core, text, notice=standing.notice)
    assert (now.state, now.begins) == (NoticeState.ACCEPTED, timezone.localdate()), (
        "not before the acceptance"
    )
    page = supervisor.get(f"/own-use/{standing.notice}").content.decode()
    assert "kessai 一郎" in page
    assert "決定する" not in page
    assert decide(supervisor, standing.notice, "return", "二度目") == 409


def test_a_notice_is_returned_with_the_reason_and_opens_nothing(
    core: RunningCore, supervisor: Client
) -> None:
    text = affair(number=102)
    standing = notify(core, text)
    assert decide(supervisor, standing.notice, "return") == 422, "without a reason"
    assert decide(supervisor, standing.notice, "return", "目的が違います") == 302
    now = notify(core, text, notice=standing.notice)
    assert (now.state, now.remark) == (NoticeState.RETURNED, "目的が違います")
    assert core.rows("SELECT FROM own_use_row WHERE affair = 'own-131229-102'") == []


def test_a_local_government_notifies_for_itself_and_only_what_the_table_can_carry(
    core: RunningCore, house: None
) -> None:
    text = affair(number=103)
    assert refusal(core, text, sender=FORMER_CITY) == (Hop.COMMISSION, Reason.WRONG_INSTITUTION)
    assert refusal(core, text, sender="pension_service") == (Hop.COMMISSION, Reason.NOT_ENTITLED)
    outside = msgspec.structs.replace(text, rules=(OwnUseRuleText(provision="17-1-1"),))
    assert refusal(core, outside) == (Hop.COMMISSION, Reason.NOT_IN_TABLE)
    assert refusal(core, text, kind=NoticeKind.ENDED) == (Hop.COMMISSION, Reason.MALFORMED)
    standing = notify(core, text)
    other = msgspec.structs.replace(text, reason="ほかの理由")
    assert refusal(core, other, notice=standing.notice) == (Hop.COMMISSION, Reason.DUPLICATE_REQUEST)


def test_only_a_supervisor_decides_and_only_staff_see_notices(core: RunningCore, house: None) -> None:
    standing = notify(core, affair(number=104))
    auditor = signed_in("kanshi")
    assert "決定する" not in auditor.get(f"/own-use/{standing.notice}").content.decode()
    assert decide(auditor, standing.notice, "accept") == 403
    stranger = Client(SERVER_NAME="localhost")
    assert stranger.get("/own-use").status_code == 302
    assert stranger.get(f"/own-use/{uuid4()}").status_code == 302
    assert auditor.get(f"/own-use/{uuid4()}").status_code == 404


def test_a_decision_stands_while_the_network_is_away_and_counts_when_it_was_told(
    core: RunningCore, database: InstitutionDatabase, tmp_path: Path, supervisor: Client
) -> None:
    text = affair(number=105)
    standing = notify(core, text)
    lonely = make_systems(tmp_path, "commission", "network", CITY)
    with faces.face(PROJECT, database, **lonely.environment("commission")):
        client = signed_in("kessai")
        assert decide(client, standing.notice, "accept") == 503
        assert "まだ表に加わっていません" in client.get(f"/own-use/{standing.notice}").content.decode()
    assert core.rows("SELECT FROM own_use_row WHERE affair = 'own-131229-105'") == []
    with faces.face(PROJECT, database, **core.systems.environment("commission")):
        assert notify(core, text, notice=standing.notice).state is NoticeState.OPEN, "not in force"
        client = signed_in("kessai")
        assert decide(client, standing.notice, "return", "やはり") == 409, "it may be at the network already"
        assert client.post(f"/own-use/{standing.notice}", {"tell": "1"}).status_code == 302
        assert notify(core, text, notice=standing.notice).state is NoticeState.ACCEPTED
        assert "もう一度知らせる" not in client.get(f"/own-use/{standing.notice}").content.decode()
    assert len(core.rows("SELECT FROM own_use_row WHERE affair = 'own-131229-105'")) == 1


def test_what_no_core_would_take_cannot_be_accepted_and_is_returned(
    core: RunningCore, supervisor: Client
) -> None:
    day = timezone.localdate()
    text = affair(number=107)
    assert decide(supervisor, notify(core, text).notice, "accept") == 302
    over = affair(number=108, valid_from=day - timedelta(days=30), valid_until=day)
    for late, kind in (
        (text, NoticeKind.NEW),  # the number is used
        (affair(number=109), NoticeKind.CHANGED),  # of what is not there
        (affair(number=109, valid_until=day), NoticeKind.ENDED),
        (over, NoticeKind.NEW),  # it ends on the day on which it could begin
    ):
        notice = notify(core, late, kind=kind).notice
        assert decide(supervisor, notice, "accept") == 409, kind
        assert notify(core, late, kind=kind, notice=notice).state is NoticeState.OPEN
        assert decide(supervisor, notice, "return", "表に加えられません") == 302
        assert notify(core, late, kind=kind, notice=notice).state is NoticeState.RETURNED


def test_an_end_that_is_accepted_late_ends_it_from_that_day(core: RunningCore, supervisor: Client) -> None:
    person, day = resident_code(), timezone.localdate()
    core.give_codes((CITY, FORMER_CITY), (person,))
    text = affair(number=110)
    assert decide(supervisor, notify(core, text).notice, "accept") == 302
    assert reason_of(core, request(core, person, affair="own-131229-110")) is None
    ended = msgspec.structs.replace(text, valid_until=day - timedelta(days=3))
    notice = notify(core, ended, kind=NoticeKind.ENDED).notice
    assert decide(supervisor, notice, "accept") == 302
    standing = notify(core, ended, kind=NoticeKind.ENDED, notice=notice)
    assert (standing.state, standing.begins) == (NoticeState.ACCEPTED, day)
    assert reason_of(core, request(core, person, affair="own-131229-110")) is Reason.NOT_IN_TABLE
    again = notify(core, ended, kind=NoticeKind.ENDED).notice
    assert decide(supervisor, again, "accept") == 409, "it ended already"


def test_what_was_accepted_first_is_told_first(
    core: RunningCore, database: InstitutionDatabase, tmp_path: Path, supervisor: Client
) -> None:
    text = affair(number=111)
    lonely = make_systems(tmp_path, "commission", "network", CITY)
    first = notify(core, text).notice
    with faces.face(PROJECT, database, **lonely.environment("commission")):
        assert decide(signed_in("kessai"), first, "accept") == 503
    with faces.face(PROJECT, database, **core.systems.environment("commission")):
        change = msgspec.structs.replace(text, ordinance="改正後の条例")
        second = notify(core, change, kind=NoticeKind.CHANGED).notice
        assert decide(signed_in("kessai"), second, "accept") == 302
        assert notify(core, text, notice=first).state is NoticeState.ACCEPTED
    told = core.rows("SELECT kind FROM own_use_row WHERE affair = 'own-131229-111' ORDER BY id")
    assert told == [("new",), ("changed",)]


@needs(CHROMIUM)
def test_the_pages_are_accessible_on_desk_and_phone(
    house: None, database: InstitutionDatabase, core: RunningCore
) -> None:
    standing = notify(core, affair(number=106))
    variables = {
        **core.systems.environment("commission"),
        "DATABASE_URL": database.url,
        "MYNUMBER_PUBLIC_URLS": "{}",
    }
    with (
        serving("mynumber.institutions.commission.wsgi:application", **variables) as address,
        browsing() as browser,
    ):
        page = browser.new_page(viewport=PHONE)
        page.goto(address + "/own-use")
        page.get_by_label("利用者名").fill("kessai")
        page.get_by_label("パスワード").fill(PASSWORD)
        page.keyboard.press("Enter")
        page.get_by_role("heading", level=1, name="独自利用事務の届出").wait_for()
        for path, name in (("/own-use", "list"), (f"/own-use/{standing.notice}", "notice")):
            page.goto(address + path)
            look_at(page, f"own-use-{name}", PHONE, DESK)
