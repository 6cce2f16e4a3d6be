"""Components of a procedure: `{% load face journey %}`. Their values are in `mynumber.webkit.face.journey`; docs/face.md shows each."""

from collections.abc import Mapping, Sequence

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from mynumber.webkit.face.journey import AnswerGroup, Attached, CardTap, Course, Identity, TaskList

register = template.Library()

COMPONENTS = "face/components"


@register.inclusion_tag(f"{COMPONENTS}/identity.html", takes_context=True)
def identity(context: template.Context, person: Identity) -> Mapping[str, object]:
    """Who is signed in, how surely, for whom, and the way out; for the block `account`."""
    return {"person": person, "bars": range(1, 4), "csrf_token": context.get("csrf_token")}


@register.inclusion_tag(f"{COMPONENTS}/task_list.html")
def task_list(tasks: TaskList, level: int = 2) -> Mapping[str, object]:
    """What is to be done, each with its state and last day."""
    return {"list": tasks, "level": level}


@register.inclusion_tag(f"{COMPONENTS}/check_answers.html")
def check_answers(groups: Sequence[AnswerGroup], level: int = 2) -> Mapping[str, object]:
    """The answers before they are sent (or afterwards), each with a link that changes it."""
    return {"groups": groups, "level": level}


@register.inclusion_tag(f"{COMPONENTS}/step_navigation.html")
def step_navigation(course: Course, label: str = "") -> Mapping[str, object]:
    """The pages of a procedure and where the reader stands; one line on a narrow screen. label: for a second one on the page."""
    return {"course": course, "label": label}


@register.inclusion_tag(f"{COMPONENTS}/card_tap.html")
def card_tap(step: CardTap, level: int = 2) -> Mapping[str, object]:
    """How to hold the card, which PIN is asked for and what happened."""
    return {"step": step, "level": level}


@register.inclusion_tag(f"{COMPONENTS}/attached.html")
def attached(papers: Sequence[Attached], name: str = "remove") -> Mapping[str, object]:
    """Papers that were handed in, with a button for each that takes it away; put it inside the form."""
    return {"papers": papers, "name": name}


@register.inclusion_tag(f"{COMPONENTS}/session_timeout.html", takes_context=True)
def session_timeout(
    context: template.Context, seconds: int, stay: str, leave: str, warn: int = 120, draft: bool = True
) -> Mapping[str, object]:
    """When the visit ends by itself: a line for everybody, a dialog `warn` seconds before where script runs.

    stay: an address that takes a POST and begins the time anew (2xx). leave: where the page goes at the end. draft: whether what was typed is kept.
    """
    return {
        "seconds": seconds,
        "minutes": max(1, seconds // 60),
        "warn": min(warn, seconds // 2),
        "stay": stay,
        "leave": leave,
        "draft": draft,
        "csrf_token": context.get("csrf_token"),
    }


@register.simple_block_tag
def dialog(content: str, ident: str, title: str) -> SafeString:
    """A question over the page. A link with `data-dialog="ident"` opens it where script runs and leads to a page of its own elsewhere."""
    return render_to_string(f"{COMPONENTS}/dialog.html", {"content": content, "ident": ident, "title": title})
