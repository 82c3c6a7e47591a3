"""The command `callcheck replay`: what it prints, where, and its exit status."""

from __future__ import annotations

import gzip
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.calls.recordings import LAB_CONFIG, TESTS, Recording, recordings

DIRECT = TESTS / "recordings" / "22" / "direct_4s.ami.gz"
LATE = TESTS / "recordings" / "22" / "direct_22s.ami.gz"
BUSY_DAY = next(r for r in recordings() if r.name == "22/soak_1")

ASTERISK_11 = b"""Asterisk Call Manager/1.3
Event: Newchannel
Privilege: call,all
Timestamp: 1795600000.000000
Channel: SIP/trunk-0000004a
ChannelState: 4
CallerIDNum: 29555001
Exten: 67000201
Uniqueid: 1795600000.157

Event: Newstate
Privilege: call,all
Timestamp: 1795600000.100000
Channel: SIP/trunk-0000004a
ChannelState: 6
Uniqueid: 1795600000.157

Event: Hangup
Privilege: call,all
Timestamp: 1795600009.100000
Channel: SIP/trunk-0000004a
Uniqueid: 1795600000.157
Cause: 16

"""
"""A call as AMI 1.3 tells it: no Linkedid, no dial and no bridge that could be followed."""


def callcheck(
    *arguments: str | Path, stdin: bytes = b"", cwd: Path | None = None
) -> subprocess.CompletedProcess[bytes]:
    """Runs the program as a user would."""
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "callcheck", *map(str, arguments)],
        input=stdin,
        capture_output=True,
        check=False,
        cwd=cwd,
        timeout=60,
    )


def replay(*arguments: str | Path, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return callcheck("replay", "--config", LAB_CONFIG, *arguments, stdin=stdin)


def records(done: subprocess.CompletedProcess[bytes]) -> list[dict[str, object]]:
    return [json.loads(line) for line in done.stdout.splitlines()]


def one_line(stderr: bytes) -> str:
    """What was said on stderr: one line by the program, no traceback."""
    text = stderr.decode().rstrip("\n")
    assert text.startswith("callcheck: "), text
    assert "\n" not in text, text
    return text


def test_the_table() -> None:
    done = replay(DIRECT, LATE)
    assert (done.returncode, done.stderr) == (0, b"")
    heading, first, second = done.stdout.decode().splitlines()
    assert heading.split()[:4] == ["started", "direction", "caller", "dialed"]
    assert re.search(r"inbound .* 67000201 .* answered .* met ", first)
    assert re.search(r"inbound .* 67000201 .* answered .* breached ", second)


def test_json_is_the_record_of_each_call() -> None:
    [record] = records(replay("--json", DIRECT))
    assert record["call_id"] == Recording(DIRECT).expected[0].get("call_id", record["call_id"])
    assert (record["pbx"], record["extension"], record["unit"]) == ("main", "201", "registry")
    assert isinstance(record["findings"], list)
    assert record["findings"][0]["result"] == "met"
    assert re.fullmatch(
        r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0[23]:00", str(record["started_at"])
    )


def test_explain_tells_the_story() -> None:
    story = replay("--explain", DIRECT).stdout.decode()
    assert "+0.000 s" in story
    assert "Anna" in story
    assert "answer_by_ring: met" in story


def test_a_recording_of_ami_1_gives_no_call_and_says_why() -> None:
    done = replay("--json", "-", stdin=ASTERISK_11.replace(b"\n", b"\r\n"))
    assert (done.returncode, done.stdout) == (0, b"")
    assert one_line(done.stderr) == (
        'callcheck: -: it begins with "Asterisk Call Manager/1.3", so it was recorded on Asterisk '
        "11 or older; calls can be read from Asterisk 12 and newer"
    )


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_standard_input(pack: type[bytes]) -> None:
    data = Recording(DIRECT).data
    done = replay("--json", "-", stdin=pack(data))
    assert done.stdout == replay("--json", DIRECT).stdout
    assert done.returncode == 0


@pytest.mark.parametrize("name", ["day.ami", "day.ami.gz", "day"])
def test_plain_or_packed_whatever_the_name(tmp_path: Path, name: str) -> None:
    plain, packed = tmp_path / name, tmp_path / f"{name}.z"
    plain.write_bytes(Recording(DIRECT).data)
    packed.write_bytes(gzip.compress(Recording(DIRECT).data))
    done = replay("--json", plain, packed)
    assert done.returncode == 0
    assert records(done)[0] == records(done)[1]


def test_bare_line_feeds(tmp_path: Path) -> None:
    file = tmp_path / "edited.ami"
    file.write_bytes(Recording(DIRECT).data.replace(b"\r\n", b"\n"))
    assert replay("--json", file).stdout == replay("--json", DIRECT).stdout


def test_each_file_is_a_stream_of_its_own() -> None:
    apart = replay("--json", DIRECT).stdout + replay("--json", BUSY_DAY.path).stdout
    assert replay("--json", DIRECT, BUSY_DAY.path).stdout == apart


def test_a_missing_file_does_not_stop_the_others(tmp_path: Path) -> None:
    done = replay("--json", tmp_path / "nowhere.ami", DIRECT)
    assert done.returncode == 1
    assert "nowhere.ami" in one_line(done.stderr)
    assert "No such file" in one_line(done.stderr)
    assert len(records(done)) == 1


@pytest.mark.parametrize("damage", ["cut off", "flipped"])
def test_a_damaged_recording_gives_the_calls_before_the_damage(tmp_path: Path, damage: str) -> None:
    packed = bytearray(gzip.compress(BUSY_DAY.data))
    if damage == "cut off":
        del packed[len(packed) * 3 // 4 :]
    else:
        packed[len(packed) * 3 // 4 :][:64] = bytes(64)
        packed[-8:] = bytes(8)
    file = tmp_path / "damaged.ami.gz"
    file.write_bytes(packed)
    done = replay("--json", file)
    assert done.returncode == 1
    assert "damaged" in one_line(done.stderr)
    whole = {r["call_id"]: r for r in records(replay("--json", BUSY_DAY.path))}
    told = [r for r in records(done) if r["complete"]]
    assert told
    serving = "answered_while_serving"
    for record in told:
        assert {**record, serving: None} == {**whole[record["call_id"]], serving: None}


@pytest.mark.parametrize(
    "content", [b"", b"%PDF-1.7\nnot a telephone exchange\n" * 50, bytes(range(256)) * 99]
)
def test_what_is_no_ami_stream(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "some.file"
    file.write_bytes(content)
    done = replay(file)
    assert done.returncode == 1
    assert done.stdout == b""
    assert "no AMI message" in one_line(done.stderr)


def test_a_directory(tmp_path: Path) -> None:
    done = replay(tmp_path)
    assert done.returncode == 1
    assert "directory" in one_line(done.stderr)


def test_an_unknown_pbx() -> None:
    done = replay("--pbx", "annex", DIRECT)
    assert done.returncode == 1
    assert "annex" in one_line(done.stderr)
    assert "main" in one_line(done.stderr)


def test_a_broken_configuration(tmp_path: Path) -> None:
    config = tmp_path / "callcheck.toml"
    config.write_text("[site]\nnaem = 'x'\n", encoding="utf-8")
    done = callcheck("replay", "--config", config, DIRECT)
    assert done.returncode == 1
    assert done.stdout == b""
    assert b"naem" in done.stderr
    assert b"Traceback" not in done.stderr


def test_a_configuration_that_is_not_there(tmp_path: Path) -> None:
    done = callcheck("replay", "--config", tmp_path / "none.toml", DIRECT)
    assert done.returncode == 1
    assert "none.toml" in one_line(done.stderr)


def test_without_a_configuration_digits_are_extensions(tmp_path: Path) -> None:
    done = callcheck("replay", "--json", DIRECT, cwd=tmp_path)
    [record] = records(done)
    assert (record["direction"], record["extension"], record["answered_by"]) == (
        "inbound",
        "201",
        "201",
    )
    assert record["unit"] is None
    assert list(tmp_path.iterdir()) == [], "nothing is written"


def test_a_reader_who_has_seen_enough() -> None:
    program = [sys.executable, "-m", "callcheck", "replay", "--config", str(LAB_CONFIG), "--json"]
    with subprocess.Popen(
        [*program, *[str(BUSY_DAY.path)] * 5], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.readline()
        running.stdout.close()
        assert running.stderr.read() == b""
    assert running.returncode in (0, 141)


def test_no_file_is_wrong_usage() -> None:
    assert callcheck("replay").returncode == 2


HEAVY = ("sqlalchemy", "fastapi", "panoramisk", "alembic", "uvicorn", "prometheus_client")


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["replay", "--help"]], ids=str)
def test_help_answers_at_once(arguments: list[str]) -> None:
    """Without the libraries that only the house needs."""
    code = (
        "import sys\n"
        "from callcheck.commands.cli import main\n"
        f"sys.argv = ['callcheck', *{arguments!r}]\n"
        "try:\n    main()\nexcept SystemExit as end:\n    assert not end.code\n"
        f"print([m for m in {HEAVY!r} if m in sys.modules], file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert done.stderr.decode().strip() == "[]"
    assert done.stdout


def test_replay_itself_needs_no_database_and_no_network() -> None:
    code = (
        "import sys\n"
        "from callcheck.commands.cli import main\n"
        f"sys.argv = ['callcheck', 'replay', '--config', {str(LAB_CONFIG)!r}, {str(DIRECT)!r}]\n"
        "try:\n    main()\nexcept SystemExit as end:\n    assert not end.code\n"
        f"print([m for m in {HEAVY!r} if m in sys.modules], file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert done.stderr.decode().strip() == "[]"


MEGABYTES = 60
PEAK = (
    "import resource, sys\n"
    "from callcheck.commands.cli import main\n"
    f"sys.argv = ['callcheck', 'replay', '--config', {str(LAB_CONFIG)!r}, '--json', '-']\n"
    "try:\n    main()\nexcept SystemExit as end:\n    assert not end.code\n"
    "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr)\n"
)


def test_a_long_stream_in_bounded_memory(tmp_path: Path) -> None:
    """Some 60 MB through standard input; the same soak again and again, each a new session."""
    peaks = {}
    for times in (2, MEGABYTES * 1_000_000 // len(BUSY_DAY.data)):
        with (tmp_path / "out").open("wb") as out:
            running = subprocess.Popen(
                [sys.executable, "-c", PEAK],
                stdin=subprocess.PIPE,
                stdout=out,
                stderr=subprocess.PIPE,
            )
            assert running.stdin is not None
            assert running.stderr is not None
            for _ in range(times):
                running.stdin.write(BUSY_DAY.data)
            running.stdin.close()
            peaks[times] = int(running.stderr.read())
            running.stderr.close()
            assert running.wait() == 0
        calls = (tmp_path / "out").read_bytes().count(b"\n")
        assert calls >= times * 30
    few, many = peaks.values()
    assert many < few * 1.2 + 4096, f"{few} kB at first, {many} kB at last"
