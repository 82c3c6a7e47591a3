"""The core: what happened to each call. It knows no clock, socket or database."""
