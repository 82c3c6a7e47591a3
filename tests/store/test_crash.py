"""When a process is killed while saving, everything it committed is stored and counted."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from callcheck.judging.figures import CallFilter
from callcheck.store import Store
from tests.store.conftest import EDGES
from tests.store.samples import counted, judged, same_totals

KILLED = """
import sys
from callcheck.store import Store
from tests.store.samples import judged
store = Store(sys.argv[1], tuple(map(int, sys.argv[2].split())))
store.open()
for start in range(0, 10**6, 50):
    store.save([judged(n) for n in range(start, start + 50)])
    print(start + 50, flush=True)
"""


@pytest.mark.parametrize("after", [1, 4, 11])
def test_kill_9_loses_nothing_that_was_committed(url: str, after: int) -> None:
    edges = " ".join(map(str, EDGES))
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, url, edges],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],  # where "tests" is found
    )
    assert process.stdout is not None
    told = 0
    for _ in range(after):
        told = int(process.stdout.readline())
    time.sleep(0.003 * after)  # somewhere within the next batch
    process.send_signal(signal.SIGKILL)
    told = max([told, *map(int, process.stdout.read().split("\n")[:-1])])
    process.wait()
    process.stdout.close()

    store = Store(url, EDGES)
    store.open()
    found = _all(store)
    assert len(found) in (told, told + 50)  # whole batches, and none that was told is missing
    expected = [judged(n) for n in range(len(found))]
    assert sorted(found) == sorted(call.call_id for call, _ in expected)
    assert same_totals(store.totals(), counted(expected, EDGES))
    assert store.save(expected) == []
    store.close()


def _all(store: Store) -> list[str]:
    ids: list[str] = []
    cursor: str | None = None
    while True:
        page, cursor = store.calls(CallFilter(), 1000, cursor)
        ids += [call.call_id for call, _ in page]
        if cursor is None:
            return ids


def test_speed_is_printed(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    """No bound: machines differ. It shows on the terminal what a batch costs here."""
    store = Store(url, EDGES)
    store.open()
    calls = [judged(n) for n in range(3000)]
    begun = time.perf_counter()
    for start in range(0, len(calls), 500):
        store.save(calls[start : start + 500])
    took = time.perf_counter() - begun
    with capsys.disabled():
        kind = store.engine.dialect.name
        print(f"\n[store] {kind}: {len(calls) / took:,.0f} calls/s in batches of 500")
    assert len(_all(store)) == len(calls)
    store.close()
