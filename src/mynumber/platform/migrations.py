"""Which institutions' tables are not yet as their code wants them.

Asking Django takes half a second an institution; a start should not take that long when nothing has changed. So the
files of the migrations are summed up, and only an institution whose sum has changed since the last success migrates.
"""

import hashlib
import importlib.metadata
from pathlib import Path

import msgspec

from mynumber.platform.registry import Institution, institutions
from mynumber.platform.settings import Settings


def outdated(settings: Settings) -> dict[Institution, str]:
    """The institutions whose migrations have to run, and the sum of those."""
    known = _known(settings)
    sums = {i: fingerprint(i) for i in institutions(settings) if i.database}
    return {i: total for i, total in sums.items() if known.get(i.name) != total}


def note(settings: Settings, done: dict[Institution, str]) -> None:
    """Remember that the migrations of these sums were run: the sums of before, as files may change while they run."""
    _write(settings, {**_known(settings), **{i.name: total for i, total in done.items()}})


def forget(settings: Settings, institution: Institution) -> None:
    """Let the next start run an institution's migrations: its database may have become an older one."""
    known = _known(settings)
    if known.pop(institution.name, None) is not None:  # a host of an operator's own keeps no such note
        _write(settings, known)


def _write(settings: Settings, known: dict[str, str]) -> None:
    path = _file(settings)
    draft = path.with_suffix(".new")
    draft.write_bytes(msgspec.json.encode(known))
    draft.replace(path)


def fingerprint(institution: Institution) -> str:
    """A sum over the migrations of an institution, of the shared face and of Django."""
    total = hashlib.sha256(importlib.metadata.version("django").encode())
    for package in (institution.package, "mynumber.webkit"):
        for path in sorted(_folder(package).rglob("*.py")):
            if path.parent.name == "migrations" or path.name == "settings.py":
                total.update(f"{path.name}\0".encode() + path.read_bytes())
    return total.hexdigest()


def _folder(package: str) -> Path:
    """The folder of a package, found without importing it (the wall)."""
    import mynumber

    return Path(mynumber.__path__[0]).joinpath(*package.split(".")[1:])


def _known(settings: Settings) -> dict[str, str]:
    try:
        return msgspec.json.decode(_file(settings).read_bytes(), type=dict[str, str])
    except FileNotFoundError:
        return {}


def _file(settings: Settings) -> Path:
    return settings.run / "migrated.json"
