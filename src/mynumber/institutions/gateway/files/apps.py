from django.apps import AppConfig


class FilesConfig(AppConfig):
    """Files of the members: copies registered in bulk, and inquiries asked over night."""

    name = "mynumber.institutions.gateway.files"
    label = "gateway_files"
    verbose_name = "一括登録と一括照会"
