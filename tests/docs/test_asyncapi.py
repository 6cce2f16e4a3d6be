"""The AsyncAPI documents are those of the code, and the AsyncAPI project's own parser accepts them."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import msgspec
import pytest

from mynumber.protocols.asyncapi import APPLICATIONS, text_of
from tests.docs.pages import DOCS
from tests.support.tools import needs

CHECK = Path(__file__).parent / "asyncapi"


class Found(msgspec.Struct):
    """What check.mjs says of one document."""

    operations: list[str]
    problems: list[str]
    examples: int


@pytest.mark.parametrize("name", APPLICATIONS)
def test_the_document_is_that_of_the_code(name: str) -> None:
    kept = (DOCS / "asyncapi" / f"events-{name}.json").read_text(encoding="utf-8")
    assert kept == text_of(name), "renew with: python -m mynumber.protocols.asyncapi docs/asyncapi"


@needs("node", "npm")
@pytest.mark.thorough
def test_the_parser_of_asyncapi_accepts_every_document_and_sees_a_wrong_one(tmp_path: Path) -> None:
    for file in CHECK.iterdir():
        if file.is_file():
            shutil.copy(file, tmp_path)
    npm = ["npm", "ci", "--no-audit", "--no-fund"]
    installed = subprocess.run(npm, cwd=tmp_path, capture_output=True, text=True, check=False)
    if installed.returncode != 0 and os.environ.get("MYNUMBER_REQUIRE_TOOLS") != "1":
        pytest.skip("no package registry within reach")
    assert installed.returncode == 0, installed.stderr
    member = text_of("member")
    documents = {name: text_of(name) for name in APPLICATIONS} | {
        "wrong-example": member.replace('"accepted": 0', '"accepted": "none"'),
        "wrong-reference": member.replace("#/channels/publish/messages/publish", "#/channels/none"),
    }
    for name, text in documents.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    judged = subprocess.run(
        ["node", "check.mjs", *documents], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert judged.returncode == 0, judged.stderr
    found = msgspec.json.decode(judged.stdout, type=dict[str, Found])
    for name, application in APPLICATIONS.items():
        assert found[name].problems == []
        asked = {asked.name for asked in application.asks}
        assert set(found[name].operations) == asked | ({"follow"} if application.follows_bus else set())
        assert found[name].examples > 2 * len(asked)  # each question, each answer, the refusal
    assert found["wrong-example"].problems == ["publishAnswer: data/accepted must be integer"]
    assert found["wrong-reference"].problems != []
