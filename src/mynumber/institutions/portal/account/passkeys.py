"""Passkeys (WebAuthn level 3): registered with the card, they open visits of the lower level.

py_webauthn checks what authenticators say; challenges live in the browser's session and are used once.
"""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlsplit

import webauthn
from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, parse_client_data_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from mynumber.institutions.portal.account import trust
from mynumber.institutions.portal.account.models import Account, EventKind, Passkey
from mynumber.institutions.portal.account.signing_in import record
from mynumber.protocols.certification import Purpose
from mynumber.webkit.environment import origin

MOST = 10
"""Passkeys of one account."""
LONGEST_ANSWER = 16 * 1024
_CHALLENGE = "passkey_challenge"


class PasskeyRefused(Exception):
    """What the authenticator said is not believed."""


def registration_options(account: Account, session: SessionBase) -> str:
    """JSON for `navigator.credentials.create`; the challenge is kept in the session."""
    known = [PublicKeyCredentialDescriptor(id=bytes(each.credential_id)) for each in account.passkeys.all()]
    options = webauthn.generate_registration_options(
        rp_id=_rp_id(),
        rp_name="マイナポータル",
        user_id=f"account-{account.pk}".encode(),
        user_name=f"証明書の終わり {account.serial_ending}",
        exclude_credentials=known,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
    )
    session[_CHALLENGE] = bytes_to_base64url(options.challenge)
    return webauthn.options_to_json(options)


def register(account: Account, answer: str, name: str, session: SessionBase, *, now: datetime) -> Passkey:
    """Take a new passkey in. Raises PasskeyRefused."""
    challenge = _take_challenge(session)
    if len(answer) > LONGEST_ANSWER or account.passkeys.count() >= MOST:
        raise PasskeyRefused
    try:
        verified = webauthn.verify_registration_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=_rp_id(),
            expected_origin=origin(settings.PUBLIC_URL),
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError):
        raise PasskeyRefused from None
    if Passkey.objects.filter(credential_id=verified.credential_id).exists():
        raise PasskeyRefused
    record(account, EventKind.PASSKEY_ADDED, now)
    return Passkey.objects.create(
        account=account,
        credential_id=verified.credential_id,
        public_key=verified.credential_public_key,
        sign_count=verified.sign_count,
        name=name,
        registered_at=now,
    )


def sign_in_options(session: SessionBase) -> str:
    """JSON for `navigator.credentials.get`: any passkey of this site."""
    options = webauthn.generate_authentication_options(
        rp_id=_rp_id(), user_verification=UserVerificationRequirement.REQUIRED
    )
    session[_CHALLENGE] = bytes_to_base64url(options.challenge)
    return webauthn.options_to_json(options)


def sign_in(answer: str, session: SessionBase, *, now: datetime) -> Account:
    """Whose passkey it is. The card it was registered with must still be good: J-LIS is asked. Raises PasskeyRefused, TrustUnavailable."""
    challenge = _take_challenge(session)
    try:
        credential = webauthn.helpers.parse_authentication_credential_json(answer[: LONGEST_ANSWER + 1])
        parse_client_data_json(credential.response.client_data_json)
        passkey = Passkey.objects.select_related("account").filter(credential_id=credential.raw_id).first()
        if passkey is None:
            raise PasskeyRefused
        verified = webauthn.verify_authentication_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=_rp_id(),
            expected_origin=origin(settings.PUBLIC_URL),
            credential_public_key=bytes(passkey.public_key),
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError):
        raise PasskeyRefused from None
    account = passkey.account
    if not trust.is_good(Purpose.AUTHENTICATION, account.certificate_serial):
        raise PasskeyRefused
    passkey.sign_count, passkey.used_at = verified.new_sign_count, now
    passkey.save(update_fields=["sign_count", "used_at"])
    record(account, EventKind.PASSKEY_SIGNED_IN, now)
    return account


def remove(account: Account, passkey_id: int, *, now: datetime) -> None:
    """A passkey of this account ends."""
    deleted, _ = account.passkeys.filter(pk=passkey_id).delete()
    if deleted:
        record(account, EventKind.PASSKEY_REMOVED, now)


def _take_challenge(session: SessionBase) -> bytes:
    kept = session.pop(_CHALLENGE, None)
    if kept is None:
        raise PasskeyRefused
    return base64url_to_bytes(kept)


def _rp_id() -> str:
    return urlsplit(settings.PUBLIC_URL).hostname or ""
