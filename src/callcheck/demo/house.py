"""A folder in, the configuration of the demo in it out: who works there, and a new secret."""

from __future__ import annotations

import os
import secrets
from importlib.resources import files
from pathlib import Path


def furnish(folder: Path, pbx_port: int, listen: str = "127.0.0.1:9876") -> Path:
    """Writes `callcheck.toml` and `ami.secret` (mode 0600) into `folder`; the former's path.

    A secret that is there already is kept. Raises `OSError` when the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    secret = folder / "ami.secret"
    if not secret.exists():
        opened = os.open(secret, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(opened, "w") as file:
            file.write(secrets.token_urlsafe(24) + "\n")
    config = folder / "callcheck.toml"
    config.write_text(config_text(pbx_port, listen), encoding="utf-8")
    return config


def config_text(pbx_port: int, listen: str) -> str:
    """What the demo's `callcheck.toml` says."""
    text = (files("callcheck.demo") / "house.toml").read_text(encoding="utf-8")
    return text.replace("@PORT@", str(pbx_port)).replace("@LISTEN@", listen)


def secret_in(folder: Path) -> str:
    """The secret that `furnish` made."""
    return (folder / "ami.secret").read_text(encoding="utf-8").strip()
