"""The file with the demonstration's names and passwords, and what happens without it."""

import json
from pathlib import Path

import pytest

from mynumber.platform.guide.demo import Demo, DemoCard, DemoState, StaffLogin, read_demo

WRITTEN = {
    "staff": [
        {"tenant": "131229", "town": "葛飾区", "username": "teate", "password": "p", "role_ja": "手当の担当"}
    ],
    "cards": [{"persona": "hanako", "name": "佐藤　花子", "pin": "1234", "card_id": "c1"}],
    "log_key": "network+abc+def",
}


def write(home: Path, content: bytes) -> None:
    (home / "guide").mkdir()
    (home / "guide" / "demo.json").write_bytes(content)


def test_what_the_seeding_writes_is_read(tmp_path: Path) -> None:
    write(tmp_path, json.dumps(WRITTEN).encode())
    demo, state = read_demo(tmp_path)
    assert state is DemoState.READY
    assert demo.login_of("131229") == StaffLogin("131229", "葛飾区", "teate", "p", "手当の担当")
    assert demo.card_of("hanako") == DemoCard("hanako", "佐藤　花子", "1234", "c1")
    assert demo.log_key == "network+abc+def"
    assert demo.login_of("272124") is None
    assert demo.card_of("nobody") is None


def test_before_the_seeding_nothing_is_known(tmp_path: Path) -> None:
    assert read_demo(tmp_path) == (Demo(), DemoState.ABSENT)


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b'{"staff": 1}', b'{"staff": [{"tenant": "1"}]}', b"\xff\xfe", b'"x"']
)
def test_a_damaged_file_is_told_apart_and_breaks_nothing(tmp_path: Path, content: bytes) -> None:
    write(tmp_path, content)
    assert read_demo(tmp_path) == (Demo(), DemoState.UNREADABLE)


def test_a_folder_in_its_place_breaks_nothing(tmp_path: Path) -> None:
    (tmp_path / "guide" / "demo.json").mkdir(parents=True)
    assert read_demo(tmp_path) == (Demo(), DemoState.UNREADABLE)
