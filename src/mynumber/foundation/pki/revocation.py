"""Revocation lists (RFC 5280 section 5): lines, and a list of any length written as DER in one pass.

The lists of one CA can hold millions of lines. cryptography's builder makes a Python object of each and reads it back when it signs;
here a line is some forty bytes put together once. A property test holds both against each other, byte for byte.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache
from itertools import product
from math import floor
from typing import Final

from cryptography import x509

from mynumber.foundation.pki import der
from mynumber.foundation.pki.algorithms import Algorithm, PrivateKey


class RevocationReason(StrEnum):
    """Why a certificate is on a list, in the words of RFC 5280."""

    UNSPECIFIED = "unspecified"
    LOST = "keyCompromise"
    """The card is lost or stolen for good, or its key is known to somebody else."""
    CHANGED = "affiliationChanged"
    """An attribute in the signature certificate is no longer true (公的個人認証法 art. 12)."""
    SUPERSEDED = "superseded"
    RETURNED = "cessationOfOperation"
    """The card is returned, or its holder has died or left the country."""
    SUSPENDED = "certificateHold"
    """一時停止: reported lost; leaves the list when the card is found."""


@dataclass(frozen=True, slots=True)
class Revocation:
    """One line of a revocation list."""

    serial: int = field(repr=False)
    revoked_at: datetime
    reason: RevocationReason = RevocationReason.UNSPECIFIED


def signed_list(
    revocations: Iterable[Revocation],
    *,
    issuer: x509.Name,
    key: PrivateKey,
    algorithm: Algorithm,
    number: int,
    this_update: datetime,
    next_update: datetime,
    authority_key: x509.AuthorityKeyIdentifier,
    distribution_point: x509.Name | None,
) -> bytes:
    """A version 2 list, DER. The lines keep their order. Times are cut to seconds.

    distribution_point: the only certificates that the list speaks of are those with this point; None: all of the issuer.
    Raises ValueError for a serial number that is not positive.
    """
    extensions = _extension(_AUTHORITY_KEY, authority_key.public_bytes())
    extensions += _extension(_NUMBER, x509.CRLNumber(number).public_bytes())
    if distribution_point is not None:
        extensions += _extension(_SCOPE, scope(distribution_point).public_bytes(), critical=True)
    lines = b"".join(_lines(revocations))
    to_be_signed = der.sequence(
        der.integer(1),  # version 2
        algorithm.identifier,
        issuer.public_bytes(),
        _time(this_update),
        _time(next_update),
        der.sequence(lines) if lines else b"",
        der.encode(der.explicit(0), der.sequence(extensions)),
    )
    signature = algorithm.sign(key, to_be_signed)
    return der.sequence(to_be_signed, algorithm.identifier, der.bit_string(signature))


def scope(distribution_point: x509.Name) -> x509.IssuingDistributionPoint:
    """issuingDistributionPoint of a list that speaks of one distribution point only."""
    return x509.IssuingDistributionPoint(
        full_name=[x509.DirectoryName(distribution_point)],
        relative_name=None,
        only_contains_user_certs=False,
        only_contains_ca_certs=False,
        only_some_reasons=None,
        indirect_crl=False,
        only_contains_attribute_certs=False,
    )


# --- DER ----------------------------------------------------------------------------------------------------

_AUTHORITY_KEY, _NUMBER, _SCOPE, _REASON = (der.oid(f"2.5.29.{last}") for last in (35, 20, 28, 21))
_UTC_TIME: Final = 0x17
_LAST_UTC_TIME_YEAR: Final = 2049
_DAY_SECONDS: Final = 86_400
_MIDNIGHT: Final = b"000000Z"
_REASON_NUMBERS: Final = {
    RevocationReason.LOST: 1,
    RevocationReason.CHANGED: 3,
    RevocationReason.SUPERSEDED: 4,
    RevocationReason.RETURNED: 5,
    RevocationReason.SUSPENDED: 6,
}


def _time(moment: datetime) -> bytes:
    """UTCTime to 2049, GeneralizedTime from 2050 on (RFC 5280 5.1.2.4)."""
    utc = moment.astimezone(UTC)
    if utc.year > _LAST_UTC_TIME_YEAR:
        return der.generalized_time(utc)
    return der.encode(_UTC_TIME, f"{utc:%y%m%d%H%M%S}Z".encode())


def _extension(oid: bytes, value: bytes, *, critical: bool = False) -> bytes:
    return der.sequence(oid, der.encode(der.BOOLEAN, b"\xff") if critical else b"", der.octets(value))


_REASONS: Final = {
    reason: der.sequence(_extension(_REASON, der.encode(der.ENUMERATED, bytes((number,)))))
    for reason, number in _REASON_NUMBERS.items()
} | {RevocationReason.UNSPECIFIED: b""}  # RFC 5280 5.3.1: left out, not written


def _lines(revocations: Iterable[Revocation]) -> Iterator[bytes]:
    """One line after the other. Nearly every line has a second of its own: days and times of day are put together from tables."""
    days: dict[int, tuple[bytes, int]] = {}
    for revocation in revocations:
        serial = revocation.serial
        if serial <= 0:
            raise ValueError("a serial number is positive")
        size = serial.bit_length() // 8 + 1  # one bit more than the number: it is positive
        day, second = divmod(floor(revocation.revoked_at.timestamp()), _DAY_SECONDS)
        known = days.get(day)
        if known is None:
            midnight = _time(datetime.fromtimestamp(day * _DAY_SECONDS, UTC))
            known = days[day] = midnight[: -len(_MIDNIGHT)], len(midnight)
        date, time_size = known
        reason = _REASONS[revocation.reason]
        head = bytes((0x30, 2 + size + time_size + len(reason), 0x02, size))
        yield head + serial.to_bytes(size, "big") + date + _times_of_day()[second] + reason


@cache
def _times_of_day() -> tuple[bytes, ...]:
    minutes = range(60)
    return tuple(b"%02d%02d%02dZ" % time for time in product(range(24), minutes, minutes))
