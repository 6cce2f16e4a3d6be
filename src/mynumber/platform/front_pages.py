"""The few pages that the front answers with itself: in plain words, Japanese first, without scripts."""

import secrets
from dataclasses import dataclass
from html import escape

from mynumber.platform.registry import institutions
from mynumber.platform.settings import Settings


@dataclass(frozen=True, slots=True)
class Page:
    """A finished answer."""

    status: int
    content_type: str
    body: bytes
    headers: tuple[tuple[str, str], ...] = ()


def unknown_host(settings: Settings) -> Page:
    """The name in the address belongs to nobody: list those that exist."""
    links = "".join(
        f'<li><a href="{settings.public_url(i.host)}/">{escape(i.title)}</a> {settings.public_url(i.host)}</li>'
        for i in institutions(settings)
    )
    return _page(
        404,
        "この名前の機関はありません",
        "アドレスの名前を確かめてください。次の機関が動いています。",
        "No institution has this name. These are running:",
        f"<ul>{links}</ul>",
    )


def not_there(title: str) -> Page:
    """The process behind the name does not answer; it is being restarted, so the page asks again by itself."""
    return _page(
        503,
        f"{title}は、いま応答していません",
        "起動しなおしているところかもしれません。このページは数秒ごとに自動で試します。続くときは mynumber status と mynumber logs で確かめてください。",
        "This institution does not answer right now. The page tries again every few seconds.",
        refresh=True,
    )


def too_many(title: str, *, is_sent: bool) -> Page:
    """More people than can be served are here: the page asks again by itself. What was sent has to be sent again, by hand."""
    if is_sent:
        return _page(
            503,
            f"{title}は、たいへん混み合っています",
            "送った内容は、まだ受け取っていません。少し待ってから、このページを再読み込みして、もう一度送ってください。保存してある下書きは、そのまま残っています。",
            "Very many people are here. What you sent has not been received: wait a little, reload this page and send it again. Saved drafts are kept.",
        )
    return _page(
        503,
        f"{title}は、混み合っています",
        "空きができると、このページは自動で開きます。閉じずにお待ちください。",
        "Many people are here. This page opens by itself when there is room; please leave it open.",
        refresh=True,
    )


def messages_refused() -> Page:
    """Messages of institutions never pass through the front."""
    return _page(
        404,
        "ここには何もありません",
        "機関どうしの電文は、この入口を通りません。",
        "Messages between institutions do not pass through this front.",
    )


def not_a_request(status: int) -> Page:
    """What was sent is not an HTTP request that the front understands (400, 413, 431 ...)."""
    return _page(
        status,
        "要求を読み取れませんでした",
        "ブラウザからもう一度開いてください。",
        "The request could not be read.",
    )


def _page(
    status: int, title: str, text: str, english: str, extra: str = "", *, refresh: bool = False
) -> Page:
    # Not all at the same moment: whoever waits would come back as one crowd.
    seconds = 3 + secrets.randbelow(4)
    again = f'<meta http-equiv="refresh" content="{seconds}">' if refresh else ""
    body = f"""<!doctype html>
<html lang="ja"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">{again}
<title>{escape(title)}</title>
<style>body{{font:1rem/1.8 sans-serif;max-width:44rem;margin:3rem auto;padding:0 1rem;color:#1a1a1a;background:#fff}}
h1{{font-size:1.5rem}}.en{{color:#555}}li{{overflow-wrap:anywhere}}</style></head>
<body><main><h1>{escape(title)}</h1><p>{escape(text)}</p><p class="en" lang="en">{escape(english)}</p>{extra}</main></body></html>
"""
    headers = (("Retry-After", str(seconds)),) if status == 503 else ()
    return Page(status, "text/html; charset=utf-8", body.encode(), headers)
