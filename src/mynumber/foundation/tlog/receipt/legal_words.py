"""The law's words beside the ids in a record: "81-1" alone tells a resident nothing."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta, timezone
from typing import Final

from mynumber.foundation.law import InformationKind, LawError, LegalBasis, legal_basis
from mynumber.foundation.tlog.receipt.words import Language

JAPAN: Final = timezone(timedelta(hours=9), "JST")


def legal_words(name: str, value: str, record: Mapping[str, object], language: Language) -> str | None:
    """What the table that applied on the day of the record calls an affair, a provision or a kind of information.

    None when the member is none of these or the table does not know it: then the id stands alone. The words are the program's, not the record's.
    """
    if name == "information":
        return _information(value, language)
    basis = _basis(record)
    if basis is None:
        return None
    if name == "affair":
        try:
            affair = basis.affair(value)
        except LookupError:
            return None
        return f"第二条の表{affair.item_label}の項（{affair.article_label}）: {affair.words}"
    if name == "provision":
        provision = basis.provision(value)
        if provision is None:
            return None
        return f"{provision.article_label}: {provision.provider_words}が{provision.information_words}を提供"
    return None


def _information(value: str, language: Language) -> str | None:
    try:
        kind = InformationKind.named(value)
    except ValueError:
        return None
    return kind.label_ja if language is Language.JAPANESE else kind.label_en


def _basis(record: Mapping[str, object]) -> LegalBasis | None:
    day = _day(record.get("requested_at")) or _day(record.get("at"))
    if day is None:
        return None
    try:
        return legal_basis(day)
    except LawError:
        return None


def _day(text: object) -> date | None:
    if not isinstance(text, str):
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return None if moment.tzinfo is None else moment.astimezone(JAPAN).date()
