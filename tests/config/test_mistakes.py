"""Wrong configurations, each with the exact line that says how to correct it."""

from datetime import date
from pathlib import Path

import pytest

from callcheck.config import ConfigErrors, ConfigProblem, check_config, load, load_for_replay
from callcheck.sources import SOURCES

PBX = '[[pbx]]\nname = "main"\nsecret_env = "AMI"\n'
UNIT = '[[unit]]\nid = "registry"\n'
HOUSE = PBX + UNIT  # five lines
TWO = (
    HOUSE
    + '[[unit.member]]\nextension = "201"\n'  # 6, 7
    + '[[unit.member]]\nextension = "202"\n'  # 8, 9
)
ONCE = '[[unit]]\nid = "law"\n[[unit.member]]\nextension = "301"\n'
KNOWN_SITE = "unknown key; known here: name, timezone, country, language, cadence"


def problems(folder: Path, text: str) -> list[str]:
    path = folder / "callcheck.toml"
    path.write_text(text, encoding="utf-8")
    found = check_config(path, {"AMI": "x"}, date(2026, 6, 1))
    return [str(p).replace(f"{folder}/", "") for p in found]


def in_quotes(kinds: list[str]) -> str:
    """`"m365", "exchange" or "csv"`"""
    *most, last = (f'"{kind}"' for kind in kinds)
    return f"{', '.join(most)} or {last}" if most else last


def kinds_with(key: str) -> str:
    """The kinds of sources that have a key: a new source makes them more."""
    return in_quotes([kind for kind, table in SOURCES.items() if key in table.model_fields])


MISTAKES = {
    "unknown key": (
        PBX + "prot = 5039\n" + UNIT,
        "4: [pbx.main] prot: unknown key; did you mean port?",
    ),
    "unknown key like no other": (
        "[site]\nqqq = 1\n" + HOUSE,
        f"2: [site] qqq: {KNOWN_SITE}",
    ),
    "unknown table": (HOUSE + "[prvacy]\n", "6: prvacy: unknown key; did you mean privacy?"),
    "unknown weekday": (
        HOUSE + '[hours]\nweekdays = { mon = "08:00-12:00", tues = "08:00-12:00" }\n',
        "7: [hours.weekdays] tues: unknown key; did you mean tue?",
    ),
    "key in the second of two": (
        TWO + "nmae = 'Berta'\n",
        "10: [unit.registry.member.202] nmae: unknown key; did you mean name?",
    ),
    "text for a number": (
        PBX + 'port = "5038"\n' + UNIT,
        "4: [pbx.main] port: must be a whole number, without quotes",
    ),
    "number for text": (
        HOUSE + "[[unit.member]]\nextension = 201\n",
        "7: [unit.registry.member.1] extension: must be text in quotes",
    ),
    "text for true": (
        PBX + 'tls = "no"\n' + UNIT,
        "4: [pbx.main] tls: must be true or false, without quotes",
    ),
    "text for a list": (
        PBX + 'trunks = "PJSIP/*"\n' + UNIT,
        "4: [pbx.main] trunks: must be a list in [ ]",
    ),
    "no list of tables": (
        '[pbx]\nname = "main"\n' + UNIT,
        "1: pbx: must be written with two brackets: [[pbx]]",
    ),
    "port too high": (
        PBX + "port = 70000\n" + UNIT,
        "4: [pbx.main] port: must be at most 65535",
    ),
    "no pbx": (UNIT, ": pbx: is missing; name the Asterisk to listen to in a [[pbx]]"),
    "no unit": (PBX, ": unit: is missing; list whose phones these are in a [[unit]]"),
    "no name": ('[[pbx]]\nsecret_env = "AMI"\n' + UNIT, "1: [pbx.1] name: is missing"),
    "no extension": (
        HOUSE + '[[unit.member]]\nname = "Anna"\n',
        "6: [unit.registry.member.Anna] extension: is missing",
    ),
    "no kind": (
        HOUSE + '[[unit.line]]\nextension = "7"\n',
        "6: [unit.registry.line.7] kind: is missing",
    ),
    "unknown kind": (
        HOUSE + '[[unit.line]]\nextension = "7"\nkind = "hunt"\n',
        '8: [unit.registry.line.7] kind: must be one of "queue", "group", "ivr" or "conference"',
    ),
    "pbx twice": (
        PBX + PBX + UNIT,
        '5: [pbx.main] name: another [[pbx]] already has the name "main"',
    ),
    "unit twice": (
        HOUSE + UNIT,
        '7: [unit.registry] id: another [[unit]] already has the id "registry"',
    ),
    "extension in two units": (
        TWO + '[[unit]]\nid = "law"\n[[unit.line]]\nkind = "ivr"\nextension = "201"\n',
        '14: [unit.law.line.201] extension: 201 is already in the unit "registry"; '
        "list it only once",
    ),
    "extension twice in a unit": (
        HOUSE + '[[unit.member]]\nextension = "7"\ndevices = ["SIP/a"]\n'
        '[[unit.line]]\nkind = "ivr"\nextension = "7"\n',
        '11: [unit.registry.line.7] extension: 7 is already in the unit "registry"; '
        "list it only once",
    ),
    "number twice": (
        TWO.replace('"202"\n', '"202"\nnumbers = ["+371 67000201"]\n').replace(
            '"201"\n', '"201"\nnumbers = ["67000201"]\n'
        ),
        "11: [unit.registry.member.202] numbers: this number already leads to 201; "
        "it can lead to only one extension",
    ),
    "glob twice": (
        TWO.replace('2"\n', '2"\nnumbers = ["670*"]\n').replace('1"\n', '1"\nnumbers = ["670*"]\n'),
        "11: [unit.registry.member.202] numbers: this number already leads to 201; "
        "it can lead to only one extension",
    ),
    "number is an extension": (
        TWO + 'numbers = ["201"]\n',
        "10: [unit.registry.member.202] numbers: 201 is the extension of another entry",
    ),
    "device claimed twice": (
        TWO + 'devices = ["PJSIP/201"]\n',
        "10: [unit.registry.member.202] devices: PJSIP/201 is already the phone of 201",
    ),
    "no deputy": (
        TWO + 'deputy = "299"\n',
        '10: [unit.registry.member.202] deputy: "299" is not an extension in this file',
    ),
    "own deputy": (
        TWO + 'deputy = "202"\n',
        "10: [unit.registry.member.202] deputy: somebody cannot be their own deputy",
    ),
    "unknown time zone": (
        '[site]\ntimezone = "Europe/Rgia"\n' + HOUSE,
        '2: [site] timezone: "Europe/Rgia" is not a time zone; did you mean "Europe/Riga"?',
    ),
    "unknown country": (
        '[site]\ncountry = "XX"\n' + HOUSE,
        '2: [site] country: "XX" is not a country; write its two letters of ISO 3166, such as "LV"',
    ),
    "UK": (
        '[site]\ncountry = "UK"\n' + HOUSE,
        '2: [site] country: "UK" is "GB" in ISO 3166; did you mean "GB"?',
    ),
    "unknown language": (
        '[site]\nlanguage = "de"\n' + HOUSE,
        '2: [site] language: must be one of "lv" or "en"',
    ),
    "odd cadence": (
        "[site]\ncadence = [1000]\n" + HOUSE,
        "2: [site] cadence: must be two whole numbers of milliseconds, tone and pause: "
        "[1000, 4000]",
    ),
    "reading": (
        HOUSE + '[rule.answer_by_ring]\nreading = "thrid"\n',
        "7: [rule.answer_by_ring] reading: must be one of before, within, third",
    ),
    "unknown rule": (
        HOUSE + "[rule.answer_by_rings]\nring = 3\n",
        "6: [rule] answer_by_rings: unknown key; did you mean answer_by_ring?",
    ),
    "abandons": (
        HOUSE + '[rule.answer_by_ring]\nexempt_abandons_within = "5"\n',
        '7: [rule.answer_by_ring] exempt_abandons_within: must be "limit" or a number of seconds',
    ),
    "overlap": (
        HOUSE + '[hours]\nweekdays = { fri = "08:30-12:30,12:00-15:30" }\n',
        '7: [hours.weekdays] fri: "08:30-12:30,12:00-15:30" has spans that overlap at 12:00',
    ),
    "end before start": (
        HOUSE + '[hours]\n[hours.weekdays]\nmon = "22:00-06:00"\n',
        '8: [hours.weekdays] mon: "22:00-06:00" ends before it starts; '
        "write the time after midnight under the next day",
    ),
    "no span": (
        HOUSE + '[hours]\n[hours.weekdays]\nmon = "all day"\n',
        '8: [hours.weekdays] mon: "all day" is not a time span; write it as "08:30-12:30"',
    ),
    "past midnight": (
        HOUSE + '[hours]\n[hours.weekdays]\nmon = "20:00-24:01"\n',
        '8: [hours.weekdays] mon: "24:01" is not a time of day; the last is "24:00"',
    ),
    "no weekday": (
        HOUSE + "[hours]\nweekdays = {}\n",
        "7: [hours.weekdays]: no day has opening hours; "
        "leave out [hours] if the house is always open",
    ),
    "no weekdays": (HOUSE + "[hours]\n", "6: [hours.weekdays]: is missing"),
    "an hour that no day has": (
        HOUSE + '[absences.tomorrow]\nat = "25:00"\n',
        '7: [absences.tomorrow] at: must be a time of day, such as "15:00"',
    ),
    "no webhook's address": (
        HOUSE + '[absences.tomorrow]\nwebhook = "chat.example/hook"\n',
        '7: [absences.tomorrow] webhook: is not an address; write it as "https://host.example/path"',
    ),
    "two webhooks": (
        HOUSE + '[absences.tomorrow]\nwebhook = "https://chat.example/"\nwebhook_file = "h"\n',
        "8: [absences.tomorrow] webhook_file: give either webhook or webhook_file, not both",
    ),
    "no file of the webhook's": (
        HOUSE + '[absences.tomorrow]\nwebhook_file = "h"\n',
        "7: [absences.tomorrow] webhook_file: h cannot be read: No such file or directory",
    ),
    "nobody to trust": (
        HOUSE + '[absences]\nca_file = "ca.pem"\n',
        "7: [absences] ca_file: ca.pem does not exist",
    ),
    "a password without a user": (
        TWO + '[[absences.calendar]]\nextension = "201"\nurl = "https://x.example/a.ics"\n'
        'password_file = "dav.secret"\n',
        "13: [absences.calendar.201] password_file: is not used without user; add user, or "
        "remove it",
    ),
    "a list of absences that is said to be of one person": (
        TWO + '[[absences.calendar]]\nkind = "csv"\nfile = "a.csv"\nextension = "201"\n',
        "13: [absences.calendar.201] extension: is for kind = " + kinds_with("extension"),
    ),
    "a source of no known kind": (
        TWO + '[[absences.calendar]]\nextension = "201"\nkind = "webcal"\n',
        "12: [absences.calendar.201] kind: must be one of " + in_quotes(list(SOURCES)),
    ),
    "a calendar nowhere": (
        TWO + '[[absences.calendar]]\nextension = "201"\n',
        "10: [absences.calendar.201]: give either url or file",
    ),
    "a mailbox without its tenant": (
        TWO + '[[absences.calendar]]\nextension = "201"\nkind = "m365"\n'
        'mailbox = "a@b.example"\nuser = "app"\npassword_env = "AMI"\n',
        '10: [absences.calendar.201] tenant: is needed for kind = "m365"',
    ),
    "an Exchange Server without its address": (
        TWO + '[[absences.calendar]]\nextension = "201"\nkind = "exchange"\n'
        'mailbox = "a@b.example"\nuser = "svc"\npassword_env = "AMI"\n',
        '10: [absences.calendar.201] url: is needed for kind = "exchange"',
    ),
    "a mailbox of a file": (
        TWO + '[[absences.calendar]]\nextension = "201"\nfile = "a.ics"\nmailbox = "a@b.example"\n',
        "13: [absences.calendar.201] mailbox: is for kind = " + kinds_with("mailbox"),
    ),
    "a tenant of a file": (
        TWO + '[[absences.calendar]]\nextension = "201"\nfile = "a.ics"\ntenant = "x"\n',
        "13: [absences.calendar.201] tenant: is for kind = " + kinds_with("tenant"),
    ),
    "a user of a file": (
        TWO + '[[absences.calendar]]\nextension = "201"\nfile = "a.ics"\nuser = "x"\n'
        'password_env = "AMI"\n',
        "13: [absences.calendar.201] user: is for a url, and this is a file",
    ),
    "a PBX that is not there": (
        HOUSE + 'pbx = "brnach"\n',
        '6: [unit.registry] pbx: no [[pbx]] is named "brnach"; the names are main',
    ),
    "a member on a PBX that is not there": (
        HOUSE + '[[unit.member]]\nextension = "201"\npbx = "x"\n',
        '8: [unit.registry.member.201] pbx: no [[pbx]] is named "x"; the names are main',
    ),
    "no calendar": (
        HOUSE + '[hours]\nweekdays = { mon = "08:00-12:00" }\ncalendar = "c.csv"\n',
        "8: [hours] calendar: c.csv cannot be read: No such file or directory",
    ),
    "secret in the file": (
        '[[pbx]]\nname = "main"\nsecret = "geheim"\n' + UNIT,
        "3: [pbx.main] secret: must not be in this file; use secret_file or secret_env",
    ),
    "no secret": (
        '[[pbx]]\nname = "main"\n' + UNIT,
        "1: [pbx.main] secret_file: is missing; give either secret_file or secret_env",
    ),
    "two secrets": (
        PBX + 'secret_file = "s"\n' + UNIT,
        "4: [pbx.main] secret_file: give either secret_file or secret_env, not both",
    ),
    "secret not set": (
        '[[pbx]]\nname = "main"\nsecret_env = "NO"\n' + UNIT,
        "3: [pbx.main] secret_env: the environment variable NO is not set",
    ),
    "secret file missing": (
        '[[pbx]]\nname = "main"\nsecret_file = "no"\n' + UNIT,
        "3: [pbx.main] secret_file: no cannot be read: No such file or directory",
    ),
    "no ca_file": (
        PBX + 'tls = true\nca_file = "ca.pem"\n' + UNIT,
        "5: [pbx.main] ca_file: ca.pem does not exist",
    ),
    "listen": (
        HOUSE + '[http]\nlisten = "9876"\n',
        '7: [http] listen: "9876" is not an address; write it as "127.0.0.1:9876", "0.0.0.0:9876" '
        'or "[::1]:9876"',
    ),
    "open to the world": (
        HOUSE + '[http]\nlisten = "0.0.0.0:9876"\n',
        "7: [http] listen: without a token callcheck only listens on a loopback address; "
        'add an [[http.token]] or listen on "127.0.0.1:9876"',
    ),
    "token in the file": (
        HOUSE + '[[http.token]]\nrole = "admin"\ntoken = "geheim"\n',
        "8: [http.token.admin] token: must not be in this file; use token_file or token_env",
    ),
    "short token": (
        HOUSE + '[[http.token]]\nrole = "admin"\ntoken_env = "AMI"\n',
        "8: [http.token.admin] token_env: is shorter than 16 characters; "
        "make one with: openssl rand -hex 24",
    ),
    "odd digest": (
        HOUSE + '[[http.token]]\nrole = "admin"\nsha256 = "abc"\n',
        "8: [http.token.admin] sha256: must be 64 hexadecimal digits; "
        "make them with: printf %s TOKEN | sha256sum",
    ),
    "role": (
        HOUSE + f'[[http.token]]\nrole = "boss"\nsha256 = "{"a" * 64}"\n',
        '7: [http.token.boss] role: "boss" is not a role; use "admin", "metrics" or '
        '"unit:<id of a unit>"',
    ),
    "role of no unit": (
        HOUSE + f'[[http.token]]\nrole = "unit:law"\nsha256 = "{"a" * 64}"\n',
        '7: [http.token.unit:law] role: there is no [[unit]] with id "law"',
    ),
    "store": (
        HOUSE + '[store]\nurl = "mysql://x"\n',
        '7: [store] url: must be like "sqlite:///callcheck.db" or '
        '"postgresql+psycopg://user@host/callcheck"',
    ),
    "no folder for the key": (
        HOUSE + '[privacy]\nkey_file = "no/callers.key"\n',
        "7: [privacy] key_file: its folder no does not exist",
    ),
    "keep for ever": (
        HOUSE + "[privacy]\nkeep_calls_days = 0\n",
        "7: [privacy] keep_calls_days: must be at least 1",
    ),
    "no TOML": (
        HOUSE + "[http\n",
        "6: is not valid TOML: Expected ']' at the end of a table declaration",
    ),
    "text without quotes": (
        PBX + "host = pbx.example\n" + UNIT,
        '4: is not valid TOML: the value is missing, or is text without quotes; write "text"',
    ),
    "a list of tables with one bracket": (
        HOUSE + '[unit.member]\nextension = "201"\n[unit.member]\nextension = "202"\n',
        "8: [unit.member] is there twice; write [[unit.member]] with two brackets",
    ),
    "a single table twice": (
        "[site]\n[site]\n" + HOUSE,
        "2: [site] is there twice; put its keys under one",
    ),
    "a key twice": (
        '[site]\nname = "a"\nname = "b"\n' + HOUSE,
        "3: is not valid TOML: this key or table is there already; keep one",
    ),
    "a member of no unit": (
        PBX + '[[unit.member]]\nextension = "201"\n',
        "4: unit: [[unit.member]] stands under no [[unit]]; put [[unit]] with an id above it",
    ),
    "a unit with one bracket": (
        PBX + '[unit]\nid = "registry"\n[[unit.member]]\nextension = "201"\n',
        "4: unit: must be written with two brackets: [[unit]]",
    ),
    "password in the address": (
        HOUSE + '[store]\nurl = "postgresql://me:geheim@db/callcheck"\n',
        "7: warning: [store] url: contains a password; keep it in ~/.pgpass or PGPASSFILE instead",
    ),
    "CA without TLS": (
        PBX + 'ca_file = "callcheck.toml"\n' + UNIT,
        "4: warning: [pbx.main] ca_file: has no effect without tls = true",
    ),
    "mobile twice": (
        TWO.replace('"202"\n', '"202"\nmobile = "20000001"\n').replace(
            '"201"\n', '"201"\nmobile = "+37120000001"\n'
        ),
        "11: warning: [unit.registry.member.202] mobile: is also the mobile of 201; "
        "calls answered on it will count for 201",
    ),
    "holidays unknown": (
        '[site]\ncountry = "AQ"\ncadence = [1000, 4000]\n[hours]\n'
        'weekdays = { mon = "08:00-12:00" }\n' + HOUSE,
        '2: [site] country: "AQ" is not a country; write its two letters of ISO 3166, such as "LV"',
    ),
}


@pytest.mark.parametrize(("text", "line"), MISTAKES.values(), ids=MISTAKES)
def test_each_mistake_gives_exactly_one_line(tmp_path: Path, text: str, line: str) -> None:
    colon = "" if line.startswith(":") else ":"
    assert problems(tmp_path, text) == [f"callcheck.toml{colon}{line}"]


def test_no_message_ever_repeats_a_secret() -> None:
    assert not [line for _, line in MISTAKES.values() if "geheim" in line]


def test_all_mistakes_in_one_pass_in_file_order(tmp_path: Path) -> None:
    text = (
        '[site]\ncountry = "XX"\nfoo = 1\n[[pbx]]\nprot = 1\nport = "x"\n'
        '[[unit]]\nid = "a"\n[[unit.member]]\nname = "Anna"\n[[unit.member]]\nextension = "1"\n'
        '[[unit.member]]\nextension = "1"\n[privacy]\nkeep_calls_days = "x"\n'
    )
    lines = [line.partition(": ")[0] for line in problems(tmp_path, text)]
    assert lines == [f"callcheck.toml:{n}" for n in (2, 3, 4, 4, 5, 6, 9, 14, 16)]


def test_an_unknown_cadence_lists_the_known_ones(tmp_path: Path) -> None:
    (line,) = problems(tmp_path, '[site]\ncountry = "IS"\n' + HOUSE)
    assert line.startswith(
        "callcheck.toml:2: [site] country: no ring cadence is known for IS; "
        "set cadence = [1000, 4000] under [site]"
    )
    assert "LT, LV, MX" in line


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604])
def test_a_secret_that_others_can_read(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "s"
    path.write_text("geheim")
    path.chmod(mode)
    text = '[[pbx]]\nname = "main"\nsecret_file = "s"\n' + UNIT
    assert problems(tmp_path, text) == [
        f"callcheck.toml:3: [pbx.main] secret_file: s can be read by others (mode {mode:04o}); "
        "run: chmod 600 s"
    ]


@pytest.mark.parametrize(
    ("content", "says"),
    [(b"", "s is empty"), (b"\n", "s is empty"), (b"\xff\xfe", "s is not UTF-8 text")],
)
def test_a_damaged_secret(tmp_path: Path, content: bytes, says: str) -> None:
    path = tmp_path / "s"
    path.touch(0o600)
    path.write_bytes(content)
    text = '[[pbx]]\nname = "main"\nsecret_file = "s"\n' + UNIT
    assert problems(tmp_path, text) == [f"callcheck.toml:3: [pbx.main] secret_file: {says}"]


def test_a_damaged_key_file_is_found(tmp_path: Path) -> None:
    key = tmp_path / "callers.key"
    key.touch(0o600)
    key.write_text("abc")
    (line,) = problems(tmp_path, HOUSE)
    assert "[privacy] key_file: callers.key is damaged" in line


def test_faults_of_the_calendar_have_its_own_lines(tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_text("date,hours,note\n2026-13-01,closed\n2026-12-01,sometimes\n")
    text = HOUSE + '[hours]\nweekdays = { mon = "08:00-12:00" }\ncalendar = "c.csv"\n'
    assert problems(tmp_path, text) == [
        'c.csv:2: "2026-13-01" is not a date; write it as 2026-12-23',
        'c.csv:3: "sometimes" is not a time span; write it as "08:30-12:30"; '
        'or write "closed", or a weekday such as "friday"',
    ]


def test_in_autumn_missing_moved_days_of_next_year_are_a_warning(tmp_path: Path) -> None:
    path = tmp_path / "callcheck.toml"
    path.write_text(HOUSE + '[hours]\nweekdays = { mon = "08:00-12:00" }\ncalendar = "c.csv"\n')
    (tmp_path / "c.csv").write_text("2026-12-23,closed\n")
    environ = {"AMI": "x"}
    assert check_config(path, environ, date(2026, 8, 31)) == []
    (warning,) = check_config(path, environ, date(2026, 9, 1))
    assert warning.warning
    assert "does not know the moved working days of 2027 for LV" in warning.text
    (tmp_path / "c.csv").write_text("2027-01-02,closed\n")
    assert check_config(path, environ, date(2026, 9, 1)) == []


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(ConfigErrors, match=r"No such file or directory; callcheck.example.toml"):
        load(tmp_path / "no.toml", {})
    odd = tmp_path / "odd.toml"
    odd.write_bytes(b"[site]\nname = '\xff'\n")
    with pytest.raises(ConfigErrors, match=r"odd.toml:2: is not UTF-8 text"):
        load(odd, {})
    with pytest.raises(ConfigErrors, match="Is a directory"):
        load_for_replay(tmp_path)
    (problem,) = check_config(tmp_path / "no.toml", {})
    assert not problem.warning


def test_a_warning_does_not_stop_loading(tmp_path: Path) -> None:
    path = tmp_path / "callcheck.toml"
    path.write_text(PBX + 'ca_file = "callcheck.toml"\n' + UNIT)
    assert load(path, {"AMI": "x"}).pbxs[0].ca_file == path


def test_a_problem_as_text() -> None:
    assert str(ConfigProblem("f", None, "", "", "x")) == "f: x"
    assert str(ConfigProblem("f", 3, "a.b", "k", "x")) == "f:3: [a.b] k: x"
    assert str(ConfigProblem("f", 3, "", "k", "x", warning=True)) == "f:3: warning: k: x"
