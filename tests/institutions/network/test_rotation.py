"""The keys of codes change while exchanges go on: old and new codes understand each other until the old version is closed."""

from __future__ import annotations

import subprocess
import sys
import time
from uuid import uuid4

import psycopg

from mynumber.foundation.codes import Code, CodeKeys
from mynumber.foundation.law import InformationKind
from mynumber.protocols.exchange import REQUEST_PERMITS, Outcome, PermitRequests, RequestedPermit
from mynumber.protocols.records import QUERY_RECORDS, RecordQuery
from mynumber.protocols.refusal import Reason
from tests.support.exchange import ALLOWANCE, CITY, FORMER_CITY, TAX, Exchange, resident_code

SECONDS = 20


def rotate(exchange: Exchange, *words: str, succeeds: bool = True) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "mynumber.webkit.manage", "network", "rotate_codes", *words],
        env={**exchange.network.environment, "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode == 0) is succeeds, done.stdout + done.stderr
    return done.stdout + done.stderr


def meet(exchange: Exchange, name: str) -> str:
    """Somebody new whom both cities know; returns the resident code."""
    person = resident_code()
    exchange.give_codes({person: {CITY: f"C-{name}", FORMER_CITY: f"F-{name}"}})
    exchange.register(FORMER_CITY, f"F-{name}", InformationKind.LOCAL_TAX, TAX)
    return person


def ask(exchange: Exchange, name: str) -> Outcome:
    return exchange.inquire(f"C-{name}").outcome


def versions_held(exchange: Exchange, member: str) -> set[int]:
    """Of the codes in the gateway, copies included."""
    with psycopg.connect(exchange.gateway_database.tenant_urls[member.replace(".", "_")]) as tenant:
        rows = tenant.execute("SELECT code FROM addressee_code UNION SELECT code FROM copy").fetchall()
    return {Code.parse(row[0]).version for row in rows}


def permit_for(exchange: Exchange, code: str) -> Reason | None:
    request = RequestedPermit(
        request_id=uuid4(),
        code=code,
        provider=FORMER_CITY,
        affair=ALLOWANCE,
        information="local_tax",
        organisation="子育て支援課",
    )
    question = PermitRequests(inquirer=CITY, requests=(request,))
    decisions = exchange.call(REQUEST_PERMITS, question, sender=f"gateway.{CITY}", receiver="network")
    return decisions.decisions[0].reason


def test_keys_of_codes_change_while_exchanges_go_on(fragile_exchange: Exchange) -> None:
    exchange = fragile_exchange
    first = CodeKeys.from_bytes(exchange.node("network").keyring.secret("codes"))
    person = meet(exchange, "one")
    assert ask(exchange, "one") is Outcome.PROVIDED

    assert "新しい版 2" in rotate(exchange, "begin")
    rotate(exchange, "begin", succeeds=False)
    _until_issued_in(exchange, 2)
    assert ask(exchange, "one") is Outcome.PROVIDED, "old codes work"
    assert versions_held(exchange, CITY) == {1, 2}, "new people have new codes"
    assert ask(exchange, "new") is Outcome.PROVIDED

    assert f"{FORMER_CITY}：1 個" in rotate(exchange, "status")
    assert "of the old version only" in rotate(exchange, "close", succeeds=False)
    assert "1 個を渡しました" in rotate(exchange, "deliver", FORMER_CITY)
    assert versions_held(exchange, FORMER_CITY) == {2}
    assert ask(exchange, "one") is Outcome.PROVIDED, "the inquirer's old code leads to the provider's new one"
    assert "1 個を渡しました" in rotate(exchange, "deliver", CITY)
    assert "1 個を渡しました" in rotate(exchange, "deliver", CITY), "done again it goes on"
    assert versions_held(exchange, CITY) == {2}
    assert ask(exchange, "one") is Outcome.PROVIDED
    old = first.issue(CITY, person).to_text()
    assert permit_for(exchange, old) is None, (
        "an inquirer that is late is understood until the version is closed"
    )

    assert "版 1 を閉じました" in rotate(exchange, "close")
    _until(lambda: permit_for(exchange, old) is Reason.UNKNOWN_CODE)
    assert ask(exchange, "one") is Outcome.PROVIDED
    assert ask(exchange, "new") is Outcome.PROVIDED

    portal = first.issue("portal", person).to_text()
    records = exchange.call(QUERY_RECORDS, RecordQuery(code=portal), sender="portal", receiver="network")
    provided = [one for one in records.records if one.outcome is not Outcome.REFUSED]
    assert len(provided) == 6, "the person sees what was recorded under either version"


def _until_issued_in(exchange: Exchange, version: int) -> None:
    def is_issued() -> bool:
        meet(exchange, "new")
        held = exchange.node("network").keyring.secret("codes")
        assert CodeKeys.from_bytes(held).current == version
        return version in versions_held(exchange, CITY)

    _until(is_issued)


def _until(look: object) -> None:
    deadline = time.monotonic() + SECONDS
    while not look():  # type: ignore[operator]
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.05)
