"""A function in, its result out of a fresh process: what is measured shares nothing with us."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

SPAWN = multiprocessing.get_context("spawn")


def pin(core: int) -> None:
    """Keeps this process on one core, where there are two."""
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) > core:
        os.sched_setaffinity(0, {cores[core]})


def apart(function: Callable[..., Any], *args: object) -> Any:
    """What `function(*args)` returns in a process of its own, on core 0."""
    ours, theirs = SPAWN.Pipe()
    process = SPAWN.Process(target=_run, args=(theirs, function, args), daemon=True)
    process.start()
    theirs.close()
    try:
        return ours.recv()
    except EOFError:
        raise RuntimeError(f"{function.__name__} failed; its traceback is above") from None
    finally:
        process.join(5)


def _run(pipe: Any, function: Callable[..., Any], args: tuple[object, ...]) -> None:
    pin(0)
    pipe.send(function(*args))


def stolen_ms() -> float:
    """For how long this machine, if it is a virtual one, had to wait for its host since it began,
    all cores together."""
    with Path("/proc/stat").open(encoding="ascii") as file:
        ticks = int(file.readline().split()[8])
    return ticks * 1000 / os.sysconf("SC_CLK_TCK")


def rss_bytes() -> int:
    """The resident memory of this process."""
    pages = Path("/proc/self/statm").read_text("ascii").split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")
