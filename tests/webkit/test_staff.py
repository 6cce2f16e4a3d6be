"""Staff sign in, stay signed in for as long as they work, and are told nothing they need not know."""

import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.test.utils import override_settings
from django.utils import timezone

from mynumber.platform.databases import InstitutionDatabase
from mynumber.webkit.staff import sign_in
from mynumber.webkit.staff.models import Role, StaffMember, StaffSession
from mynumber.webkit.tenancy import acting_as

TOWN, OTHER = "131229", "131130"
PASSWORD = "とても長い合言葉 for tests"
NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _fewer_rounds(project: InstitutionDatabase) -> Iterator[None]:
    """The real hasher with one round: forty sign-ins in a second."""
    with override_settings(PASSWORD_HASHERS=["tests.webkit.hashers.OneRound"]):
        yield


@pytest.fixture
def member(project: InstitutionDatabase) -> Iterator[StaffMember]:
    """A case worker of one town."""
    with acting_as(TOWN):
        member = StaffMember(username="tanaka", display_name="田中 花子", department="子育て支援課")
        member.set_password(PASSWORD)
        member.save()
    yield member
    for town in (TOWN, OTHER):
        with acting_as(town):
            StaffMember.objects.all().delete()
            StaffSession.objects.all().delete()


def _sign_in(
    visitor: Client, username: str = "tanaka", password: str = PASSWORD, town: str = TOWN, **more: str
) -> int:
    token = visitor.get(f"/{town}/sign-in").context["csrf_token"]
    form = {"username": username, "password": password, "csrfmiddlewaretoken": str(token), **more}
    response = visitor.post(f"/{town}/sign-in", form)
    return response.status_code


def test_a_case_worker_signs_in_sees_the_name_and_signs_out(member: StaffMember, visitor: Client) -> None:
    assert _sign_in(visitor) == 302
    page = visitor.get(f"/{TOWN}/desk")
    assert page.status_code == 200
    assert "田中 花子" in page.content.decode()
    assert "子育て支援課" in page.content.decode()
    assert f'action="/{TOWN}/sign-out"' in page.content.decode()
    assert page["Cache-Control"] == "no-store"
    token = str(page.context["csrf_token"])
    assert visitor.post(f"/{TOWN}/sign-out", {"csrfmiddlewaretoken": token}).status_code == 302
    assert visitor.get(f"/{TOWN}/desk").status_code == 302
    with acting_as(TOWN):
        assert not StaffSession.objects.exists()


def test_signing_in_needs_the_token_of_the_form(member: StaffMember, visitor: Client) -> None:
    response = visitor.post(f"/{TOWN}/sign-in", {"username": "tanaka", "password": PASSWORD})
    assert response.status_code == 403
    assert "ページの有効期限が切れました" in response.content.decode()


def test_signing_out_by_a_link_does_nothing(member: StaffMember, visitor: Client) -> None:
    _sign_in(visitor)
    assert visitor.get(f"/{TOWN}/sign-out").status_code == 405
    assert visitor.get(f"/{TOWN}/desk").status_code == 200


def _refusal(visitor: Client, username: str, password: str) -> tuple[int, list[str]]:
    token = str(visitor.get(f"/{TOWN}/sign-in").context["csrf_token"])
    form = {"username": username, "password": password, "csrfmiddlewaretoken": token}
    response = visitor.post(f"/{TOWN}/sign-in", form)
    assert password not in response.content.decode()
    return response.status_code, [str(error) for error in response.context["form"].non_field_errors()]


def test_the_refusal_is_the_same_whether_the_user_exists_is_locked_or_not(
    member: StaffMember, visitor: Client
) -> None:
    wrong = _refusal(visitor, "tanaka", "wrong password")
    unknown = _refusal(visitor, "nobody", "wrong password")
    for _ in range(sign_in.ATTEMPTS):
        _refusal(visitor, "tanaka", "wrong password")
    locked = _refusal(visitor, "tanaka", PASSWORD)
    assert wrong == unknown == locked
    assert wrong[0] == 422
    assert len(wrong[1]) == 1


def test_five_failures_lock_for_a_quarter_of_an_hour(member: StaffMember) -> None:
    with acting_as(TOWN):
        for _ in range(sign_in.ATTEMPTS):
            assert sign_in.check("tanaka", "wrong", now=NOW) is None
        assert sign_in.check("tanaka", PASSWORD, now=NOW + sign_in.LOCKED_FOR - timedelta(seconds=1)) is None
        assert sign_in.check("tanaka", PASSWORD, now=NOW + sign_in.LOCKED_FOR) == member


def test_four_failures_and_a_success_start_the_count_anew(member: StaffMember) -> None:
    with acting_as(TOWN):
        for _ in range(2):
            for _ in range(sign_in.ATTEMPTS - 1):
                assert sign_in.check("tanaka", "wrong", now=NOW) is None
            assert sign_in.check("tanaka", PASSWORD, now=NOW) == member


def test_the_count_survives_the_refused_request(member: StaffMember, visitor: Client) -> None:
    _refusal(visitor, "tanaka", "wrong password")
    with acting_as(TOWN):
        assert StaffMember.objects.get().failed_attempts == 1


def test_who_has_left_does_not_sign_in_and_loses_the_session(member: StaffMember, visitor: Client) -> None:
    assert _sign_in(visitor) == 302
    with acting_as(TOWN):
        StaffMember.objects.update(active=False)
    assert visitor.get(f"/{TOWN}/desk").status_code == 302
    assert _sign_in(visitor) == 422


def test_a_changed_password_ends_the_sessions(member: StaffMember, visitor: Client) -> None:
    assert _sign_in(visitor) == 302
    with acting_as(TOWN):
        member.set_password("another long password")
        member.save()
    assert visitor.get(f"/{TOWN}/desk").status_code == 302


@pytest.mark.parametrize(("key", "ago"), [("seen", sign_in.IDLE), ("since", sign_in.LONGEST)])
def test_a_session_ends_when_idle_and_after_a_day(
    member: StaffMember, visitor: Client, key: str, ago: timedelta
) -> None:
    assert _sign_in(visitor) == 302
    with acting_as(TOWN):
        session = visitor.session
        session[key] = (timezone.now() - ago - timedelta(seconds=1)).timestamp()
        session.save()
    assert visitor.get(f"/{TOWN}/desk").status_code == 302
    with acting_as(TOWN):
        assert not StaffSession.objects.exists()


def test_a_planted_session_key_is_not_taken_over(member: StaffMember, visitor: Client) -> None:
    visitor.cookies["municipality_session"] = "a" * 32
    assert _sign_in(visitor) == 302
    key = visitor.cookies["municipality_session"].value
    assert key != "a" * 32
    assert _sign_in(visitor) == 302
    assert visitor.cookies["municipality_session"].value != key
    with acting_as(TOWN):
        assert StaffSession.objects.count() == 1


def test_a_session_of_one_town_is_nothing_in_another(member: StaffMember, visitor: Client) -> None:
    assert _sign_in(visitor) == 302
    cookie = visitor.cookies["municipality_session"]
    assert cookie["path"] == f"/{TOWN}/"
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    # The test client sends cookies whatever their path; the wall holds all the same.
    assert visitor.get(f"/{OTHER}/desk").status_code == 302
    with acting_as(OTHER):
        assert not StaffSession.objects.exists()
        assert not StaffMember.objects.exists()


def test_a_role_opens_what_it_opens(member: StaffMember, visitor: Client) -> None:
    assert _sign_in(visitor) == 302
    assert visitor.get(f"/{TOWN}/decide").status_code == 403
    with acting_as(TOWN):
        StaffMember.objects.update(role=Role.SUPERVISOR)
    assert visitor.get(f"/{TOWN}/decide").content == b"decided"


@pytest.mark.parametrize(
    ("wanted", "went"),
    [
        (f"/{TOWN}/desk?page=2", f"/{TOWN}/desk?page=2"),
        (f"/{OTHER}/desk", f"/{TOWN}/"),
        ("https://example.org/", f"/{TOWN}/"),
        (f"//example.org/{TOWN}/", f"/{TOWN}/"),
        ("javascript:alert(1)", f"/{TOWN}/"),
        (f"/{TOWN}/\nSet-Cookie: x=1", f"/{TOWN}/"),
        (f"/{TOWN}/../{OTHER}/desk", f"/{TOWN}/"),
    ],
)
def test_after_signing_in_one_stays_in_the_house(
    member: StaffMember, visitor: Client, wanted: str, went: str
) -> None:
    token = str(visitor.get(f"/{TOWN}/sign-in").context["csrf_token"])
    form = {"username": "tanaka", "password": PASSWORD, "next": wanted, "csrfmiddlewaretoken": token}
    assert visitor.post(f"/{TOWN}/sign-in", form)["Location"] == went


# --- create_staff ---------------------------------------------------------------------------------


def _create(*more: str, town: str = TOWN) -> str:
    out = io.StringIO()
    names = ("--username", "sato", "--name", "佐藤 次郎", "--department", "市民課")
    call_command("create_staff", "--tenant", town, *names, *more, stdout=out)
    return out.getvalue()


def test_a_password_that_nobody_gave_is_made_and_shown_once(member: StaffMember) -> None:
    password = _create("--role", "supervisor").split()[3]
    with acting_as(TOWN):
        found = sign_in.check("sato", password, now=NOW)
    assert found is not None
    assert (found.role, found.display_name, found.department) == ("supervisor", "佐藤 次郎", "市民課")


def test_a_password_comes_by_standard_input(member: StaffMember, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(PASSWORD + "\n"))
    assert _create("--password-stdin") == ""
    with acting_as(TOWN):
        assert sign_in.check("sato", PASSWORD, now=NOW) is not None


def test_a_short_password_is_refused(member: StaffMember, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("short\n"))
    with pytest.raises(CommandError, match="12文字以上"):
        _create("--password-stdin")


def test_a_second_member_of_that_name_is_refused_or_kept(member: StaffMember) -> None:
    _create()
    with pytest.raises(CommandError, match="すでに"):
        _create()
    assert _create("--keep") == ""
    assert "パスワード" in _create(town=OTHER)


def test_a_tenant_must_be_named(project: InstitutionDatabase) -> None:
    with pytest.raises(CommandError, match="--tenant"):
        call_command("create_staff", "--username", "sato", "--name", "x", "--department", "y")
