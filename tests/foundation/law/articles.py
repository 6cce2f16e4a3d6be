"""Articles 3 ff. as both official forms write them, from clauses or from the committed items."""

from collections.abc import Iterable, Sequence
from datetime import date
from xml.sax.saxutils import escape

from mynumber.foundation.law import DetailedAffair, Item, legal_basis
from mynumber.foundation.law.clauses import IROHA, Clause, Place
from mynumber.foundation.law.details import split_affair
from mynumber.foundation.law.errors import MalformedDetail
from mynumber.foundation.law.numerals import article_label, label_of, order_of

_WIDE = str.maketrans("0123456789", "０１２３４５６７８９")


def markdown_of(clauses: Iterable[Clause]) -> str:
    """One clause a line, with the supplementary provisions after the last."""
    lines = []
    for clause in clauses:
        place = clause.place
        if place.sub:
            lines.append(f"  - {place.sub}\u3000{clause.text}")
        elif place.number:
            lines += ["", f"- {label_of(place.number)}\u3000{clause.text}"]
        else:
            title = (
                article_label(place.article)
                if place.paragraph == 1
                else str(place.paragraph).translate(_WIDE)
            )
            lines += ["", f"**{title}**\u3000{clause.text}"]
    return "\n".join([*lines, "", "## 附則", "", "この命令は、公布の日から施行する。", ""])


def xml_of(clauses: Sequence[Clause], *, columns: bool = True) -> str:
    """`Article` elements; items with affair and information in two columns, or in one sentence."""
    parts: list[str] = []
    opened: list[str] = []

    def close(until: int) -> None:
        while len(opened) > until:
            parts.append(f"</{opened.pop()}>")

    for clause in clauses:
        place = clause.place
        if place.sub:
            close(3)
            parts.append(
                f"<Subitem1><Subitem1Title>{place.sub}</Subitem1Title>{_sentence('Subitem1', clause.text)}"
            )
            opened.append("Subitem1")
        elif place.number:
            close(2)
            cut = _cut(clause) if columns else ""
            parts.append(
                f"<Item><ItemTitle>{label_of(place.number)}</ItemTitle>{_sentence('Item', clause.text, cut)}"
            )
            opened.append("Item")
        else:
            if place.paragraph == 1:
                close(0)
                title = article_label(place.article)
                parts.append(f'<Article Num="{place.article}"><ArticleTitle>{title}</ArticleTitle>')
                opened.append("Article")
            close(1)
            number = "" if place.paragraph == 1 else str(place.paragraph).translate(_WIDE)
            parts.append(
                f"<Paragraph><ParagraphNum>{number}</ParagraphNum>{_sentence('Paragraph', clause.text)}"
            )
            opened.append("Paragraph")
    close(0)
    return "".join(parts)


def _sentence(tag: str, text: str, affair: str = "") -> str:
    if not affair:
        return f"<{tag}Sentence><Sentence>{escape(text)}</Sentence></{tag}Sentence>"
    rest = text.removeprefix(affair)
    columns = f"<Column><Sentence>{escape(affair)}</Sentence></Column><Column><Sentence>{escape(rest)}</Sentence></Column>"
    return f"<{tag}Sentence>{columns}</{tag}Sentence>"


def _cut(clause: Clause) -> str:
    try:
        return split_affair(clause.text, clause.place)[0]
    except MalformedDetail:
        return ""


def clauses_on(on: date) -> list[Clause]:
    """The articles of a day written anew from the committed items: references spelled out, numbers kept, sub-items counted anew."""
    basis = legal_basis(on)
    result: list[Clause] = []
    places = {detail.place.article for detail in basis.details}
    last = max(int(place.split("_")[0]) for place in places)
    for article in sorted(places | {str(number) for number in range(3, last + 1)}, key=order_of):
        own = [detail for detail in basis.details if detail.place.article == article]
        if own:
            item = label_of(basis.affair(own[0].affair_id).item)
            for paragraph in sorted({detail.place.paragraph for detail in own}):
                result += _paragraph([detail for detail in own if detail.place.paragraph == paragraph], item)
        else:
            result.append(Clause("", Place(article), "削除"))
    return result


def _paragraph(details: list[DetailedAffair], item: str) -> list[Clause]:
    first = details[0]
    which = "前条" if first.place.article == "3" else "第二条"
    who = f"のうち、{first.inquirer_words}に係るもの" if first.inquirer_words else ""
    head = f"{which}の表{item}の項で定める事務{who}は、%sとし、同項で定める情報{who}は、%sとする。"
    if first.place.number:
        place = Place(first.place.article, first.place.paragraph)
        result = [Clause("", place, head % ("次の各号に掲げる事務", _BY_AFFAIR))]
        for detail in details:
            limited = [item for item in detail.items if item.limit]
            said = _statements(detail, leave_out=limited)
            parts = [
                f"第{label_of(number)}号に掲げる情報（{limit}）"
                for number, limit in dict.fromkeys((item.place.number, item.limit) for item in limited)
            ] + ["次に掲げる情報"] * bool(said)
            result.append(Clause("", detail.place, detail.words + "及び".join(parts)))
            for at, words in enumerate(said):
                sub = Place(detail.place.article, detail.place.paragraph, detail.place.number, IROHA[at])
                result.append(Clause("", sub, words))
        return result
    limit = next((found.limit for found in first.items if found.limit), "")
    subject = first.items[0].subject
    below = f"次に掲げる情報のうち、{subject}に係る情報であって{limit}" if limit else "次に掲げる情報"
    result = [Clause("", first.place, head % (first.words, below))]
    for at, words in enumerate(_statements(first, with_subject=not limit), start=1):
        result.append(Clause("", Place(first.place.article, first.place.paragraph, str(at)), words))
    return result


_BY_AFFAIR = "当該各号に掲げる事務の区分に応じ当該各号に定める情報"


def _statements(
    detail: DetailedAffair, *, with_subject: bool = True, leave_out: Sequence[Item] = ()
) -> list[str]:
    """Each statement once, though it may be an item of two rules."""

    def words(item: Item) -> str:
        return (
            f"{item.subject}に係る{item.information}" if item.subject and with_subject else item.information
        )

    kept = dict.fromkeys(
        (item.place, item.subject, item.information, words(item))
        for item in detail.items
        if item not in leave_out
    )
    return [entry[3] for entry in kept]
