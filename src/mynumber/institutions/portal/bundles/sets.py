"""A set from its beginning on: its drafts, the answers they share, how far each has come."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import uuid4

import msgspec
from django.db import IntegrityError, transaction

from mynumber.foundation.procedures import answers
from mynumber.foundation.procedures.answers import Reading
from mynumber.foundation.procedures.definition import LifeEvent, Procedure, Register, RegisterItem
from mynumber.institutions.portal.account.models import Account
from mynumber.institutions.portal.applications import committing, drafts, kept
from mynumber.institutions.portal.applications.committing import NotReady
from mynumber.institutions.portal.applications.models import Application
from mynumber.institutions.portal.bundles import due
from mynumber.institutions.portal.bundles.models import Bundle, Part
from mynumber.webkit.filling.content import Content


class Kept(msgspec.Struct, kw_only=True, omit_defaults=True):
    """What a set holds sealed. It does not print itself."""

    happened_on: date | None = None
    typed: dict[str, Any] = {}
    """Answers of the shared form, by field."""
    seen: bool = False

    def __repr__(self) -> str:
        return "Kept(...)"


@dataclass(frozen=True, slots=True)
class Member:
    """An application of a set and its form as it is filled so far."""

    application: Application
    reading: Reading
    content: Content

    @property
    def procedure(self) -> Procedure:
        """In the version under which it is filed."""
        return self.reading.procedure

    @property
    def lacking(self) -> int:
        """How many answers are still to be given or mended."""
        return len(self.reading.all_problems)


def begin(
    account: Account,
    event: LifeEvent,
    procedures: Iterable[Procedure],
    *,
    happened_on: date | None,
    now: datetime,
) -> Bundle:
    """The live set of this account for the event, with a draft for each procedure; what is applied for already joins as it is."""
    bundle = Bundle.objects.filter(account=account, event=event.value, live=True).first()
    if bundle is None:
        bundle = Bundle(id=uuid4(), account=account, event=event.value, begun_at=now, saved_at=now)
        _put(bundle, Kept(happened_on=happened_on))
        try:
            with transaction.atomic():
                bundle.save(force_insert=True)
        except IntegrityError:  # another tab was faster
            bundle = Bundle.objects.get(account=account, event=event.value, live=True)
    for procedure in procedures:
        application, is_new = drafts.begin(account, procedure, now=now)
        Part.objects.get_or_create(bundle=bundle, application=application)
        if is_new:
            content = kept.content_of(application)
            content.typed |= due.given_by(event, happened_on, procedure)
            drafts.save(application, content, now=now)
    return bundle


def kept_of(bundle: Bundle) -> Kept:
    """What the set holds."""
    return kept.unseal_json(bundle.content, Kept, about=f"{bundle.pk}/bundle")


def _put(bundle: Bundle, content: Kept) -> None:
    bundle.content = kept.seal_as_json(content, about=f"{bundle.pk}/bundle")


def members(bundle: Bundle, *, now: datetime, lock: bool = False) -> tuple[Member, ...]:
    """The applications of the set in the order in which they were chosen."""
    rows = Application.objects.select_for_update() if lock else Application.objects.all()
    ids = list(bundle.parts.order_by("pk").values_list("application_id", flat=True))
    by_id = {each.pk: each for each in rows.filter(pk__in=ids, account=bundle.account_id).order_by("pk")}
    found = []
    for ident in ids:
        if ident in by_id:
            content = kept.content_of(by_id[ident])
            found.append(Member(by_id[ident], drafts.reading_of(by_id[ident], content, now=now), content))
    return tuple(found)


def open_members(all_members: Iterable[Member]) -> tuple[Member, ...]:
    """Those of which nothing was sent yet."""
    return tuple(each for each in all_members if each.application.is_draft and each.application.editing)


def told_otherwise(bundle: Bundle, all_members: Iterable[Member]) -> date | None:
    """The day of death that the register gave, where the person wrote another one; the forms take the register's."""
    happened_on = kept_of(bundle).happened_on
    if happened_on is None or bundle.event != LifeEvent.DEATH.value:
        return None
    for member in all_members:
        for field in member.procedure.field:
            if isinstance(field.source, Register) and field.source.item is RegisterItem.DIED_ON:
                told = member.content.known.get(field.id)
                if isinstance(told, str) and told != happened_on.isoformat():
                    return date.fromisoformat(told)
    return None


def shared_form(
    bundle: Bundle, opened: tuple[Member, ...], *, now: datetime
) -> tuple[Reading, Content, tuple[due.Shared, ...]]:
    """The questions that the open drafts share, with what is known and was answered."""
    procedures = tuple(each.procedure for each in opened)
    questions = due.shared(procedures)
    content = Content(typed=dict(kept_of(bundle).typed))
    for question in questions:
        for member in opened:
            field = dict(question.takers).get(member.procedure.id)
            if field is not None and field in member.content.known:
                content.known.setdefault(question.field.id, member.content.known[field])
                for path, origin in member.content.origins.items():
                    if path.split(".")[0] == field:
                        content.origins.setdefault(question.field.id + path.removeprefix(field), origin)
    form = due.form_of(procedures, questions)
    reading = answers.read(form, content.typed, today=drafts.today_of(now), known=content.known)
    return reading, content, questions


def share(
    bundle: Bundle,
    opened: tuple[Member, ...],
    content: Content,
    questions: tuple[due.Shared, ...],
    *,
    now: datetime,
) -> None:
    """Keep the shared answers, and put them into each draft. The caller holds the drafts' locks."""
    held = kept_of(bundle)
    held.typed, held.seen = content.typed, True
    _put(bundle, held)
    Bundle.objects.filter(pk=bundle.pk).update(content=bundle.content, saved_at=now)
    given = due.spread(questions, content.typed)
    for member in opened:
        member.content.typed |= given.get(member.procedure.id, {})
        drafts.save(member.application, member.content, now=now)


def ready(all_members: Iterable[Member], *, now: datetime) -> tuple[tuple[Member, Reading], ...]:
    """The drafts that could be sent now."""
    found = []
    for member in open_members(all_members):
        try:
            found.append((member, committing.complete_reading(member.application, now=now)))
        except NotReady:
            continue
    return tuple(found)


def close(bundle: Bundle) -> None:
    """The set is over; its applications and drafts stay what they are."""
    Bundle.objects.filter(pk=bundle.pk).update(live=False)


def forget(account: Account, _now: datetime) -> None:
    """The account ends: every set goes with what was answered for all of it. What was sent is an application of its own."""
    Bundle.objects.filter(account=account).delete()
