"""Reads a file or an address; of an address, only what has changed is sent again."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path

from callcheck.sources.base import SourceError
from callcheck.sources.http import LARGEST, WebError, ask


class Document:
    """A file, or an address that gives one."""

    def __init__(
        self, place: str, media_type: str, login: tuple[str, str] | None, ca_file: Path | None,
        *, settled: float = 0.0,
    ) -> None:  # fmt: skip
        """`settled`: a file that changed within so many seconds is not read yet."""
        self._place, self._media_type = place, media_type
        self._login, self._ca_file, self._settled = login, ca_file, settled
        self._validators: Mapping[str, str] = {}
        self._raw = b""

    def fetch(self) -> bytes:
        """The whole document. Raises SourceError."""
        try:
            if self._place.startswith(("http://", "https://")):
                return self._ask()
            return _read_file(Path(self._place), self._settled)
        except (WebError, ValueError) as error:
            raise SourceError(str(error)) from error
        except OSError as error:
            raise SourceError(error.strerror or type(error).__name__) from error

    def _ask(self) -> bytes:
        headers = {"Accept": self._media_type, **self._validators}
        answer = ask(self._place, headers=headers, sign_in=self._login, ca_file=self._ca_file)
        if not answer.unchanged:
            self._raw, self._validators = answer.body, answer.validators
        return self._raw


def _read_file(path: Path, settled: float) -> bytes:
    found = path.stat()
    if found.st_size > LARGEST:
        raise ValueError(f"it has more than {LARGEST >> 20} MiB")
    if not path.is_file():
        raise ValueError("it is no plain file")
    if 0 <= time.time() - found.st_mtime < settled:
        raise ValueError("it was changed just now and may not be complete")
    return path.read_bytes()
