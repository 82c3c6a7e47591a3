"""For every test: a skip fails in CI, the order may change, and a run ends with where time went."""

import os
import random
from collections import defaultdict
from collections.abc import Generator
from itertools import groupby
from pathlib import PurePosixPath

import pytest

IN_CI = os.environ.get("CI", "").lower() in {"1", "true", "yes"}


def refuse_skip(report: pytest.TestReport | pytest.CollectReport) -> None:
    """Turn a skip into a failure; an expected failure (`xfail`) is no skip."""
    if IN_CI and report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"{report.nodeid}: skipped, and with CI=true nothing may be: {reason}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Refuse tests and fixtures that skip."""
    report = yield
    refuse_skip(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Refuse whole files that skip."""
    report = yield
    refuse_skip(report)
    return report


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--shuffle SEED` runs the files, and the tests in each, in another order."""
    parser.addoption("--shuffle", metavar="SEED", help="run in an order that SEED decides")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Shuffle; the tests of a file stay together, since they share what is costly to start."""
    seed = config.getoption("shuffle")
    if seed is None:
        return
    chance = random.Random(seed)
    files = [list(tests) for _, tests in groupby(items, key=lambda item: item.path)]
    chance.shuffle(files)
    for tests in files:
        chance.shuffle(tests)
    items[:] = [item for tests in files for item in tests]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """State the seconds that the tests of each folder took, with their fixtures."""
    spent: defaultdict[str, float] = defaultdict(float)
    for reports in terminalreporter.stats.values():
        for report in reports:
            if isinstance(report, pytest.TestReport):
                spent[str(PurePosixPath(report.fspath).parent)] += report.duration
    terminalreporter.section("seconds by folder")
    longest_first = sorted(spent.items(), key=lambda one: -one[1])
    terminalreporter.write_line(", ".join(f"{folder} {s:.0f}" for folder, s in longest_first))
    terminalreporter.write_line(f"{sum(spent.values()):.0f} s of tests in all")
