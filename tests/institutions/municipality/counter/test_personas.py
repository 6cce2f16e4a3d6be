"""The whole life of a card by the one command that the model's seed uses: real messages, a real factory, a real card."""

from __future__ import annotations

import io
import stat
from pathlib import Path

import psycopg
import pytest
from django.core.management import CommandError

from mynumber.foundation.smartcard import (
    PIN_RULES,
    Card,
    CardState,
    JpkiClient,
    KeyName,
    Pin,
    PinName,
    PinPad,
)
from mynumber.institutions.municipality.counter.models import CardApplication, CounterRecord, SafeCard
from mynumber.platform.databases import InstitutionDatabase
from mynumber.protocols import card_handover
from mynumber.protocols.card_handover import HandedCard
from mynumber.webkit.tenancy import acting_as
from tests.institutions.municipality.conftest import CITY
from tests.institutions.municipality.counter.conftest import run

PINS = "1234\nABC123\n5678\n"


def issue(monkeypatch: pytest.MonkeyPatch, out: Path, persona: str, *more: str, pins: str = PINS) -> str:
    monkeypatch.setattr("sys.stdin", io.StringIO(pins))
    return run("issue_card", CITY, f"--persona={persona}", f"--out={out}", *more)


def read(out: Path) -> tuple[HandedCard, Card]:
    handed = card_handover.decode(out.read_bytes())
    return handed, Card(CardState.from_bytes(handed.card))


def states_at_jlis(database: InstitutionDatabase, serial: str) -> list[tuple[object, ...]]:
    with psycopg.connect(database.owner_url) as jlis:
        return jlis.execute(
            "SELECT kind, c.state FROM jlis_certification_certificate c "
            "JOIN jlis_certification_card k ON k.id = c.card_id WHERE k.card_serial = %s ORDER BY kind",
            [serial],
        ).fetchall()


def test_a_card_is_written_for_the_holder_alone_and_only_once(
    towns: InstitutionDatabase,
    jlis_database: InstitutionDatabase,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    out = tmp_path / "hanako.cards"
    assert "カードを書きました" in issue(monkeypatch, out, "hanako", "--note=葛飾区の人")
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    handed, card = read(out)
    assert (handed.id, handed.name, handed.note) == ("hanako", "佐藤　花子", "葛飾区の人")
    pad = PinPad(card)
    for which, text in zip(
        (PinName.AUTHENTICATION, PinName.SIGNATURE, PinName.TEXT_SUPPORT, PinName.JUKI),
        ("1234", "ABC123", "5678", "5678"),
        strict=True,
    ):
        pad.verify(which, Pin.parse(text, PIN_RULES[which]))
    with acting_as(CITY):
        application = CardApplication.objects.get(person__persona="hanako")
        assert application.state == "handed_over"
        assert not SafeCard.objects.exists(), "nobody but the holder has it"
        records = CounterRecord.objects.filter(person__persona="hanako").order_by("pk")
        assert list(records.values_list("event", flat=True)) == ["applied", "arrived", "handed_over"]
    assert states_at_jlis(jlis_database, application.card_serial) == [
        ("authentication", "good"),
        ("signature", "good"),
    ]
    with psycopg.connect(jlis_database.owner_url) as jlis:
        assert jlis.execute("SELECT count(*) FROM jlis_cards_finishedcard").fetchone() == (0,)
    out.unlink()
    assert "すでに渡して" in issue(monkeypatch, out, "hanako")
    assert not out.exists()


def test_without_a_signature_password_there_is_no_signature_certificate(
    towns: InstitutionDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "card"
    issue(monkeypatch, out, "sota", pins="1111\n\n2222\n")
    _, card = read(out)
    client = JpkiClient(card)
    client.select()
    assert client.certificates_present() == {KeyName.AUTHENTICATION}
    assert PinPad(card).tries_left(PinName.SIGNATURE) == 0


def test_a_crash_after_the_file_writes_the_same_card_again(
    towns: InstitutionDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As if the process had died before it could tell J-LIS of the hand-over."""
    out = tmp_path / "kenta.cards"
    with monkeypatch.context() as patch:
        patch.setattr("pathlib.Path.replace", _dies)
        with pytest.raises(_Died):
            issue(monkeypatch, out, "kenta")
    assert not list(tmp_path.iterdir())
    with acting_as(CITY):
        waiting = CardApplication.objects.get(person__persona="kenta")
        assert waiting.state == "delivered"
    issue(monkeypatch, out, "kenta")
    with acting_as(CITY):
        application = CardApplication.objects.get(person__persona="kenta")
    assert application.card_serial == waiting.card_serial
    assert application.state == "handed_over"


class _Died(BaseException):
    pass


def _dies(*_: object) -> None:
    raise _Died


def test_a_lost_card_is_made_again_and_the_old_one_ends(
    towns: InstitutionDatabase,
    jlis_database: InstitutionDatabase,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    issue(monkeypatch, tmp_path / "first", "misaki")
    issue(monkeypatch, tmp_path / "second", "misaki", "--again")
    with acting_as(CITY):
        first, second = CardApplication.objects.filter(person__persona="misaki").order_by("pk")
    assert {state for _, state in states_at_jlis(jlis_database, first.card_serial)} == {"revoked"}
    assert {state for _, state in states_at_jlis(jlis_database, second.card_serial)} == {"good"}


@pytest.mark.parametrize(
    ("persona", "pins", "says"),
    [
        ("haruo", PINS, "住民にいません"),
        ("lan", "12\nABC123\n5678\n", "暗証番号"),
        ("lan", "1234\nabcdef\n5678\n", "暗証番号"),
        ("lan", "1234\nABC123\n", "暗証番号"),
    ],
)
def test_no_card_for_who_lives_elsewhere_or_pins_out_of_shape(
    towns: InstitutionDatabase,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    persona: str,
    pins: str,
    says: str,
) -> None:
    with pytest.raises(CommandError, match=says):
        issue(monkeypatch, tmp_path / "card", persona, pins=pins)
    assert not list(tmp_path.iterdir())
    with acting_as(CITY):
        assert not CardApplication.objects.filter(person__persona=persona).exists()
