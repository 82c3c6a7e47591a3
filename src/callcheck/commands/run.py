"""`callcheck run`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from callcheck.commands.options import config_option, load_config, log_to_stderr

if TYPE_CHECKING:
    import asyncio


@click.command()
@config_option
def run(config_file: Path | None) -> None:
    """Run callcheck until Ctrl-C.

    It listens to the PBX, stores the judged calls, and serves metrics and the API.
    """
    from callcheck.app.house import run as run_house
    from callcheck.app.running.supervisor import AppError
    from callcheck.app.signals import run_until_stopped

    config = load_config(config_file)
    log_to_stderr()

    async def work(stop: asyncio.Event) -> None:
        await run_house(config, stop)

    sys.exit(run_until_stopped(work, AppError))
