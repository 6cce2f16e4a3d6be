"""The checker: what is wrong with a procedure, for the official who writes it. Loading has already proved its shape."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Final

from mynumber.foundation.facts import LAYOUTS
from mynumber.foundation.law import InformationKind, InstitutionKind, UnknownAffair, legal_basis
from mynumber.foundation.procedures import conditions
from mynumber.foundation.procedures.conditions import Compare, Comparison, MalformedCondition
from mynumber.foundation.procedures.deciding import mapping_faults
from mynumber.foundation.procedures.definition import (
    ID_FORM,
    Account,
    ByRule,
    Computed,
    Document,
    Earlier,
    Event,
    Examined,
    Field,
    FieldType,
    How,
    Network,
    Per,
    Person,
    Procedure,
    Register,
    System,
)
from mynumber.foundation.procedures.loading import Catalogue
from mynumber.foundation.procedures.once_only import REASONS
from mynumber.foundation.procedures.values import day_bound
from mynumber.foundation.procedures.words import LANGUAGES, Words

SYSTEM_ITEMS: Final = frozenset(
    {
        "applied_on",
        "applicant_kind",
        "municipality",
        "fiscal_year",
        "contact_phone",
        "contact_email",
        "subject",
        "employer",
        "first_month_on",
        "request",
    }
)
"""What the engine itself knows."""
_EGOV: Final = re.compile(r"[0-9]{3}[A-Z][0-9A-Z]{11}")
_VERSION: Final = re.compile(r"[0-9]{4}-[0-9]{2}(-[0-9]{2})?(?:\+[0-9]{6}\.[0-9]{8})?")
_MONTH_DAY: Final = re.compile(r"(0[1-9]|1[0-2])-([0-2][0-9]|3[01])")
_JAPANESE: Final = re.compile(r"[ぁ-ヿ一-鿿]")
_COMPARABLE: Final = (FieldType.YEN, FieldType.COUNT, FieldType.DATE, FieldType.GROUP)
_ORDER: Final = (Compare.AT_LEAST, Compare.AT_MOST, Compare.ABOVE, Compare.BELOW)


@dataclass(frozen=True, slots=True)
class Complaint:
    """One thing to mend: procedure and version, where in it, and a Japanese sentence."""

    procedure: str
    where: str
    sentence: str

    @property
    def line(self) -> str:
        """One line for the command."""
        return f"{self.procedure} {self.where}: {self.sentence}"


def check_catalogue(
    catalogue: Catalogue, questions: Mapping[str, Field] | None = None
) -> tuple[Complaint, ...]:
    """Every complaint about a catalogue: each version by itself, the dates of versions, references between procedures."""
    return (
        *(complaint for each in catalogue.procedures for complaint in check(each, catalogue, questions)),
        *_overlaps(catalogue),
    )


def check(
    procedure: Procedure, catalogue: Catalogue | None = None, questions: Mapping[str, Field] | None = None
) -> tuple[Complaint, ...]:
    """Every complaint about one version of a procedure. With a catalogue, references to others are checked too."""
    name = f"{procedure.id} {procedure.version}"
    return tuple(
        Complaint(name, where, sentence)
        for where, sentence in (
            *_head(procedure, questions),
            *_words_of(procedure),
            *_fields(procedure, catalogue),
            *_documents(procedure, catalogue),
            *_law(procedure),
            *(("rule", sentence) for sentence in mapping_faults(procedure)),
            *_rest(procedure),
        )
    )


Found = Iterator[tuple[str, str]]


def _head(procedure: Procedure, questions: Mapping[str, Field] | None) -> Found:
    if not re.fullmatch(ID_FORM, procedure.id):
        yield "id", "英小文字・数字・_ で書いてください。"
    if not _VERSION.fullmatch(procedure.version):
        yield "version", "2026-04 のように書いてください。"
    if procedure.until is not None and procedure.until < procedure.since:
        yield "until", "終わりの日が始まりの日より前です。"
    if not procedure.basis:
        yield "basis", "根拠となる条文がありません。"
    if not procedure.applicants:
        yield "applicants", "手続を行う人がありません。"
    if not procedure.life_events:
        yield "life_events", "ライフイベントがありません。"
    for clause in procedure.basis:
        if not _EGOV.fullmatch(clause.egov) or not re.fullmatch(r"[0-9]+(_[0-9]+)*", clause.article):
            yield "basis", f"{clause.law}: 法令番号か条の書き方が違います。"
    if procedure.fee < 0:
        yield "fee", "手数料は0円以上です。"
    if procedure.fits:
        known = questions or {}
        yield from _condition("fits", procedure.fits, known, check_names=questions is not None)


def _words_of(procedure: Procedure) -> Found:
    for where, words in every_words(procedure):
        for language in LANGUAGES:
            if not words.in_language(language).strip():
                yield where, f"{language} のことばがありません。"
        if _JAPANESE.search(words.en):
            yield where, "英語のことばに日本語が入っています。"


def every_words(procedure: Procedure) -> Iterator[tuple[str, Words]]:
    """All words for people in a procedure, with where they stand."""
    for name in ("title", "summary", "who", "due", "need", "then"):
        yield name, getattr(procedure, name)
    for section in procedure.section:
        yield f"section {section.id}", section.title
    for path, field in procedure.every_field():
        yield f"field {path}", field.label
        if field.help is not None:
            yield f"field {path} help", field.help
        for choice in field.choices:
            yield f"field {path} {choice.value}", choice.label
    for document in procedure.document:
        yield f"document {document.id}", document.label
        if document.reason is not None:
            yield f"document {document.id} reason", document.reason
    yield "competent.office", procedure.competent.office
    if procedure.payout is not None:
        yield "payout", procedure.payout.words
    if procedure.deadlines.apply.words is not None:
        yield "deadlines.apply", procedure.deadlines.apply.words


def _fields(procedure: Procedure, catalogue: Catalogue | None) -> Found:
    sections = {section.id for section in procedure.section}
    yield from _fields_under(procedure, procedure.field, {}, "", catalogue)
    for field in procedure.field:
        shown = field.how is not How.NEVER_ASKED
        if shown and sections and field.section not in sections:
            yield f"field {field.id}", f"section {field.section or '（なし）'} がありません。"


def _fields_under(
    procedure: Procedure,
    fields: Iterable[Field],
    above: Mapping[str, Field],
    path: str,
    catalogue: Catalogue | None,
) -> Found:
    here = {field.id: field for field in fields}
    scope = {**above, **here}
    ids = [field.id for field in fields]
    for twice in sorted({each for each in ids if ids.count(each) > 1}):
        yield f"field {path}{twice}", "同じidの項目が二つあります。"
    for field in fields:
        where = f"field {path}{field.id}"
        if not re.fullmatch(ID_FORM, field.id):
            yield where, "idは英小文字・数字・_ で書いてください。"
        yield from ((where, sentence) for sentence in _shape(field))
        yield from ((where, sentence) for sentence in source_faults(field, scope, procedure, catalogue))
        if field.bounds.not_before:
            yield from ((where, sentence) for sentence in _order_faults(field, scope))
        if field.when:
            others = {name: each for name, each in scope.items() if each is not field}
            yield from _condition(where, field.when, others)
        if field.field:
            yield from _fields_under(procedure, field.field, scope, f"{path}{field.id}[].", catalogue)


def _shape(field: Field) -> Iterator[str]:
    has_choices = field.type in (FieldType.CHOICE, FieldType.CHOICES)
    if has_choices != bool(field.choices):
        yield "選択肢がありません。" if has_choices else "この種類の項目に選択肢は書けません。"
    values = [choice.value for choice in field.choices]
    if len(set(values)) != len(values):
        yield "同じ値の選択肢が二つあります。"
    if any(
        not re.fullmatch(r"[a-z][a-z0-9_]*", value)
        or value in ("yes", "no", "and", "or", "not", "in", "is", "answered")
        for value in values
    ):
        yield "選択肢の値は英小文字・数字・_ で書いてください（yes、no などは使えません）。"
    if (field.type is FieldType.GROUP) != bool(field.field):
        yield "group には中の項目が必要で、ほかの種類には書けません。"
    bounds = field.bounds
    if bounds.least is not None and bounds.most is not None and bounds.least > bounds.most:
        yield "下限が上限より大きいです。"
    for text in filter(None, (bounds.earliest, bounds.latest)):
        try:
            day_bound(text, date(2026, 4, 1))
        except ValueError:
            yield f"日の範囲 {text} が読めません（2026-04-01、today、today-14）。"
    if (bounds.earliest or bounds.latest) and field.type not in (FieldType.DATE, FieldType.MONTH):
        yield "日の範囲は date と month の項目だけに書けます。"


def _order_faults(field: Field, scope: Mapping[str, Field]) -> Iterator[str]:
    """The office reads it as the portal does, so it holds of what the person writes alone: what a source gave nobody could mend."""
    other = scope.get(field.bounds.not_before)
    days = (FieldType.DATE, FieldType.MONTH)
    if other is None or other is field:
        yield f"前後を比べる項目 {field.bounds.not_before} がありません。"
    elif field.type not in days or other.type not in days:
        yield "前後を比べられるのは date と month の項目だけです。"
    if field.how not in (How.ASK, How.PREFILLED_EDITABLE):
        yield "前後を比べる項目は、本人が直せるもの（ask、prefilled_editable）にしてください。"


def source_faults(
    field: Field, scope: Mapping[str, Field], procedure: Procedure, catalogue: Catalogue | None
) -> Iterator[str]:
    """What is wrong with where a field says it comes from."""
    source = field.source
    if (field.how is How.ASK) != isinstance(source, Person):
        yield (
            "聞く項目（ask）の source は person（理由つき）です。"
            if field.how is How.ASK
            else "聞かない項目の source に person は書けません。"
        )
    if (field.how is How.DERIVED) != isinstance(source, Computed | ByRule):
        yield "計算する項目（derived）の source は answers か rule で、ほかの項目には書けません。"
    if isinstance(source, Examined) and field.how is not How.NEVER_ASKED:
        yield "審査で確かめる項目（examined）は never_asked です。"
    match source:
        case Person(because=because) if because not in REASONS:
            yield "聞く理由が読めません。"
        case Register(of=of) if of != "applicant" and (
            of not in scope or scope[of].type is not FieldType.PERSON
        ):
            yield f"誰の住民票か（of = {of}）が、人を指す項目ではありません。"
        case Network():
            yield from _network_faults(source, scope, procedure)
        case Earlier() if catalogue is not None:
            named = [each for each in catalogue.procedures if each.id == source.procedure]
            if not any(source.field in dict(each.every_field()) for each in named):
                yield f"前回の申請の項目 {source.procedure}.{source.field} がありません。"
        case Account() if field.type is not FieldType.BANK_ACCOUNT:
            yield "公金受取口座は bank_account の項目だけに使えます。"
        case System(item=item) if item not in SYSTEM_ITEMS:
            yield f"システムの項目 {item} がありません。"
        case ByRule() if procedure.rule is None:
            yield "規則のない手続です。"
        case Computed():
            yield from _computed_faults(source, field, scope)


def _network_faults(source: Network, scope: Mapping[str, Field], procedure: Procedure) -> Iterator[str]:
    try:
        kind = InformationKind(source.kind)
    except ValueError:
        yield f"情報の種類 {source.kind} がありません。"
        return
    layout = LAYOUTS.get(source.layout)
    if layout is None or source.path not in dict(layout.every_field()):
        yield f"様式 {source.layout} に項目 {source.path} がありません（mynumber facts list）。"
    elif kind not in layout.kinds + layout.also:
        yield f"様式 {source.layout} は {kind.label_ja} のものではありません。"
    elif (layout.axis.name in ("FISCAL_YEAR", "CALENDAR_YEAR")) != bool(source.year):
        yield "年度の情報には year を、そうでない情報には year なしで書いてください。"
    if source.year not in ("", "fiscal_year", "last_fiscal_year", "income_year"):
        yield f"year {source.year} が読めません。"
    if source.of != "applicant" and (source.of not in scope or scope[source.of].type is not FieldType.PERSON):
        yield f"誰の情報か（of = {source.of}）が、人を指す項目ではありません。"
    if not allowed(procedure, kind):
        yield (
            f"{kind.label_ja}の照会は、事務 {'、'.join(procedure.competent.affair) or '（なし）'} では法令の表にありません。"
            "聞く項目（理由 not_permitted）にするか、事務を直してください。"
        )


def allowed(procedure: Procedure, kind: InformationKind) -> bool:
    """Whether the table in force when the version begins lets the competent body ask for this kind (Act art. 19(viii))."""
    basis = legal_basis(procedure.since)
    kinds = _institutions(procedure)
    for affair_id in procedure.competent.affair:
        try:
            affair = basis.affair(affair_id)
        except UnknownAffair:
            continue
        if not affair.inquirer_kinds.isdisjoint(kinds) and any(
            kind in provision.information_kinds for provision in affair.provisions
        ):
            return True
    return False


def _institutions(procedure: Procedure) -> frozenset[InstitutionKind]:
    return frozenset(kind for kind in InstitutionKind if kind.value in procedure.competent.kinds)


def _computed_faults(source: Computed, field: Field, scope: Mapping[str, Field]) -> Iterator[str]:
    ways = [bool(source.sum), bool(source.count), bool(source.same), bool(source.holds)]
    if sum(ways) != 1:
        yield "sum・count・same・holds のどれか一つを書いてください。"
    for name in (*source.sum, *source.less, source.count, source.same):
        if not name:
            continue
        group, inside, rest = name.partition("[].")
        known = scope.get(group)
        if known is None or (inside and rest not in {each.id for each in known.field}):
            yield f"計算のもとの項目 {name} がありません。"
        elif name == source.count and known.type is not FieldType.GROUP:
            yield f"{name} は数えられません。"
    if source.sum and field.type not in (FieldType.YEN, FieldType.COUNT):
        yield "sum は金額か数の項目だけに使えます。"
    if source.holds:
        if field.type is not FieldType.YES_NO:
            yield "holds は yes_no の項目だけに使えます。"
        yield from (sentence for _, sentence in _condition("", source.holds, scope))


def _condition(where: str, text: str, scope: Mapping[str, Field], *, check_names: bool = True) -> Found:
    try:
        condition = conditions.parse(text)
    except MalformedCondition as malformed:
        yield where, f"条件が読めません: {malformed}"
        return
    if check_names:
        for test in conditions.comparisons(condition):
            yield from ((where, sentence) for sentence in _test_faults(test, scope))


def _test_faults(test: Comparison, scope: Mapping[str, Field]) -> Iterator[str]:
    field = scope.get(test.name)
    if field is None:
        yield f"条件の項目 {test.name} がありません。"
        return
    if test.compare is Compare.ANSWERED:
        return
    if test.compare in _ORDER and field.type not in _COMPARABLE:
        yield f"{test.name} は大小を比べられません。"
    for value in test.values:
        match value:
            case bool():
                fits = field.type in (FieldType.YES_NO, FieldType.CONFIRM)
            case int():
                fits = field.type in (FieldType.YEN, FieldType.COUNT, FieldType.GROUP)
            case date():
                fits = field.type is FieldType.DATE
            case _:
                fits = value in {choice.value for choice in field.choices}
        if not fits:
            yield f"{test.name} の答えに {_plain(value)} はありません。"


def _plain(value: object) -> str:
    return {True: "yes", False: "no"}.get(value, str(value)) if isinstance(value, bool) else str(value)


def _documents(procedure: Procedure, catalogue: Catalogue | None) -> Found:
    scope = {field.id: field for field in procedure.field}
    ids = [document.id for document in procedure.document]
    for document in procedure.document:
        where = f"document {document.id}"
        if ids.count(document.id) > 1:
            yield where, "同じidの書類が二つあります。"
        if document.when:
            yield from _condition(where, document.when, scope)
        yield from ((where, sentence) for sentence in _replacements(document, procedure, scope, catalogue))


def _replacements(
    document: Document, procedure: Procedure, scope: Mapping[str, Field], catalogue: Catalogue | None
) -> Iterator[str]:
    if bool(document.replaced_by) == (document.reason is not None):
        yield "代わりになるもの（replaced_by）か、代わりがない理由（reason）のどちらか一方を書いてください。"
    for replacement in document.replaced_by:
        if len(replacement.ways) != 1:
            yield "replaced_by には network・register・electronic・own_records・answer の一つを書いてください。"
        if replacement.network:
            try:
                kind = InformationKind(replacement.network)
            except ValueError:
                yield f"情報の種類 {replacement.network} がありません。"
                continue
            if not allowed(procedure, kind):
                yield f"{kind.label_ja}の照会は、この事務では法令の表にありません。"
        if replacement.answer and replacement.answer not in scope:
            yield f"項目 {replacement.answer} がありません。"
        if replacement.electronic and catalogue is not None and replacement.electronic not in catalogue.ids:
            yield f"電子文書 {replacement.electronic} の手続がありません。"


def _law(procedure: Procedure) -> Found:
    kinds = {kind.value for kind in InstitutionKind}
    for kind in procedure.competent.kinds:
        if kind not in kinds:
            yield "competent", f"機関の種類 {kind} がありません。"
    if not procedure.competent.kinds and procedure.letters.kind.value != "certificate":
        yield "competent", "機関の種類がありません。"
    basis = legal_basis(procedure.since)
    for affair_id in procedure.competent.affair:
        try:
            affair = basis.affair(affair_id)
        except UnknownAffair:
            yield "competent", f"事務 {affair_id} は {procedure.since.isoformat()} の法令の表にありません。"
            continue
        if affair.inquirer_kinds.isdisjoint(_institutions(procedure)):
            yield "competent", f"事務 {affair_id} を行う機関が違います。"


def _rest(procedure: Procedure) -> Found:
    apply = procedure.deadlines.apply
    fields = {field.id: field for field in procedure.field}
    if apply.after and apply.after not in fields and apply.after not in {event.value for event in Event}:
        yield "deadlines.apply", f"起算の項目か出来事 {apply.after} がありません。"
    if apply.after in fields and fields[apply.after].type is not FieldType.DATE:
        yield "deadlines.apply", f"{apply.after} は日の項目ではありません。"
    if sum(each is not None for each in (apply.days, apply.months, apply.years)) > 1 or (
        any(each is not None for each in (apply.days, apply.months, apply.years)) != bool(apply.after)
    ):
        yield "deadlines.apply", "期間（days・months・years の一つ）と起算（after）は組で書いてください。"
    if bool(apply.opens) != bool(apply.closes) or any(
        not _MONTH_DAY.fullmatch(each) for each in (apply.opens, apply.closes) if each
    ):
        yield "deadlines.apply", "受付期間は opens と closes を 06-01 のように組で書いてください。"
    if procedure.deadlines.processing.days < 1:
        yield "deadlines.processing", "標準処理期間は1日以上です。"
    if procedure.deadlines.processing.legal and procedure.deadlines.processing.clause is None:
        yield "deadlines.processing", "法定の期間には条文を書いてください。"
    yield from _payout(procedure, fields)
    entitlement = procedure.entitlement
    if entitlement.field and entitlement.field not in fields:
        yield "entitlement", f"項目 {entitlement.field} がありません。"
    if entitlement.per in (Per.EVENT, Per.SUBJECT) and not entitlement.field:
        yield "entitlement", "どの項目で区別するか（field）を書いてください。"
    for push in procedure.push:
        if push.when and not _MONTH_DAY.fullmatch(push.when):
            yield "push", "日は 06-01 のように書いてください。"


def _payout(procedure: Procedure, fields: Mapping[str, Field]) -> Found:
    payout = procedure.payout
    if payout is None:
        return
    if payout.account not in fields or fields[payout.account].type is not FieldType.BANK_ACCOUNT:
        yield "payout", f"口座の項目 {payout.account} がありません。"
    if (payout.rhythm.value == "months") != bool(payout.months) or any(
        not 1 <= month <= 12 for month in payout.months
    ):
        yield "payout", "支払月を書いてください（months のときだけ）。"
    if payout.amount and payout.amount not in fields:
        yield "payout", f"金額の項目 {payout.amount} がありません。"


def _overlaps(catalogue: Catalogue) -> Iterator[Complaint]:
    for procedure_id in catalogue.ids:
        versions = catalogue.versions(procedure_id)
        for before, after in pairwise(versions):
            if before.until is None or before.until >= after.since:
                yield Complaint(
                    f"{procedure_id} {after.version}", "since", f"{before.version} と期間が重なっています。"
                )
        names = [each.version for each in versions]
        if len(set(names)) != len(names):
            yield Complaint(procedure_id, "version", "同じ名前の版が二つあります。")
