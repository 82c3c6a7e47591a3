"""Follows, records and replays AMI streams."""
