"""Every wrong message is refused by name of hop and reason, recorded, and tells nothing of a person."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import msgspec
import psycopg
import pytest

from mynumber.foundation import envelope
from mynumber.foundation.law import InformationKind
from mynumber.protocols import wire
from mynumber.protocols.exchange import (
    ASK,
    PERMIT_VALIDITY,
    REQUEST_PERMITS,
    SHEET_KIND,
    SHEET_LIFETIME,
    Inquiries,
    Inquiry,
    Outcome,
    Permit,
    PermitRequests,
    PermitSheet,
    RequestedPermit,
    SheetPresentation,
)
from mynumber.protocols.node import Node
from mynumber.protocols.permits import seal_codes
from mynumber.protocols.records import QUERY_SIDE, SideQuery
from mynumber.protocols.refusal import Hop, Reason, Refusal
from tests.support.exchange import AGENCY, CITY, FORMER_CITY, PENSION, TAX, Exchange, resident_code
from tests.support.waiting import eventually

GATEWAY, FORMER_GATEWAY = f"gateway.{CITY}", f"gateway.{FORMER_CITY}"


@pytest.fixture(scope="module")
def person(exchange: Exchange) -> str:
    """The resident code of a person known to both cities; she is C-R here and F-R there."""
    code = resident_code()
    exchange.give_codes({code: {CITY: "C-R", FORMER_CITY: "F-R"}})
    exchange.register(FORMER_CITY, "F-R", InformationKind.LOCAL_TAX, TAX)
    return code


def permit_request(exchange: Exchange, person: str, **changes: object) -> RequestedPermit:
    request = RequestedPermit(
        request_id=uuid4(),
        code=exchange.code_of(CITY, person),
        provider=FORMER_CITY,
        affair="81-1",
        information="local_tax",
        organisation="子育て支援課",
    )
    return msgspec.structs.replace(request, **changes)


# ---- the core


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"affair": "1-1"}, Reason.NOT_IN_TABLE),
        ({"affair": "999-9"}, Reason.NOT_IN_TABLE),
        ({"information": "family_register"}, Reason.NOT_IN_TABLE),
        ({"information": "no_such_kind"}, Reason.NOT_IN_TABLE),
        ({"provider": PENSION}, Reason.NOT_IN_TABLE),
        ({"provider": "municipality.999999"}, Reason.UNKNOWN_PROVIDER),
        ({"provider": "network"}, Reason.UNKNOWN_PROVIDER),
        ({"code": "x" * 45}, Reason.UNKNOWN_CODE),
    ],
)
def test_the_core_refuses(
    exchange: Exchange, person: str, changes: dict[str, object], reason: Reason
) -> None:
    request = permit_request(exchange, person, **changes)
    assert exchange.refusal(lambda: exchange.request_permit(request)) == (Hop.NETWORK, reason)


def test_the_core_refuses_who_asks_in_the_name_of_another(exchange: Exchange, person: str) -> None:
    request = permit_request(exchange, person)
    assert exchange.refusal(lambda: exchange.request_permit(request, inquirer=FORMER_CITY)) == (
        Hop.NETWORK,
        Reason.WRONG_INSTITUTION,
    )


def test_a_code_of_another_institution_is_nobody(exchange: Exchange, person: str) -> None:
    stolen = permit_request(exchange, person, code=exchange.code_of(FORMER_CITY, person))
    assert exchange.refusal(lambda: exchange.request_permit(stolen)) == (Hop.NETWORK, Reason.UNKNOWN_CODE)


def test_what_the_law_does_not_allow_is_refused_alike_for_real_and_invented_people(
    exchange: Exchange, person: str
) -> None:
    invented = exchange.code_of(CITY, resident_code())
    answers = {
        exchange.refusal(
            lambda code=code: exchange.request_permit(  # type: ignore[misc]
                permit_request(exchange, person, code=code, information="family_register")
            )
        )
        for code in (exchange.code_of(CITY, person), invented)
    }
    assert answers == {(Hop.NETWORK, Reason.NOT_IN_TABLE)}


def test_a_request_id_is_used_once(exchange: Exchange, person: str) -> None:
    request = permit_request(exchange, person)
    exchange.request_permit(request)
    assert exchange.refusal(lambda: exchange.request_permit(request)) == (
        Hop.NETWORK,
        Reason.DUPLICATE_REQUEST,
    )


# ---- envelopes, at both hops


def _inquiry(request_id: UUID | None = None) -> Inquiries:
    inquiry = Inquiry(
        request_id=request_id or uuid4(),
        addressee="C-R",
        affair="81-1",
        provider=FORMER_CITY,
        information="local_tax",
        organisation="子育て支援課",
    )
    return Inquiries(inquiries=(inquiry,))


def _token(
    exchange: Exchange,
    *,
    node: Node | None = None,
    sender: str = CITY,
    receiver: str = GATEWAY,
    at: datetime | None = None,
    kind: str = ASK.name,
    body: msgspec.Struct | None = None,
) -> bytes:
    return wire.pack(
        node or exchange.node(sender),
        body or _inquiry(),
        kind=kind,
        sender=sender,
        receiver=receiver,
        sealed=True,
        now=at or datetime.now(UTC),
    )


def _altered(token: bytes) -> bytes:
    head, payload, signature = token.split(b".")
    swapped = payload[:60] + (b"A" if payload[60:61] != b"A" else b"B") + payload[61:]
    return b".".join((head, swapped, signature))


HOSTILE: dict[str, tuple[Callable[[Exchange], bytes], set[Reason]]] = {
    "empty": (lambda e: b"", {Reason.MALFORMED}),
    "not a token": (lambda e: b"hello", {Reason.MALFORMED}),
    "json": (lambda e: b'{"request_id":1}', {Reason.MALFORMED}),
    "oversize": (lambda e: b"a" * (ASK.max_bytes + 1), {Reason.TOO_LARGE}),
    "expired": (lambda e: _token(e, at=datetime.now(UTC) - timedelta(seconds=100)), {Reason.EXPIRED}),
    "of the future": (
        lambda e: _token(e, at=datetime.now(UTC) + timedelta(seconds=60)),
        {Reason.NOT_YET_VALID},
    ),
    "of a slow clock": (
        lambda e: _token(e, at=datetime.now(UTC) - timedelta(minutes=5)),
        {Reason.CLOCK_OFF},
    ),
    "of a fast clock": (
        lambda e: _token(e, at=datetime.now(UTC) + timedelta(minutes=5)),
        {Reason.CLOCK_OFF},
    ),
    "altered": (lambda e: _altered(_token(e)), {Reason.BAD_SIGNATURE, Reason.MALFORMED}),
    "unknown key": (lambda e: _token(e, node=e.systems.impostor(CITY)), {Reason.UNKNOWN_KEY}),
    "for another tenant": (lambda e: _token(e, receiver=FORMER_GATEWAY), {Reason.WRONG_AUDIENCE}),
    "of another kind": (lambda e: _token(e, kind="copies.v1"), {Reason.WRONG_KIND}),
    "from another member": (lambda e: _token(e, sender=FORMER_CITY), {Reason.NOT_ENTITLED}),
    "from the network": (lambda e: _token(e, sender="network"), {Reason.NOT_ENTITLED}),
    "with another body": (
        lambda e: _token(e, body=SheetPresentation(sheet="x")),
        {Reason.MALFORMED},
    ),
    "two tokens": (lambda e: _token(e) + b"." + _token(e), {Reason.MALFORMED}),
    "not ascii": (lambda e: "電文".encode(), {Reason.MALFORMED}),
    "algorithm none": (
        lambda e: b"eyJhbGciOiJub25lIn0." + _token(e).split(b".")[1] + b".",
        {Reason.MALFORMED},
    ),
}


def _refusal_in(exchange: Exchange, body: bytes) -> Refusal:
    if body.startswith(b"{"):
        return msgspec.json.decode(body, type=dict[str, Refusal])["refusal"]
    payload = msgspec.json.decode(wire.from_text(body.split(b".")[1].decode()), type=dict[str, msgspec.Raw])
    return msgspec.json.decode(payload["body"], type=Refusal)


@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_message_is_refused_with_its_reason_and_counted(
    exchange: Exchange, person: str, what: str
) -> None:
    make, reasons = HOSTILE[what]
    before = _counted(exchange)
    status, body = exchange.send(GATEWAY, ASK.name, make(exchange))
    assert 400 <= status < 500
    refusal = _refusal_in(exchange, body)
    assert refusal.reason in reasons
    assert refusal.hop is Hop.INQUIRER_GATEWAY
    assert "C-R" not in body.decode("utf-8", "replace")
    assert _counted(exchange) == before + 1


def _counted(exchange: Exchange) -> int:
    database = exchange.gateway_database
    url = database.tenant_urls[CITY.replace(".", "_")]
    with psycopg.connect(url) as tenant:
        row = tenant.execute("SELECT coalesce(sum(count), 0)::int FROM refused_message").fetchone()
    assert row is not None
    return int(row[0])


def test_a_replayed_inquiry_is_refused_and_asks_nothing_twice(exchange: Exchange, person: str) -> None:
    request_id = uuid4()
    token = _token(exchange, body=_inquiry(request_id))
    first, _ = exchange.send(GATEWAY, ASK.name, token)
    second, body = exchange.send(GATEWAY, ASK.name, token)
    assert (first, second) == (200, 409)
    assert _refusal_in(exchange, body).reason is Reason.REPLAYED
    sides = exchange.call(QUERY_SIDE, SideQuery(request_ids=(request_id,)), sender=CITY, receiver=GATEWAY)
    assert [side.outcome for side in sides.records] == [Outcome.PROVIDED]


def test_a_replayed_permit_request_is_refused(exchange: Exchange, person: str) -> None:
    token = wire.pack(
        exchange.node("gateway"),
        PermitRequests(inquirer=CITY, requests=(permit_request(exchange, person),)),
        kind=REQUEST_PERMITS.name,
        sender=GATEWAY,
        receiver="network",
        sealed=False,
        now=datetime.now(UTC),
    )
    assert exchange.send("network", REQUEST_PERMITS.name, token)[0] == 200
    status, body = exchange.send("network", REQUEST_PERMITS.name, token)
    assert (status, _refusal_in(exchange, body).reason) == (409, Reason.REPLAYED)


def test_a_path_that_is_no_message_is_not_found(exchange: Exchange) -> None:
    assert exchange.send(GATEWAY, "no-such-message.v1", b"x")[0] == 404


# ---- the permit, at the provider


def test_a_permit_is_used_once(exchange: Exchange, person: str) -> None:
    granted = exchange.request_permit(permit_request(exchange, person))
    assert exchange.present(granted.sheet).outcome is Outcome.PROVIDED
    assert exchange.refusal(lambda: exchange.present(granted.sheet)) == (
        Hop.PROVIDER_GATEWAY,
        Reason.PERMIT_USED,
    )


def test_a_permit_with_another_signature_that_verifies_is_still_used_once(
    exchange: Exchange, person: str
) -> None:
    """ECDSA lets anybody turn a signature (r, s) into (r, n - s): other bytes, the same permit."""
    granted = exchange.request_permit(permit_request(exchange, person))
    head, payload, signature = granted.sheet.split(".")
    raw = wire.from_text(signature)
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    twin = raw[:32] + (order - int.from_bytes(raw[32:], "big")).to_bytes(32, "big")
    assert exchange.present(granted.sheet).outcome is Outcome.PROVIDED
    hop, reason = exchange.refusal(lambda: exchange.present(".".join((head, payload, wire.to_text(twin)))))
    assert hop is Hop.PROVIDER_GATEWAY
    assert reason in {Reason.PERMIT_USED, Reason.BAD_SIGNATURE, Reason.MALFORMED}


def test_a_permit_is_presented_by_its_inquirer_alone(exchange: Exchange, person: str) -> None:
    granted = exchange.request_permit(permit_request(exchange, person))
    thief = f"gateway.{PENSION}"
    assert exchange.refusal(lambda: exchange.present(granted.sheet, sender=thief)) == (
        Hop.PROVIDER_GATEWAY,
        Reason.PERMIT_NOT_YOURS,
    )
    assert exchange.present(granted.sheet).outcome is Outcome.PROVIDED


def test_a_permit_is_for_its_provider_alone(exchange: Exchange, person: str) -> None:
    granted = exchange.request_permit(permit_request(exchange, person))
    assert exchange.refusal(lambda: exchange.present(granted.sheet, receiver=f"gateway.{AGENCY}")) == (
        Hop.PROVIDER_GATEWAY,
        Reason.WRONG_AUDIENCE,
    )


def _own_permit(exchange: Exchange, person: str, *, at: datetime, issuer: str, signer: str) -> str:
    """A permit made with any key the test likes."""
    node = exchange.node(signer)
    request_id = uuid4()
    code = exchange.code_of(FORMER_CITY, person)
    return envelope.sign(
        PermitSheet(
            presenter=GATEWAY,
            inquirer=CITY,
            provider=FORMER_CITY,
            requested_at=at,
            valid_until=at + PERMIT_VALIDITY,
            request_digest="0" * 64,
            permits=(
                Permit(
                    request_id=request_id,
                    affair="81-1",
                    provision="81-1-3",
                    information="local_tax",
                    organisation="子育て支援課",
                    non_disclosure=False,
                    code=0,
                ),
            ),
            sealed_codes=seal_codes([code], [request_id], to=node.directory.seal_key(FORMER_GATEWAY)),
        ),
        key=node.signing_key(signer),
        issuer=issuer,
        audience=FORMER_GATEWAY,
        kind=SHEET_KIND,
        now=at,
        lifetime=SHEET_LIFETIME,
        max_lifetime=SHEET_LIFETIME,
    ).decode()


def test_a_permit_that_an_inquirer_made_itself_is_refused(exchange: Exchange, person: str) -> None:
    forged = _own_permit(exchange, person, at=datetime.now(UTC), issuer=GATEWAY, signer=GATEWAY)
    assert exchange.refusal(lambda: exchange.present(forged)) == (Hop.PROVIDER_GATEWAY, Reason.UNKNOWN_KEY)
    forged = _own_permit(exchange, person, at=datetime.now(UTC), issuer="network", signer=GATEWAY)
    assert exchange.refusal(lambda: exchange.present(forged)) == (Hop.PROVIDER_GATEWAY, Reason.UNKNOWN_KEY)


@pytest.mark.parametrize("minutes", [11, 30])
def test_a_permit_lapses(exchange: Exchange, person: str, minutes: int) -> None:
    old = _own_permit(
        exchange,
        person,
        at=datetime.now(UTC) - timedelta(minutes=minutes),
        issuer="network",
        signer="network",
    )
    assert exchange.refusal(lambda: exchange.present(old)) == (Hop.PROVIDER_GATEWAY, Reason.PERMIT_EXPIRED)


# ---- what the member's own system meets


def test_a_person_without_a_code_cannot_be_asked_about(exchange: Exchange) -> None:
    assert exchange.refusal(lambda: exchange.inquire("nobody")) == (
        Hop.INQUIRER_GATEWAY,
        Reason.NO_CODE_HELD,
    )


def test_no_copy_is_an_answer_and_not_a_refusal(exchange: Exchange) -> None:
    exchange.give_codes({resident_code(): {CITY: "C-empty", FORMER_CITY: "F-empty"}})
    result = exchange.inquire("C-empty")
    assert result.outcome is Outcome.NO_DATA
    assert bytes(result.fact) == b"null"


def test_a_refusal_by_the_provider_is_recorded_on_all_three_sides(exchange: Exchange, person: str) -> None:
    """The provider's refusal reaches the core as well (what X-Road leaves unrecorded)."""
    at = datetime.now(UTC) - timedelta(minutes=11)
    old = _own_permit(exchange, person, at=at, issuer="network", signer="network")
    exchange.refusal(lambda: exchange.present(old))
    with psycopg.connect(exchange.gateway_database.tenant_urls[FORMER_CITY.replace(".", "_")]) as provider:
        rows = provider.execute(
            "SELECT outcome, reason FROM side_record WHERE side = 'provider' AND outcome = 'refused'"
        ).fetchall()
    assert ("refused", "permit_expired") in rows


def test_a_stopped_provider_leaves_the_inquiry_open_until_it_is_settled(fragile_exchange: Exchange) -> None:
    exchange = fragile_exchange
    exchange.give_codes({resident_code(): {CITY: "C-1", FORMER_CITY: "F-1"}})
    exchange.network.stop()
    assert exchange.refusal(lambda: exchange.inquire("C-1")) == (
        Hop.INQUIRER_GATEWAY,
        Reason.NETWORK_UNREACHABLE,
    )
    exchange.network.start()
    exchange.gateway.stop()
    exchange.gateway.start()

    def abandoned() -> bool:
        records = exchange.call(QUERY_SIDE, SideQuery(), sender=CITY, receiver=GATEWAY).records
        return {record.outcome for record in records} == {Outcome.ABANDONED}

    eventually(abandoned, "the end of the inquiry")
