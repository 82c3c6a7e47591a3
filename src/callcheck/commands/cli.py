"""Arguments in, an exit status out. Everything heavy is imported by the command that needs it."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from callcheck import __version__
from callcheck.commands.absences import absences
from callcheck.commands.absences_import import import_
from callcheck.commands.absences_reports import digest, rehearse, report, tomorrow

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
    commands(standalone_mode=True)


def fail(message: str) -> None:
    """Says what went wrong, in one line, and ends with status 1."""
    click.echo(f"callcheck: {message}", err=True)
    sys.exit(1)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="callcheck", message="%(prog)s %(version)s")
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
    from callcheck.commands.replay import run_replay

    config = _optional_config(config_file)
    try:
        status = run_replay(files, config, pbx_name, json=as_json, explain=explain)
        sys.stdout.flush()
    except BrokenPipeError:
        # the reader has seen enough (`callcheck replay … | head`); click would make it a failure
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = 0
    sys.exit(status)


@commands.command()
@_config
def run(config_file: Path | None) -> None:
    """Listener, store, metrics and API in one process, until Ctrl-C."""
    from callcheck.app.run import run_until_told

    config = _load(config_file)
    log_to_stderr()
    sys.exit(run_until_told(config))


@commands.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--pbx", "pbx_name", metavar="NAME", help="Which [[pbx]] (default: the first).")
@click.option("--force", is_flag=True, help="Overwrite FILE.")
@_config
def record(file: Path, pbx_name: str | None, force: bool, config_file: Path | None) -> None:
    """Writes what the PBX sends to FILE (gzip if it ends in .gz), to replay later. Ctrl-C ends."""
    from callcheck.app.run import record_until_told

    config = _load(config_file)
    log_to_stderr()
    sys.exit(record_until_told(config, pbx_name, file, force=force))


@commands.command("check-config")
@_config
def check_config(config_file: Path | None) -> None:
    """Says all that is wrong with the configuration, with line and key."""
    from callcheck.config import check_config as check

    path = config_file or Path(os.environ.get("CALLCHECK_CONFIG", DEFAULT_CONFIG))
    problems = check(path, os.environ)
    for problem in problems:
        click.echo(str(problem), err=True)
    if any(not problem.warning for problem in problems):
        sys.exit(1)
    click.echo(f"{path}: in order")


@commands.command()
@click.option("--pbx-only", is_flag=True, help="The demo PBX alone, to listen to with `run`.")
@click.option("--speed", type=click.FloatRange(0.1, 1000), default=30.0, show_default=True)
@click.option("--folder", type=click.Path(path_type=Path), default=Path("callcheck-demo"),
              show_default=True, help="Where configuration, secret and database go.")  # fmt: skip
@click.option("--listen", default="127.0.0.1:9876", show_default=True, metavar="HOST:PORT")
@click.option("--port", type=click.IntRange(0, 65535), default=None,
              help="AMI port of the demo PBX (default: a free one, 5038 if alone).")  # fmt: skip
def demo(pbx_only: bool, speed: float, folder: Path, listen: str, port: int | None) -> None:
    """A recorded working day of a small ministry, and the whole of callcheck on it."""
    from callcheck.demo.show import play_alone, show

    log_to_stderr()
    if pbx_only:
        sys.exit(play_alone(folder, listen, speed, 5038 if port is None else port))
    sys.exit(show(folder, listen, speed, port or 0))


for command in (import_, report, digest, tomorrow):
    absences.add_command(command)
commands.add_command(absences)
commands.add_command(rehearse)


def log_to_stderr() -> None:
    """Log lines for a journal or a terminal; there is never a number of a caller in one."""
    import logging

    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    for chatty in ("alembic", "uvicorn"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


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
