"""Builds the absence service of a configuration."""

from __future__ import annotations

from collections.abc import Callable

from callcheck.absences.service import AbsenceService
from callcheck.absences.state import WorkingTime
from callcheck.absences.terms import AbsenceTerms
from callcheck.app.judge import wait_limit_of
from callcheck.clock import now
from callcheck.config import Config
from callcheck.store import Absences, CallsDuringAbsence, Forwards, Store


def make_absence_service(
    config: Config, store: Store, changed: Callable[[], object] = lambda: None
) -> AbsenceService:
    """The absence service on an open store. `changed` is called after every change."""
    clock = WorkingTime(config.hours, config.site.zone)
    terms = AbsenceTerms(
        directory=config.directory(),
        clock=clock,
        ring_ms=round(config.absences.no_answer_seconds * 1000),
        limit_ms=wait_limit_of(config).limit_ms,
        keep_kind=config.privacy.keep_absence_kind,
        tomorrow_at=config.absences.tomorrow.at,
        language=config.site.language,
        at_home=config.at_home,
        titles={unit.id: unit.title for unit in config.units},
    )
    return AbsenceService(
        Absences(store), Forwards(store), CallsDuringAbsence(store), terms, now, changed
    )
