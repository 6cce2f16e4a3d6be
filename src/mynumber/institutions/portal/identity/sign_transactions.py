"""The signing API: a service leaves digests, the resident signs them with the card, the service fetches what only it can read.

The shape is that of the government's sign-in application (docs/protocols/openid-connect.md); what a result holds is ours.
"""

from __future__ import annotations

import base64
import secrets
from datetime import datetime, timedelta
from typing import Annotated

import msgspec
from joserfc import jwe

from mynumber.institutions.portal.account.signing_in import Proof
from mynumber.institutions.portal.identity import clients
from mynumber.institutions.portal.identity.models import Client, SignTransaction
from mynumber.protocols.sign_in import Words
from mynumber.protocols.signing import MAXIMUM_DOCUMENTS, Document

VALIDITY = timedelta(hours=1)
"""How long a transaction may be signed and its result fetched."""
MAXIMUM_BODY = 64 * 1024
CONTENT_ENCRYPTION = "A256GCM"


class AskedDocument(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A document as a service names it."""

    name: Words
    digest: Annotated[bytes, msgspec.Meta(min_length=32, max_length=32)]
    """SHA-256; base64 in JSON."""
    summary: Annotated[str, msgspec.Meta(max_length=4000)] = ""


class Asked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Body of `POST /api/sign-transactions`."""

    documents: Annotated[tuple[AskedDocument, ...], msgspec.Meta(min_length=1, max_length=MAXIMUM_DOCUMENTS)]


class BadTransaction(Exception):
    """What a service asks for is no list of documents."""


def create(client: Client, body: bytes, *, now: datetime) -> SignTransaction:
    """Take the documents of a service in. Raises BadTransaction."""
    try:
        asked = msgspec.json.decode(body[: MAXIMUM_BODY + 1], type=Asked)
        if any(not document.name.isprintable() for document in asked.documents):
            raise BadTransaction
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise BadTransaction from None
    return SignTransaction.objects.create(
        transaction_id=secrets.token_urlsafe(16),
        client=client,
        documents=msgspec.to_builtins(asked.documents),
        created_at=now,
        expires_at=now + VALIDITY,
    )


def of_client(transaction_id: str, client: Client, *, now: datetime) -> SignTransaction | None:
    """A client's own transaction while it lives."""
    return SignTransaction.objects.filter(pk=transaction_id, client=client, expires_at__gt=now).first()


def is_waiting(transaction_id: str, client: Client, *, now: datetime) -> bool:
    """Whether it may be signed."""
    found = of_client(transaction_id, client, now=now)
    return found is not None and found.state == SignTransaction.State.WAITING


def documents_of(transaction: SignTransaction) -> tuple[Document, ...]:
    """As the device shows and signs them."""
    asked = msgspec.convert(transaction.documents, type=tuple[AskedDocument, ...])
    return tuple(Document(name=each.name, digest=each.digest, summary=each.summary) for each in asked)


def complete(transaction: SignTransaction, proof: Proof, *, subject: str) -> None:
    """Keep the signatures for the service, encrypted to its key; only while the transaction waits."""
    signed, found = proof.signed, clients.encryption_key(transaction.client)
    if signed is None or found is None:
        raise ValueError("a transaction is completed with signatures, for a client with a key")
    key, algorithm = found
    content = {
        "sign_transaction_id": transaction.transaction_id,
        "sub": subject,
        "signed_at": int(proof.at.timestamp()),
        "certificate": _base64(signed.certificate),
        "signatures": [
            {"name": document.name, "digest": _base64(document.digest), "signature": _base64(signature)}
            for document, signature in zip(documents_of(transaction), signed.signatures, strict=True)
        ],
    }
    protected = {"alg": algorithm, "enc": CONTENT_ENCRYPTION, "kid": key.kid, "cty": "json"}
    registry = jwe.JWERegistry(algorithms=[algorithm, CONTENT_ENCRYPTION])
    result = jwe.encrypt_compact(protected, msgspec.json.encode(content), key, registry=registry)
    SignTransaction.objects.filter(pk=transaction.pk, state=SignTransaction.State.WAITING).update(
        state=SignTransaction.State.SIGNED, result=result
    )


def decline(transaction: SignTransaction) -> None:
    """The resident did not sign."""
    SignTransaction.objects.filter(pk=transaction.pk, state=SignTransaction.State.WAITING).update(
        state=SignTransaction.State.DECLINED
    )


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
