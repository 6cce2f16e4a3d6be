"""Signed messages and sealed texts: round trips, every hostile spelling with its exact reason, and silence about content."""

import base64
import hmac
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jws
from joserfc.jwk import OKPKey, RSAKey

from mynumber.foundation.envelope import (
    CLOCK_SKEW,
    LONGEST_LIFETIME,
    EnvelopeReason,
    EnvelopeRefused,
    Header,
    MalformedKey,
    SealingKey,
    SealPublicKey,
    SigningKey,
    Verified,
    VerifyKey,
    decode_body,
    digest,
    open_sealed,
    seal,
    sealed_to,
    sign,
    verify,
)

NOW = datetime(2026, 11, 22, 1, 0, 0, tzinfo=UTC)
KEY = SigningKey.generate("gateway-1")
STRANGER = SigningKey.generate("gateway-1")  # the same kid, another key
SEALING = SealingKey.generate("seal-1")
ISSUER = "gateway.municipality.131229"
BODY = b'{"item":"tax","secret":"7204-SECRET"}'
GOOD = sign(BODY, key=KEY, issuer=ISSUER, audience="network", kind="permit-request.v1", now=NOW)


def key_for(issuer: str, kid: str) -> VerifyKey | None:
    return KEY.public if (issuer, kid) == (ISSUER, KEY.kid) else None


def check(
    token: bytes, *, audience: str = "network", kind: str = "permit-request.v1", now: datetime = NOW
) -> Verified:
    return verify(token, key_for=key_for, audience=audience, kind=kind, now=now)


def refusal(token: bytes, **how: Any) -> EnvelopeReason:
    with pytest.raises(EnvelopeRefused) as caught:
        check(token, **how)
    # no refusal repeats what the message said
    assert "SECRET" not in str(caught.value)
    assert "SECRET" not in repr(caught.value)
    return caught.value.reason


# --- making hostile messages: a signer that signs anything ---------------------------------------------------------------


def encoded(raw: bytes | str) -> bytes:
    raw = raw.encode() if isinstance(raw, str) else raw
    return base64.urlsafe_b64encode(raw).rstrip(b"=")


def forge(header: bytes | str, payload: bytes | str, key: SigningKey = KEY) -> bytes:
    """A message with exactly these bytes and a right signature over them."""
    signing_input = encoded(header) + b"." + encoded(payload)
    r, s = decode_dss_signature(key.private.sign(signing_input, ec.ECDSA(hashes.SHA256())))
    return signing_input + b"." + encoded(r.to_bytes(32) + s.to_bytes(32))


HEADER = '{"alg":"ES256","kid":"gateway-1","typ":"permit-request.v1"}'
PAYLOAD = json.dumps(
    {
        "iss": ISSUER,
        "aud": "network",
        "iat": int(NOW.timestamp()),
        "exp": int(NOW.timestamp()) + 60,
        "jti": "m-1",
        "irt": None,
        "body": {"secret": "SECRET"},
    },
    separators=(",", ":"),
)


def with_header(**changes: object) -> bytes:
    header = {**json.loads(HEADER), **changes}
    header = {name: value for name, value in header.items() if value is not ...}
    return forge(json.dumps(header, separators=(",", ":")), PAYLOAD)


def with_payload(**changes: object) -> bytes:
    payload = {**json.loads(PAYLOAD), **changes}
    payload = {name: value for name, value in payload.items() if value is not ...}
    return forge(HEADER, json.dumps(payload, separators=(",", ":"), ensure_ascii=False))


def part_changed(number: int, change: Callable[[bytes], bytes]) -> bytes:
    parts = GOOD.split(b".")
    parts[number] = change(parts[number])
    return b".".join(parts)


def at(seconds: float) -> int:
    return int(NOW.timestamp() + seconds)


def stray_bits(part: bytes) -> bytes:
    """The last character carries bits that decode to nothing: another spelling of the same bytes."""
    alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    assert len(part) % 4 in {2, 3}
    return part[:-1] + bytes([alphabet[alphabet.index(part[-1]) | 1]])


def padded_payload() -> bytes:
    """A payload whose base64 needs padding, with the padding written."""
    parts = forge(HEADER, PAYLOAD.replace("m-1", "m-123")).split(b".")
    assert len(parts[1]) % 4
    parts[1] += b"=" * (-len(parts[1]) % 4)
    return b".".join(parts)


def test_the_forger_of_these_tests_makes_good_messages() -> None:
    assert check(forge(HEADER, PAYLOAD)).body == b'{"secret":"SECRET"}'


M = EnvelopeReason.MALFORMED
HOSTILE: dict[str, tuple[bytes, EnvelopeReason]] = {
    # the frame
    "empty": (b"", M),
    "no dots": (b"abc", M),
    "one dot": (b"a.b", M),
    "two empty parts": (b"..", M),
    "four parts": (GOOD + b".AAAA", M),
    "five parts, as encrypted messages have": (GOOD + b".AAAA.AAAA", M),
    "json serialization": (b'{"payload":"e30","signatures":[]}', M),
    "white space before": (b" " + GOOD, M),
    "newline after": (GOOD + b"\n", M),
    "byte order mark": (b"\xef\xbb\xbf" + GOOD, M),
    "nul byte": (GOOD[:20] + b"\0" + GOOD[20:], M),
    "non-ASCII byte": (GOOD[:20] + b"\xff" + GOOD[20:], M),
    "detached payload": (part_changed(1, lambda _: b""), M),
    "no header": (part_changed(0, lambda _: b""), M),
    "no signature": (part_changed(2, lambda _: b""), M),
    "signature cut by one byte": (
        part_changed(2, lambda one: encoded(base64.urlsafe_b64decode(one + b"==")[:-1])),
        M,
    ),
    "signature with one byte more": (part_changed(2, lambda one: one + b"AA"), M),
    "signature in DER": (
        part_changed(2, lambda _: encoded(KEY.private.sign(b"x", ec.ECDSA(hashes.SHA256())))),
        M,
    ),
    "signature with padding": (part_changed(2, lambda one: one + b"=="), M),
    "signature with stray bits": (part_changed(2, stray_bits), M),
    "header with padding": (part_changed(0, lambda one: one + b"="), M),
    "payload with padding": (padded_payload(), M),
    "standard base64 in the signature": (
        part_changed(2, lambda _: base64.b64encode(b"\xff" * 64).rstrip(b"=")),
        M,
    ),
    "white space in a part": (part_changed(1, lambda one: one[:8] + b" " + one[8:]), M),
    "newline in a part": (part_changed(1, lambda one: one[:8] + b"\n" + one[8:]), M),
    "one character too many for base64": (part_changed(1, lambda one: one + b"A" * ((1 - len(one)) % 4)), M),
    # the header
    "header is not JSON": (forge("SECRET", PAYLOAD), M),
    "header is a list": (forge('["ES256"]', PAYLOAD), M),
    "header is empty": (forge("{}", PAYLOAD), M),
    "header is null": (forge("null", PAYLOAD), M),
    "header without alg": (with_header(alg=...), M),
    "header without kid": (with_header(kid=...), M),
    "header without typ": (with_header(typ=...), M),
    "kid is a number": (with_header(kid=1), M),
    "kid is null": (with_header(kid=None), M),
    "alg is null": (with_header(alg=None), M),
    "crit": (with_header(crit=["exp"]), M),
    "crit b64, unencoded payload": (with_header(b64=False, crit=["b64"]), M),
    "key in the header": (with_header(jwk=STRANGER.public.to_jwk()), M),
    "address of keys in the header": (with_header(jku="https://attacker.example/SECRET"), M),
    "certificate in the header": (with_header(x5c=["SECRET"]), M),
    "address of a certificate in the header": (with_header(x5u="https://attacker.example/"), M),
    "content type in the header": (with_header(cty="json"), M),
    "kid that is a path": (with_header(kid="../../SECRET"), M),
    "kid with a newline": (with_header(kid="gateway-1\n"), M),
    "kid of 129 characters": (with_header(kid="k" * 129), M),
    "empty kid": (with_header(kid=""), M),
    "header of 600 characters": (with_header(kid="k" * 600), M),
    "alg twice": (forge(HEADER.replace('{"alg"', '{"alg":"none","alg"'), PAYLOAD), M),
    "header members in another order": (
        forge('{"kid":"gateway-1","alg":"ES256","typ":"permit-request.v1"}', PAYLOAD),
        M,
    ),
    "white space in the header": (forge(HEADER.replace(",", ", "), PAYLOAD), M),
    "escape in the header": (forge(HEADER.replace("ES256", "\\u0045S256"), PAYLOAD), M),
    "trailing text after the header": (forge(HEADER + "{}", PAYLOAD), M),
    # the algorithm: always the key's
    "alg none": (with_header(alg="none"), EnvelopeReason.WRONG_ALGORITHM),
    "alg None": (with_header(alg="None"), EnvelopeReason.WRONG_ALGORITHM),
    "alg in small letters": (with_header(alg="es256"), EnvelopeReason.WRONG_ALGORITHM),
    "alg HS256": (with_header(alg="HS256"), EnvelopeReason.WRONG_ALGORITHM),
    "alg RS256": (with_header(alg="RS256"), EnvelopeReason.WRONG_ALGORITHM),
    "alg ES384": (with_header(alg="ES384"), EnvelopeReason.WRONG_ALGORITHM),
    "alg ES256K": (with_header(alg="ES256K"), EnvelopeReason.WRONG_ALGORITHM),
    "alg empty": (with_header(alg=""), EnvelopeReason.WRONG_ALGORITHM),
    # the payload
    "payload is not JSON": (forge(HEADER, "SECRET"), M),
    "payload is a list": (forge(HEADER, "[1]"), M),
    "payload is a string": (forge(HEADER, '"SECRET"'), M),
    "payload is empty": (forge(HEADER, "{}"), M),
    "payload is not UTF-8": (forge(HEADER, PAYLOAD.encode().replace(b"SECRET", b"\xff\xfe")), M),
    "payload without iss": (with_payload(iss=...), M),
    "payload without aud": (with_payload(aud=...), M),
    "payload without iat": (with_payload(iat=...), M),
    "payload without exp": (with_payload(exp=...), M),
    "payload without jti": (with_payload(jti=...), M),
    "payload without irt": (with_payload(irt=...), M),
    "payload without body": (with_payload(body=...), M),
    "unknown member": (with_payload(admin=True), M),
    "not before": (with_payload(nbf=1), M),
    "aud is a list": (with_payload(aud=["network"]), M),
    "iss is a number": (with_payload(iss=7), M),
    "iat is a string": (with_payload(iat=str(at(0))), M),
    "iat is a fraction": (with_payload(iat=at(0) + 0.5), M),
    "iat is a float": (with_payload(iat=float(at(0))), M),
    "iat is negative": (with_payload(iat=-1), M),
    "iat is true": (with_payload(iat=True), M),
    "exp equals iat": (with_payload(exp=at(0)), M),
    "exp before iat": (with_payload(exp=at(-1)), M),
    "exp past year 9999": (with_payload(exp=253_402_300_800), M),
    "exp beyond 64 bits": (with_payload(exp=1 << 64), M),
    "exp of 400 digits": (forge(HEADER, PAYLOAD.replace(str(at(60)), "9" * 400)), M),
    "exp in exponents": (forge(HEADER, PAYLOAD.replace(str(at(60)), "1e300")), M),
    "exp not a number": (forge(HEADER, PAYLOAD.replace(str(at(60)), "NaN")), M),
    "jti empty": (with_payload(jti=""), M),
    "jti with a space": (with_payload(jti="a b"), M),
    "jti with a quote": (with_payload(jti='a"b'), M),
    "jti in full-width digits": (with_payload(jti="１２"), M),
    "iss with a newline": (with_payload(iss=ISSUER + "\n"), M),
    "irt empty": (with_payload(irt=""), M),
    "irt with a slash": (with_payload(irt="a/b"), M),
    "irt is a number": (with_payload(irt=1), M),
    "aud twice": (forge(HEADER, PAYLOAD.replace('{"iss"', '{"aud":"other","iss"')), M),
    "body twice": (forge(HEADER, PAYLOAD.replace('"body"', '"body":{"a":1},"body"')), M),
    "payload members in another order": (
        forge(HEADER, json.dumps(dict(reversed(json.loads(PAYLOAD).items())), separators=(",", ":"))),
        M,
    ),
    "white space in the payload": (forge(HEADER, PAYLOAD.replace(",", ", ", 1)), M),
    "number with leading zero": (forge(HEADER, PAYLOAD.replace(str(at(0)), "0" + str(at(0)))), M),
    "escape in the payload": (forge(HEADER, PAYLOAD.replace("network", "\\u006eetwork")), M),
    "trailing text after the payload": (forge(HEADER, PAYLOAD + "SECRET"), M),
    "nested beyond reason": (
        forge(HEADER, PAYLOAD.replace('{"secret":"SECRET"}', "[" * 5000 + "]" * 5000)),
        M,
    ),
    # keys and signatures
    "another issuer's name": (with_payload(iss="gateway.pension_service"), EnvelopeReason.UNKNOWN_KEY),
    "unknown key": (with_header(kid="gateway-2"), EnvelopeReason.UNKNOWN_KEY),
    "the right kid, another key": (forge(HEADER, PAYLOAD, STRANGER), EnvelopeReason.BAD_SIGNATURE),
    "signature of zeros": (part_changed(2, lambda _: encoded(bytes(64))), EnvelopeReason.BAD_SIGNATURE),
    "signature of ones": (part_changed(2, lambda _: encoded(b"\xff" * 64)), EnvelopeReason.BAD_SIGNATURE),
    "signature of another message": (
        part_changed(2, lambda _: forge(HEADER, PAYLOAD).split(b".")[2]),
        EnvelopeReason.BAD_SIGNATURE,
    ),
    "payload of another message": (
        part_changed(1, lambda _: forge(HEADER, PAYLOAD).split(b".")[1]),
        EnvelopeReason.BAD_SIGNATURE,
    ),
    "header of another kind under the old signature": (
        part_changed(0, lambda _: encoded(HEADER.replace("permit-request", "permit"))),
        EnvelopeReason.BAD_SIGNATURE,
    ),
    # who, what, when
    "for another receiver": (with_payload(aud="jlis"), EnvelopeReason.WRONG_AUDIENCE),
    "for nobody": (with_payload(aud="Network"), EnvelopeReason.WRONG_AUDIENCE),
    "of another kind": (with_header(typ="provision-notice.v1"), EnvelopeReason.WRONG_KIND),
    "of another version": (with_header(typ="permit-request.v2"), EnvelopeReason.WRONG_KIND),
    "from the future": (with_payload(iat=at(31), exp=at(60)), EnvelopeReason.NOT_YET_VALID),
    "expired": (with_payload(iat=at(-120), exp=at(-30)), EnvelopeReason.EXPIRED),
    "from 1970": (with_payload(iat=0, exp=1), EnvelopeReason.EXPIRED),
    "lives a second too long": (with_payload(exp=at(901)), EnvelopeReason.LIFETIME_TOO_LONG),
    "lives for ever": (with_payload(exp=253_402_300_799), EnvelopeReason.LIFETIME_TOO_LONG),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_message_is_refused_with_its_reason(name: str) -> None:
    token, reason = HOSTILE[name]
    assert refusal(token) is reason


def test_a_message_over_the_limit_is_refused_before_it_is_read() -> None:
    with pytest.raises(EnvelopeRefused) as caught:
        verify(b"." * 1001, key_for=key_for, audience="network", kind="x", now=NOW, max_bytes=1000)
    assert caught.value.reason is EnvelopeReason.TOO_LARGE
    at_limit = verify(
        GOOD, key_for=key_for, audience="network", kind="permit-request.v1", now=NOW, max_bytes=len(GOOD)
    )
    assert at_limit.body == BODY


def test_a_directory_that_answers_with_another_key_is_not_believed() -> None:
    other = SigningKey.generate("gateway-9").public
    with pytest.raises(EnvelopeRefused) as caught:
        verify(GOOD, key_for=lambda issuer, kid: other, audience="network", kind="permit-request.v1", now=NOW)
    assert caught.value.reason is EnvelopeReason.UNKNOWN_KEY


def test_a_message_authenticated_with_the_public_key_as_secret_is_refused() -> None:
    """The classic confusion of a public key with an HMAC secret (made by hand: joserfc refuses to)."""
    public = KEY.private.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    signing_input = encoded(HEADER.replace("ES256", "HS256")) + b"." + encoded(PAYLOAD)
    token = signing_input + b"." + encoded(hmac.digest(public, signing_input, "sha256"))
    assert refusal(token) is EnvelopeReason.WRONG_ALGORITHM


def test_a_message_of_another_key_type_is_refused() -> None:
    header = {"alg": "RS256", "kid": KEY.kid, "typ": "permit-request.v1"}
    token = jws.serialize_compact(header, PAYLOAD, RSAKey.generate_key(2048), algorithms=["RS256"])
    assert refusal(token.encode()) is EnvelopeReason.WRONG_ALGORITHM


@given(bit=st.integers(0, len(GOOD) * 8 - 1))
def test_a_message_with_any_bit_changed_is_refused(bit: int) -> None:
    changed = bytearray(GOOD)
    changed[bit // 8] ^= 1 << bit % 8
    with pytest.raises(EnvelopeRefused):
        check(bytes(changed))


@given(st.binary(max_size=300))
def test_noise_is_malformed(noise: bytes) -> None:
    assert refusal(noise) is M


@given(st.text(max_size=80), st.text(max_size=80))
def test_any_signed_header_and_payload_that_is_not_a_message_is_refused(header: str, payload: str) -> None:
    with pytest.raises(EnvelopeRefused) as caught:
        check(forge(header, payload))
    assert caught.value.reason is M


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)
names = st.text("abcdefghijklmnopqrstuvwxyzABCXYZ0123456789._:-", min_size=1, max_size=128)


@given(body=json_values, issuer=names, audience=names, kind=names, message_id=names, reply=st.none() | names)
def test_what_is_signed_is_what_is_read(
    body: object, issuer: str, audience: str, kind: str, message_id: str, reply: str | None
) -> None:
    text = msgspec.json.encode(body)
    token = sign(
        text,
        key=KEY,
        issuer=issuer,
        audience=audience,
        kind=kind,
        now=NOW,
        lifetime=timedelta(seconds=90),
        message_id=message_id,
        in_reply_to=reply,
    )
    read = verify(token, key_for=lambda who, kid: KEY.public, audience=audience, kind=kind, now=NOW)
    assert read.body == text
    assert read.header == Header(issuer, audience, NOW, NOW + timedelta(seconds=90), message_id, kind, reply)


def test_a_message_is_an_ordinary_jws_that_joserfc_reads() -> None:
    read = jws.deserialize_compact(GOOD, KEY.public.jose, algorithms=["ES256"])
    assert read.headers() == {"alg": "ES256", "kid": "gateway-1", "typ": "permit-request.v1"}
    assert json.loads(read.payload)["body"] == json.loads(BODY)


def test_the_body_comes_back_byte_for_byte_with_its_white_space() -> None:
    body = b'{ "a" : 1.0 ,\n "a":2 }'
    token = sign(body, key=KEY, issuer=ISSUER, audience="network", kind="permit-request.v1", now=NOW)
    assert check(token).body == body


def test_messages_get_ids_of_their_own() -> None:
    ids = {
        check(
            sign(b"1", key=KEY, issuer=ISSUER, audience="network", kind="permit-request.v1", now=NOW)
        ).header.message_id
        for _ in range(100)
    }
    assert len(ids) == 100


def test_the_clocks_may_differ_by_the_skew_and_no_more() -> None:
    second = timedelta(seconds=1)
    check(GOOD, now=NOW - CLOCK_SKEW)
    assert refusal(GOOD, now=NOW - CLOCK_SKEW - second) is EnvelopeReason.NOT_YET_VALID
    check(GOOD, now=NOW + timedelta(seconds=60) + CLOCK_SKEW - second)
    assert refusal(GOOD, now=NOW + timedelta(seconds=60) + CLOCK_SKEW) is EnvelopeReason.EXPIRED


def test_a_reader_may_ask_for_shorter_lives() -> None:
    with pytest.raises(EnvelopeRefused) as caught:
        verify(
            GOOD,
            key_for=key_for,
            audience="network",
            kind="permit-request.v1",
            now=NOW,
            max_lifetime=timedelta(seconds=59),
        )
    assert caught.value.reason is EnvelopeReason.LIFETIME_TOO_LONG


@pytest.mark.parametrize(
    "changes",
    [
        {"body": b'{"a":1},"admin":true'},
        {"body": b'{"a":1}}'},
        {"body": b""},
        {"body": b"{"},
        {"body": b"\xff"},
        {"issuer": "two words"},
        {"audience": ""},
        {"kind": "a/b"},
        {"message_id": "x" * 129},
        {"in_reply_to": ""},
        {"now": datetime(2026, 11, 22)},  # noqa: DTZ001 - a naive time is what is refused
        {"lifetime": timedelta(0)},
        {"lifetime": LONGEST_LIFETIME + timedelta(seconds=1)},
        {"lifetime": timedelta(seconds=-5)},
    ],
)
def test_nothing_is_signed_that_a_reader_would_refuse(changes: dict[str, Any]) -> None:
    how: dict[str, Any] = {
        "body": BODY,
        "key": KEY,
        "issuer": ISSUER,
        "audience": "network",
        "kind": "k",
        "now": NOW,
    }
    with pytest.raises((ValueError, msgspec.DecodeError)):
        sign(**{**how, **changes})


def test_a_naive_clock_is_refused_by_the_reader() -> None:
    with pytest.raises(ValueError, match="zone"):
        check(GOOD, now=datetime(2026, 11, 22))  # noqa: DTZ001 - a naive time is what is refused


class Inquiry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    item: str
    count: int


def test_a_struct_travels_as_body() -> None:
    token = sign(
        Inquiry("tax", 3), key=KEY, issuer=ISSUER, audience="network", kind="permit-request.v1", now=NOW
    )
    assert decode_body(check(token).body, Inquiry) == Inquiry("tax", 3)


@pytest.mark.parametrize(
    "body",
    [
        b'{"item":"SECRET"}',
        b'{"item":"SECRET","count":"3"}',
        b'{"item":"SECRET","count":3,"SECRET":1}',
        b'{"item":"SECRET","count":3.5}',
        b'["SECRET",3]',
        b"SECRET",
        b"",
        b'{"item":"\xff","count":3}',
        b"[" * 100_000,
    ],
)
def test_a_body_of_another_shape_is_refused_without_repeating_it(body: bytes) -> None:
    with pytest.raises(EnvelopeRefused) as caught:
        decode_body(body, Inquiry)
    assert caught.value.reason is EnvelopeReason.MALFORMED_BODY
    assert "SECRET" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_digest_is_of_the_exact_bytes() -> None:
    assert digest(b"abc").hex() == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


# --- keys -----------------------------------------------------------------------------------------------------------------


def test_a_key_without_a_name_is_named_by_its_thumbprint() -> None:
    key = SigningKey.generate()
    again = SigningKey.from_pem(key.to_pem())
    assert again.kid == key.kid == key.public.jose.thumbprint()
    sealing = SealingKey.generate()
    assert SealingKey.from_pem(sealing.to_pem()).kid == sealing.kid


def test_the_thumbprint_of_an_x25519_key_is_that_of_joserfc() -> None:
    sealing = SealingKey.generate()
    assert sealing.kid == OKPKey.import_key(sealing.private.public_key()).thumbprint()


def test_public_keys_come_back_from_jwk() -> None:
    again = VerifyKey.from_jwk(json.loads(json.dumps(KEY.public.to_jwk())))
    assert (
        verify(
            GOOD, key_for=lambda issuer, kid: again, audience="network", kind="permit-request.v1", now=NOW
        ).body
        == BODY
    )
    other = SealPublicKey.from_jwk(json.loads(json.dumps(SEALING.public.to_jwk())))
    assert open_sealed(seal(b"x", to=other, info=b"", aad=b""), key=SEALING, info=b"", aad=b"") == b"x"


EC_JWK = KEY.public.to_jwk()
OKP_JWK = SEALING.public.to_jwk()


@pytest.mark.parametrize(
    "changes",
    [
        {"kty": "RSA"},
        {"crv": "P-384"},
        {"crv": "secp256k1"},
        {"alg": "none"},
        {"use": "enc"},
        {"d": "AAAA"},
        {"kid": "a b"},
        {"kid": ""},
        {"kid": None},
        {"x": "AAAA"},
        {"x": EC_JWK["y"]},
        {"x": EC_JWK["x"] + "="},
        {"x": None},
        {"y": "é"},
        {"y": encoded(bytes(32)).decode()},
        {"y": ...},
        {"alg": ...},
    ],
)
def test_a_verify_key_is_read_in_its_one_spelling(changes: dict[str, Any]) -> None:
    jwk = {name: value for name, value in {**EC_JWK, **changes}.items() if value is not ...}
    with pytest.raises(MalformedKey):
        VerifyKey.from_jwk(jwk)


@pytest.mark.parametrize(
    "changes",
    [
        {"kty": "EC"},
        {"crv": "Ed25519"},
        {"use": "sig"},
        {"d": "AAAA"},
        {"x": "AAAA"},
        {"x": 7},
        {"x": ...},
        {"kid": "é"},
        {"kid": ...},
        {"alg": "x"},
    ],
)
def test_a_sealing_key_is_read_in_its_one_spelling(changes: dict[str, Any]) -> None:
    jwk = {name: value for name, value in {**OKP_JWK, **changes}.items() if value is not ...}
    with pytest.raises(MalformedKey):
        SealPublicKey.from_jwk(jwk)


def pem_of(key: Any) -> bytes:
    made: bytes = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return made


def test_a_key_of_another_kind_is_refused() -> None:
    p384 = pem_of(ec.generate_private_key(ec.SECP384R1()))
    ed = pem_of(ed25519.Ed25519PrivateKey.generate())
    rsa_key = pem_of(rsa.generate_private_key(65537, 2048))
    locked = KEY.private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(b"secret"),
    )
    for pem in (p384, ed, rsa_key, locked, SEALING.to_pem(), b"", b"-----BEGIN PRIVATE KEY-----\n"):
        with pytest.raises(MalformedKey):
            SigningKey.from_pem(pem)
    for pem in (p384, ed, rsa_key, locked, KEY.to_pem(), b""):
        with pytest.raises(MalformedKey):
            SealingKey.from_pem(pem)


def test_keys_and_messages_do_not_print_themselves() -> None:
    for one in (KEY, KEY.public, SEALING, SEALING.public):
        assert repr(one) == f"{type(one).__name__}(kid={one.kid!r})"
    assert "SECRET" not in repr(check(GOOD))


# --- sealed texts ---------------------------------------------------------------------------------------------------------


@given(plaintext=st.binary(max_size=3000), info=st.binary(max_size=60), aad=st.binary(max_size=60))
def test_what_is_sealed_is_opened_by_its_owner(plaintext: bytes, info: bytes, aad: bytes) -> None:
    blob = seal(plaintext, to=SEALING.public, info=info, aad=aad)
    assert sealed_to(blob) == SEALING.kid
    assert open_sealed(blob, key=SEALING, info=info, aad=aad) == plaintext
    if len(plaintext) > 8:
        assert plaintext not in blob


def test_a_sealed_text_of_zeros_does_not_repeat() -> None:
    assert seal(b"x", to=SEALING.public, info=b"", aad=b"") != seal(
        b"x", to=SEALING.public, info=b"", aad=b""
    )


SEALED = seal(b"SECRET", to=SEALING.public, info=b"answer", aad=b"permit")


@given(bit=st.integers(0, len(SEALED) * 8 - 1))
def test_a_sealed_text_with_any_bit_changed_is_refused(bit: int) -> None:
    changed = bytearray(SEALED)
    changed[bit // 8] ^= 1 << bit % 8
    with pytest.raises(EnvelopeRefused) as caught:
        open_sealed(bytes(changed), key=SEALING, info=b"answer", aad=b"permit")
    assert "SECRET" not in str(caught.value)


@given(length=st.integers(0, len(SEALED) - 1))
def test_a_sealed_text_cut_anywhere_is_refused(length: int) -> None:
    with pytest.raises(EnvelopeRefused):
        open_sealed(SEALED[:length], key=SEALING, info=b"answer", aad=b"permit")


SAME_NAME = SealingKey.generate("seal-1")
OTHER_NAME = SealingKey.generate("seal-2")


@pytest.mark.parametrize(
    ("blob", "key", "info", "aad", "reason"),
    [
        (SEALED, OTHER_NAME, b"answer", b"permit", EnvelopeReason.NOT_FOR_THIS_KEY),
        (SEALED, SAME_NAME, b"answer", b"permit", EnvelopeReason.CANNOT_OPEN),
        (SEALED, SEALING, b"question", b"permit", EnvelopeReason.CANNOT_OPEN),
        (SEALED, SEALING, b"answer", b"another permit", EnvelopeReason.CANNOT_OPEN),
        (SEALED, SEALING, b"answerp", b"ermit", EnvelopeReason.CANNOT_OPEN),
        (SEALED, SEALING, b"permit", b"answer", EnvelopeReason.CANNOT_OPEN),
        (SEALED + b"\0", SEALING, b"answer", b"permit", EnvelopeReason.CANNOT_OPEN),
        (b"\x02" + SEALED[1:], SEALING, b"answer", b"permit", M),
        (b"", SEALING, b"", b"", M),
        (b"\x01", SEALING, b"", b"", M),
        (b"\x01\x00" + bytes(48), SEALING, b"", b"", M),
        (b"\x01\xff" + bytes(48), SEALING, b"", b"", M),
        (b"\x01\x01\xe9" + bytes(48), SEALING, b"", b"", M),
        (b"\x01\x06seal-1" + bytes(47), SEALING, b"", b"", M),
        (b"\x01\x06seal-1" + bytes(48), SEALING, b"", b"", EnvelopeReason.CANNOT_OPEN),  # point of low order
    ],
    ids=count(),  # keys are random, and workers must agree on the names
)
def test_a_hostile_sealed_text_is_refused_with_its_reason(
    blob: bytes, key: SealingKey, info: bytes, aad: bytes, reason: EnvelopeReason
) -> None:
    with pytest.raises(EnvelopeRefused) as caught:
        open_sealed(blob, key=key, info=info, aad=aad)
    assert caught.value.reason is reason
