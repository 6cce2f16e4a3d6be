"""Which systems may send which kind of message to J-LIS. What is not in the table is refused."""

from __future__ import annotations

from typing import Final

from mynumber.protocols.acquisition import REQUEST_CODE_BY_CERTIFICATE, REQUEST_CODES
from mynumber.protocols.card_life import (
    APPLY_FOR_CARD,
    COLLECT_CARD,
    HAND_OVER,
    ISSUE_CERTIFICATE,
    QUERY_CARDS,
    QUERY_DELIVERIES,
    REPORT_FOUND,
    REPORT_LOSS,
    REQUEST_FORM,
    REQUEST_ORDER,
    RETURN_CARD,
)
from mynumber.protocols.certification import (
    APPLY_FOR_PHONE,
    CHECK_STATUS,
    LATEST_ATTRIBUTES,
    LINK_SERIALS,
    QUERY_TRUST,
    REGISTER_CONSENT,
    WITHDRAW_CONSENT,
)
from mynumber.protocols.residents import LOOK_UP, LOOK_UP_BY_NUMBER, REGISTER_RESIDENTS

SYSTEM: Final = "jlis"
"""The id of J-LIS in the directory of systems."""

_MUNICIPALITIES: Final = "municipality"
_PENSION_SERVICE: Final = "pension_service"
_DIGITAL_AGENCY: Final = "digital_agency"
_PORTAL: Final = "portal"
_SANDBOX: Final = "sandbox"
"""Members that vendors make for their tests; a platform without any lists none."""
_VERIFIERS: Final = frozenset({_MUNICIPALITIES, _PENSION_SERVICE, _DIGITAL_AGENCY, _PORTAL})

ENTITLED: Final[dict[str, frozenset[str]]] = {
    # 住民基本台帳法 art. 30-6, 30-7: municipalities notify entries; Act art. 7, 8: and have numbers made.
    REGISTER_RESIDENTS.name: frozenset({_MUNICIPALITIES}),
    # 住民基本台帳法 art. 30-9 ff., Act art. 14(2).
    LOOK_UP.name: frozenset({_MUNICIPALITIES, _PENSION_SERVICE, _DIGITAL_AGENCY, _SANDBOX}),
    LOOK_UP_BY_NUMBER.name: frozenset({_MUNICIPALITIES, _PENSION_SERVICE, _DIGITAL_AGENCY}),
    # Act art. 21-2: those that inquire or provide through the network.
    REQUEST_CODES.name: frozenset({_MUNICIPALITIES, _PENSION_SERVICE, _DIGITAL_AGENCY, _SANDBOX}),
    REQUEST_CODE_BY_CERTIFICATE.name: frozenset({_PORTAL}),
    # Act art. 16-2, 17; 公的個人認証法 art. 22, 28: applications go through the municipality.
    REQUEST_FORM.name: frozenset({_MUNICIPALITIES}),
    APPLY_FOR_CARD.name: frozenset({_MUNICIPALITIES}),
    QUERY_DELIVERIES.name: frozenset({_MUNICIPALITIES}),
    COLLECT_CARD.name: frozenset({_MUNICIPALITIES}),
    HAND_OVER.name: frozenset({_MUNICIPALITIES}),
    # Act art. 17(4) ff.: the municipality has the card on its reader and has identified the holder.
    REQUEST_ORDER.name: frozenset({_MUNICIPALITIES}),
    ISSUE_CERTIFICATE.name: frozenset({_MUNICIPALITIES}),
    REPORT_FOUND.name: frozenset({_MUNICIPALITIES}),
    RETURN_CARD.name: frozenset({_MUNICIPALITIES}),
    # A loss is reported at any hour, also through the portal; there a visitor sees how their cards stand.
    REPORT_LOSS.name: frozenset({_MUNICIPALITIES, _PORTAL}),
    QUERY_CARDS.name: frozenset({_MUNICIPALITIES, _PORTAL}),
    # 公的個人認証法 art. 16-2 ff.: applications for a phone come through the portal.
    APPLY_FOR_PHONE.name: frozenset({_PORTAL}),
    # 公的個人認証法 art. 17, 18, 36, 37: members that may be verifiers; whether they are registered, and for what, is asked in the register.
    QUERY_TRUST.name: _VERIFIERS,
    CHECK_STATUS.name: _VERIFIERS,
    LINK_SERIALS.name: _VERIFIERS,
    REGISTER_CONSENT.name: _VERIFIERS,
    WITHDRAW_CONSENT.name: _VERIFIERS,
    LATEST_ATTRIBUTES.name: _VERIFIERS,
}
"""Kind of message -> the first word of the ids of systems that may send it."""


def may_send(system_id: str, kind: str) -> bool:
    """Whether a system (``municipality.131229``) may send a kind of message. Gateways, which act for others, may send none."""
    return system_id.partition(".")[0] in ENTITLED.get(kind, frozenset())
