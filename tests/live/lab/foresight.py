"""A seer and a call in, what was said before the call and what the wire then showed out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from . import truth
from .dialog import Dialog
from .wire import Log


class Seer(Protocol):
    """Says before a call what will become of it. The laboratory has none of its own."""

    async def look(self, number: str, away: Sequence[str]) -> dict[str, Any]:
        """Looks at the PBX as it is now."""

    async def look_again(self) -> dict[str, Any]:
        """The same, now that the call has been seen; the last of this scenario."""


class Foresight:
    """Of one call of a scenario; without a seer it says nothing."""

    def __init__(self, seer: Seer | None) -> None:
        self._seer = seer
        self._said: dict[str, Any] | None = None
        self._caller, self._since = "", 0

    async def look(self, log: Log, number: str, away: Sequence[str], caller: str) -> None:
        """Just before a call of this caller."""
        if self._seer is not None:
            self._said = await self._seer.look(number, away)
            self._caller, self._since = caller, len(log.packets)

    async def look_back(self, log: Log, calls: Mapping[str, Dialog]) -> dict[str, Any] | None:
        """What was said before and is said after it, and whom the PBX did send it to.

        `calls` are the scenario's by caller.
        """
        if self._seer is None or self._said is None:
            return None
        call = calls[self._caller]
        return {
            "before": self._said,
            "after": await self._seer.look_again(),
            "offers": truth.offers(log, self._caller, call.call_id, self._since),
            "over_early": call.up.is_set() or truth.gave_up(log, call),
        }

    def forget(self) -> None:
        """Between two scenarios."""
        self._said = None
