"""What a database says when it fails in, one clear sentence and who must act out.

Three kinds: `StoreAway` (wait and try again), `CallRefused` (this call's data, the others can go
on), and the bare `StoreError` (a person must act).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from orjson import JSONEncodeError
from sqlalchemy.exc import DatabaseError, DBAPIError, SQLAlchemyError


class StoreError(Exception):
    """The store cannot do its work; the text is one sentence for the person who runs it."""


class StoreAway(StoreError):
    """The database cannot be reached or cannot write now; what was asked may be asked again."""


class CallRefused(StoreError):
    """The database refused a batch for the data in it; nothing of that batch was stored."""


# SQLSTATE classes that blame the data: value, constraint, too large for a row or an index
_BLAMES_DATA = ("22", "23", "54")
_REFUSED_BY_DRIVER = ("DataError", "IntegrityError")


@contextmanager
def translated(store: str) -> Iterator[None]:
    """Turns whatever a driver raises into a `StoreError` that names the store."""
    try:
        yield
    except DBAPIError as error:
        if blames_data(error):
            raise CallRefused(f"{store} refused a call for its data") from error
        raise StoreAway(f"{store}: {reason(error)}") from error
    except SQLAlchemyError as error:  # the pool gave up, or a statement could not be made
        raise StoreAway(f"{store}: {first_line(error)}") from error


@contextmanager
def blamed_on_data(store: str) -> Iterator[None]:
    """Around a save: drivers raise plain errors for text or numbers that they cannot hold."""
    try:
        yield
    except (ValueError, OverflowError, JSONEncodeError) as error:
        raise CallRefused(f"{store} refused a call for its data") from error


def blames_data(error: DBAPIError) -> bool:
    """Whether the database complained of the values and not of its own state."""
    sqlstate = getattr(error.orig, "sqlstate", None)
    if sqlstate:
        return str(sqlstate)[:2] in _BLAMES_DATA
    return type(error.orig).__name__ in _REFUSED_BY_DRIVER


def reason(error: DBAPIError) -> str:
    """What went wrong and what to do, in words, for the failures that people meet."""
    said = first_line(error.orig or error)
    lower = said.lower()
    for sign, words in _IN_WORDS:
        if sign in lower:
            return words
    if isinstance(error, DatabaseError):
        return f"the database says: {said}"
    return said


def first_line(error: BaseException) -> str:
    """The first line of an error's text; drivers add the statement or hints below it."""
    return (str(error).strip() or type(error).__name__).splitlines()[0]


_IN_WORDS = (
    ("readonly database", "the database is read-only; give its file and folder to this user"),
    ("read-only transaction", "the database is read-only; is this a standby server?"),
    ("disk is full", "the disk is full; make room, nothing is lost meanwhile"),
    ("no space left", "the disk is full; make room, nothing is lost meanwhile"),
    ("database is locked", "another program holds the database locked; end it or wait"),
    ("lock timeout", "another program holds the database locked; end it or wait"),
    ("file is not a database", "the file is no SQLite database; name another or move it away"),
    ("malformed", "the database file is damaged; put back a backup"),
    ("connection refused", "nothing listens there; does PostgreSQL run, are host and port right?"),
    ("password authentication failed", "the user or the password is wrong"),
    ("no password supplied", "the database wants a password; give one in the URL or PGPASSWORD"),
    ("could not translate host name", "the host name is not known"),
    ("failed to resolve host", "the host name is not known"),
    ("does not exist", "the database, role or table that it needs does not exist"),
    ("permission denied", "this database role may not do that; grant it its own database"),
    ("unable to open database file", "the file cannot be opened; do folder and rights exist?"),
)  # fmt: skip
