"""The log and its receipts, checked by code that is not ours: the Go team's golang.org/x/mod/sumdb (signed notes, Merkle proofs, tiles)."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from mynumber.foundation.tlog import LogSigner, WitnessSigner
from tests.institutions.network.test_cosigning import integrated
from tests.institutions.network.test_records import Person
from tests.support.everyone import Everyone
from tests.support.tools import needs
from tests.support.waiting import eventually

PROGRAM = Path(__file__).parents[2] / "support/independent/verify.go"
GO_SOURCES = "/usr/share/gocode"
"""Where Debian keeps Go libraries (package golang-golang-x-mod-dev)."""

pytestmark = needs("go", f"{GO_SOURCES}/src/golang.org/x/mod/sumdb/tlog/tlog.go")


@pytest.fixture(scope="module")
def verifier(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The verifier, built from Debian's sources alone."""
    folder = tmp_path_factory.mktemp("verifier")
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "GOCACHE") if name in os.environ}
    environment = {**kept, "GOPATH": GO_SOURCES, "GO111MODULE": "off", "CGO_ENABLED": "0"}
    command = ["go", "build", "-o", str(folder / "verify"), str(PROGRAM)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder / "verify"


def verify(
    verifier: Path, everyone: Everyone, *receipts: Path, log_key: str = "", witness: str = ""
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [
            str(verifier),
            f"http://127.0.0.1:{everyone.web.port}/log",
            log_key or everyone.exchange.vkey,
            witness or everyone.commission.signer.vkey,
            *map(str, receipts),
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def receipts_of(everyone: Everyone, folder: Path, name: str) -> list[Path]:
    """The receipts of three exchanges, each taken as soon as it could be: under different checkpoints."""
    person = Person(everyone.exchange, name)
    files: list[Path] = []
    for number in range(1, 4):
        everyone.exchange.inquire(person.at_city)
        for index in integrated(person, 3 * number):
            file = folder / f"receipt-{index}.tlog-proof"
            if not file.exists():
                file.write_text(person.receipt(index), encoding="utf-8")
                files.append(file)
    eventually(everyone.cosigned, "a cosigned checkpoint")
    return files


def test_another_s_code_verifies_checkpoint_tiles_receipts_and_consistency(
    everyone: Everyone, verifier: Path, tmp_path: Path
) -> None:
    files = receipts_of(everyone, tmp_path, "independent")
    done = verify(verifier, everyone, *files)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert sum(line.startswith("receipt ") for line in lines) == len(files) == 9
    sizes = {tuple(line.split()[1:]) for line in lines if line.startswith("consistent ")}
    assert len(sizes) > 1, "receipts under checkpoints of different sizes"


def test_another_s_code_refuses_what_is_altered(everyone: Everyone, verifier: Path, tmp_path: Path) -> None:
    file = receipts_of(everyone, tmp_path, "altered")[0]
    text = file.read_text(encoding="utf-8")
    extra = text.index("extra ") + len("extra ") + 120
    hash_line = text.index("\n", text.index("index ")) + 5
    size = text.index("\n", text.index("\n\n") + 2) + 1
    for at in (extra, hash_line, size):
        altered = tmp_path / "altered.tlog-proof"
        flipped = "A" if text[at] not in "A0" else "5"
        altered.write_text(text[:at] + flipped + text[at + 1 :], encoding="utf-8")
        assert verify(verifier, everyone, altered).returncode == 1
    strangers = (
        verify(verifier, everyone, file, log_key=LogSigner.generate("test.invalid/log").vkey),
        verify(verifier, everyone, file, witness=WitnessSigner.generate("witness.invalid/commission").vkey),
    )
    assert [one.returncode for one in strangers] == [1, 1]
    assert verify(verifier, everyone, file).returncode == 0
