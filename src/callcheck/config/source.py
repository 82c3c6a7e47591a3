"""Reads a TOML file with the line numbers of its keys."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from callcheck.config.lines import Lines
from callcheck.config.problems import ConfigErrors, Problem


def read_source(path: Path) -> tuple[dict[str, Any], Lines]:
    """The raw tree and its lines. Raises ConfigErrors if the file is not valid TOML."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        return tomllib.loads(text), Lines(text)
    except OSError as error:
        text = f"cannot be read: {error.strerror}; callcheck.example.toml is an example"
        problem = Problem(str(path), None, "", "", text)
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        problem = Problem(str(path), line, "", "", "is not UTF-8 text; save the file as UTF-8")
    except tomllib.TOMLDecodeError as error:
        problem = Problem(str(path), _line_of(error), "", "", f"is not valid TOML: {error}")
    raise ConfigErrors([problem])


def _line_of(error: tomllib.TOMLDecodeError) -> int | None:
    match = re.search(r"at line (\d+)", str(error))
    return int(match[1]) if match else None
