"""Running the checks of a role, and what came of them: for people and as JUnit XML."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from xml.etree import ElementTree as ET

from mynumber.conformance.checks import Check, Failed, Role
from mynumber.conformance.common import ENVELOPE
from mynumber.conformance.inquirer import INQUIRER, Inquirer
from mynumber.conformance.provider import PROVIDER, Provider
from mynumber.conformance.stage import Stage
from mynumber.conformance.world import World
from mynumber.protocols.refusal import Refused


class Verdict(StrEnum):
    """What came of a check."""

    PASSED = "passed"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Result:
    """One check, run."""

    check: Check
    verdict: Verdict
    came: str
    """What the implementation did instead; empty when it passed."""
    seconds: float


def checks_of(role: Role, only: str = "") -> list[Check]:
    """The checks of a role whose id holds ``only``, in their order."""
    checks = [*(PROVIDER if role is Role.PROVIDER else INQUIRER), *ENVELOPE]
    return [check for check in checks if only in check.id]


def run(
    world: World, role: Role, *, only: str = "", tell: Callable[[Result], None] = lambda _result: None
) -> list[Result]:
    """Run the checks whose id holds ``only``. Raises Failed when not even people can be set up, so that nothing else means anything."""
    results = []
    with Stage(world) as stage:
        try:
            side = Provider(stage) if role is Role.PROVIDER else Inquirer(stage)
        except Refused as no:
            raise Failed(f"a code or a copy was refused before the first check: {no}") from None
        for check in checks_of(role, only):
            stage.reset()
            began = time.monotonic()
            subject = side.subject() if check in ENVELOPE else side
            came = _came(check, subject)
            verdict = Verdict.FAILED if came else Verdict.PASSED
            results.append(Result(check, verdict, came, time.monotonic() - began))
            tell(results[-1])
    return results


def _came(check: Check, subject: object) -> str:
    try:
        check.run(subject)
    except Failed as failed:
        return str(failed) or "failed"
    except Refused as no:
        return f"refused: {no}"
    except Exception as error:  # noqa: BLE001 - an answer of any shape must not end the run; the type tells enough
        return f"an answer that could not be read ({type(error).__name__})"
    return ""


def junit(results: Sequence[Result], role: Role) -> bytes:
    """The results as JUnit XML."""
    failed = sum(one.verdict is Verdict.FAILED for one in results)
    suite = ET.Element(
        "testsuite",
        name=f"mynumber conformance {role.value}",
        tests=str(len(results)),
        failures=str(failed),
        errors="0",
        time=f"{sum(one.seconds for one in results):.3f}",
    )
    for one in results:
        case = ET.SubElement(
            suite, "testcase", classname=role.value, name=one.check.id, time=f"{one.seconds:.3f}"
        )
        if one.verdict is Verdict.FAILED:
            failure = ET.SubElement(case, "failure", message=one.came)
            failure.text = f"{one.check.asked}\nexpected: {one.check.expected}\ncame: {one.came}\ndocs/{one.check.document}"
    ET.indent(suite)
    return bytes(ET.tostring(suite, encoding="utf-8", xml_declaration=True))


def report(results: Iterable[Result]) -> str:
    """The results for people: the failed ones with what was asked, expected and came, and where it stands."""
    listed = list(results)
    failed = [one for one in listed if one.verdict is Verdict.FAILED]
    lines = []
    for one in failed:
        lines += [
            f"✗ {one.check.id}",
            f"    asked     {one.check.asked}",
            f"    expected  {one.check.expected}",
            f"    came      {one.came}",
            f"    see       docs/{one.check.document}",
        ]
    lines.append(f"{len(listed) - len(failed)} of {len(listed)} checks passed")
    return "\n".join(lines)
