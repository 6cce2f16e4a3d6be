"""What the device signs, and for whom.

Nothing but statements that it builds from the fields of a request, and the digests of documents that the request names; and only what was
shown to the holder: the page carries a mark of it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping

from mynumber.foundation.smartcard import CardFile, KeyName, Pin, PinName
from mynumber.protocols import sign_in, signing
from mynumber.protocols.sign_in import Reason, SignedAttributes, SignInRefused, SignInRequest, SignInResponse
from mynumber.protocols.signing import SigningRequest, SigningResponse
from mynumber.wallet.chip import Jpki


def mark_of(request: SignInRequest | SigningRequest) -> str:
    """What the page remembers of the request it showed: the digest of all of it, base64url."""
    encoded = signing.encode(request) if isinstance(request, SigningRequest) else sign_in.encode(request)
    return base64.urlsafe_b64encode(hashlib.sha256(encoded).digest()).decode()


def require_shown(request: SignInRequest | SigningRequest, mark: str) -> None:
    """Raise SignInRefused(WRONG_REQUEST) unless `request` is the one that was shown with this mark."""
    if not hmac.compare_digest(mark_of(request).encode(), mark.encode("utf-8", "replace")):
        raise SignInRefused(Reason.WRONG_REQUEST)


def answer(request: SignInRequest, here: CardFile, pins: Mapping[PinName, Pin]) -> SignInResponse:
    """Sign the statement of `request` with a card: with the authentication key, and when attributes are asked for with
    the signature key too, whose certificate carries them. Raises PinRefused or another CardError."""
    card, challenge = Jpki(here), sign_in.challenge(request)
    attributes = None
    if request.attributes:
        card.enter(PinName.SIGNATURE, pins[PinName.SIGNATURE])
        attributes = SignedAttributes(
            certificate=card.certificate(KeyName.SIGNATURE), signature=card.sign(KeyName.SIGNATURE, challenge)
        )
    card.enter(PinName.AUTHENTICATION, pins[PinName.AUTHENTICATION])
    return SignInResponse(
        certificate=card.certificate(KeyName.AUTHENTICATION),
        signature=card.sign(KeyName.AUTHENTICATION, challenge),
        attributes=attributes,
    )


def sign_documents(request: SigningRequest, here: CardFile, password: Pin) -> SigningResponse:
    """Sign each document of `request`, and the statement that lists them. Raises PinRefused or another CardError."""
    card = Jpki(here)
    card.enter(PinName.SIGNATURE, password)
    return SigningResponse(
        certificate=card.certificate(KeyName.SIGNATURE),
        signatures=tuple(card.sign(KeyName.SIGNATURE, document.digest) for document in request.documents),
        statement_signature=card.sign(KeyName.SIGNATURE, signing.statement_digest(request)),
    )
