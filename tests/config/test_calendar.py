"""The site's calendar file, in every form that spreadsheets save it in."""

from datetime import date
from pathlib import Path

import pytest

from callcheck.config.opening import CalendarErrors, parse_spans, read_calendar
from callcheck.config.public_days import PublicDays, special_days
from callcheck.judging.hours import SpecialDay

DAY = date(2026, 12, 23)
SPANS = ((510, 750), (780, 960))


@pytest.mark.parametrize(
    "line",
    [
        '2026-12-23,"08:30-12:30,13:00-16:00",short',
        "2026-12-23,08:30-12:30,13:00-16:00,short",
        "2026-12-23;08:30-12:30,13:00-16:00;short",
        "2026-12-23 ; 8:30 – 12:30, 13:00-16:00 ; short",
        "\ufeffdate,hours,note\r\n# a comment\r\n\r\n2026-12-23;13:00-16:00,08:30-12:30;short\r\n",
    ],
)
def test_every_form_of_a_short_day(tmp_path: Path, line: str) -> None:
    path = tmp_path / "c.csv"
    path.write_text(line, encoding="utf-8", newline="")
    assert read_calendar(path) == {DAY: SpecialDay("short", SPANS)}


@pytest.mark.parametrize(
    ("line", "special"),
    [
        ("2026-12-23,closed", SpecialDay("closed by the house's calendar")),
        ("2026-12-23,Closed,we move; all of us", SpecialDay("closed: we move; all of us")),
        ("2026-12-23;friday", SpecialDay("worked as a Friday", (), 4)),
        ("2026-12-23,mon,exchanged", SpecialDay("exchanged", (), 0)),
    ],
)
def test_closed_days_and_exchanged_days(tmp_path: Path, line: str, special: SpecialDay) -> None:
    path = tmp_path / "c.csv"
    path.write_text(line, encoding="utf-8")
    assert read_calendar(path) == {DAY: special}


def test_every_fault_has_a_line(tmp_path: Path) -> None:
    path = tmp_path / "c.csv"
    path.write_text("2026-12-23,closed\n23.12.2026,closed\n2026-12-23,mon\n2026-12-24\n")
    with pytest.raises(CalendarErrors) as caught:
        read_calendar(path)
    assert [line for line, _ in caught.value.faults] == [2, 3, 4]


def test_spans_in_any_order_touching_and_up_to_midnight() -> None:
    assert parse_spans("13:00-24:00, 0:00-13:00") == ((0, 780), (780, 1440))


def test_latvia_moves_days_and_the_house_overrides_it() -> None:
    latvia = PublicDays("LV")
    friday, monday = latvia(date(2026, 1, 17)), latvia(date(2026, 6, 27))
    assert friday is not None
    assert monday is not None
    assert (friday.as_weekday, monday.as_weekday) == (4, 0)
    for off in (date(2026, 1, 2), date(2026, 6, 22), date(2026, 11, 18), date(2026, 12, 24)):
        special = latvia(off)
        assert special is not None
        assert special.why.startswith("public holiday: ")
        assert special.as_weekday is None
    assert latvia(date(2026, 1, 5)) is None
    own = SpecialDay("ours", SPANS)
    both = special_days(latvia, {date(2026, 1, 2): own})
    assert both(date(2026, 1, 2)) is own
    assert both(date(2026, 1, 17)) == friday


def test_which_year_lacks_its_moved_days() -> None:
    assert not PublicDays("LV").moved_days_missing(2026)
    assert PublicDays("LV").moved_days_missing(2027)
    assert not PublicDays("EE").moved_days_missing(2027)
