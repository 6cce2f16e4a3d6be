"""Articles 3 ff.: what the grammar yields, and that everything else is an error with its place."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mynumber.foundation.law.clauses import IROHA, MAX_CLAUSE, Clause, Place, checked, markdown_clauses
from mynumber.foundation.law.details import TextArticle, read_articles, split_affair
from mynumber.foundation.law.errors import DetailFault, LawError, MalformedDetail
from mynumber.foundation.law.vocabulary import vocabulary
from mynumber.foundation.law.xml_clauses import xml_clauses
from tests.foundation.law.articles import markdown_of, xml_of

LIST = (
    "前条の表一の項で定める事務は、次の各号に掲げる事務とし、同項で定める情報は、当該各号に掲げる事務の区分に応じ"
    "当該各号に定める情報とする。"
)
ONE = "第二条の表一の二の項で定める事務は、甲の審査に関する事務とし、同項で定める情報は、%sとする。"


def _clauses(*entries: tuple[str, str]) -> list[Clause]:
    """Each entry: place such as "3", "3/2", "3//1", "3//1ロ", and the words."""
    result = []
    for where, text in entries:
        article, _, rest = where.partition("/")
        paragraph, _, number = rest.partition("/")
        sub = number[-1:] if number[-1:] in IROHA else ""
        place = Place(article, int(paragraph or 1), number.removesuffix(sub), sub)
        result.append(Clause(where, place, text))
    return result


def _read(*entries: tuple[str, str]) -> tuple[TextArticle, ...]:
    return read_articles(checked(_clauses(*entries)), vocabulary().knows)


def _said(article: TextArticle) -> list[tuple[str, list[tuple[str, str, str]]]]:
    return [
        (
            detail.words,
            [
                (
                    found.place.label if found.via is None else f"{found.via.label}（{found.place.label}）",
                    found.subject,
                    found.information,
                )
                for found in detail.statements
            ],
        )
        for detail in article.details
    ]


ARTICLE_3 = (
    ("3", LIST),
    (
        "3//1",
        "届出（次条第一号に掲げる事務を除く。）に係る事実についての審査に関する事務（乙に限る。）次に掲げる情報",
    ),
    ("3//1イ", "届出を行う者に係る戸籍関係情報"),
    ("3//1ロ", "届出を行う者又は被扶養者（届出に係る者に限る。）に係る市町村民税に関する情報"),
    ("3//1ハ", "生活保護実施関係情報、就労自立給付金関係情報又は進学・就職準備給付金関係情報"),
    ("3//2", "情報の還付に関する事務還付を受ける者に係る第一号イ及びハに掲げる情報"),
    ("3//3", "取消しに関する事務前号に掲げる情報及び当該者に係る公的給付支給等口座登録簿関係情報"),
    ("3//4", "徴収に関する事務滞納者に係る第一号イからハまでに掲げる情報（丙に限る。）及び次に掲げる情報"),
    ("3//4イ", "年金給付関係情報"),
)


def test_a_list_of_affairs() -> None:
    (article,) = _read(*ARTICLE_3)
    assert (article.article, article.item) == ("3", "1")
    assert _said(article) == [
        (
            "届出（次条第一号に掲げる事務を除く。）に係る事実についての審査に関する事務（乙に限る。）",
            [
                ("第三条第一号イ", "届出を行う者", "戸籍関係情報"),
                (
                    "第三条第一号ロ",
                    "届出を行う者又は被扶養者（届出に係る者に限る。）",
                    "市町村民税に関する情報",
                ),
                ("第三条第一号ハ", "", "生活保護実施関係情報"),
                ("第三条第一号ハ", "", "就労自立給付金関係情報"),
                ("第三条第一号ハ", "", "進学・就職準備給付金関係情報"),
            ],
        ),
        (
            "情報の還付に関する事務",
            [
                ("第三条第二号（第三条第一号イ）", "還付を受ける者", "戸籍関係情報"),
                ("第三条第二号（第三条第一号ハ）", "還付を受ける者", "生活保護実施関係情報"),
                ("第三条第二号（第三条第一号ハ）", "還付を受ける者", "就労自立給付金関係情報"),
                ("第三条第二号（第三条第一号ハ）", "還付を受ける者", "進学・就職準備給付金関係情報"),
            ],
        ),
        (
            "取消しに関する事務",
            [
                ("第三条第三号（第三条第一号イ）", "還付を受ける者", "戸籍関係情報"),
                ("第三条第三号（第三条第一号ハ）", "還付を受ける者", "生活保護実施関係情報"),
                ("第三条第三号（第三条第一号ハ）", "還付を受ける者", "就労自立給付金関係情報"),
                ("第三条第三号（第三条第一号ハ）", "還付を受ける者", "進学・就職準備給付金関係情報"),
                ("第三条第三号", "当該者", "公的給付支給等口座登録簿関係情報"),
            ],
        ),
        (
            "徴収に関する事務",
            [
                ("第三条第四号（第三条第一号イ）", "滞納者", "戸籍関係情報"),
                ("第三条第四号（第三条第一号ロ）", "滞納者", "市町村民税に関する情報"),
                ("第三条第四号（第三条第一号ハ）", "滞納者", "生活保護実施関係情報"),
                ("第三条第四号（第三条第一号ハ）", "滞納者", "就労自立給付金関係情報"),
                ("第三条第四号（第三条第一号ハ）", "滞納者", "進学・就職準備給付金関係情報"),
                ("第三条第四号イ", "滞納者", "年金給付関係情報"),
            ],
        ),
    ]
    limits = [found.limit for found in article.details[3].statements]
    assert limits == ["丙に限る。"] * 5 + [""]


def test_one_affair_in_the_head() -> None:
    article = _read(
        ("3", ONE % "甲に係る次に掲げる情報"),
        ("3//1", "乙に係る戸籍関係情報"),
        ("3//2", "失業等給付関係情報"),
    )[0]
    assert article.item == "1_2"
    assert _said(article) == [
        (
            "甲の審査に関する事務",
            [("第三条第一号", "乙", "戸籍関係情報"), ("第三条第二号", "甲", "失業等給付関係情報")],
        )
    ]
    assert _said(_read(("3", ONE % "丙に係る戸籍関係情報"))[0])[0][1] == [("第三条", "丙", "戸籍関係情報")]


def test_information_that_ministers_select() -> None:
    head = ONE % "次に掲げる情報のうち、該当する者に係る情報であって総務大臣が定めるもの"
    (detail,) = _read(("3", head), ("3//1", "道府県民税に関する情報"))[0].details
    assert [(found.subject, found.limit) for found in detail.statements] == [
        ("該当する者", "総務大臣が定めるもの")
    ]


def test_paragraphs_divide_the_inquirers() -> None:
    head = (
        "前条の表一の項で定める事務のうち、%sに係るものは、次に掲げる事務とし、同項で定める情報のうち、%sに係るものは、"
        "当該各号に掲げる事務の区分に応じ当該各号に定める情報とする。"
    )
    (article,) = _read(
        ("3", head % ("甲", "甲")),
        ("3//1", "子の事務戸籍関係情報"),
        ("3/2", head % ("乙", "乙")),
        ("3/2/1", "子の事務戸籍関係情報"),
    )
    assert [(detail.who, detail.place.label) for detail in article.details] == [
        ("甲", "第三条第一号"),
        ("乙", "第三条第二項第一号"),
    ]


def test_deleted_articles_and_the_last_one_detail_nothing() -> None:
    articles = _read(
        *ARTICLE_3, ("4", "削除"), ("5", "この命令に定めるもののほか、必要な事項は、内閣総理大臣が定める。")
    )
    assert [article.article for article in articles] == ["3"]


def test_what_is_deleted_keeps_its_number_and_says_nothing() -> None:
    text = (
        "**第三条**\u3000"
        + LIST
        + "\n- 一\u3000削除\n- 二及び三\u3000削除\n- 四\u3000甲の事務次に掲げる情報\n  - イ\u3000削除\n  - ロ\u3000戸籍関係情報\n"
        "**第四条から第六条まで**\u3000削除\n**第七条及び第七条の二**\u3000削除\n## 附則\n"
    )
    clauses = markdown_clauses(text)
    assert [clause.place.article for clause in clauses if not clause.place.number] == [
        "3",
        "4",
        "5",
        "6",
        "7",
        "7_2",
    ]
    (article,) = read_articles(clauses, vocabulary().knows)
    assert _said(article) == [("甲の事務", [("第三条第四号ロ", "", "戸籍関係情報")])]
    joint = xml_clauses(
        b"<Law><MainProvision>"
        + "".join(
            f"<Article Num='{number}'><ArticleTitle>{title}</ArticleTitle><Paragraph><ParagraphSentence>削除"
            "</ParagraphSentence></Paragraph></Article>"
            for number, title in (("3", "第三条"), ("4:6", "第四条から第六条まで"))
        ).encode()
        + b"</MainProvision></Law>"
    )
    assert [clause.place.article for clause in joint] == ["3", "4", "5", "6"]


def test_both_forms_and_marked_columns_say_the_same() -> None:
    clauses = _clauses(*ARTICLE_3, ("4", "削除"))
    expected = _read(*ARTICLE_3)
    assert read_articles(markdown_clauses(markdown_of(clauses)), vocabulary().knows) == expected
    for columns in (True, False):
        xml = f"<Law><MainProvision>{xml_of(clauses, columns=columns)}</MainProvision></Law>".encode()
        assert read_articles(xml_clauses(xml), vocabulary().knows) == expected


def _replaced(place: str, text: str) -> tuple[tuple[str, str], ...]:
    return tuple((where, text if where == place else words) for where, words in ARTICLE_3)


@pytest.mark.parametrize(
    ("entries", "fault", "where"),
    [
        (_replaced("3//1イ", "届出を行う者に係る火星情報"), DetailFault.NOT_INFORMATION, "第三条第一号イ"),
        (_replaced("3//1イ", "戸籍関係情報等"), DetailFault.NOT_INFORMATION, "第三条第一号イ"),
        (_replaced("3//1イ", "第一号に掲げる情報"), DetailFault.BAD_REFERENCE, "第三条第一号イ"),
        (_replaced("3//1イ", "次に掲げる情報"), DetailFault.BAD_REFERENCE, "第三条第一号イ"),
        (_replaced("3//2", "還付に関する事務第三号に掲げる情報"), DetailFault.BAD_REFERENCE, "第三条第二号"),
        (_replaced("3//2", "還付に関する事務第二号に掲げる情報"), DetailFault.BAD_REFERENCE, "第三条第二号"),
        (
            _replaced("3//2", "還付に関する事務第一号ニに掲げる情報"),
            DetailFault.BAD_REFERENCE,
            "第三条第二号",
        ),
        (
            _replaced("3//2", "還付に関する事務第一号ハからイまでに掲げる情報"),
            DetailFault.BAD_REFERENCE,
            "第三条第二号",
        ),
        (_replaced("3//2", "還付に関する事務次に掲げる情報"), DetailFault.BAD_LIST, "第三条第二号"),
        (_replaced("3//4", "徴収に関する事務戸籍関係情報"), DetailFault.BAD_LIST, "第三条第四号"),
        (_replaced("3//4", "徴収に関する事務滞納者の次に掲げる情報"), DetailFault.BAD_LIST, "第三条第四号"),
        (_replaced("3//2", "還付に関する事務及び徴収に関する事務"), DetailFault.BAD_SPLIT, "第三条第二号"),
        (_replaced("3//2", "還付に関する仕事戸籍関係情報"), DetailFault.BAD_SPLIT, "第三条第二号"),
        (
            _replaced("3//2", "還付に関する事務戸籍に関する事務戸籍関係情報"),
            DetailFault.BAD_SPLIT,
            "第三条第二号",
        ),
        (_replaced("3", "前条の表一の項で定める事務は、次のとおりとする。"), DetailFault.BAD_HEAD, "第三条"),
        (_replaced("3", LIST.replace("同項", "同表二の項")), DetailFault.WRONG_AFFAIR, "第三条"),
        (_replaced("3", LIST.replace("一の項", "十十の項")), DetailFault.BAD_NUMBER, "第三条"),
        (_replaced("3", LIST.replace("に定める情報", "に掲げる情報")), DetailFault.BAD_HEAD, "第三条"),
        ((("3", LIST),), DetailFault.BAD_LIST, "第三条"),
        ((("3", LIST), ("4", "削除")), DetailFault.BAD_LIST, "第三条"),
        ((("3", ONE % "次に掲げる情報"), ("4", "削除")), DetailFault.BAD_LIST, "第三条"),
        ((("3", ONE % "戸籍関係情報"), ("3//1", "戸籍関係情報")), DetailFault.BAD_LIST, "第三条"),
    ],
)
def test_what_does_not_fit_names_its_place(
    entries: tuple[tuple[str, str], ...], fault: DetailFault, where: str
) -> None:
    with pytest.raises(MalformedDetail) as raised:
        _read(*entries)
    assert (raised.value.fault, raised.value.where) == (fault, where)
    assert raised.value.words
    assert raised.value.words in str(raised.value)


@pytest.mark.parametrize(
    "places",
    [
        ("4",),
        ("3", "5"),
        ("3", "3//2"),
        ("3", "3//1", "3//3"),
        ("3", "3//1", "3//1ロ"),
        ("3", "3//1", "3//1イ", "3//1ハ"),
        ("3", "3/3"),
        ("3", "3//1", "3//1"),
        ("3", "3//1", "3//1_3"),
        ("3//1",),
        ("3", "3_3"),
    ],
)
def test_a_gap_is_never_passed_over(places: tuple[str, ...]) -> None:
    with pytest.raises(MalformedDetail) as raised:
        checked(_clauses(*((place, "削除") for place in places)))
    assert raised.value.fault is DetailFault.BAD_NUMBER
    assert raised.value.where == places[-1]


def test_numbers_run_with_branches() -> None:
    places = ("3", "3_2", "3_2//1", "3_2//1イ", "3_2//1_2", "3_2//2", "3_2/2", "3_3", "4")
    assert len(checked(_clauses(*((place, "削除") for place in places)))) == len(places)


@pytest.mark.parametrize(
    ("text", "fault", "where"),
    [
        ("# 命令", DetailFault.NO_ARTICLES, ""),
        ("**第三条**\u3000削除\n", DetailFault.TRUNCATED, "line 1"),
        ("**第三条**\u3000削除\n\nこの行は何か\n## 附則", DetailFault.UNKNOWN_LINE, "line 3"),
        ("**第三条**\u3000削除\n- 甲\u3000乙\n## 附則", DetailFault.UNKNOWN_LINE, "line 2"),
        ("**第三条**\u3000削除\n- 十十\u3000乙\n## 附則", DetailFault.BAD_NUMBER, "line 2"),
        ("**第三条**\u3000削除\n    - （１）\u3000乙\n## 附則", DetailFault.UNKNOWN_LINE, "line 2"),
        (
            "**第三条**\u3000削除\n**第四条から第六条まで**\u3000甲\n## 附則",
            DetailFault.BAD_NUMBER,
            "line 2",
        ),
        (
            "**第三条**\u3000削除\n**第六条から第四条まで**\u3000削除\n## 附則",
            DetailFault.BAD_NUMBER,
            "line 2",
        ),
        ("**第三条**\u3000削除\n**四**\u3000削除\n## 附則", DetailFault.UNKNOWN_LINE, "line 2"),
        ("**第三条**\u3000削除\n- 一及び二\u3000甲\n## 附則", DetailFault.BAD_NUMBER, "line 2"),
        ("**第三条**\u3000削除\n| 表 |\n## 附則", DetailFault.UNKNOWN_LINE, "line 2"),
        ("**第三条**\u3000" + "甲" * (MAX_CLAUSE + 1) + "\n## 附則", DetailFault.TOO_LONG, "line 1"),
    ],
)
def test_odd_markdown_is_refused(text: str, fault: DetailFault, where: str) -> None:
    with pytest.raises(MalformedDetail) as raised:
        markdown_clauses(text)
    assert (raised.value.fault, raised.value.where) == (fault, where)


_HEAD = "<ArticleTitle>第三条</ArticleTitle><Paragraph><ParagraphSentence><Sentence>削除</Sentence></ParagraphSentence>"


@pytest.mark.parametrize(
    ("inside", "fault"),
    [
        (_HEAD.replace("第三条", "三") + "</Paragraph>", DetailFault.BAD_NUMBER),
        ("<ArticleTitle>第三条</ArticleTitle>", DetailFault.UNKNOWN_LINE),
        ("<ArticleTitle>第三条</ArticleTitle><TableStruct/>", DetailFault.UNKNOWN_LINE),
        ("<ArticleTitle>第三条</ArticleTitle><Paragraph/>", DetailFault.UNKNOWN_LINE),
        (_HEAD + "<Table/></Paragraph>", DetailFault.UNKNOWN_LINE),
        (
            _HEAD + "<Item><ItemTitle>甲</ItemTitle><ItemSentence>乙</ItemSentence></Item></Paragraph>",
            DetailFault.BAD_NUMBER,
        ),
        (_HEAD + "<Item><ItemTitle>一</ItemTitle></Item></Paragraph>", DetailFault.UNKNOWN_LINE),
        (
            _HEAD
            + "<Item><ItemTitle>一</ItemTitle><ItemSentence><Column>甲</Column><Column>乙</Column><Column>丙</Column>"
            "</ItemSentence></Item></Paragraph>",
            DetailFault.UNKNOWN_LINE,
        ),
        (
            _HEAD
            + "<Item><ItemTitle>一</ItemTitle><ItemSentence>甲</ItemSentence><Subitem1><Subitem1Title>イ</Subitem1Title>"
            "<Subitem1Sentence>乙</Subitem1Sentence><Subitem2/></Subitem1></Item></Paragraph>",
            DetailFault.UNKNOWN_LINE,
        ),
    ],
)
def test_odd_xml_is_refused(inside: str, fault: DetailFault) -> None:
    with pytest.raises(MalformedDetail) as raised:
        xml_clauses(f'<Law><MainProvision><Article Num="3">{inside}</Article></MainProvision></Law>'.encode())
    assert raised.value.fault is fault
    assert raised.value.where


@pytest.mark.parametrize("xml", [b"<Law/>", b"<Law><MainProvision/></Law>"])
def test_xml_without_articles(xml: bytes) -> None:
    with pytest.raises(MalformedDetail) as raised:
        xml_clauses(xml)
    assert raised.value.fault is DetailFault.NO_ARTICLES


_PIECES = st.sampled_from(
    [
        "事務",
        "情報",
        "に係る",
        "次に掲げる情報",
        "第一号イに掲げる情報",
        "前号に掲げる情報",
        "（",
        "）",
        "「",
        "」",
        "又は",
        "及び",
        "、",
        "戸籍関係情報",
        "者",
        "とし、",
        "する。",
        "で定める",
        "第一号",
        "イからロまで",
        "同項で定める情報は、",
        "\u3000",
        "甲",
    ]
)


@given(st.lists(_PIECES, max_size=30).map("".join), st.sampled_from([place for place, _ in ARTICLE_3]))
def test_any_words_are_read_or_refused_with_their_place(words: str, place: str) -> None:
    refused = None
    articles: tuple[TextArticle, ...] = ()
    try:
        articles = _read(*_replaced(place, words))
    except MalformedDetail as error:
        refused = error
    said = [found for article in articles for detail in article.details for found in detail.statements]
    assert all(vocabulary().knows(found.information, "3") for found in said)
    assert bool(said) != bool(refused and refused.where)


@given(st.text(alphabet="**第三四条　\n- イロ一二事務情報#|", max_size=200))
def test_any_markdown_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(LawError):
        read_articles(markdown_clauses(text), vocabulary().knows)


@given(st.lists(_PIECES, max_size=20).map("".join))
def test_a_cut_loses_no_word(words: str) -> None:
    with contextlib.suppress(MalformedDetail):
        affair, information = split_affair(words, Place("3", 1, "1"))
        assert affair + information == words
        assert information
