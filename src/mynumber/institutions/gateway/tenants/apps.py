from django.apps import AppConfig


class TenantsConfig(AppConfig):
    """Codes, copies, inquiries, answers and records of the members, one tenant each."""

    name = "mynumber.institutions.gateway.tenants"
    label = "gateway_tenants"
    verbose_name = "中間サーバー"
