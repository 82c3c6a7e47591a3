"""Every panel drawn by Grafana's own components: no error, no hole, and the numbers that the
calls themselves give."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from callcheck.calls.model import Direction, Disposition
from callcheck.rules import answer_by_ring
from callcheck.verdict import Result
from tests.dashboards.reading import ROOT, Json, load
from tests.deploy.programs import program
from tests.drawing.answers import SPANS, UNIT, Answering, answering
from tests.drawing.browser import Page, drawn, lacking
from tests.drawing.month import DAY, US, Month

NO_DATA = {"en": "no data", "lv": "nav datu"}
PHONE = 390


@pytest.fixture(scope="module")
def answers() -> Iterator[Answering]:
    missing = lacking()
    if missing and os.environ.get("CI") == "true":
        pytest.fail(f"CI draws the dashboards, but has no {', '.join(missing)}")
    if missing:
        pytest.skip(f"the dashboards are not drawn: no {', '.join(missing)} on this machine")
    program("promtool", package="prometheus")
    with answering(int(time.time())) as found:
        yield found


def page_of(answers: Answering, board: Json, folder: Path, width: int = 1280) -> Page:
    folder.mkdir()
    span = SPANS[board["time"]["from"]]
    return drawn(folder, board, answers.of(board), answers.month.now, width=width, span=span)


def text_of(page: Page, board: Json, title: str) -> str:
    """What stands in a panel, after its title."""
    (panel,) = [panel for panel in board["panels"] if panel["title"] == title]
    return " ".join(page.texts[panel["id"]][1:])


def test_every_panel_is_drawn(answers: Answering, tmp_path: Path) -> None:
    """One test, so that only one worker prepares the month."""
    pages = {}
    for path in (*sorted((ROOT / "en").glob("*.json")), ROOT / "lv" / "wallboard.json"):
        board, language = load(path), path.parent.name
        page = page_of(answers, board, tmp_path / f"{language}-{path.stem}")
        assert page.failed == [], path
        assert page.picture.stat().st_size > 15_000, path
        assert set(page.texts) == {panel["id"] for panel in board["panels"]}
        for panel in board["panels"]:
            shown = page.texts[panel["id"]]
            assert shown[0] == panel["title"]
            assert len(shown) > 1, f"{path}: nothing in {panel['title']}"
            assert NO_DATA[language] not in shown, f"{path}: {panel['title']}"
            assert "No data" not in shown, f"{path}: {panel['title']}"
        pages[language, path.stem] = page
    board = load(ROOT / "en" / "unit.json")
    _unit_head(answers.month, pages["en", "unit"], board)
    _institution(answers.month, pages["en", "institution"], load(ROOT / "en" / "institution.json"))
    wallboard = text_of(pages["lv", "wallboard"], load(ROOT / "lv/wallboard.json"), "Zvana šobrīd")
    assert wallboard == "202 Berta 4 303 Lauris 3 201 Anna 1"
    phone = page_of(answers, board, tmp_path / "phone", PHONE)
    assert (phone.failed, phone.texts.keys()) == ([], pages["en", "unit"].texts.keys())
    _a_quiet_unit_says_no_data(answers, board, tmp_path / "quiet")


def judged(month: Month, days: int, unit: str | None) -> tuple[int, int]:
    """(met, judged) of calls that ended within so many days."""
    results = [
        finding.result
        for call, findings in month.calls
        for finding in findings
        if finding.rule == answer_by_ring.NAME and call.ended_at >= (month.now - days * DAY) * US
        and (call.unit == unit if unit else call.unit)
    ]  # fmt: skip
    met = results.count(Result.MET)
    return met, met + results.count(Result.BREACHED)


def _unit_head(month: Month, page: Page, board: Json) -> None:
    met, n = judged(month, 1, UNIT)
    assert text_of(page, board, "Last 24 hours") == f"in time {100 * met / n:.1f} % n {n}"
    _, month_n = judged(month, 30, UNIT)
    assert text_of(page, board, "Judged calls, n").endswith(f"30 days {month_n}")
    rings = text_of(page, board, "In which ring the waiting ended")
    rang = _rang(month)
    assert rings == (
        f"ring 1 {rang[1]} ring 2 {rang[2]} ring 3 {rang[3]} ┈ limit ┈"
        f" ring 4 {rang[4]} ring 5–6 {rang[5] + rang[6]} ring 7+ {rang[7]}"
    )
    missed = text_of(page, board, "Calls that nobody answered")
    assert re.search(r"202\d-\d\d-\d\d \d\d:\d\d 201 Anna busy – – c-[0-9a-f]{12} nobody", missed)
    away = text_of(page, board, "Absences, and who answers meanwhile")
    assert "not forwarded – 0 0" in away
    assert re.search(r"forwarded 202 (\d+) \1 calls for 205 go to 202 \(Berta\)", away)


def _rang(month: Month) -> dict[int, int]:
    """Calls from outside by the ring in which the ringing ended; 7 is the seventh or later."""
    found = dict.fromkeys(range(1, 8), 0)
    for call, _ in month.calls:
        ours = call.unit == UNIT and call.direction is Direction.INBOUND
        if ours and call.ended_at >= (month.now - 7 * DAY) * US and call.ring_ms is not None:
            ring = max(0, call.ring_ms - 1) // month.config.cadence.period_ms + 1
            found[min(7, ring)] += 1
    return found


def _institution(month: Month, page: Page, board: Json) -> None:
    met, n = judged(month, 7, None)
    assert text_of(page, board, "In time (7 days)") == f"in time {100 * met / n:.1f} % n {n}"
    recent = [c for c, _ in month.calls if c.ended_at >= (month.now - DAY) * US and c.unit]
    inbound = [c for c in recent if c.direction is Direction.INBOUND]
    missed = sum(c.disposition is not Disposition.ANSWERED for c in inbound)
    assert text_of(page, board, "Missed calls (24 h)") == str(missed)
    legend = text_of(page, board, "Calls from outside in an hour")
    assert legend.startswith("caller gave up answered busy no answer")


def _a_quiet_unit_says_no_data(answers: Answering, board: Json, folder: Path) -> None:
    """A unit without a call has no share: neither 0 % nor 100 %."""
    board = {**board, "panels": [p for p in board["panels"] if p["title"] == "Last 24 hours"]}
    nobody = {"1": [[], answers.of(board)["1"][1]]}
    folder.mkdir()
    page = drawn(folder, board, nobody, answers.month.now, width=1280, span=DAY)
    assert "%" not in " ".join(page.texts[1])
    page = drawn(folder, board, {"1": [[], []]}, answers.month.now, width=1280, span=DAY)
    assert page.texts[1] == ["Last 24 hours", "no data"]
