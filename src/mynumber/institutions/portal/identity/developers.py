"""The developers' pages: register a service, get a client that works at once in the model, and take it back again."""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST
from joserfc.jwk import ECKey

from mynumber.institutions.portal.account.pages import page
from mynumber.institutions.portal.account.sessions import SeeOther
from mynumber.institutions.portal.account.vault import digest
from mynumber.institutions.portal.identity import clients
from mynumber.institutions.portal.identity.addresses import issuer
from mynumber.institutions.portal.identity.claims import SCOPES
from mynumber.institutions.portal.identity.clients import Fault, RegistrationRefused
from mynumber.institutions.portal.identity.models import Client
from mynumber.institutions.portal.identity.words import FAULTS, scope_words
from mynumber.webkit.access import public
from mynumber.webkit.errors import PageRefused
from mynumber.webkit.face.forms import PlainForm

AN_HOUR = 1000
"""Registrations that this page takes in an hour, from everybody together."""
FORGET_UNUSED_AFTER = timedelta(days=30)
GENERATED, OWN = "generated", "own"


class ServiceForm(PlainForm):
    """A new service."""

    name = forms.CharField(
        label="サービスの名前",
        help_text="同意の画面で、住民に見えます。",
        max_length=clients.LONGEST_NAME,
        initial="見本のサービス",
    )
    redirect_uris = forms.CharField(
        label="戻り先のアドレス（redirect URI）",
        help_text="1行にひとつ。開発中は http://localhost:ポート/… が使えます。1文字でも違うと、戻れません。",
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false", "autocapitalize": "off"}),
        initial="http://localhost:3000/callback",
    )
    initiate_login_uri = forms.CharField(
        label="マイナポータルから進むときの入口（initiate login URI）",
        help_text="連携した住民が、マイナポータルからサインインし直さずに進むときに開くページです。なくてもかまいません。",
        max_length=clients.LONGEST_REDIRECT,
        required=False,
    )
    scopes = forms.MultipleChoiceField(
        label="求めるもの（scope）",
        choices=[(scope, f"{scope}：{scope_words(scope)[0]}") for scope in SCOPES if scope != "openid"],
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text="openid は、いつも含まれます。",
    )
    key = forms.ChoiceField(
        label="サービスの鍵",
        choices=[
            (GENERATED, "ここで作る（秘密の鍵は、このあと一度だけ表示します）"),
            (OWN, "自分で作った公開鍵を登録する"),
        ],
        widget=forms.RadioSelect,
        initial=GENERATED,
    )
    jwks = forms.CharField(
        label="公開鍵（JWK または JWK Set）",
        help_text="P-256 の公開鍵です。署名を求めるときは、use が enc の鍵も入れてください。自分で作った鍵のときだけ。",
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false", "autocapitalize": "off"}),
        required=False,
        max_length=10_000,
    )

    def clean_jwks(self) -> list[dict[str, str]]:
        """The keys of a JWK or a JWK Set."""
        text = str(self.cleaned_data["jwks"]).strip()
        if self.cleaned_data.get("key") != OWN:
            return []
        try:
            read = msgspec.json.decode(text.encode(), type=dict[str, object])
            found = read.get("keys", [read])
            return msgspec.convert(found, type=list[dict[str, str]])
        except (msgspec.DecodeError, msgspec.ValidationError, UnicodeEncodeError):
            raise forms.ValidationError(FAULTS[Fault.KEYS][1]) from None


@public  # developers need no card
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def developers(request: HttpRequest) -> HttpResponse:
    """How to connect a service, and the form that registers one."""
    if request.method != "POST":
        return _page(request, ServiceForm())
    form = ServiceForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    _require_room(_now())
    given = form.cleaned_data
    made = new_keys() if given["key"] == GENERATED else []
    try:
        registered = clients.register(
            name=given["name"],
            redirect_uris=str(given["redirect_uris"]).split(),
            keys=[public_part(key) for key in made] if made else given["jwks"],
            scopes=["openid", *given["scopes"]],
            now=_now(),
            initiate_login_uri=given["initiate_login_uri"],
        )
    except RegistrationRefused as refused:
        field, words = FAULTS[refused.fault]
        form.add_error(field, words)
        if refused.fault is Fault.PRIVATE_KEY:
            # what is secret is not shown again
            form.data = {**request.POST.dict(), "jwks": "", "scopes": given["scopes"]}
        return _page(request, form, status=422)
    context = {
        "client": registered.client,
        "file": client_file(registered.client, made),
        "has_private": bool(made),
        "management_secret": registered.management_secret,
    }
    return page(request, "portal/identity/registered.html", None, context)


@public  # the management secret proves the developer
@never_cache
@require_POST
def remove(request: HttpRequest) -> HttpResponse:
    """Take a service back: its codes, tokens and remembered consents go with it."""
    client = Client.objects.filter(pk=request.POST.get("client_id", "")).first()
    given = digest(request.POST.get("management_secret", ""))
    if client is None or not hmac.compare_digest(bytes(client.management), given):
        raise PageRefused(
            "サービスを取り消せません",
            "client_id か、管理の秘密の値が違います。",
            "登録したときに表示された値を、そのまま入れてください。",
            reason="wrong_management_secret",
            status=403,
            title_en="The service cannot be removed",
        )
    client.delete()
    return SeeOther(reverse("developers") + "?removed=1")


def client_file(client: Client, private: Sequence[Mapping[str, Any]]) -> str:
    """What the examples in `kit/` read as client.json; with the private keys, if they were made here."""
    content = {
        "issuer": issuer(),
        "client_id": client.client_id,
        "redirect_uris": client.redirect_uris,
        # a signature is asked for with its documents, not at every sign-in
        "scope": " ".join(scope for scope in client.scopes.split() if scope != "sign"),
        "keys": private or client.keys["keys"],
    }
    return msgspec.json.format(msgspec.json.encode(content), indent=2).decode()


def new_keys() -> list[dict[str, Any]]:
    """A key that signs and a key that results are encrypted to, private, as JWKs."""
    return [{**ECKey.generate_key("P-256").as_dict(private=True), "use": use} for use in ("sig", "enc")]


def public_part(key: Mapping[str, Any]) -> dict[str, str]:
    """A JWK of an EC key without its private member."""
    return {name: str(value) for name, value in key.items() if name != "d"}


def _require_room(now: datetime) -> None:
    """Refuse outside the model, and when too many come at a time; forget what was never used."""
    if not settings.SIMULATION:
        raise PageRefused(
            "ここでは登録できません",
            "本番のサービスの登録は、審査のあとに運用者が行います。",
            "模型（MYNUMBER_SIMULATION=1）で試してください。",
            reason="no_sandbox",
            status=403,
            title_en="Services are registered by the operator",
        )
    Client.objects.filter(last_used_at__isnull=True, registered_at__lt=now - FORGET_UNUSED_AFTER).delete()
    if Client.objects.filter(registered_at__gt=now - timedelta(hours=1)).count() >= AN_HOUR:
        raise PageRefused(
            "いまは登録を受け付けられません",
            "短いあいだに、たくさんの登録がありました。",
            "1時間ほど待ってから、もう一度登録してください。",
            reason="too_many_registrations",
            status=429,
            title_en="Too many registrations",
        )


def _page(request: HttpRequest, form: ServiceForm, status: int = 200) -> HttpResponse:
    context = {
        "form": form,
        "issuer": issuer(),
        "removed": "removed" in request.GET,
        "scopes": [(scope, *scope_words(scope)) for scope in SCOPES],
    }
    response = page(request, "portal/identity/developers.html", None, context)
    response.status_code = status
    return response


def _now() -> datetime:
    return datetime.now(UTC)
