"""The core: works out what happened to each call. It uses no clock, socket or database."""
