"""Scenarios in, recordings of a real Asterisk with the truth from the SIP wire out."""
