"""Signed notes, verifier keys and checkpoints: the example of the specification, round trips, and hostile notes with their reason."""

import base64
import struct
from datetime import UTC, datetime
from hashlib import sha256
from itertools import count

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from mynumber.foundation.tlog.checkpoint import Checkpoint, LogSigner, verify_checkpoint
from mynumber.foundation.tlog.merkle import EMPTY_ROOT
from mynumber.foundation.tlog.note import (
    LONGEST_NOTE,
    Note,
    NoteReason,
    NoteRefused,
    Signature,
    SignatureType,
    VerifierKey,
    cosign_text,
    cosigned_at,
    sign_text,
    verifier_key,
)

# The example of C2SP signed-note.
EXAMPLE_KEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
EXAMPLE_NOTE = (
    "This is an example message.\n\n"
    "— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
)

SIGNER = LogSigner.generate("network.example/log")
WITNESS_PRIVATE = Ed25519PrivateKey.generate()
WITNESS = verifier_key("witness.example/w1", SignatureType.COSIGNATURE, WITNESS_PRIVATE)
AT = datetime(2026, 11, 22, 1, 0, 0, tzinfo=UTC)
CHECKPOINT = Checkpoint(SIGNER.origin, 20_852_163, bytes(range(32)))
SIGNED = SIGNER.sign_checkpoint(CHECKPOINT)
COSIGNED = (
    Note.parse(SIGNED)
    .with_signatures(cosign_text(CHECKPOINT.to_text(), WITNESS.name, WITNESS_PRIVATE, AT))
    .to_text()
)


def refusal(text: str, key: VerifierKey | str = SIGNER.vkey, **how: object) -> NoteReason:
    with pytest.raises(NoteRefused) as caught:
        verify_checkpoint(text, key, **how)  # type: ignore[arg-type]  # cases give witnesses and quorum
    return caught.value.reason


def test_the_example_of_the_specification_verifies() -> None:
    key = VerifierKey.parse(EXAMPLE_KEY)
    note = Note.parse(EXAMPLE_NOTE)
    assert key.name == "example.com/foo"
    assert note.verified_by([key]) == [key]
    assert note.text == "This is an example message.\n"
    assert note.to_text() == EXAMPLE_NOTE
    assert key.to_text() == EXAMPLE_KEY


def test_a_note_of_the_example_that_was_altered_is_refused() -> None:
    altered = Note.parse(EXAMPLE_NOTE.replace("example message", "Example message"))
    with pytest.raises(NoteRefused) as caught:
        altered.verified_by([VerifierKey.parse(EXAMPLE_KEY)])
    assert caught.value.reason is NoteReason.BAD_SIGNATURE


def test_a_key_id_is_that_of_the_specification() -> None:
    key = SIGNER.verifier_key
    assert key.key_id == sha256(b"network.example/log\n\x01" + key.public).digest()[:4]
    assert WITNESS.key_id == sha256(b"witness.example/w1\n\x04" + WITNESS.public).digest()[:4]
    assert Note.parse(SIGNED).signatures[0].key_id == key.key_id


def test_a_checkpoint_has_the_lines_of_the_specification() -> None:
    root = base64.b64encode(bytes(range(32))).decode()
    assert CHECKPOINT.to_text() == f"network.example/log\n20852163\n{root}\n"
    assert SIGNED.startswith(CHECKPOINT.to_text() + "\n— network.example/log ")


names = st.text(min_size=1, max_size=30).filter(
    lambda name: (
        "+" not in name and not any(one.isspace() or one < " " or "\ud800" <= one <= "\udfff" for one in name)
    )
)


@given(origin=names, size=st.integers(1, 2**63 - 1), root=st.binary(min_size=32, max_size=32))
def test_a_signed_checkpoint_is_read_and_verified(origin: str, size: int, root: bytes) -> None:
    signer = LogSigner.generate(origin)
    checkpoint = Checkpoint(origin, size, root)
    text = signer.sign_checkpoint(checkpoint)
    assert verify_checkpoint(text, signer.vkey) == checkpoint
    assert Note.parse(text).to_text() == text
    assert VerifierKey.parse(signer.vkey) == signer.verifier_key
    assert LogSigner.from_bytes(signer.to_bytes()).vkey == signer.vkey


def test_extension_lines_are_kept_and_signed() -> None:
    checkpoint = Checkpoint(SIGNER.origin, 1, bytes(32), ("one", "two words"))
    text = SIGNER.sign_checkpoint(checkpoint)
    assert verify_checkpoint(text, SIGNER.vkey) == checkpoint
    assert refusal(text.replace("two words", "two wordz")) is NoteReason.BAD_SIGNATURE


def test_an_empty_log_has_a_checkpoint() -> None:
    checkpoint = Checkpoint(SIGNER.origin, 0, EMPTY_ROOT)
    assert verify_checkpoint(SIGNER.sign_checkpoint(checkpoint), SIGNER.vkey) == checkpoint
    with pytest.raises(NoteRefused):
        SIGNER.sign_checkpoint(Checkpoint(SIGNER.origin, 0, bytes(32)))


def test_a_log_signs_its_own_checkpoints_only() -> None:
    with pytest.raises(NoteRefused) as caught:
        SIGNER.sign_checkpoint(Checkpoint("another.example", 1, bytes(32)))
    assert caught.value.reason is NoteReason.WRONG_ORIGIN


@given(bit=st.integers(0, len(SIGNED.encode()) * 8 - 1))
def test_a_checkpoint_with_any_bit_changed_is_refused(bit: int) -> None:
    changed = bytearray(SIGNED.encode())
    changed[bit // 8] ^= 1 << bit % 8
    try:
        text = changed.decode()
    except UnicodeDecodeError:
        return
    with pytest.raises(NoteRefused):
        verify_checkpoint(text, SIGNER.vkey)


# --- hostile notes ---------------------------------------------------------------------------------------------------------

LINE = SIGNED.rpartition("\n\n")[2]
BASE64 = LINE.split(" ")[2].strip()


def log_line(text: str, signer: LogSigner = SIGNER) -> str:
    return sign_text(text, signer.origin, signer.private).to_line()


def signed(text: str) -> str:
    """Any text under a right signature of the log."""
    return text + "\n" + log_line(text)


BODY = CHECKPOINT.to_text()
ROOT = base64.b64encode(bytes(range(32))).decode()
IMPOSTOR = LogSigner.generate(SIGNER.origin)
M, C = NoteReason.MALFORMED, NoteReason.MALFORMED_CHECKPOINT

HOSTILE: dict[str, tuple[str, NoteReason]] = {
    "empty": ("", M),
    "newline": ("\n", M),
    "text alone": (BODY, M),
    "text and an empty line": (BODY + "\n", M),
    "no empty line": (BODY + LINE, M),
    "signature line without newline": (SIGNED[:-1], M),
    "newline after the signatures": (SIGNED + "\n", M),
    "carriage returns": (SIGNED.replace("\n", "\r\n"), M),
    "tab": (SIGNED.replace("network", "net\twork", 1), M),
    "nul": (SIGNED.replace("network", "net\0work", 1), M),
    "escape character": (SIGNED.replace("network", "\x1b[2J", 1), M),
    "lone surrogate": ("\ud800" + SIGNED, M),
    "hyphen for dash": (SIGNED.replace("—", "-"), M),
    "en dash for em dash": (SIGNED.replace("—", "–"), M),
    "two spaces": (SIGNED.replace("— ", "—  "), M),
    "no space after the dash": (SIGNED.replace("— ", "—"), M),
    "ideographic space": (SIGNED.replace("— ", "—\u3000"), M),
    "no name": (BODY + f"\n— {BASE64}\n", M),
    "no signature": (BODY + f"\n— {SIGNER.origin}\n", M),
    "empty signature": (BODY + f"\n— {SIGNER.origin} \n", M),
    "name with a plus": (BODY + f"\n— a+b {BASE64}\n", M),
    "name with a no-break space": (BODY + f"\n— a\u00a0b {BASE64}\n", M),
    "something after the signature": (SIGNED[:-1] + " x\n", M),
    "base64 without padding": (SIGNED.replace("=\n", "\n"), M),
    "base64 with too much padding": (SIGNED[:-1] + "=\n", M),
    "base64 of the URL alphabet": (BODY + f"\n— {SIGNER.origin} {'-_' * 45}\n", M),
    "not base64": (BODY + f"\n— {SIGNER.origin} ****\n", M),
    "signature of a key id alone": (BODY + f"\n— {SIGNER.origin} AAAAAA==\n", M),
    "signature of three bytes": (BODY + f"\n— {SIGNER.origin} AAAA\n", M),
    "too many signatures": (SIGNED + LINE * 64, NoteReason.TOO_LARGE),
    "too long": (BODY + "x" * LONGEST_NOTE + "\n\n" + LINE, NoteReason.TOO_LARGE),
    # keys
    "no known key": (
        BODY + "\n" + log_line(BODY, LogSigner.generate("other.example")),
        NoteReason.UNKNOWN_KEY,
    ),
    "the name of the log, another key": (BODY + "\n" + log_line(BODY, IMPOSTOR), NoteReason.UNKNOWN_KEY),
    "another name, the key id of the log": (
        SIGNED.replace("— network.example/log", "— network.example/lag"),
        NoteReason.UNKNOWN_KEY,
    ),
    "only a witness": (
        BODY + "\n" + cosign_text(BODY, WITNESS.name, WITNESS_PRIVATE, AT).to_line(),
        NoteReason.UNKNOWN_KEY,
    ),
    "name and key id of the log, another's signature": (
        BODY
        + "\n"
        + Signature(
            SIGNER.origin, SIGNER.verifier_key.key_id, IMPOSTOR.private.sign(BODY.encode())
        ).to_line(),
        NoteReason.BAD_SIGNATURE,
    ),
    "signature of zeros": (
        BODY + "\n" + Signature(SIGNER.origin, SIGNER.verifier_key.key_id, bytes(64)).to_line(),
        NoteReason.BAD_SIGNATURE,
    ),
    "signature too short": (
        BODY + "\n" + Signature(SIGNER.origin, SIGNER.verifier_key.key_id, bytes(63)).to_line(),
        NoteReason.BAD_SIGNATURE,
    ),
    "a right and a wrong signature of the same key": (
        SIGNED + Signature(SIGNER.origin, SIGNER.verifier_key.key_id, bytes(64)).to_line(),
        NoteReason.BAD_SIGNATURE,
    ),
    "signature of another text": (BODY.replace("2085", "2086") + "\n" + LINE, NoteReason.BAD_SIGNATURE),
    "text with a line before it": ("x\n" + SIGNED, NoteReason.BAD_SIGNATURE),
    "text with an empty line before it": ("\n" + SIGNED, NoteReason.BAD_SIGNATURE),
    # what the log itself would never sign
    "empty text": (signed("\n"), C),
    "one line": (signed("network.example/log\n"), C),
    "two lines": (signed("network.example/log\n1\n"), C),
    "empty origin": (signed(f"\n1\n{ROOT}\n"), C),
    "empty extension line": (signed(f"network.example/log\n1\n{ROOT}\n\nx\n"), C),
    "size with a leading zero": (signed(f"network.example/log\n01\n{ROOT}\n"), C),
    "size with a sign": (signed(f"network.example/log\n+1\n{ROOT}\n"), C),
    "negative size": (signed(f"network.example/log\n-1\n{ROOT}\n"), C),
    "size with white space": (signed(f"network.example/log\n1 \n{ROOT}\n"), C),
    "size in hexadecimal": (signed(f"network.example/log\n0x1\n{ROOT}\n"), C),
    "size in full-width digits": (signed(f"network.example/log\n１\n{ROOT}\n"), C),
    "size with an underscore": (signed(f"network.example/log\n1_0\n{ROOT}\n"), C),
    "size of 2^63": (signed(f"network.example/log\n{2**63}\n{ROOT}\n"), C),
    "size of 5,000 digits": (signed(f"network.example/log\n{'9' * 5000}\n{ROOT}\n"), C),
    "size 0 with a root": (signed(f"network.example/log\n0\n{ROOT}\n"), C),
    "root of 31 bytes": (signed(f"network.example/log\n1\n{base64.b64encode(bytes(31)).decode()}\n"), C),
    "root of 33 bytes": (signed(f"network.example/log\n1\n{base64.b64encode(bytes(33)).decode()}\n"), C),
    "root with stray bits": (signed(f"network.example/log\n1\n{ROOT[:-2]}9=\n"), C),
    "root that is not base64": (signed("network.example/log\n1\n**\n"), C),
    "checkpoint of another log": (signed(f"another.example\n1\n{ROOT}\n"), NoteReason.WRONG_ORIGIN),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_note_is_refused_with_its_reason(name: str) -> None:
    text, reason = HOSTILE[name]
    assert refusal(text) is reason


@given(st.text("— \n+=ab01/AQ", max_size=60))
def test_noise_is_refused(text: str) -> None:
    with pytest.raises(NoteRefused):
        verify_checkpoint(text, SIGNER.vkey)


def test_lines_of_unknown_keys_are_ignored() -> None:
    stranger = LogSigner.generate("stranger.example")
    text = SIGNED + Signature(stranger.origin, stranger.verifier_key.key_id, bytes(64)).to_line()
    assert verify_checkpoint(text, SIGNER.vkey) == CHECKPOINT
    assert verify_checkpoint(SIGNED + LINE, SIGNER.vkey) == CHECKPOINT  # the same line twice


def test_sixteen_signatures_are_accepted() -> None:
    note = Note.parse(SIGNED)
    for number in range(15):
        note = note.with_signatures(Signature(f"w{number}.example", bytes(4), bytes(4800 // 2)))
    assert verify_checkpoint(note.to_text(), SIGNER.vkey) == CHECKPOINT


# --- verifier keys ---------------------------------------------------------------------------------------------------------

NAME, KEY_ID, KEY_TEXT = SIGNER.vkey.split("+", 2)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a",
        "a+b",
        SIGNER.vkey + "\n\n",
        " " + SIGNER.vkey,
        SIGNER.vkey[:-1],
        f"+{KEY_ID}+{KEY_TEXT}",
        f"a b+{KEY_ID}+{KEY_TEXT}",
        f"a\u2003b+{KEY_ID}+{KEY_TEXT}",
        f"another+{KEY_ID}+{KEY_TEXT}",
        f"{NAME}+{KEY_ID.upper() if KEY_ID.upper() != KEY_ID else 'ABCDEF01'}+{KEY_TEXT}",
        f"{NAME}+{KEY_ID[:-1]}+{KEY_TEXT}",
        f"{NAME}+{KEY_ID}0+{KEY_TEXT}",
        f"{NAME}+00000000+{KEY_TEXT}",
        f"{NAME}+{KEY_ID}+{KEY_TEXT}=",
        f"{NAME}+{KEY_ID}+",
        f"{NAME}+{KEY_ID}+AQ==",
        f"{NAME}+{KEY_ID}+{base64.b64encode(bytes([2]) + bytes(32)).decode()}",
        f"{NAME}+{KEY_ID}+{base64.b64encode(bytes([6]) + bytes(32)).decode()}",
        f"{NAME}+{KEY_ID}+{base64.b64encode(bytes([1]) + bytes(31)).decode()}",
        "PRIVATE+KEY+" + SIGNER.vkey,
    ],
    ids=count(),  # keys are random, and workers must agree on the names
)
def test_what_is_no_verifier_key_is_refused(text: str) -> None:
    with pytest.raises(NoteRefused) as caught:
        VerifierKey.parse(text)
    assert caught.value.reason is NoteReason.MALFORMED_KEY


def test_a_verifier_key_may_come_from_a_file_with_its_newline() -> None:
    assert VerifierKey.parse(SIGNER.vkey + "\n") == SIGNER.verifier_key


@pytest.mark.parametrize("origin", ["", "a b", "a+b", "a\nb", "a\u00a0b"])
def test_a_log_has_a_proper_name(origin: str) -> None:
    with pytest.raises(NoteRefused) as caught:
        LogSigner.generate(origin)
    assert caught.value.reason is NoteReason.MALFORMED_KEY


@pytest.mark.parametrize(
    "data", [b"", b"x", bytes(32), b"a" + bytes(32), b"a b\n" + bytes(32), b"\xff\n" + bytes(32)]
)
def test_damaged_log_keys_are_refused(data: bytes) -> None:
    with pytest.raises(NoteRefused) as caught:
        LogSigner.from_bytes(data)
    assert caught.value.reason is NoteReason.MALFORMED_KEY


def test_a_log_signer_does_not_print_its_key() -> None:
    assert repr(SIGNER) == "LogSigner(origin='network.example/log')"


# --- cosignatures ----------------------------------------------------------------------------------------------------------


def test_a_witness_signs_the_time_and_the_checkpoint() -> None:
    line = Note.parse(COSIGNED).signatures[1]
    assert line.signature[:8] == struct.pack(">Q", int(AT.timestamp()))
    message = f"cosignature/v1\ntime {int(AT.timestamp())}\n{CHECKPOINT.to_text()}"
    WITNESS_PRIVATE.public_key().verify(line.signature[8:], message.encode())
    assert cosigned_at(line) == AT


def test_a_quorum_of_witnesses_can_be_asked() -> None:
    other = verifier_key("witness.example/w2", SignatureType.COSIGNATURE, Ed25519PrivateKey.generate())
    assert verify_checkpoint(COSIGNED, SIGNER.vkey, witnesses=[WITNESS, other], quorum=1) == CHECKPOINT
    assert refusal(COSIGNED, witnesses=[WITNESS, other], quorum=2) is NoteReason.NOT_ENOUGH_WITNESSES
    assert refusal(SIGNED, witnesses=[WITNESS, other], quorum=1) is NoteReason.NOT_ENOUGH_WITNESSES
    assert refusal(COSIGNED, witnesses=[other], quorum=1) is NoteReason.NOT_ENOUGH_WITNESSES
    # two lines of one witness are one witness
    doubled = COSIGNED + Note.parse(COSIGNED).signatures[1].to_line()
    assert refusal(doubled, witnesses=[WITNESS, other], quorum=2) is NoteReason.NOT_ENOUGH_WITNESSES


def test_a_cosignature_of_another_time_or_text_is_refused() -> None:
    line = Note.parse(COSIGNED).signatures[1]
    for seconds in (0, 1, int(AT.timestamp()) + 1, 2**63, 2**64 - 1):
        forged = Signature(line.name, line.key_id, struct.pack(">Q", seconds) + line.signature[8:])
        text = SIGNED + forged.to_line()
        assert refusal(text, witnesses=[WITNESS], quorum=1) is NoteReason.BAD_SIGNATURE
    short = Signature(line.name, line.key_id, line.signature[:7])
    assert refusal(SIGNED + short.to_line(), witnesses=[WITNESS], quorum=1) is NoteReason.BAD_SIGNATURE
    other = SIGNER.sign_checkpoint(Checkpoint(SIGNER.origin, 5, bytes(32)))
    assert refusal(other + line.to_line(), witnesses=[WITNESS], quorum=1) is NoteReason.BAD_SIGNATURE


def test_the_key_of_a_witness_is_no_key_of_a_log() -> None:
    assert refusal(COSIGNED, WITNESS) is NoteReason.MALFORMED_KEY


def test_the_same_key_under_two_types_has_two_ids() -> None:
    plain = verifier_key(WITNESS.name, SignatureType.ED25519, WITNESS_PRIVATE)
    assert plain.public == WITNESS.public
    assert plain.key_id != WITNESS.key_id
    with pytest.raises(NoteRefused) as caught:
        Note.parse(COSIGNED).verified_by([plain])
    assert caught.value.reason is NoteReason.UNKNOWN_KEY


@pytest.mark.parametrize("text", ["no newline", "tab\t\n", "nul\0\n"])
def test_only_a_note_text_is_signed(text: str) -> None:
    with pytest.raises(NoteRefused):
        sign_text(text, "a", SIGNER.private)
