"""The words in which a resident reads a record: what the law calls things, and what happened in plain Japanese."""

from __future__ import annotations

from mynumber.protocols.exchange import Outcome
from mynumber.protocols.refusal import Hop, Reason
from mynumber.webkit.face.language import say

_Words = tuple[str, str, str]
"""Japanese, English, easy Japanese."""

OUTCOMES: dict[Outcome, _Words] = {
    Outcome.OPEN: ("問い合わせの途中です。", "The inquiry is under way.", "きいて いる とちゅうです。"),
    Outcome.PERMITTED: (
        "法律の表で確かめ、提供してよいと伝えたところです。回答の報告はまだ届いていません。",
        "It was allowed by the table of the law. The answer is not reported yet.",
        "よいと 言いました。こたえは まだです。",
    ),
    Outcome.WAITING: (
        "聞かれた機関の担当者が確かめているところです。情報はまだ提供されていません。",
        "Somebody at the institution that was asked is looking at it. Nothing was provided yet.",
        "きかれた ところが しらべて います。まだ わたして いません。",
    ),
    Outcome.PROVIDED: (
        "あなたの情報が提供されました。",
        "Information about you was provided.",
        "あなたの じょうほうを わたしました。",
    ),
    Outcome.NO_DATA: (
        "問い合わせは届きましたが、あなたについての該当する情報はありませんでした。",
        "The inquiry arrived, but there was no such information about you.",
        "きかれましたが、ありませんでした。",
    ),
    Outcome.REFUSED: (
        "この問い合わせは、途中で止められました。",
        "This inquiry was stopped.",
        "とちゅうで 止めました。",
    ),
    Outcome.LOST: (
        "情報は提供されましたが、問い合わせた機関は受け取れませんでした。",
        "The information was provided, but who asked could not receive it.",
        "わたしましたが、うけとれませんでした。",
    ),
    Outcome.ABANDONED: (
        "途中で止まった問い合わせです。情報は提供されていません。",
        "The inquiry stopped on its way. Nothing was provided.",
        "とちゅうで 止まりました。わたして いません。",
    ),
}
"""What the end of an exchange means for the person."""

REASONS: dict[Reason, _Words] = {
    Reason.NOT_IN_TABLE: (
        "この事務のためにこの情報をこの機関に聞いてよい、という行が法令の表にありません。",
        "No row of the law's table allows asking this institution for this information for this task.",
        "よいと する 法律の 行が ありません。",
    ),
    Reason.WRONG_INSTITUTION: (
        "ほかの機関の名前を使った問い合わせでした。",
        "It was asked in another institution's name.",
        "ほかの ところの 名前で きかれました。",
    ),
    Reason.NOT_ENTITLED: (
        "問い合わせを送ることが認められていないところからでした。",
        "It came from where no inquiry may come from.",
        "きいては いけない ところからでした。",
    ),
    Reason.UNKNOWN_PROVIDER: (
        "聞こうとした機関が、名簿にありませんでした。",
        "The institution that was to be asked is not listed.",
        "きかれる ところが ありませんでした。",
    ),
    Reason.UNKNOWN_CODE: (
        "あなたを表す符号が、その機関のものではありませんでした。",
        "The code for you was not that institution's.",
        "あなたの しるしが ちがいました。",
    ),
    Reason.PROVIDER_HAS_NO_CODE: (
        "聞かれた機関は、あなたについての符号を持っていません。",
        "The institution that was asked has no code for you.",
        "あなたの しるしが ありません。",
    ),
    Reason.PERMIT_EXPIRED: ("許可の期限が過ぎていました。", "The permit had expired.", "おそすぎました。"),
    Reason.PERMIT_USED: (
        "一度だけ使える許可が、もう一度使われようとしました。",
        "A permit that is good once was to be used again.",
        "1回だけの ものを もう いちど つかおうと しました。",
    ),
    Reason.PERMIT_NOT_YOURS: (
        "ほかの機関に出された許可が使われようとしました。",
        "Another institution's permit was to be used.",
        "ほかの ところの ものを つかおうと しました。",
    ),
    Reason.ANSWER_NOT_BOUND: (
        "届いた回答が、この問い合わせへの回答と確かめられませんでした。",
        "The answer could not be told to belong to this inquiry.",
        "こたえが たしかめられませんでした。",
    ),
    Reason.NO_COPY: (
        "聞かれた機関に、該当する情報がありませんでした。",
        "The institution that was asked had no such information.",
        "ありませんでした。",
    ),
    Reason.NOT_AUTOMATIC: (
        "聞かれた機関の担当者が確かめる必要がある情報です。",
        "Somebody at the institution that was asked has to look at it.",
        "人が しらべないと いけません。",
    ),
    Reason.RECORD_UNAVAILABLE: (
        "記録を残せない状態だったので、止めました。記録できないやりとりは行いません。",
        "It could not be recorded, so it was stopped: nothing moves without a record.",
        "きろくできないので 止めました。",
    ),
    Reason.NETWORK_UNREACHABLE: (
        "情報提供ネットワークシステムにつながりませんでした。",
        "The information network could not be reached.",
        "ネットワークに つながりませんでした。",
    ),
    Reason.PROVIDER_UNREACHABLE: (
        "聞かれた機関につながりませんでした。",
        "The institution that was asked could not be reached.",
        "きかれた ところに つながりませんでした。",
    ),
    Reason.ABANDONED: (
        "問い合わせた機関の側で、途中で止まりました。",
        "It stopped at who asked.",
        "きいた ところで 止まりました。",
    ),
}
"""Why it was stopped, for the person it is about (the sentences of `Reason` speak to officials). Another reason is `OTHER_REASON`."""
OTHER_REASON = (
    "送られてきた内容が決まりどおりでなかったので、受け付けませんでした。",
    "What was sent did not follow the rules, so it was not taken.",
    "きまりと ちがうので うけつけませんでした。",
)

SIDES: dict[str, _Words] = {
    "network": ("情報提供ネットワークシステム", "The information network", "ネットワーク"),
    "inquirer": ("問い合わせた機関の側", "Who asked", "きいた ところ"),
    "provider": ("聞かれた機関の側", "Who was asked", "きかれた ところ"),
}
"""Who reported an event."""

EVENTS: dict[tuple[str, Outcome], _Words] = {
    ("network", Outcome.PERMITTED): (
        "法律の表で確かめ、許可しました",
        "checked the table of the law and allowed it",
        "よいと しました",
    ),
    ("network", Outcome.REFUSED): (
        "問い合わせを受け付けず、止めました",
        "did not take the inquiry and stopped it",
        "止めました",
    ),
    ("provider", Outcome.PROVIDED): ("情報を提供しました", "provided the information", "わたしました"),
    ("provider", Outcome.NO_DATA): (
        "該当する情報はないと答えました",
        "answered that there is no such information",
        "ないと こたえました",
    ),
    ("provider", Outcome.REFUSED): (
        "提供せずに止めました",
        "stopped it without providing anything",
        "わたさないで 止めました",
    ),
    ("provider", Outcome.ABANDONED): (
        "許可が使われないまま終わりました",
        "the permit ended unused",
        "つかわないで おわりました",
    ),
    ("inquirer", Outcome.PROVIDED): ("回答を受け取りました", "received the answer", "こたえを もらいました"),
    ("inquirer", Outcome.NO_DATA): (
        "該当する情報はないという回答を受け取りました",
        "received the answer that there is no such information",
        "ないと いう こたえを もらいました",
    ),
    ("inquirer", Outcome.REFUSED): (
        "回答を受け取らずに止めました",
        "stopped without receiving an answer",
        "こたえを もらわないで 止めました",
    ),
    ("inquirer", Outcome.LOST): (
        "回答を受け取れませんでした",
        "could not receive the answer",
        "こたえを もらえませんでした",
    ),
    ("inquirer", Outcome.ABANDONED): ("問い合わせをやめました", "gave the inquiry up", "きくのを やめました"),
}
"""The title of one event in a timeline; another one is the label of its outcome."""

_LABELS: dict[Outcome, tuple[str, str]] = {
    Outcome.OPEN: ("Under way", "とちゅう"),
    Outcome.PERMITTED: ("Permitted", "よいと しました"),
    Outcome.WAITING: ("Waiting", "まって います"),
    Outcome.PROVIDED: ("Provided", "わたしました"),
    Outcome.NO_DATA: ("No such information", "ありません"),
    Outcome.REFUSED: ("Stopped", "止めました"),
    Outcome.LOST: ("Not received", "とどきませんでした"),
    Outcome.ABANDONED: ("Given up", "やめました"),
}
_HOPS: dict[Hop, str] = {
    Hop.INQUIRER_GATEWAY: "The gateway of who asked",
    Hop.NETWORK: "The information network",
    Hop.PROVIDER_GATEWAY: "The gateway of who was asked",
    Hop.PROVIDER: "Who was asked",
    Hop.JLIS: "J-LIS",
    Hop.PORTAL: "Mynaportal",
    Hop.COMMISSION: "The Personal Information Protection Commission",
    Hop.ACQUIRER: "The payment processor",
    Hop.BILLER: "The body that is paid",
}

OWN_SIDES: dict[str, _Words] = {"inquirer": ("マイナポータル", "Mynaportal", "マイナポータル")}
OWN_EVENTS: dict[tuple[str, Outcome], _Words] = {
    ("network", Outcome.PERMITTED): (
        "あなた本人の求めであることを確かめ、許可しました",
        "checked that you asked yourself, and allowed it",
        "あなたが きいたと たしかめました",
    ),
    ("inquirer", Outcome.PROVIDED): (
        "回答を受け取り、あなたに示しました",
        "received the answer and showed it to you",
        "こたえを 見せました",
    ),
    ("inquirer", Outcome.LOST): (
        "回答を示せませんでした",
        "could not show the answer",
        "こたえを 見せられませんでした",
    ),
}
"""The same where the person asked for themself."""


def reason_words(reason: Reason | None) -> str:
    """Why something was stopped, in plain words."""
    return say(*REASONS.get(reason, OTHER_REASON)) if reason is not None else ""


def hop_words(hop: Hop | None) -> str:
    """Where it was stopped."""
    return say(hop.label_ja, _HOPS[hop]) if hop is not None else ""


def outcome_words(outcome: Outcome) -> str:
    """What the end of an exchange means, in a sentence."""
    return say(*OUTCOMES[outcome])


def outcome_label(outcome: Outcome) -> str:
    """The same as a status word."""
    return say(outcome.label_ja, *_LABELS[outcome])
