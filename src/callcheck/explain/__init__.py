"""An ended call in, its story out: a timeline in sentences, and where the caller's time went."""

from callcheck.explain.budget import Share, Spent, ring_budget
from callcheck.explain.story import Line, timeline

__all__ = ["Line", "Share", "Spent", "ring_budget", "timeline"]
