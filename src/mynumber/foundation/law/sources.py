"""A file with the text of the Order: which form it has, from which day it applies, and its table."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

from mynumber.foundation.law.clauses import markdown_clauses
from mynumber.foundation.law.details import TextArticle, read_articles
from mynumber.foundation.law.egov_xml import parse_egov_xml, parse_root
from mynumber.foundation.law.errors import MalformedText, TextFault
from mynumber.foundation.law.markdown import parse_markdown
from mynumber.foundation.law.table import TextTable
from mynumber.foundation.law.vocabulary import vocabulary
from mynumber.foundation.law.xml_clauses import xml_clauses

_DAY_IN_NAME: Final = re.compile(r"_(\d{4})-?(\d{2})-?(\d{2})(?!\d)")
_DAY_IN_FRONT_MATTER: Final = re.compile(r'^ +enforced_at: "(\d{4})-(\d{2})-(\d{2})"$', re.MULTILINE)
_DAY_IN_XML: Final = "amendment_enforcement_date"
_FRONT_MATTER_CHARACTERS: Final = 4000


@dataclass(frozen=True, slots=True)
class DatedText:
    """One text of the Order: its first day of effect, its table, and the text itself for the articles that follow."""

    on: date
    table: TextTable
    source: str | bytes

    def articles(self) -> tuple[TextArticle, ...]:
        """Articles 3 ff. Raises MalformedDetail."""
        clauses = markdown_clauses(self.source) if isinstance(self.source, str) else xml_clauses(self.source)
        return read_articles(clauses, vocabulary().knows)


def read_text(data: bytes, *, name: str = "", on: date | None = None) -> DatedText:
    """Read e-Gov law XML or Markdown.

    The day is `on`, else the one in the file name (…_2026-06-14.md, 506M60004008009_20260614_….xml), else the one the text
    itself gives. Raises MalformedText.
    """
    data = data.removeprefix(b"\xef\xbb\xbf")
    if data.lstrip()[:1] == b"<":
        return DatedText(on or _day_in_name(name) or _day_in_xml(data), parse_egov_xml(data), data)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise MalformedText(TextFault.NOT_TEXT) from None
    return DatedText(on or _day_in_name(name) or _day_in_markdown(text), parse_markdown(text), text)


def _day_in_name(name: str) -> date | None:
    match = _DAY_IN_NAME.search(name)
    return _day(match) if match else None


def _day_in_markdown(text: str) -> date:
    match = _DAY_IN_FRONT_MATTER.search(text[:_FRONT_MATTER_CHARACTERS])
    if match is None:
        raise MalformedText(TextFault.NO_DATE)
    return _day(match)


def _day_in_xml(data: bytes) -> date:
    for element in parse_root(data).iter(_DAY_IN_XML):
        try:
            return date.fromisoformat((element.text or "").strip())
        except ValueError:
            break
    raise MalformedText(TextFault.NO_DATE)


def _day(match: re.Match[str]) -> date:
    try:
        return date(*(int(part) for part in match.groups()))
    except ValueError:
        raise MalformedText(TextFault.NO_DATE, detail=match.group().strip("_ ")) from None
