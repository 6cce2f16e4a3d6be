"""The checker: the catalogue is without complaint, and every kind of mistake is found."""

import tomllib
from copy import deepcopy
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from mynumber.foundation.procedures.checker import check, check_catalogue
from mynumber.foundation.procedures.loading import (
    Common,
    MalformedProcedure,
    UnknownProcedure,
    catalogue,
    convert,
    load,
    read,
    whole,
)

FOLDER = files("mynumber.catalogue")
COMMON = Common.of(FOLDER)


def raw(procedure: str = "child_allowance_claim") -> dict[str, Any]:
    text = (FOLDER / procedure / "procedure.toml").read_text(encoding="utf-8")
    return deepcopy(whole(tomllib.loads(text), procedure, COMMON))


def complaints(changed: dict[str, Any]) -> list[str]:
    return [complaint.line for complaint in check(convert(changed, "test"), catalogue())]


def field(data: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(each for each in data["field"] if each["id"] == name)
    return found


def inside(data: dict[str, Any], group: str, name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(each for each in field(data, group)["field"] if each["id"] == name)
    return found


def test_the_catalogue_is_without_complaint() -> None:
    assert [complaint.line for complaint in check_catalogue(catalogue())] == []


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda d: d["title"].update(easy=""), "easy のことばがありません"),
        (lambda d: d["title"].update(en="児童手当"), "英語のことばに日本語"),
        (lambda d: field(d, "main_earner").update(when="no_such = yes"), "条件の項目 no_such"),
        (lambda d: field(d, "main_earner").update(when="cause = yes"), "cause の答えに yes はありません"),
        (
            lambda d: field(d, "main_earner").update(when="cause = wedding"),
            "cause の答えに wedding はありません",
        ),
        (lambda d: field(d, "main_earner").update(when="cause_on >"), "条件が読めません"),
        (lambda d: field(d, "main_earner").update(when="main_earner = yes"), "条件の項目 main_earner"),
        (
            lambda d: field(d, "main_earner").update(source={"from": "register", "item": "name"}),
            "聞く項目（ask）の source",
        ),
        (lambda d: field(d, "main_earner").update(how="derived"), "計算する項目（derived）"),
        (lambda d: field(d, "own_income")["source"].update(path="no_such"), "項目 no_such がありません"),
        (lambda d: field(d, "own_income")["source"].update(kind="no_such"), "情報の種類 no_such"),
        (
            lambda d: field(d, "own_income")["source"].update(
                layout="child_allowance", path="receiving", year=""
            ),
            "のものではありません",
        ),
        (lambda d: field(d, "own_income")["source"].update(year=""), "年度の情報には year"),
        (lambda d: field(d, "own_income")["source"].update(of="cause"), "人を指す項目ではありません"),
        (
            lambda d: field(d, "own_income").update(
                source={
                    "from": "network",
                    "kind": "public_assistance",
                    "layout": "public_assistance",
                    "path": "state",
                }
            ),
            "法令の表にありません",
        ),
        (lambda d: inside(d, "children", "name")["source"].update(of="nobody"), "人を指す項目ではありません"),
        (lambda d: field(d, "phone").update(source={"from": "examined"}), "審査で確かめる項目"),
        (lambda d: d["field"].append(field(d, "main_earner")), "同じidの項目が二つ"),
        (lambda d: field(d, "main_earner").update(section="nowhere"), "section nowhere"),
        (lambda d: field(d, "cause").update(choices=[]), "選択肢がありません"),
        (lambda d: field(d, "cause")["choices"][0].update(value="yes"), "選択肢の値は"),
        (lambda d: field(d, "phone").update(bounds={"earliest": "today"}), "date と month の項目だけ"),
        (lambda d: field(d, "cause_on").update(bounds={"earliest": "last year"}), "日の範囲 last year"),
        (lambda d: field(d, "cause_on").update(bounds={"not_before": "no_such"}), "no_such がありません"),
        (lambda d: field(d, "cause_on").update(bounds={"not_before": "phone"}), "date と month の項目だけ"),
        (
            lambda d: inside(d, "children", "birth").update(bounds={"not_before": "cause_on"}),
            "本人が直せるもの",
        ),
        (lambda d: field(d, "phone").update(id="Phone!"), "idは英小文字"),
        (lambda d: d["document"][0].pop("replaced_by"), "どちらか一方"),
        (
            lambda d: d["document"][0].update(replaced_by=[{"network": "public_assistance"}]),
            "法令の表にありません",
        ),
        (lambda d: d["document"][0].update(replaced_by=[{"answer": "no_such"}]), "項目 no_such がありません"),
        (lambda d: d["document"][0].update(replaced_by=[{"electronic": "no_such"}]), "電子文書 no_such"),
        (lambda d: d["competent"].update(affair=["999-1"]), "事務 999-1"),
        (lambda d: d["competent"].update(kinds=["city_hall"]), "機関の種類 city_hall"),
        (lambda d: d["competent"].update(kinds=["pension_service"]), "行う機関が違います"),
        (lambda d: d["rule"].update(decision="no_such"), "規則 no_such"),
        (lambda d: d["rule"]["fact"][0].update(to="no_such"), "規則の事実 no_such"),
        (lambda d: d["rule"]["fact"][0].update(field="no_such"), "項目 no_such がありません"),
        (lambda d: d["rule"]["fact"][0].update(field="own_income"), "型（yen）が規則の事実の型に合いません"),
        (lambda d: d["rule"]["fact"].pop(), "項目がありません。項目を対応させるか"),
        (lambda d: d["rule"]["fact"].append(d["rule"]["fact"][0]), "二度書かれています"),
        (lambda d: d["rule"]["fact"][1].update(constant="nobody"), "規則の区分にありません"),
        (lambda d: d["deadlines"]["apply"].update(after="no_such"), "起算の項目"),
        (lambda d: d["deadlines"]["apply"].pop("after"), "組で書いてください"),
        (lambda d: d["deadlines"]["processing"].update(days=0), "1日以上"),
        (lambda d: d["deadlines"]["processing"].update(legal=True), "条文を書いてください"),
        (lambda d: d["payout"].update(account="phone"), "口座の項目 phone"),
        (lambda d: d["payout"].update(months=[]), "支払月"),
        (lambda d: d["entitlement"].update(per="subject"), "どの項目で区別するか"),
        (lambda d: d.update(until=date(2020, 1, 1)), "始まりの日より前"),
        (lambda d: d.update(version="new"), "2026-04 のように"),
        (lambda d: d.update(basis=[]), "根拠となる条文"),
        (lambda d: d["basis"][0].update(egov="児童手当法"), "法令番号"),
    ],
)
def test_each_mistake_is_found(change: Any, expected: str) -> None:
    data = raw()
    change(data)
    assert any(expected in line for line in complaints(data)), complaints(data)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("id = ", "TOMLとして読めません"),
        ('id = "x"', "missing required field"),
        ('base = "nothing"', "bases.toml に nothing"),
        ('base = "care"\n[[field]]\nuse = "nothing"', "field に nothing"),
        ('nonsense = 1\nid = "x"', "unknown field"),
    ],
)
def test_a_file_out_of_shape_is_refused_with_place_and_reason(text: str, expected: str) -> None:
    with pytest.raises(MalformedProcedure) as caught:
        read(text, "folder/procedure.toml", COMMON)
    assert caught.value.place == "folder/procedure.toml"
    assert expected in caught.value.problem


def copied(folder: Path, *versions: tuple[str, str, str, str]) -> Path:
    """A catalogue of one procedure in versions (file, name, since, until)."""
    (folder / "common").mkdir()
    for name in ("fields.toml", "bases.toml"):
        (folder / "common" / name).write_bytes((FOLDER / "common" / name).read_bytes())
    (folder / "child_allowance_claim").mkdir()
    text = (FOLDER / "child_allowance_claim" / "procedure.toml").read_text(encoding="utf-8")
    for file, name, since, until in versions:
        dates = f"since = {since}" + (f"\nuntil = {until}" if until else "")
        changed = text.replace('version = "2026-04"', f'version = "{name}"').replace(
            "since = 2026-04-01", dates
        )
        (folder / "child_allowance_claim" / file).write_text(changed, encoding="utf-8")
    return folder


def test_versions_follow_one_another(tmp_path: Path) -> None:
    two = load(
        copied(
            tmp_path,
            ("procedure.toml", "2027-04", "2027-04-01", ""),
            ("procedure.2026.toml", "2026-04", "2026-04-01", "2027-03-31"),
        )
    )
    assert two.get("child_allowance_claim", date(2027, 3, 31)).version == "2026-04"
    assert two.get("child_allowance_claim", date(2027, 4, 1)).version == "2027-04"
    assert two.version("child_allowance_claim", "2026-04").until == date(2027, 3, 31)
    assert not [each for each in check_catalogue(two) if each.where == "since"]
    with pytest.raises(UnknownProcedure):
        two.get("child_allowance_claim", date(2026, 3, 31))
    with pytest.raises(UnknownProcedure):
        two.get("nothing", date(2026, 4, 1))


def test_versions_that_overlap_are_found(tmp_path: Path) -> None:
    two = load(
        copied(
            tmp_path,
            ("procedure.toml", "2027-04", "2027-04-01", ""),
            ("procedure.2026.toml", "2026-04", "2026-04-01", "2027-04-01"),
        )
    )
    assert [each.where for each in check_catalogue(two)] == ["since"]


def test_a_file_that_is_too_large_or_no_text_is_refused(tmp_path: Path) -> None:
    folder = copied(tmp_path, ("procedure.toml", "2026-04", "2026-04-01", ""))
    file = folder / "child_allowance_claim" / "procedure.toml"
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(MalformedProcedure, match="UTF-8"):
        load(folder)
    file.write_bytes(b"#" * 400_001)
    with pytest.raises(MalformedProcedure, match="大きすぎます"):
        load(folder)
