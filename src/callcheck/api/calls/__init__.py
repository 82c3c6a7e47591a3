"""Ended calls, single calls with their stories, and calls that are still going on."""
