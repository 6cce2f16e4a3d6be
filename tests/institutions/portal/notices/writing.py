"""Notices as a city writes and sends them, in the tests."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

from mynumber.protocols.notices import (
    NOTICE_REPORTS,
    SEND_NOTICES,
    AddressedNotice,
    Bill,
    BillLine,
    Category,
    Happening,
    Notice,
    NoticeReportsSince,
    NoticesTaken,
    Offer,
    PlacedReport,
    SendNotices,
    seal_notice,
)
from tests.support.exchange import CITY, Exchange
from tests.support.waiting import eventually

GATEWAY = f"gateway.{CITY}"


def a_notice(**changes: Any) -> Notice:
    """Something that a city writes."""
    given: dict[str, Any] = {
        "notice": uuid4(),
        "category": Category.PROCEDURE,
        "title": "児童手当の現況届を出してください",
        "words": "今年度の現況届がまだ届いていません。\n期限までに出してください。",
        "office": "葛飾区 子育て支援課",
        "at": datetime(2026, 11, 22, 1, 2, 3, tzinfo=UTC),
        **changes,
    }
    return Notice(**given)


def a_bill(amount: int = 12_300) -> Bill:
    """A bill of one line."""
    return Bill(
        bill=uuid4(),
        title="令和8年度 固定資産税 第3期",
        lines=(BillLine(label="固定資産税", amount=amount),),
        amount=amount,
        due=date(2026, 12, 28),
        collector="13122",
        number="1234567890",
        confirmation="123456",
    )


def an_offer() -> Offer:
    """An offer of a procedure."""
    return Offer(procedure="child_allowance_claim", reason="お子さんが生まれました")


def send(
    exchange: Exchange, *notices: Notice, to: str, member: str = CITY, sealed_for: str = "portal"
) -> NoticesTaken:
    """Hand notices to the member's gateway, as the member's system does."""
    key = exchange.node("municipality").directory.seal_key(sealed_for)
    return exchange.call(
        SEND_NOTICES,
        SendNotices(
            notices=tuple(
                AddressedNotice(
                    notice=each.notice,
                    addressee=to,
                    sealed=seal_notice(each, sender=member, to=key),
                )
                for each in notices
            )
        ),
        sender=member,
        receiver=f"gateway.{member}",
    )


def reports(exchange: Exchange, notice: UUID, member: str = CITY) -> list[PlacedReport]:
    """All that the member was told of a notice."""
    found: list[PlacedReport] = []
    place = 0
    while True:
        page = exchange.call(
            NOTICE_REPORTS,
            NoticeReportsSince(after=place),
            sender=member,
            receiver=f"gateway.{member}",
        ).reports
        if not page:
            return [each for each in found if each.notice == notice]
        found += page
        place = page[-1].place


def told(exchange: Exchange, notice: UUID, happening: Happening, member: str = CITY) -> PlacedReport:
    """The report of a happening, once it is there."""

    def look() -> PlacedReport | None:
        return next((each for each in reports(exchange, notice, member) if each.happening is happening), None)

    return eventually(look, f"the report that it was {happening.value}")
