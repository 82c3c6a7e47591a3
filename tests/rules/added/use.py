"""What each room makes of the rule `short_talk`, as JSON.

`test_one_more_rule` runs this file on a copy of callcheck that has the rule.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from callcheck.app.judge import judge_of
from callcheck.calls.model import Via
from callcheck.config import check_config, load_for_replay
from tests.rules.flow import api_of, listed, metrics_of, stored
from tests.rules.test_colleague_pickup import a_call

NAME = "short_talk"
HOUSE = """
[[unit]]
id = "registry"
[[unit.member]]
extension = "201"
numbers = ["67000201"]
[rule.short_talk]
"""
TALKED = a_call("201", Via.DIRECT)
WRONG = ("least_seconds = 0", 'least_seconds = "9"', "least_secnods = 9")


def main(folder: Path) -> None:
    """Prints one JSON object."""
    config = load_for_replay(written(folder, HOUSE + "least_seconds = 60\n"))
    store = stored(folder, config, [TALKED])
    metrics = metrics_of(config)
    metrics.seed(store.totals())
    (said,) = (one for one in judge_of(config)(TALKED) if one.rule == NAME)
    kept = store.call("main", "1.1")
    with api_of(store, config) as client:
        breached = listed(client, f"rule={NAME}&result=breached")
    store.close()
    seen = {
        "judge": [said.result, said.reason],
        "store": [one.reason for one in (kept[1] if kept else ()) if one.rule == NAME],
        "metrics": [line for line in metrics.text().decode().splitlines() if NAME in line],
        "api": breached,
        "mistakes": [one for line in WRONG for one in mistakes(folder, line)],
    }
    print(json.dumps(seen))


def written(folder: Path, text: str) -> Path:
    """The configuration in a file."""
    file = folder / "callcheck.toml"
    file.write_text(text, encoding="utf-8")
    return file


def mistakes(folder: Path, line: str) -> list[str]:
    """What `check-config` says about the rule's table with this line."""
    problems = check_config(written(folder, f"{HOUSE}{line}\n"), {})
    return [str(one).removeprefix(f"{folder}/") for one in problems if NAME in one.where]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
