"""Reading pages and filling in forms as the pages of the institutions are made."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mynumber.platform.demo.forms import form_with
from mynumber.platform.demo.markup import NotOnThePage, read

PAGE = """<!DOCTYPE html><html><head><title>t</title><script>var x = "<p>not text</p>";</script></head><body>
<form class="account" method="post" action="/out"><input type="hidden" name="csrf" value="other"><button>サインアウト</button></form>
<main><h1>案件</h1>
<dl><div><dt>氏名</dt><dd>佐藤　花子<br><span class="soft">（サトウ）</span></dd></div><div><dt>年額</dt><dd><strong>1円</strong></dd></div></dl>
<dl><div><dt>年額</dt><dd>2円</dd></div></dl>
<table><caption>一覧（新しい順）</caption><thead><tr><th>日時</th></tr></thead>
<tbody><tr><th><a href="/records/1">今日</a></th><td><span aria-hidden="true">—</span><span class="visually-hidden">なし</span></td></tr></tbody></table>
<form method="POST" action="ask">
<input type="hidden" name="csrf" value="token&amp;1"><input name="words"><input type="password" name="pin" value="">
<input type="checkbox" name="ask" value="a" checked><input type="checkbox" name="ask" value="b"><input type="checkbox" name="ask" value="c" disabled>
<input type="radio" name="card" value="one"><input type="radio" name="card" value="two" disabled>
<select name="affair"><option value="">選ぶ</option><option value="81-1">手当</option></select>
<textarea name="note"> memo </textarea>
<button name="go" value="1">まとめて照会する</button><button type="button">何もしない</button></form></main></body></html>"""


def test_text_is_what_a_screen_reader_says() -> None:
    page = read(PAGE)
    assert page.first("h1").text == "案件"
    assert [cell.text for cell in page.table("一覧")[0]] == ["今日", "なし"]
    assert "not text" not in page.text


def test_facts_keep_the_order_and_the_first_of_a_term() -> None:
    page = read(PAGE)
    assert page.pairs() == [("氏名", "佐藤 花子 （サトウ）"), ("年額", "1円"), ("年額", "2円")]
    assert page.facts()["年額"] == "1円"


def test_a_form_sends_what_a_browser_sends() -> None:
    form = form_with(read(PAGE), "まとめて照会する")
    assert (form.method, form.action) == ("post", "ask")
    form.fill("words", "佐藤")
    form.fill("pin", "1234")
    form.fill("card", "one")
    form.fill("affair", "81-1")
    form.tick("ask", ["b"])
    assert form.entries("まとめて") == [
        ("csrf", "token&1"),
        ("words", "佐藤"),
        ("pin", "1234"),
        ("ask", "b"),
        ("card", "one"),
        ("affair", "81-1"),
        ("note", "memo"),
        ("go", "1"),
    ]


def test_a_form_offers_only_what_a_person_could_choose() -> None:
    form = form_with(read(PAGE), "まとめて照会する")
    assert form.offered("ask") == ["a", "b"]
    with pytest.raises(NotOnThePage, match="boxes"):
        form.tick("ask", ["c"])
    with pytest.raises(NotOnThePage, match="choice 'two' of 'card'"):
        form.fill("card", "two")
    with pytest.raises(NotOnThePage, match="'absent'"):
        form.fill("absent", "x")
    with pytest.raises(NotOnThePage, match="何もしない"):
        form.entries("何もしない")


def test_what_is_missing_is_named() -> None:
    page = read(PAGE)
    with pytest.raises(NotOnThePage, match="button '署名'"):
        form_with(page, "署名")
    with pytest.raises(NotOnThePage, match="table: 別の表"):
        page.table("別の表")
    with pytest.raises(NotOnThePage, match="h5"):
        page.first("h5")


@given(
    st.lists(
        st.sampled_from(
            [
                "<p>",
                "</p>",
                "<dl>",
                "<dt>",
                "<dd>",
                "</dl>",
                "<br/>",
                "</div>",
                "<form",
                ">",
                "&#x;",
                "x",
                "<!--",
            ]
        )
    )
)
def test_a_broken_page_is_read_all_the_same(pieces: list[str]) -> None:
    page = read("".join(pieces))
    assert isinstance(page.text, str)
    assert isinstance(page.facts(), dict)
