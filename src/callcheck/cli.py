"""Arguments in, an exit status out. Everything heavy is imported by the command that needs it."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from callcheck.config import Config

DEFAULT_CONFIG = "callcheck.toml"
_config = click.option(
    "--config",
    "config_file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help=f"Configuration (default: $CALLCHECK_CONFIG or {DEFAULT_CONFIG}).",
)


def main() -> None:
    """The `callcheck` program: 0 on success, 1 on a failure said in one line, 2 for wrong usage."""
    try:
        commands(standalone_mode=True)
    except BrokenPipeError:
        # the reader has seen enough (`callcheck replay … | head`)
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)


def fail(message: str) -> None:
    """Says what went wrong, in one line, and ends with status 1."""
    click.echo(f"callcheck: {message}", err=True)
    sys.exit(1)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="callcheck", prog_name="callcheck", message="%(prog)s %(version)s")
def commands() -> None:
    """Tells an institution, truthfully, how it answers its phones."""


@commands.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line for each call.")
@click.option("--explain", is_flag=True, help="What happened in each call, line by line.")
@click.option("--pbx", "pbx_name", metavar="NAME", help="Which [[pbx]] the recordings are of.")
@_config
def replay(
    files: tuple[str, ...],
    as_json: bool,
    explain: bool,
    pbx_name: str | None,
    config_file: Path | None,
) -> None:
    """Reads recorded AMI streams (plain or .gz; - is standard input) and prints their calls."""
    from callcheck.replay_cli import run_replay

    sys.exit(
        run_replay(files, _optional_config(config_file), pbx_name, json=as_json, explain=explain)
    )


def _optional_config(given: Path | None) -> Path | None:
    """The configuration to use where none is needed: the one given, or the default if there."""
    if given is not None:
        return given
    default = Path(os.environ.get("CALLCHECK_CONFIG", DEFAULT_CONFIG))
    return default if default.exists() or "CALLCHECK_CONFIG" in os.environ else None


def _load(given: Path | None) -> Config:
    """The configuration, or the end of the program with all that is wrong in it."""
    from callcheck.config import ConfigErrors, load

    path = given or Path(os.environ.get("CALLCHECK_CONFIG", DEFAULT_CONFIG))
    try:
        return load(path, os.environ)
    except ConfigErrors as errors:
        for problem in errors.problems:
            click.echo(str(problem), err=True)
        sys.exit(1)
