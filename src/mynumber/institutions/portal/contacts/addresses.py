"""E-mail addresses: read strictly, proven by who reads them, told at the old one when they change, taken away at once."""

from __future__ import annotations

import hmac
import re
import secrets
import unicodedata
from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

import msgspec
from django.db import transaction

from mynumber.institutions.portal.account.models import Account, EventKind
from mynumber.institutions.portal.account.signing_in import record
from mynumber.institutions.portal.contacts import kept
from mynumber.institutions.portal.contacts.models import (
    Contact,
    Language,
    Mail,
    Purpose,
    Verification,
)

VALID_FOR: Final = timedelta(minutes=30)
MOST_TRIES: Final = 5
MOST_A_DAY: Final = 5
"""Verifications that one account may begin, and that one address may be sent, within a day."""
CODE_DIGITS: Final = 6
_TOKEN_BYTES: Final = 24
ADDRESS: Final = "address"
_CODE: Final = "code"
_SECRET: Final = "verification"  # noqa: S105 - a word, no secret

_LOCAL: Final = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*", re.ASCII)
_LABEL: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?", re.ASCII)
_LONGEST_LOCAL: Final = 64
_LONGEST: Final = 254


class MalformedAddress(ValueError):
    """Not an e-mail address that is written to here; the message never repeats it."""


class TooOften(Exception):
    """Too many verifications within a day."""


class Fault(StrEnum):
    """Why a code or a link does not prove an address."""

    NOTHING_ASKED = "nothing_asked"
    OVER = "over"
    WRONG = "wrong"


class NotProven(Exception):
    """The address is not taken over."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.value)
        self.fault = fault


class Secret(msgspec.Struct, frozen=True):
    """What an e-mail of a verification carries."""

    code: str
    token: str

    def __repr__(self) -> str:
        return "Secret(***)"


def parse(text: str) -> str:
    """An address as it is kept: `local@domain` in ASCII, the domain in small letters. Full-width letters are read as others.

    Raises MalformedAddress. A dot at the end or twice in a row before the @, which some carriers once gave out, is no address of RFC 5321.
    """
    address = unicodedata.normalize("NFKC", text).strip(" ")
    local, at, domain = address.rpartition("@")
    domain = domain.lower()
    labels = domain.split(".")
    fine = (
        at
        and len(address) <= _LONGEST
        and len(local) <= _LONGEST_LOCAL
        and _LOCAL.fullmatch(local)
        and len(labels) > 1
        and all(_LABEL.fullmatch(label) for label in labels)
        and not labels[-1].isdigit()
    )
    if not fine:
        raise MalformedAddress("not an e-mail address")
    return f"{local}@{domain}"


def verified(account: Account) -> str | None:
    """The address that this account proved and that takes mail, or None."""
    contact = Contact.objects.filter(account=account, address__isnull=False, bounced_at=None).first()
    return None if contact is None else address_of(contact)


def address_of(contact: Contact) -> str | None:
    """The proven address, also one that has bounced."""
    return None if contact.address is None else kept.unseal(contact.address, contact.account_id, ADDRESS)


def contact_of(account: Account, now: datetime) -> Contact:
    """The row of this account, made when there is none; locked where the caller is in a transaction that changes it."""
    contact, _ = Contact.objects.select_for_update().get_or_create(
        account=account, defaults={"changed_at": now}
    )
    return contact


def begin(account: Account, text: str, *, now: datetime) -> None:
    """Send a code and a link to an address. Raises MalformedAddress, TooOften. What was asked before is over.

    The address is taken over when its reader proves it (`prove_by_code`, `prove_by_link`); until then the former one stays.
    """
    address = parse(text)
    digest = kept.digest(address.lower(), ADDRESS)
    with transaction.atomic():
        # The account's row is the lock: two browsers of one account count together.
        Account.objects.select_for_update().get(pk=account.pk)
        lately = Mail.objects.filter(purpose=Purpose.VERIFICATION, at__gt=now - timedelta(days=1))
        if max(lately.filter(account=account).count(), lately.filter(digest=digest).count()) >= MOST_A_DAY:
            raise TooOften
        secret = Secret(
            f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}", secrets.token_urlsafe(_TOKEN_BYTES)
        )
        sealed = kept.seal(address, account, ADDRESS)
        Verification.objects.filter(account=account).delete()
        Verification.objects.create(
            account=account,
            address=sealed,
            digest=digest,
            code=kept.digest(f"{account.pk}/{secret.code}", _CODE),
            token=kept.plain_digest(secret.token),
            begun_at=now,
            until=now + VALID_FOR,
        )
        Mail.objects.create(
            account=account,
            purpose=Purpose.VERIFICATION,
            address=sealed,
            digest=digest,
            language=_language(account),
            secret=kept.seal(msgspec.json.encode(secret).decode(), account, _SECRET),
            at=now,
            next_try_at=now,
        )


def secret_of(mail: Mail) -> Secret:
    """What an e-mail of a verification carries."""
    if mail.secret is None:
        raise ValueError("this e-mail carries no secret")
    return msgspec.json.decode(kept.unseal(mail.secret, mail.account_id, _SECRET), type=Secret)


def waiting(account: Account, *, now: datetime) -> str | None:
    """The address that still has to be proven, or None."""
    found = Verification.objects.filter(account=account, until__gt=now, tries__lt=MOST_TRIES).first()
    return None if found is None else kept.unseal(found.address, account.pk, ADDRESS)


def prove_by_code(account: Account, code: str, *, now: datetime) -> str:
    """Take the address over whose reader typed the six digits; the address. Raises NotProven; the try is counted all the same."""
    return _prove(
        account,
        lambda held: hmac.compare_digest(bytes(held.code), kept.digest(f"{account.pk}/{code}", _CODE)),
        now,
    )


def prove_by_link(account: Account, token: str, *, now: datetime) -> str:
    """The same by the link of the e-mail, opened by who is signed in to the account that asked. Raises NotProven."""
    return _prove(account, lambda held: hmac.compare_digest(bytes(held.token), kept.plain_digest(token)), now)


def _prove(account: Account, fits: Callable[[Verification], bool], now: datetime) -> str:
    with transaction.atomic():
        held = Verification.objects.select_for_update().filter(account=account).first()
        if held is None:
            raise NotProven(Fault.NOTHING_ASKED)
        if now >= held.until or held.tries >= MOST_TRIES:
            raise NotProven(Fault.OVER)
        if fits(held):
            held.delete()
            return _take_over(account, held, now)
        held.tries += 1
        held.save(update_fields=["tries"])
    raise NotProven(Fault.WRONG)


def _take_over(account: Account, held: Verification, now: datetime) -> str:
    contact = contact_of(account, now)
    _tell_old_address(contact, bytes(held.digest), now)
    contact.address, contact.digest = held.address, held.digest
    contact.verified_at, contact.bounced_at, contact.changed_at = now, None, now
    contact.save()
    settle(account, contact)
    record(account, EventKind.CONTACT_CHANGED, now)
    return kept.unseal(held.address, account.pk, ADDRESS)


def remove(account: Account, *, now: datetime) -> None:
    """Write no e-mail any more; the old address is told once."""
    with transaction.atomic():
        contact = contact_of(account, now)
        Verification.objects.filter(account=account).delete()
        if contact.address is None:
            return
        _tell_old_address(contact, b"", now)
        contact.address = contact.digest = contact.verified_at = contact.bounced_at = None
        contact.changed_at = now
        contact.save()
        settle(account, contact)
        record(account, EventKind.CONTACT_CHANGED, now)


def _tell_old_address(contact: Contact, new_digest: bytes, now: datetime) -> None:
    """An address that is no longer written to learns so: whoever took an account over cannot hide it."""
    if (
        contact.address is None
        or contact.digest is None
        or bytes(contact.digest) == new_digest
        or contact.bounced_at
    ):
        return
    Mail.objects.create(
        account=contact.account,
        purpose=Purpose.CHANGED,
        address=contact.address,
        digest=contact.digest,
        language=contact.language,
        at=now,
        next_try_at=now,
    )


def settle(account: Account, contact: Contact) -> None:
    """Keep on the account itself whether events may have to be told: a sign-in then asks nothing more."""
    alerted = (
        contact.address is not None
        and contact.bounced_at is None
        and (contact.alert_sign_in or contact.alert_change)
    )
    Account.objects.filter(pk=account.pk).update(alerted=alerted)
    account.alerted = alerted


def bounced(digest: bytes, *, now: datetime) -> int:
    """A mail server says that nobody is there: mark every account with this address; how many."""
    with transaction.atomic():
        found = list(
            Contact.objects.select_for_update()
            .select_related("account")
            .filter(digest=digest, bounced_at=None)
        )
        for contact in found:
            contact.bounced_at = now
            contact.save(update_fields=["bounced_at"])
            settle(contact.account, contact)
        return len(found)


def _language(account: Account) -> str:
    return (
        Contact.objects.filter(account=account).values_list("language", flat=True).first()
        or Language.JAPANESE
    )


def forget(account: Account, now: datetime) -> None:
    """Delete everything that an account told, with what was still to be sent."""
    for table in (Mail, Verification, Contact):
        table.objects.filter(account=account).delete()
