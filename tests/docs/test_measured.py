"""The table of docs/events.md was measured on the recordings that there are."""

from __future__ import annotations

from tests.calls.recordings import recordings
from tools.hidden_events import PAGE, measure, table


def test_the_table_is_of_today_s_recordings() -> None:
    """Two of its rows, since all take long: a kind that matters, and one that does not."""
    rows = table(measure(["HangupRequest", "Rename"], recordings())).splitlines()[2:]
    page = PAGE.read_text(encoding="utf-8").splitlines()
    assert [row for row in rows if row not in page] == [], (
        "measure again: .venv/bin/python -m tools.hidden_events --write"
    )
