"""Nothing in, an interpreter out that stays out of the listener's way."""

from __future__ import annotations

import gc
import sys

YOUNG = 50_000
"""New objects between two looks for cycles; Python's own default is 700."""

SWITCH = 0.0002
"""Seconds after which the storing thread must let the event loop go on; Python's own are 0.005."""


def calm_collector() -> None:
    """Takes what was imported and built so far out of the collector's sight.

    The libraries make some hundred thousand objects that live as long as the program. To walk
    through them again and again costs more than following the calls, and stops the event loop
    for tens of milliseconds at a time, while closed calls are freed without any collector
    (`OpenCall.let_go`). The two threads also take turns more often.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, 20, 20)
    sys.setswitchinterval(SWITCH)
