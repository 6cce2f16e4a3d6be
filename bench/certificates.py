"""Certificates a second beside the bare RSA signature, and a revocation list of a million lines beside cryptography's own builder.

A certificate should cost little more than the signature it ends with. The list is built and read by the CA and by a verifier as they do in
service; each step runs in a process of its own, so that its memory is its own.
"""

from __future__ import annotations

import re
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, date, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path
from random import Random

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.serialization import Encoding

from bench.report import Cell, Scale, Table, Tell
from bench.timing import COLUMNS, measure, rows
from mynumber.foundation.people import PersonName, Sex
from mynumber.foundation.pki import (
    AUTHENTICATION,
    SIGNATURE,
    CertificateAuthority,
    Municipality,
    Revocation,
    RevocationReason,
    SignatureHolder,
    Trust,
    read_signature_holder,
)
from mynumber.foundation.pki.listed import KnownList

NOW = datetime(2026, 11, 22, tzinfo=UTC)
EXPIRY = date(2031, 5, 3)
LINES = 1_000_000
LOOK_UPS = 10
SIGN, VERIFY = "bare RSA-2048 sign", "bare RSA-2048 verify"
REASONS = tuple(RevocationReason)


def run(scale: Scale, tell: Tell) -> Iterator[Table]:
    """Measure certificates, then lists."""
    tell("certificates")
    yield certificates(scale.seconds(8))
    lines = scale.count(LINES, 20_000)
    tell(f"a revocation list of {lines:,} lines")
    yield revocation_lists(lines)


def certificates(seconds: float) -> Table:
    """Issue and check, one core."""
    authenticating, signing = (
        CertificateAuthority.create(now=NOW - timedelta(days=1), profile=profile)
        for profile in (AUTHENTICATION, SIGNATURE)
    )
    key = rsa.generate_private_key(65537, 2048)
    public, katsushika = key.public_key(), Municipality.of("131229")
    holder = SignatureHolder.of(
        PersonName(family="山田", given="花子"),
        address="東京都葛飾区亀有一丁目２－３　みどり荘１０１",
        birth_date=date(1990, 5, 3),
        sex=Sex.FEMALE,
    )

    def issue_authentication() -> bytes:
        return authenticating.issue_authentication(
            public, common_name="20261122090000001", serial=1, issued_at=NOW, expires_on=EXPIRY, municipality=katsushika
        )  # fmt: skip

    def issue_signature() -> bytes:
        return signing.issue_signature(
            public, holder=holder, common_name="20261122090000001", serial=1, issued_at=NOW, expires_on=EXPIRY, municipality=katsushika
        )  # fmt: skip

    leaf, digest = issue_signature(), bytes(32)
    scheme, prehashed = padding.PKCS1v15(), Prehashed(hashes.SHA256())
    signature = key.sign(digest, scheme, prehashed)
    trust = Trust(
        roots=[signing.certificate_der()],
        revocation_lists=[signing.revocation_list([], number=1, now=NOW, municipality=katsushika)],
        profile=SIGNATURE,
    )
    costs = measure(
        {
            SIGN: lambda: key.sign(digest, scheme, prehashed),
            "issue authentication": issue_authentication,
            "issue signature": issue_signature,
            "issue responder": lambda: signing.issue_ocsp_responder(public, serial=1, issued_at=NOW),
            VERIFY: lambda: public.verify(signature, digest, scheme, prehashed),
            "check a certificate": lambda: trust.check(leaf, at=NOW),
            "read the holder": lambda: read_signature_holder(leaf),
        },
        seconds,
    )
    bare = {name: SIGN if "issue" in name or name == SIGN else VERIFY for name in costs}
    note = "check a certificate: parse, find the root by signature, policy, path (a second signature check), revocation list"
    return Table("Certificates (one core)", COLUMNS, rows(costs, bare), [note])


def revocation_lists(lines: int) -> Table:
    """Build and read a list, each step beside the peer's."""
    ours, theirs = "ours", "cryptography's builder"
    read, parsed = "read: Trust with its roots", "cryptography: parse, check the signature"
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "list.der")
        steps = {
            f"build: {ours}": _alone(_build, lines, file),
            f"build: {theirs}": _alone(_build_theirs, lines, file),
            parsed: _alone(_parse, lines, file),
            read: _alone(_read, lines, file),
            "find the last line": _alone(_look_up, lines, file),
        }
        size = file.stat().st_size / 1e6
    base = {f"build: {ours}": steps[f"build: {theirs}"], read: steps[parsed]}
    table: list[tuple[Cell, ...]] = [
        (name, seconds, memory, seconds / base[name][0] if name in base else None)
        for name, (seconds, memory) in steps.items()
    ]
    return Table(
        f"Revocation list of {lines:,} lines, {size:,.1f} MB",
        ("", "s of CPU", "MB more", "x peer"),
        table,
        [
            "Lines of random serial numbers, reasons and seconds within five years. Build: from lines at hand to signed DER.",
            "MB more: the highest that the process held during the step, less what it held before.",
            "Who is not on the list is found so in no time: by the set of its serial numbers.",
        ],
    )


# --- steps, each in a process of its own ---------------------------------------------------------------------


def _alone(step: Callable[[int, Path], tuple[float, float]], lines: int, file: Path) -> tuple[float, float]:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(step, lines, file).result()


def _measured(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds of CPU and megabytes above what was held before."""
    Path("/proc/self/clear_refs").write_text("5")  # the highest is counted from here
    before, start = _held("VmRSS"), time.process_time()
    kept = work()
    seconds = time.process_time() - start
    more = _held("VmHWM") - before
    del kept
    return seconds, more


def _held(what: str) -> float:
    match = re.search(rf"^{what}:\s+(\d+) kB", Path("/proc/self/status").read_text(), re.MULTILINE)
    assert match
    return int(match[1]) / 1024


def _lines(count: int) -> list[Revocation]:
    random = Random(1)
    return [
        Revocation(
            random.getrandbits(63) | 1,
            NOW - timedelta(seconds=random.randrange(5 * 365 * 86_400)),
            random.choice(REASONS),
        )
        for _ in range(count)
    ]


def _build(count: int, file: Path) -> tuple[float, float]:
    authority, lines = CertificateAuthority.create(now=NOW - timedelta(days=1)), _lines(count)
    made: list[bytes] = []
    cost = _measured(lambda: made.append(authority.revocation_list(lines, number=1, now=NOW)))
    file.write_bytes(made[0])
    file.with_name("root.der").write_bytes(authority.certificate_der())
    return cost


def _build_theirs(count: int, _: Path) -> tuple[float, float]:
    authority, lines = CertificateAuthority.create(now=NOW - timedelta(days=1)), _lines(count)

    def build() -> bytes:
        entries = []
        for line in lines:
            entry = x509.RevokedCertificateBuilder(line.serial, line.revoked_at)
            if line.reason is not RevocationReason.UNSPECIFIED:
                entry = entry.add_extension(
                    x509.CRLReason(x509.ReasonFlags(line.reason.value)), critical=False
                )
            entries.append(entry.build())
        # Handed over at once: adding one after the other copies the list each time.
        builder = x509.CertificateRevocationListBuilder(
            authority.certificate.subject, NOW, NOW + timedelta(days=2), [], entries
        ).add_extension(x509.CRLNumber(1), critical=False)
        return builder.sign(authority.key, hashes.SHA256()).public_bytes(Encoding.DER)

    return _measured(build)


def _parse(_: int, file: Path) -> tuple[float, float]:
    root = x509.load_der_x509_certificate(file.with_name("root.der").read_bytes())
    key, der = root.public_key(), file.read_bytes()
    assert isinstance(key, rsa.RSAPublicKey)

    def parse() -> x509.CertificateRevocationList:
        parsed = x509.load_der_x509_crl(der)
        assert parsed.is_signature_valid(key)
        return parsed

    return _measured(parse)


def _read(_: int, file: Path) -> tuple[float, float]:
    root, der = file.with_name("root.der").read_bytes(), file.read_bytes()
    return _measured(lambda: Trust(roots=[root], revocation_lists=[der]))


def _look_up(count: int, file: Path) -> tuple[float, float]:
    known = KnownList.read(file.read_bytes())
    last = _lines(count)[-1].serial
    seconds, more = _measured(lambda: [known.line(last) for _ in range(LOOK_UPS)])
    return seconds / LOOK_UPS, more
