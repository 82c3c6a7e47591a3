"""What is counted of calls, kept beside them: by hour, by local day, for counters and tables."""
