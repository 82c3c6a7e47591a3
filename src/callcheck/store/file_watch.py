"""Notices that the SQLite file at a path is no longer the one that is open.

A program that has a file open keeps it when it is removed or replaced, and would write into nothing
until its next start. The file is never opened here: closing it would drop SQLite's locks on it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection
from contextlib import closing, suppress
from enum import StrEnum
from pathlib import Path
from urllib.parse import quote

from callcheck.store.meta import LAST_BATCH

Identity = tuple[int, int]
"""Device and inode."""


class Change(StrEnum):
    """What happened to a file."""

    MISSING = "removed"
    REPLACED = "replaced"
    SHRUNK = "truncated or overwritten"


class FileWatch:
    """Watches over one file. Any thread may look."""

    def __init__(self, path: Path) -> None:
        """What is at the path now is what is open. Raises OSError if nothing is."""
        found = path.stat()
        self._path, self._size = path, found.st_size
        self._file: Identity | None = (found.st_dev, found.st_ino)
        self._logs: dict[Path, Identity] = {}
        self._note_logs()

    def look(self, tokens: Collection[str | None]) -> Change | None:
        """What has changed; None if nothing has. `tokens` are those of our last batches: a file
        that became smaller and has one of them was only packed (VACUUM)."""
        try:
            found = self._path.stat()
        except OSError:
            return Change.MISSING
        if self._file != (found.st_dev, found.st_ino):
            return Change.REPLACED
        if found.st_size < self._size and _token_in(self._path) not in tokens:
            return Change.SHRUNK
        self._size = found.st_size
        self._note_logs()
        return None

    def is_open(self) -> bool:
        """Whether the file at the path is the open one."""
        return self._file is not None and self._file == _identity(self._path)

    def leave(self) -> None:
        """Gives up the open file for what is at the path: removes the -wal and -shm that it left
        there, because SQLite would take them for those of the new one."""
        self._file = None
        for path, identity in self._logs.items():
            if _identity(path) == identity:
                path.unlink(missing_ok=True)
        self._logs = {}

    def _note_logs(self) -> None:
        paths = (self._path.with_name(self._path.name + end) for end in ("-wal", "-shm"))
        found = ((path, _identity(path)) for path in paths)
        logs = {path: identity for path, identity in found if identity is not None}
        self._logs = logs if self._file is not None else {}


def _identity(path: Path) -> Identity | None:
    with suppress(OSError):
        found = path.stat()
        return found.st_dev, found.st_ino
    return None


def _token_in(path: Path) -> str | None:
    """The token of the last batch in the file itself, without its write-ahead log."""
    try:
        uri = f"file:{quote(str(path))}?immutable=1"
        with closing(sqlite3.connect(uri, uri=True)) as database:
            row = database.execute("SELECT value FROM meta WHERE key = ?", (LAST_BATCH,)).fetchone()
    except sqlite3.Error:
        return "unreadable"  # no token is like that
    return row[0] if row else None
