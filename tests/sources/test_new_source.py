"""A new source is one file and one line in `SOURCES`: nothing else has to know it."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

from callcheck.app.source_schedule import SourceSchedule
from callcheck.config import check_config, load
from callcheck.sources import SOURCES
from callcheck.store import Absences, Store

PAYROLL = '''
"""The absences of a payroll program: every Friday off, for each person of a team."""

from datetime import timedelta
from typing import Literal

from callcheck.absences.merging import Claim
from callcheck.absences.model import Draft
from callcheck.settings import Text
from callcheck.sources.base import KnownSource, LoginTable, SourceReading, origin_of


class PayrollTable(LoginTable):
    kind: Literal["payroll"]
    team: Text

    def faults(self):
        yield from super().faults()
        if self.team == "none":
            yield "team", "has nobody in it; name another team"

    def open(self, settings, around):
        return Payroll(self.team, settings.password, around)


class Payroll(KnownSource):
    def __init__(self, team, password, around):
        super().__init__("payroll", origin_of("payroll", team), f"the payroll of {team}")
        self.password, self._around = password, around

    def read(self, at):
        reports = [
            (Draft(party.extension, at, at + 86_400_000_000), Claim("payroll", self.origin, "1"))
            for party in self._around.directory.parties
        ]
        return SourceReading(reports, faults=["line 7: nobody knows"])
'''
HOUSE = """
[[pbx]]
name = "main"
secret_file = "secret"
[[unit]]
id = "registry"
[[unit.member]]
extension = "201"
name = "Anna"
[[absences.calendar]]
kind = "payroll"
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the one file, the one line, and a configuration's secrets."""
    package = tmp_path / "house_extras"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "payroll.py").write_text(PAYROLL)
    monkeypatch.syspath_prepend(tmp_path)
    for name in ("secret", "payroll.secret"):
        (tmp_path / name).write_text("s3cret")
        (tmp_path / name).chmod(0o600)
    monkeypatch.setitem(
        SOURCES, "payroll", importlib.import_module("house_extras.payroll").PayrollTable
    )
    return tmp_path


def test_it_is_configured_read_and_kept(
    folder: Path, store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    file = folder / "callcheck.toml"
    keys = 'team = "all"\nevery_minutes = 5\nuser = "u"\npassword_file = "payroll.secret"\n'
    file.write_text(HOUSE + keys)
    config = load(file, {})
    schedule = SourceSchedule(config, store, lambda: None)
    ((source, minutes),) = schedule.sources
    assert schedule.read(source)
    (anna,) = Absences(store).all()
    assert (minutes, anna.extension, anna.source) == (5, "201", "payroll")
    assert caplog.messages == ["the payroll of all: line 7: nobody knows"]
    assert source.password == "s3cret"  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ("", '[absences.calendar.1] team: is needed for kind = "payroll"'),
        ('team = "none"', "team: has nobody in it; name another team"),
        ('team = "a"\nteams = "b"', "teams: unknown key; did you mean team?"),
        ('team = "a"\nurl = "https://x"', 'url: is for kind = "ical", "caldav", "m365", '),
        ('team = "a"\npassword_file = "payroll.secret"', "password_file: is not used without user"),
        ("team = 7", "team: must be text in quotes"),
    ],
)
def test_its_mistakes_are_told_like_those_of_any_other(folder: Path, keys: str, said: str) -> None:
    file = folder / "callcheck.toml"
    file.write_text(HOUSE + keys + "\n")
    assert [said for problem in check_config(file, {}) if said in str(problem)] == [said]


def test_other_kinds_do_not_take_its_keys(folder: Path) -> None:
    file = folder / "callcheck.toml"
    file.write_text(HOUSE.replace('"payroll"', '"csv"') + 'file = "a.csv"\nteam = "a"\n')
    (problem,) = check_config(file, {})
    assert str(problem).endswith('team: is for kind = "payroll"')
