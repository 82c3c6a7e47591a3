"""A channel's uniqueid in, the channel out; and which have hung up of late."""

from __future__ import annotations

from callcheck.calls.open_call import Channel


class Recent:
    """The last names that were added: at least `kept` of them, at most twice as many."""

    __slots__ = ("_before", "_kept", "_now")

    def __init__(self, kept: int) -> None:
        self._kept = kept
        self._now: set[str] = set()
        self._before: set[str] = set()

    def add(self, name: str) -> None:
        """Adds one; the oldest go."""
        self._now.add(name)
        if len(self._now) >= self._kept:
            self._before, self._now = self._now, set()

    def clear(self) -> None:
        """Forgets all."""
        self._now, self._before = set(), set()

    def __len__(self) -> int:
        return len(self._now) + len(self._before)

    def __contains__(self, name: str) -> bool:
        return name in self._now or name in self._before


class Stranger(LookupError):
    """An event names a channel that was never introduced."""


class Channels(dict[str, Channel]):
    """The channels alive, by uniqueid; asking for one that is not known raises Stranger."""

    def __missing__(self, uniqueid: str) -> Channel:
        raise Stranger
