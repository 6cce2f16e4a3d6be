"""The seeding names commands that exist, and no secret stands on a command line."""

import re
from pathlib import Path

import pytest

import mynumber
from mynumber.platform import seed
from mynumber.platform.keys import ensure_keys
from mynumber.platform.registry import institution
from mynumber.platform.settings import Settings

SOURCE = Path(mynumber.__path__[0])


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    settings = Settings.from_environment({"MYNUMBER_HOME": str(tmp_path_factory.mktemp("home"))})
    ensure_keys(settings)
    return settings


def test_every_step_is_a_command_of_the_institution_that_owns_the_data(settings: Settings) -> None:
    for step in seed.steps(settings):
        if step.institution is None:
            continue
        folder = SOURCE.joinpath(*institution(step.institution).package.split(".")[1:])
        name = f"{step.command[0]}.py"
        shared = SOURCE / "webkit" / "staff" / "management" / "commands" / name
        assert shared.exists() or list(folder.rglob(f"management/commands/{name}")), step.id


def test_steps_have_names_of_their_own(settings: Settings) -> None:
    ids = [step.id for step in seed.steps(settings)]
    assert len(set(ids)) == len(ids)


def test_no_password_or_pin_stands_on_a_command_line_or_in_a_representation(settings: Settings) -> None:
    secrets = [step.stdin.strip() for step in seed.steps(settings) if step.stdin]
    assert secrets
    for step in seed.steps(settings):
        words = [word for argument in step.command for word in re.split(r"[^\w-]", argument)]
        assert not set(secrets) & set(words)
        assert not step.stdin or step.stdin.strip() not in repr(step)


def test_every_step_of_an_institution_waits_for_its_tables_whatever_was_done_before(
    settings: Settings,
) -> None:
    """In the order of the list, with all it needs, and with its milestone although an earlier start has done the rest."""
    done: set[str] = set()
    for step in seed.steps(settings):
        own = set(step.after) - set(seed.Milestone)
        assert own <= done, step.id
        database = step.institution is not None and institution(step.institution).database
        assert bool(set(step.after) & set(seed.Milestone)) == database, step.id
        done.add(step.id)


def test_people_who_moved_are_numbered_where_they_came_from_first(settings: Settings) -> None:
    now, former = settings.towns
    (numbers,) = (step for step in seed.steps(settings) if step.id == f"numbers-{now}")
    assert f"numbers-{former}" in numbers.after


def test_a_second_look_finds_the_same_secrets(settings: Settings) -> None:
    assert seed.steps(settings) == seed.steps(settings)


def test_finished_steps_are_left_out(settings: Settings) -> None:
    settings.run.mkdir()
    first, second, *_ = seed.steps(settings)
    seed.notes(settings).add(first)
    assert seed.open_steps(settings)[0] == second
