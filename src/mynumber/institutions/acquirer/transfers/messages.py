"""The messages of `protocols.transfers` at the bank."""

from __future__ import annotations

from django.db import transaction

from mynumber.institutions.acquirer.transfers import taking, telling
from mynumber.protocols.refusal import Hop
from mynumber.protocols.transfers import (
    COMPARE,
    SEND_TRANSFERS,
    Compare,
    FileStanding,
    SendTransfers,
    TransfersTaken,
)
from mynumber.webkit.messages import Question, message_routes, only


def answer_send(question: Question[SendTransfers]) -> TransfersTaken:
    """A file of the sender."""
    taken = taking.take(question.sender, question.body, at=question.at)
    transaction.on_commit(telling.woken.set)
    return taken


def answer_compare(question: Question[Compare]) -> FileStanding:
    """A file of the sender in sums."""
    return taking.compare(question.sender, question.body)


routes = [
    *message_routes(SEND_TRANSFERS, answer_send, hop=Hop.ACQUIRER, may_ask=only("municipality")),
    *message_routes(COMPARE, answer_compare, hop=Hop.ACQUIRER, may_ask=only("municipality")),
]
