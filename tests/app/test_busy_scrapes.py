"""Metrics, readiness and API are read by other threads while the event loop follows calls."""

from __future__ import annotations

import asyncio
import json

from tests.app.household import Household, Running, born, fetch, hung_up

OPEN = 2_000
SCRAPES = 25
"""By each of those who read at the same time."""
RESTLESS = "import callcheck.app.memory as memory\nmemory.SWITCH_SECONDS = 1e-6"
"""Threads take turns as often as they can, so that one is caught in the middle of a walk."""
PATHS = ("/metrics", "/metrics", "/readyz", "/api/v1/live")


async def test_2000_open_calls_and_many_who_look(house: Household) -> None:
    """Calls begin and end all the while: what they walk through changes under their feet."""
    async with house.running(RESTLESS) as callcheck:
        await callcheck.ready()
        house.pbx.send(b"".join(map(born, range(OPEN))))

        async def all_open() -> bool:
            return await callcheck.metric("callcheck_open_calls") == OPEN

        await callcheck.until(all_open)
        churn = asyncio.create_task(_churn(house))
        try:
            answers = await asyncio.gather(*(_look(callcheck, path) for path in PATHS))
        finally:
            churn.cancel()
        assert {status for each in answers for status, _ in each} == {200}, callcheck.log
        assert "Traceback" not in callcheck.log
        for _, page in answers[0]:
            (opened,) = (line for line in page.splitlines() if line.startswith("callcheck_open_c"))
            assert OPEN - 50 <= float(opened.split()[-1]) <= OPEN + 50, "one batch more or less"
        assert all(len(json.loads(page)["items"]) for _, page in answers[-1])


async def _look(callcheck: Running, path: str) -> list[tuple[int, str]]:
    url = f"http://127.0.0.1:{callcheck.house.http}{path}"
    return [await asyncio.to_thread(fetch, url) for _ in range(SCRAPES)]


async def _churn(house: Household) -> None:
    """New calls, and the ends of the oldest."""
    at = OPEN
    while True:
        house.pbx.send(b"".join(born(n) + hung_up(n - OPEN) for n in range(at, at + 20)))
        at += 20
        await asyncio.sleep(0.01)
