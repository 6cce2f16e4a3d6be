"""A further core of the network: its keys, its place in the directory and in the policy, and members at home there."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from mynumber.foundation.envelope import SealingKey, SigningKey, VerifyKey
from mynumber.foundation.keyring import KeyRing
from mynumber.foundation.tlog import Policy
from mynumber.platform import keys, registry
from mynumber.platform.core_list import BadCore, Core, cores
from mynumber.platform.environment import institution_environment
from mynumber.platform.key_changes import KeyStep
from mynumber.platform.launch import serve_command
from mynumber.platform.sandbox_list import Sandbox, write_sandboxes
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
    for name in ("network", "networks.west", "gateway.west", "network.", "network.../portal", "network.West"):
        with pytest.raises(BadCore, match="a further core is called"):
            msgspec.structs.replace(WEST, id=name)
    with pytest.raises(BadCore, match="an address for messages and one of its log"):
        msgspec.structs.replace(WEST, log_url=None)


def several(folder: Path, count: int) -> Settings:
    settings = Settings.from_environment({"MYNUMBER_HOME": str(folder), "MYNUMBER_CORES": str(count)})
    keys.ensure_cores(settings)
    keys.ensure_keys(settings)
    return settings


def test_several_cores_are_made_by_one_setting_and_members_are_at_home_at_each(tmp_path: Path) -> None:
    settings = several(tmp_path, 2)
    directory = listed(settings)
    assert directory.cores == ("network", WEST.id)
    homes = {member.id: directory.core_of(member.id) for member in directory.members()}
    assert homes == {
        "municipality.131229": "network",
        "municipality.272124": WEST.id,
        "pension_service": "network",
        "digital_agency": WEST.id,
    }
    assert directory.core_of("gateway.digital_agency") == WEST.id
    api, pages = registry.processes_of(WEST.id, settings)
    assert directory.system(WEST.id).url == f"http://127.0.0.1:{api.port(settings)}"
    policy = Policy.parse(settings.log_policy.read_text(encoding="utf-8"))
    assert [log.url for log in policy.logs][1] == f"http://127.0.0.1:{pages.port(settings)}/log"


def test_a_core_that_was_once_there_stays_for_it_keeps_records(tmp_path: Path) -> None:
    several(tmp_path, 4)
    settings = several(tmp_path, 1)
    assert [core.id for core in cores(settings).here] == [WEST.id, "network.north", "network.south"]
    assert len(registry.institutions(settings)) == len(registry.INSTITUTIONS) + 3
    ports = {process.port(settings) for process in registry.processes(settings)}
    assert len(ports) == len(registry.processes(settings)) == len(registry.PROCESSES) + 6


def test_a_core_that_is_listed_again_keeps_its_ports(tmp_path: Path) -> None:
    settings = several(tmp_path, 3)
    before = {one.name: one.port(settings) for one in registry.processes(settings)}
    keys.add_core(settings, Core(id=WEST.id, title="西のコア"))
    assert {one.name: one.port(settings) for one in registry.processes(settings)} == before


def test_who_was_given_a_home_by_hand_stays_there(tmp_path: Path) -> None:
    settings = several(tmp_path, 2)
    keys.move_home(settings, "pension_service", WEST.id)
    assert listed(several(tmp_path, 3)).cores_of("pension_service") == (WEST.id, "network")


def test_a_core_of_this_platform_is_an_institution_behind_walls_of_its_own(tmp_path: Path) -> None:
    settings = several(tmp_path, 2)
    west = registry.institution(WEST.id, settings)
    environment = institution_environment(settings, west, outer={})
    assert (environment["MYNUMBER_INSTITUTION"], environment["MYNUMBER_CORE"]) == ("network", WEST.id)
    assert environment["MYNUMBER_KEYS"] == str(settings.keys / WEST.id)
    assert environment["MYNUMBER_PUBLIC_URL"] == "http://network-west.localhost:8000"
    first = institution_environment(settings, registry.institution("network", settings), outer={})
    assert first["MYNUMBER_CORE"] == "network"
    assert "MYNUMBER_CORE" not in institution_environment(
        settings, registry.institution("portal", settings), outer={}
    )
    with pytest.raises(registry.UnknownName, match=WEST.id):
        registry.institution("network.east", settings)


def test_processes_of_a_core_share_its_port_and_no_others_do(tmp_path: Path) -> None:
    settings = Settings.from_environment(
        {"MYNUMBER_HOME": str(tmp_path), "MYNUMBER_CORES": "2", "MYNUMBER_CORE_PROCESSES": "3"}
    )
    keys.ensure_cores(settings)
    shared = {process.name for process in registry.processes(settings) if process.workers == 3}
    assert shared == {"network-api", "network.west-api"}
    for process in registry.processes(settings):
        command = serve_command(process, process.listen(settings))
        is_shared = command[-3:-1] == ["--workers", "3"]
        assert is_shared == (process.name in shared)


def test_of_a_sandbox_member_the_home_is_moved_and_the_gateway_s_keys_are_changed(tmp_path: Path) -> None:
    settings = several(tmp_path, 2)
    vendor = SigningKey.generate().public.to_jwk(), SealingKey.generate().public.to_jwk()
    sandbox = Sandbox(
        name="acme",
        title="検証",
        kinds=("municipality",),
        partner_kinds=("municipality",),
        signing_key=vendor[0],
        sealing_key=vendor[1],
    )
    write_sandboxes(settings, (sandbox,))
    keys.ensure_keys(settings)
    keys.change_key(settings, "gateway.sandbox.acme", KeyStep.ADD, at=datetime.now(UTC))
    assert len(listed(settings).system("gateway.sandbox.acme").signing_keys) == 2
    keys.move_home(settings, "sandbox.acme", WEST.id)
    assert listed(settings).core_of("gateway.sandbox.acme") == WEST.id
    write_sandboxes(settings, (msgspec.structs.replace(sandbox, is_closed=True),))
    keys.ensure_keys(settings)
    assert listed(settings).cores_of("gateway.sandbox.acme") == (WEST.id, "network"), "where its records are"
