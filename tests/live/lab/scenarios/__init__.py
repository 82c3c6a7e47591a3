"""Importing this enters every scenario into the book."""

from . import (
    direct,
    foreseen,
    forwards,
    groups,
    menus,
    more,
    moved,
    onward,
    pickups,
    queues,
    races,
    recorders,
    rings,
    soak,
    switchboard,
    transfers,
)

__all__ = [
    "direct",
    "foreseen",
    "forwards",
    "groups",
    "menus",
    "more",
    "moved",
    "onward",
    "pickups",
    "queues",
    "races",
    "recorders",
    "rings",
    "soak",
    "switchboard",
    "transfers",
]
