"""With CI=true a skip fails and says why; without, it is a skip whose reason is printed."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SKIPS = {
    "a mark": "@pytest.mark.skip(reason='no pbx')\ndef test_it(): ...",
    "a condition": "@pytest.mark.skipif(True, reason='no pbx')\ndef test_it(): ...",
    "a call": "def test_it():\n    pytest.skip('no pbx')",
    "a fixture": "@pytest.fixture\ndef pbx():\n    pytest.skip('no pbx')\ndef test_it(pbx): ...",
    "a file": "pytest.skip('no pbx', allow_module_level=True)",
}


def run(tmp_path: Path, code: str, ci: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run one test file in a house like ours."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    (tmp_path / "tests").mkdir()
    shutil.copy(ROOT / "tests" / "conftest.py", tmp_path / "tests")
    (tmp_path / "tests" / "test_one.py").write_text(f"import pytest\n{code}\n", encoding="utf-8")
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "CI": ci},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("skip", SKIPS)
def test_in_ci_a_skip_is_a_failure(tmp_path: Path, skip: str) -> None:
    ended = run(tmp_path, SKIPS[skip], "true")
    assert ended.returncode in {1, 2}, ended.stdout
    assert "skipped, and with CI=true nothing may be: " in ended.stdout
    assert "no pbx" in ended.stdout


def test_also_where_tests_run_side_by_side(tmp_path: Path) -> None:
    ended = run(tmp_path, SKIPS["a call"], "true", "-n", "1")
    assert ended.returncode == 1, ended.stdout
    assert "1 failed" in ended.stdout


def test_elsewhere_the_reason_is_printed(tmp_path: Path) -> None:
    ended = run(tmp_path, SKIPS["a call"], "")
    assert ended.returncode == 0, ended.stdout
    assert "no pbx" in ended.stdout
    assert "1 skipped" in ended.stdout


def test_an_expected_failure_is_no_skip(tmp_path: Path) -> None:
    ended = run(tmp_path, "@pytest.mark.xfail\ndef test_it(): assert False", "true")
    assert ended.returncode == 0, ended.stdout


def test_a_warning_is_an_error(tmp_path: Path) -> None:
    ended = run(tmp_path, "import warnings\ndef test_it(): warnings.warn('old')", "")
    assert ended.returncode == 1, ended.stdout


def test_tests_on_a_real_pbx_wait_to_be_asked_for(tmp_path: Path) -> None:
    ended = run(tmp_path, "@pytest.mark.live\ndef test_it(): ...", "")
    assert "1 deselected" in ended.stdout
