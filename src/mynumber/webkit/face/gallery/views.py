"""Pages of the gallery. All words are made up; nothing that is typed here is kept."""

from datetime import UTC, date, datetime

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST

from mynumber.webkit.face.charts import Chart, Point, Shape
from mynumber.webkit.face.figures import HopFigure, HopState, Station
from mynumber.webkit.face.forms import PlainForm
from mynumber.webkit.face.gallery.forms import (
    ALL_WRONG,
    KNOWN,
    AddressForm,
    BankForm,
    FieldsForm,
    KnownForm,
    PinForm,
)
from mynumber.webkit.face.houses import HOUSES
from mynumber.webkit.face.journey import (
    Answer,
    AnswerGroup,
    Assurance,
    Attached,
    CardPin,
    CardState,
    CardTap,
    Course,
    Identity,
    Leg,
    Task,
    TaskList,
    TaskState,
)
from mynumber.webkit.face.language import say
from mynumber.webkit.face.parts import Chip, Column, Kind, Link, Step, StepState, Table
from mynumber.webkit.marks import public

AT = datetime(2026, 11, 22, 4, 5, 6, tzinfo=UTC)


@public  # samples, of nobody
def index(request: HttpRequest) -> HttpResponse:
    """What there is."""
    return render(request, "face/gallery/index.html")


@public  # as above
def words(request: HttpRequest) -> HttpResponse:
    """Headings, notices, buttons, chips, boxes, dialogs, who is signed in."""
    out = reverse("gallery:index")
    people = [
        Identity("架空 花子", Assurance.CARD, out),
        Identity("架空 花子", Assurance.PASSKEY, out, stronger=out),
        Identity("架空 太郎", Assurance.CARD, out, proxy_for="架空 梅（母）"),
    ]
    return render(request, "face/gallery/words.html", {"people": people, "at": AT, "on": date(2026, 4, 1)})


@public  # as above
def fields(request: HttpRequest) -> HttpResponse:
    """Each kind of field: empty, with `?state=wrong` after mistakes, with `?state=filled` filled in; the form can be sent."""
    state = request.GET.get("state")
    if request.method == "POST":
        form = FieldsForm(request.POST, request.FILES)
    elif state == "wrong":
        form = FieldsForm(ALL_WRONG)
    else:
        initial = {
            "name": "架空 花子",
            "kana": "カクウ　ハナコ",
            "born": date(1990, 4, 1),
            "card": "hanako",
            "facts": ["tax"],
        }
        form = FieldsForm(initial=initial if state == "filled" else None)
    known = KnownForm(initial=KNOWN, prefix="known")
    return _form(request, "face/gallery/fields.html", form, known=known)


@public  # as above
def pickers(request: HttpRequest) -> HttpResponse:
    """The pickers of bank and address in every state; both can be used."""
    posted = request.POST if request.method == "POST" else None
    shown: list[tuple[str, PlainForm]] = [
        (
            say("郵便番号で一つ見つかったとき", "One place found"),
            _asked(AddressForm, "one", {"address_code": "124-0012", "address_find": "1"}),
        ),
        (
            say("いくつか見つかったとき", "Several found"),
            _asked(AddressForm, "many", {"address_code": "０７９−１５７１", "address_find": "1"}),
        ),
        (
            say("見つからないとき", "None found"),
            _asked(AddressForm, "none", {"address_code": "000-0000", "address_find": "1"}),
        ),
    ]
    bank = BankForm(posted, prefix="b") if posted and "b-account" in posted else BankForm(prefix="b")
    shown += [
        (
            say("銀行を選ぶとき", "Choosing a bank"),
            _asked(BankForm, "banks", {"bank_bank": "三菱", "bank_find": "1"}),
        ),
        (
            say("支店を入力するとき", "Asking for the branch"),
            _asked(BankForm, "branch", {"bank_bank": "みずほ", "bank_find": "1"}),
        ),
        (
            say("支店が見つからないとき", "No such branch"),
            _asked(BankForm, "lost", {"bank_bank_code": "0001", "bank_branch": "まぼろし", "bank_find": "1"}),
        ),
        (
            say("両方決まったとき", "Both chosen"),
            _asked(BankForm, "done", {"bank_bank_code": "0001", "bank_branch_code": "004", "bank_find": "1"}),
        ),
    ]
    address = (
        AddressForm(posted, prefix="a") if posted and "b-account" not in posted else AddressForm(prefix="a")
    )
    rejected = bool(address.errors or bank.errors)
    context = {"address": address, "bank": bank, "shown": shown}
    return render(request, "face/gallery/pickers.html", context, status=422 if rejected else 200)


@public  # as above
def procedure(request: HttpRequest) -> HttpResponse:
    """Step navigation, task list, check your answers, papers, a procedure's course, the end of a visit."""
    here = reverse("gallery:procedure")
    legs = [
        Leg(title, here)
        for title in (
            say("はじめに", "Before you start", "はじめに"),
            say("家族", "Family"),
            say("しごとと所得", "Work and income"),
            say("受け取る口座", "Account"),
            say("確認と署名", "Check and sign"),
        )
    ]
    tasks = [
        Task(say("家族を確かめる", "Check your family"), here, TaskState.DONE),
        Task(
            say("しごとと所得を入力する", "Enter work and income"),
            here,
            TaskState.STARTED,
            say("前回の続きから始められます", "Go on where you stopped"),
        ),
        Task(
            say("就労証明書を直す", "Correct the certificate"),
            here,
            TaskState.RETURNED,
            say("証明日がありません。", "It has no date."),
            date(2026, 12, 4),
        ),
        Task(say("受け取る口座を選ぶ", "Choose the account"), here),
        Task(
            say("署名して送る", "Sign and send"),
            here,
            TaskState.LOCKED,
            say("ほかが済むと始められます", "Once the others are done"),
        ),
    ]
    register = say("住民票から", "From the resident register")
    answers = [
        AnswerGroup(
            say("申請する人", "Applicant"),
            (
                Answer(say("氏名", "Name"), "架空 花子", source=register),
                Answer(
                    say("住所", "Address"), ("〒124-0012", "東京都葛飾区立石5丁目13番1号"), source=register
                ),
                Answer(say("電話番号", "Telephone"), "090-0000-0000", here),
                Answer(say("勤め先", "Employer"), "", here),
            ),
        ),
        AnswerGroup(
            say("子ども", "Child"),
            (
                Answer(say("生年月日", "Date of birth"), date(2020, 4, 2), here),
                Answer(
                    say("保育の希望", "Nursery"),
                    say("令和8年4月から", "From April 2026"),
                    here,
                    note=say("年月を確かめて、直してください。", "Check the month and correct it."),
                ),
            ),
            here,
        ),
    ]
    papers = [
        Attached("就労証明書.pdf", 348_160, AT, here, "1"),
        Attached("とても長い名前の書類_" * 4 + ".jpg", 1_048_576, AT, "", "2"),
    ]
    return render(
        request,
        "face/gallery/procedure.html",
        {
            "courses": [Course.at(1, legs), Course.at(3, legs), Course.at(5, legs)],
            "tasks": TaskList.of(say("申請に必要なこと", "What you need to do"), tasks),
            "answers": answers,
            "papers": papers,
            "stay": reverse("gallery:stay"),
            "leave": reverse("gallery:index"),
        },
    )


@public  # as above
def card(request: HttpRequest) -> HttpResponse:
    """The card step in each state, and the PIN pad."""
    purpose = say("申請書に署名するため", "To sign the application")
    signature, sign_in = CardPin.SIGNATURE, CardPin.AUTHENTICATION
    taps = [
        CardTap(purpose, signature, CardState.READY, 5),
        CardTap(say("サインインするため", "To sign in"), sign_in, CardState.WRONG_PIN, 2),
        *(
            CardTap(purpose, signature, state)
            for state in (CardState.READING, CardState.DONE, CardState.LOCKED, CardState.NOT_READ)
        ),
    ]
    form = PinForm(request.POST) if request.method == "POST" else PinForm()
    return _form(request, "face/gallery/card.html", form, taps=taps)


@public  # as above
def values(request: HttpRequest) -> HttpResponse:
    """Tables, lists, timelines, charts, diagrams, code."""
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
    months = tuple(
        Point(f"{month}月", count)
        for month, count in zip((4, 5, 6, 7, 8), (120, 340, 210, 80, 160), strict=True)
    )
    kinds = (Point("児童手当", 1240), Point("保育所の申込み", 610), Point("国民年金の免除", 95))
    return render(
        request,
        "face/gallery/values.html",
        {
            "table": table,
            "steps": steps,
            "stopped": stopped,
            "page": Paginator(range(240), 20).page(5),
            "figure": _figure("way"),
            "refused": _figure("stopped-way", refused=True),
            "charts": [
                Chart("by-month", "月ごとの申請", "件", months),
                Chart("course", "申請の移り変わり", "件", months, Shape.LINE),
                Chart("by-kind", "手続ごとの申請", "件", kinds, Shape.BARS),
                Chart("nothing", "まだないもの", "件", ()),
            ],
            "houses": list(HOUSES.values()),
            "at": AT,
            "on": date(2026, 11, 22),
            "document": '{\n  "record": "r-0001",\n  "outcome": "provided"\n}',
        },
    )


@public  # as above
@require_POST
def stay(request: HttpRequest) -> HttpResponse:
    """What a page asks to begin the time of the visit anew. Here is no visit."""
    return HttpResponse(status=204)


def _form(request: HttpRequest, template: str, form: PlainForm, **context: object) -> HttpResponse:
    return render(request, template, {"form": form, **context}, status=422 if form.errors else 200)


def _asked(kind: type[PlainForm], prefix: str, data: dict[str, str]) -> PlainForm:
    return kind({f"{prefix}-{name}": value for name, value in data.items()}, prefix=prefix)


def _figure(ident: str, refused: bool = False) -> HopFigure:
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
