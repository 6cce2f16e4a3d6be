"""Pages of the network, and its log for anybody who wants to check it."""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256

from django.core.cache import cache
from django.db import connection
from django.db.models import Count, Max
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from mynumber.foundation.tlog import HASH_BYTES, LogSigner, TileId, tile_width
from mynumber.foundation.tlog.tiles import MalformedPath
from mynumber.institutions.network.core import publication
from mynumber.institutions.network.core.models import Checkpoint, ExchangeEvent, IssuedCode, LogTile
from mynumber.institutions.network.siblings.own import name_among_several
from mynumber.protocols.exchange import Outcome
from mynumber.protocols.node import Node
from mynumber.webkit.access import public
from mynumber.webkit.messages import this_node

FIGURES_SECONDS = 10
FOR_EVER = "public, max-age=31536000, immutable"
"""A hash that a tile has never changes, and a path names the number of hashes."""
ASK_AGAIN = "no-cache"
"""A checkpoint may be kept, but not shown without asking whether there is a newer one."""
TEXT = "text/plain; charset=utf-8"


@public
def home(request: HttpRequest) -> HttpResponse:
    """What the network does, in figures. No person appears here, and none could."""
    figures = cache.get_or_set("figures", _figures, FIGURES_SECONDS) or {}
    one_core = name_among_several(this_node().directory)
    return render(
        request,
        "network/home.html",
        {**figures, "checkpoint": _published(), "key": _vkey(), "one_core": one_core},
    )


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
@require_safe
def log_key(request: HttpRequest) -> HttpResponseBase:
    """The public key of the log: what a receipt is verified against."""
    return _file(request, (_vkey() + "\n").encode(), TEXT, ASK_AGAIN)


@public
@require_safe
def checkpoint(request: HttpRequest) -> HttpResponseBase:
    """The published checkpoint (C2SP tlog-checkpoint) with its cosignatures."""
    shown = _published()
    if shown is None:
        raise Http404
    return _file(request, shown.note.encode(), TEXT, ASK_AGAIN)


@public
@require_safe
def tile(request: HttpRequest, place: str) -> HttpResponseBase:
    """One tile (C2SP tlog-tiles); full tiles never change, partial ones are a prefix of a later state.

    There are no entry bundles: an entry is a salted hash (its leaf hash is in level 0), and records are for their person alone.
    """
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
    hashes = bytes(stored.hashes)[: wanted.width * HASH_BYTES]
    return _file(request, hashes, "application/octet-stream", FOR_EVER)


def _file(request: HttpRequest, body: bytes, content_type: str, caching: str) -> HttpResponseBase:
    """A public file; 304 to whoever has this very one already (If-None-Match)."""
    etag = f'"{sha256(body).hexdigest()[:32]}"'
    response = HttpResponse(body, content_type=content_type, headers={"Cache-Control": caching, "ETag": etag})
    return get_conditional_response(request, etag=etag, response=response) or response


def _published() -> publication.Published | None:
    with connection.cursor() as cursor:
        cursor.execute(
            publication.PUBLISHED_FOR_DJANGO,
            [str(publication.PATIENCE), publication.policy().fewest_cosignatures],
        )
        row = cursor.fetchone()
    return None if row is None else publication.Published.of_row(*row)


def _vkey() -> str:
    return LogSigner.from_bytes(Node.from_environment().keyring.secret("log")).vkey
