"""Absences, reports on them, and rehearsals."""
