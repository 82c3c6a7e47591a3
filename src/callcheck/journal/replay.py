"""Reads recorded AMI streams and judges their calls, for `callcheck replay`.

This needs no database, PBX or secret, and bounded memory. Each file is a stream of its own.
"""

from __future__ import annotations

import gzip
import sys
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from callcheck.calls.directory import Directory
from callcheck.calls.model import Call
from callcheck.journal.follow import Follower, follow_bytes
from callcheck.judging.verdict import Finding, Judge

CHUNK = 1 << 16
_GZIP = b"\x1f\x8b"


class ReplayError(Exception):
    """A recording cannot be read to its end. The message says which, why and what to do."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A call and its findings."""

    call: Call
    findings: tuple[Finding, ...]


def replay(
    name: str,
    pbx: str,
    directory: Directory,
    judge: Judge,
    warn: Callable[[str], object] = lambda _: None,
) -> Iterator[Judged]:
    """Yields the calls of one recording (`-` is standard input), in the order of their ends.

    `warn` gets a sentence about data that could be read but not used. Calls before a damaged place
    are yielded before `ReplayError` is raised.
    """
    follower = Follower(pbx, directory, live=False)
    stream = _Chunks(name)
    for call in follow_bytes(follower, iter(stream)):
        yield Judged(call, judge(call))
    if follower.too_old:
        warn(
            f'{name}: it begins with "{follower.too_old}", so it was recorded on Asterisk 11 or '
            "older; calls can be read from Asterisk 12 and newer"
        )
    if stream.damage:
        raise ReplayError(stream.damage)
    if follower.messages == follower.strange:
        raise ReplayError(
            f"{name}: no AMI message in it; give the raw bytes of a manager connection, "
            "as `callcheck record` writes them"
        )


class _Chunks:
    """The uncompressed bytes of a file. Damage ends them, and is kept in `damage`, so that it can
    be reported after the calls."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.damage: str | None = None

    def __iter__(self) -> Iterator[bytes]:
        try:
            with _opened(self.name) as file:
                while chunk := file.read(CHUNK):
                    yield chunk
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            self.damage = (
                f"{self.name}: the gzip data is damaged or cut off ({error}); "
                "the calls up to there are above"
            )
        except OSError as error:
            self.damage = f"{self.name}: cannot be read: {error.strerror or error}"


def _opened(name: str) -> BinaryIO:
    raw = sys.stdin.buffer if name == "-" else Path(name).open("rb")  # noqa: SIM115
    peek = getattr(raw, "peek", None)
    if peek is not None and peek(2)[:2] == _GZIP:
        return cast(BinaryIO, _Unzipped(raw))
    return cast(BinaryIO, raw)


class _Unzipped(gzip.GzipFile):
    """Returns what could be unpacked before a damaged place, and only then raises."""

    def __init__(self, raw: object) -> None:
        super().__init__(fileobj=cast(BinaryIO, raw), mode="rb")
        self._packed = cast(BinaryIO, raw)

    def close(self) -> None:
        """Also closes the file itself, which `GzipFile` leaves open."""
        super().close()
        self._packed.close()

    def read(self, size: int | None = -1) -> bytes:
        return self.read1(size if size is not None else -1)
