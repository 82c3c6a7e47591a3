"""What a person does in, SIP on the loopback out: a small telephone, or the outside world.

A plan says what the phone does with an incoming call, with seconds since the INVITE came:
`"180@0.1 200@4.1 bye@9"` rings, answers and hangs up; `"302:202@1"` sends the caller to 202.
"""

from __future__ import annotations

import asyncio
import secrets
from collections import deque

from . import sip, wire
from .dialog import Dialog

SILENT = ""


class Phone:
    """One device with one UDP port."""

    def __init__(
        self, name: str, where: tuple[str, int], pbx: tuple[str, int], log: wire.Log
    ) -> None:
        self.name, self.where, self.pbx = name, where, pbx
        self.sends_media = True
        self.dialogs: dict[str, Dialog] = {}
        self.plans: dict[str, deque[str]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._arrived = asyncio.Condition()
        self._socket = wire.Socket(name, where, log)
        self._socket.got = self._got

    # The person.

    def plan(self, *plans: str, number: str = "") -> None:
        """What to do with the next calls (the last plan stays).

        `number`: only with those to this number, or, as `<NUMBER`, from this caller.
        """
        self.plans[number] = deque(plans)

    def dial(
        self,
        number: str,
        caller: str = "",
        name: str = "",
        extra: list[tuple[str, str]] | None = None,
    ) -> Dialog:
        dialog = Dialog(self, f"{secrets.token_hex(8)}-{self.name}", incoming=False)
        self.dialogs[dialog.call_id] = dialog
        dialog.place(number, caller or self.name, name, extra or [])
        return dialog

    def replace(self, call_id: str, to_tag: str, from_tag: str, number: str) -> Dialog:
        """INVITE with Replaces: takes over a dialog that the PBX has with another phone."""
        replaces = f"{call_id};to-tag={to_tag};from-tag={from_tag};early-only"
        return self.dial(number, extra=[("Replaces", replaces), ("Require", "replaces")])

    async def incoming(self, count: int = 1, timeout: float = 30.0) -> Dialog:
        """The count-th call that came in to this phone since the start of the scenario."""
        async with asyncio.timeout(timeout), self._arrived:
            await self._arrived.wait_for(lambda: len(self._incoming()) >= count)
        return self._incoming()[count - 1]

    def reset(self) -> None:
        """Forgets calls and plans, between two scenarios."""
        for task in self._tasks:
            task.cancel()
        for dialog in self.dialogs.values():
            dialog.hang_up()
            dialog.media.close()
        self.dialogs, self.plans, self.sends_media = {}, {}, True

    def close(self) -> None:
        self.reset()
        self._socket.close()

    # The wire.

    def new_media(self) -> wire.Media:
        return wire.Media((self.where[0], 0))

    def via(self) -> str:
        host, port = self.where
        return f"SIP/2.0/UDP {host}:{port};branch=z9hG4bK{secrets.token_hex(8)}"

    def transmit(self, message: sip.Message) -> int:
        return self._socket.send(message, self.pbx)

    def _incoming(self) -> list[Dialog]:
        return [dialog for dialog in self.dialogs.values() if dialog.incoming]

    def _got(self, message: sip.Message, at: int) -> None:
        dialog = self.dialogs.get(message["Call-ID"])
        if not message.is_request:
            if dialog is not None:
                dialog.response(message)
        elif dialog is not None:
            dialog.request(message)
        elif message.method == "INVITE" and ";tag=" not in message["To"]:
            self._ring(message)  # else a re-INVITE of a call that was forgotten at the reset
        elif message.method != "ACK":
            status = 200 if message.method == "OPTIONS" else 481
            self.transmit(sip.respond(message, status, "-", "x"))

    def _ring(self, message: sip.Message) -> None:
        dialog = Dialog(self, message["Call-ID"], incoming=True)
        self.dialogs[dialog.call_id] = dialog
        dialog.request(message)
        self._spawn(self._tell())
        keys = (f"<{sip.user(message['From'])}", sip.user(message.target), "")
        plans = next((self.plans[key] for key in keys if key in self.plans), deque([SILENT]))
        plan = plans.popleft() if len(plans) > 1 else plans[0]
        self._spawn(self._follow(dialog, plan, asyncio.get_running_loop().time()))

    async def _tell(self) -> None:
        async with self._arrived:
            self._arrived.notify_all()

    async def _follow(self, dialog: Dialog, plan: str, began: float) -> None:
        loop = asyncio.get_running_loop()
        for step in plan.split():
            action, _, at = step.partition("@")
            await asyncio.sleep(began + float(at) - loop.time())
            if dialog.over.is_set():
                return
            verb, _, value = action.partition(":")
            if verb.isdigit():
                dialog.say(int(verb), value)
            elif verb == "bye":
                dialog.bye()
            elif verb == "press":
                dialog.press(value)
            else:
                raise ValueError(f"a phone cannot {verb!r}")

    def _spawn(self, work: object) -> None:
        assert asyncio.iscoroutine(work)
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
