from django.apps import AppConfig


class MeshConfig(AppConfig):
    """Events that members publish and receive."""

    name = "mynumber.institutions.gateway.mesh"
    label = "gateway_mesh"
    verbose_name = "公共サービスメッシュ"
