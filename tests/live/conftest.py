"""What live tests have in common: figures that are told at the end of the run."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest
from _pytest.mark import ParameterSet

from tests.live.lab import chroot

VERSIONS = tuple(os.environ.get("CALLCHECK_LAB_VERSIONS", "22 16").split())
MEASURED = "measured"


def versions(group: str) -> list[ParameterSet]:
    """Each Asterisk; with `--dist loadgroup` tests of one version and group run one after
    another, the rest side by side (they wait, they do not compute)."""
    of = pytest.mark.xdist_group
    return [pytest.param(v, marks=of(f"{group}-{v}"), id=v) for v in VERSIONS]


def each_version(group: str) -> pytest.MarkDecorator:
    """Runs a test once for each Asterisk, with its `version`."""
    return pytest.mark.parametrize("version", versions(group))


@pytest.fixture(scope="session")
def laboratory() -> None:
    """Skips where no Asterisk can run (with CI=true that is a failure)."""
    if reason := chroot.why_not():
        pytest.skip(reason)


@pytest.fixture
def tell(record_property: Callable[[str, object], None]) -> Callable[[str], None]:
    """Has a figure told at the end of the run, whoever ran the test."""
    return lambda text: record_property(MEASURED, text)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The figures, by test."""
    for reports in terminalreporter.stats.values():
        for report in reports:
            for name, value in getattr(report, "user_properties", ()):
                if name == MEASURED and getattr(report, "when", "") == "call":
                    terminalreporter.write_line(f"measured: {value}")
