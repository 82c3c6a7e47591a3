"""`python -m benchmarks [--short] [--only PART]`: prints figures, judges nothing by the clock."""

from __future__ import annotations

import argparse
import os
import platform
import time

from benchmarks import edge, latency, memory, startup, store, throughput
from benchmarks.report import table
from benchmarks.stream import scenes
from callcheck.calls import tracker

PARTS = {
    "throughput": ("CPU per event, one TCP connection, same stream", throughput.measure),
    "latency": ("From the event on the wire to judged call and to counter", latency.measure),
    "edge": ("What HTTP clients that mean harm cost the listener", edge.measure),
    "memory": ("Memory and growth", memory.measure),
    "store": ("Every question to many stored calls, over HTTP", store.measure),
    "startup": ("Start-up and the process", startup.measure),
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--short", action="store_true", help="the quick form, under 40 seconds")
    parser.add_argument("--only", choices=PARTS, action="append", help="one part (repeatable)")
    args = parser.parse_args()
    began = time.monotonic()
    how = "plain Python" if tracker.__file__.endswith(".py") else "compiled"
    print(
        f"callcheck as {how}, Python {platform.python_version()}, {os.cpu_count()} cores, load "
        f"{os.getloadavg()[0]:.1f}; {len(scenes())} recorded situations (Asterisk 22, "
        "read=call,agent,user,cdr)"
    )
    # ten million calls take half an hour to make: only when asked for by name
    for name in args.only or [part for part in PARTS if part != "store" or args.short]:
        title, measure = PARTS[name]
        print(table(title, measure(short=args.short)), flush=True)
    print(f"\n{time.monotonic() - began:.0f} s. A busy machine moves all figures; ratios least.")


if __name__ == "__main__":
    main()
