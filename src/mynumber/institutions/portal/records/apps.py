from django.apps import AppConfig


class RecordsConfig(AppConfig):
    """The history of exchanges. Without tables: the records live at the network."""

    name = "mynumber.institutions.portal.records"
    label = "portal_records"
    verbose_name = "やりとり履歴"
