"""`callcheck replay`."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from callcheck.commands.options import config_option, config_path, json_option, pbx_option


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@json_option
@click.option("--explain", is_flag=True, help="Print the story of each call, line by line.")
@pbx_option
@config_option
def replay(
    files: tuple[str, ...],
    as_json: bool,
    explain: bool,
    pbx_name: str | None,
    config_file: Path | None,
) -> None:
    """Print the calls in recorded AMI streams.

    A FILE may be plain or compressed (.gz); - reads standard input.
    """
    from callcheck.commands.replay_printer import run_replay

    config = _optional_config(config_file)
    try:
        status = run_replay(files, config, pbx_name, json=as_json, explain=explain)
        sys.stdout.flush()
    except BrokenPipeError:
        # `callcheck replay … | head` closes the pipe; click would report that as a failure
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = 0
    sys.exit(status)


def _optional_config(given: Path | None) -> Path | None:
    """A replay needs no configuration: the default file is used only if it exists."""
    path = config_path(given)
    named = given is not None or "CALLCHECK_CONFIG" in os.environ
    return path if named or path.exists() else None
