"""Judged calls in, rows and answers about them out, on SQLite or PostgreSQL.

SQLAlchemy lives in this room and nowhere else. It keeps what it is handed and knows nothing of
AMI, of how a call is followed, or of what a rule means.
"""

from callcheck.store.absences import Absences
from callcheck.store.cursor import BadCursor
from callcheck.store.errors import CallRefused, StoreAway, StoreError
from callcheck.store.facts import Facts
from callcheck.store.forwards import Forwards
from callcheck.store.meanwhile import Meanwhile
from callcheck.store.queries import CallFilter
from callcheck.store.reports import Again, Help, Span
from callcheck.store.rows import Judged, counted_wait
from callcheck.store.saving import Saved
from callcheck.store.store import Store
from callcheck.store.summary import Summary, even_edges
from callcheck.store.totals import RingTotal, Totals

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
    "counted_wait",
    "even_edges",
]
