from django.apps import AppConfig


class InformationConfig(AppConfig):
    """What institutions hold about the resident (わたしの情報)."""

    name = "mynumber.institutions.portal.information"
    label = "portal_information"
    verbose_name = "わたしの情報"

    def ready(self) -> None:
        """What a resident wrote goes with the account."""
        from mynumber.institutions.portal.account import closing
        from mynumber.institutions.portal.information import cases

        closing.register("わたしの情報についての申出のことば", cases.forget_words)
