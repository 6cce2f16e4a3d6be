"""What the articles after the table say: for each affair of the table its exact affairs, and for each the exact information.

An article has one of two forms. Either it names one affair and its information in its head (第百三十六条の事務は…とし、同項で定める
情報は…とする), or its items (号) name the affairs, each followed by its information without a mark between the two:

    一　…の届出に係る事実についての審査に関する事務（…を除く。）次に掲げる情報
      イ　当該届出を行う者に係る戸籍関係情報

The information is a list of sub-items, a statement, references to other items (第一号イからホまでに掲げる情報), or several of these joined.
A statement is cut into the person it is about (…に係る) and the information itself, which `Vocabulary` must know word by word. References are
followed, so that every affair has all of its information. What does not fit is an error that names article and words.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from mynumber.foundation.law.clauses import DELETED, IROHA, Clause, Place
from mynumber.foundation.law.errors import DetailFault, MalformedDetail
from mynumber.foundation.law.numerals import NUMERAL, article_label, parse_number
from mynumber.foundation.law.phrases import plain_words

IsInformation = Callable[[str, str], bool]
"""Whether these words (in this article) are information that the vocabulary knows."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One piece of information: about whom (`subject`, may be empty) and what (`information`), in plain words.

    `place` is where the words stand; `via` the item that refers there, if the affair has them by reference. `limit` narrows it
    (納税義務者に係る情報に限る。).
    """

    place: Place
    subject: str
    information: str
    via: Place | None = None
    limit: str = ""


@dataclass(frozen=True, slots=True)
class TextDetail:
    """One exact affair: where it stands, its words, and its information. `who` narrows the inquirer (厚生労働大臣に係るもの)."""

    place: Place
    words: str
    who: str
    statements: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class TextArticle:
    """One article: the item of the table it details, and its affairs."""

    article: str
    item: str
    details: tuple[TextDetail, ...]


_HEAD: Final = re.compile(
    rf"(?:前条|第二条)の表(?:の)?(?P<item>{NUMERAL})の項(?:で定める|に規定する)事務"
    r"(?:のうち、(?P<who>.+?)に係るもの)?は、(?P<affair>.+?)とし、"
    rf"(?:同項|同表(?P<again>{NUMERAL})の項)(?:で定める|に規定する)情報(?:のうち、(?P<who_again>.+?)に係るもの)?は、"
    r"(?P<information>.+?)(?:と)?する。"
)
_AFFAIRS_BELOW: Final = re.compile(r"次(?:の各号)?に掲げる事務")
_INFORMATION_BELOW: Final = re.compile(r"当該各号に掲げる事務の区分に応じ当該各号に定める(?:情報)?")
_SELECTED: Final = re.compile(
    r"(?P<list>次に掲げる情報)のうち、(?P<subject>.+)に係る情報であって(?P<limit>.+が定めるもの)"
)

_AFTER_AFFAIR: Final = re.compile(r"[のをにがはとで、]|及び|又は|若しくは|並びに|であって")
"""What goes on with the affair after 事務; anything else begins the information."""
_LIST: Final = "次に掲げる情報"
_ABOUT: Final = "に係る"
_JOINT: Final = re.compile(r"又は|及び|並びに|若しくは|、")
_SUBS: Final = r"[ア-ンヰヱ](?:から[ア-ンヰヱ]まで)?"
_REFERENCE: Final = re.compile(
    rf"(?P<item>前号|第(?P<head>[一二三四五六七八九十百]+)号(?P<branches>(?:の[一二三四五六七八九十]+)*))"
    rf"(?P<subs>{_SUBS}(?:(?:、|及び|並びに){_SUBS})*)?に掲げる情報(?:（(?P<limit>[^（）]+)）)?"
)
_RANGE: Final = re.compile(r"(?P<first>[ア-ンヰヱ])(?:から(?P<last>[ア-ンヰヱ])まで)?")


def read_articles(clauses: Sequence[Clause], is_information: IsInformation) -> tuple[TextArticle, ...]:
    """Every article that details an item of the table, in order. Raises MalformedDetail.

    An article that says 削除 is left out, and so is the last one if it names no item (it empowers to regulate the rest).
    """
    articles = _by_article(clauses)
    result: list[TextArticle] = []
    for at, (article, own) in enumerate(articles):
        if own[0].text == DELETED and len(own) == 1:
            continue
        if at == len(articles) - 1 and len(own) == 1 and _HEAD.match(own[0].text) is None:
            continue
        result.append(_read_article(article, own, is_information))
    return tuple(result)


def _by_article(clauses: Iterable[Clause]) -> list[tuple[str, list[Clause]]]:
    found: dict[str, list[Clause]] = {}
    for clause in clauses:
        found.setdefault(clause.place.article, []).append(clause)
    return list(found.items())


def _read_article(article: str, clauses: list[Clause], is_information: IsInformation) -> TextArticle:
    items: set[str] = set()
    details: list[TextDetail] = []
    for paragraph in sorted({clause.place.paragraph for clause in clauses}):
        own = [clause for clause in clauses if clause.place.paragraph == paragraph]
        reader = _Paragraph(own, is_information)
        items.add(reader.item)
        details.extend(reader.details())
    if len(items) != 1:
        raise MalformedDetail(DetailFault.BAD_HEAD, article_label(article), "paragraphs on different items")
    return TextArticle(article, items.pop(), tuple(details))


class _Paragraph:
    """One paragraph of an article while it is read; references reach the items read before."""

    def __init__(self, clauses: list[Clause], is_information: IsInformation) -> None:
        self._is_information = is_information
        self._head = clauses[0]
        words = plain_words(clauses[0].text)
        match = _HEAD.fullmatch(words)
        if match is None or match.group("who") != match.group("who_again"):
            raise MalformedDetail(DetailFault.BAD_HEAD, self._head.place.label, words)
        again = match.group("again")
        if again is not None and again != match.group("item"):
            raise MalformedDetail(DetailFault.WRONG_AFFAIR, self._head.place.label, words)
        self.item = _parsed(match.group("item"), self._head.place, words)
        self._who = match.group("who") or ""
        self._affair, self._information = match.group("affair"), match.group("information")
        self._below = clauses[1:]
        self._known: dict[str, tuple[Statement, ...]] = {}
        """Number of an item -> its information, for references."""

    def details(self) -> Iterator[TextDetail]:
        """The affairs of the paragraph, each with its information."""
        if _AFFAIRS_BELOW.fullmatch(self._affair) is None:
            subject, limit, information = "", "", self._information
            if (chosen := _SELECTED.fullmatch(information)) is not None:
                subject, limit, information = chosen.group("subject", "limit", "list")
            below = [clause for clause in self._below if not clause.place.sub and clause.text != DELETED]
            if any(clause.place.sub for clause in self._below):
                raise MalformedDetail(
                    DetailFault.BAD_LIST, self._head.place.label, "sub-items below information"
                )
            statements = self._statements(information, self._head.place, below)
            if chosen is not None:
                statements = tuple(
                    replace(found, subject=found.subject or subject, limit=limit) for found in statements
                )
            yield TextDetail(self._head.place, self._affair, self._who, statements)
            return
        if _INFORMATION_BELOW.fullmatch(self._information) is None:
            raise MalformedDetail(DetailFault.BAD_HEAD, self._head.place.label, self._information)
        items = [clause for clause in self._below if not clause.place.sub and clause.text != DELETED]
        if not items:
            raise MalformedDetail(DetailFault.BAD_LIST, self._head.place.label, self._affair)
        for clause in items:
            words, information = _cut_affair(clause)
            number = clause.place.number
            subs = [
                found
                for found in self._below
                if found.place.sub and found.place.number == number and found.text != DELETED
            ]
            statements = self._statements(information, clause.place, subs)
            self._known[number] = statements
            yield TextDetail(clause.place, words, self._who, statements)

    def _statements(self, words: str, place: Place, below: list[Clause]) -> tuple[Statement, ...]:
        """The information that `words` state, with the list below them where they announce one."""
        result: list[Statement] = []
        subject = ""
        announced = False
        for part in _parts(words):
            if _LIST in part:
                subject = _subject_of(part, _LIST, subject, place)
                announced = True
                for clause in below:
                    result.extend(self._listed(clause, subject))
            elif (reference := _reference_in(part)) is not None:
                before = part[: reference.start()]
                subject = _subject_of(before, "", subject, place) if before else subject
                result.extend(self._referred(reference, subject, place, part))
            else:
                subject, information = self._cut(part, subject, place)
                result.append(Statement(place, subject, information))
        if announced != bool(below):
            raise MalformedDetail(DetailFault.BAD_LIST, place.label, words)
        return tuple(result)

    def _listed(self, clause: Clause, subject: str) -> Iterator[Statement]:
        for part in _parts(plain_words(clause.text)):
            if _LIST in part or _reference_in(part) is not None:
                raise MalformedDetail(DetailFault.BAD_REFERENCE, clause.place.label, part)
            subject, information = self._cut(part, subject, clause.place)
            yield Statement(clause.place, subject, information)

    def _cut(self, part: str, subject: str, place: Place) -> tuple[str, str]:
        """Who and what; without a person of its own, a part is about the one before it. The longest known information wins."""
        if self._is_information(part, place.article):
            return subject, part
        for at in _outside_parentheses(part, _ABOUT):
            if self._is_information(part[at + len(_ABOUT) :], place.article):
                return part[:at], part[at + len(_ABOUT) :]
        raise MalformedDetail(DetailFault.NOT_INFORMATION, place.label, part)

    def _referred(
        self, reference: re.Match[str], subject: str, place: Place, part: str
    ) -> Iterator[Statement]:
        """What a reference stands for, about the persons of the referring item if it names any."""
        number = self._number_of(reference, place, part)
        targets = self._known.get(number)
        if targets is None:
            raise MalformedDetail(DetailFault.BAD_REFERENCE, place.label, part)
        wanted = _subs(reference.group("subs"), place, part)
        chosen = [
            found
            for found in targets
            if wanted is None or (found.place.number == number and found.place.sub in wanted)
        ]
        if not chosen or (wanted is not None and {found.place.sub for found in chosen} != wanted):
            raise MalformedDetail(DetailFault.BAD_REFERENCE, place.label, part)
        for found in chosen:
            limit = "".join(text for text in (found.limit, reference.group("limit")) if text)
            yield replace(found, subject=subject or found.subject, via=place, limit=limit)

    def _number_of(self, reference: re.Match[str], place: Place, part: str) -> str:
        if reference.group("item") == "前号":
            return next(reversed(self._known), "")
        return _parsed(reference.group("head") + reference.group("branches"), place, part)


def _cut_affair(clause: Clause) -> tuple[str, str]:
    """Affair and information, where the text marks the cut or by the words."""
    if not clause.affair:
        return split_affair(plain_words(clause.text), clause.place)
    return plain_words(clause.affair), plain_words(clause.text.removeprefix(clause.affair))


def split_affair(words: str, place: Place) -> tuple[str, str]:
    """Cut an item into its affair, which ends in 事務 (and a parenthesis), and its information. Raises MalformedDetail."""
    ends = []
    for at in _outside_parentheses(words, "事務"):
        end = _after_parentheses(words, at + len("事務"))
        if end < len(words) and _AFTER_AFFAIR.match(words, end) is None:
            ends.append(end)
    if len(ends) != 1:
        raise MalformedDetail(DetailFault.BAD_SPLIT, place.label, words)
    return words[: ends[0]], words[ends[0] :]


def _parts(words: str) -> Iterator[str]:
    """Cut after each 情報 (and its parenthesis) that a conjunction follows."""
    begin = 0
    for at in _outside_parentheses(words, "情報"):
        end = _after_parentheses(words, at + len("情報"))
        joint = _JOINT.match(words, end)
        if joint is not None:
            yield words[begin:end]
            begin = joint.end()
    yield words[begin:]


def _reference_in(part: str) -> re.Match[str] | None:
    """The reference that ends a part, if it does."""
    for at in (0, *(found + len(_ABOUT) for found in _outside_parentheses(part, _ABOUT))):
        if (match := _REFERENCE.fullmatch(part, at)) is not None:
            return match
    return None


def _subject_of(part: str, tail: str, before: str, place: Place) -> str:
    """The persons of "…に係る" + tail; those before if it names none."""
    if part == tail:
        return before
    if not part.endswith(_ABOUT + tail):
        raise MalformedDetail(DetailFault.BAD_LIST, place.label, part)
    return part.removesuffix(_ABOUT + tail)


def _subs(words: str | None, place: Place, part: str) -> set[str] | None:
    """The sub-items that イからホまで及びト names; None for the whole item."""
    if words is None:
        return None
    subs: set[str] = set()
    for match in _RANGE.finditer(words):
        first = IROHA.find(match.group("first"))
        last = IROHA.find(match.group("last") or match.group("first"))
        if first < 0 or last < first:
            raise MalformedDetail(DetailFault.BAD_REFERENCE, place.label, part)
        subs.update(IROHA[first : last + 1])
    return subs


def _parsed(label: str, place: Place, words: str) -> str:
    try:
        return parse_number(label)
    except ValueError:
        raise MalformedDetail(DetailFault.BAD_NUMBER, place.label, words) from None


def _outside_parentheses(words: str, wanted: str) -> Iterator[int]:
    """Where `wanted` stands outside every （…） and 「…」."""
    depth = 0
    for at, letter in enumerate(words):
        if letter in "（「":
            depth += 1
        elif letter in "）」":
            depth -= 1
        elif depth == 0 and words.startswith(wanted, at):
            yield at


def _after_parentheses(words: str, at: int) -> int:
    """Past the （…） that begins at `at`, if one does."""
    if not words.startswith("（", at):
        return at
    depth = 0
    for end in range(at, len(words)):
        depth += (words[end] == "（") - (words[end] == "）")
        if depth == 0:
            return end + 1
    return len(words)
