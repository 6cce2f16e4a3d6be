"""What the processes of the platform are given, and what not."""

from __future__ import annotations

from mynumber.platform.environment import institution_environment
from mynumber.platform.registry import institution
from mynumber.platform.settings import Settings


def test_the_road_of_events_reaches_the_processes_and_no_password_of_an_operator_does() -> None:
    outer = {
        "MESH_URL": "nats://127.0.0.1:4222",
        "MESH_REPLICAS": "3",
        "MYNUMBER_TRACES": "http://127.0.0.1:4318/v1/traces",
        "MYNUMBER_OWNER_DATABASE_URL": "postgresql://network_owner:secret@/network",
        "MYNUMBER_ADMIN_DATABASE_URL": "postgresql://postgres:secret@/network",
        "AWS_SECRET_ACCESS_KEY": "somebody's own",
    }
    given = institution_environment(Settings.from_environment({}), institution("network"), outer=outer)
    assert {name: given[name] for name in ("MESH_URL", "MESH_REPLICAS", "MYNUMBER_TRACES")} == {
        name: outer[name] for name in ("MESH_URL", "MESH_REPLICAS", "MYNUMBER_TRACES")
    }
    assert "MESH_URL" not in institution_environment(
        Settings.from_environment({}), institution("portal"), outer=outer
    ), "it may hold a password"
    secrets = {"MYNUMBER_OWNER_DATABASE_URL", "MYNUMBER_ADMIN_DATABASE_URL", "AWS_SECRET_ACCESS_KEY"}
    assert not secrets & given.keys()
