"""Listens to Asterisk and judges whether each call was answered by the third ring."""

__version__ = "0.1.0"
