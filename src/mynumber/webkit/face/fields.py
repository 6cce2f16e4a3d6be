"""Form fields that take what people type: dates in either calendar, kana in any width, numbers with any dash, files by what they hold.

Each says what to do in the reader's language, works without script and keeps what was typed. `PlainForm` and `{% field %}` draw them; the picker of a bank is in
`bank_field.py`, that of an address in `address_field.py`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Any, Final

from django import forms
from django.core.files.uploadedfile import UploadedFile

from mynumber.foundation.people import MalformedPersonalData, Wareki
from mynumber.webkit.face import typed
from mynumber.webkit.face.harmless import only_shows
from mynumber.webkit.face.language import say, say_later
from mynumber.webkit.face.typed import Mistake, Mistyped
from mynumber.webkit.uploads import MAXIMUM_FILE

_SEPARATORS: Final = re.compile(r"[\s()（）-]+")


class WarekiDateField(forms.CharField):
    """A day by era or by the Gregorian year; cleans to `date | None`. earliest, latest: the days that are possible, both included."""

    def __init__(self, *, earliest: date | None = None, latest: date | None = None, **options: Any) -> None:
        self.earliest, self.latest = earliest, latest
        options.setdefault(
            "help_text",
            say_later(
                "例：令和8年4月1日、2026年4月1日、R8.4.1",
                "Either calendar. For example 2026-04-01 or 令和8年4月1日",
                "れい：令和8年4月1日、2026年4月1日、2026/4/1",
            ),
        )
        super().__init__(**options)

    def to_python(self, value: object) -> Any:
        """Read it. Raises ValidationError."""
        if value in self.empty_values or isinstance(value, date):
            return value or None
        try:
            day = typed.a_day(str(value))
        except Mistyped as mistyped:
            raise forms.ValidationError(_about_day(mistyped.mistake), code=mistyped.mistake.value) from None
        if self.earliest is not None and day < self.earliest:
            raise forms.ValidationError(_not_before(self.earliest), code="too_early")
        if self.latest is not None and day > self.latest:
            raise forms.ValidationError(_not_after(self.latest), code="too_late")
        return day

    def prepare_value(self, value: object) -> object:
        """What a prefilled control holds: the day by era."""
        if not isinstance(value, date):
            return value
        try:
            return Wareki.of(value).text
        except MalformedPersonalData:
            return value.isoformat()

    def has_changed(self, initial: object, data: object) -> bool:
        """Whether another day stands there, however it is written."""
        try:
            return bool(self.to_python(initial) != self.to_python(data))
        except forms.ValidationError:
            return True


class KanaField(forms.CharField):
    """A reading in full-width katakana; hiragana and half-width kana are turned into it."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("max_length", 100)
        super().__init__(**options)

    def to_python(self, value: object) -> str:
        """Read it. Raises ValidationError."""
        text = super().to_python(value) or ""
        try:
            return typed.katakana(text)
        except Mistyped as mistyped:
            if mistyped.mistake is Mistake.TOO_LONG:
                return text  # the validator of max_length says so
            raise forms.ValidationError(
                say(
                    "読み方を、ひらがなかカタカナで入力してください。漢字や英字は使えません。",
                    "Enter the reading in hiragana or katakana, without kanji or Latin letters.",
                    "ひらがな か カタカナで 書いてください。漢字は 使えません。",
                ),
                code="not_kana",
            ) from None


class WidthTolerantField(forms.CharField):
    """A number or code in any width and with any dash. Cleans to ASCII without separators.

    pattern: what it must look like after that (`[0-9]{7}`). form: what to say of it, as 「数字7けた」 / "7 digits".
    """

    def __init__(
        self, *, pattern: str, form: tuple[str, str], example: str, upper: bool = False, **options: Any
    ) -> None:
        self._pattern = re.compile(pattern, re.ASCII)
        self._form, self._example, self._upper = form, example, upper
        options.setdefault("max_length", 100)
        options.setdefault("help_text", say_later(f"例：{example}", f"For example {example}"))
        super().__init__(**options)

    def to_python(self, value: object) -> str:
        """Read it. Raises ValidationError."""
        text = super().to_python(value) or ""
        if not text:
            return ""
        plain = _SEPARATORS.sub("", typed.with_plain_dashes(typed.half_width(text)))
        plain = plain.upper() if self._upper else plain
        if not self._pattern.fullmatch(plain):
            japanese, english = self._form
            raise forms.ValidationError(
                say(
                    f"{japanese}で入力してください。例：{self._example}",
                    f"Enter {english}. For example {self._example}",
                    f"{japanese}で 書いてください。れい：{self._example}",
                ),
                code="form",
            )
        return plain

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """Digits bring the number keys of a phone."""
        letters = re.search("[A-Za-z]", self._pattern.pattern)
        return {**super().widget_attrs(widget), **({} if letters else {"inputmode": "numeric"})}


class DigitsField(WidthTolerantField):
    """So many digits, as an account number or a postal code has."""

    def __init__(self, *, digits: int, example: str = "", **options: Any) -> None:
        shown = example or "1234567890123456"[:digits]
        form = (f"数字{digits}けた", f"{digits} digits")
        super().__init__(pattern=rf"[0-9]{{{digits}}}", form=form, example=shown, **options)


class PhoneField(WidthTolerantField):
    """A telephone number of Japan: ten or eleven digits from 0."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            pattern=r"0[0-9]{9,10}",
            form=(
                "市外局番からの数字10けたか11けた",
                "the 10 or 11 digits of a Japanese number, with area code",
            ),
            example="03-1234-5678",
            **options,
        )
        self.widget.attrs.update({"autocomplete": "tel"})


class DocumentKind(Enum):
    """Files that a person may hand in, with their first bytes: what a file is, not what it is called."""

    PDF = ("PDF", ".pdf", b"%PDF-")
    JPEG = ("JPEG", ".jpg,.jpeg", b"\xff\xd8\xff")
    PNG = ("PNG", ".png", b"\x89PNG\r\n\x1a\n")

    def __init__(self, title: str, endings: str, begins: bytes) -> None:
        self.title, self.endings, self.begins = title, endings, begins


@dataclass(frozen=True, slots=True)
class Document:
    """A file that was handed in: a name fit to be shown and stored, its kind and its bytes."""

    name: str
    kind: DocumentKind
    content: bytes

    def __repr__(self) -> str:
        return f"Document({self.kind.title}, {len(self.content)} bytes)"


class DocumentField(forms.FileField):
    """A file of one of the kinds, at most `most` bytes, where the face keeps as much (`uploads.largest_file`); cleans to a `Document`, or None where none was chosen."""

    widget = forms.FileInput

    def __init__(
        self,
        *,
        kinds: Sequence[DocumentKind] = tuple(DocumentKind),
        most: int = MAXIMUM_FILE,
        **options: Any,
    ) -> None:
        self.kinds, self.most = tuple(kinds), most
        titles, megabytes = [kind.title for kind in self.kinds], f"{self.most / 2**20:.3g}"
        self.wanted = say_later(
            f"{'、'.join(titles)}のどれか、{megabytes}MBまで",
            f"a {' or '.join(titles)} file of up to {megabytes} MB",
        )
        options.setdefault("help_text", self.wanted)
        super().__init__(**options)
        self.widget.attrs["accept"] = ",".join(kind.endings for kind in self.kinds)

    def clean(self, data: Any, initial: Any = None) -> Any:
        """Check it. Raises ValidationError."""
        if not isinstance(data, UploadedFile):
            return super().clean(data, initial) or None
        # UploadedFile.name has lost its folders already; what cannot be printed or spoils a header goes, too.
        name = "".join(
            one for one in data.name or "" if one.isprintable() and one not in "\"'<>&;%\\/:*?|"
        ).strip(" .")
        if not data.size:
            raise forms.ValidationError(
                say("中身のないファイルです。選びなおしてください。", "The file is empty. Choose another."),
                code="empty",
            )
        if data.size > self.most:
            raise forms.ValidationError(
                say(
                    f"ファイルが大きすぎます。{self.most / 2**20:.3g}MBより小さくして、選びなおしてください。",
                    f"The file is too large. Make it smaller than {self.most / 2**20:.3g} MB and choose it again.",
                ),
                code="too_large",
            )
        content = data.read()
        kind = next((kind for kind in self.kinds if content.startswith(kind.begins)), None)
        if kind is None:
            raise forms.ValidationError(
                say(
                    f"使えない種類のファイルです。{self.wanted}のファイルを選んでください。",
                    f"This kind of file cannot be used. Choose {self.wanted}.",
                ),
                code="kind",
            )
        if kind is DocumentKind.PDF and not only_shows(content):
            raise forms.ValidationError(
                say(
                    "このPDFは受け付けられません。パスワード、スクリプト、添付ファイルのないPDFに保存しなおすか、画面や紙を写した画像（JPEG、PNG）を選んでください。",
                    "This PDF cannot be taken. Save it without password, scripts and attachments, or choose a picture of it (JPEG, PNG).",
                    "この PDFは 使えません。しゃしん（JPEG）を えらんでください。",
                ),
                code="acts",
            )
        return Document(name[-100:] or f"file{kind.endings.split(',')[0]}", kind, content)


class PinField(forms.CharField):
    """A PIN: digits only, never filled in by the browser, never sent back. `{% pin_pad %}` adds keys on the screen."""

    def __init__(self, *, digits: int = 4, **options: Any) -> None:
        self.digits = digits
        widget = forms.PasswordInput(
            attrs={"inputmode": "numeric", "autocomplete": "off", "size": digits}, render_value=False
        )
        options.setdefault("help_text", say_later(f"数字{digits}けた", f"{digits} digits"))
        super().__init__(max_length=typed.LONGEST, strip=True, widget=widget, **options)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """As many characters as the PIN has."""
        return {**super().widget_attrs(widget), "maxlength": str(self.digits)}

    def to_python(self, value: object) -> str:
        """Read it. Raises ValidationError, which says nothing of what was typed."""
        text = typed.half_width(super().to_python(value) or "")
        if text and not re.fullmatch(rf"[0-9]{{{self.digits}}}", text):
            raise forms.ValidationError(
                say(
                    f"暗証番号を、数字{self.digits}けたで入力してください。",
                    f"Enter the PIN as {self.digits} digits.",
                    f"暗証番号を 数字{self.digits}つで 書いてください。",
                ),
                code="form",
            )
        return text


def _about_day(mistake: Mistake) -> str:
    match mistake:
        case Mistake.ERA_MISSING:
            return say(
                "年に、令和などの年号を付けるか、西暦4けたで入力してください。例：令和8年4月1日、2026年4月1日",
                "Give the year with four digits, or with its era. For example 2026-04-01",
                "年を 4つの 数字で 書いてください。れい：2026年4月1日",
            )
        case Mistake.NO_SUCH_MONTH:
            return say("月は1から12までの数字で入力してください。", "The month is a number from 1 to 12.")
        case Mistake.NO_SUCH_DAY:
            return say(
                "暦にない日です。日を確かめて、入力しなおしてください。",
                "The calendar has no such day. Check the day and enter it again.",
                "この 日は カレンダーに ありません。もう一度 書いてください。",
            )
        case Mistake.OUTSIDE_ERA:
            return say(
                "その年号にない日です。次の年号か、西暦で入力してください。例：平成31年5月1日は、令和元年5月1日です。",
                "The era does not include that day. Use the era that does, or the Gregorian year.",
                "この 年号に ない 日です。西暦で 書いてください。れい：2019年5月1日",
            )
        case Mistake.TOO_OLD:
            return say(
                "明治6年1月1日より前の日は、ここに入力できません。",
                "Days before 1 January 1873 cannot be entered here.",
            )
        case _:
            return say(
                "日付を、令和8年4月1日、2026年4月1日、R8.4.1のどれかの形で入力してください。",
                "Enter a date such as 2026-04-01 or 令和8年4月1日.",
                "日にちを 2026年4月1日の ように 書いてください。",
            )


def _not_before(day: date) -> str:
    return say(f"{_both(day)}以後の日を入力してください。", f"Enter a day from {day.isoformat()} on.")


def _not_after(day: date) -> str:
    return say(f"{_both(day)}以前の日を入力してください。", f"Enter a day up to {day.isoformat()}.")


def _both(day: date) -> str:
    return f"{Wareki.of(day).text}（{day.year}年）"
