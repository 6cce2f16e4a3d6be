"""Time-stamps (RFC 3161) for signatures: the question, and the token in the answer. Who sends them is the caller's affair."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from asn1crypto import algos, tsp

TimeStamper = Callable[[bytes], bytes]
"""Takes the SHA-256 digest (32 bytes) of what is stamped, returns the TimeStampToken, DER."""


class TimeStampRefused(Exception):
    """The answer holds no token for this question."""


def time_stamp_request(digest: bytes, *, nonce: int) -> bytes:
    """TimeStampReq for a SHA-256 digest, DER, asking for the certificate. nonce: a fresh random number of 64 bits."""
    if len(digest) != hashlib.sha256().digest_size:
        raise ValueError("a SHA-256 digest has 32 bytes")
    imprint = tsp.MessageImprint(
        {"hash_algorithm": algos.DigestAlgorithm({"algorithm": "sha256"}), "hashed_message": digest}
    )
    request = tsp.TimeStampReq(
        {"version": "v1", "message_imprint": imprint, "nonce": nonce, "cert_req": True}
    )
    return bytes(request.dump())


def token_of(response: bytes, *, digest: bytes, nonce: int) -> bytes:
    """The TimeStampToken of a TimeStampResp, DER. Raises TimeStampRefused; whether it is to be believed is for `validate`."""
    try:
        answer = tsp.TimeStampResp.load(response, strict=True)
        granted = answer["status"]["status"].native in ("granted", "granted_with_mods")
        token = answer["time_stamp_token"]
        info = token["content"]["encap_content_info"]["content"].parsed if granted else None
        fits = info is not None and (
            info["message_imprint"]["hashed_message"].native == digest and info["nonce"].native == nonce
        )
    except (ValueError, TypeError, KeyError, AttributeError):
        raise TimeStampRefused("the answer is not a time-stamp") from None
    if not fits:
        raise TimeStampRefused("the time-stamping authority gave no stamp for this question")
    return bytes(token.dump())
