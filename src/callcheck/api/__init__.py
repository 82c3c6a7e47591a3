"""The HTTP API: calls, figures, absences, health and metrics. It changes nothing but absences."""
