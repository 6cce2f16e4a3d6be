"""What one exchange cannot do without: its bare cryptographic operations, counted from the protocol and measured in the same run."""

from __future__ import annotations

import secrets
from collections.abc import Mapping

from cryptography.hazmat.primitives import hashes, hpke
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from bench.timing import measure
from mynumber.foundation.ristretto import group

FLOOR = {
    # inquiry, permit request, permit sheet, decisions, presentation, answer, result
    "P-256 sign": 7,
    "P-256 verify": 7,
    # inquiry, the sheet's codes, facts, result
    "HPKE seal": 4,
    "HPKE open": 4,
    # the code at the provider, and the one by which the record names the person
    "scalar multiplication": 2,
}
"""Operation -> how often it is made for an exchange that travels alone."""
_OF_EACH = frozenset({"scalar multiplication"})
"""Made for each exchange; the others once for all that travel together."""


def bare(cost: Mapping[str, float], together: float) -> float:
    """Microseconds of the bare operations for each of so many exchanges that travel together."""
    return sum(cost[name] * times / (1 if name in _OF_EACH else together) for name, times in FLOOR.items())


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
