"""Signed messages reach a Django institution once, as the right tenant, or are refused with the hop and the reason."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from mynumber.platform.databases import InstitutionDatabase
from mynumber.protocols import wire
from mynumber.protocols.node import Node
from mynumber.protocols.refusal import Hop, Reason, Refused
from mynumber.webkit.inbox.models import SeenMessage
from mynumber.webkit.tenancy import acting_as
from tests.support.directory import Systems, make_systems
from tests.webkit import faces
from tests.webkit.conftest import PROJECT
from tests.webkit.project.models import Entry, Event
from tests.webkit.project.parcels import HAND_OVER, Parcel, Receipt

TOWN, OTHER = "131229", "131130"
RECEIVER = f"municipality.{TOWN}"
SENDER = f"gateway.{RECEIVER}"
CALLER = Hop.PROVIDER_GATEWAY


@dataclass(frozen=True)
class Door:
    """How another system reaches the test institution."""

    systems: Systems
    client: Client

    def prepare(
        self,
        text: str,
        *,
        sender: str = SENDER,
        receiver: str = RECEIVER,
        node: Node | None = None,
        now: datetime | None = None,
    ) -> wire.Outgoing[Parcel, Receipt]:
        return wire.prepare(
            node or self.systems.node(sender.partition(".")[0]),
            HAND_OVER,
            Parcel(text),
            sender=sender,
            receiver=receiver,
            hop=CALLER,
            now=now or datetime.now(UTC),
        )

    def post(
        self, token: bytes, system: str = RECEIVER, content_type: str = wire.CONTENT_TYPE
    ) -> tuple[int, bytes]:
        response = self.client.post(f"/{system}{HAND_OVER.path}", data=token, content_type=content_type)
        return response.status_code, response.content

    def deliver(self, outgoing: wire.Outgoing[Parcel, Receipt], system: str = RECEIVER) -> Receipt:
        status, body = self.post(outgoing.token, system)
        node = self.systems.node(outgoing.sender.partition(".")[0])
        return wire.conclude(node, outgoing, status, body, hop=CALLER, now=datetime.now(UTC))


@pytest.fixture(scope="module")
def systems(tmp_path_factory: pytest.TempPathFactory) -> Systems:
    return make_systems(
        tmp_path_factory.mktemp("systems"),
        RECEIVER,
        f"municipality.{OTHER}",
        "municipality.999999",
        SENDER,
        "portal",
    )


@pytest.fixture
def door(systems: Systems, towns_database: InstitutionDatabase) -> Iterator[Door]:
    with faces.face(PROJECT, towns_database, **systems.environment("municipality")):
        yield Door(systems, Client(enforce_csrf_checks=True, headers={"host": "127.0.0.1:8103"}))
        for town in (TOWN, OTHER):
            with acting_as(town):
                Entry.objects.all().delete()
                SeenMessage.objects.all().delete()


def _texts(town: str = TOWN) -> list[str]:
    with acting_as(town):
        return list(Entry.objects.values_list("text", flat=True))


def _recorded(town: str = TOWN) -> str:
    with acting_as(town):
        return Event.objects.latest("pk").text


def _refusal(
    door: Door, outgoing: wire.Outgoing[Parcel, Receipt], system: str = RECEIVER
) -> tuple[Hop, Reason]:
    with pytest.raises(Refused) as caught:
        door.deliver(outgoing, system)
    return caught.value.hop, caught.value.reason


def test_a_message_acts_as_its_receivers_tenant_and_is_answered(door: Door) -> None:
    assert door.deliver(door.prepare("first")) == Receipt(1)
    assert _texts() == ["first"]
    assert _texts(OTHER) == []


def test_a_message_has_its_effect_once(door: Door) -> None:
    outgoing = door.prepare("first")
    door.deliver(outgoing)
    assert _refusal(door, outgoing) == (Hop.PROVIDER, Reason.REPLAYED)
    assert _texts() == ["first"]
    assert _recorded() == f"parcel.v1 {SENDER} replayed"


def test_a_refusal_of_the_handler_undoes_what_it_began_and_is_recorded_and_signed(door: Door) -> None:
    outgoing = door.prepare("refuse")
    status, body = door.post(outgoing.token)
    assert status == 400
    assert not body.startswith(b"{"), "signed"
    assert _texts() == []
    assert _recorded() == f"parcel.v1 {SENDER} no_copy"


def test_a_handler_that_fails_says_nothing_about_why(door: Door, capsys: pytest.CaptureFixture[str]) -> None:
    assert _refusal(door, door.prepare("fail")) == (Hop.PROVIDER, Reason.UNAVAILABLE)
    assert _texts() == []
    assert "田中" not in capsys.readouterr().out


def test_a_lost_database_connection_stops_the_exchange_and_says_so(door: Door) -> None:
    outgoing = door.prepare("lose")
    assert _refusal(door, outgoing) == (Hop.PROVIDER, Reason.RECORD_UNAVAILABLE)
    assert _texts() == []
    # Nothing happened, so the same message may come again once the database is back.
    assert _refusal(door, outgoing)[1] != Reason.REPLAYED


def test_who_may_not_ask_is_refused_and_recorded(door: Door) -> None:
    assert _refusal(door, door.prepare("first", sender="portal")) == (Hop.PROVIDER, Reason.NOT_ENTITLED)
    assert _recorded() == "parcel.v1 portal not_entitled"
    assert _texts() == []


@pytest.mark.parametrize(
    ("ahead", "reason"),
    [
        (timedelta(seconds=-100), Reason.EXPIRED),
        (timedelta(seconds=60), Reason.NOT_YET_VALID),
        (timedelta(minutes=-5), Reason.CLOCK_OFF),
        (timedelta(minutes=5), Reason.CLOCK_OFF),
    ],
)
def test_the_wrong_time_is_refused(door: Door, ahead: timedelta, reason: Reason) -> None:
    assert _refusal(door, door.prepare("first", now=datetime.now(UTC) + ahead)) == (Hop.PROVIDER, reason)


def test_another_tenants_message_is_refused_here(door: Door) -> None:
    outgoing = door.prepare("first", receiver=f"municipality.{OTHER}")
    assert _refusal(door, outgoing, RECEIVER) == (Hop.PROVIDER, Reason.WRONG_AUDIENCE)
    assert _texts() == _texts(OTHER) == []


@pytest.mark.parametrize(
    "system", ["municipality.999999", "municipality.000000", "portal", "gateway.x", "owner"]
)
def test_a_system_that_is_not_of_this_house_is_refused(door: Door, system: str) -> None:
    status, body = door.post(door.prepare("first").token, system)
    assert status == 400
    assert msgspec.json.decode(body)["refusal"]["reason"] == "wrong_audience"


def test_a_listed_system_without_a_tenant_is_refused(door: Door) -> None:
    outgoing = door.prepare("first", receiver="municipality.999999")
    assert _refusal(door, outgoing, "municipality.999999") == (Hop.PROVIDER, Reason.WRONG_AUDIENCE)


def test_keys_that_the_directory_does_not_list_are_refused(door: Door) -> None:
    impostor = door.systems.impostor(SENDER)
    assert _refusal(door, door.prepare("first", node=impostor)) == (Hop.PROVIDER, Reason.UNKNOWN_KEY)


def test_one_altered_sign_is_found(door: Door) -> None:
    token = bytearray(door.prepare("first").token)
    position = token.rindex(b".") + 20
    token[position] = ord("A") if token[position] != ord("A") else ord("B")
    status, body = door.post(bytes(token))
    assert (status, msgspec.json.decode(body)["refusal"]["reason"]) == (401, "bad_signature")
    assert _texts() == []


@pytest.mark.parametrize(
    ("body", "content_type", "status", "reason"),
    [
        (b"", wire.CONTENT_TYPE, 400, "malformed"),
        (b"{}", wire.CONTENT_TYPE, 400, "malformed"),
        (b"a.b.c", wire.CONTENT_TYPE, 400, "malformed"),
        (b"x" * 4097, wire.CONTENT_TYPE, 413, "too_large"),
        (b"x" * 3_000_000, wire.CONTENT_TYPE, 413, "too_large"),
        (b"a.b.c", "application/json", 400, "malformed"),
        (b"a=b", "application/x-www-form-urlencoded", 400, "malformed"),
    ],
)
def test_a_body_of_the_wrong_form_is_refused(
    door: Door, body: bytes, content_type: str, status: int, reason: str
) -> None:
    answered, refusal = door.post(body, content_type=content_type)
    assert (answered, msgspec.json.decode(refusal)["refusal"]["reason"]) == (status, reason)


def test_other_methods_and_kinds_are_not_there(door: Door) -> None:
    assert door.client.get(f"/{RECEIVER}{HAND_OVER.path}").status_code == 405
    assert door.client.post(f"/{RECEIVER}/messages/other.v1", data=b"", content_type="x/y").status_code == 404


def test_what_could_not_be_accepted_again_is_forgotten(door: Door) -> None:
    with acting_as(TOWN):
        SeenMessage.objects.create(
            sender=SENDER, message_id="old", expires_at=datetime.now(UTC) - timedelta(hours=1)
        )
    door.deliver(door.prepare("first"))
    with acting_as(TOWN):
        assert [seen.message_id for seen in SeenMessage.objects.all()] != ["old"]
        assert SeenMessage.objects.count() == 1


@settings(max_examples=50, deadline=None)
@given(body=st.binary(max_size=5000))
def test_no_bytes_break_the_endpoint(
    systems: Systems, towns_database: InstitutionDatabase, body: bytes
) -> None:
    with faces.face(PROJECT, towns_database, **systems.environment("municipality")):
        client = Client(headers={"host": "127.0.0.1:8103"})
        response = client.post(f"/{RECEIVER}{HAND_OVER.path}", data=body, content_type=wire.CONTENT_TYPE)
    assert response.status_code in {400, 401, 413}
    assert "refusal" in msgspec.json.decode(response.content)
