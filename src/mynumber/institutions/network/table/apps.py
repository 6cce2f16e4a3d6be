"""The app of the page that shows the legal-basis table."""

from django.apps import AppConfig


class TableConfig(AppConfig):
    """The table of the Provision Order for people and for programs; it stores nothing."""

    name = "mynumber.institutions.network.table"
    label = "network_table"
