"""A further core of the network: its keys, its place in the directory and in the policy, and members at home there."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from mynumber.foundation.envelope import VerifyKey
from mynumber.foundation.keyring import KeyRing
from mynumber.foundation.tlog import Policy
from mynumber.platform import keys
from mynumber.platform.core_list import BadCore, Core
from mynumber.platform.settings import Settings
from mynumber.protocols.blind import records_key
from mynumber.protocols.directory import Directory, load_directory

WEST = Core(
    id="network.west", title="西のコア", url="http://127.0.0.1:9120", log_url="http://127.0.0.1:9101/log"
)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings.from_environment({"MYNUMBER_HOME": str(tmp_path / "home")})


def listed(settings: Settings) -> Directory:
    trusted = VerifyKey.from_jwk(msgspec.json.decode(settings.directory_key.read_bytes()))
    return load_directory(settings.directory, trusted, now=datetime.now(UTC))


def test_a_further_core_has_its_own_log_and_the_same_codes(settings: Settings) -> None:
    keys.ensure_keys(settings)
    assert listed(settings).cores == ("network",)
    keys.add_core(settings, WEST)
    first, west = (KeyRing.open(settings.keys / name) for name in ("network", WEST.id))
    assert first.secret("codes") == west.secret("codes")
    assert first.secret("log") != west.secret("log")
    policy = Policy.parse(settings.log_policy.read_text(encoding="utf-8"))
    assert [log.key.name for log in policy.logs] == [
        "network.mynumber.localhost/records",
        "network.west.mynumber.localhost/records",
    ]
    first.add_secret("codes", b"of the next version")
    keys.ensure_keys(settings)
    assert west.secret("codes") == b"of the next version"


def test_a_further_core_takes_part_in_blind_exchanges_with_a_key_of_its_own(tmp_path: Path) -> None:
    settings = Settings.from_environment(
        {"MYNUMBER_HOME": str(tmp_path / "home"), "MYNUMBER_NETWORK_BLIND": "1"}
    )
    keys.add_core(settings, WEST)
    directory = listed(settings)
    assert records_key(directory, WEST.id) != records_key(directory, "network")


def test_a_member_that_moves_keeps_its_former_home_behind_the_new_one(settings: Settings) -> None:
    keys.add_core(settings, WEST)
    directory = listed(settings)
    assert directory.cores == ("network", WEST.id)
    assert directory.cores_of("pension_service") == ("network",)
    keys.move_home(settings, "pension_service", WEST.id)
    directory = listed(settings)
    assert directory.cores_of("gateway.pension_service") == (WEST.id, "network")
    assert directory.core_of("digital_agency") == "network"
    keys.move_home(settings, "pension_service", "network")
    assert listed(settings).cores_of("pension_service") == ("network", WEST.id)


def test_who_is_not_listed_is_refused(settings: Settings) -> None:
    keys.add_core(settings, WEST)
    for member, core in (("pension_service", "network.east"), ("nobody", WEST.id)):
        with pytest.raises(BadCore, match=r"no (core|member) is called"):
            keys.move_home(settings, member, core)
    for name in ("network", "networks.west", "gateway.west"):
        with pytest.raises(BadCore, match="a further core is called"):
            msgspec.structs.replace(WEST, id=name)
