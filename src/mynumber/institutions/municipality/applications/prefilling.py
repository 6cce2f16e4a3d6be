"""記入済みの様式: what the body knows of a form, for the person who is signed in and agreed. Recorded with its refusals (個人情報保護法第69条)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

import msgspec

from mynumber.foundation.envelope import CLOCK_SKEW
from mynumber.foundation.procedures.definition import OwnRecords, Register
from mynumber.foundation.procedures.loading import UnknownProcedure, catalogue
from mynumber.institutions.municipality.applications.finding import Looking, in_registers, version_of
from mynumber.institutions.municipality.applications.identifying import identify
from mynumber.institutions.municipality.applications.models import Disclosure
from mynumber.institutions.municipality.representation import rights
from mynumber.protocols.applications import KnownField, Prefill, Prefilled, UnknownField
from mynumber.protocols.refusal import Hop, Reason, Refused
from mynumber.webkit.examination.sheets import JAPAN
from mynumber.webkit.tenancy import current_tenant

NOT_FOUND: Final = "氏名・住所・生年月日・性別がこの団体の住民票と一致しませんでした。"
CONSENT_LASTS: Final = timedelta(days=1)
"""A draft may be gone on with later; then the person is asked again."""


def prefill(question: Prefill, *, sender: str, at: datetime) -> Prefilled:
    """Tell it, and write that it was told into the same transaction. Raises Refused(UNKNOWN_RECORD) for an unknown form.

    Exactly one person of the register, or nothing. Of a person under a protective measure (支援措置) no address leaves the register: whoever
    holds the card and knows its PIN may not be the person.
    """
    try:
        procedure = version_of(question.form.procedure, question.form.version)
    except UnknownProcedure:
        raise Refused(Hop.PROVIDER, Reason.UNKNOWN_RECORD, "no such form") from None
    procedure = catalogue().local(procedure, current_tenant(), at.astimezone(JAPAN).date()).procedure
    if not at - CONSENT_LASTS <= question.agreed_at <= at + CLOCK_SKEW:
        raise Refused(Hop.PROVIDER, Reason.NOT_ENTITLED, "the consent is not of this visit")
    rights.require(procedure, question.applicant, question.proxy, question.representation, at=at)
    identified = identify(question.applicant)
    known: list[KnownField] = []
    unknown: list[UnknownField] = []
    wanted = {path.partition("[")[0].partition(".")[0] for path in question.fields}
    prefilled = [
        each for each in procedure.field if each.how.is_prefilled and (not wanted or each.id in wanted)
    ]
    if identified.person is None:
        taken = [each for each in prefilled if isinstance(each.source, Register | OwnRecords)]
        unknown = [UnknownField(path=each.id, reason=NOT_FOUND) for each in taken]
    else:
        found = in_registers(Looking(procedure, identified.person, at, for_applicant=True))
        shown = {each.id for each in procedure.field if not wanted or each.id in wanted}
        for name, value in found.values.items():
            if name in shown:
                origin = found.origins[name]
                known.append(
                    KnownField(
                        path=name, value=msgspec.json.encode(value), source=origin.source, as_of=origin.as_of
                    )
                )
        unknown = [
            UnknownField(path=path, reason=reason)
            for path, reason in found.unknown.items()
            if path.partition("[")[0] in shown
        ]
    disclosure = Disclosure.objects.create(
        at=at,
        sender=sender,
        procedure=procedure.id,
        version=procedure.since,
        person=identified.person,
        certificate=question.certificate,
        agreed_at=question.agreed_at,
        told=[each.path for each in known],
        withheld=[each.path for each in unknown],
        outcome=identified.outcome,
    )
    if question.proxy is not None and question.representation is not None:
        rights.keep_told(disclosure, question.proxy, question.representation)
    return Prefilled(known=tuple(known), unknown=tuple(unknown))
