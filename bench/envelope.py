"""Signed and sealed messages a second, and their cost beside joserfc's own JWS and the bare operations in the same run."""

from collections.abc import Iterator
from datetime import UTC, datetime

from cryptography.hazmat.primitives import hashes, hpke
from cryptography.hazmat.primitives.asymmetric import ec
from joserfc import jws

from bench.report import Scale, Table, Tell
from bench.timing import COLUMNS, measure, rows
from mynumber.foundation.envelope import SealingKey, SigningKey, open_sealed, seal, sign, verify

BARE_OF = {
    "joserfc JWS make": "bare P-256 sign",
    "envelope sign": "bare P-256 sign",
    "joserfc JWS check": "bare P-256 verify",
    "envelope verify": "bare P-256 verify",
    "envelope seal": "bare HPKE seal",
    "envelope open": "bare HPKE open",
}


def run(scale: Scale, tell: Tell) -> Iterator[Table]:
    """Measure envelopes of 1 KB."""
    tell("envelopes")
    key, sealing = SigningKey.generate(), SealingKey.generate()
    now = datetime.now(UTC)
    body = b'{"filler":"' + b"x" * 1000 + b'"}'
    ecdsa = ec.ECDSA(hashes.SHA256())
    suite = hpke.Suite(hpke.KEM.X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_128_GCM)

    def make() -> bytes:
        return sign(body, key=key, issuer="gateway.a", audience="network", kind="permit-request.v1", now=now)

    token = make()
    public = key.private.public_key()
    bare_signature = key.private.sign(token, ecdsa)
    sealed = seal(body, to=sealing.public, info=b"answer", aad=b"permit")
    bare_sealed = suite.encrypt(body, sealing.public.public, b"answer")
    header = {"alg": "ES256", "kid": key.kid, "typ": "permit-request.v1"}
    costs = measure(
        {
            "bare P-256 sign": lambda: key.private.sign(token, ecdsa),
            "joserfc JWS make": lambda: jws.serialize_compact(header, body, key.jose, algorithms=["ES256"]),
            "envelope sign": make,
            "bare P-256 verify": lambda: public.verify(bare_signature, token, ecdsa),
            "joserfc JWS check": lambda: jws.deserialize_compact(
                token, key.public.jose, algorithms=["ES256"]
            ),
            "envelope verify": lambda: verify(
                token,
                key_for=lambda issuer, kid: key.public,
                audience="network",
                kind="permit-request.v1",
                now=now,
            ),
            "bare HPKE seal": lambda: suite.encrypt(body, sealing.public.public, b"answer"),
            "envelope seal": lambda: seal(body, to=sealing.public, info=b"answer", aad=b"permit"),
            "bare HPKE open": lambda: suite.decrypt(bare_sealed, sealing.private, b"answer"),
            "envelope open": lambda: open_sealed(sealed, key=sealing, info=b"answer", aad=b"permit"),
        },
        scale.seconds(5),
    )
    yield Table("Envelopes of 1 KB (one core)", COLUMNS, rows(costs, BARE_OF))
