"""The Dockerfile in, the folder of the image out: without Docker.

Each stage is a copy of a Debian, whose Python stands in the place of the base image's. Every
instruction is done as Docker would do it, or refused; RUN in a chroot, as root, with the network.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from tests.live.lab.chroot import ensure

PIP_VARIABLES = ("PIP_CERT", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE")
"""Where this machine's pip finds its certificates; their file is copied along."""
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
OF_THE_HOST = ("/etc/resolv.conf", "/etc/hosts", "/etc/pip.conf")


@dataclass
class Image:
    """A stage, or the last one: its files and how it is started."""

    root: Path
    env: dict[str, str] = field(default_factory=lambda: {"PATH": PATH})
    workdir: str = "/"
    user: str = "0"
    volumes: list[str] = field(default_factory=list)
    command: list[str] = field(default_factory=list)
    """ENTRYPOINT and CMD."""
    health: list[str] = field(default_factory=list)
    """The command of HEALTHCHECK."""

    def run(self, command: str, more: Mapping[str, str]) -> None:
        """RUN. Raises AssertionError with what it said."""
        ended = subprocess.run(
            ["chroot", str(self.root), "sh", "-c", f"cd {shlex.quote(self.workdir)} && {command}"],
            env={**more, **self.env}, capture_output=True, text=True, timeout=300, check=False,
        )  # fmt: skip
        assert ended.returncode == 0, f"RUN {command}\n{ended.stdout[-2000:]}{ended.stderr[-2000:]}"

    def at(self, path: str) -> Path:
        """A path of the image on this machine."""
        return self.root / str(PurePosixPath(self.workdir, path)).lstrip("/")


def built(dockerfile: Path, folder: Path) -> Image:
    """The image of the last stage, below `folder`."""
    context, stages = dockerfile.parent, dict[str, Image]()
    image, more = Image(folder), {"CFLAGS": "-O0", **pip_settings()}  # compile soon, not well
    for word, rest in _instructions(dockerfile.read_text("utf-8")):
        if word == "FROM":
            base, _, name = rest.partition(" AS ")
            image = Image(folder / (name or "last"))
            stages[name] = image
            subprocess.run(
                ["cp", "-a", str(ensure(base.replace(":", "-"))), str(image.root)], check=True
            )
            lend_network(image.root)
        elif word == "RUN":
            image.run(rest, more)
        elif word == "COPY":
            _copied(image, rest, context, stages)
        elif word == "ENV":
            for pair in shlex.split(rest):
                key, _, value = pair.partition("=")
                image.env[key] = value.replace("$PATH", image.env["PATH"])
        elif word == "WORKDIR":
            image.workdir = rest
            image.at(".").mkdir(parents=True, exist_ok=True)
        else:
            _started(image, word, rest)
    return image


def _instructions(text: str) -> Iterator[tuple[str, str]]:
    plain = re.sub(r"(?m)^\s*#.*\n", "", text)
    for line in re.sub(r"\\\n\s*", "", plain).splitlines():
        if line.strip():
            word, _, rest = line.strip().partition(" ")
            yield word, rest


def _started(image: Image, word: str, rest: str) -> None:
    if word == "USER":
        image.user = rest
    elif word == "VOLUME":
        image.volumes.append(rest)
    elif word == "HEALTHCHECK":
        image.health = json.loads(rest[rest.index("CMD ") + 4 :])
    elif word in ("ENTRYPOINT", "CMD"):
        image.command += json.loads(rest)
    else:
        assert word == "EXPOSE", f"what does Docker do for {word}?"


def _copied(image: Image, rest: str, context: Path, stages: Mapping[str, Image]) -> None:
    words = rest.split()
    source = context
    if words[0].startswith("--from="):
        source = stages[words.pop(0).removeprefix("--from=")].root
    *names, to = words
    allowed = (context / ".dockerignore").read_text("utf-8").splitlines()
    for name in names:
        assert source is not context or f"!{name}" in allowed, f"{name} is not in .dockerignore"
        one, into = source / name.lstrip("/"), image.at(to)
        if one.is_dir():  # Docker copies what is in a folder
            shutil.copytree(one, into, symlinks=True, dirs_exist_ok=True)
        else:
            shutil.copy(one, into / one.name if to.endswith("/") else into)


def pip_settings() -> dict[str, str]:
    """The variables that pip needs in a chroot too."""
    return {name: os.environ[name] for name in PIP_VARIABLES if name in os.environ}


def lend_network(root: Path) -> None:
    """Copies what a chroot needs to reach what this machine reaches: names and certificates."""
    for name in {*OF_THE_HOST, *pip_settings().values()}:
        if Path(name).is_file():
            (root / name.lstrip("/")).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(name, root / name.lstrip("/"))
