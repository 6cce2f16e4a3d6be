"""Providers and their senders: registered by hand from a file of the provider, renewed by signed messages (docs/protocols/deliveries.md)."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import msgspec
from cryptography import x509
from cryptography.x509.oid import NameOID
from django.db import transaction

from mynumber.foundation.numbers.corporate import CorporateNumber
from mynumber.foundation.pki import MalformedTrust, serial_text
from mynumber.institutions.portal.deliveries.models import Provider, Sender, SenderCertificate
from mynumber.institutions.portal.identity import clients
from mynumber.institutions.portal.identity.models import Client, Site
from mynumber.protocols.deliveries import (
    SENDER_POLICY,
    AskSenders,
    RegisteredSender,
    Registration,
    SenderRegister,
    SenderTrust,
)
from mynumber.protocols.exchange import Acknowledged
from mynumber.protocols.refusal import Hop, Reason, Refused
from mynumber.webkit.messages import Question

PORTAL_CLIENT: Final = "portal"
"""client_id of this portal at every site that it links."""


def register(entry: Registration, *, now: datetime) -> Client:
    """Take a provider in, or renew what is known of it; its client of the sign-in. Raises ValueError, MalformedTrust, RegistrationRefused."""
    from mynumber.foundation.validation.trust import Trust  # loads lxml and pyHanko, which few processes need

    Trust(signature_roots=[entry.root], signature_policies=[x509.ObjectIdentifier(SENDER_POLICY)])
    for sender in entry.senders:
        CorporateNumber.parse(sender.corporate_number)
    with transaction.atomic():
        site, _ = Site.objects.update_or_create(
            key=entry.key,
            defaults={
                "name": entry.name,
                "issuer": entry.issuer,
                "system": entry.system,
                "client_id": PORTAL_CLIENT,
                "words": entry.words,
            },
            create_defaults={
                "name": entry.name,
                "issuer": entry.issuer,
                "system": entry.system,
                "client_id": PORTAL_CLIENT,
                "words": entry.words,
                "registered_at": now,
            },
        )
        provider, _ = Provider.objects.update_or_create(
            system=entry.system,
            defaults={"site": site, "name": entry.name, "root": entry.root, "is_active": True},
            create_defaults={"site": site, "name": entry.name, "root": entry.root, "registered_at": now},
        )
        for sender in entry.senders:
            Sender.objects.update_or_create(
                provider=provider,
                key=sender.key,
                defaults={
                    "name": sender.name,
                    "corporate_number": sender.corporate_number,
                    "kinds": sender.kinds,
                    "is_active": True,
                },
            )
        listed = [sender.key for sender in entry.senders]
        provider.senders.exclude(key__in=listed).update(is_active=False)
        return _client(entry, now)


def _client(entry: Registration, now: datetime) -> Client:
    """Its client: the one there is with these addresses, or a new one."""
    found = Client.objects.filter(name=entry.name, redirect_uris=list(entry.redirect_uris)).first()
    if found is not None:
        return found
    return clients.register(
        name=entry.name,
        redirect_uris=entry.redirect_uris,
        keys=entry.keys,
        scopes=("openid",),
        now=now,
        initiate_login_uri=entry.initiate_login_uri,
    ).client


def take_trust(question: Question[SenderTrust]) -> Acknowledged:
    """Certificates of senders and a newer list. What the registered CA did not sign is refused; an older list is left alone."""
    from mynumber.foundation.validation.trust import load_certificate

    provider = Provider.objects.select_for_update().filter(pk=question.sender, is_active=True).first()
    if provider is None:
        raise Refused(Hop.PORTAL, Reason.NOT_ENTITLED)
    root = x509.load_der_x509_certificate(bytes(provider.root))
    number = _list_number(question.body.revocation_list, bytes(provider.root))
    count = 0
    for der in question.body.certificates:
        certificate = load_certificate(der)
        sender = None if certificate is None else _sender_of(provider, root, certificate)
        if certificate is None or sender is None:
            raise Refused(Hop.PORTAL, Reason.BAD_SIGNATURE, "a certificate is not one of a registered sender")
        _, is_new = SenderCertificate.objects.get_or_create(
            provider=provider,
            serial=serial_text(certificate.serial_number),
            defaults={"sender": sender, "taken_at": question.at},
        )
        count += is_new
    if number > provider.list_number:
        provider.list_number, provider.revocation_list = number, question.body.revocation_list
        provider.save(update_fields=["list_number", "revocation_list"])
    return Acknowledged(count=count)


def answer_senders(question: Question[AskSenders]) -> SenderRegister:
    """Who sends by a provider now, for a body that checks one of their documents itself."""
    provider = Provider.objects.filter(pk=question.body.provider, is_active=True).first()
    if provider is None:
        raise Refused(Hop.PORTAL, Reason.UNKNOWN_RECORD)
    listed = provider.revocation_list
    return SenderRegister(
        name=provider.name,
        root=bytes(provider.root),
        revocation_list=None if listed is None else bytes(listed),
        senders=tuple(
            RegisteredSender(
                key=each.key,
                name=each.name,
                corporate_number=each.corporate_number,
                kinds=each.kinds,
                certificates=tuple(one.serial for one in each.certificates.all()),
            )
            for each in provider.senders.filter(is_active=True)
            .prefetch_related("certificates")
            .order_by("key")
        ),
    )


def _sender_of(provider: Provider, root: x509.Certificate, certificate: x509.Certificate) -> Sender | None:
    try:
        certificate.verify_directly_issued_by(root)
    except Exception:  # noqa: BLE001 - InvalidSignature, ValueError, TypeError: all say that it is not
        return None
    named = certificate.subject.get_attributes_for_oid(NameOID.SERIAL_NUMBER)
    if len(named) != 1:
        return None
    return provider.senders.filter(corporate_number=named[0].value).first()


def _list_number(der: bytes, root: bytes) -> int:
    """The number of a list that the CA signed. Raises Refused."""
    from mynumber.foundation.validation.trust import Trust

    try:
        Trust(signature_roots=[root], revocation_lists=[der])
        found = x509.load_der_x509_crl(der)
        return found.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number
    except (MalformedTrust, ValueError, x509.ExtensionNotFound):
        raise Refused(
            Hop.PORTAL, Reason.BAD_SIGNATURE, "the revocation list is not one of the registered CA"
        ) from None


def registration_of(text: bytes) -> Registration:
    """Read the file of a provider. Raises msgspec.ValidationError, msgspec.DecodeError."""
    return msgspec.json.decode(text, type=Registration)


__all__ = ["MalformedTrust", "answer_senders", "register", "registration_of", "take_trust"]
