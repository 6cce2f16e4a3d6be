"""The project's documents, read from the checkout the platform runs from; an installed package has none."""

from dataclasses import dataclass
from pathlib import Path

import mynumber

ROOT = Path(mynumber.__file__).resolve().parents[2]
"""The checkout: three folders above the package's `__init__.py`."""
_FRONT = ("README.ja.md", "README.md", "CONTRIBUTING.md")


@dataclass(frozen=True, slots=True)
class Document:
    """One Markdown file: `name` is its path from the root of the checkout, `title` its first heading."""

    name: str
    title: str
    path: Path

    def text(self) -> str:
        """The words of the document."""
        return self.path.read_text("utf-8")


def documents(root: Path = ROOT) -> tuple[Document, ...]:
    """Every document there is: the front pages, then `docs/` by path."""
    found = [root / name for name in _FRONT if (root / name).is_file()]
    if (root / "docs").is_dir():
        found += sorted((root / "docs").rglob("*.md"))
    return tuple(Document(path.relative_to(root).as_posix(), _title(path), path) for path in found)


def document_named(name: str, root: Path = ROOT) -> Document | None:
    """The document of that name. Only names from the list are opened, so no path leads out of it."""
    return next((document for document in documents(root) if document.name == name), None)


def _title(path: Path) -> str:
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            if line.startswith("# "):
                return line[2:].strip()
    return path.stem
