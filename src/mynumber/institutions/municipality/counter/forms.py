"""What clerks and visitors of a kiosk fill in."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms

from mynumber.foundation.portrait import LARGEST_FILE, PhotoReason, PhotoRefused, accept
from mynumber.institutions.municipality.counter.models import CHECKS, REASONS
from mynumber.institutions.municipality.counter.procedures import CERTIFICATE_WORDS, PIN_WORDS
from mynumber.institutions.municipality.register.changes import LONGEST
from mynumber.protocols.card_life import ApplicationReason, IdentityCheck, PinName
from mynumber.protocols.certification import CertificateKind
from mynumber.webkit.face.forms import PlainForm


class CheckForm(PlainForm):
    """本人確認: how the holder was identified. Every procedure at the counter begins with it."""

    check = forms.ChoiceField(
        label="本人確認の方法",
        choices=[(check.value, words) for check, words in CHECKS.items()],
        widget=forms.RadioSelect,
        error_messages={"required": "本人確認をした方法を選んでください。"},
    )

    @property
    def identity_check(self) -> IdentityCheck:
        """What was chosen."""
        return IdentityCheck(self.cleaned_data["check"])


class PinsForm(CheckForm):
    """暗証番号の再設定"""

    def __init__(self, pins: tuple[PinName, ...], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["pins"] = forms.MultipleChoiceField(
            label="設定する暗証番号",
            choices=[(pin.value, PIN_WORDS[pin]) for pin in pins],
            widget=forms.CheckboxSelectMultiple,
            error_messages={"required": "設定する暗証番号を一つ以上選んでください。"},
        )


class CertificatesForm(CheckForm):
    """電子証明書の発行・更新"""

    def __init__(
        self, kinds: tuple[CertificateKind, ...], *args: Any, required: bool = True, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["certificates"] = forms.MultipleChoiceField(
            label="発行する電子証明書",
            required=required,
            choices=[(kind.value, CERTIFICATE_WORDS[kind]) for kind in kinds],
            widget=forms.CheckboxSelectMultiple,
            error_messages={"required": "発行する電子証明書を一つ以上選んでください。"},
        )


class ApplyForm(PlainForm):
    """交付申請"""

    reason = forms.ChoiceField(
        label="申請の理由",
        choices=[(reason.value, words) for reason, words in REASONS.items()],
        widget=forms.RadioSelect,
        initial=ApplicationReason.FIRST.value,
    )
    photo = forms.FileField(
        label="顔写真",
        required=False,
        help_text=f"6か月以内に写した、正面・無帽・無背景の縦長の写真（JPEGかPNG、{LARGEST_FILE // 1024}KB以下）。"
        "撮影した場所などの付属情報は、受け付けるときに取り除きます。",
        widget=forms.ClearableFileInput(attrs={"accept": "image/jpeg,image/png"}),
    )
    drawn = forms.BooleanField(label="写真の代わりに、描いた絵を使う（模型の架空の人のため）", required=False)
    seen = forms.BooleanField(label="写真が本人のものであることを、窓口で見くらべた")
    signature_certificate = forms.BooleanField(
        label="署名用電子証明書を希望する",
        required=False,
        initial=True,
        help_text="15歳未満の人には、希望しても発行されません。",
    )

    def clean(self) -> dict[str, Any]:
        """One photo, and one that will do."""
        cleaned = super().clean() or {}
        file = cleaned.get("photo")
        if not cleaned.get("drawn") and file is None and "photo" not in self.errors:
            self.add_error("photo", "写真を選ぶか、描いた絵を使うかを選んでください。")
        elif file is not None and not cleaned.get("drawn"):
            if file.size > LARGEST_FILE:
                self.add_error("photo", PhotoReason.TOO_LARGE.sentence_ja)
            else:
                try:
                    cleaned["accepted"] = accept(file.read())
                except PhotoRefused as refused:
                    self.add_error("photo", refused.reason.sentence_ja)
        return cleaned


class ReturnForm(PlainForm):
    """返納・廃止"""

    lost = forms.ChoiceField(
        label="カードは",
        choices=[("no", "本人が返した"), ("yes", "見つからないので廃止する")],
        widget=forms.RadioSelect,
    )
    sure = forms.BooleanField(label="元に戻せないことを、本人に説明した")


class ChangeForm(PlainForm):
    """住民票の異動（模型の人を動かすため）"""

    kind = forms.ChoiceField(
        label="異動",
        choices=[
            ("address", "転居（同じ市区町村の中での引っ越し）"),
            ("surname", "氏の変更（婚姻など）"),
            ("abroad", "国外への転出"),
            ("died", "死亡"),
        ],
        widget=forms.RadioSelect,
    )
    address = forms.CharField(
        label="新しい住所",
        required=False,
        max_length=LONGEST,
        help_text="市区町村名のあとだけ。例：亀有三丁目1番1号",
    )
    surname = forms.CharField(label="新しい氏", required=False, max_length=LONGEST)
    surname_kana = forms.CharField(
        label="新しい氏の振り仮名", required=False, max_length=LONGEST, help_text="カタカナ"
    )
    keep_former_name = forms.BooleanField(label="いまの氏を旧氏として残す", required=False)
    day = forms.DateField(
        label="異動の日",
        required=False,
        input_formats=["%Y-%m-%d", "%Y/%m/%d"],
        help_text="国外転出・死亡のとき。例：2026-11-22",
        error_messages={"invalid": "2026-11-22 の形で入力してください。"},
        widget=forms.DateInput(attrs={"autocomplete": "off"}),
    )

    _NEEDS: ClassVar = {"address": "address", "surname": "surname", "abroad": "day", "died": "day"}

    def clean(self) -> dict[str, Any]:
        """What the kind of change needs."""
        cleaned = super().clean() or {}
        needed = self._NEEDS.get(str(cleaned.get("kind")))
        if needed and needed not in self.errors and not cleaned.get(needed):
            self.add_error(needed, "この異動には入力が要ります。")
        return cleaned


class KioskForm(PlainForm):
    """Which PIN is forgotten."""

    forgotten = forms.ChoiceField(
        label="設定し直したい暗証番号",
        choices=[
            (PinName.AUTHENTICATION.value, PIN_WORDS[PinName.AUTHENTICATION]),
            (PinName.SIGNATURE.value, PIN_WORDS[PinName.SIGNATURE]),
        ],
        widget=forms.RadioSelect,
    )
