"""Reads secrets from files and the environment. ValueError says what to do."""

from __future__ import annotations

import stat
from collections.abc import Mapping
from pathlib import Path


def read_secret(path: Path) -> str:
    """The text of a file that only its owner may read, without its last line break."""
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        if mode & 0o077:
            raise ValueError(
                f"{path} can be read by others (mode {mode:04o}); run: chmod 600 {path}"
            )
        text = path.read_text(encoding="utf-8").strip("\r\n")
    except OSError as error:
        raise ValueError(f"{path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ValueError(f"{path} is not UTF-8 text") from None
    if not text.strip():
        raise ValueError(f"{path} is empty")
    return text


def env_secret(name: str, environ: Mapping[str, str]) -> str:
    """The value of an environment variable."""
    if not environ.get(name):
        raise ValueError(f"the environment variable {name} is not set")
    return environ[name]
