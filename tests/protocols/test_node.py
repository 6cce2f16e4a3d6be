"""Keys change while everybody runs: listed second, listed first, the old one taken away."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from mynumber.foundation.envelope import SealingKey, SigningKey
from mynumber.protocols import node as node_module
from mynumber.protocols import wire
from mynumber.protocols.acquisition import ISSUE_CODES, IssueCodes
from mynumber.protocols.directory import System, sign_directory
from mynumber.protocols.exchange import QUERY_STATUS, StatusQuery
from mynumber.protocols.node import sealing_name, signing_name
from mynumber.protocols.refusal import Hop, Reason, Refused
from tests.support.directory import Systems, make_systems

SENDER, RECEIVER = "jlis", "network"


@pytest.fixture
def systems(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Systems:
    monkeypatch.setattr(node_module, "LOOK_SECONDS", 0.0)
    return make_systems(tmp_path, SENDER, RECEIVER)


def _list(systems: Systems, change: Callable[[System], System]) -> None:
    """The operator signs the directory anew, with the sender changed."""
    listed = tuple(change(one) if one.id == SENDER else one for one in systems.listed)
    systems.directory_path.write_bytes(sign_directory(listed, systems.operator, now=datetime.now(UTC)))


def test_a_system_signs_with_the_first_key_that_is_listed(systems: Systems) -> None:
    sender, receiver = systems.node(SENDER), systems.node(RECEIVER)
    old = sender.signing_key(SENDER)
    new = sender.keyring.add_signing(signing_name(SENDER))

    def kid_used() -> str:
        now = datetime.now(UTC)
        token = wire.prepare(
            sender,
            QUERY_STATUS,
            StatusQuery(request_ids=()),
            sender=SENDER,
            receiver=RECEIVER,
            hop=Hop.NETWORK,
            now=now,
        ).token
        wire.receive(receiver, token, QUERY_STATUS, receiver=RECEIVER, hop=Hop.NETWORK, now=now)
        return sender.signing_key(SENDER).kid

    def keys(*those: SigningKey) -> Callable[[System], System]:
        return lambda one: msgspec.structs.replace(
            one, signing_keys=tuple(key.public.to_jwk() for key in those)
        )

    assert kid_used() == old.kid, "a key that nobody knows is not used"
    _list(systems, keys(old, new))
    assert kid_used() == old.kid
    _list(systems, keys(new, old))
    assert kid_used() == new.kid
    _list(systems, keys(new))
    assert kid_used() == new.kid


def test_a_signature_of_a_key_that_was_taken_away_is_refused(systems: Systems) -> None:
    sender, receiver = systems.node(SENDER), systems.node(RECEIVER)
    now = datetime.now(UTC)
    token = wire.prepare(
        sender,
        QUERY_STATUS,
        StatusQuery(request_ids=()),
        sender=SENDER,
        receiver=RECEIVER,
        hop=Hop.NETWORK,
        now=now,
    ).token
    new = sender.keyring.add_signing(signing_name(SENDER))
    _list(systems, lambda one: msgspec.structs.replace(one, signing_keys=(new.public.to_jwk(),)))
    with pytest.raises(Refused) as refused:
        wire.receive(receiver, token, QUERY_STATUS, receiver=RECEIVER, hop=Hop.NETWORK, now=now)
    assert refused.value.reason is Reason.UNKNOWN_KEY


def test_what_was_sealed_to_the_old_key_opens_after_the_change(systems: Systems) -> None:
    network, sender = systems.node(RECEIVER), systems.node(SENDER)
    old = network.sealing_key(RECEIVER)
    now = datetime.now(UTC)

    def sealed() -> bytes:
        return wire.prepare(
            sender,
            ISSUE_CODES,
            IssueCodes(member="portal", items=()),
            sender=SENDER,
            receiver=RECEIVER,
            hop=Hop.NETWORK,
            now=now,
        ).token

    def keys(*those: SealingKey) -> None:
        listed = tuple(
            msgspec.structs.replace(one, sealing_keys=tuple(key.public.to_jwk() for key in those))
            if one.id == RECEIVER
            else one
            for one in systems.listed
        )
        systems.directory_path.write_bytes(sign_directory(listed, systems.operator, now=now))

    before = sealed()
    new = network.keyring.add_sealing(sealing_name(RECEIVER))
    keys(old, new)
    during = sealed()
    keys(new, old)
    after = sealed()
    for token in (before, during, after):
        wire.receive(network, token, ISSUE_CODES, receiver=RECEIVER, hop=Hop.NETWORK, now=now)
    assert network.sealing_key(RECEIVER).kid == new.kid
