"""A CA whose key is in a PKCS#11 token (SoftHSM2): what it issues is as good, and the key does not come out."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pkcs11
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from mynumber.foundation.pki import (
    SIGNATURE,
    AuthorityDamaged,
    CertificateAuthority,
    KeyStaysInToken,
    Revocation,
    Token,
    TokenKey,
    TokenPlace,
    TokenReason,
    TokenRefused,
    Trust,
)
from mynumber.foundation.pki.signing import DerSigner
from tests.foundation.pki.hierarchies import EXPIRY, HANAKO, KATSUSHIKA, NOW, rsa_key
from tests.support.softhsm import MODULE, PIN, needs_softhsm, new_token

pytestmark = needs_softhsm


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TokenPlace]:
    with new_token(tmp_path_factory.mktemp("token")) as place:
        yield place


@pytest.fixture(scope="module")
def root(place: TokenPlace) -> bytes:
    """The certificate of a CA whose key was made in the token; the token is closed again."""
    with Token(place) as token:
        key = token.create_key("ca-signature.1")
        authority = CertificateAuthority.create(now=NOW - timedelta(days=1), profile=SIGNATURE, key=key)
        return authority.certificate_der()


@pytest.fixture
def token(place: TokenPlace) -> Iterator[Token]:
    with Token(place) as token:
        yield token


@pytest.fixture
def authority(token: Token, root: bytes) -> CertificateAuthority:
    """The CA taken up again from its certificate and the token."""
    return CertificateAuthority.load(certificate=root, key=token.key("ca-signature.1"), profile=SIGNATURE)


def test_a_ca_in_a_token_issues_what_verifiers_believe(authority: CertificateAuthority) -> None:
    certificate = authority.issue_signature(
        rsa_key().public_key(),
        holder=HANAKO,
        municipality=KATSUSHIKA,
        common_name="1",
        serial=0xABCD,
        issued_at=NOW,
        expires_on=EXPIRY,
    )
    others = [Revocation(0xABCE, NOW)]
    trust = Trust(
        roots=[authority.certificate_der()],
        revocation_lists=[authority.revocation_list(others, number=1, now=NOW, municipality=KATSUSHIKA)],
        profile=SIGNATURE,
    )
    assert trust.check(certificate, at=NOW).serial == "ABCD"


@pytest.mark.parametrize("algorithm", [hashes.SHA256(), hashes.SHA384(), hashes.SHA512()])
def test_the_token_signs_as_a_key_in_memory_does(token: Token, algorithm: hashes.HashAlgorithm) -> None:
    key = token.create_key(f"plain {algorithm.name}")
    key.public_key().verify(
        key.sign(b"a", padding.PKCS1v15(), algorithm), b"a", padding.PKCS1v15(), algorithm
    )


def test_a_process_opens_a_token_once(token: Token, place: TokenPlace) -> None:
    assert token
    with pytest.raises(TokenRefused) as refused:
        Token(place)
    assert refused.value.reason is TokenReason.ALREADY_OPEN


def test_a_key_that_is_not_the_certificates_is_refused(token: Token, root: bytes) -> None:
    other = token.create_key("another")
    with pytest.raises(AuthorityDamaged):
        CertificateAuthority.load(certificate=root, key=other, profile=SIGNATURE)


def test_a_responder_signs_with_a_token(token: Token, authority: CertificateAuthority) -> None:
    key = token.create_key("ocsp-signature.1")
    der = authority.issue_ocsp_responder(key.public_key(), serial=7, issued_at=NOW)
    signer = DerSigner.of(key, x509.load_der_x509_certificate(der))
    key.public_key().verify(signer.sign(b"answer"), b"answer", padding.PKCS1v15(), hashes.SHA256())


def test_the_private_key_does_not_come_out(authority: CertificateAuthority) -> None:
    key = authority.key
    assert isinstance(key, TokenKey)
    with pytest.raises(KeyStaysInToken):
        authority.key_pem()
    with pytest.raises(KeyStaysInToken):
        key.private_numbers()
    with pytest.raises(KeyStaysInToken):
        key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    with pytest.raises(KeyStaysInToken):
        key.decrypt(b"", padding.PKCS1v15())
    assert copy.deepcopy(key) is copy.copy(key) is key
    assert repr(key) == "TokenKey(****)"


@pytest.mark.usefixtures("root")
def test_the_token_itself_gives_no_private_exponent() -> None:
    with pkcs11.lib(MODULE).get_token(token_label="ca").open(user_pin=PIN) as session:
        key = session.get_key(pkcs11.ObjectClass.PRIVATE_KEY, label="ca-signature.1")
        with pytest.raises(pkcs11.exceptions.AttributeSensitive):
            _ = key[pkcs11.Attribute.PRIVATE_EXPONENT]


def test_only_what_a_ca_needs_is_signed(authority: CertificateAuthority) -> None:
    key = authority.key
    assert isinstance(key, TokenKey)
    pss = padding.PSS(padding.MGF1(hashes.SHA256()), 32)
    with pytest.raises(KeyStaysInToken):
        key.sign(b"a", pss, hashes.SHA256())
    with pytest.raises(KeyStaysInToken):
        key.sign(b"a", padding.PKCS1v15(), hashes.SHA1())  # noqa: S303 - it is refused
    with pytest.raises(KeyStaysInToken):
        key.sign(bytes(32), padding.PKCS1v15(), Prehashed(hashes.SHA3_256()))


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        (TokenPlace("/nowhere/module.so", "ca", PIN), TokenReason.NO_MODULE),
        (TokenPlace(MODULE, "nobody's", PIN), TokenReason.NO_TOKEN),
        (TokenPlace(MODULE, "ca", "000000"), TokenReason.WRONG_PIN),
    ],
)
@pytest.mark.usefixtures("place")
def test_a_token_that_cannot_be_opened_says_why(other: TokenPlace, reason: TokenReason) -> None:
    with pytest.raises(TokenRefused) as refused:
        Token(other)
    assert refused.value.reason is reason
    assert PIN not in repr(other) + str(refused.value)


@pytest.mark.usefixtures("place")
def test_what_is_no_module_is_refused(tmp_path: Path) -> None:
    (tmp_path / "module.so").write_bytes(b"no module")
    with pytest.raises(TokenRefused) as refused:
        Token(TokenPlace(str(tmp_path / "module.so"), "ca", PIN))
    assert refused.value.reason is TokenReason.NO_MODULE


def test_a_label_names_one_key(token: Token) -> None:
    with pytest.raises(TokenRefused) as refused:
        token.key("nothing")
    assert refused.value.reason is TokenReason.NO_KEY
    token.create_key("once")
    with pytest.raises(TokenRefused) as refused:
        token.create_key("once")
    assert refused.value.reason is TokenReason.KEY_EXISTS


def test_another_token_can_follow_in_the_same_process(tmp_path_factory: pytest.TempPathFactory) -> None:
    """As tests of other packages do; each token is its own."""
    for name in ("a", "b"):
        with new_token(tmp_path_factory.mktemp(name)) as place, Token(place) as token:
            token.create_key("ca")
            assert token.key("ca").key_size == 2048
