"""The applicant's side: whom to ask, a link with a code, what came back. What an employer said the applicant cannot change, only ask for anew."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.urls import reverse

from mynumber.foundation.procedures import answers
from mynumber.foundation.procedures.answers import Reading
from mynumber.foundation.procedures.definition import Delivery, Field, FieldType, Procedure
from mynumber.institutions.portal.account import vault
from mynumber.institutions.portal.account.models import Account
from mynumber.institutions.portal.applications import drafts, kept
from mynumber.institutions.portal.applications.counter import ALPHABET, LENGTH
from mynumber.institutions.portal.applications.models import Application
from mynumber.institutions.portal.employers.models import Invitation
from mynumber.webkit.face.journey import Task, TaskState
from mynumber.webkit.face.language import say
from mynumber.webkit.filling.content import Content, Fixed

VALIDITY: Final = timedelta(days=30)
CERTIFICATE: Final = "employment_certificate"


class NotAsked(LookupError):
    """The application does not ask for a certificate of this person."""


@dataclass(frozen=True, slots=True)
class Worker:
    """Somebody whose employment the form wants certified."""

    group: str
    person: str
    field: str
    name: str
    """As it stands in the form; the applicant may write it otherwise for the employer."""
    invitation: Invitation | None


def certificate_fields(procedure: Procedure) -> Iterator[tuple[Field, Field]]:
    """The groups whose entries ask for a certificate, with that field."""
    for group in procedure.field:
        for field in group.field:
            if field.type is FieldType.EMPLOYMENT_CERTIFICATE:
                yield group, field


def workers(application: Application, reading: Reading) -> list[Worker]:
    """Who needs one: entries that show the field."""
    live = {(each.group, each.person): each for each in application.invitations.filter(closed_at=None)}
    shown = {path for path, _ in answers.visible_paths(reading.procedure, reading.values)}
    found = []
    for group, field in certificate_fields(reading.procedure):
        for index, entry in enumerate(reading.values.get(group.id) or ()):
            person = entry.get("person") if isinstance(entry, Mapping) else None
            if isinstance(person, str) and f"{group.id}.{index}.{field.id}" in shown:
                name = str(entry.get("name") or "")
                found.append(Worker(group.id, person, field.id, name, live.get((group.id, person))))
    return found


def task(application: Application, reading: Reading) -> Task | None:
    """The line of the task list; None where nobody needs one."""
    asked = workers(application, reading)
    if not asked:
        return None
    answered = sum(1 for each in asked if each.invitation and each.invitation.joined_at)
    begun = any(each.invitation for each in asked)
    return Task(
        say("就労証明書を勤め先に頼む", "Ask the employer for the certificate", "会社に 証明書を たのむ"),
        reverse("application-employers", args=[application.pk]),
        TaskState.DONE if answered == len(asked) else TaskState.STARTED if begun else TaskState.TODO,
        say(
            f"{len(asked)}人のうち{answered}人分が届いています。",
            f"{answered} of {len(asked)} arrived.",
            f"{len(asked)}人の うち {answered}人 とどきました。",
        ),
    )


def invite(application: Application, worker: Worker, name: str, *, now: datetime) -> tuple[Invitation, str]:
    """A new invitation and its code, which is shown once; what was asked before for this person is closed and no longer fixed. Raises NotOpen."""
    if not application.editing:
        raise drafts.NotOpen
    code = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    with transaction.atomic():
        close(application, worker, now=now)
        made = Invitation(
            application=application,
            group=worker.group,
            person=worker.person,
            field=worker.field,
            code=vault.digest(code),
            made_at=now,
            until=now + VALIDITY,
        )
        made.worker = kept.seal(name.encode(), about=f"{made.pk}/worker")
        made.save(force_insert=True)
    return made, code


def close(application: Application, worker: Worker, *, now: datetime) -> None:
    """Take back what was asked for this person, and what it put into the draft."""
    live = application.invitations.filter(group=worker.group, person=worker.person, closed_at=None)
    papers = [each.paper_id for each in live if each.paper_id]
    if not live.update(closed_at=now):
        return
    application.papers.filter(pk__in=papers).delete()
    content = kept.content_of(application)
    content.fixed = [
        each for each in content.fixed if (each.group, each.person) != (worker.group, worker.person)
    ]
    drafts.save(application, content, now=now)


def forget(account: Account, _now: datetime) -> None:
    """The account ends: links and codes are worth nothing any more, and what employers filled goes; what was sent with an application stays there."""
    Invitation.objects.filter(application__account=account).delete()


def worker_name(invitation: Invitation) -> str:
    """The name as the applicant typed it."""
    return kept.unseal(invitation.worker, about=f"{invitation.pk}/worker").decode()


def fix(
    content: Content, procedure: Procedure, invitation: Invitation, said: Mapping[str, object], source: str
) -> None:
    """Put a certificate into a draft: its number, and what the form takes from it. The applicant cannot change these."""
    group = next(each for each in procedure.field if each.id == invitation.group)
    given: dict[str, object] = {invitation.field: invitation.number}
    for each in group.field:
        if isinstance(each.source, Delivery) and each.source.document == CERTIFICATE:
            value = said.get(each.source.path)
            if value is not None:
                given[each.id] = value
    content.fixed = [
        each for each in content.fixed if (each.group, each.person) != (invitation.group, invitation.person)
    ] + [
        Fixed(group=invitation.group, person=invitation.person, field=name, value=value, source=source)
        for name, value in given.items()
    ]
