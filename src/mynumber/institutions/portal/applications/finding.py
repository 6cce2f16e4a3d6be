"""Finding a procedure: by words, by life event, by a few questions; and what there is to know before beginning."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import lru_cache

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from mynumber.foundation.procedures.definition import Assurance, LifeEvent, Procedure, Signature
from mynumber.foundation.procedures.fitting import Fit, fits, questions
from mynumber.foundation.procedures.loading import UnknownProcedure, catalogue
from mynumber.foundation.procedures.once_only import score
from mynumber.foundation.procedures.routing import may_begin
from mynumber.foundation.procedures.search import LONGEST, Index
from mynumber.institutions.portal.account.pages import page
from mynumber.institutions.portal.account.sessions import current_visit
from mynumber.institutions.portal.applications import drafts, showing, towns
from mynumber.webkit.access import public
from mynumber.webkit.face.language import say, spoken
from mynumber.webkit.headers import never_kept


@lru_cache(maxsize=4)
def _index(on: date) -> Index:
    return Index(catalogue().on(on))


def _today() -> date:
    return drafts.today_of(datetime.now(UTC))


def procedure_on(procedure_id: str, on: date) -> Procedure:
    """The version in force. Raises Http404."""
    try:
        return catalogue().get(procedure_id, on)
    except UnknownProcedure:
        raise Http404 from None


def _event(text: str) -> LifeEvent | None:
    try:
        return LifeEvent(text)
    except ValueError:
        return None


@public  # what may be applied for is for everybody to read
@never_kept  # the head of the page says who is signed in
@require_safe
def find(request: HttpRequest) -> HttpResponse:
    """手続をさがす: words and life events."""
    visit = current_visit(request, now=datetime.now(UTC))
    asked, event = request.GET.get("q", "")[:LONGEST], _event(request.GET.get("event", ""))
    hits = _index(_today()).search(asked, life_event=event, most=40) if asked.strip() or event else ()
    town = towns.chosen(request, visit)
    context = {
        "q": asked,
        "event": event,
        "event_words": showing.life_event(event) if event else "",
        "events": [(each.value, showing.life_event(each)) for each in LifeEvent],
        "asked": bool(asked.strip() or event),
        "procedures": [
            (hit.procedure, towns.words(towns.of(hit.procedure, town, on=_today()), town)) for hit in hits
        ],
        "town": town,
        "towns": towns.taking_part(),
    }
    return page(request, "portal/applications/find.html", visit, context)


@public  # the answers stand in the address alone and are not kept
@never_kept  # the head of the page says who is signed in
@require_safe
def fit(request: HttpRequest) -> HttpResponse:
    """あなたに合う手続: a few questions, and for each procedure yes, no, or cannot tell because."""
    visit = current_visit(request, now=datetime.now(UTC))
    given = {
        name: request.GET[name] == "yes" for name in questions() if request.GET.get(name) in ("yes", "no")
    }
    found = fits(catalogue(), given, on=_today()) if given else ()
    spoke = spoken()
    rows = [
        (each.procedure, each.fit.value, [question.label.in_language(spoke) for question in each.because])
        for each in found
        if each.fit is not Fit.NO
    ]
    context = {
        "questions": [
            (
                name,
                field.label.in_language(spoke),
                ("yes" if given[name] else "no") if name in given else "",
            )
            for name, field in questions().items()
        ],
        "answered": bool(given),
        "fitting": [row for row in rows if row[1] == Fit.YES.value],
        "unclear": [row for row in rows if row[1] == Fit.CANNOT_TELL.value],
        "no": sum(each.fit is Fit.NO for each in found),
    }
    return page(request, "portal/applications/fit.html", visit, context)


@public  # the same for everybody
@never_kept  # the head of the page says who is signed in
@require_safe
def guide(request: HttpRequest, procedure_id: str) -> HttpResponse:
    """A procedure: for whom, until when, what is needed, what follows, on which law; and the way to begin."""
    visit = current_visit(request, now=datetime.now(UTC))
    town = towns.chosen(request, visit)
    local = towns.of(procedure_on(procedure_id, _today()), town, on=_today())
    procedure, spoke = local.procedure, spoken()
    context = {
        "procedure": procedure,
        "town": town,
        "towns": towns.taking_part(),
        "differs": local.overlay is not None,
        "instead": local.instead.in_language(spoke) if local.instead else "",
        "offered": local.offered.value,
        "own_fields": [each.label.in_language(spoke) for each in local.own_fields],
        "basis": [clause.text for clause in procedure.basis],
        "may_begin": may_begin(procedure),
        "score": score(procedure),
        "card": procedure.assurance is Assurance.CARD,
        "signature": procedure.signature is Signature.SIGNATURE,
        "papers": showing.papers_beforehand(procedure),
        "days": procedure.deadlines.processing.days,
        "fee": say(f"{procedure.fee:,}円", f"{procedure.fee:,} yen")
        if procedure.fee
        else say("かかりません", "None"),
    }
    return page(request, "portal/applications/guide.html", visit, context)
