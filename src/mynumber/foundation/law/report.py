"""How complete the parse of articles 3 ff. is, in figures that a second count of the raw text must confirm."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from mynumber.foundation.law.basis import LegalBasis, committed_history, legal_basis
from mynumber.foundation.law.kinds import InformationKind
from mynumber.foundation.law.provisions import Provision


@dataclass(frozen=True, slots=True)
class Coverage:
    """The figures of one text.

    `stated` are the places where an article states information; `items` counts one for each exact affair and row that has it, those by reference
    (`referred`) included. `kinds` counts items by kind; an item that belongs to several counts under each. `unmapped` are rows without
    any item: none, or the import would have failed. `silent` are kinds that a row names beside others while no article fills them.
    """

    text_of: date
    affairs: int
    provisions: int
    articles: int
    details: int
    stated: int
    items: int
    referred: int
    kinds: Mapping[InformationKind, int]
    unmapped: tuple[Provision, ...]
    silent: tuple[tuple[Provision, InformationKind], ...]


def coverage(basis: LegalBasis) -> Coverage:
    """Count one text."""
    named = {
        rule.id: frozenset(kind for item in basis.items_of(rule.id) for kind in item.kinds)
        for rule in basis.provisions
    }
    return Coverage(
        text_of=basis.text_of,
        affairs=len(basis.affairs),
        provisions=len(basis.provisions),
        articles=len({detail.place.article for detail in basis.details}),
        details=len(basis.details),
        stated=len({item.place for item in basis.items}),
        items=len(basis.items),
        referred=sum(item.via is not None for item in basis.items),
        kinds=Counter(kind for item in basis.items for kind in item.kinds),
        unmapped=tuple(rule for rule in basis.provisions if not named[rule.id]),
        silent=tuple(
            (rule, kind)
            for rule in basis.provisions
            for kind in InformationKind
            if kind in rule.information_kinds - named[rule.id]
        ),
    )


_COLUMNS: Final = (
    "施行日",
    "事務",
    "規定",
    "条",
    "細分された事務",
    "情報の記載",
    "項目",
    "うち引用",
    "対応なし",
)


def report_lines(on: date) -> list[str]:
    """The report as text: every text known, then the text of that day by kind. Raises NotInForce."""
    lines = ["\t".join(_COLUMNS)]
    for text in committed_history().texts:
        found = coverage(legal_basis(text))
        figures = (
            found.affairs,
            found.provisions,
            found.articles,
            found.details,
            found.stated,
            found.items,
            found.referred,
            len(found.unmapped),
        )
        lines.append("\t".join([text.isoformat(), *map(str, figures)]))
    found = coverage(legal_basis(on))
    lines += ["", f"{found.text_of.isoformat()} 施行の本文、情報の種別ごとの項目の数"]
    lines += [f"{found.kinds[kind]:5}  {kind.label_ja}" for kind in InformationKind if found.kinds[kind]]
    lines += (
        ["", "対応する項目のない規定", *(f"  {rule.id}" for rule in found.unmapped)] if found.unmapped else []
    )
    lines += ["", "表が挙げ、細目を定める条に項目のない種別（規定のほかの種別には項目がある）"]
    lines += [f"  {rule.id}\t{kind.label_ja}" for rule, kind in found.silent] or ["  なし"]
    return lines
