"""Builds the running program from a configuration, starts it and stops it (`house`)."""
