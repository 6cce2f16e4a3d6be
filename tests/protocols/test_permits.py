"""Permit sheets: read strictly, bound to their parties, opened by their receivers alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid5

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mynumber.foundation import envelope
from mynumber.foundation.codes import CodeKeys
from mynumber.foundation.envelope import SealingKey, SigningKey
from mynumber.protocols import permits
from mynumber.protocols.directory import Directory, System
from mynumber.protocols.exchange import (
    PERMIT_VALIDITY,
    SHEET_KIND,
    SHEET_LIFETIME,
    FactSheet,
    Outcome,
    Permit,
    PermitAnswer,
    PermitSheet,
    SheetAnswer,
)
from mynumber.protocols.message import GROUP_ITEMS
from mynumber.protocols.refusal import Hop, Reason, Refused

AT = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
CITY, PENSION = "municipality.082201", "pension_service"
CITY_GATEWAY, PENSION_GATEWAY = f"gateway.{CITY}", f"gateway.{PENSION}"
NETWORK_KEY, OTHER_KEY = SigningKey.generate(), SigningKey.generate()
SEAL_OF_PENSION, SEAL_OF_CITY = SealingKey.generate(), SealingKey.generate()
CODES = CodeKeys.generate()


def _system(name: str, key: SigningKey, sealing: SealingKey | None = None) -> System:
    return System(
        name,
        name,
        "http://127.0.0.1:1",
        (key.public.to_jwk(),),
        (sealing.public.to_jwk(),) if sealing else (),
    )


DIRECTORY = Directory(
    (
        _system("network", NETWORK_KEY),
        _system(CITY, OTHER_KEY),
        _system(CITY_GATEWAY, OTHER_KEY, SEAL_OF_CITY),
        _system(PENSION, OTHER_KEY),
        _system(PENSION_GATEWAY, OTHER_KEY, SEAL_OF_PENSION),
    )
)


def _ids(count: int) -> list[UUID]:
    return [uuid5(UUID(int=1), str(number)) for number in range(count)]


def _sheet(persons: list[int], **changes: Any) -> PermitSheet:
    """A sheet with one permit for each entry, which is the number of the person asked about."""
    known = sorted(set(persons))
    ids = _ids(len(persons))
    sealed = permits.seal_codes(
        [CODES.issue(PENSION, f"{person:011d}").to_text() for person in known], ids, to=SEAL_OF_PENSION.public
    )
    body = PermitSheet(
        presenter=CITY_GATEWAY,
        inquirer=CITY,
        provider=PENSION,
        requested_at=AT,
        valid_until=AT + PERMIT_VALIDITY,
        request_digest="0" * 64,
        permits=tuple(
            Permit(
                request_id=request_id,
                affair="81-1",
                provision="81-1-4",
                information="public_pension_benefit",
                organisation="介護保険課",
                non_disclosure=False,
                code=known.index(person),
            )
            for request_id, person in zip(ids, persons, strict=True)
        ),
        sealed_codes=sealed,
    )
    return msgspec.structs.replace(body, **changes)


def _signed(
    sheet: PermitSheet, *, key: SigningKey = NETWORK_KEY, kind: str = SHEET_KIND, to: str = PENSION_GATEWAY
) -> str:
    return envelope.sign(
        sheet,
        key=key,
        issuer="network",
        audience=to,
        kind=kind,
        now=AT,
        lifetime=SHEET_LIFETIME,
        max_lifetime=SHEET_LIFETIME,
    ).decode()


def _read(text: str, *, presenter: str = CITY_GATEWAY, now: datetime = AT) -> permits.ReadSheet:
    return permits.read_sheet(
        text, directory=DIRECTORY, presenter=presenter, receiver=PENSION_GATEWAY, now=now
    )


@given(st.lists(st.integers(1, 20), min_size=1, max_size=12))
def test_a_sheet_gives_each_permit_its_own_persons_code(persons: list[int]) -> None:
    read = _read(_signed(_sheet(persons)))
    codes = permits.open_codes(read.body, key=SEAL_OF_PENSION)
    assert list(codes) == [CODES.issue(PENSION, f"{person:011d}").to_text() for person in persons]
    assert not read.is_expired


def test_a_full_sheet_fits() -> None:
    sheet = _sheet([person + 1 for person in range(GROUP_ITEMS)])
    longest = tuple(
        msgspec.structs.replace(
            permit, affair="9" * 40, provision="9" * 40, information="k" * 100, organisation="𠮷" * 100
        )
        for permit in sheet.permits
    )
    read = _read(_signed(msgspec.structs.replace(sheet, permits=longest)))
    assert len(permits.open_codes(read.body, key=SEAL_OF_PENSION)) == GROUP_ITEMS


def test_the_digest_of_a_permit_is_that_of_its_sheet_and_its_request_id() -> None:
    text = _signed(_sheet([1, 2]))
    read = _read(text)
    signed_part = text.rpartition(".")[0].encode()
    first, second = (read.digest_of(permit) for permit in read.body.permits)
    assert first == sha256(sha256(signed_part).digest() + read.body.permits[0].request_id.bytes).digest()
    assert first != second


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (lambda: _signed(_sheet([1]), key=OTHER_KEY), Reason.UNKNOWN_KEY),
        (lambda: _signed(_sheet([1]), to=CITY_GATEWAY), Reason.WRONG_AUDIENCE),
        (lambda: _signed(_sheet([1]), kind="permit.v1"), Reason.WRONG_KIND),
        (lambda: _signed(_sheet([1]))[:-4] + "AAAA", Reason.BAD_SIGNATURE),
        (lambda: _signed(_sheet([1], provider=CITY)), Reason.WRONG_AUDIENCE),
        (lambda: _signed(_sheet([1], inquirer="nobody")), Reason.WRONG_AUDIENCE),
        (lambda: _signed(_sheet([1], presenter="gateway.nobody")), Reason.PERMIT_NOT_YOURS),
        (lambda: _signed(_sheet([1], permits=_sheet([1]).permits * 2)), Reason.MALFORMED),
        (lambda: _signed(_sheet([1], permits=())), Reason.MALFORMED),
        (lambda: "許可", Reason.MALFORMED),
        (lambda: "\ud800", Reason.MALFORMED),
        (lambda: "", Reason.MALFORMED),
    ],
)
def test_a_sheet_that_is_not_for_these_two_is_refused(text: Any, reason: Reason) -> None:
    with pytest.raises(Refused) as refused:
        _read(text())
    assert (refused.value.hop, refused.value.reason) == (Hop.PROVIDER_GATEWAY, reason)


def test_somebody_elses_sheet_cannot_be_presented() -> None:
    with pytest.raises(Refused) as refused:
        _read(_signed(_sheet([1])), presenter=PENSION_GATEWAY)
    assert refused.value.reason is Reason.PERMIT_NOT_YOURS


def test_a_late_sheet_is_read_and_says_that_it_is_late() -> None:
    text = _signed(_sheet([1]))
    assert not _read(text, now=AT + PERMIT_VALIDITY).is_expired
    assert _read(text, now=AT + PERMIT_VALIDITY + timedelta(seconds=1)).is_expired
    with pytest.raises(Refused, match="permit_expired"):
        _read(text, now=AT + SHEET_LIFETIME + timedelta(minutes=1))


def _altered(text: str) -> str:
    return text[:-5] + ("B" if text[-5] == "A" else "A") + text[-4:]


@pytest.mark.parametrize(
    "changed",
    [
        lambda sheet: msgspec.structs.replace(sheet, sealed_codes=_altered(sheet.sealed_codes)),
        lambda sheet: msgspec.structs.replace(sheet, sealed_codes="!"),
        lambda sheet: msgspec.structs.replace(sheet, permits=tuple(reversed(sheet.permits))),
        lambda sheet: msgspec.structs.replace(
            sheet, permits=(msgspec.structs.replace(sheet.permits[0], code=2), sheet.permits[1])
        ),
    ],
)
def test_codes_open_only_with_the_permits_they_were_sealed_for(changed: Any) -> None:
    with pytest.raises(Refused) as refused:
        permits.open_codes(changed(_sheet([1, 2])), key=SEAL_OF_PENSION)
    assert refused.value.reason is Reason.MALFORMED


def test_codes_do_not_open_for_another_gateway() -> None:
    with pytest.raises(Refused):
        permits.open_codes(_sheet([1]), key=SEAL_OF_CITY)


@pytest.mark.parametrize(
    ("only", "places"), [((), [0, 1, 2]), ((0,), [0]), ((0, 2), [0, 2]), ((0, 1, 2), [0, 1, 2])]
)
def test_who_asks_again_names_the_places(only: tuple[int, ...], places: list[int]) -> None:
    sheet = _sheet([1, 2, 3])
    assert permits.presented(sheet, only) == tuple(sheet.permits[place] for place in places)


@pytest.mark.parametrize("only", [(3,), (1, 0), (1, 1), (0, 99)])
def test_places_that_are_not_there_or_not_in_order_are_refused(only: tuple[int, ...]) -> None:
    with pytest.raises(Refused, match="malformed"):
        permits.presented(_sheet([1, 2, 3]), only)


# answers -----------------------------------------------------------------------------------------------------------------

DIGEST = sha256(b"sheet").digest()
KIND = "public_pension_benefit"


def _fact(number: int, information: str = KIND, period: str | None = None) -> FactSheet:
    return FactSheet(
        information=information, period=period, as_of=AT, fact=msgspec.Raw(b'{"yen":%d}' % number)
    )


def _none_of(period: str) -> FactSheet:
    return FactSheet(information=KIND, period=period, as_of=None, fact=msgspec.Raw(b"null"))


def _answer(*outcomes: Outcome, facts: list[FactSheet] | None = None, **changes: Any) -> SheetAnswer:
    if facts is None:
        facts = [_fact(place) for place, outcome in enumerate(outcomes) if outcome is Outcome.PROVIDED]
    answers = tuple(
        PermitAnswer(
            outcome=outcome,
            at=AT,
            deadline=AT if outcome is Outcome.WAITING else None,
            reason=Reason.PERMIT_USED if outcome is Outcome.REFUSED else None,
        )
        for outcome in outcomes
    )
    answer = SheetAnswer(
        sheet_digest=DIGEST.hex(),
        answers=answers,
        sealed_facts=permits.seal_facts(facts, to=SEAL_OF_CITY.public, sheet_digest=DIGEST),
    )
    return msgspec.structs.replace(answer, **changes)


def _opened(answer: SheetAnswer, asked: list[permits.Wanted]) -> list[tuple[FactSheet, ...]]:
    return permits.open_answer(answer, asked, sheet_digest=DIGEST, key=SEAL_OF_CITY)


@given(st.lists(st.sampled_from(sorted(permits.ANSWERED)), min_size=1, max_size=10))
def test_each_provided_permit_gets_its_own_fact(outcomes: list[Outcome]) -> None:
    opened = _opened(_answer(*outcomes), [(KIND, ())] * len(outcomes))
    expected = [
        [bytes(_fact(place).fact)] if outcome is Outcome.PROVIDED else []
        for place, outcome in enumerate(outcomes)
    ]
    assert [[bytes(fact.fact) for fact in facts] for facts in opened] == expected


YEARS = ("fy2024", "fy2025", "fy2026")
period_lists = st.lists(st.sampled_from(YEARS), unique=True, max_size=3).map(tuple)


@given(st.lists(st.tuples(period_lists, st.booleans()), min_size=1, max_size=10))
def test_each_permit_gets_the_periods_that_it_named(asked: list[tuple[tuple[str, ...], bool]]) -> None:
    """Of those that are provided the first period is held and the others are not."""
    outcomes, facts, expected = [], [], []
    for place, (periods, is_provided) in enumerate(asked):
        outcomes.append(Outcome.PROVIDED if is_provided else Outcome.NO_DATA)
        told = (
            [_fact(place, period=periods[0] if periods else None), *map(_none_of, periods[1:])]
            if is_provided
            else []
        )
        facts += told
        expected.append(tuple(told))
    assert _opened(_answer(*outcomes, facts=facts), [(KIND, periods) for periods, _ in asked]) == expected


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ([_fact(1, period="fy2025"), _none_of("fy2026")], "missing"),
        ([_fact(1, period="fy2026"), _none_of("fy2025"), _none_of("fy2024")], "not the periods"),
        ([_fact(1, period="fy2025"), _none_of("fy2026"), _none_of("fy2026")], "not the periods"),
        ([_fact(1), _none_of("fy2025"), _none_of("fy2026")], "not the periods"),
        ([_fact(n, period=year) for n, year in enumerate((*YEARS, "fy2027"))], "more facts"),
        ([_none_of(year) for year in YEARS], "nothing was provided"),
        (
            [
                _fact(1, period="fy2024"),
                _none_of("fy2025"),
                msgspec.structs.replace(_none_of("fy2026"), as_of=AT),
            ],
            "a fact has its time",
        ),
        (
            [
                _fact(1, period="fy2024"),
                _none_of("fy2025"),
                msgspec.structs.replace(_fact(2, period="fy2026"), as_of=None),
            ],
            "a fact has its time",
        ),
    ],
)
def test_an_answer_of_other_periods_is_not_used(facts: list[FactSheet], words: str) -> None:
    with pytest.raises(Refused, match=words):
        _opened(_answer(Outcome.PROVIDED, facts=facts), [(KIND, YEARS)])


def test_one_fact_is_given_to_who_names_no_period() -> None:
    with pytest.raises(Refused, match="nothing was provided"):
        _opened(_answer(Outcome.PROVIDED, facts=[_none_of("fy2026")]), [(KIND, ())])
    with pytest.raises(Refused, match="more facts"):
        _opened(_answer(Outcome.PROVIDED, facts=[_fact(1), _fact(2)]), [(KIND, ())])


PROVIDED, NO_DATA = Outcome.PROVIDED, Outcome.NO_DATA


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (lambda: _answer(PROVIDED, NO_DATA, sheet_digest="0" * 64), "another sheet"),
        (lambda: _answer(PROVIDED), "another number of answers"),
        (lambda: _answer(PROVIDED, NO_DATA, NO_DATA), "another number of answers"),
        (lambda: _answer(PROVIDED, Outcome.LOST), "not the provider's"),
        (lambda: _answer(PROVIDED, NO_DATA, sealed_facts=None), "contradict"),
        (lambda: _answer(NO_DATA, NO_DATA, facts=[_fact(1)]), "contradict"),
        (lambda: _answer(PROVIDED, NO_DATA, facts=[_fact(1), _fact(2)]), "more facts"),
        (lambda: _answer(PROVIDED, PROVIDED, facts=[_fact(1)]), "missing"),
        (lambda: _answer(PROVIDED, NO_DATA, facts=[_fact(1, "local_tax")]), "another kind"),
        (lambda: _answer(PROVIDED, NO_DATA, sealed_facts="AAAA"), "could not be opened"),
        (
            lambda: _answer(
                PROVIDED,
                NO_DATA,
                sealed_facts=permits.seal_facts([_fact(1)], to=SEAL_OF_PENSION.public, sheet_digest=DIGEST),
            ),
            "could not be opened",
        ),
        (
            lambda: _answer(
                PROVIDED,
                NO_DATA,
                sealed_facts=permits.seal_facts([_fact(1)], to=SEAL_OF_CITY.public, sheet_digest=bytes(32)),
            ),
            "could not be opened",
        ),
        (
            lambda: _answer(
                PROVIDED,
                NO_DATA,
                answers=(
                    PermitAnswer(outcome=PROVIDED, at=AT),
                    PermitAnswer(outcome=NO_DATA, at=AT, reason=Reason.NO_COPY),
                ),
            ),
            "a refusal has a reason",
        ),
        (
            lambda: _answer(
                PROVIDED,
                NO_DATA,
                answers=(
                    PermitAnswer(outcome=PROVIDED, at=AT),
                    PermitAnswer(outcome=Outcome.WAITING, at=AT),
                ),
            ),
            "has a deadline",
        ),
    ],
)
def test_an_answer_that_does_not_fit_the_question_is_not_used(answer: Any, words: str) -> None:
    with pytest.raises(Refused, match=words) as refused:
        _opened(answer(), [(KIND, ()), (KIND, ())])
    assert (refused.value.hop, refused.value.reason) == (Hop.INQUIRER_GATEWAY, Reason.ANSWER_NOT_BOUND)
