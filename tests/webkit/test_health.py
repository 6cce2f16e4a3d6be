"""Alive and ready, and what is said when not."""

from collections.abc import Callable
from pathlib import Path

from django.test import Client

from mynumber.foundation.keyring import KeyRing
from mynumber.platform.databases import InstitutionDatabase
from mynumber.webkit import health
from tests.webkit import faces
from tests.webkit.conftest import PROJECT


def _client() -> Client:
    return Client(headers={"host": "127.0.0.1"})


def test_an_institution_with_database_and_keys_is_ready(
    towns_database: InstitutionDatabase, tmp_path: Path
) -> None:
    KeyRing.create(tmp_path / "keys").add_secret("django")
    with faces.face(PROJECT, towns_database, MYNUMBER_KEYS=str(tmp_path / "keys")):
        response = _client().get("/readyz")
    assert response.status_code == 200
    assert response.json() == {"ready": True, "institution": "municipality", "missing": []}


def test_a_key_ring_open_to_others_or_gone_is_missing(
    towns_database: InstitutionDatabase, tmp_path: Path
) -> None:
    with faces.face(PROJECT, towns_database, MYNUMBER_KEYS=str(tmp_path / "nowhere")):
        response = _client().get("/readyz")
    assert (response.status_code, response.json()["missing"]) == (503, ["keys"])


def test_a_database_without_tables_is_not_ready(
    institution_database: Callable[..., InstitutionDatabase],
) -> None:
    health.forget()
    with faces.face(PROJECT, institution_database("municipality", ("131229",))):
        response = _client().get("/readyz")
        assert (response.status_code, response.json()["missing"]) == (503, ["migrations"])


def test_a_database_that_is_away_is_not_ready_and_nothing_is_told_of_it(tmp_path: Path) -> None:
    address = f"postgresql://municipality:geheim@/municipality?host={tmp_path}"
    database = InstitutionDatabase("municipality", address, address, {})
    with faces.face(PROJECT, database):
        response = _client().get("/readyz")
        assert (response.status_code, response.json()["missing"]) == (503, ["database"])
        assert "geheim" not in response.content.decode()
        assert _client().get("/healthz").status_code == 200
