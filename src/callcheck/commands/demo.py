"""`callcheck demo`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from callcheck.commands.options import log_to_stderr

AMI_PORT = 5038


@click.command()
@click.option("--pbx-only", is_flag=True, help="Run only the demo PBX, for `callcheck run`.")
@click.option(
    "--speed", type=click.FloatRange(0.1, 1000), default=None,
    help="How many times faster than real time the day is played (default: 30; 1 with "
    "--pbx-only, since a separate callcheck would take a faster clock for one that is being set).",
)  # fmt: skip
@click.option(
    "--folder", type=click.Path(path_type=Path), default=Path("callcheck-demo"),
    show_default=True, help="Folder for the configuration, secret and database.",
)  # fmt: skip
@click.option(
    "--listen", default="127.0.0.1:9876", show_default=True, metavar="HOST:PORT",
    help="Address of the API and metrics.",
)  # fmt: skip
@click.option(
    "--port", type=click.IntRange(0, 65535), default=None,
    help=f"AMI port of the demo PBX (default: any free port; {AMI_PORT} with --pbx-only).",
)  # fmt: skip
def demo(pbx_only: bool, speed: float | None, folder: Path, listen: str, port: int | None) -> None:
    """Run callcheck on a recorded working day.

    A demo PBX plays the day of a small ministry faster than real time, again and again.
    """
    from callcheck.demo.show import play_alone, show

    log_to_stderr()
    if pbx_only:
        sys.exit(play_alone(folder, listen, speed or 1.0, AMI_PORT if port is None else port))
    sys.exit(show(folder, listen, speed or 30.0, port or 0))
