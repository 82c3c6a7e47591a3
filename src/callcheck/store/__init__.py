"""Judged calls in, rows and answers about them out, on SQLite or PostgreSQL.

SQLAlchemy lives in this room and nowhere else. It keeps what it is handed and knows nothing of
AMI, of how a call is followed, or of what a rule means.
"""

from callcheck.store.absences.calls_during_absence import Meanwhile
from callcheck.store.absences.forwards import Forwards
from callcheck.store.absences.history import Absences
from callcheck.store.calls.cursor import BadCursor
from callcheck.store.errors import CallRefused, StoreAway, StoreError
from callcheck.store.facts import Facts
from callcheck.store.figures.summary import even_edges
from callcheck.store.store import Store

__all__ = [
    "Absences",
    "BadCursor",
    "CallRefused",
    "Facts",
    "Forwards",
    "Meanwhile",
    "Store",
    "StoreAway",
    "StoreError",
    "even_edges",
]
