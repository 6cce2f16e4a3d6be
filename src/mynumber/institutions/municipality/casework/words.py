"""Facts, sources and refusals as the case worker reads them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

import msgspec

from mynumber.foundation.facts import groups
from mynumber.foundation.law import InformationKind, LocalBasis, Provision
from mynumber.institutions.municipality.casework.asking import may_be_repeated
from mynumber.institutions.municipality.casework.closed import advice as advice_while_closed
from mynumber.institutions.municipality.casework.models import CaseInquiry, InquiryState
from mynumber.institutions.municipality.own_use.filing import basis_for
from mynumber.protocols.directory import Directory
from mynumber.protocols.exchange import Outcome
from mynumber.protocols.facts import UnknownLayout
from mynumber.protocols.hours import Availability
from mynumber.protocols.refusal import Reason
from mynumber.webkit.face.parts import Chip, Kind
from mynumber.webkit.face.words import JST

_ADVICE: Final = {
    Reason.NOT_IN_TABLE: "この機関からこの情報は受け取れません。必要なら、本人に書類の提出を求めてください。",
    Reason.NOT_ENTITLED: "この事務を行う権限を、管理者に確かめてください。",
    Reason.NO_CODE_HELD: "管理者に、この人の符号の取得を依頼してから、照会し直してください。",
    Reason.UNKNOWN_CODE: "管理者に、この人の符号の取得を依頼してから、照会し直してください。",
    Reason.PROVIDER_HAS_NO_CODE: "この人を知らない機関かもしれません。照会先が正しいか確かめるか、本人に書類の提出を求めてください。",
    Reason.UNKNOWN_PROVIDER: "照会先を選び直してください。",
    Reason.NO_COPY: "照会先に電話で確かめるか、本人に書類の提出を求めてください。",
    Reason.NOT_AUTOMATIC: "照会先の確認を待って、照会し直してください。",
    Reason.RECORD_UNAVAILABLE: "時間をおいて照会し直してください。続くときは管理者に知らせてください。",
    Reason.NETWORK_UNREACHABLE: "時間をおいて照会し直してください。続くときは管理者に知らせてください。",
    Reason.PROVIDER_UNREACHABLE: "時間をおいて照会し直してください。",
    Reason.UNREACHABLE: "時間をおいて照会し直してください。続くときは管理者に知らせてください。",
    Reason.UNAVAILABLE: "時間をおいて照会し直してください。",
    Reason.PROVIDER_CLOSED: "受付が始まってから照会し直すか、本人に書類の提出を求めてください。",
}
_OTHERWISE: Final = "照会し直しても同じときは、照会番号を管理者に知らせてください。"
_NO_DATA: Final = (
    "照会先に、この人のこの情報は登録されていません。本人に確かめるか、照会先を選び直してください。"
)
_INTERRUPTED: Final = "こちらのシステムが答えを待つ間に止まりました。もう一度照会できます。相手で何が起きたかは「照会の記録」で確かめられます。"


@dataclass(frozen=True, slots=True)
class Line:
    """One value of a fact."""

    term: str
    value: str


@dataclass(frozen=True, slots=True)
class Told:
    """An inquiry as the page tells it."""

    inquiry: CaseInquiry
    information: str
    provider: str
    chip: Chip
    groups: tuple[tuple[Line, ...], ...]
    """The values of the fact; one group for each benefit."""
    nothing: str
    """What an empty or unreadable fact means."""
    provision: Provision | None
    law: str
    """The place in the law and its words."""
    hop: str
    why: str
    advice: str
    repeatable: bool


def tell(inquiry: CaseInquiry, directory: Directory, closed: Mapping[str, Availability]) -> Told:
    """Everything about an inquiry in words. ``closed``: what providers that were closed say of themselves now."""
    groups, nothing = _fact(inquiry)
    on = inquiry.asked_at.astimezone(JST).date()
    provision = basis_for(inquiry.provision, on).provision(inquiry.provision)
    why, advice = _why(inquiry)
    if inquiry.refused_why is Reason.PROVIDER_CLOSED and inquiry.provider in closed:
        advice = advice_while_closed(inquiry.information, closed[inquiry.provider])
    return Told(
        inquiry=inquiry,
        information=information_label(inquiry.information),
        provider=directory.name(inquiry.provider),
        chip=chip_of(inquiry),
        groups=groups,
        nothing=nothing,
        provision=provision,
        law=law_of(provision, on) if provision else "",
        hop=inquiry.refused_at.label_ja if inquiry.refused_at else "",
        why=why,
        advice=advice,
        repeatable=may_be_repeated(inquiry),
    )


def information_label(name: str) -> str:
    """The Japanese label of a kind of information; the name itself if it is none."""
    try:
        return InformationKind.named(name).label_ja
    except ValueError:
        return name


def law_of(provision: Provision, on: date) -> str:
    """The place of a provision in the law of that day."""
    basis = basis_for(provision.id, on)
    affair = basis.affair(provision.affair_id)
    if isinstance(basis, LocalBasis):
        own = basis.rows[affair.id]
        return f"番号法第19条第9号、{own.ordinance}（{provision.id}、第二条の表の{affair.item_label}の項に準じる）"
    return (
        "番号法第19条第8号、利用特定個人情報の提供に関する命令 "
        f"第二条の表の{affair.item_label}の項（細目は{provision.article_label}）"
    )


def chip_of(inquiry: CaseInquiry) -> Chip:
    """The state in one word."""
    if inquiry.state == InquiryState.ASKING:
        return Chip("回答待ち" if inquiry.result is Outcome.WAITING else "照会中", Kind.INFO)
    if inquiry.state == InquiryState.INTERRUPTED:
        return Chip("中断", Kind.WARN)
    match inquiry.result:
        case Outcome.PROVIDED:
            return Chip("提供された", Kind.SUCCESS)
        case Outcome.NO_DATA:
            return Chip("該当情報なし", Kind.WARN)
        case Outcome.REFUSED:
            return Chip("拒否された", Kind.ERROR)
        case result:
            return Chip(result.label_ja if result else "不明", Kind.WARN)


def _why(inquiry: CaseInquiry) -> tuple[str, str]:
    """Reason in a sentence, and what to do."""
    if inquiry.state == InquiryState.INTERRUPTED:
        reason = inquiry.refused_why
        return (reason.sentence_ja if reason else ""), _INTERRUPTED
    if inquiry.result is Outcome.NO_DATA:
        return "", _NO_DATA
    if inquiry.refused_why is not None:
        return inquiry.refused_why.sentence_ja, _ADVICE.get(inquiry.refused_why, _OTHERWISE)
    return "", ""


def _fact(inquiry: CaseInquiry) -> tuple[tuple[tuple[Line, ...], ...], str]:
    if inquiry.result is not Outcome.PROVIDED:
        return (), ""
    try:
        fact = inquiry.received.read()
    except (UnknownLayout, ValueError, msgspec.DecodeError):
        return (), "この画面では読めない形の情報です。照会番号を管理者に知らせてください。"
    told = groups(fact)
    return tuple(tuple(Line(row.label, row.value) for row in group.rows) for group in told), ""
