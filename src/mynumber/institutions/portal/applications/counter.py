"""A code for the counter: the applicant shows it, the clerk takes the draft, and both read it in the history."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Final

from mynumber.foundation.procedures import answers
from mynumber.institutions.portal.account import vault
from mynumber.institutions.portal.applications import bodies, drafts, kept
from mynumber.institutions.portal.applications.models import Application, HappeningKind
from mynumber.protocols.applications import Draft, Form, TakeDraft
from mynumber.protocols.refusal import Hop, Reason, Refused
from mynumber.webkit.messages import Question

ALPHABET: Final = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Without characters that are read as others."""
LENGTH: Final = 12
VALIDITY: Final = timedelta(hours=24)


def new_code(application: Application, *, now: datetime) -> str:
    """A code that replaces earlier ones; shown once. Raises NotOpen."""
    code = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    changed = Application.objects.filter(pk=application.pk, editing=True, applicant__isnull=False).update(
        counter_code=vault.digest(code), counter_code_until=now + VALIDITY
    )
    if not changed:
        raise drafts.NotOpen
    drafts.note(application, HappeningKind.CODE_MADE, now)
    return code


def take(question: Question[TakeDraft]) -> Draft:
    """TAKE_DRAFT: the draft of the code, once, for the body that would get it. Raises Refused."""
    asked = question.body
    application = (
        Application.objects.select_for_update()
        .filter(
            counter_code=vault.digest(asked.code),
            counter_code_until__gt=question.at,
            body=question.sender,
            editing=True,
        )
        .first()
    )
    applicant = kept.applicant_of(application) if application is not None else None
    if application is None or applicant is None:
        raise Refused(Hop.PORTAL, Reason.UNKNOWN_RECORD)
    application.counter_code = application.counter_code_until = None
    application.save(update_fields=["counter_code", "counter_code_until"])
    reading = drafts.reading_of(application, kept.content_of(application), now=question.at)
    drafts.note(
        application, HappeningKind.TAKEN, question.at, f"{bodies.name_of(question.sender)} {asked.clerk}"
    )
    return Draft(
        application=application.pk,
        form=Form(procedure=application.procedure, version=application.version),
        applicant=applicant,
        answers=answers.encode(reading.procedure, reading.values),
    )
