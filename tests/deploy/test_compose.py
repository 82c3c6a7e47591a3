"""docker-compose.yml and what it mounts, each read by the real program that reads it in use."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from callcheck.config import load
from tests.deploy.programs import ROOT, program

NEEDED = ("CALLCHECK_AMI_SECRET", "CALLCHECK_ADMIN_TOKEN", "CALLCHECK_METRICS_TOKEN",
          "POSTGRES_PASSWORD", "POSTGRES_READER_PASSWORD", "GRAFANA_PASSWORD")  # fmt: skip
MADE = "deploy/secrets/metrics_token"


def tool(name: str) -> str:
    """A program of the development environment."""
    beside = Path(sys.executable).parent / name
    return str(beside) if beside.exists() else program(name, package=f"(PyPI) {name}")


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A copy of what is delivered, where setup.sh has been run."""
    for name in ("docker-compose.yml", "Dockerfile"):
        shutil.copy(ROOT / name, tmp_path)
    for name in ("deploy", "dashboards"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("secrets"))
    subprocess.run(["sh", str(tmp_path / "deploy" / "setup.sh")], check=True, capture_output=True)
    return tmp_path


def compose(house: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [tool("docker-compose"), "--profile", "demo", *arguments], cwd=house, check=False,
        env={"PATH": "/usr/bin:/bin", "HOME": str(house), **environment},
        capture_output=True, text=True,
    )  # fmt: skip


def services(house: Path) -> dict[str, dict[str, Any]]:
    ended = compose(house, "config", "--format", "json")
    assert ended.returncode == 0, ended.stderr
    found: dict[str, dict[str, Any]] = json.loads(ended.stdout)["services"]
    return found


def env_of(house: Path) -> dict[str, str]:
    lines = (house / ".env").read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))


def test_compose_takes_it(house: Path) -> None:
    ended = compose(house, "config", "-q")
    assert (ended.returncode, ended.stderr) == (0, "")


@pytest.mark.parametrize("name", NEEDED)
def test_there_is_no_default_password(house: Path, name: str) -> None:
    rest = [f"{k}={v}" for k, v in env_of(house).items() if k != name]
    (house / ".env").write_text("\n".join(rest), encoding="utf-8")
    ended = compose(house, "config", "-q")
    assert ended.returncode != 0
    assert f"required variable {name} is missing a value: run deploy/setup.sh" in ended.stderr


def test_setup_makes_secrets_once(house: Path) -> None:
    made = env_of(house)
    values = [made[name] for name in NEEDED]
    assert len(set(values)) == len(NEEDED)
    assert min(map(len, values)) >= 32
    assert (house / ".env").stat().st_mode & 0o777 == 0o600
    assert (house / MADE).read_text(encoding="utf-8") == made["CALLCHECK_METRICS_TOKEN"]
    assert (house / "deploy" / "secrets").stat().st_mode & 0o777 == 0o700
    subprocess.run(["sh", str(house / "deploy" / "setup.sh")], check=True, capture_output=True)
    assert env_of(house) == made


def test_everything_is_hardened_and_pinned(house: Path) -> None:
    found = services(house)
    assert found.keys() == {"callcheck", "postgres", "reports", "prometheus", "alertmanager",
                            "grafana", "asterisk", "callers"}  # fmt: skip
    docker = (house / "Dockerfile").read_text(encoding="utf-8")
    assert "\nUSER 10001\n" in docker
    for name, service in found.items():
        assert service["read_only"], name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert service.get("user") not in {"0", "root"}, name
        assert name == "callcheck" or service["user"], name
        assert ":" in service["image"], name
        assert not service["image"].endswith(":latest"), name
        for port in service.get("ports", []):
            assert port["host_ip"] == "127.0.0.1", name
        if name not in {"callcheck", "reports"}:  # one has it in its image, the other ends at once
            assert service["healthcheck"]["test"], name


def test_what_is_mounted_is_there(house: Path) -> None:
    found = services(house)
    mounts = [v for s in found.values() for v in s["volumes"] if v["type"] == "bind"]
    assert len(mounts) >= 8
    for mount in mounts:
        assert Path(mount["source"]).exists(), mount["source"]
        assert mount["read_only"], mount["source"]
    assert {v["target"] for v in found["postgres"]["volumes"]} == {"/var/lib/postgresql"}


def test_the_callcheck_in_it_is_configured(house: Path) -> None:
    environ = services(house)["callcheck"]["environment"]
    delivered = (house / "deploy" / "demo" / "callcheck.toml").read_text(encoding="utf-8")
    here = house / "callcheck.toml"
    here.write_text(delivered.replace("/var/lib/callcheck/", ""), encoding="utf-8")
    config = load(here, environ)
    assert (config.http.host, config.http.port) == ("0.0.0.0", 9876)
    assert [token.role for token in config.http.tokens] == ["admin", "metrics"]
    assert config.pbxs[0].host == "asterisk"
    assert config.store.url == "postgresql+psycopg://callcheck@postgres/callcheck"
    numbers = {party.extension for party in config.parties}
    dialplan = (house / "deploy" / "demo" / "pbx" / "extensions.conf").read_text(encoding="utf-8")
    world = (house / "deploy" / "demo" / "world" / "extensions.conf").read_text(encoding="utf-8")
    called = set(world.rsplit("NUMBERS=", 1)[1].strip().split("-"))
    assert {number.removeprefix("67000") for number in called} <= numbers
    assert "67000600" in dialplan


def test_the_dockerfile_is_clean() -> None:
    ended = subprocess.run(
        [tool("hadolint"), str(ROOT / "Dockerfile")], check=False, capture_output=True, text=True
    )
    assert (ended.returncode, ended.stdout) == (0, "")


def test_the_scripts_are_shell() -> None:
    scripts = sorted((ROOT / "deploy").glob("**/*.sh"))
    assert len(scripts) >= 3
    for script in scripts:
        subprocess.run(["sh", "-n", str(script)], check=True)
