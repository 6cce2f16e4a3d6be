"""Key rings and the signed directory: complete, private, and never made anew."""

import stat
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from mynumber.foundation.envelope import VerifyKey
from mynumber.foundation.keyring import KeyRing
from mynumber.foundation.tlog.note import VerifierKey
from mynumber.foundation.tlog.policy import Policy
from mynumber.foundation.tlog.witness import WitnessSigner
from mynumber.platform.keys import ensure_keys, entries
from mynumber.platform.registry import INSTITUTIONS
from mynumber.platform.settings import Settings, SettingsError
from mynumber.protocols.blind import blind_keys, public_key
from mynumber.protocols.directory import Directory, load_directory
from mynumber.protocols.node import Node, sealing_name, signing_name


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    settings = Settings.from_environment({"MYNUMBER_HOME": str(tmp_path_factory.mktemp("home"))})
    ensure_keys(settings)
    return settings


def directory(settings: Settings) -> Directory:
    jwk = msgspec.json.decode(settings.directory_key.read_bytes(), type=dict[str, str])
    return load_directory(settings.directory, VerifyKey.from_jwk(jwk), now=datetime.now(UTC))


def test_every_ring_is_closed_to_others(settings: Settings) -> None:
    for institution in INSTITUTIONS:
        folder = settings.keys / institution.name
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        for path in folder.iterdir():
            assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_directory_lists_members_their_gateways_and_the_rest(settings: Settings) -> None:
    listed = directory(settings)
    members = {"municipality.131229", "municipality.272124", "pension_service", "digital_agency"}
    assert {s.id for s in listed.members()} == members
    assert {s.id for s in listed.systems} == members | {f"gateway.{m}" for m in members} | {
        "jlis",
        "network",
        "portal",
        "commission",
        "acquirer",
        "courier",
    }
    assert listed.name("municipality.131229") == "葛飾区"
    assert "city" in listed.system("gateway.municipality.272124").kinds
    assert listed.system("network").url == "http://127.0.0.1:8121"
    assert listed.system("jlis").url == "http://127.0.0.1:8102"


def test_a_node_made_from_the_ring_signs_with_the_listed_key(settings: Settings) -> None:
    listed = directory(settings)
    for entry in entries(settings):
        ring = KeyRing.open(settings.keys / entry.institution)
        signing = ring.signing(signing_name(entry.id))
        assert listed.verify_key(entry.id, signing.kid) is not None
        assert listed.seal_key(entry.id).kid == ring.sealing(sealing_name(entry.id)).kid


def test_an_institution_s_process_finds_its_node_in_its_environment(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mynumber.platform.environment import institution_environment
    from mynumber.platform.registry import institution

    for name, value in institution_environment(settings, institution("gateway")).items():
        monkeypatch.setenv(name, value)
    node = Node.from_environment()
    assert node.institution == "gateway"
    assert node.signing_key("gateway.pension_service").kid
    assert "jlis" in node.directory


def test_no_institution_is_given_the_operator_s_key(settings: Settings) -> None:
    rings = [KeyRing.open(settings.keys / i.name) for i in INSTITUTIONS]
    assert not any(ring.has("directory") for ring in rings)
    assert KeyRing.open(settings.keys / "directory").has("directory")


def test_a_second_run_keeps_every_key(settings: Settings) -> None:
    def files() -> dict[Path, bytes]:
        return {path: path.read_bytes() for path in settings.keys.rglob("*") if path.is_file()}

    before = files()
    ensure_keys(settings)
    assert files() == before


def test_the_log_s_public_key_is_where_verifiers_look_for_it(settings: Settings) -> None:
    key = VerifierKey.parse(settings.log_key.read_text())
    assert key.name == "network.mynumber.localhost/records"


def test_the_policy_names_log_and_witness_and_where_they_listen(settings: Settings) -> None:
    policy = Policy.parse(settings.log_policy.read_text())
    (log,), (witness,) = policy.logs, policy.witnesses
    assert (log.key, log.url) == (
        VerifierKey.parse(settings.log_key.read_text()),
        "http://127.0.0.1:8101/log",
    )
    signer = WitnessSigner.from_bytes(KeyRing.open(settings.keys / "commission").secret("witness"))
    assert (witness.key, witness.url) == (signer.verifier_key, "http://127.0.0.1:8124/witness")
    assert policy.is_satisfied([witness.key])
    assert not policy.is_satisfied([])


def test_keys_for_blind_exchanges_are_made_and_listed_when_they_are_switched_on(
    settings: Settings, tmp_path: Path
) -> None:
    switched_on = Settings.from_environment({"MYNUMBER_HOME": str(tmp_path), "MYNUMBER_NETWORK_BLIND": "1"})
    ensure_keys(switched_on)
    listed, before = directory(switched_on), directory(settings)
    assert not any(system.blind_key for system in before.systems)
    holders = {system.id for system in listed.systems if system.blind_key}
    gateways = {system.id for system in listed.systems if system.id.startswith("gateway.")}
    assert holders == gateways | {"network", "portal", "commission"}
    for holder in holders:
        ring = KeyRing.open(switched_on.keys / holder.partition(".")[0])
        (key,) = blind_keys(ring, holder).values()
        assert public_key(listed, holder) == key.public
    with pytest.raises(SettingsError):
        Settings.from_environment({"MYNUMBER_NETWORK_BLIND": "yes"})
