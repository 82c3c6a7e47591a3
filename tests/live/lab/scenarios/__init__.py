"""Importing this enters every scenario into the book."""

from . import (
    direct,
    forwards,
    groups,
    menus,
    more,
    moved,
    operator,
    pickups,
    queues,
    races,
    recorders,
    rings,
    soak,
    transfers,
)

__all__ = [
    "direct",
    "forwards",
    "groups",
    "menus",
    "more",
    "moved",
    "operator",
    "pickups",
    "queues",
    "races",
    "recorders",
    "rings",
    "soak",
    "transfers",
]
