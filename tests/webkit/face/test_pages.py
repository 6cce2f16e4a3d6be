"""The pages as they are sent: what must hold of every page, whatever it says."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
from django.test import Client

from tests.webkit import faces

GALLERY = "tests.webkit.face_gallery.settings"
URLS = '{"guide":"http://localhost:8000","portal":"http://portal.localhost:8000"}'
GALLERY_PAGES = [
    "/face/",
    "/face/words",
    "/face/fields",
    "/face/pickers",
    "/face/procedure",
    "/face/card",
    "/face/values",
]
PAGES = [*GALLERY_PAGES, "/face/refused", "/face/broken", "/face/nowhere"]


@pytest.fixture
def visitor() -> Iterator[Client]:
    """A browser at the gallery; failures come back as pages."""
    with faces.face(GALLERY, None, MYNUMBER_PUBLIC_URLS=URLS):
        yield Client(raise_request_exception=False, headers={"host": "municipality.localhost"})


class Elements(HTMLParser):
    """The elements of a page with their attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.found if name == tag]

    def ids(self) -> list[str]:
        return [str(attributes["id"]) for _, attributes in self.found if "id" in attributes]


def page(visitor: Client, path: str) -> str:
    return visitor.get(path).content.decode()


@pytest.mark.parametrize("path", PAGES)
def test_a_page_holds_to_the_strict_policy(visitor: Client, path: str) -> None:
    elements = Elements(page(visitor, path))
    assert all("src" in script for script in elements.named("script"))
    assert not elements.named("style")
    for tag, attributes in elements.found:
        assert "style" not in attributes, tag
        assert not [name for name in attributes if name.startswith("on")], tag
    addresses = [
        a.get("src") or a.get("href") for tag, a in elements.found if tag in {"script", "link", "img"}
    ]
    assert all(str(address).startswith("/static/") for address in addresses)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_japanese_has_one_heading_and_unique_ids(visitor: Client, path: str) -> None:
    elements = Elements(page(visitor, path))
    assert elements.named("html")[0]["lang"] == "ja"
    assert len(elements.named("h1")) == 1
    assert len(elements.ids()) == len(set(elements.ids()))


@pytest.mark.parametrize("path", PAGES)
def test_a_page_says_that_it_is_a_simulation(visitor: Client, path: str) -> None:
    assert "これは模型です。登場する人はすべて架空です。" in page(visitor, path)


def test_an_operator_may_take_the_banner_down() -> None:
    with faces.face(GALLERY, None, MYNUMBER_SIMULATION="0"):
        html = page(Client(headers={"host": "municipality.localhost"}), "/face/")
    assert "模型" not in re.sub(r"(?s)<main.*</main>", "", html)


def test_a_page_links_its_neighbours_and_not_itself(visitor: Client) -> None:
    html = page(visitor, "/face/fields")
    footer = html[html.index("<footer") :]
    assert "http://portal.localhost:8000" in footer
    assert 'data-house="municipality"' not in footer


def test_every_error_links_to_its_control(visitor: Client) -> None:
    response = visitor.post("/face/fields", {"born": "昨日", "kana": "カクウ"})
    elements = Elements(response.content.decode())
    targets = [str(a["href"])[1:] for a in elements.named("a") if str(a.get("href")).startswith("#id_")]
    assert response.status_code == 422
    assert len(targets) == 6
    controls = {
        str(a["id"]): a for tag, a in elements.found if tag in {"input", "select", "textarea"} and "id" in a
    }
    assert set(targets) <= set(controls)
    for target in set(targets) - {"id_card_0"}:
        assert controls[target]["aria-invalid"] == "true"
        described = str(controls[target]["aria-describedby"]).split()
        assert f"{target}-error" in described
        assert set(described) <= set(elements.ids())


def test_what_was_typed_comes_back_escaped(visitor: Client) -> None:
    html = visitor.post("/face/fields", {"name": '"><script>alert(1)</script>'}).content.decode()
    assert "<script>alert" not in html
    assert "&quot;&gt;&lt;script&gt;" in html


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/face/refused", 409, "情報提供ネットワークシステム"),
        ("/face/nowhere", 404, "ページが見つかりません"),
        ("/face/broken", 500, "いま処理できません"),
    ],
)
def test_a_problem_says_what_is_wrong_and_what_to_do(
    visitor: Client, path: str, status: int, words: str
) -> None:
    response = visitor.get(path)
    html = response.content.decode()
    assert response.status_code == status
    assert words in html
    assert "できること" in html


def test_a_problem_repeats_neither_the_address_nor_the_cause(visitor: Client) -> None:
    assert "123456789018" not in page(visitor, "/face/nowhere/123456789018?number=123456789018")
    assert "broken on purpose" not in page(visitor, "/face/broken")


def test_a_form_without_its_token_gets_the_page_about_expiry() -> None:
    with faces.face(GALLERY, None):
        strict = Client(enforce_csrf_checks=True, headers={"host": "municipality.localhost"})
        response = strict.post("/face/fields", {"name": "x"})
    assert response.status_code == 403
    assert "ページの有効期限が切れました" in response.content.decode()


def test_the_browsers_own_language_is_no_choice(visitor: Client) -> None:
    html = visitor.get("/face/", headers={"accept-language": "en"}).content.decode()
    assert "This is a simulation" not in html


def test_english_is_spoken_after_it_was_chosen_and_marked_as_english(visitor: Client) -> None:
    chosen = visitor.post("/language", {"language": "en", "next": "/face/fields"})
    assert (chosen.status_code, chosen["Location"]) == (302, "/face/fields")
    html = page(visitor, "/face/fields")
    assert "This is a simulation" in html
    elements = Elements(html)
    assert elements.named("html")[0]["lang"] == "en"
    still_japanese = Elements(page(visitor, "/face/values"))
    assert still_japanese.named("html")[0]["lang"] == "ja"
    assert still_japanese.named("footer")[0]["lang"] == "en"


@pytest.mark.parametrize("next_page", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_the_language_switch_leads_to_no_other_host(visitor: Client, next_page: str) -> None:
    location = visitor.post("/language", {"language": "en", "next": next_page})["Location"]
    assert "evil" not in location
    assert not location.startswith("javascript")


def test_an_unknown_language_is_japanese(visitor: Client) -> None:
    visitor.cookies["municipality_language"] = "../../etc"
    assert "これは模型です" in page(visitor, "/face/")


def test_paging_keeps_the_filters(visitor: Client) -> None:
    html = page(visitor, "/face/values?outcome=%E6%8B%92%E5%90%A6&page=5")
    links = re.findall(r'href="(\?[^"]*page=[^"]*)"', html)
    assert links
    assert all("outcome=%E6%8B%92%E5%90%A6" in link for link in links)
    assert all(link.count("page=") == 1 for link in links)


def test_the_place_in_the_navigation_is_marked(visitor: Client) -> None:
    current = [
        a["href"]
        for a in Elements(page(visitor, "/face/fields")).named("a")
        if a.get("aria-current") == "page"
    ]
    assert current == ["/face/fields"]


def test_what_is_missing_is_said_as_what_to_do(visitor: Client) -> None:
    html = visitor.post("/face/fields", {}).content.decode()
    for words in ("氏名：入力してください。", "事務：選んでください。", "確かめて、しるしを付けてください。"):
        assert words in html
    assert "このフィールドは必須" not in html


def test_what_is_known_or_sent_back_is_said_with_its_field(visitor: Client) -> None:
    elements = Elements(page(visitor, "/face/fields"))
    controls = {str(a.get("name")): a for a in elements.named("input")}
    assert "disabled" in controls["known-address"]
    for name, what in (("address", "source"), ("phone", "source"), ("employer", "note")):
        described = str(controls[f"known-{name}"]["aria-describedby"]).split()
        assert f"id_known-{name}-{what}" in described
        assert set(described) <= set(elements.ids())
