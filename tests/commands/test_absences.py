"""`callcheck absences` and `callcheck rehearse` on a real store."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from callcheck.absences.model import Draft
from callcheck.app.absence_service import make_absence_service
from callcheck.app.configured_store import store_of
from callcheck.commands.cli import commands
from callcheck.config import load
from callcheck.times import micros
from tests.store.samples import judged

TOML = """
[site]
name = "House"
[[pbx]]
name = "main"
secret_env = "NO_SUCH_SECRET_IS_NEEDED"
[[unit]]
id = "registry"
[[unit.member]]
extension = "201"
name = "Anna"
deputy = "202"
[[unit.member]]
extension = "202"
name = "Berta"
[[unit]]
id = "law"
[[unit.member]]
extension = "301"
"""

DAY = 24 * 3_600_000_000


class Cli:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._config = folder / "callcheck.toml"
        self._config.write_text(TOML)

    def __call__(self, *args: str) -> Result:
        return CliRunner().invoke(commands, [*args, "--config", str(self._config)])

    def json(self, *args: str) -> list[dict[str, object]]:
        result = self(*args, "--json")
        assert result.exit_code == 0, result.output
        return [json.loads(line) for line in result.stdout.splitlines()]


@pytest.fixture
def cli(tmp_path: Path) -> Cli:
    return Cli(tmp_path)


def test_the_store_stays_that_of_the_running_callcheck(cli: Cli) -> None:
    """Limits and days other than a store's own mean counting all of it anew."""
    other = TOML.replace("[[pbx]]", 'timezone = "Europe/London"\n[[pbx]]', 1)
    file = cli.folder / "callcheck.toml"
    file.write_text(f"{other}[rule.answer_by_ring]\nring = 2\n")
    running = store_of(load(file, {}, secrets=False))
    running.open()
    cli.json("absences", "list")
    running.save([judged(1)])
    running.close()


def test_add_list_change_end_and_report(cli: Cli) -> None:
    (made,) = cli.json("absences", "add", "201", "2020-12-21", "2999-01-04", "--deputy", "202")
    assert (made["from"], made["active"]) == ("2020-12-21T00:00:00+02:00", True)
    cli.json("absences", "add", "301", "2998-12-21T13:00", "2998-12-21T17:00")
    listed = cli.json("absences", "list")
    assert [one["extension"] for one in listed] == ["301", "201"]
    assert cli.json("absences", "list", "--unit", "registry", "--active") == [listed[1]]
    number = str(made["id"])
    (changed,) = cli.json("absences", "change", number, "--to", "2998-01-04", "--deputy", "")
    assert (changed["to"], changed["deputy"]) == ("2998-01-04T00:00:00+02:00", None)
    text = cli("absences", "report").output
    assert f"{number}: Anna (201), registry, 2020-12-21T00:00 to" in text
    assert "301" not in text
    (ended,) = cli.json("absences", "end", number)
    assert ended["active"] is False
    (told,) = cli.json("absences", "report", number)
    assert [h["what"] for h in told["history"]] == [  # type: ignore[attr-defined]
        "reported", "changed deputy, end", "ended"
    ]  # fmt: skip
    assert "not_forwarded" in cli("absences", "list").output


def test_end_says_what_it_did(cli: Cli) -> None:
    def said(number: str) -> list[str]:
        return [cli("absences", "end", number).output.partition(":")[0] for _ in range(2)]

    cli("absences", "add", "201", "2020-12-21", "2999-01-04")
    cli("absences", "add", "301", "2998-12-21", "2998-12-22")
    assert said("1") == ["absence 1 ended", "absence 1 already ended"]
    assert said("2") == ["absence 2 cancelled", "absence 2 already cancelled"]
    assert cli("absences", "end", "2").exit_code == 0
    assert cli("absences", "report", "1").output.splitlines()[0].endswith(": ended, not_forwarded")
    assert ": cancelled, " in cli("absences", "report", "2").output.splitlines()[0]


def test_nobody_becomes_their_own_deputy(cli: Cli) -> None:
    cli("absences", "add", "201", "2998-12-21", "2998-12-28")
    refused = cli("absences", "change", "1", "--deputy", "201")
    assert (refused.exit_code, refused.stderr) == (
        1, "callcheck: deputy: an absent person cannot be their own deputy\n"
    )  # fmt: skip


def test_two_absences_of_one_person_at_once_are_pointed_out(cli: Cli) -> None:
    first = cli("absences", "add", "201", "2998-12-21", "2998-12-28")
    assert first.stderr == ""
    second = cli("absences", "add", "201", "2998-12-24", "2998-12-30")
    assert second.exit_code == 0
    assert second.stderr == (
        "warning: 201 is already away from 2998-12-21T00:00 to 2998-12-28T00:00 (absence 1); "
        "`callcheck absences change 1` changes that one\n"
    )
    assert len(cli.json("absences", "list")) == 2
    assert cli("absences", "add", "201", "2998-12-21", "2998-12-28").stderr == ""  # said again


def test_what_the_api_reported_too_is_one_absence(cli: Cli) -> None:
    config = load(cli.folder / "callcheck.toml", {}, secrets=False)
    store = store_of(config)
    store.open()
    (made,) = cli.json("absences", "add", "201", "2998-12-21", "2998-12-28")
    start = micros(datetime.fromisoformat("2998-12-24T00:00+02:00"))
    make_absence_service(config, store).add(Draft("201", start, start + 8 * DAY), "api")
    store.close()
    (one,) = cli.json("absences", "list")
    assert (one["id"], one["source"], one["sources"]) == (made["id"], "cli", ["api", "cli"])
    assert one["to"] == "2999-01-01T00:00:00+02:00"


def test_rehearse(cli: Cli) -> None:
    (body,) = cli.json("rehearse", "201")
    assert (body["state"], body["absent"]) == ("not_forwarded", False)
    said = cli("rehearse", "201", "--at", "2026-12-21").output
    assert said.splitlines()[-1].startswith("not_forwarded: calls for 201 stay at the phone")


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("add", "999", "2026-12-21", "2026-12-22"), "no extension 999"),
        (("add", "201", "2026-12-21", "2026-12-21"), "TO must be after FROM"),
        (("add", "201", "soon", "2026-12-21"), "no such date"),
        (("add", "201", "2026-12-21", "2026-12-22", "--deputy", "201"), "their own deputy"),
        (("end", "7"), "no such absence"),
        (("change", "7", "--to", "2026-12-21"), "no such absence"),
        (("report", "7"), "no absence 7"),
        (("import", "nowhere.csv"), "cannot read nowhere.csv"),
    ],
)
def test_a_failure_is_one_line(cli: Cli, args: tuple[str, ...], said: str) -> None:
    result = cli("absences", *args)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("callcheck: ")
    assert said in result.stderr
    assert result.stderr.count("\n") == 1


def test_import(cli: Cli) -> None:
    file = cli.folder / "hr.csv"
    good = "extension;from;to\n201;21.12.2998;22.12.2998\n202;21.12.2998;22.12.2998\n"
    file.write_text(good + "203;1;2\n")
    strict = cli("absences", "import", str(file), "--strict")
    assert (strict.exit_code, strict.stdout) == (1, "")
    assert f"{file}:4: extension: nobody" in strict.stderr
    assert cli.json("absences", "list") == []
    dry = cli("absences", "import", str(file), "--dry-run")
    assert "new: 201 from 21.12.2998 00:00 to 23.12.2998 00:00\n" in dry.stdout
    assert "callcheck: 1 row could not be taken; the others would be\n" in dry.stderr
    assert cli.json("absences", "list") == []
    taken = cli("absences", "import", str(file))
    assert (taken.exit_code, len(cli.json("absences", "list"))) == (1, 2)
    file.write_text(good.replace("202;21.12.2998;22.12", "202;21.12.2998;23.12"))
    again = cli("absences", "import", str(file))
    assert again.exit_code == 0
    assert "2 absences taken: 0 new, 1 changed, 1 same" in again.stdout


def test_import_of_all_that_there_is(cli: Cli) -> None:
    file = cli.folder / "hr.csv"
    head = "extension;from;to\n"
    file.write_text(head + "201;21.12.2998;22.12.2998\n202;21.12.2998;22.12.2998\n")
    cli.json("absences", "add", "301", "2998-12-21", "2998-12-23")
    assert cli("absences", "import", str(file)).exit_code == 0
    file.write_text(head + "201;22.12.2998;22.12.2998\n203;1;2\n")
    refused = cli("absences", "import", str(file), "--whole")
    assert "1 row could not be taken, so nothing was (--whole)" in refused.stderr
    file.write_text(head + "201;22.12.2998;22.12.2998\n")
    dry = cli("absences", "import", str(file), "--whole", "--dry-run")
    assert dry.stdout.splitlines() == [
        "new: 201 from 22.12.2998 00:00 to 23.12.2998 00:00",
        "ended: 201 from 21.12.2998 00:00 to 23.12.2998 00:00",
        "ended: 202 from 21.12.2998 00:00 to 23.12.2998 00:00",
        "1 absences would be taken: 1 new, 0 changed, 0 same, 2 ended",
    ]
    assert len(cli.json("absences", "list")) == 3
    cli("absences", "import", str(file), "--whole")
    listed = cli.json("absences", "list")
    assert {(one["extension"], str(one["from"])[:10]) for one in listed} == {
        ("201", "2998-12-22"), ("301", "2998-12-21")
    }  # fmt: skip


def test_import_of_a_calendar(cli: Cli) -> None:
    file = cli.folder / "anna.ics"
    file.write_bytes(
        b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:1\r\n"
        b"DTSTART;VALUE=DATE:20200101\r\nRRULE:FREQ=YEARLY\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    assert "whose calendar" in cli("absences", "import", str(file)).stderr
    assert cli("absences", "import", str(file), "--extension", "201").exit_code == 0
    listed = cli.json("absences", "list")
    assert {(one["extension"], one["source"]) for one in listed} == {("201", "ical")}
    assert all("-01-01T00:00:00" in str(one["from"]) for one in listed)


def test_one_event_in_the_calendars_of_two_persons(cli: Cli) -> None:
    file = cli.folder / "calendar.ics"
    file.write_bytes(
        b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:retreat\r\n"
        b"DTSTART;VALUE=DATE:20200101\r\nRRULE:FREQ=YEARLY\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    for extension in ("201", "202"):
        assert cli("absences", "import", str(file), "--extension", extension).exit_code == 0
    listed = cli.json("absences", "list")
    assert {one["extension"] for one in listed} == {"201", "202"}


def test_the_ledger_the_letter_and_tomorrow_s_list(cli: Cli) -> None:
    (one,) = cli.json("absences", "add", "201", "2020-12-21", "2999-01-04")
    number = str(one["id"])
    lines = cli.json("absences", "report")
    assert [(line["absence"], line["number"], line["nobody"]) for line in lines] == [
        (one["id"], None, 0)
    ]
    assert cli.json("absences", "report", "--unit", "law") == []
    whole = cli("absences", "report", number).stdout
    assert "  not through their own number: 0 calls, 0 answered, 0 in time\n" in whole
    assert "  cli: reported\n" in whole
    letter = cli("absences", "digest", number, "--language", "en").stdout
    assert letter.startswith("You are away from 21.12.2020, back 04.01.2999; so far nobody")
    assert cli("absences", "digest", number).stdout.startswith("Prombūtne no 21.12.2020.")
    (tomorrow,) = cli.json("absences", "tomorrow", "--unit", "registry")
    assert [line["name"] for line in tomorrow["items"]] == ["Anna"]  # type: ignore[attr-defined]
    said = cli("absences", "tomorrow", "--language", "en", "--unit", "registry").stdout
    assert "- Anna (201), back 04.01.2999: calls for 201 stay" in said
    assert [r["extension"] for r in cli.json("rehearse", "--all")] == ["201", "202", "301"]
    assert cli("rehearse", "--all", "201").exit_code == 2
