"""Pages of the network, and its log for anybody who wants to check it."""

from __future__ import annotations

from datetime import timedelta

from django.core.cache import cache
from django.db.models import Count, Max
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from mynumber.foundation.tlog import HASH_BYTES, LogSigner, TileId, tile_width
from mynumber.foundation.tlog.tiles import MalformedPath
from mynumber.institutions.network.core.models import Checkpoint, ExchangeEvent, IssuedCode, LogTile
from mynumber.protocols.exchange import Outcome
from mynumber.protocols.node import Node
from mynumber.webkit.access import public

FIGURES_SECONDS = 10


@public
def home(request: HttpRequest) -> HttpResponse:
    """What the network does, in figures. No person appears here, and none could."""
    figures = cache.get_or_set("figures", _figures, FIGURES_SECONDS) or {}
    newest = Checkpoint.objects.order_by("-size").first()
    return render(request, "network/home.html", {**figures, "checkpoint": newest, "key": _vkey()})


def _figures() -> dict[str, int]:
    """Counted over whole tables, so not for every visitor anew."""
    week = timezone.now() - timedelta(days=7)
    outcomes = {
        row["outcome"]: row["count"]
        for row in ExchangeEvent.objects.filter(at__gte=week, side="network")
        .values("outcome")
        .annotate(count=Count("index"))
    }
    return {
        "permitted": outcomes.get(Outcome.PERMITTED.value, 0),
        "refused": outcomes.get(Outcome.REFUSED.value, 0),
        "codes": IssuedCode.objects.count(),
        "members": IssuedCode.objects.values("member").distinct().count(),
    }


@public
def log_key(request: HttpRequest) -> HttpResponse:
    """The public key of the log: what a receipt is verified against."""
    return HttpResponse(_vkey() + "\n", content_type="text/plain; charset=utf-8")


@public
def checkpoint(request: HttpRequest) -> HttpResponse:
    """The newest signed checkpoint (C2SP tlog-checkpoint)."""
    newest = Checkpoint.objects.order_by("-size").first()
    if newest is None:
        raise Http404
    response = HttpResponse(newest.note, content_type="text/plain; charset=utf-8")
    response["Cache-Control"] = "no-store"
    return response


@public
def tile(request: HttpRequest, place: str) -> HttpResponse:
    """One tile (C2SP tlog-tiles); full tiles never change, partial ones are a prefix of a later state."""
    try:
        wanted = TileId.parse("tile/" + place)
    except MalformedPath:
        raise Http404 from None
    size = Checkpoint.objects.aggregate(size=Max("size"))["size"] or 0
    if not 0 < wanted.width <= tile_width(size, wanted.level, wanted.index):
        raise Http404
    stored = LogTile.objects.filter(level=wanted.level, index=wanted.index).first()
    if stored is None:
        raise Http404
    response = HttpResponse(
        bytes(stored.hashes)[: wanted.width * HASH_BYTES], content_type="application/octet-stream"
    )
    response["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


def _vkey() -> str:
    return LogSigner.from_bytes(Node.from_environment().keyring.secret("log")).vkey
