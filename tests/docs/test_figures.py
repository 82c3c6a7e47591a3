"""The worked examples in docs/definitions.md are what the program computes."""

from __future__ import annotations

from dataclasses import astuple

import pytest

from callcheck.judging.cadence import CADENCES, Reading
from callcheck.judging.service_level import Waits, compliance, service_levels

from .reading import text

PAGE = " ".join(text("docs/definitions.md").split())


def test_the_golden_example() -> None:
    waits = Waits(
        answered=80, answered_in_time=60, abandoned=20, abandoned_in_time=12, abandoned_short=7
    )
    *first, last = (f"{100 * level:.2f}" for level in astuple(service_levels(waits)))
    assert (
        "A = 80, A<sub>T</sub> = 60, B = 20, B<sub>T</sub> = 12, B<sub>s</sub> = 7, F = 0" in PAGE
    )
    assert f"gives {', '.join(first)} and {last} %" in PAGE


@pytest.mark.parametrize(("met", "n"), [(60, 93), (6, 10)])
def test_the_intervals(met: int, n: int) -> None:
    found = compliance(met, n - met)
    assert found is not None
    assert f"{met} of {n} is {100 * found.share:.3g} % ({100 * found.low:.1f} to" in PAGE
    assert f"to {100 * found.high:.1f} %)" in PAGE


@pytest.mark.parametrize(("reading", "words"), [
    (Reading.BEFORE, "under {} s"), (Reading.WITHIN, "up to {} s"), (Reading.THIRD, "under {} s"),
])  # fmt: skip
def test_the_three_readings_in_latvia(reading: Reading, words: str) -> None:
    limit = CADENCES["LV"].limit_ms(reading, 3)
    cell = f"| {words.format(limit // 1000)} |"
    for page in ("docs/definitions.md", "README.md"):
        rows = [line for line in text(page).splitlines() if line.startswith(f"| `{reading}`")]
        assert any(cell in row for row in rows), page
