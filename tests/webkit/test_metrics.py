"""What a process tells of its own work: routes and outcomes, never what anybody asked for."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

from mynumber.platform.databases import InstitutionDatabase
from mynumber.webkit import metrics
from mynumber.webkit.batching import Batcher
from tests.webkit import faces
from tests.webkit.conftest import PROJECT


def samples(text: str) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_requests_are_told_by_route_and_never_by_path(towns_database: InstitutionDatabase) -> None:
    with faces.face(PROJECT, towns_database):
        visitor = Client(headers={"host": "127.0.0.1"})
        before = samples(visitor.get("/metrics").content.decode())
        visitor.get("/131229/entries?name=yamada")
        visitor.get("/secret-12345678901")
        visitor.generic("BREW", "/healthz")
        answer = visitor.get("/metrics")
    text = answer.content.decode()
    assert answer["Content-Type"].startswith("text/plain; version=")
    after = samples(text)
    counted = {
        dict(labels)["route"]: value - before.get((name, labels), 0.0)
        for (name, labels), value in after.items()
        if name == "mynumber_request_seconds_count" and value != before.get((name, labels))
    }
    assert counted == {"<tenant:tenant>/entries": 1, "(none)": 1, "healthz": 1, "metrics": 1}
    assert not [word for word in ("yamada", "131229/", "12345678901", "BREW") if word in text]


async def test_a_batch_is_told_with_its_size() -> None:
    async def write(items: object) -> list[None]:
        return [None for _ in items]  # type: ignore[attr-defined]

    await Batcher[int, None](write, name="test writer").submit(1)
    told = samples(metrics.exposition()[0].decode())
    assert told["mynumber_batch_items_count", frozenset({("writer", "test writer")})] == 1
    assert told["mynumber_batch_items_sum", frozenset({("writer", "test writer")})] == 1


WORKER = """
from mynumber.webkit import metrics
metrics.MESSAGES.labels("inquiries.v2", "answered").observe(0.002)
"""


def test_the_workers_of_a_process_are_told_together(tmp_path: Path) -> None:
    environment = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    for _ in range(2):
        subprocess.run([sys.executable, "-c", WORKER], env=environment, check=True)
    told = subprocess.run(
        [
            sys.executable,
            "-c",
            "from mynumber.webkit import metrics; print(metrics.exposition()[0].decode())",
        ],
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    key = "mynumber_message_seconds_count", frozenset({("kind", "inquiries.v2"), ("outcome", "answered")})
    assert samples(told)[key] == 2
