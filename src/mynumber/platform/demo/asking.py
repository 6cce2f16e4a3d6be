"""Steps 1 to 4, at the municipality: the case, the law, three inquiries, and one that the law does not allow."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import Final
from uuid import UUID

from mynumber.foundation.law import InformationKind, InstitutionKind, LegalBasis, legal_basis
from mynumber.platform.demo import case_worker
from mynumber.platform.demo.browser import Page
from mynumber.platform.demo.case_worker import Answer, CaseWorker, Offer
from mynumber.platform.demo.cast import AFFAIR, UNLAWFUL, WANTED, Cast
from mynumber.platform.demo.telling import StepFailed, Telling
from mynumber.protocols.exchange import Outcome
from mynumber.protocols.refusal import Hop, Reason

_JAPAN: Final = timezone(timedelta(hours=9))
_CITY: Final = frozenset(
    {InstitutionKind.MUNICIPALITY, InstitutionKind.CITY, InstitutionKind.HEALTH_CENTRE_CITY}
)
"""What a city with a welfare office and a health centre is in the table."""


def open_case(cast: Cast, telling: Telling, worker: CaseWorker) -> Page:
    """Step 1: sign in, find the applicant, open the case of the allowance; its page. Raises StepFailed, WrongPage."""
    tr = telling.tr
    telling.step(
        tr("窓口で：申請を受け付け、案件を開く", "At the counter: receive the application, open the case")
    )
    login = cast.login
    page = worker.sign_in(login.username, login.password)
    telling.say(
        tr(
            f"{login.town}の担当者（{login.username}）がサインインし、{cast.heroine.name}さんを住民記録で探して、案件を開きます。",
            f"The case worker of {login.town} ({login.username}) signs in, finds {cast.heroine.name} in the register, and opens the case.",
        )
    )
    case = worker.open_case(worker.find(page, cast.heroine.name, cast.birth), AFFAIR)
    facts = case.root.facts()
    telling.expect(
        case.status == 200 and "受付番号" in facts,
        tr("案件のページが開くこと", "The page of the case opens"),
        f"{case.heading} ({case.status})",
    )
    shown = ("氏名", "生年月日・性別", "住所", "転入", "世帯の児童", "受付番号", "担当課")
    telling.facts(
        f"{tr('案件', 'Case')} {facts['受付番号']}",
        telling.translated([(term, facts[term]) for term in shown if term in facts]),
    )
    former = len(case_worker.answers(case))
    if former:
        telling.say(
            tr(
                f"この案件には、前に行った照会が{former}件あります。今回の照会は新しく行います。",
                f"The case holds {former} earlier inquiries. The inquiries of this run are new ones.",
            )
        )
    telling.step_done(tr("案件が開きました", "The case is open"))
    return case


def show_the_law(telling: Telling, case: Page) -> list[Offer]:
    """Step 2: every provision of the affair, which the page must list in the words of today's table."""
    tr = telling.tr
    telling.step(
        tr(
            "法律が、この事務のために、だれに何を聞いてよいと言っているか",
            "What the law lets this affair ask, and of whom",
        )
    )
    affair = _todays_law().affair(AFFAIR)
    telling.say(
        tr(
            f"番号法第19条第8号の表（利用特定個人情報の提供に関する命令 第二条）、{affair.item_label}の項「{affair.words}」。"
            "表にないことは、聞けません。",
            f"The table of the Provision Order (Act art. 19(viii)), item {affair.item}: 「{affair.words}」. What is not in the table cannot be asked.",
        )
    )
    offers = case_worker.offers(case)
    for provision in affair.provisions:
        on_page = [offer for offer in offers if offer.provision == provision.id]
        telling.expect(
            bool(on_page) and all(provision.information_words in offer.words for offer in on_page),
            tr(
                f"規定 {provision.id} が、法令の言葉のとおりにページにあること",
                f"Provision {provision.id} stands on the page in the words of the law",
            ),
            tr("ありません", "It does not"),
        )
    telling.table(
        (
            tr("規定", "Provision"),
            tr("だれに", "Of whom"),
            tr("なにを（法令の言葉）", "What (words of the law)"),
            tr("この模型で", "In this model"),
        ),
        (
            (
                provision.id,
                provision.provider_words,
                provision.information_words,
                tr("聞ける", "can be asked")
                if any(offer.choices for offer in offers if offer.provision == provision.id)
                else tr("相手がいない", "nobody there"),
            )
            for provision in affair.provisions
        ),
        ratios=(0, 3, 5, 2),
    )
    telling.step_done(
        tr(
            f"ページの{len(affair.provisions)}の規定は、法令の表と同じです",
            f"The {len(affair.provisions)} provisions on the page are those of the table",
        )
    )
    return offers


def ask(
    telling: Telling, worker: CaseWorker, case: Page, offers: Sequence[Offer]
) -> tuple[Page, list[Answer]]:
    """Step 3: the three inquiries of `WANTED`, all of which must be provided; the case page and the answers in this order."""
    tr = telling.tr
    telling.step(tr("三つの機関に聞く", "Ask three institutions"))
    offered = {value.split(":", 1)[1]: value for offer in offers for value, _ in offer.choices}
    wanted = [f"{information.value}:{provider}" for information, provider in WANTED]
    telling.expect(
        all(one in offered for one in wanted),
        tr("三つの照会がページで選べること", "The three inquiries can be chosen on the page"),
        "、".join(one for one in wanted if one not in offered),
    )
    telling.way(
        (
            (
                "●",
                tr("区の担当課", "Case worker"),
                tr("宛名番号で聞く（個人番号は使わない）", "asks by addressee number, no individual number"),
            ),
            (
                "●",
                tr("照会側の中間サーバー", "Inquirer's gateway"),
                tr("宛名番号を符号に置きかえる", "replaces the addressee number by a code"),
            ),
            (
                "●",
                tr("情報提供ネットワーク", "Information network"),
                tr(
                    "法令の表で確かめ、記録してから、許可を出す",
                    "checks the table, records, then gives a permit",
                ),
            ),
            (
                "●",
                tr("提供側の中間サーバー", "Provider's gateway"),
                tr(
                    "許可を確かめ、副本から答え、封をする",
                    "checks the permit, answers from the copy, seals it",
                ),
            ),
            (
                "●",
                tr("照会側の中間サーバー", "Inquirer's gateway"),
                tr(
                    "封をあける。回答はネットワークを通らない",
                    "opens the seal; the answer never passed the network",
                ),
            ),
        )
    )
    before = _ids(case)
    case = worker.ask(case, [offered[one] for one in wanted])
    new = {
        (one.information, one.provider): one
        for one in case_worker.answers(case)
        if one.request_id not in before
    }
    answers = []
    for information, provider in WANTED:
        answer = new.get((information.value, provider))
        if answer is None:
            raise StepFailed(
                tr(
                    f"「{information.label_ja}」の照会が案件に載ること",
                    f"The case shows the inquiry for: {information.label_en}",
                ),
                f"{case.heading} ({case.status})",
                telling.advice,
            )
        _check_answer(telling, answer)
        provision = _todays_law().provision(answer.provision)
        item = _todays_law().affair(AFFAIR).item_label if provision else ""
        law = f"第二条の表の{item}の項、{answer.provision}" + (
            f"「{provision.information_words}」" if provision else ""
        )
        telling.facts(
            f"{_information(telling, information)} ← {answer.source[case_worker.PROVIDER]}",
            telling.translated(
                [
                    (case_worker.LAW, law),
                    (case_worker.PERMITTED_AT, answer.source[case_worker.PERMITTED_AT]),
                    *answer.values,
                    (case_worker.PROVIDER, answer.source[case_worker.PROVIDER]),
                    (case_worker.AS_OF, answer.source[case_worker.AS_OF]),
                    ("照会番号", str(answer.request_id)),
                ],
            ),
            style="green",
        )
        answers.append(answer)
    telling.step_done(
        tr(
            "三つとも、法令の項にもとづいて許可され、答えが届きました",
            "All three were permitted under their item, and answered",
        )
    )
    return case, answers


def _check_answer(telling: Telling, answer: Answer) -> None:
    tr = telling.tr
    needed = {case_worker.PROVIDER, case_worker.LAW, case_worker.AS_OF, case_worker.PERMITTED_AT}
    telling.expect(
        answer.provided
        and bool(answer.values)
        and answer.provision.startswith(f"{AFFAIR}-")
        and needed <= answer.source.keys(),
        tr(
            f"「{answer.title}」が、根拠、許可の日時、出所とともに提供されること",
            f"「{answer.title}」 is provided with its basis, permit time and source",
        ),
        " ".join(
            (answer.state, answer.outcome, answer.hop, answer.reason, answer.source.get(case_worker.WHY, ""))
        ),
    )


def ask_what_is_not_allowed(telling: Telling, worker: CaseWorker, case: Page) -> tuple[Page, Answer]:
    """Step 4: the inquiry of `UNLAWFUL`, which the network must refuse; the case page and the refused inquiry."""
    tr = telling.tr
    telling.step(tr("法律が認めない照会を、試す", "Try an inquiry that the law does not allow"))
    information, provider = UNLAWFUL
    law = _todays_law()
    others = [affair for affair in law.affairs_of(_CITY) if law.find(_CITY, affair.id, _CITY, information)]
    telling.say(
        tr(
            f"同じ案件で、前の市に「{information.label_ja}」を聞いてみます。"
            f"市がほかの{len(others)}の事務のためになら聞ける情報ですが、児童扶養手当のためには、表に行がありません。",
            f"For the same case, ask the former city for “{information.label_en}”. "
            f"Cities may ask it for {len(others)} other affairs; for the child-rearing allowance the table has no row.",
        )
    )
    before = _ids(case)
    case = worker.ask_by_hand(case, information.value, provider)
    refused = next(
        (
            one
            for one in case_worker.answers(case)
            if one.request_id not in before
            and (one.information, one.provider) == (information.value, provider)
        ),
        None,
    )
    if refused is None:
        raise StepFailed(
            tr("断られた照会も案件に載ること", "The case shows the refused inquiry too"),
            f"{case.heading} ({case.status})",
            telling.advice,
        )
    telling.expect(
        (refused.outcome, refused.hop, refused.reason)
        == (Outcome.REFUSED.value, Hop.NETWORK.value, Reason.NOT_IN_TABLE.value)
        and not refused.values,
        tr("ネットワークが「表にない」と断ること", "The network refuses it: not in the table"),
        " ".join((refused.state, refused.outcome, refused.hop, refused.reason)),
    )
    telling.way(
        (
            (
                "●",
                tr("照会側の中間サーバー", "Inquirer's gateway"),
                tr("符号に置きかえ、許可を求める", "replaces the number by a code, asks for a permit"),
            ),
            (
                "✗",
                tr("情報提供ネットワーク", "Information network"),
                tr("表に行がない。記録して、断る", "no row in the table: records it, refuses"),
            ),
            ("○", tr("提供側の中間サーバー", "Provider's gateway"), tr("何も届かない", "nothing arrives")),
        )
    )
    telling.facts(
        tr("断られました", "Refused"),
        telling.translated(
            [
                (case_worker.REFUSED_BY, f"{refused.source[case_worker.REFUSED_BY]} [{refused.hop}]"),
                (case_worker.WHY, f"{refused.source[case_worker.WHY]} [{refused.reason}]"),
                ("照会番号", str(refused.request_id)),
            ],
        ),
        style="red",
    )
    telling.step_done(tr("断られ、情報は動きませんでした", "Refused, and nothing moved"))
    return case, refused


def _todays_law() -> LegalBasis:
    """The table of today in Japan."""
    return legal_basis(datetime.now(UTC).astimezone(_JAPAN).date())


def _ids(case: Page) -> set[UUID]:
    return {one.request_id for one in case_worker.answers(case)}


def _information(telling: Telling, information: InformationKind) -> str:
    return telling.tr(information.label_ja, information.label_en)
