"""Which alert silences which, in the real Alertmanager on our configuration."""

from __future__ import annotations

import json
import time
from pathlib import Path
from urllib.request import Request, urlopen

from tests.deploy.chain import Inbox, get, notifying, wait_for
from tests.deploy.programs import free_port, program

ABOUT = {
    "CallcheckListenerBlind": "watching",
    "CallcheckGap": "watching",
    "CallcheckEventsMissing": "watching",
    "CallcheckNotJudged": "watching",
    "CallcheckMessagesLost": "watching",
    "CallcheckCallsNotAnswered": "calls",
    "CallcheckComplianceFalling": "calls",
    "CallcheckComplianceLow": "calls",
    "CallcheckStoreBehind": "store",
}


def assert_suppressed(tmp_path: Path, expected: set[str], *alerts: str) -> None:
    """Of these firing alerts (`name label=value`) nobody is told of the expected ones, exactly."""
    alertmanager = program(
        "prometheus-alertmanager", "alertmanager", package="prometheus-alertmanager"
    )
    port = free_port()
    url = f"http://127.0.0.1:{port}/api/v2"
    with Inbox().serving() as inbox, notifying(tmp_path, port, inbox, alertmanager):
        wait_for("Alertmanager ready", lambda: get(f"{url}/status"))
        posted = Request(
            f"{url}/alerts",
            json.dumps([{"labels": _labels(alert)} for alert in alerts]).encode(),
            {"Content-Type": "application/json"},
        )
        urlopen(posted, timeout=5).close()
        wait_for("the alerts there", lambda: len(get(f"{url}/alerts")) == len(alerts))
        # the inhibitor learns of them a moment later; then it must stay so
        wait_for(f"{expected} suppressed", lambda: _of(url, "suppressed") >= expected)
        time.sleep(0.5)
        assert _of(url, "suppressed") == expected


def _labels(alert: str) -> dict[str, str]:
    name, *more = alert.split()
    return {"alertname": name, "about": ABOUT[name], **dict(label.split("=") for label in more)}


def _of(url: str, state: str) -> set[str]:
    alerts = [a["labels"] for a in get(f"{url}/alerts") if a["status"]["state"] == state]
    return {f"{a['alertname']} {a.get('unit') or a.get('pbx') or ''}".strip() for a in alerts}


def test_who_does_not_see_does_not_cry(tmp_path: Path) -> None:
    """Whichever the unit; but the store is told of, and another PBX's gap."""
    assert_suppressed(
        tmp_path,
        {"CallcheckGap main", "CallcheckCallsNotAnswered registry", "CallcheckComplianceLow legal"},
        "CallcheckListenerBlind pbx=main",
        "CallcheckGap pbx=main",
        "CallcheckGap pbx=branch",
        "CallcheckCallsNotAnswered unit=registry",
        "CallcheckComplianceLow unit=legal",
        "CallcheckStoreBehind instance=a",
    )


def test_one_message_for_one_trouble_of_one_unit(tmp_path: Path) -> None:
    assert_suppressed(
        tmp_path,
        {"CallcheckComplianceFalling registry", "CallcheckComplianceLow legal"},
        "CallcheckCallsNotAnswered unit=registry",
        "CallcheckComplianceFalling unit=registry",
        "CallcheckComplianceFalling unit=legal",
        "CallcheckComplianceLow unit=legal",
        "CallcheckComplianceLow unit=it",
    )


def test_a_gap_says_why_calls_are_not_judged(tmp_path: Path) -> None:
    assert_suppressed(
        tmp_path,
        {"CallcheckNotJudged"},
        "CallcheckGap pbx=main",
        "CallcheckNotJudged",
        "CallcheckMessagesLost pbx=main",
    )
