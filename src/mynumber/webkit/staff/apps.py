"""Staff as a Django app."""

from django.apps import AppConfig


class StaffConfig(AppConfig):
    """Label `staff`."""

    name = "mynumber.webkit.staff"
    label = "staff"
    verbose_name = "職員"
