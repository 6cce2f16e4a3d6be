"""From folders to procedures: `catalogue/ID/procedure*.toml`, with what several share from `catalogue/common`.

A file names a base (`base = "child_allowance"`: `common/bases.toml`) whose values it keeps or overrides table by table, and fields,
documents and sections of `common/fields.toml` (`use = "applicant_name"`), whose keys it may override one by one. What municipalities make of
the procedures lies in `_local/MUNICIPALITY/*.toml` (`overlays`).
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Final

import msgspec

from mynumber.foundation.procedures.definition import Procedure
from mynumber.foundation.procedures.overlays import Local, Overlay, laid_on

COMMON: Final = "common"
OVERLAYS: Final = "_local"
LARGEST: Final = 400_000
"""Bytes of a file."""
_SHARED: Final = ("field", "document", "section")

Place = Path | Traversable


class MalformedProcedure(ValueError):
    """A file that is no procedure. `place` is folder/file, the message what is wrong, for officials."""

    def __init__(self, place: str, problem: str) -> None:
        super().__init__(f"{place}: {problem}")
        self.place = place
        self.problem = problem


class UnknownProcedure(LookupError):
    """No procedure has this id, or none of its versions is in force on the day."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All procedures with all their versions, in the order of their ids."""

    procedures: tuple[Procedure, ...]
    adopted: tuple[tuple[Overlay, Procedure], ...] = ()
    """What municipalities make of them: each overlay, and the form with it laid on."""

    @property
    def ids(self) -> tuple[str, ...]:
        """Every id once."""
        return tuple(dict.fromkeys(each.id for each in self.procedures))

    def versions(self, procedure_id: str) -> tuple[Procedure, ...]:
        """Every version, the oldest first. Raises UnknownProcedure."""
        found = sorted(
            (each for each in self.procedures if each.id == procedure_id), key=lambda one: one.since
        )
        if not found:
            raise UnknownProcedure(procedure_id)
        return tuple(found)

    def get(self, procedure_id: str, on: date) -> Procedure:
        """The version in force on the day. Raises UnknownProcedure."""
        for each in self.versions(procedure_id):
            if each.applies(on):
                return each
        raise UnknownProcedure(f"{procedure_id} on {on.isoformat()}")

    def version(self, procedure_id: str, version: str) -> Procedure:
        """The version of that name, a municipality's own included: what an application was filed under. Raises UnknownProcedure."""
        preset, _, local = version.partition("+")
        for each in self.versions(procedure_id):
            if each.version == preset and not local:
                return each
            if each.version == preset:
                for overlay, form in self.adopted:
                    if (overlay.procedure, overlay.name) == (procedure_id, version):
                        return form
        raise UnknownProcedure(f"{procedure_id} {version}")

    def local(self, procedure: Procedure, municipality: str, on: date) -> Local:
        """A preset as a municipality (six digits) has it on the day."""
        for overlay, form in self.adopted:
            same = (overlay.procedure, overlay.version, overlay.municipality)
            if same == (procedure.id, procedure.version, municipality) and overlay.applies(on):
                return Local(form, overlay)
        return Local(procedure)

    def on(self, on: date) -> tuple[Procedure, ...]:
        """Every procedure in force on the day."""
        return tuple(each for each in self.procedures if each.applies(on))


@cache
def catalogue() -> Catalogue:
    """The catalogue that comes with this software. Raises MalformedProcedure."""
    return load(files("mynumber.catalogue"))


def load(folder: Place) -> Catalogue:
    """Every procedure of a folder of folders. Raises MalformedProcedure."""
    common = Common.of(folder)
    presets = Catalogue(
        tuple(
            read(text, f"{inside.name}/{name}", common)
            for inside in sorted(folder.iterdir(), key=lambda each: each.name)
            if inside.is_dir() and inside.name != COMMON and not inside.name.startswith(("_", "."))
            for name, text in _versions(inside)
        )
    )
    return Catalogue(
        presets.procedures,
        tuple(
            (overlay, laid_on(_preset_of(presets, overlay), overlay))
            for overlay in _overlays(folder / OVERLAYS)
        ),
    )


def _preset_of(presets: Catalogue, overlay: Overlay) -> Procedure:
    try:
        return presets.version(overlay.procedure, overlay.version)
    except UnknownProcedure as unknown:
        raise MalformedProcedure(f"{overlay.municipality}/{overlay.procedure}", str(unknown)) from None


def read_overlay(text: str, place: str = "overlay.toml") -> Overlay:
    """Read an overlay. Raises MalformedProcedure."""
    try:
        return msgspec.convert(tomllib.loads(text), Overlay)
    except (ValueError, RecursionError, msgspec.ValidationError) as error:
        raise MalformedProcedure(place, str(error)) from None


def _overlays(folder: Place) -> Iterator[Overlay]:
    for town in sorted(folder.iterdir(), key=lambda each: each.name) if folder.is_dir() else ():
        for file in sorted(town.iterdir(), key=lambda each: each.name) if town.is_dir() else ():
            if file.name.endswith(".toml"):
                overlay = read_overlay(_text(file), f"{town.name}/{file.name}")
                if overlay.municipality != town.name:
                    raise MalformedProcedure(
                        f"{town.name}/{file.name}", "フォルダと municipality が違います。"
                    )
                yield overlay


def load_one(folder: Path, common: "Common") -> tuple[Procedure, ...]:
    """Every version in one folder. Raises MalformedProcedure."""
    return tuple(read(text, f"{folder.name}/{name}", common) for name, text in _versions(folder))


def _versions(folder: Place) -> Iterator[tuple[str, str]]:
    for file in sorted(folder.iterdir(), key=lambda each: each.name):
        if file.name.startswith("procedure") and file.name.endswith(".toml"):
            yield file.name, _text(file)


@dataclass(frozen=True, slots=True)
class Common:
    """What procedures share: named fields, documents and sections, and bases."""

    bases: Mapping[str, Mapping[str, Any]]
    shared: Mapping[str, Mapping[str, Mapping[str, Any]]]

    @classmethod
    def of(cls, folder: Place) -> "Common":
        """Read `common` of a catalogue. Raises MalformedProcedure."""
        fields = _toml(folder / COMMON / "fields.toml")
        return cls(
            _toml(folder / COMMON / "bases.toml"),
            {kind: {each["id"]: each for each in fields.get(kind, ())} for kind in _SHARED},
        )


def read(text: str, place: str, common: Common) -> Procedure:
    """Read one file. Raises MalformedProcedure with the first thing that is wrong and where."""
    try:
        raw = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise MalformedProcedure(place, f"TOMLとして読めません: {error}") from None
    return convert(whole(raw, place, common), place)


def convert(raw: Mapping[str, Any], place: str) -> Procedure:
    """A procedure of plain data in which nothing is shared any more. Raises MalformedProcedure."""
    try:
        return msgspec.convert(raw, Procedure)
    except msgspec.ValidationError as error:
        raise MalformedProcedure(place, str(error)) from None


def whole(raw: Mapping[str, Any], place: str, common: Common) -> dict[str, Any]:
    """The data of a file with its base and its shared parts filled in. Raises MalformedProcedure."""
    base_name = raw.get("base")
    base = common.bases.get(base_name, {}) if isinstance(base_name, str) else {}
    if base_name is not None and not base:
        raise MalformedProcedure(place, f"common/bases.toml に {base_name} がありません。")
    merged = _merged(base, {key: value for key, value in raw.items() if key != "base"})
    return {
        key: [_used(each, key, place, common) for each in value]
        if key in _SHARED and isinstance(value, list)
        else value
        for key, value in merged.items()
    }


def _used(raw: Any, kind: str, place: str, common: Common) -> Any:
    if not isinstance(raw, dict):
        return raw
    name = raw.get("use")
    own = {key: value for key, value in raw.items() if key != "use"}
    if name is not None:
        known = common.shared[kind].get(name)
        if known is None:
            raise MalformedProcedure(place, f"common/fields.toml の {kind} に {name} がありません。")
        own = {**known, **own}
        if kind == "field":
            own.setdefault("shared", name)
    if isinstance(own.get("field"), list):
        own["field"] = [_used(each, "field", place, common) for each in own["field"]]
    return own


def _merged(base: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """Tables key by key, everything else replaced whole."""
    return {
        key: _merged(base[key], own[key])
        if isinstance(base.get(key), dict) and isinstance(own.get(key), dict)
        else own[key]
        if key in own
        else base[key]
        for key in {**base, **own}
    }


def _text(file: Place) -> str:
    body = file.read_bytes()
    if len(body) > LARGEST:
        raise MalformedProcedure(file.name, f"ファイルが大きすぎます（{LARGEST:,}バイトまで）。")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        raise MalformedProcedure(file.name, "UTF-8の文字として読めません。") from None


def _toml(file: Place) -> dict[str, Any]:
    if not file.is_file():
        return {}
    try:
        return tomllib.loads(_text(file))
    except tomllib.TOMLDecodeError as error:
        raise MalformedProcedure(f"{COMMON}/{file.name}", f"TOMLとして読めません: {error}") from None
