"""The program that a resident runs: what it prints, and its exit status."""

import os
import subprocess
import sys
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path

import pytest
from typer.testing import CliRunner

from mynumber.foundation.law import legal_basis
from mynumber.foundation.tlog import AddCheckpoint, Policy, WitnessSigner
from mynumber.foundation.tlog.receipt import ReceiptReason, words
from mynumber.foundation.tlog.receipt.report import check_bytes, check_file, describe_record
from mynumber.foundation.tlog.receipt.words import Language
from mynumber.foundation.tlog.witness import authenticate
from mynumber.institutions.network.core.records import DisclosureEntry, LogEntry
from mynumber.platform.commands.receipt import app
from mynumber.protocols.events import EventKind
from mynumber.protocols.exchange import Outcome
from mynumber.protocols.refusal import Hop, Reason
from tests.foundation.tlog.test_receipt import SIGNER, Log

RECORD: dict[str, object] = {
    "request_id": "6a1e0d0c-0000-4000-8000-000000000001",
    "side": "network",
    "outcome": "provided",
    "inquirer": "municipality.131229",
    "inquirer_name": "東京都葛飾区",
    "provider_name": "日本年金機構",
    "affair": "81-1",
    "items": ["地方税関係情報", "年金給付関係情報"],
    "asked_at": "2026-11-22T01:00:05.250000Z",
    "hop": None,
    "non_disclosure": False,
    "count": 3,
    "weird\u202e": "a\x1b[2Jb\u202ec",
    "parts": {"outcome": "refused"},
}
LOG = Log([RECORD] * 5)
WITNESS = WitnessSigner.generate("witness.example/w1")
OTHER = WitnessSigner.generate("witness.example/w2")
RECEIPT = LOG.receipt(3).to_text()
SIGNED = authenticate(AddCheckpoint(0, (), LOG.receipt(3).checkpoint), Policy.of_keys([SIGNER.verifier_key]))
WITNESSED = RECEIPT + WITNESS.cosign(SIGNED, datetime(2026, 11, 22, 1, 0, 5, tzinfo=UTC)).to_line()


@pytest.fixture
def receipt(tmp_path: Path) -> Path:
    path = tmp_path / "receipt.tlog-proof"
    path.write_bytes(LOG.receipt(3).to_text().encode())
    return path


@pytest.fixture
def log_key(tmp_path: Path) -> Path:
    path = tmp_path / "log.vkey"
    path.write_text(SIGNER.vkey + "\n")
    return path


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    path = tmp_path / "log.policy"
    path.write_text(f"log {SIGNER.vkey}\nwitness w {WITNESS.vkey}\nquorum w\n")
    return path


@pytest.fixture
def witnessed(tmp_path: Path) -> Path:
    """The same receipt with a cosignature."""
    path = tmp_path / "witnessed.tlog-proof"
    path.write_bytes(WITNESSED.encode())
    return path


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    # an empty environment and another folder: the program needs nothing of the platform
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "mynumber.foundation.tlog.receipt", *map(str, arguments)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd="/",
        env={"PYTHONUTF8": "1"},
        check=False,
    )


def test_the_program_verifies_a_receipt_without_any_server(receipt: Path, log_key: Path) -> None:
    done = run(receipt, "--key", log_key)
    assert (done.returncode, done.stderr) == (0, "")
    for line in (
        "✓ このレシートは正しいものです。",
        "  照会した機関: 東京都葛飾区",
        "  提供する機関: 日本年金機構",
        "  結果: 提供済み",
        "  特定個人情報の項目: 地方税関係情報、年金給付関係情報",
        "  照会の日時: 2026年11月22日 10:00:05（日本時間）",
        "  止まった所: （なし）",
        "  不開示の指定: なし",
        "  count: 3",
        "  parts: 結果 提供されず（拒否）",
        "  ・この記録は、台帳の先頭から 5 件のうち 4 件目にあります（番号 3）。",
    ):
        assert line in done.stdout.split("\n")


def test_the_program_speaks_english(receipt: Path, log_key: Path) -> None:
    done = run(receipt, "--key", log_key, "--lang", "en")
    assert done.returncode == 0
    assert "  Inquirer: 東京都葛飾区\n" in done.stdout
    assert "  Time of request: 2026-11-22 10:00:05 (Japan time)\n" in done.stdout
    assert "This receipt holds." in done.stdout


def test_a_receipt_with_one_bit_changed_exits_with_1_and_shows_nothing_of_it(
    receipt: Path, log_key: Path
) -> None:
    data = bytearray(receipt.read_bytes())
    data[data.index(b"index 3") + 6] ^= 1  # index 2
    receipt.write_bytes(data)
    done = run(receipt, "--key", log_key)
    assert done.returncode == 1
    assert done.stdout == ""
    assert "このレシートは正しくありません" in done.stderr
    assert "[not_included]" in done.stderr
    assert "葛飾" not in done.stderr


def test_what_cannot_be_checked_exits_with_2(receipt: Path, log_key: Path, tmp_path: Path) -> None:
    assert run(tmp_path / "nothing", "--key", log_key).returncode == 2
    assert run(tmp_path, "--key", log_key).returncode == 2
    assert run(receipt, "--key", tmp_path / "nothing").returncode == 2
    no_key = run(receipt, "--key", receipt)
    assert no_key.returncode == 2
    assert "公開鍵として読めません" in no_key.stderr
    assert run(receipt).returncode == 2
    assert run().returncode == 2


def test_nothing_in_a_record_can_steer_the_terminal(receipt: Path, log_key: Path) -> None:
    report = check_file(receipt, log_key)
    assert "a\\u001b[2Jb\\u202ec" in report.text
    assert report.text.replace("\n", "").isprintable()


def test_a_report_does_not_print_its_record(receipt: Path, log_key: Path) -> None:
    assert "葛飾" not in repr(check_file(receipt, log_key))


@pytest.mark.parametrize(
    "data", [b"", b"\xff\xfe", b"\0" * 100, "c2sp.org/tlog-proof@v1\n".encode("utf-16"), b"x" * 1_000_000]
)
def test_files_that_are_no_receipts_do_not_hold(data: bytes) -> None:
    report = check_bytes(data, SIGNER.verifier_key)
    assert (report.exit_code, report.reason) == (1, ReceiptReason.MALFORMED)


def test_every_failure_has_its_words_in_both_languages() -> None:
    assert set(words.FAILURES) == set(ReceiptReason)
    for japanese, english in words.FAILURES.values():
        assert japanese.endswith("。")
        assert english.endswith(".")
        assert not japanese.isascii()
        assert english.replace("“", "").replace("”", "").isascii()


@pytest.mark.parametrize(
    ("member", "values"), [("outcome", Outcome), ("hop", Hop), ("reason", Reason), ("kind", EventKind)]
)
def test_every_word_that_the_network_records_is_explained(member: str, values: type[StrEnum]) -> None:
    assert set(words.VALUES[member]) == {one.value for one in values}


def test_every_member_of_an_entry_of_the_network_has_a_label() -> None:
    assert set(LogEntry.__struct_fields__) <= set(words.FIELDS)
    assert set(DisclosureEntry.__struct_fields__) <= set(words.FIELDS)


def test_known_members_come_first_and_unknown_ones_are_kept() -> None:
    shown = describe_record(
        {"zz": "1", "outcome": "new_outcome", "at": "yesterday", "asked_at": "2026-01-01T00:00:00"}
    )
    assert shown == [
        ("結果", "new_outcome"),
        ("日時", "yesterday"),
        ("照会の日時", "2026-01-01T00:00:00"),
        ("zz", "1"),
    ]
    assert describe_record({"outcome": "lost"}, Language.ENGLISH) == [
        ("Outcome", "provided, but did not reach the inquirer")
    ]


def test_ids_of_the_law_are_shown_with_the_words_that_applied_on_the_day() -> None:
    record: dict[str, object] = {
        "affair": "81-1",
        "provision": "81-1-1",
        "information": "local_tax",
        "requested_at": "2026-11-22T01:00:05Z",
    }
    shown = dict(describe_record(record))
    affair = legal_basis(date(2026, 11, 22)).affair("81-1")
    assert affair.words in shown["事務"]
    assert f"第二条の表{affair.item_label}の項" in shown["事務"]
    provision = affair.provisions[0]
    rule = dict(describe_record({**record, "provision": provision.id}))["根拠となる規定"]
    assert rule.startswith(f"{provision.id} — {provision.article_label}")
    assert provision.information_words in rule
    information = next(iter(provision.information_kinds))
    for language, label, words_of_it in (
        (Language.JAPANESE, "特定個人情報の種類", information.label_ja),
        (Language.ENGLISH, "Kind of information", information.label_en),
    ):
        shown = dict(describe_record({"information": information.value}, language))
        assert shown[label] == f"{information.value} — {words_of_it}"


@pytest.mark.parametrize(
    "record",
    [
        {"affair": "9999-1", "requested_at": "2026-11-22T01:00:05Z"},
        {"affair": "81-1"},
        {"affair": "81-1", "at": "yesterday"},
        {"affair": "81-1", "at": "2026-11-22T01:00:05"},
        {"affair": "81-1", "at": "1999-01-01T00:00:00Z"},
        {"affair": "81-1", "at": 5},
        {"provision": "nonsense", "at": "2026-11-22T01:00:05Z"},
        {"information": "nonsense"},
    ],
)
def test_ids_that_the_table_does_not_know_stand_alone(record: dict[str, object]) -> None:
    name = next(iter(record))
    assert describe_record(record)[0][1] == record[name]


def test_the_command_of_the_platform_does_the_same(receipt: Path, log_key: Path) -> None:
    runner = CliRunner()
    good = runner.invoke(app, ["verify", str(receipt), "--key", str(log_key)])
    assert good.exit_code == 0
    assert good.stdout == check_file(receipt, log_key).text
    by_environment = runner.invoke(
        app, ["verify", str(receipt), "--lang", "en"], env={"MYNUMBER_LOG_KEY": str(log_key)}
    )
    assert by_environment.exit_code == 0
    assert by_environment.stdout == check_file(receipt, log_key, Language.ENGLISH).text
    receipt.write_bytes(receipt.read_bytes().replace(b"index 3", b"index 1"))
    bad = runner.invoke(app, ["verify", str(receipt), "--key", str(log_key)])
    assert bad.exit_code == 1
    assert "[not_included]" in bad.output


def test_the_command_takes_the_policy_of_the_platform_in_this_folder_and_says_so(
    witnessed: Path, policy: Path
) -> None:
    home = witnessed.parent / "home"
    home.mkdir()
    (home / "log.policy").write_bytes(policy.read_bytes())
    environment = {name: "" for name in os.environ if name == "MYNUMBER_LOG_KEY"}
    done = CliRunner().invoke(
        app, ["verify", str(witnessed)], env={**environment, "COLUMNS": "200", "MYNUMBER_HOME": str(home)}
    )
    assert done.exit_code == 0
    assert str(home / "log.policy") in done.output
    assert "立会人「witness.example/w1」" in done.output


def test_the_command_says_what_to_do_without_a_key(receipt: Path) -> None:
    environment = {name: "" for name in os.environ if name == "MYNUMBER_LOG_KEY"}
    done = CliRunner().invoke(
        app,
        ["verify", str(receipt)],
        env={**environment, "COLUMNS": "200", "MYNUMBER_HOME": str(receipt.parent / "nothing-here")},
    )
    assert done.exit_code == 2
    assert "--key" in done.output


def test_the_key_may_be_the_line_itself(receipt: Path) -> None:
    assert run(receipt, "--key", SIGNER.vkey).returncode == 0
    assert CliRunner().invoke(app, ["verify", str(receipt), "--key", SIGNER.vkey]).exit_code == 0


@pytest.mark.parametrize("program", ["module", "command"])
def test_witnesses_that_are_named_must_have_signed(witnessed: Path, receipt: Path, program: str) -> None:
    def verify(*arguments: str | Path) -> tuple[int, str]:
        if program == "module":
            done = run(*arguments)
            return done.returncode, done.stdout + done.stderr
        result = CliRunner().invoke(app, ["verify", *map(str, arguments)])
        return result.exit_code, result.output

    status, text = verify(witnessed, "--key", SIGNER.vkey, "--witness", WITNESS.vkey)
    assert status == 0
    assert "・立会人「witness.example/w1」が、2026年11月22日 10:00:05（日本時間）に" in text
    status, text = verify(witnessed, "--key", SIGNER.vkey)
    assert status == 0
    assert "立会人の署名がほかに 1 行ありますが、鍵を知らないので" in text
    for missing in (
        (receipt, "--key", SIGNER.vkey, "--witness", WITNESS.vkey),
        (witnessed, "--key", SIGNER.vkey, "--witness", WITNESS.vkey, "--witness", OTHER.vkey),
    ):
        status, text = verify(*missing)
        assert status == 1
        assert "[not_enough_witnesses]" in text
        assert "葛飾" not in text
    both = ("--witness", WITNESS.vkey, "--witness", OTHER.vkey)
    assert verify(witnessed, "--key", SIGNER.vkey, *both, "--quorum", "1")[0] == 0


def test_a_policy_says_it_all(witnessed: Path, receipt: Path, policy: Path) -> None:
    assert run(witnessed, "--policy", policy).returncode == 0
    assert run(receipt, "--policy", policy).returncode == 1
    assert run(witnessed, "--policy", policy, "--witness", WITNESS.vkey).returncode == 2
    assert run(witnessed, "--policy", policy, "--key", SIGNER.vkey).returncode == 2
    bad = policy.with_name("bad.policy")
    bad.write_text(policy.read_text() + "quorum w\n")
    done = run(witnessed, "--policy", bad)
    assert done.returncode == 2
    assert "4 行目" in done.stderr
    command = CliRunner().invoke(app, ["verify", str(witnessed), "--policy", str(policy), "--quorum", "1"])
    assert command.exit_code == 2


def test_a_changed_cosignature_of_a_known_witness_does_not_hold(witnessed: Path, policy: Path) -> None:
    text = witnessed.read_text()
    at = text.rindex(" ") + 20
    witnessed.write_text(text[:at] + ("A" if text[at] != "A" else "B") + text[at + 1 :])
    done = run(witnessed, "--policy", policy)
    assert done.returncode == 1
    assert "[bad_signature]" in done.stderr


def test_keys_that_are_taken_for_one_another_are_named(witnessed: Path) -> None:
    swapped = run(witnessed, "--key", WITNESS.vkey)
    assert (swapped.returncode, "立会人の鍵です" in swapped.stderr) == (2, True)
    swapped = run(witnessed, "--key", SIGNER.vkey, "--witness", SIGNER.vkey)
    assert (swapped.returncode, "記録台帳の鍵です" in swapped.stderr) == (2, True)


WRONG = {
    "nothing in it": (b" \n", "ファイルが空です"),
    "a page": (b"\n<!DOCTYPE html><html></html>", "ホームページ"),
    "a PDF": (b"%PDF-1.7\n\xe2\xe3", "PDF です"),
    "the key": (SIGNER.vkey.encode() + b"\n", "これは公開鍵です"),
    "the policy": (f"log {SIGNER.vkey}\nquorum none\n".encode(), "方針（tlog-policy）です"),
    "a checkpoint": (LOG.receipt(3).checkpoint.encode(), "チェックポイントです"),
    "JSON": (b'{"index": 3}', "JSON です"),
    "Windows line ends": (RECEIPT.replace("\n", "\r\n").encode(), "改行か文字コード"),
    "a mark at its beginning": (b"\xef\xbb\xbf" + RECEIPT.encode(), "改行か文字コード"),
    "UTF-16": (RECEIPT.encode("utf-16"), "改行か文字コード"),
    "a proof of something else": (
        "\n".join(line for line in RECEIPT.split("\n") if not line.startswith("extra")).encode(),
        "記録が入っていません",
    ),
    "half a receipt": (RECEIPT.encode()[:200], "途中で切れたり"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "決まりに合いません"),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_wrong_file_is_called_by_its_name(what: str) -> None:
    data, sentence = WRONG[what]
    report = check_bytes(data, SIGNER.verifier_key)
    assert (report.exit_code, report.reason) == (1, ReceiptReason.MALFORMED)
    assert sentence in report.text


def test_every_wrong_file_has_its_words_in_both_languages() -> None:
    for japanese, english in words.WRONG_FILES.values():
        assert japanese.endswith("。")
        assert english.endswith(".")
