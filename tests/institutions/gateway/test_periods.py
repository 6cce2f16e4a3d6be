"""Facts of several years: kept beside each other, asked in one inquiry, and each of them told, held or not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
import psycopg
import pytest
from django.test import Client

from mynumber.foundation.law import InformationKind
from mynumber.protocols.copies import REGISTER_COPIES, Copy, CopyRefusal, RegisterCopies
from mynumber.protocols.exchange import (
    REQUEST_PERMITS,
    Inquiry,
    InquiryResult,
    Outcome,
    PermitRequests,
    RequestedPermit,
)
from mynumber.protocols.facts import LocalTaxFact
from mynumber.protocols.holds import (
    CHANGE_HOLDS,
    ChangeHolds,
    Hold,
    HoldKey,
    HoldReason,
    HoldRefusal,
    HoldsChanged,
)
from mynumber.protocols.message import PERIODS_ITEMS
from mynumber.protocols.permits import read_sheet
from mynumber.protocols.records import QUERY_SIDE, SideQuery
from mynumber.protocols.refusal import Reason
from tests.institutions.gateway.conftest import PASSWORD, add_staff
from tests.support.exchange import (
    CITY,
    FORMER_CITY,
    PENSION,
    PENSIONS,
    TAX,
    Exchange,
    inquiry_of,
    resident_code,
)

TENANT = FORMER_CITY.replace(".", "_")
BENEFIT = InformationKind.PUBLIC_PENSION_BENEFIT.value
EARLIER = datetime.now(UTC) - timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Taxed:
    """Somebody of whom the former city holds the tax of 2024 and of 2026, and the pension service a benefit."""

    exchange: Exchange
    name: str

    def ask(self, *periods: str, **changes: Any) -> tuple[Inquiry, InquiryResult]:
        inquiry = msgspec.structs.replace(inquiry_of(f"C-{self.name}"), periods=periods, **changes)
        return inquiry, self.exchange.ask(inquiry)[0]

    def records(self, request_id: UUID) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
        """(periods, given) of the inquirer's and the provider's record."""
        sides = []
        for member in (CITY, FORMER_CITY):
            (record,) = self.exchange.call(
                QUERY_SIDE, SideQuery(request_ids=(request_id,)), sender=member, receiver=f"gateway.{member}"
            ).records
            sides.append((record.periods, record.given))
        return sides

    def hold(self, *holds: Hold, lift: tuple[HoldKey, ...] = ()) -> HoldsChanged:
        return self.exchange.call(
            CHANGE_HOLDS,
            ChangeHolds(set=holds, lift=lift),
            sender=FORMER_CITY,
            receiver=f"gateway.{FORMER_CITY}",
        )


def tax(year: int) -> LocalTaxFact:
    return msgspec.structs.replace(TAX, fiscal_year=year, total_income=year * 1000)


def income(fact: msgspec.Raw) -> int | None:
    return None if bytes(fact) == b"null" else msgspec.json.decode(fact, type=LocalTaxFact).total_income


TAX_2025 = tax(2025)


@pytest.fixture
def taxed(exchange: Exchange, request: pytest.FixtureRequest) -> Taxed:
    name = f"years-{abs(hash(request.node.name)) % 10**6}"
    exchange.give_codes(
        {resident_code(): {CITY: f"C-{name}", FORMER_CITY: f"F-{name}", PENSION: f"P-{name}"}}
    )
    for year in (2026, 2024):  # the older one later
        exchange.register(FORMER_CITY, f"F-{name}", InformationKind.LOCAL_TAX, tax(year))
    return Taxed(exchange, name)


def test_three_years_are_asked_at_once_and_the_absent_one_is_told(taxed: Taxed) -> None:
    inquiry, result = taxed.ask("fy2024", "fy2025", "fy2026")
    assert (result.outcome, bytes(result.fact), result.period) == (Outcome.PROVIDED, b"null", None)
    assert [(one.period, one.is_held, income(one.fact)) for one in result.periods] == [
        ("fy2024", True, 2_024_000),
        ("fy2025", False, None),
        ("fy2026", True, 2_026_000),
    ]
    assert [one.as_of is not None and one.registered_at is not None for one in result.periods] == [
        True,
        False,
        True,
    ]
    given = (("fy2024", "fy2025", "fy2026"), ("fy2024", "fy2026"))
    assert taxed.records(inquiry.request_id) == [given, given]
    assert taxed.exchange.ask(inquiry) == (result,), "the same request gets the same answer"


def test_the_answer_keeps_the_order_of_the_question(taxed: Taxed) -> None:
    inquiry, result = taxed.ask("fy2026", "fy2024")
    assert [income(one.fact) for one in result.periods] == [2_026_000, 2_024_000]
    assert taxed.records(inquiry.request_id) == [(("fy2026", "fy2024"), ("fy2026", "fy2024"))] * 2


def test_who_names_no_period_is_told_the_newest_and_which_it_is(taxed: Taxed) -> None:
    inquiry, result = taxed.ask()
    assert (result.outcome, result.period, income(result.fact)) == (Outcome.PROVIDED, "fy2026", 2_026_000)
    assert result.periods == ()
    assert taxed.records(inquiry.request_id) == [((), ("fy2026",))] * 2


def test_years_that_are_not_held_are_no_data_and_each_of_them_is_told(taxed: Taxed) -> None:
    inquiry, result = taxed.ask("fy2020", "2026-04")
    assert result.outcome is Outcome.NO_DATA
    assert [(one.period, one.is_held) for one in result.periods] == [("fy2020", False), ("2026-04", False)]
    assert taxed.records(inquiry.request_id) == [(("fy2020", "2026-04"), ())] * 2


def test_a_kind_without_periods_is_the_state_of_a_day(taxed: Taxed) -> None:
    taxed.exchange.register(PENSION, f"P-{taxed.name}", InformationKind.PUBLIC_PENSION_BENEFIT, PENSIONS)
    _, result = taxed.ask(provider=PENSION, information=BENEFIT)
    assert (result.outcome, result.period, result.periods) == (Outcome.PROVIDED, None, ())
    _, result = taxed.ask("fy2026", provider=PENSION, information=BENEFIT)
    assert (result.outcome, [one.is_held for one in result.periods]) == (Outcome.NO_DATA, [False])


def test_another_year_under_the_same_request_id_is_another_question(taxed: Taxed) -> None:
    inquiry, _ = taxed.ask("fy2024")
    for periods in ((), ("fy2026",), ("fy2024", "fy2026")):
        (result,) = taxed.exchange.ask(msgspec.structs.replace(inquiry, periods=periods))
        assert result.reason is Reason.DUPLICATE_REQUEST


def test_a_later_copy_replaces_that_of_its_own_year_alone(taxed: Taxed) -> None:
    corrected = msgspec.structs.replace(tax(2024), total_income=5)
    taxed.exchange.register(FORMER_CITY, f"F-{taxed.name}", InformationKind.LOCAL_TAX, corrected)
    _, result = taxed.ask("fy2024", "fy2026")
    assert [income(one.fact) for one in result.periods] == [5, 2_026_000]
    assert income(taxed.ask()[1].fact) == 2_026_000


def test_a_copy_of_another_year_than_it_says_is_refused(taxed: Taxed) -> None:
    def copy(period: str | None, information: str = "local_tax", fact: msgspec.Struct = TAX_2025) -> Copy:
        return Copy(
            addressee=f"F-{taxed.name}",
            information=information,
            period=period,
            as_of=EARLIER,
            fact=msgspec.Raw(msgspec.json.encode(fact)),
        )

    answer = taxed.exchange.call(
        REGISTER_COPIES,
        RegisterCopies(
            copies=(copy("fy2026"), copy("cy2025"), copy("fy2026", BENEFIT, PENSIONS), copy("fy2025"))
        ),
        sender=FORMER_CITY,
        receiver=f"gateway.{FORMER_CITY}",
    )
    assert [(one.position, one.reason) for one in answer.refused] == [
        (place, CopyRefusal.WRONG_PERIOD) for place in range(3)
    ]
    assert income(taxed.ask("fy2025")[1].periods[0].fact) == 2_025_000


@pytest.mark.parametrize(
    "periods",
    [
        ["fy2026", "fy2026"],
        ["2026"],
        ["fy26"],
        ["now"],
        ["fy1899"],
        ["2026-13"],
        ["fy2026\n"],
        [None],
        "fy2026",
        [f"fy{2000 + n}" for n in range(PERIODS_ITEMS + 1)],
    ],
)
@pytest.mark.parametrize("of", [Inquiry, RequestedPermit])
def test_what_is_no_list_of_periods_is_not_read(of: type[msgspec.Struct], periods: object) -> None:
    asked = inquiry_of("C-1")
    fields = msgspec.to_builtins(asked)
    if of is RequestedPermit:
        fields["code"] = "A" * 44
        del fields["addressee"]
    msgspec.convert(fields, of)
    with pytest.raises(msgspec.ValidationError, match="period"):
        msgspec.convert({**fields, "periods": periods}, of)


def test_the_core_signs_for_the_periods_that_were_asked(taxed: Taxed) -> None:
    """The sheet that the provider is shown names them, and so does the message whose digest it holds."""
    person = resident_code()
    taxed.exchange.give_codes({person: {CITY: f"X-{taxed.name}", FORMER_CITY: f"Y-{taxed.name}"}})
    request = RequestedPermit(
        request_id=inquiry_of("x").request_id,
        code=taxed.exchange.code_of(CITY, person),
        provider=FORMER_CITY,
        affair="81-1",
        information="local_tax",
        organisation="課",
        periods=("fy2026", "fy2024"),
    )
    decisions = taxed.exchange.call(
        REQUEST_PERMITS,
        PermitRequests(inquirer=CITY, requests=(request,)),
        sender=f"gateway.{CITY}",
        receiver="network",
    )
    sheet = read_sheet(
        decisions.sheets[0],
        directory=taxed.exchange.node("gateway").directory,
        presenter=f"gateway.{CITY}",
        receiver=f"gateway.{FORMER_CITY}",
        now=datetime.now(UTC),
    )
    assert [permit.periods for permit in sheet.body.permits] == [("fy2026", "fy2024")]


# ---- switches and the desk

BY_YEAR = HoldReason.PENDING_CASE


def switch(taxed: Taxed, period: str | None) -> Hold:
    return Hold(
        addressee=f"F-{taxed.name}", information="local_tax", period=period, reason=BY_YEAR, since=EARLIER
    )


@pytest.mark.parametrize(
    ("period", "waiting"),
    [
        ("fy2024", [("fy2024",), ("fy2026", "fy2024")]),
        ("fy2026", [("fy2026",), ("fy2026", "fy2024"), ()]),
        ("fy2027", [()]),
        (None, [("fy2024",), ("fy2026",), ("fy2026", "fy2024"), ()]),
    ],
)
def test_a_switch_of_a_year_holds_back_who_asks_for_it(
    taxed: Taxed, period: str | None, waiting: list[tuple[str, ...]]
) -> None:
    """Who names none asks for the newest: 2026, or a later one that is being decided."""
    assert taxed.hold(switch(taxed, period)).set == 1
    for periods in ((), ("fy2024",), ("fy2026",), ("fy2026", "fy2024")):
        _, result = taxed.ask(*periods)
        assert (result.outcome is Outcome.WAITING) is (periods in waiting), periods


def test_switches_of_years_stand_beside_each_other_and_are_lifted_by_themselves(taxed: Taxed) -> None:
    assert taxed.hold(switch(taxed, "fy2024"), switch(taxed, "fy2026"), switch(taxed, "fy2026")).set == 3
    key = HoldKey(addressee=f"F-{taxed.name}", information="local_tax", period="fy2024", reason=BY_YEAR)
    assert taxed.hold(lift=(key,)).lifted == 1
    assert taxed.ask("fy2024")[1].outcome is Outcome.PROVIDED
    assert taxed.ask("fy2026")[1].outcome is Outcome.WAITING
    wrong = taxed.hold(
        switch(taxed, "cy2024"),
        msgspec.structs.replace(switch(taxed, "fy2024"), information=None),
        msgspec.structs.replace(switch(taxed, "fy2024"), information=BENEFIT),
    )
    assert [one.reason for one in wrong.refused] == [HoldRefusal.WRONG_PERIOD] * 3


@pytest.fixture
def client(exchange: Exchange, pages: Callable[[Exchange], AbstractContextManager[None]]) -> Iterator[Client]:
    with pages(exchange):
        add_staff(TENANT)
        signed_in = Client(headers={"host": "127.0.0.1"})
        answer = signed_in.post(f"/{TENANT}/sign-in", {"username": "suzuki", "password": PASSWORD})
        assert answer.status_code == 302
        yield signed_in


def item_of(exchange: Exchange, request_id: UUID) -> str:
    with psycopg.connect(exchange.gateway_database.tenant_urls[TENANT]) as tenant:
        query = b"SELECT permit_digest FROM desk_item WHERE request_id = %s"
        ((digest,),) = tenant.execute(query, [request_id]).fetchall()
    return f"/{TENANT}/items/{digest.hex()}"


def test_a_clerk_answers_each_of_the_years_that_are_asked(taxed: Taxed, client: Client) -> None:
    taxed.hold(switch(taxed, None))
    inquiry, result = taxed.ask("fy2026", "fy2025", "fy2023")
    assert (result.outcome, result.periods) == (Outcome.WAITING, ())
    page = item_of(taxed.exchange, inquiry.request_id)
    shown = client.get(page).content.decode()
    assert "令和8年度（2026年度）、令和7年度（2025年度）、令和5年度（2023年度）" in shown
    assert 'value="2026000"' in shown  # the copy of 2026
    assert "地方税関係情報（令和8年度（2026年度）" in client.get(f"/{TENANT}/").content.decode()
    typed = {
        "act": "provide",
        "fy2026-fiscal_year": "1999",  # not the clerk's to say
        "fy2026-total_income": "1",
        "fy2026-income_levy": "2",
        "fy2026-dependants": "3",
        "fy2025-total_income": "4",
        "fy2025-income_levy": "5",
        "fy2025-dependants": "6",
    }
    nothing_said = client.post(page, typed)
    assert nothing_said.status_code == 422
    assert client.post(page, {**typed, "fy2023-not_held": "on"}).status_code == 302
    (result,) = taxed.exchange.ask(inquiry)
    assert result.outcome is Outcome.PROVIDED
    assert [(one.period, one.is_held) for one in result.periods] == [
        ("fy2026", True),
        ("fy2025", True),
        ("fy2023", False),
    ]
    facts = [msgspec.json.decode(one.fact) for one in result.periods[:2]]
    assert [(fact["fiscal_year"], fact["total_income"]) for fact in facts] == [(2026, 1), (2025, 4)]
    given = (("fy2026", "fy2025", "fy2023"), ("fy2026", "fy2025"))
    assert taxed.records(inquiry.request_id) == [given, given]


def test_a_clerk_who_has_none_of_them_answers_no_data(taxed: Taxed, client: Client) -> None:
    taxed.hold(switch(taxed, None))
    inquiry, _ = taxed.ask("fy2025", "cy2025")
    page = item_of(taxed.exchange, inquiry.request_id)
    refused = client.post(page, {"act": "provide", "fy2025-not_held": "on"})
    assert refused.status_code == 422  # a time in which the kind is not told can only be said to be missing
    assert "2025年" in refused.content.decode()
    said = {"act": "provide", "fy2025-not_held": "on", "cy2025-not_held": "on"}
    assert client.post(page, said).status_code == 302
    (result,) = taxed.exchange.ask(inquiry)
    assert (result.outcome, [one.is_held for one in result.periods]) == (Outcome.NO_DATA, [False, False])


def test_a_clerk_who_is_asked_for_the_newest_says_which_it_is(taxed: Taxed, client: Client) -> None:
    taxed.hold(switch(taxed, "fy2027"))
    inquiry, _ = taxed.ask()
    page = item_of(taxed.exchange, inquiry.request_id)
    typed = {"fiscal_year": "2027", "total_income": "1", "income_levy": "0", "dependants": "0"}
    assert client.post(page, {"act": "provide", **typed}).status_code == 302
    (result,) = taxed.exchange.ask(inquiry)
    assert (result.outcome, result.period, income(result.fact)) == (Outcome.PROVIDED, "fy2027", 1)


def test_a_switch_of_one_year_is_set_on_the_page(taxed: Taxed, client: Client) -> None:
    page, switched = f"/{TENANT}/holds", {"addressee": f"F-{taxed.name}", "reason": BY_YEAR.value}
    for information, period in (
        ("", "2026年度"),
        ("local_tax", "2026年"),
        ("local_tax", "来年度"),
        (BENEFIT, "2026年度"),
    ):
        wrong = client.post(page, {**switched, "information": information, "period": period})
        assert wrong.status_code == 422, (information, period)
    assert (
        client.post(page, {**switched, "information": "local_tax", "period": "2026年度"}).status_code == 302
    )
    assert "地方税関係情報（令和8年度（2026年度））" in client.get(page).content.decode()
    assert taxed.ask("fy2024")[1].outcome is Outcome.PROVIDED
    assert taxed.ask("fy2026")[1].outcome is Outcome.WAITING
