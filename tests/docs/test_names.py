"""Every configuration key, metric, rule, word and address is documented, and no other is."""

from __future__ import annotations

import re
import tomllib
from enum import StrEnum

import pytest
from prometheus_client import generate_latest

from callcheck.absences.model import AbsenceState, ForwardKind
from callcheck.ami.events import EVENTS, RECORDS
from callcheck.calls.model import Direction, Disposition, LegResult, RingSource, TimeSource, Via
from callcheck.config.schema import TABLES
from callcheck.judging.cadence import Reading
from callcheck.judging.verdict import Result
from callcheck.metrics import process_registry
from callcheck.rules import RULES
from callcheck.sources import SOURCES
from tests.api.house_of_cards import served
from tests.calls.recordings import calls_of, recordings, records_of
from tests.metrics.samples import some_metrics

from .reading import code_words, metrics_named, text

EXAMPLE = text("callcheck.example.toml")
_WEEKDAYS = {"sat", "sun"}
"""Closed in the example, as in most houses."""


ALL_TABLES = {".".join(path): table for path, table in TABLES.items()} | {
    f"absences.calendar {kind}": table for kind, table in SOURCES.items()
}


@pytest.mark.parametrize("table", ALL_TABLES)
def test_every_key_of_the_configuration_is_in_the_example(table: str) -> None:
    for key in ALL_TABLES[table].model_fields:
        in_use = rf"^(# )?{key} = |^(# )?\[\[?([a-z_]+\.)*{key}(\.[a-z_]+)*\]|[{{,] {key} = "
        mentioned = rf"\b{key} = "  # beside its alternative
        assert (
            re.search(in_use, EXAMPLE, re.MULTILINE)
            or re.search(mentioned, EXAMPLE)
            or key in _WEEKDAYS
        ), key


@pytest.mark.parametrize("kind", SOURCES)
def test_every_source_of_absences_is_in_the_example(kind: str) -> None:
    assert re.search(rf'"{kind}"|default: {kind}\b', EXAMPLE)


@pytest.mark.parametrize("kind", SOURCES)
def test_every_source_of_absences_is_explained(kind: str) -> None:
    assert f"| `{kind}` |" in text("docs/absences.md")


def test_the_example_has_no_key_that_is_unknown() -> None:
    uncommented = re.sub(r"(?m)^# (?=\[|[a-z_]+ = )", "", EXAMPLE)
    known = {key for table in ALL_TABLES.values() for key in table.model_fields}
    assert _keys(tomllib.loads(uncommented)) <= known


def _keys(value: object) -> set[str]:
    if isinstance(value, dict):
        return set(value) | {key for one in value.values() for key in _keys(one)}
    if isinstance(value, list):
        return {key for one in value for key in _keys(one)}
    return set()


def page_of_metrics() -> str:
    """Callcheck's own, with what stands beside them on the page."""
    beside = generate_latest(process_registry(5000))
    return (some_metrics().text() + beside).decode()


def test_the_metrics_in_the_docs_are_those_that_there_are() -> None:
    page = page_of_metrics()
    families = set(re.findall(r"^# TYPE (callcheck_\w+)", page, re.MULTILINE))
    assert len(families) > 10
    assert metrics_named("docs/metrics.md") == families


def test_the_labels_in_the_docs_are_those_that_there_are() -> None:
    page = page_of_metrics()
    for row in re.findall(r"^\| `callcheck_.*", text("docs/metrics.md"), re.MULTILINE):
        _, name, _, labels, *_ = (cell.strip() for cell in row.split("|"))
        sample = re.search(rf"^{name.strip('`')}(?:_bucket)?({{.*}})? ", page, re.MULTILINE)
        assert sample, name
        real = set(re.findall(r'(\w+)="', sample[1] or "")) - {"le"}
        assert set(re.findall(r"`(\w+)`", labels)) == real, name


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_is_explained(rule: str) -> None:
    assert f"## The rule `{rule}`" in text("docs/definitions.md")


@pytest.mark.parametrize("result", Result)
def test_every_result_is_explained(result: Result) -> None:
    assert result.value in code_words("README.md")
    assert f"| `{result.value}` |" in text("docs/definitions.md")


WORDS = (
    AbsenceState, Direction, Disposition, ForwardKind, LegResult, Reading, RingSource, TimeSource,
    Via,
)  # fmt: skip


@pytest.mark.parametrize("words", WORDS)
def test_every_word_of_a_record_is_defined(words: type[StrEnum]) -> None:
    assert {word.value for word in words} <= code_words("docs/definitions.md")


def test_every_field_of_a_record_is_defined() -> None:
    recording = recordings()[0]
    [record, *_] = records_of(calls_of(recording.messages))
    fields = {*record, *record["legs"][0], *record["findings"][0]}
    assert fields <= code_words("docs/definitions.md")


def test_every_event_is_on_its_page() -> None:
    rows = re.findall(r"^\| `([A-Z]\w+)` \| [a-z]", text("docs/events.md"), re.MULTILINE)
    assert {*EVENTS, *RECORDS} == {f"Event: {name}".encode() for name in rows}


def test_every_address_of_the_api_is_in_its_page() -> None:
    with served() as client:
        paths = list(client.get("/openapi.json").json()["paths"])
    named = {word.partition("?")[0] for word in code_words("docs/api.md")}
    assert len(paths) > 5
    assert set(paths) <= named
    assert {word for word in named if word.startswith("/api/v1/")} <= set(paths)
