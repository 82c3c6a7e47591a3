"""The story of a call for people, what its wait was spent on, and its JSON record."""

from callcheck.explain.budget import WaitPart, WaitPhase, wait_budget
from callcheck.explain.story import StoryLine, timeline

__all__ = ["StoryLine", "WaitPart", "WaitPhase", "timeline", "wait_budget"]
