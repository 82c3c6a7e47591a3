"""`python -m tests.live.lab --asterisk 22 [--only NAME]`: scenarios in, recordings out."""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from pathlib import Path

from .chroot import Unavailable
from .houses import FOREIGN, OVER_SIP
from .runner import INSTANCES, Outcome, run

RECORDINGS = Path(__file__).parents[2] / "recordings"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.live.lab")
    parser.add_argument("--asterisk", choices=["22", "16", OVER_SIP, *FOREIGN], default="22")
    parser.add_argument("--only", action="append", default=[], help="a name or the head of names")
    parser.add_argument("--out", type=Path, default=RECORDINGS, help="default: tests/recordings")
    parser.add_argument("--instances", type=int, default=INSTANCES)
    options = parser.parse_args()
    began = time.monotonic()
    try:
        outcomes = asyncio.run(run(options.asterisk, options.only, options.out, options.instances))
    except Unavailable as reason:
        print(f"lab: {reason}", file=sys.stderr)
        return 1
    failed = [outcome for outcome in outcomes if outcome.error]
    print(f"lab: {len(outcomes)} scenarios, {len(failed)} failed, {_since(began)}")
    for outcome in failed:
        print(_line(outcome))
    return 1 if failed else 0


def _since(began: float) -> str:
    return f"{time.monotonic() - began:.0f} s"


def _line(outcome: Outcome) -> str:
    return f"  {outcome.name}: {outcome.error}"


if __name__ == "__main__":
    sys.exit(main())
