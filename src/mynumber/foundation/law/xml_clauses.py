"""The clauses of articles 3 ff. in e-Gov law XML (XMLSchemaForJapaneseLaw v3).

An item with affair and information has two `Column`s, which Markdown has joined; the cut between them is kept. Any element that is not known here
is an error: nothing of an article is passed over.
"""

from collections.abc import Iterator
from typing import Final
from xml.etree.ElementTree import Element

from mynumber.foundation.law.clauses import Clause, Place, articles_of, checked, numbers_of
from mynumber.foundation.law.egov_xml import parse_root, words_of
from mynumber.foundation.law.errors import DetailFault, MalformedDetail

_TABLE_ARTICLES: Final = frozenset({"1", "2"})
_WIDE_DIGITS: Final = str.maketrans("０１２３４５６７８９", "0123456789")
_CAPTIONS: Final = frozenset(
    {"ArticleCaption", "ArticleTitle", "ParagraphCaption", "ParagraphNum", "ItemTitle", "Subitem1Title"}
)


def xml_clauses(data: bytes) -> tuple[Clause, ...]:
    """The clauses of the main provision from article 3 on. Raises MalformedText for what is no XML, MalformedDetail for the rest."""
    main = next(parse_root(data).iter("MainProvision"), None)
    if main is None:
        raise MalformedDetail(DetailFault.NO_ARTICLES)
    articles = [found for found in main.iter("Article") if found.get("Num") not in _TABLE_ARTICLES]
    if not articles:
        raise MalformedDetail(DetailFault.NO_ARTICLES)
    return checked(clause for article in articles for clause in _article(article))


def _article(article: Element) -> Iterator[Clause]:
    title = _text(article, "ArticleTitle")
    paragraphs = list(_children(article, "Paragraph", title))
    if not paragraphs:
        raise MalformedDetail(DetailFault.UNKNOWN_LINE, title, "no paragraph")
    text = _sentence(paragraphs[0], "ParagraphSentence", title)[0]
    for number in articles_of(title, text, title):
        for paragraph in paragraphs:
            yield from _paragraph(paragraph, number, title)


def _paragraph(paragraph: Element, article: str, where: str) -> Iterator[Clause]:
    written = _text(paragraph, "ParagraphNum").translate(_WIDE_DIGITS) or "1"
    if not (written.isascii() and written.isdigit() and len(written) <= 2):
        raise MalformedDetail(DetailFault.BAD_NUMBER, where, written)
    place = Place(article, int(written))
    yield Clause(where, place, _sentence(paragraph, "ParagraphSentence", where)[0])
    for item in _children(paragraph, "Item", where, "ParagraphSentence"):
        title = _text(item, "ItemTitle")
        text, affair = _sentence(item, "ItemSentence", f"{where} {title}")
        number = ""
        for number in numbers_of(title, text, f"{where} {title}"):
            here = Place(article, place.paragraph, number)
            yield Clause(here.label, here, text, affair)
        for sub in _children(item, "Subitem1", here.label, "ItemSentence"):
            below = Place(article, place.paragraph, number, _text(sub, "Subitem1Title"))
            if any(True for _ in _children(sub, "", below.label, "Subitem1Sentence")):
                raise MalformedDetail(DetailFault.UNKNOWN_LINE, below.label)
            yield Clause(below.label, below, _sentence(sub, "Subitem1Sentence", below.label)[0])


def _children(parent: Element, tag: str, where: str, sentence: str = "") -> Iterator[Element]:
    for child in parent:
        if child.tag == tag:
            yield child
        elif child.tag not in _CAPTIONS and child.tag != sentence:
            raise MalformedDetail(DetailFault.UNKNOWN_LINE, where, f"<{child.tag[:40]}>")


def _text(parent: Element, tag: str) -> str:
    child = parent.find(tag)
    return "" if child is None else words_of(child)


def _sentence(parent: Element, tag: str, where: str) -> tuple[str, str]:
    """The words of a clause, and those of its first column if it has two."""
    sentence = parent.find(tag)
    text = "" if sentence is None else words_of(sentence)
    if sentence is None or not text:
        raise MalformedDetail(DetailFault.UNKNOWN_LINE, where, "no words")
    columns = sentence.findall("Column")
    if len(columns) not in (0, 2):
        raise MalformedDetail(DetailFault.UNKNOWN_LINE, where, f"{len(columns)} columns")
    return text, words_of(columns[0]) if columns else ""
