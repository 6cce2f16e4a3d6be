"""The words in which a resident reads a record: what the law calls things, and what happened in plain Japanese."""

from __future__ import annotations

from mynumber.protocols.exchange import Outcome
from mynumber.protocols.refusal import Hop, Reason

OUTCOMES: dict[Outcome, str] = {
    Outcome.OPEN: "問い合わせの途中です。",
    Outcome.PERMITTED: "法律の表で確かめ、提供してよいと伝えたところです。回答の報告はまだ届いていません。",
    Outcome.WAITING: "聞かれた機関の担当者が確かめているところです。情報はまだ提供されていません。",
    Outcome.PROVIDED: "あなたの情報が提供されました。",
    Outcome.NO_DATA: "問い合わせは届きましたが、あなたについての該当する情報はありませんでした。",
    Outcome.REFUSED: "この問い合わせは、途中で止められました。",
    Outcome.LOST: "情報は提供されましたが、問い合わせた機関は受け取れませんでした。",
    Outcome.ABANDONED: "途中で止まった問い合わせです。情報は提供されていません。",
}
"""What the end of an exchange means for the person."""

REASONS: dict[Reason, str] = {
    Reason.NOT_IN_TABLE: "この事務のためにこの情報をこの機関に聞いてよい、という行が法令の表にありません。",
    Reason.WRONG_INSTITUTION: "ほかの機関の名前を使った問い合わせでした。",
    Reason.NOT_ENTITLED: "問い合わせを送ることが認められていないところからでした。",
    Reason.UNKNOWN_PROVIDER: "聞こうとした機関が、名簿にありませんでした。",
    Reason.UNKNOWN_CODE: "あなたを表す符号が、その機関のものではありませんでした。",
    Reason.PROVIDER_HAS_NO_CODE: "聞かれた機関は、あなたについての符号を持っていません。",
    Reason.PERMIT_EXPIRED: "許可の期限が過ぎていました。",
    Reason.PERMIT_USED: "一度だけ使える許可が、もう一度使われようとしました。",
    Reason.PERMIT_NOT_YOURS: "ほかの機関に出された許可が使われようとしました。",
    Reason.ANSWER_NOT_BOUND: "届いた回答が、この問い合わせへの回答と確かめられませんでした。",
    Reason.NO_COPY: "聞かれた機関に、該当する情報がありませんでした。",
    Reason.NOT_AUTOMATIC: "聞かれた機関の担当者が確かめる必要がある情報です。",
    Reason.RECORD_UNAVAILABLE: "記録を残せない状態だったので、止めました。記録できないやりとりは行いません。",
    Reason.NETWORK_UNREACHABLE: "情報提供ネットワークシステムにつながりませんでした。",
    Reason.PROVIDER_UNREACHABLE: "聞かれた機関につながりませんでした。",
    Reason.ABANDONED: "問い合わせた機関の側で、途中で止まりました。",
}
"""Why it was stopped, for the person it is about (the sentences of `Reason` speak to officials). Another reason is `OTHER_REASON`."""
OTHER_REASON = "送られてきた内容が決まりどおりでなかったので、受け付けませんでした。"

SIDES: dict[str, str] = {
    "network": "情報提供ネットワークシステム",
    "inquirer": "問い合わせた機関の側",
    "provider": "聞かれた機関の側",
}
"""Who reported an event."""

EVENTS: dict[tuple[str, Outcome], str] = {
    ("network", Outcome.PERMITTED): "法律の表で確かめ、許可しました",
    ("network", Outcome.REFUSED): "問い合わせを受け付けず、止めました",
    ("provider", Outcome.PROVIDED): "情報を提供しました",
    ("provider", Outcome.NO_DATA): "該当する情報はないと答えました",
    ("provider", Outcome.REFUSED): "提供せずに止めました",
    ("provider", Outcome.ABANDONED): "許可が使われないまま終わりました",
    ("inquirer", Outcome.PROVIDED): "回答を受け取りました",
    ("inquirer", Outcome.NO_DATA): "該当する情報はないという回答を受け取りました",
    ("inquirer", Outcome.REFUSED): "回答を受け取らずに止めました",
    ("inquirer", Outcome.LOST): "回答を受け取れませんでした",
    ("inquirer", Outcome.ABANDONED): "問い合わせをやめました",
}
"""The title of one event in a timeline; another one is the label of its outcome."""

OWN_SIDES: dict[str, str] = {"inquirer": "マイナポータル"}
OWN_EVENTS: dict[tuple[str, Outcome], str] = {
    ("network", Outcome.PERMITTED): "あなた本人の求めであることを確かめ、許可しました",
    ("inquirer", Outcome.PROVIDED): "回答を受け取り、あなたに示しました",
    ("inquirer", Outcome.LOST): "回答を示せませんでした",
}
"""The same where the person asked for themself."""


def reason_words(reason: Reason | None) -> str:
    """Why something was stopped, in plain words."""
    return REASONS.get(reason, OTHER_REASON) if reason is not None else ""


def hop_words(hop: Hop | None) -> str:
    """Where it was stopped."""
    return hop.label_ja if hop is not None else ""
