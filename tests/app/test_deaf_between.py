"""Time without callcheck is a gap, however it ended."""

from __future__ import annotations

import asyncio
import time

import pytest

from tests.app.household import Household

OFTEN = "import callcheck.app.running.hearing as hearing\nhearing.NOTE_EVERY = 0.05"
GAPS = "callcheck_ami_gap_seconds_total"
ROUNDED = 1.0
"""Notes are in whole seconds."""


@pytest.mark.parametrize("how", ["SIGTERM", "kill -9"])
async def test_the_time_between_two_processes_is_a_gap(house: Household, how: str) -> None:
    async with house.running(OFTEN) as callcheck:
        await callcheck.ready()
        before = await callcheck.metric(GAPS)
        await asyncio.sleep(0.5)
        if how == "SIGTERM":
            assert (await callcheck.stop())[0] == 0
    ended = time.time()
    await asyncio.sleep(2)
    deaf = time.time() - ended
    async with house.running(OFTEN) as callcheck:
        await callcheck.ready()
        gaps = await callcheck.metric(GAPS)
        assert gaps >= before + deaf - ROUNDED
        await callcheck.stop()
    async with house.running(OFTEN) as callcheck:
        await callcheck.ready()
        assert await callcheck.metric(GAPS) >= gaps, "it never falls"


async def test_a_pbx_that_is_away_was_last_heard_before_it_went(house: Household) -> None:
    """Also over two restarts during which it never answers."""
    async with house.running(OFTEN) as callcheck:
        await callcheck.ready()
        house.pbx.drop_at_once = True
        went = time.time()
        house.pbx.hang_up()
        await callcheck.says("pbx main: the PBX closed the connection")
        await callcheck.stop()
    async with house.running(OFTEN) as callcheck:
        await callcheck.says("pbx main: the PBX closed the connection")
        await asyncio.sleep(0.3)
    house.pbx.drop_at_once = False
    async with house.running(OFTEN) as callcheck:
        came = time.time()
        await callcheck.ready()
        assert await callcheck.metric(GAPS) >= came - went - ROUNDED
