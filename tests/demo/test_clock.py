"""The demo's day is fast, and callcheck beside it must not take that for a clock being set."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
from pathlib import Path

LINES = 25
BUSY = LINES // 4
"""So many verdicts at most may be unknown, as late events on a busy machine are at 300 times
real time."""


def test_a_fast_day_is_no_step_of_the_clock(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        listen = f"127.0.0.1:{free.getsockname()[1]}"
    command = [
        *(sys.executable, "-m", "callcheck", "demo", "--speed", "300"),
        *("--folder", str(tmp_path / "demo"), "--listen", listen),
    ]
    verdicts: list[str] = []
    log: list[str] = []
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as demo:
        assert demo.stdout is not None
        for line in demo.stdout:
            if re.match(r"\d\d:\d\d:\d\d  ", line):
                verdicts.append(line)
            log.append(line)
            if len(verdicts) == LINES:
                break
        demo.terminate()
    assert len(verdicts) == LINES, "".join(log)
    assert len([line for line in verdicts if "  unknown  " in line]) <= BUSY, "".join(log)
