"""Template tags of the shared face: `{% load face %}`. Each component and its parameters are in docs/face.md."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django import forms, template
from django.core.paginator import Page
from django.forms.boundfield import BoundField
from django.http import HttpRequest
from django.template.context import Context
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from mynumber.webkit.face import charts, words
from mynumber.webkit.face.charts import Chart
from mynumber.webkit.face.figures import Drawing, HopFigure
from mynumber.webkit.face.forms import Picker
from mynumber.webkit.face.furigana import ruby
from mynumber.webkit.face.language import is_english, say, spoken, with_furigana
from mynumber.webkit.face.parts import Chip, Kind, Link, Step, StepState, Table

register = template.Library()

COMPONENTS = "face/components"


# --- words ---------------------------------------------------------------------------------------


@register.filter
def moment(at: datetime | None) -> str | SafeString:
    """A point in time in Japan with seconds, inside `<time>`."""
    return "" if at is None else _time(words.moment(at, english=is_english()))


@register.filter
def day(on: date | None) -> str | SafeString:
    """A calendar day with its weekday, inside `<time>`."""
    return "" if on is None else _time(words.day(on, english=is_english()))


@register.filter
def yen(amount: int | None) -> str:
    """Integer yen with separators."""
    return "" if amount is None else words.yen(amount, english=is_english())


@register.filter
def in_groups(digits: str, size: int = 4) -> str:
    """Digits in groups of `size`."""
    return words.in_groups(digits, size)


@register.filter
def both_calendars(on: date | None) -> str | SafeString:
    """A day as papers in Japan write it: 2026年（令和8年）4月1日, inside `<time>`."""
    return "" if on is None else _time(words.both_calendars(on, english=is_english()))


@register.simple_tag
def tr(japanese: str, english: str, easy: str = "") -> str:
    """The words of the language that the visitor chose; Japanese where there are no easy ones."""
    return say(japanese, english, easy)


@register.filter
def in_words(said: words.Said | None) -> str:
    """Words of the catalogue (`ja`, `easy`, `en`) in the chosen language."""
    return "" if said is None else said.in_language(spoken())


@register.simple_block_tag
def furigana(content: str) -> SafeString:
    """What is inside, with readings over key words for who wishes them."""
    # What a block holds is HTML already; ruby() adds nothing but its own marks around words of the list.
    return SafeString(ruby(content)) if with_furigana() else SafeString(content)


def _time(at: words.Moment) -> SafeString:
    return format_html('<time class="tabular" datetime="{}">{}</time>', at.machine, at.words)


# --- frame ---------------------------------------------------------------------------------------


@register.simple_tag(takes_context=True)
def nav_link(context: Context, label: str, url_name: str, *args: object, **kwargs: object) -> SafeString:
    """One entry of the house's navigation; `aria-current` on the page itself and `true` below it."""
    url = reverse(url_name, args=args or None, kwargs=kwargs or None)
    request: HttpRequest | None = context.get("request")
    path = request.path if request is not None else ""
    if path == url:
        current = SafeString(' aria-current="page"')
    elif url.count("/") > 1 and path.startswith(url.rstrip("/") + "/"):
        current = SafeString(' aria-current="true"')
    else:
        current = SafeString("")
    return format_html('<li><a href="{}"{}>{}</a></li>', url, current, label)


@dataclass(frozen=True, slots=True)
class Crumb:
    """One step of the breadcrumb; the last has no address."""

    label: str
    url: str


@register.inclusion_tag(f"{COMPONENTS}/breadcrumb.html")
def breadcrumb(*labels_and_urls: str) -> Mapping[str, object]:
    """`{% breadcrumb "ホーム" home_url "記録" records_url "この記録" %}`: label, url, ..., label of this page."""
    labels = labels_and_urls[0::2]
    urls = (*labels_and_urls[1::2], "")
    return {"crumbs": [Crumb(label, url) for label, url in zip(labels, urls, strict=False)]}


@register.inclusion_tag(f"{COMPONENTS}/heading.html")
def heading(title: str, lead: str = "", eyebrow: str = "") -> Mapping[str, object]:
    """The page's only h1, with an optional line above it and an introduction below it."""
    return {"title": title, "lead": lead, "eyebrow": eyebrow}


# --- blocks --------------------------------------------------------------------------------------


@register.simple_block_tag
def notice(
    content: str, kind: str = "info", title: str = "", level: int = 2, live: bool = False
) -> SafeString:
    """A banner: kind info, success, warn or error. `live` announces it when it appears after an action."""
    tone = Kind(kind)
    signs = {
        Kind.INFO: ("お知らせ", "Note"),
        Kind.SUCCESS: ("成功", "Success"),
        Kind.WARN: ("注意", "Caution"),
        Kind.ERROR: ("エラー", "Error"),
    }
    return _draw(
        "notice",
        content=content,
        kind=tone.value,
        title=title,
        sign=say(*signs[tone]),
        level=level,
        live=("alert" if tone is Kind.ERROR else "status") if live else "",
    )


@register.simple_block_tag
def disclosure(content: str, summary: str, opened: bool = False) -> SafeString:
    """Words that a reader may open; works without script."""
    return _draw("disclosure", content=content, summary=summary, opened=opened)


@register.simple_block_tag
def empty_state(content: str, title: str) -> SafeString:
    """Nothing to show: say so, why, and what to do."""
    return _draw("empty_state", content=content, title=title)


@register.simple_block_tag
def panel(content: str, label: str = "") -> SafeString:
    """A quiet box in the house's colour; with `label` it is a named region."""
    return _draw("panel", content=content, label=label)


@register.simple_block_tag
def facts(content: str) -> SafeString:
    """A description list; fill it with `{% fact "用語" %}...{% endfact %}`."""
    return format_html('<dl class="facts">{}</dl>', content)


@register.simple_block_tag
def fact(content: str, term: str) -> SafeString:
    """One term and what holds for it."""
    return format_html("<div><dt>{}</dt><dd>{}</dd></div>", term, content)


# --- forms ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """One error of a form with the id of the control it is about (empty for the form as a whole)."""

    message: str
    target: str


@register.inclusion_tag(f"{COMPONENTS}/error_summary.html")
def error_summary(form: forms.BaseForm | None) -> Mapping[str, object]:
    """All errors of a form, each linked to its control; takes the focus when the page opens. Draws nothing without errors."""
    if form is None or not form.is_bound or not form.errors:
        return {"problems": []}
    problems = [FieldProblem(str(message), "") for message in form.non_field_errors()]
    for bound in form:
        colon = say("：", ": ")
        problems.extend(
            FieldProblem(f"{bound.label}{colon}{message}", _control(bound, code))
            for message, code in zip(bound.errors, _codes(bound), strict=True)
        )
    return {"problems": problems}


@register.inclusion_tag(f"{COMPONENTS}/field.html")
def field(
    bound: BoundField, hint: str = "", width: str = "", tiles: bool = False, source: str = "", note: str = ""
) -> Mapping[str, object]:
    """A form field with label, hint, error and 「※必須」. width: "", short, medium or pin. tiles: choices in boxes.

    source: where a prefilled value comes from. note: what somebody asks to correct here. A field that is `disabled` shows its value and cannot be changed.
    """
    hint = hint or str(bound.help_text)
    said = {"error": bool(bound.errors), "note": bool(note), "hint": bool(hint), "source": bool(source)}
    described = [f"{bound.auto_id}-{what}" for what, is_there in said.items() if is_there]
    attributes: dict[str, Any] = {"aria-describedby": " ".join(described)} if described else {}
    widget = bound.field.widget
    group = isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple)
    picker = isinstance(widget, Picker)
    if picker and bound.errors:
        attributes["error"] = _codes(bound)[0]
    return {
        "bound": bound,
        "picker": picker,
        "file": isinstance(widget, forms.FileInput),
        "control": "" if group else bound.as_widget(attrs=attributes),
        "group": group,
        "single_choice": isinstance(widget, forms.CheckboxInput),
        "hidden": bound.is_hidden,
        "described": " ".join(described),
        "hint": hint,
        "source": source,
        "note": note,
        "width": width,
        "tiles": tiles,
        "required": bound.field.required,
    }


def _codes(bound: BoundField) -> list[str]:
    data = bound.form.errors.as_data().get(bound.name, [])
    return [error.code or "" for error in data for _ in error.messages]


def _control(bound: BoundField, code: str) -> str:
    """The id of the control that an error is about."""
    widget = bound.field.widget
    if isinstance(widget, Picker) and code in widget.parts:
        return f"{bound.auto_id}_{code}"
    if isinstance(bound.field.widget, forms.RadioSelect | forms.CheckboxSelectMultiple):
        return f"{bound.auto_id}_0"
    return bound.id_for_label or bound.auto_id


@register.simple_tag
def on_enter() -> SafeString:
    """First in a form with several buttons: Enter then sends the form, as its last button would, and does not press the first one."""
    return SafeString('<button class="visually-hidden" tabindex="-1" aria-hidden="true"></button>')


@register.inclusion_tag(f"{COMPONENTS}/pin_pad.html")
def pin_pad(bound: BoundField, hint: str = "") -> Mapping[str, object]:
    """A PIN field with keys on the screen (they appear where script runs). The form needs no other control."""
    return {
        **field(bound, hint=hint, width="pin"),
        "keys": "123456789",
        "digits": getattr(bound.field, "digits", 4),
    }


@register.filter
def attribute(attributes: Mapping[str, Any], name: str) -> object:
    """One of a widget's attributes, whose name may have a hyphen."""
    return attributes.get(name, "")


@register.inclusion_tag(f"{COMPONENTS}/button.html")
def button(
    text: str, kind: str = "", href: str = "", name: str = "", value: str = "", small: bool = False
) -> Mapping[str, object]:
    """A submit button, or a link that looks like one when `href` is given. kind: "", secondary, quiet or danger."""
    return {"text": text, "kind": kind, "href": href, "name": name, "value": value, "small": small}


# --- values --------------------------------------------------------------------------------------


@register.simple_tag
def chip(text: str | Chip, kind: str = "neutral") -> SafeString:
    """A status word. kind: neutral, info, success, warn, error or house."""
    shown = text if isinstance(text, Chip) else Chip(text, Kind(kind))
    return format_html('<span class="chip" data-kind="{}">{}</span>', shown.kind.value, shown.text)


@register.inclusion_tag(f"{COMPONENTS}/table.html")
def data_table(table: Table) -> Mapping[str, object]:
    """A `Table` with its caption; rows become cards on a narrow screen."""
    return {"table": table}


@register.filter
def as_cell(value: object) -> str | SafeString:
    """One cell of a `Table` as HTML."""
    if value is None:
        return format_html(
            '<span aria-hidden="true">—</span><span class="visually-hidden">{}</span>', say("なし", "none")
        )
    if isinstance(value, Chip):
        return chip(value)
    if isinstance(value, Link):
        return format_html('<a href="{}">{}</a>', value.url, value.text)
    if isinstance(value, datetime):
        return _time(words.moment(value, english=is_english()))
    if isinstance(value, date):
        return _time(words.day(value, english=is_english()))
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    return str(value)


@register.inclusion_tag(f"{COMPONENTS}/steps.html")
def steps(items: list[Step], level: int = 3) -> Mapping[str, object]:
    """A procedure or a timeline: what is done, where it stands, what comes."""
    return {"items": items, "level": level, "stopped": StepState.STOPPED}


@register.inclusion_tag(f"{COMPONENTS}/pager.html", takes_context=True)
def pager(context: Context, page: Page[Any], parameter: str = "page") -> Mapping[str, object]:
    """Links to the pages of a list; every other parameter of the query (filters) is kept."""
    request: HttpRequest | None = context.get("request")
    query = request.GET.copy() if request is not None else None

    def url(number: int) -> str:
        if query is None:
            return f"?{parameter}={number}"
        query[parameter] = str(number)
        return f"?{query.urlencode()}"

    numbers = page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    return {
        "page": page,
        "english": is_english(),
        "entries": [(number, url(number) if isinstance(number, int) else "") for number in numbers],
        "previous": url(page.previous_page_number()) if page.has_previous() else "",
        "next": url(page.next_page_number()) if page.has_next() else "",
    }


@register.inclusion_tag(f"{COMPONENTS}/code_block.html")
def code_block(text: str, label: str = "", long: bool = False) -> Mapping[str, object]:
    """Commands or a document word for word. long: keeps lines and scrolls. A copy button appears where script runs."""
    return {"text": text, "label": label, "long": long}


@register.inclusion_tag(f"{COMPONENTS}/hop_figure.html")
def hop_diagram(figure: HopFigure) -> Mapping[str, object]:
    """The way of a message from house to house, drawn twice (wide and tall), with the same facts in a table."""
    return {"figure": figure, "wide": Drawing.wide(figure), "tall": Drawing.tall(figure)}


@register.inclusion_tag(f"{COMPONENTS}/chart.html")
def chart(figure: Chart) -> Mapping[str, object]:
    """A chart with axis and labels, and the same figures in a table that one may open."""
    table = figure.table(tr("名前", "Name"))
    return {"chart": figure, "drawing": charts.Drawing.of(figure), "table": table}


def _draw(component: str, **context: object) -> SafeString:
    return render_to_string(f"{COMPONENTS}/{component}.html", context)
