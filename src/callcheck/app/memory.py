"""Nothing in, a garbage collector that stays out of the listener's way."""

from __future__ import annotations

import gc

YOUNG = 50_000
"""New objects between two looks for cycles; Python's own default is 700."""


def calm_collector() -> None:
    """Takes what was imported and built so far out of the collector's sight.

    The libraries make some hundred thousand objects that live as long as the program. To walk
    through them again and again costs more than following the calls, and stops the event loop
    for tens of milliseconds at a time, while closed calls are freed without any collector
    (`OpenCall.let_go`).
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, 20, 20)
