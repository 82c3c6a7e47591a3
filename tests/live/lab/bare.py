"""Runs a fresh clone on a bare Debian: `python -m tests.live.lab.bare debian-12 debian-13`.

The Debian has python3-venv, make and git beside what every Debian has. There `make run` must
serve verdicts and `make test` must pass on Debian's own Python. CI is not set inside, so a test may
skip, but only for one of the reasons in `ALLOWED`.
"""

from __future__ import annotations

import argparse
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from tests.deploy.programs import ROOT, free_port
from tests.live.lab.chroot import Unavailable, cache, ensure
from tests.live.lab.image import PATH, lend_network, pip_settings

ALLOWED = (
    r"(promtool|amtool|prometheus|alertmanager|psql) is not installed",
    r"not installed: .*; on Debian: apt-get install prometheus",
    r"the dashboards are not drawn: no ",
)
"""Reasons for which a test may skip on a bare Debian: programs of Debian that are not there."""
VERDICT = re.compile(r'^callcheck_findings_total{.*result="(met|breached)".*} [1-9]', re.MULTILINE)
PATIENCE = 240.0
"""Seconds until `make run` serves a verdict; most of them install what it needs."""
INSIDE = """
set -e
root=$1 packages=$2; shift 2
mount --bind "$root" "$root"
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
mkdir -p "$root/root/.cache/pip"
mount --bind "$packages" "$root/root/.cache/pip"
exec chroot "$root" sh -c 'cd /root/callcheck && exec "$@"' sh "$@"
"""
"""In namespaces of its own, so that mounts and processes end with it."""


class Failed(Exception):
    """What does not hold on a bare Debian."""


def main() -> None:
    """Exits with 1 and a sentence for each Debian on which something does not hold."""
    parser = argparse.ArgumentParser(prog="python -m tests.live.lab.bare", description=__doc__)
    parser.add_argument("debian", nargs="+", help="debian-12 or debian-13")
    parser.add_argument("--args", default="", help="ARGS of `make test`")
    given = parser.parse_args()
    failed = []
    for debian in given.debian:
        try:
            check(debian, given.args)
        except (Failed, Unavailable) as error:
            failed.append(f"{debian}: {error}")
            print(failed[-1], flush=True)
    sys.exit("\n".join(failed) or 0)


def check(debian: str, args: str) -> None:
    """`make run` and `make test` in a fresh clone. Raises Failed."""
    with cloned(debian) as root:
        began = time.monotonic()
        version = output(command(root, "python3", "--version")).strip()
        print(f"--- {debian}, {version}: make run", flush=True)
        serves_verdicts(root)
        print(f"--- {debian}, {version}: make test {args}", flush=True)
        passes_tests(root, args)
        print(f"--- {debian}, {version}: done in {time.monotonic() - began:.0f} s", flush=True)


@contextmanager
def cloned(debian: str) -> Iterator[Path]:
    """A copy of that chroot with a clone of what is committed here."""
    with tempfile.TemporaryDirectory(prefix=f"callcheck-{debian}-") as folder:
        root = Path(folder, "root")
        subprocess.run(["cp", "-a", str(ensure(debian)), str(root)], check=True)
        lend_network(root)
        clone = [
            "git",
            "clone",
            "--quiet",
            "--no-hardlinks",
            str(ROOT),
            str(root / "root/callcheck"),
        ]
        subprocess.run(clone, check=True)
        yield root


def command(root: Path, *words: str) -> list[str]:
    """The command line that runs `words` inside, in the clone, without this environment."""
    packages = cache() / "pip"  # downloaded once for all of them
    packages.mkdir(parents=True, exist_ok=True)
    settings = {"PATH": PATH, "HOME": "/root", "LANG": "C.UTF-8", **pip_settings()}
    return ["unshare", "--mount", "--pid", "--fork", "--kill-child",
            "env", "-i", *(f"{name}={value}" for name, value in settings.items()),
            "sh", "-c", INSIDE, "sh", str(root), str(packages), *words]  # fmt: skip


def output(line: Sequence[str]) -> str:
    """Runs a command, showing what it prints as it comes. Raises Failed if it fails."""
    lines = []
    with subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as run:
        assert run.stdout
        for text in run.stdout:
            print(text, end="", flush=True)
            lines.append(text)
    if run.returncode:
        raise Failed(f"exit {run.returncode} of: {' '.join(line[-3:])}")
    return "".join(lines)


def serves_verdicts(root: Path) -> None:
    """Starts the demo and waits until its metrics count a verdict. Raises Failed."""
    listen = f"127.0.0.1:{free_port()}"
    line = command(root, "make", "run", f"ARGS=--speed 200 --listen {listen}")
    with subprocess.Popen(line) as run:
        try:
            end = time.monotonic() + PATIENCE
            while not VERDICT.search(metrics(listen)):
                if run.poll() is not None:
                    raise Failed(f"make run ended with {run.returncode}")
                if time.monotonic() > end:
                    raise Failed(f"make run served no verdict in {PATIENCE:.0f} s")
                time.sleep(0.5)
        finally:
            run.send_signal(signal.SIGKILL)


def metrics(listen: str) -> str:
    """The page of metrics; empty while nobody listens."""
    try:
        with urlopen(f"http://{listen}/metrics", timeout=5) as answer:
            return str(answer.read().decode())
    except (URLError, ConnectionError):
        return ""


def passes_tests(root: Path, args: str) -> None:
    """Runs `make test`, and looks at what was skipped. Raises Failed."""
    said = output(command(root, "make", "test", f"ARGS={args}"))
    if not re.search(r"\b\d+ passed", said):
        raise Failed("no test was run")
    if wrong := unexpected(said):
        raise Failed("tests skipped for a reason that is not allowed here:\n" + "\n".join(wrong))


def unexpected(said: str) -> list[str]:
    """The lines of pytest's summary that skip for a reason which is not in `ALLOWED`."""
    skipped = re.findall(r"^SKIPPED .*$", said, re.MULTILINE)
    return [line for line in skipped if not any(re.search(reason, line) for reason in ALLOWED)]


if __name__ == "__main__":
    main()
