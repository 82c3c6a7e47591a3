"""Cuts the bytes of an AMI stream into messages, however they arrive.

A message is the text between two blank lines, without the closing one. Its lines end in CRLF, even
if the stream has bare LF (a recording saved by an editor). A session's greeting is one line with no
blank line after it. It becomes a message of its own: in the middle of a recording it marks the
start of a new session. This module does not read headers.
"""

from __future__ import annotations

import re

GREETING = b"Asterisk Call Manager/"
LIMIT = 1 << 20

_CRLF = b"\r\n\r\n"
_LF = b"\n\n"
_TOO_OLD = re.compile(r"Asterisk Call Manager/[01]\.")
_INITIALS = {b"E", b"R"}  # of Event and Response
# In the middle of a message (the previous session was cut off) a greeting counts only if a message
# begins after it. Otherwise a caller could cut the stream by using a greeting as their name.
_CUT_IN = re.compile(rb"Asterisk Call Manager/[\w.]*\r\n(?=(?:Response|Event): )")


def too_old(greeting: str) -> bool:
    """Whether this is a greeting of AMI 1.x (Asterisk 11 and older). Its events have no Linkedid,
    and name dials and bridges differently from AMI 2 and later."""
    return _TOO_OLD.match(greeting) is not None


class Framer:
    """Cuts one AMI stream into messages.

    With `sessions` the stream may have several sessions, each with its greeting, as in a recording.
    `limit` is the longest message in bytes; longer ones are dropped and counted in `oversized`.
    `cut` counts messages that a new session's greeting cut off. `partial` is true after `close()`
    if the stream ended inside a message. At most `limit` bytes are kept.
    """

    def __init__(self, limit: int = LIMIT, *, sessions: bool = True) -> None:
        self.limit = limit
        self.sessions = sessions
        self.greeting: str | None = None
        self.oversized = 0
        self.cut = 0
        self.partial = False
        self._rest = bytearray()
        self._blank_line = b""  # not known yet
        self._skipping = False

    def feed(self, data: bytes) -> list[bytes]:
        """Returns the messages that `data` completes, in order. Never raises."""
        kept = len(self._rest)
        if kept:
            self._rest += data
            if not self._ends_known(kept):
                return self._wait()
            data = bytes(self._rest)
        elif not self._blank_line:
            self._rest += data
            if not self._ends_known(0):
                return self._wait()
        messages = data.split(self._blank_line)
        self._rest = bytearray(messages.pop())
        if self._skipping and messages:
            self._skipping = False
            self.oversized += 1
            del messages[0]
        if len(self._rest) > self.limit + 3:
            self._wait()
        if len(data) > self.limit:
            messages = self._within_limit(messages)
        if self._is_plain(data, messages):
            return messages
        return [whole for raw in messages for whole in self._tidy(raw)]

    def close(self) -> bool:
        """Ends the stream. Returns whether it ended inside a message, and keeps that in
        `partial`."""
        self.partial = self._skipping or bool(self._rest.strip())
        self._rest.clear()
        return self.partial

    def _ends_known(self, kept: int) -> bool:
        """Whether the rest now holds a blank line; the first `kept` bytes were searched before."""
        if not self._blank_line:
            lf, crlf = self._rest.find(_LF), self._rest.find(b"\r\n")
            if lf >= 0 and not 0 <= crlf < lf:
                self._blank_line = _LF
            elif crlf >= 0:
                self._blank_line = _CRLF
            else:
                return False
            kept = 0
        return self._rest.find(self._blank_line, max(0, kept - 3)) >= 0

    def _wait(self) -> list[bytes]:
        """Keeps the rest for the next piece; if the message is too long, only its end."""
        if self._skipping or len(self._rest) > self.limit + 3:
            self._skipping = True
            del self._rest[:-3]
        return []

    def _within_limit(self, messages: list[bytes]) -> list[bytes]:
        short = [raw for raw in messages if len(raw) <= self.limit]
        self.oversized += len(messages) - len(short)
        return short

    def _is_plain(self, data: bytes, messages: list[bytes]) -> bool:
        """Whether the messages of this piece need no clean-up. That is nearly always so."""
        return (
            self._blank_line is _CRLF
            and {raw[:1] for raw in messages} <= _INITIALS  # no greeting, no stray blank line
            and (not self.sessions or GREETING not in data)
        )

    def _tidy(self, raw: bytes) -> list[bytes]:
        if self._blank_line is _LF:
            raw = raw.replace(b"\n", b"\r\n")
        raw = raw.lstrip(b"\r\n")
        found: list[bytes] = []
        if raw.startswith(GREETING):
            found, raw = self._greeted(raw)
        elif GREETING in raw and (match := _CUT_IN.search(raw)):
            self.cut += 1
            found, raw = self._greeted(raw[match.start() :])
        return [*found, raw] if raw else found

    def _greeted(self, raw: bytes) -> tuple[list[bytes], bytes]:
        line, _, after = raw.partition(b"\r\n")
        self.greeting = line.decode("ascii", "replace")
        return [line], after
