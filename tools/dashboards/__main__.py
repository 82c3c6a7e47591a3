"""Nothing in, the committed JSON out: `python -m tools.dashboards` writes dashboards/grafana."""

from __future__ import annotations

import sys
from pathlib import Path

from tools.dashboards.files import everything

if __name__ == "__main__":
    root = Path(sys.argv[1] if len(sys.argv) > 1 else "dashboards/grafana")
    for name, text in everything().items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
