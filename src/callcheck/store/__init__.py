"""Judged calls in, rows and answers about them out, on SQLite or PostgreSQL.

SQLAlchemy lives in this room and nowhere else. It keeps what it is handed and knows nothing of
AMI, of how a call is followed, or of what a rule means.
"""

from callcheck.store.absences.calls_during_absence import Meanwhile
from callcheck.store.absences.forwards import Forwards
from callcheck.store.absences.history import Absences
from callcheck.store.calls.cursor import BadCursor
from callcheck.store.calls.queries import CallFilter
from callcheck.store.calls.rows import Judged
from callcheck.store.calls.saving import Saved
from callcheck.store.errors import CallRefused, StoreAway, StoreError
from callcheck.store.facts import Facts
from callcheck.store.figures.reports import Again, Help, Span
from callcheck.store.figures.summary import Summary, even_edges
from callcheck.store.figures.totals import RingTotal, Totals
from callcheck.store.store import Store

__all__ = [
    "Absences",
    "Again",
    "BadCursor",
    "CallFilter",
    "CallRefused",
    "Facts",
    "Forwards",
    "Help",
    "Judged",
    "Meanwhile",
    "RingTotal",
    "Saved",
    "Span",
    "Store",
    "StoreAway",
    "StoreError",
    "Summary",
    "Totals",
    "even_edges",
]
