"""Names of programs in, their paths out, or a skip with its reason; CI never skips."""

from __future__ import annotations

import shutil
import socket
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROMETHEUS = ROOT / "dashboards" / "prometheus"
ALERTMANAGER = ROOT / "dashboards" / "alertmanager"


def program(*names: str, package: str) -> str:
    """The first of these programs that is installed."""
    for name in names:
        if found := shutil.which(name):
            return found
    pytest.skip(f"{names[0]} is not installed; on Debian: apt-get install {package}")


def promtool() -> str:
    return program("promtool", package="prometheus")


def amtool() -> str:
    return program("amtool", package="prometheus-alertmanager")


def run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    """Runs a short program to its end, and keeps what it says."""
    return subprocess.run(
        [str(part) for part in command], capture_output=True, text=True, check=False, timeout=60
    )


def free_port() -> int:
    """A port of the loopback that nobody listens on now."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        return port


def with_receivers(name: str) -> str:
    """The Alertmanager configuration with the chosen receivers, as its header says."""
    base = (ALERTMANAGER / "alertmanager.yml").read_text(encoding="utf-8")
    chosen = (ALERTMANAGER / "receivers" / f"{name}.yml").read_text(encoding="utf-8")
    return base[: base.index("\nreceivers:") + 1] + chosen
