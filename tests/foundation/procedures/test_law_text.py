"""The clauses that procedures cite, against the stored texts of the law."""

import re
import tarfile
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import pytest

from mynumber.foundation.law.numerals import article_label
from mynumber.foundation.procedures.definition import LegalClause
from mynumber.foundation.procedures.loading import catalogue

TEXTS = Path(__file__).parents[4] / "shared" / "data" / "laws" / "laws-md-20260614.tar.xz"


@lru_cache
def texts() -> dict[str, str]:
    """The texts of the laws that procedures cite and that are stored, by identifier."""
    wanted = {clause.egov for _, clause in cited()}
    with tarfile.open(TEXTS) as archive:
        return {
            Path(member.name).stem: body.read().decode()
            for member in archive
            if Path(member.name).stem in wanted and (body := archive.extractfile(member)) is not None
        }


def cited() -> Iterator[tuple[str, LegalClause]]:
    for procedure in catalogue().procedures:
        yield from ((procedure.id, clause) for clause in procedure.basis)
        for clause in (procedure.deadlines.apply.clause, procedure.deadlines.processing.clause):
            if clause is not None:
                yield procedure.id, clause


@pytest.mark.skipif(not TEXTS.exists(), reason="the stored law texts are not here")
def test_every_cited_clause_stands_in_the_law_of_its_title() -> None:
    lost = []
    for name, clause in cited():
        text = texts().get(clause.egov)
        if text is None:
            continue
        main = text.partition("\n## 附則")[0]
        found = re.search(
            rf"(?ms)^\*\*{article_label(clause.article)}(?:（[^*]*)?\*\*.*?(?=^\*\*第|\Z)", main
        )
        paragraphs = len(re.findall(r"(?m)^\*\*[１２３４５６７８９]", found[0])) + 1 if found else 0
        if clause.law not in text[:400] or (clause.paragraph or 1) > paragraphs:
            lost.append((name, clause.text))
    assert lost == []
    assert len(texts()) >= 8


def test_one_law_has_one_identifier() -> None:
    names: dict[str, set[str]] = {}
    for _, clause in cited():
        names.setdefault(clause.law, set()).add(clause.egov)
    assert {law: found for law, found in names.items() if len(found) > 1} == {}
