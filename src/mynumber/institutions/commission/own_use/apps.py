"""The app of notices of own-use affairs."""

from django.apps import AppConfig


class OwnUseConfig(AppConfig):
    """Notices of local governments (独自利用事務の届出), and what the commission decided."""

    name = "mynumber.institutions.commission.own_use"
    label = "commission_own_use"
