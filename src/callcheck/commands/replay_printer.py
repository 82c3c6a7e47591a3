"""Prints the calls of recordings: as a table, as JSON or as stories."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TextIO

from callcheck.app.judge import judge_of
from callcheck.calls.model import Call
from callcheck.config import Config, ConfigErrors, load_for_replay
from callcheck.explain import timeline, wait_budget
from callcheck.explain.record import seconds, to_record
from callcheck.journal.replay import Judged, ReplayError, replay
from callcheck.judging.people import tenths
from callcheck.judging.verdict import headline
from callcheck.times import iso

_COLUMNS = "{:19}  {:9}  {:13}  {:13}  {:11}  {:>8}  {:>5}  {:10}  {:9}  {}"
_HEADINGS = [
    "started",
    "direction",
    "caller",
    "dialed",
    "ended",
    "ring,s",
    "rings",
    "answered",
    "verdict",
    "reason",
]


def run_replay(
    files: Sequence[str], config_file: Path | None, pbx: str | None, *, json: bool, explain: bool
) -> int:
    """Prints the calls of every file; the exit status is 1 if any could not be read to its end."""
    try:
        config = load_for_replay(config_file)
    except ConfigErrors as errors:
        for problem in errors.problems:
            print(f"callcheck: {problem}", file=sys.stderr)
        return 1
    name = pbx or (config.pbxs[0].name if config.pbxs else "main")
    if pbx and config.pbxs and pbx not in [p.name for p in config.pbxs]:
        known = ", ".join(p.name for p in config.pbxs)
        print(f"callcheck: no [[pbx]] is named {pbx}; there is {known}", file=sys.stderr)
        return 1
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    printer = _Printer(config, sys.stdout, as_json=json, explain=explain)
    return max([_replay_one(file, name, config, printer) for file in files], default=0)


def _replay_one(file: str, pbx: str, config: Config, printer: _Printer) -> int:
    try:
        judge = judge_of(config, pbx)
        printer.print(replay(file, pbx, config.directory(pbx), judge, warn=_warn))
    except ReplayError as error:
        _warn(str(error))
        return 1
    return 0


def _warn(text: str) -> None:
    sys.stdout.flush()
    print(f"callcheck: {text}", file=sys.stderr)


class _Printer:
    """Prints each call as soon as it has ended."""

    def __init__(self, config: Config, out: TextIO, *, as_json: bool, explain: bool) -> None:
        self.config = config
        self.out = out
        self.names = {p.extension: p.name for p in config.parties if p.name}
        self._line = self._as_json if as_json else self._as_story if explain else self._as_row
        self._headed = as_json or explain

    def print(self, calls: Iterable[Judged]) -> None:
        """Prints calls, with a heading before the first row of a table."""
        for judged in calls:
            if not self._headed:
                self._headed = True
                self.out.write(_COLUMNS.format(*_HEADINGS).rstrip() + "\n")
            self.out.write(self._line(judged).rstrip() + "\n")

    def _as_json(self, judged: Judged) -> str:
        site = self.config.site
        record = to_record(judged.call, judged.findings, site.zone, site.cadence)
        return json.dumps(record, ensure_ascii=False)

    def _as_row(self, judged: Judged) -> str:
        call, finding = judged.call, headline(judged.findings)
        started = iso(call.started_at, self.config.site.zone) if call.timed else None
        rang = call.ring_ms
        rings = None if rang is None else self.config.cadence.ring_number(rang)
        return _COLUMNS.format(
            (started or "-")[:19].replace("T", " "),
            call.direction,
            call.caller or "-",
            call.dialed or "-",
            call.disposition,
            "-" if rang is None else f"{seconds(rang):.3f}",
            "-" if rings is None else rings,
            call.answered_by or "-",
            finding.result if finding else "-",
            finding.reason if finding else "-",
        )

    def _as_story(self, judged: Judged) -> str:
        call = judged.call
        started = iso(call.started_at, self.config.site.zone) if call.timed else "no time"
        lines = [f"{call.call_id}  {started}  {call.caller or '-'} to {call.dialed or '-'}"]
        for line in timeline(call, self.names):
            since = line.seconds_since_first_ring
            lines.append(f"  {'' if since is None else f'{since:+.3f} s':>11}  {line.text}")
        lines += self._spent(call)
        lines += [f"  {f.rule}: {f.result}, {f.reason}" for f in judged.findings]
        return "\n".join(lines) + "\n"

    def _spent(self, call: Call) -> list[str]:
        waited = wait_budget(call)
        if not waited:
            return []
        parts = ", ".join(_part(one.phase, one.who, one.ms, self.names) for one in waited)
        return [f"  the caller's wait: {parts}"]


def _part(phase: str, who: Sequence[str], ms: int, names: dict[str, str]) -> str:
    rung = " and ".join(f"{names[p]} ({p})" if p in names else p for p in who)
    return f"{phase}{' ' + rung if rung else ''} {tenths(ms)}"
