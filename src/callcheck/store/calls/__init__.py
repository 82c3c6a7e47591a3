"""Judged calls and their rows: saved once, looked up, remembered."""
