"""Builds chroots: a real Asterisk by its version, a Debian with the Python of a base image of the
Dockerfile, or a bare Debian.

The packages come from the mirror this machine itself is set up with; nothing is named here.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from .houses import asterisk_of

PACKAGES = "--include=asterisk,asterisk-modules"
BARE = ("--variant=minbase", "--include=python3-venv,make,git")
"""What every Debian has, and the three packages that the README asks for."""
LOCAL = '--customize-hook=chroot "$1" python3 -m venv /usr/local'
SUITES = {
    "22": ("forky", PACKAGES),
    "16": ("bullseye", PACKAGES),
    "debian-12": ("bookworm", *BARE),
    "debian-13": ("trixie", *BARE),
    "python-3.13-slim": ("trixie", "--include=python3-venv,ca-certificates,passwd,tzdata", LOCAL),
    "python-3.13": ("trixie", "--include=python3-venv,python3-dev,gcc,ca-certificates", LOCAL),
}  # fmt: skip
"""The Debian, and what else mmdebstrap is told."""
READY = ".callcheck-lab-ready"


class Unavailable(Exception):
    """Why there can be no real PBX on this machine, in words."""


def cache() -> Path:
    return Path(os.environ.get("CALLCHECK_LAB", "/var/cache/callcheck-lab"))


def why_not() -> str | None:
    """The reason why a laboratory cannot run here, or None when it can."""
    if not sys.platform.startswith("linux"):
        return "the live laboratory needs Linux"
    if os.geteuid() != 0:
        return "the live laboratory needs root (it runs Asterisk in a chroot)"
    if not Path("/etc/debian_version").exists():
        return "the live laboratory needs a Debian machine (its apt gives the Asterisk packages)"
    if shutil.which("mmdebstrap") is None and shutil.which("apt-get") is None:
        return "the live laboratory needs mmdebstrap, and apt-get to install it"
    return None


def mirror() -> str:
    """The archive that this machine's own apt uses for Debian itself."""
    listing = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(REPO_URI) $(RELEASE)", "Created-By: Packages"],
        capture_output=True,
        text=True,
        check=False,
    ).stdout
    codename = re.search(r"^VERSION_CODENAME=(\w+)", Path("/etc/os-release").read_text(), re.M)
    suites = {codename.group(1) if codename else "stable", "stable", "unstable", "sid"}
    for line in listing.splitlines():
        uri, _, suite = line.partition(" ")
        if suite in suites and "security" not in uri:
            return uri
    raise Unavailable("no Debian archive in this machine's apt sources")


def ensure(version: str) -> Path:
    """That chroot, built if it is not there yet; all houses of an Asterisk share it."""
    if version not in SUITES:
        version = asterisk_of(version)
    if version not in SUITES:
        raise Unavailable(f"no chroot {version} is known here, only {', '.join(SUITES)}")
    if reason := why_not():
        raise Unavailable(reason)
    target = cache() / version
    if (target / READY).exists():
        return target
    cache().mkdir(parents=True, exist_ok=True)
    with (cache() / f"{version}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (target / READY).exists():
            _build(version, target)
    return target


def _build(version: str, target: Path) -> None:
    _install_mmdebstrap()
    half = cache() / f"{version}.tmp"
    for old in (half, target):
        shutil.rmtree(old, ignore_errors=True)
    suite, *told = SUITES[version]
    print(f"lab: building the chroot {version} in {target}", flush=True)
    _run(
        "mmdebstrap",
        "--variant=apt",
        "--mode=root",
        '--aptopt=Acquire::Check-Valid-Until "false"',
        '--aptopt=APT::Install-Recommends "false"',
        *told,
        suite,
        str(half),
        mirror(),
    )
    (half / READY).touch()
    half.rename(target)


def _install_mmdebstrap() -> None:
    if shutil.which("mmdebstrap") is None:
        _run("apt-get", "update")
        _run("apt-get", "install", "-y", "--no-install-recommends", "mmdebstrap")


def _run(*command: str) -> None:
    done = subprocess.run(
        ["nice", *command],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"},
    )
    if done.returncode:
        tail = "\n".join(done.stdout.splitlines()[-15:])
        raise Unavailable(f"{command[0]} failed ({done.returncode}):\n{tail}")
