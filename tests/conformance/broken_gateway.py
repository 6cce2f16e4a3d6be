"""Our gateway with one rule taken out, named by BROKEN: what the conformance kit must notice."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import Any

import msgspec

from mynumber.foundation import envelope
from mynumber.foundation.envelope import EnvelopeRefused
from mynumber.institutions.gateway import api
from mynumber.institutions.gateway.tenants import inquiring, providing
from mynumber.protocols import permits, wire
from mynumber.protocols.exchange import SheetAnswer

app = api.app


def _presenter_not_looked_at() -> None:
    read = permits.read_sheet

    def read_any(text: str, **given: Any) -> permits.ReadSheet:
        try:
            presenter = msgspec.json.decode(wire.from_text(text.split(".")[1]))["body"]["presenter"]
        except (EnvelopeRefused, msgspec.MsgspecError, KeyError):
            presenter = given["presenter"]
        return read(text, **{**given, "presenter": presenter})

    providing.read_sheet = read_any  # type: ignore[attr-defined]


def _validity_not_looked_at() -> None:
    read = permits.read_sheet

    def read_old(text: str, **given: Any) -> permits.ReadSheet:
        sheet = read(text, **given)
        return permits.ReadSheet(sheet.body, sheet.core, sheet.digest, is_expired=False)

    providing.read_sheet = read_old  # type: ignore[attr-defined]


def _digest_of_the_answer_not_looked_at() -> None:
    opened = permits.open_answer

    def open_any(answer: SheetAnswer, information: Any, **given: Any) -> Any:
        named = msgspec.structs.replace(answer, sheet_digest=given["sheet_digest"].hex())
        return opened(named, information, **given)

    inquiring.open_answer = open_any  # type: ignore[attr-defined, assignment]


def _clock_not_looked_at() -> None:
    envelope.CLOCK_SKEW = timedelta(days=1)  # type: ignore[misc]


_BREAK = {
    "presenter": _presenter_not_looked_at,
    "validity": _validity_not_looked_at,
    "digest": _digest_of_the_answer_not_looked_at,
    "clock": _clock_not_looked_at,
}
if os.environ.get("BROKEN"):
    _BREAK[os.environ["BROKEN"]]()
