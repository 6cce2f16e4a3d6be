import pytest

from mynumber.foundation.law.__main__ import main


def test_the_report_of_a_day(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", "2026-06-14"]) == 0
    said = capsys.readouterr().out
    assert "2026-06-14\t186\t481\t186\t943\t2132\t3164\t983\t0" in said
    assert "対応する項目のない規定" not in said


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        ([], 2),
        (["show"], 2),
        (["report", "yesterday"], 2),
        (["report", "2017-05-29"], 1),
        (["report", "a", "b"], 2),
    ],
)
def test_what_it_cannot_report(arguments: list[str], status: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == status
    captured = capsys.readouterr()
    assert captured.err
    assert not captured.out
