"""The key ring: what is added comes back, older generations stay, and a folder that others can open is refused."""

import os
import stat
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mynumber.foundation.envelope import SealingKey, SigningKey
from mynumber.foundation.keyring import KeyRing, KeyRingReason, KeyRingRefused


@pytest.fixture
def ring(tmp_path: Path) -> KeyRing:
    return KeyRing.create(tmp_path / "keys")


def refused(call: Callable[[], object]) -> KeyRingRefused:
    with pytest.raises(KeyRingRefused) as caught:
        call()
    return caught.value


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_keys_come_back_after_opening_anew(ring: KeyRing) -> None:
    signing, sealing = ring.add_signing("message"), ring.add_sealing("answer")
    secret, pem = ring.add_secret("django"), ring.add_pem("ca", SigningKey.generate().to_pem())
    again = KeyRing.open(ring.folder)
    assert again.signing("message").kid == signing.kid
    assert again.sealing("answer").kid == sealing.kid
    assert again.secret("django") == secret
    assert again.pem("ca") == pem
    assert again.names() == ["answer", "ca", "django", "message"]
    assert again.has("ca")
    assert not again.has("cb")


def test_given_keys_are_kept_as_they_are(ring: KeyRing) -> None:
    signing, sealing = SigningKey.generate("a-name"), SealingKey.generate()
    assert ring.add_signing("message", signing).kid == signing.public.jose.thumbprint()
    assert ring.signing("message").to_pem() == signing.to_pem()
    assert ring.add_sealing("answer", sealing).kid == sealing.kid
    assert ring.secret("root") == b"\0\r\n\xff" if ring.add_secret("root", b"\0\r\n\xff") else False


def test_new_secrets_are_random_and_of_32_bytes(ring: KeyRing) -> None:
    secrets = {ring.add_secret("s") for _ in range(5)}
    assert {len(one) for one in secrets} == {32}
    assert len(secrets) == 5


def test_the_newest_generation_is_current_and_the_older_stay(ring: KeyRing) -> None:
    keys = [ring.add_signing("message") for _ in range(11)]
    assert ring.generations("message") == list(range(11, 0, -1))
    assert ring.signing("message").kid == keys[-1].kid
    assert [ring.signing("message", number).kid for number in range(1, 12)] == [key.kid for key in keys]
    assert ring.generations("nothing") == []


def test_the_folder_is_0700_and_the_files_0600_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        ring = KeyRing.create(tmp_path / "deep" / "keys")
        ring.add_signing("message")
        ring.add_secret("django")
    finally:
        os.umask(before)
    assert mode(ring.folder) == 0o700
    assert {entry.name: mode(entry) for entry in ring.folder.iterdir()} == {
        "message.1.pem": 0o600,
        "django.1.secret": 0o600,
    }


def test_nothing_half_written_is_left(ring: KeyRing) -> None:
    ring.add_secret("django")
    refused(lambda: ring.add_pem("django", b"-----BEGIN X"))
    assert [entry.name for entry in ring.folder.iterdir()] == ["django.1.secret"]


def test_an_empty_folder_becomes_a_ring(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    folder.mkdir(mode=0o755)
    assert mode(KeyRing.create(folder).folder) == 0o700


def test_a_folder_with_something_in_it_is_not_made_a_ring(ring: KeyRing) -> None:
    ring.add_secret("django")
    assert refused(lambda: KeyRing.create(ring.folder)).reason is KeyRingReason.NOT_EMPTY


def test_writers_at_the_same_time_never_replace_one_another(ring: KeyRing) -> None:
    with ThreadPoolExecutor(8) as pool:
        secrets = list(pool.map(lambda _: ring.add_secret("s"), range(40)))
    assert ring.generations("s") == list(range(40, 0, -1))
    assert {ring.secret("s", number) for number in range(1, 41)} == set(secrets)


@pytest.mark.parametrize("bits", [0o701, 0o710, 0o704, 0o750, 0o755, 0o777, 0o770])
def test_a_folder_open_to_others_is_refused(ring: KeyRing, bits: int) -> None:
    ring.folder.chmod(bits)
    refusal = refused(lambda: KeyRing.open(ring.folder))
    assert refusal.reason is KeyRingReason.OPEN_TO_OTHERS
    assert f"chmod 700 {ring.folder}" in str(refusal)


@pytest.mark.parametrize("bits", [0o601, 0o604, 0o640, 0o644, 0o666, 0o620])
def test_a_file_open_to_others_is_refused_at_opening_and_at_reading(ring: KeyRing, bits: int) -> None:
    ring.add_secret("django", b"SECRET")
    path = ring.folder / "django.1.secret"
    path.chmod(bits)
    for call in (lambda: KeyRing.open(ring.folder), lambda: ring.secret("django")):
        refusal = refused(call)
        assert refusal.reason is KeyRingReason.OPEN_TO_OTHERS
        assert f"chmod 600 {path}" in str(refusal)
        assert "SECRET" not in str(refusal)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_what_another_user_owns_is_refused(ring: KeyRing) -> None:
    ring.add_secret("django")
    path = ring.folder / "django.1.secret"
    os.chown(path, 65534, 65534)
    assert refused(lambda: KeyRing.open(ring.folder)).reason is KeyRingReason.WRONG_OWNER
    assert refused(lambda: ring.secret("django")).reason is KeyRingReason.WRONG_OWNER
    path.unlink()
    os.chown(ring.folder, 65534, 65534)
    refusal = refused(lambda: KeyRing.open(ring.folder))
    assert refusal.reason is KeyRingReason.WRONG_OWNER
    assert "chown" in str(refusal)


def test_links_and_folders_in_the_ring_are_refused(ring: KeyRing, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.write_bytes(b"SECRET")
    outside.chmod(0o600)
    link = ring.folder / "django.1.secret"
    link.symlink_to(outside)
    assert refused(lambda: KeyRing.open(ring.folder)).reason is KeyRingReason.NOT_A_PLAIN_FILE
    assert refused(lambda: ring.secret("django")).reason is KeyRingReason.NOT_A_PLAIN_FILE
    link.unlink()
    link.mkdir(mode=0o700)
    assert refused(lambda: KeyRing.open(ring.folder)).reason is KeyRingReason.NOT_A_PLAIN_FILE
    assert refused(lambda: ring.secret("django")).reason is KeyRingReason.NOT_A_PLAIN_FILE
    link.rmdir()
    os.mkfifo(link, 0o600)
    assert refused(lambda: ring.secret("django")).reason is KeyRingReason.NOT_A_PLAIN_FILE


def test_a_ring_that_is_not_there_is_named(tmp_path: Path) -> None:
    refusal = refused(lambda: KeyRing.open(tmp_path / "keys"))
    assert refusal.reason is KeyRingReason.NO_FOLDER
    assert str(tmp_path / "keys") in str(refusal)
    (tmp_path / "file").write_text("")
    assert refused(lambda: KeyRing.open(tmp_path / "file")).reason is KeyRingReason.NO_FOLDER
    (tmp_path / "link").symlink_to(KeyRing.create(tmp_path / "real").folder)
    assert refused(lambda: KeyRing.open(tmp_path / "link")).reason is KeyRingReason.NO_FOLDER


def test_a_key_that_is_not_there_is_named(ring: KeyRing) -> None:
    ring.add_signing("message")
    for call in (
        lambda: ring.signing("messages"),
        lambda: ring.signing("message", 2),
        lambda: ring.signing("message", 0),
        lambda: ring.secret("message"),
        lambda: ring.secret("../message"),
    ):
        assert refused(call).reason is KeyRingReason.UNKNOWN_NAME


def test_a_key_of_another_kind_is_refused(ring: KeyRing) -> None:
    ring.add_signing("message")
    ring.add_sealing("answer")
    ring.add_pem("noise", b"-----BEGIN PRIVATE KEY-----\nSECRET\n-----END PRIVATE KEY-----\n")
    for call in (
        lambda: ring.sealing("message"),
        lambda: ring.signing("answer"),
        lambda: ring.signing("noise"),
        lambda: ring.add_secret("message"),
        lambda: ring.add_pem("rsa", b"SECRET"),
    ):
        refusal = refused(call)
        assert refusal.reason is KeyRingReason.WRONG_KIND
        assert "SECRET" not in str(refusal)


@given(st.text(max_size=70))
def test_only_plain_names_are_taken(tmp_path_factory: pytest.TempPathFactory, name: str) -> None:
    plain = (
        1 <= len(name) <= 64
        and name[0] in "abcdefghijklmnopqrstuvwxyz"
        and set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789_-")
    )
    ring = KeyRing.create(tmp_path_factory.mktemp("ring") / "keys")
    if plain:
        ring.add_secret(name)
        assert ring.names() == [name]
    else:
        assert refused(lambda: ring.add_secret(name)).reason is KeyRingReason.BAD_NAME
        assert list(ring.folder.iterdir()) == []


@pytest.mark.parametrize("name", ["", "A", "1a", "a.b", "a/b", "../a", "a\n", "a" * 65, "é", "_a"])
def test_other_names_are_refused(ring: KeyRing, name: str) -> None:
    assert refused(lambda: ring.add_secret(name)).reason is KeyRingReason.BAD_NAME


def test_what_is_too_large_for_a_secret_is_refused(ring: KeyRing) -> None:
    assert refused(lambda: ring.add_secret("s", bytes(1024 * 1024 + 1))).reason is KeyRingReason.TOO_LARGE
    ring.add_secret("s")
    (ring.folder / "s.1.secret").write_bytes(bytes(1024 * 1024 + 1))
    assert refused(lambda: ring.secret("s")).reason is KeyRingReason.TOO_LARGE


def test_a_ring_prints_its_folder_alone(ring: KeyRing) -> None:
    ring.add_secret("django", b"SECRET")
    assert repr(ring) == f"KeyRing(folder={ring.folder!r})"
