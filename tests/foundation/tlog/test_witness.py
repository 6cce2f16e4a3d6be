"""The witness's decision: what the protocol demands of every request, and that nothing inconsistent is ever cosigned."""

import base64
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mynumber.foundation.tlog.checkpoint import Checkpoint, LogSigner, verify_under
from mynumber.foundation.tlog.merkle import EMPTY_ROOT
from mynumber.foundation.tlog.note import Note, NoteReason, NoteRefused, Signature, VerifierKey, sign_text
from mynumber.foundation.tlog.policy import Policy
from mynumber.foundation.tlog.witness import (
    NOTHING_YET,
    AddCheckpoint,
    TreeHead,
    WitnessReason,
    WitnessRefused,
    WitnessSigner,
    authenticate,
    check_growth,
    origin_hash,
    read_cosignatures,
    read_size,
)
from tests.foundation.tlog import trees

AT = datetime(2026, 11, 22, 1, 0, 0, tzinfo=UTC)
LOG = LogSigner.generate("network.example/log")
STRANGER = LogSigner.generate("network.example/log")
WITNESS = WitnessSigner.generate("witness.example/w1")
POLICY = Policy.of_keys([LOG.verifier_key], [WITNESS.verifier_key])
ENTRIES = trees.entries(40)


def note(size: int, *, root: bytes | None = None, signer: LogSigner = LOG, origin: str = LOG.origin) -> str:
    made = Checkpoint(origin, size, trees.root(ENTRIES[:size]) if root is None else root)
    if origin != signer.origin:
        return LogSigner(origin, signer.private).sign_checkpoint(made)
    return signer.sign_checkpoint(made)


def request(
    old: int, new: int, *, proof: Sequence[bytes] | None = None, text: str | None = None
) -> AddCheckpoint:
    if proof is None:
        proof = trees.consistency(old, ENTRIES[:new]) if 0 < old < new else []
    return AddCheckpoint(old, tuple(proof), note(new) if text is None else text)


class Witness:
    """The state of one log at a witness, kept as a store would."""

    def __init__(self) -> None:
        self.latest = NOTHING_YET

    def add(self, body: str) -> str:
        asked = AddCheckpoint.parse(body)
        signed = authenticate(asked, POLICY)
        check_growth(asked, signed, self.latest)
        line = WITNESS.cosign(signed, AT).to_line()
        self.latest = signed.head
        return line


def refusal(witness: Witness, body: str) -> WitnessRefused:
    before = witness.latest
    with pytest.raises(WitnessRefused) as caught:
        witness.add(body)
    assert witness.latest == before
    return caught.value


@given(st.lists(st.integers(0, 40), min_size=1, max_size=6))
@settings(deadline=None)
def test_a_log_that_only_grows_is_cosigned_at_every_size(sizes: list[int]) -> None:
    witness = Witness()
    for size in sorted(sizes):
        body = request(witness.latest.size, size).to_text()
        lines = read_cosignatures(witness.add(body), note(size), [WITNESS.verifier_key])
        whole = Note.parse(note(size)).with_signatures(*lines).to_text()
        witnessed = verify_under(whole, POLICY)
        assert (witnessed.checkpoint.size, witnessed.cosigned) == (size, ((WITNESS.name, AT),))
        assert witness.latest == TreeHead(size, trees.root(ENTRIES[:size]))


@given(old=st.integers(0, 40), new=st.integers(0, 40))
@settings(deadline=None)
def test_what_is_sent_reads_the_same(old: int, new: int) -> None:
    sent = request(min(old, new), max(old, new))
    assert AddCheckpoint.parse(sent.to_text()) == sent


def at_eight() -> Witness:
    witness = Witness()
    witness.add(request(0, 8).to_text())
    return witness


GOOD = request(8, 20)
REFUSED = {
    "another origin": (
        request(8, 20, text=note(20, origin="other.example/log")),
        WitnessReason.UNKNOWN_LOG,
        404,
    ),
    "a stranger's key": (request(8, 20, text=note(20, signer=STRANGER)), WitnessReason.NOT_SIGNED, 403),
    "a signature that does not match": (
        request(8, 20, text=note(20).replace("\n20\n", "\n21\n")),
        WitnessReason.NOT_SIGNED,
        403,
    ),
    "a size below the old one": (
        AddCheckpoint(8, (), note(7)),
        WitnessReason.SHRINKS,
        400,
    ),
    "an older size": (request(4, 20), WitnessReason.OTHER_SIZE, 409),
    "a newer size": (request(9, 20), WitnessReason.OTHER_SIZE, 409),
    "no idea of the size": (request(0, 20), WitnessReason.OTHER_SIZE, 409),
    "another root of the same size": (
        AddCheckpoint(8, (), note(8, root=bytes(32))),
        WitnessReason.FORKED,
        422,
    ),
    "another history": (request(8, 20, text=note(20, root=bytes(32))), WitnessReason.NOT_CONSISTENT, 422),
    "no proof": (request(8, 20, proof=[]), WitnessReason.NOT_CONSISTENT, 422),
    "half a proof": (request(8, 20, proof=GOOD.proof[:-1]), WitnessReason.NOT_CONSISTENT, 422),
    "a proof for the same size": (
        request(8, 8, proof=[bytes(32)]),
        WitnessReason.NOT_CONSISTENT,
        422,
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_not_a_continuation_is_not_cosigned(what: str) -> None:
    asked, reason, status = REFUSED[what]
    refused = refusal(at_eight(), asked.to_text())
    assert (refused.reason, refused.reason.status) == (reason, status)
    assert refused.size == (8 if status == 409 else None)


def test_a_log_seen_for_the_first_time_needs_no_proof_and_may_have_none() -> None:
    assert (
        refusal(Witness(), request(0, 8, proof=[bytes(32)]).to_text()).reason is WitnessReason.NOT_CONSISTENT
    )
    Witness().add(request(0, 8).to_text())


def test_an_empty_log_has_the_root_of_the_empty_tree() -> None:
    false = note(1).replace("\n1\n", "\n0\n")
    text = LOG.sign_checkpoint(Checkpoint(LOG.origin, 0, EMPTY_ROOT))
    Witness().add(AddCheckpoint(0, (), text).to_text())
    assert refusal(Witness(), AddCheckpoint(0, (), false).to_text()).reason is WitnessReason.NOT_SIGNED
    body = (
        Checkpoint(LOG.origin, 0, EMPTY_ROOT)
        .to_text()
        .replace(base64.b64encode(EMPTY_ROOT).decode(), base64.b64encode(bytes(32)).decode())
    )
    signed = Note(body, (_sign(body),)).to_text()
    refused = refusal(Witness(), AddCheckpoint(0, (), signed).to_text())
    assert (refused.reason, refused.reason.status) == (WitnessReason.NOT_CONSISTENT, 422)


def _sign(text: str) -> Signature:
    return sign_text(text, LOG.origin, LOG.private)


HOSTILE = {
    "nothing": "",
    "no old line": note(8),
    "no checkpoint": "old 0\n",
    "a size with a zero": "old 08\n\n" + note(8),
    "a negative size": "old -8\n\n" + note(8),
    "a size of twenty digits": "old 10000000000000000000\n\n" + note(8),
    "a size above 2^63": "old 9223372036854775808\n\n" + note(8),
    "another word": "new 0\n\n" + note(8),
    "two spaces": "old  0\n\n" + note(8),
    "a carriage return": "old 0\r\n\r\n" + note(8),
    "64 hashes": AddCheckpoint(8, (bytes(32),) * 64, note(20)).to_text(),
    "a hash of 31 bytes": AddCheckpoint(8, (bytes(31),), note(20)).to_text(),
    "a hash that is not base64": "old 8\n*\n\n" + note(20),
    "a hash in another spelling": "old 8\n" + base64.b64encode(bytes(32)).decode()[:-2] + "B=\n\n" + note(20),
    "a checkpoint without signature": "old 0\n\n" + Checkpoint(LOG.origin, 1, bytes(32)).to_text(),
    "half a line": "old 0\n\n" + note(8)[:-1],
    "other text signed": "old 0\n\n" + Note(f"{LOG.origin}\nx\n", (_sign(f"{LOG.origin}\nx\n"),)).to_text(),
    "too long": "old 0\n\n" + "x" * 70_000 + note(8),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_a_malformed_request_is_400(what: str) -> None:
    refused = refusal(Witness(), HOSTILE[what])
    assert (refused.reason, refused.reason.status) == (WitnessReason.MALFORMED, 400)


@given(st.text(max_size=300))
def test_any_text_is_answered_with_a_refusal(text: str) -> None:
    refusal(at_eight(), text)


def test_signatures_of_others_do_not_matter() -> None:
    other = WitnessSigner.generate("other.example/w")
    asked = AddCheckpoint.parse(request(0, 8).to_text())
    mixed = Note.parse(asked.note)
    signed = authenticate(asked, POLICY)
    mixed = mixed.with_signatures(other.cosign(signed, AT))
    again = AddCheckpoint(0, (), mixed.to_text())
    assert authenticate(again, POLICY).signatures == Note.parse(note(8)).signatures


def test_the_log_keeps_lines_of_witnesses_it_knows_and_refuses_a_false_one() -> None:
    signed = authenticate(request(0, 8), POLICY)
    line = WITNESS.cosign(signed, AT).to_line()
    other = WitnessSigner.generate("other.example/w").cosign(signed, AT).to_line()
    keys: list[VerifierKey] = [WITNESS.verifier_key]
    assert [one.to_line() for one in read_cosignatures(other + line, note(8), keys)] == [line]
    for body, reason in (
        (other, NoteReason.UNKNOWN_KEY),
        (line, NoteReason.BAD_SIGNATURE),
        ("", NoteReason.MALFORMED),
        ("<html>", NoteReason.MALFORMED),
    ):
        text = note(9) if reason is NoteReason.BAD_SIGNATURE else note(8)
        with pytest.raises(NoteRefused) as caught:
            read_cosignatures(body, text, keys)
        assert caught.value.reason is reason


def test_the_size_of_a_conflict_is_read_strictly() -> None:
    assert read_size("20852014\n") == 20_852_014
    for text in ("", "8", "08\n", "-1\n", "8\n\n", "8 \n", "９\n", "99999999999999999999\n"):
        with pytest.raises(ValueError, match="size"):
            read_size(text)


def test_an_origin_in_an_address_is_its_hash() -> None:
    assert origin_hash("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_a_witness_key_survives_the_key_ring() -> None:
    assert WitnessSigner.from_bytes(WITNESS.to_bytes()).vkey == WITNESS.vkey
    assert "private" not in repr(WITNESS)
    for data in (b"", WITNESS.to_bytes()[:-1], b"a name\n" + bytes(32), b"\n" + bytes(32)):
        with pytest.raises(NoteRefused) as caught:
            WitnessSigner.from_bytes(data)
        assert caught.value.reason is NoteReason.MALFORMED_KEY
