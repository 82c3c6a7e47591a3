"""Rewrites the dialplan of FreePBX 17 as that of FreePBX 15: subroutines become macros.

Both generators write the same steps; up to FreePBX 16 the routines are `Macro`s (Asterisk 16 has
them, 21 has them no more), and channels are seen in contexts like `macro-dial-one`.
"""

from __future__ import annotations

import re

_CALL = re.compile(r"Gosub\(sub-([a-z-]+),s,1(?:\((.*)\))?\)$", re.M)
_ROUTINE = re.compile(r"^\[sub-(.*?)(?=^\[|\Z)", re.M | re.S)


def in_macros(text: str) -> str:
    """Every `[sub-NAME]` as `[macro-NAME]`, and its calls and returns with it."""
    text = _CALL.sub(lambda call: f"Macro({call[1]},{call[2] or ''})", _ROUTINE.sub(_macro, text))
    return text.replace("U(sub-", "M(").replace("GOSUB_RESULT", "MACRO_RESULT")


def _macro(routine: re.Match[str]) -> str:
    steps = routine[1].replace("Return()", "MacroExit()").replace("?Return", "?MacroExit")
    return f"[macro-{steps}"
