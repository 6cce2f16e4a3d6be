"""pyhanko-certvalidator judges, as it does for whoever checks a signed document with it: paths, generations, lists of municipalities."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from asn1crypto.crl import CertificateList
from asn1crypto.x509 import Certificate
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator.errors import (
    InsufficientRevinfoError,
    PathBuildingError,
    RevokedError,
    ValidationError,
)

from mynumber.foundation.pki import Revocation, RevocationReason
from tests.foundation.pki.hierarchies import CHUO, KATSUSHIKA, NOW, Hierarchy, authentication, signature

SERIAL = 0x1234ABCD
both = pytest.mark.parametrize(
    "hierarchy", [authentication(), signature()], ids=["authentication", "signature"]
)


def validate(
    certificate: bytes, roots: list[bytes], lists: list[bytes], usage: str = "digital_signature"
) -> None:
    """Raises what the library raises."""
    context = ValidationContext(
        trust_roots=[Certificate.load(root) for root in roots],
        crls=[CertificateList.load(one) for one in lists],
        moment=NOW + timedelta(minutes=1),
        revocation_mode="require",
    )
    validator = CertificateValidator(Certificate.load(certificate), validation_context=context)
    asyncio.run(validator.async_validate_usage({usage}))  # type: ignore[no-untyped-call]


@both
def test_generations_and_municipalities_are_told_apart(hierarchy: Hierarchy) -> None:
    roots = [hierarchy.older.certificate_der(), hierarchy.current.certificate_der()]
    lists = [
        authority.revocation_list(lines, number=1, now=NOW, municipality=municipality)
        for authority in (hierarchy.older, hierarchy.current)
        for municipality, lines in ((KATSUSHIKA, []), (CHUO, [Revocation(SERIAL, NOW)]))
    ]
    for authority in (hierarchy.older, hierarchy.current):
        validate(hierarchy.leaf(SERIAL, of=authority), roots, lists)
        with pytest.raises(RevokedError):
            validate(hierarchy.leaf(SERIAL, of=authority, municipality=CHUO), roots, lists)


@both
@pytest.mark.parametrize("reason", [RevocationReason.LOST, RevocationReason.SUSPENDED])
def test_revoked_and_suspended_are_refused(hierarchy: Hierarchy, reason: RevocationReason) -> None:
    lines = [Revocation(SERIAL, NOW, reason)]
    lists = [hierarchy.current.revocation_list(lines, number=1, now=NOW, municipality=KATSUSHIKA)]
    with pytest.raises(RevokedError):
        validate(hierarchy.leaf(SERIAL), [hierarchy.current.certificate_der()], lists)


@both
def test_the_list_of_another_municipality_does_not_do(hierarchy: Hierarchy) -> None:
    lists = [hierarchy.current.revocation_list([], number=1, now=NOW, municipality=CHUO)]
    with pytest.raises(InsufficientRevinfoError):
        validate(hierarchy.leaf(), [hierarchy.current.certificate_der()], lists)


@both
def test_another_ca_is_refused(hierarchy: Hierarchy) -> None:
    lists = [hierarchy.current.revocation_list([], number=1, now=NOW)]
    with pytest.raises(PathBuildingError):
        validate(hierarchy.leaf(), [hierarchy.older.certificate_der()], lists)


def test_only_a_signature_certificate_binds_its_holder() -> None:
    for hierarchy, binding in ((signature(), True), (authentication(), False)):
        root = [hierarchy.current.certificate_der()]
        lists = [hierarchy.current.revocation_list([], number=1, now=NOW)]
        if binding:
            validate(hierarchy.leaf(), root, lists, "non_repudiation")
        else:
            with pytest.raises(ValidationError):
                validate(hierarchy.leaf(), root, lists, "non_repudiation")
