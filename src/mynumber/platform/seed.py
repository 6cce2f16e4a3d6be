"""What the platform does once, when its state is new: towns, residents, codes, copies, cards.

Each step is a management command of the institution that owns the data, run with that institution's environment, or
a command of the platform itself that writes neutral files. A step that has finished is noted, so that an interrupted
start goes on where it stopped. `seeding` runs them.
"""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

import msgspec

from mynumber.foundation.numbers.local_government import find
from mynumber.platform.guide.demo import Demo, DemoCard, DemoState, StaffLogin, read_demo
from mynumber.platform.secret_files import private_folder, write_private
from mynumber.platform.settings import Settings
from mynumber.population import personas

SHORTEST_PASSWORD_BYTES = 12
_DEPARTMENTS = (
    ("yamada", "山田　恵", "子育て支援課", "児童扶養手当の担当"),
    ("kubo", "久保　進", "戸籍住民課", "マイナンバーカードの窓口"),
)
"""Staff of each town: user name, name, department, what they do."""
_SUPERVISOR = ("kimura", "木村　徹", "子育て支援課", "申請の決裁 (起案した人とは別の人)")
"""Staff of each town, who approves what others propose."""
_PENSION_WORKER = ("okada", "岡田　健", "国民年金部", "国民年金の免除の担当")
_PENSION_SECOND = ("noguchi", "野口　由美", "国民年金部", "国民年金の免除の決裁 (起案した人とは別の人)")
"""Staff of the pension service, which decides about premiums of the national pension."""
_CALL_CENTRE = ("mori", "森　明", "カードコールセンター", "紛失の受付 (24時間)")
"""Staff of J-LIS, which has no towns."""
_AUDITOR = ("sakai", "酒井　律", "監視・監督室", "個人情報保護委員会の監督 (閲覧のみ)")
_DECIDER = ("ono", "大野　司", "監視・監督室", "独自利用事務の届出の決裁")
"""Staff of the commission: who supervises, and who decides on notices."""
_OPERATOR = ("hirano", "平野　道", "発送課", "民間送達サービスの発送")
"""Staff of the private delivery firm."""
_HELPDESK = ("honda", "本田　望", "ヘルプデスク", "利用者の支援・問い合わせ・ご意見")
"""Staff of the portal."""
COMMISSION = "個人情報保護委員会"
PORTAL = "マイナポータル"
COURIER = "民間送達サービス"
PENSION_SERVICE = "日本年金機構"
_CUSTOMERS = 4
"""So many personas are its customers: each password costs a third of a second to hash."""
_HEIR = "yoshie"
JLIS = "地方公共団体情報システム機構"
_PROVIDER = ("aoki", "青木　学", "情報連携課", "中間サーバーの手動回答・訂正")
"""Staff of each town at its gateway."""


class Milestone(StrEnum):
    """What of the start itself steps wait for."""

    TABLES = "tables"
    """All databases have their tables: an institution may write to its own."""
    PROCESSES = "processes"
    """All processes are ready: institutions may ask one another."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the seeding."""

    id: str
    title: str
    """What it does, for people, in Japanese."""
    institution: str | None
    """Whose management command it is; None is a command of `mynumber` itself."""
    command: tuple[str, ...]
    after: tuple[str, ...] = ()
    """Ids of the steps that must be done before, and the milestone, since those may have been done before this start."""
    stdin: str = field(default="", repr=False)
    """What the command reads: a password or a PIN, which never stands on a command line."""


def steps(settings: Settings) -> tuple[Step, ...]:
    """The steps; of those of one institution that may begin the first goes first."""
    towns = tuple(reversed(settings.towns))
    folders = {code: settings.home / "population" / code for code in towns}
    return (
        Step("ca", "公的個人認証の認証局をつくる", "jlis", ("create_ca",), (Milestone.TABLES,)),
        *(_verifier(f"city-{code}", find(code).name, f"municipality.{code}") for code in towns),
        _verifier("pension-service", PENSION_SERVICE, "pension_service"),
        *(step for code in towns for step in _town(settings, code, folders[code])),
        *_members(folders),
        *_deaths(settings),
        *_cards(settings),
        *_staff(settings),
        *_courier(settings),
        Step(
            "questions",
            "マイナポータルによくある質問を入れる",
            "portal",
            ("load_questions",),
            (Milestone.TABLES, f"staff-portal-{_HELPDESK[0]}"),
        ),
    )


def _town(settings: Settings, code: str, folder: Path) -> tuple[Step, ...]:
    """Former cities number their people before those they moved to: J-LIS must know who moves."""
    name = find(code).name
    tenant = ("--tenant", code)
    create = ("population", "create", "--municipality", code, "--residents", str(settings.residents))
    former = tuple(f"numbers-{town}" for town in settings.towns[settings.towns.index(code) + 1 :])

    def step(work: str, title: str, command: str, *words: str, after: tuple[str, ...]) -> Step:
        return Step(f"{work}-{code}", f"{name}{title}", "municipality", (command, *tenant, *words), after)

    return (
        Step(
            f"people-{code}",
            f"{name}の住民 {settings.residents:,} 人をつくる",
            None,
            (*create, "--output", str(folder)),
        ),
        step(
            "load",
            "の台帳に入れる",
            "load_population",
            str(folder),
            after=(Milestone.TABLES, f"people-{code}"),
        ),
        step(
            "numbers",
            "の住民に番号を付ける",
            "number_residents",
            after=(Milestone.PROCESSES, f"load-{code}", *former),
        ),
        step("codes", "が符号を取得する", "acquire_codes", after=(Milestone.PROCESSES, f"numbers-{code}")),
        step("copies", "が副本を登録する", "register_copies", after=(Milestone.PROCESSES, f"codes-{code}")),
        step(
            "bills",
            "が登場人物に納付書を送る",
            "issue_bills",
            "--demo",
            after=(Milestone.PROCESSES, f"codes-{code}"),
        ),
    )


def _verifier(name: str, title: str, system: str) -> Step:
    """署名検証者: who decides applications checks their signatures itself (公的個人認証法第17条第1項)."""
    register = ("register_verifier", name, f"--name={title}", "--purpose=signature", "--purpose=links")
    return Step(
        f"verifier-{system.removeprefix('municipality.')}",
        f"{title}を署名検証者として登録する",
        "jlis",
        (*register, "--category=public_body", f"--system={system}", "--without-key", "--keep"),
        (Milestone.TABLES,),
    )


def _members(folders: dict[str, Path]) -> Iterator[Step]:
    """The institutions that know people of all towns; they ask J-LIS for their numbers."""
    everybody = tuple(f"people-{code}" for code in folders)
    numbered = tuple(f"numbers-{code}" for code in folders)
    for work, institution, names, load, join in (
        (
            "pensions",
            "pension_service",
            ("pensions.ndjson", "insured.ndjson"),
            "年金の受給者と国民年金の被保険者を読み込む",
            "年金の情報をネットワークにつなぐ",
        ),
        (
            "accounts",
            "digital_agency",
            ("accounts.ndjson",),
            "公金受取口座を読み込む",
            "口座の情報をネットワークにつなぐ",
        ),
    ):
        files = tuple(str(folder / name) for folder in folders.values() for name in names)
        yield Step(work, load, institution, ("load_population", *files), (Milestone.TABLES, *everybody))
        yield Step(
            f"{work}-join", join, institution, ("join_network",), (Milestone.PROCESSES, work, *numbered)
        )


def _deaths(settings: Settings) -> Iterator[Step]:
    """The husband of whom the heir's story tells: everybody hears of it who hears of a death."""
    heir = personas.find(_HEIR)
    if heir.municipality not in settings.towns:
        return
    who = ("--tenant", heir.municipality, "--persona", _HEIR, "--relation", "世帯主")
    yield Step(
        f"death-{_HEIR}",
        f"{heir.name}さんの夫の死亡届を受ける",
        "municipality",
        ("change_resident", *who, "--died", "today-20"),
        (Milestone.PROCESSES, f"copies-{heir.municipality}"),
    )


def _cards(settings: Settings) -> tuple[Step, ...]:
    private_folder(settings.home / "handover")
    steps: list[Step] = []
    for card in demo(settings).cards:
        persona = personas.find(card.persona)
        file = settings.home / "handover" / f"{card.card_id}.ndjson"
        made = f"card-{persona.key}"
        issue = ("issue_card", "--tenant", persona.municipality, "--persona", persona.key, "--out", str(file))
        steps += [
            Step(
                made,
                f"{persona.name}さんのカードをつくる",
                "municipality",
                issue,
                (Milestone.PROCESSES, "ca", f"numbers-{persona.municipality}"),
                card.on_standard_input,
            ),
            Step(
                f"hand-{persona.key}",
                f"{persona.name}さんにカードを渡す",
                "wallet",
                ("receive_cards", str(file)),
                (made,),
            ),
        ]
    return tuple(steps)


def _staff(settings: Settings) -> tuple[Step, ...]:
    steps: list[Step] = []
    people = {
        user: (name, department)
        for user, name, department, _ in (
            *_DEPARTMENTS,
            _SUPERVISOR,
            _PROVIDER,
            _CALL_CENTRE,
            _AUDITOR,
            _DECIDER,
            _OPERATOR,
            _HELPDESK,
            _PENSION_WORKER,
            _PENSION_SECOND,
        )
    }
    supervisors = {_SUPERVISOR[0], _PENSION_SECOND[0], _DECIDER[0]}
    for login in demo(settings).staff:
        name, department = people[login.username]
        tenant = ("--tenant", login.tenant) if login.tenant else ()
        create = ("create_staff", *tenant, "--username", login.username, "--name", name)
        role = ("--role", "supervisor") if login.username in supervisors else ()
        command = (*create, "--department", department, *role, "--password-stdin", "--keep")
        house = _house_of(login)
        title = f"{login.town}の職員({department})を登録する"
        steps.append(
            Step(
                f"staff-{login.tenant or house}-{login.username}",
                title,
                house,
                command,
                (Milestone.TABLES,),
                login.password + "\n",
            )
        )
    return tuple(steps)


def _courier(settings: Settings) -> tuple[Step, ...]:
    """The private delivery firm: its customers, its registration at the portal, and what the portal hands back."""
    described, told = (
        settings.home / "handover" / f"courier-{name}.json" for name in ("describes", "registered")
    )
    lines = "".join(f"{one.username}\t{one.town}\t{one.password}\n" for one in demo(settings).customers)
    here = Milestone.TABLES
    return (
        Step(
            "courier-customers",
            f"{COURIER}のお客さまを登録する",
            "courier",
            ("load_customers",),
            (here,),
            lines,
        ),
        Step(
            "courier-describes",
            f"{COURIER}の送り主に署名の証明書を出す",
            "courier",
            ("describe", "--out", str(described)),
            (here,),
        ),
        Step(
            "courier-registered",
            f"{COURIER}をマイナポータルに登録する",
            "portal",
            ("register_provider", str(described), "--out", str(told)),
            (here, "courier-describes"),
        ),
        Step(
            "courier-joins",
            f"{COURIER}がマイナポータルにつながる",
            "courier",
            ("join_portal", str(told)),
            (here, "courier-registered"),
        ),
    )


def _house_of(login: StaffLogin) -> str:
    """The institution whose staff it is: towns go by their code, at the gateway by the whole id; the others have no tenants."""
    if not login.tenant:
        return {
            COMMISSION: "commission",
            COURIER: "courier",
            PORTAL: "portal",
            PENSION_SERVICE: "pension_service",
        }.get(login.town, "jlis")
    return "municipality" if login.tenant.isdigit() else "gateway"


def _at_gateway(code: str) -> str:
    """The tenant of a municipality at the gateway."""
    return f"municipality_{code}"


def demo(settings: Settings) -> Demo:
    """Names, passwords and PINs of the demonstration: chosen once, shown by the guide (everybody in it is made up)."""
    folder = settings.home / "guide"
    found, state = read_demo(settings.home)
    if state is DemoState.READY:
        return found
    made = Demo(
        staff=(
            *(
                StaffLogin(code, find(code).name, user, _password(), role)
                for code in settings.towns
                for user, _, _, role in (*_DEPARTMENTS, _SUPERVISOR)
            ),
            *(
                StaffLogin(_at_gateway(code), find(code).name, _PROVIDER[0], _password(), _PROVIDER[3])
                for code in settings.towns
            ),
            StaffLogin("", JLIS, _CALL_CENTRE[0], _password(), _CALL_CENTRE[3]),
            *(
                StaffLogin("", COMMISSION, user, _password(), role)
                for user, _, _, role in (_AUDITOR, _DECIDER)
            ),
            StaffLogin("", PORTAL, _HELPDESK[0], _password(), _HELPDESK[3]),
            StaffLogin("", COURIER, _OPERATOR[0], _password(), _OPERATOR[3]),
            *(
                StaffLogin("", PENSION_SERVICE, user, _password(), role)
                for user, _, _, role in (_PENSION_WORKER, _PENSION_SECOND)
            ),
        ),
        cards=tuple(
            DemoCard(
                persona.key, persona.name, _four_digits(), persona.key, _signature_password(), _four_digits()
            )
            for persona in personas.PERSONAS
            if persona.municipality in settings.towns
        ),
        log_key=settings.log_key.read_text(encoding="utf-8").strip(),
        customers=tuple(
            StaffLogin("", persona.name, f"C{number:07d}", _password(), "お客さま")
            for number, persona in enumerate(personas.PERSONAS[:_CUSTOMERS], start=1)
            if persona.municipality in settings.towns
        ),
    )
    private_folder(folder)
    write_private(folder / "demo.json", msgspec.json.encode(made))
    return made


def _password() -> str:
    return secrets.token_urlsafe(SHORTEST_PASSWORD_BYTES)


def _four_digits() -> str:
    return f"{secrets.randbelow(10_000):04d}"


def _signature_password() -> str:
    """Letters and digits that nobody mistakes for one another, both kinds present."""
    letters, digits = "ABCDEFGHJKMNPQRSTUVWXYZ", "23456789"
    return "".join(secrets.choice(letters) for _ in range(4)) + "".join(
        secrets.choice(digits) for _ in range(4)
    )


def make_folders(settings: Settings) -> None:
    """The folders into which steps write what others read; closed to everybody else."""
    for name in ("population", "handover", "wallet"):
        private_folder(settings.home / name)


class Notes:
    """The steps that are done, in a file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def done(self) -> frozenset[str]:
        """Ids of the finished steps."""
        try:
            return frozenset(msgspec.json.decode(self._path.read_bytes(), type=list[str]))
        except FileNotFoundError:
            return frozenset()

    def add(self, step: Step) -> None:
        """Note that a step has finished."""
        draft = self._path.with_suffix(".new")
        draft.write_bytes(msgspec.json.encode(sorted({*self.done(), step.id})))
        draft.replace(self._path)


def notes(settings: Settings) -> Notes:
    return Notes(settings.run / "seeded.json")


def open_steps(settings: Settings) -> tuple[Step, ...]:
    """The steps that remain."""
    done = notes(settings).done()
    return tuple(step for step in steps(settings) if step.id not in done)
