"""Checking a signed document: a page for people and an address for programs.

Both read the form without a token against forged requests: nothing is decided by who asks, no cookie counts, nothing changes but a count.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from mynumber.foundation.validation import Language, Report, in_words, to_json
from mynumber.institutions.digital_agency.validation.checking import Busy, check
from mynumber.institutions.digital_agency.validation.shown import shown
from mynumber.institutions.digital_agency.validation.trust import TrustUnavailable
from mynumber.institutions.digital_agency.validation.uploads import (
    MAXIMUM_BYTES,
    UploadTooLarge,
    read_upload,
)
from mynumber.webkit.access import public
from mynumber.webkit.face.language import is_english

RETRY_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Problem:
    """Why there is no report, and what to do."""

    status: int
    error: str
    japanese: str
    english: str


NO_DOCUMENT = Problem(
    400,
    "no_document",
    "確かめるファイルを選んでください。",
    "Choose the file to check: send multipart/form-data with a file named document.",
)
TOO_LARGE = Problem(
    413,
    "too_large",
    f"ファイルは{MAXIMUM_BYTES // 1024 // 1024}メガバイトまでです。小さくしてから送ってください。",
    f"A file may have {MAXIMUM_BYTES // 1024 // 1024} megabytes. Send a smaller one.",
)
BUSY = Problem(
    503,
    "busy",
    "いま混み合っています。少し待ってから、もう一度送ってください。",
    "Too many documents are being checked. Wait a little and send it again.",
)
NO_TRUST = Problem(
    503,
    "no_trust",
    "失効情報を地方公共団体情報システム機構から受け取れません。時間をおいて、もう一度送ってください。",
    "J-LIS does not give the revocation information. Send it again later.",
)


@public  # anybody who was given a signed document may know whether it holds
@csrf_exempt
@never_cache
@require_POST
@transaction.non_atomic_requests
def validations(request: HttpRequest) -> HttpResponse:
    """`POST /validations`: the report as JSON (docs/protocols/validation.md)."""
    found = _look(request)
    if isinstance(found, Problem):
        answer = JsonResponse(
            {"error": found.error, "what_to_do": {"ja": found.japanese, "en": found.english}},
            status=found.status,
        )
        return _later(answer) if found.status == BUSY.status else answer
    sentences = {language.value: in_words(found, language) for language in Language}
    return JsonResponse({**to_json(found), "sentences": sentences})


@public  # as above
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@transaction.non_atomic_requests
def page(request: HttpRequest) -> HttpResponse:
    """The page where a person hands in a file and reads the report."""
    context: dict[str, object] = {"megabytes": MAXIMUM_BYTES // 1024 // 1024}
    if request.method != "POST":
        return render(request, "validation/page.html", context)
    found = _look(request)
    if isinstance(found, Problem):
        context["problem"] = found.english if is_english() else found.japanese
        answer = render(request, "validation/page.html", context, status=found.status)
        return _later(answer) if found.status == BUSY.status else answer
    language = Language.ENGLISH if is_english() else Language.JAPANESE
    return render(request, "validation/report.html", {"report": shown(found, language)})


def _look(request: HttpRequest) -> Report | Problem:
    try:
        upload = read_upload(request)
        if upload.document is None:
            return NO_DOCUMENT
        return check(
            upload.document,
            content=upload.content,
            include_holder=upload.wants_holder,
            now=datetime.now(UTC),
        )
    except UploadTooLarge:
        return TOO_LARGE
    except Busy:
        return BUSY
    except TrustUnavailable:
        return NO_TRUST


def _later(answer: HttpResponse) -> HttpResponse:
    answer["Retry-After"] = str(RETRY_SECONDS)
    return answer
