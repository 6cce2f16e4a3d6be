"""The controls of a page's own form, as a browser would send them."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass
class ReadForm(HTMLParser):
    """The controls of the page's own form (class "form") with what stands in them."""

    fields: dict[str, list[str]] = field(default_factory=dict)
    inside: bool = False
    select: str = ""

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take what a browser would send."""
        values = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.inside = "form" in values.get("class", "").split()
        if not self.inside:
            return
        if tag == "input" and values.get("type") not in ("submit", "file"):
            ticked = values.get("type") not in ("radio", "checkbox") or "checked" in values
            if ticked and "name" in values:
                self.fields.setdefault(values["name"], []).append(values.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        """A form ends."""
        if tag == "form":
            self.inside = False


def controls(text: str) -> dict[str, list[str]]:
    """What the page's own form would send."""
    parser = ReadForm()
    parser.feed(text)
    return parser.fields
