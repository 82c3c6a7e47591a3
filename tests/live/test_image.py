"""The Dockerfile without Docker: its steps done one by one on a bare Debian, and the image started
as docker-compose.yml does it: read-only, as a plain user, with the demo's configuration."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

from tests.deploy.programs import ROOT, free_port
from tests.live.lab.image import Image, built

pytestmark = pytest.mark.live
MOST = 200_000_000
"""Bytes of what comes on top of the base image."""
TOKEN = "of-the-prometheus-of-the-test"
SECRETS = {"CALLCHECK_AMI_SECRET": "of-the-pbx", "CALLCHECK_METRICS_TOKEN": TOKEN,
           "CALLCHECK_ADMIN_TOKEN": "of-the-admin-of-the-test"}  # fmt: skip
READ_ONLY = """
set -e
root=$1 volume=$2 user=$3; shift 3
mount --bind "$root" "$root"
mount -t tmpfs tmpfs "$root/tmp"
mount -t proc proc "$root/proc"
mount --bind "$volume" "$root/var/lib/callcheck"
mount -o remount,bind,ro "$root"
cd "$root/var/lib/callcheck"
exec setpriv --no-new-privs chroot --userspec="$user:$user" "$root" "$@"
"""
"""In a mount namespace of its own, so that it ends with the process."""


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Image:
    return built(ROOT / "Dockerfile", tmp_path_factory.mktemp("image"))


def inside(image: Image, volume: Path, *command: str) -> list[str]:
    return ["unshare", "--mount", "sh", "-c", READ_ONLY, "sh",
            str(image.root), str(volume), image.user, *command]  # fmt: skip


def ended(image: Image, volume: Path, command: list[str]) -> int:
    """The exit code of another command in it, as `docker exec` gives."""
    there = inside(image, volume, *command)
    return subprocess.run(there, env=image.env, capture_output=True, check=False).returncode


@contextmanager
def started(image: Image, folder: Path, port: int) -> Iterator[Path]:
    """callcheck on the demo's configuration, with SQLite and a PBX that is not there; its log."""
    text = (ROOT / "deploy" / "demo" / "callcheck.toml").read_text("utf-8")
    for theirs, ours in (
        ("postgresql+psycopg://callcheck@postgres/callcheck", "sqlite:////var/lib/callcheck/c.db"),
        ("0.0.0.0:9876", f"127.0.0.1:{port}"),
        ('host = "asterisk"', 'host = "127.0.0.1"\nport = 1'),
    ):
        assert theirs in text
        text = text.replace(theirs, ours)
    mounted = image.root / "etc" / "callcheck"
    mounted.mkdir()
    (mounted / "callcheck.toml").write_text(text, "utf-8")
    log, volume = folder / "log", folder / "volume"
    subprocess.run(["cp", "-a", str(image.at("/var/lib/callcheck")), str(volume)], check=True)
    with log.open("wb") as out:
        process = subprocess.Popen(
            inside(image, volume, *image.command), env={**image.env, **SECRETS},
            stdout=out, stderr=out,
        )  # fmt: skip
        try:
            yield volume
        finally:
            process.terminate()
            process.wait(30)
    assert process.returncode == 0, log.read_text("utf-8")


def test_it_runs_read_only_as_its_user(image: Image, tmp_path: Path) -> None:
    port = free_port()
    health = [word.replace("9876", str(port)) for word in image.health]
    with started(image, tmp_path, port) as volume:
        end = time.monotonic() + 30
        while ended(image, volume, health) != 0:
            assert time.monotonic() < end, (tmp_path / "log").read_text("utf-8")
            time.sleep(0.5)
        mine = {"Authorization": f"Bearer {TOKEN}"}
        asked = Request(f"http://127.0.0.1:{port}/metrics", headers=mine)
        with urlopen(asked, timeout=5) as answer:
            assert b'callcheck_ami_connected{pbx="main"} 0.0' in answer.read()
        key = volume / "callers.key"
        assert (key.stat().st_uid, key.stat().st_mode & 0o777) == (10001, 0o600)
        assert ended(image, volume, ["touch", "/tmp/here"]) == 0
        assert ended(image, volume, ["touch", "/opt/callcheck/here"]) != 0, "it is read-only"
        assert ended(image, volume, ["python", "-c", "import psycopg"]) == 0, "for PostgreSQL"


def test_it_is_small_and_leaves_its_tools_behind(image: Image) -> None:
    files = [p for p in (image.root / "opt" / "callcheck").rglob("*") if p.is_file()]
    assert sum(p.lstat().st_size for p in files) < MOST
    assert not list((image.root / "opt" / "callcheck").rglob("hatchling"))
    assert not (image.root / "src").exists()
