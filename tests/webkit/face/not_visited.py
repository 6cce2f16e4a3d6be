"""Addresses for people at which no browser test looks at a page, and why: they answer no page, or one that stands elsewhere as well.

House, pattern as in urls.py, reason. The report tells of a page that is missing here and was not visited either. What is `THOROUGH_ONLY` is as good as
missing in `make thorough`.
"""

from typing import Final

MACHINES = "a line or figures for machines"
FILE = "a file"
DATA = "data for programs"
PAPER = "a PDF; its tests read it"
ONWARD = "leads on at once"
SIGN_IN = "the staff's sign-in, one page for all houses: looked at in a town"
THOROUGH_ONLY = "in `make thorough` alone, which fails without: of the same components as the pages beside it, and its tests read the HTML"
EVERYWHERE: Final = {"healthz": MACHINES, "readyz": MACHINES, "metrics": MACHINES}
CASES: Final = {
    "applications/<int:number>/letter.pdf": PAPER,
    "applications/<int:number>/papers/<int:paper_id>": FILE,
}
TOWN: Final = "<tenant:tenant>/"

NOT_VISITED: Final[dict[str, dict[str, str]]] = {
    "network": {
        **EVERYWHERE,
        "log/key": FILE,
        "log/checkpoint": FILE,
        "log/tile/<path:place>": FILE,
        "table.json": DATA,
        "table/layouts/<slug:layout_id>.json": DATA,
        "table/<str:row_id>.json": DATA,
    },
    "jlis": {**EVERYWHERE, "sign-in": SIGN_IN, "cards/desk/applications/<int:number>/photo": FILE},
    "gateway": {**EVERYWHERE, f"{TOWN}sign-in": SIGN_IN},
    "municipality": {
        **EVERYWHERE,
        **{TOWN + pattern: reason for pattern, reason in CASES.items()},
        f"{TOWN}cards/residents/<str:addressee>/form": PAPER,
        f"{TOWN}notices/<int:number>/by-post.csv": FILE,
        f"{TOWN}notices/<int:number>/by-post": THOROUGH_ONLY,
        f"{TOWN}notices/<int:number>/edit": THOROUGH_ONLY,
        f"{TOWN}billing/payments/<uuid:payment>/refund": THOROUGH_ONLY,
        f"{TOWN}offers/batches/<int:number>": THOROUGH_ONLY,
        f"{TOWN}offers/<slug:name>": THOROUGH_ONLY,
        f"{TOWN}representation/<int:claim_id>": THOROUGH_ONLY,
        f"{TOWN}desk/<uuid:ident>/documents/<uuid:paper_id>": FILE,
    },
    "pension_service": {**EVERYWHERE, **CASES, "sign-in": SIGN_IN},
    "digital_agency": EVERYWHERE,
    "portal": {
        **EVERYWHERE,
        "api/realms/main/protocol/openid-connect/auth": ONWARD,
        "api/realms/main/.well-known/openid-configuration": DATA,
        ".well-known/oauth-authorization-server/api/realms/main": DATA,
        "api/realms/main/protocol/openid-connect/userinfo": DATA,
        "api/realms/main/protocol/openid-connect/certs": DATA,
        "api/sign-transactions/<str:transaction_id>/result": DATA,
        "account/links/<slug:site_key>/back": ONWARD,
        "sign-in/requests/<str:request_id>": DATA,
        "sign-in/finish": ONWARD,
        "signing/requests/<str:request_id>": DATA,
        "signing/finish": ONWARD,
        "records/log-key": FILE,
        "records/log-policy": FILE,
        "records/export.<str:kind>": FILE,
        "records/receipts/<int:index>": FILE,
        "records/receipts/<str:core>/<int:index>": FILE,
        "records/changes/<str:core>/<int:index>": "the page of records/changes/<int:index>, for a second core",
        "applications/<uuid:ident>/documents/<uuid:paper_id>": FILE,
        "applications/<uuid:ident>/receipt.pdf": PAPER,
        "applications/<uuid:ident>/letters/<int:number>": PAPER,
        "notices/<uuid:ident>/letter.pdf": PAPER,
        "payments/<uuid:ident>/receipt.pdf": PAPER,
        "payments/returned/<uuid:checkout>": ONWARD,
        "deliveries/<uuid:ident>/file": FILE,
        "information/schema.json": DATA,
        "staff/sign-in": SIGN_IN,
        "staff/support/<uuid:support_id>": THOROUGH_ONLY,
        "help/inquiries/<uuid:inquiry_id>": THOROUGH_ONLY,
        "account/closed": THOROUGH_ONLY,
        "account/contacts/prove": THOROUGH_ONLY,
        "account/contacts/confirm": THOROUGH_ONLY,
        "proxies/<uuid:proxy_id>/": THOROUGH_ONLY,
        "proxies/<uuid:proxy_id>/accept": THOROUGH_ONLY,
        "proxies/<uuid:proxy_id>/claim": ONWARD,
        "proxies/<uuid:proxy_id>/code": THOROUGH_ONLY,
    },
    "commission": {**EVERYWHERE, "policy": FILE, "sign-in": SIGN_IN},
    "acquirer": EVERYWHERE,
    "courier": {
        **EVERYWHERE,
        "portal": ONWARD,
        "portal/back": ONWARD,
        ".well-known/openid-configuration": DATA,
        "oidc/keys": DATA,
        "oidc/authorize": ONWARD,
        "sign-in": SIGN_IN,
    },
    "wallet": {
        **EVERYWHERE,
        "signing/content": "the document that is signed, as it came",
        "documents/<str:draft_id>/signed": FILE,
    },
    "guide": {**EVERYWHERE, "log-key": FILE},
}
