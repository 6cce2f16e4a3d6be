"""What the device keeps for a while goes by itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from mynumber.foundation.smartcard import PinName
from mynumber.protocols import card_life
from mynumber.wallet import documents
from mynumber.wallet.reader import session
from mynumber.wallet.reader.power import POWERED
from mynumber.wallet.tidying import tidy
from tests.wallet.conftest import PINS
from tests.wallet.far_end import FarEnd
from tests.wallet.test_reader import ask, enter, place, put_on


def test_files_sessions_and_powered_cards_go_when_their_time_is_over(
    browser: Client, end: FarEnd, tmp_path: Path
) -> None:
    place(end, ask(card_life.PinName.AUTHENTICATION), ask(card_life.PinName.JUKI))
    address = put_on(browser)
    enter(browser, address, PINS[PinName.AUTHENTICATION])
    browser.post("/documents", {"file": SimpleUploadedFile("a.txt", b"hello")})
    folder, powered = tmp_path / "wallet", address.rsplit("/", 1)[1]

    def kept(after: timedelta) -> tuple[int, int, bool]:
        now = datetime.now(UTC) + after
        tidy(now)
        counts = [len(list(folder.glob(pattern))) for pattern in ("documents/*", "readers/*.json")]
        return counts[0], counts[1], POWERED.left(powered, datetime.now(UTC)) is not None

    second = timedelta(seconds=5)
    assert kept(timedelta()) == (1, 1, True)
    assert kept(timedelta(minutes=4)) == (1, 1, False)
    assert kept(documents.KEPT_FOR + second) == (0, 1, False)
    assert kept(session.KEPT_FOR + second) == (0, 0, False)


def test_an_empty_device_is_tidy(browser: Client) -> None:
    tidy(datetime.now(UTC))
    assert browser.get("/").status_code == 200
