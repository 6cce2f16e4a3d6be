"""Which change belongs to which information, and pages on their way through NATS."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mynumber.foundation import envelope
from mynumber.foundation.envelope import EnvelopeReason, EnvelopeRefused, SealingKey, SigningKey
from mynumber.foundation.law import InformationKind
from mynumber.protocols import event_bus
from mynumber.protocols.events import (
    RETENTION,
    ChangeEvent,
    CodedEntries,
    CodedEntry,
    EventKind,
    Ground,
    is_about,
)
from mynumber.protocols.node import Node
from mynumber.protocols.wire import to_text
from tests.support.directory import make_systems

GATEWAY, OTHER = "gateway.municipality.131229", "gateway.pension_service"
NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
PAGE = CodedEntries(
    entries=(
        CodedEntry(
            sequence=7,
            publisher="pension_service",
            event_id=uuid4(),
            code="1." + "A" * 43,
            kind=EventKind.BENEFIT_AWARDED,
            information="public_pension_benefit",
            occurred_at=NOW,
            grounds=(Ground(affair="81-1", provision="81-1-4"),),
        ),
    ),
    oldest=1,
    latest=7,
)


@given(st.sampled_from(InformationKind))
def test_every_information_has_kinds_and_none_has_kinds_of_another_matter(
    information: InformationKind,
) -> None:
    kinds = {kind for kind in EventKind if is_about(kind, information)}
    assert kinds
    benefits = {EventKind.BENEFIT_AWARDED, EventKind.BENEFIT_CHANGED, EventKind.BENEFIT_STOPPED}
    assert kinds == benefits or not kinds & benefits


@given(st.sampled_from(EventKind))
def test_every_kind_belongs_to_something_and_has_a_name(kind: EventKind) -> None:
    # a notice is recorded by the core alone: no member can publish that one was sent
    assert any(is_about(kind, information) for information in InformationKind) is not (
        kind is EventKind.NOTICE
    )
    assert kind.label_ja


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "anything"},
        {"addressee": "1\n"},
        {"addressee": ""},
        {"information": "local_tax\0"},
        {"event_id": "1"},
        {"occurred_at": "2026-11-22T09:00:00"},
        {"amount": 1},
    ],
    ids=repr,
)
def test_an_event_that_is_not_exactly_one_is_not_read(changes: dict[str, object]) -> None:
    plain: dict[str, object] = {
        "event_id": str(uuid4()),
        "addressee": "1",
        "kind": "death",
        "information": "resident_record",
        "occurred_at": "2026-11-22T09:00:00Z",
    }
    msgspec.json.decode(msgspec.json.encode(plain), type=ChangeEvent)
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(msgspec.json.encode(plain | changes), type=ChangeEvent)


@pytest.fixture(scope="module")
def nodes(tmp_path_factory: pytest.TempPathFactory) -> tuple[Node, Node]:
    """The network and the gateways."""
    systems = make_systems(tmp_path_factory.mktemp("systems"), GATEWAY, OTHER, "network")
    return systems.node("network"), systems.node("gateway")


def _refusal(node: Node, token: bytes, *, gateway: str = GATEWAY, now: datetime = NOW) -> EnvelopeReason:
    with pytest.raises(EnvelopeRefused) as refused:
        event_bus.open_page(node, token, gateway=gateway, now=now)
    return refused.value.reason


def test_a_page_is_read_by_its_gateway_as_long_as_events_can_be_fetched(nodes: tuple[Node, Node]) -> None:
    network, gateways = nodes
    token = event_bus.seal_page(network, PAGE, gateway=GATEWAY, now=NOW)
    for moment in (NOW, NOW + RETENTION - timedelta(minutes=1)):
        assert event_bus.open_page(gateways, token, gateway=GATEWAY, now=moment) == PAGE
    assert _refusal(gateways, token, now=NOW + RETENTION + timedelta(hours=1)) is EnvelopeReason.EXPIRED
    assert b"public_pension_benefit" not in token
    assert PAGE.entries[0].code is not None
    assert PAGE.entries[0].code.encode() not in token


def test_a_page_for_another_is_refused(nodes: tuple[Node, Node]) -> None:
    network, gateways = nodes
    token = event_bus.seal_page(network, PAGE, gateway=OTHER, now=NOW)
    assert _refusal(gateways, token) is EnvelopeReason.WRONG_AUDIENCE


def test_a_page_that_somebody_else_signed_is_refused(nodes: tuple[Node, Node]) -> None:
    network, gateways = nodes

    def signed(issuer: str, key: SigningKey, body: msgspec.Struct, kind: str = event_bus.PAGE_KIND) -> bytes:
        return envelope.sign(
            body,
            key=key,
            issuer=issuer,
            audience=GATEWAY,
            kind=kind,
            now=NOW,
            lifetime=RETENTION,
            max_lifetime=RETENTION,
        )

    own = network.signing_key("network")
    sealed = msgspec.json.decode(
        envelope.verify(
            event_bus.seal_page(network, PAGE, gateway=GATEWAY, now=NOW),
            key_for=lambda _, kid: own.public if kid == own.kid else None,
            audience=GATEWAY,
            kind=event_bus.PAGE_KIND,
            now=NOW,
            max_lifetime=RETENTION,
        ).body,
        type=event_bus.Sealed,
    )
    assert event_bus.open_page(gateways, signed("network", own, sealed), gateway=GATEWAY, now=NOW) == PAGE
    stranger = SigningKey.generate()
    assert _refusal(gateways, signed("network", stranger, sealed)) is EnvelopeReason.UNKNOWN_KEY
    other = gateways.signing_key(OTHER)
    assert _refusal(gateways, signed(OTHER, other, sealed)) is EnvelopeReason.UNKNOWN_KEY
    assert _refusal(gateways, signed("network", own, sealed, "events.v1")) is EnvelopeReason.WRONG_KIND
    wrong_seal = event_bus.Sealed(
        to_text(envelope.seal(b"{}", to=SealingKey.generate().public, info=b"", aad=b""))
    )
    assert _refusal(gateways, signed("network", own, wrong_seal)) is EnvelopeReason.NOT_FOR_THIS_KEY


@given(at=st.integers(0, 10_000), sign=st.sampled_from(b"Ax_0.-"))
def test_a_changed_sign_anywhere_is_noticed(nodes: tuple[Node, Node], at: int, sign: int) -> None:
    network, gateways = nodes
    token = bytearray(event_bus.seal_page(network, PAGE, gateway=GATEWAY, now=NOW))
    place = at % len(token)
    if token[place] == sign:
        return
    token[place] = sign
    with pytest.raises(EnvelopeRefused):
        event_bus.open_page(gateways, bytes(token), gateway=GATEWAY, now=NOW)
