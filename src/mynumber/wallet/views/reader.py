"""A card on the reader of a counter or a kiosk: the code, then task after task, with PINs entered here."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from mynumber.foundation.smartcard import CardError, CardFileProblem, CardFileUnusable
from mynumber.protocols.card_reader import EnterPin, ReaderClient
from mynumber.protocols.sign_in import Reason, SignInRefused
from mynumber.wallet.cards import HeldCard
from mynumber.wallet.chip import PinRefused
from mynumber.wallet.forms import NewPinForm, OnePinForm, ReaderForm
from mynumber.wallet.pins import PIN_WORDS, wrong_pin
from mynumber.wallet.portals import Place
from mynumber.wallet.reader.loop import Desk, is_setting, pin_asked
from mynumber.wallet.reader.power import POWERED
from mynumber.wallet.reader.session import NoSession, ReaderSession, ReaderSessions
from mynumber.wallet.views.common import UNPROCESSABLE, SeeOther, folder, now, page
from mynumber.wallet.words import CARD_DAMAGED, READER_REFUSED, WHAT_A_PIN_OPENS
from mynumber.webkit import logs
from mynumber.webkit.errors import PageRefused

_log = logs.get_logger(__name__)

PinEntry = NewPinForm | OnePinForm


@page("GET", "POST")
def readers_page(request: HttpRequest) -> HttpResponseBase:
    """Enter the code of a reader and put a card on it."""
    sessions = _sessions()
    cards = [card for card in folder().cards() if card.problem is None and not card.is_phone]
    form = ReaderForm(request.POST if request.method == "POST" else None, cards=cards, places=_places())
    if request.method == "POST" and form.is_valid():
        begun = sessions.save(
            ReaderSession.begin(
                place=form.cleaned_data["place"],
                code=form.cleaned_data["code"],
                card=form.cleaned_data["card"],
                at=now(),
            )
        )
        with sessions.hold(begun.id) as session:
            refused = _go_on(_desk(session), session)
        if refused is None or sessions.read(begun.id).number:
            return SeeOther(reverse("reader", args=[begun.id]))
        sessions.forget(begun.id)
        form.add_error("code", READER_REFUSED[refused.reason])
    status = UNPROCESSABLE if form.is_bound else 200
    return render(request, "wallet/readers.html", {"form": form, "has_cards": bool(cards)}, status=status)


@page("GET", "POST")
def reader_page(request: HttpRequest, session_id: str) -> HttpResponseBase:
    """How far the place is, and what it wants of the holder now."""
    try:
        with _sessions().hold(session_id) as session:
            if request.method == "POST":
                return _act(request, session)
            return _show(request, session)
    except NoSession:
        raise PageRefused(
            "この読み取りは終わっています",
            "カードは、もう読み取り機にありません。",
            "続きがあるときは、窓口やキオスクで新しい番号を出してもらい、「窓口」からはじめてください。",
            reason="no_session",
            status=404,
        ) from None


def _act(request: HttpRequest, session: ReaderSession) -> HttpResponse:
    act = request.POST.get("act")
    if session.finished:
        _sessions().forget(session.id)
        return SeeOther(reverse("my-cards"))
    desk = _desk(session)
    # What was typed for another step is not used for this one.
    fresh = request.POST.get("step") == step_of(session)
    if act == "remove":
        session = desk.remove(session)
    elif act == "decline" and fresh:
        session = desk.decline(session)
    elif fresh and pin_asked(session):
        form = _pin_form(session, request)
        entered = _enter(desk, session, form)
        if entered is None:
            return _show(request, session, form)
        session = entered
    _go_on(desk, session)
    return SeeOther(reverse("reader", args=[session.id]))


def _go_on(desk: Desk, session: ReaderSession) -> SignInRefused | None:
    """Do what needs no holder. A place that says no has ended the session; one that does not answer is asked again later."""
    try:
        desk.go_on(session)
    except SignInRefused as refused:
        _log.info("reader refused", reason=refused.reason.value)
        if refused.reason is not Reason.UNREACHABLE:
            _sessions().save(_sessions().read(session.id).ended(READER_REFUSED[refused.reason]))
        return refused
    return None


def _enter(desk: Desk, session: ReaderSession, form: PinEntry) -> ReaderSession | None:
    """The session after the PIN was taken; None when the form says why it was not."""
    if not form.is_valid():
        return None
    try:
        return desk.enter(session, form.pin_to_use())
    except PinRefused as refused:
        form.add_error(form.pin_field, wrong_pin(refused.name, refused.remaining))
    except (CardFileUnusable, CardError) as error:
        # That it was taken away the page says in its own words.
        if not (isinstance(error, CardFileUnusable) and error.problem is CardFileProblem.MISSING):
            form.add_error(None, CARD_DAMAGED)
    return None


def _show(request: HttpRequest, session: ReaderSession, form: PinEntry | None = None) -> HttpResponse:
    card = _card(session)
    which = pin_asked(session) if card else None
    context: dict[str, object] = {
        "session": session,
        "place": session.place_words or _place(session).title,
        "card": card,
        "away": session.card is not None and card is None,
        "step": step_of(session),
    }
    if which is not None and not session.finished:
        task = session.task
        context |= {
            "which": which,
            "label": PIN_WORDS[which].label,
            "form": form or _pin_form(session, None),
            "setting": is_setting(session),
            "place_says": task.words if isinstance(task, EnterPin) else "",
            "opens": WHAT_A_PIN_OPENS[which],
        }
    return render(request, "wallet/reader.html", context, status=UNPROCESSABLE if form is not None else 200)


def _card(session: ReaderSession) -> HeldCard | None:
    try:
        return folder().card(session.card) if session.card else None
    except CardFileUnusable:
        # Removed from the device while it lay on the reader.
        return None


def step_of(session: ReaderSession) -> str:
    """Names the step that a page was made for."""
    which = pin_asked(session)
    return f"{session.number}-{which or 'none'}-{'again' if session.again else 'first'}"


def _pin_form(session: ReaderSession, request: HttpRequest | None) -> PinEntry:
    which = pin_asked(session)
    if which is None:
        raise NoSession
    data = request.POST if request is not None else None
    return NewPinForm(data, pin=which, old=False) if is_setting(session) else OnePinForm(data, pin=which)


def _sessions() -> ReaderSessions:
    return ReaderSessions(settings.WALLET_READERS)


def _places() -> tuple[Place, ...]:
    known: tuple[Place, ...] = settings.WALLET_PLACES
    return known


def _place(session: ReaderSession) -> Place:
    for place in _places():
        if place.name == session.place:
            return place
    raise NoSession


def _desk(session: ReaderSession) -> Desk:
    return Desk(folder(), _sessions(), POWERED, ReaderClient(_place(session).client), now)
