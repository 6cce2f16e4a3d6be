"""The mesh as a Django app of a member."""

from django.apps import AppConfig


class MeshConfig(AppConfig):
    """Label `mesh`."""

    name = "mynumber.webkit.mesh"
    label = "mesh"
    verbose_name = "変更の通知"
