from django.apps import AppConfig


class MeshConfig(AppConfig):
    """Events between institutions."""

    name = "mynumber.institutions.network.mesh"
    label = "network_mesh"
    verbose_name = "公共サービスメッシュ"
