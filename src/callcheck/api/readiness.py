"""Says in sentences whether callcheck can do its job."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from callcheck.api.backend import Readiness


@dataclass(frozen=True, slots=True)
class PbxHealth:
    """One connection. `state` is connecting, connected, refused, too_old or waiting."""

    name: str
    state: str
    address: str = ""
    username: str = ""
    missing_classes: Sequence[str] = ()
    """Read classes that the PBX did not grant."""
    hidden_events: Sequence[str] = ()
    """Kinds of events that it keeps from us, as its calls prove."""
    silent: bool = False
    """Whether it lists calls of which it sends no event at all."""
    timestamps: bool | None = True
    """Whether its events carry a Timestamp; None before the first event."""
    advice: str = "is the PBX running?"
    """What to do if it is not connected."""


def readiness(
    pbxs: Sequence[PbxHealth],
    store_problem: str | None,
    same: Sequence[tuple[str, str]] = (),
) -> Readiness:
    """Not ready if a PBX is not connected or there is a `store_problem`, itself a sentence. `same`
    are pairs of names that stand for one PBX."""
    problems = [text for pbx in pbxs if (text := _problem(pbx))]
    if store_problem:
        problems.append(store_problem)
    warnings = [text for pbx in pbxs for text in _warnings(pbx)]
    warnings += [
        f"PBX {one} and PBX {other} are the same, so every call is counted twice: remove one "
        "[[pbx]] from the configuration"
        for one, other in same
    ]
    return Readiness(tuple(problems), tuple(warnings))


def _problem(pbx: PbxHealth) -> str | None:
    if pbx.state == "connected":
        return None
    if pbx.state == "refused":
        return f"PBX {pbx.name} refuses the login of {pbx.username or 'our user'}: {pbx.advice}"
    if pbx.state == "too_old":
        return (
            f"PBX {pbx.name} speaks AMI 1.x, so it is Asterisk 11 or older, and its calls cannot "
            "be followed: upgrade it to Asterisk 12 or newer (16 and 22 are tested)"
        )
    return (
        f"PBX {pbx.name} is not connected: no answer at {pbx.address or 'its address'} yet; "
        f"{pbx.advice}"
    )


def _warnings(pbx: PbxHealth) -> list[str]:
    found = []
    if pbx.missing_classes:
        classes = ",".join(pbx.missing_classes)
        found.append(
            f"PBX {pbx.name} does not send all events: add {classes} to read= in manager.conf"
        )
    if pbx.silent:
        found.append(
            f"PBX {pbx.name} has calls and sends nothing about them: remove the eventfilter lines "
            f"of {pbx.username or 'our user'} in manager.conf that hide them"
        )
    if pbx.hidden_events:
        kinds = " and ".join(pbx.hidden_events)
        found.append(
            f"PBX {pbx.name} keeps {kinds} from us: remove the eventfilter lines of "
            f"{pbx.username or 'our user'} in manager.conf that hide it"
        )
    if pbx.timestamps is False:
        found.append(
            f"PBX {pbx.name} sends no times, so the time of arrival is used: set "
            "timestampevents = yes in manager.conf"
        )
    return found
