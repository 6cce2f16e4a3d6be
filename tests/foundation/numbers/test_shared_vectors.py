"""The vectors of the shared data folder, where it is there: the product never needs it."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from mynumber.foundation.numbers import (
    CorporateNumber,
    IndividualNumber,
    InsurerNumber,
    LocalGovernmentCode,
    MalformedNumber,
    MedicalInstitutionCode,
    local_governments,
)

DATA = Path(__file__).resolve().parents[4] / "shared" / "data"
PARSERS: dict[str, Any] = {
    "kojin_bango": IndividualNumber.parse,
    "houjin_bango": CorporateNumber.parse,
    "local_government_code": LocalGovernmentCode.parse,
    "hokensha_bango": InsurerNumber.parse,
}


@pytest.mark.skipif(not (DATA / "checkdigits").exists(), reason="shared data is not here")
def test_every_shared_vector() -> None:
    vectors = json.loads((DATA / "checkdigits" / "test_vectors.json").read_text(encoding="utf-8"))
    for kind, parse in PARSERS.items():
        for vector in vectors[kind]["vectors"]:
            if vector["valid"]:
                parse(vector["number"])
            else:
                with pytest.raises(MalformedNumber):
                    parse(vector["number"])
    for vector in vectors["iryokikan_code"]["vectors"]:
        MedicalInstitutionCode.parse_without_table(vector["number"], table=vector["table"])


@pytest.mark.skipif(not (DATA / "localgov").exists(), reason="shared data is not here")
def test_the_committed_list_is_the_official_list() -> None:
    with (DATA / "localgov" / "local_government_codes_20240101.csv").open(encoding="utf-8-sig") as file:
        official = {
            (row["code6"], row["prefecture"], row["name"] or row["prefecture"])
            for row in csv.DictReader(file)
        }
    assert {(g.code.digits, g.prefecture, g.name) for g in local_governments()} == official
