"""What a listener must be told: where a PBX is, who we are there, how patient to be."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from callcheck.tls import trust


class Address(Protocol):
    """Where a PBX is and who we are there; `callcheck.config.Pbx` is one.

    `action_seconds` bounds a login and every other action; a Ping not answered in it means a
    dead peer. `refused_seconds` is how long to wait after a refused login.
    """

    @property
    def name(self) -> str: ...
    @property
    def host(self) -> str: ...
    @property
    def port(self) -> int: ...
    @property
    def username(self) -> str: ...
    @property
    def secret(self) -> str: ...
    @property
    def tls(self) -> bool: ...
    @property
    def ca_file(self) -> Path | None: ...
    @property
    def snapshot(self) -> bool: ...
    @property
    def connect_seconds(self) -> float: ...
    @property
    def action_seconds(self) -> float: ...
    @property
    def ping_seconds(self) -> float: ...
    @property
    def refused_seconds(self) -> float: ...


@dataclass(frozen=True, slots=True)
class Pace:
    """How a listener tries again; in seconds."""

    retry_first: float = 0.5
    retry_cap: float = 30.0
    look_again: float = 60.0
    """How often to list what runs while it is not sure that all events are sent."""
    login: Literal["auto", "plain"] = "auto"
    """`auto`: challenge and MD5 where the PBX offers it; `plain`: the secret itself."""


def tls_of(pbx: Address) -> ssl.SSLContext | None:
    """The TLS settings of a PBX: its own CA if it names one, else those of this machine.

    Raises `ValueError` for a CA file that cannot be used.
    """
    if not pbx.tls:
        return None
    try:
        return trust(pbx.ca_file)
    except (OSError, ssl.SSLError) as error:
        raise ValueError(f"the CA file {pbx.ca_file} of pbx {pbx.name}: {error}") from error
