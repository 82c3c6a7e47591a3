"""The demo's folder: its configuration and a secret made for it."""

from __future__ import annotations

import os
import secrets
from importlib.resources import files
from pathlib import Path


def prepare_folder(folder: Path, pbx_port: int, listen: str = "127.0.0.1:9876") -> Path:
    """Writes `callcheck.toml` and `ami.secret` (mode 0600) and returns the former's path.

    An existing secret is kept. Raises OSError if the folder cannot be written.
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
    """The demo's `callcheck.toml`."""
    text = (files("callcheck.demo") / "house.toml").read_text(encoding="utf-8")
    return text.replace("@PORT@", str(pbx_port)).replace("@LISTEN@", listen)


def secret_in(folder: Path) -> str:
    """The secret that `prepare_folder` wrote."""
    return (folder / "ami.secret").read_text(encoding="utf-8").strip()
