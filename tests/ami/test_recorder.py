"""`callcheck record` writes what the PBX sends to a file that can be replayed."""

from __future__ import annotations

import asyncio
import gzip
from pathlib import Path

import pytest

from callcheck.ami.framing import Framer
from callcheck.journal.record import SESSION, RecordError, record
from tests.ami.fake_pbx import FakePbx, event, running
from tests.ami.listening import FAST, Address, until


@pytest.mark.parametrize("name", ["calls.ami", "calls.ami.gz"])
async def test_events_are_written_as_sent_and_every_session_begins_with_a_greeting(
    tmp_path: Path, name: str
) -> None:
    path, stop = tmp_path / name, asyncio.Event()
    async with running(FakePbx(after_login=event("Newchannel", 1))) as pbx:
        task = asyncio.create_task(record(Address(pbx.port, snapshot=False), path, stop, pace=FAST))
        await until(lambda: pbx.names("Ping"))
        pbx.hang_up()
        await until(lambda: len(pbx.names("Login")) == 2 and len(pbx.names("Ping")) > 2)
        pbx.send(event("Hangup", 2))
        await asyncio.sleep(0.1)
        stop.set()
        assert await task == 3
    data = path.read_bytes()
    text = gzip.decompress(data) if name.endswith(".gz") else data
    once = SESSION + event("Newchannel", 1)
    assert text == once + once + event("Hangup", 2)
    assert len(Framer().feed(text)) == 5
    assert path.stat().st_mode & 0o777 == 0o600


async def test_a_file_that_is_there_is_only_overwritten_by_force(tmp_path: Path) -> None:
    path, stop = tmp_path / "calls.ami", asyncio.Event()
    path.write_text("precious")
    path.chmod(0o644)
    async with running(FakePbx()) as pbx:
        with pytest.raises(RecordError, match="--force"):
            await record(Address(pbx.port), path, stop)
        assert path.read_text() == "precious"
        task = asyncio.create_task(record(Address(pbx.port), path, stop, force=True))
        await until(lambda: pbx.names("Ping"))
        stop.set()
        await task
    assert path.read_bytes().startswith(SESSION)
    assert path.stat().st_mode & 0o777 == 0o600


async def test_a_refused_login_ends_it_with_the_reason(tmp_path: Path) -> None:
    async with running(FakePbx()) as pbx:
        with pytest.raises(RecordError, match="Authentication failed; compare the user"):
            await record(Address(pbx.port, secret="no"), tmp_path / "x", asyncio.Event())


async def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    said: list[str] = []
    with pytest.raises(RecordError, match="cannot be written"):
        await record(
            Address(1), tmp_path / "none" / "x", asyncio.Event(), begun=lambda: said.append("begun")
        )
    assert said == []


async def test_a_pbx_that_was_never_there_is_said_at_the_end(tmp_path: Path) -> None:
    async with running(FakePbx()) as pbx:
        pass
    stop = asyncio.Event()
    task = asyncio.create_task(record(Address(pbx.port), tmp_path / "x", stop, pace=FAST))
    await asyncio.sleep(0.3)
    stop.set()
    with pytest.raises(RecordError, match=r"no connection to .*; is the PBX running"):
        await task
