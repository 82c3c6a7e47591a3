"""The result of a rehearsal: values only."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from callcheck.absences.model import Forward, ForwardKind
from callcheck.calls.model import Millis


class StepKind(StrEnum):
    """What happens in a step of a rehearsal."""

    FORWARDS = "forwards"
    RINGS = "rings"
    DND = "dnd"
    UNREACHABLE = "unreachable"
    ABSENT = "absent"
    LOOP = "loop"
    UNKNOWN = "unknown"
    OUTSIDE = "outside"
    MOBILE = "mobile"
    LINE = "line"
    FOLLOW_ME = "follow_me"


class Coverage(StrEnum):
    """What becomes of a call for an absent person."""

    COVERED = "covered"
    WRONG = "wrong"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class RehearsalStep:
    """One thing that would happen; `after_ms` counts from the beginning of the call."""

    at: str
    """The extension or outside number where it happens."""
    does: StepKind
    to: str | None = None
    kind: ForwardKind | None = None
    after_ms: Millis = 0


@dataclass(slots=True)
class Rehearsal:
    """The path of a call for `extension`, and what to do about it, in words."""

    extension: str
    cover: Coverage
    reason: str
    steps: list[RehearsalStep] = field(default_factory=list)
    forward: Forward | None = None
    """The first forward on the way."""
    eaten_ms: Millis = 0
    """Ringing before the last step."""
    otherwise: list[RehearsalStep] = field(default_factory=list)
    """What a phone on the way would do with the call if it were busy, or did not answer."""
    assumes: list[str] = field(default_factory=list)
    """What this rests on and the PBX does not report, in words."""

    @property
    def covered(self) -> bool:
        """Whether somebody who is present would get the call."""
        return self.cover is Coverage.COVERED
