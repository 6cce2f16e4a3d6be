"""Who filed an application for whom, and what shows the right to represent (代理権を示すもの): for the case worker's page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from mynumber.foundation.procedures.loading import UnknownProcedure, catalogue
from mynumber.institutions.municipality.applications.models import Application
from mynumber.institutions.municipality.representation.models import ByProxy, Kind
from mynumber.institutions.municipality.systems import directory


@dataclass(frozen=True, slots=True, repr=False)
class Standing:
    """The newest sending that a proxy made. Prints nobody."""

    name: str
    kind: str
    birth: date
    person: str
    since: date
    until: date
    procedures: tuple[str, ...]
    ground: str
    claim: int | None
    """The claim that this municipality confirmed."""
    grant: str
    is_newest: bool
    """Whether nothing was sent by the applicant since."""

    def __repr__(self) -> str:
        return "Standing(...)"


def shown(application: Application) -> Standing | None:
    """None where the applicant sent it."""
    row = (
        ByProxy.objects.filter(submission__application=application)
        .select_related("claim", "submission")
        .order_by("-submission__sequence")
        .first()
    )
    if row is None:
        return None
    newest = application.submissions.order_by("-sequence").first()
    return Standing(
        name=row.proxy_name,
        kind=str(Kind(row.kind).label),
        birth=row.proxy_birth,
        person=application.stated_name,
        since=row.since,
        until=row.until,
        procedures=tuple(_title(each) for each in row.procedures),
        ground=_ground(row),
        claim=row.claim_id,
        grant=str(row.grant),
        is_newest=newest is not None and newest.pk == row.submission_id,
    )


def _title(procedure: str) -> str:
    try:
        versions = catalogue().versions(procedure)
    except UnknownProcedure:
        return procedure
    return versions[-1].title.ja if versions else procedure


def _ground(row: ByProxy) -> str:
    """What shows the right."""
    if row.claim is not None:
        return f"{row.claim.by_name}が確認しました：{row.claim.get_seen_display()}"
    if row.confirmed_by:
        return f"{directory().name(row.confirmed_by)}が確認しました。"
    return "本人がマイナンバーカードで任せました（マイナポータルの記録）。"
