"""Any text at all gives a configuration or a list of problems, never another error."""

from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from callcheck.config import check_config, load_for_replay
from callcheck.config.lines import Lines

EXAMPLE = (Path(__file__).parents[2] / "callcheck.example.toml").read_text(encoding="utf-8")
ROWS = EXAMPLE.splitlines()
NUMBERS = ["1", "-1", "1.5", "nan", "inf", "true", "1979-05-27"]
TEXTS = ['""', '"x"', "'\"'", '"\\u0000"', '"0:00-24:00"', '"::1:1"', '"c.csv"', '"sqlite:///"']
TREES = ["[]", "[1]", '["x"]', "[[]]", "{}", "{ mon = 1 }", "[{ a = 1 }]"]
VALUES = st.sampled_from(NUMBERS + TEXTS + TREES)


@st.composite
def spoilt(draw: st.DrawFn) -> str:
    """The example with some lines removed, repeated, or changed."""
    rows = list(ROWS)
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, len(rows) - 1))
        key, equals, _value = rows[at].partition(" = ")
        change = draw(st.sampled_from(["lose", "repeat", "value", "header"]))
        if change == "lose":
            del rows[at]
        elif change == "repeat":
            rows.insert(at, rows[at])
        elif change == "value" and equals:
            rows[at] = f"{key.lstrip('# ')} = {draw(VALUES)}"
        elif change == "header":
            rows.insert(at, draw(st.sampled_from(["[site]", "[[unit]]", "[[unit.line]]", "[x]"])))
    return "\n".join(rows)


@settings(
    max_examples=300,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(spoilt())
def test_a_spoilt_file_is_explained(tmp_path: Path, text: str) -> None:
    path = tmp_path / "callcheck.toml"
    path.write_text(text, encoding="utf-8")
    problems = check_config(path, {})
    errors = [p for p in problems if not p.warning]
    assert errors  # the secret is not there
    assert all(p.text for p in problems)
    assert all(p.line is None or p.line <= len(ROWS) + 7 for p in problems)
    if all("ami.secret" in p.text for p in errors):
        load_for_replay(path)


@given(st.text(max_size=200))
def test_lines_of_any_text(text: str) -> None:
    assert Lines(text).of(("no such key at all", 0)) is None
