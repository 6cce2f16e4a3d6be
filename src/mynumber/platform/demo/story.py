"""The story in seven steps. Each step does what people do at the pages, and stops when something is not as it must be.

Two browsers are at work, the case worker's and the resident's; they share nothing but the platform.
"""

from pathlib import Path
from typing import Final

from mynumber.platform.demo.asking import ask, ask_what_is_not_allowed, open_case, show_the_law
from mynumber.platform.demo.browser import Browser, NoAnswer, Page, WrongPage
from mynumber.platform.demo.case_worker import CaseWorker
from mynumber.platform.demo.cast import Cast
from mynumber.platform.demo.looking import compare_the_sides, look_as_resident
from mynumber.platform.demo.resident import Resident
from mynumber.platform.demo.telling import StepFailed, Telling
from mynumber.platform.demo.verifying import as_typed, check_receipt

STEPS: Final = 7


def play(cast: Cast, telling: Telling) -> bool:
    """Tell the whole story. Returns whether every step did what it must; a failure has been explained."""
    tr = telling.tr
    try:
        _play(cast, telling)
    except StepFailed as failure:
        telling.failed(failure)
    except NoAnswer as silent:
        expected = tr("機関のページが開くこと", "The page of the institution opens")
        telling.failed(
            StepFailed(expected, tr(f"返事がありません：{silent}", f"No answer: {silent}"), telling.advice)
        )
    except WrongPage as wrong:
        page = wrong.page
        came = tr(
            f"「{page.heading}」({page.status}) が開きました", f"“{page.heading}” ({page.status}) opened"
        )
        expected = tr(
            f"ページに、次に要るものがあること（{wrong.wanted}）",
            f"The page holds what comes next ({wrong.wanted})",
        )
        telling.failed(StepFailed(expected, f"{came} {page.url} {page.problem}".rstrip(), telling.advice))
    except (LookupError, ValueError) as unread:
        expected = tr("ページが、読めるとおりの形であること", "The page reads as it should")
        telling.failed(StepFailed(expected, f"{type(unread).__name__}: {unread}", telling.advice))
    except OSError as error:
        expected = tr("ファイルを読み書きできること", "Files can be read and written")
        advice = tr(
            "mynumber up を実行した人と同じ利用者で実行してください。",
            "Run it as the user who ran `mynumber up`.",
        )
        telling.failed(StepFailed(expected, f"{error.filename}: {error.strerror}", advice))
    else:
        return True
    return False


def _play(cast: Cast, telling: Telling) -> None:
    tr = telling.tr
    telling.head(
        tr("児童扶養手当の物語", "The story of the child-rearing allowance"),
        tr(
            f"{cast.heroine.name}さんは、{cast.former_city}から{cast.login.town}へ引っ越し、児童扶養手当を申請しました。"
            "区は、書類を求める代わりに三つの機関へ聞きます。だれが何を聞いたかは、本人が自分で確かめられます。\n"
            "動いている模型のページを、担当者と本人のふたりのブラウザーで開いて進めます。人はすべて架空です。",
            f"{cast.heroine.name} moved from {cast.former_city} to {cast.login.town} and applies for the child-rearing allowance. "
            "Instead of asking her for papers, the ward asks three institutions, and she can see for herself who asked what.\n"
            "The story is played at the pages of the running model, in two browsers: the case worker's and hers. Everybody is made up.",
        ),
    )
    worker = CaseWorker(Browser(cast.settings.port), cast.desk)
    case = open_case(cast, telling, worker)
    offers = show_the_law(telling, case)
    case, answers = ask(telling, worker, case, offers)
    case, refused = ask_what_is_not_allowed(telling, worker, case)
    resident = Resident(Browser(cast.settings.port), cast.portal)
    records = look_as_resident(cast, telling, resident, [*answers, refused])
    compare_the_sides(cast, telling, worker, case, records)
    file = check_receipt(cast, telling, resident, records[0])
    resident.sign_out(records[0].record.page)
    worker.sign_out(case)
    _sum_up(cast, telling, case, file)


def _sum_up(cast: Cast, telling: Telling, case: Page, file: Path) -> None:
    tr = telling.tr
    settings = cast.settings
    telling.end(
        tr(
            f"すべての歩みが、そうなるべきとおりになりました（{telling.seconds:.0f}秒）",
            f"Every step did what it must ({telling.seconds:.0f} s)",
        ),
        (
            tr(
                "三つの事実が、法令の表の項にもとづいて、書類なしで届いた",
                "Three facts arrived under an item of the law, without a paper",
            ),
            tr(
                "表にない照会は、どこで、なぜ止まったかとともに断られた",
                "What is not in the table was refused, with hop and reason",
            ),
            tr(
                "本人は、断られたものも含めて、すべてのやりとりを見た",
                "The resident saw every exchange, the refused one too",
            ),
            tr("三つの側の記録が一致した", "The records of the three sides agree"),
            tr(
                "レシートはサーバーなしで確かめられ、1ビットの改ざんも見つかる",
                "The receipt verifies without a server, and one altered bit is found",
            ),
        ),
        (
            (tr("案内", "Guide"), settings.public_url(None) + "/"),
            (tr("担当者の案件", "The case"), case.url.partition("#")[0]),
            (tr("本人の履歴", "Her records"), f"{cast.portal}records/"),
            (tr("レシート", "The receipt"), as_typed(file)),
            (tr("全件の突き合わせ", "All records"), "mynumber network reconcile"),
            (tr("台帳の監査", "Audit of the log"), "mynumber network audit"),
        ),
    )
