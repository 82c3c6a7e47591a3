"""Keeps judged calls and absences in SQLite or PostgreSQL, and answers questions about them.

Only this room uses SQLAlchemy. It knows nothing of AMI, of how calls are followed, or of what a
rule means.
"""

from callcheck.store.absences.calls_during_absence import CallsDuringAbsence
from callcheck.store.absences.forwards import Forwards
from callcheck.store.absences.history import Absences
from callcheck.store.calls.cursor import BadCursor
from callcheck.store.errors import CallRefused, StoreAway, StoreError
from callcheck.store.key_values import KeyValues
from callcheck.store.store import Store

__all__ = [
    "Absences",
    "BadCursor",
    "CallRefused",
    "CallsDuringAbsence",
    "Forwards",
    "KeyValues",
    "Store",
    "StoreAway",
    "StoreError",
]
