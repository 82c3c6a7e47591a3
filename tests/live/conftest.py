"""What live tests have in common: figures that are told at the end of the run."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest
from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

from tests.live.lab import chroot
from tests.live.lab.houses import FOREIGN, OVER_SIP

PJSIP = ("22", "16")
"""The laboratory's own house."""
VERSIONS = tuple(
    os.environ.get("CALLCHECK_LAB_VERSIONS", " ".join((*PJSIP, OVER_SIP, *FOREIGN))).split()
)
MEASURED = "measured"


def each_version() -> pytest.MarkDecorator:
    """Runs a test once for each Asterisk, with its `version`; its phones are on PJSIP."""
    return pytest.mark.parametrize("version", [v for v in VERSIONS if v in PJSIP])


class SideBySide(LoadScopeScheduling):  # type: ignore[misc]
    """All tests that share the scenarios of a version one after another, every other test by
    itself: they wait, they do not compute."""

    def _split_scope(self, nodeid: str) -> str:
        return nodeid.rpartition("[")[2] if "test_live.py" in nodeid else nodeid


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> SideBySide:
    """For `-n`; xdist's own groups (`--dist loadgroup`) are not heeded with pytest 9."""
    return SideBySide(config, log)


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
