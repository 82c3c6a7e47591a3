"""Reads `callcheck.toml` into a checked `Config`, or lists everything that is wrong with it."""

from __future__ import annotations

from callcheck.config.model import (
    AbsenceSettings,
    Config,
    Http,
    Pbx,
    Privacy,
    Site,
    StoreSettings,
    TokenSettings,
    Tomorrow,
    Unit,
)
from callcheck.config.problems import ConfigErrors, ConfigProblem
from callcheck.config.reading import check_config, load, load_for_replay

__all__ = [
    "AbsenceSettings",
    "Config",
    "ConfigErrors",
    "ConfigProblem",
    "Http",
    "Pbx",
    "Privacy",
    "Site",
    "StoreSettings",
    "TokenSettings",
    "Tomorrow",
    "Unit",
    "check_config",
    "load",
    "load_for_replay",
]
