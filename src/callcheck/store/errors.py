"""Turns database errors into one sentence that says what to do, sorted by who must act.

`StoreAway`: wait and try again. `CallRefused`: this call's data is the problem, others can be
saved. A plain `StoreError`: a person must act.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from orjson import JSONEncodeError
from sqlalchemy.exc import DatabaseError, DBAPIError, SQLAlchemyError


class StoreError(Exception):
    """The store cannot work; the text is one sentence for the operator."""


class StoreAway(StoreError):
    """The database cannot be reached or written to at the moment; try again later."""


class CallRefused(StoreError):
    """The database refused the data of a batch; nothing of the batch was stored."""


# SQLSTATE classes caused by data: bad value, broken constraint, too large for a row or index
_BLAMES_DATA = ("22", "23", "54")
_REFUSED_BY_DRIVER = ("DataError", "IntegrityError")


@contextmanager
def translated(store: str) -> Iterator[None]:
    """Turns the errors of drivers into a `StoreError` that names the store."""
    try:
        yield
    except DBAPIError as error:
        if blames_data(error):
            raise CallRefused(f"{store} refused the data of a call") from error
        raise StoreAway(f"{store}: {reason(error)}") from error
    except SQLAlchemyError as error:  # the pool gave up, or a statement could not be made
        raise StoreAway(f"{store}: {first_line(error)}") from error


@contextmanager
def blamed_on_data(store: str) -> Iterator[None]:
    """Around a save: for text or numbers that they cannot encode, drivers raise plain errors."""
    try:
        yield
    except (ValueError, OverflowError, JSONEncodeError) as error:
        raise CallRefused(f"{store} refused the data of a call") from error


def blames_data(error: DBAPIError) -> bool:
    """Whether the database rejected the values, rather than being in a bad state itself."""
    sqlstate = getattr(error.orig, "sqlstate", None)
    if sqlstate:
        return str(sqlstate)[:2] in _BLAMES_DATA
    return type(error.orig).__name__ in _REFUSED_BY_DRIVER


def reason(error: DBAPIError) -> str:
    """What went wrong and what to do, for the failures that happen in practice."""
    said = first_line(error.orig or error)
    lower = said.lower()
    for sign, words in _IN_WORDS:
        if sign in lower:
            return words
    if isinstance(error, DatabaseError):
        return f"the database says: {said}"
    return said


def first_line(error: BaseException) -> str:
    """The first line of an error; drivers append the statement and hints."""
    return (str(error).strip() or type(error).__name__).splitlines()[0]


_IN_WORDS = (
    ("readonly database", "the database is read-only; give its file and folder to this user"),
    ("read-only transaction", "the database is read-only; is this a standby server?"),
    ("disk is full", "the disk is full; free some space"),
    ("no space left", "the disk is full; free some space"),
    ("disk i/o error", "the disk fails or is full; free some space, or look after the disk"),
    ("database is locked", "another program has locked the database; stop it or wait"),
    ("lock timeout", "another program has locked the database; stop it or wait"),
    ("file is not a database", "this is not a SQLite file; choose another or move it away"),
    ("malformed", "the database file is damaged; restore a backup"),
    ("connection refused", "nothing listens there; check that PostgreSQL runs, and host and port"),
    ("password authentication failed", "the user or the password is wrong"),
    ("no password supplied", "the database wants a password; put it into the URL or PGPASSWORD"),
    ("could not translate host name", "the host name is not known"),
    ("failed to resolve host", "the host name is not known"),
    ("does not exist", "the database, role or table that it needs does not exist"),
    ("permission denied", "this database role lacks permission; give it a database of its own"),
    ("unable to open database file", "the file cannot be opened; check its folder and permissions"),
)  # fmt: skip
