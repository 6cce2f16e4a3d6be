"""A town with a few people and four members of staff."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.test.utils import override_settings

from mynumber.institutions.municipality.notices.models import (
    Heard,
    Mailing,
    MailingAddressee,
    SentNotice,
    Switch,
)
from mynumber.institutions.municipality.register.models import Household, Person
from mynumber.platform.databases import InstitutionDatabase
from mynumber.webkit.staff.models import Role, StaffMember
from mynumber.webkit.tenancy import acting_as
from tests.institutions.municipality.conftest import CITY, FORMER_CITY, PROJECT
from tests.webkit import faces

PASSWORD = "とても長い合言葉 for tests"
STAFF = (
    (CITY, "yamada", "山田　恵", Role.CASE_WORKER),
    (CITY, "kimura", "木村　徹", Role.SUPERVISOR),
    (CITY, "mori", "森　誠", Role.SUPERVISOR),
    (CITY, "kansa", "監査　正", Role.AUDITOR),
    (FORMER_CITY, "yao", "八尾　和", Role.SUPERVISOR),
)
PEOPLE: tuple[tuple[str, str, str, date, str, dict[str, date]], ...] = (
    ("1000000001", "架空", "一郎", date(1990, 4, 1), "立石一丁目", {}),
    ("1000000002", "架空", "二葉", date(2008, 2, 29), "立石一丁目", {}),
    ("1000000003", "模擬", "三太", date(1960, 11, 22), "亀有三丁目", {}),
    ("1000000004", "模擬", "四季", date(1960, 11, 23), "亀有三丁目", {}),
    ("1000000005", "転出", "五月", date(1985, 1, 1), "亀有三丁目", {"moved_out": date(2026, 1, 1)}),
    ("1000000006", "死亡", "六子", date(1930, 1, 1), "立石一丁目", {"died_on": date(2026, 1, 1)}),
)
"""Addressee number, family, given, birth, town, and what became of them."""


@pytest.fixture(scope="module")
def town(database: InstitutionDatabase) -> Iterator[InstitutionDatabase]:
    """The municipality on its database, with people."""
    with (
        faces.face(PROJECT, database, MYNUMBER_PUBLIC_URL="http://municipality.localhost:8000"),
        override_settings(PASSWORD_HASHERS=["tests.webkit.hashers.OneRound"]),
    ):
        with acting_as(CITY):
            for number, (addressee, family, given, birth, area, more) in enumerate(PEOPLE, start=1):
                household = Household.objects.create(number=number)
                Person.objects.create(
                    addressee=addressee,
                    household=household,
                    relation="世帯主" if number != 2 else "子",
                    family=family,
                    given=given,
                    family_kana="カクウ",
                    given_kana="タメシ",
                    birth=birth,
                    sex="female",
                    nationality_kind="japanese",
                    town=area,
                    rest="1番1号",
                    search_name=family + given,
                    search_kana="カクウタメシ",
                    **more,
                )
        for code, username, name, role in STAFF:
            with acting_as(code):
                member = StaffMember(
                    username=username, display_name=name, department="子育て支援課", role=role
                )
                member.set_password(PASSWORD)
                member.save()
        yield database


@pytest.fixture
def clean(town: InstitutionDatabase) -> Iterator[InstitutionDatabase]:
    """Whatever a test writes is gone afterwards (the records of who did what stay, as they must)."""
    yield town
    with acting_as(CITY):
        SentNotice.objects.all().delete()
        MailingAddressee.objects.all().delete()
        Mailing.objects.filter(entries=None).delete()
        Mailing.objects.update(state="stopped")
        Switch.objects.all().delete()
        Heard.objects.all().delete()


class Worker:
    """A member of staff in a browser."""

    def __init__(self, username: str, town: str = CITY) -> None:
        self.town = town
        self.client = Client(enforce_csrf_checks=True, headers={"host": "municipality.localhost:8000"})
        self.token = ""
        page = self.get("sign-in")
        assert page
        assert (
            self.client.post(
                f"/{town}/sign-in",
                {"username": username, "password": PASSWORD, "csrfmiddlewaretoken": self.token},
            ).status_code
            == 302
        )

    def get(self, path: str, status: int = 200) -> str:
        """A page of the town."""
        response = self.client.get(f"/{self.town}/{path}")
        text = response.content.decode()
        assert response.status_code == status, text[:2000]
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', text)
        self.token = found[1] if found else self.token
        return text

    def post(self, path: str, status: int = 302, **fields: Any) -> str:
        """Send a form; the page that comes back, or the address where it leads."""
        response = self.client.post(f"/{self.town}/{path}", {"csrfmiddlewaretoken": self.token, **fields})
        text = response.content.decode()
        assert response.status_code == status, (response.status_code, text[:2000])
        return response["Location"] if status == 302 else text


@pytest.fixture
def yamada(clean: InstitutionDatabase) -> Worker:
    """A case worker."""
    return Worker("yamada")


@pytest.fixture
def kimura(clean: InstitutionDatabase) -> Worker:
    """A supervisor."""
    return Worker("kimura")
