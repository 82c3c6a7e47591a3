"""Counts of calls: by hour and local day, for counters, summaries and lists."""
