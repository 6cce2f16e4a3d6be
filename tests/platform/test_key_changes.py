"""Changing the keys of messages while everybody runs, step by step."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from mynumber.foundation import envelope
from mynumber.foundation.envelope import EnvelopeRefused, VerifyKey
from mynumber.foundation.keyring import KeyRing
from mynumber.platform import keys
from mynumber.platform.key_changes import UNTIL_EXPIRED, UNTIL_READ, CannotChange, KeyStep
from mynumber.platform.settings import Settings
from mynumber.protocols.exchange import SHEET_LIFETIME
from mynumber.protocols.node import Node, signing_name

NOW = datetime.now(UTC)
USED = NOW + UNTIL_READ


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    settings = Settings.from_environment({"MYNUMBER_HOME": str(tmp_path / "home")})
    keys.ensure_keys(settings)
    return settings


def node(settings: Settings, institution: str) -> Node:
    """A process that has just read the directory."""
    return Node(
        institution=institution,
        keyring=KeyRing.open(settings.keys / institution),
        directory_path=settings.directory,
        trusted=VerifyKey.from_jwk(msgspec.json.decode(settings.directory_key.read_bytes())),
    )


def listed(settings: Settings, system: str) -> tuple[list[str], list[str]]:
    """Ids of the signing and of the sealing keys in the directory."""
    found = node(settings, "network").directory.system(system)
    return [key["kid"] for key in found.signing_keys], [key["kid"] for key in found.sealing_keys]


def sign(settings: Settings) -> bytes:
    return envelope.sign(
        b'"yes"',
        key=node(settings, "jlis").signing_key("jlis"),
        issuer="jlis",
        audience="network",
        kind="said.v1",
        now=datetime.now(UTC),
    )


def read(settings: Settings, token: bytes) -> bytes:
    return envelope.verify(
        token,
        key_for=node(settings, "network").directory.verify_key,
        audience="network",
        kind="said.v1",
        now=datetime.now(UTC),
    ).body


def test_at_every_step_everybody_understands_what_was_signed_before_and_after_it(settings: Settings) -> None:
    (old,), (old_seal,) = listed(settings, "jlis")
    before = sign(settings)
    keys.change_key(settings, "jlis", KeyStep.ADD, at=NOW)
    (first, new), (first_seal, new_seal) = listed(settings, "jlis")
    assert (first, first_seal) == (old, old_seal)
    added = sign(settings)
    keys.change_key(settings, "jlis", KeyStep.USE, at=USED)
    assert listed(settings, "jlis") == ([new, old], [new_seal, old_seal])
    used = sign(settings)
    assert [read(settings, token) for token in (before, added, used)] == [b'"yes"'] * 3
    keys.change_key(settings, "jlis", KeyStep.DROP, at=USED + UNTIL_EXPIRED)
    assert listed(settings, "jlis") == ([new], [new_seal])
    assert read(settings, used) == b'"yes"'
    for token in (before, added):
        with pytest.raises(EnvelopeRefused, match="unknown_key"):
            read(settings, token)
    held = node(settings, "jlis").sealing_key("jlis")
    assert {held.kid, *(key.kid for key in held.older)} == {new_seal, old_seal}, "what was sealed to it opens"


def test_the_next_change_begins_where_the_last_one_ended(settings: Settings) -> None:
    for round_ in range(2):
        later = timedelta(days=round_)
        keys.change_key(settings, "portal", KeyStep.ADD, at=NOW + later)
        keys.change_key(settings, "portal", KeyStep.USE, at=USED + later)
        keys.change_key(settings, "portal", KeyStep.DROP, at=USED + UNTIL_EXPIRED + later)
    ring = KeyRing.open(settings.keys / "portal")
    assert listed(settings, "portal")[0] == [node(settings, "portal").signing_key("portal").kid]
    assert ring.generations(signing_name("portal")) == [3, 2, 1]
    keys.ensure_keys(settings)
    assert len(listed(settings, "portal")[0]) == 1, "the next start lists the same"


def test_steps_out_of_their_order_or_too_early_are_refused(settings: Settings) -> None:
    def refuses(step: KeyStep, at: datetime, words: str, system: str = "network") -> None:
        before = listed(settings, "network")
        with pytest.raises(CannotChange, match=words):
            keys.change_key(settings, system, step, at=at)
        assert listed(settings, "network") == before

    refuses(KeyStep.USE, NOW, "add")
    refuses(KeyStep.DROP, NOW, "use")
    refuses(KeyStep.ADD, NOW, "no system", system="nobody")
    keys.change_key(settings, "network", KeyStep.ADD, at=NOW)
    refuses(KeyStep.ADD, NOW, "under way")
    refuses(KeyStep.USE, NOW, "wait 2 seconds")
    refuses(KeyStep.DROP, NOW, "use")
    keys.change_key(settings, "network", KeyStep.USE, at=USED)
    refuses(KeyStep.DROP, USED + SHEET_LIFETIME - timedelta(seconds=1), "--at-once")
    keys.change_key(settings, "network", KeyStep.DROP, at=USED, at_once=True)
    assert len(listed(settings, "network")[0]) == 1


def test_keys_of_a_step_that_ended_badly_are_not_listed(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = listed(settings, "jlis")

    def fill(*_: object) -> None:
        raise OSError("no space left on device")

    with monkeypatch.context() as disk:
        disk.setattr(KeyRing, "add_sealing", fill)
        with pytest.raises(OSError, match="no space"):
            keys.change_key(settings, "jlis", KeyStep.ADD, at=NOW)
    keys.ensure_keys(settings)
    assert listed(settings, "jlis") == before
    keys.change_key(settings, "jlis", KeyStep.ADD, at=NOW)
    assert [len(kids) for kids in listed(settings, "jlis")] == [2, 2]
    assert [kids[0] for kids in listed(settings, "jlis")] == [kids[0] for kids in before]
