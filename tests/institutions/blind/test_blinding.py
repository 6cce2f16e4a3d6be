"""Which keys a gateway opens blinded codes with."""

from __future__ import annotations

from pathlib import Path

import pytest

from mynumber.foundation.blind import BlindKey
from mynumber.institutions.gateway.blind.blinding import SWITCH, Blinding
from mynumber.protocols import node as nodes
from mynumber.protocols.blind import blinding_name, key_id
from tests.support.directory import make_systems
from tests.support.exchange import CITY

GATEWAY = f"gateway.{CITY}"


def test_a_key_that_is_listed_while_the_gateway_runs_is_taken_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(SWITCH, "*")
    monkeypatch.setattr(nodes, "LOOK_SECONDS", 0.0)
    systems = make_systems(tmp_path, CITY, GATEWAY, "network", "portal", "commission", blind=True)
    blinding = Blinding(systems.node("gateway"))
    before = blinding.keys_of(GATEWAY)
    assert before is not None
    key = BlindKey.generate()
    systems.node("gateway").keyring.add_secret(blinding_name(GATEWAY), key.scalar)
    systems.also("jlis")  # signs the directory anew
    assert blinding.keys_of(GATEWAY) == {key_id(key.public): key, **before}
