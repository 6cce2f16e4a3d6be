"""Pages for what went wrong: each says what happened and what to do now, and never repeats what was typed.

In the root URLconf of an institution::

    handler400 = "mynumber.webkit.face.errors.bad_request"
    handler403 = "mynumber.webkit.face.errors.forbidden"
    handler404 = "mynumber.webkit.face.errors.not_found"
    handler500 = "mynumber.webkit.face.errors.server_error"

and `CSRF_FAILURE_VIEW = "mynumber.webkit.face.errors.csrf_failure"` in the settings.
"""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from mynumber.webkit.face.context import current_face
from mynumber.webkit.face.language import is_english, spoken


@dataclass(frozen=True, slots=True)
class Said:
    """A problem in one language."""

    title: str
    what: str
    advice: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """What a problem page says. `advice` is a list of things the reader can do, the best first.

    english, easy: the same in those languages; a page without them is in Japanese, with its English title at the end.
    """

    title: str
    what: str
    advice: tuple[str, ...]
    status: int
    title_en: str
    hop: str = ""
    reason: str = ""
    reference: str = ""
    english: Said | None = None
    easy: Said | None = None

    @property
    def said(self) -> Said:
        """In the chosen language, where there are words in it."""
        chosen = {"en": self.english, "easy": self.easy}.get(spoken())
        return chosen or Said(self.title, self.what, self.advice)

    @property
    def lang(self) -> str:
        """The `lang` of those words."""
        return "en" if is_english() and self.english is not None else "ja"


BAD_REQUEST = Problem(
    "送られた内容を読み取れませんでした",
    "ページが受け取った内容の形が正しくありません。手続きは進んでいません。",
    (
        "前のページに戻り、もう一度やり直してください。",
        "同じことが続くときは、はじめのページから入り直してください。",
    ),
    400,
    "The request could not be read",
    english=Said(
        "The request could not be read",
        "What the page received is not well formed. Nothing was done.",
        ("Go back and try again.", "If this goes on, begin at the first page."),
    ),
    easy=Said(
        "おくった ものが 読めませんでした",
        "なにも すすんで いません。",
        ("前の ページに もどって、もう いちど して ください。",),
    ),
)
FORBIDDEN = Problem(
    "このページを見ることができません",
    "サインインしていないか、この仕事を受け持つ権限がありません。",
    ("サインインし直してください。", "職員のかたは、担当の権限を管理者に確かめてください。"),
    403,
    "You may not see this page",
    english=Said(
        "You may not see this page",
        "You are not signed in, or this is not your task.",
        ("Sign in again.", "Staff: ask your administrator about your role."),
    ),
    easy=Said(
        "この ページは 見られません",
        "サインインして いないかも しれません。",
        ("もう いちど 入って ください。",),
    ),
)
EXPIRED_FORM = Problem(
    "ページの有効期限が切れました",
    "安全のため、しばらく開いたままだったページからの送信は受け付けません。手続きは進んでいません。",
    (
        "前のページに戻って読み込み直し、もう一度送ってください。",
        "ブラウザーでクッキーを受け入れる設定になっているか確かめてください。",
    ),
    403,
    "The page has expired",
    english=Said(
        "The page has expired",
        "For safety nothing is taken from a page that was open for long. Nothing was done.",
        ("Go back, load the page again, and send once more.", "See that your browser accepts cookies."),
    ),
    easy=Said(
        "ページが ふるく なりました",
        "なにも すすんで いません。",
        ("前の ページに もどって、もう いちど おくって ください。",),
    ),
)
NOT_FOUND = Problem(
    "ページが見つかりません",
    "アドレスが違うか、ページがなくなっています。",
    (
        "アドレスを打ち込んだときは、打ち間違いがないか確かめてください。",
        "はじめのページから探してください。",
    ),
    404,
    "Page not found",
    english=Said(
        "Page not found",
        "The address is wrong, or the page is gone.",
        ("If you typed the address, see whether it is right.", "Look for it from the first page."),
    ),
    easy=Said(
        "ページが ありません",
        "アドレスが ちがうかも しれません。",
        ("はじめの ページから さがして ください。",),
    ),
)
SERVER_ERROR = Problem(
    "いま処理できません",
    "こちらの側で問題が起きました。あなたの操作が原因ではありません。記録されていないやりとりは、行われていません。",
    (
        "少し待ってから、もう一度試してください。",
        "続くときは、案内のページで各機関の状態を確かめてください。",
    ),
    500,
    "Something went wrong on our side",
    english=Said(
        "Something went wrong on our side",
        "It is not your doing. What was not recorded was not done.",
        ("Wait a little and try again.", "If this goes on, see the guide for how the institutions are."),
    ),
    easy=Said(
        "いま できません",
        "こちらの もんだいです。あなたの せいでは ありません。",
        ("すこし まって、もう いちど して ください。",),
    ),
)
UNAVAILABLE = Problem(
    "いまつながりません",
    "必要な相手のシステムから返事がありません。記録できないやりとりは行わないため、ここで止めました。",
    ("少し待ってから、もう一度試してください。", "案内のページで各機関の状態を確かめてください。"),
    503,
    "A system we need does not answer",
    english=Said(
        "A system we need does not answer",
        "What cannot be recorded is not done, so this stopped here.",
        ("Wait a little and try again.", "The guide shows how the institutions are."),
    ),
    easy=Said(
        "いま つながりません", "とちゅうで とめました。", ("すこし まって、もう いちど して ください。",)
    ),
)


def problem_page(request: HttpRequest, problem: Problem) -> HttpResponse:
    """Answer with a problem page and its status. Use it for refusals too: `hop` and `reason` name who refused and why."""
    return render(request, "face/error.html", {"problem": problem}, status=problem.status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """handler400."""
    return problem_page(request, BAD_REQUEST)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """handler403."""
    return problem_page(request, FORBIDDEN)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """handler404."""
    return problem_page(request, NOT_FOUND)


def server_error(request: HttpRequest) -> HttpResponse:
    """handler500: no context processor runs, so a broken session or database cannot break this page too."""
    html = render_to_string("face/error.html", {"problem": SERVER_ERROR, "face": current_face()})
    return HttpResponse(html, status=SERVER_ERROR.status)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """CSRF_FAILURE_VIEW. Django's reason is for developers and stays out of the page."""
    return problem_page(request, EXPIRED_FORM)
