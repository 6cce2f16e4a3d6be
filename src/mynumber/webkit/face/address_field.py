"""An address from its postal code: type the code, look, choose the town, add the lot and the building. Works without script."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms

from mynumber.foundation.people import MalformedPersonalData
from mynumber.foundation.people.texts import require_text
from mynumber.webkit.face import postal, typed
from mynumber.webkit.face.forms import NOT_FOUND, Picker
from mynumber.webkit.face.language import say
from mynumber.webkit.face.postal import Area

SHOWN = 60
"""Towns offered under one code; the longest real list has some fifty."""


@dataclass(frozen=True, slots=True)
class PostalAddress:
    """An address as it was given: what `AddressField` cleans to. municipality: five digits of JIS X 0402, "" where the code does not tell."""

    postal_code: str
    municipality: str
    area: str
    street: str
    building: str

    @property
    def text(self) -> str:
        """The whole address without the postal code."""
        return f"{self.area}{self.street}{' ' if self.building else ''}{self.building}"

    def __repr__(self) -> str:
        return "PostalAddress(***)"


@dataclass(frozen=True, slots=True)
class AddressQuest:
    """How far the reader has come."""

    code: str = ""
    """As it was typed."""
    area: str = ""
    street: str = ""
    building: str = ""
    choices: tuple[Area, ...] = ()
    is_found: bool = True
    """Whether anybody has this postal code; true as well where none was typed."""

    @property
    def plain_code(self) -> str:
        """Seven digits, or "" where that is not what was typed."""
        plain = re.sub(r"[〒\s-]", "", typed.with_plain_dashes(typed.half_width(self.code)))
        return plain if re.fullmatch(r"[0-9]{7}", plain) else ""

    def __repr__(self) -> str:
        return "AddressQuest(***)"


class AddressPicker(Picker):
    """Draws the postal code, the towns found under it, and the rest of the address."""

    template_name = "face/widgets/address.html"
    buttons = ("find",)
    parts = ("area", "street")
    use_fieldset = True

    def value_from_datadict(self, data: Any, files: Any, name: str) -> AddressQuest:
        """What was typed and chosen, looked up."""

        def said(part: str) -> str:
            return str(data.get(f"{name}_{part}") or "").strip()[:200]

        typed_so_far = AddressQuest(said("code"), said("area"), said("street"), said("building"))
        found = postal.areas(typed_so_far.plain_code) if typed_so_far.plain_code else ()
        chosen = next((area.text for area in found if area.text == said("town")), "")
        area = chosen or typed_so_far.area
        if self.is_looking(data, name):
            # Whoever looks up wants what the code says, whatever stood there before.
            area = chosen or (found[0].text if len(found) == 1 else "")
        elif not area and len(found) == 1:
            area = found[0].text
        return AddressQuest(
            typed_so_far.code,
            area,
            typed_so_far.street,
            typed_so_far.building,
            found[:SHOWN] if not area else (),
            bool(found) or not typed_so_far.code,
        )

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        """Whether the form was sent without this field."""
        return f"{name}_street" not in data

    def get_context(self, name: str, value: Any, attrs: Mapping[str, Any] | None) -> dict[str, Any]:
        """The widget's context with `quest`."""
        context = super().get_context(name, None, dict(attrs or {}))
        if isinstance(value, PostalAddress):
            value = AddressQuest(value.postal_code, value.area, value.street, value.building)
        context["quest"] = value if isinstance(value, AddressQuest) else AddressQuest()
        return context


class AddressField(forms.Field):
    """住所; cleans to a `PostalAddress`, or None."""

    widget = AddressPicker

    def clean(self, value: Any) -> PostalAddress | None:
        """Check that it is whole. Raises ValidationError with what to do."""
        quest = value if isinstance(value, AddressQuest) else AddressQuest()
        if not (quest.code or quest.area or quest.street or quest.building) and not self.required:
            return None
        if quest.code and not quest.plain_code:
            raise _refuse(
                "code",
                "郵便番号を数字7けたで入力してください。例：124-0012",
                "Enter the seven digits of the postal code. For example 124-0012",
            )
        if not quest.is_found:
            raise _refuse(
                NOT_FOUND,
                "その郵便番号の住所が見つかりません。番号を確かめるか、空にして住所を入力してください。",
                "No address has this postal code. Check it, or leave it empty and enter the address.",
            )
        if quest.choices:
            raise _refuse("town", "町の名前を一つ選んでください。", "Choose the town.")
        if not quest.area:
            raise _refuse(
                "area",
                "郵便番号から住所をさがすか、都道府県から町名までを入力してください。",
                "Look the address up from its postal code, or enter it from prefecture to town.",
            )
        if not quest.street:
            raise _refuse(
                "street",
                "丁目・番地・号を入力してください。ないときは「番地なし」と入力してください。",
                "Enter block and lot number. If there is none, enter 番地なし.",
            )
        for text in (quest.area, quest.street, quest.building):
            try:
                require_text(text, what="address", may_be_empty=True)
            except MalformedPersonalData:
                raise _refuse(
                    "character",
                    "使えない文字があります。見えない記号が入っていないか確かめてください。",
                    "A character cannot be used. Check for invisible ones.",
                ) from None
        places = postal.areas(quest.plain_code) if quest.plain_code else ()
        towns = {area.municipality for area in places if quest.area.startswith(area.text)}
        return PostalAddress(
            quest.plain_code, towns.pop() if len(towns) == 1 else "", quest.area, quest.street, quest.building
        )


def _refuse(code: str, japanese: str, english: str) -> forms.ValidationError:
    return forms.ValidationError(say(japanese, english), code=code)
