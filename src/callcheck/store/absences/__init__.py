"""Absences, forwards and what happened meanwhile."""
