"""Compiles the path of a call, from framed bytes to the verdict, to machine code where that is
asked for: `CALLCHECK_COMPILE=1 pip install .` (needs a C compiler). What is compiled is the same
source, by mypyc, from the types that it has anyway; without it callcheck is plain Python.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PLAIN = {"calls/events.py"}  # a named tuple made of another one is more than mypyc takes
COMPILED = (
    "ami/events.py ami/framing.py calls/*.py journal/follow.py judging/*.py privacy.py rules/*_*.py"
)


class Compile(BuildHookInterface[Any]):
    """Adds the compiled modules to a wheel, beside their source."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Does nothing for an editable installation: its source may change at any time."""
        if os.environ.get("CALLCHECK_COMPILE") != "1" or version == "editable":
            return
        source = Path(self.root, "src")
        made = Path(tempfile.mkdtemp(prefix="callcheck-compiled-"))
        with contextlib.chdir(source):  # modules are named by where they are found from here
            _compile(made)
        build_data["pure_python"], build_data["infer_tag"] = False, True
        for library in made.joinpath("out").rglob("*.so"):
            build_data["force_include"][str(library)] = str(library.relative_to(made / "out"))


def _compile(made: Path) -> None:
    # only here: without compilation nobody needs them
    from mypyc.build import mypycify
    from setuptools import Distribution
    from setuptools.command.build_ext import build_ext

    house = Path("callcheck")
    files = [str(f) for pattern in COMPILED.split() for f in sorted(house.glob(pattern))]
    files = [f for f in files if str(Path(f).relative_to(house)) not in PLAIN]
    modules = mypycify(["--strict", *files], target_dir=str(made / "c"), group_name="callcheck")
    build = build_ext(Distribution({"name": "callcheck", "ext_modules": modules}))
    build.build_lib, build.build_temp = str(made / "out"), str(made / "tmp")
    build.ensure_finalized()
    build.run()
