"""記入済みの様式: what the body knows of a form, for the person who is signed in and agreed. Recorded with its refusals (個人情報保護法第69条)."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from mynumber.foundation.procedures.definition import OwnRecords, Register
from mynumber.foundation.procedures.loading import catalogue
from mynumber.institutions.municipality.applications.finding import Looking, in_registers
from mynumber.institutions.municipality.applications.identifying import identify
from mynumber.institutions.municipality.applications.models import Disclosure
from mynumber.institutions.municipality.representation import rights
from mynumber.protocols.applications import Prefill, Prefilled
from mynumber.webkit.examination.answering import disclosed, fields_asked, form_asked, nothing, prefilled
from mynumber.webkit.examination.sheets import day
from mynumber.webkit.tenancy import current_tenant

NOT_FOUND: Final = "氏名・住所・生年月日・性別がこの団体の住民票と一致しませんでした。"


def prefill(question: Prefill, *, sender: str, at: datetime) -> Prefilled:
    """Tell it, and write that it was told into the same transaction. Raises Refused(UNKNOWN_RECORD) for an unknown form.

    Exactly one person of the register, or nothing. Of a person under a protective measure (支援措置) no address leaves the register: whoever
    holds the card and knows its PIN may not be the person.
    """
    procedure = catalogue().local(form_asked(question, at=at), current_tenant(), day(at)).procedure
    rights.require(procedure, question.applicant, question.proxy, question.representation, at=at)
    identified = identify(question.applicant)
    fields = fields_asked(question, procedure)
    if identified.person is None:
        taken = (
            each.id
            for each in procedure.field
            if each.how.is_prefilled and each.id in fields and isinstance(each.source, Register | OwnRecords)
        )
        answer = nothing(taken, NOT_FOUND)
    else:
        found = in_registers(Looking(procedure, identified.person, at, for_applicant=True))
        answer = prefilled(found, fields)
    record = disclosed(question, procedure, answer, sender=sender, outcome=identified.outcome, at=at)
    disclosure = Disclosure.objects.create(person=identified.person, **record)
    if question.proxy is not None and question.representation is not None:
        rights.keep_told(disclosure, question.proxy, question.representation)
    return answer
