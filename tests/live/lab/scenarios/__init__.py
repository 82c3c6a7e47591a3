"""Importing this enters every scenario into the book."""

from . import (
    direct,
    forwards,
    groups,
    menus,
    moved,
    operator,
    pickups,
    queues,
    races,
    rings,
    soak,
    transfers,
)

__all__ = [
    "direct",
    "forwards",
    "groups",
    "menus",
    "moved",
    "operator",
    "pickups",
    "queues",
    "races",
    "rings",
    "soak",
    "transfers",
]
