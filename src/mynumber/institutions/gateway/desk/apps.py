from django.apps import AppConfig


class DeskConfig(AppConfig):
    """What the members do not answer automatically, and the desk where it is answered by hand."""

    name = "mynumber.institutions.gateway.desk"
    label = "gateway_desk"
    verbose_name = "提供の手動回答"
