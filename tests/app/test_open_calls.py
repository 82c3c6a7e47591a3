"""However many ask for the calls going on, the event loop looks once."""

from __future__ import annotations

import asyncio

import pytest

from callcheck.app.open_calls import OpenCalls
from callcheck.calls.model import Call
from tests.api.house_of_cards import a_call


class Looks:
    def __init__(self) -> None:
        self.number = 0

    async def look(self) -> list[Call]:
        self.number += 1
        await asyncio.sleep(0.01)
        return [a_call(str(self.number))]


async def test_one_look_serves_all_who_ask_meanwhile() -> None:
    looks = Looks()
    calls = OpenCalls(looks.look, asyncio.get_running_loop(), fresh=3600)
    found = await asyncio.gather(*(asyncio.to_thread(calls) for _ in range(50)))
    assert looks.number == 1
    assert all(one is found[0] for one in found)


async def test_what_is_no_longer_fresh_is_looked_at_again() -> None:
    looks = Looks()
    calls = OpenCalls(looks.look, asyncio.get_running_loop(), fresh=0.0)
    ids = [(await asyncio.to_thread(calls))[0].call_id for _ in range(3)]
    assert ids == ["1", "2", "3"]


async def test_a_failed_look_is_not_remembered() -> None:
    looks, failing = Looks(), True

    async def look() -> list[Call]:
        if failing:
            raise RuntimeError
        return await looks.look()

    calls = OpenCalls(look, asyncio.get_running_loop(), fresh=3600)
    with pytest.raises(RuntimeError):
        await asyncio.to_thread(calls)
    failing = False
    assert len(await asyncio.to_thread(calls)) == 1
