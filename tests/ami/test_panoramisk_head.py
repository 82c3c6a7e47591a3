"""Defect 17: in panoramisk's repository an Action is itself a Future, and not hashable.

That version is not on the package index, so `HeadAction` is a STAND-IN for it, built from
panoramisk's repository: `class Action(CaseInsensitiveDict, asyncio.Future)`, `as_list` False by
default and checked last, `send` returns the action. Everything else is 1.4.
"""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from panoramisk import actions, utils
from panoramisk.ami_protocol import AMIProtocol

from callcheck.ami.client import State
from tests.ami.fake_pbx import FakePbx, denied, mute, running
from tests.ami.listening import Seen, listening, until


class HeadAction(utils.CaseInsensitiveDict, asyncio.Future):  # type: ignore[misc, type-arg]
    """An awaitable dict; the mapping's `__eq__` makes it unhashable."""

    action_id_generator = actions.Action.action_id_generator
    __hash__ = None  # type: ignore[assignment]
    id = property(lambda self: self["ActionID"])
    action_id = id
    multi = property(lambda self: _multi(self))  # noqa: PLW0108 - defined below
    completed = actions.Action.completed
    __str__ = actions.Action.__str__

    def __init__(self, *args: Any, as_list: bool = False, **kwargs: Any) -> None:
        asyncio.Future.__init__(self)
        utils.CaseInsensitiveDict.__init__(self, *args, **kwargs)
        self.as_list = as_list
        self.setdefault("ActionID", self.action_id_generator())
        self.responses: list[Any] = []

    def add_message(self, message: Any) -> bool | None:
        self.responses.append(message)
        if self.completed and not self.done():
            if self.multi and len(self.responses) == 1:
                return False
            self.set_result(self.responses if self.multi else self.responses[0])
            return True
        return None


def _multi(action: HeadAction) -> bool:
    first = action.responses[0]
    listed = first.get("EventList") == "start" or "will follow" in first.message.lower()
    return bool(listed or action.as_list)


def send(self: Any, data: Any, as_list: bool = False) -> HeadAction:
    action = HeadAction(data, as_list=as_list)
    self.responses[action.id] = action
    self.transport.write(str(action).encode("utf8"))
    return action


@pytest.fixture(autouse=True)
def head(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "Action", HeadAction)
    monkeypatch.setattr(AMIProtocol, "send", send)


async def test_the_stand_in_cannot_be_hashed() -> None:
    with pytest.raises(TypeError):
        await asyncio.wait({HeadAction({"Action": "Ping"})})


async def test_17_login_snapshot_and_ping_with_actions_that_are_futures() -> None:
    sink = Seen()
    async with running(FakePbx(channels=["1.1"])) as pbx, listening(pbx, sink):
        await until(lambda: sink.told.count(b"pong") >= 3)
    assert sum(b"CoreShowChannel\r\n" in e for e in sink.items) == 1
    assert pbx.names("Login")[0]["AuthType"] == "MD5"


async def test_17_refusals_and_time_outs_with_actions_that_are_futures() -> None:
    pbx = FakePbx({"CoreShowChannels": denied, "Status": mute})
    sink = Seen()
    async with running(pbx), listening(pbx, sink, action_seconds=0.1) as listener:
        await until(lambda: b"pong" in sink.told)
        assert listener.rights.refused == {"CoreShowChannels"}
        pbx.hang_up()
        await until(lambda: listener.connects == 2)
    async with running(FakePbx()) as pbx, listening(pbx, Seen(), secret="no") as listener:
        await until(lambda: listener.state is State.REFUSED)
