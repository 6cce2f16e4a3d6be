"""The app of the commission's supervision desk."""

from django.apps import AppConfig


class SupervisionConfig(AppConfig):
    """Pages for the commission's staff: read only, and without persons."""

    name = "mynumber.institutions.commission.supervision"
    label = "commission_supervision"
