"""What a visitor can try with the cards, beside the story: where, as whom, and what to look at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mynumber.platform.guide.demo import Demo, StaffLogin

_CALL_CENTRE, _CLERK, _PROVIDER, _AUDITOR = "mori", "kubo", "aoki", "sakai"
_OPERATOR = "hirano"
_HELPDESK = "honda"
_CASE_WORKER, _SUPERVISOR = "yamada", "kimura"
_PENSION_WORKER, _PENSION_SECOND = "okada", "noguchi"


@dataclass(frozen=True, slots=True)
class Errand:
    """One thing to try, in both languages."""

    house: str
    """Name of the institution whose colour it has."""
    title: str
    title_english: str
    words: str
    words_english: str
    url: str
    login: StaffLogin | None = None


def errands(demo: Demo, urls: Mapping[str, str], town: str) -> tuple[Errand, ...]:
    """In the order in which a visitor may want them. urls: the public address of each face; town: code of a municipality."""
    logins = {(login.username, login.tenant): login for login in demo.staff}
    return (
        Errand(
            "portal",
            "手当を申請する",
            "Apply for an allowance",
            "探す、役所の情報を入れる、足りないところだけ答える、カードで署名して送る。どこまで進んだかは、わたしの申請で見られます。",
            "Find it, let the office fill it in, answer what is missing, sign with the card. My applications says how far it is.",
            f"{urls['portal']}/procedures/",
        ),
        Errand(
            "municipality",
            "届いた申請を審査する",
            "Examine an application",
            "担当になり、様式の横の情報連携の事実を見て、補正を求めるか、規則のとおりに起案します。",
            "Claim it, compare the form with the facts from the network, ask for a correction or propose what the rule says.",
            f"{urls['municipality']}/{town}/applications/",
            logins.get((_CASE_WORKER, town)),
        ),
        Errand(
            "municipality",
            "決裁する",
            "Approve a decision",
            "起案した人とは別の人が見て、決裁します。通知書が本人に届き、支払が指示されます。",
            "A second person looks and approves. The notice reaches the resident and the payment is ordered.",
            f"{urls['municipality']}/{town}/applications/",
            logins.get((_SUPERVISOR, town)),
        ),
        Errand(
            "pension_service",
            "国民年金の免除を審査する",
            "Decide an exemption from pension premiums",
            "免除・猶予の申請は年金機構に届きます。所得を市区町村に照会し、規則のとおりに起案し、別の人が決裁します。",
            "These applications arrive at the pension service: ask the town for the income, propose what the rule says, another approves.",
            f"{urls['pension_service']}/applications/",
            logins.get((_PENSION_WORKER, "")),
        ),
        Errand(
            "pension_service",
            "免除を案内する",
            "Offer an exemption before anybody asks",
            "担当が未納のある人の名簿を作り、この決裁者が送ります。所得の低い人に、記入済みの申請書が届きます。",
            "The case worker draws up who owes premiums; this supervisor sends it. Whose income is low gets a filled application.",
            f"{urls['pension_service']}/offers/",
            logins.get((_PENSION_SECOND, "")),
        ),
        Errand(
            "portal",
            "納付書を払う",
            "Pay a bill",
            "登場人物には納付書が届いています。試すためのカードで払うか、四つの番号を決済代行のATMに入力します。",
            "The personas have bills. Pay with a test card, or type the four numbers into the payment agent's ATM.",
            f"{urls['portal']}/payments/",
        ),
        Errand(
            "municipality",
            "納付を消し込む",
            "Reconcile payments",
            "自分の納付書、速報、確報を一件ずつ見比べます。銀行の窓口で二重に払うと、自動で返ります。",
            "Compare own bills, news and the files of the day. Pay twice at the bank's counter, and it goes back by itself.",
            f"{urls['municipality']}/{town}/billing/",
            logins.get((_SUPERVISOR, town)),
        ),
        Errand(
            "wallet",
            "PDFに署名する",
            "Sign a PDF",
            "端末にPDFを入れ、署名用パスワードで署名して保存します。PDFは端末の外に出ません。",
            "Give the device a PDF, sign it with the signature password, save it. The PDF does not leave the device.",
            f"{urls['wallet']}/",
        ),
        Errand(
            "digital_agency",
            "署名を確かめる",
            "Check a signature",
            "署名したPDFを出すと、だれの鍵で、いつ、変えられていないかが文章で分かります。",
            "Hand in the signed PDF: the report says in words whose key, when, and whether it was changed.",
            f"{urls['digital_agency']}/validations/",
        ),
        Errand(
            "portal",
            "自分のサービスにサインインを付ける",
            "Add sign-in to your own service",
            "サービスを登録し、リポジトリの kit にある見本（PythonかJavaScript）を動かします。5分でできます。",
            "Register a service and run the sample in the repository's kit (Python or JavaScript). Five minutes.",
            f"{urls['portal']}/developers/",
        ),
        Errand(
            "jlis",
            "真夜中にカードをなくす",
            "Lose a card at midnight",
            "コールセンターの職員になって、電話を受けます。届け出ると、二つの電子証明書がすぐ止まります。",
            "Be the call centre and take the call. Both certificates stop at once.",
            f"{urls['jlis']}/cards/desk/loss",
            logins.get((_CALL_CENTRE, "")),
        ),
        Errand(
            "municipality",
            "窓口でカードを渡す、直す",
            "Hand over or change a card at the counter",
            "交付、暗証番号の再設定、更新、住所の書きかえ。カードは本人の端末に番号を入れて「置き」ます。",
            "Hand-over, PINs, renewal, change of address. The holder lays the card down by entering a code at the device.",
            f"{urls['municipality']}/{town}/cards",
            logins.get((_CLERK, town)),
        ),
        Errand(
            "gateway",
            "照会に手で回答する",
            "Answer an inquiry by hand",
            "ある人の自動応答を止めてから照会すると、回答待ちになります。職員が値を確かめて回答するか、断ります。",
            "Stop automatic answers about a person and ask: the inquiry waits until staff answers or refuses.",
            f"{urls['gateway']}/municipality_{town}/holds",
            logins.get((_PROVIDER, f"municipality_{town}")),
        ),
        Errand(
            "network",
            "法律の表を引く",
            "Look the law up",
            "だれが、どの事務で、だれに、何を聞けるか。いつからか、何が変わったか、どれだけ使われているか。",
            "Who may ask whom for what, in which affair, since when, what changed, and how often it is used.",
            f"{urls['network']}/table/",
        ),
        Errand(
            "portal",
            "民間の書類を受け取る",
            "Receive documents of private firms",
            "民間送達サービスのアカウントをつなぎ、送り主ごとに同意し、署名のある書類を受け取ります。下は、見本のお客さまの番号とパスワードです。",
            "Link the account at the delivery firm, consent per sender, receive signed documents. Below: number and password of a customer.",
            f"{urls['portal']}/deliveries/",
            demo.customers[0] if demo.customers else None,
        ),
        Errand(
            "courier",
            "書類を送る",
            "Send a document",
            "お客さまを選び、送り主の鍵で署名して送ります。同意のない書類は、マイナポータルが受け取りません。",
            "Choose a customer, sign with the sender's key and send. The portal refuses what the resident did not consent to.",
            f"{urls['courier']}/desk/",
            logins.get((_OPERATOR, "")),
        ),
        Errand(
            "portal",
            "利用者のとなりで支援する",
            "Stand beside a resident",
            "利用者が「となりで支援」で出した8桁の番号を入れると、どの画面のどこで困っているかだけが見えます。入力した中身は見えません。",
            "Enter the eight digits that a resident shows: you see the page and the field in error, never what was typed.",
            f"{urls['portal']}/staff/",
            logins.get((_HELPDESK, "")),
        ),
        Errand(
            "commission",
            "監督機関として見る",
            "Look as the oversight body does",
            "台帳の見張り、権限の一覧、ふだんと違う照会。人の名前は出てきません。",
            "The log under watch, who is entitled to what, inquiries out of the ordinary. No person appears.",
            f"{urls['commission']}/supervision",
            logins.get((_AUDITOR, "")),
        ),
        Errand(
            "municipality",
            "キオスクで暗証番号を設定し直す",
            "Set a PIN anew at a kiosk",
            "二つの暗証番号のうち、一つを覚えていればできます。",
            "Works as long as one of the two PINs is remembered.",
            f"{urls['municipality']}/{town}/kiosk",
        ),
    )
