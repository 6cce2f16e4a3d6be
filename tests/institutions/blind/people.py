"""People of the tests, and the portal as the test plays it."""

from __future__ import annotations

from mynumber.foundation.law import InformationKind
from mynumber.protocols.blind import (
    QUERY_MARKED_RECORDS,
    QUERY_TAGS,
    MarkedRecordQuery,
    TagsQuery,
    blind_keys,
    open_tags,
)
from mynumber.protocols.records import ExchangeRecord, Records
from tests.support.exchange import CITY, FORMER_CITY, PENSION, TAX, Exchange, resident_code
from tests.support.waiting import eventually


class Person:
    """Somebody known to both cities and the pension service, whose tax the former city holds."""

    def __init__(self, exchange: Exchange, name: str) -> None:
        self.exchange = exchange
        self.resident_code = resident_code()
        self.at_city, self.at_former, at_pension = f"C-{name}", f"F-{name}", f"P-{name}"
        holders = {CITY: self.at_city, FORMER_CITY: self.at_former, PENSION: at_pension}
        exchange.give_codes({self.resident_code: holders})
        exchange.register(FORMER_CITY, self.at_former, InformationKind.LOCAL_TAX, TAX)

    def code(self, member: str) -> str:
        return self.exchange.code_of(member, self.resident_code)

    def marks(self) -> list[str]:
        """What the portal finds to be this person's."""
        return marks_of_all(self.exchange).get(self.code("portal"), [])

    def records(self, marks: list[str], **query: object) -> Records:
        return self.exchange.call(
            QUERY_MARKED_RECORDS,
            MarkedRecordQuery(marks=tuple(marks), **query),  # type: ignore[arg-type]
            sender="portal",
            receiver="network",
        )

    def settled(self, events: int) -> ExchangeRecord:
        """The person's only exchange, once it has so many entries under a signed checkpoint."""
        marks = self.marks()

        def look() -> ExchangeRecord | None:
            (record,) = self.records(marks).records
            is_there = len(record.events) == events and all(event.integrated for event in record.events)
            return record if is_there else None

        return eventually(look, f"{events} integrated entries")


def marks_of_all(exchange: Exchange) -> dict[str, list[str]]:
    """The portal reads the tags of all blind exchanges and opens them: marks by its own codes."""
    (key,) = blind_keys(exchange.node("portal").keyring, "portal").values()
    found: dict[str, list[str]] = {}
    first = 0
    while True:
        page = exchange.call(QUERY_TAGS, TagsQuery(first=first), sender="portal", receiver="network")
        for code, marks in open_tags(page.tags, key)[0].items():
            found.setdefault(code, []).extend(marks)
        if page.next == first:
            return found
        first = page.next
