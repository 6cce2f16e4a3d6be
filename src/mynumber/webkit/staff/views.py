"""Pages of signing in and out: `/<tenant>/sign-in`, `/<tenant>/sign-out` (without the tenant where there is none)."""

from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from mynumber.webkit.access import public
from mynumber.webkit.staff import sign_in
from mynumber.webkit.staff.forms import SignInForm

REFUSED = (
    "サインインできませんでした。利用者名とパスワードを確かめて、もう一度入力してください。"
    f"続けて{sign_in.ATTEMPTS}回誤ると{int(sign_in.LOCKED_FOR.total_seconds() // 60)}分間サインインできません。"
    "そのときは時間をおくか、管理者に連絡してください。"
)


@public  # one must be able to sign in
@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in_page(request: HttpRequest, tenant: str | None = None) -> HttpResponse:
    """Ask for name and password; on success go on to `next` (a page of this tenant) or to the first page."""
    home = f"/{tenant}/" if tenant else "/"
    come_back = _come_back(request, home)
    form = SignInForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        now = timezone.now()
        member = sign_in.check(form.cleaned_data["username"], form.cleaned_data["password"], now=now)
        if member is not None:
            sign_in.begin(request, member, now=now)
            return HttpResponseRedirect(come_back)
        form.add_error(None, REFUSED)
    status = 422 if form.errors else 200
    return render(request, "staff/sign_in.html", {"form": form, "next": come_back}, status=status)


@public  # whoever is not signed in loses nothing; the form carries a CSRF token
@never_cache
@require_POST
def sign_out(request: HttpRequest, tenant: str | None = None) -> HttpResponse:
    """End the session and show the sign-in page again."""
    sign_in.end(request)
    return HttpResponseRedirect(reverse("staff:sign-in", kwargs={"tenant": tenant} if tenant else None))


def _come_back(request: HttpRequest, home: str) -> str:
    """Where to go after signing in: a path of this tenant, never another host."""
    wanted = request.POST.get("next") or request.GET.get("next") or home
    plain = wanted.isprintable() and not {".", ".."} & set(urlsplit(wanted).path.split("/"))
    safe = plain and wanted.startswith(home) and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    return wanted if safe else home
