"""Databases of the attacked faces, and a directory in which everybody is listed and nobody listens."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from mynumber.platform.databases import InstitutionDatabase
from mynumber.platform.registry import INSTITUTIONS
from tests.support.directory import Systems, make_systems
from tests.webkit import faces

for institution in INSTITUTIONS:
    faces.install(institution.settings_module)

from tests.attacks.place import OURS, THEIRS  # noqa: E402 - needs the apps

NAMES = tuple(each.name for each in INSTITUTIONS if each.name not in ("municipality", "gateway"))
TENANTS = {
    "municipality": (OURS, THEIRS),
    "gateway": (f"municipality.{OURS}", f"municipality.{THEIRS}"),
}


@pytest.fixture(scope="package")
def systems(tmp_path_factory: pytest.TempPathFactory) -> Systems:
    """Real keys of everybody; no address leads anywhere."""
    towns = [f"{before}municipality.{code}" for code in (OURS, THEIRS) for before in ("", "gateway.")]
    return make_systems(tmp_path_factory.mktemp("systems"), *NAMES, *towns)


@pytest.fixture(scope="package")
def databases(
    institution_database: Callable[..., InstitutionDatabase],
) -> Callable[[str], InstitutionDatabase]:
    """`databases(name)`: the migrated database of an institution, one for all attacks."""
    made: dict[str, InstitutionDatabase] = {}

    def of(name: str) -> InstitutionDatabase:
        if name not in made:
            made[name] = institution_database(name, TENANTS.get(name, ()), migrated=True)
        return made[name]

    return of
