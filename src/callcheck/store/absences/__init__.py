"""Absences, forwards, and the calls that came during an absence."""
