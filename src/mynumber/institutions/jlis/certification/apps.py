"""The Django app of certification."""

from django.apps import AppConfig


class CertificationConfig(AppConfig):
    """Label `jlis_certification`."""

    name = "mynumber.institutions.jlis.certification"
    label = "jlis_certification"
    verbose_name = "公的個人認証サービス"
