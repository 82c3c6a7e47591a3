"""Absences and rehearsals over HTTP."""
