"""A form that speaks plainly: what is missing is said as what to do."""

from typing import Any, ClassVar

from django import forms
from django.forms.utils import ErrorDict

from mynumber.webkit.face.language import say


class Picker(forms.Widget):
    """A widget that looks something up on the server before there is a value: its buttons send the form without finishing it."""

    buttons: ClassVar[tuple[str, ...]] = ()
    """Endings of the names of those buttons."""
    parts: ClassVar[tuple[str, ...]] = ()
    """Codes of errors that are about a control of their own, `<id>_<code>`; all others are about the one with the plain id."""

    def is_looking(self, data: Any, name: str) -> bool:
        """Whether one of the buttons was pressed."""
        return any(f"{name}_{button}" in data for button in self.buttons)


NOT_FOUND = "not_found"
"""Code of the error of a picker that found nothing: shown also while the reader is still looking."""


class PlainForm(forms.Form):
    """Base of the faces' forms: 「入力してください」 instead of Django's 「このフィールドは必須です」.

    A field that brings its own words for `required` keeps them. Draw it with `{% error_summary form %}` and
    `{% field form.name %}`. When a button of a picker (bank, postal code) was pressed, the form is not valid and has no errors but that
    nothing was found: show it again, as after any rejection.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if field.error_messages["required"] == forms.Field.default_error_messages["required"]:
                field.error_messages["required"] = _what_to_do(field)

    @property
    def is_looking(self) -> bool:
        """Whether the reader pressed a button that only looks something up."""
        return self.is_bound and any(
            isinstance(field.widget, Picker) and field.widget.is_looking(self.data, self.add_prefix(name))
            for name, field in self.fields.items()
        )

    def full_clean(self) -> None:
        """Check everything; of a form that only looks something up, keep what was not found."""
        super().full_clean()
        if self.is_looking:
            found = {name: errors for name, errors in self.errors.items() if _is_unfound(errors)}
            self._errors = ErrorDict(found, renderer=self.renderer)

    def is_valid(self) -> bool:
        """Whether it may be acted upon; never while the reader is still looking something up."""
        return super().is_valid() and not self.is_looking


def _is_unfound(errors: Any) -> bool:
    return any(error.code == NOT_FOUND for error in errors.as_data())


def _what_to_do(field: forms.Field) -> str:
    if isinstance(field, forms.BooleanField):
        return say(
            "確かめて、しるしを付けてください。",
            "Check it and tick the box.",
            "たしかめて しるしを つけてください。",
        )
    if isinstance(field, forms.FileField):
        return say("ファイルを選んでください。", "Choose a file.", "ファイルを えらんでください。")
    if isinstance(field, forms.ChoiceField | forms.ModelChoiceField):
        return say("選んでください。", "Choose one.", "えらんでください。")
    return say("入力してください。", "Enter this.", "書いてください。")
