"""Pages of the guide."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from mynumber.foundation.numbers import local_government
from mynumber.platform.guide import picture
from mynumber.platform.guide.attempts import ATTEMPTS, Attempt
from mynumber.platform.guide.demo import Demo, DemoCard, DemoState, StaffLogin, read_demo
from mynumber.platform.guide.documents import document_named
from mynumber.platform.guide.documents import documents as all_documents
from mynumber.platform.guide.errands import errands
from mynumber.platform.guide.operations import Watcher
from mynumber.platform.guide.operations_figures import figures
from mynumber.platform.guide.readiness import Running, look_around
from mynumber.platform.registry import Institution
from mynumber.platform.settings import Settings
from mynumber.population.personas import Persona
from mynumber.population.personas import find as persona_named
from mynumber.webkit.access import public
from mynumber.webkit.environment import Environment
from mynumber.webkit.face.houses import House, house_named

_WATCHER = Watcher()
HEROINE = "hanako"
"""The persona of the main story."""


@dataclass(frozen=True, slots=True)
class Introduced:
    """A persona with the town, what to try first and where, and, once the seeding has run, the card."""

    persona: Persona
    town: str
    attempt: Attempt
    url: str
    card: DemoCard | None


@dataclass(frozen=True, slots=True)
class Neighbour:
    """An institution with its face, its address and whether it answers."""

    house: House
    running: Running


@dataclass(frozen=True, slots=True)
class Trail:
    """What a visitor needs to try the story by hand. None where the seeding has not told it yet."""

    login: StaffLogin | None
    card: DemoCard | None
    municipality_url: str
    portal_url: str
    heroine: Persona
    town: str


@public  # the front door
@never_cache
@require_safe
def welcome(request: HttpRequest) -> HttpResponse:
    """What this is, how to try it, what happens where, who is in it, what runs."""
    platform = Settings.from_environment()
    demo, state = read_demo(_home())
    running = look_around(platform)
    urls = {r.institution.name: r.url for r in running}
    return render(
        request,
        "guide/welcome.html",
        {
            "trail": _trail(demo, urls),
            "demo": demo,
            "demo_missing": state is not DemoState.READY,
            "map": picture.draw_map(),
            "ways": picture.ways(),
            "knowledge": picture.knowledge(),
            "messages_said": picture.messages(),
            "errands": errands(demo, urls, persona_named(HEROINE).municipality),
            "people": [_introduce(persona_named(key), demo, urls["portal"]) for key in ATTEMPTS],
            "neighbours": [Neighbour(_house_of(r.institution), r) for r in running],
            "all_ready": all(r.is_ready for r in running),
            "how_many_ready": sum(r.is_ready for r in running),
            "documents": all_documents(),
        },
    )


def _house_of(institution: Institution) -> House:
    """The house of an institution; further cores of the network look like the first and have names of their own."""
    house = house_named(institution.house)
    if institution.name == institution.house:
        return house
    return replace(house, name_ja=institution.title, name_en=f"{house.name_en} ({institution.name})")


@public  # the project's own documents
@require_safe
def documents(request: HttpRequest) -> HttpResponse:
    """The list of documents."""
    return render(request, "guide/documents.html", {"documents": all_documents()})


@public  # as above
@require_safe
def document(request: HttpRequest, name: str) -> HttpResponse:
    """One document as it is written (Markdown)."""
    found = document_named(name)
    if found is None:
        raise Http404
    return render(request, "guide/document.html", {"document": found, "text": found.text()})


@public  # counts of the model's own processes, on the machine of whoever runs it; no person is in them
@never_cache
@require_safe
def operations(request: HttpRequest) -> HttpResponse:
    """Load, latency, refusals and commits of all processes. Renews itself for who asks for it, by a header: no script is needed."""
    look = _WATCHER.look(Settings.from_environment())
    is_renewed = request.GET.get("every") == "5"
    response = render(
        request,
        "guide/operations.html",
        {
            "every": is_renewed,
            "processes": look.processes,
            "network": _environment().public_urls.get("network", ""),
            **figures(look, _WATCHER.rates()),
        },
    )
    if is_renewed:
        response["Refresh"] = "5"
    return response


@public  # a public key
@never_cache
@require_safe
def log_key(request: HttpRequest) -> HttpResponse:
    """The verifier key of the log as a file, to check a receipt on another machine."""
    text = _log_key(read_demo(_home())[0])
    if not text:
        raise Http404
    response = HttpResponse(text, content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="log.vkey"'
    return response


def _environment() -> Environment:
    environment: Environment = settings.MYNUMBER
    return environment


def _home() -> Path:
    return _environment().home


def _log_key(demo: Demo) -> str:
    """The key the network wrote when it first started; else the one the seeding noted."""
    path = _environment().log_key
    if path is not None and path.is_file():
        return path.read_text("utf-8")
    return demo.log_key


def _trail(demo: Demo, urls: Mapping[str, str]) -> Trail:
    heroine = persona_named(HEROINE)
    return Trail(
        login=demo.login_of(heroine.municipality),
        card=demo.card_of(HEROINE),
        municipality_url=f"{urls['municipality']}/{heroine.municipality}/",
        portal_url=f"{urls['portal']}/",
        heroine=heroine,
        town=_town(heroine.municipality),
    )


def _introduce(persona: Persona, demo: Demo, portal: str) -> Introduced:
    attempt = ATTEMPTS[persona.key]
    return Introduced(
        persona, _town(persona.municipality), attempt, portal + attempt.path, demo.card_of(persona.key)
    )


def _town(code: str) -> str:
    return local_government.find(code).name
