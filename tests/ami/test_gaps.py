"""How long the PBX was not heard, and how soon we are back at one that drops us."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from callcheck.ami.address import Pace
from callcheck.ami.client import Listener, State
from tests.ami.fake_pbx import FakePbx, event, mute, running
from tests.ami.listening import Address, Seen, listening, until


async def test_a_connection_that_died_without_a_word_was_deaf_since_the_last_byte() -> None:
    """The Ping's time-out only finds it out."""
    sink = Seen()
    async with running(FakePbx()) as pbx, listening(pbx, sink, action_seconds=0.3) as listener:
        await until(lambda: sink.pongs)
        gap = listener.gap_seconds
        pbx.answers["Ping"] = mute
        asked = len(pbx.names("Ping"))
        await until(lambda: len(pbx.names("Ping")) > asked)
        heard = listener.last_heard
        await until(lambda: b"-" in sink.told)
        assert listener.last_heard == heard
        before = time.monotonic()
        assert listener.gap_seconds - gap >= before - heard


async def test_an_event_is_the_last_byte_too() -> None:
    sink = Seen()
    async with running(FakePbx({"Ping": mute})) as pbx, listening(pbx, sink) as listener:
        await until(lambda: pbx.names("Ping"))
        before = time.monotonic()
        pbx.send(event("Hangup"))
        await until(lambda: sink.events)
        assert listener.last_heard >= before


async def test_a_quiet_pbx_that_closes_in_order_was_heard_until_then() -> None:
    sink = Seen()
    async with running(FakePbx()) as pbx, listening(pbx, sink, ping_seconds=30) as listener:
        await until(lambda: sink.pongs)
        gap = listener.gap_seconds
        await asyncio.sleep(0.1)
        before = time.monotonic()
        for writer in pbx._writers:
            writer.close()
        await until(lambda: b"-" in sink.told)
        deaf = listener.gap_seconds - gap
        assert deaf <= time.monotonic() - before


@asynccontextmanager
async def noting_pauses(pbx: FakePbx, pace: Pace) -> AsyncIterator[tuple[Listener, list[float]]]:
    """A listener that notes how long it would wait, and hardly does."""
    listener, pauses = Listener(Address(pbx.port), Seen(), pace), list[float]()

    async def wait(seconds: float) -> None:
        pauses.append(seconds)
        await asyncio.sleep(0.01)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(listener, "_wait", wait)
        task = asyncio.create_task(listener.run())
        yield listener, pauses
        await listener.close()
        await asyncio.wait_for(task, 5)


async def test_a_pbx_that_flaps_is_soon_listened_to_again() -> None:
    """However short a connection was: the port is open, and calls go on behind it."""
    pbx = FakePbx(drop_at_once=True)
    async with running(pbx), noting_pauses(pbx, Pace()) as (listener, pauses):
        await until(lambda: len(pauses) >= 8)
        assert max(pauses) >= 15
        pbx.drop_at_once = False
        for _ in range(3):
            await until(lambda: listener.state is State.CONNECTED)
            pauses.clear()
            pbx.hang_up()
            await until(lambda: pauses)
            assert pauses[0] <= 0.5


async def test_a_pbx_that_drops_every_login_is_not_stormed() -> None:
    pbx = FakePbx(after_login=b"Event: Shutdown\r\nPrivilege: system,all\r\n\r\n")
    async with running(pbx), noting_pauses(pbx, Pace()) as (_, pauses):
        await until(lambda: len(pauses) >= 10)
    assert all(pause <= 0.5 for pause in pauses[:5])
    assert all(pause > 0.5 for pause in pauses[6:])
