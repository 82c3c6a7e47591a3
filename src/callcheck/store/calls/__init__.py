"""Saving, finding and caching judged calls."""
