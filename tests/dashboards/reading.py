"""The committed dashboards, and the questions in them with Grafana's variables put in."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2] / "dashboards" / "grafana"
FILES = sorted(ROOT.glob("*/*.json"))
Json = dict[str, Any]


def load(path: Path) -> Json:
    """A dashboard."""
    loaded: Json = json.loads(path.read_text(encoding="utf-8"))
    return loaded


def panels(folder: str) -> Iterator[tuple[str, Json]]:
    """(dashboard, panel) of a folder, in their order."""
    for path in sorted((ROOT / folder).glob("*.json")):
        for panel in load(path)["panels"]:
            yield path.stem, panel


def substituted(text: str, values: dict[str, str]) -> str:
    """A question as Grafana asks it. Longer names first: `$__range_s` holds `$__range`."""
    for name in sorted(values, key=len, reverse=True):
        text = text.replace(name, values[name])
    assert not re.search(r"\$(?!\d)", text), f"a variable without a value: {text}"
    return text
