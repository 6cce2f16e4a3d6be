"""A page as a tree: as much of HTML as a reader without script needs of well-formed pages.

Text is read as a screen reader says it: what is `aria-hidden` is left out, what is only visually hidden is not.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Final

_VOID: Final = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
)
_SILENT: Final = frozenset({"script", "style", "template"})
_INLINE: Final = frozenset({"a", "b", "code", "em", "i", "label", "small", "span", "strong", "time"})


class NotOnThePage(LookupError):
    """A page does not have what a reader looks for. The message says what."""


@dataclass(slots=True)
class Element:
    """One element with its attributes; children are elements and text, in order."""

    tag: str
    attributes: dict[str, str]
    children: "list[Element | str]" = field(default_factory=list)

    def walk(self) -> "Iterator[Element]":
        """This element and all below it, in the order of the page."""
        yield self
        for child in self.children:
            if isinstance(child, Element):
                yield from child.walk()

    def all(self, *tags: str, **attributes: str) -> "Iterator[Element]":
        """Every element of these tags whose attributes have these values; `data_x` stands for `data-x`."""
        wanted = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()}
        for element in self.walk():
            if (not tags or element.tag in tags) and wanted.items() <= element.attributes.items():
                yield element

    def first(self, *tags: str, **attributes: str) -> "Element":
        """The first of `all`. Raises NotOnThePage."""
        for element in self.all(*tags, **attributes):
            return element
        raise NotOnThePage(f"<{'|'.join(tags) or '*'}> {attributes or ''}".rstrip())

    def having(self, attribute: str) -> "Iterator[Element]":
        """Every element that has the attribute, whatever its value."""
        return (element for element in self.walk() if attribute in element.attributes)

    @property
    def text(self) -> str:
        """What the element says, white space folded."""
        return " ".join("".join(self._pieces()).split())

    def _pieces(self) -> Iterator[str]:
        if self.tag in _SILENT or self.attributes.get("aria-hidden") == "true":
            return
        edge = "" if self.tag in _INLINE else " "
        yield edge
        for child in self.children:
            if isinstance(child, str):
                yield child
            else:
                yield from child._pieces()
        yield edge

    def pairs(self) -> list[tuple[str, str]]:
        """The description lists below: each term with what holds for it, in order."""
        found: list[tuple[str, str]] = []
        for listed in self.all("dl"):
            term = ""
            for element in listed.all("dt", "dd"):
                if element.tag == "dt":
                    term = element.text
                else:
                    found.append((term, element.text))
        return found

    def facts(self) -> dict[str, str]:
        """The same to look up in. Of a term that comes twice the first holds."""
        return dict(reversed(self.pairs()))

    def table(self, caption: str) -> list[list["Element"]]:
        """The rows of the table whose caption begins so, without the head. Raises NotOnThePage."""
        for table in self.all("table"):
            if any(one.text.startswith(caption) for one in table.all("caption")):
                rows = [list(row.all("th", "td")) for body in table.all("tbody") for row in body.all("tr")]
                return [row for row in rows if row]
        raise NotOnThePage(f"table: {caption}")


def read(html: str) -> Element:
    """The tree of a page."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.root


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("", {})
        self._open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self._open[-1].children.append(element)
        if tag not in _VOID:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        for place in range(len(self._open) - 1, 0, -1):
            if self._open[place].tag == tag:
                del self._open[place:]
                return

    def handle_data(self, data: str) -> None:
        self._open[-1].children.append(data)
