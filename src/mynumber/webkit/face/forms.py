"""A form that speaks plainly: what is missing is said as what to do."""

from typing import Any

from django import forms


class PlainForm(forms.Form):
    """Base of the faces' forms: 「入力してください」 instead of Django's 「このフィールドは必須です」.

    A field that brings its own words for `required` keeps them. Draw it with `{% error_summary form %}` and
    `{% field form.name %}`.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if field.error_messages["required"] == forms.Field.default_error_messages["required"]:
                field.error_messages["required"] = _what_to_do(field)


def _what_to_do(field: forms.Field) -> str:
    if isinstance(field, forms.BooleanField):
        return "確かめて、しるしを付けてください。"
    if isinstance(field, forms.ChoiceField | forms.ModelChoiceField):
        return "選んでください。"
    return "入力してください。"
