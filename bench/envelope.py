"""Signed and sealed messages a second, and their cost beside joserfc's own JWS and the bare P-256 operations in the same run.

python -m bench.envelope [--seconds S]
"""

import argparse
from datetime import UTC, datetime

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from joserfc import jws

from bench.codes import measure
from mynumber.foundation.envelope import SealingKey, SigningKey, open_sealed, seal, sign, verify


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=5.0, help="how long to measure")
    seconds = parser.parse_args().seconds

    key, sealing = SigningKey.generate(), SealingKey.generate()
    now = datetime.now(UTC)
    body = b'{"filler":"' + b"x" * 1000 + b'"}'
    ecdsa = ec.ECDSA(hashes.SHA256())

    def make() -> bytes:
        return sign(body, key=key, issuer="gateway.a", audience="network", kind="permit-request.v1", now=now)

    token = make()
    public = key.private.public_key()
    bare_signature = key.private.sign(token, ecdsa)
    sealed = seal(body, to=sealing.public, info=b"answer", aad=b"permit")
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
            "seal (HPKE) 1 KB": lambda: seal(body, to=sealing.public, info=b"answer", aad=b"permit"),
            "open (HPKE) 1 KB": lambda: open_sealed(sealed, key=sealing, info=b"answer", aad=b"permit"),
        },
        seconds,
    )
    print(f"{'':28}{'per second':>12}{'us':>8}{'x bare':>8}")
    bare = {
        "sign": "bare P-256 sign",
        "make": "bare P-256 sign",
        "verify": "bare P-256 verify",
        "check": "bare P-256 verify",
    }
    for name, cost in costs.items():
        peer = bare.get(name.split()[-1])
        ratio = f"{cost / costs[peer]:>8.2f}" if peer else ""
        print(f"{name:28}{1_000_000 / cost:>12,.0f}{cost:>8.1f}{ratio}")


if __name__ == "__main__":
    main()
