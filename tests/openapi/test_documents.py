"""The OpenAPI documents are those of the code, name every message that the processes take, and are valid."""

from __future__ import annotations

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from mynumber.institutions.gateway.api import app as gateway
from mynumber.institutions.network.api import app as network
from mynumber.protocols.openapi import SERVICES, document, text_of
from tests.docs.pages import DOCS


@pytest.mark.parametrize("name", SERVICES)
def test_the_document_is_that_of_the_code(name: str) -> None:
    kept = (DOCS / "openapi" / f"{name}.json").read_text(encoding="utf-8")
    assert kept == text_of(name), "renew with: python -m mynumber.protocols.openapi docs/openapi"


@pytest.mark.parametrize("name", SERVICES)
def test_the_document_is_valid_and_one_that_is_not_is_seen(name: str) -> None:
    made = document(name)
    assert list(OpenAPIV31SpecValidator(made).iter_errors()) == []
    made["paths"]["/messages/nothing.v1"] = {"post": {"operationId": 7}}
    assert list(OpenAPIV31SpecValidator(made).iter_errors())


@pytest.mark.parametrize(("name", "app"), [("gateway", gateway), ("network", network)])
def test_the_document_names_every_message_that_the_process_takes(name: str, app: object) -> None:
    described = {one.path for messages in SERVICES[name].takes.values() for one in messages}
    assert described == set(vars(app)["_endpoints"])
