"""`{% load portal_menu %}`: the first row of the portal's navigation."""

from __future__ import annotations

from django import template
from django.template.context import Context
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from mynumber.institutions.portal.home import menu
from mynumber.webkit.templatetags.face import nav_link

register = template.Library()


@register.simple_tag(takes_context=True)
def first_row(context: Context) -> SafeString:
    """The entries of the row as list items, the current one marked."""
    entries = menu.first_row(signed_in=bool(context.get("visit")))
    return format_html_join("", "{}", ((nav_link(context, one.title, one.url_name),) for one in entries))
