"""A message of the test institution: hand over a parcel of words, get back how many there are now."""

import msgspec
from django.db import connection

from mynumber.protocols.message import Message
from mynumber.protocols.refusal import Hop, Reason, Refused
from mynumber.webkit.messages import Question, message_routes, only
from tests.webkit.project.models import Entry, Event


class Parcel(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    text: str


class Receipt(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    entries: int


HAND_OVER = Message("parcel.v1", Parcel, Receipt, sealed=True, max_bytes=4096)


def hand_over(question: Question[Parcel]) -> Receipt:
    Entry.objects.create(text=question.body.text)
    if question.body.text == "fail":
        raise ValueError("田中花子")
    if question.body.text == "refuse":
        raise Refused(Hop.PROVIDER, Reason.NO_COPY)
    if question.body.text == "lose":
        with connection.cursor() as cursor:
            cursor.execute("RESET ROLE")
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
    return Receipt(Entry.objects.count())


def record(receiver: str, kind: str, sender: str | None, refused: Refused) -> None:
    Event.objects.create(text=f"{kind} {sender} {refused.reason}")


urlpatterns = message_routes(
    HAND_OVER, hand_over, hop=Hop.PROVIDER, may_ask=only("gateway"), on_refused=record
)
