"""Holds the settings of a listener: address, login, time-outs and retries."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from callcheck.tls import trust


class Address(Protocol):
    """The address of a PBX and our login there; `callcheck.config.Pbx` implements it.

    `action_seconds` is the time-out of the login and of every other action; if a Ping takes longer,
    the connection counts as dead. `refused_seconds` is the wait after a refused login.
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
    """How a listener retries. All times are in seconds."""

    retry_first: float = 0.5
    retry_cap: float = 30.0
    logins_at_once: int = 6
    """So many logins may follow each other after `retry_first` each. A PBX that goes on dropping us
    has one every `login_every`: we log in less than 18 times a minute, and are soon back."""
    login_every: float = 5.0
    look_soon: float = 20.0
    """How often to list the running calls until the first event of a call."""
    look_again: float = 60.0
    """The same after that, until it is clear whether the PBX sends all events."""
    login: Literal["auto", "plain"] = "auto"
    """`auto`: challenge and MD5 if the PBX offers it; `plain`: sends the secret itself."""


def tls_of(pbx: Address) -> ssl.SSLContext | None:
    """The TLS settings of a PBX, with its own CA if it names one, else with this machine's CAs.

    Raises `ValueError` for a CA file that cannot be used.
    """
    if not pbx.tls:
        return None
    try:
        return trust(pbx.ca_file)
    except (OSError, ssl.SSLError) as error:
        raise ValueError(f"the CA file {pbx.ca_file} of pbx {pbx.name}: {error}") from error
