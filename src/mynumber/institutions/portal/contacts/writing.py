"""What e-mails say: that there is something new and where the site is. Whoever reads along learns nothing about anybody."""

from __future__ import annotations

from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Final
from urllib.parse import urlsplit

from mynumber.institutions.portal.contacts.addresses import VALID_FOR, Secret
from mynumber.institutions.portal.contacts.models import Language, Mail, Purpose

_MINUTES: Final = int(VALID_FOR.total_seconds()) // 60

_SUBJECTS: Final[dict[str, dict[str, str]]] = {
    Purpose.PING: {
        Language.JAPANESE: "マイナポータル：新しいことがあります",
        Language.EASY: "マイナポータル：あたらしい ことが あります",
        Language.ENGLISH: "Mynaportal: there is something new",
    },
    Purpose.VERIFICATION: {
        Language.JAPANESE: "マイナポータル：メールアドレスの確認",
        Language.EASY: "マイナポータル：メールアドレスを たしかめます",
        Language.ENGLISH: "Mynaportal: confirm your e-mail address",
    },
    Purpose.CHANGED: {
        Language.JAPANESE: "マイナポータル：このアドレスへの連絡は終わりました",
        Language.EASY: "マイナポータル：ここに メールは もう 来ません",
        Language.ENGLISH: "Mynaportal: this address is no longer written to",
    },
}
_WORDS: Final[dict[str, dict[str, str]]] = {
    Purpose.PING: {
        Language.JAPANESE: "マイナポータルに、あなたへの新しいことがあります。\n内容はメールには書きません。いつもの方法でサイトを開き、サインインして見てください。\n\n{site}\n",
        Language.EASY: "マイナポータルに あたらしい ことが あります。\nサイトを ひらいて 見て ください。\n\n{site}\n",
        Language.ENGLISH: "There is something new for you at Mynaportal.\nE-mails never say what. Open the site as you usually do and sign in.\n\n{site}\n",
    },
    Purpose.VERIFICATION: {
        Language.JAPANESE: "マイナポータルの連絡先として、このアドレスが入力されました。\n\n確認番号：{code}\n\nまたは、次のアドレスを開いてください（{minutes}分以内）。\n{link}\n\n心当たりがないときは、何もしないでください。登録されません。\n",
        Language.EASY: "マイナポータルに この アドレスが 書かれました。\n\n番号：{code}\n\nまたは、ここを ひらいて ください（{minutes}分まで）。\n{link}\n\nしらない ときは、なにも しないで ください。\n",
        Language.ENGLISH: "This address was entered as a contact at Mynaportal.\n\nCode: {code}\n\nOr open this address within {minutes} minutes:\n{link}\n\nIf it was not you, do nothing: the address is then not registered.\n",
    },
    Purpose.CHANGED: {
        Language.JAPANESE: "マイナポータルの連絡先が変わり、このアドレスへの連絡は終わりました。\n心当たりがないときは、サイトを開いてサインインし、ログイン履歴を確かめてください。\n\n{site}\n",
        Language.EASY: "マイナポータルの メールアドレスが かわりました。\nしらない ときは、サイトを ひらいて たしかめて ください。\n\n{site}\n",
        Language.ENGLISH: "The contact at Mynaportal has changed; this address is no longer written to.\nIf it was not you, open the site, sign in and look at the sign-in history.\n\n{site}\n",
    },
}
_FOOT: Final[dict[str, str]] = {
    Language.JAPANESE: "\n--\nこのメールには返信できません。メールで暗証番号や個人番号をお聞きすることはありません。\n",
    Language.EASY: "\n--\nこの メールに 返事は できません。メールで 暗証番号や マイナンバーを 聞く ことは ありません。\n",
    Language.ENGLISH: "\n--\nPlease do not reply. We never ask for a PIN or an individual number by e-mail.\n",
}
_SIMULATION: Final = "これは模型です。This is a simulation.\n"


def letter(
    mail: Mail, to: str, secret: Secret | None, *, site: str, simulation: bool, now: datetime
) -> EmailMessage:
    """The e-mail. Its id is that of the row, so that one that is sent twice is known as one. site: public origin of the portal."""
    host = urlsplit(site).hostname or "localhost"
    values = {"site": f"{site}/", "minutes": str(_MINUTES)}
    if secret is not None:
        values |= {"code": secret.code, "link": f"{site}/account/contacts/confirm?token={secret.token}"}
    message = EmailMessage(policy=SMTP)
    # The policy refuses a line break in a header; a parsed address holds none anyway.
    message["From"] = f"no-reply@{host}"
    message["To"] = to
    message["Subject"] = _SUBJECTS[mail.purpose][mail.language]
    message["Date"] = format_datetime(now)
    message["Message-ID"] = f"<{mail.pk.hex}@{host}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(
        _WORDS[mail.purpose][mail.language].format(**values)
        + _FOOT[mail.language]
        + (_SIMULATION if simulation else "")
    )
    return message
