"""Documents that came by private delivery (民間送達) in an application: offered, looked at again, put in as their sender signed them; what they say is fixed in the draft.

A document is taken only out of the resident's own box, and only while its signature holds: the sender's certificate may have been revoked since it came.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from mynumber.foundation.procedures import delivered
from mynumber.foundation.procedures.definition import Document, Procedure
from mynumber.institutions.portal.account.sessions import Visit
from mynumber.institutions.portal.applications import drafts, kept
from mynumber.institutions.portal.applications.models import Application, Paper
from mynumber.institutions.portal.deliveries import documents
from mynumber.institutions.portal.deliveries.documents import Usable
from mynumber.institutions.portal.deliveries.kept import content_of
from mynumber.institutions.portal.deliveries.looked_at import Checked, ComeAgain, NotTaken
from mynumber.institutions.portal.deliveries.models import Connection, DeliveredDocument, HandedIn, Sender
from mynumber.protocols.applications import Delivered
from mynumber.webkit.face.language import say
from mynumber.webkit.filling.content import Fixed
from mynumber.webkit.safe import CannotOpen

_REVOKED: Final = frozenset({"revoked", "revoked_unproven", "expired"})


class NotUsable(Exception):
    """The document cannot be used; `sentence` says why and what to do, in the visitor's language."""

    def __init__(self, sentence: str) -> None:
        super().__init__("a delivered document cannot be used")
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Offer:
    """A document of the resident's box that a document of the form can be."""

    one: Usable
    fills: tuple[str, ...]
    """Labels of the fields that it fills."""


def box(visit: Visit) -> list[Usable]:
    """What a visitor may hand in: the person themself, not who acts for them."""
    return documents.usable(visit.account) if visit.actor is None else []


def offers(usable: list[Usable], procedure: Procedure, document: Document, spoken: str) -> list[Offer]:
    """Those that can be this document, the kinds that serve as it first. What is neither such a kind nor a PDF cannot."""
    kinds = delivered.kinds_for(document)
    fitting = [one for one in usable if one.kind in kinds]
    others = [one for one in usable if one.kind not in kinds and one.form == "pdf"]
    return [
        Offer(one, tuple(field.label.in_language(spoken) for field in delivered.takes(procedure, one.kind)))
        for one in fitting
    ] + [Offer(one, ()) for one in others]


def hand_in(visit: Visit, held: Application, document: Document, ident: str, *, now: datetime) -> Paper:
    """Put a document of the visitor's own box into the draft; the same one again is there once. Raises NotUsable, TooManyPapers, NotOpen."""
    row = _own(visit, ident)
    procedure = drafts.procedure_of(held)
    fits = row.kind in delivered.kinds_for(document)
    if not fits and row.form != "pdf":
        raise NotUsable(
            say(
                "この書類は、ここには使えません。この手続が求めている書類とは種類が違います。",
                "This document cannot be used here: it is of another kind than the procedure asks for.",
                "この 書類は、ここでは つかえません。",
            )
        )
    try:
        content = content_of(row)
    except CannotOpen:
        raise _damaged() from None
    try:
        checked = _look(content, row.sender, row.connection, row.kind, now)
    except ComeAgain:
        raise NotUsable(not_now()) from None
    facts = {"connection": row.connection, "sender": row.sender, "kind": row.kind}
    with transaction.atomic():
        before = HandedIn.objects.filter(
            **facts, paper__application=held, paper__document=document.id, arrived_at=row.arrived_at
        ).first()
        if before is not None:
            return before.paper
        name = f"{row.sender.kinds.get(row.kind, row.kind)}.{documents.ENDINGS[row.form]}"
        paper = drafts.keep_paper(
            held, document, name=name, media_type=documents.MEDIA[row.form], content=content, now=now
        )
        HandedIn.objects.create(paper=paper, arrived_at=row.arrived_at, **facts)
        said = delivered.values(procedure, row.kind, dict(checked.facts.values), today=drafts.today_of(now))
        if fits and said:
            draft = kept.content_of(held)
            draft.fixed = [each for each in draft.fixed if each.group or each.field not in said] + [
                Fixed(
                    group="",
                    person="",
                    field=field,
                    value=value,
                    source=row.sender.name,
                    paper=paper.pk.hex,
                    as_of=row.arrived_at.isoformat(),
                )
                for field, value in said.items()
            ]
            drafts.save(held, draft, now=now)
    return paper


def take_out(held: Application, paper: UUID, *, now: datetime) -> None:
    """Take a document out of the draft, with what it had filled. Raises NotOpen."""
    with transaction.atomic():
        drafts.remove_paper(held, paper)
        if held.papers.filter(pk=paper).exists():
            return
        draft = kept.content_of(held)
        if any(each.paper == paper.hex for each in draft.fixed):
            draft.fixed = [each for each in draft.fixed if each.paper != paper.hex]
            drafts.save(held, draft, now=now)


def senders_of(held: Application) -> dict[UUID, Sender]:
    """Whose signatures the papers of a draft carry, by paper."""
    return {each.paper_id: each.sender for each in _handed_in(held)}


def require_sound(held: Application, *, now: datetime) -> None:
    """Before it is signed and sent: every delivered document still is what it was. Raises NotUsable, naming the document.

    What cannot be decided now goes on: the body looks itself, and waits for nobody's list of revocations.
    """
    for each in _handed_in(held):
        try:
            _look(drafts.paper_content(each.paper), each.sender, each.connection, each.kind, now)
        except NotUsable as no:
            name = str(each.sender.kinds.get(each.kind, each.kind))
            raise NotUsable(say(f"「{name}」：{no.sentence}", f"{name}: {no.sentence}")) from None
        except CannotOpen:
            raise _damaged() from None
        except ComeAgain:
            continue


def claims(held: Application) -> dict[UUID, Delivered]:
    """What the body is told about where its papers came from, by paper."""
    return {
        each.paper_id: Delivered(
            provider=each.connection.provider_id,
            sender=each.sender.key,
            kind=each.kind,
            address=each.connection.address,
            arrived_at=each.arrived_at,
        )
        for each in _handed_in(held)
    }


def _handed_in(held: Application) -> list[HandedIn]:
    rows = HandedIn.objects.filter(paper__application=held)
    return list(rows.select_related("paper", "connection", "sender__provider").order_by("paper__uploaded_at"))


def _own(visit: Visit, ident: str) -> DeliveredDocument:
    """A document of the visitor's own box. Raises NotUsable for another's, as for one that is gone."""
    try:
        row = documents.find(visit.account, UUID(ident)) if visit.actor is None else None
    except ValueError:
        row = None
    if row is None:
        raise NotUsable(
            say(
                "その書類は、届いた書類の中にありません。消した書類は使えません。",
                "There is no such document among yours. One that you deleted cannot be used.",
                "その 書類は ありません。けした 書類は つかえません。",
            )
        )
    return row


def _look(content: bytes, sender: Sender, connection: Connection, kind: str, now: datetime) -> Checked:
    """Raises NotUsable, ComeAgain."""
    # lxml, signxml and pyHanko take a second and 60 MB.
    from mynumber.institutions.portal.deliveries import checking

    if not (sender.is_active and sender.provider.is_active):
        raise NotUsable(
            say(
                "この送り主は、いまは登録されていません。送り主に確かめてください。",
                "This sender is not registered any more. Ask the sender.",
                "この おくりぬしは、いまは とうろくが ありません。",
            )
        )
    try:
        return checking.check(content, sender, kind=kind, address=connection.address, title="", now=now)
    except NotTaken as no:
        raise (_revoked() if no.detail in _REVOKED else _damaged()) from None


def not_now() -> str:
    """Where no list of revocations counts at this moment."""
    return say(
        "いまは送り主の署名を確かめられません。少し待って、もう一度試してください。",
        "The sender's signature cannot be checked now. Try again in a little while.",
        "いまは しらべられません。あとで もう いちど して ください。",
    )


def _revoked() -> NotUsable:
    return NotUsable(
        say(
            "この書類は使えません。送り主の証明書が失効しているか、期限が切れています。送り主に、新しく送ってもらってください。",
            "This document cannot be used: the sender's certificate was revoked or has expired. Ask the sender for a new one.",
            "この 書類は もう つかえません。おくりぬしに、もう いちど おくって もらって ください。",
        )
    )


def _damaged() -> NotUsable:
    return NotUsable(
        say(
            "この書類は使えません。署名されたときと内容が違います。送り主に、新しく送ってもらってください。",
            "This document cannot be used: it is not as the sender signed it. Ask the sender for a new one.",
            "この 書類は つかえません。中が かわって います。おくりぬしに、もう いちど おくって もらって ください。",
        )
    )
