"""Pages of files: how far each is, and which lines were refused."""

from __future__ import annotations

from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from mynumber.institutions.gateway.desk.house import context_of
from mynumber.institutions.gateway.files.models import FileRefusal, MemberFile
from mynumber.protocols.files import LineRefusal, Purpose
from mynumber.webkit.access import staff_only
from mynumber.webkit.face.parts import Cell, Chip, Column, Kind, Link, Table

PAGE_ROWS = 50
_PURPOSE_JA = {Purpose.COPIES: "副本の登録", Purpose.INQUIRIES: "一括照会"}


@staff_only
@require_safe
def files_page(request: HttpRequest, tenant: str) -> HttpResponse:
    """The member's files, the latest first."""
    page = Paginator(MemberFile.objects.order_by("-began_at", "file"), PAGE_ROWS).get_page(
        request.GET.get("page")
    )
    rows: list[list[Cell]] = [
        [
            Link(_PURPOSE_JA[Purpose(one.purpose)], reverse("files:file", args=[tenant, one.file])),
            one.began_at,
            one.ended_at,
            one.lines,
            one.accepted,
            one.refused,
            _progress(one),
        ]
        for one in page.object_list
    ]
    columns: list[Column | str] = [
        "用途",
        "始まり",
        "終わり",
        Column("行", number=True),
        Column("受付", number=True),
        Column("不受理", number=True),
        "進み",
    ]
    return render(
        request,
        "gateway/files.html",
        {
            **context_of(tenant),
            "files": Table.build("受け取ったファイル", columns, rows) if rows else None,
            "page": page,
        },
    )


@staff_only
@require_safe
def file_page(request: HttpRequest, tenant: str, file: UUID) -> HttpResponse:
    """One file with its refused lines."""
    one = get_object_or_404(MemberFile, file=file)
    refusals = FileRefusal.objects.filter(file=file).order_by("line")
    page = Paginator(refusals, PAGE_ROWS).get_page(request.GET.get("page"))
    rows: list[list[Cell]] = [
        [refusal.line, LineRefusal(refusal.reason).sentence_ja] for refusal in page.object_list
    ]
    return render(
        request,
        "gateway/file.html",
        {
            **context_of(tenant),
            "file": one,
            "purpose": _PURPOSE_JA[Purpose(one.purpose)],
            "is_inquiries": one.purpose == Purpose.INQUIRIES.value,
            "progress": _progress(one),
            "percent": 100 * one.received // one.size,
            "refused": Table.build("受け付けなかった行", [Column("行", number=True), "理由"], rows)
            if rows
            else None,
            "page": page,
        },
    )


def _progress(one: MemberFile) -> Chip:
    if one.ended_at is not None:
        return Chip("完了", Kind.SUCCESS)
    if one.received < one.size:
        return Chip(f"受信中 {100 * one.received // one.size}%", Kind.INFO)
    return Chip(f"照会中 {one.answered:,}／{one.accepted:,}", Kind.INFO)
