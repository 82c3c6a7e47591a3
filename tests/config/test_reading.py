"""Valid configurations: every value arrives, and a missing one has its default."""

import hashlib
import shutil
from datetime import date
from pathlib import Path

import pytest

from callcheck.app.judge import judge_of, wait_limit_of
from callcheck.calls.directory import Kind
from callcheck.config import ConfigErrors, check_config, load, load_for_replay
from callcheck.judging.cadence import Cadence, Reading
from callcheck.judging.verdict import Result, headline
from callcheck.judging.wait import Clock
from callcheck.rules.answer_by_ring import Settings
from tests.rules.test_colleague_pickup import a_call

EXAMPLE = Path(__file__).parents[2] / "callcheck.example.toml"

SMALL = """
[[pbx]]
name = "main"
secret_env = "AMI"
[[unit]]
id = "registry"
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "callcheck.toml"
    path.write_text(text, encoding="utf-8")
    return path


def secret(folder: Path, name: str, text: str) -> None:
    path = folder / name
    path.touch(0o600)
    path.write_text(text)


def test_the_example_is_valid(tmp_path: Path) -> None:
    path = tmp_path / "callcheck.toml"
    shutil.copy(EXAMPLE, path)
    secret(tmp_path, "ami.secret", "geheim\n")
    assert check_config(path, {}, date(2026, 6, 1)) == []
    config = load(path, {})
    assert config.pbxs[0].secret == "geheim"
    assert [p.extension for p in config.parties] == ["201", "202", "701"]


def test_what_the_example_calls_default_is_the_default(tmp_path: Path) -> None:
    shutil.copy(EXAMPLE, tmp_path / "example.toml")
    shown = load(tmp_path / "example.toml", {}, secrets=False)
    small = load(write(tmp_path, SMALL), {"AMI": "x"})
    assert shown.rules == small.rules
    assert shown.store == small.store
    assert shown.http == small.http
    assert shown.privacy == small.privacy
    assert shown.site.zone == small.site.zone
    assert shown.site.cadence == small.site.cadence == Cadence(1000, 4000)


def test_defaults(tmp_path: Path) -> None:
    config = load(write(tmp_path, SMALL), {"AMI": "x"})
    assert config.hours is None
    assert config.units[0].title == "registry"
    assert config.store.url == f"sqlite:///{tmp_path}/callcheck.db"
    assert config.privacy.key_file == tmp_path / "callers.key"
    assert (config.http.host, config.http.port, config.http.tokens) == ("127.0.0.1", 9876, ())


def test_the_rule_has_its_own_units(tmp_path: Path) -> None:
    text = SMALL + (
        '[rule.answer_by_ring]\nring = 4\nreading = "within"\nexempt_abandons_within = 5\n'
        'short_abandon_seconds = 2.5\nclock = "queue_join"\n'
    )
    config = load(write(tmp_path, text), {"AMI": "x"})
    settings = Settings(4, Reading.WITHIN, 5000, 2500, Clock.QUEUE_JOIN)
    assert config.rules["answer_by_ring"] == settings
    limit = wait_limit_of(config)
    assert (limit.ring, limit.limit_ms, limit.in_time_ms) == (4, 16_000, 16_000)
    assert limit.short_abandon_ms == 2500


def test_parties_units_and_the_directory_of_each_pbx(tmp_path: Path) -> None:
    text = """
[[pbx]]
name = "a"
secret_env = "AMI"
trunks = ["PJSIP/line*"]
[[pbx]]
name = "b"
secret_env = "AMI"
[[unit]]
id = "z"
[[unit.member]]
extension = "201"
numbers = ["67000201", "+37167000201"]
mobile = "+37120000001"
deputy = "301"
[[unit]]
id = "a"
[[unit.member]]
extension = "301"
public = true
devices = ["PJSIP/desk-*"]
[[unit.line]]
extension = "701"
kind = "ivr"
numbers = ["670007*"]
public = false
"""
    config = load(write(tmp_path, text), {"AMI": "x"})
    assert [u.id for u in config.units] == ["z", "a"]
    assert [(p.extension, p.unit, p.public, p.kind) for p in config.parties] == [
        ("201", "z", True, Kind.MEMBER),
        ("301", "a", True, Kind.MEMBER),
        ("701", "a", False, Kind.IVR),
    ]
    directory = config.directory("a")
    assert directory.trunks == ("PJSIP/line*",)
    assert config.directory("b").trunks == ()
    reached = [directory.reached_by(n) for n in ("0037167000201", "67000777", "67000888")]
    assert [p and p.extension for p in reached] == ["201", "701", None]
    assert directory.extension_of_device("PJSIP/desk-2") == "301"


def test_secrets_and_tokens_and_nothing_of_them_in_a_repr(tmp_path: Path) -> None:
    secret(tmp_path, "ami.secret", "from-a-file\r\n")
    secret(tmp_path, "token", "0123456789abcdef-token\n")
    digest = "A" * 64
    text = f"""
[[pbx]]
name = "main"
secret_file = "ami.secret"
[[unit]]
id = "registry"
[http]
listen = "0.0.0.0:80"
[[http.token]]
role = "admin"
token_file = "token"
[[http.token]]
role = "unit:registry"
token_env = "T"
[[http.token]]
role = "metrics"
sha256 = "{digest}"
"""
    config = load(write(tmp_path, text), {"T": "another-token-of-some-length"})
    assert config.pbxs[0].secret == "from-a-file"
    assert [(t.role, t.sha256) for t in config.http.tokens] == [
        ("admin", hashlib.sha256(b"0123456789abcdef-token").hexdigest()),
        ("unit:registry", hashlib.sha256(b"another-token-of-some-length").hexdigest()),
        ("metrics", digest.lower()),
    ]
    assert "from-a-file" not in repr(config)
    assert digest.lower() not in repr(config)


def test_a_country_with_another_cadence_and_one_set_by_hand(tmp_path: Path) -> None:
    site = '[site]\ncountry = "AT"\ntimezone = "Europe/Vienna"\n'
    config = load(write(tmp_path, site + SMALL), {"AMI": "x"})
    assert config.cadence == Cadence(1000, 5000)
    assert config.directory().country_code == "43"
    site = '[site]\ncountry = "IS"\ncadence = [1200, 4700]\n'
    assert load(write(tmp_path, site + SMALL), {"AMI": "x"}).cadence == Cadence(1200, 4700)


@pytest.mark.parametrize(
    ("listen", "host", "port"),
    [("localhost:1", "localhost", 1), ("[::1]:9876", "::1", 9876), ("127.0.0.2:80", None, 80)],
)
def test_loopback_addresses_need_no_token(
    tmp_path: Path, listen: str, host: str | None, port: int
) -> None:
    config = load(write(tmp_path, f'{SMALL}[http]\nlisten = "{listen}"\n'), {"AMI": "x"})
    assert (config.http.host, config.http.port) == (host or "127.0.0.2", port)


def test_postgresql_is_taken_as_it_is(tmp_path: Path) -> None:
    text = SMALL + '[store]\nurl = "postgresql+psycopg://me@db/callcheck"\n'
    config = load(write(tmp_path, text), {"AMI": "x"})
    assert config.store.url == "postgresql+psycopg://me@db/callcheck"


def test_replay_needs_no_secret_no_pbx_and_no_file(tmp_path: Path) -> None:
    text = '[[pbx]]\nname = "main"\nsecret_file = "not-there"\nca_file = "nor-this"\ntls = true\n'
    assert load_for_replay(write(tmp_path, text)).pbxs[0].secret == ""
    assert load_for_replay(write(tmp_path, "")).units == ()
    nothing = load_for_replay(None)
    assert not nothing.directory("x").known
    assert nothing.directory("x").country_code == "371"
    with pytest.raises(ConfigErrors, match="unknown key"):
        load_for_replay(write(tmp_path, "[sight]\n"))


def test_the_judge_knows_the_hours(tmp_path: Path) -> None:
    text = SMALL + '[hours]\nweekdays = { mon = "08:30-12:30" }\n'
    config = load(write(tmp_path, text), {"AMI": "x"})
    on_a_thursday = a_call(started_at=0)
    finding = headline(judge_of(config)(on_a_thursday))
    assert finding is not None
    assert (finding.result, finding.reason) == (
        Result.EXEMPT,
        "outside working hours: Thursday",
    )
