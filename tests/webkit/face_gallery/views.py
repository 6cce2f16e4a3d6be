"""Every component with made-up words."""

from datetime import UTC, date, datetime

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from mynumber.webkit.face.errors import Problem, problem_page
from mynumber.webkit.face.figures import HopFigure, HopState, Station
from mynumber.webkit.face.forms import PlainForm
from mynumber.webkit.face.houses import HOUSES
from mynumber.webkit.face.parts import Chip, Column, Kind, Link, Step, StepState, Table
from mynumber.webkit.marks import public

AT = datetime(2026, 11, 22, 4, 5, 6, tzinfo=UTC)


class GalleryForm(PlainForm):
    """One field of each kind."""

    name = forms.CharField(label="氏名", help_text="住民票のとおりに書いてください。例：架空 花子")
    born = forms.DateField(label="生年月日", help_text="例：1990-04-01、平成2年4月1日", required=False)
    pin = forms.CharField(label="利用者証明用の暗証番号", widget=forms.PasswordInput, help_text="数字4桁")
    affair = forms.ChoiceField(
        label="事務",
        choices=[
            ("", "選んでください"),
            ("jidofuyo", "児童扶養手当の支給に関する事務"),
            ("tax", "地方税の賦課徴収"),
        ],
    )
    card = forms.ChoiceField(
        label="つかうカード",
        choices=[("hanako", "架空 花子のカード"), ("taro", "架空 太郎のカード")],
        widget=forms.RadioSelect,
    )
    facts = forms.MultipleChoiceField(
        label="聞くこと",
        choices=[
            ("tax", "地方税関係情報"),
            ("pension", "年金給付関係情報"),
            ("account", "公的給付支給等口座情報"),
        ],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    note = forms.CharField(label="理由", widget=forms.Textarea, required=False)
    agree = forms.BooleanField(label="上の内容を確かめました")


def figure(ident: str, refused: bool = False) -> HopFigure:
    """The way of one inquiry."""
    last = HopState.AHEAD if refused else HopState.PASSED
    return HopFigure(
        ident,
        "照会が通る道" if not refused else "法律の表にない照会が止まるところ",
        (
            Station(
                "municipality",
                "市の手当システム",
                "担当者が、受給者と事務と聞くことを選ぶ",
                "宛名番号",
                wire="宛名番号と照会",
            ),
            Station(
                "gateway",
                "市の中間サーバー",
                "宛名番号を符号に置きかえ、署名して送る",
                "宛名番号と符号",
                wire="符号と照会",
            ),
            Station(
                "network",
                "情報提供ネットワークシステム",
                "法律の表で確かめ、記録し、許可を出す",
                "記録用の符号だけ",
                HopState.REFUSED if refused else HopState.HERE,
                wire="許可と相手の符号",
            ),
            Station(
                "gateway",
                "年金機構の中間サーバー",
                "許可を確かめ、副本から答える",
                "年金機構の符号",
                last,
                wire="問い合わせ",
            ),
            Station(
                "pension_service",
                "日本年金機構",
                "前もって副本を登録しておく",
                "基礎年金番号に対応する宛名番号",
                last,
            ),
        ),
        answer="" if refused else "回答は、照会した機関だけが開ける形に封をして、同じ道を戻る",
        caption="個人番号は、この道のどこも通りません。",
    )


@public
def gallery(request: HttpRequest) -> HttpResponse:
    """All components."""
    table = Table.build(
        "照会の記録",
        ["日時", "照会した機関", "聞いたこと", Column("件数", number=True), "結果"],
        [
            [AT, "渋谷区", "地方税関係情報", 3, Chip("提供", Kind.SUCCESS)],
            [AT, Link("日本年金機構", "#"), "年金給付関係情報", 12, Chip("確認中", Kind.INFO)],
            [AT, "どこかの市", None, 0, Chip("拒否", Kind.ERROR)],
        ],
    )
    steps = [
        Step("照会を受け付けました", "渋谷区の担当者が照会を作りました。", StepState.DONE, AT),
        Step("法律の表で確かめました", "第70項に当てはまります。", StepState.DONE, AT),
        Step("回答を待っています", "提供する機関が回答を作っています。", StepState.NOW),
        Step("記録を確定します"),
    ]
    stopped = [
        Step("受付", "", StepState.DONE, AT),
        Step("表にない組み合わせです", "ここで止めました。", StepState.STOPPED, AT),
    ]
    return render(
        request,
        "gallery/gallery.html",
        {
            "table": table,
            "steps": steps,
            "stopped": stopped,
            "page": Paginator(range(240), 20).page(5),
            "figure": figure("way"),
            "refused": figure("stopped-way", refused=True),
            "houses": list(HOUSES.values()),
            "at": AT,
            "on": date(2026, 11, 22),
            "document": '{\n  "record": "r-0001",\n  "outcome": "provided"\n}',
            "form": GalleryForm(),
        },
    )


@public
def form(request: HttpRequest) -> HttpResponse:
    """A form, and the same form with what was wrong."""
    bound = GalleryForm(request.POST) if request.method == "POST" else GalleryForm()
    return render(request, "gallery/form.html", {"form": bound}, status=422 if bound.errors else 200)


@public
def refused(request: HttpRequest) -> HttpResponse:
    """A refusal by the law."""
    problem = Problem(
        "この照会は行えません",
        "法律の表に、この事務でこの機関にこの情報を聞いてよいという行がありません。照会は相手に届いていません。",
        ("聞くことを選び直してください。",),
        409,
        "Not in the table of the law",
        hop="情報提供ネットワークシステム",
        reason="表にない組み合わせ",
        reference="r-0001",
    )
    return problem_page(request, problem)


@public
def broken(request: HttpRequest) -> HttpResponse:
    """Raises, so that the page for 500 is seen."""
    raise RuntimeError("broken on purpose")
