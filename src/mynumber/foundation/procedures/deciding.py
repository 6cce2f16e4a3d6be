"""From answers to the fact sheet of a rule, and to its decision (`foundation.rules`)."""

import importlib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from enum import Enum
from functools import cache
from typing import Any, Final, get_args, get_origin, get_type_hints

from mynumber.foundation.law import InformationKind
from mynumber.foundation.procedures.definition import (
    Account,
    ByRule,
    Computed,
    Delivery,
    Earlier,
    Examined,
    FactMapping,
    Field,
    FieldType,
    Network,
    OwnRecords,
    Person,
    Procedure,
    Register,
    RuleUse,
    Source,
    System,
)
from mynumber.foundation.procedures.values import Value
from mynumber.foundation.rules import FactSheet, Finding, Month, known

_NAME: Final = re.compile(r"[a-z][a-z0-9_]{1,60}")
_ENTRY: Final = "[]."


class UnknownRule(LookupError):
    """No package of `foundation.rules` decides under this name."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """One fact of a sheet: its type (of the entries, if it is a list of values) and its words. `plain`: it cannot be unknown."""

    kind: type
    words: str
    is_list: bool = False
    plain: bool = False


class Incomplete(ValueError):
    """An entry lacks what its fact sheet cannot do without (the days of a period). The message names the fact."""


@dataclass(frozen=True, slots=True)
class Decider:
    """A rule: `decide(month, claim)`, the sheet it takes and the names of what it finds."""

    name: str
    decide: Callable[..., Any]
    sheet: type[FactSheet]
    takes_month: bool
    """Whether it decides a month; if not, the claim itself says for which days it is."""
    outputs: tuple[str, ...]


@cache
def decider(name: str) -> Decider:
    """The rule of that name. Raises UnknownRule."""
    if not _NAME.fullmatch(name):
        raise UnknownRule(name)
    try:
        module = importlib.import_module(f"mynumber.foundation.rules.{name}")
        decide = module.decide
    except (ModuleNotFoundError, AttributeError):
        raise UnknownRule(name) from None
    hints = get_type_hints(decide)
    sheets = [kind for key, kind in hints.items() if key != "return" and _is_sheet(kind)]
    if len(sheets) != 1:
        raise UnknownRule(name)
    return Decider(
        name, decide, sheets[0], Month in hints.values(), tuple(each.name for each in fields(hints["return"]))
    )


def leaves(sheet: type[Any]) -> Mapping[str, Leaf]:
    """Every fact of a sheet by path: "lives_in_japan", "children[].birth", "income.earnings"."""
    return dict(_leaves(sheet, ""))


def _leaves(sheet: type[Any], above: str) -> Iterator[tuple[str, Leaf]]:
    hints = get_type_hints(sheet)
    for field in fields(sheet):
        kind = hints[field.name]
        if "words" in field.metadata:
            (inner,) = get_args(kind)
            is_list = get_origin(inner) is tuple
            yield (
                above + field.name,
                Leaf(get_args(inner)[0] if is_list else inner, field.metadata["words"], is_list),
            )
        elif _is_sheet(kind):
            yield from _leaves(kind, f"{above}{field.name}.")
        elif get_origin(kind) is tuple and _is_sheet(get_args(kind)[0]):
            yield from _leaves(get_args(kind)[0], f"{above}{field.name}{_ENTRY}")
        elif kind is date:
            yield above + field.name, Leaf(kind, field.name, plain=True)


def _is_sheet(kind: Any) -> bool:
    return isinstance(kind, type) and is_dataclass(kind) and issubclass(kind, FactSheet)


def claim(procedure: Procedure, values: Mapping[str, Value]) -> Any:
    """The fact sheet for the rule of a procedure. What no answer gives stays unknown. Raises UnknownRule, ValueError.

    `values` are answers and found facts together, by field. Each fact says where it comes from, as its field does.
    """
    if procedure.rule is None:
        raise UnknownRule(procedure.id)
    return _sheet(
        decider(procedure.rule.decision).sheet, _Maker(procedure, procedure.rule), values, values, "", "", ""
    )


def decide(procedure: Procedure, values: Mapping[str, Value], month: Month) -> Any:
    """The decision of the rule for a month, with its trace. Raises UnknownRule, NotInForce, ValueError.

    A rule that decides days (`Decider.takes_month` is false) takes them from the claim and does not look at `month`.
    """
    facts = claim(procedure, values)
    if procedure.rule is None:
        raise UnknownRule(procedure.id)
    rule = decider(procedure.rule.decision)
    return rule.decide(month, facts) if rule.takes_month else rule.decide(facts)


class _Maker:
    def __init__(self, procedure: Procedure, rule: RuleUse) -> None:
        self.fields = dict(procedure.every_field())
        self.by_target = {mapping.to: mapping for mapping in rule.fact}

    def groups_of(self, prefix: str) -> set[str]:
        """The groups of the form from which a list of sheets is made."""
        found = set()
        for target, mapping in self.by_target.items():
            if target.startswith(prefix):
                for name in _names(mapping):
                    group, inside, _ = name.partition(_ENTRY)
                    if inside:
                        found.add(group)
        return found


def _names(mapping: FactMapping) -> tuple[str, ...]:
    return tuple(
        name for name in (mapping.field, *mapping.sum, mapping.positive, *mapping.equals[:1]) if name
    )


def _sheet(
    sheet: type[Any],
    maker: _Maker,
    values: Mapping[str, Value],
    entry: Mapping[str, Value],
    path: str,
    key: str,
    label: str,
) -> Any:
    hints = get_type_hints(sheet)
    given: dict[str, Any] = {}
    for field in fields(sheet):
        kind, here = hints[field.name], path + field.name
        if "words" in field.metadata:
            mapping = maker.by_target.get(here)
            if mapping is not None:
                (inner,) = get_args(kind)
                finding = _finding(mapping, inner, maker, values, entry)
                if finding is not None:
                    given[field.name] = finding
        elif _is_sheet(kind) and any(target.startswith(f"{here}.") for target in maker.by_target):
            inner_key = f"{key}.{field.name}" if key else field.name
            given[field.name] = _sheet(kind, maker, values, entry, f"{here}.", inner_key, label)
        elif kind is date and (mapping := maker.by_target.get(here)) is not None:
            day = _value(mapping.field, values, entry)
            if not isinstance(day, str):
                raise Incomplete(here)
            given[field.name] = date.fromisoformat(day)
        elif get_origin(kind) is tuple and _is_sheet(get_args(kind)[0]):
            given[field.name] = _entries(get_args(kind)[0], maker, values, here, field.name)
    return sheet(key=key, label=label, **given)


def _entries(
    sheet: type[Any], maker: _Maker, values: Mapping[str, Value], here: str, name: str
) -> tuple[Any, ...]:
    groups = maker.groups_of(here + _ENTRY)
    if len(groups) != 1:
        return ()
    (group,) = groups
    field = maker.fields[group]
    return tuple(
        _sheet(
            sheet,
            maker,
            values,
            entry,
            here + _ENTRY,
            f"{name}-{at}",
            f"{at}{field.bounds.unit or '件'}目の{field.label.ja}",
        )
        for at, entry in enumerate(values.get(group) or (), start=1)
    )


def _finding(
    mapping: FactMapping, kind: type, maker: _Maker, values: Mapping[str, Value], entry: Mapping[str, Value]
) -> Finding[Any] | None:
    if mapping.constant is not None:
        return known(_as(mapping.constant, kind, mapping), "申請の種類")
    names = _names(mapping)
    if get_origin(kind) is tuple:
        return _listed(mapping, maker, values)
    found = [_value(name, values, entry) for name in names]
    if any(value is None or isinstance(value, Mapping) for value in found):
        return None
    source = source_words(maker.fields[names[0]].source)
    if mapping.sum:
        return known(sum(found), source)
    if mapping.positive:
        return known(bool(found[0]), source)
    if mapping.equals:
        return known(found[0] == mapping.equals[1], source)
    return known(_as(found[0], kind, mapping), source)


def _listed(mapping: FactMapping, maker: _Maker, values: Mapping[str, Value]) -> Finding[Any] | None:
    """A fact that is a list of values: one of each entry of a group, unknown if any is."""
    group, _, inside = mapping.field.partition(_ENTRY)
    entries = values.get(group)
    if not isinstance(entries, list) or any(entry.get(inside) is None for entry in entries):
        return None
    return known(tuple(entry[inside] for entry in entries), source_words(maker.fields[mapping.field].source))


def _value(name: str, values: Mapping[str, Value], entry: Mapping[str, Value]) -> Value | None:
    _, inside, rest = name.partition(_ENTRY)
    return entry.get(rest) if inside else values.get(name)


def _as(value: Value, kind: type, mapping: FactMapping) -> Any:
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind[mapping.one_of.get(str(value), str(value)).upper()]
    if kind is date and isinstance(value, str):
        return date.fromisoformat(value if len(value) == 10 else f"{value}-01")
    if kind is int and isinstance(value, list):
        return len(value)
    return value


EXPECTED: Final[Mapping[FieldType, type]] = {
    FieldType.YES_NO: bool,
    FieldType.CONFIRM: bool,
    FieldType.DATE: date,
    FieldType.MONTH: date,
    FieldType.YEN: int,
    FieldType.COUNT: int,
    FieldType.GROUP: int,
}
"""What a field's answers become in a fact sheet; choices become the rule's lists."""


def mapping_faults(procedure: Procedure) -> Iterator[str]:
    """What does not fit between the form and the fact sheet of its rule, one Japanese sentence each."""
    rule = procedure.rule
    if rule is None:
        return
    try:
        sheet = leaves(decider(rule.decision).sheet)
    except UnknownRule:
        yield f"規則 {rule.decision} がありません。"
        return
    form = dict(procedure.every_field())
    for mapping in rule.fact:
        leaf = sheet.get(mapping.to)
        if leaf is None:
            yield f"規則の事実 {mapping.to} がありません。"
            continue
        ways = [
            bool(mapping.field),
            bool(mapping.sum),
            bool(mapping.positive),
            bool(mapping.equals),
            mapping.constant is not None,
        ]
        if sum(ways) != 1:
            yield f"{mapping.to}: field・sum・positive・equals・constant のどれか一つを書いてください。"
            continue
        unknown = [name for name in _names(mapping) if name not in form]
        if unknown:
            yield f"{mapping.to}: 項目 {'、'.join(unknown)} がありません。"
            continue
        yield from _type_faults(mapping, leaf, form)
    targets = [mapping.to for mapping in rule.fact]
    yield from (
        f"規則の事実 {name} が二度書かれています。"
        for name in sorted({each for each in targets if targets.count(each) > 1})
    )
    yield from (
        f"規則の事実 {path}（{leaf.words}）に項目がありません。項目を対応させるか、unmapped に理由を書いてください。"
        for path, leaf in sheet.items()
        if path not in targets
        and not any(path == each or path.startswith((each + ".", each + "[].")) for each in rule.unmapped)
    )


def _type_faults(mapping: FactMapping, leaf: Leaf, form: Mapping[str, Field]) -> Iterator[str]:
    if mapping.constant is not None:
        if issubclass(leaf.kind, Enum):
            if str(mapping.constant).upper() not in leaf.kind.__members__:
                yield f"{mapping.to}: {mapping.constant} は規則の区分にありません。"
        elif type(mapping.constant) is not leaf.kind:
            yield f"{mapping.to}: 値の型が違います。"
        return
    sources = [form[name] for name in _names(mapping)]
    if mapping.sum or mapping.positive:
        wanted = int if mapping.sum else bool
        if leaf.kind not in (wanted, int if mapping.sum else bool) or any(
            EXPECTED.get(each.type) is not int for each in sources
        ):
            yield f"{mapping.to}: 金額か数の項目が必要です。"
        return
    (source,) = sources
    if mapping.equals:
        if (
            leaf.kind is not bool
            or len(mapping.equals) != 2
            or mapping.equals[1] not in {each.value for each in source.choices}
        ):
            yield f"{mapping.to}: equals は選択の項目とその値を書いてください。"
        return
    if issubclass(leaf.kind, Enum):
        wrong = [
            choice.value
            for choice in source.choices
            if mapping.one_of.get(choice.value, choice.value).upper() not in leaf.kind.__members__
        ]
        if source.type is not FieldType.CHOICE or wrong:
            yield f"{mapping.to}: 選択肢 {'、'.join(wrong) or '（なし）'} が規則の区分に対応しません。"
    elif EXPECTED.get(source.type) is not leaf.kind and not (
        source.type is FieldType.TEXT and leaf.kind is str
    ):
        yield f"{mapping.to}: 項目 {source.id} の型（{source.type.value}）が規則の事実の型に合いません。"


def source_words(source: Source) -> str:
    """Where a fact comes from, for the trace (住民基本台帳, 申請書 ...)."""
    match source:
        case Register():
            return "住民基本台帳"
        case Network(kind=kind):
            return f"{InformationKind(kind).label_ja}（情報連携）"
        case Earlier():
            return "前回の申請"
        case Delivery():
            return "電子文書"
        case Account():
            return "公金受取口座"
        case OwnRecords(ledger=ledger):
            return ledger
        case ByRule():
            return "規則"
        case Computed():
            return "申請書から計算"
        case System():
            return "受付の記録"
        case Examined():
            return "審査"
        case Person():
            return "申請書"
