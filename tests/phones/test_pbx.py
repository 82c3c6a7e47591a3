"""Forwards and phone states as Asterisk 16 and 22 report them."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from callcheck.phones.pbx import (
    Denied,
    follow_me_of,
    hints_at,
    read_forwards,
    read_some,
    read_states,
    state_of,
    user_event,
)

FAMILIES = {"always": "CF", "busy": "CFB", "no_answer": "CFU", "dnd": "DND"}
DENIED = {"Response": "Error", "Message": "Permission denied"}
STARTS = {"Response": "Success", "EventList": "start", "Message": "Result will follow"}


class Pbx:
    """Answers as Asterisk does; without `has_tree` like a version before DBGetTree."""

    def __init__(self, entries: Mapping[str, str], has_tree: bool = True) -> None:
        self.entries, self.has_tree = entries, has_tree
        self.asked: list[Mapping[str, str]] = []

    async def __call__(self, headers: Mapping[str, str]) -> list[Mapping[str, str]]:
        self.asked.append(headers)
        name = headers["Action"]
        if name == "DBGetTree":
            if not self.has_tree:
                text = "Invalid/unknown command: DBGetTree. Use Action: ListCommands."
                return [{"Response": "Error", "Message": text}]
            family = f"/{headers['Family']}/"
            items = [{"Event": "DBGetTreeResponse", "Key": key, "Val": value}
                     for key, value in self.entries.items() if key.startswith(family)]  # fmt: skip
            return [STARTS, *items, {"Event": "DBGetTreeComplete", "ListItems": "1"}]
        value = self.entries.get(f"/{headers['Family']}/{headers['Key']}")
        if value is None:
            return [{"Response": "Error", "Message": "Database entry not found"}]
        found = {"Event": "DBGetResponse", "Family": headers["Family"], "Val": value}
        return [STARTS, found, {"Event": "DBGetComplete"}]


ENTRIES = {
    "/CF/201": "202", "/CFB/201": "203", "/CFU/204": "+37129111222", "/DND/205": "YES",
    "/DND/206": "", "/CF/207": " ", "/CF/nested/208": "1", "/DND/209": "0",
}  # fmt: skip
FOUND = {
    ("201", "always"): "202",
    ("201", "busy"): "203",
    ("204", "no_answer"): "+37129111222",
    ("205", "dnd"): "YES",
}


async def test_with_a_tree_four_questions_are_enough() -> None:
    pbx = Pbx(ENTRIES)
    assert await read_forwards(pbx, FAMILIES, [str(n) for n in range(2000)]) == FOUND
    assert len(pbx.asked) == 4


async def test_without_a_tree_each_extension_is_asked() -> None:
    pbx = Pbx(ENTRIES, has_tree=False)
    extensions = [str(n) for n in range(201, 210)]
    assert await read_forwards(pbx, FAMILIES, extensions) == FOUND
    assert len(pbx.asked) == 1 + 4 * 9


async def test_the_ring_time_is_asked_where_it_matters() -> None:
    """FreePBX keeps it inside a tree with a hundred keys for each extension."""
    for family, key in (("AMPUSER/*/ringtimer", "/AMPUSER/204/ringtimer"), ("RT", "/RT/204")):
        pbx = Pbx(ENTRIES | {key: "12"})
        families = FAMILIES | {"ring_time": family}
        assert await read_forwards(pbx, families, ["204"]) == FOUND | {("204", "ring_time"): "12"}
        assert len(pbx.asked) == 4 + 1
        assert (await read_some(pbx, families, ["204"]))["204", "ring_time"] == "12"
    for useless in ("0", "", "long"):
        pbx = Pbx(ENTRIES | {"/RT/204": useless})
        assert await read_forwards(pbx, FAMILIES | {"ring_time": "RT"}, ["204"]) == FOUND


async def test_one_extension() -> None:
    assert await read_some(Pbx(ENTRIES), FAMILIES, ["204", "299"]) == {
        ("204", "no_answer"): "+37129111222"
    }


async def test_a_user_without_the_right() -> None:
    async def denies(_: Mapping[str, str]) -> list[Mapping[str, str]]:
        return [DENIED]

    for reading in (
        read_forwards(denies, FAMILIES, ["201"]),
        read_some(denies, FAMILIES, ["201"]),
        read_states(denies),
    ):
        with pytest.raises(Denied, match=r"denies DB|denies DeviceStateList"):
            await reading


async def test_states() -> None:
    async def reports(_: Mapping[str, str]) -> list[Mapping[str, str]]:
        states = {"PJSIP/201": "NOT_INUSE", "PJSIP/202": "UNAVAILABLE", "PJSIP/203": "RINGINUSE",
                  "SIP/204": "INVALID", "PJSIP/205": "UNKNOWN"}  # fmt: skip
        items = [{"Event": "DeviceStateChange", "Device": d, "State": s} for d, s in states.items()]
        return [STARTS, *items, {"Event": "DeviceStateListComplete"}]

    assert await read_states(reports) == {
        "PJSIP/201": True, "PJSIP/202": False, "PJSIP/203": True, "SIP/204": False
    }  # fmt: skip


def test_a_change_of_state() -> None:
    raw = (
        b"Event: DeviceStateChange\r\nPrivilege: call,all\r\nTimestamp: 1.5\r\n"
        b"Device: PJSIP/202\r\nState: UNAVAILABLE\r\n"
    )
    assert state_of(raw) == ("PJSIP/202", False)
    assert state_of(raw.replace(b"UNAVAILABLE", b"INUSE")) == ("PJSIP/202", True)
    assert state_of(raw.replace(b"UNAVAILABLE", b"UNKNOWN")) is None
    on = raw.replace(b"PJSIP/202", b"Custom:FOLLOWME201")
    assert follow_me_of("Custom:FOLLOWME201") == "201"
    assert state_of(on.replace(b"UNAVAILABLE", b"INUSE")) == ("Custom:FOLLOWME201", True)
    assert state_of(on.replace(b"UNAVAILABLE", b"NOT_INUSE")) == ("Custom:FOLLOWME201", False)
    assert state_of(b"Event: Newstate\r\nDevice: x\r\nState: INUSE\r\n") is None


@pytest.mark.parametrize(
    ("device", "forward"),
    [("Custom:CF201", ("201", "always")), ("Custom:CFB201", ("201", "busy")),
     ("Custom:DND205", ("205", "dnd")), ("Custom:DEVDND205", ("205", "dnd")),
     ("Custom:CFU7", ("7", "no_answer")), ("Custom:FOLLOWME201", None),
     ("Custom:CF", None), ("PJSIP/201", None)],
)  # fmt: skip
def test_the_states_that_tell_of_a_forward(device: str, forward: tuple[str, str] | None) -> None:
    assert hints_at(device, FAMILIES) == forward


def test_user_events() -> None:
    raw = (
        b"Event: UserEvent\r\nPrivilege: user,all\r\nUserEvent: CallcheckAway\r\n"
        b"Extension: 201\r\nUntil: 202611271700\r\n"
    )
    found = user_event(raw)
    assert found is not None
    assert (found[0], found[1]["Extension"], found[1]["Until"]) == ("away", "201", "202611271700")
    assert user_event(raw.replace(b"CallcheckAway", b"Other")) is None
