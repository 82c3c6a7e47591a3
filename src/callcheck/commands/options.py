"""What several commands share: options, loading the configuration, failing with one line.

Nothing heavy is imported at the top of these files: `callcheck --help` must not wait for
SQLAlchemy and FastAPI.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from callcheck.config import Config

DEFAULT_CONFIG = "callcheck.toml"

config_option = click.option(
    "--config",
    "config_file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help=f"Configuration file (default: $CALLCHECK_CONFIG or {DEFAULT_CONFIG}).",
)
json_option = click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON object per line."
)
pbx_option = click.option(
    "--pbx", "pbx_name", metavar="NAME", help="Name of a [[pbx]] (default: the first)."
)


class Failure(click.ClickException):
    """Ends the command with exit status 1 and one line on standard error."""

    def show(self, file: Any = None) -> None:  # noqa: ARG002
        click.echo(f"callcheck: {self.message}", err=True)


def config_path(given: Path | None) -> Path:
    """The file named on the command line, else in the environment, else the default."""
    return given or Path(os.environ.get("CALLCHECK_CONFIG", DEFAULT_CONFIG))


def load_config(given: Path | None, *, secrets: bool = True) -> Config:
    """The configuration; every mistake in it is printed and ends the program with status 1."""
    from callcheck.config import ConfigErrors, load

    try:
        return load(config_path(given), os.environ, secrets=secrets)
    except ConfigErrors as errors:
        for problem in errors.problems:
            click.echo(str(problem), err=True)
        sys.exit(1)


def log_to_stderr() -> None:
    """Logs for a terminal or the journal."""
    import logging

    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    for chatty in ("alembic", "uvicorn"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


def print_lines(lines: Iterable[object]) -> None:
    """Prints text as it is and anything else as one line of JSON."""
    for line in lines:
        click.echo(line if isinstance(line, str) else json.dumps(line, ensure_ascii=False))
