"""`dialplan/` through asterisklint: syntax, applications and functions, and every jump's target."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

OURS = Path(__file__).parents[2] / "dialplan" / "extensions_callcheck.conf"
FRAGMENT = "H_DP_GENERAL_MISPLACED,H_DP_GLOBALS_MISPLACED"
"""It is included by a file that has these contexts."""


def complaints(path: Path) -> list[str]:
    lint = Path(sys.executable).with_name("asterisklint")
    done = subprocess.run(
        [lint, "dialplan-check", path],
        env=os.environ | {"ALINT_IGNORE": FRAGMENT},
        capture_output=True,
        text=True,
        check=False,
    )
    said = (done.stdout + done.stderr).splitlines()
    assert bool(said) is bool(done.returncode), said
    return said


def test_our_dialplan_is_clean() -> None:
    assert complaints(OURS) == []


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("Goto(callcheck-yes,s,1)", "Goto(callcheck-yse,s,1)"),
        ("?callcheck-no,s,1)", "?callcheck-no,s,99)"),
        ("StopPlayTones()", "StopPlayTunes()"),
        ("${CUT(EXTEN,*,3)}", "${CUT(EXTEN,*,3)"),
        (" same => n,Hangup()", " sane => n,Hangup()"),
    ],
)
def test_what_is_wrong_is_found(tmp_path: Path, right: str, wrong: str) -> None:
    text = OURS.read_text()
    assert right in text
    broken = tmp_path / "extensions.conf"
    broken.write_text(text.replace(right, wrong, 1))
    assert complaints(broken)
