"""Whether an application is signed by whom it names (公的個人認証法 art. 17, 18)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from mynumber.foundation.pki import VerificationRefused
from mynumber.foundation.procedures.definition import Procedure, Signature
from mynumber.protocols import applications as protocol
from mynumber.protocols.applications import statement_digest
from mynumber.protocols.refusal import Hop, Reason, Refused
from mynumber.webkit.examination.holders import is_holder
from mynumber.webkit.examination.trust import TrustUnavailable, Verifier


def require_signature(
    verifier: Verifier,
    application: protocol.Application,
    procedure: Procedure,
    now: Callable[[], datetime],
) -> None:
    """The applicant, or who acts for them, signed this statement with a certificate that is good now and names them. Raises Refused.

    Asks J-LIS: call it outside a transaction.
    """
    signature = application.signature
    if signature is None:
        if procedure.signature is Signature.SIGNATURE:
            raise Refused(Hop.PROVIDER, Reason.BAD_SIGNATURE, "the form has to be signed")
        return
    signer = application.proxy or application.applicant
    try:
        holder = verifier.verify(
            certificate=signature.certificate,
            digest=statement_digest(application),
            signature=signature.value,
            now=now,
        )
        together = verifier.belongs_together(authentication=application.certificate, signature=holder.serial)
    except VerificationRefused as refused:
        raise Refused(Hop.PROVIDER, Reason.BAD_SIGNATURE, refused.reason.value) from None
    except TrustUnavailable:
        raise Refused(Hop.PROVIDER, Reason.UNAVAILABLE, "no certificate can be checked now") from None
    if not is_holder(signature.certificate, signer):
        raise Refused(Hop.PROVIDER, Reason.BAD_SIGNATURE, "the certificate names somebody else")
    if not together:
        raise Refused(Hop.PROVIDER, Reason.BAD_SIGNATURE, "the two certificates are not of one holder")
