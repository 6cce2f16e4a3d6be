"""Sets a paper: A4, addressee and sender as Japanese offices place them, lines broken by the rules of Japanese, the mark on every page."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from io import BytesIO
from typing import Any, Final
from xml.sax.saxutils import escape

from django.conf import settings
from reportlab.lib.enums import TA_CENTER, TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, HRFlowable, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from mynumber.webkit.paper import fonts
from mynumber.webkit.paper.mark import Mark

PAGE_MARK: Final = "MyNumberPaper"
"""Tag of the marked content that says on each page whose it is; the gate has the same word of its own."""
MARGIN: Final = 22 * mm
SIMULATION: Final = "これは模型が作った書面です。登場する人はすべて架空です。"
_NO_GLYPH: Final = (
    f"「{fonts.UNKNOWN}」は、この書面の書体にない文字です。正しい文字は画面で確かめてください。"
)


@dataclass(frozen=True, slots=True)
class Words:
    """Paragraphs, a line each."""

    text: str


@dataclass(frozen=True, slots=True)
class Heading:
    """Words above a part."""

    text: str


@dataclass(frozen=True, slots=True)
class Items:
    """A numbered list."""

    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """Terms and what they are, in two columns."""

    pairs: tuple[tuple[str, str], ...]


Block = Words | Heading | Items | Facts


@dataclass(frozen=True, slots=True, repr=False)
class Paper:
    """What a paper says. Prints none of it."""

    title: str
    mark: Mark
    blocks: tuple[Block, ...]
    number: str = ""
    """文書番号, at the top right"""
    on: str = ""
    to: str = ""
    """宛名, without 様"""
    sender: str = ""

    def __repr__(self) -> str:
        return f"Paper({self.mark.about})"


def _style(size: float = 10.5, leading: float = 17, **more: Any) -> ParagraphStyle:
    """Japanese breaks between characters: `wordWrap` CJK knows which may not begin or end a line."""
    return ParagraphStyle(
        "paper", fontName=fonts.NAME, fontSize=size, leading=leading, wordWrap="CJK", **more
    )


def write(paper: Paper) -> bytes:
    """The PDF: every glyph embedded, no script, no link, the same bytes for the same paper."""
    fonts.characters()
    target = BytesIO()
    document = SimpleDocTemplate(
        target,
        pagesize=A4,
        leftMargin=MARGIN,
        rightMargin=MARGIN,
        topMargin=MARGIN,
        bottomMargin=MARGIN,
        title=fonts.drawable(paper.title),
        author=fonts.drawable(paper.sender),
        subject=paper.mark.text,
        creator="mynumber",
        lang="ja",
        invariant=True,
        initialFontName=fonts.NAME,
    )
    on_page = partial(_frame, paper)
    document.build(_story(paper), onFirstPage=on_page, onLaterPages=on_page)
    return target.getvalue()


def _frame(paper: Paper, canvas: Canvas, document: SimpleDocTemplate) -> None:
    """What each page says of itself: for programs its mark, for people what it belongs to."""
    page = canvas.getPageNumber()
    canvas.addLiteral(
        f"/{PAGE_MARK} <</About ({paper.mark.about}) /Subject ({paper.mark.subject}) /Page {page}>> BDC EMC"
    )
    canvas.saveState()
    canvas.setFont(fonts.NAME, 8)
    canvas.drawString(MARGIN, 12 * mm, SIMULATION if _is_simulation() else "")
    canvas.drawRightString(A4[0] - MARGIN, 12 * mm, fonts.drawable(f"{paper.number}　{page}ページ"))
    canvas.restoreState()


def _is_simulation() -> bool:
    return not settings.configured or bool(getattr(settings, "MYNUMBER_SIMULATION", True))


def _story(paper: Paper) -> list[Flowable]:
    right = _style(9.5, 15, alignment=TA_RIGHT)
    story: list[Flowable] = [_paragraph(line, right) for line in (paper.number, paper.on) if line]
    whole = [paper.title, paper.number, paper.on, paper.to, paper.sender]
    if paper.to:
        story += [Spacer(1, 4 * mm), _paragraph(f"{paper.to}　様", _style(12.5, 20))]
    if paper.sender:
        story += [Spacer(1, 2 * mm), _paragraph(paper.sender, _style(11, 18, alignment=TA_RIGHT))]
    story += [
        Spacer(1, 7 * mm),
        _paragraph(paper.title, _style(15, 24, alignment=TA_CENTER)),
        Spacer(1, 5 * mm),
    ]
    for block in paper.blocks:
        story += _block(block)
        whole += _texts(block)
    if any(fonts.drawable(text) != text for text in whole):
        story += [Spacer(1, 5 * mm), _paragraph(_NO_GLYPH, _style(9, 14))]
    return story


def _block(block: Block) -> list[Flowable]:
    match block:
        case Words(text):
            paragraphs = [line for line in text.splitlines() if line.strip()]
            return [_paragraph(line, _style(spaceAfter=2 * mm, firstLineIndent=10.5)) for line in paragraphs]
        case Heading(text):
            rule = HRFlowable(width="100%", thickness=0.6, spaceAfter=2 * mm)
            return [_paragraph(text, _style(11.5, 18, spaceBefore=4 * mm, keepWithNext=1)), rule]
        case Items(texts):
            return [
                _paragraph(
                    f"{number}　{text}", _style(leftIndent=16, firstLineIndent=-16, spaceAfter=1.5 * mm)
                )
                for number, text in enumerate(texts, 1)
            ]
        case Facts(pairs):
            if not pairs:
                return []
            cell = _style(10, 15)
            table = Table(
                [[_paragraph(term, cell), _paragraph(words, cell)] for term, words in pairs],
                colWidths=[48 * mm, None],
                splitInRow=1,  # what somebody typed may be longer than a page
            )
            table.setStyle(
                TableStyle(
                    [("VALIGN", (0, 0), (-1, -1), "TOP"), ("LINEBELOW", (0, 0), (-1, -1), 0.3, "#999999")]
                )
            )
            return [table, Spacer(1, 3 * mm)]


def _texts(block: Block) -> list[str]:
    match block:
        case Words(text) | Heading(text):
            return [text]
        case Items(texts):
            return list(texts)
        case Facts(pairs):
            return [text for pair in pairs for text in pair]


def _paragraph(text: str, style: ParagraphStyle) -> Paragraph:
    """Text alone: whatever looks like markup in it is text too."""
    return Paragraph("<br/>".join(escape(fonts.drawable(line)) for line in text.splitlines()), style)
