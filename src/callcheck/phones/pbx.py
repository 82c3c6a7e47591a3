"""Reads forwards and the states of phones from a PBX; it writes nothing.

AstDB is read with DBGetTree and DBGet, device states with DeviceStateList. Asterisk 16 and 22
allow these to a manager with `write=reporting` (for DBGet `system` would do too, but that may
change things). A PBX without DBGetTree is asked for one extension after another, a few at a time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence

Headers = Mapping[str, str]
Ask = Callable[[Mapping[str, str]], Awaitable[Sequence[Headers]]]
"""Sends an action, and returns its response and, for a list, the events that follow."""
Found = dict[tuple[str, str], str]
"""The value, by (extension, kind of forward)."""

AT_ONCE = 20
"""How many single questions are under way at a time."""
RING_TIME = "ring_time"
FOLLOW_ME = "follow_me"
_OFF = frozenset({"", "0", "no", "off", "false"})
_GONE = frozenset({"UNAVAILABLE", "INVALID"})
_SILENT = frozenset({"UNKNOWN", ""})
_CUSTOM = "Custom:"
_FOLLOW_ME = "Custom:FOLLOWME"


class Denied(Exception):
    """The PBX does not let us read; the text says what to change."""


async def read_forwards(
    ask: Ask, families: Mapping[str, str], extensions: Collection[str]
) -> Found:
    """All forwards in force, and how long a phone rings before its no-answer forward.

    `families` is AstDB's family by kind; that of `ring_time` may have a `*` for the extension.
    Raises Denied.
    """
    found: Found = {}
    for kind, family in families.items():
        if kind == RING_TIME:
            continue
        answer = await ask({"Action": "DBGetTree", "Family": family})
        if _is_unknown(answer[0]):
            return await read_some(ask, families, extensions)
        _check(answer[0], "DBGetTree")
        for item in answer[1:]:
            key = (item.get("Key") or "").split("/")
            if len(key) == 3 and key[1] == family and _is_on(item.get("Val")):
                found[key[2], kind] = item["Val"].strip()
    return found | await _ring_times(ask, families, found)


async def read_some(ask: Ask, families: Mapping[str, str], extensions: Collection[str]) -> Found:
    """The forwards of these extensions. Raises Denied."""
    kinds = {kind: family for kind, family in families.items() if kind != RING_TIME}
    found = await _one_by_one(ask, kinds, extensions)
    return found | await _ring_times(ask, families, found)


async def _ring_times(ask: Ask, families: Mapping[str, str], found: Found) -> Found:
    """The ring times of the extensions that have a no-answer forward; others do not matter."""
    kinds = {kind: family for kind, family in families.items() if kind == RING_TIME}
    waiting = [extension for extension, kind in found if kind == "no_answer"]
    times = await _one_by_one(ask, kinds, waiting)
    return {key: value for key, value in times.items() if value.isdigit()}


async def _one_by_one(ask: Ask, families: Mapping[str, str], extensions: Collection[str]) -> Found:
    found: Found = {}
    turn = asyncio.Semaphore(AT_ONCE)

    async def one(extension: str, kind: str, family: str) -> None:
        whole = family.replace("*", extension) if "*" in family else f"{family}/{extension}"
        name, _, key = whole.partition("/")
        async with turn:
            answer = await ask({"Action": "DBGet", "Family": name, "Key": key})
        if "not found" in (answer[0].get("Message") or ""):
            return
        _check(answer[0], "DBGet")
        for item in answer[1:]:
            if item.get("Event") == "DBGetResponse" and _is_on(item.get("Val")):
                found[extension, kind] = item["Val"].strip()

    await asyncio.gather(*(one(e, k, f) for e in extensions for k, f in families.items()))
    return found


async def read_states(ask: Ask) -> dict[str, bool]:
    """By device, whether it can be called (for a FollowMe: whether it is on). Devices whose state
    the PBX does not know are left out.

    Raises Denied.
    """
    answer = await ask({"Action": "DeviceStateList"})
    _check(answer[0], "DeviceStateList")
    pairs = ((i.get("Device") or "", i.get("State") or "") for i in answer[1:])
    return {device: _yes(device, state) for device, state in pairs if state not in _SILENT}


def state_of(raw: bytes) -> tuple[str, bool] | None:
    """The device and state of a DeviceStateChange, as in `read_states`; None for other events."""
    if not raw.startswith(b"Event: DeviceStateChange"):
        return None
    headers = _headers(raw)
    state = headers.get("State", "")
    if state in _SILENT:
        return None
    device = headers.get("Device", "")
    return device, _yes(device, state)


def follow_me_of(device: str) -> str | None:
    """The extension whose FollowMe (FreePBX) this device stands for."""
    extension = device.removeprefix(_FOLLOW_ME)
    return extension if extension != device and extension.isdigit() else None


def _yes(device: str, state: str) -> bool:
    return state == "INUSE" if follow_me_of(device) else state not in _GONE


def hints_at(device: str, families: Mapping[str, str]) -> tuple[str, str] | None:
    """The extension whose forward has changed, and which kind, if a device such as `Custom:CF201`
    says so."""
    if not device.startswith(_CUSTOM):
        return None
    name = device.removeprefix(_CUSTOM).removeprefix("DEV")  # FreePBX: DEVDND201 for a device
    longest_first = sorted(families.items(), key=lambda one: len(one[1]), reverse=True)
    for kind, family in longest_first:
        extension = name.removeprefix(family)
        if extension != name and extension.isdigit():
            return extension, kind
    return None


def user_event(raw: bytes) -> tuple[str, dict[str, str]] | None:
    """A UserEvent of our dialplan: `away`, `back`, `forward` or `message`, and its headers."""
    headers = _headers(raw)
    what = _OURS.get(headers.get("UserEvent", ""))
    return (what, headers) if what and headers.get("Event") == "UserEvent" else None


_OURS = {
    "CallcheckAway": "away",
    "CallcheckBack": "back",
    "CallcheckForward": "forward",
    "CallcheckMessage": "message",
}


def _headers(raw: bytes) -> dict[str, str]:
    lines = raw.decode("utf-8", "replace").split("\r\n")
    pairs = (line.partition(": ") for line in lines)
    return {key: value for key, _, value in pairs}


def _is_on(value: str | None) -> bool:
    return (value or "").strip().lower() not in _OFF


def _is_unknown(response: Headers) -> bool:
    return "unknown command" in (response.get("Message") or "")


def _check(response: Headers, action: str) -> None:
    if response.get("Response") != "Success":
        raise Denied(
            f"the PBX denies {action} ({response.get('Message') or 'no reason given'}): forwards "
            "cannot be read; with write=reporting they can be read, but not changed"
        )
