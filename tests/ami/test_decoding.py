"""How a decoder learns the places of headers, and that messages with another layout cost little.

Python 3.11.0 to 3.11.4 get some patterns wrong, so these tests mean most on Debian 12's own Python.
"""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcheck.ami.events import EventDecoder
from callcheck.ami.events import _optional as optional
from callcheck.ami.events import _text as text
from callcheck.ami.events import _uniqueid as uniqueid
from callcheck.calls.events import BridgeEntered

STAMP = "1763812345.012345"
AT = 1763812345012345


def read(decoding: EventDecoder, raw: str) -> tuple[object, ...]:
    event, _ = decoding.decode(raw, 7)
    assert isinstance(event, tuple)
    return event


def decoder() -> EventDecoder:
    return EventDecoder(
        BridgeEntered,
        uniqueid("BridgeUniqueid"), optional("BridgeTechnology"), optional("BridgeCreator"),
        uniqueid("Uniqueid"), optional("SwapUniqueid"),
    )  # fmt: skip


LINES = (
    "BridgeUniqueid: b", "BridgeType: basic", "BridgeTechnology: softmix", "BridgeCreator: c",
    "Channel: PJSIP/201-0001", "Uniqueid: u", "Linkedid: u", "SwapUniqueid: s",
)  # fmt: skip
REQUIRED = ("BridgeUniqueid: b", "Uniqueid: u")


@st.composite
def some_lines(draw: st.DrawFn) -> list[str]:
    """The lines of a message in order, without some, and with damaged names in others."""
    fates = {line: draw(st.sampled_from(("as it is", "left out", "damaged"))) for line in LINES}
    return [
        line.replace(": ", "?: ") if fates[line] == "damaged" and line not in REQUIRED else line
        for line in LINES
        if line in REQUIRED or fates[line] != "left out"
    ]


def message(*lines: str) -> str:
    return "\r\n".join(("Event: BridgeEnter", f"Timestamp: {STAMP}", *lines))


def entered(unique: str = "u", *more: str, technology: str = "simple_bridge") -> str:
    return message(
        "BridgeUniqueid: b", f"BridgeTechnology: {technology}", "BridgeCreator: <unknown>",
        f"Uniqueid: {unique}", *more,
    )  # fmt: skip


def test_a_message_of_another_layout_is_not_tried_in_a_million_ways() -> None:
    """A pattern that gave values back would not end here before the next session."""
    decoding = EventDecoder(BridgeEntered, *(text(f"H{n}") for n in range(5)))
    lines = [f"H{n}: {'<' * 300}" for n in range(5)]
    decoding.decode(message(*lines), 0)
    event, timed = decoding.decode(message(*lines[:4], "Other: x", lines[4]), 0)
    assert (event.at, timed) == (AT, True)


def test_a_header_that_is_missing_for_once_is_found_again() -> None:
    decoding = decoder()
    for _ in range(3):
        assert read(decoding, entered("u")) == (AT, "b", "simple_bridge", None, "u", None)
    swapped = entered("u", "SwapUniqueid: s")
    assert read(decoding, swapped) == (AT, "b", "simple_bridge", None, "u", "s")


def test_one_damaged_name_hides_no_header_of_the_messages_after_it() -> None:
    decoding = decoder()
    damaged = entered("u", "SwapUniqueib: s")
    for _ in range(3):
        assert read(decoding, damaged) == (AT, "b", "simple_bridge", None, "u", None)
        assert read(decoding, entered("u", "SwapUniqueid: s"))[-1] == "s"


@given(st.lists(some_lines(), min_size=2, max_size=12))
def test_what_was_learned_from_some_messages_changes_no_other(
    messages: Sequence[list[str]],
) -> None:
    learned = decoder()
    for lines in messages:
        assert read(learned, message(*lines)) == read(decoder(), message(*lines)), lines


@pytest.mark.parametrize("value", ["", "<unknown>", "Müller: <201>", "a\tb"])
def test_values(value: str) -> None:
    decoding = decoder()
    expected = None if value in ("", "<unknown>") else value
    for _ in range(2):
        event = read(decoding, entered("u", "SwapUniqueid: s", technology=value))
        assert event == (AT, "b", expected, None, "u", "s")


@pytest.mark.parametrize("stamp", ["", "yesterday", "17638123.5", "1763812345.0123456"])
def test_a_time_that_is_none_is_replaced(stamp: str) -> None:
    raw = entered("u", "SwapUniqueid: s").replace(STAMP, stamp)
    assert read(decoder(), raw) == (7, "b", "simple_bridge", None, "u", "s")
    assert not decoder().decode(raw, 7)[1]


def test_without_what_it_cannot_do_without_there_is_no_event() -> None:
    decoding = decoder()
    decoding.decode(entered("u", "SwapUniqueid: s"), 0)
    for raw in (entered("", "SwapUniqueid: s"), message("BridgeUniqueid: b")):
        with pytest.raises(ValueError, match="no Uniqueid"):
            decoding.decode(raw, 0)
