"""Whether a certificate is good at this moment: asked of J-LIS at every use (公的個人認証法 art. 37).

The revocation lists of `trust` decide while J-LIS does not answer, as long as they are young enough; a card reported lost is refused
within the second that J-LIS knows of it.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import Final

from mynumber.foundation import pki
from mynumber.foundation.pki import VerificationRefused
from mynumber.protocols import wire
from mynumber.protocols.certification import CHECK_STATUS, CertificateState, Purpose, StatusQuestion
from mynumber.protocols.refusal import Hop, Refused
from mynumber.webkit import logs
from mynumber.webkit.messages import this_node

SYSTEM, JLIS = "portal", "jlis"

_REFUSED: Final = {
    CertificateState.SUSPENDED: pki.Reason.SUSPENDED,
    CertificateState.REVOKED: pki.Reason.REVOKED,
    CertificateState.EXPIRED: pki.Reason.EXPIRED,
    CertificateState.UNKNOWN: pki.Reason.UNTRUSTED,
}

_log = logs.get_logger(__name__)


def require_good(purpose: Purpose, serial: str) -> None:
    """Ask J-LIS; silent when the certificate is good, or when J-LIS does not answer (then the lists have decided).

    Call it outside a transaction, once the certificate and its signature were verified: each question is counted. Raises VerificationRefused.
    """
    try:
        answer = wire.call(
            this_node(),
            CHECK_STATUS,
            StatusQuestion(purpose=purpose, serials=(serial,)),
            sender=SYSTEM,
            receiver=JLIS,
            hop=Hop.PORTAL,
            now=partial(datetime.now, UTC),
        )
    except Refused as refused:
        _log.warning("no status from J-LIS", reason=refused.reason.value)
        return
    if [status.serial for status in answer.statuses] != [serial]:
        _log.warning("no status from J-LIS", reason="answer_not_bound")
        return
    reason = _REFUSED.get(answer.statuses[0].state)
    if reason is not None:
        raise VerificationRefused(reason)
