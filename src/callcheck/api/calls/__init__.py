"""Calls over HTTP: lists, one call with its story, the calls going on."""
