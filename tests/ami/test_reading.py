"""How the places of headers are learned, and that a message of another layout costs nothing."""

from __future__ import annotations

import pytest

from callcheck.ami.events import Reader
from callcheck.ami.events import _optional as optional
from callcheck.ami.events import _text as text
from callcheck.ami.events import _uniqueid as uniqueid
from callcheck.calls.events import BridgeEntered

STAMP = "1763812345.012345"
AT = 1763812345012345


def read(reading: Reader, raw: str) -> tuple[object, ...]:
    event, _ = reading.read(raw, 7)
    assert isinstance(event, tuple)
    return event


def reader() -> Reader:
    return Reader(
        BridgeEntered,
        uniqueid("BridgeUniqueid"), optional("BridgeTechnology"), optional("BridgeCreator"),
        uniqueid("Uniqueid"), optional("SwapUniqueid"),
    )  # fmt: skip


def message(*lines: str) -> str:
    return "\r\n".join(("Event: BridgeEnter", f"Timestamp: {STAMP}", *lines))


def entered(unique: str = "u", *more: str, technology: str = "simple_bridge") -> str:
    return message(
        "BridgeUniqueid: b", f"BridgeTechnology: {technology}", "BridgeCreator: <unknown>",
        f"Uniqueid: {unique}", *more,
    )  # fmt: skip


def test_a_message_of_another_layout_is_not_tried_in_a_million_ways() -> None:
    """A pattern that gave values back would not end here before the next session."""
    reading = Reader(BridgeEntered, *(text(f"H{n}") for n in range(5)))
    lines = [f"H{n}: {'<' * 300}" for n in range(5)]
    reading.read(message(*lines), 0)
    event, timed = reading.read(message(*lines[:4], "Other: x", lines[4]), 0)
    assert (event.at, timed) == (AT, True)


def test_a_header_that_is_missing_for_once_is_found_again() -> None:
    reading = reader()
    for _ in range(3):
        assert read(reading, entered("u")) == (AT, "b", "simple_bridge", None, "u", None)
    swapped = entered("u", "SwapUniqueid: s")
    assert read(reading, swapped) == (AT, "b", "simple_bridge", None, "u", "s")


def test_one_damaged_name_hides_no_header_of_the_messages_after_it() -> None:
    reading = reader()
    damaged = entered("u", "SwapUniqueib: s")
    for _ in range(3):
        assert read(reading, damaged) == (AT, "b", "simple_bridge", None, "u", None)
        assert read(reading, entered("u", "SwapUniqueid: s"))[-1] == "s"


@pytest.mark.parametrize("value", ["", "<unknown>", "Müller: <201>", "a\tb"])
def test_values(value: str) -> None:
    reading = reader()
    expected = None if value in ("", "<unknown>") else value
    for _ in range(2):
        event = read(reading, entered("u", "SwapUniqueid: s", technology=value))
        assert event == (AT, "b", expected, None, "u", "s")


@pytest.mark.parametrize("stamp", ["", "yesterday", "17638123.5", "1763812345.0123456"])
def test_a_time_that_is_none_is_replaced(stamp: str) -> None:
    raw = entered("u", "SwapUniqueid: s").replace(STAMP, stamp)
    assert read(reader(), raw) == (7, "b", "simple_bridge", None, "u", "s")
    assert not reader().read(raw, 7)[1]


def test_without_what_it_cannot_do_without_there_is_no_event() -> None:
    reading = reader()
    reading.read(entered("u", "SwapUniqueid: s"), 0)
    for raw in (entered("", "SwapUniqueid: s"), message("BridgeUniqueid: b")):
        with pytest.raises(ValueError, match="no Uniqueid"):
            reading.read(raw, 0)
