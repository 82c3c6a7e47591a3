"""The framer finds the same messages wherever the stream is cut into pieces."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from callcheck.ami.framing import Framer

GREETING = b"Asterisk Call Manager/11.0.0\r\n"
JANIS = "Event: Newchannel\r\nCallerIDName: Jānis Bērziņš\r\nExten: ".encode()
HANGUP = b"Event: Hangup\r\nUniqueid: 1.1\r\nCause: 16"
END = b"\r\n\r\n"


def frame(*pieces: bytes, limit: int = 1 << 20) -> tuple[list[bytes], Framer]:
    framer = Framer(limit)
    return [m for piece in pieces for m in framer.feed(piece)], framer


def every_byte(stream: bytes) -> list[bytes]:
    return [stream[i : i + 1] for i in range(len(stream))]


def test_messages_come_without_their_blank_line_and_with_empty_last_headers() -> None:
    messages, framer = frame(JANIS + END + HANGUP + END)
    assert messages == [JANIS, HANGUP]
    assert not framer.close()


def test_one_byte_at_a_time_also_inside_a_character() -> None:
    messages, _ = frame(*every_byte(GREETING + JANIS + END + HANGUP + END))
    assert messages == [GREETING.strip(), JANIS, HANGUP]


def test_the_greeting_is_a_message_of_its_own_and_is_remembered() -> None:
    messages, framer = frame(GREETING + HANGUP + END)
    assert messages == [b"Asterisk Call Manager/11.0.0", HANGUP]
    assert framer.greeting == "Asterisk Call Manager/11.0.0"


def test_a_session_that_was_cut_off_gives_way_to_the_next_one() -> None:
    messages, framer = frame(HANGUP + END + JANIS[:30] + GREETING + HANGUP + END)
    assert messages == [HANGUP, GREETING.strip(), HANGUP]
    assert framer.cut == 1


def test_a_caller_who_calls_himself_like_a_greeting_cuts_nothing() -> None:
    named = b"Event: Newchannel\r\nCallerIDName: " + GREETING + b"Exten: 1"
    messages, framer = frame(named + END + HANGUP + END)
    assert messages == [named, HANGUP]
    assert framer.cut == 0


def test_bare_line_feeds_of_an_editor_become_crlf() -> None:
    stream = (GREETING + JANIS + END + HANGUP + END).replace(b"\r\n", b"\n")
    for pieces in ([stream], every_byte(stream)):
        assert frame(*pieces)[0] == [GREETING.strip(), JANIS, HANGUP]


def test_needless_blank_lines_are_passed_over() -> None:
    stream = b"\r\n" + HANGUP + END + b"\r\n" + JANIS + END + END + HANGUP + END
    for pieces in ([stream], every_byte(stream)):
        assert frame(*pieces)[0] == [HANGUP, JANIS, HANGUP]


def test_an_overlong_message_is_dropped_whole_and_counted() -> None:
    long = b"Event: Long\r\nA: " + b"x" * 200
    for pieces in ([HANGUP + END + long + END + HANGUP + END],):
        messages, framer = frame(*pieces, limit=100)
        assert messages == [HANGUP, HANGUP]
        assert framer.oversized == 1


def test_an_overlong_message_keeps_no_memory_while_it_arrives() -> None:
    framer = Framer(1000)
    framer.feed(HANGUP + END)
    for _ in range(1000):
        assert framer.feed(b"x" * 100) == []
        assert len(framer._rest) <= 1103
    assert framer.feed(b"\r\n\r") == []
    assert framer.feed(b"\n" + HANGUP + END) == [HANGUP]
    assert framer.oversized == 1


def test_a_message_of_exactly_the_limit_is_whole() -> None:
    for length, kept in ((100, 1), (101, 0)):
        message = b"Event: X\r\nA: ".ljust(length, b"y")
        for pieces in ([message + END], every_byte(message + END)):
            messages, framer = frame(*pieces, limit=100)
            assert (len(messages), framer.oversized) == (kept, 1 - kept)


def test_a_rest_at_the_end_is_told_and_not_given_out() -> None:
    messages, framer = frame(HANGUP + END + JANIS)
    assert messages == [HANGUP]
    assert framer.close()
    assert framer.partial


def test_a_stream_of_one_endless_line_stays_small() -> None:
    framer = Framer(1000)
    for _ in range(100):
        framer.feed(b"x" * 100)
    assert len(framer._rest) <= 1103
    assert framer.close()


PIECES = st.sampled_from(
    [b"\r\n", b"\n", b"\r", END, b"\n\n", GREETING, HANGUP, JANIS, b"Event: A", b": ", b"x" * 40]
)


@given(st.lists(PIECES, max_size=30), st.lists(st.integers(0, 900), max_size=12), st.booleans())
def test_any_cut_gives_the_same_messages(parts: list[bytes], cuts: list[int], tame: bool) -> None:
    stream = b"".join(part + END if tame else part for part in parts)
    edges = sorted({0, len(stream), *(c for c in cuts if c < len(stream))})
    pieces = [stream[a:b] for a, b in itertools.pairwise(edges)]
    whole, one = frame(stream, limit=90)
    cut, two = frame(*pieces, limit=90)
    single, three = frame(*every_byte(stream), limit=90)
    assert whole == cut == single
    assert one.oversized == two.oversized == three.oversized
    assert one.close() == two.close() == three.close()
    assert all(m and len(m) <= 90 + 45 and b"\r\n\r\n" not in m for m in whole)
