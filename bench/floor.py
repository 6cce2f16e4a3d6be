"""What one exchange cannot do without: its bare cryptographic operations, counted from the protocol and measured in the same run."""

from __future__ import annotations

import secrets

from cryptography.hazmat.primitives import hashes, hpke
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from rbcl import rbcl as group

from bench.timing import measure

FLOOR = {
    # inquiry, permit request, permit, permit answer, presentation, answer, result
    "P-256 sign": 7,
    "P-256 verify": 7,
    # inquiry, the permit's code, fact, result
    "HPKE seal": 4,
    "HPKE open": 4,
    # the code at the provider, and the one by which the record names the person
    "scalar multiplication": 2,
}
"""Operation -> how often an exchange makes it."""


def floor(seconds: float) -> dict[str, float]:
    """Microseconds of CPU of each operation of FLOOR on 700 bytes, about the size of a message here."""
    key = ec.generate_private_key(ec.SECP256R1())
    public, ecdsa = key.public_key(), ec.ECDSA(hashes.SHA256())
    message = secrets.token_bytes(700)
    signature = key.sign(message, ecdsa)
    sealing = X25519PrivateKey.generate()
    to = sealing.public_key()
    suite = hpke.Suite(hpke.KEM.X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_128_GCM)
    sealed = suite.encrypt(message, to, b"fact")
    scalar, point = group.crypto_core_ristretto255_scalar_random(), group.crypto_core_ristretto255_random()
    return measure(
        {
            "P-256 sign": lambda: key.sign(message, ecdsa),
            "P-256 verify": lambda: public.verify(signature, message, ecdsa),
            "HPKE seal": lambda: suite.encrypt(message, to, b"fact"),
            "HPKE open": lambda: suite.decrypt(sealed, sealing, b"fact"),
            "scalar multiplication": lambda: group.crypto_scalarmult_ristretto255(scalar, point),
        },
        seconds,
    )
