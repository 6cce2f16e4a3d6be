"""Pages in words, by their names in the program: for logs that residents and staff read. No address, no value."""

from __future__ import annotations

from typing import Final

from mynumber.institutions.portal.home import menu

_MORE: Final = {
    "application": "申請：すること",
    "procedure-begin": "申請をはじめる",
    "application-consent": "申請：同意",
    "application-section": "申請：入力",
    "applications-refresh": "申請の状態を確かめる",
    "application-prefill": "申請：役所の情報",
    "application-paper": "申請：出した書類",
    "application-receipt": "受付の控え",
    "application-receipt-paper": "受付の控え（PDF）",
    "application-letter": "通知書",
    "application-amend": "申請の変更",
    "application-withdraw": "申請の取下げ",
    "application-question": "申請：質問",
    "application-take-over": "申請の引き継ぎ",
    "application-documents": "申請：書類",
    "application-check": "申請：確認",
    "application-sign": "申請：署名",
    "application-status": "申請の状態",
    "contacts-address": "メールアドレスの入力",
    "contacts-prove": "メールアドレスの確認",
    "contacts-preferences": "呼び名・ことば・アラート",
    "sessions": "サインインしている端末",
    "close-account": "利用を終わる",
    "proxies-acting": "代理：できること",
    "procedure": "手続の案内",
    "support": "となりで支援",
    "inquiries": "問い合わせ",
    "inquiry-new": "問い合わせを書く",
    "notice": "お知らせの中身",
    "record": "やりとりの記録ひとつ",
}


def page_words(name: str) -> str:
    """A page in words; its name in brackets where there are none."""
    for entry in (*menu.FIRST_ROW, *(each for _, entries in menu.GROUPS for each in entries)):
        if entry.url_name == name:
            return entry.title[0]
    return _MORE.get(name) or (f"そのほかのページ（{name}）" if name else "まだ開いていません")
