"""The documents that the guide shows, and no other file."""

from pathlib import Path

import pytest

from mynumber.platform.guide.documents import document_named, documents


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    root = tmp_path / "checkout"
    (root / "docs" / "protocols").mkdir(parents=True)
    (root / "README.md").write_text("intro\n# The house\n", "utf-8")
    (root / "docs" / "law.md").write_text("# 法律の表\nwords", "utf-8")
    (root / "docs" / "protocols" / "log.md").write_text("no heading", "utf-8")
    (root / "docs" / "notes.txt").write_text("not shown", "utf-8")
    (tmp_path / "outside.md").write_text("# secret", "utf-8")
    return root


def test_documents_are_named_and_titled(checkout: Path) -> None:
    assert [(d.name, d.title) for d in documents(checkout)] == [
        ("README.md", "The house"),
        ("docs/law.md", "法律の表"),
        ("docs/protocols/log.md", "log"),
    ]


def test_a_document_is_read(checkout: Path) -> None:
    found = document_named("docs/law.md", checkout)
    assert found is not None
    assert found.text() == "# 法律の表\nwords"


@pytest.mark.parametrize(
    "name",
    ["../outside.md", "docs/../../outside.md", "docs/notes.txt", "/etc/passwd", "", "docs", "docs/law.md\0"],
)
def test_no_other_file_is_opened(checkout: Path, name: str) -> None:
    assert document_named(name, checkout) is None


def test_an_installation_without_documents_has_none(tmp_path: Path) -> None:
    assert documents(tmp_path) == ()
