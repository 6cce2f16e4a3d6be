"""Keys of a CA in a PKCS#11 token (a hardware security module; SoftHSM2 in tests): they are made there and never leave it.

A `TokenKey` stands wherever the CA takes an RSA key of `cryptography`: its certificates, its lists and OCSP answers are built outside, and the
token signs. Needs the extra `tokens` (python-pkcs11), imported when a token is opened. A process that forks opens its own.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Any, Final, NoReturn, Self

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding as paddings
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import AsymmetricPadding
from cryptography.hazmat.primitives.asymmetric.utils import NoDigestInfo, Prehashed

from mynumber.foundation.pki import der

KEY_BITS: Final = 2048
PUBLIC_EXPONENT: Final = 65537
_DIGEST_OIDS: Final[dict[type[object], str]] = {
    hashes.SHA256: "2.16.840.1.101.3.4.2.1",
    hashes.SHA384: "2.16.840.1.101.3.4.2.2",
    hashes.SHA512: "2.16.840.1.101.3.4.2.3",
}


class TokenReason(StrEnum):
    """Why a token does not serve."""

    NO_LIBRARY = "no_library"
    """python-pkcs11 is not installed: `pip install mynumber[tokens]`."""
    NO_MODULE = "no_module"
    """The PKCS#11 module of the token's maker is not there, or cannot be loaded."""
    NO_TOKEN = "no_token"  # noqa: S105 - a reason
    """No token, or more than one, of that label."""
    WRONG_PIN = "wrong_pin"
    PIN_LOCKED = "pin_locked"
    ALREADY_OPEN = "already_open"
    """This process has the token open: a PKCS#11 login is the process's, so it is opened once and shared."""
    NO_KEY = "no_key"
    """No RSA key, or more than one, of that label."""
    KEY_EXISTS = "key_exists"
    FAILED = "failed"
    """The token refused a command; the cause says which."""


class TokenRefused(Exception):
    """The token does not serve. The message never holds the PIN."""

    def __init__(self, reason: TokenReason) -> None:
        super().__init__(f"the PKCS#11 token does not serve: {reason.value}")
        self.reason = reason


class KeyStaysInToken(TypeError):
    """Somebody asked for the private key itself, or for a use of it that a CA does not need."""

    def __init__(self, what: str) -> None:
        super().__init__(f"{what}: the key of a CA stays in its token")


@dataclass(frozen=True, slots=True)
class TokenPlace:
    """Where a token is and how it is opened."""

    module: str
    """Path of the PKCS#11 module, such as /usr/lib/softhsm/libsofthsm2.so."""
    label: str
    pin: str = field(repr=False)


class Token:
    """An open token; a context manager. Raises TokenRefused."""

    def __init__(self, place: TokenPlace) -> None:
        self._pkcs11 = _library()
        if not Path(place.module).is_file():
            raise TokenRefused(TokenReason.NO_MODULE)
        try:
            module = self._pkcs11.lib(place.module)
        except RuntimeError as error:
            raise TokenRefused(TokenReason.NO_MODULE) from error
        with self._refusals():
            token = module.get_token(token_label=place.label)
            self._session = token.open(rw=True, user_pin=place.pin)

    def create_key(self, label: str) -> TokenKey:
        """Make an RSA-2048 key that cannot be taken out; its label is its name from now on."""
        constants = self._pkcs11.constants
        with self._refusals():
            if any(self._session.get_objects({constants.Attribute.LABEL: label})):
                raise TokenRefused(TokenReason.KEY_EXISTS)
            self._session.generate_keypair(
                self._pkcs11.KeyType.RSA,
                KEY_BITS,
                label=label,
                store=True,
                capabilities=constants.MechanismFlag.SIGN | constants.MechanismFlag.VERIFY,
                private_template={
                    constants.Attribute.SENSITIVE: True,
                    constants.Attribute.EXTRACTABLE: False,
                },
            )
        return self.key(label)

    def key(self, label: str) -> TokenKey:
        """The RSA key of a label."""
        constants = self._pkcs11.constants
        with self._refusals():
            handle = self._session.get_key(
                constants.ObjectClass.PRIVATE_KEY, key_type=self._pkcs11.KeyType.RSA, label=label
            )
            modulus = int.from_bytes(handle[constants.Attribute.MODULUS])
            exponent = int.from_bytes(handle[constants.Attribute.PUBLIC_EXPONENT])
        return TokenKey(self, handle, rsa.RSAPublicNumbers(exponent, modulus).public_key())

    def sign(self, handle: Any, message: bytes) -> bytes:
        """PKCS#1 v1.5 over a DigestInfo."""
        with self._refusals():
            return bytes(handle.sign(message, mechanism=self._pkcs11.Mechanism.RSA_PKCS))

    def close(self) -> None:
        """Log out."""
        self._session.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @contextmanager
    def _refusals(self) -> Iterator[None]:
        errors = self._pkcs11.exceptions
        try:
            yield
        except (errors.NoSuchToken, errors.MultipleTokensReturned):
            raise TokenRefused(TokenReason.NO_TOKEN) from None
        except (errors.NoSuchKey, errors.MultipleObjectsReturned):
            raise TokenRefused(TokenReason.NO_KEY) from None
        except errors.PinLocked:
            raise TokenRefused(TokenReason.PIN_LOCKED) from None
        except (errors.PinIncorrect, errors.PinInvalid, errors.PinLenRange):
            raise TokenRefused(TokenReason.WRONG_PIN) from None
        except errors.UserAlreadyLoggedIn:
            raise TokenRefused(TokenReason.ALREADY_OPEN) from None
        except errors.PKCS11Error as error:
            raise TokenRefused(TokenReason.FAILED) from error


class TokenKey(rsa.RSAPrivateKey):
    """An RSA key in a token: signs, and tells its public key, and that is all. Prints nothing."""

    def __init__(self, token: Token, handle: Any, public_key: rsa.RSAPublicKey) -> None:
        self._token = token
        self._handle = handle
        self._public_key = public_key

    @property
    def key_size(self) -> int:
        """Bits of the modulus."""
        return self._public_key.key_size

    def public_key(self) -> rsa.RSAPublicKey:
        """The public key."""
        return self._public_key

    def sign(
        self,
        data: bytes | bytearray | memoryview,
        padding: AsymmetricPadding,
        algorithm: Prehashed | hashes.HashAlgorithm | NoDigestInfo,
    ) -> bytes:
        """PKCS#1 v1.5 with SHA-256, 384 or 512. The digest is made here, so that a long list does not travel to the token.

        Raises KeyStaysInToken for another padding or hash, TokenRefused.
        """
        if not isinstance(padding, paddings.PKCS1v15):
            raise KeyStaysInToken("a CA signs with PKCS#1 v1.5")
        oid = _DIGEST_OIDS.get(type(algorithm))
        if oid is None or not isinstance(algorithm, hashes.HashAlgorithm):
            raise KeyStaysInToken("a CA signs a message with SHA-256, 384 or 512")
        digester = hashes.Hash(algorithm)
        digester.update(data)
        identifier = der.sequence(der.oid(oid), der.NULL_VALUE)
        return self._token.sign(self._handle, der.sequence(identifier, der.octets(digester.finalize())))

    def decrypt(self, ciphertext: bytes, padding: AsymmetricPadding) -> NoReturn:
        """Raises KeyStaysInToken."""
        raise KeyStaysInToken("a CA decrypts nothing")

    def private_numbers(self) -> NoReturn:
        """Raises KeyStaysInToken."""
        raise KeyStaysInToken("no private numbers")

    def private_bytes(self, *_: object, **__: object) -> NoReturn:
        """Raises KeyStaysInToken."""
        raise KeyStaysInToken("no private bytes")

    def __copy__(self) -> TokenKey:
        return self

    def __deepcopy__(self, memo: dict[int, object]) -> TokenKey:
        return self

    def __repr__(self) -> str:
        return "TokenKey(****)"


def _library() -> Any:
    try:
        return importlib.import_module("pkcs11")
    except ImportError:
        raise TokenRefused(TokenReason.NO_LIBRARY) from None
