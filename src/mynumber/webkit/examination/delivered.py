"""Documents of private senders (民間送達) in a sending: the office looks at the sender's signature itself, and believes the portal only in whose they are.

Whom a signature belongs to and what it is checked against, the portal tells (it registered the senders); the look is the office's own. One that does not hold is turned
away with the sending. Where it cannot be decided now, the application is there all the same (到達), and the case worker looks again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from mynumber.foundation.pki import MalformedTrust
from mynumber.foundation.procedures import delivered as forms
from mynumber.foundation.procedures.definition import Procedure
from mynumber.protocols.applications import Application, Attachment, Delivered
from mynumber.protocols.deliveries import LARGEST_DOCUMENT, AskSenders, SenderRegister
from mynumber.protocols.refusal import Hop, Reason, Refused
from mynumber.webkit import logs

Ask = Callable[[AskSenders], SenderRegister]
"""Asks the portal (`protocols.deliveries.ASK_SENDERS`). Raises Refused."""
MEDIA: Final = frozenset({"application/pdf", "application/xml", "application/pkcs7-mime"})
MOST: Final = 10
"""Delivered documents of one sending: each look takes a while."""

_log = logs.get_logger(__name__)


@dataclass(frozen=True, slots=True, repr=False)
class Look:
    """What looking at one document came to. Neither verified nor refused: it could not be decided. Prints nothing of it."""

    claim: Delivered
    verified: bool = False
    refused: str = ""
    sender_name: str = ""
    corporate_number: str = ""
    kind_name: str = ""
    signed_at: datetime | None = None
    values: tuple[tuple[str, str], ...] = ()
    """What the document says under keys that forms take."""

    def __repr__(self) -> str:
        return f"Look({self.claim.kind})"


def require_sound(
    application: Application, procedure: Procedure, ask: Ask, *, now: Callable[[], datetime]
) -> dict[int, Look]:
    """Look at each delivered document of a sending, by its place. Asks the portal: call it outside a transaction.

    Raises Refused: BAD_DOCUMENT, MALFORMED, TOO_LARGE.
    """
    claimed = [
        (place, each, each.delivered)
        for place, each in enumerate(application.documents)
        if each.delivered is not None
    ]
    if len(claimed) > MOST:
        raise Refused(Hop.PROVIDER, Reason.TOO_LARGE, "too many delivered documents")
    registers: dict[str, SenderRegister | None] = {}
    looks = {}
    for place, each, claim in claimed:
        _require_fitting(each, claim, procedure)
        if claim.provider not in registers:
            registers[claim.provider] = _register(ask, claim.provider)
        looks[place] = _look(each.content, claim, registers[claim.provider], at=now())
    return looks


def look_again(content: bytes, claim: Delivered, ask: Ask, *, now: Callable[[], datetime]) -> Look:
    """The same look once more, where it could not be decided before."""
    try:
        return _look(content, claim, _register(ask, claim.provider), at=now())
    except Refused as refused:
        return Look(claim, refused=refused.refusal.detail)


def _require_fitting(each: Attachment, claim: Delivered, procedure: Procedure) -> None:
    document = next((one for one in procedure.document if one.id == each.document), None)
    fits = document is not None and claim.kind in forms.kinds_for(document)
    if each.media_type not in MEDIA or not (fits or each.media_type == "application/pdf"):
        raise Refused(
            Hop.PROVIDER, Reason.MALFORMED, "a delivered document is not of a kind that is asked for"
        )
    if len(each.content) > LARGEST_DOCUMENT:
        raise Refused(Hop.PROVIDER, Reason.TOO_LARGE, "a delivered document is too large")


def _register(ask: Ask, provider: str) -> SenderRegister | None:
    """Who sends by a provider, as of now; None while the portal does not say. Raises Refused for one that it does not know."""
    try:
        return ask(AskSenders(provider=provider))
    except Refused as refused:
        if refused.is_signed and refused.reason is Reason.UNKNOWN_RECORD:
            raise _bad("no such provider") from None
        _log.warning("the portal says nothing of senders", reason=refused.reason.value)
        return None


def _look(content: bytes, claim: Delivered, register: SenderRegister | None, *, at: datetime) -> Look:
    """Raises Refused(BAD_DOCUMENT)."""
    # lxml, signxml and pyHanko take a second and 60 MB, and few applications bring such a document.
    from mynumber.protocols import delivered

    if register is None:
        return Look(claim)
    sender = next((one for one in register.senders if one.key == claim.sender), None)
    if sender is None or claim.kind not in sender.kinds:
        raise _bad("not a registered sender of this kind")
    try:
        trust = delivered.trust_in(register.root, register.revocation_list)
        signed = delivered.look_at(content, kind=claim.kind, address=claim.address, trust=trust, at=at)
    except delivered.Unsound as unsound:
        raise _bad(f"{unsound.outcome.value} {unsound.detail}".strip()) from None
    except (delivered.Undecided, MalformedTrust):
        return Look(claim)
    if signed.serial not in sender.certificates:
        raise _bad("the certificate is not the sender's")
    return Look(
        claim,
        verified=True,
        sender_name=sender.name,
        corporate_number=sender.corporate_number,
        kind_name=sender.kinds[claim.kind],
        signed_at=signed.signed_at,
        values=signed.values,
    )


def _bad(detail: str) -> Refused:
    return Refused(Hop.PROVIDER, Reason.BAD_DOCUMENT, f"a delivered document: {detail}"[:300])
