"""Alertmanager's own checker on our routes, with every choice of receivers."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.deploy.programs import ALERTMANAGER, amtool, run, with_receivers

CHOICES = sorted(path.stem for path in (ALERTMANAGER / "receivers").glob("*.yml"))


def test_as_it_stands_it_is_valid() -> None:
    ended = run(amtool(), "check-config", ALERTMANAGER / "alertmanager.yml")
    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_there_is_a_choice() -> None:
    assert CHOICES == ["email", "mattermost", "pagerduty", "slack", "telegram", "webhook"]


@pytest.mark.parametrize("choice", CHOICES)
def test_every_choice_of_receivers_is_valid(choice: str, tmp_path: Path) -> None:
    chosen = tmp_path / "alertmanager.yml"
    chosen.write_text(with_receivers(choice), encoding="utf-8")
    ended = run(amtool(), "check-config", chosen)
    assert ended.returncode == 0, ended.stdout + ended.stderr


@pytest.mark.parametrize(
    ("labels", "receiver"),
    [
        ("alertname=CallcheckWatchdog about=deadman severity=none", "deadman"),
        ("alertname=CallcheckCallsNotAnswered about=calls unit=legal", "units"),
        ("alertname=CallcheckCallsNotAnswered about=calls unit=registry", "unit-registry"),
        ("alertname=CallcheckAbsenceNotCovered about=absences unit=legal", "units"),
        ("alertname=CallcheckAbsenceNotCovered about=absences unit=registry", "unit-registry"),
        ("alertname=CallcheckListenerBlind about=watching pbx=main severity=critical", "admins"),
        ("alertname=CallcheckUnknownNumber about=watching pbx=main severity=info", "admins"),
        ("alertname=CallcheckStoreBehind about=store severity=warning", "admins"),
    ],
)
def test_who_is_told(labels: str, receiver: str) -> None:
    file = f"--config.file={ALERTMANAGER / 'alertmanager.yml'}"
    ended = run(amtool(), "config", "routes", "test", file, *labels.split())
    assert ended.stdout.split() == [receiver], ended.stderr
