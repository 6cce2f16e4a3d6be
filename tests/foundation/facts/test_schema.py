"""The JSON Schema says what the reader does, but for check digits and the order of a period's days."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from mynumber.foundation.facts import Layout, Problem, edges, fact_type, json_schema, sample
from mynumber.foundation.facts.language import FieldType, Period
from mynumber.foundation.facts.layouts import ALL
from mynumber.foundation.facts.types import text_form
from tests.foundation.facts.mutations import mutations

layouts = pytest.mark.parametrize("layout", ALL, ids=lambda layout: layout.id)
BEYOND_JSON_SCHEMA = {Problem.CHECK_DIGIT, Problem.ORDER, Problem.NOT_JSON}


@layouts
def test_it_is_what_msgspec_derives_from_the_reader(layout: Layout) -> None:
    """Two derivations that share no code: ours from the layout, msgspec's from the struct that reads."""
    ours = json_schema(layout)
    theirs = msgspec.json.schema(fact_type(layout))
    assert plain(ours, ours) == plain(theirs, theirs)


def plain(schema: Any, whole: dict[str, Any]) -> Any:
    """A schema with references followed, and of each part only what decides."""
    if "$ref" in schema:
        found: Any = whole
        for step in schema["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        return plain(found, whole)
    if "anyOf" in schema:
        return frozenset(part for one in schema["anyOf"] for part in parts(plain(one, whole)))
    if schema.get("properties", {}).keys() == {"special"}:
        names = schema["properties"]["special"]
        return frozenset(names["enum"] if "enum" in names else {names["const"]})
    match schema.get("type"):
        case "object":
            fields = tuple((name, plain(one, whole)) for name, one in sorted(schema["properties"].items()))
            return (
                "object",
                fields,
                tuple(sorted(schema.get("required", ()))),
                schema["additionalProperties"],
            )
        case "array":
            return ("array", plain(schema["items"], whole), schema["maxItems"])
        case "integer":
            return ("integer", schema["minimum"], schema["maximum"])
        case "boolean":
            return ("boolean",)
        case "string" if schema.get("format") == "date":
            return ("day",)
        case "string":
            form = (
                schema["pattern"].removeprefix("^").removesuffix("$").removeprefix(r"\A").removesuffix(r"\Z")
            )
            return ("string", form, schema["maxLength"])
        case _:
            return ("code", tuple(sorted(schema["enum"])))


def parts(schema: Any) -> frozenset[Any]:
    return schema if isinstance(schema, frozenset) else frozenset({schema})


@layouts
def test_a_validator_of_others_accepts_and_refuses_the_same(layout: Layout) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    schema = json_schema(layout)
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(
        schema, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER
    )
    for good in (*edges(layout).values(), *(sample(layout, seed) for seed in range(10))):
        assert validator.is_valid(good)
    for spoilt, fault in mutations(layout, edges(layout)["full"]):
        if r"\n" not in json.dumps(
            spoilt
        ):  # in Python's regular expressions $ also stands before a last line feed
            assert validator.is_valid(spoilt) is (fault.problem in BEYOND_JSON_SCHEMA), str(fault)


@layouts
def test_a_vendor_finds_labels_units_and_codes(layout: Layout) -> None:
    schema = json_schema(layout)
    assert schema["$id"] == f"urn:mynumber:fact:{layout.id}"
    assert schema["x-information"]
    for name, field in ((field.name, field) for field in layout.fields):
        assert schema["properties"][name]["title"] == field.label


def test_only_texts_have_a_form() -> None:
    kind: FieldType = Period()
    with pytest.raises(TypeError):
        text_form(kind)
