"""What the inquirer's gateway believes of a provider's answer: outcome and fact must say the same."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import cast
from uuid import uuid4

import msgspec
import pytest

from mynumber.foundation import envelope
from mynumber.institutions.gateway.tenants.inquiring import FACT_INFO, Inquiring
from mynumber.institutions.gateway.tenants.store import Store
from mynumber.protocols.exchange import Answer, FactSheet, Inquiry, Outcome
from mynumber.protocols.refusal import Hop, Reason, Refused
from mynumber.protocols.wire import to_text
from mynumber.webkit.asgi import Caller
from tests.support.directory import make_systems
from tests.support.exchange import CITY, FORMER_CITY, TAX

GATEWAY = f"gateway.{CITY}"
DIGEST = bytes(range(32))
NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)
INQUIRY = Inquiry(
    request_id=uuid4(),
    addressee="1",
    affair="81-1",
    provider=FORMER_CITY,
    information="local_tax",
    organisation="課",
)


class House:
    """An inquirer's gateway without its database, which reading an answer does not need."""

    def __init__(self, folder: Path) -> None:
        self.node = make_systems(folder, GATEWAY).node("gateway")
        self._inquiring = Inquiring(self.node, Store(cast("object", None)), cast(Caller, None))  # type: ignore[arg-type]

    def sealed(self, information: str = "local_tax", plain: bytes | None = None) -> str:
        sheet = FactSheet(information=information, as_of=NOW, fact=msgspec.Raw(msgspec.json.encode(TAX)))
        return to_text(
            envelope.seal(
                plain if plain is not None else msgspec.json.encode(sheet),
                to=self.node.directory.seal_key(GATEWAY),
                info=FACT_INFO,
                aad=DIGEST,
            )
        )

    def read(self, outcome: Outcome, sealed: str | None, digest: bytes = DIGEST) -> FactSheet | None:
        answer = Answer(permit_digest=digest.hex(), outcome=outcome, sealed_fact=sealed, provided_at=NOW)
        return self._inquiring._open(answer, DIGEST, GATEWAY, INQUIRY)


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def test_a_fact_that_was_provided_is_read_and_no_data_is_none(house: House) -> None:
    sheet = house.read(Outcome.PROVIDED, house.sealed())
    assert sheet is not None
    assert msgspec.json.decode(bytes(sheet.fact), type=type(TAX)) == TAX
    assert house.read(Outcome.NO_DATA, None) is None


@pytest.mark.parametrize("outcome", [outcome for outcome in Outcome if outcome is not Outcome.PROVIDED])
def test_a_fact_under_another_outcome_is_not_taken(house: House, outcome: Outcome) -> None:
    """It would move while the records say that it did not."""
    _not_bound(house, outcome, house.sealed())


@pytest.mark.parametrize("outcome", [outcome for outcome in Outcome if outcome is not Outcome.NO_DATA])
def test_an_outcome_without_its_fact_is_not_taken(house: House, outcome: Outcome) -> None:
    _not_bound(house, outcome, None)


def test_a_fact_of_another_kind_or_permit_or_shape_is_not_taken(house: House) -> None:
    _not_bound(house, Outcome.PROVIDED, house.sealed("pension_benefit"))
    _not_bound(house, Outcome.PROVIDED, house.sealed(), digest=bytes(32))
    _not_bound(house, Outcome.PROVIDED, house.sealed(plain=b"[" * 100_000))
    _not_bound(house, Outcome.PROVIDED, "AAAA")


def _not_bound(house: House, outcome: Outcome, sealed: str | None, digest: bytes = DIGEST) -> None:
    with pytest.raises(Refused) as refused:
        house.read(outcome, sealed, digest)
    assert (refused.value.hop, refused.value.reason) == (Hop.INQUIRER_GATEWAY, Reason.ANSWER_NOT_BOUND)
