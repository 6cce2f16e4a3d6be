"""A report as the page shows it, in the visitor's language."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from mynumber.foundation.validation import Conclusion, Outcome, Report, SignatureReport, attributes_of
from mynumber.foundation.validation.words import (
    CHECKS,
    CONCLUSIONS,
    OUTCOMES,
    REASONS,
    REMARKS,
    Language,
    chosen,
)
from mynumber.webkit.face.parts import Chip, Kind, Table

_TONES = {
    Conclusion.TOTAL_PASSED: Kind.SUCCESS,
    Conclusion.INDETERMINATE: Kind.WARN,
    Conclusion.TOTAL_FAILED: Kind.ERROR,
}
_CHIPS = {Outcome.PASSED: Kind.SUCCESS, Outcome.FAILED: Kind.ERROR, Outcome.CANNOT_TELL: Kind.WARN}
_HOLDER = {
    "name": ("氏名", "Name"),
    "birth_date": ("生年月日", "Date of birth"),
    "sex": ("性別", "Sex"),
    "address": ("住所", "Address"),
}
_SEXES = {"male": ("男", "male"), "female": ("女", "female"), "unstated": ("記載なし", "not stated")}


@dataclass(frozen=True, slots=True)
class ShownSignature:
    """One signature of the page."""

    title: str
    tone: str
    conclusion: str
    names: str
    """As ETSI EN 319 102-1 names it."""
    reason: str
    form: str
    claimed_at: datetime | None
    proven_at: datetime | None
    revoked_at: datetime | None
    covered: str
    sha256: str
    remarks: tuple[str, ...]
    holder: tuple[tuple[str, str], ...]
    checks: Table


@dataclass(frozen=True, slots=True)
class ShownReport:
    """The whole page's result."""

    tone: str
    conclusion: str
    sha256: str
    length: int
    checked_at: datetime
    signatures: tuple[ShownSignature, ...]


def shown(report: Report, language: Language) -> ShownReport:
    """The report in words and tables."""
    several = len(report.signatures) > 1
    return ShownReport(
        _TONES[report.conclusion].value,
        chosen(CONCLUSIONS[report.conclusion], language),
        report.sha256,
        report.length,
        report.checked_at,
        tuple(
            _signature(signature, number if several else None, language)
            for number, signature in enumerate(report.signatures, start=1)
        ),
    )


def _signature(report: SignatureReport, number: int | None, language: Language) -> ShownSignature:
    words = _Words(language)
    coverage, sub_indication = report.coverage, report.sub_indication
    title = words.of("署名", "Signature") + (f" {number}" if number else "")
    is_good = report.conclusion is Conclusion.TOTAL_PASSED
    return ShownSignature(
        title=title,
        tone=_TONES[report.conclusion].value,
        conclusion=chosen(CONCLUSIONS[report.conclusion], language),
        names=report.conclusion.value + (f" / {sub_indication.value}" if sub_indication else ""),
        reason="" if is_good else chosen(REASONS[report.reason], language),
        form=report.format.value,
        claimed_at=report.claimed_at,
        proven_at=report.proven_at,
        revoked_at=report.revoked_at,
        covered=_covered(report, words),
        sha256=coverage.sha256 if coverage else "",
        remarks=tuple(chosen(REMARKS[remark], language) for remark in coverage.remarks) if coverage else (),
        holder=_holder(report, words),
        checks=Table.build(
            words.of(f"{title}：確かめたこと", f"{title}: what was checked"),
            [
                words.of("確かめたこと", "Check"),
                words.of("結果", "Result"),
                words.of("理由", "Why"),
                words.of("よりどころ", "Source"),
            ],
            [
                [
                    chosen(CHECKS[check.name], language),
                    Chip(chosen(OUTCOMES[check.outcome], language), _CHIPS[check.outcome]),
                    chosen(REASONS[check.reason], language),
                    check.source,
                ]
                for check in report.checks
            ],
        ),
    )


@dataclass(frozen=True, slots=True)
class _Words:
    language: Language

    def of(self, japanese: str, english: str) -> str:
        return chosen((japanese, english), self.language)


def _covered(report: SignatureReport, words: _Words) -> str:
    coverage = report.coverage
    if coverage is None:
        return ""
    size = f"{coverage.length:,}"
    if coverage.whole:
        return words.of(
            f"文書の全体（署名そのものを除く{size}バイト）",
            f"The whole document ({size} bytes, without the signature itself)",
        )
    return words.of(
        f"文書の一部または前の版（{size}バイト）", f"A part or an earlier revision ({size} bytes)"
    )


def _holder(report: SignatureReport, words: _Words) -> tuple[tuple[str, str], ...]:
    if report.holder is None or report.holder.attributes is None:
        return ()
    attributes = attributes_of(report.holder.attributes)
    attributes["sex"] = words.of(*_SEXES[attributes["sex"]])
    return tuple((words.of(*_HOLDER[name]), value) for name, value in attributes.items())
