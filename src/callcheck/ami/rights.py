"""Detects which rights our AMI user lacks, and whether events carry time stamps.

AMI never reports a user's own rights. A missing `read=` class has to be inferred: if a listing
shows a bridge or a queued channel that began while we listened, there should have been events of
class `call` or `agent`. The `Privilege` header of an event shows that we have its class.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

WANTED = ("call", "agent", "user", "cdr")
"""The `read=` classes that callcheck needs."""

ALL_OF = 2_000
"""How many events we check one by one, before we only sample."""

_PRIVILEGE = b"\r\nPrivilege: "
_OF_CALLS, _CHANNEL = b"\r\nPrivilege: call,", b"\r\nUniqueid: "
_BOOTED = b"Event: FullyBooted\r\n"


class Rights:
    """What one connection has shown about our rights so far.

    `seen` holds the classes that we have had events of, `missing_read` those proved to be missing
    and `refused` the actions that the PBX denied. `timestamps` is whether events carry their time,
    None before the first event. `named` is whether we have had an event of a channel.
    """

    def __init__(self) -> None:
        self.seen: set[str] = set()
        self.missing_read: set[str] = set()
        self.refused: set[str] = set()
        self.timestamps: bool | None = None
        self.named = False
        self.complete = False
        self._unannounced = False
        self._noted = 0
        self._headers: set[bytes] = set()
        self._listed: dict[str, set[str]] = {}

    def note_all(self, batch: Sequence[bytes]) -> None:
        """Checks live events: first all of them, after `ALL_OF` only one of each batch. Some
        classes are so rare that checking every event until they come would be too slow."""
        self._noted += len(batch)
        if not self.named and any(_CHANNEL in raw and _OF_CALLS in raw for raw in batch):
            self.named = True
            self.complete = self.seen.issuperset(WANTED)
        for raw in batch if self._noted < ALL_OF else batch[:1]:
            self.note(raw)

    def note(self, raw: bytes) -> None:
        """Checks one live event. Needed only while `complete` is false."""
        start = raw.find(_PRIVILEGE)
        end = raw.find(b"\r\n", start + len(_PRIVILEGE))
        header = raw[start : end if end >= 0 else None]
        if start < 0 or header in self._headers:
            return
        if not raw.startswith(_BOOTED):  # it never has a time stamp, even if all other events do
            self._headers.add(header)
            if self.timestamps is None:
                self.timestamps = b"\r\nTimestamp: " in raw
        classes = header[len(_PRIVILEGE) :].decode("ascii", "replace").split(",")
        self.seen.update(classes)
        self.missing_read.difference_update(classes)
        self.complete = self.named and self.seen.issuperset(WANTED)

    def listed(self, action: str, items: Iterable[Mapping[str, str]]) -> None:
        """Checks a listing: there should have been events for all that is new since the last
        one."""
        items = list(items)
        ids = {i.get("BridgeUniqueid") or i.get("Uniqueid") or "" for i in items}
        before = self._listed.get(action)
        self._listed[action] = ids
        if before is None:
            return
        if ids - before:
            self._prove("call")
            self._unannounced |= action != "BridgeList"
        queued = [i for i in items if i.get("Application") == "Queue"]
        if any((i.get("Uniqueid") or "") not in before for i in queued):
            self._prove("agent")

    def _prove(self, name: str) -> None:
        if name not in self.seen:
            self.missing_read.add(name)

    @property
    def silent(self) -> bool:
        """Whether the PBX may send events of class `call`, and yet nothing came of calls that
        began while we listened: filters hide them."""
        return self._unannounced and not self.named and "call" not in self.missing_read

    @property
    def heard(self) -> bool:
        """Whether it is settled that events of calls come, or that they do not."""
        return self.named or self._unannounced

    @property
    def unproved(self) -> bool:
        """Whether another listing could still prove something."""
        if not self.heard:
            return True
        return not {"call", "agent"} <= self.seen | self.missing_read

    def complaints(self) -> list[str]:
        """What to change in manager.conf, one sentence each."""
        said = []
        if self.missing_read:
            classes = ",".join(c for c in WANTED if c in self.missing_read)
            said.append(f"the PBX sends no events of class {classes}: add it to read=")
        if self.silent:
            said.append(
                "the PBX has calls and sends nothing about them: remove the eventfilter lines of "
                "this user that hide them"
            )
        if self.refused:
            actions = " and ".join(sorted(self.refused))
            said.append(
                f"the PBX denies {actions}: with write=reporting (it allows to look, not to"
                " change calls) calls already running are found at once"
            )
        if self.timestamps is False:
            said.append("the PBX sends no times: set timestampevents=yes in [general]")
        return said
