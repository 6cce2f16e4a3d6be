"""The committed table against the dated texts of the Order themselves; skipped where those are not at hand."""

import itertools
import json
import re
import tarfile
from datetime import date
from functools import cache
from importlib import resources

import pytest

from mynumber.foundation.law import MalformedText, legal_basis
from mynumber.foundation.law.basis import committed_details, committed_history
from mynumber.foundation.law.clauses import markdown_clauses
from mynumber.foundation.law.detail_history import encode_details
from mynumber.foundation.law.details import TextArticle, read_articles
from mynumber.foundation.law.differences import renewed, renewed_details
from mynumber.foundation.law.egov_xml import parse_egov_xml
from mynumber.foundation.law.errors import TextFault
from mynumber.foundation.law.history import encode, history_of
from mynumber.foundation.law.mapping import phrase_mapping
from mynumber.foundation.law.markdown import parse_markdown
from mynumber.foundation.law.numerals import article_label, label_of, order_of, parse_number
from mynumber.foundation.law.phrases import plain_words
from mynumber.foundation.law.report import coverage
from mynumber.foundation.law.successors import successors
from mynumber.foundation.law.table import TextTable
from mynumber.foundation.law.vocabulary import vocabulary
from tests.foundation.law.official import HISTORY, SHARED, TEXTS, egov_xml, rows_of_markdown, shared_markdown

pytestmark = pytest.mark.skipif(not HISTORY.is_dir(), reason="the dated texts of the Order are not at hand")


@cache
def _table(day: str) -> TextTable:
    return parse_markdown(shared_markdown(day))


@pytest.mark.parametrize("day", TEXTS)
def test_every_phrase_of_every_text_is_mapped(day: str) -> None:
    assert phrase_mapping().unmapped(_table(day)) == ()


def test_the_committed_file_is_the_import_of_the_texts() -> None:
    history = history_of({date.fromisoformat(day): _table(day) for day in TEXTS})
    committed = resources.files("mynumber.foundation.law") / "data" / "provision_order.json"
    assert encode(history) == committed.read_bytes()


@pytest.mark.parametrize("first", range(len(TEXTS)))
def test_importing_the_later_texts_again_changes_nothing(first: int) -> None:
    later = {date.fromisoformat(day): _table(day) for day in TEXTS[first:]}
    assert renewed(committed_history(), later) == committed_history()


@pytest.mark.parametrize("day", TEXTS)
def test_the_look_up_has_the_rows_of_the_text_in_their_order(day: str) -> None:
    """Only the places of past rows could disturb the order; they do not."""
    basis = legal_basis(date.fromisoformat(day))
    assert [
        (affair.item, affair.inquirer_words, affair.words, affair.article) for affair in basis.affairs
    ] == [(affair.item, affair.inquirer, affair.words, affair.article) for affair in _table(day).affairs]
    assert [(rule.provider_words, rule.information_words, rule.article) for rule in basis.provisions] == [
        (row.provider, row.information, row.article)
        for affair in _table(day).affairs
        for row in affair.provisions
    ]


@pytest.mark.parametrize("day", TEXTS)
@pytest.mark.parametrize("seed", [1, 2])
def test_the_same_rows_as_e_gov_xml_yield_the_same_table(day: str, seed: int) -> None:
    assert parse_egov_xml(egov_xml(rows_of_markdown(shared_markdown(day)), seed)) == _table(day)


def test_numbers_of_items_stay_with_their_affairs() -> None:
    """Ids rest on this: no text renumbers an item; new ones are branches (十二の二), an old one says 削除."""
    for earlier, later in itertools.pairwise(TEXTS):
        before = {affair.item: affair for affair in _table(earlier).affairs}
        after = {affair.item: affair for affair in _table(later).affairs}
        assert all("_" in item for item in after.keys() - before.keys())
        assert before.keys() - after.keys() <= set(_table(later).deleted)
        for item in before.keys() & after.keys():
            assert before[item].inquirer == after[item].inquirer


@pytest.mark.parametrize("day", TEXTS)
def test_one_affair_an_item_and_one_row_a_provider(day: str) -> None:
    """What the ids of rules rest on, too."""
    items = [affair.item for affair in _table(day).affairs]
    assert len(set(items)) == len(items)
    assert items == sorted(items, key=order_of)
    for affair in _table(day).affairs:
        providers = [row.provider for row in affair.provisions]
        assert len(set(providers)) == len(providers)
        assert {row.article for row in affair.provisions} == {affair.article}


@pytest.mark.parametrize("day", TEXTS)
def test_the_article_of_an_affair_opens_with_the_number_of_its_item(day: str) -> None:
    """An independent witness that no row stands under a wrong item: 第八十三条 says 第二条の表八十一の項で定める事務."""
    main, _, _ = shared_markdown(day).partition("**第一条（施行期日）**")
    openings = dict(
        re.findall(
            r"^\*\*(第[^*]+)\*\*\u3000.{0,3}条の表の?(.+?)の項(?:で定める|に規定する)事務", main, re.MULTILINE
        )
    )
    openings["第三条"] = re.findall(
        r"^\*\*第三条\*\*\u3000前条の表(.+?)の項で定める事務", main, re.MULTILINE
    )[0]
    assert len(_table(day).affairs) == len(openings)
    for affair in _table(day).affairs:
        assert openings[article_label(affair.article)] == label_of(affair.item)


def test_the_naive_parse_is_confirmed() -> None:
    """187 items (157 deleted), 186 affairs, 481 provisions on 2026-06-14, and the same words in every one."""
    naive = json.loads((SHARED / "jouhou_renkei_table_20260614.json").read_text("utf-8"))["items"]
    ours = {affair.item: affair for affair in _table("2026-06-14").affairs}
    tasks = [
        (parse_number(item["item_kanji"]), item["inquirer"], task) for item in naive for task in item["tasks"]
    ]
    tasks = [entry for entry in tasks if entry[2]["provisions"]]
    assert len(naive) == _table("2026-06-14").items == 187
    assert _table("2026-06-14").deleted == ("157",)
    assert len(tasks) == len(ours) == 186
    assert sum(len(task["provisions"]) for _, _, task in tasks) == _table("2026-06-14").provisions == 481
    for number, inquirer, task in tasks:
        affair = ours[number]
        assert plain_words(inquirer) == affair.inquirer
        assert plain_words(task["affairs"]).startswith(affair.words + "であって")
        theirs = [
            (plain_words(row["provider"]), plain_words(row["information"]).rpartition("であって")[0])
            for row in task["provisions"]
        ]
        assert theirs == [(row.provider, row.information) for row in affair.provisions]


def test_the_archive_holds_the_same_text() -> None:
    with tarfile.open(SHARED / "laws-md-20260614.tar.xz") as archive:
        name = next(name for name in archive.getnames() if name.endswith("506M60004008009.md"))
        member = archive.extractfile(name)
        assert member is not None
        text = member.read().decode("utf-8")
    assert parse_markdown(text) == _table("2026-06-14")


def test_the_act_is_not_the_order() -> None:
    with pytest.raises(MalformedText) as raised:
        parse_egov_xml((SHARED / "425AC0000000027.xml").read_bytes())
    assert raised.value.fault is TextFault.NO_TABLE


@pytest.mark.parametrize("day", TEXTS)
def test_the_committed_items_are_the_import_of_the_texts(day: str) -> None:
    """Importing from any text on gives the same file: ids never depend on where one begins again."""
    texts = {date.fromisoformat(later): _articles(later) for later in TEXTS if later >= day}
    details = renewed_details(committed_details(), committed_history(), texts, successors())
    committed = resources.files("mynumber.foundation.law") / "data" / "provision_details.json"
    assert encode_details(details) == committed.read_bytes()


@cache
def _articles(day: str) -> tuple[TextArticle, ...]:
    return read_articles(markdown_clauses(shared_markdown(day)), vocabulary().knows)


def test_the_vocabulary_is_what_the_texts_say_and_nothing_else() -> None:
    said = {
        (found.information, article.article)
        for day in TEXTS
        for article in _articles(day)
        for detail in article.details
        for found in detail.statements
    }
    known = vocabulary()
    assert {words for words, _ in said if words in known.information} == set(known.information)
    pointing = {(words, article) for words, article in said if words not in known.information}
    assert pointing == {(words, article) for article, phrases in known.articles.items() for words in phrases}
    assert all(words.startswith("同") for words, _ in pointing)


_WHOLE_PARENTHESES = re.compile(r"（[^（）]*）")


def _lines_after_the_table(day: str) -> list[str]:
    """The lines of articles 3 ff., parentheses taken out by a plain regex."""
    body = shared_markdown(day).split("\n**第三条**", 1)[1].split("\n## ", 1)[0]
    lines = ["**第三条**" + line if at == 0 else line for at, line in enumerate(body.splitlines())]
    result = []
    for line in lines:
        while (bare := _WHOLE_PARENTHESES.sub("", line)) != line:
            line = bare
        result.append(line)
    return result


@pytest.mark.parametrize("day", TEXTS)
def test_every_marker_of_the_text_is_an_exact_affair_or_information(day: str) -> None:
    """Counted a second time, by the markers alone."""
    lines = _lines_after_the_table(day)
    details = [detail for article in _articles(day) for detail in article.details]
    places = {detail.place for detail in details}
    places |= {found.place for detail in details for found in detail.statements}
    assert sum(place.sub != "" for place in places) == sum(line.startswith("  - ") for line in lines)
    assert sum(place.number != "" and not place.sub for place in places) == sum(
        line.startswith("- ") for line in lines
    )


@pytest.mark.parametrize("day", TEXTS)
def test_every_piece_of_information_of_the_text_is_a_statement(day: str) -> None:
    """Counted a second time: each 情報 that ends a phrase, but for those that announce or refer."""
    phrase = re.compile(r"情報(?=又は|及び|並びに|若しくは|、|とする。|$)")
    announced = re.compile(r"(?:次に掲げる|に掲げる|に定める)情報")
    own = sum(
        len(phrase.findall(announced.sub("", line)))
        for line in _lines_after_the_table(day)
        if not line.startswith("**第百七十六条")
    )
    said = [found for article in _articles(day) for detail in article.details for found in detail.statements]
    assert sum(found.via is None for found in said) == own
    referring = {found.via for found in said if found.via is not None}
    lines = [
        line
        for line in _lines_after_the_table(day)
        if re.search(r"(?:号|号[ア-ン、及び並にからまで]+)に掲げる情報", line)
    ]
    assert len(referring) == len(lines)


@pytest.mark.parametrize(
    ("day", "figures"),
    [
        ("2024-05-27", (173, 443, 868, 1893, 2815)),
        ("2025-10-01", (180, 456, 904, 2009, 3041)),
        ("2026-06-14", (186, 481, 943, 2132, 3164)),
    ],
)
def test_the_figures_of_the_page(day: str, figures: tuple[int, ...]) -> None:
    found = coverage(legal_basis(date.fromisoformat(day)))
    assert (found.affairs, found.provisions, found.details, found.stated, found.items) == figures
    assert found.unmapped == ()
    assert found.affairs == found.articles
