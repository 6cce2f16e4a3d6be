"""`mynumber demo` on the running platform."""

import dataclasses
import io
import os
import re
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from rich.console import Console

from mynumber.foundation.tlog.receipt.words import Language
from mynumber.platform.demo.cast import Cast, gather
from mynumber.platform.demo.story import STEPS, play
from mynumber.platform.demo.telling import Telling
from tests.support.platform import Platform

_UUID = re.compile(r"\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b")


def told(cast: Cast) -> tuple[bool, str]:
    """The story of another cast, played here, and what was printed."""
    printed = io.StringIO()
    done = play(cast, Telling(Console(file=printed, width=160), Language.JAPANESE, STEPS))
    return done, printed.getvalue()


def test_the_story_does_what_it_must_and_can_be_told_again(platform: Platform) -> None:
    first = platform.run("demo").stdout
    for number in range(1, STEPS + 1):
        assert f"{number}/{STEPS}  " in first
    for words in (
        "地方税関係情報 ← 八尾市",
        "公的年金給付の支給に関する情報 ← 日本年金機構",
        "公的給付支給等口座登録簿関係情報 ← デジタル庁",
        "第二条の表の八十一の項",
        "提供が許可された日時",
        "副本を登録",
        "情報提供ネットワークシステム [network]",
        "[not_in_table]",
        "三つの記録は一致しています。",
        "このレシートは正しいものです。",
        "[not_included]",
        "すべての歩みが、そうなるべきとおりになりました",
    ):
        assert words in first
    again = platform.run("demo", "--lang", "en").stdout
    assert "Every step did what it must" in again
    assert not set(_UUID.findall(first)) & set(_UUID.findall(again)), (
        "the second run made no inquiries of its own"
    )


@pytest.mark.thorough
def test_what_it_saves_can_be_verified_by_hand(platform: Platform) -> None:
    printed = platform.run("demo").stdout
    files = re.findall(r"receipt verify --policy (\S+) (\S+)", printed)
    assert [Path(file).name.endswith("-altered.txt") for _, file in files] == [False, True]
    codes = [
        platform.run("receipt", "verify", "--policy", policy, file, check=False).returncode
        for policy, file in files
    ]
    assert codes == [0, 1]


def test_it_prints_neither_the_pin_nor_the_password(platform: Platform) -> None:
    cast = gather(platform.settings)
    done, printed = told(cast)
    assert done
    assert cast.login.password not in printed
    assert "暗証番号（****）" in printed
    assert f"（{cast.card.pin}）" not in printed


def test_a_step_that_fails_says_which_what_and_what_to_do(platform: Platform) -> None:
    cast = gather(platform.settings)
    login = msgspec.structs.replace(cast.login, password="not the password")
    done, printed = told(dataclasses.replace(cast, login=login))
    assert not done
    unbroken = re.sub(r"[\s│]+", "", printed)  # where a line breaks depends on how long the addresses are
    assert "✗1「窓口で：申請を受け付け、案件を開く」で止まりました" in unbroken
    assert "「職員のサインイン」(422)が開きました" in unbroken
    assert "サインインできませんでした。" in unbroken
    assert "mynumberstatus" in unbroken
    assert "2/7" not in printed


def test_a_silent_platform_is_no_stack_trace(platform: Platform) -> None:
    cast = gather(platform.settings)
    silent = dataclasses.replace(cast.settings, port=1)
    done, printed = told(dataclasses.replace(cast, settings=silent))
    assert not done
    assert "返事がありません" in printed


def test_without_a_platform_it_says_what_to_do_first(tmp_path: Path) -> None:
    done = subprocess.run(
        [str(Path(sys.executable).parent / "mynumber"), "demo"],
        env={**os.environ, "MYNUMBER_HOME": str(tmp_path / "nothing"), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 3
    assert "先に mynumber up を実行してください" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "nothing").exists()


def test_one_exchange_that_is_not_there(platform: Platform) -> None:
    unknown = "00000000-0000-4000-8000-000000000000"
    done = platform.run("network", "reconcile", "--request-id", unknown, check=False)
    assert done.returncode == 1
    assert f"照会番号 {unknown} の記録は、ネットワークにありません。" in done.stderr
    assert "Traceback" not in done.stderr
