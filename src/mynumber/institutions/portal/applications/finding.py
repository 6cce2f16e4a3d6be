"""Finding a procedure: by words, by life event, by a few questions; and what there is to know before beginning."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import lru_cache

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from mynumber.foundation.procedures.bundles import BUNDLES, is_offered, of_life_event
from mynumber.foundation.procedures.definition import Assurance, LifeEvent, Procedure, Signature
from mynumber.foundation.procedures.fitting import Fit, fits, questions
from mynumber.foundation.procedures.loading import UnknownProcedure, catalogue
from mynumber.foundation.procedures.once_only import score
from mynumber.foundation.procedures.routing import may_begin
from mynumber.foundation.procedures.search import LONGEST, SYNONYMS, Index, fold
from mynumber.institutions.portal.account.pages import page
from mynumber.institutions.portal.account.sessions import current_visit
from mynumber.institutions.portal.applications import drafts, showing, towns
from mynumber.webkit.access import public
from mynumber.webkit.face.language import say, spoken
from mynumber.webkit.headers import never_kept


@lru_cache(maxsize=4)
def _index(on: date) -> Index:
    return Index(catalogue().on(on))


@lru_cache(maxsize=4)
def _words_of_bundles(on: date) -> Mapping[LifeEvent, frozenset[str]]:
    """By which words each bundle is asked for, folded.

    Its name with what means alike, and what several of the procedures that it makes due go by and no other procedure does.
    """
    found = {}
    for event in map(LifeEvent, BUNDLES):
        names = {fold(word) for words in showing.LIFE_EVENTS[event] for word in re.split("・", words)}
        alike = {fold(word) for group in SYNONYMS if names & {*map(fold, group)} for word in group}
        due = [each for each in of_life_event(catalogue(), event, on=on) if is_offered(each, event)]
        goes_by = Counter(fold(alias) for each in due for alias in each.aliases)
        elsewhere = {
            fold(alias)
            for each in catalogue().on(on)
            if event not in each.life_events
            for alias in each.aliases
        }
        shared = {alias for alias, times in goes_by.items() if times > 1} - elsewhere
        found[event] = frozenset(names | alike | shared)
    return found


def bundles_named(asked: str, event: LifeEvent | None, *, on: date) -> tuple[LifeEvent, ...]:
    """The life events whose bundle answers the words or the chosen event."""
    folded = fold(asked)
    return tuple(
        each
        for each, words in _words_of_bundles(on).items()
        if each is event or any(word in folded for word in words)
    )


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
        "bundles": [each.value for each in bundles_named(asked, event, on=_today())],
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
