"""Pages that go wrong, beside those of the gallery itself."""

from django.http import HttpRequest, HttpResponse

from mynumber.webkit.face.errors import Problem, problem_page
from mynumber.webkit.marks import public


@public
def refused(request: HttpRequest) -> HttpResponse:
    """A refusal by the law."""
    problem = Problem(
        "この照会は行えません",
        "法律の表に、この事務でこの機関にこの情報を聞いてよいという行がありません。照会は相手に届いていません。",
        ("聞くことを選び直してください。",),
        409,
        "Not in the table of the law",
        hop="情報提供ネットワークシステム",
        reason="表にない組み合わせ",
        reference="r-0001",
    )
    return problem_page(request, problem)


@public
def broken(request: HttpRequest) -> HttpResponse:
    """Raises, so that the page for 500 is seen."""
    raise RuntimeError("broken on purpose")
