"""Infers from ended calls which phones forward by themselves (302 Moved Temporarily).

The PBX does not report these. We infer one from a redirected call, and take it as removed once a
call has rung at the phone for longer without being redirected.
"""

from __future__ import annotations

from callcheck.absences.model import BY_PHONE, ForwardKind
from callcheck.calls.directory import Directory
from callcheck.calls.model import Call, LegResult, Micros, Millis
from callcheck.store import Forwards

AT_ONCE = 500
"""A phone that rings longer (ms) before it redirects a call does so because nobody answered."""
PATIENCE = 1000
"""A phone that rings this much longer (ms) than before no longer redirects."""
Seen = dict[tuple[str, ForwardKind], str | None]


class Redirects302:
    """The redirects of the phones of one PBX."""

    def __init__(self, pbx: str, forwards: Forwards, directory: Directory) -> None:
        self._name, self._forwards, self._directory = pbx + BY_PHONE, forwards, directory
        held = [f for f in forwards.all() if f.pbx == self._name and f.until is None]
        self._rang: dict[str, Millis] = {f.extension: 0 for f in held}
        """By phone, how long it rang before it redirected a call."""
        times = (f for f in held if f.kind is ForwardKind.RING_TIME)
        self._rang |= {f.extension: int(f.to or 0) * 1000 for f in times}
        self._seen: list[tuple[str, Seen, Micros]] = []
        self._kept: dict[str, Seen] = {}
        """By phone, what was stored last: most calls are redirected like the one before."""

    def ended(self, call: Call) -> None:
        """Looks at an ended call. Nothing is stored yet."""
        for leg in call.legs:
            phone, rang = leg.extension, leg.ring_ms or 0
            if phone is None or self._directory.extension(phone) is None:
                continue
            if leg.result is LegResult.FORWARDED and leg.forwarded_to:
                self._rang[phone] = rang
                self._seen.append((phone, _forward(phone, leg.forwarded_to, rang), leg.dialed_at))
            elif rang > self._rang.get(phone, rang) + PATIENCE:
                del self._rang[phone]
                self._seen.append((phone, {}, leg.dialed_at))

    def start_anew(self) -> None:
        """Another store is open, which may not have what was stored."""
        self._kept = {}

    def keep(self) -> bool:
        """Stores what is new; whether there was anything. Raises StoreError."""
        seen, self._seen = self._seen, []
        kept = dict(self._kept)
        rounds: list[dict[str, tuple[Seen, Micros]]] = [{}]
        for phone, forwards, at in seen:
            if kept.get(phone) != forwards:
                if phone in rounds[-1]:
                    rounds.append({})
                kept[phone] = forwards
                rounds[-1][phone] = forwards, at
        for news in filter(None, rounds):
            self._forwards.tell(self._name, news)
            self._kept.update((phone, forwards) for phone, (forwards, _) in news.items())
        return any(rounds)


def _forward(phone: str, to: str, rang: Millis) -> Seen:
    if rang <= AT_ONCE:
        return {(phone, ForwardKind.ALWAYS): to}
    seconds = str(round(rang / 1000))
    return {(phone, ForwardKind.NO_ANSWER): to, (phone, ForwardKind.RING_TIME): seconds}
