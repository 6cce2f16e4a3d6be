"""Tables in the pages that are made from the code.

A page marks the place with a comment, ``<!-- struct: mynumber.protocols.exchange.Inquiry -->``, and its end with ``<!-- end -->``; what
stands between is written by ``python -m tests.docs.tables`` and compared by a test, so that no table tells of fields that have changed.
"""

from __future__ import annotations

import ast
import importlib
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path

import msgspec

from mynumber.protocols import wire
from mynumber.protocols.message import Message
from mynumber.protocols.refusal import Hop, Reason
from tests.docs import fact_tables
from tests.docs.pages import DOCS, ROOT

_PLACE = re.compile(
    r"(?P<open><!-- (?P<maker>struct|messages|refusals|hops|outcomes|fact-kinds|fact-layouts|fact-codes)(?:: (?P<of>[\w.]+))? -->\n)(?P<body>.*?)(?P<close><!-- end -->)",
    re.DOTALL,
)
_SOURCE = ROOT / "src"


def renewed(page: str) -> str:
    """The page with every marked table as the code is now."""
    return _PLACE.sub(lambda place: place["open"] + _made(place["maker"], place["of"]) + place["close"], page)


def marked_pages() -> list[Path]:
    """The pages that hold such a table."""
    return sorted(page for page in DOCS.rglob("*.md") if _PLACE.search(page.read_text(encoding="utf-8")))


def _made(maker: str, of: str | None) -> str:
    makers: dict[str, Callable[[], Iterator[str]]] = {
        "refusals": _refusals,
        "hops": _hops,
        "outcomes": lambda: _members("mynumber.protocols.exchange", "Outcome"),
        "fact-kinds": lambda: _table(*fact_tables.kinds()),
        "fact-layouts": _layouts,
        "fact-codes": lambda: _table(*fact_tables.codes()),
        "struct": lambda: _struct(of or ""),
        "messages": lambda: _messages(of or ""),
    }
    return "".join(f"{line}\n" for line in makers[maker]())


# fields -----------------------------------------------------------------------------------------------------------------


@cache
def _module(name: str) -> ast.Module:
    path = _SOURCE / Path(*name.split("."))
    path = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    return ast.parse(path.read_text(encoding="utf-8"))


def _class(module: str, name: str) -> ast.ClassDef:
    return next(node for node in _module(module).body if isinstance(node, ast.ClassDef) and node.name == name)


def _notes(body: list[ast.stmt]) -> Iterator[tuple[ast.stmt, str]]:
    """Each statement with the text that stands right below it, as this project documents attributes."""
    for statement, below in zip(body, [*body[1:], None], strict=True):
        text = ""
        if (
            isinstance(below, ast.Expr)
            and isinstance(below.value, ast.Constant)
            and isinstance(below.value.value, str)
        ):
            text = below.value.value
        yield statement, text


def _struct(of: str) -> Iterator[str]:
    module, _, name = of.rpartition(".")
    kind = getattr(importlib.import_module(module), name)
    rows = [
        (statement.target.id, ast.unparse(statement.annotation), text)
        for statement, text in _notes(_class(module, name).body)
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name)
    ]
    if [name for name, _, _ in rows] != [field.name for field in msgspec.structs.fields(kind)]:
        raise LookupError(f"{of} has fields that its class body does not show")
    yield from _table(
        ("Field", "Type", ""), [(f"`{n}`", f"`{kind_}`", _sentence(text)) for n, kind_, text in rows]
    )


def _members(module: str, name: str) -> Iterator[str]:
    rows = []
    enum = getattr(importlib.import_module(module), name)
    for statement, text in _notes(_class(module, name).body):
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
            member = enum[statement.targets[0].id]
            rows.append((f"`{member.value}`", member.label_ja, _sentence(text)))
    yield from _table(("Value", "日本語", "Meaning"), rows)


def _messages(of: str) -> Iterator[str]:
    module = importlib.import_module(of)
    rows = [
        (
            f"`{name}`",
            f"`{message.name}`",
            f"`{message.question.__name__}`",
            f"`{message.answer.__name__}`",
            "both ways" if message.sealed else "no",
            f"{message.max_bytes // 1024:,} KiB",
        )
        for name, message in vars(module).items()
        if isinstance(message, Message)
    ]
    yield from _table(("Constant", "Kind", "Question", "Answer", "Sealed", "At most"), rows)


# refusals ---------------------------------------------------------------------------------------------------------------

_SAID_BY = (
    ("every receiver", ("protocols/wire.py", "webkit/asgi.py", "webkit/messages.py")),
    (
        "inquirer's gateway",
        (
            "institutions/gateway/tenants/inquiring.py",
            "institutions/gateway/tenants/inquirer_side.py",
            "institutions/gateway/tenants/holding.py",
            "protocols/permits.py:_not_bound",
        ),
    ),
    ("network", ("institutions/network/api.py", "institutions/network/core")),
    (
        "provider's gateway",
        (
            "institutions/gateway/tenants/providing.py",
            "institutions/gateway/tenants/provider_side.py",
            "protocols/permits.py:read_sheet",
            "protocols/permits.py:open_codes",
            "protocols/permits.py:presented",
        ),
    ),
)
"""Who gives out which reasons: files, folders, or one function of a file."""


def _refusals() -> Iterator[str]:
    said: dict[str, list[str]] = {}
    for who, places in _SAID_BY:
        for name in sorted({reason for place in places for reason in _reasons_in(place)}):
            said.setdefault(name, []).append(who)
    rows = [
        (
            f"`{reason.value}`",
            str(wire.STATUS_OF.get(reason, 400)),
            "; ".join(said[reason.name]),
            reason.sentence_ja,
        )
        for reason in Reason
        if reason.name in said
    ]
    yield from _table(("Reason", "HTTP", "Said by", "What a person reads"), rows)


def _reasons_in(place: str) -> set[str]:
    """Names of ``Reason`` that a place gives out; what stands in comparisons and as keys of dictionaries is only read there."""
    path, _, function = place.partition(":")
    source = _SOURCE / "mynumber" / path
    found: set[str] = set()
    for file in [source] if source.suffix else sorted(source.rglob("*.py")):
        tree: ast.AST = ast.parse(file.read_text(encoding="utf-8"))
        if function:
            tree = next(
                node
                for node in ast.walk(tree)
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == function
            )
        keys = {id(key) for node in ast.walk(tree) if isinstance(node, ast.Dict) for key in node.keys}
        compared = {
            id(part)
            for node in ast.walk(tree)
            if isinstance(node, ast.Compare)
            for side in node.comparators
            for part in ast.walk(side)
        }
        found |= {
            node.attr
            for node in ast.walk(tree)
            if isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Name)
            and node.value.id == "Reason"
            and id(node) not in keys | compared
        }
    return found


def _hops() -> Iterator[str]:
    yield from _table(("Hop", "日本語"), [(f"`{hop.value}`", hop.label_ja) for hop in Hop])


def _layouts() -> Iterator[str]:
    for before, table in fact_tables.layouts():
        yield from before
        yield from _table(*table)


# writing ----------------------------------------------------------------------------------------------------------------


def _sentence(text: str) -> str:
    """A docstring as one cell."""
    words = " ".join(text.split()).replace("|", "\\|").replace("``", "`")
    return re.sub(r":\w+:`~?([\w.]+)`", _reference, words)


def _reference(role: re.Match[str]) -> str:
    """A module with its package, anything else by its own name."""
    parts = role[1].split(".")
    return f"`{'.'.join(parts[-2:] if parts[-1].islower() else parts[-1:])}`"


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    for row in (head, ("---",) * len(head), *rows):
        yield "| " + " | ".join(cell.replace(" | ", " \\| ") for cell in row) + " |"


def main() -> int:
    """Write every marked table anew; says which pages changed."""
    for page in marked_pages():
        text = page.read_text(encoding="utf-8")
        new = renewed(text)
        if new != text:
            page.write_text(new, encoding="utf-8")
            sys.stdout.write(f"renewed {page.relative_to(ROOT)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
