"""One answer at a time: the text a person typed, to the value of its field or to a fault that says what to do.

Values are plain JSON: text, whole numbers, true/false, lists, and objects for bank accounts and addresses; days are ISO text. Digits, signs
and kana are folded to one width (NFKC); names keep their characters exactly as typed, for another glyph may be another name.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, Final

from mynumber.foundation.numbers.local_government import UnknownLocalGovernment, find
from mynumber.foundation.people import Address, Era, MalformedPersonalData, Wareki
from mynumber.foundation.people.texts import require_kana, require_text
from mynumber.foundation.procedures.definition import Bounds, Field, FieldType
from mynumber.foundation.procedures.words import Words, words

Raw = Any
"""What a form sends: text, a list of texts or entries, or parts by name."""
Value = Any
"""JSON: str, int, bool, list, dict."""

LONGEST_TEXT: Final = 200
LONGEST_LONG_TEXT: Final = 2_000
MOST_ENTRIES: Final = 30
ACCOUNT_KINDS: Final = {"ordinary": "普通", "current": "当座", "savings": "貯蓄"}
"""預貯金種目; the Japanese is the code of the account register."""
_REFERENCE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,79}")
_EMAIL: Final = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@(?=.{4,190}\Z)[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+"
)
_WESTERN: Final = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?|(\d{4})(\d{2})(\d{2})")
_BY_ERA: Final = re.compile(
    r"(明治|大正|昭和|平成|令和|[MTSHR])(元|\d{1,2})[-/.年](\d{1,2})[-/.月](\d{1,2})日?"
)
_MONTH: Final = re.compile(r"(\d{4})[-/.年](\d{1,2})月?")
_MONTH_BY_ERA: Final = re.compile(r"(明治|大正|昭和|平成|令和|[MTSHR])(元|\d{1,2})[-/.年](\d{1,2})月?")
_TIME: Final = re.compile(r"(\d{1,2})[:時](\d{1,2})?分?")
_ERAS: Final = {mark: era for era in Era for mark in (era.japanese, era.letter)}
_DAY_BOUND: Final = re.compile(r"today(?:([+-])(\d{1,5}))?")
_HOLDER: Final = re.compile(r"[ァ-ヴー（）．－・／A-Z0-9　]{1,48}")
_YES: Final = frozenset({"yes", "true", "on", "はい", "1"})
_NO: Final = frozenset({"no", "false", "off", "いいえ", "0"})


_DIALLED: Final = (
    (("03", "06"), 10, "(..)(....)(....)"),
    (("011", "044", "045", "052", "075", "078"), 10, "(...)(...)(....)"),
    (("0120", "0570"), 10, "(....)(...)(...)"),
    (("0800",), 11, "(....)(...)(....)"),
    (("050", "060", "070", "080", "090"), 11, "(...)(....)(....)"),
)
"""How a number begins, its digits, its parts (電気通信番号計画). Other area codes have three to five digits, which takes the whole list to tell."""


class Fault(StrEnum):
    """What is wrong with an answer; `SENTENCES` says what to do."""

    REQUIRED = "required"
    NOT_A_DATE = "not_a_date"
    NO_SUCH_DAY = "no_such_day"
    TOO_EARLY = "too_early"
    TOO_LATE = "too_late"
    BEFORE_OTHER = "before_other"
    NOT_A_MONTH = "not_a_month"
    NOT_A_TIME = "not_a_time"
    NOT_A_NUMBER = "not_a_number"
    TOO_SMALL = "too_small"
    TOO_LARGE = "too_large"
    TOO_LONG = "too_long"
    CHARACTER = "character"
    NOT_KANA = "not_kana"
    NOT_YES_OR_NO = "not_yes_or_no"
    NOT_CONFIRMED = "not_confirmed"
    NOT_IN_LIST = "not_in_list"
    PHONE = "phone"
    EMAIL = "email"
    POSTAL_CODE = "postal_code"
    MUNICIPALITY = "municipality"
    LOTS = "lots"
    BANK = "bank"
    BRANCH = "branch"
    ACCOUNT_KIND = "account_kind"
    ACCOUNT_NUMBER = "account_number"
    HOLDER = "holder"
    REFERENCE = "reference"
    TOO_MANY = "too_many"
    TOO_FEW = "too_few"
    SHAPE = "shape"


SENTENCES: Final[Mapping[Fault, Words]] = {
    Fault.REQUIRED: words("入力してください。", "ここに 書いて ください。", "Please answer this."),
    Fault.NOT_A_DATE: words(
        "年月日を「令和8年4月1日」か「2026年4月1日」のように入力してください。",
        "年・月・日を 「2026年4月1日」の ように 書いて ください。",
        "Enter a date such as 2026-04-01.",
    ),
    Fault.NO_SUCH_DAY: words(
        "この日は暦にありません。年月日を確かめてください。",
        "この日は ありません。もういちど 見て ください。",
        "There is no such day. Please check the date.",
    ),
    Fault.TOO_EARLY: words(
        "{limit}以後の日を入力してください。",
        "{limit}より あとの 日を 書いて ください。",
        "Enter a date on or after {limit}.",
    ),
    Fault.TOO_LATE: words(
        "{limit}以前の日を入力してください。",
        "{limit}より まえの 日を 書いて ください。",
        "Enter a date on or before {limit}.",
    ),
    Fault.BEFORE_OTHER: words(
        "「{limit}」より前です。同じか、それよりあとにしてください。",
        "「{limit}」より まえです。おなじか、それより あとに して ください。",
        "This is before '{limit}'. Enter the same or something later.",
    ),
    Fault.NOT_A_MONTH: words(
        "年月を「令和8年4月」か「2026年4月」のように入力してください。",
        "年と 月を 「2026年4月」の ように 書いて ください。",
        "Enter a month such as 2026-04.",
    ),
    Fault.NOT_A_TIME: words(
        "時刻を「9:30」のように0:00から23:59までで入力してください。",
        "時間を 「9:30」の ように 書いて ください。",
        "Enter a time such as 9:30.",
    ),
    Fault.NOT_A_NUMBER: words(
        "数字だけで入力してください。", "数字だけを 書いて ください。", "Enter a whole number."
    ),
    Fault.TOO_SMALL: words(
        "{limit}以上で入力してください。",
        "{limit}か それより 大きい 数を 書いて ください。",
        "Enter {limit} or more.",
    ),
    Fault.TOO_LARGE: words(
        "{limit}以下で入力してください。",
        "{limit}か それより 小さい 数を 書いて ください。",
        "Enter {limit} or less.",
    ),
    Fault.TOO_LONG: words(
        "{limit}文字以内で入力してください。",
        "{limit}文字までで 書いて ください。",
        "Use at most {limit} characters.",
    ),
    Fault.CHARACTER: words(
        "使えない文字があります。入力しなおしてください。",
        "使えない 文字が あります。もういちど 書いて ください。",
        "This holds a character that cannot be used. Please type it again.",
    ),
    Fault.NOT_KANA: words(
        "カタカナかひらがなで入力してください。",
        "カタカナか ひらがなで 書いて ください。",
        "Enter the reading in kana.",
    ),
    Fault.NOT_YES_OR_NO: words(
        "「はい」か「いいえ」を選んでください。",
        "「はい」か 「いいえ」を えらんで ください。",
        "Choose yes or no.",
    ),
    Fault.NOT_CONFIRMED: words(
        "内容を確かめて、チェックを入れてください。",
        "読んで、チェックを 入れて ください。",
        "Read this and tick the box.",
    ),
    Fault.NOT_IN_LIST: words(
        "一覧から選んでください。", "この中から えらんで ください。", "Choose from the list."
    ),
    Fault.PHONE: words(
        "電話番号を市外局番から10桁か11桁で入力してください。",
        "電話番号を 0から はじまる 10か11の 数字で 書いて ください。",
        "Enter a phone number of 10 or 11 digits that begins with 0.",
    ),
    Fault.EMAIL: words(
        "メールアドレスを「name@example.jp」のように入力してください。",
        "メールアドレスを 「name@example.jp」の ように 書いて ください。",
        "Enter an e-mail address such as name@example.jp.",
    ),
    Fault.POSTAL_CODE: words(
        "郵便番号を7桁の数字で入力してください。",
        "郵便番号を 7つの 数字で 書いて ください。",
        "Enter a postal code of 7 digits.",
    ),
    Fault.MUNICIPALITY: words(
        "市区町村を一覧から選んでください。",
        "市区町村を えらんで ください。",
        "Choose the municipality from the list.",
    ),
    Fault.LOTS: words(
        "町名と番地を入力してください。",
        "町の 名前と 番地を 書いて ください。",
        "Enter the town and the house number.",
    ),
    Fault.BANK: words(
        "金融機関を一覧から選ぶか、4桁の番号で入力してください。",
        "銀行を えらんで ください。番号は 4つの 数字です。",
        "Choose the bank, or enter its code of 4 digits.",
    ),
    Fault.BRANCH: words(
        "支店を一覧から選ぶか、3桁の番号で入力してください。",
        "支店を えらんで ください。番号は 3つの 数字です。",
        "Choose the branch, or enter its code of 3 digits.",
    ),
    Fault.ACCOUNT_KIND: words(
        "口座の種類（普通・当座・貯蓄）を選んでください。",
        "口座の 種類を えらんで ください。",
        "Choose the type of account.",
    ),
    Fault.ACCOUNT_NUMBER: words(
        "口座番号を7桁までの数字で入力してください。",
        "口座番号を 数字で 書いて ください。",
        "Enter an account number of up to 7 digits.",
    ),
    Fault.HOLDER: words(
        "口座名義を通帳のとおりカタカナで入力してください。",
        "口座の 名前を 通帳と 同じ カタカナで 書いて ください。",
        "Enter the account holder in katakana as in the bank book.",
    ),
    Fault.REFERENCE: words(
        "一覧から選びなおしてください。", "もういちど えらんで ください。", "Please choose again."
    ),
    Fault.TOO_MANY: words(
        "{limit}件以内にしてください。", "{limit}までに して ください。", "Give at most {limit}."
    ),
    Fault.TOO_FEW: words(
        "{limit}件以上入力してください。",
        "{limit}つか それより 多く 書いて ください。",
        "Give at least {limit}.",
    ),
    Fault.SHAPE: words(
        "入力しなおしてください。", "もういちど 書いて ください。", "Please enter this again."
    ),
}


@dataclass(frozen=True, slots=True)
class Flawed(ValueError):
    """An answer that is not what its field takes. Carries no text of the person. `part`: of an account or address."""

    fault: Fault
    limit: str = ""
    part: str = ""

    @property
    def sentence(self) -> Words:
        """What to do, in every language."""
        return SENTENCES[self.fault].filled(limit=self.limit)


def normalise(field: Field, raw: Raw, *, today: date) -> Value | None:
    """The value of an answer; None if nothing was typed. Raises Flawed. Groups are read by `answers`."""
    if raw is None or raw in ("", [], {}):
        return None
    return _READERS[field.type](field, raw, today)


def day_bound(text: str, today: date) -> date:
    """The day of a bound: ISO, "today", "today-14". Raises ValueError."""
    match = _DAY_BOUND.fullmatch(text)
    if match is None:
        return date.fromisoformat(text)
    days = int(match[2] or 0)
    return today + timedelta(days=-days if match[1] == "-" else days)


def read_day(text: str) -> date:
    """A day by era or Western year, in any width and with the usual separators. Raises Flawed."""
    folded = re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).upper()
    if match := _BY_ERA.fullmatch(folded):
        era, year, month, day = match.groups()
        try:
            return Wareki(_ERAS[era], 1 if year == "元" else int(year), int(month), int(day)).to_date()
        except MalformedPersonalData:
            raise Flawed(Fault.NO_SUCH_DAY) from None
    if match := _WESTERN.fullmatch(folded):
        year, month, day = (part for part in match.groups() if part is not None)
        try:
            return date(int(year), int(month), int(day))
        except ValueError:
            raise Flawed(Fault.NO_SUCH_DAY) from None
    raise Flawed(Fault.NOT_A_DATE)


def _folded(raw: Raw) -> str:
    if not isinstance(raw, str) or len(raw) > 10_000:
        raise Flawed(Fault.SHAPE)
    return unicodedata.normalize("NFKC", raw).strip()


def _line(field: Field, raw: Raw, longest: int = LONGEST_TEXT) -> str:
    """One line as typed: spaces at the ends gone, width kept."""
    if not isinstance(raw, str):
        raise Flawed(Fault.SHAPE)
    text = raw.strip()
    _no_longer(text, field.bounds.longest or longest)
    for line in text.split("\n") if field.type is FieldType.LONG_TEXT else (text,):
        _writable(line)
    return text


def _no_longer(text: str, longest: int) -> None:
    if len(text) > longest:
        raise Flawed(Fault.TOO_LONG, f"{longest:,}")


def _writable(line: str) -> None:
    try:
        for at in range(0, len(line), LONGEST_TEXT - 1):
            require_text("-" + line[at : at + LONGEST_TEXT - 1], what="text")
    except MalformedPersonalData:
        raise Flawed(Fault.CHARACTER) from None


def _text(field: Field, raw: Raw, _: date) -> Value:
    return _line(field, raw) or None


def _long_text(field: Field, raw: Raw, _: date) -> Value:
    text = raw.replace("\r\n", "\n") if isinstance(raw, str) else raw
    return _line(field, text, LONGEST_LONG_TEXT) or None


def _name(field: Field, raw: Raw, _: date) -> Value:
    return re.sub(r"\s+", "\u3000", _line(field, raw)) or None


def _kana(field: Field, raw: Raw, _: date) -> Value:
    text = re.sub(r"\s+", "\u3000", _katakana(_folded(raw)))
    _no_longer(text, field.bounds.longest or LONGEST_TEXT)
    try:
        require_kana(text, what="kana")
    except MalformedPersonalData:
        raise Flawed(Fault.NOT_KANA) from None
    return text or None


def _katakana(text: str) -> str:
    return "".join(chr(ord(each) + 0x60) if "ぁ" <= each <= "ゖ" else each for each in text)


def _date(field: Field, raw: Raw, today: date) -> Value:
    if isinstance(raw, Mapping):
        parts = [str(raw.get(name, "") or "").strip() for name in ("era", "year", "month", "day")]
        if not any(parts[1:]):
            return None
        raw = f"{parts[0]}{parts[1]}-{parts[2]}-{parts[3]}"
    day = read_day(_folded(raw))
    _within(field.bounds, day, today)
    return day.isoformat()


def _within(bounds: Bounds, day: date, today: date) -> None:
    if bounds.earliest and day < (limit := day_bound(bounds.earliest, today)):
        raise Flawed(Fault.TOO_EARLY, _said(limit))
    if bounds.latest and day > (limit := day_bound(bounds.latest, today)):
        raise Flawed(Fault.TOO_LATE, _said(limit))


def _said(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _month(field: Field, raw: Raw, today: date) -> Value:
    if isinstance(raw, Mapping):
        parts = [str(raw.get(name, "") or "").strip() for name in ("era", "year", "month")]
        if not any(parts[1:]):
            return None
        raw = f"{parts[0]}{parts[1]}-{parts[2]}"
    text = re.sub(r"\s", "", _folded(raw)).upper()
    if match := _MONTH_BY_ERA.fullmatch(text):
        first = read_day(f"{match[1]}{match[2]}.{match[3]}.28")
    elif match := _MONTH.fullmatch(text):
        first = read_day(f"{match[1]}-{match[2]}-1")
    else:
        raise Flawed(Fault.NOT_A_MONTH)
    _within(field.bounds, first.replace(day=1), today)
    return f"{first.year:04d}-{first.month:02d}"


def _time(_: Field, raw: Raw, __: date) -> Value:
    match = _TIME.fullmatch(_folded(raw))
    if match is None or int(match[1]) > 23 or int(match[2] or 0) > 59:
        raise Flawed(Fault.NOT_A_TIME)
    return f"{int(match[1]):02d}:{int(match[2] or 0):02d}"


def _number(field: Field, raw: Raw, _: date) -> Value:
    if type(raw) is int:
        number = raw
    else:
        text = re.sub(r"[,\s]", "", _folded(raw)).removesuffix(field.bounds.unit or "円").removeprefix("¥")
        if not re.fullmatch(r"-?[0-9]{1,13}", text):
            raise Flawed(Fault.NOT_A_NUMBER)
        number = int(text)
    unit = field.bounds.unit or ("円" if field.type is FieldType.YEN else "")
    least = 0 if field.bounds.least is None else field.bounds.least
    most = 10**10 if field.bounds.most is None else field.bounds.most
    if number < least:
        raise Flawed(Fault.TOO_SMALL, f"{least:,}{unit}")
    if number > most:
        raise Flawed(Fault.TOO_LARGE, f"{most:,}{unit}")
    return number


def _yes_no(_: Field, raw: Raw, __: date) -> Value:
    if isinstance(raw, bool):
        return raw
    text = _folded(raw).lower()
    if text in _YES or text in _NO:
        return text in _YES
    raise Flawed(Fault.NOT_YES_OR_NO)


def _confirm(field: Field, raw: Raw, today: date) -> Value:
    if not _yes_no(field, raw, today):
        raise Flawed(Fault.NOT_CONFIRMED)
    return True


def _choice(field: Field, raw: Raw, _: date) -> Value:
    if not isinstance(raw, str) or raw not in {choice.value for choice in field.choices}:
        raise Flawed(Fault.NOT_IN_LIST)
    return raw


def _choices(field: Field, raw: Raw, today: date) -> Value:
    given = raw.split(",") if isinstance(raw, str) else raw
    if not isinstance(given, list | tuple):
        raise Flawed(Fault.SHAPE)
    chosen = {_choice(field, each.strip() if isinstance(each, str) else each, today) for each in given}
    if field.bounds.most is not None and len(chosen) > field.bounds.most:
        raise Flawed(Fault.TOO_MANY, str(field.bounds.most))
    return [choice.value for choice in field.choices if choice.value in chosen]


def _phone(_: Field, raw: Raw, __: date) -> Value:
    digits = re.sub(r"[-‐‑–—−ー()\s]", "", _folded(raw))
    digits = "0" + digits.removeprefix("+81") if digits.startswith("+81") else digits
    if not re.fullmatch(r"0[0-9]{9,10}", digits):
        raise Flawed(Fault.PHONE)
    return digits


def dialled(digits: str) -> str:
    """A telephone number as people write it: 03-1234-5678. Where the length of the area code is in none of its first digits, the digits alone."""
    for begins, length, form in _DIALLED:
        if len(digits) == length and digits.startswith(begins):
            return re.sub(form, r"\1-\2-\3", digits)
    return digits


def _email(_: Field, raw: Raw, __: date) -> Value:
    text = _folded(raw)
    if not _EMAIL.fullmatch(text) or ".." in text:
        raise Flawed(Fault.EMAIL)
    return text


def _parts(raw: Raw) -> Mapping[str, Any]:
    if not isinstance(raw, Mapping) or not all(isinstance(each, str) for each in raw.values()):
        raise Flawed(Fault.SHAPE)
    return raw


def _address(_: Field, raw: Raw, __: date) -> Value:
    parts = {
        name: str(_parts(raw).get(name, "")).strip()
        for name in ("postal_code", "municipality", "town", "rest")
    }
    if not any(parts.values()):
        return None
    postal_code = re.sub(r"[-〒\s]", "", unicodedata.normalize("NFKC", parts["postal_code"]))
    if not re.fullmatch(r"[0-9]{7}", postal_code):
        raise Flawed(Fault.POSTAL_CODE, part="postal_code")
    try:
        municipality = find(unicodedata.normalize("NFKC", parts["municipality"])).code.digits
    except (ValueError, UnknownLocalGovernment):
        raise Flawed(Fault.MUNICIPALITY, part="municipality") from None
    if not (parts["town"] or parts["rest"]):
        raise Flawed(Fault.LOTS, part="rest")
    try:
        address = Address(
            municipality=municipality, postal_code=postal_code, town=parts["town"], rest=parts["rest"]
        )
    except MalformedPersonalData:
        raise Flawed(Fault.CHARACTER, part="rest") from None
    return {
        "municipality": municipality,
        "postal_code": address.postal_code,
        "rest": address.rest,
        "town": address.town,
    }


def _bank_account(_: Field, raw: Raw, __: date) -> Value:
    names = ("bank", "branch", "kind", "number", "holder")
    parts = {name: _folded(_parts(raw).get(name, "")) for name in names}
    if not any(parts.values()):
        return None
    number = re.sub(r"[-\s]", "", parts["number"])
    holder = re.sub(
        r"\s+",
        "\u3000",
        _katakana(parts["holder"]).upper().translate(str.maketrans("().-/‐", "（）．－／－")),
    )
    if not re.fullmatch(r"[0-9]{4}", parts["bank"]):
        raise Flawed(Fault.BANK, part="bank")
    if not re.fullmatch(r"[0-9]{3}", parts["branch"]):
        raise Flawed(Fault.BRANCH, part="branch")
    if parts["kind"] not in ACCOUNT_KINDS:
        raise Flawed(Fault.ACCOUNT_KIND, part="kind")
    if not re.fullmatch(r"[0-9]{1,7}", number) or int(number) == 0:
        raise Flawed(Fault.ACCOUNT_NUMBER, part="number")
    if not _HOLDER.fullmatch(holder):
        raise Flawed(Fault.HOLDER, part="holder")
    return {
        "bank": parts["bank"],
        "branch": parts["branch"],
        "holder": holder,
        "kind": parts["kind"],
        "number": number.zfill(7),
    }


def _reference(_: Field, raw: Raw, __: date) -> Value:
    if not isinstance(raw, str) or not _REFERENCE.fullmatch(raw):
        raise Flawed(Fault.REFERENCE)
    return raw


def _group(_: Field, __: Raw, ___: date) -> Value:
    raise Flawed(Fault.SHAPE)


_READERS: Final[Mapping[FieldType, Callable[[Field, Raw, date], Value]]] = {
    FieldType.TEXT: _text,
    FieldType.LONG_TEXT: _long_text,
    FieldType.KANA: _kana,
    FieldType.NAME: _name,
    FieldType.DATE: _date,
    FieldType.MONTH: _month,
    FieldType.TIME: _time,
    FieldType.YEN: _number,
    FieldType.COUNT: _number,
    FieldType.YES_NO: _yes_no,
    FieldType.CONFIRM: _confirm,
    FieldType.CHOICE: _choice,
    FieldType.CHOICES: _choices,
    FieldType.BANK_ACCOUNT: _bank_account,
    FieldType.ADDRESS: _address,
    FieldType.PHONE: _phone,
    FieldType.EMAIL: _email,
    FieldType.PERSON: _reference,
    FieldType.GROUP: _group,
    FieldType.EMPLOYMENT_CERTIFICATE: _reference,
    FieldType.FILE: _reference,
}
