"""`callcheck record`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from callcheck.commands.options import (
    Failure,
    config_option,
    load_config,
    log_to_stderr,
    pbx_option,
)

if TYPE_CHECKING:
    import asyncio

    from callcheck.config import Config, Pbx


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@pbx_option
@click.option("--force", is_flag=True, help="Overwrite FILE.")
@config_option
def record(file: Path, pbx_name: str | None, force: bool, config_file: Path | None) -> None:
    """Record what the PBX sends, to replay it later.

    Ctrl-C ends the recording. It holds callers' numbers as the PBX reports them. A FILE whose
    name ends in .gz is compressed.
    """
    from callcheck.app.signals import run_until_stopped
    from callcheck.journal.record import RecordError
    from callcheck.journal.record import record as write_stream

    config = load_config(config_file)
    log_to_stderr()
    pbx = _pbx(config, pbx_name)

    async def work(stop: asyncio.Event) -> None:
        def begun() -> None:
            click.echo(f"recording {pbx.name} to {file}; Ctrl-C ends it", err=True)

        events = await write_stream(pbx, file, stop, force=force, begun=begun)
        click.echo(f"{events} events written to {file}", err=True)

    sys.exit(run_until_stopped(work, RecordError))


def _pbx(config: Config, name: str | None) -> Pbx:
    named = {pbx.name: pbx for pbx in config.pbxs}
    if name is None:
        return config.pbxs[0]
    if name not in named:
        raise Failure(f"no [[pbx]] is named {name}; there is {', '.join(named)}")
    return named[name]
