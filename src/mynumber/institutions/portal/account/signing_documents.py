"""Documents that a resident signs with the card for a service: asked for once, answered once, by the very person who was proven.

The course is that of `protocols.signing`. The rows, the browser's part and the single use are those of `signing_in`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed

from mynumber.foundation import pki
from mynumber.foundation.pki import VerificationRefused
from mynumber.institutions.portal.account import trust, vault
from mynumber.institutions.portal.account.models import Account, SignInRequest
from mynumber.institutions.portal.account.signing_in import (
    OTHER_HOLDER,
    UNCHECKED,
    accept,
    browser_digest,
    open_request,
    refuse,
)
from mynumber.institutions.portal.account.trust import TrustUnavailable
from mynumber.protocols import signing
from mynumber.protocols.certification import Link, Purpose
from mynumber.protocols.sign_in import Reason, SignInAccepted, SignInRefused
from mynumber.protocols.signing import Document, SigningRequest, SigningResponse


def begin(
    *,
    browser: str,
    portal: str,
    next_path: str,
    relying_party: str,
    purpose: str,
    documents: Sequence[Document],
    signer: Account,
    proof_of: str,
    now: datetime,
) -> SigningRequest:
    """Ask `signer` to sign; `signing_in.take_proof(proof_of)` gives the signatures, once."""
    request = signing.new_request(
        portal=portal, relying_party=relying_party, purpose=purpose, documents=documents, now=now
    )
    SignInRequest.objects.create(
        request_id=request.request_id,
        asked=signing.encode(request),
        browser=browser_digest(browser),
        next_path=next_path,
        expires_at=request.expiry,
        proof_of=proof_of,
        signs=True,
        signer=signer,
    )
    return request


def show(request_id: str, *, now: datetime) -> SigningRequest:
    """The request as the device may show it. Raises SignInRefused."""
    return signing.decode_request(bytes(open_request(request_id, now=now, signs=True).asked))


def answer(request_id: str, response: SigningResponse, *, now: datetime) -> SignInAccepted:
    """Believe the card's signatures, once a request. Raises SignInRefused. Call it outside a transaction: J-LIS is asked."""
    row = open_request(request_id, now=now, signs=True)
    asked = signing.decode_request(bytes(row.asked))
    if len(response.signatures) != len(asked.documents) or row.signer is None:
        raise SignInRefused(Reason.MALFORMED)
    try:
        holder = trust.verify(
            Purpose.SIGNATURE,
            certificate=response.certificate,
            challenge=signing.statement_digest(asked),
            signature=response.statement_signature,
            now=now,
        )
        for document, signature in zip(asked.documents, response.signatures, strict=True):
            _require_signature(response.certificate, document.digest, signature)
        if holder.serial not in trust.linked(Link.SIGNATURE_OF_AUTHENTICATION, row.signer.certificate_serial):
            raise SignInRefused(Reason.CERTIFICATE_NOT_ACCEPTED, OTHER_HOLDER)
    except VerificationRefused as refused:
        raise refuse(request_id, response.certificate, refused, now=now) from None
    except TrustUnavailable:
        raise UNCHECKED from None
    sealed = vault.seal(signing.encode(response), vault.own_key())
    return accept(request_id, row.signer.certificate_serial, sealed, now=now)


def _require_signature(certificate: bytes, digest: bytes, signature: bytes) -> None:
    """Raise VerificationRefused(BAD_SIGNATURE) unless the certificate's key signed this digest (SHA-256)."""
    key = x509.load_der_x509_certificate(certificate).public_key()
    try:
        if not isinstance(key, rsa.RSAPublicKey):
            raise InvalidSignature
        key.verify(signature, digest, padding.PKCS1v15(), Prehashed(hashes.SHA256()))
    except InvalidSignature:
        raise VerificationRefused(pki.Reason.BAD_SIGNATURE) from None
