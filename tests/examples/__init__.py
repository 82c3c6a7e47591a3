"""The examples, run against the real program."""
