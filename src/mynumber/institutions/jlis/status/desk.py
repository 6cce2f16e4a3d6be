"""Who answers for which CA: responders, the time-stamping authority, and what they say of a certificate. No Django, no HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from cryptography import x509

from mynumber.foundation.keyring import KeyRingRefused
from mynumber.foundation.pki import Purpose
from mynumber.foundation.pki.ocsp import (
    GOOD,
    UNKNOWN,
    CertificateStatus,
    PreProduced,
    Responder,
    ResponseStatus,
    StatusRequest,
    issuer_ids,
    revoked,
)
from mynumber.foundation.pki.signing import DerSigner, SignerDamaged
from mynumber.foundation.pki.timestamp import StampingAuthority
from mynumber.institutions.jlis.certification.words import CertificateReason, StoredState
from mynumber.institutions.jlis.status.store import CertificateRow, Root, ServiceRow
from mynumber.webkit import logs

ANSWER_VALIDITY: Final = timedelta(minutes=10)
"""nextUpdate - thisUpdate of an answer: how long a verifier may lean on one, if it wants to."""
STAMPING_POLICY: Final = "2.25.22168687943795015696450468671602136740"
"""The rules of docs/protocols/status.md; under the arc of UUIDs, which needs no registration."""
TIME_STAMPING: Final = "tsa"
_NOT_GOOD: Final = frozenset({StoredState.REVOKED.value, StoredState.SUSPENDED.value})

_log = logs.get_logger(__name__)


class NoAnswer(Exception):
    """There is no status for this request: the answer is a refusal that nobody signs."""

    def __init__(self, status: ResponseStatus) -> None:
        super().__init__(f"no status: {status.name}")
        self.status = status


@dataclass(frozen=True, slots=True)
class Answerer:
    """Answers for the certificates of one generation of one CA."""

    purpose: Purpose
    generation: int
    responder: Responder = field(repr=False)
    kept: PreProduced = field(repr=False)

    def status(self, row: CertificateRow | None) -> CertificateStatus:
        """What is said of a certificate. One that is over is good if it was not revoked: when it ends stands in itself."""
        if row is None or (row.hierarchy, row.generation) != (self.purpose, self.generation):
            return UNKNOWN
        if row.reason is not None and row.state in _NOT_GOOD:
            return revoked(row.since, CertificateReason(row.reason).in_list)
        return GOOD

    def answer(
        self, request: StatusRequest, rows: Sequence[CertificateRow | None], *, now: datetime
    ) -> bytes:
        """The signed answer. Without a nonce and about one certificate it may be one that was signed before."""
        statuses = [self.status(row) for row in rows]
        if request.nonce is None and len(statuses) == 1:
            return self.kept.answer(request.certificates[0], statuses[0], now=now)
        return self.responder.answer(
            list(zip(request.certificates, statuses, strict=True)),
            now=now,
            valid_until=now + ANSWER_VALIDITY,
            nonce=request.nonce,
        )


class Desk:
    """All answerers and the time-stamping authority, as far as their keys and certificates are there."""

    def __init__(self) -> None:
        self._answerers: dict[bytes, Answerer] = {}
        self._purposes: dict[bytes, Purpose] = {}
        self.stamping: StampingAuthority | None = None
        self.roots: tuple[Root, ...] = ()

    def furnish(
        self, roots: Iterable[Root], services: Iterable[ServiceRow], key_pem: Callable[[str, int], bytes]
    ) -> None:
        """Take up CAs and certificates of the service as they are now. What has not changed is kept, its answers too.

        services: newest first; key_pem: (name, generation) -> PEM. A certificate whose key does not fit is left out.
        """
        self.roots = tuple(roots)
        newest: dict[tuple[str, int], ServiceRow] = {}
        for row in services:
            newest.setdefault((row.service, row.authority_generation), row)
        answerers: dict[bytes, Answerer] = {}
        purposes: dict[bytes, Purpose] = {}
        for root in self.roots:
            service = newest.get((f"ocsp-{root.purpose.value}", root.generation))
            names = issuer_ids(x509.load_der_x509_certificate(root.certificate))
            purposes.update(dict.fromkeys(names, root.purpose))
            if service is None:
                continue
            answerer = self._answerers.get(names[0])
            if answerer is None or answerer.responder.signer.certificate_der != service.certificate:
                answerer = _answerer(root, service, key_pem)
            if answerer is not None:
                answerers.update(dict.fromkeys(names, answerer))
        self._answerers, self._purposes = answerers, purposes
        self._take_stamping(newest, key_pem)

    def _take_stamping(
        self, newest: dict[tuple[str, int], ServiceRow], key_pem: Callable[[str, int], bytes]
    ) -> None:
        rows = [row for (service, _), row in newest.items() if service == TIME_STAMPING]
        if not rows:
            self.stamping = None
            return
        if self.stamping is None or self.stamping.signer.certificate_der != rows[0].certificate:
            signer = _signer(rows[0], key_pem)
            self.stamping = StampingAuthority(signer, STAMPING_POLICY) if signer else None

    def answerer_for(self, request: StatusRequest, purpose: Purpose) -> Answerer:
        """Who answers a request that came to the address of this hierarchy.

        Raises NoAnswer: UNAUTHORIZED for a CA that is not of this hierarchy, or for more than one CA in one request (an answer is signed for
        one CA); TRY_LATER while that CA's responder is not there.
        """
        issuer = request.certificates[0].issuer
        if any(certificate.issuer != issuer for certificate in request.certificates):
            raise NoAnswer(ResponseStatus.UNAUTHORIZED)
        if self._purposes.get(issuer) is not purpose:
            raise NoAnswer(ResponseStatus.TRY_LATER if not self.roots else ResponseStatus.UNAUTHORIZED)
        answerer = self._answerers.get(issuer)
        if answerer is None:
            raise NoAnswer(ResponseStatus.TRY_LATER)
        return answerer

    def missing(self, now: datetime) -> list[str]:
        """What cannot be answered for want of a certificate: `ocsp-KIND-GENERATION`, `tsa`; `ca` while there is no CA at all.

        Nobody answers for a CA that is over, and its certificates are as well.
        """
        if not self.roots:
            return ["ca"]
        answered = {(one.purpose, one.generation) for one in self._answerers.values()}
        return [
            *(
                f"ocsp-{root.purpose}-{root.generation}"
                for root in self.roots
                if root.not_after > now and (root.purpose, root.generation) not in answered
            ),
            *([] if self.stamping or not self._certifies_stamping(now) else [TIME_STAMPING]),
        ]

    def _certifies_stamping(self, now: datetime) -> bool:
        return any(root.purpose is Purpose.SIGNATURE and root.not_after > now for root in self.roots)


def _answerer(root: Root, service: ServiceRow, key_pem: Callable[[str, int], bytes]) -> Answerer | None:
    signer = _signer(service, key_pem)
    if signer is None:
        return None
    responder = Responder(signer)
    kept = PreProduced(responder, validity=ANSWER_VALIDITY)
    return Answerer(root.purpose, root.generation, responder, kept)


def _signer(service: ServiceRow, key_pem: Callable[[str, int], bytes]) -> DerSigner | None:
    try:
        return DerSigner.load(
            key_pem=key_pem(service.service, service.key_generation), certificate=service.certificate
        )
    except (SignerDamaged, KeyRingRefused) as error:
        _log.error(
            "a certificate of the service is of no use", kind=service.service, exception=logs.outline(error)
        )
        return None
