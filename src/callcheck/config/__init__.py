"""Reads `callcheck.toml` into a checked `Config`, or lists everything that is wrong with it."""

from __future__ import annotations

from callcheck.config.model import (
    AbsenceWatch,
    Config,
    Http,
    Pbx,
    Privacy,
    Site,
    Store,
    Token,
    Tomorrow,
    Unit,
)
from callcheck.config.problems import ConfigErrors, Problem
from callcheck.config.reading import check_config, load, load_for_replay

__all__ = [
    "AbsenceWatch",
    "Config",
    "ConfigErrors",
    "Http",
    "Pbx",
    "Privacy",
    "Problem",
    "Site",
    "Store",
    "Token",
    "Tomorrow",
    "Unit",
    "check_config",
    "load",
    "load_for_replay",
]
