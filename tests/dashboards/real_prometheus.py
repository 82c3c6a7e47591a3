"""A real Prometheus on a past that is given, with the recording rules of the house."""

from __future__ import annotations

import json
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import urlopen

RULES = Path(__file__).parents[2] / "dashboards" / "prometheus" / "rules.yml"
LONG = "--max-block-duration=1488h"  # else it reads everything once for each two hours
SEEN = "--query.lookback-delta=31m"
"""The past has a sample each half hour, and a busy machine is slow to ask for the newest."""
TOTALS = ("unit_instance:.*:total", 30, "5m")
"""Rules by name, of how many days, and how often: an hour must see what was before its calls."""
KEEP = ["--storage.tsdb.retention.time=1y", "--log.level=error", "--web.listen-address"]


class Prometheus:
    """Asks one over HTTP."""

    def __init__(self, port: int, now: int) -> None:
        self.url, self.now = f"http://127.0.0.1:{port}", now

    def at(self, expr: str) -> dict[str, float]:
        """Values at this moment by what tells the series apart."""
        asked = self._ask("query", query=expr, time=time.time())
        return {_named(one["metric"]): float(one["value"][1]) for one in asked}

    def last(self, expr: str, seconds: int, step: int) -> dict[str, float]:
        """The newest values of a curve over the last seconds."""
        end = time.time()
        asked = self._ask("query_range", query=expr, start=end - seconds, end=end, step=step)
        return {_named(one["metric"]): float(one["values"][-1][1]) for one in asked}

    def instant(self, expr: str) -> Any:
        """The answer as Prometheus gives it."""
        return self._ask("query", query=expr, time=time.time())

    def over(self, expr: str, start: int, step: int) -> Any:
        """A curve from `start` to now, as Prometheus gives it."""
        return self._ask("query_range", query=expr, start=start, end=self.now, step=step)

    def _ask(self, what: str, **params: object) -> Any:
        with urlopen(f"{self.url}/api/v1/{what}?{urlencode(params)}", timeout=20) as answer:
            return json.load(answer)["data"]["result"]


def _named(labels: dict[str, str]) -> str:
    hidden = {"__name__", "instance", "job", "quantile"}
    return ",".join(value for key, value in sorted(labels.items()) if key not in hidden)


@contextmanager
def running(
    folder: Path, now: int, past: Iterable[str], curves: Sequence[str] = ()
) -> Iterator[Prometheus]:
    """Fills one with `past` (OpenMetrics up to `now`), starts and stops it.

    The past of the totals is reckoned first, and a week's of what `curves` names: regular
    expressions of recorded names, each of which may need the ones before. The rest is live.
    """
    data, text = folder / "data", folder / "past.txt"
    text.write_text("".join(f"{line}\n" for line in past), encoding="utf-8")
    _promtool("tsdb", "create-blocks-from", LONG, "openmetrics", str(text), str(data))
    (folder / "none.yml").write_text("{}\n")
    for names, days, each in (TOTALS, *((names, 7, "30m") for names in curves)):
        with _started(folder, data, folder / "none.yml", SEEN) as port:
            _promtool(
                "tsdb", "create-blocks-from", LONG, "rules", "--url", f"http://127.0.0.1:{port}",
                "--start", str(now - days * 86400), "--end", str(now), "--eval-interval", each,
                "--output-dir", str(folder / "made"), str(_only(names, folder)),
            )  # fmt: skip
        for block in (folder / "made").iterdir():
            shutil.move(block, data / block.name)
    config = folder / "prometheus.yml"
    live = re.sub(r"(?m)^    interval: .*$", "    interval: 1s", RULES.read_text("utf-8"))
    (folder / "rules.yml").write_text(live, encoding="utf-8")
    config.write_text("global: {evaluation_interval: 1s}\nrule_files: [rules.yml]\n")
    with _started(folder, data, config, SEEN) as port:
        prometheus = Prometheus(port, now)
        _until_recorded(prometheus)
        yield prometheus


def _only(names: str, folder: Path) -> Path:
    """The rules of those names alone."""
    rules = re.split(r"(?m)^(?=      - record: |  - name: )", RULES.read_text("utf-8"))
    chosen = [one for one in rules if re.match(rf"      - record: (?:{names})\n", one)]
    path = folder / "some.yml"
    path.write_text("groups:\n  - name: some\n    rules:\n" + "".join(chosen), encoding="utf-8")
    return path


def _until_recorded(prometheus: Prometheus) -> None:
    """Until every group has been reckoned from totals that know the whole past.

    The past of the totals ends up to an interval before `now`, at another moment each time: its
    phase depends on the path of the rules. So the first live totals must be there before a
    window counts, and an evaluation sees what was there when it began, which is its timestamp.
    """
    _newer(prometheus, ["unit_instance:callcheck_absent_calls_covered:total"], prometheus.now)
    _newer(prometheus, LAST_OF_THE_GROUPS, time.time())


LAST_OF_THE_GROUPS = (
    "site:callcheck_answered:count1h", "unit:callcheck_absences_covered:ratio",
    *(f"pbx:callcheck_coverage:ratio{window}" for window in ("1h", "1d", "7d", "30d")),
    *(f"unit:callcheck_answer_seconds:quantile{days}d" for days in (1, 7, 30)),
)  # fmt: skip
"""Of an hour the coverage, since calls may be older."""


def _newer(prometheus: Prometheus, names: Sequence[str], than: float) -> None:
    """Until all of these were recorded after that moment."""
    missing = list(names)
    for _ in range(600):
        stamps = {name: prometheus.at(f"max(timestamp({name}))").get("", 0.0) for name in missing}
        missing = [name for name, at in stamps.items() if at <= than]
        if not missing:
            return
        time.sleep(0.1)
    raise AssertionError(f"not recorded within 60 s: {missing}")


def _promtool(*words: str) -> None:
    line = ["promtool", *words]
    done = subprocess.run(line, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr


@contextmanager
def _started(folder: Path, data: Path, config: Path, *more: str) -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = int(probe.getsockname()[1])
    with (folder / "log.txt").open("w") as log:
        process = subprocess.Popen(
            ["prometheus", f"--config.file={config}", f"--storage.tsdb.path={data}",
             *more, *KEEP, f"127.0.0.1:{port}"], stdout=log, stderr=log,
        )  # fmt: skip
        try:
            _until_ready(port, process, folder / "log.txt")
            yield port
        finally:
            process.terminate()
            process.wait(20)


def _until_ready(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(300):
        assert process.poll() is None, log.read_text("utf-8")
        try:
            with urlopen(f"http://127.0.0.1:{port}/-/ready", timeout=1):
                return
        except (URLError, OSError):
            time.sleep(0.1)
    raise AssertionError("Prometheus was not ready within 30 s")
