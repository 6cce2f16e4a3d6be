"""The PINs of a card in words: what each is for, how it looks, what to do when it is blocked."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from mynumber.foundation.smartcard import PIN_RULES, MalformedPin, Pin, PinName, PinRules
from mynumber.webkit.face.language import say


@dataclass(frozen=True, slots=True)
class PinWords:
    """How the device speaks of one PIN."""

    name: PinName
    label: str
    purpose: str
    form: str
    """How it looks, for the hint of a field."""
    english: tuple[str, str] = ("", "")
    """Label and form for whoever reads English."""
    kiosk_with: PinName | None = None
    """The other PIN that lets a kiosk set this one anew."""

    @property
    def called(self) -> str:
        """Its name in the language of the page."""
        return say(self.label, self.english[0])

    @property
    def looks(self) -> str:
        """How it looks, in the language of the page."""
        return say(self.form, self.english[1])

    @property
    def rules(self) -> PinRules:
        return PIN_RULES[self.name]

    @property
    def digits_only(self) -> bool:
        return self.rules.alphabet <= frozenset("0123456789")


PIN_WORDS: Mapping[PinName, PinWords] = {
    words.name: words
    for words in (
        PinWords(
            PinName.AUTHENTICATION,
            "利用者証明用の暗証番号",
            "サインインするとき",
            "4けたの数字です。",
            ("PIN for signing in", "Four digits."),
            PinName.SIGNATURE,
        ),
        PinWords(
            PinName.SIGNATURE,
            "署名用パスワード",
            "書類に署名するとき、氏名や住所を渡すとき",
            "英字と数字をまぜた6〜16文字です。英字は大文字です。小文字で入力しても、大文字にします。",
            ("Signature password", "6 to 16 letters and digits, both. Small letters are taken as capitals."),
            PinName.AUTHENTICATION,
        ),
        PinWords(
            PinName.TEXT_SUPPORT,
            "券面事項入力補助用の暗証番号",
            "個人番号や基本4情報を、窓口の画面に読み取らせるとき",
            "4けたの数字です。",
            ("PIN for reading your details", "Four digits."),
        ),
        PinWords(
            PinName.JUKI,
            "住民基本台帳用の暗証番号",
            "引っ越しの手続きなど、住民票の窓口で",
            "4けたの数字です。",
            ("PIN for the register of residents", "Four digits."),
        ),
    )
}
"""Every PIN that a holder chooses."""

NOT_SENT = "カードには送っていないので、残りの回数は減っていません。"


def read_pin(typed: str, name: PinName) -> Pin:
    """The PIN as typed: a Japanese keyboard may give full width, a phone lower case. Raises MalformedPin."""
    narrow = unicodedata.normalize("NFKC", typed)
    if not PIN_WORDS[name].digits_only:
        narrow = narrow.upper()
    return Pin.parse(narrow, PIN_RULES[name])


def why_malformed(name: PinName) -> str:
    """What is wrong with something that cannot be this PIN; never repeats it."""
    words = PIN_WORDS[name]
    return say(
        f"{words.form}この形ではありません。{NOT_SENT}",
        f"{words.looks} This is not. It was not sent to the card, so no try was used.",
    )


def wrong_pin(name: PinName, remaining: int) -> str:
    """What is said after a wrong try."""
    words = PIN_WORDS[name]
    return say(
        f"{words.label}が違います。あと{remaining}回まちがえると、ロックされます。",
        f"Not the right one. Wrong tries before the card locks it: {remaining}.",
    )


def now_blocked(name: PinName) -> str:
    """What is said when no try is left."""
    words = PIN_WORDS[name]
    return say(
        f"{words.label}がロックされました。正しいものを入力しても、もう使えません。",
        f"{words.called}: locked. Even the right one no longer works.",
    )


__all__ = [
    "NOT_SENT",
    "PIN_WORDS",
    "MalformedPin",
    "PinWords",
    "now_blocked",
    "read_pin",
    "why_malformed",
    "wrong_pin",
]
