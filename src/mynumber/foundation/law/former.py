"""The former appended table 2 of the Act (番号法別表第二), which allowed exchanges until 2024-05-26; for questions about the past.

Known in its last wording only, that of 2024-04-01: a question about any earlier day gets these rows, and `LegalBasis.text_of` tells. Its details stood in
an ordinance (平成26年内閣府・総務省令第7号) that is not known here, so it has no items. Ids begin with "former-": "former-81-1" has nothing to do with "81-1".
"""

from datetime import date
from functools import cache
from importlib import resources
from typing import Final

import msgspec

from mynumber.foundation.law.history import OrderHistory, decode, history_of
from mynumber.foundation.law.kinds import InformationKind, InstitutionKind
from mynumber.foundation.law.mapping import PhraseMapping, phrase_mapping, read_phrases
from mynumber.foundation.law.table import TextTable

FORMER_SINCE: Final = date(2017, 5, 30)
"""Art. 19(vii), now (viii), and the table came into force (Act, suppl. art. 1(v))."""

FORMER_UNTIL: Final = date(2024, 5, 27)
"""The first day of the Provision Order."""

FORMER_TEXT: Final = date(2024, 4, 1)
"""The day whose wording is known."""

_LAW_ID: Final = "425AC0000000027"
_LAW_NUMBER: Final = "平成二十五年法律第二十七号"
_PREFIX: Final = "former-"


def is_former(row_id: str) -> bool:
    """Whether an id is one of the former table."""
    return row_id.startswith(_PREFIX)


@cache
def former_history() -> OrderHistory:
    """The committed rows. Raises BadData."""
    folder = resources.files("mynumber.foundation.law") / "data"
    return decode((folder / "former_table.json").read_bytes())


@cache
def former_mapping() -> PhraseMapping:
    """The kinds of its phrases: those of the Order, and its own, which prevail. Raises BadMapping."""
    text = (resources.files("mynumber.foundation.law") / "mapping" / "former.toml").read_text("utf-8")
    known = phrase_mapping()
    return PhraseMapping(
        institutions={**known.institutions, **read_phrases(text, InstitutionKind, "institutions")},
        information={**known.information, **read_phrases(text, InformationKind, "information")},
    )


def former_history_of(table: TextTable) -> OrderHistory:
    """The history of its one wording, with ids of its own and an end."""
    history = history_of({FORMER_TEXT: table})
    affairs = tuple(
        msgspec.structs.replace(
            affair,
            id=_PREFIX + affair.id,
            versions=tuple(
                msgspec.structs.replace(version, until=FORMER_UNTIL) for version in affair.versions
            ),
            provisions=tuple(
                msgspec.structs.replace(
                    rule,
                    id=_PREFIX + rule.id,
                    versions=tuple(
                        msgspec.structs.replace(version, until=FORMER_UNTIL) for version in rule.versions
                    ),
                )
                for rule in affair.provisions
            ),
        )
        for affair in history.affairs
    )
    deleted = tuple(msgspec.structs.replace(entry, until=FORMER_UNTIL) for entry in history.deleted)
    return msgspec.structs.replace(
        history, law_id=_LAW_ID, law_number=_LAW_NUMBER, affairs=affairs, deleted=deleted
    )
