"""`callcheck check-config`."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from callcheck.commands.options import config_option, config_path


@click.command("check-config")
@config_option
def check_config(config_file: Path | None) -> None:
    """List every mistake in the configuration.

    Each line names the place and the key. The exit status is 1 if there are mistakes.
    """
    from callcheck.config import check_config as check

    path = config_path(config_file)
    problems = check(path, os.environ)
    for problem in problems:
        click.echo(str(problem), err=True)
    if any(not problem.warning for problem in problems):
        sys.exit(1)
    click.echo(f"{path}: in order")
