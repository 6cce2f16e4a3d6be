"""Answering a sign-in request with a card (利用者証明).

The device signs nothing but sign-in statements, built here from the fields of the request, and only the one that was
shown to the holder.
"""

from __future__ import annotations

import base64
import hmac

from mynumber.foundation.smartcard import CardReader, JpkiClient, Pin
from mynumber.protocols.sign_in import Reason, SignInRefused, SignInRequest, SignInResponse, challenge


def mark_of(request: SignInRequest) -> str:
    """What the page remembers of the statement it showed: its digest, base64url."""
    return base64.urlsafe_b64encode(challenge(request)).decode()


def require_shown(request: SignInRequest, mark: str) -> None:
    """Raise SignInRefused(WRONG_REQUEST) unless `request` is the one that was shown with this mark."""
    if not hmac.compare_digest(mark_of(request).encode(), mark.encode("utf-8", "replace")):
        raise SignInRefused(Reason.WRONG_REQUEST)


def answer(request: SignInRequest, reader: CardReader, pin: Pin) -> SignInResponse:
    """Sign the statement of `request` with the card in `reader`.

    Raises WrongPin, PinBlocked, or another CardError.
    """
    client = JpkiClient(reader)
    client.select()
    certificate = client.read_certificate()
    client.verify_pin(pin)
    return SignInResponse(certificate=certificate, signature=client.sign(challenge(request)))
