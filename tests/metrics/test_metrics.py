"""The page of /metrics: names, zeros, counting, and agreement with the store."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from math import isnan
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import Metric
from prometheus_client.parser import text_string_to_metric_families

from callcheck.absences.model import AbsenceState
from callcheck.calls.model import Call, Direction, Disposition, TimeSource, Via
from callcheck.judging.cadence import CADENCES
from callcheck.judging.figures import RingTotal, SavedCall, Totals
from callcheck.judging.verdict import Finding, Result
from callcheck.metrics import Metrics, PbxNow, StoreNow, ring_edges
from tests.metrics.samples import EDGES, Now, a_call, samples, saved, some_metrics

GOLDEN = Path(__file__).with_name("golden.txt")


def busy() -> Metrics:
    """A page with something in every family."""
    now = Now(
        [PbxNow("main", True, False, 1.5, 2.25, 3, 4, 5, 0, {"Newstate": True, "DialEnd": False})],
        StoreNow(pending=6, dropped=7, refused=8, repeated=9),
    )
    metrics = some_metrics(now, units=("registry",))
    metrics.saved([saved(a_call(ms)) for ms in (999, 1000, 1001, 10_000, 15_000, 300_000)])
    metrics.saved([saved(a_call(None, direction=Direction.OUTBOUND, unit=None))])
    metrics.saved([saved(a_call(unit=None, disposition=Disposition.BUSY, answered_via=None), ())])
    metrics.delay_of("main").observe(1500, times=3)
    metrics.set_absences({("registry", "late"): 2})
    metrics.set_next_day({("registry", "not_forwarded"): 3})
    metrics.set_calendars(9, 1)
    return metrics


def test_the_page_is_the_golden_one() -> None:
    page = busy().text().decode().replace(f'python="{sys.version.split()[0]}"', 'python="X"')
    if os.environ.get("REWRITE_GOLDEN"):
        GOLDEN.write_text(page)
    assert page == GOLDEN.read_text()


def test_it_is_what_prometheus_client_would_write_to_the_byte() -> None:
    class Alone:
        def collect(self) -> Iterator[Metric]:
            return metrics.collect()

    metrics = busy()
    registry = CollectorRegistry()
    registry.register(Alone())
    assert metrics.text() == generate_latest(registry)


def test_label_values_are_escaped() -> None:
    odd = 'a"b\\c\nd'
    metrics = some_metrics(units=(odd,))
    found = list(text_string_to_metric_families(metrics.text().decode()))
    assert odd in {s.labels.get("unit") for family in found for s in family.samples}


def test_what_else_is_in_the_registry_is_on_the_page_too() -> None:
    class Other:
        def collect(self) -> Iterator[Metric]:
            metric = Metric("other", "something else", "gauge")
            metric.add_sample("other", {}, 1.0)
            yield metric

    registry = CollectorRegistry()
    registry.register(Other())
    metrics = Metrics(
        registry, Now(), pbxs=(), units=(), rules=(), ring_edges_ms=EDGES, version="1"
    )
    assert metrics.text().endswith(b"# TYPE other gauge\nother 1.0\n")


def test_all_is_there_at_zero_from_the_start() -> None:
    page = samples(some_metrics(pbxs=("main", "branch")))
    for unit in ("registry", "law", ""):
        for result in Result:
            finding = f'{{result="{result.value}",rule="answer_by_ring",unit="{unit}"}}'
            assert page[f"callcheck_findings_total{finding}"] == 0
        for disposition in Disposition:
            labels = f'{{disposition="{disposition.value}",unit="{unit}"}}'
            assert page[f"callcheck_ring_seconds_count{labels}"] == 0
            for direction in Direction:
                rest = f'direction="{direction.value}",disposition="{disposition.value}"'
                series = f'callcheck_calls_total{{{rest},pbx="branch",unit="{unit}",via=""}}'
                assert page[series] == 0
        for via in Via:
            rest = f'direction="inbound",disposition="answered",pbx="main",unit="{unit}"'
            assert page[f'callcheck_calls_total{{{rest},via="{via.value}"}}'] == 0
    for state in AbsenceState:
        assert page[f'callcheck_absences{{state="{state}",unit="law"}}'] == 0
    assert page['callcheck_unknown_numbers_total{pbx="branch"}'] == 0
    assert page['callcheck_event_delay_seconds_count{pbx="branch"}'] == 0
    assert not any("_created" in series for series in page)


def test_ten_thousand_calls_add_no_series() -> None:
    metrics = some_metrics()
    before = set(samples(metrics))
    metrics.saved(
        saved(
            a_call(
                n % 90_000,
                call_id=f"{n}.1",
                caller=f"+371{n:08}",
                extension=str(n),
                answered_by=str(n),
                disposition=list(Disposition)[n % 9],
                answered_via=list(Via)[n % 6] if n % 9 == 0 else None,
            )
        )
        for n in range(10_000)
    )
    assert set(samples(metrics)) == before
    assert sum(v for k, v in samples(metrics).items() if "calls_total" in k) == 10_000


def test_an_edge_belongs_to_its_bucket() -> None:
    metrics = some_metrics()
    metrics.saved([saved(a_call(ms)) for ms in (9_999, 10_000, 11_000, 11_001, 15_000, 15_001)])
    page, labels = samples(metrics), 'disposition="answered"'
    found = {
        le: page[f'callcheck_ring_seconds_bucket{{{labels},le="{le}",unit="registry"}}']
        for le in ("5.0", "10.0", "11.0", "15.0", "20.0", "+Inf")
    }
    assert found == {"5.0": 0, "10.0": 2, "11.0": 3, "15.0": 5, "20.0": 6, "+Inf": 6}
    total = page[f'callcheck_ring_seconds_sum{{{labels},unit="registry"}}']
    assert total == 72.001


@pytest.mark.parametrize("country", ["LV", "US", "GB", "HU"])
@pytest.mark.parametrize("ring", [1, 2, 3, 5])
def test_edges_follow_the_cadence(country: str, ring: int) -> None:
    cadence = CADENCES[country]
    edges = ring_edges(cadence, ring)
    start = (ring - 1) * cadence.period_ms
    assert {start, start + cadence.on_ms, ring * cadence.period_ms} - {0} <= set(edges)
    assert list(edges) == sorted(set(edges))
    assert edges[0] > 0


@pytest.mark.parametrize(
    "call",
    [
        a_call(direction=Direction.INTERNAL),
        a_call(direction=Direction.OUTBOUND),
        a_call(None),
        a_call(time_source=TimeSource.NONE),
    ],
)
def test_only_inbound_calls_that_rang_are_in_the_histogram(call: Call) -> None:
    metrics = some_metrics()
    metrics.saved([saved(call)])
    page = samples(metrics)
    assert sum(v for k, v in page.items() if "ring_seconds_count" in k) == 0
    assert sum(v for k, v in page.items() if "calls_total" in k) == 1


def test_a_complete_call_takes_the_place_of_an_incomplete_one() -> None:
    metrics = some_metrics()
    empty = metrics.text()
    half = a_call(None, complete=False, disposition=Disposition.UNKNOWN, answered_via=None)
    unknown = (Finding("answer_by_ring", Result.UNKNOWN, "not seen"),)
    metrics.saved([saved(half, unknown)])
    metrics.saved([saved(a_call(), replaced=(half, unknown))])
    direct = some_metrics()
    direct.saved([saved(a_call())])
    assert metrics.text() == direct.text() != empty


def test_an_inbound_call_to_no_unit_is_an_unknown_number() -> None:
    metrics = some_metrics()
    metrics.saved([saved(a_call(unit=None))])
    metrics.saved([saved(a_call(unit=None, direction=Direction.OUTBOUND)), saved(a_call())])
    assert samples(metrics)['callcheck_unknown_numbers_total{pbx="main"}'] == 1


def test_the_moment_is_asked_for_at_the_scrape() -> None:
    now = Now()
    metrics = some_metrics(now)
    assert isnan(samples(metrics)['callcheck_ami_last_event_age_seconds{pbx="main"}'])
    now.pbx = [PbxNow("main", connected=True, last_event_age=0.5, open_calls=9)]
    page = samples(metrics)
    assert page['callcheck_ami_connected{pbx="main"}'] == 1
    assert page['callcheck_ami_last_event_age_seconds{pbx="main"}'] == 0.5
    assert page['callcheck_open_calls{pbx="main"}'] == 9


CALLS = st.builds(
    lambda ring_ms, unit, direction, disposition, via, result: saved(
        a_call(ring_ms, unit=unit, direction=direction, disposition=disposition, answered_via=via),
        (Finding("answer_by_ring", result, "because"),),
    ),
    st.none() | st.integers(0, 100_000),
    st.sampled_from(["registry", "law", "closed-long-ago", None]),
    st.sampled_from(Direction),
    st.sampled_from(Disposition),
    st.none() | st.sampled_from(Via),
    st.sampled_from(Result),
)


@settings(max_examples=30, deadline=None)
@given(st.lists(CALLS, max_size=20), st.lists(CALLS, max_size=20))
def test_after_a_restart_the_counters_go_on(
    before: list[SavedCall], after: list[SavedCall]
) -> None:
    stored = Totals(EDGES)
    for one in before:
        stored.count((one.call, one.findings))
    restarted = some_metrics()
    restarted.seed(stored)
    restarted.saved(after)
    through = some_metrics()
    through.saved([*before, *after])
    assert samples(restarted) == pytest.approx(samples(through), nan_ok=True)


@settings(max_examples=30, deadline=None)
@given(st.lists(CALLS, max_size=20), st.lists(CALLS, max_size=20))
def test_another_store_s_counters_take_the_place_of_ours(
    before: list[SavedCall], there: list[SavedCall]
) -> None:
    stored = Totals(EDGES)
    for one in there:
        stored.count((one.call, one.findings))
    moved, fresh = some_metrics(), some_metrics()
    moved.saved([*before, *there])  # so that it has every series that the other has
    moved.start_anew(stored)
    fresh.saved(there)
    expected = samples(fresh)
    found = {series: n for series, n in samples(moved).items() if n or series in expected}
    assert found == pytest.approx(expected, nan_ok=True)


def test_other_bucket_edges_than_the_stores_are_refused() -> None:
    stored = Totals(EDGES[:2], rings={("registry", "answered"): RingTotal([1, 2, 3], 5)})
    with pytest.raises(ValueError, match="bucket edges"):
        some_metrics().seed(stored)


def test_scrapes_while_calls_are_saved_see_whole_batches() -> None:
    metrics, enough = some_metrics(), threading.Event()
    batch = [saved(a_call()), saved(a_call(unit="law"))]

    def write() -> None:
        while not enough.is_set():
            metrics.saved(batch)

    writer = threading.Thread(target=write)
    writer.start()
    labels = 'direction="inbound",disposition="answered",pbx="main",unit="%s",via="direct"'
    series = [f"callcheck_calls_total{{{labels % unit}}}" for unit in ("registry", "law")]
    seen = [[page[one] for one in series] for page in (samples(metrics) for _ in range(100))]
    enough.set()
    writer.join()
    assert all(first == second for first, second in seen)
    assert seen[0] < seen[-1]


def test_the_size_of_the_page_is_known_before_any_call() -> None:
    """Lines for 50 units on 2 PBXs; the form of the page, not its speed."""
    big = some_metrics(units=[f"u{n}" for n in range(50)], pbxs=("a", "b"))
    lines = big.text().count(b"\n")
    rings = 51 * 9 * (len(EDGES) + 3)
    calls = 51 * 2 * 3 * 15
    assert rings + calls < lines < rings + calls + 1000


def test_promtool_finds_nothing_to_say() -> None:
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool is not installed (Debian: apt install prometheus)")
    run = subprocess.run(
        [promtool, "check", "metrics"], input=busy().text(), capture_output=True, check=False
    )
    assert (run.returncode, run.stdout + run.stderr) == (0, b"")
