"""Every panel drawn by Grafana's own components: no error, no hole, and the numbers that the
calls themselves give."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from callcheck.calls.model import Direction, Disposition
from callcheck.judging.verdict import Result
from callcheck.rules import answer_by_ring
from tests.dashboards.reading import ROOT, Json, load
from tests.deploy.programs import program
from tests.drawing.answers import SPANS, UNIT, Answering, answering
from tests.drawing.browser import Sheet, drawn, lacking
from tests.drawing.month import DAY, US, Month
from tests.store.conftest import postgres
from tests.store.postgres import Server

NO_DATA = {"en": "no data", "lv": "nav datu"}
PHONE = 390
Shown = dict[int, list[str]]
"""Texts by the panel's id."""


__all__ = ["postgres"]
pytestmark = pytest.mark.postgres


@pytest.fixture(scope="module")
def answers(postgres: Server) -> Iterator[Answering]:
    missing = lacking()
    if missing and os.environ.get("CI") == "true":
        pytest.fail(f"CI draws the dashboards, but has no {', '.join(missing)}")
    if missing:
        pytest.skip(f"the dashboards are not drawn: no {', '.join(missing)} on this machine")
    program("promtool", package="prometheus")
    url = postgres.new_database()
    with answering(int(time.time()), url) as found:
        yield found
    postgres.drop(url)


def sheet_of(answers: Answering, board: Json, width: int = 1280) -> Sheet:
    return Sheet(
        board=board, answers=answers.of(board), span=SPANS[board["time"]["from"]], width=width
    )


def text_of(shown: Shown, board: Json, title: str) -> str:
    """What stands in a panel, after its title."""
    (panel,) = [panel for panel in board["panels"] if panel["title"] == title]
    return " ".join(shown[panel["id"]][1:])


def test_every_panel_is_drawn(answers: Answering, tmp_path: Path) -> None:
    """One test and one page, so that only one month is lived and one browser started."""
    paths = [*sorted((ROOT / "en").glob("*.json")), ROOT / "lv" / "wallboard.json"]
    unit = load(ROOT / "en" / "unit.json")
    sheets = [sheet_of(answers, load(path)) for path in paths]
    sheets += [sheet_of(answers, unit, PHONE), *_quiet(answers, unit)]
    by_sql = [_of_postgresql(path) for path in sorted((ROOT / "en-postgresql").glob("*.json"))]
    by_sql = [board for board in by_sql if board["panels"]]
    sheets += [sheet_of(answers, board) for board in by_sql]
    page = drawn(tmp_path, sheets, answers.month.now)
    assert page.failed == []
    assert page.picture.stat().st_size > 300_000
    shown = {path: page.of(at) for at, path in enumerate(paths)}
    for path in paths:
        _nothing_is_missing(shown[path], load(path), NO_DATA[path.parent.name], str(path))
    _nothing_is_missing(page.of(len(paths)), unit, NO_DATA["en"], "on a phone")
    _unit_head(answers.month, shown[ROOT / "en" / "unit.json"], unit)
    institution = ROOT / "en" / "institution.json"
    _institution(answers.month, shown[institution], load(institution))
    rings = text_of(shown[paths[-1]], load(paths[-1]), "Zvana šobrīd")
    assert rings == "202 Berta 4 303 Lauris 3 201 Anna 1"
    no_share, nothing = page.of(len(paths) + 1)[1], page.of(len(paths) + 2)[1]
    assert "%" not in " ".join(no_share), "a unit without a call has no share, not 0 or 100 %"
    assert nothing == ["Last 24 hours", "no data"]
    both = dict(zip(("institution", "unit"), by_sql, strict=True))
    for at, (name, board) in enumerate(both.items(), start=len(paths) + 3):
        plain = ROOT / "en" / f"{name}.json"
        _the_same_lists(page.of(at), board, shown[plain], load(plain))


def _of_postgresql(path: Path) -> Json:
    """A dashboard with no more than the lists that are asked of PostgreSQL, under each other."""
    board = load(path)
    lists = [panel for panel in board["panels"] if "rawSql" in panel["targets"][0]]
    for at, panel in enumerate(lists):
        panel["gridPos"] = {"x": 0, "y": 10 * at, "w": 24, "h": 10}
    return {**board, "panels": lists}


OF_WHOLE_DAYS = {"Units", "By hour and day of the week", "The hardest hours"}
"""The API counts these from midnight, and PostgreSQL from the hour that the time chosen begins."""


def _the_same_lists(page: Shown, board: Json, of_api: Shown, plain: Json) -> None:
    """A list shows what the API's shows; but PostgreSQL does not know the names of persons."""
    _nothing_is_missing(page, board, NO_DATA["en"], "by SQL")
    for title in {panel["title"] for panel in board["panels"]} - OF_WHOLE_DAYS:
        theirs = iter(text_of(of_api, plain, title).split())
        assert all(word in theirs for word in text_of(page, board, title).split()), title


def _nothing_is_missing(shown: Shown, board: Json, no_data: str, where: str) -> None:
    assert set(shown) == {panel["id"] for panel in board["panels"]}, where
    for panel in board["panels"]:
        texts = shown[panel["id"]]
        assert texts[0] == panel["title"], where
        assert len(texts) > 1, f"{where}: nothing in {panel['title']}"
        assert not {no_data, "No data"} & set(texts), f"{where}: {panel['title']}"


def _quiet(answers: Answering, board: Json) -> list[Sheet]:
    """The first panel for a unit without a call, and without any answer at all."""
    board = {**board, "panels": board["panels"][:1]}
    found: list[Any] = [answers.of(board)["1"][1], []]
    return [Sheet(board=board, answers={"1": [[], n]}, span=DAY) for n in found]


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


def _unit_head(month: Month, page: Shown, board: Json) -> None:
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
    coming = text_of(page, board, "Away on the next working day, and nobody would answer")
    assert re.search(r"204 Dace 202\d-\d\d-\d\d \d\d:\d\d .* not forwarded calls for 204", coming)
    _lists_agree_with_verdicts(missed)


def _lists_agree_with_verdicts(missed: str) -> None:
    """Grafana rounds, and a verdict rounds down: 14.96 s must not stand beside a limit of 15."""
    seen = 0
    for row in re.split(r"(?=202\d-\d\d-\d\d \d\d:\d\d)", missed):
        rang = re.search(r" (\d+)\.(\d)\d\d s c-", row)
        said = re.search(r"rang for (\d+)(?:\.(\d))? s", row)
        if rang and said:
            assert (rang[1], rang[2]) == (said[1], said[2] or "0"), row
            seen += 1
    assert seen > 3


def _rang(month: Month) -> dict[int, int]:
    """Calls from outside by the ring in which the ringing ended; 7 is the seventh or later."""
    found = dict.fromkeys(range(1, 8), 0)
    for call, _ in month.calls:
        ours = call.unit == UNIT and call.direction is Direction.INBOUND
        if ours and call.ended_at >= (month.now - 7 * DAY) * US and call.ring_ms is not None:
            ring = max(0, call.ring_ms - 1) // month.config.cadence.period_ms + 1
            found[min(7, ring)] += 1
    return found


def _institution(month: Month, page: Shown, board: Json) -> None:
    met, n = judged(month, 7, None)
    assert text_of(page, board, "In time (7 days)") == f"in time {100 * met / n:.1f} % n {n}"
    recent = [c for c, _ in month.calls if c.ended_at >= (month.now - DAY) * US and c.unit]
    inbound = [c for c in recent if c.direction is Direction.INBOUND]
    missed = sum(c.disposition is not Disposition.ANSWERED for c in inbound)
    assert text_of(page, board, "Missed calls (24 h)") == str(missed)
    legend = text_of(page, board, "Calls from outside in an hour")
    assert legend.startswith("caller gave up answered busy no answer")
