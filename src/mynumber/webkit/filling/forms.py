"""A page of a form, made from the definition: a control a field, read by `procedures.values`, conditions honoured, groups repeated.

Names of controls are the paths of the answers ("children.0.birth"). What the page showed stands in `shown`, so that a field which appears
because of an answer on the same page is asked next, and not called missing.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from django import forms
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

from mynumber.foundation.numbers.local_government import LocalGovernmentCode, find, local_governments
from mynumber.foundation.people import Wareki
from mynumber.foundation.procedures import answers
from mynumber.foundation.procedures.answers import Reading
from mynumber.foundation.procedures.definition import Field, FieldType, How
from mynumber.foundation.procedures.values import (
    ACCOUNT_KINDS,
    MOST_ENTRIES,
    Flawed,
    Value,
    dialled,
    normalise,
)
from mynumber.webkit.face import banks
from mynumber.webkit.face.address_field import AddressField, PostalAddress
from mynumber.webkit.face.bank_field import BankBranch, BankBranchField, BankQuest
from mynumber.webkit.face.forms import PlainForm
from mynumber.webkit.face.language import is_english, say, spoken
from mynumber.webkit.filling.content import Content, fixed_source
from mynumber.webkit.filling.showing import lines_of, source_of

SHOWN: Final = "shown"
_NAME: Final = re.compile(r"[a-z][a-z0-9_]*(?:\.[0-9]{1,2}\.[a-z][a-z0-9_]*)?")
FEW_CHOICES: Final = 7
_LONGEST_PART: Final = 100
TYPED: Final = "typed-"
"""Begins the reference of a person whom no source named."""
APPLICANT: Final = "applicant"
"""Reference to the applicant as a person, where nobody told another."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the page: a control, something known, or the head of an entry."""

    kind: str
    """control, known, entry, end."""
    label: str = ""
    lines: tuple[Any, ...] = ()
    source: str = ""
    names: tuple[str, ...] = ()
    path: str = ""
    index: int = 0
    note: str = ""
    removable: tuple[Row, ...] = ()
    """Of the end of a group: its entries, each of which can be taken away."""


@dataclass(slots=True)
class Plan:
    """The rows of a page and the controls they need."""

    rows: list[Row] = field(default_factory=list)
    controls: dict[str, forms.Field] = field(default_factory=dict)
    fields: dict[str, Field] = field(default_factory=dict)
    """Definition of each control's answer, by path."""


class Defined(forms.Field):
    """A control whose text is read by the definition of its field."""

    def __init__(self, definition: Field, today: date, **options: Any) -> None:
        super().__init__(**options)
        self.definition, self.today = definition, today
        if definition.type in (FieldType.YES_NO, FieldType.CHOICE, FieldType.CHOICES, FieldType.PERSON):
            self.error_messages["required"] = say("選んでください。", "Choose one.", "えらんで ください。")

    def to_python(self, value: Any) -> Any:
        """The value of the answer. Raises ValidationError with what to do."""
        try:
            return normalise(self.definition, value, today=self.today)
        except Flawed as flawed:
            raise forms.ValidationError(
                flawed.sentence.in_language(spoken()), code=flawed.fault.value
            ) from None

    def validate(self, value: Any) -> None:
        """A "no" is an answer."""
        if value is None and self.required:
            raise forms.ValidationError(self.error_messages["required"], code="required")


class SectionForm(PlainForm):
    """One section. values: what is answered so far, all sections. Make it with `section_form`."""

    def __init__(self, plan: Plan, *args: Any, **kwargs: Any) -> None:
        self.plan = plan
        self.base_fields = {**plan.controls}  # type: ignore[misc]  # of this form alone: it is made from data
        super().__init__(*args, **kwargs)

    def rows(self) -> Iterator[tuple[Row, list[forms.BoundField]]]:
        """The rows with their bound controls, for the template."""
        for row in self.plan.rows:
            yield row, [self[name] for name in row.names]

    def answers(self) -> dict[str, Value | None]:
        """What was understood, by path; None where a field was emptied. What was not understood is left out; an account that is not whole yet counts as far as it goes."""
        found: dict[str, Value | None] = {}
        data = getattr(self, "cleaned_data", {})
        for path, definition in self.plan.fields.items():
            if definition.type is FieldType.BANK_ACCOUNT:
                if f"{path}.whole" in data:
                    found[path] = data[f"{path}.whole"]
                elif begun := self._begun_account(path):
                    found[path] = begun
            elif path in data:
                value = data[path]
                found[path] = _address(value) if isinstance(value, PostalAddress) else value
        return found

    def clean(self) -> dict[str, Any]:
        """Put the parts of bank accounts together and read addresses as the definition does."""
        data = super().clean() or self.cleaned_data
        for path, definition in self.plan.fields.items():
            if definition.type is FieldType.BANK_ACCOUNT and not self.is_looking:
                self._account(path, definition, data)
            elif definition.type is FieldType.ADDRESS and isinstance(data.get(path), PostalAddress):
                try:
                    normalise(definition, _address(data[path]), today=date.min)
                except Flawed as flawed:
                    self.add_error(path, flawed.sentence.in_language(spoken()))
        return data

    def _account(self, path: str, definition: Field, data: dict[str, Any]) -> None:
        parts = [f"{path}.kind", f"{path}.number", f"{path}.holder"]
        place = data.get(path)
        if path in self.errors or any(part in self.errors for part in parts):
            return
        if not isinstance(place, BankBranch):
            if not any(data.get(part) for part in parts):
                data[f"{path}.whole"] = None
            return
        raw = {
            "bank": place.bank.code,
            "branch": place.branch.code,
            **{part.rpartition(".")[2]: data.get(part) or "" for part in parts},
        }
        try:
            data[f"{path}.whole"] = normalise(definition, raw, today=date.min)
        except Flawed as flawed:
            at = f"{path}.{flawed.part}" if flawed.part in ("kind", "number", "holder") else path
            self.add_error(at, flawed.sentence.in_language(spoken()))

    def _begun_account(self, path: str) -> dict[str, str]:
        """The parts of an account that were given so far; empty where nothing was."""
        picker = self.fields[path].widget
        quest = picker.value_from_datadict(self.data, self.files, self.add_prefix(path))
        parts = {
            "bank": quest.bank.code if quest.bank else "",
            "branch": quest.branch.code if quest.branch else "",
            **{
                name: str(self.data.get(f"{path}.{name}") or "")[:_LONGEST_PART]
                for name in ("number", "holder")
            },
        }
        return (
            {**parts, "kind": str(self.data.get(f"{path}.kind") or "")[:_LONGEST_PART]}
            if any(parts.values())
            else {}
        )

    def drop_errors_of_hidden(self, reading: Reading) -> None:
        """What the answers of this page hide is no fault of the person."""
        shown = {path for path, _ in answers.visible_paths(reading.procedure, reading.values)}
        for name in list(self.errors):
            path = _field_path(name)
            if path in self.plan.fields and path not in shown:
                del self.errors[name]


def _field_path(name: str) -> str:
    head, _, tail = name.rpartition(".")
    return head if tail in ("kind", "number", "holder") and head else name


def _address(address: PostalAddress) -> dict[str, str]:
    """As `procedures.values` takes it. Where the postal code does not tell the municipality, its name does."""
    home = None
    if address.municipality:
        try:
            home = find(LocalGovernmentCode.from_jisx0402(address.municipality))
        except (ValueError, LookupError):
            home = None
    home = home or next(
        (
            each
            for each in local_governments()
            if each.is_municipality and address.area.startswith(each.full_name)
        ),
        None,
    )
    town = address.area.removeprefix(home.full_name) if home else address.area
    return {
        "postal_code": address.postal_code,
        "municipality": home.code.digits if home else "",
        "town": town,
        "rest": f"{address.street}{' ' if address.building else ''}{address.building}",
    }


# --- making a page -----------------------------------------------------------------------------------------------


def plan_of(
    fields: Sequence[Field],
    reading: Reading,
    content: Content,
    *,
    today: date,
    shown: frozenset[str] | None = None,
    entries: Mapping[str, int] | None = None,
) -> Plan:
    """What stands on a page. shown: only these controls (what the page that was sent had); entries: how many of a group it had."""
    plan = Plan()
    people = _people(content)
    for each in fields:
        if each.type is FieldType.GROUP:
            _group(plan, each, reading, content, today, people, shown, entries)
        elif shown is not None or answers.is_shown(each, reading.values):
            _one(plan, each, each.id, reading, content, today, people, shown, content.known)
    return plan


def _group(
    plan: Plan,
    group: Field,
    reading: Reading,
    content: Content,
    today: date,
    people: Mapping[str, str],
    shown: frozenset[str] | None,
    counts: Mapping[str, int] | None,
) -> None:
    if shown is None and not answers.is_shown(group, reading.values):
        return
    values = reading.values.get(group.id) or []
    typed = content.typed.get(group.id)
    count = len(typed) if isinstance(typed, list) else len(values)
    if counts is not None:
        count = counts.get(group.id, 0)
    elif count == 0 and group.required:
        count = 1
    count = min(count, group.bounds.most or MOST_ENTRIES, MOST_ENTRIES)
    known = {
        str(each.get("person")): each for each in content.known.get(group.id) or [] if isinstance(each, dict)
    }
    for index in range(count):
        entry = values[index] if index < len(values) else {}
        typed_entry = typed[index] if isinstance(typed, list) and index < len(typed) else {}
        person = str(entry.get("person") or (typed_entry or {}).get("person") or "")
        told = known.get(person, {})
        prefix = f"{group.id}.{index}."
        plan.rows.append(
            Row(
                "entry",
                label=f"{group.label.in_language(spoken())} {index + 1}",
                path=group.id,
                index=index,
                note=content.marks.get(f"{group.id}.{index}", ""),
            )
        )
        scope = {**reading.values, **entry}
        for each in group.field:
            path = prefix + each.id
            if shown is None and not answers.is_shown(each, scope):
                continue
            if each.type is FieldType.PERSON:
                # Which person of the household it is was told. Somebody who is typed in gets a name of the form's own where it needs one.
                reference = person or (f"{TYPED}{secrets.token_hex(4)}" if each.required else "")
                if reference and (shown is None or path in shown):
                    plan.controls[path] = forms.CharField(
                        required=False, widget=forms.HiddenInput, initial=reference
                    )
                    plan.fields[path] = each
                    plan.rows.append(Row("control", names=(path,)))
                continue
            _one(plan, each, path, reading, content, today, people, shown, told)
    plan.rows.append(
        Row(
            "end",
            label=group.label.in_language(spoken()),
            path=group.id,
            index=count,
            note="" if count < (group.bounds.most or MOST_ENTRIES) else "full",
            removable=tuple(row for row in plan.rows if row.kind == "entry" and row.path == group.id),
        )
    )


def _one(
    plan: Plan,
    each: Field,
    path: str,
    reading: Reading,
    content: Content,
    today: date,
    people: Mapping[str, str],
    shown: frozenset[str] | None,
    known: Mapping[str, Value],
) -> None:
    value = answers.value_at(reading.values, path)
    note = content.marks.get(path, "")
    label = each.label.in_language(spoken())
    fixed = fixed_source(content, reading.values, path)
    locked = each.how is How.DERIVED or (each.how is How.PREFILLED_LOCKED and known.get(each.id) is not None)
    if locked or fixed:
        if shown is None and value is not None:
            source = fixed or source_of(content, path, each)
            plan.rows.append(Row("known", label, lines_of(each, value, people), source, note=note))
        return
    if each.how is How.NEVER_ASKED or (shown is not None and path not in shown):
        return
    begun = answers.value_at(content.typed, path) if each.type is FieldType.BANK_ACCOUNT else None
    controls = _controls(each, path, begun if value is None else value, today, people)
    plan.controls.update(controls)
    plan.fields[path] = each
    source = source_of(content, path, each) if value is not None and known.get(each.id) == value else ""
    plan.rows.append(Row("control", label, names=tuple(controls), source=source, path=path, note=note))


def _people(content: Content) -> dict[str, str]:
    """Persons that sources named, by their reference."""
    found: dict[str, str] = {}
    for value in content.known.values():
        for entry in value if isinstance(value, list) else ():
            if isinstance(entry, dict) and isinstance(entry.get("person"), str):
                found[entry["person"]] = str(entry.get("name") or entry["person"])
    return found


def _controls(
    each: Field, path: str, value: Value | None, today: date, people: Mapping[str, str]
) -> dict[str, forms.Field]:
    """The controls of one field: one, or for a bank account four."""
    spoke = spoken()
    label = each.label.in_language(spoke)
    helped = each.help.in_language(spoke) if each.help else ""
    base: dict[str, Any] = {"label": label, "required": each.required, "help_text": helped}
    if each.type is FieldType.ADDRESS:
        return {path: AddressField(**base, initial=_postal(value))}
    if each.type is FieldType.BANK_ACCOUNT:
        return _bank_controls(path, value, base)
    widget, initial = _widget(each, value, people)
    if not helped:
        base["help_text"] = _hint(each)
    return {path: Defined(each, today, **base, widget=widget, initial=initial)}


def _widget(each: Field, value: Value | None, people: Mapping[str, str]) -> tuple[forms.Widget, Any]:
    spoke = spoken()
    match each.type:
        case FieldType.YES_NO:
            choices = [("yes", say("はい", "Yes")), ("no", say("いいえ", "No"))]
            return forms.RadioSelect(choices=choices), {True: "yes", False: "no"}.get(value) if isinstance(
                value, bool
            ) else None
        case FieldType.CONFIRM:
            return forms.CheckboxInput(), bool(value)
        case FieldType.CHOICE:
            choices = [(one.value, one.label.in_language(spoke)) for one in each.choices]
            if len(choices) <= FEW_CHOICES:
                return forms.RadioSelect(choices=choices), value
            return forms.Select(
                choices=[("", say("選んでください", "Choose", "えらんで ください")), *choices]
            ), value
        case FieldType.CHOICES:
            choices = [(one.value, one.label.in_language(spoke)) for one in each.choices]
            return forms.CheckboxSelectMultiple(choices=choices), value
        case FieldType.PERSON:
            choices = [(APPLICANT, say("本人（あなた）", "Myself", "わたし")), *people.items()]
            return forms.RadioSelect(choices=choices), value
        case FieldType.LONG_TEXT:
            return forms.Textarea(attrs={"rows": 5}), value
        case FieldType.DATE | FieldType.MONTH:
            return forms.TextInput(), value if is_english() else _era(value)
        case FieldType.YEN | FieldType.COUNT:
            return forms.TextInput(attrs={"inputmode": "numeric"}), value
        case FieldType.PHONE:
            shown = dialled(value) if isinstance(value, str) else value
            return forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel"}), shown
        case FieldType.EMAIL:
            return forms.TextInput(attrs={"inputmode": "email", "autocomplete": "email"}), value
        case _:
            return forms.TextInput(), value


def _hint(each: Field) -> str:
    match each.type:
        case FieldType.DATE:
            return say("例：令和8年4月1日、2026年4月1日", "For example 2026-04-01", "れい：2026年4月1日")
        case FieldType.MONTH:
            return say("例：令和8年4月、2026年4月", "For example 2026-04", "れい：2026年4月")
        case FieldType.TIME:
            return say("例：9:30", "For example 9:30")
        case FieldType.YEN:
            return say("円の単位で、数字だけ入力します。", "In yen, digits only", "数字だけ（円）")
        case FieldType.COUNT if each.bounds.unit:
            return say(f"単位：{each.bounds.unit}", f"Unit: {each.bounds.unit}")
        case FieldType.PHONE:
            return say("例：03-1234-5678", "For example 03-1234-5678")
        case FieldType.EMPLOYMENT_CERTIFICATE:
            return say(
                "勤務先から受け取った就労証明書の番号を入力します。",
                "The number of the certificate that your employer sent",
            )
        case _:
            return ""


def _era(value: Value | None) -> Any:
    """A day or a month as Japanese write it: 令和8年4月1日, 令和8年4月."""
    if not isinstance(value, str):
        return None
    try:
        if value.count("-") == 1:
            return Wareki.of(date.fromisoformat(f"{value}-01")).text.removesuffix("1日")
        return Wareki.of(date.fromisoformat(value)).text
    except ValueError:
        return value


def _postal(value: Value | None) -> PostalAddress | None:
    if not isinstance(value, Mapping):
        return None
    try:
        home = find(str(value.get("municipality", ""))).full_name
    except (ValueError, LookupError):
        home = ""
    postal_code = re.sub(r"[^0-9]", "", str(value.get("postal_code", "")))
    return PostalAddress(postal_code, "", home + str(value.get("town", "")), str(value.get("rest", "")), "")


def _bank_controls(path: str, value: Value | None, base: dict[str, Any]) -> dict[str, forms.Field]:
    given = value if isinstance(value, Mapping) else {}
    bank = banks.banks().get(str(given.get("bank", "")))
    branch = banks.branches(bank.code).get(str(given.get("branch", ""))) if bank else None
    required = base["required"]
    kinds = [
        ("ordinary", say("普通", "Ordinary")),
        ("current", say("当座", "Current")),
        ("savings", say("貯蓄", "Savings")),
    ]
    return {
        path: BankBranchField(**base, initial=BankQuest(bank=bank, branch=branch)),
        f"{path}.kind": forms.ChoiceField(
            label=say("口座の種類", "Type of account", "口座の しゅるい"),
            choices=[one for one in kinds if one[0] in ACCOUNT_KINDS],
            widget=forms.RadioSelect,
            required=required,
            initial=given.get("kind") or "ordinary",
        ),
        f"{path}.number": forms.CharField(
            label=say("口座番号", "Account number", "口座の 番号"),
            help_text=say("数字7けたまで", "Up to 7 digits", "数字 7つまで"),
            max_length=20,
            required=required,
            initial=given.get("number"),
            widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        ),
        f"{path}.holder": forms.CharField(
            label=say("口座名義（カタカナ）", "Account holder in katakana", "口座の 名前（カタカナ）"),
            max_length=100,
            required=required,
            initial=given.get("holder"),
            widget=forms.TextInput(attrs={"autocomplete": "off"}),
        ),
    }


# --- what was sent -----------------------------------------------------------------------------------------------


def shown_in(data: QueryDict | MultiValueDict[str, str]) -> frozenset[str]:
    """The controls that the page had."""
    return frozenset(name for name in data.get(SHOWN, "").split() if _NAME.fullmatch(name))


def entry_counts(fields: Sequence[Field], data: QueryDict) -> dict[str, int]:
    """How many entries of each group the page had."""
    return {
        each.id: min(int(text), MOST_ENTRIES)
        for each in fields
        if each.type is FieldType.GROUP
        and (text := data.get(f"{each.id}.entries", "")).isdigit()
        and len(text) < 4
    }


def take_answers(
    content: Content, fields: Sequence[Field], given: Mapping[str, Value | None], counts: Mapping[str, int]
) -> None:
    """Put what a page gave into the draft: emptied answers as "", which no prefilled value replaces."""
    for each in fields:
        if each.type is not FieldType.GROUP:
            if each.id in given:
                value = given[each.id]
                content.typed[each.id] = "" if value is None else value
        elif each.id in counts:
            before = content.typed.get(each.id)
            entries: list[dict[str, Value]] = []
            for index in range(counts[each.id]):
                old = before[index] if isinstance(before, list) and index < len(before) else {}
                entry = dict(old) if isinstance(old, dict) else {}
                prefix = f"{each.id}.{index}."
                for path, value in given.items():
                    if path.startswith(prefix):
                        entry[path.removeprefix(prefix)] = "" if value is None else value
                entries.append(entry)
            content.typed[each.id] = entries
