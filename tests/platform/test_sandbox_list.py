"""Sandboxes in the directory: the vendor's public keys, a partner that the platform plays, and a gateway tenant each."""

from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from mynumber.foundation.envelope import SealingKey, SigningKey, VerifyKey
from mynumber.foundation.keyring import KeyRing
from mynumber.platform import registry
from mynumber.platform.keys import SANDBOX_RING, ensure_keys
from mynumber.platform.sandbox_list import BadName, Sandbox, member_of, write_sandboxes
from mynumber.platform.settings import Settings
from mynumber.protocols.directory import Directory, load_directory
from mynumber.protocols.node import signing_name


def directory(settings: Settings) -> Directory:
    jwk = msgspec.json.decode(settings.directory_key.read_bytes(), type=dict[str, str])
    return load_directory(settings.directory, VerifyKey.from_jwk(jwk), now=datetime.now(UTC))


@pytest.mark.parametrize(
    "name", ["a", "Acme", "acme.partner", "acme_partner", "1acme", "a" * 17, "acme\n", ""]
)
def test_names_that_could_be_taken_for_something_else(name: str) -> None:
    with pytest.raises(BadName):
        member_of(name)


def test_a_sandbox_is_listed_while_it_stands_and_answers_for_its_records_after(tmp_path: Path) -> None:
    settings = Settings.from_environment({"MYNUMBER_HOME": str(tmp_path)})
    vendor = SigningKey.generate()
    sandbox = Sandbox(
        name="acme",
        title="検証用機関",
        kinds=("city", "municipality"),
        partner_kinds=("prefecture",),
        signing_key=vendor.public.to_jwk(),
        sealing_key=SealingKey.generate().public.to_jwk(),
    )
    write_sandboxes(settings, (sandbox,))
    ensure_keys(settings)
    listed = directory(settings)
    assert listed.verify_key("sandbox.acme", vendor.public.kid) is not None
    assert listed.gateway_of("sandbox.acme.partner") == "gateway.sandbox.acme.partner"
    assert set(listed.system("gateway.sandbox.acme").kinds) == {"city", "municipality"}
    assert {"sandbox_acme", "sandbox_acme_partner"} <= set(registry.tenants("gateway", settings))
    ring = KeyRing.open(settings.keys / SANDBOX_RING)
    assert ring.names() == ["seal-sandbox-acme-partner", "sign-sandbox-acme-partner"]
    partner = ring.signing(signing_name("sandbox.acme.partner")).kid

    write_sandboxes(settings, (msgspec.structs.replace(sandbox, is_closed=True),))
    ensure_keys(settings)
    listed = directory(settings)
    assert {"sandbox.acme", "sandbox.acme.partner"}.isdisjoint(one.id for one in listed.systems)
    assert listed.verify_key("sandbox.acme.partner", partner) is None
    assert listed.system("gateway.sandbox.acme").kinds == ()
    assert "sandbox.acme" not in {one.id for one in listed.members()}
