"""What the portal has, in the order of its menu: a short row on every page, everything on one page.

An entry names a page by its URL; one whose page does not exist here is left out, so that a portal with fewer functions has a shorter menu.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from django.urls import NoReverseMatch, reverse

from mynumber.webkit.face.language import say

Said = tuple[str, str, str]
"""Japanese, English, easy Japanese."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One page of the menu. For everybody or, without `public`, for who is signed in."""

    url_name: str
    title: Said
    words: Said = ("", "", "")
    public: bool = False

    @property
    def path(self) -> str:
        """Its address; "" where there is no such page."""
        try:
            return reverse(self.url_name)
        except NoReverseMatch:
            return ""


@dataclass(frozen=True, slots=True)
class Shown:
    """An entry in the chosen language."""

    url_name: str
    path: str
    title: str
    words: str


FIRST_ROW: Final = (
    Entry("home", ("ホーム", "Home", "ホーム"), public=True),
    Entry("procedures", ("手続", "Procedures", "手つづき"), public=True),
    Entry("notices", ("お知らせ", "Notices", "おしらせ")),
    Entry("information", ("わたしの情報", "My information", "わたしの じょうほう")),
    Entry("payments", ("納付", "Payments", "お金を はらう")),
    Entry("menu", ("メニュー", "Menu", "メニュー"), public=True),
)

GROUPS: Final[tuple[tuple[Said, tuple[Entry, ...]], ...]] = (
    (
        ("手続と申請", "Procedures and applications", "手つづき"),
        (
            Entry(
                "procedures",
                ("手続をさがす", "Find a procedure", "手つづきを さがす"),
                (
                    "ことばや暮らしのできごとから、オンラインでできる手続をさがします。",
                    "By words or by what happens in your life.",
                    "ことばで さがします。",
                ),
                public=True,
            ),
            Entry(
                "procedures-fit",
                (
                    "自分に合う手続をさがす",
                    "What fits me",
                    "じぶんに あう 手つづき",
                ),
                (
                    "いくつかの質問に答えて、使える手続を見つけます。",
                    "Answer a few questions to see what you may apply for.",
                    "しつもんに こたえます。",
                ),
                public=True,
            ),
            Entry(
                "bundles",
                ("暮らしのできごと（まとめて手続）", "Life events", "くらしの できごと"),
                (
                    "引っ越し、出産、死亡のときにすることを、期限とあわせて一度に進めます。",
                    "Everything due when you move, have a child or lose somebody, at once.",
                    "ひっこし、出産、人が なくなった とき",
                ),
                public=True,
            ),
            Entry(
                "applications",
                ("わたしの申請", "My applications", "わたしの もうしこみ"),
                (
                    "下書きの続き、いまだれが持っているか、結果。",
                    "Drafts, who has them now, and results.",
                    "とちゅうの もの、けっか",
                ),
            ),
        ),
    ),
    (
        ("届いたもの", "What arrived", "とどいた もの"),
        (
            Entry(
                "notices",
                ("お知らせ", "Notices", "おしらせ"),
                (
                    "役所や機関からのお知らせと通知書。",
                    "Notices and letters from offices.",
                    "やくしょからの おしらせ",
                ),
            ),
            Entry(
                "deliveries",
                ("民間からの書類", "Documents from companies", "会社からの 書類"),
                (
                    "控除証明書など、受け取ることにした会社からの書類。",
                    "Certificates from senders that you connected.",
                    "会社から とどく 書類",
                ),
            ),
            Entry(
                "payments",
                ("納付", "Payments", "お金を はらう"),
                (
                    "税金や保険料を支払い、領収を見ます。",
                    "Pay taxes and premiums, and see receipts.",
                    "税金などを はらいます。",
                ),
            ),
        ),
    ),
    (
        ("わたしの情報", "My information", "わたしの じょうほう"),
        (
            Entry(
                "information",
                ("機関が持っている情報", "What offices hold about me", "やくしょが もって いる じょうほう"),
                (
                    "世帯、税、年金などの情報を、その場で取り寄せて見ます。",
                    "Fetched when you ask: household, tax, pension and more.",
                    "みて、まちがいを つたえられます。",
                ),
            ),
            Entry(
                "records",
                ("やりとり履歴", "Exchange records", "やりとりの きろく"),
                (
                    "だれが、だれに、なんのために、なにを聞いたか。止められた問い合わせも見られます。",
                    "Who asked whom what about you, and for what.",
                    "だれが なにを きいたか",
                ),
            ),
            Entry(
                "coverage",
                ("履歴に載るもの・載らないもの", "What the records cover", "きろくに あるもの"),
                (
                    "いつから、どのやりとりが載っているか。",
                    "Since when, and which exchanges.",
                    "いつからの きろくか",
                ),
            ),
            Entry(
                "not-me",
                ("心当たりがないとき", "When something is not familiar", "しらない ことが ある とき"),
                (
                    "知らないやりとりやサインインを見つけたら。",
                    "What to do about an exchange or a sign-in you do not know.",
                    "しらない きろくを 見つけたら",
                ),
            ),
        ),
    ),
    (
        ("カードとサインイン", "Card and sign-in", "カードと サインイン"),
        (
            Entry(
                "contacts",
                ("連絡先と設定", "Contacts and settings", "れんらくさき"),
                (
                    "メールアドレス、呼び名、知らせてほしいこと。",
                    "E-mail address, nickname, alerts.",
                    "メールなど",
                ),
            ),
            Entry(
                "card",
                ("カード", "Card", "カード"),
                (
                    "カードと電子証明書の状態、なくしたとき。",
                    "State of your card, and what to do when it is lost.",
                    "カードを なくした とき",
                ),
            ),
            Entry(
                "history",
                ("ログイン履歴", "Sign-in history", "サインインの きろく"),
                (
                    "このカードでのサインインと、止めたサインイン。",
                    "Sign-ins with this card, and those that were stopped.",
                    "サインインの きろく",
                ),
            ),
            Entry(
                "sessions",
                ("開いているサインイン", "Open visits", "いま 入って いる ところ"),
                (
                    "どの端末でサインインしたままか。ほかの端末のサインインを終わらせます。",
                    "Where you are signed in; end visits at other devices.",
                    "ほかの パソコンの サインインを おわらせます。",
                ),
            ),
            Entry(
                "passkeys",
                ("パスキー", "Passkeys", "パスキー"),
                (
                    "カードがなくても入れる鍵を作り、消します。",
                    "Keys that let you in without the card.",
                    "カードなしで 入る かぎ",
                ),
            ),
            Entry(
                "services",
                ("連携しているサービス", "Linked services", "つながって いる サービス"),
                (
                    "カードでサインインしたサービスと、渡したものの記録。",
                    "Services that you signed in to, and what they got.",
                    "わたした ものの きろく",
                ),
            ),
            Entry(
                "proxies",
                ("代理", "Proxies", "かわりの 人"),
                (
                    "家族などに手続を頼む、だれかの代わりに手続をする。",
                    "Let somebody act for you, or act for somebody.",
                    "かわりに 手つづきを する",
                ),
            ),
        ),
    ),
    (
        ("困ったとき", "Help", "こまった とき"),
        (
            Entry(
                "help",
                ("よくある質問・問い合わせ", "Questions and help", "しつもん"),
                (
                    "答えをさがす、問い合わせる、意見を送る。",
                    "Look for answers, ask, tell us what you think.",
                    "わからない ことを きく",
                ),
                public=True,
            ),
            Entry(
                "inquiries",
                ("わたしの問い合わせ", "My inquiries", "わたしの しつもん"),
                (
                    "問い合わせの返事と、そのあと。",
                    "Answers to what you asked.",
                    "へんじを 見る",
                ),
            ),
            Entry(
                "support",
                ("係の人といっしょに操作する", "Let staff stand beside you", "いっしょに して もらう"),
                (
                    "番号を伝えると、係の人が同じ画面を見て説明します。代わりに操作することはありません。",
                    "With a code staff sees your page and explains it. They never act as you.",
                    "いっしょに 見て もらいます。",
                ),
            ),
            Entry(
                "you-said",
                ("ご意見と、直したこと", "You said, we did", "みなさんの こえ"),
                (
                    "届いた意見と、それで変わったこと。",
                    "What people told us, and what changed.",
                    "なおした こと",
                ),
                public=True,
            ),
        ),
    ),
)


def _shown(entries: tuple[Entry, ...], *, signed_in: bool) -> Iterator[Shown]:
    for entry in entries:
        path = entry.path
        if path and (signed_in or entry.public):
            yield Shown(entry.url_name, path, say(*entry.title), say(*entry.words))


def first_row(*, signed_in: bool) -> list[Shown]:
    """The short row of every page, in the chosen language."""
    return list(_shown(FIRST_ROW, signed_in=signed_in))


def groups(*, signed_in: bool) -> list[tuple[str, list[Shown]]]:
    """Everything there is, in the chosen language; groups with nothing are left out."""
    found = [(say(*title), list(_shown(entries, signed_in=signed_in))) for title, entries in GROUPS]
    return [(title, entries) for title, entries in found if entries]
