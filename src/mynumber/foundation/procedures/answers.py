"""The answers of a whole form: read, pruned to what is visible, completed, encoded for signing, compared with what registers say."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from mynumber.foundation.people import fold, fold_address
from mynumber.foundation.procedures import conditions
from mynumber.foundation.procedures.definition import Computed, Document, Field, FieldType, How, Procedure
from mynumber.foundation.procedures.values import (
    MOST_ENTRIES,
    SENTENCES,
    Fault,
    Flawed,
    Raw,
    Value,
    normalise,
)
from mynumber.foundation.procedures.words import LANGUAGES, Words

_COMPOSITE: Final = (FieldType.BANK_ACCOUNT, FieldType.ADDRESS)


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault of one answer: where ("children.0.birth", "account.bank"), which, and what to do."""

    path: str
    fault: Fault
    sentence: Words


@dataclass(frozen=True, slots=True, repr=False)
class Reading:
    """What was understood. `values` holds what is visible and, each by itself, sound; it does not print itself."""

    procedure: Procedure
    values: Mapping[str, Value]
    problems: tuple[Problem, ...]

    def __repr__(self) -> str:
        return f"Reading({self.procedure.id}, {len(self.problems)} problems)"

    @property
    def missing(self) -> tuple[str, ...]:
        """Paths of required fields without an answer, in the order of the form."""
        return missing(self.procedure, self.values)

    @property
    def all_problems(self) -> tuple[Problem, ...]:
        """The faults, and one for each missing answer that has none yet."""
        named = {problem.path for problem in self.problems}
        covered = named | {problem.path.rpartition(".")[0] for problem in self.problems}
        lacking = (path for path in self.missing if path not in covered)
        return (
            *self.problems,
            *(Problem(path, Fault.REQUIRED, SENTENCES[Fault.REQUIRED]) for path in lacking),
        )

    @property
    def is_complete(self) -> bool:
        """Whether it can be signed and sent."""
        return not self.problems and not self.missing


def nested(flat: Mapping[str, Raw]) -> dict[str, Raw]:
    """Names of a web form to structure: {"children.0.birth": ...} to {"children": [{"birth": ...}]}.

    Numbers that leave gaps close up; entries beyond MOST_ENTRIES are dropped.
    """
    tree: dict[str, Any] = {}
    for name, value in flat.items():
        parts = name.split(".")
        if len(parts) > 6 or not all(re.fullmatch(r"[a-z][a-z0-9_]*|[0-9]{1,3}", part) for part in parts):
            continue
        at = tree
        for part in parts[:-1]:
            inner = at.setdefault(part, {})
            if not isinstance(inner, dict):
                break
            at = inner
        else:
            at[parts[-1]] = value
    listed = _listed(tree)
    return listed if isinstance(listed, dict) else {}


def _listed(tree: Any) -> Any:
    if not isinstance(tree, dict):
        return tree
    if tree and all(key.isdigit() for key in tree):
        return [_listed(tree[key]) for key in sorted(tree, key=int)][:MOST_ENTRIES]
    return {key: _listed(value) for key, value in tree.items()}


def read(
    procedure: Procedure,
    raw: Mapping[str, Raw],
    *,
    today: date,
    known: Mapping[str, Value] | None = None,
) -> Reading:
    """Understand what a form sent. `known` is what the sources gave (prefill), by field, entries of groups by their `person`.

    What a source gave for a locked field counts, whatever the form sends; where it gave nothing the person is asked. Fields that are derived
    or never asked come from `known` alone. What a condition hides is dropped, with its faults. An unfinished draft is a
    reading with `missing`.
    """
    found = _Found()
    values = _read_fields(procedure.field, raw, known or {}, today, "", found)
    values = _computed(procedure.field, values)
    values = visible_values(procedure, values)
    kept = {path for path, _ in visible_paths(procedure, values)}
    problems = (each for each in found.problems if _place(each.path) in kept)
    return Reading(procedure, values, (*problems, *contradictions(procedure, values)))


def contradictions(procedure: Procedure, values: Mapping[str, Value]) -> Iterator[Problem]:
    """What is sound by itself and not beside another answer: a day or month before the one that it must not precede."""
    yield from _contradicting(procedure.field, values, {}, {}, "")


def _contradicting(
    fields: Sequence[Field],
    values: Mapping[str, Value],
    above: Mapping[str, Field],
    scope: Mapping[str, Value],
    place: str,
) -> Iterator[Problem]:
    named = {**above, **{field.id: field for field in fields}}
    scope = {**scope, **values}
    for field in fields:
        value, first = values.get(field.id), scope.get(field.bounds.not_before)
        if field.type is FieldType.GROUP:
            for at, entry in enumerate(value or ()):
                yield from _contradicting(field.field, entry, named, scope, f"{place}{field.id}.{at}.")
        # ISO text; a day lies in a month that it begins with.
        elif value and first and value[: len(first)] < first[: len(value)]:
            yield Problem(place + field.id, Fault.BEFORE_OTHER, _beside(named[field.bounds.not_before].label))


def _beside(label: Words) -> Words:
    said = SENTENCES[Fault.BEFORE_OTHER]
    return Words(**{each: said.in_language(each).format(limit=label.in_language(each)) for each in LANGUAGES})


class _Found:
    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def add(self, path: str, flawed: Flawed) -> None:
        where = f"{path}.{flawed.part}" if flawed.part else path
        self.problems.append(Problem(where, flawed.fault, flawed.sentence))


def _place(path: str) -> str:
    """The field of a problem: the part of an account or address belongs to its field."""
    head, _, tail = path.rpartition(".")
    parts = ("postal_code", "municipality", "town", "rest", "bank", "branch", "kind", "number", "holder")
    return head if head and tail in parts else path


def _read_fields(
    fields: Sequence[Field],
    raw: Mapping[str, Raw],
    known: Mapping[str, Value],
    today: date,
    above: str,
    found: _Found,
) -> dict[str, Value]:
    values: dict[str, Value] = {}
    for field in fields:
        given = known.get(field.id)
        typed = raw.get(field.id)
        path = above + field.id
        if field.type is FieldType.GROUP and field.how in (
            How.ASK,
            How.PREFILLED_EDITABLE,
            How.PREFILLED_LOCKED,
        ):
            value = _read_group(field, typed, given, today, path, found)
        elif (
            field.how in (How.DERIVED, How.NEVER_ASKED)
            or (field.how is How.PREFILLED_LOCKED and given is not None)
            or (typed is None and field.how.is_prefilled)
        ):
            value = given
        else:
            try:
                value = normalise(field, typed, today=today)
            except Flawed as flawed:
                found.add(path, flawed)
                continue
        if value is not None:
            values[field.id] = value
    return values


def _read_group(
    field: Field, typed: Raw, given: Value | None, today: date, path: str, found: _Found
) -> list[Value] | None:
    known_entries = [each for each in given or () if isinstance(each, Mapping)]
    if typed is None and field.how.is_prefilled:
        typed = [{} for _ in known_entries]
        pairs = list(zip(typed, known_entries, strict=True))
    else:
        if typed is None or typed == "":
            return None
        if not isinstance(typed, list | tuple) or not all(isinstance(each, Mapping) for each in typed):
            found.add(path, Flawed(Fault.SHAPE))
            return None
        if len(typed) > (most := min(field.bounds.most or MOST_ENTRIES, MOST_ENTRIES)):
            found.add(path, Flawed(Fault.TOO_MANY, str(most)))
            return None
        by_person = {str(each["person"]): each for each in known_entries if "person" in each}
        pairs = [(each, by_person.get(str(each.get("person")), {})) for each in typed]
    entries = [
        _read_fields(field.field, each, known, today, f"{path}.{at}.", found)
        for at, (each, known) in enumerate(pairs)
    ]
    if entries and len(entries) < (field.bounds.least or 0):
        found.add(path, Flawed(Fault.TOO_FEW, str(field.bounds.least)))
    return entries


def _computed(fields: Sequence[Field], values: dict[str, Value]) -> dict[str, Value]:
    """With what answers alone give (source "answers"), in the order of the form."""
    for field in fields:
        if field.type is FieldType.GROUP and isinstance(values.get(field.id), list):
            values[field.id] = [_computed(field.field, {**entry}) for entry in values[field.id]]
        if isinstance(field.source, Computed):
            value = _compute(field.source, values)
            if value is not None:
                values[field.id] = value
    return values


def _compute(source: Computed, values: Mapping[str, Value]) -> Value | None:
    if source.sum:
        plus = [part for name in source.sum for part in _all_at(name, values)]
        minus = [part for name in source.less for part in _all_at(name, values)]
        known = plus and len(minus) >= len(source.less) and all(type(part) is int for part in plus + minus)
        return max(0, sum(plus) - sum(minus)) if known else None
    if source.count:
        counted = values.get(source.count)
        return len(counted) if isinstance(counted, list) else None
    if source.holds:
        return conditions.evaluate(conditions.parse(source.holds), values)
    return conditions.look_up(source.same, values)


def _all_at(path: str, values: Mapping[str, Value]) -> list[Value]:
    """Every value at a path; "children[].amount" gives that of each entry."""
    group, inside, rest = path.partition("[].")
    if not inside:
        return [values[path]] if path in values else []
    return [value for entry in values.get(group, ()) for value in _all_at(rest, entry)]


def visible_paths(procedure: Procedure, values: Mapping[str, Value]) -> Iterator[tuple[str, Field]]:
    """The fields that the answers so far show or use, with paths that number entries ("children.0.birth")."""
    yield from _visible(procedure.field, values, values, "")


def _visible(
    fields: Sequence[Field], values: Mapping[str, Value], scope: Mapping[str, Value], above: str
) -> Iterator[tuple[str, Field]]:
    for field in fields:
        if not is_shown(field, scope):
            continue
        yield above + field.id, field
        if field.type is FieldType.GROUP:
            for at, entry in enumerate(values.get(field.id) or ()):
                yield from _visible(field.field, entry, {**scope, **entry}, f"{above}{field.id}.{at}.")


def is_shown(field: Field | Document, answers: Mapping[str, Value]) -> bool:
    """Whether the condition of a field or document holds; while undecided it is not shown."""
    return not field.when or conditions.evaluate(conditions.parse(field.when), answers) is True


def visible(procedure: Procedure, values: Mapping[str, Value]) -> tuple[Field, ...]:
    """The top-level fields that a person sees with these answers; not those never asked."""
    return tuple(
        field for field in procedure.field if field.how is not How.NEVER_ASKED and is_shown(field, values)
    )


def documents(procedure: Procedure, values: Mapping[str, Value]) -> tuple[Document, ...]:
    """The documents that these answers call for."""
    return tuple(document for document in procedure.document if is_shown(document, values))


def visible_values(procedure: Procedure, values: Mapping[str, Value]) -> dict[str, Value]:
    """The values without those that conditions hide. What is hidden counts as not answered for the conditions of others."""
    current = dict(values)
    # Each round hides at least one field, so the number of fields bounds the rounds.
    for _ in range(sum(1 for _ in procedure.every_field()) + 1):
        pruned = _pruned(procedure.field, current, current)
        if pruned == current:
            break
        current = pruned
    return current


def _pruned(
    fields: Sequence[Field], values: Mapping[str, Value], scope: Mapping[str, Value]
) -> dict[str, Value]:
    kept: dict[str, Value] = {}
    for field in fields:
        if field.id not in values or not is_shown(field, scope):
            continue
        value = values[field.id]
        if field.type is FieldType.GROUP and isinstance(value, list):
            value = [_pruned(field.field, entry, {**scope, **entry}) for entry in value]
        kept[field.id] = value
    return kept


def missing(procedure: Procedure, values: Mapping[str, Value]) -> tuple[str, ...]:
    """Paths of the required, visible fields that a person fills and that have no value; in the order of the form."""
    return tuple(
        path
        for path, field in visible_paths(procedure, values)
        if field.required
        and field.how in (How.ASK, How.PREFILLED_EDITABLE, How.PREFILLED_LOCKED)
        and value_at(values, path) in (None, [])
    )


def value_at(values: Mapping[str, Value], path: str) -> Value | None:
    """The value at a numbered path ("children.0.birth"); None if there is none."""
    value: Any = values
    for part in path.split("."):
        if isinstance(value, Mapping):
            value = value.get(part)
        elif isinstance(value, list) and part.isdigit() and int(part) < len(value):
            value = value[int(part)]
        else:
            return None
    return value


def encode(procedure: Procedure, values: Mapping[str, Value]) -> bytes:
    """The application as canonical JSON (keys sorted, no spaces, UTF-8): the same answers give the same bytes.

    Raises TypeError for a value that is no answer (floats among them).
    """
    _only_answers(values)
    body = {
        "answers": visible_values(procedure, values),
        "procedure": procedure.id,
        "version": procedure.version,
    }
    return json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def digest(procedure: Procedure, values: Mapping[str, Value]) -> bytes:
    """SHA-256 of `encode`: what the card signs for."""
    return hashlib.sha256(encode(procedure, values)).digest()


def _only_answers(value: object) -> None:
    match value:
        case str() | bool() | int():
            pass
        case Mapping():
            for key, each in value.items():
                if not isinstance(key, str):
                    raise TypeError("answers have text as names")
                _only_answers(each)
        case list() | tuple():
            for each in value:
                _only_answers(each)
        case _:
            raise TypeError(f"an answer is never a {type(value).__name__}")


@dataclass(frozen=True, slots=True, repr=False)
class Difference:
    """Declared and found differ at a field. It does not print itself."""

    path: str
    label: Words
    declared: Value | None
    found: Value | None

    def __repr__(self) -> str:
        return f"Difference({self.path})"


def differences(
    procedure: Procedure, declared: Mapping[str, Value], found: Mapping[str, Value]
) -> tuple[Difference, ...]:
    """Where what registers say differs from what was declared; what was not found is no difference.

    Names and addresses are compared folded (full-width, spaces, 一丁目 and 1-); entries of groups by their `person`, else in order.
    """
    return tuple(_differ(procedure.field, declared, found, ""))


def _differ(
    fields: Sequence[Field], declared: Mapping[str, Value], found: Mapping[str, Value], above: str
) -> Iterator[Difference]:
    for field in fields:
        if field.id not in found or found[field.id] is None:
            continue
        said, seen = declared.get(field.id), found[field.id]
        path = above + field.id
        if field.type is FieldType.GROUP:
            yield from _entries_differ(field, said or (), seen, path)
        elif said is not None and not _alike(field, said, seen):
            yield Difference(path, field.label, said, seen)


def _entries_differ(
    field: Field, said: Sequence[Mapping[str, Value]], seen: Sequence[Mapping[str, Value]], path: str
) -> Iterator[Difference]:
    by_person = {each["person"]: each for each in seen if "person" in each}
    matched: list[Mapping[str, Value]] = []
    for at, entry in enumerate(said):
        other = by_person.get(entry.get("person")) if by_person else (seen[at] if at < len(seen) else None)
        if other is None:
            yield Difference(f"{path}.{at}", field.label, "declared", None)
            continue
        matched.append(other)
        yield from _differ(field.field, entry, other, f"{path}.{at}.")
    if len(matched) < len(seen):
        yield Difference(path, field.label, len(said), len(seen))


def _alike(field: Field, one: Value, other: Value) -> bool:
    if one == other:
        return True
    if field.type is FieldType.NAME or field.type is FieldType.KANA:
        return isinstance(other, str) and fold(str(one)) == fold(other)
    if field.type is FieldType.ADDRESS and isinstance(one, Mapping) and isinstance(other, Mapping):
        lots = [fold_address(str(each.get("town", "")) + str(each.get("rest", ""))) for each in (one, other)]
        return one.get("municipality") == other.get("municipality") and lots[0] == lots[1]
    return False
