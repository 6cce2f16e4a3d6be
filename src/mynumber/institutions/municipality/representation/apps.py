"""The Django app."""

from django.apps import AppConfig


class RepresentationConfig(AppConfig):
    """Who may act for whom (代理権の確認)."""

    name = "mynumber.institutions.municipality.representation"
    label = "municipality_representation"
    verbose_name = "代理権の確認"
