"""Importing this enters every scenario into the book."""

from . import direct, forwards, groups, menus, pickups, queues, soak, transfers

__all__ = ["direct", "forwards", "groups", "menus", "pickups", "queues", "soak", "transfers"]
