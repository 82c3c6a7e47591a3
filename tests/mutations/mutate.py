"""Damages a stream at random, and notes what was done to it.

The damage is what can happen to a recording or a connection: bytes flipped, cut out or repeated
anywhere; events lost, doubled or out of order.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

END = b"\r\n\r\n"


@dataclass(frozen=True)
class Damage:
    """One kind of damage, and the events that it affects."""

    what: str
    events: tuple[bytes, ...]

    def __str__(self) -> str:
        kinds = sorted({event.partition(b"\r\n")[0][7:].decode("latin-1") for event in self.events})
        return f"{self.what} {'+'.join(kinds)}"


Mutated = tuple[list[bytes], Damage]


def lose(messages: list[bytes], random: Random) -> Mutated:
    """Loses up to three events in a row, as if a buffer had overflowed."""
    at, count = random.randrange(len(messages)), random.choice((1, 1, 1, 2, 3))
    lost = messages[at : at + count]
    return messages[:at] + messages[at + count :], Damage("lost", tuple(lost))


def double(messages: list[bytes], random: Random) -> Mutated:
    """Repeats one event, at once or some events later."""
    at = random.randrange(len(messages))
    later = min(len(messages), at + 1 + random.choice((0, 0, 1, 3, 9)))
    again = [*messages[:later], messages[at], *messages[later:]]
    return again, Damage("doubled", (messages[at],))


def displace(messages: list[bytes], random: Random) -> Mutated:
    """Delays one event by some events."""
    at = random.randrange(len(messages))
    rest = messages[:at] + messages[at + 1 :]
    later = min(len(rest), at + random.choice((1, 1, 2, 4)))
    return [*rest[:later], messages[at], *rest[later:]], Damage("displaced", (messages[at],))


def flip(messages: list[bytes], random: Random) -> Mutated:
    """Changes up to four bytes of one message."""
    at = random.randrange(len(messages))
    harmed = bytearray(messages[at] + END)
    for _ in range(random.choice((1, 1, 2, 4))):
        harmed[random.randrange(len(harmed))] = random.randrange(256)
    return _with(messages, at, bytes(harmed), "flipped")


def cut(messages: list[bytes], random: Random) -> Mutated:
    """Removes some bytes. If the end of the message is among them, it runs into the next one."""
    at = random.randrange(len(messages))
    whole = messages[at] + END
    start = random.randrange(len(whole))
    stop = min(len(whole), start + random.choice((1, 5, 40, 400)))
    return _with(messages, at, whole[:start] + whole[stop:], "cut")


def repeat(messages: list[bytes], random: Random) -> Mutated:
    """Repeats some bytes."""
    at = random.randrange(len(messages))
    whole = messages[at] + END
    start = random.randrange(len(whole))
    stop = min(len(whole), start + random.choice((1, 5, 40, 400)))
    return _with(messages, at, whole[:stop] + whole[start:], "repeated")


def _with(messages: list[bytes], at: int, harmed: bytes, what: str) -> Mutated:
    """Replaces the message at `at` by raw bytes. If it now runs into the next message, that one is
    damaged too."""
    events = [messages[at]]
    if harmed.endswith(END):
        harmed = harmed.removesuffix(END)
        return [*messages[:at], harmed, *messages[at + 1 :]], Damage(what, tuple(events))
    following = messages[at + 1 : at + 2]
    joined = harmed + b"".join(following)
    return (
        [*messages[:at], joined, *messages[at + 2 :]],
        Damage(what, (*events, *following)),
    )


KINDS: Sequence[Callable[[list[bytes], Random], Mutated]] = (
    lose,
    double,
    displace,
    flip,
    cut,
    repeat,
)


def mutate(messages: list[bytes], random: Random) -> tuple[bytes, list[Damage]]:
    """Damages a stream in one to three places. Returns its bytes, and the damage."""
    done = []
    for _ in range(random.choice((1, 1, 1, 2, 3))):
        messages, damage = random.choice(KINDS)(messages, random)
        done.append(damage)
    return END.join([*messages, b""]), done
