"""Sign-in with the card: make a request, believe the card's answer once, let the browser that began finish once.

The course is that of `protocols.sign_in`; docs/protocols/sign-in.md says what each step guards against.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from cryptography import x509
from django.db import transaction
from django.db.models import F

from mynumber.foundation import pki
from mynumber.foundation.pki import MalformedSerial, VerificationRefused, serial_text
from mynumber.institutions.portal.account import trust, vault
from mynumber.institutions.portal.account.attributes import HandedAttributes
from mynumber.institutions.portal.account.housekeeping import NowAndThen
from mynumber.institutions.portal.account.models import Account, Event, EventKind, SignInRequest
from mynumber.institutions.portal.account.trust import TrustUnavailable
from mynumber.institutions.portal.contacts import alerts
from mynumber.protocols import sign_in, signing
from mynumber.protocols.certification import Link, Purpose
from mynumber.protocols.sign_in import Attribute, Reason, SignInAccepted, SignInRefused, SignInResponse
from mynumber.protocols.signing import SigningResponse
from mynumber.webkit.prepared import Prepared, PreparedUpdate, given, insert, store

RELYING_PARTY = "マイナポータル"
PURPOSE = "マイナポータルにサインインする"
PROOF_WITHIN = timedelta(minutes=5)
"""How long a proven card may be used for what it was asked for."""
MAXIMUM_ATTEMPTS = 5
"""Answers that one request may get before it is dead."""
FINISH_WITHIN = timedelta(minutes=2)
"""How long the browser has to come back after the answer."""
OTHER_HOLDER = "other_holder"
"""Detail of a refusal: the two certificates of an answer are not of one person."""
UNCHECKED = SignInRefused(Reason.CERTIFICATE_NOT_ACCEPTED, pki.Reason.REVOCATION_LIST_STALE.value)
"""J-LIS cannot be asked, and so nobody is believed."""
FORGET_AFTER = timedelta(days=1)
FORGET_AT_ONCE = 100

_OPEN = Prepared(
    lambda: SignInRequest.objects.select_related("signer").filter(pk=given("id"), signs=given("signs"))
)
_HELD = Prepared(lambda: SignInRequest.objects.select_for_update().filter(pk=given("id")))
_PROVEN = Prepared(
    lambda: (
        SignInRequest.objects.select_for_update()
        .filter(
            proof_of=given("proof_of"),
            browser=given("browser"),
            finished_at__gt=given("after"),
            return_code__isnull=False,
            taken_at__isnull=True,
        )
        .order_by("-finished_at")
    )
)
_ANSWER = PreparedUpdate(
    lambda: SignInRequest.objects.filter(pk=given("id"), answered_at__isnull=True),
    certificate_serial=given("serial"),
    answered_at=given("now"),
    return_code=given("code"),
    attributes=given("sealed"),
)
_OF_CERTIFICATE = Prepared(lambda: Account.objects.filter(certificate_serial=given("serial")))

forgetting = NowAndThen()


class FinishReason(StrEnum):
    """Why a browser that comes back is not let in."""

    UNKNOWN = "unknown"
    EXPIRED = "expired"
    OTHER_BROWSER = "other_browser"
    NOT_ANSWERED = "not_answered"
    ALREADY_FINISHED = "already_finished"
    WRONG_CODE = "wrong_code"


class FinishRefused(Exception):
    """The browser does not get a session."""

    def __init__(self, reason: FinishReason) -> None:
        super().__init__(f"sign-in not finished: {reason.value}")
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Finished:
    """A proven holder and where the browser was going."""

    account: Account
    next_path: str
    is_new: bool
    proof_of: str | None
    """What the card was asked for; None: a visit."""


@dataclass(frozen=True, slots=True)
class Proof:
    """A card that was proven for one thing."""

    account: Account
    at: datetime
    """When the card answered (aware, UTC)."""
    attributes: HandedAttributes | None = None
    """What was asked for, from the signature certificate; None when nothing was."""
    signed: SigningResponse | None = None
    """The signatures, where documents were signed."""


def begin(
    *,
    browser: str,
    portal: str,
    next_path: str,
    now: datetime,
    relying_party: str = RELYING_PARTY,
    purpose: str = PURPOSE,
    attributes: Iterable[Attribute] = (),
    proof_of: str | None = None,
) -> sign_in.SignInRequest:
    """Make a request for the browser that holds the secret `browser`. portal: public origin of this site.

    relying_party, purpose: one printable line each, for the holder. proof_of: what else than a visit the card is asked for;
    `take_proof` of the same words gives the answer, once.
    """
    _forget(now)
    request = sign_in.new_request(
        portal=portal, relying_party=relying_party, purpose=purpose, now=now, attributes=attributes
    )
    insert(
        SignInRequest(
            request_id=request.request_id,
            asked=sign_in.encode(request),
            browser=browser_digest(browser),
            next_path=next_path,
            expires_at=request.expiry,
            proof_of=proof_of,
        )
    )
    return request


def show(request_id: str, *, now: datetime) -> sign_in.SignInRequest:
    """The request as the device may show it. Raises SignInRefused."""
    return sign_in.decode_request(bytes(open_request(request_id, now=now, signs=False).asked))


def answer(request_id: str, response: SignInResponse, *, now: datetime) -> SignInAccepted:
    """Believe a card's answer, once a request. Raises SignInRefused; what was tried is committed all the same.

    Call it outside a transaction: J-LIS is asked.
    """
    asked = sign_in.decode_request(bytes(open_request(request_id, now=now, signs=False).asked))
    try:
        holder, attributes = _believe(asked, response, now)
        account_serial = _serial_of_account(holder)
    except VerificationRefused as refused:
        raise refuse(request_id, response.certificate, refused, now=now) from None
    except TrustUnavailable:
        raise UNCHECKED from None
    sealed = None if attributes is None else vault.seal(attributes.to_json(), vault.own_key())
    return accept(request_id, account_serial, sealed, now=now)


def refuse(
    request_id: str, certificate: bytes, refused: VerificationRefused, *, now: datetime
) -> SignInRefused:
    """Count an answer that is not believed, tell its holder, and make the refusal for the device."""
    with transaction.atomic():
        SignInRequest.objects.filter(pk=request_id).update(attempts=F("attempts") + 1)
        _record_refused_answer(certificate, refused.reason, now)
    if refused.reason is pki.Reason.BAD_SIGNATURE:
        return SignInRefused(Reason.SIGNATURE_NOT_ACCEPTED, refused.reason.value)
    return SignInRefused(Reason.CERTIFICATE_NOT_ACCEPTED, refused.reason.value)


def accept(request_id: str, serial: str, sealed: bytes | None, *, now: datetime) -> SignInAccepted:
    """Take an answer that was believed, once a request. Raises SignInRefused(ALREADY_ANSWERED)."""
    return_code = sign_in.new_identifier()
    # One statement, so of two answers that race one finds the request answered.
    if not _ANSWER(id=request_id, serial=serial, now=now, code=_digest(return_code), sealed=sealed):
        raise SignInRefused(Reason.ALREADY_ANSWERED)
    return SignInAccepted(return_code=return_code)


def _believe(
    asked: sign_in.SignInRequest, response: SignInResponse, now: datetime
) -> tuple[pki.VerifiedHolder, HandedAttributes | None]:
    """The holder, and what they hand over. Raises SignInRefused, VerificationRefused, TrustUnavailable."""
    if (response.attributes is not None) is not bool(asked.attributes):
        raise SignInRefused(Reason.MALFORMED)
    challenge = sign_in.challenge(asked)
    holder = trust.verify(
        Purpose.AUTHENTICATION,
        certificate=response.certificate,
        challenge=challenge,
        signature=response.signature,
        now=now,
    )
    if response.attributes is None:
        return holder, None
    signer = trust.verify(
        Purpose.SIGNATURE,
        certificate=response.attributes.certificate,
        challenge=challenge,
        signature=response.attributes.signature,
        now=now,
    )
    if signer.serial not in trust.linked(Link.SIGNATURE_OF_AUTHENTICATION, holder.serial):
        # Two good cards, two people: nobody hands over somebody else's attributes.
        raise SignInRefused(Reason.CERTIFICATE_NOT_ACCEPTED, OTHER_HOLDER)
    return holder, HandedAttributes.of(response.attributes.certificate, asked.attributes)


def _serial_of_account(holder: pki.VerifiedHolder) -> str:
    """By which certificate the holder's account is known: the card's, also when they signed in with their phone.

    Raises VerificationRefused, TrustUnavailable.
    """
    serial = holder.serial
    if holder.medium is pki.Medium.PHONE:
        cards = trust.linked(Link.CARD_OF_PHONE, serial)
        if not cards:
            raise VerificationRefused(pki.Reason.REVOKED)
        serial = cards[0]
    if _OF_CERTIFICATE.first(serial=serial) is None:
        _follow_renewal(serial)
    return serial


def _follow_renewal(serial: str) -> None:
    """A certificate that was never here may follow one that was: the account goes on (シリアル番号の紐付け). Raises TrustUnavailable."""
    for earlier in trust.linked(Link.PREDECESSORS, serial):
        if Account.objects.filter(certificate_serial=earlier).update(certificate_serial=serial):
            return


def finish(
    request_id: str,
    return_code: str,
    *,
    browser: str | None,
    now: datetime,
    use: Callable[[str, Proof], bool] | None = None,
) -> Finished:
    """Let the browser in that began this request and brings its code, once. Raises FinishRefused; the attempt is committed.

    use: (proof_of, proof) of a card that was asked for something else than a visit, inside the transaction: whether the proof is used up by it.
    When it raises, nothing has happened.
    """
    with transaction.atomic():
        row = _HELD.first(id=request_id)
        if row is None:
            raise FinishRefused(FinishReason.UNKNOWN)
        reason = _fault(row, return_code, browser, now)
        if reason is None:
            finished = _welcome(row, now)
            row.finished_at = now
            if (
                row.proof_of is not None
                and use is not None
                and use(row.proof_of, _proof(row, finished.account))
            ):
                row.taken_at, row.attributes = now, None
                store(row, "finished_at", "taken_at", "attributes", wait=False)
            else:
                store(row, "finished_at", wait=False)
            return finished
        if reason is FinishReason.WRONG_CODE:
            row.finished_at, row.return_code = now, None
            row.save(update_fields=["finished_at", "return_code"])
        if row.certificate_serial is not None:
            account = Account.objects.filter(certificate_serial=row.certificate_serial).first()
            if account is not None:
                record(account, EventKind.REFUSED, now, reason.value)
    raise FinishRefused(reason)


def take_proof(proof_of: str, *, browser: str | None, now: datetime) -> Proof | None:
    """The card that this browser proved for `proof_of` a moment ago, once. Call it inside a transaction."""
    if browser is None:
        return None
    row = _PROVEN.first(proof_of=proof_of, browser=browser_digest(browser), after=now - PROOF_WITHIN)
    if row is None:
        return None
    account = _OF_CERTIFICATE.first(serial=row.certificate_serial)
    if account is None:
        return None
    proof = _proof(row, account)
    row.taken_at, row.attributes = now, None
    store(row, "taken_at", "attributes")
    return proof


def _proof(row: SignInRequest, account: Account) -> Proof:
    if row.answered_at is None:
        raise ValueError("a proof is of a card that answered")
    handed = None if row.attributes is None else vault.unseal(bytes(row.attributes), vault.own_key())
    if row.signs and handed is not None:
        return Proof(account, row.answered_at, signed=signing.decode_response(handed))
    return Proof(account, row.answered_at, None if handed is None else HandedAttributes.from_json(handed))


def answered_with(row: SignInRequest, return_code: str) -> bool:
    """Whether this is the return code that the device was given for its answer."""
    return row.return_code is not None and hmac.compare_digest(bytes(row.return_code), _digest(return_code))


def account_of(row: SignInRequest) -> Account | None:
    """Whose card answered a request."""
    return _OF_CERTIFICATE.first(serial=row.certificate_serial)


def record(account: Account, kind: EventKind, at: datetime, reason: str = "") -> None:
    """Write a line of the history that the resident sees."""
    insert(Event(account=account, kind=kind, at=at, reason=reason), wait=False)
    if account.alerted:
        alerts.after_event(account, kind, at)


def _fault(row: SignInRequest, return_code: str, browser: str | None, now: datetime) -> FinishReason | None:
    if browser is None or not hmac.compare_digest(bytes(row.browser), browser_digest(browser)):
        # First of all: another browser learns nothing about the request, and cannot spoil it.
        return FinishReason.OTHER_BROWSER
    if row.finished_at is not None:
        return FinishReason.ALREADY_FINISHED
    if row.answered_at is None or row.return_code is None:
        return FinishReason.EXPIRED if now >= row.expires_at else FinishReason.NOT_ANSWERED
    if now >= row.answered_at + FINISH_WITHIN:
        return FinishReason.EXPIRED
    if not hmac.compare_digest(bytes(row.return_code), _digest(return_code)):
        return FinishReason.WRONG_CODE
    return None


def _welcome(row: SignInRequest, now: datetime) -> Finished:
    account, is_new = _OF_CERTIFICATE.first(serial=row.certificate_serial), False
    if account is None:
        account, is_new = Account.objects.get_or_create(
            certificate_serial=row.certificate_serial, defaults={"opened_at": now, "last_signed_in_at": now}
        )
    if is_new:
        record(account, EventKind.OPENED, now)
    elif row.proof_of is None:
        account.last_signed_in_at = now
        store(account, "last_signed_in_at")
    kind = EventKind.SIGNED if row.signs else EventKind.PROVEN
    record(account, EventKind.SIGNED_IN if row.proof_of is None else kind, now)
    return Finished(account, row.next_path, is_new, row.proof_of)


def open_request(request_id: str, *, now: datetime, signs: bool) -> SignInRequest:
    """The request if it may be answered. Raises SignInRefused."""
    row = _OPEN.first(id=request_id, signs=signs)
    if row is None:
        raise SignInRefused(Reason.UNKNOWN_REQUEST)
    if row.answered_at is not None:
        raise SignInRefused(Reason.ALREADY_ANSWERED)
    if now >= row.expires_at or row.attempts >= MAXIMUM_ATTEMPTS:
        raise SignInRefused(Reason.EXPIRED)
    return row


def _record_refused_answer(certificate: bytes, reason: pki.Reason, now: datetime) -> None:
    """Tell the holder of an account that somebody came with its certificate and was not believed.

    Nothing is written about certificates that never signed in here.
    """
    try:
        serial = serial_text(x509.load_der_x509_certificate(certificate).serial_number)
    except (ValueError, TypeError, x509.InvalidVersion, MalformedSerial):
        return
    account = Account.objects.filter(certificate_serial=serial).first()
    if account is not None:
        record(account, EventKind.REFUSED, now, reason.value)


def browser_digest(secret: str) -> bytes:
    """SHA-256 of a browser's secret: what a request keeps of it."""
    return _digest(secret)


def _forget(now: datetime) -> None:
    if not forgetting.is_due():
        return
    over = SignInRequest.objects.filter(expires_at__lt=now - FORGET_AFTER).values("pk")[:FORGET_AT_ONCE]
    SignInRequest.objects.filter(pk__in=over).delete()


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
