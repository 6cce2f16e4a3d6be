"""Words for people in the three languages of the face."""

from typing import Final

import msgspec

LANGUAGES: Final = ("ja", "easy", "en")
"""日本語, やさしい日本語, English."""


class Strict(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a definition is made of: nothing in a file is left unread."""


class Words(Strict, frozen=True, kw_only=True):
    """One text in every language; all three are required, so none is forgotten."""

    ja: str
    easy: str
    en: str

    def in_language(self, language: str) -> str:
        """The text in "ja", "easy" or "en". Raises KeyError."""
        if language not in LANGUAGES:
            raise KeyError(language)
        text: str = getattr(self, language)
        return text

    def filled(self, **values: str) -> "Words":
        """The texts with {name} replaced."""
        return Words(
            ja=self.ja.format_map(values), easy=self.easy.format_map(values), en=self.en.format_map(values)
        )


def words(ja: str, easy: str, en: str) -> Words:
    """Words that stand in code: for errors and lists that belong to the engine, not to a procedure."""
    return Words(ja=ja, easy=easy, en=en)
