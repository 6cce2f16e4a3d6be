"""Following people for as long as there is a case about them: wanted in the transaction of the case, told to the network by the worker."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Final

from django.db import transaction

from mynumber.protocols.events import (
    SUBSCRIPTIONS,
    WATCH_VALIDITY,
    WATCHES,
    ChangeSubscriptions,
    ChangeWatches,
    Topic,
)
from mynumber.protocols.node import Node
from mynumber.protocols.refusal import Hop
from mynumber.webkit.mesh import worker
from mynumber.webkit.mesh.exchanging import Member, ask_gateway
from mynumber.webkit.mesh.models import Following

BATCH: Final = 500
RENEWED_BEFORE: Final = timedelta(days=60)
"""How long before a watch lapses it is renewed."""
REFUSED_AGAIN_AFTER: Final = timedelta(days=1)
"""When to ask again for what was refused: the code may have come, or the row of the table."""


def follow(addressee: str, topics: Sequence[Topic], *, at: datetime) -> None:
    """Want to hear of changes about a person. Call it in the transaction of the case; what is wanted already stays so."""
    Following.objects.bulk_create(
        [
            Following(
                addressee=addressee,
                affair=topic.affair,
                provider_kind=topic.provider_kind,
                information=topic.information,
                tell_from=at,
            )
            for topic in topics
        ],
        ignore_conflicts=True,
    )
    Following.objects.filter(
        addressee=addressee, affair__in={topic.affair for topic in topics}, wanted=False
    ).update(wanted=True, tell_from=at)
    transaction.on_commit(worker.wake)


def unfollow(addressee: str, affair: str, *, at: datetime) -> None:
    """The case is over."""
    Following.objects.filter(addressee=addressee, affair=affair).update(wanted=False, tell_from=at)
    transaction.on_commit(worker.wake)


def tell_network(node: Node, member: Member, *, at: datetime) -> int:
    """Tell the network what is new or about to lapse; how many rows. Raises Refused, then the rest waits."""
    told = 0
    while True:
        with member.place():
            due = list(
                Following.objects.filter(tell_from__lte=at).order_by(
                    "affair", "provider_kind", "information", "pk"
                )[:BATCH]
            )
        if not due:
            return told
        for topic, group in groupby(due, _topic_of):
            _tell(node, member, topic, list(group), at)
        told += len(due)


def _topic_of(row: Following) -> Topic:
    return Topic(affair=row.affair, provider_kind=row.provider_kind, information=row.information)


def _tell(node: Node, member: Member, topic: Topic, rows: list[Following], at: datetime) -> None:
    wanted = [row for row in rows if row.wanted]
    over = [row for row in rows if not row.wanted]
    if wanted:
        ask_gateway(node, member, SUBSCRIPTIONS, ChangeSubscriptions(begin=(topic,)), Hop.INQUIRER_GATEWAY)
    answer = ask_gateway(
        node,
        member,
        WATCHES,
        ChangeWatches(
            topic=topic,
            watch=tuple(row.addressee for row in wanted),
            unwatch=tuple(row.addressee for row in over),
        ),
        Hop.INQUIRER_GATEWAY,
    )
    refused = {item.position: item.reason.value for item in answer.refused}
    for position, row in enumerate(wanted):
        row.refusal = refused.get(position, "")
        row.tell_from = at + (REFUSED_AGAIN_AFTER if row.refusal else WATCH_VALIDITY - RENEWED_BEFORE)
    with member.place():
        Following.objects.bulk_update(wanted, ["refusal", "tell_from"])
        Following.objects.filter(pk__in=[row.pk for row in over], wanted=False).delete()
