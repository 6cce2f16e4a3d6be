"""Own-use affairs join the table by a message of the commission, on their day, in every process, without a restart."""

from __future__ import annotations

import itertools
from datetime import date, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import msgspec
import psycopg
import pytest

from mynumber.foundation.law import NoticeKind, OwnUseField, legal_basis
from mynumber.institutions.network.own_use.rows import OwnUseRows
from mynumber.protocols.exchange import REQUEST_PERMITS, PermitRequests
from mynumber.protocols.own_use import TELL_OWN_USE, OwnUseAccepted, OwnUseRuleText, OwnUseText
from mynumber.protocols.records import QUERY_RECORDS, RecordQuery
from mynumber.protocols.refusal import Hop, Reason
from tests.institutions.network.test_requests import reason_of, record, request
from tests.support.core import RunningCore
from tests.support.exchange import CITY, FORMER_CITY, resident_code
from tests.support.waiting import eventually

TODAY = datetime.now(ZoneInfo("Asia/Tokyo")).date()
_numbers = itertools.count(1)


def affair(**changes: object) -> OwnUseText:
    """An affair of the ward's ordinance, like the child-rearing allowance, that asks other municipalities for tax."""
    text = OwnUseText(
        body="131229",
        number=next(_numbers),
        words="ひとり親家庭医療費助成条例による医療費の助成に関する事務",
        executive="区長",
        field=OwnUseField.WELFARE,
        ordinance="個人番号の利用に関する条例第四条、ひとり親家庭医療費助成条例第三条",
        equivalent="81-1",
        reason="ひとり親家庭の福祉という目的が同じで、所得を確かめる内容が似ている",
        rules=(OwnUseRuleText(provision="81-1-3"),),
        valid_from=TODAY,
    )
    return msgspec.structs.replace(text, **changes)


def accepted(text: OwnUseText, kind: NoticeKind = NoticeKind.NEW, **changes: object) -> OwnUseAccepted:
    told = OwnUseAccepted(
        notice=uuid4(), kind=kind, affair=text, notified=TODAY - timedelta(days=30), accepted=TODAY
    )
    return msgspec.structs.replace(told, **changes)


def tell(core: RunningCore, told: OwnUseAccepted, process: int = 0) -> int:
    return core.call(TELL_OWN_USE, told, sender="commission", process=process).count


@pytest.fixture(scope="module")
def person(core: RunningCore) -> str:
    known = resident_code()
    core.give_codes((CITY, FORMER_CITY), (known,))
    return known


def own(text: OwnUseText) -> str:
    return f"own-{text.body}-{text.number}"


def test_an_accepted_affair_may_be_asked_for_at_once_and_everywhere(core: RunningCore, person: str) -> None:
    text = affair()
    asked = request(core, person, affair=own(text))
    assert reason_of(core, asked) is Reason.NOT_IN_TABLE, "before the commission accepted it"
    assert tell(core, accepted(text)) == 1
    asked = request(core, person, affair=own(text))
    assert reason_of(core, asked) is None
    assert record(core, asked)["provision"] == f"{own(text)}-1"
    eventually(
        lambda: reason_of(core, request(core, person, affair=own(text)), process=1) is None,
        "what the other process hears",
    )
    portal = core.keys.issue("portal", person).to_text()
    shown = core.call(
        QUERY_RECORDS, RecordQuery(code=portal, request_id=asked.request_id), sender="portal"
    ).records[0]
    assert shown.own_use is not None
    assert (shown.own_use.ordinance, shown.own_use.provision) == (text.ordinance, "81-1-3")


def test_it_opens_nothing_that_its_ordinance_does_not_name(core: RunningCore, person: str) -> None:
    text = affair()
    tell(core, accepted(text))
    other_rule = request(core, person, affair=own(text), information="resident_record")
    assert (reason_of(core, other_rule) is None) == ("81-1-3" in _rules_of("resident_record"))
    pension = request(
        core, person, affair=own(text), provider="pension_service", information="public_pension_benefit"
    )
    assert reason_of(core, pension) is Reason.NOT_IN_TABLE
    code = core.keys.issue(FORMER_CITY, person).to_text()
    foreign = request(core, person, affair=own(text), provider=CITY, code=code)
    question = PermitRequests(inquirer=FORMER_CITY, requests=(foreign,))
    decisions = core.call(REQUEST_PERMITS, question, sender=f"gateway.{FORMER_CITY}").decisions
    assert decisions[0].reason is Reason.NOT_IN_TABLE, "another city has no such ordinance"


def _rules_of(information: str) -> set[str]:
    return {
        rule.id
        for rule in legal_basis(TODAY).affair("81-1").provisions
        if information in {kind.value for kind in rule.information_kinds}
    }


def test_nobody_asks_before_its_day(core: RunningCore, person: str) -> None:
    text = affair(valid_from=TODAY + timedelta(days=2))
    tell(core, accepted(text))
    assert reason_of(core, request(core, person, affair=own(text))) is Reason.NOT_IN_TABLE


def test_one_that_ended_may_not_be_asked_for(core: RunningCore, person: str) -> None:
    text = affair()
    tell(core, accepted(text))
    assert reason_of(core, request(core, person, affair=own(text))) is None
    tell(core, accepted(msgspec.structs.replace(text, valid_until=TODAY), NoticeKind.ENDED))
    assert reason_of(core, request(core, person, affair=own(text))) is Reason.NOT_IN_TABLE
    again = accepted(text)
    assert core.refusal(lambda: tell(core, again)) == (Hop.NETWORK, Reason.DUPLICATE_REQUEST)


def test_a_notice_told_again_adds_nothing_and_another_under_its_name_is_refused(core: RunningCore) -> None:
    told = accepted(affair())
    assert (tell(core, told), tell(core, told, process=1)) == (1, 0)
    other = msgspec.structs.replace(told, affair=affair())
    assert core.refusal(lambda: tell(core, other)) == (Hop.NETWORK, Reason.DUPLICATE_REQUEST)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"rules": (OwnUseRuleText(provision="17-1-1"),)}, Reason.NOT_IN_TABLE),
        ({"equivalent": "999-1"}, Reason.NOT_IN_TABLE),
        ({"valid_from": TODAY - timedelta(days=1)}, Reason.NOT_IN_TABLE),
        ({"body": "131230"}, Reason.MALFORMED),
    ],
    ids=[
        "a rule of another affair",
        "an affair that is none",
        "before its acceptance",
        "a body that is none",
    ],
)
def test_what_the_law_cannot_carry_is_refused(
    core: RunningCore, changes: dict[str, object], reason: Reason
) -> None:
    told = accepted(affair(**changes))
    assert core.refusal(lambda: tell(core, told)) == (Hop.NETWORK, reason)


def test_only_the_commission_tells(core: RunningCore) -> None:
    told = accepted(affair())
    for stranger in ("portal", f"gateway.{CITY}", CITY):
        assert core.refusal(lambda who=stranger: core.call(TELL_OWN_USE, told, sender=who)) == (  # type: ignore[misc]
            Hop.NETWORK,
            Reason.NOT_ENTITLED,
        )
    late = msgspec.structs.replace(told, accepted=TODAY + timedelta(days=3))
    assert core.refusal(lambda: tell(core, late)) == (Hop.NETWORK, Reason.MALFORMED)
    change = accepted(affair(), NoticeKind.CHANGED)
    assert core.refusal(lambda: tell(core, change)) == (Hop.NETWORK, Reason.UNKNOWN_RECORD)


def test_the_core_cannot_change_or_delete_a_row(core: RunningCore) -> None:
    tell(core, accepted(affair()))
    for statement in (
        "UPDATE own_use_row SET content = ''",
        "DELETE FROM own_use_row",
        "TRUNCATE own_use_row",
    ):
        with psycopg.connect(core.database.url) as app, pytest.raises(psycopg.errors.InsufficientPrivilege):
            app.execute(statement.encode())


def test_a_change_applies_from_its_day_and_the_past_keeps_its_words() -> None:
    first = affair(valid_from=date(2026, 7, 1))
    second = msgspec.structs.replace(first, ordinance="改正後の条例", valid_from=date(2026, 9, 1))
    ended = msgspec.structs.replace(second, valid_until=date(2026, 11, 1))
    rows = OwnUseRows(
        {
            "id": number,
            "kind": kind,
            "content": msgspec.json.encode(text).decode(),
            "notified": date(2026, 5, 1),
            "accepted": day,
        }
        for number, (kind, text, day) in enumerate(
            [
                ("new", first, date(2026, 6, 1)),
                ("changed", second, date(2026, 8, 1)),
                ("ended", ended, date(2026, 10, 1)),
            ],
            start=1,
        )
    )
    rule = f"{own(first)}-1"
    words = [
        (found.ordinance if (found := rows.citation(rule, day)) else None)
        for day in (date(2026, 8, 31), date(2026, 9, 1))
    ]
    assert words == [first.ordinance, "改正後の条例"]
    applies = [
        rows.basis(day).provision(rule) is not None
        for day in (
            date(2026, 6, 30),
            date(2026, 7, 1),
            date(2026, 9, 1),
            date(2026, 10, 31),
            date(2026, 11, 1),
        )
    ]
    assert applies == [False, True, True, True, False]
    assert rows.last == 3
    assert rows.basis(date(2026, 9, 1)) is rows.basis(date(2026, 9, 1))
    assert rows.citation("81-1-3", date(2026, 9, 1)) is None


def versions(*told: tuple[str, OwnUseText]) -> OwnUseRows:
    return OwnUseRows(
        {
            "id": number,
            "kind": kind,
            "content": msgspec.json.encode(text).decode(),
            "notified": date(2026, 5, 1),
            "accepted": date(2026, 6, 1),
        }
        for number, (kind, text) in enumerate(told, start=1)
    )


@pytest.mark.parametrize("end", [date(2026, 8, 1), date(2026, 9, 1), date(2026, 11, 1)])
def test_an_end_ends_the_wording_in_force_and_those_to_come(end: date) -> None:
    first = affair(valid_from=date(2026, 7, 1))
    second = msgspec.structs.replace(first, ordinance="改正後の条例", valid_from=date(2026, 9, 1))
    rows = versions(
        ("new", first), ("changed", second), ("ended", msgspec.structs.replace(first, valid_until=end))
    )
    rule = f"{own(first)}-1"
    for day in (date(2026, 7, 1), date(2026, 8, 31), date(2026, 9, 1), date(2026, 10, 31), date(2026, 11, 1)):
        assert (rows.basis(day).provision(rule) is not None) == (day < end), day


def test_an_affair_that_ends_before_it_begins_never_applies() -> None:
    text = affair(valid_from=date(2026, 9, 1))
    rows = versions(("new", text), ("ended", msgspec.structs.replace(text, valid_until=date(2026, 8, 1))))
    for day in (date(2026, 7, 31), date(2026, 8, 1), date(2026, 9, 1), date(2026, 12, 1)):
        assert rows.basis(day).provision(f"{own(text)}-1") is None


def test_an_end_lengthens_nothing() -> None:
    text = affair(valid_from=date(2026, 7, 1), valid_until=date(2026, 9, 1))
    rows = versions(("new", text), ("ended", msgspec.structs.replace(text, valid_until=date(2026, 11, 1))))
    assert rows.basis(date(2026, 8, 31)).provision(f"{own(text)}-1") is not None
    assert rows.basis(date(2026, 9, 1)).provision(f"{own(text)}-1") is None


def test_the_wording_that_began_last_is_in_force_whichever_was_accepted_last() -> None:
    first = affair(valid_from=date(2026, 7, 1))
    later = msgspec.structs.replace(first, ordinance="九月の条例", valid_from=date(2026, 9, 1))
    sooner = msgspec.structs.replace(first, ordinance="八月の条例", valid_from=date(2026, 8, 1))
    again = msgspec.structs.replace(later, ordinance="九月の条例、訂正後")
    rows = versions(("new", first), ("changed", later), ("changed", sooner))
    days = (date(2026, 7, 1), date(2026, 8, 1), date(2026, 9, 1))
    assert [one.ordinance for day in days for one in rows.on(day)] == [
        first.ordinance,
        "八月の条例",
        "九月の条例",
    ]
    rows = versions(("new", first), ("changed", later), ("changed", again))
    assert [one.ordinance for one in rows.on(date(2026, 9, 1))] == ["九月の条例、訂正後"]
