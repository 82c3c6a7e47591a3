"""UDP datagrams in and out, each with the moment it was on the wire, in one log.

Received ones carry the kernel's own stamp (SO_TIMESTAMPNS), sent ones the moment of sending.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from . import sip

SO_TIMESTAMPNS = 35
_STAMP = struct.Struct("@qq")


@dataclass(frozen=True)
class Packet:
    """One SIP message as it passed: at (ns since 1970), who, sent or received, what."""

    at: int
    owner: str
    sent: bool
    message: sip.Message

    @property
    def call(self) -> str:
        return self.message["Call-ID"]

    def line(self) -> str:
        way = ">" if self.sent else "<"
        who = f"{sip.user(self.message['From'])} to {sip.user(self.message['To'])}"
        seq = self.message["CSeq"]
        return (
            f"{iso(self.at)} {self.owner:>9} {way} {self.message.start} [{seq}] {who} {self.call}"
        )


@dataclass
class Log:
    """Everything the phones of one laboratory said and heard, in order."""

    packets: list[Packet] = field(default_factory=list)

    def text(self) -> str:
        return "".join(packet.line() + "\n" for packet in self.packets)


def iso(at: int) -> str:
    whole, rest = divmod(at, 1_000_000_000)
    moment = datetime.fromtimestamp(whole, UTC).replace(microsecond=rest // 1000)
    return moment.isoformat(timespec="microseconds")


class Socket:
    """One UDP port of one phone."""

    def __init__(self, owner: str, where: tuple[str, int], log: Log) -> None:
        self.owner, self.where, self.log = owner, where, log
        self.got: Callable[[sip.Message, int], None] = lambda message, at: None
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        self._socket.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        self._socket.bind(where)
        asyncio.get_running_loop().add_reader(self._socket, self._read)

    def send(self, message: sip.Message, to: tuple[str, int]) -> int:
        data = message.encode()
        at = time.time_ns()
        self._socket.sendto(data, to)
        self.log.packets.append(Packet(at, self.owner, True, message))
        return at

    def _read(self) -> None:
        while True:
            try:
                data, extra, _, _ = self._socket.recvmsg(65535, 64)
            except (BlockingIOError, ConnectionError):
                return
            message = sip.parse(data)
            if message is None:
                continue
            at = _stamp(extra)
            self.log.packets.append(Packet(at, self.owner, False, message))
            self.got(message, at)

    def close(self) -> None:
        asyncio.get_running_loop().remove_reader(self._socket)
        self._socket.close()


def _stamp(extra: list[tuple[int, int, bytes]]) -> int:
    for level, kind, data in extra:
        if level == socket.SOL_SOCKET and kind == SO_TIMESTAMPNS:
            seconds, nanoseconds = _STAMP.unpack(data[: _STAMP.size])
            return int(seconds * 1_000_000_000 + nanoseconds)
    return time.time_ns()


RTP_HEADER = 12
SILENCE = b"\xff\x7f\xfe\x7e"
"""Of G.711 mu-law, with its least noise."""


class Media:
    """RTP silence from one port, quick at first, then just enough to keep audio flowing."""

    def __init__(self, where: tuple[str, int]) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        self._socket.bind(where)
        self.port: int = self._socket.getsockname()[1]
        self._task: asyncio.Task[None] | None = None
        self.heard: list[bool] = []
        """Once closed: of each packet (20 ms) that came, whether it held a sound."""

    def start(self, to: tuple[str, int]) -> None:
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._send(to))

    async def _send(self, to: tuple[str, int]) -> None:
        number = 0
        while True:
            head = struct.pack(
                "!BBHII", 0x80, 0, number & 0xFFFF, number * 160, id(self) & 0xFFFFFFF
            )
            with contextlib.suppress(OSError):
                self._socket.sendto(head + b"\xff" * 160, to)
            number += 1
            await asyncio.sleep(0.02 if number < 15 else 0.25)

    def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
        with contextlib.suppress(OSError):  # nothing more, or closed before
            while True:
                payload = self._socket.recv(2048)[RTP_HEADER:]
                self.heard.append(bool(payload.translate(None, SILENCE)))
        self._socket.close()
